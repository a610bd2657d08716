"""Points as read made into a survival curve, every change said in words and counted.

In order: time in the unit asked for, survival from percent to a share, points without a number or beyond the axes left
out, points in order of time, a start at time 0 with survival 1, small rises levelled (by the nearest falling curve),
repeated points joined. A rise larger than reading error is no survival curve and is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from remit.errors import InputError
from remit.extract.tracing.pixels import Array
from remit.model.curve import DAYS, CurvePoints, RiskTable, TracedCurve

BEYOND = 0.02
RISE = 0.05
JUMP = 0.25
EVEN = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the report prints beside the figure."""

    curve: str
    unit: str = "months"
    to: str = ""
    percent: bool | None = None
    risk: RiskTable | None = None
    total: int | None = None
    events: int | None = None


def curve(points: CurvePoints, printed: Printed) -> TracedCurve:
    """Return the cleaned curve.

    Raises
    ------
    InputError
        Fewer than two points, most points beyond the axes, a curve that rises, or printed numbers that cannot be.
    """
    said = list(points.notes)
    time, survival = np.array(points.time, float), np.array(points.survival, float)
    end = float(points.end) if points.end is not None else float(np.nanmax(time, initial=0.0))
    survival = _share(survival, printed.percent, said)
    time, survival = _in_range(time, survival, said)
    time, survival = _in_order(time, survival, points.steps, said)
    survival, warned = _falling(survival, said)
    warned = [*points.warnings, *warned]
    time, survival = _started(time, survival, said, warned)
    time, survival = _joined(time, survival, said)
    unit = printed.to or printed.unit
    factor = _factor(printed.unit, unit, said)
    end = max(end, float(time[-1]))
    _compare(printed, end, survival, warned)
    return TracedCurve(
        curve=printed.curve,
        unit=unit,
        time=tuple(float(t) for t in time * factor),
        survival=tuple(float(s) for s in survival),
        end=end * factor,
        censored=tuple(sorted(max(0.0, t) * factor for t in points.censored if t <= end * 1.01)),
        risk=_rescaled(printed.risk, factor),
        total=printed.total,
        events=printed.events,
        changes=tuple(said),
        warnings=tuple(warned),
        overlap=points.overlap,
        exact=points.exact,
    )


def _share(survival: Array, percent: bool | None, said: list[str]) -> Array:
    known = survival[np.isfinite(survival)]
    if percent is None and known.size and float(np.quantile(known, 0.9)) > 1.5:
        said.append(f"survival read as percent (it reaches {known.max():.4g}) and divided by 100")
        return survival / 100.0
    if percent:
        said.append("survival divided by 100: the axis is in percent")
        return survival / 100.0
    return survival


def _in_range(time: Array, survival: Array, said: list[str]) -> tuple[Array, Array]:
    known = np.isfinite(time) & np.isfinite(survival)
    _count(said, int((~known).sum()), "point(s) without a number left out")
    time, survival = time[known], survival[known]
    span = float(np.ptp(time)) if time.size else 0.0
    far = (survival > 1.0 + BEYOND) | (survival < -BEYOND) | (time < -max(BEYOND * span, EVEN))
    if time.size and far.mean() > 0.2:
        raise InputError(
            f"{int(far.sum())} of {time.size} points lie outside 0 to 1 or before time 0; check the known points of "
            "the axes and whether the axis is in percent"
        )
    _count(said, int(far.sum()), "point(s) beyond the axes left out")
    time, survival = time[~far], survival[~far]
    if time.size < 2:
        raise InputError(f"{time.size} point(s) of the curve; expected at least two")
    over = (survival > 1.0) | (survival < 0.0)
    _count(
        said, int((over & (np.abs(survival - np.clip(survival, 0, 1)) > 1e-6)).sum()), "survival value(s) set to 0 or 1"
    )
    early = time < 0.0
    _count(said, int((time < -1e-6 * max(span, 1.0)).sum()), "time(s) before 0 set to 0")
    return np.where(early, 0.0, time), np.clip(survival, 0.0, 1.0) + 0.0


def _in_order(time: Array, survival: Array, steps: bool, said: list[str]) -> tuple[Array, Array]:
    back = int((np.diff(time) < 0.0).sum())
    if back:
        said.append(f"{back} point(s) put in order of time")
        order = np.lexsort((-survival, time))
        time, survival = time[order], survival[order]
    return time, survival


