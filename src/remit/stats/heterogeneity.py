"""How much studies differ: Cochran's Q, I2, and intervals of tau2."""

import math
from dataclasses import dataclass

import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import Interval, chi2_p, chi2_quantile, normal_quantile, tail
from remit.stats.result import Result
from remit.stats.roots import bracketed, widen
from remit.stats.tau2 import likeliest, log_likelihood, q_at, solve_q


@dataclass(frozen=True, slots=True)
class Q(Result):
    """A chi-square statistic, its degrees of freedom and the probability of a larger one."""

    q: float
    df: int
    p: float


def cochran_q(effect: npt.ArrayLike, variance: npt.ArrayLike) -> Q:
    """Return the test that all studies share one effect. Source: Cochran (1954), Biometrics 10:101-129."""
    y, v = _check.studies(effect, variance)
    q = q_at(y - y[0], v, 0.0)
    return Q(q, y.size - 1, chi2_p(q, y.size - 1))


def typical_variance(variance: FloatArray) -> float:
    """Return the typical sampling variance of Higgins and Thompson (2002), Stat Med 21:1539-1558, eq. 9."""
    w = 1.0 / variance
    total = float(w.sum())
    rest = total * total - float(w @ w)
    return (variance.size - 1) * total / rest if rest > 0.0 else math.inf  # one study outweighs the rest beyond digits


def i2(tau2: float, variance: npt.ArrayLike) -> float:
    """Return 100 tau2 / (tau2 + typical sampling variance): percent of total variation that lies between studies.

    It follows tau2, whichever estimator gave it, so it may differ from (Q - df) / Q, with which it agrees for
    DerSimonian-Laird. It says how large heterogeneity is against sampling error, never how large it is.
    """
    v = _check.column(variance, "variance")
    _check.studies(v, v)
    between = _check.finite(tau2, "tau2")
    return 100.0 * between / (between + typical_variance(v))


@dataclass(frozen=True, slots=True)
class Consistency(Result):
    """H = sqrt(Q / df) and I2 = (H^2 - 1) / H^2 in percent, each at least what it is without heterogeneity."""

    h: float
    h_lower: float
    h_upper: float
    i2: float
    lower: float
    upper: float
    level: float = 0.95


def consistency(q: float, k: int, level: float = 0.95) -> Consistency:
    """Return H and I2 that follow Cochran's `q` of `k` studies, with test-based intervals.

    Unlike `i2` they follow Q whichever estimator gave tau2, as in RevMan. With two studies and a Q up to 2 the interval
    is open: I2 from 0 to 100. Source: Higgins and Thompson (2002), Stat Med 21:1539-1558, appendix A2.
    Raises InputError for k < 2 or a negative q.
    """
    studies = _check.whole(k, "k", minimum=2)
    if _check.finite(q, "q") < 0.0:
        raise InputError(f"q {q!r}; expected a sum of squares, 0 or more")
    df = studies - 1
    h = math.sqrt(max(1.0, q / df))
    if q > studies:
        error = 0.5 * math.log(q / df) / (math.sqrt(2.0 * q) - math.sqrt(2.0 * studies - 3.0))
    elif studies == 2:
        return Consistency(h, 1.0, math.inf, _percent(h), 0.0, 100.0, level)
    else:
        error = math.sqrt((1.0 - 1.0 / (3.0 * (studies - 2.0) ** 2)) / (2.0 * (studies - 2.0)))
    reach = math.exp(normal_quantile(level) * error)
    low, high = max(1.0, h / reach), h * reach
    return Consistency(h, low, high, _percent(h), _percent(low), _percent(high), level)


def _percent(h: float) -> float:
    return 100.0 * (1.0 - 1.0 / (h * h))


def q_profile(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the interval of tau2 whose ends put Q at the quantiles of its chi-square distribution.

    Both ends are exact when effects are normal with known variances; an end below 0 is exactly 0.0.
    Source: Viechtbauer (2007), Stat Med 26:37-52.
    """
    y, v = _check.studies(effect, variance)
    alpha = tail(level)
    lower = solve_q(y, v, chi2_quantile(alpha, y.size - 1.0))
    upper = solve_q(y, v, chi2_quantile(1.0 - alpha, y.size - 1.0))
    return Interval(lower, upper, level)


def profile_likelihood(
    effect: npt.ArrayLike, variance: npt.ArrayLike, restricted: bool = True, level: float = 0.95
) -> Interval:
    """Return the tau2 whose (restricted) likelihood is not significantly below the highest one.

    Source: Hardy and Thompson (1996), Stat Med 15:619-629; Viechtbauer (2007), Stat Med 26:37-52.
    """
    y, v = _check.studies(effect, variance)
    best = likeliest(y, v, restricted)
    floor = log_likelihood(y, v, best, restricted) - chi2_quantile(2.0 * tail(level), 1.0) / 2.0

    def height(tau2: float) -> float:
        return log_likelihood(y, v, tau2, restricted) - floor

    lower = 0.0 if height(0.0) >= 0.0 else bracketed(height, 0.0, best)
    step = max(best, float(v.min()))
    low, high = widen(height, best, step, step * 1e12)
    return Interval(lower, bracketed(height, low, high), level)
