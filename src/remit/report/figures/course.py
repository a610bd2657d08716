"""Survival over time: each study's own values as a thin line, the pooled ones as a thick line with their intervals."""

from markupsafe import Markup

from remit.model.course import Course
from remit.report.figures.over_time import end_of, path, svg, x, y


def draw(course: Course) -> Markup:
    """Return the drawing with a title and a description; times run from 0, survival from 0 to 100 percent.

    Studies' whole curves are steps. Pooled values are points, joined for the eye, with a band where curves were pooled
    and intervals where landmarks were.
    """
    end = end_of([p.months for p in course.points] + [t for s in course.studies for t, _ in s.points])
    lines = [path("s", s.points, end, steps=course.kind == "curve") for s in course.studies]
    lines += [path("b", band, end) for band in _bands(course)]
    lines.append(path("p", [(p.months, p.estimate) for p in course.points], end, start=course.kind == "curve"))
    parts = ", ".join(
        f"{p.months:g} months {100 * p.estimate:.0f} percent ({100 * p.lower:.0f} to {100 * p.upper:.0f})"
        for p in course.points
        if course.kind == "landmarks"
    )
    said = parts or f"pooled curve of {len(course.studies)} studies to {course.points[-1].months:g} months"
    return svg(f"{course.title} over time", said, end, lines, _points(course, end))


def _points(course: Course, end: float) -> list[str]:
    out = []
    for p in course.points:
        across = x(p.months, end)
        if course.kind == "landmarks":
            out.append(f'<line class="p" x1="{across}" x2="{across}" y1="{y(p.lower)}" y2="{y(p.upper)}"/>')
        out.append(f'<circle cx="{across}" cy="{y(p.estimate)}" r="{5 if course.kind == "landmarks" else 3}"/>')
    return out


def _bands(course: Course) -> list[list[tuple[float, float]]]:
    if course.kind == "landmarks":
        return []
    return [[(p.months, p.lower) for p in course.points], [(p.months, p.upper) for p in course.points]]
