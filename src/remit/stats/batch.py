"""Random-effects fits of many data sets in one call.

Data sets are rows: effects and variances have shape (B, K), and `studies`, of the same shape, is True where a row has
a study (what lies elsewhere is never read). Every number equals that of `pool.random_effects` on the row alone, and a
row has the same bits in any batch. A row of one study keeps its own estimate and standard error: tau2, Q and I2 are
then 0 and, for intervals that need k - 1 degrees of freedom, ends and p are nan.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri, ndtr, stdtr, stdtrit

from remit.errors import InputError, NotConverged
from remit.stats import _check, batch_kernels
from remit.stats._check import FloatArray
from remit.stats.batch_rows import Rows, rows_of, stack
from remit.stats.batch_solve import BLOCK, POWERS, down
from remit.stats.batch_tau2 import Engine, Estimator, check_words, estimate_tau2, roots_of_q, uses_compiled
from remit.stats.interval import normal_quantile, tail
from remit.stats.pool import PREDICTIONS, IntervalKind, PredictionKind
from remit.stats.result import Result

IntArray = npt.NDArray[np.intp]
FloatColumns = dict[str, FloatArray]
INTERVALS = ("normal", "t", "hartung-knapp", "hartung-knapp-adhoc", "kenward-roger")


@dataclass(frozen=True, slots=True)
class Fits(Result):
    """One fit per row, each field of shape (B,), with the meaning it has in `pool.RandomEffects`.

    What a row is too small for is nan: prediction ends for k < 3 (on k - 1 degrees of freedom k < 2), ends and p of t
    intervals for k = 1. df is infinite where the normal distribution was used. Ends of tau2, by Q-profile, are None
    unless asked for.
    """

    k: IntArray
    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    statistic: FloatArray
    df: FloatArray
    p: FloatArray
    tau2: FloatArray
    i2: FloatArray
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    prediction_lower: FloatArray
    prediction_upper: FloatArray
    tau2_lower: FloatArray | None
    tau2_upper: FloatArray | None
    estimator: Estimator | Literal["given"]
    interval: IntervalKind
    prediction: PredictionKind
    level: float

    def __len__(self) -> int:
        return self.k.size


@dataclass(frozen=True, slots=True)
class _Ask:
    """What was asked; alpha is the area in each tail, z the normal quantile."""

    estimator: Estimator
    interval: IntervalKind
    prediction: PredictionKind
    ends: bool
    compiled: bool
    level: float
    alpha: float
    z: float


def random_effects(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    studies: npt.ArrayLike | None = None,
    estimator: Estimator = "reml",
    interval: IntervalKind = "hartung-knapp-adhoc",
    prediction: PredictionKind = "k-2",
    level: float = 0.95,
    tau2: npt.ArrayLike | None = None,
    tau2_interval: bool = False,
    engine: Engine = "auto",
) -> Fits:
    """Return the random-effects fit of every row.

    Parameters
    ----------
    effect, variance : shape (B, K), or (K,) for one data set, or one of them (K,) and shared by all rows
    studies : shape (B, K), True where the row has a study; every place when not given
    estimator : of tau2: "reml", "maximum-likelihood", "paule-mandel", "empirical-bayes", "dersimonian-laird", "hedges",
        "hunter-schmidt", "sidik-jonkman", or "none" for the common effect
    interval, prediction, level : as in `pool.random_effects`, but for the two intervals that choose between others
    tau2 : one number or shape (B,), used instead of an estimate
    tau2_interval : whether to solve for the Q-profile ends of tau2 as well
    engine : "numpy", "compiled" (needs numba, see `batch_kernels.load`) or "auto", which uses compiled functions where
        they are already loaded. The bits of the result do not depend on it.

    Raises
    ------
    InputError
        A row without a study, unequal shapes, a value that is not finite, a variance not above 0, a negative tau2, or
        an unknown word.
    NotConverged
        A tau2 that was not solved to its tolerance; the message names the row.
    """
    check_words(estimator, engine)
    _check_words(interval, prediction)
    rows = rows_of(effect, variance, studies)
    given = None if tau2 is None else _given(tau2, rows.size)
    compiled = uses_compiled(engine, estimator, tau2_interval)
    ask = _Ask(estimator, interval, prediction, tau2_interval, compiled, level, tail(level), normal_quantile(level))
    counts, out = _blocks(rows, given, ask)
    return _as_fits(counts, out, ask, "given" if given is not None else estimator)


def _as_fits(counts: IntArray, out: FloatColumns, ask: _Ask, estimator: Estimator | Literal["given"]) -> Fits:
    return Fits(
        k=counts,
        q_df=counts - 1,
        tau2_lower=out.pop("tau2_lower", None),
        tau2_upper=out.pop("tau2_upper", None),
        estimator=estimator,
        interval=ask.interval,
        prediction=ask.prediction,
        level=ask.level,
        **out,
    )


def leave_one_out(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    estimator: Estimator = "reml",
    interval: IntervalKind = "hartung-knapp-adhoc",
    prediction: PredictionKind = "k-2",
    level: float = 0.95,
    engine: Engine = "auto",
) -> Fits:
    """Return the fit without the first study, without the second, and so on; InputError for k < 2."""
    y, v = _check.studies(effect, variance)
    k = y.size
    if k * k > BLOCK:
        return random_effects(y, v, ~np.eye(k, dtype=bool), estimator, interval, prediction, level, engine=engine)
    check_words(estimator, engine)
    _check_words(interval, prediction)
    compiled = uses_compiled(engine, estimator, ends=False)
    ask = _Ask(estimator, interval, prediction, False, compiled, level, tail(level), normal_quantile(level))
    effects, variances = np.empty((k, k)), np.empty((k, k))
    effects[:], variances[:] = y[:, None], v[:, None]
    effects.flat[:: k + 1], variances.flat[:: k + 1] = 0.0, np.inf
    counts = np.full(k, k - 1, dtype=np.intp)
    return _as_fits(counts, _fit_columns(effects, variances, counts, None, ask), ask, estimator)


def cumulative(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    estimator: Estimator = "reml",
    interval: IntervalKind = "hartung-knapp-adhoc",
    prediction: PredictionKind = "k-2",
    level: float = 0.95,
    engine: Engine = "auto",
) -> Fits:
    """Return the fit of the first study, the first two, and so on, in the order given; InputError for k < 2."""
    y, v = _check.studies(effect, variance)
    return random_effects(y, v, np.tri(y.size, dtype=bool), estimator, interval, prediction, level, engine=engine)


def _blocks(rows: Rows, given: FloatArray | None, ask: _Ask) -> tuple[IntArray, FloatColumns]:
    """Return the number of studies in each row and every other field, block by block of rows."""
    step = max(1, BLOCK // rows.width)
    if rows.size <= step:
        return _fit(rows, 0, rows.size, given, ask)
    counts, out = np.empty(rows.size, dtype=np.intp), dict[str, FloatArray]()
    for start in range(0, rows.size, step):
        stop = min(start + step, rows.size)
        counts[start:stop], columns = _fit(rows, start, stop, given, ask)
        for name, values in columns.items():
            if name not in out:
                out[name] = np.empty(rows.size)
            out[name][start:stop] = values
    return counts, out


def _check_words(interval: str, prediction: str) -> None:
    if interval not in INTERVALS:
        raise InputError(f"interval {interval!r}; expected one of {', '.join(INTERVALS)}")
    if prediction not in PREDICTIONS:
        raise InputError(f"prediction {prediction!r}; expected one of {', '.join(PREDICTIONS)}")


def _given(tau2: npt.ArrayLike, size: int) -> FloatArray:
    given = np.asarray(tau2, dtype=np.float64)
    if given.shape not in ((), (size,)):
        raise InputError(f"tau2 has shape {given.shape}; expected one number, or one for each of {size} rows")
    bad = np.flatnonzero(~(np.isfinite(given) & (given >= 0.0)))
    if bad.size:
        raise InputError(f"tau2[{bad[0]}] is {given.flat[bad[0]]}; expected 0 or more; a negative one stands for 0")
    return np.broadcast_to(given, (size,))


def _fit(rows: Rows, start: int, stop: int, given: FloatArray | None, ask: _Ask) -> tuple[IntArray, FloatColumns]:
    """Return the number of studies and every field of rows `start` to `stop`."""
    y, v, count = rows.columns(start, stop)
    return count, _fit_columns(y, v, count, None if given is None else given[start:stop], ask, start)


def _fit_columns(
    y: FloatArray, v: FloatArray, count: IntArray, given: FloatArray | None, ask: _Ask, start: int = 0
) -> FloatColumns:
    """Return every field of columns of effects and variances, shape (K, b); `start` is the first column's row."""
    k = count.astype(np.float64)
    if given is None and ask.compiled and not ask.ends and ask.estimator in ("reml", "maximum-likelihood"):
        found = np.empty(count.size, dtype=np.bool_)
        q, total0, square0, tau2, total, mean, rest, y0 = held = np.empty((8, count.size))
        batch_kernels.fit_columns(y, v, k, ask.estimator == "reml", held, found, POWERS)
        _all_found(found, start)
        off = y
    else:
        off, y0 = _from_first(y, v)
        w = 1.0 / v
        total0, square0 = down(w), down(w * w)
        r = off - down(w * off) / total0
        q = down(w * (r * r))
        if given is None:
            tau2, found = estimate_tau2(off, v, k, q, w, ask.estimator, ask.compiled)
            _all_found(found, start)
        else:
            tau2 = given
        w = 1.0 / (v + tau2)
        total = down(w)
        mean = down(w * off) / total
        r = off - mean
        rest = down(w * (r * r))
    several = count > 1
    df = np.maximum(k - 1.0, 1.0)
    with np.errstate(divide="ignore"):  # one study that outweighs the rest beyond all digits: infinite, so I2 is 0
        typical = df * total0 / np.where(several, np.maximum(total0 * total0 - square0, 0.0), 1.0)
    out = {"tau2": tau2, "q": q, "q_p": np.where(several, chdtrc(df, q), 1.0).astype(np.float64)}
    out["i2"] = 100.0 * tau2 / (tau2 + typical)
    _ends(out, y0 + mean, v, total, rest / df, count, ask)
    if ask.ends:
        for name, area in (("tau2_lower", ask.alpha), ("tau2_upper", 1.0 - ask.alpha)):
            out[name], found = roots_of_q(off, v, k, _by_count(_chi2, count, -1, area), ask.compiled)
            _all_found(found, start)
    return out


