"""The axes of survival over time: months from 0, survival from 0 to 100 percent, as wide as the page.

Lines lie in an inner drawing of 1,000 by HEIGHT - TOP units that is stretched to the page, each one path.
"""

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

HEIGHT = 210.0
TOP, LEFT, RIGHT = 8.0, 9.0, 98.0
WIDE = 1000
STEPS = (3, 6, 12, 24, 60, 120)


def svg(title: str, said: str, end: float, lines: Iterable[str], over: Iterable[str] = ()) -> Markup:
    """Return the drawing with axes to `end` months, lines stretched to the page, and marks `over` them.

    `title` and `said`, what a screen reader says, are plain text; `lines` and `over` are markup.
    """
    inner = f'x="{LEFT:g}%" y="{TOP:g}" width="{RIGHT - LEFT:g}%" height="{HEIGHT - TOP:g}"'
    box = f'viewBox="0 0 {WIDE} {HEIGHT - TOP:g}" preserveAspectRatio="none"'
    return Markup(
        f'<svg class="cs" role="img"><title>{escape(title)}</title><desc>{escape(said)}</desc>'
        f"{''.join(_frame(end))}<svg {inner} {box}>{''.join(lines)}</svg>{''.join(over)}</svg>"
    )


def end_of(times: Iterable[float]) -> float:
    """Return the end of the axis of months that holds all `times`."""
    longest = max(times)
    step = next((s for s in STEPS if longest / s <= 6), STEPS[-1])
    return float(step * math.ceil(longest / step))


def x(months: float, end: float) -> str:
    """Return where a time lies, as a share of the page."""
    return f"{LEFT + (RIGHT - LEFT) * months / end:.1f}%".replace(".0%", "%")


def y(survival: float) -> str:
    """Return where a survival lies, in pixels."""
    return f"{TOP + (HEIGHT - TOP) * (1.0 - survival):.0f}"


def _frame(end: float) -> list[str]:
    out = []
    for share in (0.0, 0.5, 1.0):
        at = y(share)
        out.append(f'<line class="g" x1="{LEFT:g}%" x2="{RIGHT:g}%" y1="{at}" y2="{at}"/>')
        out.append(f'<text class="y" x="{LEFT - 1:g}%" y="{at}" dy="4">{100 * share:.0f}</text>')
    step = next((s for s in STEPS if end / s <= 6), STEPS[-1])
    for t in range(0, round(end) + 1, step):
        unit = " mo" if t + step > end else ""
        turn = ' class="e"' if unit else ""
        out.append(f'<text{turn} x="{x(t, end)}" y="{HEIGHT + 16:.0f}">{t}{unit}</text>')
    return out


def path(kind: str, points: Sequence[tuple[float, float]], end: float, steps: bool = False, start: bool = True) -> str:
    """Return one line from (0, 1), where asked for, through the points; a step falls at its own time."""
    whole = [(0.0, 1.0), *points] if start else list(points)
    ways = []
    for i, (months, survival) in enumerate(whole):
        across, down = round(WIDE * months / end), round((HEIGHT - TOP) * (1.0 - survival))
        ways.append(f"H{across}V{down}" if steps and i else f"{'L' if i else 'M'}{across} {down}")
    return f'<path class="{kind}" d="{"".join(ways)}"/>'
