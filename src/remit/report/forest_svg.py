"""A forest plot as one SVG file that stands alone: no style sheet, script, font or network; prints in black.

Squares are sized by weight, a diamond is the pooled estimate, the bar under it the prediction interval; an arrow says
that an interval leaves the axis. The title and description say the same in words.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from remit.model.table import PooledTable, TableStudy

WIDTH, ROW, TOP, LEFT, PLOT, RIGHT = 860.0, 22.0, 54.0, 16.0, 300.0, 560.0
NAME_CHARACTERS = 34
STEPS = (1.0, 2.0, 5.0)
RATIO_STEPS = tuple(s * 10.0**e for e in range(-3, 4) for s in STEPS)


@dataclass(frozen=True, slots=True)
class Axis:
    """From natural values to x; `log` for ratios."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Return the x of a value, at the axis's end where it lies beyond."""
        low, high, here = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, here = math.log(low), math.log(high), math.log(here)
        return PLOT + (RIGHT - PLOT) * (here - low) / (high - low)


def draw(found: PooledTable) -> str:
    """Return the SVG text; the same table gives the same bytes."""
    axis = axis_of(found)
    lines = [*_head(found), *_null(found, axis)]
    y = TOP + ROW
    for study in found.studies:
        lines.extend(_study(found, study, axis, y))
        y += ROW
    if found.levels:
        y += 0.4 * ROW
        for level in found.levels:
            lines.append(_text(LEFT, y, _short(f"{found.table.subgroup}: {level.level} (k = {level.k})"), "it"))
            lines.append(_diamond(axis, level.estimate, level.lower, level.upper, y, 5.0))
            lines.append(_text(WIDTH - 90.0, y, span(found, level.estimate, level.lower, level.upper), "end"))
            y += ROW
    if found.pooled is not None:
        y += 0.4 * ROW
        lines.extend(_pooled(found, axis, y))
        y += ROW * (2.0 if found.pooled.prediction_lower is not None else 1.0)
    lines.extend(_ticks(found, axis, y))
    return _wrap(found, lines, y + 44.0)


def axis_of(found: PooledTable) -> Axis:
    """Return an axis that holds every estimate, and every interval within reason."""
    if found.is_share:
        return Axis(0.0, 1.0, False, (0.0, 0.25, 0.5, 0.75, 1.0))
    p = found.pooled
    values = [v for s in found.studies for v in (s.estimate, s.lower, s.upper)]
    values += [p.lower, p.upper] if p is not None else []
    if found.is_ratio:
        middle = [s.estimate for s in found.studies]
        least, most = min(middle) / 10.0, max(middle) * 10.0
        kept = [v for v in values if least <= v <= most and 0.0 < v < math.inf]
        low = max((s for s in RATIO_STEPS if s <= min([0.5, *kept])), default=RATIO_STEPS[0])
        high = min((s for s in RATIO_STEPS if s >= max([2.0, *kept])), default=RATIO_STEPS[-1])
        powers = [s for s in RATIO_STEPS if low < s < high and f"{s:g}".strip("0.") == "1"]
        return Axis(low, high, True, tuple(sorted({low, 1.0, high, *powers})))
    kept = [v for v in values if math.isfinite(v)]
    step = nice((max([0.0, *kept]) - min([0.0, *kept])) / 5.0)
    first, last = math.floor(min([0.0, *kept]) / step), math.ceil(max([0.0, *kept]) / step)
    last = max(last, first + 1)
    return Axis(first * step, last * step, False, tuple(i * step for i in range(first, last + 1)))


def nice(width: float) -> float:
    """Return the least 1, 2 or 5 times a power of ten that is not below `width`."""
    if not 1e-300 < width < 1e300:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next((s * power for s in (*STEPS, 10.0) if s * power >= width * (1.0 - 1e-12)), 10.0 * power)


