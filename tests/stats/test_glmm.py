"""Exact pooling of proportions: a slow second way, laws, and the corners."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit

from remit.errors import InputError, NotConverged
from remit.stats import pool
from remit.stats._logit_normal import LogitNormal
from remit.stats.beta_binomial import pool_beta_binomial
from remit.stats.exact import clopper_pearson
from remit.stats.glmm import pool_proportions

SMALL = ([8, 11, 4, 19, 9], [12, 16, 4, 25, 20])


def slow_log_likelihood(x, n, mu: float, tau: float) -> float:
    """Each study's integral by nested adaptive quadrature between points that split it at its peak."""
    total = 0.0
    for events, people in zip(x, n, strict=True):

        def log_joint(u: float, events=events, people=people) -> float:
            eta = mu + tau * u
            return events * eta - people * np.logaddexp(0.0, eta) - 0.5 * u * u

        grid = np.linspace(-12.0, 12.0, 481)
        heights = np.array([log_joint(u) for u in grid])
        peak, at = float(heights.max()), float(grid[heights.argmax()])
        edges = [at - 12.0, at - 2.0, at - 0.5, at, at + 0.5, at + 2.0, at + 12.0]
        area = sum(
            quad(lambda u: math.exp(log_joint(u) - peak), a, b, epsabs=0.0, epsrel=1e-11, limit=200)[0]  # noqa: B023
            for a, b in itertools.pairwise(edges)
        )
        total += math.log(math.comb(people, events)) + peak + math.log(area / math.sqrt(2.0 * math.pi))
    return total


@pytest.mark.parametrize("mu, tau", [(0.5, 0.3), (1.0, 1.0), (-1.0, 2.5), (2.0, 6.0), (3.0, 10.0)])
def test_likelihood_agrees_with_nested_quadrature(mu, tau):
    x, n = [0, 30, 1, 17, 8], [12, 30, 12, 35, 9]
    surface = LogitNormal(np.array(x, dtype=float), np.array(n, dtype=float))
    assert surface.at(mu, tau).height == pytest.approx(slow_log_likelihood(x, n, mu, tau), rel=1e-10)


@pytest.mark.parametrize("mu, tau", [(0.3, 0.5), (1.0, 2.0), (2.0, 4.0), (0.5, 0.0)])
def test_derivatives_are_those_of_the_height(mu, tau):
    surface = LogitNormal(np.array([17.0, 15.0, 30.0, 0.0]), np.array([35.0, 19.0, 30.0, 4.0]))
    here, h = surface.at(mu, tau), 1e-5
    up, down = surface.at(mu + h, tau), surface.at(mu - h, tau)
    assert here.mu_slope == pytest.approx((up.height - down.height) / (2 * h), abs=1e-6)
    assert here.mu_curve == pytest.approx((up.mu_slope - down.mu_slope) / (2 * h), abs=1e-6)
    if tau > 0.0:
        right, left = surface.at(mu, tau + h), surface.at(mu, tau - h)
        assert here.tau_slope == pytest.approx((right.height - left.height) / (2 * h), abs=1e-6)
        assert here.tau_curve == pytest.approx((right.tau_slope - left.tau_slope) / (2 * h), abs=1e-6)
        assert here.cross == pytest.approx((up.tau_slope - down.tau_slope) / (2 * h), abs=1e-6)
    else:
        assert here.tau_curve == pytest.approx(surface.at(mu, 1e-4).tau_slope / 1e-4, rel=1e-4)


def test_the_fit_is_the_highest_point_of_the_slow_likelihood():
    fit = pool_proportions(*SMALL)
    found = minimize(
        lambda p: -slow_log_likelihood(*SMALL, p[0], abs(p[1])),
        [0.5, 0.7],
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-10},
    )
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-8)
    assert (fit.logit, math.sqrt(fit.tau2)) == pytest.approx((found.x[0], abs(found.x[1])), abs=1e-4)


def test_profile_ends_are_where_the_slow_likelihood_has_fallen():
    fit = pool_proportions(*SMALL)
    for end in (fit.lower, fit.upper):
        mu = math.log(end / (1.0 - end))
        best = minimize(lambda t, mu=mu: -slow_log_likelihood(*SMALL, mu, abs(t[0])), [0.9], method="Nelder-Mead")
        assert fit.log_likelihood + best.fun == pytest.approx(3.841458820694124 / 2.0, abs=1e-6)


