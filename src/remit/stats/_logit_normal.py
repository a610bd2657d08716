"""Likelihood of binomial counts whose logits are normal between studies.

The marginal probability of one study's count is an integral over a standard normal u. The integrand is smooth and
vanishes at both ends, so the trapezoidal rule converges faster than any power of its step (`_grid`). The step follows
the narrowest study, and all studies share their nodes, so that logits and probabilities are computed once. Against
nested adaptive quadrature the error of a log-likelihood is below 1e-9 for tau up to 10, where Gauss-Hermite rules
centred on each study's mode lose digits as soon as a cell is 0 % or 100 %.
"""

import math

import numpy as np
from scipy.special import expit, gammaln

from remit.stats._check import FloatArray
from remit.stats._grid import nodes
from remit.stats._surface import Point, gathered, posterior_point
from remit.stats.likelihood_kernels import REACH

MANY = 1000.0  # people in a study from which moments of its residual are summed, not those of p


class LogitNormal:
    """The log-likelihood of events among totals, binomial coefficients included. Shapes (k,)."""

    def __init__(self, events: FloatArray, totals: FloatArray) -> None:
        self.x, self.n = events, totals
        self.sum_x, self.sum_n = float(events.sum()), float(totals.sum())
        choose = gammaln(totals + 1.0) - gammaln(events + 1.0) - gammaln(totals - events + 1.0)
        self.constant = float(np.sum(choose))
        self.logit = np.log((events + 0.1) / (totals - events + 0.1))
        self.most = float(totals.max())
        self.x_column, self.n_column = events[:, None].copy(), totals[:, None].copy()
        x, n = events, totals
        self.first: FloatArray = np.stack((x, -n), axis=1)[:, None, :]
        self.second: FloatArray = np.stack((x * x, -n * (2.0 * x + 1.0), n * (n + 1.0)), axis=1)[:, None, :]

    def at(self, mu: float, tau: float) -> Point:
        """Return height and derivatives; they are exact posterior moments (Louis 1982, J R Stat Soc B 44:226-233)."""
        if tau == 0.0:
            return self._common(mu)
        u, log_weight, log_step = self._nodes(mu, tau)
        eta = mu + tau * u
        p = expit(eta)
        fall = np.logaddexp(0.0, eta)
        g = self.x_column * eta
        g -= self.n_column * fall
        g += log_weight
        peak = g.max(axis=1, keepdims=True)
        g -= peak
        np.exp(g, out=g)
        if self.most > MANY:
            return self._of_many(mu, tau, float(peak.sum()) + self.x.size * log_step, g, u, p)
        basis = np.empty((3, 3, u.size))
        basis[0, 0], basis[0, 1] = 1.0, p
        np.multiply(p, p, out=basis[0, 2])
        np.multiply(basis[0], u, out=basis[1])
        np.multiply(basis[1], u, out=basis[2])
        m = g @ basis.reshape(9, u.size).T
        mass = m[:, :1].copy()
        m /= mass
        height = float(peak.sum()) + float(np.log(mass).sum()) + self.x.size * log_step
        return self._moments(mu, tau, height + self.constant, m.reshape(-1, 3, 3))

    def _of_many(self, mu: float, tau: float, height: float, g: FloatArray, u: FloatArray, p: FloatArray) -> Point:
        """Return the point from residuals at each node: moments of p cancel where a study has many people."""
        mass = g.sum(axis=1, keepdims=True)
        g /= mass
        expected = self.n_column * p
        height += float(np.log(mass).sum()) + self.constant
        return posterior_point(mu, tau, height, u, g, self.x_column - expected, expected * (1.0 - p))

    def _moments(self, mu: float, tau: float, height: float, m: FloatArray) -> Point:
        """Return the point; m holds each study's means of u^i p^j, shape (k, 3, 3)."""
        s = (m[:, :2, :2] * self.first).sum(axis=2)  # means of r and u r, with r = x - n p
        rise = (m * self.second).sum(axis=(0, 2)).tolist()  # sums of the means of u^i (r^2 - n p (1 - p))
        return gathered(mu, tau, height, s, rise)

    def _common(self, mu: float) -> Point:
        p = float(expit(mu))
        fall = max(mu, 0.0) + math.log1p(math.exp(-abs(mu)))
        height = self.sum_x * mu - self.sum_n * fall + self.constant
        info = self.sum_n * p * (1.0 - p)
        return Point(mu, 0.0, height, self.sum_x - self.sum_n * p, 0.0, -info, 0.0, self.rise_at_zero(mu))

    def rise_at_zero(self, mu: float) -> float:
        """Return the sum of squared residuals less their binomial variances."""
        p = float(expit(mu))
        r = self.x - self.n * p
        return float(r @ r) - self.sum_n * p * (1.0 - p)

    def _nodes(self, mu: float, tau: float) -> tuple[FloatArray, FloatArray, float]:
        """Return nodes that cover the prior and every study's posterior.

        A posterior mode solves u = tau (x - n p(u)), so it lies between 0 and both bounds used here.
        """
        pull = tau * (self.x - self.n * float(expit(mu)))
        farthest = np.minimum(np.abs(self.logit - mu) / tau, np.abs(pull))
        centre = np.copysign(farthest, pull)
        low = min(0.0, float(centre.min())) - REACH
        high = max(0.0, float(centre.max())) + REACH
        return nodes(mu, tau, low, high, 0.25 * self.most, 2.0, 0.0)
