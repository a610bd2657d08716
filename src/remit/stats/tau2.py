"""Between-study variance: how far true effects differ from study to study.

Each estimator takes effects and sampling variances on the analysis scale (log for ratios) and returns tau2 >= 0 in
squared units of the effect; an estimate below 0 is exactly 0.0. Which one a review uses is settled in its protocol.

Words: k is the number of studies; a weight is 1 / (variance + tau2); Q is the weighted sum of squared deviations from
the weighted mean. All raise InputError for k < 2, unequal lengths, a value that is not finite, or a variance not
above 0. Iterative estimators solve their equation by Newton's steps kept between two points of opposite sign.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from remit.errors import NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.batch_kernels import NEAR
from remit.stats.interval import chi2_quantile
from remit.stats.roots import EPSILON, MOST_STEPS

FINE = 1.6  # ratio of neighbouring tau2 at which the likelihood's slope is looked at
SHORT = 1e-9  # share of tau2 below which a step of Newton's is the last one


def q_at(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Return Q with weights 1 / (v + tau2); it falls, and its slope flattens, as tau2 grows."""
    w = 1.0 / (v + tau2)
    r = y - float(w.dot(y)) / float(w.sum())
    return float(w.dot(r * r))


def squares(y: FloatArray) -> float:
    """Return the sum of squared deviations from the plain mean."""
    off = y - float(y.sum()) / y.size
    return float(off.dot(off))


def solve_q(
    y: FloatArray, v: FloatArray, target: float, at_zero: float | None = None, known: float | None = None
) -> float:
    """Return the tau2 at which Q equals `target`, exactly 0.0 when Q(0) does not exceed it.

    `at_zero` is Q(0) and `known` the sum of squares, where those are known already. Q(t) is at most S / (min(v) + t),
    with S the unweighted sum of squares, so the root lies below S / target - min(v).
    """
    if (q_at(y, v, 0.0) if at_zero is None else at_zero) <= target:
        return 0.0
    s = squares(y) if known is None else known
    high = (s / target - float(v.min())) * (1.0 + 1e-9) + 1e-12 * s

    ones = np.ones_like(y)

    def look(t: float) -> tuple[float, float]:
        w = 1.0 / (v + t)
        off = y - float(w.dot(y)) / float(w.dot(ones))
        r = w * off
        q = float(r.dot(off))
        return q - target, (q / target - 1.0) * q / float(r.dot(r))  # Newton's step on 1 / Q, which is concave

    return _descend(look, 0.0, high, 0.0)


