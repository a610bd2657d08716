"""Likelihoods whose study parameters theta are normal between studies, for any log-concave likelihood within them.

The same integral, rule and moments as `_logit_normal`, which is this for binomial counts with everything shared that
can be shared. Here each study brings its own log-likelihood in theta with two derivatives.
"""

import math
from typing import Protocol

import numpy as np
from scipy.special import expit, gammaln, xlogy

from remit.errors import NotConverged
from remit.stats._check import FloatArray
from remit.stats._grid import nodes
from remit.stats._surface import Point, posterior_point
from remit.stats.likelihood_kernels import FAR, KNOT, QUINTIC, REACH


class Within(Protocol):
    """Likelihoods of k studies: `peak` is each study's own best theta, `most` bounds the information any can hold.

    `scale` and `centre` say how information falls with theta, as in `_grid.nodes`.
    """

    k: int
    peak: FloatArray
    most: float
    scale: float | None
    centre: float

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature of each study at each theta, shapes (k, q)."""

    def best(self) -> float:
        """Return the log-likelihood when every study has its own best theta, be that infinite."""


class Mixture:
    """The marginal log-likelihood in (mu, tau) of studies with theta ~ Normal(mu, tau^2)."""

    def __init__(self, within: Within) -> None:
        self.within = within
        self._pulled = (math.nan, np.zeros(within.k))

    @property
    def k(self) -> int:
        """Number of studies."""
        return self.within.k

    def best(self) -> float:
        """Return the log-likelihood when every study has its own best theta."""
        return self.within.best()

    def at(self, mu: float, tau: float) -> Point:
        """Return height and derivatives, which are posterior moments."""
        if tau == 0.0:
            height, slope, fall = (part[:, 0] for part in self.within.terms(np.array([mu])))
            rise = float(slope @ slope - fall.sum())
            return Point(mu, 0.0, float(height.sum()), float(slope.sum()), 0.0, -float(fall.sum()), 0.0, rise)
        u, log_weight, log_step = self._nodes(mu, tau)
        height, slope, fall = self.within.terms(mu + tau * u)
        joint = height
        joint += log_weight
        peak = joint.max(axis=1, keepdims=True)
        joint -= peak
        mass = np.exp(joint, out=joint)
        total = mass.sum(axis=1, keepdims=True)
        mass /= total
        level = float(peak.sum()) + float(np.log(total).sum()) + self.within.k * log_step
        return posterior_point(mu, tau, level, u, mass, slope, fall)

    def rise_at_zero(self, mu: float) -> float:
        """Return the second derivative in tau at tau = 0."""
        _, slope, fall = (part[:, 0] for part in self.within.terms(np.array([mu])))
        return float(slope @ slope - fall.sum())

    def _nodes(self, mu: float, tau: float) -> tuple[FloatArray, FloatArray, float]:
        within = self.within
        if mu != self._pulled[0]:
            self._pulled = mu, within.terms(np.array([mu]))[1][:, 0]
        pull = tau * self._pulled[1]
        farthest = np.minimum(np.abs(within.peak - mu) / tau, np.abs(pull))
        centre = np.copysign(farthest, pull)
        low, high = min(0.0, float(centre.min())) - REACH, max(0.0, float(centre.max())) + REACH
        return nodes(mu, tau, low, high, within.most, within.scale, within.centre)


class BinomialOffset:
    """Events among trials with logit(p) = theta + offset; shapes (k,)."""

    def __init__(self, events: FloatArray, trials: FloatArray, offset: FloatArray) -> None:
        self.x, self.n, self.offset, self.k = events, trials, offset, events.size
        self.peak = np.log((events + 0.1) / (trials - events + 0.1)) - offset
        self.most = 0.25 * float(trials.max())
        self.scale: float | None = 2.0
        self.centre = float(np.abs(offset).max())
        self.constant = gammaln(trials + 1.0) - gammaln(events + 1.0) - gammaln(trials - events + 1.0)

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature, shapes (k, q)."""
        eta = theta + self.offset[:, None]
        p = expit(eta)
        x, n = self.x[:, None], self.n[:, None]
        height = x * eta - n * (np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))) + self.constant[:, None]
        return height, x - n * p, n * p * (1.0 - p)

    def best(self) -> float:
        """Return the log-likelihood at each study's own proportion."""
        x, n = self.x, self.n
        return float((xlogy(x, x / n) + xlogy(n - x, 1.0 - x / n) + self.constant).sum())


