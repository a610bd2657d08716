"""Survival at a time and hazard ratios, from what reports print, to estimates on a log scale.

Survival S is pooled as log(-log S): the logarithm of the cumulative hazard, whose sampling distribution is closest to
normal and whose interval never leaves (0, 1). Larger values mean worse survival. A log hazard ratio below 0 favours
the arm over the comparator.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final, Literal

from scipy.special import ndtri

from remit.errors import InputError
from remit.stats import _check
from remit.stats.effect import Effect
from remit.stats.interval import normal_quantile

IntervalScale = Literal["cloglog", "log", "plain"]


def cloglog(survival: float) -> float:
    """Return log(-log S) for S strictly between 0 and 1."""
    return math.log(-math.log(_check.between(survival, "survival")))


_Curve = Callable[[float], float]
_SCALES: Final[Mapping[IntervalScale, tuple[_Curve, _Curve]]] = {
    "cloglog": (lambda s: math.log(-math.log(s)), lambda s: 1.0 / (s * math.log(s))),
    "log": (math.log, lambda s: 1.0 / s),
    "plain": (lambda s: s, lambda s: 1.0),
}
"""Each scale an interval may have been made on, with its slope; the first stands where two fit equally well."""


def interval_scale(survival: float, lower: float, upper: float) -> IntervalScale:
    """Return the scale on which an interval lies most evenly about its survival: the one it was computed on.

    Software differs: by default R's survfit makes intervals on the log scale, SAS on the complementary log-log, older
    programs on the plain one. A width read on another scale misstates the variance, by up to a factor of two near 1.
    "cloglog" where an end is 0, 1 or the survival itself, since halves cannot be compared then.
    """
    if not 0.0 < lower < survival < upper < 1.0:
        return "cloglog"
    uneven = {
        name: abs(math.log((f(upper) - f(survival)) / (f(survival) - f(lower)))) for name, (f, _) in _SCALES.items()
    }
    return min(uneven, key=lambda name: uneven[name])


def cloglog_survival_from_interval(
    survival: float, lower: float, upper: float, level: float = 0.95, scale: IntervalScale = "cloglog"
) -> Effect:
    """Return log(-log S) with the variance that the printed interval's width implies.

    The width is read on `scale`, then carried to the complementary log-log by the delta method (`interval_scale` says
    which scale an interval was made on). An end printed as 0 or 1 is infinite on the complementary log-log, so the
    other half alone is used there; InputError when neither end lies strictly inside (0, 1), when the estimate lies
    outside its interval, or for an unknown scale.
    """
    s = _check.between(survival, "survival")
    low, high = _check.finite(lower, "lower"), _check.finite(upper, "upper")
    if not 0.0 <= low <= s <= high <= 1.0 or low == high:
        raise InputError(f"survival {s} with interval {low} to {high}; expected 0 <= lower <= survival <= upper <= 1")
    if scale not in _SCALES:
        raise InputError(f"scale {scale!r}; expected one of {', '.join(_SCALES)}")
    z = normal_quantile(level)
    if scale != "cloglog" and low > 0.0:
        on, slope = _SCALES[scale]
        return cloglog_survival_from_se(s, (on(high) - on(low)) / (2.0 * z) / slope(s))
    if low > 0.0 and high < 1.0:
        se = (cloglog(low) - cloglog(high)) / (2.0 * z)
    elif low > 0.0:
        se = (cloglog(low) - cloglog(s)) / z
    elif high < 1.0:
        se = (cloglog(s) - cloglog(high)) / z
    else:
        raise InputError(f"interval {low} to {high}; expected at least one end strictly between 0 and 1")
    if se <= 0.0:
        raise InputError(f"survival {s} equals the only usable end of {low} to {high}; its variance is not known")
    return Effect(cloglog(s), se * se)


def cloglog_survival_from_se(survival: float, se: float) -> Effect:
    """Return log(-log S) with variance (se / (S log S))^2, by the delta method; `se` is on the survival scale."""
    s = _check.between(survival, "survival")
    spread = _check.above(se, "se") / (s * math.log(s))
    return Effect(cloglog(s), spread * spread)


def cloglog_survival_from_n(survival: float, total: int) -> Effect:
    """Return log(-log S) as if nobody had been censored: binomial variance S (1 - S) / n, then the delta method.

    Censoring makes the true variance larger, so a study that takes this route weighs somewhat too much.
    """
    s, n = _check.between(survival, "survival"), _check.whole(total, "total", minimum=1)
    return Effect(cloglog(s), (1.0 - s) / (n * s * math.log(s) ** 2))


def log_hr_from_interval(hr: float, lower: float, upper: float, level: float = 0.95) -> Effect:
    """Return log HR with variance ((log upper - log lower) / (2 z))^2.

    Source: Parmar, Torri and Stewart (1998), Stat Med 17:2815-2834, eq. 7.
    """
    ratio = _check.above(hr, "hr")
    low, high = _check.above(lower, "lower"), _check.above(upper, "upper")
    if not low <= ratio <= high or low == high:
        raise InputError(f"hazard ratio {ratio} with interval {low} to {high}; expected lower <= hr <= upper")
    se = math.log(high / low) / (2.0 * normal_quantile(level))
    return Effect(math.log(ratio), se * se)


def log_hr_from_p(hr: float, p: float, events: int | None = None, sided: int = 2) -> Effect:
    """Return log HR with the standard error |log HR| / z that the p value implies.

    At hr = 1 (or p = 1) the p value says nothing about the variance: 4 / `events` is used when the total number of
    events in both arms is given (equal allocation), InputError otherwise.
    Source: Parmar, Torri and Stewart (1998), Stat Med 17:2815-2834, eq. 10-11; Tierney et al. (2007), Trials 8:16.
    """
    ratio, tail_area = _check.above(hr, "hr"), _check.finite(p, "p")
    if sided not in (1, 2):
        raise InputError(f"sided {sided!r}; expected 1 or 2")
    if not 0.0 < tail_area <= 1.0:
        raise InputError(f"p {tail_area!r}; expected a number above 0 and not above 1; '<0.001' is a bound, not a p")
    z = abs(float(ndtri(tail_area / sided)))
    effect = math.log(ratio)
    if effect != 0.0 and z > 0.0:
        return Effect(effect, (effect / z) ** 2)
    if events is None:
        raise InputError(f"hr {ratio} with p {tail_area} gives no variance; give the number of events or an interval")
    return Effect(effect, 4.0 / _check.whole(events, "events", minimum=1))


def log_hr_from_events(events_arm: int, total_arm: int, events_comparator: int, total_comparator: int) -> Effect:
    """Return (O - E) / V with variance 1 / V from the 2x2 table of events: Peto's one-step estimate.

    It ignores when events happened, so it approximates a hazard ratio only for similar follow-up in both arms.
    Source: Yusuf et al. (1985), Prog Cardiovasc Dis 27:335-371. InputError when nobody or everybody had the event.
    """
    a, n1 = _check.cell(events_arm, total_arm, "events_arm", "total_arm")
    c, n2 = _check.cell(events_comparator, total_comparator, "events_comparator", "total_comparator")
    events, total = a + c, n1 + n2
    if events in (0, total):
        raise InputError(f"{events} events among {total} people; expected some with and some without the event")
    variance = n1 * n2 * events * (total - events) / (total * total * (total - 1.0))
    return Effect((a - n1 * events / total) / variance, 1.0 / variance)


def log_hr_from_survival(s_arm: float, se_arm: float, s_comparator: float, se_comparator: float) -> Effect:
    """Return log(-log S1) - log(-log S0) with the sum of the two delta-method variances.

    It equals the log hazard ratio when hazards are proportional up to that time.
    Source: Parmar, Torri and Stewart (1998), Stat Med 17:2815-2834, for one time point.
    """
    arm = cloglog_survival_from_se(s_arm, se_arm)
    comparator = cloglog_survival_from_se(s_comparator, se_comparator)
    return Effect(arm.estimate - comparator.estimate, arm.variance + comparator.variance)
