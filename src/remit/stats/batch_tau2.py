"""The named estimators of tau2 for columns of studies, and which arithmetic solves the iterative ones."""

from typing import Literal

import numpy as np
from scipy.special import chdtri

from remit.errors import InputError
from remit.stats import batch_kernels, batch_solve
from remit.stats._check import FloatArray
from remit.stats.batch_kernels import BoolArray
from remit.stats.batch_solve import POWERS, down
from remit.stats.compiled import load, loaded, plain

Engine = Literal["auto", "numpy", "compiled"]
Estimator = Literal[
    "reml",
    "maximum-likelihood",
    "paule-mandel",
    "empirical-bayes",
    "median-unbiased",
    "dersimonian-laird",
    "generalised-q",
    "hedges",
    "hunter-schmidt",
    "hunter-schmidt-small-sample",
    "sidik-jonkman",
    "none",
]
ESTIMATORS = ("reml", "maximum-likelihood", "paule-mandel", "empirical-bayes", "median-unbiased", "dersimonian-laird",
              "generalised-q", "hedges", "hunter-schmidt", "hunter-schmidt-small-sample", "sidik-jonkman",
              "none")  # fmt: skip
ITERATIVE = ESTIMATORS[:5]


def check_words(estimator: str, engine: str) -> None:
    """Raise InputError for an estimator or engine that does not exist."""
    if estimator not in ESTIMATORS:
        raise InputError(f"estimator {estimator!r}; expected one of {', '.join(ESTIMATORS)}")
    if engine not in ("auto", "numpy", "compiled"):
        raise InputError(f"engine {engine!r}; expected auto, numpy or compiled")


def uses_compiled(engine: str, estimator: str, ends: bool) -> bool:
    """Return whether compiled functions are to be used, loading them when they are asked for and needed."""
    if engine == "numpy" or not (ends or estimator in ITERATIVE):
        return False
    if engine == "compiled":
        load()
    return loaded()


def estimate_tau2(
    y: FloatArray, v: FloatArray, k: FloatArray, q: FloatArray, w: FloatArray, estimator: Estimator, compiled: bool
) -> tuple[FloatArray, BoolArray]:
    """Return tau2, shape (b,), and whether each was found; q and w are Q and the weights at tau2 = 0."""
    several = k > 1.0
    if estimator in ("reml", "maximum-likelihood"):
        return likeliest(y, v, k, estimator == "reml", compiled)
    if estimator in ("paule-mandel", "empirical-bayes"):
        return roots_of_q(y, v, k, np.maximum(k - 1.0, 0.5), compiled)
    if estimator == "median-unbiased":
        return roots_of_q(y, v, k, np.asarray(chdtri(np.maximum(k - 1.0, 1.0), 0.5), dtype=np.float64), compiled)
    tau2 = np.zeros(k.size) if estimator == "none" else _closed(y, v, k, q, w, estimator)
    return np.where(several, np.maximum(tau2, 0.0), 0.0), np.ones(k.size, dtype=bool)


def _closed(y: FloatArray, v: FloatArray, k: FloatArray, q: FloatArray, w: FloatArray, estimator: str) -> FloatArray:
    """Return tau2 in closed form, not yet held at 0; for "generalised-q" with weights 1 / standard error."""
    several, here = k > 1.0, np.isfinite(v)
    df = np.maximum(k - 1.0, 1.0)
    if estimator == "dersimonian-laird":
        total = down(w)
        return np.asarray((q - (k - 1.0)) / np.where(several, total - down(w * w) / total, 1.0), dtype=np.float64)
    if estimator == "generalised-q":
        a = np.sqrt(w)
        total = down(a)
        r = y - down(a * y) / total
        excess = down(a * (r * r)) - (down(np.sqrt(np.where(here, v, 0.0))) - k / total)
        return np.asarray(excess / np.where(several, total - down(w) / total, 1.0), dtype=np.float64)
    if estimator.startswith("hunter-schmidt"):
        return np.asarray(((q * (k / df) if estimator.endswith("sample") else q) - k) / down(w), dtype=np.float64)
    if estimator == "hedges":
        return np.asarray(_squares(y, here, k) / df - down(np.where(here, v, 0.0)) / k, dtype=np.float64)
    start = _squares(y, here, k) / k
    at_start, _ = batch_solve.q_and_fall(y, v, start)
    return np.asarray(start * at_start / df, dtype=np.float64)


def likeliest(
    y: FloatArray, v: FloatArray, k: FloatArray, restricted: bool, compiled: bool
) -> tuple[FloatArray, BoolArray]:
    """Return `batch_solve.likeliest` by either arithmetic."""
    if not compiled:
        return batch_solve.likeliest(y, v, k, restricted)
    low, high, count = batch_solve.looks(y, v, k)
    tau2, found = np.empty(k.size), np.empty(k.size, dtype=bool)
    batch_kernels.likeliest_columns(plain(y), plain(v), low, high, count, restricted, tau2, found, POWERS)
    return tau2, found


def roots_of_q(
    y: FloatArray, v: FloatArray, k: FloatArray, target: FloatArray, compiled: bool
) -> tuple[FloatArray, BoolArray]:
    """Return `batch_solve.solve_q` by either arithmetic."""
    if not compiled:
        return batch_solve.solve_q(y, v, k, target)
    high = batch_solve.q_bound(y, v, k, target)
    tau2, found = np.empty(k.size), np.empty(k.size, dtype=bool)
    batch_kernels.solve_q_columns(plain(y), plain(v), high, plain(target), tau2, found)
    return tau2, found


def _squares(y: FloatArray, here: BoolArray, k: FloatArray) -> FloatArray:
    """Return the sum of squares around the plain mean."""
    off = np.where(here, y - down(y) / k, 0.0)
    return down(off * off)
