"""Which studies stand out: rules of thumb on measures of influence, and each study's own true effect with its interval.

The rules say where to look first. A study they name is not to be left out for that.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.stats import _check
from remit.stats.influence import influence
from remit.stats.interval import chi2_p, normal_quantile, t_quantile
from remit.stats.pool import IntervalKind, RandomEffects, random_effects
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class StandingOut(Result):
    """Per study: `dfbetas`, how far it moves the estimate in standard errors of the fit without it, and whether any
    rule names it.
    """

    dfbetas: tuple[float, ...]
    stands_out: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class OwnEffects(Result):
    """Per study: the best prediction of its true effect with its interval (`shrunken`, `lower`, `upper`), how far that
    lies from the mean of all (`deviation`), and how far its estimate does (`residual`), each with a standard error.
    """

    shrunken: tuple[float, ...]
    shrunken_se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    deviation: tuple[float, ...]
    deviation_se: tuple[float, ...]
    residual: tuple[float, ...]
    residual_se: tuple[float, ...]
    level: float = 0.95


def standing_out(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    fit: RandomEffects | None = None,
    without: tuple[RandomEffects, ...] | None = None,
    interval: IntervalKind = "normal",
) -> StandingOut:
    """Return the studies with |DFFITS| above 3 sqrt(1 / (k - 1)), a Cook's distance beyond the median of chi-square(1),
    three times the average weight, or |DFBETAS| above 1.

    `fit` and `without` are the REML fits unless given, as in `influence.influence`. InputError for k < 3.
    Source: Viechtbauer and Cheung (2010), Res Synth Methods 1:112-125.
    """
    y, v = _check.studies(effect, variance, minimum=3)
    measures = influence(y, v, fit, without, interval)
    k, hat = y.size, np.array(measures.hat)
    tau2 = np.array(measures.tau2_without)
    totals = (1.0 / (v[None, :] + tau2[:, None])).sum(axis=1)
    dffits = np.array(measures.dffits)
    dfbetas = dffits * np.sqrt(hat * (tau2 + v) * totals)
    cook = np.array([chi2_p(d, 1.0) for d in measures.cook]) < 0.5
    named = (np.abs(dffits) > 3.0 / math.sqrt(k - 1.0)) | cook | (hat > 3.0 / k) | (np.abs(dfbetas) > 1.0)
    return StandingOut(tuple(dfbetas.tolist()), tuple(named.tolist()))


def own_effects(effect: npt.ArrayLike, variance: npt.ArrayLike, fit: RandomEffects | None = None) -> OwnEffects:
    """Return each study's true effect as the whole set predicts it; `fit` is the REML fit unless given.

    Intervals use t where `fit` did. InputError for k < 2. Source: Raudenbush and Bryk (1985), J Educ Stat 10:75-98;
    Robinson (1991), Stat Sci 6:15-51.
    """
    y, v = _check.studies(effect, variance)
    whole = fit or random_effects(y, v)
    tau2, mean, level = whole.tau2, whole.estimate, whole.level
    w = 1.0 / (v + tau2)
    share, plain = tau2 * w, 1.0 / float(w.sum())
    shrunken = share * y + (1.0 - share) * mean
    error = np.sqrt(share * v + (1.0 - share) ** 2 * whole.se**2)
    half = (normal_quantile(level) if math.isinf(whole.df) else t_quantile(level, whole.df)) * error
    apart = tau2 - tau2 * tau2 * (w - w * w * whole.se**2)
    return OwnEffects(
        shrunken=tuple(shrunken.tolist()),
        shrunken_se=tuple(error.tolist()),
        lower=tuple((shrunken - half).tolist()),
        upper=tuple((shrunken + half).tolist()),
        deviation=tuple((share * (y - mean)).tolist()),
        deviation_se=tuple(np.sqrt(np.maximum(apart, 0.0)).tolist()),
        residual=tuple((y - mean).tolist()),
        residual_se=tuple(np.sqrt(v + tau2 - plain).tolist()),
        level=level,
    )
