"""Two further tests of funnel asymmetry for two-arm counts: on the number of people, and by exact ranks."""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_p, t_p
from remit.stats.measures import tables
from remit.stats.residual_tau2 import Weighted
from remit.stats.small_study import MINIMUM, Asymmetry, _kendall_variance
from remit.stats.stratified import mantel_haenszel


def macaskill(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, minimum: int = MINIMUM
) -> Asymmetry:
    """Return the regression of log odds ratios on the number of people, weighted by 1 / variance (t, k - 2).

    A study of boundless size has no place on this line, so there is no intercept to report. Half an event is added to
    every cell of a study with an empty one; studies with events in nobody or in everybody are left out.
    Source: Macaskill, Walter and Irwig (2001), Stat Med 20:641-654.
    """
    yes1, all1, yes2, all2 = _told(a, n1, c, n2, minimum)
    each, people = tables(yes1, all1, yes2, all2, "odds-ratio"), all1 + all2
    if np.ptp(people) == 0.0:
        raise InputError("every study has the same size; asymmetry cannot be looked for")
    fit = Weighted(each.estimate, each.variance, np.stack((np.ones_like(people), people), axis=1), 0.0)
    df = people.size - 2
    se = math.sqrt(float(fit.covariance[1, 1]) * fit.q / df)
    slope = float(fit.beta[1])
    return Asymmetry(people.size, slope, se, slope / se, float(df), t_p(slope / se, df), None, None)


def schwarzer(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, add: float = 0.5, minimum: int = MINIMUM
) -> Asymmetry:
    """Return Kendall's rank correlation of events in arm 1, standardised given the margins, with their precision.

    Mean and variance are those of the noncentral hypergeometric distribution at the Mantel-Haenszel odds ratio, for
    which (and only for which) `add` events go into every cell of studies with an empty one. p is normal.
    Source: Schwarzer, Antes and Schumacher (2007), Stat Med 26:721-733.
    """
    yes1, all1, yes2, all2 = _told(a, n1, c, n2, minimum)
    if _check.finite(add, "add") < 0.0:
        raise InputError(f"add {add!r}; expected 0 or more events for each cell")
    log_ratio = _common(yes1, all1, yes2, all2, add)
    margins = np.stack((all1, yes1 + yes2, all2), axis=1).tolist()
    moments = [_moments(log_ratio, *row) for row in margins]
    mean, variance = np.array(moments).T
    standard = (yes1 - mean) / np.sqrt(variance)
    signs = np.sign(standard[:, None] - standard) * -np.sign(variance[:, None] - variance)
    score = float(np.triu(signs, 1).sum())
    k = yes1.size
    ties = [np.unique(values, return_counts=True)[1] for values in (standard, variance)]
    spread = math.sqrt(_kendall_variance(k, *ties))
    return Asymmetry(k, score, spread, score / spread, math.inf, normal_p(score / spread), None, None)


def _told(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike, minimum: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the tables that hold information on an odds ratio, at least `minimum` and three of them."""
    yes1, all1 = _check.cells(a, n1, max(minimum, 3))
    yes2, all2 = _check.cells(c, n2, max(minimum, 3))
    _check.same_length(3, a=yes1, c=yes2)
    told = (yes1 + yes2 > 0.0) & (yes1 + yes2 < all1 + all2)
    _check.same_length(max(minimum, 3), a=yes1[told])
    return yes1[told], all1[told], yes2[told], all2[told]


def _common(yes1: FloatArray, all1: FloatArray, yes2: FloatArray, all2: FloatArray, add: float) -> float:
    """Return the Mantel-Haenszel log odds ratio, `add` in each cell of studies with an empty one."""
    empty = (yes1 == 0.0) | (yes2 == 0.0) | (yes1 == all1) | (yes2 == all2)
    if add == 0.0 or not empty.any():
        return mantel_haenszel(yes1, all1, yes2, all2).estimate
    more = np.where(empty, add, 0.0)
    p, q, r, s = yes1 + more, all1 - yes1 + more, yes2 + more, all2 - yes2 + more
    total = p + q + r + s
    return math.log(float((p * s / total).sum()) / float((q * r / total).sum()))


def _moments(log_ratio: float, people1: float, events: float, people2: float) -> tuple[float, float]:
    """Return mean and variance of arm 1's events given the margins."""
    x = np.arange(max(0.0, events - people2), min(people1, events) + 1.0)
    height = (
        x * log_ratio
        - gammaln(x + 1.0)
        - gammaln(people1 - x + 1.0)
        - gammaln(events - x + 1.0)
        - gammaln(people2 - events + x + 1.0)
    )
    chance = np.exp(height - height.max())
    chance /= chance.sum()
    mean = float(chance @ x)
    return mean, float(chance @ (x - mean) ** 2)