def _from_first(y: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return effects less the first one of their column, and that one; 0 where there is no study."""
    here = np.isfinite(v)
    whole = bool(here.all())
    y0 = y[0] if whole or here[0].all() else y[here.argmax(axis=0), np.arange(y.shape[1])]
    off = y - y0
    if not whole:
        off[~here] = 0.0
    return off, y0


def _by_count(quantile: Callable[[int, float], float], count: IntArray, less: int, area: float) -> FloatArray:
    """Return the quantile for df = count + `less` of each row, worked out once for each number of studies."""
    low, high = int(count.min()), int(count.max())
    if low == high:
        return np.full(count.size, quantile(low + less, area))
    return np.array([quantile(n + less, area) for n in range(low, high + 1)])[count - low]


@lru_cache(maxsize=1024)
def _t(df: int, area: float) -> float:
    return -float(stdtrit(df, area)) if df > 0 else math.nan


@lru_cache(maxsize=1024)
def _chi2(df: int, area: float) -> float:
    return float(chdtri(max(df, 1), area))


def _ends(
    out: FloatColumns,
    estimate: FloatArray,
    v: FloatArray,
    total: FloatArray,
    residual: FloatArray,
    count: IntArray,
    ask: _Ask,
) -> None:
    """Add the estimate, its interval and test, and the prediction interval; `residual` is Q / (k - 1) at tau2."""
    tau2 = out["tau2"]
    plain = 1.0 / total
    knapp = residual / total
    if ask.interval == "hartung-knapp-adhoc":
        knapp = np.maximum(knapp, plain)
    w = 1.0 / (v + tau2) if "kenward-roger" in ask.interval + ask.prediction else total
    squared, df, quantile = _spread(ask.interval, w, plain, knapp, count, ask)
    se = np.sqrt(squared)
    half = quantile * se
    if se.all():
        statistic = estimate / se
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.where((se == 0.0) & (estimate == 0.0), 0.0, estimate / se)
    far = -np.abs(statistic)
    p = 2.0 * (ndtr(far) if ask.interval == "normal" else stdtr(np.where(count > 1, df, np.nan), far))
    out |= {"estimate": estimate, "se": se, "lower": estimate - half, "upper": estimate + half}
    out |= {"statistic": statistic, "df": df, "p": np.asarray(p, dtype=np.float64)}
    squared, _, quantile = _spread(ask.prediction, w, plain, knapp, count, ask)
    if ask.prediction == "normal":
        quantile = np.where(count > 1, quantile, np.nan)
    reach = quantile * np.sqrt(tau2 + squared)
    out["prediction_lower"], out["prediction_upper"] = estimate - reach, estimate + reach


def _spread(
    word: str, w: FloatArray, plain: FloatArray, knapp: FloatArray, count: IntArray, ask: _Ask
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the squared standard error of an interval, its degrees of freedom and its quantile, each shape (b,)."""
    if word == "normal":
        return plain, np.full(count.size, np.inf), np.full(count.size, ask.z)
    if word == "k-2":
        return plain, (count - 2).astype(np.float64), _by_count(_t, count, -2, ask.alpha)
    if word == "hartung-knapp-k-2":
        return knapp, (count - 2).astype(np.float64), _by_count(_t, count, -2, ask.alpha)
    if word != "kenward-roger":
        squared = knapp if word.startswith("hartung-knapp") else plain
        return squared, (count - 1).astype(np.float64), _by_count(_t, count, -1, ask.alpha)
    squares = w * w
    second, third = down(squares), down(squares * w)
    with np.errstate(divide="ignore", invalid="ignore"):
        uncertain = 2.0 / (second - 2.0 * third * plain + (second * plain) ** 2)
        uncertain[count == 1] = np.nan
        larger = plain + 2.0 * plain * plain * uncertain * (third - second * second * plain)
        df = 2.0 / (uncertain * (second * larger) ** 2) - (1.0 if word.endswith("less-1") else 0.0)
        quantile = -stdtrit(np.where(df > 0.0, df, np.nan), ask.alpha)
    return np.where(count > 1, larger, plain), df, np.asarray(quantile, dtype=np.float64)


def _all_found(found: npt.NDArray[np.bool_], start: int) -> None:
    if not found.all():
        at = start + int(np.flatnonzero(~found)[0])
        raise NotConverged(f"row {at}: tau2 was not solved to its tolerance; fit that row alone to see where it fails")


__all__ = ["Engine", "Estimator", "Fits", "cumulative", "leave_one_out", "random_effects", "stack"]
