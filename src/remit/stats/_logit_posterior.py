"""Posterior of (mu, tau) for binomial counts with normal logits, on a product of Gauss-Legendre panels.

Two forms of the same inner integral over a study's logit: for a small tau equally spaced standard normal nodes around
mu (as in `_logit_normal`); for a larger one Gauss-Legendre nodes in the logit itself, where all mu share the binomial
part, with the normal tail beyond them added where a study saw the event in nobody or everybody.
"""

import bisect
import math

import numpy as np
from scipy.special import expit, gammaln, log_expit, ndtr, xlogy

from remit.stats._check import FloatArray
from remit.stats._line import HalfLine, Interpolated, Line, Panels, Rule, inside, outward
from remit.stats.likelihood_kernels import REACH, STEP
from remit.stats.priors import Normal, TauPrior

RULE = Rule(12, 1e-11, 5, between=1e-9)
LOOKS = (0.0, 0.02, 0.1, 0.3, 0.8, 2.0, 5.0, 12.0, 40.0)  # taus at which the range of mu is settled
DROP = 45.0  # a log density this far below its peak is left out: below 1e-19 of it
LARGE = 1.0  # from this tau on, nodes are in the logit
EDGE = 45.0  # beyond this logit an event, or its absence, is certain to 1e-19
_ROOT = math.sqrt(2.0 * math.pi)