def _falling(survival: Array, said: list[str]) -> tuple[Array, list[str]]:
    rises = np.diff(survival)
    up = rises > 1e-6
    if not up.any():
        return np.minimum.accumulate(survival), []
    level = np.asarray(isotonic_regression(survival, increasing=False).x, float)
    moved = np.abs(level - survival)
    worst, whole = float(moved.max()), float(rises[up].sum())
    fallen = float(survival.max() - survival.min())
    if worst > JUMP or (whole > 0.5 * max(fallen, RISE) and worst > RISE):
        where = int(moved.argmax())
        raise InputError(
            f"the curve rises, by {whole:.3g} in all (most at point {where + 1}); expected survival, which only falls; "
            "an incidence curve is read as 1 minus it; else check colour, seed and axes"
        )
    said.append(f"{int(up.sum())} rise(s) levelled by the nearest falling curve, at most {worst:.4f} of survival moved")
    return level, [
        f"the points rose by up to {worst:.3f} before levelling: look at the overlay"
    ] if worst > 0.02 else []


def _started(time: Array, survival: Array, said: list[str], warned: list[str]) -> tuple[Array, Array]:
    first = int(np.searchsorted(time, 0.0, side="right")) - 1
    span = max(float(time[-1]), EVEN)
    if first < 0:
        said.append(f"the start added: survival 1 at time 0 (the first point read is at {time[0]:.4g})")
        if survival[0] < 0.9 and time[0] > 0.1 * span:
            warned.append(
                f"the curve begins at time {time[0]:.3g} with survival {survival[0]:.3g}: its start was not read"
            )
        if 1.0 - survival[0] < 0.004 and time[0] < 0.02 * span:
            return np.concatenate(([0.0], time[1:])), np.concatenate(([1.0], survival[1:]))
        return np.concatenate(([0.0], time)), np.concatenate(([1.0], survival))
    start = survival[first]
    time, survival = time[first:].copy(), survival[first:].copy()
    time[0] = 0.0
    if start == 1.0:
        return time, survival
    if 1.0 - start <= 0.01:
        if 1.0 - start > 1e-6:
            said.append(f"survival {start:.4f} at time 0 set to 1")
        near = survival >= start - 1e-12
        return time, np.where(near, 1.0, survival)
    said.append(f"survival {start:.4f} at time 0 kept as a fall at time 0, from 1")
    if start < 0.9:
        warned.append(f"survival begins at {start:.3g}: check the axes, or that patients did die at time 0")
    return np.concatenate(([0.0], time)), np.concatenate(([1.0], survival))


def _joined(time: Array, survival: Array, said: list[str]) -> tuple[Array, Array]:
    """One point for each fall: the last at one time, the first at one level."""
    last = np.append(np.diff(time) > EVEN, True)
    last[0] = last[0] or (time.size > 1 and survival[0] == 1.0)
    keep = last.copy()
    held: npt.NDArray[np.bool_] = np.zeros(time.size, bool)
    before = np.inf
    for i in np.flatnonzero(keep):
        held[i] = survival[i] < before - 1e-9
        before = min(before, float(survival[i]))
    _count(said, int(time.size - held.sum()), "repeated point(s), of one time or one level, joined")
    return time[held], survival[held]


def _factor(unit: str, to: str, said: list[str]) -> float:
    for word in (unit, to):
        if word not in DAYS:
            raise InputError(f"unit {word!r}; expected one of {', '.join(DAYS)}")
    if unit == to:
        return 1.0
    factor = DAYS[unit] / DAYS[to]
    said.append(f"times changed from {unit} to {to}: multiplied by {factor:.6g}")
    return factor


def _rescaled(risk: RiskTable | None, factor: float) -> RiskTable | None:
    return None if risk is None else RiskTable(tuple(t * factor for t in risk.times), risk.counts)


def _compare(printed: Printed, end: float, survival: Sequence[float] | Array, warned: list[str]) -> None:
    """Look at the printed numbers beside the curve."""
    risk = printed.risk
    if risk is not None:
        late = [(t, n) for t, n in risk.pairs if t > end * 1.02 and n > 0]
        if late:
            t, n = late[0]
            warned.append(f"the risk table has {n} at risk at {t:g}, after the traced curve ends ({end:.3g})")
        n0 = risk.counts[0]
        if printed.total is None and risk.times[0] == 0.0 and n0 == 0:
            raise InputError("risk table: nobody at risk at time 0; expected the number of patients")
        if printed.events is not None and risk.times[0] == 0.0 and printed.events > n0:
            raise InputError(
                f"{printed.events} events but {n0} patients at time 0; expected no more events than patients"
            )
    if printed.events == 0 and float(survival[-1]) < 0.99:
        warned.append(f"no events are given, but the curve falls to {float(survival[-1]):.3g}")


def _count(said: list[str], n: int, words: str) -> None:
    if n:
        said.append(f"{n} {words}")
