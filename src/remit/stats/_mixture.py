"""Likelihoods whose study parameters theta are normal between studies, for any log-concave likelihood within them.

The same integral, rule and moments as `_logit_normal`, which is this for binomial counts with everything shared that
can be shared. Here each study brings its own log-likelihood in theta with two derivatives.
"""

import math
from typing import Protocol

import numpy as np
from scipy.special import expit, gammaln

from remit.stats._check import FloatArray
from remit.stats._logit_normal import REACH, STEP
from remit.stats._surface import Point

_ROOT = math.sqrt(2.0 * math.pi)


class Within(Protocol):
    """Likelihoods of k studies: `peak` is each study's own best theta, `most` bounds the information any can hold."""

    k: int
    peak: FloatArray
    most: float

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature of each study at each theta, shapes (k, q)."""


class Mixture:
    """The marginal log-likelihood in (mu, tau) of studies with theta ~ Normal(mu, tau^2)."""

    def __init__(self, within: Within) -> None:
        self.within = within

    def at(self, mu: float, tau: float) -> Point:
        """Return height and derivatives, which are posterior moments."""
        if tau == 0.0:
            height, slope, fall = (part[:, 0] for part in self.within.terms(np.array([mu])))
            rise = float(slope @ slope - fall.sum())
            return Point(mu, 0.0, float(height.sum()), float(slope.sum()), 0.0, -float(fall.sum()), 0.0, rise)
        u = self._nodes(mu, tau)
        height, slope, fall = self.within.terms(mu + tau * u)
        joint = height - 0.5 * u * u
        peak = joint.max(axis=1)
        mass = np.exp(joint - peak[:, None])
        total = mass.sum(axis=1)
        mass /= total[:, None]
        inner = slope * slope - fall
        r, ur = (mass * slope).sum(axis=1), (mass * slope) @ u
        weighted = mass * inner
        sums = weighted.sum(axis=1), weighted @ u, weighted @ (u * u)
        ends = self.within.k * math.log((u[1] - u[0]) / _ROOT)
        return Point(
            mu,
            tau,
            float(np.sum(peak + np.log(total))) + ends,
            float(r.sum()),
            float(ur.sum()),
            float(np.sum(sums[0] - r * r)),
            float(np.sum(sums[1] - r * ur)),
            float(np.sum(sums[2] - ur * ur)),
        )

    def rise_at_zero(self, mu: float) -> float:
        """Return the second derivative in tau at tau = 0."""
        _, slope, fall = (part[:, 0] for part in self.within.terms(np.array([mu])))
        return float(slope @ slope - fall.sum())

    def _nodes(self, mu: float, tau: float) -> FloatArray:
        _, slope, _ = self.within.terms(np.array([mu]))
        pull = tau * slope[:, 0]
        farthest = np.minimum(np.abs(self.within.peak - mu) / tau, np.abs(pull))
        centre = np.copysign(farthest, pull)
        low, high = min(0.0, float(centre.min())) - REACH, max(0.0, float(centre.max())) + REACH
        step = min(STEP / math.sqrt(1.0 + tau * tau * self.within.most), 0.5, 0.6 / tau)
        return np.linspace(low, high, math.ceil((high - low) / step) + 1)


class BinomialOffset:
    """Events among trials with logit(p) = theta + offset; shapes (k,)."""

    def __init__(self, events: FloatArray, trials: FloatArray, offset: FloatArray) -> None:
        self.x, self.n, self.offset, self.k = events, trials, offset, events.size
        self.peak = np.log((events + 0.1) / (trials - events + 0.1)) - offset
        self.most = 0.25 * float(trials.max())
        self.constant = gammaln(trials + 1.0) - gammaln(events + 1.0) - gammaln(trials - events + 1.0)

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature, shapes (k, q)."""
        eta = theta + self.offset[:, None]
        p = expit(eta)
        x, n = self.x[:, None], self.n[:, None]
        height = x * eta - n * (np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))) + self.constant[:, None]
        return height, x - n * p, n * p * (1.0 - p)


