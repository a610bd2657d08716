"""Limit meta-analysis: the effect that ever more precise studies would show, if small studies are off by design."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.result import Result
from remit.stats.small_study import MINIMUM
from remit.stats.tau2 import maximum_likelihood, q_at


@dataclass(frozen=True, slots=True)
class Limit(Result):
    """The estimate adjusted for small-study effects, with its normal interval.

    bias: alpha, by how many standard deviations results stray with growing error; slope: the effect of a study without
    any error, heterogeneity set aside. effects: each study's result were it of boundless size, heterogeneity kept.
    q = q_small + q_residual splits Cochran's Q into small-study effects (one degree of freedom) and the rest (k - 2).
    g2: share of the variation of `effects` that is not explained by size, 0.0 without heterogeneity.
    """

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    bias: float
    slope: float
    tau2: float
    effects: tuple[float, ...]
    q: float
    q_small: float
    q_small_p: float
    q_residual: float
    q_residual_p: float
    g2: float
    level: float = 0.95


def limit_meta(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    tau2: float | None = None,
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> Limit:
    """Return slope + tau x bias from the line through effect / s over 1 / s, with s = sqrt(variance + tau2).

    tau2 is the maximum likelihood estimate unless given. The standard error takes the line's residual variance as 1.
    InputError for k below `minimum` (at least three: with few studies the line follows chance) and where every study
    has the same size. Source: Ruecker et al. (2011), Biostatistics 12:122-142.
    """
    y, v = _check.studies(effect, variance, max(minimum, 3))
    if np.ptp(v) == 0.0:
        raise InputError("every study has the same size; what larger ones would show cannot be told")
    between = maximum_likelihood(y, v) if tau2 is None else _check.finite(tau2, "tau2")
    if between < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more; a negative estimate stands for 0")
    tau, spread = math.sqrt(between), np.sqrt(v + between)
    bias, slope, middle, ss = _line(y / spread, 1.0 / spread)
    estimate, se = slope + tau * bias, math.sqrt(between / y.size + (1.0 - tau * middle) ** 2 / ss)
    effects = slope + tau / spread * (y - slope)
    s = np.sqrt(v)
    residual = _left(y / s, 1.0 / s)
    q = q_at(y - y[0], v, 0.0)
    half = normal_quantile(level) * se
    k = y.size
    return Limit(
        k=k,
        estimate=estimate,
        se=se,
        lower=estimate - half,
        upper=estimate + half,
        p=normal_p(estimate / se),
        bias=bias,
        slope=slope,
        tau2=between,
        effects=tuple(effects.tolist()),
        q=q,
        q_small=max(q - residual, 0.0),
        q_small_p=chi2_p(q - residual, 1),
        q_residual=residual,
        q_residual_p=chi2_p(residual, k - 2),
        g2=_unexplained(effects / s, 1.0 / s) if between > 0.0 else 0.0,
        level=level,
    )


def _line(z: FloatArray, x: FloatArray) -> tuple[float, float, float, float]:
    """Return intercept, slope, the mean of x and the sum of squares around it, for residuals of variance 1."""
    middle = float(x.mean())
    off = x - middle
    ss = float(off @ off)
    slope = float(off @ z) / ss
    return float(z.mean()) - slope * middle, slope, middle, ss


def _left(z: FloatArray, x: FloatArray) -> float:
    """Return the sum of squares that the line leaves."""
    intercept, slope, _, _ = _line(z, x)
    r = z - intercept - slope * x
    return float(r @ r)


def _unexplained(z: FloatArray, x: FloatArray) -> float:
    total = float(((z - z.mean()) ** 2).sum())
    return _left(z, x) / total if total > 0.0 else 0.0
