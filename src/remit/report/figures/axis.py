"""One shared axis: from natural values (proportion or ratio) to percentages of the plot's width."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_MARGIN = 3.0
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """`low` to `high` on the natural scale; `major` ticks keep their label on a phone, `minor` ones lose it."""

    low: float
    high: float
    log: bool
    major: tuple[float, ...]
    minor: tuple[float, ...] = ()

    def at(self, value: float) -> float:
        """Return the position in percent of the width; values beyond the axis sit at its end."""
        low, high, x = self.low, self.high, value
        if self.log:
            low, high, x = math.log(low), math.log(high), math.log(value) if value > 0 else math.log(self.low)
        share = (x - low) / (high - low)
        return _MARGIN + (100 - 2 * _MARGIN) * min(1.0, max(0.0, share))

    def inside(self, value: float) -> bool:
        """Whether the value lies on the axis."""
        return self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)

    def label(self, value: float) -> str:
        """Return a tick's label: percent on a linear axis, the ratio on a log one."""
        return f"{value:g}" if self.log else f"{100 * value:g}"


PERCENT = Axis(low=0.0, high=1.0, log=False, major=(0.0, 0.5, 1.0), minor=(0.25, 0.75))


def ratio_axis(values: Iterable[float]) -> Axis:
    """Return a log axis around 1 that holds the values, no wider than 0.01 to 100 and no narrower than 0.5 to 2."""
    found = [v for v in values if v > 0 and math.isfinite(v)]
    least, most = min([0.5, *found]), max([2.0, *found])
    low = max((s for s in _STEPS if s <= least), default=_STEPS[0])
    high = min((s for s in _STEPS if s >= most), default=_STEPS[-1])
    between = tuple(s for s in _STEPS if low < s < high and s != 1.0)
    return Axis(low=low, high=high, log=True, major=(low, 1.0, high), minor=between)
