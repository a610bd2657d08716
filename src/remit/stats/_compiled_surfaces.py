"""The surfaces of exact likelihoods, by compiled functions where a caller has loaded them."""

from typing import Protocol

import numpy as np

from remit.errors import NotConverged
from remit.stats import compiled, likelihood_kernels
from remit.stats._check import FloatArray
from remit.stats._logit_normal import LogitNormal
from remit.stats._mixture import Hypergeometric, Mixture, placed
from remit.stats._surface import Point, Surface
from remit.stats.likelihood_kernels import FAR, KNOT


def logit_normal(events: FloatArray, totals: FloatArray) -> LogitNormal:
    """Return the surface of binomial counts with normal logits."""
    return _LogitNormal(events, totals) if compiled.loaded() else LogitNormal(events, totals)


class Tables(Surface, Protocol):
    """A surface of k studies that knows its height when each has a parameter of its own."""

    @property
    def k(self) -> int: ...
    def best(self) -> float: ...


def two_by_two(a: FloatArray, n1: FloatArray, events: FloatArray, n2: FloatArray) -> Tables:
    """Return the surface of events of arm 1 given both margins of each table, with normal log odds ratios."""
    return _Tables(a, n1, events, n2) if compiled.loaded() else Mixture(Hypergeometric(a, n1, events, n2))


class _LogitNormal(LogitNormal):
    def __init__(self, events: FloatArray, totals: FloatArray) -> None:
        super().__init__(compiled.plain(events), compiled.plain(totals))

    def at(self, mu: float, tau: float) -> Point:
        if tau == 0.0:
            return self._common(mu)
        height, *rest = likelihood_kernels.logit_normal(self.x, self.n, self.logit, mu, tau)
        return Point(mu, tau, height + self.constant, *rest)


class _Tables:
    """The surface of `Mixture(Hypergeometric(...))`."""

    def __init__(self, a: FloatArray, n1: FloatArray, events: FloatArray, n2: FloatArray) -> None:
        self.a, self.k = compiled.plain(a), a.size
        low, high = np.maximum(0.0, events - n2), np.minimum(n1, events)
        self.inner = (a > low) & (a < high)
        knots = np.linspace(-FAR, FAR, round(2.0 * FAR / KNOT) + 1)
        self.cumulants = np.empty((self.k, knots.size, 3))
        for i in range(self.k):
            likelihood_kernels.cumulants(a[i], n1[i], events[i], n2[i], self.cumulants[i])
        self.peak, self.most, self.centre = placed(a, n1, events, n2, knots, self.cumulants[:, :, 2])

    def at(self, mu: float, tau: float) -> Point:
        given = (self.a, self.peak, self.cumulants, self.most, self.centre)
        return Point(mu, tau, *likelihood_kernels.hypergeometric(*given, mu, tau))

    def rise_at_zero(self, mu: float) -> float:
        return self.at(mu, 0.0).tau_curve

    def best(self) -> float:
        height = likelihood_kernels.own_best(self.a, self.peak, self.cumulants, self.inner)
        if not np.isfinite(height):
            raise NotConverged("a study's own odds ratio was not found")
        return height
