"""Residual variance between studies: tau2 around a regression of effects on moderators.

The estimators are those of `tau2`, with k - 1 replaced by k - p for p coefficients and the weighted mean by the
weighted line; with a column of ones alone every number is that of `tau2`.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from remit.errors import InputError
from remit.stats._check import FloatArray
from remit.stats.batch_kernels import NEAR
from remit.stats.interval import chi2_quantile
from remit.stats.roots import bracketed
from remit.stats.tau2 import FINE

Estimator = Literal[
    "none",
    "dersimonian-laird",
    "hedges",
    "hunter-schmidt",
    "hunter-schmidt-small-sample",
    "sidik-jonkman",
    "paule-mandel",
    "median-unbiased",
    "empirical-bayes",
    "generalised-q",
    "maximum-likelihood",
    "reml",
]


class Weighted:
    """Weighted least squares at one tau2: coefficients, residuals, P = W - WX(X'WX)^-1 X'W and its trace."""

    def __init__(self, y: FloatArray, v: FloatArray, x: FloatArray, tau2: float) -> None:
        w = 1.0 / (v + tau2)
        root = np.sqrt(w)[:, None]
        q, r = np.linalg.qr(root * x)
        inverse = np.linalg.inv(r)
        self.covariance: FloatArray = inverse @ inverse.T
        self.beta: FloatArray = inverse @ (q.T @ (root[:, 0] * y))
        self.weights: FloatArray = w
        self.leverage: FloatArray = np.asarray((q * q).sum(axis=1), dtype=np.float64)
        self.residuals: FloatArray = y - x @ self.beta
        self.q = float(w @ (self.residuals * self.residuals))
        self.trace = float(w @ (1.0 - self.leverage))

    def slope(self, restricted: bool) -> float:
        """Return twice the derivative of the (restricted) log-likelihood with respect to tau2."""
        py = self.weights * self.residuals
        return float(py @ py) - (self.trace if restricted else float(self.weights.sum()))

    def log_likelihood(self, restricted: bool) -> float:
        """Return the (restricted) log-likelihood up to a constant that does not involve tau2."""
        twice = self.q - float(np.log(self.weights).sum())
        if restricted:
            twice -= float(np.linalg.slogdet(self.covariance)[1])
        return -0.5 * twice


def tau2_given(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str) -> float:
    """Return the residual tau2 by the named estimator; 0.0 for "none".

    "generalised-q" is the moment estimator with fixed weights 1 / standard error (Jackson et al. 2014, Stat Med
    33:3639-3654); the others are in Viechtbauer et al. (2015), Psychol Methods 20:360-374.
    """
    k, p = x.shape
    forms: dict[str, Callable[[], float]] = {
        "none": lambda: 0.0,
        "dersimonian-laird": lambda: _moment(Weighted(y, v, x, 0.0), k - p),
        "hedges": lambda: _with_weights(y, v, x, np.ones_like(v)),
        "hunter-schmidt": lambda: _psychometric(y, v, x, 1.0),
        "hunter-schmidt-small-sample": lambda: _psychometric(y, v, x, k / (k - p)),
        "sidik-jonkman": lambda: _two_steps(y, v, x),
        "paule-mandel": lambda: _solve_q(y, v, x, k - p),
        "median-unbiased": lambda: _solve_q(y, v, x, chi2_quantile(0.5, k - p)),
        "empirical-bayes": lambda: _solve_q(y, v, x, k - p),
        "generalised-q": lambda: _with_weights(y, v, x, 1.0 / np.sqrt(v)),
        "maximum-likelihood": lambda: _likeliest(y, v, x, restricted=False),
        "reml": lambda: _likeliest(y, v, x, restricted=True),
    }
    if estimator not in forms:
        raise InputError(f"estimator {estimator!r}; expected one of {', '.join(forms)}")
    return forms[estimator]()


def _moment(fit: Weighted, df: int) -> float:
    return max(0.0, (fit.q - df) / fit.trace)


def _with_weights(y: FloatArray, v: FloatArray, x: FloatArray, a: FloatArray) -> float:
    """Return (y'Py - tr PV) / tr P with P of the fixed weights `a`."""
    fit = Weighted(y, 1.0 / a, x, 0.0)
    return max(0.0, (fit.q - float((a * (1.0 - fit.leverage)) @ v)) / fit.trace)


def _psychometric(y: FloatArray, v: FloatArray, x: FloatArray, larger: float) -> float:
    return max(0.0, (larger * Weighted(y, v, x, 0.0).q - y.size) / float((1.0 / v).sum()))


def _two_steps(y: FloatArray, v: FloatArray, x: FloatArray) -> float:
    start = float(y.var())
    return 0.0 if start == 0.0 else start * Weighted(y, v, x, start).q / (y.size - x.shape[1])


def _solve_q(y: FloatArray, v: FloatArray, x: FloatArray, target: float) -> float:
    if Weighted(y, v, x, 0.0).q <= target:
        return 0.0
    high = Weighted(y, np.ones_like(v), x, 0.0).q / target * (1.0 + 1e-9)
    return bracketed(lambda t: Weighted(y, v, x, t).q - target, 0.0, high)


def _likeliest(y: FloatArray, v: FloatArray, x: FloatArray, restricted: bool) -> float:
    """Return the global maximum over tau2 >= 0; the range is bounded as in `tau2.likeliest`."""
    least, most = float(v.min()), float(v.max())
    s2 = Weighted(y, np.ones_like(v), x, 0.0).q / (y.size - x.shape[1])
    high = (0.5 * (s2 + math.sqrt(s2 * s2 + 4.0 * s2 * (most - least))) - least) * (1.0 + 1e-9) + 1e-12 * s2
    if high <= 0.0:
        return 0.0
    low = min(NEAR * least, 0.5 * high)
    looks = [0.0, *np.geomspace(low, high, 2 + math.ceil(math.log(high / low) / math.log(FINE))).tolist()]
    rising = [Weighted(y, v, x, t).slope(restricted) > 0.0 for t in looks]
    maxima = [0.0] if not rising[0] else []
    for i in range(len(looks) - 1):
        if rising[i] and not rising[i + 1]:
            maxima.append(bracketed(lambda t: Weighted(y, v, x, t).slope(restricted), looks[i], looks[i + 1]))
    heights = [Weighted(y, v, x, t).log_likelihood(restricted) for t in maxima]
    return maxima[heights.index(max(heights))]
