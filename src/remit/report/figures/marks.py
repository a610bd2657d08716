"""The marks of every figure: interval line, square, diamond, prediction bar, and the axis they share."""

import math

from markupsafe import Markup, escape

from remit.report.figures.axis import Axis

_LARGEST = 13.0


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(body: str) -> Markup:
    return Markup(f"<svg>{body}</svg>")


def _line(axis: Axis, lower: float, upper: float) -> str:
    ends = ""
    if not axis.inside(lower):
        ends += f'<svg class="o" x="{_n(axis.at(lower))}%"><path d="M4-4L-1 0L4 4z"/></svg>'
    if not axis.inside(upper):
        ends += f'<svg class="o" x="{_n(axis.at(upper))}%"><path d="M-4-4L1 0L-4 4z"/></svg>'
    return f'<line x1="{_n(axis.at(lower))}%" x2="{_n(axis.at(upper))}%"/>{ends}'


def square(axis: Axis, estimate: float, lower: float, upper: float, share: float) -> Markup:
    """Draw one study: its interval and a square whose area is `share` (0 to 1) of the largest square's.

    The style sheet centres squares on their position and moves every mark to the middle of the row.
    """
    side = _n(max(3.0, _LARGEST * math.sqrt(max(0.0, share))))
    box = f'<rect x="{_n(axis.at(estimate))}%" style="--s:{side}"/>'
    return _svg(_line(axis, lower, upper) + (box if axis.inside(estimate) else ""))


def diamond(axis: Axis, estimate: float, lower: float, upper: float, small: bool = False) -> Markup:
    """Draw a pooled estimate, a bar that the style sheet cuts to a diamond; `small` for a subgroup's."""
    left, right = axis.at(lower), axis.at(upper)
    width = max(right - left, 0.8)
    middle = 100 * (axis.at(estimate) - left) / width if right > left else 50
    css = "d s" if small else "d"
    return _svg(f'<rect class="{css}" x="{_n(left)}%" width="{_n(width)}%" style="--m:{_n(middle)}%"/>')


def open_bar(axis: Axis, lower: float, upper: float) -> Markup:
    """Draw a prediction interval."""
    left, right = axis.at(lower), axis.at(upper)
    return _svg(f'<rect class="i" x="{_n(left)}%" width="{_n(max(right - left, 0.5))}%" height="6"/>')


def strip(axis: Axis, estimate: float, lower: float, upper: float) -> Markup:
    """Draw a thin bar with a tick at the estimate: the small drawing of the home page and of lists."""
    left, right = axis.at(lower), axis.at(upper)
    return Markup(
        f'<svg class="t"><rect x="{_n(left)}%" width="{_n(max(right - left, 1))}%"/>'
        f'<rect x="{_n(axis.at(estimate))}%"/></svg>'
    )


def ticks(axis: Axis) -> Markup:
    """Draw the ticks and labels of an axis; a page holds each axis once and its figures refer to it."""
    found = [(t, "") for t in axis.major] + [(t, ' class="m"') for t in axis.minor]
    return Markup(
        "".join(
            f'<line x1="{_n(axis.at(t))}%" x2="{_n(axis.at(t))}%" y2="5"/>'
            f'<text{mark} x="{_n(axis.at(t))}%" y="17">{axis.label(t)}</text>'
            for t, mark in sorted(found)
        )
    )


def scale(reference: str, title: str, description: str) -> Markup:
    """Draw the axis held under `reference`, with what the figure says to those who cannot see it."""
    return Markup(
        f'<svg class="x" role="img"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        f'<use href="#{reference}"/></svg>'
    )
