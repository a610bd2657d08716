"""Effect measures by the column for two means, two standard deviations and correlations."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.measures import Effects

MeansMeasure = Literal[
    "mean-difference",
    "standardised",
    "standardised-separate",
    "ratio-of-means",
    "variability-ratio",
    "variation-ratio",
]
CorrelationMeasure = Literal["raw", "unbiased", "fisher-z"]


def means(
    n1: npt.ArrayLike,
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n2: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    measure: MeansMeasure,
    unbiased: bool = False,
) -> Effects:
    """Return one comparison of two means (or of two spreads) per study, shapes (k,).

    - "mean-difference": with a variance from both standard deviations
    - "standardised": Hedges' g with the exact correction for small samples (Hedges 1981, J Educ Stat 6:107-128); with
      `unbiased` its variance is the unbiased one of Hedges (1983, Psychol Bull 93:388-395), not the large-sample one
    - "standardised-separate": by the root of the mean of both variances, which need not be alike (Bonett 2008, Psychol
      Methods 13:173-181)
    - "ratio-of-means", "variability-ratio" (of standard deviations), "variation-ratio" (of coefficients of variation;
      Nakagawa et al. 2015, Methods Ecol Evol 6:143-152), all on the log scale

    Raises InputError for an arm of fewer than two people, a standard deviation not above 0, means of unlike sign in a
    ratio, and an unknown measure.
    """
    names = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    a, m1, s1, b, m2, s2 = (_check.column(v, w) for v, w in zip((n1, mean1, sd1, n2, mean2, sd2), names, strict=True))
    _check.same_length(1, n1=a, mean1=m1, sd1=s1, n2=b, mean2=m2, sd2=s2)
    if min(a.min(), b.min()) < 2.0 or min(s1.min(), s2.min()) <= 0.0:
        raise InputError("a mean of fewer than two people, or a standard deviation not above 0; check the table")
    if measure == "mean-difference":
        return Effects(m1 - m2, s1 * s1 / a + s2 * s2 / b)
    if measure == "standardised":
        return _standardised(a, m1 - m2, s1, b, s2, unbiased)
    if measure == "standardised-separate":
        return _separate(a, m1 - m2, s1, b, s2)
    half1, half2 = 0.5 / (a - 1.0), 0.5 / (b - 1.0)
    if measure == "variability-ratio":
        return Effects(np.log(s1 / s2) + half1 - half2, half1 + half2)
    if measure not in ("ratio-of-means", "variation-ratio"):
        raise InputError(
            f"measure {measure!r}; expected mean-difference, standardised, standardised-separate, ratio-of-means, "
            "variability-ratio or variation-ratio"
        )
    if (m1 * m2 <= 0.0).any():
        raise InputError("a ratio of means needs two means of one sign; use the mean difference")
    log_ratio = np.log(m1 / m2)
    spread = s1 * s1 / (a * m1 * m1) + s2 * s2 / (b * m2 * m2)
    if measure == "ratio-of-means":
        return Effects(log_ratio, spread)
    return Effects(np.log(s1 / s2) - log_ratio + half1 - half2, half1 + half2 + spread)


def correlations(correlation: npt.ArrayLike, total: npt.ArrayLike, measure: CorrelationMeasure = "fisher-z") -> Effects:
    """Return each correlation as it is ("raw"), without its bias ("unbiased") or as Fisher's z; shapes (k,).

    Source of the unbiased one: Olkin and Pratt (1958), Ann Math Stat 29:201-211, by its exact series. Variances are
    (1 - r^2)^2 / (n - 1), or 1 / (n - 3) for z. Raises InputError for correlations outside (-1, 1) and n of 4 or less
    ("fisher-z": of 3 or less).
    """
    r, n = _check.column(correlation, "correlation"), _check.column(total, "total")
    _check.same_length(1, correlation=r, total=n)
    if measure not in ("raw", "unbiased", "fisher-z"):
        raise InputError(f"measure {measure!r}; expected raw, unbiased or fisher-z")
    least = 3.0 if measure == "fisher-z" else 4.0
    if (np.abs(r) >= 1.0).any() or (n <= least).any():
        raise InputError(f"a correlation outside (-1, 1) or a study of {least:g} people or fewer; check the table")
    if measure == "fisher-z":
        return Effects(np.arctanh(r), 1.0 / (n - 3.0))
    estimate = r * _series(0.5 * n - 1.0, 1.0 - r * r) if measure == "unbiased" else r
    return Effects(estimate, (1.0 - estimate * estimate) ** 2 / (n - 1.0))


def fisher_z(correlation: npt.ArrayLike, total: npt.ArrayLike) -> Effects:
    """Return Fisher's z of each correlation with variance 1 / (n - 3); shapes (k,)."""
    return correlations(correlation, total, "fisher-z")


def _shrink(df: FloatArray) -> FloatArray:
    """Return Hedges's exact correction for small samples."""
    return np.asarray(np.exp(gammaln(df / 2.0) - 0.5 * np.log(df / 2.0) - gammaln((df - 1.0) / 2.0)), dtype=np.float64)


def _standardised(
    a: FloatArray, difference: FloatArray, s1: FloatArray, b: FloatArray, s2: FloatArray, unbiased: bool
) -> Effects:
    df = a + b - 2.0
    shrink = _shrink(df)
    g = shrink * difference / np.sqrt(((a - 1.0) * s1 * s1 + (b - 1.0) * s2 * s2) / df)
    plain = 1.0 / a + 1.0 / b
    if unbiased:
        return Effects(g, plain + (1.0 - (df - 2.0) / (df * shrink**2)) * g * g)
    return Effects(g, plain + g * g / (2.0 * (a + b)))


def _separate(a: FloatArray, difference: FloatArray, s1: FloatArray, b: FloatArray, s2: FloatArray) -> Effects:
    mean_square = 0.5 * (s1 * s1 + s2 * s2)
    shrink = _shrink(a + b - 2.0)
    g = shrink * difference / np.sqrt(mean_square)
    spread = g * g * (s1**4 / (a - 1.0) + s2**4 / (b - 1.0)) / (8.0 * mean_square**2)
    return Effects(g, shrink**2 * (spread + (s1 * s1 / (a - 1.0) + s2 * s2 / (b - 1.0)) / mean_square))


def _series(c: FloatArray, z: FloatArray) -> FloatArray:
    """Return Gauss's 2F1(1/2, 1/2; c; z) for 0 <= z <= 1 and c > 1, summed until terms vanish."""
    term, total = np.ones_like(z), np.ones_like(z)
    for j in range(100_000):
        term = term * ((0.5 + j) ** 2 / ((c + j) * (j + 1.0)) * z)
        total = total + term
        if float((term / total).max()) < 1e-17:
            break
    return total