def number(found: PooledTable, value: float) -> str:
    """Return a natural value in print: percent for shares, else two decimals, or two digits where that says nothing."""
    if found.is_share:
        return f"{100.0 * value:.1f}"
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.2f}" if 0.0095 <= abs(value) < 1000.0 or value == 0.0 else f"{value:.2g}"


def span(found: PooledTable, estimate: float, lower: float, upper: float) -> str:
    """Return an estimate with its interval in print."""
    return f"{number(found, estimate)} [{number(found, lower)}, {number(found, upper)}]"


def _head(found: PooledTable) -> list[str]:
    unit = " (%)" if found.is_share else ""
    measure = {"PLO": "Proportion", "survival": "Survival", "effect": "Effect"}.get(
        found.table.measure, found.table.measure
    )
    data = "events / total" if found.table.form in ("proportion", "two-arm") else ""
    return [
        _text(LEFT, TOP, "Study", "b"),
        _text(PLOT - 14.0, TOP, data, "b end"),
        _text(WIDTH - 90.0, TOP, f"{measure}{unit} [{100.0 * found.level:g}% CI]", "b end"),
        _text(WIDTH - 16.0, TOP, "Weight", "b end"),
        f'<path d="M{LEFT:g} {TOP + 8:g}H{WIDTH - 16:g}" class="l"/>',
    ]


def _null(found: PooledTable, axis: Axis) -> list[str]:
    null = 1.0 if found.is_ratio else 0.0
    if found.is_share or not axis.low <= null <= axis.high:
        return []
    bottom = TOP + ROW * (len(found.studies) + len(found.levels) + 2.4)
    return [f'<path d="M{_f(axis.at(null))} {TOP + 8:g}V{_f(bottom)}" class="n"/>']


def _study(found: PooledTable, study: TableStudy, axis: Axis, y: float) -> Iterable[str]:
    x, half = axis.at(study.estimate), 2.0 + 5.0 * math.sqrt(study.weight / max(s.weight for s in found.studies))
    yield _text(LEFT, y, _short(study.study))
    if study.events is not None:
        other = f" v {study.events2}/{study.total2}" if study.events2 is not None else ""
        yield _text(PLOT - 14.0, y, f"{study.events}/{study.total}{other}", "end")
    yield f'<path d="M{_f(axis.at(study.lower))} {_f(y - 4)}H{_f(axis.at(study.upper))}" class="l"/>'
    yield from _arrows(axis, study.lower, study.upper, y - 4.0)
    yield f'<rect x="{_f(x - half)}" y="{_f(y - 4 - half)}" width="{_f(2 * half)}" height="{_f(2 * half)}"/>'
    yield _text(WIDTH - 90.0, y, span(found, study.estimate, study.lower, study.upper), "end")
    yield _text(WIDTH - 16.0, y, f"{study.weight:.1f}%", "end")


def _arrows(axis: Axis, lower: float, upper: float, y: float) -> Iterable[str]:
    if lower < axis.low:
        yield f'<path d="M{PLOT + 6:g} {_f(y - 4)}L{PLOT:g} {_f(y)}L{PLOT + 6:g} {_f(y + 4)}" class="l"/>'
    if upper > axis.high:
        yield f'<path d="M{RIGHT - 6:g} {_f(y - 4)}L{RIGHT:g} {_f(y)}L{RIGHT - 6:g} {_f(y + 4)}" class="l"/>'


