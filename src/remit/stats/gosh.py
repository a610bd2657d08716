"""Every subset of the studies pooled: B data sets of up to K studies each in one pass, ragged ones by a mask.

The same estimates as `tau2` and `pool`, with the loop over data sets inside the arithmetic. Rows are worked off in
blocks that fit the processor's cache, so memory does not grow with B beyond input and results.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_quantile, tail
from remit.stats.tau2 import NEAR

BoolArray = npt.NDArray[np.bool_]
Estimator = Literal["none", "dersimonian-laird", "reml"]
IntervalKind = Literal["normal", "t", "hartung-knapp", "hartung-knapp-adhoc"]
BLOCK = 2048
LOOKS = 20
MOST_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """One value per data set, shape (B,): as in `pool.RandomEffects`. A row of one study keeps its normal interval."""

    k: npt.NDArray[np.intp]
    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    tau2: FloatArray
    i2: FloatArray
    q: FloatArray


def fits(
    effects: npt.ArrayLike,
    variances: npt.ArrayLike,
    mask: npt.ArrayLike | None = None,
    estimator: Estimator = "reml",
    interval: IntervalKind = "hartung-knapp-adhoc",
    level: float = 0.95,
) -> Fits:
    """Return the fit of each row of `effects` and `variances`, shape (B, K); `mask` is True where a study takes part.

    A one-dimensional `effects` or `variances` serves every row of the mask. Raises InputError for shapes that do not
    match, a row without studies, and a value that is not finite or a variance not above 0 where the mask is True.
    """
    y, v, m = _rows(effects, variances, mask)
    if interval not in ("normal", "t", "hartung-knapp", "hartung-knapp-adhoc"):
        raise InputError(f"interval {interval!r}; expected normal, t, hartung-knapp or hartung-knapp-adhoc")
    if estimator not in ("none", "dersimonian-laird", "reml"):
        raise InputError(f"estimator {estimator!r}; expected none, dersimonian-laird or reml")
    out = np.empty((7, m.shape[0]))
    for start in range(0, m.shape[0], BLOCK):
        rows = slice(start, start + BLOCK)
        out[:, rows] = _block(y[rows], v[rows], m[rows].astype(np.float64), estimator, interval, level)
    return Fits(m.sum(axis=1), *out)


def gosh(
    effect: npt.ArrayLike, variance: npt.ArrayLike, estimator: Estimator = "reml", most: int = 20
) -> tuple[BoolArray, Fits]:
    """Return every non-empty subset of the studies as a mask, shape (2^k - 1, k), with its fit.

    Source: Olkin, Dahabreh and Trikalinos (2012), Res Synth Methods 3:214-223. InputError above `most` studies.
    """
    y, v = _check.studies(effect, variance)
    if y.size > most:
        raise InputError(f"k = {y.size} has {2**y.size - 1} subsets; expected at most {most} studies")
    numbers = np.arange(1, 2**y.size)
    mask = ((numbers[:, None] >> np.arange(y.size)) & 1).astype(bool)
    return mask, fits(y, v, mask, estimator, "normal")


def _rows(
    effects: npt.ArrayLike, variances: npt.ArrayLike, mask: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, BoolArray]:
    y, v = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    m = np.ones(max(y.shape, v.shape, key=len), dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
    if m.ndim != 2 or not {y.shape, v.shape} <= {m.shape, m.shape[1:]}:
        raise InputError(f"effects {y.shape}, variances {v.shape}, mask {m.shape}; expected (B, K), or (K,) and a mask")
    y, v = np.broadcast_to(y, m.shape), np.broadcast_to(v, m.shape)
    if not m.any(axis=1).all():
        raise InputError("a row of the mask holds no study; expected at least one in each")
    if not (np.isfinite(y) | ~m).all() or not ((np.isfinite(v) & (v > 0.0)) | ~m).all():
        raise InputError("an effect that is not finite, or a variance not above 0, takes part; mask it out")
    return y, v, m


def _block(y: FloatArray, v: FloatArray, m: FloatArray, estimator: str, interval: str, level: float) -> FloatArray:
    """Return estimate, se, lower, upper, tau2, i2 and q for one block of rows, shape (7, b)."""
    k = m.sum(axis=1)
    off = m > 0.0
    base = (y * m).sum(axis=1) / k if off.all() else np.where(off, y, 0.0).sum(axis=1) / k
    y, v = np.where(off, y - base[:, None], 0.0), np.where(off, v, 1.0)
    w = m / v
    total, squares = w.sum(axis=1), (w * w).sum(axis=1)
    q = _q(y, w, total)
    spread = total - squares / total
    several = k > 1.0
    if estimator == "reml":
        tau2 = _reml(y, v, m, k)
    elif estimator == "none":
        tau2 = np.zeros_like(k)
    else:
        tau2 = np.where(several, np.maximum(0.0, q - (k - 1.0)) / np.where(several, spread, 1.0), 0.0)
    w = m / (v + tau2[:, None])
    sums = w.sum(axis=1)
    estimate = (w * y).sum(axis=1) / sums
    plain = 1.0 / sums
    knapp = _q(y, w, sums) / np.maximum(k - 1.0, 1.0) * plain
    if interval == "hartung-knapp-adhoc":
        knapp = np.maximum(knapp, plain)
    se = np.sqrt(np.where(several, knapp, plain) if interval.startswith("hartung") else plain)
    z = np.full_like(k, normal_quantile(level))
    half = se * (z if interval == "normal" else np.where(several, -stdtrit(np.maximum(k - 1.0, 1.0), tail(level)), z))
    typical = np.where(several, (k - 1.0) / np.where(several, spread, 1.0), 1.0)
    centre = estimate + base
    return np.stack((centre, se, centre - half, centre + half, tau2, 100.0 * tau2 / (tau2 + typical), q))


def _q(y: FloatArray, w: FloatArray, total: FloatArray) -> FloatArray:
    r = y - ((w * y).sum(axis=1) / total)[:, None]
    return np.asarray((w * r * r).sum(axis=1))


def _slope(y: FloatArray, v: FloatArray, m: FloatArray, tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the slope of the restricted log-likelihood (twice) and its height (twice), shape (b,)."""
    w = m / (v + tau2[:, None])
    total = w.sum(axis=1)
    r = w * (y - ((w * y).sum(axis=1) / total)[:, None])
    slope = (r * r).sum(axis=1) - total + (w * w).sum(axis=1) / total
    logs = np.log(np.where(m > 0.0, w, 1.0)).sum(axis=1)
    return slope, logs - np.log(total) - (r * y).sum(axis=1)


