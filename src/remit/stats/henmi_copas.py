"""An interval that leans on large studies: fixed weights, heterogeneity allowed for."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_p, tail
from remit.stats.result import Result
from remit.stats.roots import bracketed
from remit.stats.tau2 import dersimonian_laird

REACH = 12.0
PANELS, NODES = 12, 20


@dataclass(frozen=True, slots=True)
class HenmiCopas(Result):
    """The common-effect estimate with its standard error under random effects; the interval is estimate +- `quantile`
    standard errors. p is normal and so agrees with the interval only in large reviews."""

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    tau2: float
    quantile: float
    level: float = 0.95


def henmi_copas(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> HenmiCopas:
    """Return the common-effect mean with an interval that counts heterogeneity and the error of its estimate.

    Small studies, and what was left out among them, move it less than the random-effects mean. The quantile solves the
    joint distribution of the mean and Q, Q approximated by a gamma variable given the mean; tau2 is DerSimonian and
    Laird's. InputError for k < 2. Source: Henmi and Copas (2010), Stat Med 29:2969-2983.
    """
    y, v = _check.studies(effect, variance)
    if y.size < 3 and np.ptp(v) == 0.0:
        raise InputError("two studies of one size; expected three studies, or two of unlike variance")
    w = 1.0 / v
    total = float(w.sum())
    tau2 = dersimonian_laird(y, v)
    estimate = float(w @ y) / total
    sums = (total, *(float((w**power).sum()) / total for power in (2, 3, 4)))
    se = math.sqrt((tau2 * sums[1] + 1.0) / total)
    quantile = _quantile(y.size, tau2, sums, tail(level))
    half = quantile * se
    return HenmiCopas(
        y.size, estimate, se, estimate - half, estimate + half, normal_p(estimate / se), tau2, quantile, level=level
    )


def _quantile(k: int, tau2: float, sums: tuple[float, ...], alpha: float) -> float:
    """Return u with P(mean's error > u x its estimated standard error) = alpha, tau2 taken as the truth."""
    w1, w2, w3, w4 = sums
    vr = 1.0 + tau2 * w2
    spread3, spread4 = w3 - w2**2, w4 - 2.0 * w2 * w3 + w2**3
    x, weight = np.polynomial.legendre.leggauss(NODES)
    share = (np.arange(PANELS)[:, None] + 0.5 * (x + 1.0)).ravel() / PANELS
    weights = np.tile(0.5 * weight / PANELS, PANELS)

    def q_shape(r: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and variance of Q given r, the mean's error over its true standard error."""
        off = (r * r - 1.0) / vr
        mean = (k - 1.0) + tau2 * (w1 - w2) + tau2**2 * off * spread3
        variance = (
            2.0 * (k - 1.0)
            + 4.0 * tau2 * (w1 - w2)
            + 2.0 * tau2**2 * (w1 * w2 - 2.0 * w3 + w2**2)
            + 4.0 * tau2**2 * off * spread3
            + 4.0 * tau2**3 * off * spread4
            + 2.0 * tau2**4 * (1.0 - 2.0 * r * r) / vr**2 * spread3**2
        )
        return mean, variance

    def excess(t: float) -> float:
        r = t + (REACH - t) * share
        mean, variance = q_shape(r)
        limit = (w1 / w2 - 1.0) * ((r / t) ** 2 - 1.0) + (k - 1.0)
        below = gammainc(mean * mean / variance, np.maximum(limit, 0.0) * mean / variance)
        density = np.exp(-0.5 * r * r) / math.sqrt(2.0 * math.pi)
        return float((REACH - t) * (weights @ (below * density))) - alpha

    return math.sqrt(vr) * bracketed(excess, 1e-3, REACH - 1.0, 1e-12)
