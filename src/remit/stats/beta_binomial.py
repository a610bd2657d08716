"""Pooling proportions with beta-distributed true proportions: the mean proportion, not the median, is estimated."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, expit, gammaln, polygamma

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_quantile
from remit.stats.result import Result

LEAST = 1e-7  # intraclass correlation below which counts are binomial for every purpose


@dataclass(frozen=True, slots=True)
class BetaBinomialFit(Result):
    """The mean proportion with a Wald interval made on the logit, and the intraclass correlation rho.

    rho is exactly 0 where no positive value fits better than the binomial; its standard error (on the logit) is then
    None, and that of the mean is the binomial one.
    """

    k: int
    estimate: float
    lower: float
    upper: float
    logit: float
    se: float
    rho: float
    logit_rho_se: float | None
    log_likelihood: float
    level: float = 0.95


def pool_beta_binomial(events: npt.ArrayLike, totals: npt.ArrayLike, level: float = 0.95) -> BetaBinomialFit:
    """Return the maximum likelihood fit of x_i ~ BetaBinomial(n_i, mean, rho), k >= 2.

    Newton's method on (logit mean, logit rho) with exact derivatives, from the best of a coarse look. Raises InputError
    where every cell is 0 % or every cell 100 %, as the mean is then at its bound; NotConverged where some are 0 %
    and all others 100 %, as rho then rises to 1.
    Source: Williams (1975), Biometrics 31:949-952; Kuss (2015), Stat Med 34:1097-1116.
    """
    x, n = _check.cells(events, totals)
    if x.sum() in (0.0, n.sum()):
        raise InputError("every cell is 0 %, or every cell 100 %; use the exact interval of the sums")
    if n.max() > 1.0 and ((x == 0.0) | (x == n)).all():
        raise NotConverged(
            "every study has events in nobody or in everybody, so the correlation within studies rises to 1 without "
            "a top; say how many studies were which"
        )
    constant = float(np.sum(gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0)))
    p = float(x.sum() / n.sum())
    binomial = float(x.sum()) * math.log(p) + float((n - x).sum()) * math.log1p(-p) + constant
    start = math.log(p / (1.0 - p))
    looks = [(m, r) for r in np.linspace(-9.0, 3.0, 13) for m in (start - 0.7, start, start + 0.7)]
    heights = [_height(x, n, m, float(r)) for m, r in looks]
    best = looks[int(np.argmax(heights))]
    found = _climb(x, n, np.array([best[0], float(best[1])]))
    height = binomial if found is None else _height(x, n, float(found[0]), float(found[1])) + constant
    if found is None or float(expit(found[1])) < LEAST or height <= binomial + 1e-9:
        se = math.sqrt(1.0 / (float(n.sum()) * p * (1.0 - p)))
        return _fit(x.size, start, se, 0.0, None, binomial, level)
    covariance = np.linalg.inv(-_derivatives(x, n, found)[1])
    spread = np.sqrt(np.diag(covariance))
    return _fit(x.size, float(found[0]), float(spread[0]), float(expit(found[1])), float(spread[1]), height, level)


def _fit(
    k: int, logit: float, se: float, rho: float, rho_se: float | None, height: float, level: float
) -> BetaBinomialFit:
    half = normal_quantile(level) * se
    ends = float(expit(logit - half)), float(expit(logit + half))
    return BetaBinomialFit(k, float(expit(logit)), *ends, logit, se, rho, rho_se, height, level=level)


def _height(x: FloatArray, n: FloatArray, logit: float, logit_rho: float) -> float:
    size = math.exp(-logit_rho)  # (1 - rho) / rho
    mean = float(expit(logit))
    a, b = mean * size, (1.0 - mean) * size
    return float(np.sum(betaln(x + a, n - x + b) - betaln(a, b)))


def _derivatives(x: FloatArray, n: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return gradient and Hessian of `_height` in (logit mean, logit rho)."""
    mean, size = float(expit(at[0])), math.exp(-float(at[1]))
    a, b = mean * size, (1.0 - mean) * size
    tail = digamma(n + size) - digamma(size)
    one = float(np.sum(digamma(x + a) - digamma(a) - tail))
    two = float(np.sum(digamma(n - x + b) - digamma(b) - tail))
    bend = np.sum(polygamma(1, n + size) - polygamma(1, size))
    aa = float(np.sum(polygamma(1, x + a) - polygamma(1, a)) - bend)
    bb = float(np.sum(polygamma(1, n - x + b) - polygamma(1, b)) - bend)
    slope = mean * (1.0 - mean)
    jacobian = np.array([[slope * size, -a], [-slope * size, -b]])  # of (a, b) in (logit mean, logit rho)
    turn = slope * (1.0 - 2.0 * mean) * size
    second_a = np.array([[turn, -slope * size], [-slope * size, a]])
    second_b = np.array([[-turn, slope * size], [slope * size, b]])
    curve = np.array([[aa, -float(bend)], [-float(bend), bb]])
    gradient = jacobian.T @ np.array([one, two])
    hessian = jacobian.T @ curve @ jacobian + one * second_a + two * second_b
    return gradient, hessian


def _climb(x: FloatArray, n: FloatArray, at: FloatArray) -> FloatArray | None:
    """Return the maximum near `at`, None when it lies at rho = 0. Newton's steps, shortened until they climb."""
    height = _height(x, n, float(at[0]), float(at[1]))
    for _ in range(200):
        gradient, hessian = _derivatives(x, n, at)
        values, vectors = np.linalg.eigh(hessian)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-8))
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < 1e-10:
            return at
        for _ in range(60):
            new = _height(x, n, float(at[0] + step[0]), float(at[1] + step[1]))
            if new >= height - 1e-12 * abs(height):
                break
            step *= 0.5
        at, height = at + step, new
        if float(at[1]) < -20.0:
            return None
        if float(np.abs(step).max()) < 1e-9:
            return at
    raise NotConverged("beta-binomial fit did not settle in 200 steps")
