"""Survival distributions of one study: R's and lifelines' numbers, exact slopes, laws, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gengamma, gompertz

from remit.errors import InputError
from remit.stats._distributions import (
    DISTRIBUTIONS,
    GENERALISED_GAMMA,
    GOMPERTZ,
    LOGNORMAL,
    WEIBULL,
    MixtureCure,
    NonMixtureCure,
)
from remit.stats.parametric import compare, fit_distribution

# Edmonson's ovarian cancer trial, 26 women, as R's survival ships it: days and deaths.
DAYS = [59, 115, 156, 268, 329, 353, 365, 377, 421, 431, 448, 464, 475]
DAYS += [477, 563, 638, 744, 769, 770, 803, 855, 1040, 1106, 1129, 1206, 1227]
DEATHS = [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1] + [0] * 10

# R 4.2.2, survival 3.5-3: f <- survreg(Surv(futime, fustat) ~ 1, ovarian, dist = d, control = list(rel.tol = 1e-14));
# coef(f), log(f$scale), f$loglik[2], sqrt(diag(vcov(f))), predict(f, type = "quantile", p = .5, se.fit = TRUE)
SURVREG = {
    "exponential": ((7.16935001667,), -98.0322002, (0.288675134595,), (900.3981875, 259.922568)),
    "weibull": (
        (7.1110380718, -0.102610503454),
        -97.9539010471,
        (0.0856896561726**0.5, 0.064315344567**0.5),
        (880.3046769, 233.4586106),
    ),
    "log-logistic": (
        (6.73072316429, -0.319163100917),
        -97.3547044842,
        (0.0867662613223**0.5, 0.0628930502383**0.5),
        (837.7528799, 246.7694378),
    ),
    "log-normal": (
        (6.77210985859, 0.235681365501),
        -97.1217420427,
        (0.102084646823**0.5, 0.0518050096334**0.5),
        (873.1521796, 278.9781293),
    ),
}


@pytest.mark.parametrize("name", SURVREG)
def test_agrees_with_survreg(name):
    parameters, height, se, (median, median_se) = SURVREG[name]
    got = fit_distribution(DAYS, DEATHS, name)
    assert got.parameters == pytest.approx(parameters, rel=1e-7)
    assert got.log_likelihood == pytest.approx(height, rel=1e-10)
    assert got.se == pytest.approx(se, rel=1e-6)
    found = got.quantile(0.5)
    assert found.estimate[0] == pytest.approx(median, rel=1e-7)
    assert found.se[0] == pytest.approx(median_se, rel=1e-6)


def test_generalised_gamma_agrees_with_lifelines():
    # lifelines 0.30.3, GeneralizedGammaFitter().fit(DAYS, DEATHS): it stops 1e-8 lower
    got = fit_distribution(DAYS, DEATHS, "generalised-gamma")
    assert got.parameters == pytest.approx((6.427001, 0.354763, -0.764647), rel=3e-4)
    assert got.se == pytest.approx((0.735862, 0.242156, 1.313691), rel=1e-4)
    assert got.log_likelihood >= -96.94906576195146


@pytest.mark.parametrize("q", [-2.0, -0.5, -1e-3, -1e-5, 0.0, 1e-5, 1e-3, 0.4, 1.0, 2.5])
def test_generalised_gamma_law_is_scipy_s_and_smooth_at_the_log_normal(q):
    t = np.array([0.2, 0.8, 1.5, 4.0])
    mu, log_sigma = 0.3, -0.4
    got = GENERALISED_GAMMA.at(np.array([mu, log_sigma, q]), t)
    if abs(q) < 0.01:
        near = LOGNORMAL.at(np.array([mu, log_sigma]), t)
        assert got.log_survival == pytest.approx(near.log_survival, abs=30.0 * abs(q) + 1e-12)
        assert got.survival_slope[:, :2] == pytest.approx(near.survival_slope, abs=60.0 * abs(q) + 1e-12)
        return
    k, c = 1.0 / q**2, q / math.exp(log_sigma)
    law = gengamma(k, c, scale=math.exp(mu - math.log(k) / c))
    assert got.log_survival == pytest.approx(law.logsf(t), rel=1e-9)
    assert got.log_hazard == pytest.approx(law.logpdf(t) - law.logsf(t), rel=1e-8, abs=1e-10)


def test_gompertz_law_is_scipy_s():
    t = np.array([0.1, 1.0, 7.0])
    got = GOMPERTZ.at(np.array([-1.2, 0.3]), t)
    law = gompertz(math.exp(-1.2) / 0.3, scale=1.0 / 0.3)
    assert got.log_survival == pytest.approx(law.logsf(t), rel=1e-12)
    assert got.log_hazard == pytest.approx(law.logpdf(t) - law.logsf(t), rel=1e-10)


ALL = [*DISTRIBUTIONS.values(), *(k(d) for d in DISTRIBUTIONS.values() for k in (MixtureCure, NonMixtureCure))]


@given(seed=st.integers(0, 10_000), which=st.integers(0, len(ALL) - 1))
@settings(max_examples=40, deadline=None)
def test_slopes_are_exact_and_the_hazard_is_minus_the_slope_of_log_survival(seed, which):
    law, rng = ALL[which], np.random.default_rng(seed)
    theta, t = rng.uniform(-0.8, 0.8, len(law.names)), np.array([0.3, 0.9, 2.0])
    got = law.at(theta, t)
    for j in range(theta.size):
        h = np.zeros(theta.size)
        h[j] = 1e-5
        ahead, behind = law.at(theta + h, t), law.at(theta - h, t)
        assert got.survival_slope[:, j] == pytest.approx(
            (ahead.log_survival - behind.log_survival) / 2e-5, rel=1e-5, abs=1e-6
        )
        assert got.hazard_slope[:, j] == pytest.approx(
            (ahead.log_hazard - behind.log_hazard) / 2e-5, rel=1e-5, abs=1e-6
        )
    dt = 1e-5 * t
    fall = (law.at(theta, t - dt).log_survival - law.at(theta, t + dt).log_survival) / (2.0 * dt)
    assert np.exp(got.log_hazard) == pytest.approx(fall, rel=1e-5)


@given(unit=st.floats(0.01, 400.0), name=st.sampled_from(sorted(DISTRIBUTIONS)))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_time_does_not_matter(unit, name):
    t = np.array(DAYS, dtype=float)
    base, moved = fit_distribution(t, DEATHS, name), fit_distribution(t * unit, DEATHS, name)
    assert moved.survival(700.0 * unit).lower == pytest.approx(base.survival(700.0).lower, rel=1e-6)
    assert moved.hazard(700.0 * unit).upper[0] * unit == pytest.approx(base.hazard(700.0).upper[0], rel=1e-6)
    assert moved.rmst(1000.0 * unit).se[0] / unit == pytest.approx(base.rmst(1000.0).se[0], rel=1e-6)
    assert moved.aic - base.aic == pytest.approx(2.0 * 12 * math.log(unit), abs=1e-6)


def test_exponential_restricted_mean_has_its_closed_form():
    got = fit_distribution(DAYS, DEATHS, "exponential")
    rate = math.exp(-got.parameters[0])
    assert rate == pytest.approx(12 / sum(DAYS), rel=1e-12)
    assert got.rmst(1000.0).estimate[0] == pytest.approx((1.0 - math.exp(-1000.0 * rate)) / rate, rel=1e-9)


def test_a_weibull_is_a_generalised_gamma_so_more_parameters_never_fit_worse():
    found = {f.distribution: f.log_likelihood for f in compare(DAYS, DEATHS).fits}
    assert found["exponential"] <= found["weibull"] <= found["generalised-gamma"]
    assert found["log-normal"] <= found["generalised-gamma"]
    assert found["exponential"] <= found["gompertz"]


def test_comparison_is_by_aic_and_names_what_failed():
    got = compare(DAYS, DEATHS, ["weibull", "exponential", "nonsense"])
    assert got.distributions == ("exponential", "weibull")
    assert sum(got.weights) == pytest.approx(100.0)
    assert "nonsense" in got.failed[0]
    assert got.to_dict()["fits"][0]["n"] == 26
    assert "observed_to" in got.fits[0].summary()


def test_what_lies_past_the_last_follow_up_is_marked_and_bounded():
    got = fit_distribution(DAYS, DEATHS, "weibull")
    assert got.survival([1227.0, 1228.0]).beyond == (False, True)
    with pytest.raises(InputError, match="no data speak of it"):
        got.survival(2500.0)
    assert got.survival(2500.0, limit=3.0).beyond == (True,)
    assert got.quantile([0.5, 0.9]).beyond == (False, True)
    assert got.quantile(0.9, limit=1.0).estimate == (math.inf,)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: fit_distribution(DAYS, DEATHS, "gamma"), "expected one of exponential"),
        (lambda: fit_distribution([1.0, 2.0], [0, 0], "weibull"), "no events"),
        (lambda: fit_distribution([0.0, 2.0], [1, 1], "weibull"), "small positive time"),
        (lambda: fit_distribution([1.0, 2.0], [1, 0], "weibull"), "choose the exponential"),
        (lambda: compare([1.0], [0], []), "no distributions"),
        (lambda: compare([1.0], [0]), "no events"),
        (lambda: fit_distribution(DAYS, DEATHS, "weibull").hazard(0.0), "above 0"),
        (lambda: fit_distribution(DAYS, DEATHS, "weibull").rmst(0.0), "horizons above 0"),
        (lambda: fit_distribution(DAYS, DEATHS, "weibull").survival(-1.0), "0 or more"),
        (lambda: fit_distribution(DAYS, DEATHS, "weibull").quantile(1.0), "0.5 for the median"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_weibull_survival_interval_covers():
    rng, truth, hits = np.random.default_rng(7), math.exp(-((8.0 / 10.0) ** 1.4)), 0
    for _ in range(80):
        x, c = 10.0 * rng.weibull(1.4, 60), rng.uniform(4.0, 20.0, 60)
        got = fit_distribution(np.minimum(x, c), x <= c, "weibull").survival(8.0)
        hits += got.lower[0] <= truth <= got.upper[0]
    assert hits >= 70


def test_names_are_the_parameters():
    assert WEIBULL.names == ("mu", "log_sigma")
    assert len(fit_distribution(DAYS, DEATHS, "gompertz").names) == 2
