"""Two arms per study pooled with every arm's own count: odds ratios and rate ratios, study effects fixed or random.

Unlike the conditional models of `exact_ratio`, nothing is conditioned on: each study keeps a base (mean of both arms'
logits or log rates) and a difference, arm 1 at base + difference / 2 and arm 2 at base - difference / 2. "fixed" study
effects give every study its own base, so studies inform the ratio only by comparing their arms; as many parameters as
studies bias tau2 down. "random" bases are normal between studies, independent of the differences; rates between studies
then inform the ratio as well, which randomised trials need not allow.

Source: Jackson et al. (2018), Stat Med 37:1059-1085, models 2 to 5; Turner et al. (2000), Stat Med 19:3417-3432.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._ascent import covariance
from remit.stats._pair import Arms, BinomialArms, OneArm, OwnBases, PoissonArms
from remit.stats._pair_random import BothRandom
from remit.stats.interval import chi2_p, normal_p, normal_quantile, t_p, t_quantile
from remit.stats.result import Result

StudyEffects = Literal["fixed", "random"]
IntervalKind = Literal["wald", "t"]
ORDER = 11


@dataclass(frozen=True, slots=True)
class UnconditionalFit(Result):
    """A pooled log odds ratio or log rate ratio; tau2 is the variance of true differences between studies.

    base_variance is the variance of bases, None where study effects are fixed. q is the likelihood-ratio statistic of
    equal differences, None where study effects are random. order is that of the quadrature in each dimension, None
    where the integral is exact to 1e-10. slope is the largest slope of the log-likelihood left at the estimate.
    """

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    tau2: float
    base_variance: float | None
    q: float | None
    q_df: int
    q_p: float | None
    log_likelihood: float
    slope: float
    order: int | None
    method: str
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class _Ask:
    studies: StudyEffects
    common: bool
    interval: IntervalKind
    order: int
    level: float


def odds_ratio(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    studies: StudyEffects = "random",
    common: bool = False,
    interval: IntervalKind = "wald",
    keep_empty: bool = False,
    order: int = ORDER,
    level: float = 0.95,
) -> UnconditionalFit:
    """Return the binomial-normal fit of a in n1 against c in n2.

    Parameters
    ----------
    a, n1, c, n2 : shape (k,)
        Events and people of both arms.
    studies : "fixed" or "random" study effects
    common : one difference for all studies, tau2 = 0
    interval : estimate +- quantile x se, with the normal distribution or t on k - 1 degrees of freedom
    keep_empty : with random study effects, whether studies with events in nobody, or in everybody, of both arms take
        part: they inform the bases. With fixed ones they say nothing and are always left out.
    order : of the quadrature over random bases and differences, 1 (Laplace) to 40

    Raises
    ------
    InputError
        Fewer than two informative studies, impossible counts, a ratio that is infinite because every study is at the
        same end, or an unknown word.
    NotConverged
        A likelihood without a top that was reached.
    """
    yes1, all1 = _check.cells(a, n1, minimum=1)
    yes2, all2 = _check.cells(c, n2, minimum=1)
    _check.same_length(1, a=yes1, c=yes2)
    events = yes1 + yes2
    told = (events > 0.0) & (events < all1 + all2)
    _check.same_length(2, informative=yes1[told])
    x1, m1, x2, m2 = yes1[told], all1[told], yes2[told], all2[told]
    lowest, highest = np.maximum(0.0, x1 + x2 - m2), np.minimum(m1, x1 + x2)
    _finite(bool((x1 == lowest).all() or (x1 == highest).all()), "odds ratio")
    if keep_empty and studies == "random":
        x1, m1, x2, m2 = yes1, all1, yes2, all2
    return _fit(BinomialArms(x1, m1, x2, m2), "binomial-normal", _asked(studies, common, interval, order, level))


def rate_ratio(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    studies: StudyEffects = "random",
    common: bool = False,
    interval: IntervalKind = "wald",
    keep_empty: bool = False,
    order: int = ORDER,
    level: float = 0.95,
) -> UnconditionalFit:
    """Return the Poisson-normal fit of events over person-time in arm 1 against arm 2; words as in `odds_ratio`."""
    names = ("events1", "time1", "events2", "time2")
    x1, t1, x2, t2 = (_check.column(v, name) for v, name in zip((events1, time1, events2, time2), names, strict=True))
    _check.same_length(1, events1=x1, time1=t1, events2=x2, time2=t2)
    if min(x1.min(), x2.min()) < 0.0 or min(t1.min(), t2.min()) <= 0.0:
        raise InputError("events below 0 or person-time not above 0; expected counts over time; check the table")
    told = x1 + x2 > 0.0
    _check.same_length(2, informative=x1[told])
    _finite(bool((x1 == 0.0).all() or (x2 == 0.0).all()), "rate ratio")
    kept = np.ones_like(told) if keep_empty and studies == "random" else told
    arms = PoissonArms(x1[kept], t1[kept], x2[kept], t2[kept])
    return _fit(arms, "Poisson-normal", _asked(studies, common, interval, order, level))


@dataclass(frozen=True, slots=True)
class QuadratureFit(Result):
    """A pooled logit by adaptive quadrature of a stated order; tau2 is the variance of logits between studies."""

    k: int
    logit: float
    se: float
    lower: float
    upper: float
    tau2: float
    log_likelihood: float
    slope: float
    order: int
    level: float = 0.95


def proportions(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    order: int = 1,
    interval: IntervalKind = "wald",
    level: float = 0.95,
) -> QuadratureFit:
    """Return `glmm.pool_proportions`'s model by adaptive Gauss-Hermite quadrature; order 1 is Laplace's approximation.

    For comparison with software that stops at that order: `glmm.pool_proportions` integrates exactly. All ends on the
    logit. Raises InputError where every cell is 0 %, or every cell 100 %, as the logit is then infinite.
    """
    x, n = _check.cells(events, totals)
    ask = _asked("random", False, interval, order, level)
    _finite(x.sum() in (0.0, n.sum()), "logit")
    top = BothRandom(OneArm(x, n), ask.order).top(with_difference_sd=False, with_difference=False)
    free = ~np.isnan(np.diag(top.look.curve))
    se = math.sqrt(covariance(top.look.curve, free)[0, 0])
    half = (normal_quantile(level) if interval == "wald" else t_quantile(level, x.size - 1)) * se
    slope = float(np.abs(top.look.slope[free]).max())
    height = top.look.height
    low, high = top.base - half, top.base + half
    return QuadratureFit(x.size, top.base, se, low, high, top.base_sd**2, height, slope, ask.order, level=level)


def _asked(studies: StudyEffects, common: bool, interval: IntervalKind, order: int, level: float) -> _Ask:
    if studies not in ("fixed", "random"):
        raise InputError(f"studies {studies!r}; expected fixed or random")
    if interval not in ("wald", "t"):
        raise InputError(f"interval {interval!r}; expected wald or t")
    if not 1 <= _check.whole(order, "order") <= 40:
        raise InputError(f"order {order!r}; expected 1 (Laplace) to 40")
    return _Ask(studies, common, interval, order, level)


def _fit(arms: Arms, family: str, ask: _Ask) -> UnconditionalFit:
    forms = {"fixed": _fixed, "random": _random}
    estimate, se, tau2, base_variance, q, height, slope = forms[ask.studies](arms, ask)
    df = arms.k - 1
    half = (normal_quantile(ask.level) if ask.interval == "wald" else t_quantile(ask.level, df)) * se
    return UnconditionalFit(
        k=arms.k,
        estimate=estimate,
        se=se,
        lower=estimate - half,
        upper=estimate + half,
        p=normal_p(estimate / se) if ask.interval == "wald" else t_p(estimate / se, df),
        tau2=tau2,
        base_variance=base_variance,
        q=None if q is None else max(q, 0.0),
        q_df=df,
        q_p=None if q is None else chi2_p(q, df),
        log_likelihood=height,
        slope=slope,
        order=None if ask.studies == "fixed" else ask.order,
        method=f"unconditional {family} with {ask.studies} study effects, maximum likelihood",
        level=ask.level,
    )


def _fixed(arms: Arms, ask: _Ask) -> tuple[float, float, float, float | None, float | None, float, float]:
    model = OwnBases(arms)
    alike = model.top(with_sd=False)
    top = alike if ask.common else model.top()
    free = np.ones(top.look.slope.size, dtype=bool)
    wide = covariance(top.look.curve, free)
    q = 2.0 * (arms.best() - alike.look.height)
    slope = float(np.abs(top.look.slope).max())
    return top.mean, math.sqrt(wide[arms.k, arms.k]), top.sd**2, None, q, top.look.height, slope


def _random(arms: Arms, ask: _Ask) -> tuple[float, float, float, float | None, float | None, float, float]:
    top = BothRandom(arms, ask.order).top(with_difference_sd=not ask.common)
    curve = top.look.curve
    free = ~np.isnan(np.diag(curve))
    wide = covariance(curve, free)
    slope = float(np.abs(top.look.slope[free]).max())
    height = top.look.height
    return top.difference, math.sqrt(wide[1, 1]), top.difference_sd**2, top.base_sd**2, None, height, slope


def _finite(infinite: bool, what: str) -> None:
    if infinite:
        raise InputError(
            f"one side has no events in any study, so the {what} is infinite; expected events on both sides; "
            "pool a difference instead"
        )
