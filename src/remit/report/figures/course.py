"""Survival over time: each study's own values as a thin line, the pooled ones as a thick line with their intervals.

Lines lie in an inner drawing of 1,000 by HEIGHT - TOP units that is stretched to the page, each one path.
"""

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from remit.model.course import Course

HEIGHT = 210.0
TOP, LEFT, RIGHT = 8.0, 9.0, 98.0
WIDE = 1000
STEPS = (3, 6, 12, 24, 60, 120)


def draw(course: Course) -> Markup:
    """Return the drawing with a title and a description; times run from 0, survival from 0 to 100 percent.

    Studies' whole curves are steps. Pooled values are points, joined for the eye, with a band where curves were pooled
    and intervals where landmarks were.
    """
    end = _end([p.months for p in course.points] + [t for s in course.studies for t, _ in s.points])
    lines = [_path("s", s.points, end, steps=course.kind == "curve") for s in course.studies]
    lines += [_path("b", band, end) for band in _bands(course)]
    lines.append(_path("p", [(p.months, p.estimate) for p in course.points], end, start=course.kind == "curve"))
    inner = f'x="{LEFT:g}%" y="{TOP:g}" width="{RIGHT - LEFT:g}%" height="{HEIGHT - TOP:g}"'
    body = [
        *_frame(end),
        f'<svg {inner} viewBox="0 0 {WIDE} {HEIGHT - TOP:g}" preserveAspectRatio="none">{"".join(lines)}</svg>',
        *_points(course, end),
    ]
    parts = ", ".join(
        f"{p.months:g} months {100 * p.estimate:.0f} percent ({100 * p.lower:.0f} to {100 * p.upper:.0f})"
        for p in course.points
        if course.kind == "landmarks"
    )
    said = parts or f"pooled curve of {len(course.studies)} studies to {course.points[-1].months:g} months"
    return Markup(
        f'<svg class="cs" role="img"><title>{escape(course.title)} over time</title><desc>{escape(said)}</desc>'
        f"{''.join(body)}</svg>"
    )


def _end(times: Sequence[float]) -> float:
    longest = max(times)
    step = next((s for s in STEPS if longest / s <= 6), STEPS[-1])
    return float(step * math.ceil(longest / step))


def _x(months: float, end: float) -> str:
    return f"{LEFT + (RIGHT - LEFT) * months / end:.1f}%".replace(".0%", "%")


def _y(survival: float) -> str:
    return f"{TOP + (HEIGHT - TOP) * (1.0 - survival):.0f}"


def _frame(end: float) -> list[str]:
    out = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        out.append(f'<line class="g" x1="{LEFT:g}%" x2="{RIGHT:g}%" y1="{y}" y2="{y}"/>')
        out.append(f'<text class="y" x="{LEFT - 1:g}%" y="{y}" dy="4">{100 * share:.0f}</text>')
    step = next((s for s in STEPS if end / s <= 6), STEPS[-1])
    for t in range(0, round(end) + 1, step):
        unit = " mo" if t + step > end else ""
        turn = ' class="e"' if unit else ""
        out.append(f'<text{turn} x="{_x(t, end)}" y="{HEIGHT + 16:.0f}">{t}{unit}</text>')
    return out


def _path(kind: str, points: Sequence[tuple[float, float]], end: float, steps: bool = False, start: bool = True) -> str:
    """Return one line from (0, 1), where asked for, through the points; a step falls at its own time."""
    whole = [(0.0, 1.0), *points] if start else list(points)
    ways = []
    for i, (months, survival) in enumerate(whole):
        x, y = round(WIDE * months / end), round((HEIGHT - TOP) * (1.0 - survival))
        ways.append(f"H{x}V{y}" if steps and i else f"{'L' if i else 'M'}{x} {y}")
    return f'<path class="{kind}" d="{"".join(ways)}"/>'


def _points(course: Course, end: float) -> list[str]:
    out = []
    for p in course.points:
        x = _x(p.months, end)
        if course.kind == "landmarks":
            out.append(f'<line class="p" x1="{x}" x2="{x}" y1="{_y(p.lower)}" y2="{_y(p.upper)}"/>')
        out.append(f'<circle cx="{x}" cy="{_y(p.estimate)}" r="{5 if course.kind == "landmarks" else 3}"/>')
    return out


def _bands(course: Course) -> list[list[tuple[float, float]]]:
    if course.kind == "landmarks":
        return []
    return [[(p.months, p.lower) for p in course.points], [(p.months, p.upper) for p in course.points]]
