"""Median survival times pooled on the log scale, with the variance each printed interval implies.

A median that was not reached is not a number: leaving such studies out makes the pooled median too short, since they
are those of the longest survival. `pool_medians` therefore refuses them unless told to leave them out, and then warns;
pooled landmarks or a pooled curve use them fully.

Sources: Brookmeyer and Crowley (1982), Biometrics 38:29-41 (the intervals); McGrath, Sohn, Steele and Benedetti (2020),
Biom J 62:69-98, and McGrath et al. (2025), arXiv:2503.03065 (inverse-variance pooling of medians from their intervals).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from remit.errors import InputError
from remit.stats import _check
from remit.stats.effect import Effect
from remit.stats.interval import normal_quantile
from remit.stats.pool import IntervalKind, RandomEffects, random_effects
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class StudyMedian(Result):
    """A median survival time with its interval; an end not reached is infinite, and so is a median not reached."""

    name: str
    median: float
    lower: float
    upper: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class PooledMedian(Result):
    """The pooled median, in the unit of time given; `log` holds the pooled result on the log scale.

    `not_reached` names studies left out; `warning` is empty when there is none.
    """

    k: int
    median: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    level: float
    not_reached: tuple[str, ...]
    warning: str
    log: RandomEffects


def log_median(study: StudyMedian) -> Effect:
    """Return the log of a median with the variance its interval implies; by the lower half where no upper end is.

    InputError for a median not reached, ends out of order, or no usable end.
    """
    z = normal_quantile(study.level)
    if math.isinf(study.median):
        raise InputError(f"{study.name}: the median was not reached; pool landmarks or curves instead")
    middle, low = _check.above(study.median, f"{study.name} median"), _check.above(study.lower, f"{study.name} lower")
    if not low <= middle <= study.upper or low == study.upper:
        raise InputError(f"{study.name}: median {middle:g} with interval {low:g} to {study.upper:g}; out of order")
    open_end = math.isinf(study.upper)
    se = math.log(middle / low) / z if open_end else math.log(study.upper / low) / (2.0 * z)
    if not se > 0.0:
        raise InputError(f"{study.name}: the median equals its lower end and has no upper one; its variance is unknown")
    return Effect(math.log(middle), se * se)


def pool_medians(
    studies: Sequence[StudyMedian],
    leave_out_not_reached: bool = False,
    interval: IntervalKind = "hartung-knapp-adhoc",
    level: float = 0.95,
) -> PooledMedian:
    """Return the pooled median of several studies by random effects on the log scale (REML).

    InputError for fewer than two studies with a median, for one not reached unless `leave_out_not_reached`, and as
    `log_median`.
    """
    missing = tuple(s.name for s in studies if math.isinf(s.median))
    if missing and not leave_out_not_reached:
        raise InputError(
            f"median not reached in {', '.join(missing)}; without them the pooled median is too short; "
            "pool landmarks or curves, or say that they are to be left out"
        )
    found = [log_median(s) for s in studies if not math.isinf(s.median)]
    if len(found) < 2:
        raise InputError(f"{len(found)} studies with a median; expected at least two")
    pooled = random_effects([e.estimate for e in found], [e.variance for e in found], interval=interval, level=level)
    low, high = pooled.prediction_lower, pooled.prediction_upper
    return PooledMedian(
        k=pooled.k,
        median=math.exp(pooled.estimate),
        lower=math.exp(pooled.lower),
        upper=math.exp(pooled.upper),
        prediction_lower=None if low is None else math.exp(low),
        prediction_upper=None if high is None else math.exp(high),
        level=level,
        not_reached=missing,
        warning=f"too short: {len(missing)} studies whose median was not reached are left out" if missing else "",
        log=pooled,
    )
