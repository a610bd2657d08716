"""Do small studies tell another story than large ones? Regression and rank tests of funnel-plot asymmetry.

None of them is a test of publication bias: heterogeneity, artefacts of the measure and chance make funnels asymmetric
too. With few studies they find nothing, so each refuses fewer than `minimum` studies (ten, after Sterne et al. 2011,
BMJ 343:d4002), unless the caller says otherwise.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_p, t_p
from remit.stats.measures import tables
from remit.stats.regression import EXACT, meta_regression
from remit.stats.residual_tau2 import Weighted
from remit.stats.result import Result
from remit.stats.stratified import moments

MINIMUM = 10
MOST_RANKED = 200  # beyond it the exact distribution and the normal one agree to four digits


@dataclass(frozen=True, slots=True)
class Asymmetry(Result):
    """The slope on a measure of size with its test; `intercept` is the effect of a study of boundless size.

    For a rank test, slope is Kendall's sum of signs, its error the standard deviation of that, and intercept None.
    """

    k: int
    slope: float
    slope_se: float
    statistic: float
    df: float
    p: float
    intercept: float | None
    intercept_se: float | None


def egger(effect: npt.ArrayLike, variance: npt.ArrayLike, minimum: int = MINIMUM) -> Asymmetry:
    """Return the weighted regression of effects on their standard errors, residual variance estimated (t, k - 2).

    Source: Egger et al. (1997), BMJ 315:629-634. Its intercept is PET's estimate (Stanley and Doucouliagos 2014, Res
    Synth Methods 5:60-78).
    """
    y, v = _check.studies(effect, variance, max(minimum, 3))
    return _line(y, np.sqrt(v), 1.0 / v)


def peese(effect: npt.ArrayLike, variance: npt.ArrayLike, minimum: int = MINIMUM) -> Asymmetry:
    """Return the same regression on variances instead of standard errors (Stanley and Doucouliagos 2014)."""
    y, v = _check.studies(effect, variance, max(minimum, 3))
    return _line(y, v, 1.0 / v)


def thompson_sharp(effect: npt.ArrayLike, variance: npt.ArrayLike, minimum: int = MINIMUM) -> Asymmetry:
    """Return the regression on standard errors with additive heterogeneity (REML) and a t test on k - 2.

    Source: Thompson and Sharp (1999), Stat Med 18:2693-2708.
    """
    y, v = _check.studies(effect, variance, max(minimum, 3))
    fit = meta_regression(y, v, np.stack((np.ones_like(v), np.sqrt(v)), axis=1), "reml", "t")
    return Asymmetry(y.size, fit.estimate[1], fit.se[1], fit.statistic[1], fit.df, fit.p[1], fit.estimate[0], fit.se[0])


def harbord(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, minimum: int = MINIMUM
) -> Asymmetry:
    """Return Egger's regression on score Z / V with variance 1 / V, for odds ratios.

    It does not find asymmetry that the odds ratio's own variance makes. Studies with events in nobody or in everybody
    are left out. Source: Harbord, Egger and Sterne (2006), Stat Med 25:3443-3457.
    """
    yes1, all1 = _check.cells(a, n1, minimum=1)
    yes2, all2 = _check.cells(c, n2, minimum=1)
    expected, information = moments(yes1, all1, yes2, all2)
    told = information > 0.0
    _check.same_length(max(minimum, 3), a=yes1[told])
    score = (yes1 - expected)[told] / information[told]
    return _line(score, 1.0 / np.sqrt(information[told]), information[told])


def peters(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, minimum: int = MINIMUM
) -> Asymmetry:
    """Return the regression of log odds ratios on 1 / people, weighted by events x non-events / people.

    Source: Peters et al. (2006), JAMA 295:676-680.
    """
    yes1, all1 = _check.cells(a, n1, max(minimum, 3))
    yes2, all2 = _check.cells(c, n2, max(minimum, 3))
    events, total = yes1 + yes2, all1 + all2
    told = (events > 0.0) & (events < total)
    _check.same_length(max(minimum, 3), a=yes1[told])
    each = tables(yes1, all1, yes2, all2, "odds-ratio")
    weight = events * (total - events) / total
    return _line(each.estimate[told], 1.0 / total[told], weight[told])


def deeks(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, minimum: int = MINIMUM
) -> Asymmetry:
    """Return the regression of log odds ratios on 1 / sqrt(effective sample size), weighted by that size.

    Source: Deeks, Macaskill and Irwig (2005), J Clin Epidemiol 58:882-893.
    """
    yes1, all1 = _check.cells(a, n1, max(minimum, 3))
    yes2, all2 = _check.cells(c, n2, max(minimum, 3))
    told = (yes1 + yes2 > 0.0) & (yes1 + yes2 < all1 + all2)
    _check.same_length(max(minimum, 3), a=yes1[told])
    size = (4.0 * all1 * all2 / (all1 + all2))[told]
    return _line(tables(yes1, all1, yes2, all2, "odds-ratio").estimate[told], 1.0 / np.sqrt(size), size)


def begg(effect: npt.ArrayLike, variance: npt.ArrayLike, minimum: int = MINIMUM) -> Asymmetry:
    """Return Kendall's rank correlation of standardised effects with their variances.

    p is exact without ties (up to 200 studies), else normal with the variance for ties; `statistic` is always the
    normal one. InputError where all effects or all variances are alike, as nothing can be ranked.
    Source: Begg and Mazumdar (1994), Biometrics 50:1088-1101.
    """
    y, v = _check.studies(effect, variance, max(minimum, 3))
    w = 1.0 / v
    total = float(w.sum())
    standard = (y - float(w @ y) / total) / np.sqrt(v - 1.0 / total)
    signs = np.sign(standard[:, None] - standard) * np.sign(v[:, None] - v)
    score = float(np.triu(signs, 1).sum())
    ties = [np.unique(values, return_counts=True)[1] for values in (standard, v)]
    if any(t.size == 1 for t in ties):
        raise InputError("every study has the same size, or the same effect; there is nothing to rank")
    spread = math.sqrt(_kendall_variance(y.size, *ties))
    free = all(t.max() == 1 for t in ties)
    statistic = score / spread
    p = kendall_p(y.size, score) if free and y.size <= MOST_RANKED else normal_p(statistic)
    return Asymmetry(y.size, score, spread, statistic, math.inf, p, None, None)


def kendall_p(n: int, score: float) -> float:
    """Return the exact two-sided probability of a Kendall score (sum of signs) at least so far from 0, without ties."""
    ways = np.ones(1)
    for size in range(2, n + 1):
        ways = np.convolve(ways, np.full(size, 1.0 / size))
    most = n * (n - 1) // 2
    discordant = round((most - abs(score)) / 2.0)
    return min(1.0, 2.0 * float(ways[: discordant + 1].sum()))


def _line(y: FloatArray, x: FloatArray, w: FloatArray) -> Asymmetry:
    """Return the weighted straight line with residual variance estimated from k - 2 degrees of freedom."""
    if np.ptp(x) == 0.0:
        raise InputError("every study has the same size; asymmetry cannot be looked for")
    fit = Weighted(y, 1.0 / w, np.stack((np.ones_like(x), x), axis=1), 0.0)
    if fit.q <= EXACT * float(w @ (y * y)):
        raise InputError("every effect lies on one straight line, which leaves no variance to test its slope with")
    df = y.size - 2
    se = np.sqrt(np.diag(fit.covariance) * fit.q / df)
    statistic = float(fit.beta[1] / se[1])
    return Asymmetry(
        y.size,
        float(fit.beta[1]),
        float(se[1]),
        statistic,
        float(df),
        t_p(statistic, df),
        float(fit.beta[0]),
        float(se[0]),
    )


def _kendall_variance(n: int, t: npt.NDArray[np.intp], u: npt.NDArray[np.intp]) -> float:
    """Return the variance of Kendall's score when values repeat t and u times. Source: Kendall (1970), ch. 4."""

    def term(counts: npt.NDArray[np.intp], degree: int) -> float:
        c = counts.astype(np.float64)
        parts = {1: c * (c - 1.0), 2: c * (c - 1.0) * (c - 2.0), 3: c * (c - 1.0) * (2.0 * c + 5.0)}
        return float(parts[degree].sum())

    whole = n * (n - 1.0) * (2.0 * n + 5.0)
    variance = (whole - term(t, 3) - term(u, 3)) / 18.0
    variance += term(t, 2) * term(u, 2) / (9.0 * n * (n - 1.0) * (n - 2.0))
    return variance + term(t, 1) * term(u, 1) / (2.0 * n * (n - 1.0))
