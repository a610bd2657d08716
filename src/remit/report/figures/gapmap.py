"""Evidence gap map: one panel per population, classes against outcomes, a bubble's area the number of people."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from remit.report.figures import text

_SIZE = 11.0


def draw(
    title: str,
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str], tuple[int, int]],
    largest: int,
) -> Markup:
    """Return a panel. `cells` maps (row, column) to (studies, people); `largest` is the most people in any panel."""
    left, step, head, line = 104.0, 32.0, 92.0, 32.0
    wide, high = left + step * len(columns) + 44, head + line * len(rows) + 8
    body = grid = dots = ""
    for j, (_, name) in enumerate(columns):
        x = left + step * (j + 0.5)
        body += f'<text transform="translate({x + 3:g} {head - 8:g}) rotate(-50)">'
        body += f"{Markup.escape(name)}</text>"
        grid += f"M{x:g} {head:g}V{high - 8:g}"
    for i, (_, name) in enumerate(rows):
        y = head + line * (i + 0.5)
        label = text.lines(name, left - 14, _SIZE, 2)
        body += text.block(label, left - 10, y + 4 - 6.5 * (len(label) - 1), leading=_SIZE * 1.15, anchor="end")
        grid += f"M{left:g} {y:g}H{wide - 44:g}"
    for i, (row, _) in enumerate(rows):
        for j, (column, _) in enumerate(columns):
            studies, people = cells.get((row, column), (0, 0))
            x, y = left + step * (j + 0.5), head + line * (i + 0.5)
            if not studies:
                dots += f"M{x:g} {y:g}h0"
                continue
            radius = max(3.0, 15.5 * math.sqrt(people / largest)) if largest else 3.0
            body += f'<circle cx="{x:g}" cy="{y:g}" r="{radius:.1f}"/>'
            inside = radius >= 10
            body += (
                f'<text class="{"in" if inside else "out"}" x="{x if inside else x + radius + 2:.4g}" y="{y + 3.2:g}" '
                f'font-size="9"{" text-anchor=" + chr(34) + "middle" + chr(34) if inside else ""}>{studies}</text>'
            )
    body = f'<path class="gr" d="{grid}"/><path class="no" d="{dots}"/>{body}'
    filled = sum(1 for s, _ in cells.values() if s)
    said = (
        f"{filled} of {len(rows) * len(columns)} combinations of class and outcome have a study; the table gives each."
    )
    return Markup(text.figure("gap", wide, high, _SIZE, title, said, body))
