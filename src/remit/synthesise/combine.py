"""Estimates of separate groups of people, pooled.

k = 0 gives nothing and k = 1 its own estimate, never a pooled one. Proportions: binomial-normal GLMM on the logit.
Survival and contrasts: REML with the Hartung-Knapp interval and its ad-hoc correction, on the complementary log-log and
the log scale; prediction interval from three studies; the common effect beside. I2 and weights in percent.

The prediction interval uses the plain standard error, the interval one that also knows how unsure tau2 is; where
studies hardly differ the first can come out narrower, which cannot be meant: a new study is never known better
than the average. Each such end of the prediction interval is then the interval's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from remit.model.finding import Pooled, Used
from remit.model.protocol import Analysis
from remit.stats.glmm import ProportionFit, ProportionInterval, pool_proportions
from remit.stats.pool import RandomEffects, common_effect, random_effects
from remit.synthesise.scale import cloglog_inverse, exp

GLMM = "binomial-normal model, logit"
REML = {"survival": "random effects (REML), complementary log-log", "contrast": "random effects (REML), log ratio"}
HARTUNG_KNAPP = "Hartung–Knapp, ad-hoc correction"
PROFILE = "profile likelihood"
T = "t, k − 1"
INTERVALS: dict[ProportionInterval, str] = {"profile": PROFILE, "t": T, "wald": "Wald"}
ENOUGH_FOR_T = 3
"""Studies from which a pooled proportion takes the t interval. By simulated coverage (docs/explanation/statistics.md)
t holds 95 % from three studies, profile likelihood 86 to 95 %; with two, t spans nearly everything."""


@dataclass(frozen=True, slots=True)
class Combined:
    """What went in, with weights in percent, and the pooled estimate (None for fewer than two)."""

    used: tuple[Used, ...]
    pooled: Pooled | None


def combine(used: Sequence[Used], analysis: Analysis, incidence: bool = False, brief: bool = False) -> Combined:
    """Return the pooled estimate of `used`, in reading order (year, name, ids); `incidence` turns survival around.

    `brief` leaves the interval of an exact fit's tau2 out.
    """
    entered = tuple(sorted(used, key=lambda u: (u.year or 0, u.label, u.study, u.arm, u.comparator, u.key)))
    if len(entered) < 2:
        return Combined(tuple(replace(u, weight=100.0) for u in entered), None)
    if analysis.kind == "proportion":
        cells = tuple(u.events or 0 for u in entered), tuple(u.total or 0 for u in entered)
        fit = fit_proportions(*cells, brief=brief)
        return Combined(_weighted(entered, fit.weights), _proportion(fit))
    fit_random = random_effects([u.effect for u in entered], [u.variance for u in entered])
    back: Callable[[float], float] = exp if analysis.kind == "contrast" else lambda v: cloglog_inverse(v, incidence)
    return Combined(_weighted(entered, fit_random.weights), _ratio_or_survival(fit_random, entered, analysis, back))


@lru_cache(maxsize=1024)
def fit_proportions(
    events: tuple[int, ...],
    totals: tuple[int, ...],
    interval: ProportionInterval | None = None,
    brief: bool = False,
) -> ProportionFit:
    """Return the exact fit; analyses and their subgroups often pool the same cells, which are fitted once.

    `brief` leaves the interval of tau2 out.
    """
    return pool_proportions(events, totals, interval=interval or interval_for(len(events)), tau2_interval=not brief)


def interval_for(k: int) -> ProportionInterval:
    """Return the kind of interval a pooled proportion of k studies takes."""
    return "t" if k >= ENOUGH_FOR_T else "profile"


def _ahead(ends: tuple[float | None, float | None], lower: float, upper: float) -> tuple[float | None, float | None]:
    """Return the ends of the prediction interval, none of them inside the interval of the average."""
    low, high = ends
    return (None, None) if low is None or high is None else (min(low, lower), max(high, upper))


def _weighted(used: tuple[Used, ...], weights: Sequence[float]) -> tuple[Used, ...]:
    return tuple(replace(u, weight=float(w)) for u, w in zip(used, weights, strict=True))


def _proportion(fit: ProportionFit) -> Pooled:
    ahead = _ahead((fit.prediction_lower, fit.prediction_upper), fit.lower, fit.upper)
    return Pooled(
        k=fit.k,
        n=fit.n,
        events=fit.events,
        estimate=fit.estimate,
        lower=fit.lower,
        upper=fit.upper,
        prediction_lower=ahead[0],
        prediction_upper=ahead[1],
        tau2=fit.tau2,
        tau2_lower=fit.tau2_lower,
        tau2_upper=fit.tau2_upper,
        i2=fit.i2,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        common_estimate=fit.common_estimate,
        common_lower=fit.common_lower,
        common_upper=fit.common_upper,
        effect=fit.logit,
        se=fit.se,
        p=None,
        method=f"{GLMM}; {fit.note}" if fit.note else GLMM,
        interval=fit.method if fit.note else INTERVALS[interval_for(fit.k)],
    )


def _ratio_or_survival(
    fit: RandomEffects, used: tuple[Used, ...], analysis: Analysis, back: Callable[[float], float]
) -> Pooled:
    """Return the pooled estimate on the natural scale; a falling back-transform swaps the ends."""
    common = common_effect([u.effect for u in used], [u.variance for u in used])
    lower, upper = sorted((back(fit.lower), back(fit.upper)))
    common_lower, common_upper = sorted((back(common.lower), back(common.upper)))
    ahead: tuple[float | None, float | None] = (None, None)
    if fit.prediction_lower is not None and fit.prediction_upper is not None:
        low, high = sorted((back(fit.prediction_lower), back(fit.prediction_upper)))
        ahead = _ahead((low, high), lower, upper)
    people = [u.total + (u.comparator_total or 0) for u in used if u.total is not None]
    events = [u.events + (u.comparator_events or 0) for u in used if u.events is not None]
    return Pooled(
        k=fit.k,
        n=sum(people) if people else None,
        events=sum(events) if len(events) == len(used) else None,
        estimate=back(fit.estimate),
        lower=lower,
        upper=upper,
        prediction_lower=ahead[0],
        prediction_upper=ahead[1],
        tau2=fit.tau2,
        tau2_lower=fit.tau2_lower,
        tau2_upper=fit.tau2_upper,
        i2=fit.i2,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        common_estimate=back(common.estimate),
        common_lower=common_lower,
        common_upper=common_upper,
        effect=fit.estimate,
        se=fit.se,
        p=fit.p if analysis.kind == "contrast" else None,
        method=REML[analysis.kind],
        interval=HARTUNG_KNAPP,
    )
