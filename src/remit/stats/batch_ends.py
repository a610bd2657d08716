"""Intervals, tests and predictions of many fits: shapes (b,), one number per row of a batch."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri, ndtr, stdtr, stdtrit

from remit.stats import ends_kernels
from remit.stats._check import FloatArray
from remit.stats.batch_solve import down
from remit.stats.batch_tau2 import Estimator
from remit.stats.pool import IntervalKind, PredictionKind

IntArray = npt.NDArray[np.intp]
FloatColumns = dict[str, FloatArray]


class Ask(NamedTuple):
    """What was asked; alpha is the area in each tail, z the normal quantile."""

    estimator: Estimator
    interval: IntervalKind
    prediction: PredictionKind
    ends: bool
    compiled: bool
    level: float
    alpha: float
    z: float


class Sizes:
    """Numbers of studies in each row, shape (b,), with the least and the most of them."""

    __slots__ = ("alike", "count", "high", "k", "low")

    def __init__(self, count: IntArray, least: int | None = None) -> None:
        self.count, self.k = count, count.astype(np.float64)
        self.low = int(count.min()) if least is None else least
        self.high = int(count.max()) if least is None else least
        self.alike = self.low == self.high

    def quantile(self, of: Callable[[int, float], float], less: int, area: float) -> FloatArray:
        """Return the quantile for count + `less` degrees of freedom, worked out once for each number of studies."""
        if self.alike:
            alike = np.empty(self.k.size)
            alike.fill(of(self.low + less, area))
            return alike
        known = np.array([of(n + less, area) for n in range(self.low, self.high + 1)])
        return np.asarray(known[self.count - self.low], dtype=np.float64)

    def df(self, less: int = 1) -> FloatArray:
        """Return count less 1, or less another number."""
        return np.asarray(self.k - less, dtype=np.float64)

    def where_several(self, values: FloatArray, alone: float) -> FloatArray:
        """Return the values, and `alone` for rows of one study."""
        return values if self.low > 1 else np.where(self.count > 1, values, alone)


def all_compiled(ask: Ask) -> bool:
    """Return whether compiled functions do all that is asked."""
    if not ask.compiled or ask.ends or ask.estimator not in ("reml", "maximum-likelihood"):
        return False
    return not (ask.interval.startswith("kenward") or ask.prediction.startswith("kenward"))


def compiled_ends(fits: FloatArray, sizes: Sizes, ask: Ask) -> FloatColumns:
    """Return every field from what `batch_kernels.fit_columns` wrote, shape (8, b), as `add_ends` would."""
    df, quantile = _quantiles(ask.interval, sizes, ask)
    far = _quantiles(ask.prediction, sizes, ask)[1]
    if ask.prediction == "normal":
        far = sizes.where_several(far, math.nan)
    out = np.empty((8, df.size))
    knapp, far_knapp = ask.interval.startswith("hartung"), ask.prediction.startswith("hartung")
    adhoc = ask.interval == "hartung-knapp-adhoc"
    ends_kernels.ends_of_columns(fits, sizes.k, quantile, far, knapp, adhoc, far_knapp, out)
    i2, estimate, se, lower, upper, statistic, prediction_lower, prediction_upper = out
    q, tau2 = fits[0], fits[3]
    return {
        "tau2": tau2,
        "q": q,
        "q_p": q_p(q, sizes),
        "i2": i2,
        "estimate": estimate,
        "se": se,
        "lower": lower,
        "upper": upper,
        "statistic": statistic,
        "df": df,
        "p": _p(statistic, df, sizes, ask),
        "prediction_lower": prediction_lower,
        "prediction_upper": prediction_upper,
    }


def q_p(q: FloatArray, sizes: Sizes) -> FloatArray:
    """Return the p of each Q, shape (b,)."""
    return sizes.where_several(np.asarray(chdtrc(sizes.df(), q), dtype=np.float64), 1.0)


def _p(statistic: FloatArray, df: FloatArray, sizes: Sizes, ask: Ask) -> FloatArray:
    far = -np.abs(statistic)
    p = ndtr(far) if ask.interval == "normal" else stdtr(sizes.where_several(df, math.nan), far)
    return np.asarray(2.0 * p, dtype=np.float64)


@lru_cache(maxsize=1024)
def _t(df: int, area: float) -> float:
    return -float(stdtrit(df, area)) if df > 0 else math.nan


@lru_cache(maxsize=1024)
def chi2(df: int, area: float) -> float:
    """Return what chi-square exceeds with probability `area`, on one degree of freedom where there is none."""
    return float(chdtri(max(df, 1), area))


def add_ends(
    out: FloatColumns,
    estimate: FloatArray,
    v: FloatArray,
    total: FloatArray,
    residual: FloatArray,
    sizes: Sizes,
    ask: Ask,
) -> None:
    """Add the estimate, its interval and test, and the prediction interval to `out`.

    Shapes (b,), but v, the variances, (K, b); `residual` is Q / (k - 1) at tau2 and `total` the sum of weights there.
    """
    tau2 = out["tau2"]
    plain = 1.0 / total
    knapp = residual / total
    if ask.interval == "hartung-knapp-adhoc":
        knapp = np.maximum(knapp, plain)
    w = 1.0 / (v + tau2) if "kenward-roger" in ask.interval + ask.prediction else total
    squared, df, quantile = _spread(ask.interval, w, plain, knapp, sizes, ask)
    se = np.sqrt(squared)
    half = quantile * se
    if se.all():
        statistic = estimate / se
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.where((se == 0.0) & (estimate == 0.0), 0.0, estimate / se)
    out |= {"estimate": estimate, "se": se, "lower": estimate - half, "upper": estimate + half}
    out |= {"statistic": statistic, "df": df, "p": _p(statistic, df, sizes, ask)}
    squared, _, quantile = _spread(ask.prediction, w, plain, knapp, sizes, ask)
    if ask.prediction == "normal":
        quantile = sizes.where_several(quantile, math.nan)
    reach = quantile * np.sqrt(tau2 + squared)
    out["prediction_lower"], out["prediction_upper"] = estimate - reach, estimate + reach


def _quantiles(word: str, sizes: Sizes, ask: Ask) -> tuple[FloatArray, FloatArray]:
    """Return the degrees of freedom of an interval in closed form and its quantile, each shape (b,)."""
    if word == "normal":
        return np.full(sizes.k.size, math.inf), np.full(sizes.k.size, ask.z)
    less = 2 if word in ("k-2", "hartung-knapp-k-2") else 1
    return sizes.df(less), sizes.quantile(_t, -less, ask.alpha)


def _spread(
    word: str, w: FloatArray, plain: FloatArray, knapp: FloatArray, sizes: Sizes, ask: Ask
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the squared standard error of an interval, its degrees of freedom and its quantile, each shape (b,)."""
    if not word.startswith("kenward-roger"):
        return (knapp if word.startswith("hartung-knapp") else plain), *_quantiles(word, sizes, ask)
    squares = w * w
    second, third = down(squares), down(squares * w)
    with np.errstate(divide="ignore", invalid="ignore"):
        uncertain = 2.0 / (second - 2.0 * third * plain + (second * plain) ** 2)
        uncertain[sizes.count == 1] = np.nan
        larger = plain + 2.0 * plain * plain * uncertain * (third - second * second * plain)
        df = 2.0 / (uncertain * (second * larger) ** 2) - (1.0 if word.endswith("less-1") else 0.0)
        quantile = -stdtrit(np.where(df > 0.0, df, np.nan), ask.alpha)
    return np.where(sizes.count > 1, larger, plain), df, np.asarray(quantile, dtype=np.float64)