class PoissonTime:
    """Events over person-time with log(rate) = theta; shapes (k,)."""

    def __init__(self, events: FloatArray, time: FloatArray) -> None:
        self.x, self.t, self.k = events, time, events.size
        self.peak = np.log((events + 0.1) / time)
        self.most = float(events.max()) + 4.0 * math.sqrt(float(events.max()) + 1.0)
        self.constant = events * np.log(time) - gammaln(events + 1.0)

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature, shapes (k, q)."""
        expected = self.t[:, None] * np.exp(theta)
        x = self.x[:, None]
        return x * theta - expected + self.constant[:, None], x - expected, expected


FAR = 45.0  # beyond this log odds ratio one end of the support holds everything but 1e-13
KNOT = 0.1


class Hypergeometric:
    """Events of arm 1 given both margins of each 2x2 table, log odds ratio theta; shapes (k,).

    Fisher's noncentral hypergeometric distribution. The logarithm of its normalising sum is smooth (no singularity
    nearer than pi to the real line), so it is summed exactly at knots 0.1 apart and interpolated between them by the
    quintic that matches value, mean and variance at both: 1e-8 off for trials of thousands, 1e-11 for hundreds.
    """

    def __init__(self, a: FloatArray, n1: FloatArray, events: FloatArray, n2: FloatArray) -> None:
        self.a, self.k = a, a.size
        low, high = np.maximum(0.0, events - n2), np.minimum(n1, events)
        self.knots = np.linspace(-FAR, FAR, round(2.0 * FAR / KNOT) + 1)
        self.table = np.empty((3, self.k, self.knots.size))
        self.own = np.empty(self.k)
        for i in range(self.k):
            j = np.arange(low[i], high[i] + 1.0)
            ways = _log_ways(n1[i], j) + _log_ways(n2[i], events[i] - j)
            self.own[i] = ways[int(a[i] - low[i])]
            self.table[:, i, :] = _cumulants(j, ways, self.knots)
        b, d = n1 - a, n2 - (events - a)
        self.peak = np.log((a + 0.1) * (d + 0.1) / ((b + 0.1) * (events - a + 0.1)))
        self.most = float(self.table[2].max())

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature, shapes (k, q)."""
        inside = np.clip(theta, -FAR, FAR)
        at = np.minimum(((inside + FAR) / KNOT).astype(np.intp), self.knots.size - 2)
        s = (inside - self.knots[at]) / KNOT
        left, right = self.table[:, :, at], self.table[:, :, at + 1]
        parts = [sum_of(left, right, basis) for basis in _quintic(s)]
        beyond = theta - inside
        height = self.own[:, None] + self.a[:, None] * theta - parts[0] - beyond * parts[1] / KNOT
        return height, self.a[:, None] - parts[1] / KNOT, np.maximum(parts[2] / KNOT**2, 0.0)


def sum_of(left: FloatArray, right: FloatArray, basis: FloatArray) -> FloatArray:
    """Return the interpolant: values, slopes and curvatures at both knots times their basis functions."""
    scale = np.array([1.0, KNOT, KNOT * KNOT])[:, None, None]
    return np.asarray(
        (scale * left * basis[:3, None, :]).sum(axis=0) + (scale * right * basis[3:, None, :]).sum(axis=0)
    )


def _quintic(s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the quintic Hermite basis on [0, 1] and its first two derivatives, each of shape (6, q)."""
    t = np.stack((np.ones_like(s), s, s**2, s**3, s**4, s**5))
    coefficients = np.array(
        [
            [1, 0, 0, -10, 15, -6],
            [0, 1, 0, -6, 8, -3],
            [0, 0, 0.5, -1.5, 1.5, -0.5],
            [0, 0, 0, 10, -15, 6],
            [0, 0, 0, -4, 7, -3],
            [0, 0, 0, 0.5, -1, 0.5],
        ]
    )
    first = coefficients[:, 1:] * np.arange(1.0, 6.0)
    second = first[:, 1:] * np.arange(1.0, 5.0)
    return coefficients @ t, first @ t[:5], second @ t[:4]


def _log_ways(n: float, j: FloatArray) -> FloatArray:
    return np.asarray(gammaln(n + 1.0) - gammaln(j + 1.0) - gammaln(n - j + 1.0))


def _cumulants(j: FloatArray, ways: FloatArray, theta: FloatArray) -> FloatArray:
    """Return the logarithm of sum exp(ways + j theta), and the mean and variance of j, at each theta; shape (3, q)."""
    log_mass = ways[:, None] + np.outer(j, theta)
    peak = log_mass.max(axis=0)
    mass = np.exp(log_mass - peak)
    total = mass.sum(axis=0)
    mean = j @ mass / total
    spread = ((j[:, None] - mean) ** 2 * mass).sum(axis=0) / total
    return np.stack((peak + np.log(total), mean, spread))