class PoissonTime:
    """Events over person-time with log(rate) = theta; shapes (k,)."""

    def __init__(self, events: FloatArray, time: FloatArray) -> None:
        self.x, self.t, self.k = events, time, events.size
        self.peak = np.log((events + 0.1) / time)
        self.most = float(events.max()) + 4.0 * math.sqrt(float(events.max()) + 1.0)
        self.scale: float | None = None
        self.centre = 0.0
        self.constant = events * np.log(time) - gammaln(events + 1.0)

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature, shapes (k, q)."""
        expected = self.t[:, None] * np.exp(theta)
        x = self.x[:, None]
        return x * theta - expected + self.constant[:, None], x - expected, expected

    def best(self) -> float:
        """Return the log-likelihood at each study's own rate."""
        return float((xlogy(self.x, self.x / self.t) - self.x + self.constant).sum())


WIDEST = 9.0  # standard deviations of a count from its mean that are summed, and EXTRA more on either side
EXTRA = 10
MOST_STEPS = 100


class Hypergeometric:
    """Events of arm 1 given both margins of each 2x2 table, log odds ratio theta; shapes (k,).

    Fisher's noncentral hypergeometric distribution. The logarithm of its normalising sum is smooth (no singularity
    nearer than pi to the real line), so it is summed exactly at knots 0.1 apart and interpolated between them by the
    quintic that matches value, mean and variance at both: 1e-8 off for trials of thousands, 1e-11 for hundreds.
    """

    def __init__(self, a: FloatArray, n1: FloatArray, events: FloatArray, n2: FloatArray) -> None:
        self.a, self.k = a, a.size
        low, high = np.maximum(0.0, events - n2), np.minimum(n1, events)
        knots = np.linspace(-FAR, FAR, round(2.0 * FAR / KNOT) + 1)
        cumulants = np.empty((3, self.k, knots.size))
        self.own = np.empty(self.k)
        self.inner = (a > low) & (a < high)
        for i in range(self.k):
            j = np.arange(low[i], high[i] + 1.0)
            ways = _log_ways(n1[i], j) + _log_ways(n2[i], events[i] - j)
            self.own[i] = ways[int(a[i] - low[i])]
            cumulants[:, i, :] = _cumulants(low[i], ways, n1[i], n2[i], events[i], knots)
        self.peak, self.most, self.centre = placed(a, n1, events, n2, knots, cumulants[2])
        self.scale: float | None = 4.0
        scaled = cumulants * np.array([1.0, KNOT, KNOT * KNOT])[:, None, None]
        self.table: FloatArray = np.concatenate((scaled[:, :, :-1], scaled[:, :, 1:]))

    def terms(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, slope and minus curvature of each study at each theta, shapes (k, q)."""
        inside = np.minimum(np.maximum(theta, -FAR), FAR)
        place = (inside + FAR) * (1.0 / KNOT)
        at = np.minimum(place.astype(np.intp), self.table.shape[2] - 1)
        s = place - at
        powers = np.empty((6, s.size))
        powers[0] = 1.0
        for i in range(1, 6):
            np.multiply(powers[i - 1], s, out=powers[i])
        basis = (QUINTIC @ powers).reshape(3, 6, s.size)
        rows = self.table.take(at, axis=2)
        value, first, second = np.einsum("bkq,dbq->dkq", rows, basis)
        first *= 1.0 / KNOT
        height = self.own[:, None] + self.a[:, None] * theta - value - (theta - inside) * first
        return height, self.a[:, None] - first, np.maximum(second * (1.0 / KNOT**2), 0.0)

    def best(self) -> float:
        """Return the log-likelihood at each study's own log odds ratio; a count at an end of its support is certain."""
        inner = np.flatnonzero(self.inner)
        theta = self.peak[inner]
        rows = np.arange(inner.size)
        for _ in range(MOST_STEPS):
            height, slope, fall = (part[inner, rows] for part in self.terms(theta))
            step = np.clip(slope / np.maximum(fall, 1e-12), -1.0, 1.0)
            theta = theta + step
            if not step.size or float(np.abs(step).max()) < 1e-6:
                return float(height.sum())
        raise NotConverged(f"a study's own odds ratio was not found in {MOST_STEPS} steps")


def placed(
    a: FloatArray, n1: FloatArray, events: FloatArray, n2: FloatArray, knots: FloatArray, variances: FloatArray
) -> tuple[FloatArray, float, float]:
    """Return where each table's information lies: its own log odds ratio, the most there is, and how far from 0.

    Variances of the count at the knots have shape (k, knots).
    """
    b, c = n1 - a, events - a
    peak: FloatArray = np.log((a + 0.1) * (n2 - c + 0.1) / ((b + 0.1) * (c + 0.1)))
    return peak, float(variances.max()), float(np.abs(knots[variances.argmax(axis=1)]).max())


def _log_ways(n: float, j: FloatArray) -> FloatArray:
    return np.asarray(gammaln(n + 1.0) - gammaln(j + 1.0) - gammaln(n - j + 1.0))


def _cumulants(low: float, ways: FloatArray, n1: float, n2: float, events: float, theta: FloatArray) -> FloatArray:
    """Return the logarithm of sum exp(ways + j theta), and the mean and variance of j, at each theta; shape (3, q).

    Only counts near the mean are summed: the rest hold less than 1e-16. Thetas with like spreads are taken together.
    """
    centre, spread = _near(n1, n2, events, theta)
    reach = np.minimum(np.ceil(WIDEST * spread) + EXTRA, ways.size).astype(np.intp)
    first = np.minimum(np.maximum(np.rint(centre - low).astype(np.intp) - reach, 0), np.maximum(ways.size - 1, 0))
    found = np.empty((3, theta.size))
    size = np.exp2(np.ceil(np.log2(np.minimum(2 * reach + 1, ways.size)))).astype(np.intp)
    padded = np.concatenate((ways, np.full(int(size.max()) + 1, -np.inf)))
    for width in np.unique(size).tolist():
        which = np.flatnonzero(size == width)
        step = np.arange(width)[:, None]
        log_mass = padded.take(first[which] + step)
        log_mass += step * theta[which]
        peak = log_mass.max(axis=0)
        log_mass -= peak
        mass = np.exp(log_mass, out=log_mass)
        total = mass.sum(axis=0)
        steps = np.arange(float(width))
        mean = steps @ mass / total
        square = (steps * steps) @ mass / total - mean * mean
        begin = low + first[which]
        found[0, which] = peak + np.log(total) + begin * theta[which]
        found[1, which], found[2, which] = begin + mean, np.maximum(square, 0.0)
    return found


def _near(n1: float, n2: float, events: float, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return nearly the mean and standard deviation of arm 1's events; Cornfield (1956), from the odds ratio's root."""
    odds = np.exp(-np.abs(theta))  # the smaller of both, arms changed over where theta is above 0
    n = np.where(theta <= 0.0, n1, n2)
    m = n1 + n2 - n
    a, b, c = 1.0 - odds, m - events + odds * (n + events), odds * n * events
    root = np.sqrt(np.maximum(b * b + 4.0 * a * c, 0.0))
    mean = np.where(b > 0.0, 2.0 * c / np.maximum(b + root, 1e-300), (root - b) / (2.0 * np.maximum(a, 1e-300)))
    cells = np.maximum(np.stack((mean, n - mean, events - mean, m - events + mean)), 1e-9)
    spread = 1.0 / np.sqrt((1.0 / cells).sum(axis=0))
    return np.where(theta <= 0.0, mean, events - mean), spread