def paule_mandel(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return the tau2 at which Q equals its expectation, k - 1.

    Source: Paule and Mandel (1982), J Res Natl Bur Stand 87:377-385.
    """
    y, v = _check.studies(effect, variance)
    return solve_q(y, v, y.size - 1.0)


def empirical_bayes(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return Morris's empirical Bayes tau2, which solves the Paule-Mandel equation.

    Source: Morris (1983), J Am Stat Assoc 78:47-55; equivalence: Viechtbauer et al. (2015), Psychol Methods 20:360-374.
    """
    return paule_mandel(effect, variance)


def median_unbiased(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return the tau2 at which Q equals the median of its chi-square distribution with k - 1 degrees of freedom.

    Source: Viechtbauer (2021), in Handbook of Meta-Analysis (Schmid, Stijnen, White), ch. 7.
    """
    y, v = _check.studies(effect, variance)
    return solve_q(y, v, chi2_quantile(0.5, y.size - 1.0))


def dersimonian_laird(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return the method-of-moments tau2 with weights 1 / variance.

    Source: DerSimonian and Laird (1986), Control Clin Trials 7:177-188.
    """
    y, v = _check.studies(effect, variance)
    w = 1.0 / v
    return generalised_q(y, v, w)


def generalised_q(y: FloatArray, v: FloatArray, a: FloatArray) -> float:
    """Return the method-of-moments tau2 with fixed weights `a`.

    Source: Kacker (2004), Metrologia 41:132-136, eq. 6; DerSimonian and Kacker (2007), Contemp Clin Trials 28:105-114.
    """
    total = float(a.sum())
    r = y - float(a @ y) / total
    excess = float(a @ (r * r)) - (float(a @ v) - float((a * a) @ v) / total)
    return max(0.0, excess / (total - float(a @ a) / total))


def hedges(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return the sample variance of the effects less the mean sampling variance.

    Source: Hedges (1983), Psychol Bull 93:388-395 (also called Cochran's ANOVA estimator).
    """
    y, v = _check.studies(effect, variance)
    return max(0.0, float(y.var(ddof=1)) - float(v.mean()))


def hunter_schmidt(effect: npt.ArrayLike, variance: npt.ArrayLike, small_sample: bool = False) -> float:
    """Return (Q - k) / sum(1 / variance); with `small_sample`, Q is first multiplied by k / (k - 1).

    Source: Hunter and Schmidt (2004), Methods of Meta-Analysis; correction:
    Brannick et al. (2019), Organ Res Methods 22:490-514.
    """
    y, v = _check.studies(effect, variance)
    k = y.size
    q = q_at(y, v, 0.0) * (k / (k - 1.0) if small_sample else 1.0)
    return max(0.0, (q - k) / float((1.0 / v).sum()))


def sidik_jonkman(effect: npt.ArrayLike, variance: npt.ArrayLike, start: float | None = None) -> float:
    """Return Sidik and Jonkman's two-step tau2, started at `start` (above 0), else at the effects' mean squared
    deviation from their mean; never 0 unless that is.

    Source: Sidik and Jonkman (2005), Appl Stat 54:367-384; other starts: (2007), Stat Med 26:1964-1981.
    """
    y, v = _check.studies(effect, variance)
    first = float(y.var()) if start is None else _check.above(start, "start")
    return 0.0 if first == 0.0 else first * q_at(y, v, first) / (y.size - 1.0)


def maximum_likelihood(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return the tau2 with the highest likelihood of the normal-normal model (biased towards 0 in small k).

    Source: Hardy and Thompson (1996), Stat Med 15:619-629.
    """
    y, v = _check.studies(effect, variance)
    return likeliest(y, v, restricted=False)


def reml(effect: npt.ArrayLike, variance: npt.ArrayLike) -> float:
    """Return the tau2 with the highest restricted likelihood of the normal-normal model.

    The slope is looked at over the whole range that data can give; every crossing from above to below is solved, and
    the one with the highest likelihood (0 included) is kept, so a lesser maximum is never returned.
    Source: Viechtbauer (2005), J Educ Behav Stat 30:261-293; Harville (1977), J Am Stat Assoc 72:320-338.
    """
    y, v = _check.studies(effect, variance)
    return likeliest(y, v, restricted=True)


def likeliest(y: FloatArray, v: FloatArray, restricted: bool, known: float | None = None) -> float:
    """Return the global maximum over tau2 >= 0 of the (restricted) profile likelihood; `known`: the sum of squares."""
    high = _largest(y, v, squares(y) if known is None else known)
    if high <= 0.0:
        return 0.0
    low = min(NEAR * float(v.min()), 0.5 * high)
    steps = np.arange(-1.0, 2.0 + math.ceil(math.log(high / low) / math.log(FINE)))
    looks = np.minimum(low * FINE**steps, high)
    looks[0] = 0.0
    slopes = _slopes(y, v, looks, restricted)
    rising = slopes > 0.0
    maxima = [0.0] if not rising[0] else []
    ones = np.ones_like(y)
    for i in (rising[:-1] & ~rising[1:]).nonzero()[0].tolist():
        (a, b), (fa, fb) = looks[i : i + 2].tolist(), slopes[i : i + 2].tolist()
        maxima.append(
            _descend(lambda t: _slope_and_step(y, v, ones, t, restricted), a, b, a + (b - a) * fa / (fa - fb))
        )
    if len(maxima) == 1:
        return maxima[0]
    return max(maxima, key=lambda t: log_likelihood(y, v, t, restricted))


def _descend(look: Callable[[float], tuple[float, float]], low: float, high: float, start: float) -> float:
    """Return where a function falls through 0 between `low` and `high`; `look` gives it and Newton's step from there.

    A step that leaves the bracket is replaced by its middle, as are all after the twentieth.
    """
    a, b, t = low, high, start
    for n in range(MOST_STEPS):
        f, step = look(t)
        if f > 0.0:
            a = t
        else:
            b = t
        new = t + step
        if n < 20 and abs(step) <= SHORT * abs(new):  # what is left is of the order of its square
            return min(max(new, a), b)
        if b - a <= 2.0 * EPSILON * b:
            return t
        t = new if n < 20 and a < new < b else 0.5 * (a + b)
    raise NotConverged(f"no root to a relative 1e-12 between {low:g} and {high:g} in {MOST_STEPS} steps")


def _slope_and_step(
    y: FloatArray, v: FloatArray, ones: FloatArray, tau2: float, restricted: bool
) -> tuple[float, float]:
    """Return `slope` and Newton's step from there; a step out of any bracket where the slope does not fall."""
    w = 1.0 / (v + tau2)
    total = float(w.dot(ones))
    r = w * (y - float(w.dot(y)) / total)
    ww = w * w
    second = float(w.dot(w))
    f, moved = float(r.dot(r)) - total, float(w.dot(r))
    curve = second - 2.0 * float(r.dot(w * r)) + 2.0 * moved * moved / total
    if restricted:
        f += second / total
        curve += (second / total) ** 2 - 2.0 * float(ww.dot(w)) / total
    return f, -f / curve if curve < 0.0 else math.inf


def slope(y: FloatArray, v: FloatArray, tau2: float, restricted: bool) -> float:
    """Return twice the derivative of the (restricted) profile log-likelihood with respect to tau2."""
    w = 1.0 / (v + tau2)
    total = float(w.sum())
    r = w * (y - float(w @ y) / total)
    return float(r @ r) - total + (float(w @ w) / total if restricted else 0.0)


def log_likelihood(y: FloatArray, v: FloatArray, tau2: float, restricted: bool) -> float:
    """Return the (restricted) log-likelihood at tau2, maximised over the pooled estimate, constants included."""
    w = 1.0 / (v + tau2)
    total = float(w.sum())
    r = y - float(w @ y) / total
    twice = float(w @ (r * r)) - float(np.log(w).sum()) + y.size * math.log(2.0 * math.pi)
    if restricted:
        twice += math.log(total) - math.log(2.0 * math.pi) - math.log(y.size)
    return -0.5 * twice


def _slopes(y: FloatArray, v: FloatArray, tau2: FloatArray, restricted: bool) -> FloatArray:
    """Return `slope` at every tau2 of shape (t,)."""
    w = 1.0 / (v + tau2[:, None])
    total = w.sum(axis=1)
    r = w * (y - ((w @ y) / total)[:, None])
    trace: FloatArray = total - ((w * w).sum(axis=1) / total if restricted else 0.0)
    return np.asarray((r * r).sum(axis=1) - trace, dtype=np.float64)


def _largest(y: FloatArray, v: FloatArray, s: float) -> float:
    """Return a tau2 beyond which both likelihoods fall.

    With S the sum of squares around the mean, u = min(v) + t and d = max(v) - min(v): the first term of the slope is
    at most S / u^2 and the rest at least (k - 1) / (u + d), so the slope is negative once u^2 > s2 (u + d).
    """
    least = float(v.min())
    s2 = s / (y.size - 1)
    d = float(v.max()) - least
    return (0.5 * (s2 + math.sqrt(s2 * s2 + 4.0 * s2 * d)) - least) * (1.0 + 1e-9) + 1e-12 * s2
