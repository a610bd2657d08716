"""The Bayesian binomial-normal model of proportions: exact counts within studies, normal logits between them.

The counterpart of `glmm.pool_proportions` with priors: 0 % and 100 % cells enter as what they are. The posterior of
(mu, tau) has two dimensions and is integrated on a product of Gauss-Legendre panels; nothing is sampled.

Source: Rover (2020), J Stat Softw 93(6):1-51 (model and summaries); exact likelihood: Hamza, van Houwelingen and
Stijnen (2008), J Clin Epidemiol 61:41-51.
"""

import math
from dataclasses import dataclass, field

import numpy.typing as npt
from scipy.special import expit

from remit.errors import InputError
from remit.stats import _check
from remit.stats._line import Posterior, finite_or_infinite, summarise
from remit.stats._logit_posterior import Counts, JointLogit
from remit.stats.interval import Interval, tail
from remit.stats.priors import Normal, TauPrior
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class StudyProportion(Result):
    """One study's true proportion, drawn towards the others: mean and sd of its logit, and of the proportion."""

    logit: float
    logit_sd: float
    proportion: float
    proportion_sd: float


@dataclass(frozen=True, slots=True)
class BinomialNormal(Result):
    """Posterior of mu, tau and a new study's logit; `median`, `interval` and `prediction_interval` as proportions.

    mu is the mean of logits, so `median` is the posterior median of the median proportion across studies. The Bayes
    factor stands for the hypothesis tau = 0: above 1 the counts favour one proportion for all.
    """

    k: int
    mu: Posterior
    tau: Posterior
    prediction: Posterior
    median: float
    interval: Interval
    prediction_interval: Interval
    studies: tuple[StudyProportion, ...]
    bayes_factor_tau0: float
    log_marginal_likelihood: float
    tau_prior: TauPrior
    mu_prior: Normal
    joint: JointLogit = field(repr=False, compare=False)


def binomial_normal(
    events: npt.ArrayLike, totals: npt.ArrayLike, tau: TauPrior, mu: Normal, level: float = 0.95
) -> BinomialNormal:
    """Return the posterior of logit(p_i) ~ Normal(mu, tau^2), x_i ~ Binomial(n_i, p_i), under these priors.

    Parameters
    ----------
    events, totals : shape (k,), k >= 1
        Whole numbers with 0 <= events <= totals.
    tau, mu : proper priors on the logit scale
    level : of every interval.

    Notes
    -----
    Panels agree with their halves to 1e-11 of the whole.

    Raises
    ------
    InputError
        Counts that cannot be, or an improper prior: counts of nobody or everybody leave no proper posterior then.
    """
    x, n = _check.cells(events, totals, minimum=1)
    tail(level)
    if not tau.proper or not isinstance(mu, Normal):
        raise InputError("an improper prior; expected proper priors of tau and mu, such as HalfNormal(1), Normal(0, 2)")
    joint = JointLogit(Counts(x, n), tau, mu)
    own = joint.mu.summary(level)
    new = summarise(joint.prediction, *joint.prediction_moments(), level)
    z, zz, p, pp = joint.studies()
    return BinomialNormal(
        k=x.size,
        mu=own,
        tau=joint.tau.summary(level),
        prediction=new,
        median=float(expit(own.median)),
        interval=_proportion(own.central),
        prediction_interval=_proportion(new.central),
        studies=tuple(
            StudyProportion(float(z[i]), math.sqrt(zz[i] - z[i] ** 2), float(p[i]), math.sqrt(pp[i] - p[i] ** 2))
            for i in range(x.size)
        ),
        bayes_factor_tau0=finite_or_infinite(joint.log_evidence_tau0() - joint.log_evidence()),
        log_marginal_likelihood=joint.log_evidence(),
        tau_prior=tau,
        mu_prior=mu,
        joint=joint,
    )


def _proportion(interval: Interval) -> Interval:
    return Interval(float(expit(interval.lower)), float(expit(interval.upper)), interval.level)
