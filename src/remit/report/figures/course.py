"""Survival over time: each study's own values as a thin line, the pooled ones as a thick line with their intervals."""

import math
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from remit.model.course import Course, CoursePoint

HEIGHT = 210.0
TOP, LEFT, RIGHT = 8.0, 9.0, 98.0
STEPS = (3, 6, 12, 24, 60, 120)


def draw(course: Course) -> Markup:
    """Return the drawing with a title and a description; times run from 0, survival from 0 to 100 percent.

    A whole curve is drawn as steps with its band; landmarks as points with intervals, joined for the eye.
    """
    end = _end([p.months for p in course.points] + [t for s in course.studies for t, _ in s.points])
    body = [*_frame(end)]
    for s in course.studies:
        body.append(f'<g class="s">{_line([(0.0, 1.0), *s.points], end, steps=course.kind == "curve")}</g>')
    body.append(_pooled(course, end))
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


def _line(points: Sequence[tuple[float, float]], end: float, steps: bool) -> str:
    out = []
    for (t0, s0), (t1, s1) in pairwise(points):
        x0, x1, y0, y1 = _x(t0, end), _x(t1, end), _y(s0), _y(s1)
        if steps:
            out.append(f'<line x1="{x0}" x2="{x1}" y1="{y0}" y2="{y0}"/>')
            if y0 != y1:
                out.append(f'<line x1="{x1}" x2="{x1}" y1="{y0}" y2="{y1}"/>')
        else:
            out.append(f'<line x1="{x0}" x2="{x1}" y1="{y0}" y2="{y1}"/>')
    return "".join(out)


def _pooled(course: Course, end: float) -> str:
    points = [(p.months, p.estimate) for p in course.points]
    if course.kind == "curve":
        line = _line([(0.0, 1.0), *points], end, steps=True)
        ends = [_line([(0.0, 1.0), *band], end, steps=True) for band in _bands(course.points)]
        return f'<g class="p">{line}</g><g class="b">{"".join(ends)}</g>'
    line = _line(points, end, steps=False)
    bars = "".join(
        f'<line x1="{_x(p.months, end)}" x2="{_x(p.months, end)}" y1="{_y(p.lower)}" y2="{_y(p.upper)}"/>'
        for p in course.points
    )
    dots = "".join(f'<circle cx="{_x(p.months, end)}" cy="{_y(p.estimate)}" r="5"/>' for p in course.points)
    return f'<g class="p">{line}{bars}{dots}</g>'


def _bands(points: Sequence[CoursePoint]) -> list[list[tuple[float, float]]]:
    return [[(p.months, p.lower) for p in points], [(p.months, p.upper) for p in points]]