@pytest.mark.parametrize("events", [(0, 0, 0), (12, 30, 7)])
def test_all_alike_is_clopper_pearson_on_the_sums(events):
    totals = (12, 30, 7)
    fit = pool_proportions(events, totals)
    exact = clopper_pearson(sum(events), 49)
    assert (fit.lower, fit.upper, fit.tau2) == (exact.lower, exact.upper, 0.0)
    assert fit.estimate == sum(events) / 49
    assert "Clopper-Pearson" in fit.note
    assert fit.prediction_lower is None


def test_studies_that_share_nothing_are_said_to():
    fit = pool_proportions([5, 0], [5, 5])
    assert "still rises" in fit.note
    assert fit.lower < 0.001
    assert fit.upper > 0.999
    assert fit.tau2_upper is None


def test_no_heterogeneity_is_exactly_zero():
    fit = pool_proportions([8, 16, 4], [10, 20, 5])
    assert (fit.tau2, fit.tau2_lower, fit.i2) == (0.0, 0.0, 0.0)
    assert fit.estimate == pytest.approx(0.8, rel=1e-9)
    assert fit.se**2 == pytest.approx(1.0 / (35 * 0.8 * 0.2), rel=1e-9)
    assert fit.q == pytest.approx(0.0, abs=1e-9)
    assert fit.note == ""


@pytest.mark.parametrize("interval", ["profile", "wald", "t"])
def test_mirror_images(interval):
    """Counting those without the event mirrors every end."""
    x, n = np.array(SMALL[0]), np.array(SMALL[1])
    one, other = pool_proportions(x, n, interval), pool_proportions(n - x, n, interval)
    assert (one.estimate, one.lower, one.upper, one.prediction_lower) == pytest.approx(
        (1 - other.estimate, 1 - other.upper, 1 - other.lower, 1 - other.prediction_upper), rel=1e-7
    )
    assert (one.tau2, one.se, one.log_likelihood) == pytest.approx((other.tau2, other.se, other.log_likelihood))


def test_large_studies_meet_the_normal_approximation():
    """With many people in each study the logit's sampling error is normal and small."""
    p = expit(np.array([0.2, 0.9, 1.3, 0.5, 1.9, 1.1]))
    n = np.full(6, 400_000)
    x = np.round(p * n)
    fit = pool_proportions(x, n, interval="wald")
    normal = pool.random_effects(np.log(x / (n - x)), 1 / x + 1 / (n - x), _ml(x, n), interval="normal")
    assert fit.logit == pytest.approx(normal.estimate, rel=1e-4)
    assert fit.tau2 == pytest.approx(normal.tau2, rel=1e-3)
    assert fit.se == pytest.approx(normal.se, rel=1e-3)


def _ml(x, n) -> float:
    from remit.stats.tau2 import maximum_likelihood

    return maximum_likelihood(np.log(x / (n - x)), 1 / x + 1 / (n - x))


def test_profile_and_wald_meet_when_there_are_many_studies():
    x, n = np.tile(SMALL[0], 60), np.tile(SMALL[1], 60)
    profile, wald = pool_proportions(x, n), pool_proportions(x, n, "wald")
    assert (profile.lower, profile.upper) == pytest.approx((wald.lower, wald.upper), abs=2e-3)


@pytest.mark.parametrize(
    "events, totals, word",
    [
        ([1], [2], "k = 1"),
        ([], [], "k = 0"),
        ([3, 1], [2, 2], r"events\[0\]"),
        ([1, 1], [2], "unequal"),
        ([1.5, 1], [2, 2], "whole"),
        ([0, 1], [0, 2], r"totals\[0\]"),
        ([-1, 1], [2, 2], "whole"),
        ([math.nan, 1], [2, 2], "finite"),
    ],
)
def test_refusals(events, totals, word):
    with pytest.raises(InputError, match=word):
        pool_proportions(events, totals)


def test_unknown_interval_is_refused():
    with pytest.raises(InputError, match="profile, wald or t"):
        pool_proportions([1, 2], [3, 4], "exact")