def _pooled(found: PooledTable, axis: Axis, y: float) -> Iterable[str]:
    p = found.pooled
    assert p is not None
    word = "Common effect" if p.method == "CE" else "Random effects"
    yield _text(LEFT, y, f"{word} (k = {p.k})", "b")
    yield _diamond(axis, p.estimate, p.lower, p.upper, y, 7.0)
    yield from _arrows(axis, p.lower, p.upper, y - 4.0)
    yield _text(WIDTH - 90.0, y, span(found, p.estimate, p.lower, p.upper), "b end")
    yield _text(WIDTH - 16.0, y, "100%", "b end")
    if p.prediction_lower is not None and p.prediction_upper is not None:
        y += ROW
        low, high = axis.at(p.prediction_lower), axis.at(p.prediction_upper)
        ends = f"[{number(found, p.prediction_lower)}, {number(found, p.prediction_upper)}]"
        yield _text(LEFT, y, "Prediction interval")
        top, middle = _f(y - 8), _f(y - 4)
        yield f'<path d="M{_f(low)} {top}v8M{_f(low)} {middle}H{_f(high)}M{_f(high)} {top}v8" class="l"/>'
        yield from _arrows(axis, p.prediction_lower, p.prediction_upper, y - 4.0)
        yield _text(WIDTH - 90.0, y, ends, "end")


def _diamond(axis: Axis, estimate: float, lower: float, upper: float, y: float, half: float) -> str:
    x, low, high, at = axis.at(estimate), axis.at(lower), axis.at(upper), y - 4.0
    low, high = min(low, x - 1.5), max(high, x + 1.5)
    return f'<path d="M{_f(low)} {_f(at)}L{_f(x)} {_f(at - half)}L{_f(high)} {_f(at)}L{_f(x)} {_f(at + half)}Z"/>'


def _ticks(found: PooledTable, axis: Axis, y: float) -> Iterable[str]:
    yield f'<path d="M{PLOT:g} {_f(y)}H{RIGHT:g}" class="l"/>'
    for tick in axis.ticks:
        x = axis.at(tick)
        yield f'<path d="M{_f(x)} {_f(y)}v5" class="l"/>'
        yield _text(x, y + 18.0, f"{100.0 * tick:g}" if found.is_share else f"{tick:.4g}", "mid")
    p = found.pooled
    if p is not None:
        said = f"τ² = {p.tau2:.3g}, I² = {p.i2:.0f}%, Q = {p.q:.1f} (df = {p.q_df}, p = {p.q_p:.2g})"
        yield _text(LEFT, y + 18.0, said, "small")


def _wrap(found: PooledTable, lines: Iterable[str], height: float) -> str:
    title, description = words(found)
    style = (
        "text{font:13px Helvetica,Arial,sans-serif;fill:#111}.b{font-weight:700}.it{font-style:italic}"
        ".end{text-anchor:end}.mid{text-anchor:middle}.small{font-size:11px}rect,path{fill:#111}"
        ".l{fill:none;stroke:#111;stroke-width:1.2}.n{fill:none;stroke:#777;stroke-dasharray:3 3}"
    )
    body = "\n".join(line for line in lines if line)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {_f(height)}" width="{WIDTH:g}" '
        f'height="{_f(height)}" role="img" aria-labelledby="t d">\n<title id="t">{_safe(title)}</title>\n'
        f'<desc id="d">{_safe(description)}</desc>\n<style>{style}</style>\n'
        f'<rect width="100%" height="100%" style="fill:#fff"/>\n{body}\n</svg>\n'
    )


def words(found: PooledTable) -> tuple[str, str]:
    """Return the title and the description that stand for the drawing."""
    unit = " percent" if found.is_share else ""
    rows = "; ".join(f"{s.study} {span(found, s.estimate, s.lower, s.upper)}" for s in found.studies)
    p, k = found.pooled, found.k
    title = f"Forest plot of {k} {'study' if k == 1 else 'studies'}, {found.table.measure}"
    if p is None:
        return title, f"{rows}{unit}."
    pooled = f"Pooled {span(found, p.estimate, p.lower, p.upper)}{unit}, {100.0 * found.level:g}% interval."
    return title, f"{pooled} Studies: {rows}. {found.method}"


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    if not words:
        return ""
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{_f(x)}" y="{_f(y)}"{named}>{_safe(words)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…"


def _safe(words: str) -> str:
    """Return text that any XML reader takes: escaped, without characters XML forbids."""
    return escape("".join(c for c in words if c.isprintable() or c == " "))


def _f(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
