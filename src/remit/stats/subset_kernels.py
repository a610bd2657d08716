"""The fits of `gosh` in closed form, in a form that numba compiles: operations in the same order, so the same bits."""

import numpy as np

from remit.stats._check import FloatArray

COMPILED = ("tau2_of_block", "add_study", "means_of_block", "i2_of_block", "fit_block")
NONE, DERSIMONIAN_LAIRD, HUNTER_SCHMIDT, HEDGES = range(4)
CHUNK = 5  # studies whose subsets are worked on together


def warm() -> None:
    """Call the functions once, so that they are compiled."""
    y = np.array([0.0, 1.0])
    out = np.empty((4, 4))
    fit_block(np.ones((8, 4)), np.ones(8), y, y + 1.0, 2, 0, DERSIMONIAN_LAIRD, out[0], out[1], out[2], out[3])


def tau2_of_block(
    first: FloatArray, later: FloatArray, block: int, kind: int, mean: FloatArray, tau2: FloatArray, q: FloatArray
) -> None:
    """Write Q, tau2 and the weighted mean at a tau2 of 0 of each subset; arguments as in `fit_block`."""
    for i in range(first.shape[1]):
        count, total, pull = first[0, i] + later[0], first[1, i] + later[1], first[2, i] + later[2]
        if block == 0 and i == 0:
            count, total = 1.0, 1.0
        mean[i] = pull / total
        around = first[3, i] + later[3] - pull * (pull / total)
        around = 0.0 if count == 1.0 or not around > 0.0 else around
        t = 0.0
        if kind == DERSIMONIAN_LAIRD:
            scale = total - (first[4, i] + later[4]) / total
            t = (around - (count - 1.0)) / (scale if scale > 0.0 else 1.0)
        elif kind == HUNTER_SCHMIDT:
            t = (around - count) / total
        elif kind == HEDGES:
            plain = first[5, i] + later[5]
            squares = first[6, i] + later[6] - plain * (plain / count)
            df = count - 1.0
            t = squares / (df if df > 1.0 else 1.0) - (first[7, i] + later[7]) / count
        tau2[i] = 0.0 if count == 1.0 or not t > 0.0 else t
        q[i] = around


def add_study(y: float, v: FloatArray, t: FloatArray, total: FloatArray, sums: FloatArray) -> None:
    """Add one study to the sums of weights and of weighted effects of a chunk; v is infinite where it is not there."""
    for i in range(t.size):
        w = 1.0 / (v[i] + t[i])
        total[i] += w
        sums[i] += w * y


def means_of_block(y: FloatArray, v: FloatArray, low: int, block: int, tau2: FloatArray, mean: FloatArray) -> None:
    """Write the weighted mean of each subset at its tau2 to `mean`, shape (2^low,)."""
    near = min(low, CHUNK)
    width = 1 << near
    here, total, sums = np.empty((y.size, width)), np.empty(width), np.empty(width)
    for j in range(y.size):
        for i in range(width):
            here[j, i] = v[j] if j >= near or i >> j & 1 else np.inf
    for chunk in range(1 << (low - near)):
        t = tau2[chunk * width : (chunk + 1) * width]
        total[:], sums[:] = 0.0, 0.0
        for j in range(low, y.size):
            if block >> (j - low) & 1:
                add_study(y[j], here[j], t, total, sums)
        for j in range(low):
            if j < near or chunk >> (j - near) & 1:
                add_study(y[j], here[j], t, total, sums)
        for i in range(width):
            mean[chunk * width + i] = sums[i] / (total[i] if total[i] > 0.0 else 1.0)


def i2_of_block(
    first: FloatArray, later: FloatArray, block: int, kind: int, tau2: FloatArray, i2: FloatArray, q: FloatArray
) -> None:
    """Write I2 of each subset; arguments as in `fit_block`."""
    for i in range(first.shape[1]):
        count, total = first[0, i] + later[0], first[1, i] + later[1]
        if block == 0 and i == 0:
            count, total = 1.0, 1.0
        df = count - 1.0
        if kind == NONE:
            i2[i] = 100.0 * (q[i] - df if q[i] > df else 0.0) / (q[i] if q[i] > 0.0 else 1.0)
        else:
            square = total * total - (first[4, i] + later[4])
            typical = df * total / ((square if square > 0.0 else 0.0) if df > 0.0 else 1.0)
            i2[i] = 100.0 * tau2[i] / (tau2[i] + typical if df > 0.0 else 1.0)


def fit_block(
    first: FloatArray,
    later: FloatArray,
    y: FloatArray,
    v: FloatArray,
    low: int,
    block: int,
    kind: int,
    mean: FloatArray,
    tau2: FloatArray,
    i2: FloatArray,
    q: FloatArray,
) -> None:
    """Write the mean, tau2, I2 and Q of the subsets of one block, each of shape (2^low,).

    A block is the choice of studies from `low` on whose bits are `block`, with every choice of the first `low`.
    `first`, shape (sums, 2^low), holds their sums and `later`, shape (sums,), those of the block's own studies.
    """
    tau2_of_block(first, later, block, kind, mean, tau2, q)
    if kind != NONE:
        means_of_block(y, v, low, block, tau2, mean)
    i2_of_block(first, later, block, kind, tau2, i2, q)
