"""Likelihoods of two counts per study, arm 1 at base + difference / 2 and arm 2 at base - difference / 2.

Words: base is the mean of both arms' linear predictors (logits or log rates), difference their contrast.
"""

import math
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import expit, gammaln

from remit.stats._ascent import Look, climb
from remit.stats._check import FloatArray
from remit.stats._surface import MU_MOST, TAU_MOST

REACH = 7.5
ROOT = math.sqrt(2.0 * math.pi)


def nowhere(size: int) -> Look:
    """Return a place that no climb enters: beyond any heterogeneity or rate that counts can show."""
    return Look(-math.inf, np.zeros(size), -np.eye(size))


class Arms(Protocol):
    """Two arms' log-likelihoods; `ratio` and `level` are each study's own rough difference and base, shape (k,)."""

    k: int
    ratio: FloatArray
    level: FloatArray

    def terms(self, arm: int, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return height, slope and minus curvature of one arm (0 or 1) at predictors of shape (k, ...)."""

    def best(self) -> float:
        """Return the log-likelihood when every arm has its own predictor."""


def _wide(column: FloatArray, like: FloatArray) -> FloatArray:
    return column.reshape(column.shape + (1,) * (like.ndim - 1))


class BinomialArms:
    """Events among totals, logit link, binomial coefficients included."""

    def __init__(self, x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray) -> None:
        self.x, self.n, self.k = (x1, x2), (n1, n2), x1.size
        logits = [np.log((x + 0.5) / (n - x + 0.5)) for x, n in zip(self.x, self.n, strict=True)]
        self.ratio, self.level = logits[0] - logits[1], 0.5 * (logits[0] + logits[1])
        self.choose = [
            gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0) for x, n in zip(self.x, self.n, strict=True)
        ]

    def terms(self, arm: int, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return height, slope and minus curvature."""
        x, n, ways = (_wide(part[arm], eta) for part in (self.x, self.n, self.choose))
        p = expit(eta)
        fall = np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))
        return x * eta - n * fall + ways, x - n * p, n * p * (1.0 - p)

    def best(self) -> float:
        """Return the log-likelihood at each arm's own proportion."""
        total = 0.0
        for x, n, ways in zip(self.x, self.n, self.choose, strict=True):
            inside = (x > 0.0) & (x < n)
            y, m = x[inside], n[inside]
            total += float(ways.sum()) + float((y * np.log(y / m) + (m - y) * np.log1p(-y / m)).sum())
        return total


