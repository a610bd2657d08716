"""One small drawing on one axis: every way in order above, every set of studies, and without each study below."""

from collections.abc import Iterable

from markupsafe import Markup

from remit.model.finding import Finding
from remit.model.firmness import Firmness, Subsets
from remit.model.multiverse import Multiverse
from remit.report.figures.axis import Axis

POINTS = 12
WAYS, SETS, LEFT = (0, 40), (44, 62), (66, 76)
Point = tuple[int, int]


def draw(finding: Finding, firm: Firmness, axis: Axis) -> Markup:
    """Return the drawing; its meaning stands in words beside it, so that it is hidden from screen readers."""
    assert finding.estimate is not None
    parts = [_ways(firm.multiverse, axis)]
    if firm.subsets is not None:
        parts.append(f'<path class="g" d="{_histogram(firm.subsets, axis)}"/>')
    if firm.without:
        ticks = "".join(f"M{_x(axis, w.estimate)} {LEFT[0]}v{LEFT[1] - LEFT[0]}" for w in firm.without)
        parts.append(f'<path class="l" d="{ticks}"/>')
    low = LEFT[1] if firm.without else WAYS[1]
    parts.append(f'<path class="p" d="M{_x(axis, finding.estimate)} 0V{low}"/>')
    box = f"0 0 200 {low}"
    scale = "ax-r" if finding.analysis.kind == "contrast" else "ax-p"
    drawn = f'<svg aria-hidden="true" viewBox="{box}" preserveAspectRatio="none">{"".join(parts)}</svg>'
    return Markup(f'{drawn}<svg class="x" aria-hidden="true"><use href="#{scale}"/></svg>')


def _x(axis: Axis, value: float) -> int:
    return round(2.0 * axis.at(value))


def _ways(multiverse: Multiverse, axis: Axis) -> str:
    curve = multiverse.curve
    count = min(POINTS, len(curve))
    picked = [curve[round(i * (len(curve) - 1) / max(1, count - 1))] for i in range(count)]
    heights = [WAYS[0] + round((WAYS[1] - WAYS[0]) * (i + 0.5) / count) for i in range(count)]
    lower = [(_x(axis, s.lower), y) for s, y in zip(picked, heights, strict=True)]
    upper = [(_x(axis, s.upper), y) for s, y in zip(picked, heights, strict=True)]
    middle = [(_x(axis, s.estimate), y) for s, y in zip(picked, heights, strict=True)]
    bars = "".join(f"M{a} {y}H{b}" for (a, y), (b, _) in zip(lower, upper, strict=True))
    return f'<path class="b" d="{bars}"/><path class="c" d="{_path(middle)}"/>'


def _path(points: Iterable[Point]) -> str:
    (x, y), *rest = points
    out = f"M{x} {y}"
    for to, down in rest:
        out += f"l{to - x} {down - y}" if down >= y else f"L{to} {down}"
        x, y = to, down
    return out


def _histogram(found: Subsets, axis: Axis) -> str:
    most, n = max(found.counts), len(found.counts)
    top, base = SETS
    x, y = _x(axis, found.low), base
    out = f"M{x} {base}"
    for i, count in enumerate((*found.counts, 0)):
        height = base - round((base - top) * count / most)
        start = _x(axis, found.low + (found.high - found.low) * i / n)
        if height != y:
            out += (f"H{start}" if start != x else "") + f"V{height}"
            x, y = start, height
    return out + "z"