CELLS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=9).filter(
    lambda rows: all(a + b > 0 for a, b in rows)
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(CELLS)
def test_any_table_gives_an_ordered_answer(rows):
    x, n = [a for a, _ in rows], [a + b for a, b in rows]
    fit = pool_proportions(x, n)
    assert 0.0 <= fit.lower <= fit.estimate <= fit.upper <= 1.0
    assert 0.0 <= fit.tau2_lower <= fit.tau2
    assert fit.tau2_upper is None or fit.tau2 <= fit.tau2_upper
    assert sum(fit.weights) == pytest.approx(100.0)
    if fit.prediction_lower is not None:
        assert fit.prediction_lower <= fit.estimate <= fit.prediction_upper


@settings(max_examples=15, derandomize=True, deadline=None)
@given(CELLS.filter(lambda rows: sum(a for a, _ in rows) > 0 and sum(b for _, b in rows) > 0), st.integers(2, 3))
def test_copies_keep_the_estimate(rows, copies):
    x, n = np.array([a for a, _ in rows]), np.array([a + b for a, b in rows])
    one, many = pool_proportions(x, n, "wald"), pool_proportions(np.tile(x, copies), np.tile(n, copies), "wald")
    assert many.log_likelihood == pytest.approx(copies * one.log_likelihood, rel=1e-9, abs=1e-9)
    assert many.tau2 == pytest.approx(one.tau2, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("x, n", [([16, 45], [17, 60]), ([0, 10, 1], [13, 57, 14])])
def test_a_ridge_that_is_nearly_level_is_climbed_to_its_top(x, n):
    """The slope at a tau that was looked at is so small that its sign is easily seen wrong."""
    fit = pool_proportions(x, n)
    heights = [slow_log_likelihood(x, n, fit.logit, math.sqrt(fit.tau2) * f) for f in (0.9, 1.0, 1.1)]
    assert heights[1] > max(heights[0], heights[2])
    assert heights[1] == pytest.approx(fit.log_likelihood, abs=1e-9)


def test_beta_binomial_is_the_highest_point_of_its_likelihood():
    """Slow second way: products of rising factorials, and a simplex search."""
    x, n = SMALL

    def height(p) -> float:
        mean, rho = float(expit(p[0])), float(expit(p[1]))
        a, b = mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho
        total = 0.0
        for events, people in zip(x, n, strict=True):
            parts = [math.log(a + i) for i in range(events)] + [math.log(b + i) for i in range(people - events)]
            total += math.log(math.comb(people, events)) + sum(parts) - sum(math.log(a + b + i) for i in range(people))
        return total

    found = minimize(lambda p: -height(p), [0.6, -2.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
    fit = pool_beta_binomial(x, n)
    assert (fit.logit, fit.rho) == pytest.approx((found.x[0], float(expit(found.x[1]))), rel=1e-5)
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-9)


def test_beta_binomial_without_heterogeneity_is_binomial():
    fit = pool_beta_binomial([8, 16, 4], [10, 20, 5])
    assert (fit.rho, fit.logit_rho_se, fit.estimate) == (0.0, None, pytest.approx(0.8))
    assert fit.se**2 == pytest.approx(1.0 / (35 * 0.8 * 0.2))
    with pytest.raises(InputError, match="exact interval"):
        pool_beta_binomial([0, 0], [3, 4])


def test_without_the_interval_of_tau2_everything_else_is_the_same():
    whole = pool_proportions([3, 9, 5, 12], [20, 22, 18, 25])
    brief = pool_proportions([3, 9, 5, 12], [20, 22, 18, 25], tau2_interval=False)
    assert math.isnan(brief.tau2_lower)
    assert brief.tau2_upper is None
    assert replace(brief, tau2_lower=whole.tau2_lower, tau2_upper=whole.tau2_upper) == whole


def test_beta_binomial_says_when_studies_are_all_or_nothing():
    with pytest.raises(NotConverged, match="rises to 1"):
        pool_beta_binomial([0, 6, 0, 10, 3], [4, 6, 9, 10, 3])


def test_many_people_and_studies_that_share_nothing_keep_their_digits():
    """Slopes in mu, seen from a step on either side, are what the curvature says; moments of p cancelled here."""
    surface = LogitNormal(np.array([6319.0, 85770.0, 31319.0]), np.array([6319.0, 85784.0, 94021.0]))
    mu, tau, step = 7.157, 6.2113, 1e-2
    here = surface.at(mu, tau)
    right, left = surface.at(mu + step, tau), surface.at(mu - step, tau)
    assert here.mu_curve == pytest.approx((right.mu_slope - left.mu_slope) / (2.0 * step), rel=1e-6)
    assert here.mu_slope == pytest.approx((right.height - left.height) / (2.0 * step), rel=1e-3)
    assert here.cross == pytest.approx((right.tau_slope - left.tau_slope) / (2.0 * step), rel=1e-5)