class Counts:
    """Log-likelihood of counts in (mu, tau), and posterior moments of each study's logit given both. Shapes (k,)."""

    def __init__(self, events: FloatArray, totals: FloatArray) -> None:
        self.x, self.n = events, totals
        choose = gammaln(totals + 1.0) - gammaln(events + 1.0) - gammaln(totals - events + 1.0)
        self.constant = float(choose.sum())
        self.logit = np.log((events + 0.1) / (totals - events + 0.1))
        self.inside = int(np.sum((events > 0.0) & (events < totals)))
        proportion = events / totals
        self.most = self.constant + float((xlogy(events, proportion) + xlogy(totals - events, 1.0 - proportion)).sum())
        self._theta, weights = self._logit_nodes()
        log = self.x[:, None] * log_expit(self._theta) + (self.n - self.x)[:, None] * log_expit(-self._theta)
        self._peak = np.minimum(log.max(axis=1), 0.0)
        mass = np.exp(np.maximum(log - self._peak[:, None], -230.0))
        worth = mass.max(axis=0) > 1e-25
        self._theta, self._mass = self._theta[worth], (mass * weights / _ROOT)[:, worth]

    def heights(self, mu: FloatArray, tau: float) -> FloatArray:
        """Return the log-likelihood at every mu, shape (m,)."""
        if tau == 0.0:
            kinds = self.x.sum() * log_expit(mu) + (self.n - self.x).sum() * log_expit(-mu)
            return np.asarray(kinds + self.constant, dtype=np.float64)
        if tau >= LARGE:
            with np.errstate(divide="ignore"):
                return np.asarray(np.log(self._large(mu, tau)[0]).sum(axis=0) + self.constant + self._peak.sum())
        u, _, rise, fall = self._grid(mu, tau)
        total = np.full(mu.size, self.constant + self.x.size * math.log((u[1] - u[0]) / _ROOT))
        for x, n in zip(self.x, self.n, strict=True):
            g = x * rise + (n - x) * fall - 0.5 * u * u
            peak = g.max(axis=1)
            total += peak + np.log(np.exp(g - peak[:, None]).sum(axis=1))
        return total

    def moments(self, mu: FloatArray, tau: float) -> FloatArray:
        """Return means of the logit, of its square, of the proportion and of its square, shape (4, k, m)."""
        if tau >= LARGE:
            mass = self._large(mu, tau, moments=True)
            return np.asarray(mass[1:] / np.maximum(mass[0], 1e-300), dtype=np.float64)
        u, eta, rise, fall = self._grid(mu, tau)
        p = expit(eta)
        out = np.empty((4, self.x.size, mu.size))
        for i, (x, n) in enumerate(zip(self.x, self.n, strict=True)):
            g = x * rise + (n - x) * fall - 0.5 * u * u
            share = np.exp(g - g.max(axis=1)[:, None])
            share /= share.sum(axis=1)[:, None]
            out[:, i] = [(share * value).sum(axis=1) for value in (eta, eta * eta, p, p * p)]
        return out

    def _grid(self, mu: FloatArray, tau: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return standard normal nodes u, logits mu + tau u of shape (m, u), and log p and log(1 - p) there."""
        pull = tau * (self.x[:, None] - self.n[:, None] * expit(mu))
        nearest = np.minimum(np.abs(self.logit[:, None] - mu) / tau, np.abs(pull))
        centre = np.copysign(nearest, pull)
        low, high = min(0.0, float(centre.min())) - REACH, max(0.0, float(centre.max())) + REACH
        narrowest = 1.0 / math.sqrt(1.0 + 0.25 * tau * tau * float(self.n.max()))
        u = np.linspace(low, high, math.ceil((high - low) / min(STEP * narrowest, 0.5)) + 1)
        eta = mu[:, None] + tau * u
        fall = -np.log1p(np.exp(-np.abs(eta)))
        return u, eta, np.minimum(eta, 0.0) + fall, np.minimum(-eta, 0.0) + fall

    def _logit_nodes(self) -> tuple[FloatArray, FloatArray]:
        """Return nodes and weights on [-EDGE, EDGE], closer where studies' likelihoods are narrow."""
        near = min(2.0 * LARGE, 6.0 / math.sqrt(float(self.n.max())))
        low = max(float(self.logit.min()) - 5.0, -EDGE + 1.0)
        high = min(float(self.logit.max()) + 5.0, EDGE - 1.0)
        spans = ((-EDGE, low, 2.0 * LARGE), (low, high, near), (high, EDGE, 2.0 * LARGE))
        cuts = np.unique(np.concatenate([np.linspace(a, b, math.ceil((b - a) / w) + 1) for a, b, w in spans]))
        t, weight = RULE.points()
        half, middle = 0.5 * np.diff(cuts)[:, None], 0.5 * (cuts[:-1] + cuts[1:])[:, None]
        return (middle + half * t).ravel(), (half * weight).ravel()

    def _large(self, mu: FloatArray, tau: float, moments: bool = False) -> FloatArray:
        """Return each study's likelihood, scaled by its peak, and its moments: shape (1 or 5, k, m)."""
        z = (self._theta[:, None] - mu) / tau
        kernel = np.exp(np.maximum(-0.5 * z * z, -230.0)) / tau
        theta = self._theta
        p = expit(theta)
        factors = (None, theta, theta * theta, p, p * p) if moments else (None,)
        parts = [self._mass if f is None else self._mass * f for f in factors]
        out = np.stack([np.einsum("kt,tm->km", part, kernel) for part in parts])
        for sign, which in ((-1.0, self.x == 0.0), (1.0, self.x == self.n)):
            if which.any():
                a = (EDGE - sign * mu) / tau
                beyond, height = ndtr(-a), np.exp(-0.5 * a * a) / _ROOT
                certain = beyond if sign > 0.0 else 0.0 * beyond
                tails = (
                    beyond,
                    mu * beyond + sign * tau * height,
                    (mu * mu + tau * tau) * beyond + tau * (sign * mu + EDGE) * height,
                    certain,
                    certain,
                )
                for i in range(len(factors)):
                    out[i][which] += tails[i]
        return out


class JointLogit:
    """Posterior of mu and tau on the logit scale, with marginals that can be asked for any value."""

    def __init__(self, counts: Counts, tau: TauPrior, mu: Normal) -> None:
        self._counts, self._tau_prior, self._mu_prior = counts, tau, mu
        looks = self._worth_a_look([t for t in LOOKS if t < tau.upper])
        low, high, peaks = self._range(looks)
        self.panels = Panels(lambda m: self._sum(m, looks, peaks), np.linspace(low, high, 9), RULE)
        self._m = self.panels.nodes.ravel()
        self._w = (0.5 * (self.panels.high - self.panels.low)[:, None] * self.panels.w).ravel()
        spread = float(np.std(counts.logit)) + 0.1
        scale = 1.0 / (1.0 / spread + 1.0 / tau.scale)
        self.tau = HalfLine(self._log_tau, scale, tau.upper, tau.tail + counts.inside, RULE).between_nodes()
        kept = self.tau.weights > 1e-15
        self._t, self._share = self.tau.nodes[kept], self.tau.weights[kept]
        rows = np.stack([self._row(float(t)) for t in self._t])
        given = np.exp(rows - rows.max(axis=1)[:, None])
        self._given: FloatArray = given / (given @ self._w)[:, None]
        marginal = Interpolated(self.panels, (self._share @ self._given)[None, :])
        self.mu = Line(marginal.log, np.append(self.panels.low, self.panels.high[-1]), RULE)
        self.prediction = NewStudy(self._t, self._share, self._given, self._w, self.panels)

    def prediction_moments(self) -> tuple[float | None, float | None]:
        """Return mean and standard deviation of a new study's logit, None where not finite."""
        mean, square = self.mu.mean(), self.tau.mean(2)
        sd = None if square is None else math.sqrt(self.mu.sd() ** 2 + square)
        return (mean if self.tau.tail > 2.0 else None), sd

    def studies(self) -> FloatArray:
        """Return posterior means of logit, squared logit, proportion and squared proportion, shape (4, k)."""
        total = np.zeros((4, self._counts.x.size))
        for t, share, given in zip(self._t, self._share, self._given, strict=True):
            near = given > 1e-14 * given.max()
            weights = given[near] * self._w[near]
            total += share * (self._counts.moments(self._m[near], float(t)) @ (weights / weights.sum()))
        return np.asarray(total / self._share.sum(), dtype=np.float64)

    def log_evidence(self) -> float:
        """Return the logarithm of the probability of the counts under both priors."""
        return self.tau.log_total

    def log_evidence_tau0(self) -> float:
        """Return the logarithm of the probability of the counts when tau = 0, mu under its prior."""
        return self._over_mu(0.0)

    def _log_mu(self, mu: FloatArray, tau: float) -> FloatArray:
        z = (mu - self._mu_prior.mean) / self._mu_prior.sd
        return self._counts.heights(mu, tau) - 0.5 * z * z - math.log(self._mu_prior.sd * _ROOT)

    def _worth_a_look(self, looks: list[float]) -> list[float]:
        m, s = self._mu_prior.mean, self._mu_prior.sd
        mus = np.linspace(min(m - 3.0 * s, -6.0), max(m + 3.0 * s, 6.0), 201)
        prior = self._tau_prior.log_density(np.array(looks))
        heights = [float(self._log_mu(mus, t).max()) + float(p) for t, p in zip(looks, prior, strict=True)]
        self._best = max(heights)
        return [t for t, h in zip(looks, heights, strict=True) if t == 0.0 or h > self._best - DROP]

    def _range(self, looks: list[float]) -> tuple[float, float, list[float]]:
        """Return ends that hold every mu whose density, at one of the taus, is not negligible, and the peaks."""
        m, s = self._mu_prior.mean, self._mu_prior.sd
        inner = float(np.clip(np.median(self._counts.logit), m - 10.0 * s, m + 10.0 * s))
        ends, peaks = [], []
        for tau in looks:
            low, high = inner - 1.0, inner + 1.0
            for _ in range(80):
                grid = np.linspace(low, high, 121)
                logs = self._log_mu(grid, tau)
                near = grid[logs > float(logs.max()) - DROP]
                if near[0] > low and near[-1] < high:
                    break
                wide = high - low
                low, high = (low - wide if near[0] <= low else low), (high + wide if near[-1] >= high else high)
            step = float(grid[1] - grid[0])
            ends += [float(near[0]) - step, float(near[-1]) + step]
            peaks.append(float(logs.max()))
        return min(ends), max(ends), peaks

    def _sum(self, mu: FloatArray, looks: list[float], peaks: list[float]) -> FloatArray:
        """Return the log of a sum of mu's densities given each tau, each scaled to about the same peak."""
        with np.errstate(divide="ignore"):
            rows = [np.exp(self._log_mu(mu, t) - p) for t, p in zip(looks, peaks, strict=True)]
            return np.asarray(np.log(np.sum(rows, axis=0)), dtype=np.float64)

    def _row(self, tau: float) -> FloatArray:
        return self._log_mu(self._m, tau)

    def _over_mu(self, tau: float) -> float:
        row = self._row(tau)
        peak = float(row.max())
        return peak + math.log(float(np.exp(row - peak) @ self._w))

    def _log_tau(self, tau: FloatArray) -> FloatArray:
        prior = self._tau_prior.log_density(tau)
        worth = prior + self._counts.most > self._best - 2.0 * DROP
        return np.array(
            [p + self._over_mu(float(t)) if ok else -math.inf for t, p, ok in zip(tau, prior, worth, strict=True)]
        )


class NewStudy:
    """Distribution of a new study's logit: normal around mu with standard deviation tau, both integrated out.

    Where tau is wide beside the panels of mu the sum over them is a mixture of normals; where it is narrow the average
    is taken over a standard normal u of mu's distribution at x - tau u.
    """

    def __init__(self, t: FloatArray, share: FloatArray, given: FloatArray, w: FloatArray, panels: Panels) -> None:
        mass = ((share @ given) * w).reshape(panels.low.size, -1).sum(axis=1)
        wide = t > 0.5 * float((panels.high - panels.low)[mass > 1e-10].max())
        joint = (share[wide, None] * given[wide]) * w
        means, sds = np.broadcast_to(panels.nodes.ravel(), joint.shape), np.broadcast_to(t[wide, None], joint.shape)
        kept = joint > 1e-15
        self._p, self._mean, self._sd = joint[kept], means[kept], sds[kept]
        self._t, self._share = t[~wide], share[~wide]
        self._narrow = Interpolated(panels, given[~wide]) if self._t.size else None
        self._u = np.linspace(-REACH, REACH, 81)
        bell = np.exp(-0.5 * self._u**2)
        self._bell: FloatArray = bell / bell.sum()
        self._total = float(self._p.sum() + self._share.sum())
        self._seen: list[tuple[float, float]] = []
        marginal = (share @ given) * w
        middle = float(panels.nodes.ravel() @ marginal / marginal.sum())
        self._middle = (middle, float(np.median(t)) + 0.1)

    def density(self, x: float) -> float:
        """Return the density at one x."""
        z = (x - self._mean) / self._sd
        value = float((self._p / self._sd) @ np.exp(-0.5 * z * z)) / _ROOT
        if self._narrow is not None:
            value += float(self._share @ (self._narrow.values(x - self._t[:, None] * self._u) @ self._bell))
        return value / self._total

    def cdf(self, x: float) -> float:
        """Return the probability of at most x."""
        value = float(self._p @ ndtr((x - self._mean) / self._sd))
        if self._narrow is not None:
            value += float(self._share @ (self._narrow.cumulated(x - self._t[:, None] * self._u) @ self._bell))
        return value / self._total

    def quantile(self, p: float) -> float:
        """Return the x that is exceeded with probability 1 - p."""
        at = bisect.bisect_left(self._seen, (p, -math.inf))
        if 0 < at < len(self._seen):
            return inside(lambda x: self._excess(x, p), self._seen[at - 1][1], self._seen[at][1], 1e-12)
        return outward(lambda x: self._excess(x, p), *self._middle)

    def _excess(self, x: float, p: float) -> float:
        value = self.cdf(x)
        bisect.insort(self._seen, (value, x))
        return value - p

    def mode(self) -> float:
        """Return the x of highest density."""
        looks = np.linspace(self.quantile(0.02), self.quantile(0.98), 61).tolist()
        heights = [self.density(x) for x in looks]
        at = heights.index(max(heights))
        low, high = looks[max(at - 1, 0)], looks[min(at + 1, 60)]
        step = 1e-3 * (high - low)
        return inside(lambda x: self.density(x + step) - self.density(x - step), low, high, 1e-10)
