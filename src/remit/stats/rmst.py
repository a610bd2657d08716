"""Restricted mean survival time: mean time without the event up to a horizon, and its difference between groups."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._people import BoolArray, follow_up, tabulate
from remit.stats.interval import normal_p, normal_quantile
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class RestrictedMean(Result):
    """Area under the survival curve from 0 to `horizon`, in the unit of time, with its standard error and interval."""

    horizon: float
    estimate: float
    se: float
    lower: float
    upper: float
    level: float


@dataclass(frozen=True, slots=True)
class RestrictedMeanDifference(Result):
    """Restricted mean of the arm minus that of the comparator: above 0, people in the arm live longer event-free."""

    horizon: float
    arm: RestrictedMean
    comparator: RestrictedMean
    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    level: float


def restricted_mean(
    time: npt.ArrayLike, event: npt.ArrayLike, horizon: float, *, level: float = 0.95
) -> RestrictedMean:
    """Return the area under the Kaplan-Meier curve up to `horizon`.

    Variance: the sum over event times before the horizon of (area from there to the horizon)² d / (n (n - d)).
    At an event time at which everybody left dies the area beyond is 0, so that time adds nothing.

    Raises
    ------
    InputError
        What `kaplan_meier` refuses; a horizon not above 0; one beyond the last follow-up while the curve is above 0.

    Notes
    -----
    Sources: Irwin (1949), J Hyg 47:188-189; Royston and Parmar (2013), BMC Med Res Methodol 13:152; variance:
    Klein and Moeschberger (2003), Survival Analysis, section 4.5.
    """
    t, d = follow_up(time, event)
    return _mean(t, d, _check.above(horizon, "horizon"), level, "")


def rmst_difference(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    arm: npt.ArrayLike,
    *,
    horizon: float | None = None,
    level: float = 0.95,
) -> RestrictedMeanDifference:
    """Return the restricted mean of people with `arm` = 1 minus that of people with `arm` = 0.

    `horizon` None takes the longest time both groups were followed for (the smaller of their last times), which
    depends on the data: a protocol should fix it. Groups are independent, so variances add.

    Raises
    ------
    InputError
        As `restricted_mean`, and when `arm` is neither 0 nor 1 or a group is empty.
    """
    t, d = follow_up(time, event)
    inside = _two(arm, t.size)
    groups = [(t[chosen], d[chosen]) for chosen in (inside, ~inside)]
    tau = min(float(g[0].max()) for g in groups) if horizon is None else _check.above(horizon, "horizon")
    first = _mean(*groups[0], tau, level, " in the arm")
    second = _mean(*groups[1], tau, level, " in the comparator")
    estimate, se = first.estimate - second.estimate, float(np.hypot(first.se, second.se))
    half = normal_quantile(level) * se
    z = estimate / se if se > 0.0 else float("nan")
    return RestrictedMeanDifference(
        tau, first, second, estimate, se, estimate - half, estimate + half, z, normal_p(z), level
    )


def _two(arm: npt.ArrayLike, people: int) -> BoolArray:
    a = _check.column(arm, "arm")
    if a.size != people:
        raise InputError(f"arm has {a.size} values; expected one for each of {people} people")
    inside: BoolArray = np.equal(a, 1.0)
    if not (inside | (a == 0.0)).all():
        at = int(np.flatnonzero(~inside & (a != 0.0))[0])
        raise InputError(f"arm[{at}] is {a[at]:g}; expected 1 for the arm and 0 for the comparator")
    if inside.all() or not inside.any():
        raise InputError("everybody is in one group; expected people in the arm (1) and in the comparator (0)")
    return inside


def _mean(time: FloatArray, event: BoolArray, horizon: float, level: float, said: str) -> RestrictedMean:
    table = tabulate(time, event)
    survival = np.cumprod(1.0 - table.n_event / table.n_risk)
    last = float(table.time[-1])
    if horizon > last and survival[-1] > 0.0:
        raise InputError(f"horizon {horizon:g} lies beyond the last follow-up{said}, {last:g}; choose {last:g} or less")
    kept = table.time < horizon
    edges = np.concatenate(([0.0], table.time[kept], [horizon]))
    areas = np.diff(edges) * np.concatenate(([1.0], survival[kept]))
    beyond = np.cumsum(areas[::-1])[::-1][1:]
    n, x = table.n_risk[kept], table.n_event[kept]
    left = n * (n - x)
    variance = float(np.sum(np.divide(beyond * beyond * x, left, out=np.zeros_like(left), where=left > 0.0)))
    estimate, half = float(areas.sum()), normal_quantile(level) * variance**0.5
    return RestrictedMean(horizon, estimate, variance**0.5, estimate - half, estimate + half, level)
