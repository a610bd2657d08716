"""Every subset of the studies, fitted: what the answer would be had any of them been missing.

Source: Olkin, Dahabreh and Trikalinos (2012), Res Synth Methods 3:214-223.

Subsets are numbered 1 to 2^k - 1; the bits of the number say which studies it holds, the first study the lowest bit.
Estimators in closed form are not fitted subset by subset: the sums a fit needs, over the subsets of the first j + 1
studies, are those of the first j and the same again with study j added, so each subset costs one addition.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check, compiled, subset_kernels
from remit.stats._check import FloatArray
from remit.stats.batch import random_effects
from remit.stats.batch_tau2 import Engine, Estimator, check_words
from remit.stats.result import Result

IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
MOST = 20
LOW_BITS = 13  # studies whose subsets are worked on together: their arrays stay in the processor's cache
SUMMED = ("none", "dersimonian-laird", "hunter-schmidt", "hedges")


@dataclass(frozen=True, slots=True)
class Gosh(Result):
    """One fit for each subset, arrays of shape (2^k - 1,); entry i is of the subset numbered i + 1.

    i2 in percent, from tau2 and the typical variance as in `pool.random_effects`; under "none", where tau2 is 0, from Q
    as max(0, (Q - df) / Q). A subset of one study has that study's effect, tau2, Q and I2 of 0.
    """

    studies: int
    k: IntArray
    estimate: FloatArray
    tau2: FloatArray
    i2: FloatArray
    q: FloatArray
    estimator: Estimator

    def __len__(self) -> int:
        return self.k.size

    @property
    def h2(self) -> FloatArray:
        """Q over its degrees of freedom, at times below 1, under "none" and "dersimonian-laird"; else 1 / (1 - I2).

        1 for a single study. Source: Higgins and Thompson (2002), Stat Med 21:1539-1558.
        """
        if self.estimator in ("none", "dersimonian-laird"):
            return np.where(self.k > 1, self.q / np.maximum(self.k - 1, 1), 1.0)
        return np.asarray(100.0 / (100.0 - self.i2), dtype=np.float64)

    def holds(self, study: int) -> BoolArray:
        """Return, for each subset, whether it holds the study at that place, counted from 0."""
        if not 0 <= study < self.studies:
            raise InputError(f"study {study}; expected 0 to {self.studies - 1}")
        return (np.arange(1, self.k.size + 1) >> study & 1).astype(bool)


def gosh(
    effect: npt.ArrayLike, variance: npt.ArrayLike, estimator: Estimator = "dersimonian-laird", engine: Engine = "auto"
) -> Gosh:
    """Return the fit of every subset that is not empty; InputError for k < 2 or k > 20."""
    check_words(estimator, engine)
    y, v = _check.studies(effect, variance)
    if y.size > MOST:
        raise InputError(f"k = {y.size}, so 2^{y.size} - 1 subsets; expected at most {MOST}; drop or merge some")
    if estimator in SUMMED:
        if engine == "compiled":
            compiled.load()
        return _summed(y, compiled.plain(v), estimator, engine != "numpy" and compiled.loaded())
    subsets = np.arange(1, 2**y.size)[:, None] >> np.arange(y.size) & 1
    fits = random_effects(y, v, subsets.astype(bool), estimator, "normal", engine=engine)
    return Gosh(y.size, fits.k, fits.estimate, fits.tau2, fits.i2, fits.q, estimator)


def _summed(y: FloatArray, v: FloatArray, estimator: Estimator, fast: bool) -> Gosh:
    """Fit subset sums block by block: a block is one choice of the later studies with every choice of the first."""
    low = min(y.size, LOW_BITS)
    centre = float((y / v).sum() / (1.0 / v).sum())
    off, w = y - centre, 1.0 / v
    values = np.stack((np.ones_like(y), w, w * off, w * off * off, w * w, off, off * off, v)[: _NEEDED[estimator]])
    first, later = _subset_sums(values[:, :low]), _subset_sums(values[:, low:])
    out = np.empty((4, 2**y.size))
    for block in range(2 ** (y.size - low)):
        estimate, tau2, i2, q = out[:, block * 2**low : (block + 1) * 2**low]
        sums = later[:, block].copy()
        if fast:
            subset_kernels.fit_block(first, sums, off, v, low, block, _KINDS[estimator], estimate, tau2, i2, q)
        else:
            estimate[:], tau2[:], i2[:], q[:] = _fit_block(first, sums, off, v, low, block, estimator)
    out[0] += centre
    out[0, 2 ** np.arange(y.size)] = y
    estimate, tau2, i2, q = out[:, 1:]
    k = np.bitwise_count(np.arange(1, 2**y.size)).astype(np.intp)
    return Gosh(studies=y.size, k=k, estimate=estimate, tau2=tau2, i2=i2, q=q, estimator=estimator)


def _fit_block(
    first: FloatArray, later: FloatArray, off: FloatArray, v: FloatArray, low: int, block: int, estimator: Estimator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the mean, tau2, I2 and Q of a block; arguments as in `subset_kernels.fit_block`."""
    sums = first + later[:, None]
    if block == 0:
        sums[0:2, 0] = 1.0  # the empty subset, dropped at the end
    count, total = sums[0], sums[1]
    q = np.maximum(sums[3] - sums[2] * (sums[2] / total), 0.0)
    one = count == 1.0
    q[one] = 0.0
    tau2 = np.where(one, 0.0, np.maximum(_BLOCKS[estimator](sums, q), 0.0))
    extra = [j for j in range(low, v.size) if block >> (j - low) & 1]
    mean = sums[2] / total if estimator == "none" else _means(off, v, tau2, low, extra)
    return mean, tau2, _i2(estimator, sums, q, tau2), q


