"""The Bayesian normal-normal model, integrated by quadrature: no sampling, so the same digits every time.

Effects are normal around each study's true effect with known variances; true effects are normal around mu with
standard deviation tau. Given tau everything else is normal and known in closed form, so one integral over tau is all
there is: posteriors of mu, of a new study and of each study are mixtures of normal distributions over tau.

Source: Rover (2020), J Stat Softw 93(6):1-51; Rover and Friede (2017), J Comput Graph Stat 26:217-222; shrinkage:
Raudenbush and Bryk (1985), J Educ Stat 10:75-98.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._line import HalfLine, Posterior, finite_or_infinite
from remit.stats._normal_mixture import NormalMixture
from remit.stats.interval import tail
from remit.stats.priors import Flat, MuPrior, Normal, TauPrior
from remit.stats.result import Result

_LOG_2PI = math.log(2.0 * math.pi)
FLAT = Flat()


class Conditional:
    """Likelihood of tau with mu integrated out under its prior, and mu's conditional mean and sd given tau."""

    def __init__(self, y: FloatArray, v: FloatArray, mu: MuPrior) -> None:
        self.y, self.v, self.mu = y, v, mu

    def given(self, tau: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log-likelihood, mean and standard deviation of mu at every tau, shapes (t,)."""
        s2 = self.v + (tau * tau)[:, None]
        w = 1.0 / s2
        total = w.sum(axis=1)
        mean = (w @ self.y) / total
        r = self.y - mean[:, None]
        log = -0.5 * ((w * r * r).sum(axis=1) + np.log(s2).sum(axis=1) + self.y.size * _LOG_2PI)
        log += 0.5 * (_LOG_2PI - np.log(total))
        if isinstance(self.mu, Flat):
            return log, mean, np.sqrt(1.0 / total)
        known, spread = 1.0 / self.mu.sd**2, self.mu.sd**2 + 1.0 / total
        log = log - 0.5 * ((mean - self.mu.mean) ** 2 / spread + np.log(spread) + _LOG_2PI)
        return log, (total * mean + known * self.mu.mean) / (total + known), np.sqrt(1.0 / (total + known))

    def log_at(self, tau: FloatArray, mu: float) -> FloatArray:
        """Return the log-likelihood at one mu and every tau."""
        s2 = self.v + (tau * tau)[:, None]
        r = self.y - mu
        return np.asarray(-0.5 * (r * r / s2 + np.log(s2) + _LOG_2PI).sum(axis=1), dtype=np.float64)


class Joint:
    """Posterior of mu and tau together, with every marginal as a distribution that can be asked for any value."""

    def __init__(self, given: Conditional, prior: TauPrior) -> None:
        self._given, self._prior = given, prior
        k = given.y.size
        data = max(float(np.sqrt(given.v.mean())), float(given.y.std()))
        self.tau = HalfLine(
            lambda t: prior.log_density(t) + given.given(t)[0],
            1.0 / (1.0 / data + 1.0 / prior.scale),
            prior.upper,
            prior.tail + k - isinstance(given.mu, Flat),
        )
        share, nodes = self.tau.weights, self.tau.nodes
        _, mean, sd = given.given(nodes)
        self.mu = NormalMixture(share, mean, sd)
        self.prediction = NormalMixture(share, mean, np.sqrt(sd * sd + nodes * nodes))
        kept = nodes[:, None] ** 2 / (nodes[:, None] ** 2 + given.v)
        means = kept * given.y + (1.0 - kept) * mean[:, None]
        sds = np.sqrt(kept * given.v + ((1.0 - kept) * sd[:, None]) ** 2)
        self.studies = tuple(NormalMixture(share, means[:, i], sds[:, i]) for i in range(k))

    def density(self, mu: float, tau: float) -> float:
        """Return the joint density of mu and tau."""
        at = np.array([tau])
        _, mean, sd = self._given.given(at)
        z = (mu - float(mean[0])) / float(sd[0])
        return self.tau.density(tau) * math.exp(-0.5 * z * z) / (float(sd[0]) * math.sqrt(2.0 * math.pi))

    def log_bayes_mu(self, mu: float) -> float:
        """Return log p(effects | this mu) - log p(effects), tau under its prior in both."""
        alone = HalfLine(
            lambda t: self._prior.log_density(t) + self._given.log_at(t, mu),
            self.tau.scale,
            self._prior.upper,
            self._prior.tail + self._given.y.size,
        )
        return alone.log_total - self.tau.log_total

    def log_bayes_tau0(self) -> float:
        """Return log p(effects | tau = 0) - log p(effects), mu under its prior in both."""
        return float(self._given.given(np.zeros(1))[0][0]) - self.tau.log_total


@dataclass(frozen=True, slots=True)
class NormalNormal(Result):
    """Posterior of mu, tau, a new study's true effect and every study's true effect, on the analysis scale.

    Bayes factors stand for the hypothesis named: above 1 the studies favour mu = 0, or tau = 0. None where the prior
    of that parameter is improper; so is `log_marginal_likelihood` where either is. `joint` answers for any value.
    """

    k: int
    mu: Posterior
    tau: Posterior
    prediction: Posterior
    studies: tuple[Posterior, ...]
    bayes_factor_mu0: float | None
    bayes_factor_tau0: float | None
    log_marginal_likelihood: float | None
    tau_prior: TauPrior
    mu_prior: MuPrior
    joint: Joint = field(repr=False, compare=False)


def normal_normal(
    effect: npt.ArrayLike, variance: npt.ArrayLike, tau: TauPrior, mu: MuPrior = FLAT, level: float = 0.95
) -> NormalNormal:
    """Return the posterior of the normal-normal model under these priors.

    Parameters
    ----------
    effect, variance : shape (k,), k >= 1
        Study effects and sampling variances on the analysis scale.
    tau : a prior of `remit.stats.priors`
    mu : Normal(mean, sd), or Flat()
    level : of every interval.

    Notes
    -----
    Integrals over tau agree to 1e-13 between a panel and its halves, quantiles are solved to 1e-13.

    Raises
    ------
    InputError
        Values that are not effects and variances, or priors so vague that k studies leave the posterior improper.
    """
    y, v = _check.studies(effect, variance, minimum=1)
    tail(level)
    reach = tau.tail + y.size - isinstance(mu, Flat)
    if not reach > 1.0:
        raise InputError(
            f"k = {y.size} under an improper prior of tau; expected {3 if isinstance(mu, Flat) else 2} studies or "
            "more; state a proper prior, such as HalfNormal(0.5) for log ratios"
        )
    joint = Joint(Conditional(y, v, mu), tau)
    both, has_mean, has_sd = tau.proper and isinstance(mu, Normal), reach > 2.0, reach > 3.0
    return NormalNormal(
        k=y.size,
        mu=joint.mu.summary(level, has_mean, has_sd),
        tau=joint.tau.summary(level),
        prediction=joint.prediction.summary(level, has_mean, has_sd),
        studies=tuple(one.summary(level) for one in joint.studies),
        bayes_factor_mu0=finite_or_infinite(joint.log_bayes_mu(0.0)) if isinstance(mu, Normal) else None,
        bayes_factor_tau0=finite_or_infinite(joint.log_bayes_tau0()) if tau.proper else None,
        log_marginal_likelihood=joint.tau.log_total if both else None,
        tau_prior=tau,
        mu_prior=mu,
        joint=joint,
    )
