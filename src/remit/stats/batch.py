"""Random-effects fits of many data sets in one call.

Data sets are rows: effects and variances have shape (B, K), and `studies`, of the same shape, is True where a row has
a study (what lies elsewhere is never read). Every number equals that of `pool.random_effects` on the row alone, and a
row has the same bits in any batch. A row of one study keeps its own estimate and standard error: tau2, Q and I2 are
then 0 and, for intervals that need k - 1 degrees of freedom, ends and p are nan.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check, batch_kernels
from remit.stats._check import FloatArray
from remit.stats.batch_ends import Ask, FloatColumns, IntArray, Sizes, add_ends, all_compiled, chi2, compiled_ends, q_p
from remit.stats.batch_rows import Rows, rows_of, stack
from remit.stats.batch_solve import BLOCK, POWERS, down
from remit.stats.batch_tau2 import Engine, Estimator, check_words, estimate_tau2, roots_of_q, uses_compiled
from remit.stats.compiled import plain
from remit.stats.interval import normal_quantile, tail
from remit.stats.pool import PREDICTIONS, IntervalKind, PredictionKind
from remit.stats.result import Result

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
    estimator : of tau2: "reml", "maximum-likelihood", "paule-mandel", "empirical-bayes", "median-unbiased",
        "dersimonian-laird", "generalised-q" (weights 1 / standard error), "hedges", "hunter-schmidt",
        "hunter-schmidt-small-sample", "sidik-jonkman", or "none" for the common effect
    interval, prediction, level : as in `pool.random_effects`, but for the two intervals that choose between others
    tau2 : one number or shape (B,), used instead of an estimate
    tau2_interval : whether to solve for the Q-profile ends of tau2 as well
    engine : "numpy", "compiled" (needs numba, see `compiled.load`) or "auto", which uses compiled functions where
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
    ask = Ask(estimator, interval, prediction, tau2_interval, compiled, level, tail(level), normal_quantile(level))
    counts, out = _blocks(rows, given, ask)
    return _as_fits(counts, out, ask, "given" if given is not None else estimator)


def _as_fits(counts: IntArray, out: FloatColumns, ask: Ask, estimator: Estimator | Literal["given"]) -> Fits:
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
    ask = Ask(estimator, interval, prediction, False, compiled, level, tail(level), normal_quantile(level))
    counts = np.empty(k, dtype=np.intp)
    counts.fill(k - 1)
    sizes = Sizes(counts, k - 1)
    if all_compiled(ask):
        fits = np.empty((8, k))
        _solved(batch_kernels.fit_left_out(plain(y), plain(v), estimator == "reml", fits, POWERS))
        return _as_fits(counts, compiled_ends(fits, sizes, ask), ask, estimator)
    effects, variances = np.empty((k, k)), np.empty((k, k))
    effects[:], variances[:] = y[:, None], v[:, None]
    effects.flat[:: k + 1], variances.flat[:: k + 1] = 0.0, np.inf
    return _as_fits(counts, _fit_columns(effects, variances, sizes, None, ask), ask, estimator)


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


def _blocks(rows: Rows, given: FloatArray | None, ask: Ask) -> tuple[IntArray, FloatColumns]:
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


def _fit(rows: Rows, start: int, stop: int, given: FloatArray | None, ask: Ask) -> tuple[IntArray, FloatColumns]:
    """Return the number of studies and every field of rows `start` to `stop`."""
    y, v, count = rows.columns(start, stop)
    return count, _fit_columns(y, v, Sizes(count), None if given is None else given[start:stop], ask, start)


def _fit_columns(
    y: FloatArray, v: FloatArray, sizes: Sizes, given: FloatArray | None, ask: Ask, start: int = 0
) -> FloatColumns:
    """Return every field of columns of effects and variances, shape (K, b); `start` is the first column's row."""
    k = sizes.k
    if given is None and all_compiled(ask):
        fits = np.empty((8, k.size))
        _solved(batch_kernels.fit_columns(plain(y), plain(v), ask.estimator == "reml", fits, POWERS), start)
        return compiled_ends(fits, sizes, ask)
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
    df = np.maximum(sizes.df(), 1.0)
    with np.errstate(divide="ignore"):  # one study that outweighs the rest beyond all digits: infinite, so I2 is 0
        typical = df * total0 / sizes.where_several(np.maximum(total0 * total0 - square0, 0.0), 1.0)
    out = {"tau2": tau2, "q": q, "q_p": q_p(q, sizes)}
    out["i2"] = 100.0 * tau2 / (tau2 + typical)
    add_ends(out, y0 + mean, v, total, rest / df, sizes, ask)
    if ask.ends:
        for name, area in (("tau2_lower", ask.alpha), ("tau2_upper", 1.0 - ask.alpha)):
            out[name], found = roots_of_q(off, v, k, sizes.quantile(chi2, -1, area), ask.compiled)
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


def _all_found(found: npt.NDArray[np.bool_], start: int) -> None:
    if not found.all():
        _solved(int(np.flatnonzero(~found)[0]), start)


def _solved(failed: int, start: int = 0) -> None:
    """Raise NotConverged for the column that failed, where one did."""
    if failed >= 0:
        said = "tau2 was not solved to its tolerance; fit that row alone to see where it fails"
        raise NotConverged(f"row {start + failed}: {said}")


__all__ = ["Engine", "Estimator", "Fits", "cumulative", "leave_one_out", "random_effects", "stack"]