def _subset_sums(values: FloatArray) -> FloatArray:
    """Return sums over all subsets of the last axis, shape (..., 2^n)."""
    sums = np.zeros((values.shape[0], 1))
    for j in range(values.shape[1]):
        sums = np.concatenate((sums, sums + values[:, j : j + 1]), axis=1)
    return sums


def _means(off: FloatArray, v: FloatArray, tau2: FloatArray, low: int, extra: list[int]) -> FloatArray:
    """Return the weighted mean of each subset of a block at its own tau2."""
    total, mean = np.zeros(tau2.size), np.zeros(tau2.size)
    for j in extra:
        w = 1.0 / (v[j] + tau2)
        total += w
        w *= off[j]
        mean += w
    near = min(low, subset_kernels.CHUNK)  # runs of 2^j are too short for these: no study, infinite variance
    for j in range(near):
        here = np.array([np.inf, v[j]])[np.arange(2**low) >> j & 1]
        w = 1.0 / (here + tau2)
        total += w
        w *= off[j]
        mean += w
    for j in range(near, low):
        shape = (2 ** (low - 1 - j), 2, 2**j)
        w = 1.0 / (v[j] + tau2.reshape(shape)[:, 1])
        total.reshape(shape)[:, 1] += w
        w *= off[j]
        mean.reshape(shape)[:, 1] += w
    return mean / np.where(total > 0.0, total, 1.0)


def _dersimonian_laird(sums: FloatArray, q: FloatArray) -> FloatArray:
    scale = sums[1] - sums[4] / sums[1]
    return np.asarray((q - (sums[0] - 1.0)) / np.where(scale > 0.0, scale, 1.0), dtype=np.float64)


def _hunter_schmidt(sums: FloatArray, q: FloatArray) -> FloatArray:
    return np.asarray((q - sums[0]) / sums[1], dtype=np.float64)


def _hedges(sums: FloatArray, q: FloatArray) -> FloatArray:
    squares = sums[6] - sums[5] * (sums[5] / sums[0])
    return np.asarray(squares / np.maximum(sums[0] - 1.0, 1.0) - sums[7] / sums[0], dtype=np.float64)


def _none(sums: FloatArray, q: FloatArray) -> FloatArray:
    return np.zeros(q.size)


_NEEDED = {"none": 5, "dersimonian-laird": 5, "hunter-schmidt": 5, "hedges": 8}
_BLOCKS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "none": _none,
    "dersimonian-laird": _dersimonian_laird,
    "hunter-schmidt": _hunter_schmidt,
    "hedges": _hedges,
}


_KINDS = {
    "none": subset_kernels.NONE,
    "dersimonian-laird": subset_kernels.DERSIMONIAN_LAIRD,
    "hunter-schmidt": subset_kernels.HUNTER_SCHMIDT,
    "hedges": subset_kernels.HEDGES,
}


def _i2(estimator: str, sums: FloatArray, q: FloatArray, tau2: FloatArray) -> FloatArray:
    df = sums[0] - 1.0
    if estimator == "none":
        return np.asarray(100.0 * np.maximum(q - df, 0.0) / np.where(q > 0.0, q, 1.0), dtype=np.float64)
    square = sums[1] * sums[1] - sums[4]
    with np.errstate(divide="ignore"):  # one study that outweighs the rest beyond all digits: infinite, so I2 is 0
        typical = df * sums[1] / np.where(df > 0.0, np.maximum(square, 0.0), 1.0)
    return np.asarray(100.0 * tau2 / np.where(df > 0.0, tau2 + typical, 1.0), dtype=np.float64)
