"""Effect measures by the column for events over person-time, for means and for correlations."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.measures import Effects, To, correction

RateMeasure = Literal["raw", "log", "square-root", "freeman-tukey"]
RatesMeasure = Literal["rate-ratio", "rate-difference", "square-root-difference"]
MeansMeasure = Literal["mean-difference", "standardised", "ratio-of-means", "variability-ratio"]


def rates(
    events: npt.ArrayLike, time: npt.ArrayLike, measure: RateMeasure, add: float = 0.5, to: To = "only-zero"
) -> Effects:
    """Return one transformed incidence rate per study: events over person-time, shapes (k,)."""
    x, t = _events_over_time(events, time)
    if measure == "square-root":
        return Effects(np.sqrt(x / t), 0.25 / t)
    if measure == "freeman-tukey":
        return Effects(0.5 * (np.sqrt(x / t) + np.sqrt((x + 1.0) / t)), 0.25 / t)
    x = x + correction(x[None, :], add, to)
    if measure == "raw":
        return Effects(x / t, x / (t * t))
    if measure == "log":
        with np.errstate(divide="ignore"):
            return Effects(np.log(x / t), 1.0 / x)
    raise InputError(f"measure {measure!r}; expected raw, log, square-root or freeman-tukey")


def two_rates(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    measure: RatesMeasure,
    add: float = 0.5,
    to: To = "only-zero",
) -> Effects:
    """Return one comparison of two incidence rates per study; the ratio on the log scale, shapes (k,)."""
    x1, t1 = _events_over_time(events1, time1)
    x2, t2 = _events_over_time(events2, time2)
    if measure == "square-root-difference":
        return Effects(np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 0.25 / t1 + 0.25 / t2)
    plus = correction(np.stack((x1, x2)), add, to)
    x1, x2 = x1 + plus, x2 + plus
    if measure == "rate-ratio":
        with np.errstate(divide="ignore"):
            return Effects(np.log(x1 / t1) - np.log(x2 / t2), 1.0 / x1 + 1.0 / x2)
    if measure == "rate-difference":
        return Effects(x1 / t1 - x2 / t2, x1 / (t1 * t1) + x2 / (t2 * t2))
    raise InputError(f"measure {measure!r}; expected rate-ratio, rate-difference or square-root-difference")


def means(
    n1: npt.ArrayLike,
    mean1: npt.ArrayLike,
    sd1: npt.ArrayLike,
    n2: npt.ArrayLike,
    mean2: npt.ArrayLike,
    sd2: npt.ArrayLike,
    measure: MeansMeasure,
) -> Effects:
    """Return one comparison of two means (or, for "variability-ratio", of two standard deviations) per study.

    "standardised" is Hedges' g with the exact correction for small samples (Hedges 1981, J Educ Stat 6:107-128);
    "ratio-of-means" and "variability-ratio" are on the log scale.
    """
    names = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    a, m1, s1, b, m2, s2 = (_check.column(v, w) for v, w in zip((n1, mean1, sd1, n2, mean2, sd2), names, strict=True))
    if min(a.min(), b.min()) < 2.0 or min(s1.min(), s2.min()) <= 0.0:
        raise InputError("a mean of fewer than two people, or a standard deviation not above 0; check the table")
    if measure == "mean-difference":
        return Effects(m1 - m2, s1 * s1 / a + s2 * s2 / b)
    if measure == "standardised":
        df = a + b - 2.0
        spread = np.sqrt(((a - 1.0) * s1 * s1 + (b - 1.0) * s2 * s2) / df)
        shrink = np.exp(gammaln(df / 2.0) - 0.5 * np.log(df / 2.0) - gammaln((df - 1.0) / 2.0))
        g = shrink * (m1 - m2) / spread
        return Effects(g, 1.0 / a + 1.0 / b + g * g / (2.0 * (a + b)))
    if measure == "ratio-of-means":
        if (m1 * m2 <= 0.0).any():
            raise InputError("a ratio of means needs two means of one sign; use the mean difference")
        return Effects(np.log(m1 / m2), s1 * s1 / (a * m1 * m1) + s2 * s2 / (b * m2 * m2))
    if measure == "variability-ratio":
        half1, half2 = 0.5 / (a - 1.0), 0.5 / (b - 1.0)
        return Effects(np.log(s1 / s2) + half1 - half2, half1 + half2)
    raise InputError(
        f"measure {measure!r}; expected mean-difference, standardised, ratio-of-means or variability-ratio"
    )


def fisher_z(correlation: npt.ArrayLike, total: npt.ArrayLike) -> Effects:
    """Return Fisher's z of each correlation with variance 1 / (n - 3); shapes (k,)."""
    r, n = _check.column(correlation, "correlation"), _check.column(total, "total")
    if (np.abs(r) >= 1.0).any() or (n <= 3.0).any():
        raise InputError("a correlation outside (-1, 1) or a study of three people or fewer; check the table")
    return Effects(np.arctanh(r), 1.0 / (n - 3.0))


def _events_over_time(events: npt.ArrayLike, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, t = _check.column(events, "events"), _check.column(time, "time")
    _check.same_length(1, events=x, time=t)
    if (x < 0.0).any() or (t <= 0.0).any():
        raise InputError("events below 0 or person-time not above 0; check the table")
    return x, t