class OneArm:
    """A single arm of events among totals; the other arm says nothing."""

    def __init__(self, x: FloatArray, n: FloatArray) -> None:
        self.inner, self.k = BinomialArms(x, n, x, n), x.size
        self.ratio, self.level = np.zeros(self.k), self.inner.level

    def terms(self, arm: int, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return height, slope and minus curvature, all 0 for the second arm."""
        if arm == 0:
            return self.inner.terms(0, eta)
        nothing = np.zeros_like(eta)
        return nothing, nothing, nothing

    def best(self) -> float:
        """Return the log-likelihood at each arm's own proportion."""
        return 0.5 * self.inner.best()


class PoissonArms:
    """Events over person-time, log link."""

    def __init__(self, x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray) -> None:
        self.x, self.t, self.k = (x1, x2), (t1, t2), x1.size
        logs = [np.log((x + 0.5) / t) for x, t in zip(self.x, self.t, strict=True)]
        self.ratio, self.level = logs[0] - logs[1], 0.5 * (logs[0] + logs[1])
        self.constant = [x * np.log(t) - gammaln(x + 1.0) for x, t in zip(self.x, self.t, strict=True)]

    def terms(self, arm: int, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return height, slope and minus curvature."""
        x, t, constant = (_wide(part[arm], eta) for part in (self.x, self.t, self.constant))
        expected = t * np.exp(np.minimum(eta, 300.0))
        return x * eta - expected + constant, x - expected, expected

    def best(self) -> float:
        """Return the log-likelihood at each arm's own rate."""
        total = 0.0
        for x, t, constant in zip(self.x, self.t, self.constant, strict=True):
            y = x[x > 0.0]
            total += float(constant.sum()) + float((y * np.log(y / t[x > 0.0]) - y).sum())
        return total


class Own(NamedTuple):
    """The highest place of `OwnBases`: the bases, the mean and sd of differences, and derivatives in that order."""

    own: FloatArray
    mean: float
    sd: float
    look: Look


class OwnBases:
    """A base free in every study, differences normal between studies with a mean and a standard deviation.

    The integral over differences is taken by the trapezoidal rule on nodes that all studies share, as in `_mixture`.
    """

    def __init__(self, arms: Arms) -> None:
        self.arms = arms
        self.start = (arms.level, arms.ratio)

    def top(self, with_sd: bool = True) -> Own:
        """Return the highest place; sd exactly 0.0 unless another value is higher, or where not asked."""
        k = self.arms.k
        free = np.full(k + 1, -np.inf)
        mean = float(np.median(self.start[1]))
        point, look = climb(lambda at: self._common(at), np.append(self.start[0], mean), free)
        best = Own(point[:k], float(point[k]), 0.0, look)
        if not with_sd:
            return best
        for sd in (0.2, 1.0):
            begin = np.concatenate((point, [sd]))
            there, seen = climb(self._spread, begin, np.append(free, 1e-4))
            if seen.height > best.look.height + 1e-9 and there[-1] > 2e-4:
                best = Own(there[:k], float(there[k]), float(there[-1]), seen)
        return best

    def _terms(self, own: FloatArray, mean: FloatArray) -> tuple[FloatArray, ...]:
        """Return height, slopes in own and mean, and minus curvatures own-own, own-mean, mean-mean."""
        height: FloatArray | float = 0.0
        slopes: list[FloatArray | float] = [0.0, 0.0]
        curves: list[FloatArray | float] = [0.0, 0.0, 0.0]
        for arm in (0, 1):
            b = 0.5 if arm == 0 else -0.5
            h, s, c = self.arms.terms(arm, own + b * mean)
            height = height + h
            slopes = [slopes[0] + s, slopes[1] + b * s]
            curves = [curves[0] + c, curves[1] + b * c, curves[2] + b * b * c]
        return tuple(np.asarray(part) for part in (height, *slopes, *curves))

    def _common(self, at: FloatArray) -> Look:
        k = self.arms.k
        height, own, mean, oo, om, mm = self._terms(at[:k], np.full(k, at[k]))
        curve = np.zeros((k + 1, k + 1))
        curve[np.arange(k), np.arange(k)] = -oo
        curve[:k, k] = curve[k, :k] = -om
        curve[k, k] = -float(mm.sum())
        return Look(float(height.sum()), np.append(own, mean.sum()), curve)

    def _spread(self, at: FloatArray) -> Look:
        k = self.arms.k
        own, mean, sd = at[:k, None], float(at[k]), abs(float(at[k + 1]))
        if sd > TAU_MOST or float(np.abs(at).max()) > MU_MOST:
            return nowhere(k + 2)
        u = self._nodes(at[:k], mean, sd)
        height, so, sm, oo, om, mm = self._terms(own + 0.0 * u, mean + sd * u + 0.0 * own)
        joint = height - 0.5 * u * u
        peak = joint.max(axis=1)
        mass = np.exp(joint - peak[:, None])
        total = mass.sum(axis=1)
        mass /= total[:, None]
        level = float((peak + np.log(total)).sum()) + k * math.log(float(u[1] - u[0]) / ROOT)
        o, m, t = (mass * so).sum(axis=1), (mass * sm).sum(axis=1), (mass * sm) @ u
        first, cross, rest = mass * (so * so - oo), mass * (so * sm - om), mass * (sm * sm - mm)
        curve = np.zeros((k + 2, k + 2))
        curve[np.arange(k), np.arange(k)] = first.sum(axis=1) - o * o
        curve[:k, k] = curve[k, :k] = cross.sum(axis=1) - o * m
        curve[:k, k + 1] = curve[k + 1, :k] = cross @ u - o * t
        curve[k, k] = float((rest.sum(axis=1) - m * m).sum())
        curve[k, k + 1] = curve[k + 1, k] = float((rest @ u - m * t).sum())
        curve[k + 1, k + 1] = float((rest @ (u * u) - t * t).sum())
        return Look(level, np.concatenate((o, [m.sum(), t.sum()])), curve)

    def _nodes(self, own: FloatArray, mean: float, sd: float) -> FloatArray:
        """Return equally spaced nodes around all studies' modes, found by safeguarded Newton steps."""
        mode = np.zeros_like(own)
        low, high = np.full_like(own, -np.inf), np.full_like(own, np.inf)
        for _ in range(60):
            _, _, slope, _, _, fall = self._terms(own, mean + sd * mode)
            f = sd * slope - mode
            low, high = np.where(f > 0.0, mode, low), np.where(f > 0.0, high, mode)
            new = mode + f / (1.0 + sd * sd * fall)
            middle = np.where(np.isfinite(low) & np.isfinite(high), 0.5 * (low + high), 0.0)
            new = np.where((new > low) & (new < high), new, middle)
            if float(np.abs(new - mode).max()) < 1e-3:
                break
            mode = new
        _, _, _, _, _, fall = self._terms(own, mean + sd * mode)
        _, _, _, _, _, near = self._terms(own, mean + 0.0 * mode)
        most = float(np.maximum(fall, near).max())
        step = min(0.6 / math.sqrt(1.0 + 1.5 * sd * sd * most), 0.5, 0.6 / max(sd, 1e-9))
        a, b = float(mode.min()) - REACH, float(mode.max()) + REACH
        return np.linspace(a, b, math.ceil((b - a) / step) + 1)
