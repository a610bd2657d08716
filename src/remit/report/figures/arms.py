"""Two arms over time: the pooled curve of each side with its band, labelled at its end."""

from markupsafe import Markup, escape

from remit.model.two_arms import PooledLine, TwoArms
from remit.report.figures.over_time import end_of, path, svg, x, y

KINDS = {"arm": ("p", "b"), "comparator": ("q", "c")}
LINE_HEIGHT, GAP = 14.0, 5.0


def draw(arms: TwoArms) -> Markup:
    """Return the drawing; empty where neither side has a pooled curve."""
    if not arms.lines:
        return Markup("")
    end = end_of([t for line in arms.lines for t in line.months])
    lines = [part for line in arms.lines for part in _paths(line, end)]
    said = "; ".join(
        f"{line.label} {100 * line.survival[-1]:.0f} percent at {line.months[-1]:.0f} months" for line in arms.lines
    )
    return svg(f"{arms.title}: both arms over time", f"pooled curves: {said}", end, lines, _names(arms, end))


def _paths(line: PooledLine, end: float) -> list[str]:
    middle, side = KINDS[line.label]
    bands = [path(side, list(zip(line.months, band, strict=True)), end) for band in (line.lower, line.upper)]
    return [*bands, path(middle, list(zip(line.months, line.survival, strict=True)), end)]


def _names(arms: TwoArms, end: float) -> list[str]:
    """The name of each line at its end, clear of its band: above the upper line, below the lower one."""
    order = sorted(arms.lines, key=lambda line: -line.survival[-1])
    out = []
    for i, line in enumerate(order):
        down = float(y(line.upper[-1])) - GAP if i == 0 else float(y(line.lower[-1])) + LINE_HEIGHT
        out.append(f'<text class="e" x="{x(line.months[-1], end)}" y="{down:.0f}">{escape(line.label)}</text>')
    return out
