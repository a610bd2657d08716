"""Meta-regression on one moderator, for many arrangements of it at once.

Arrangements are columns of x, shape (k, b); effects and variances are the same for all. Words: w the weights, P the
matrix W - WX(X'WX)^-1 X'W, whose trace is the number of studies the residuals are worth times their weight.
"""

from dataclasses import dataclass

import numpy as np

from remit.errors import NotConverged
from remit.stats._check import FloatArray
from remit.stats.batch_kernels import ABSOLUTE, EPSILON, NEAR, NEWTON, RELATIVE, STEPS
from remit.stats.batch_solve import down
from remit.stats.tau2 import FINE


@dataclass(frozen=True, slots=True)
class _Line:
    """Weighted least squares of each arrangement at its tau2."""

    w: FloatArray
    total: FloatArray
    centred: FloatArray
    spread: FloatArray
    x_mean: FloatArray
    y_mean: FloatArray
    slope: FloatArray
    residual: FloatArray

    def rise(self, restricted: bool) -> FloatArray:
        """Return twice the derivative of the (restricted) log-likelihood with respect to tau2."""
        u = self.w * self.residual
        return np.asarray(down(u * u) - (self.trace() if restricted else self.total), dtype=np.float64)

    def trace(self) -> FloatArray:
        """Return the trace of P."""
        squares = self.w * self.w
        own = down(squares) / self.total + down(squares * (self.centred * self.centred)) / self.spread
        return np.asarray(self.total - own, dtype=np.float64)

    def curve(self, restricted: bool) -> FloatArray:
        """Return the derivative of `rise`: tr(PP) - 2 y'PPPy, or sum of squared weights - 2 y'PPPy."""
        w, xc = self.w, self.centred
        u = w * self.residual
        bent = down(w * (u * u)) - down(w * u) ** 2 / self.total - down(w * (xc * u)) ** 2 / self.spread
        squares, xx = w * w, xc * xc
        trace = down(squares)
        if restricted:
            cubes = squares * w
            trace = trace - 2.0 * (down(cubes) / self.total + down(cubes * xx) / self.spread)
            trace = trace + (down(squares) / self.total) ** 2 + (down(squares * xx) / self.spread) ** 2
            trace = trace + 2.0 * down(squares * xc) ** 2 / (self.total * self.spread)
        return np.asarray(trace - 2.0 * bent, dtype=np.float64)

    def height(self, restricted: bool) -> FloatArray:
        """Return the (restricted) log-likelihood without constants."""
        twice = down(self.w * (self.residual * self.residual)) - down(np.log(self.w))
        if restricted:
            twice = twice + np.log(self.total) + np.log(self.spread)
        return np.asarray(-0.5 * twice, dtype=np.float64)


def line_z(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str) -> FloatArray:
    """Return z of intercept and slope, shape (2, b), with the residual tau2 of each arrangement.

    Estimators: none, dersimonian-laird, maximum-likelihood, reml.
    """
    fit = _fit(y, v, x, _tau2(y, v, x, estimator))
    intercept = fit.y_mean - fit.slope * fit.x_mean
    z0 = intercept / np.sqrt(1.0 / fit.total + fit.x_mean * fit.x_mean / fit.spread)
    return np.stack((z0, fit.slope * np.sqrt(fit.spread)))


def _fit(y: FloatArray, v: FloatArray, x: FloatArray, tau2: FloatArray) -> _Line:
    w = 1.0 / (v[:, None] + tau2)
    total = down(w)
    x_mean, y_mean = down(w * x) / total, down(w * y[:, None]) / total
    xc, yc = x - x_mean, y[:, None] - y_mean
    weighted = w * xc
    spread = down(weighted * xc)
    slope = down(weighted * yc) / spread
    return _Line(w, total, xc, spread, x_mean, y_mean, slope, yc - slope * xc)


def _tau2(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str) -> FloatArray:
    none = np.zeros(x.shape[1])
    if estimator == "none":
        return none
    if estimator == "dersimonian-laird":
        fit = _fit(y, v, x, none)
        excess = down(fit.w * (fit.residual * fit.residual)) - (y.size - 2.0)
        return np.maximum(0.0, excess / fit.trace())
    return _likeliest(y, v, x, estimator == "reml")


def _likeliest(y: FloatArray, v: FloatArray, x: FloatArray, restricted: bool) -> FloatArray:
    """Return each arrangement's tau2 of highest likelihood, by looks and Newton steps as in `batch_solve`.

    The looks are shared: residuals are never larger than deviations from the plain mean, which bound tau2 for all.
    """
    least, most = float(v.min()), float(v.max())
    s2 = float(((y - y.mean()) ** 2).sum()) / (y.size - 2)
    high = (0.5 * (s2 + (s2 * s2 + 4.0 * s2 * (most - least)) ** 0.5) - least) * (1.0 + 1e-9) + 1e-12 * s2
    tau2, best = np.zeros(x.shape[1]), np.full(x.shape[1], -np.inf)
    if high <= 0.0:
        return tau2
    looks, low = [0.0], min(NEAR * least, 0.5 * high)
    while low < high:
        looks.append(low)
        low *= FINE
    looks.append(high)
    rising = np.array([_fit(y, v, x, np.full(x.shape[1], t)).rise(restricted) > 0.0 for t in looks])
    best[~rising[0]] = _fit(y, v, x[:, ~rising[0]], tau2[~rising[0]]).height(restricted)
    for i in range(len(looks) - 1):
        at = np.flatnonzero(rising[i] & ~rising[i + 1])
        if at.size:
            mine = x.take(at, axis=1)
            root = _root(y, v, mine, looks[i], looks[i + 1], restricted)
            height = _fit(y, v, mine, root).height(restricted)
            higher = height > best[at]
            tau2[at[higher]], best[at[higher]] = root[higher], height[higher]
    return tau2


def _root(y: FloatArray, v: FloatArray, x: FloatArray, low: float, high: float, restricted: bool) -> FloatArray:
    """Return where each slope falls through 0 between `low` and `high`: Newton's steps, halving where they leave."""
    a, b = np.full(x.shape[1], low), np.full(x.shape[1], high)
    t, least = 0.5 * (a + b), ABSOLUTE * float(v.min())
    done = np.zeros(t.size, dtype=bool)
    for step in range(STEPS):
        fit = _fit(y, v, x, t)
        f, curve = fit.rise(restricted), fit.curve(restricted)
        a, b = np.where(f > 0.0, t, a), np.where(f > 0.0, b, t)
        falls = (curve < 0.0) & (step < NEWTON)
        move = -f / np.where(curve < 0.0, curve, -1.0)
        new = t + move
        short = falls & (np.abs(move) <= RELATIVE * np.abs(new) + least)
        inside = falls & (new > a) & (new < b)
        middle = 0.5 * (a + b)
        new = np.where(short, np.minimum(np.maximum(new, a), b), np.where(inside, new, middle))
        t = np.where(done, t, new)
        done |= short | (b - a <= 2.0 * EPSILON * b + least)
        if done.all():
            return np.asarray(t, dtype=np.float64)
    raise NotConverged("the residual tau2 of an arrangement was not solved to its tolerance; fit fewer arrangements")
