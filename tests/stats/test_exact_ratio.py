"""Exact pooling of odds ratios and rates: by hand, a slow second way, and laws."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from remit.errors import InputError
from remit.stats import exact_ratio
from remit.stats._mixture import Hypergeometric, Mixture

TABLES = ([3, 0, 5, 1, 7], [20, 12, 30, 9, 25], [6, 2, 4, 3, 12], [21, 13, 28, 10, 24])


def slow_hypergeometric(a, n1, c, n2, theta: float) -> float:
    """Fisher's noncentral hypergeometric log-probability, summed in integers."""
    m = a + c
    support = range(max(0, m - n2), min(n1, m) + 1)
    total = math.fsum(math.comb(n1, j) * math.comb(n2, m - j) * math.exp(j * theta) for j in support)
    return math.log(math.comb(n1, a) * math.comb(n2, m - a)) + a * theta - math.log(total)


def slow_log_likelihood(mu: float, tau: float) -> float:
    total = 0.0
    for row in zip(*TABLES, strict=True):

        def density(u: float, row=row) -> float:
            return math.exp(slow_hypergeometric(*row, mu + tau * u) - 0.5 * u * u)

        total += math.log(quad(density, -10.0, 10.0, epsabs=0.0, epsrel=1e-11, limit=300)[0] / math.sqrt(2 * math.pi))
    return total


@pytest.mark.parametrize("mu, tau", [(-0.5, 0.4), (0.3, 1.2), (-1.0, 2.5)])
def test_likelihood_agrees_with_nested_quadrature(mu, tau):
    a, n1, c, n2 = (np.array(column, dtype=float) for column in TABLES)
    surface = Mixture(Hypergeometric(a, n1, a + c, n2))
    assert surface.at(mu, tau).height == pytest.approx(slow_log_likelihood(mu, tau), abs=1e-8)
    h = 1e-5
    here, right, up = surface.at(mu, tau), surface.at(mu, tau + h), surface.at(mu + h, tau)
    left, down = surface.at(mu, tau - h), surface.at(mu - h, tau)
    assert here.mu_slope == pytest.approx((up.height - down.height) / (2 * h), abs=1e-5)
    assert here.tau_slope == pytest.approx((right.height - left.height) / (2 * h), abs=1e-5)
    assert here.tau_curve == pytest.approx((right.tau_slope - left.tau_slope) / (2 * h), abs=1e-4)
    assert here.cross == pytest.approx((up.tau_slope - down.tau_slope) / (2 * h), abs=1e-4)


def test_exchanging_the_arms_changes_the_sign():
    a, n1, c, n2 = TABLES
    for pooled in (exact_ratio.odds_ratio, exact_ratio.odds_ratio_approximate):
        one, other = pooled(a, n1, c, n2), pooled(c, n2, a, n1)
        assert (one.estimate, one.lower, one.upper) == pytest.approx((-other.estimate, -other.upper, -other.lower))
        assert one.tau2 == pytest.approx(other.tau2, abs=1e-8)


def test_studies_without_information_change_nothing():
    a, n1, c, n2 = TABLES
    one = exact_ratio.odds_ratio(a, n1, c, n2)
    other = exact_ratio.odds_ratio([*a, 0, 8], [*n1, 15, 8], [*c, 0, 9], [*n2, 14, 9])
    assert (other.k, other.estimate, other.upper) == (one.k, one.estimate, one.upper)


def test_a_likelihood_that_is_flat_in_tau_gives_zero():
    """One event in one arm, then one in the other: each has probability 1/2 at mu = 0, whatever tau is."""
    fit = exact_ratio.odds_ratio([1, 0], [2, 2], [0, 1], [2, 2])
    assert (fit.estimate, fit.tau2) == (pytest.approx(0.0, abs=1e-9), 0.0)


def test_rates_by_hand():
    """Equal rates in every study: 10 events in 100 years, so log 0.1, variance 1 / 30, and a ratio of 2 against 5."""
    fit = exact_ratio.rate([10, 5, 15], [100.0, 50.0, 150.0], interval="wald")
    assert (fit.estimate, fit.tau2) == (pytest.approx(math.log(0.1)), 0.0)
    assert fit.se == pytest.approx(math.sqrt(1 / 30))
    ratio = exact_ratio.rate_ratio([10, 20], [100.0, 200.0], [5, 10], [100.0, 200.0], interval="wald")
    assert ratio.estimate == pytest.approx(math.log(2.0))
    assert ratio.se == pytest.approx(math.sqrt(1 / 30 + 1 / 15))


@pytest.mark.parametrize(
    "call",
    [
        lambda: exact_ratio.odds_ratio([0, 0], [9, 9], [1, 2], [9, 9]),
        lambda: exact_ratio.odds_ratio_approximate([0, 0], [9, 9], [1, 2], [9, 9]),
        lambda: exact_ratio.odds_ratio([1, 0], [9, 9], [1, 0], [9, 9]),
        lambda: exact_ratio.rate([0, 0], [9.0, 9.0]),
        lambda: exact_ratio.rate([1, 2], [9.0, 0.0]),
        lambda: exact_ratio.rate_ratio([0, 0], [9.0, 9.0], [1, 2], [9.0, 9.0]),
        lambda: exact_ratio.odds_ratio(*TABLES, interval="exact"),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_one_common_ratio_is_the_fit_held_at_no_variance():
    a, n1, c, n2 = [4, 9, 1, 12], [20, 30, 15, 40], [8, 10, 3, 25], [22, 31, 16, 38]
    for model in (exact_ratio.odds_ratio, exact_ratio.odds_ratio_approximate):
        fit = model(a, n1, c, n2, common=True)
        wald = model(a, n1, c, n2, "wald", common=True)
        assert (fit.tau2, fit.tau2_lower, fit.tau2_upper) == (0.0, 0.0, 0.0)
        assert fit.log_likelihood <= model(a, n1, c, n2).log_likelihood + 1e-9
        assert fit.lower == pytest.approx(wald.lower, abs=0.05)
        assert fit.q == model(a, n1, c, n2).q > 0.0
    ratio = exact_ratio.rate_ratio([3, 5], [10.0, 10.0], [6, 10], [10.0, 10.0], common=True)
    assert ratio.estimate == pytest.approx(math.log(0.5))
    assert ratio.q == pytest.approx(0.0, abs=1e-9)


def test_a_count_at_the_end_of_its_support_fits_certainly():
    """With one study at an end and one inside, the statistic of equal ratios counts the first as log 1 = 0."""
    fit = exact_ratio.odds_ratio([0, 5], [10, 10], [3, 5], [10, 10], common=True)
    inside = max(slow_hypergeometric(5, 10, 5, 10, float(t)) for t in np.linspace(-1.0, 1.0, 2001))
    assert fit.q == pytest.approx(2.0 * (inside - fit.log_likelihood), abs=1e-5)
