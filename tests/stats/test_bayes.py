"""Bayesian models: against sums over a plain grid, closed limits, laws, and bayesmeta."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import gammaln
from scipy.stats import norm

from remit.errors import InputError
from remit.stats import priors
from remit.stats.bayes import normal_normal
from remit.stats.bayes_binomial import binomial_normal
from remit.stats.glmm import pool_proportions
from remit.stats.pool import common_effect
from remit.stats.tau2 import reml

# Coaching in eight schools, points and standard errors: Rubin (1981), J Educ Stat 6:377-401, table 1.
SCHOOLS = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
SCHOOLS_SE = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
PRIORS = [
    priors.HalfNormal(10.0),
    priors.HalfCauchy(5.0),
    priors.HalfT(8.0, 4.0),
    priors.Uniform(30.0),
    priors.LogNormal(1.5, 0.8),
]


def on_a_grid(tau_prior, mean, sd, most):
    """Moments of mu, tau, their product and the evidence: plain sums over mu and tau of the full likelihood."""
    x, w = np.polynomial.legendre.leggauss(600)
    tau = 0.5 * most * (x + 1.0)
    mu = np.linspace(mean - 12.0 * sd, mean + 12.0 * sd, 2401)
    s = np.sqrt(SCHOOLS_SE**2 + tau[:, None] ** 2)
    log = np.zeros((tau.size, mu.size))
    for i, y in enumerate(SCHOOLS):
        log += norm.logpdf(y, mu, s[:, i : i + 1])
    log += norm.logpdf(mu, mean, sd) + tau_prior.log_density(tau)[:, None]
    mass = np.exp(log) * (0.5 * most * w)[:, None] * (mu[1] - mu[0])
    total = mass.sum()
    mass /= total
    first = (mass * mu).sum()
    kept = tau[:, None] ** 2 / (tau[:, None] ** 2 + SCHOOLS_SE[0] ** 2)
    return {
        "mu": first,
        "mu_sd": math.sqrt((mass * (mu - first) ** 2).sum()),
        "tau": (mass.sum(axis=1) * tau).sum(),
        "below": mass[:, :1200].sum() + 0.5 * mass[:, 1200].sum(),
        "evidence": math.log(total),
        "new": (mass * norm.sf(0.0, mu, tau[:, None])).sum(),
        "school": (mass * (kept * SCHOOLS[0] + (1.0 - kept) * mu)).sum(),
    }


@pytest.mark.parametrize("prior", [PRIORS[0], PRIORS[3]])
def test_normal_normal_agrees_with_sums_over_a_grid(prior):
    slow = on_a_grid(prior, 5.0, 10.0, 30.0 if isinstance(prior, priors.Uniform) else 90.0)
    fit = normal_normal(SCHOOLS, SCHOOLS_SE**2, prior, priors.Normal(5.0, 10.0))
    assert fit.mu.mean == pytest.approx(slow["mu"], rel=1e-9)
    assert fit.mu.sd == pytest.approx(slow["mu_sd"], rel=1e-9)
    assert fit.tau.mean == pytest.approx(slow["tau"], rel=1e-9)
    assert fit.joint.mu.cdf(5.0) == pytest.approx(slow["below"], abs=2e-5)  # a trapezoid ends there
    assert fit.log_marginal_likelihood == pytest.approx(slow["evidence"], abs=1e-9)
    assert 1.0 - fit.joint.prediction.cdf(0.0) == pytest.approx(slow["new"], rel=1e-6)
    assert fit.studies[0].mean == pytest.approx(slow["school"], rel=1e-9)


@pytest.mark.parametrize("prior", PRIORS)
def test_priors_integrate_to_one(prior):
    def density(tau):
        return math.exp(float(prior.log_density(np.array([tau]))[0]))

    top = prior.upper if math.isfinite(prior.upper) else 20.0
    near = integrate.quad(density, 0.0, top, limit=400)[0]
    far = integrate.quad(density, top, math.inf, limit=400)[0] if math.isinf(prior.upper) else 0.0
    assert near + far == pytest.approx(1.0, abs=1e-8)


def test_turner_prior_is_halved_from_tau2_to_tau():
    assert priors.log_normal_tau2(-3.95, 1.34) == priors.LogNormal(-1.975, 0.67)


@pytest.mark.parametrize("prior", PRIORS)
def test_intervals_hold_their_level_and_the_shortest_is_no_wider(prior):
    fit = normal_normal(SCHOOLS, SCHOOLS_SE**2, prior, level=0.9)
    ends = ((fit.mu, fit.joint.mu), (fit.tau, fit.joint.tau), (fit.prediction, fit.joint.prediction))
    for summary, whole in ends:
        for interval in (summary.central, summary.shortest):
            assert whole.cdf(interval.upper) - whole.cdf(interval.lower) == pytest.approx(0.9, abs=1e-9)
        assert summary.shortest.width <= summary.central.width * (1.0 + 1e-9)
        assert whole.cdf(summary.median) == pytest.approx(0.5, abs=1e-10)
        assert whole.density(summary.mode) >= max(whole.density(summary.median), whole.density(summary.mode * 1.01))


def test_joint_density_integrates_to_the_marginals():
    fit = normal_normal(SCHOOLS, SCHOOLS_SE**2, priors.HalfNormal(10.0))
    over_mu = integrate.quad(lambda m: fit.joint.density(m, 4.0), -80.0, 90.0, limit=400)[0]
    over_tau = integrate.quad(lambda t: fit.joint.density(6.0, t), 0.0, 90.0, limit=400)[0]
    assert over_mu == pytest.approx(fit.joint.tau.density(4.0), rel=1e-7)
    assert over_tau == pytest.approx(fit.joint.mu.density(6.0), rel=1e-7)


def test_tau_near_zero_is_the_common_effect():
    fit = normal_normal(SCHOOLS, SCHOOLS_SE**2, priors.HalfNormal(1e-4))
    common = common_effect(SCHOOLS, SCHOOLS_SE**2)
    assert fit.mu.mean == pytest.approx(common.estimate, rel=1e-7)
    assert fit.mu.sd == pytest.approx(common.se, rel=1e-7)
    assert fit.mu.central.lower == pytest.approx(common.lower, rel=1e-6)


def test_flat_priors_give_the_likelihood():
    """Under flat priors the mode of tau is the tau with the highest restricted likelihood."""
    y, v = np.array([0.1, 0.9, -0.4, 0.5, 1.4, 0.2]), np.array([0.05, 0.08, 0.1, 0.04, 0.12, 0.06])
    fit = normal_normal(y, v, priors.ImproperUniform())
    assert fit.tau.mode == pytest.approx(math.sqrt(reml(y, v)), rel=1e-6)
    assert fit.log_marginal_likelihood is None
    assert fit.bayes_factor_mu0 is None
    assert fit.bayes_factor_tau0 is None


def test_bayes_factor_of_mu_is_the_ratio_of_densities():
    """Savage and Dickey: posterior over prior density at 0. Dickey (1971), Ann Math Stat 42:204-223."""
    fit = normal_normal(SCHOOLS, SCHOOLS_SE**2, priors.HalfCauchy(5.0), priors.Normal(0.0, 20.0))
    ratio = fit.joint.mu.density(0.0) / norm.pdf(0.0, 0.0, 20.0)
    assert fit.bayes_factor_mu0 == pytest.approx(ratio, rel=1e-8)


def test_bayes_factor_of_tau_is_the_ratio_of_densities():
    prior = priors.HalfNormal(10.0)
    fit = normal_normal(SCHOOLS, SCHOOLS_SE**2, prior, priors.Normal(0.0, 20.0))
    ratio = fit.joint.tau.density(0.0) / math.exp(float(prior.log_density(np.zeros(1))[0]))
    assert fit.bayes_factor_tau0 == pytest.approx(ratio, rel=1e-8)


def test_a_mean_that_does_not_exist_is_not_given():
    y, v = [0.1, 0.9, 0.4], [0.05, 0.08, 0.1]
    fit = normal_normal(y, v, priors.ImproperUniform())
    assert fit.tau.mean is None
    assert fit.mu.sd is None
    assert fit.mu.median == pytest.approx(0.45, abs=0.1)


def test_improper_posteriors_are_refused():
    with pytest.raises(InputError, match="k = 2 under an improper prior"):
        normal_normal([0.1, 0.4], [0.05, 0.08], priors.ImproperUniform())
    with pytest.raises(InputError, match="scale"):
        priors.HalfNormal(0.0)
    with pytest.raises(InputError, match="proper priors"):
        binomial_normal([1, 2], [9, 9], priors.ImproperUniform(), priors.Normal(0.0, 2.0))


def test_one_study_keeps_its_own_effect():
    fit = normal_normal([0.7], [0.04], priors.HalfNormal(0.5))
    assert fit.studies[0].mean == pytest.approx(0.7, abs=1e-12)
    assert fit.tau.median == pytest.approx(0.5 * norm.ppf(0.75), rel=1e-9)


def test_mode_is_exactly_at_an_end():
    assert normal_normal([0.2] * 4, [0.04] * 4, priors.HalfNormal(0.5)).tau.mode == 0.0
    far = normal_normal(SCHOOLS * 10.0, SCHOOLS_SE**2, priors.Uniform(5.0)).tau
    assert far.mode == pytest.approx(5.0, rel=1e-9)
    assert far.shortest.upper == 5.0


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.floats(-2, 2), min_size=2, max_size=7), st.floats(0.2, 5), st.floats(-3, 3))
def test_posterior_follows_shift_scale_and_order(effect, scale, shift):
    y, v = np.array(effect), np.linspace(0.05, 0.4, len(effect))
    plain = normal_normal(y, v, priors.HalfNormal(0.5), priors.Normal(0.0, 2.0))
    moved = normal_normal(
        (scale * y + shift)[::-1],
        (scale**2 * v)[::-1],
        priors.HalfNormal(0.5 * scale),
        priors.Normal(shift, 2.0 * scale),
    )
    assert moved.mu.median == pytest.approx(scale * plain.mu.median + shift, abs=1e-7 * (1.0 + scale))
    assert moved.mu.sd == pytest.approx(scale * plain.mu.sd, rel=1e-8)
    assert moved.tau.central.upper == pytest.approx(scale * plain.tau.central.upper, rel=1e-8)
    assert moved.studies[-1].sd == pytest.approx(scale * plain.studies[0].sd, rel=1e-8)
    assert moved.bayes_factor_tau0 == pytest.approx(plain.bayes_factor_tau0, rel=1e-8)


def counts_on_a_grid(x, n, scale, sd):
    """Posterior moments under HalfNormal(scale), Normal(0, sd): Gauss-Hermite inside, plain sums outside."""
    u, uw = np.polynomial.hermite_e.hermegauss(120)
    t, tw = np.polynomial.legendre.leggauss(80)
    tau = 0.5 * 9.0 * scale * (t + 1.0)
    mu = np.linspace(-9.0 * sd, 9.0 * sd, 1201)
    eta = mu[None, :, None] + tau[:, None, None] * u
    log = norm.logpdf(mu, 0.0, sd)[None, :] + (math.log(2.0) + norm.logpdf(tau, 0.0, scale))[:, None]
    for a, b in zip(x, n, strict=True):
        choose = gammaln(b + 1) - gammaln(a + 1) - gammaln(b - a + 1)
        log = log + np.log(np.exp(choose + a * eta - b * np.logaddexp(0.0, eta)) @ (uw / uw.sum()))
    mass = np.exp(log) * (0.5 * 9.0 * scale * tw)[:, None] * (mu[1] - mu[0])
    total = mass.sum()
    mass /= total
    first = (mass * mu).sum()
    above = (mass * norm.sf((0.0 - mu) / tau[:, None])).sum()
    return first, math.sqrt((mass * (mu - first) ** 2).sum()), (mass.sum(axis=1) @ tau), math.log(total), above


@pytest.mark.parametrize(("x", "n"), [([3, 8, 0], [12, 10, 9]), ([0, 0], [6, 11])])
def test_binomial_normal_agrees_with_sums_over_a_grid(x, n):
    mean, sd, tau, evidence, above = counts_on_a_grid(x, n, 0.6, 2.0)
    fit = binomial_normal(x, n, priors.HalfNormal(0.6), priors.Normal(0.0, 2.0))
    assert fit.mu.mean == pytest.approx(mean, abs=1e-7)
    assert fit.mu.sd == pytest.approx(sd, rel=1e-7)
    assert fit.tau.mean == pytest.approx(tau, rel=1e-7)
    assert fit.log_marginal_likelihood == pytest.approx(evidence, abs=1e-7)
    assert 1.0 - fit.joint.prediction.cdf(0.0) == pytest.approx(above, rel=1e-6)
    held = fit.joint.prediction.cdf(fit.prediction.central.upper) - fit.joint.prediction.cdf(
        fit.prediction.central.lower
    )
    assert held == pytest.approx(0.95, abs=1e-9)
    assert fit.interval.lower < fit.median < fit.interval.upper


def test_binomial_normal_nears_normal_normal_as_people_grow():
    n = np.array([1200.0, 1000.0, 1500.0])
    x = np.array([480.0, 520.0, 630.0])
    fit = binomial_normal(x, n, priors.HalfNormal(0.5), priors.Normal(0.0, 2.0))
    y, v = np.log(x / (n - x)), 1.0 / x + 1.0 / (n - x)
    near = normal_normal(y, v, priors.HalfNormal(0.5), priors.Normal(0.0, 2.0))
    assert fit.mu.mean == pytest.approx(near.mu.mean, abs=2e-3)
    assert fit.mu.sd == pytest.approx(near.mu.sd, rel=5e-3)
    assert fit.tau.median == pytest.approx(near.tau.median, rel=5e-3)
    assert math.log(fit.bayes_factor_tau0) == pytest.approx(math.log(near.bayes_factor_tau0), abs=0.06)
    for own, other in zip(fit.studies, near.studies, strict=True):
        assert own.logit == pytest.approx(other.mean, abs=2e-3)
        assert own.logit_sd == pytest.approx(other.sd, rel=5e-3)


def test_binomial_normal_with_tau_near_zero_meets_the_common_proportion():
    x, n = [12, 30, 21], [40, 80, 60]
    fit = binomial_normal(x, n, priors.HalfNormal(1e-3), priors.Normal(0.0, 50.0))
    assert fit.mu.mode == pytest.approx(math.log(63.0 / 117.0), abs=1e-3)
    assert pool_proportions(x, n).common_estimate == pytest.approx(63.0 / 180.0)


def test_bayesmeta(reference):
    """bayesmeta lays mu, prediction and shrinkage on a coarse grid of tau; tau and Bayes factors are exact there."""
    scales = {"hn05": priors.HalfNormal(0.5), "hn1": priors.HalfNormal(1.0), "hc05": priors.HalfCauchy(0.5)}
    for case in reference.cases("bayes_normal_normal"):
        if "yi" in case.columns:
            y, v = case.column("yi"), case.column("vi")
        else:
            x, n = case.column("xi"), case.column("ni")
            add = np.where((x == 0.0) | (x == n), 0.5, 0.0)
            y, v = np.log((x + add) / (n - x + add)), 1.0 / (x + add) + 1.0 / (n - x + add)
        sd = 2.5 if "2.5" in case.args["mu_prior"] else 2.0
        fit = normal_normal(y, v, scales[case.id.removeprefix("plo_")], priors.Normal(0.0, sd))
        got = {}
        for name, it in (("tau", fit.tau), ("mu", fit.mu), ("pred", fit.prediction)):
            got[f"{name}_mode_median_mean_sd"] = (it.mode, it.median, it.mean, it.sd)
            got[f"{name}_ci"] = (it.central.lower, it.central.upper)
        reference.agree(
            case,
            got
            | {
                "bf_tau0": fit.bayes_factor_tau0,
                "bf_mu0": fit.bayes_factor_mu0,
                "shrink_mean": [s.mean for s in fit.studies],
                "shrink_sd": [s.sd for s in fit.studies],
            },
        )
        assert fit.bayes_factor_mu0 == pytest.approx(case.output["bf_mu0"], rel=1e-10)
        assert fit.tau.mean == pytest.approx(case.output["tau_mode_median_mean_sd"][2], rel=1e-10)
