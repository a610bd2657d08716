"""What reading a survival curve off a figure gives: steps, censoring ticks, the risk table, and what was changed."""

import math
from dataclasses import dataclass, field
from typing import Literal

from remit.errors import InputError

UNITS = ("days", "weeks", "months", "years")
Ticks = Literal["vector", "picture"]
"""How censoring ticks were read: off a vector figure, where each is a mark of its own, or off a picture, where marks
that touch merge."""
GUESS = "guess"
"""The word of a warning of tracing where a fall of the curve was not seen: a person must sign for such a curve."""
DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12.0, "years": 365.25}


@dataclass(frozen=True, slots=True)
class RiskTable:
    """Numbers at risk as printed under a figure. Raises InputError where they cannot be."""

    times: tuple[float, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.times) != len(self.counts) or not self.times:
            raise InputError(
                f"risk table: {len(self.times)} times but {len(self.counts)} counts; expected one count for each time; "
                "leave out the times that have no count"
            )
        for t, n in zip(self.times, self.counts, strict=True):
            if not math.isfinite(t) or t < 0.0 or n < 0:
                raise InputError(f"risk table: {n} at time {t:g}; expected a time and a count of 0 or more")
        for (t0, n0), (t1, n1) in zip(self.pairs, self.pairs[1:], strict=False):
            if t1 <= t0:
                raise InputError(f"risk table: time {t1:g} after {t0:g}; expected growing times; put them in order")
            if n1 > n0:
                raise InputError(
                    f"risk table: {n0} at risk at {t0:g}, then {n1} at {t1:g}; numbers at risk cannot grow; "
                    "compare with the figure: rows of two arms may be swapped"
                )

    @property
    def pairs(self) -> tuple[tuple[float, int], ...]:
        """Times with their counts."""
        return tuple(zip(self.times, self.counts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoints:
    """Points of one curve as first read, before cleaning: times in the axis' unit, survival on the axis' scale."""

    time: tuple[float, ...]
    survival: tuple[float, ...]
    steps: bool = True
    end: float | None = None
    censored: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    overlap: float | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCurve:
    """One cleaned step curve: from each time on, survival has the value beside it, until `end`.

    `time` starts at 0 where `survival` is 1 and grows; `survival` lies in [0, 1] and never rises. `censored` holds the
    times of censoring ticks found on the curve. `changes` says in words what cleaning changed, `warnings` what a
    person should look at, and `overlap` which share of the drawn curve the traced one covers (None for coordinates).
    `exact` says that no tick is merged with another: the figure is a vector one.
    """

    curve: str
    unit: str
    time: tuple[float, ...]
    survival: tuple[float, ...]
    end: float
    censored: tuple[float, ...] = ()
    risk: RiskTable | None = None
    total: int | None = None
    events: int | None = None
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    overlap: float | None = field(default=None)
    exact: bool = False

    def __post_init__(self) -> None:
        if len(self.time) != len(self.survival) or not self.time:
            raise InputError(f"curve {self.curve}: {len(self.time)} times, {len(self.survival)} survival values")
        if self.unit not in UNITS:
            raise InputError(f"curve {self.curve}: unit {self.unit!r}; expected one of {', '.join(UNITS)}")
        if self.total is not None and self.events is not None and self.events > self.total:
            raise InputError(
                f"curve {self.curve}: {self.events} events in {self.total} patients; "
                "expected no more events than patients; compare with the report"
            )
        if self.total is not None and self.risk is not None and self.risk.counts[0] > self.total:
            raise InputError(
                f"curve {self.curve}: {self.risk.counts[0]} at risk at the start but {self.total} patients; "
                "compare the risk table with the report"
            )

    def at(self, when: float) -> float:
        """Return survival just after time `when`, the curve's last value beyond its end."""
        held = 1.0
        for t, s in zip(self.time, self.survival, strict=True):
            if t > when:
                break
            held = s
        return held
