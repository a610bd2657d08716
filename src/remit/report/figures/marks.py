"""The marks of every figure: interval line, square, diamond, prediction bar, and the axis they share."""

import math

from markupsafe import Markup, escape

from remit.report.figures.axis import Axis

_MIDDLE = 12
_LARGEST = 13.0


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(body: str) -> Markup:
    return Markup(f'<svg class="r" aria-hidden="true">{body}</svg>')


def _line(axis: Axis, lower: float, upper: float) -> str:
    ends = ""
    if not axis.inside(lower):
        ends += f'<svg class="o" x="{_n(axis.at(lower))}%" y="{_MIDDLE}"><path d="M4-4L-1 0L4 4z"/></svg>'
    if not axis.inside(upper):
        ends += f'<svg class="o" x="{_n(axis.at(upper))}%" y="{_MIDDLE}"><path d="M-4-4L1 0L-4 4z"/></svg>'
    x1, x2 = _n(axis.at(lower)), _n(axis.at(upper))
    return f'<line x1="{x1}%" x2="{x2}%" y1="{_MIDDLE}" y2="{_MIDDLE}"/>{ends}'


def square(axis: Axis, estimate: float, lower: float, upper: float, share: float) -> Markup:
    """Draw one study: its interval and a square whose area is `share` (0 to 1) of the largest square's."""
    side = max(3.0, _LARGEST * math.sqrt(max(0.0, share)))
    half = _n(-side / 2)
    box = (
        f'<rect x="{_n(axis.at(estimate))}%" y="{_MIDDLE}" width="{_n(side)}" height="{_n(side)}"'
        f' transform="translate({half} {half})"/>'
    )
    return _svg(_line(axis, lower, upper) + (box if axis.inside(estimate) else ""))


def diamond(axis: Axis, estimate: float, lower: float, upper: float, small: bool = False) -> Markup:
    """Draw a pooled estimate; `small` for a subgroup's."""
    left, right = axis.at(lower), axis.at(upper)
    width = max(right - left, 0.8)
    middle = 100 * (axis.at(estimate) - left) / width if right > left else 50
    high = 5 if small else 7
    return _svg(
        f'<svg class="o{" s" if small else ""}" x="{_n(left)}%" y="{_MIDDLE - high}" width="{_n(width)}%" height="{2 * high}"'
        f' viewBox="0 {-high} 100 {2 * high}" preserveAspectRatio="none">'
        f'<path d="M0 0L{_n(middle)} {-high}L100 0L{_n(middle)} {high}z"/></svg>'
    )


def open_bar(axis: Axis, lower: float, upper: float) -> Markup:
    """Draw a prediction interval."""
    left, right = axis.at(lower), axis.at(upper)
    return _svg(f'<rect class="i" x="{_n(left)}%" y="{_MIDDLE - 3}" width="{_n(max(right - left, 0.5))}%" height="6"/>')


def strip(axis: Axis, estimate: float, lower: float, upper: float) -> Markup:
    """Draw a thin bar with a tick at the estimate: the home page's small drawing."""
    left, right = axis.at(lower), axis.at(upper)
    return Markup(
        '<svg class="t" aria-hidden="true"><line class="a" x1="3%" x2="97%" y1="6" y2="6"/>'
        f'<rect class="b" x="{_n(left)}%" y="3.5" width="{_n(max(right - left, 1))}%" height="5"/>'
        f'<rect x="{_n(axis.at(estimate))}%" y="1" width="3" height="10" transform="translate(-1.5)"/></svg>'
    )


def scale(axis: Axis, title: str, description: str) -> Markup:
    """Draw the axis with its ticks; it carries the figure's title and description for those who cannot see it."""
    ticks = [(t, "") for t in axis.major] + [(t, ' class="m"') for t in axis.minor]
    body = "".join(
        f'<line x1="{_n(axis.at(t))}%" x2="{_n(axis.at(t))}%" y1="1" y2="6"/>'
        f'<text{mark} x="{_n(axis.at(t))}%" y="18">{axis.label(t)}</text>'
        for t, mark in sorted(ticks)
    )
    return Markup(
        f'<svg class="x" role="img"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        f'<line x1="3%" x2="97%" y1="1" y2="1"/>{body}</svg>'
    )