def _reml(y: FloatArray, v: FloatArray, m: FloatArray, k: FloatArray) -> FloatArray:
    """Return the global maximum of each restricted likelihood; bounds as in `tau2.likeliest`."""
    on = m > 0.0
    least, most = np.where(on, v, np.inf).min(axis=1), np.where(on, v, -np.inf).max(axis=1)
    s2 = (m * y * y).sum(axis=1) / np.maximum(k - 1.0, 1.0)
    high = (0.5 * (s2 + np.sqrt(s2 * s2 + 4.0 * s2 * (most - least))) - least) * (1.0 + 1e-9) + 1e-12 * s2
    open_rows = (high > 0.0) & (k > 1.0)
    tau2 = np.zeros_like(k)
    if not open_rows.any():
        return tau2
    y, v, m, high, least = y[open_rows], v[open_rows], m[open_rows], high[open_rows], least[open_rows]
    low = np.minimum(NEAR * least, 0.5 * high)
    count = max(LOOKS, math.ceil(float(np.log(high / low).max()) / 0.5))
    a, b, best = np.zeros_like(high), np.zeros_like(high), np.full_like(high, -np.inf)
    last, (slope, height) = np.zeros_like(high), _slope(y, v, m, np.zeros_like(high))
    level_zero = height
    for share in np.linspace(0.0, 1.0, count):
        here = low * (high / low) ** share
        new, tall = _slope(y, v, m, here)
        crest = np.maximum(height, tall)
        found = (slope > 0.0) & (new <= 0.0) & (crest > best)
        a, b, best = np.where(found, last, a), np.where(found, here, b), np.where(found, crest, best)
        last, slope, height = here, new, tall
    got = _close_in(y, v, m, a, b)
    top = _slope(y, v, m, got)[1]
    tau2[open_rows] = np.where((b > 0.0) & (top > level_zero), got, 0.0)
    return tau2


def _close_in(y: FloatArray, v: FloatArray, m: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the root of each slope between a and b: false position with halved ends (Illinois), then halving."""
    fa, fb = _slope(y, v, m, a)[0], _slope(y, v, m, b)[0]
    x = b.copy()
    for step in range(MOST_STEPS):
        if step % 4 == 3:
            x = 0.5 * (a + b)
        else:
            width = np.where(fa - fb > 0.0, fa - fb, 1.0)
            x = np.clip(a + (b - a) * fa / width, np.minimum(a, b), np.maximum(a, b))
        fx = _slope(y, v, m, x)[0]
        up = fx > 0.0
        fb = np.where(up, 0.5 * fb, fx)
        fa = np.where(up, fx, 0.5 * fa)
        a, b = np.where(up, x, a), np.where(up, b, x)
        if (np.abs(b - a) <= 1e-13 * np.abs(b)).all() or (np.abs(fx) == 0.0).all():
            break
    return x
