"""Unconditional models of two arms: against nested integration, laws, corners and refusals."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm, poisson

from remit.errors import InputError, NotConverged
from remit.stats import exact_ratio, glmm, glmm_tables

A, N1, C, N2 = [4, 9, 0, 12], [20, 30, 15, 40], [8, 10, 3, 25], [22, 31, 16, 38]


def test_fixed_study_effects_agree_with_a_sum_over_a_fine_grid_of_every_base():
    """At the fitted place the log-likelihood, each base at its own best, is that of the definition."""
    fit = glmm_tables.odds_ratio(A, N1, C, N2, "fixed")
    tau = math.sqrt(fit.tau2)
    u = np.linspace(-9.0, 9.0, 181)
    d, bases = 0.5 * (fit.estimate + tau * u), np.linspace(-6.0, 2.0, 4001)[:, None]
    p, q = 1.0 / (1.0 + np.exp(-bases - d)), 1.0 / (1.0 + np.exp(-bases + d))
    total = 0.0
    for a, n1, c, n2 in zip(A, N1, C, N2, strict=True):
        both = binom.pmf(a, n1, p) * binom.pmf(c, n2, q)
        total += math.log((both @ norm.pdf(u)).max() * 0.1)
    assert fit.log_likelihood == pytest.approx(total, abs=2e-5)
    assert fit.slope < 1e-4


def test_random_study_effects_agree_with_a_sum_over_a_fine_grid():
    rows = [0, 1, 3]
    a, n1, c, n2 = (np.array(column)[rows] for column in (A, N1, C, N2))
    fit = glmm_tables.odds_ratio(a, n1, c, n2, order=21)
    s, u = np.meshgrid(np.linspace(-7.5, 7.5, 151), np.linspace(-7.5, 7.5, 151))
    share = norm.pdf(s) * norm.pdf(u) * 0.1**2

    def height(base, base_sd, difference, sd):
        b, d = base + base_sd * s, 0.5 * (difference + sd * u)
        p, q = 1.0 / (1.0 + np.exp(-b - d)), 1.0 / (1.0 + np.exp(-b + d))
        both = [binom.pmf(a[i], n1[i], p) * binom.pmf(c[i], n2[i], q) for i in range(3)]
        return sum(math.log(float((part * share).sum())) for part in both)

    at = np.array([math.sqrt(fit.base_variance), fit.estimate, math.sqrt(fit.tau2)])
    bases = np.linspace(-0.9, -0.5, 9)
    top = np.polynomial.Polynomial.fit(bases, [height(b, *at) for b in bases], 5)
    base = float(bases[0] + np.argmax(top(np.linspace(-0.9, -0.5, 4001))) * 1e-4)
    best = height(base, *at)
    assert fit.log_likelihood == pytest.approx(best, abs=1e-7)
    for moved in ((0.02, 0.0, 0.0), (0.0, 0.05, 0.0), (0.0, -0.05, 0.0), (0.0, 0.0, 0.05)):
        assert height(base, *(at + moved)) < best + 1e-9


def test_rates_with_one_study_effect_each_agree_with_the_conditional_model():
    """Poisson arms with own bases and one ratio: conditioning on both arms' events gives the same maximum."""
    x1, t1, x2, t2 = [3, 5, 0], [10.0, 20.0, 8.0], [6, 4, 2], [11.0, 15.0, 9.0]
    fit = glmm_tables.rate_ratio(x1, t1, x2, t2, "fixed", common=True)
    both = exact_ratio.rate_ratio(x1, t1, x2, t2, interval="wald")
    assert both.tau2 == 0.0
    assert fit.estimate == pytest.approx(both.estimate, abs=1e-7)
    assert fit.se == pytest.approx(both.se, rel=1e-5)
    base = [math.log((a + c) / (math.exp(0.5 * fit.estimate) * s + math.exp(-0.5 * fit.estimate) * t))
            for a, s, c, t in zip(x1, t1, x2, t2, strict=True)]  # fmt: skip
    listed = [poisson.logpmf(a, s * math.exp(b + 0.5 * fit.estimate)) for a, s, b in zip(x1, t1, base, strict=True)]
    listed += [poisson.logpmf(c, t * math.exp(b - 0.5 * fit.estimate)) for c, t, b in zip(x2, t2, base, strict=True)]
    assert fit.log_likelihood == pytest.approx(sum(listed), abs=1e-8)


@pytest.mark.parametrize("studies", ["fixed", "random"])
def test_arms_changed_over_change_the_sign(studies):
    one = glmm_tables.odds_ratio(A, N1, C, N2, studies)
    other = glmm_tables.odds_ratio(C, N2, A, N1, studies)
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-5)
    assert other.tau2 == pytest.approx(one.tau2, abs=1e-5)
    events = glmm_tables.odds_ratio([n - a for a, n in zip(A, N1, strict=True)], N1,
                                    [n - c for c, n in zip(C, N2, strict=True)], N2, studies)  # fmt: skip
    assert events.estimate == pytest.approx(-one.estimate, abs=1e-5)


def test_order_one_is_laplace_and_higher_orders_meet_the_exact_fit():
    x, n = [3, 12, 20, 8, 0], [20, 40, 30, 41, 11]
    exact = glmm.pool_proportions(x, n, "wald")
    fine, rough = glmm_tables.proportions(x, n, 25), glmm_tables.proportions(x, n, 1)
    assert fine.logit == pytest.approx(exact.logit, abs=1e-5)
    assert fine.se == pytest.approx(exact.se, rel=1e-4)
    assert fine.log_likelihood == pytest.approx(exact.log_likelihood, abs=1e-5)
    assert abs(rough.log_likelihood - exact.log_likelihood) > 1e-3


def test_studies_without_information_are_left_out_or_inform_the_bases():
    without = glmm_tables.odds_ratio([*A, 0], [*N1, 50], [*C, 0], [*N2, 50])
    assert without.estimate == pytest.approx(glmm_tables.odds_ratio(A, N1, C, N2).estimate, abs=1e-9)
    assert without.k == 4
    kept = glmm_tables.odds_ratio([*A, 0], [*N1, 50], [*C, 0], [*N2, 50], keep_empty=True)
    assert kept.k == 5
    assert kept.base_variance > without.base_variance


def test_two_alike_studies_have_no_variance():
    fit = glmm_tables.odds_ratio([5, 5], [20, 20], [8, 8], [20, 20])
    assert (fit.tau2, fit.base_variance) == (0.0, 0.0)
    assert fit.estimate == pytest.approx(math.log(5 / 15 * 12 / 8), abs=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: glmm_tables.odds_ratio([1], [10], [2], [10]),
        lambda: glmm_tables.odds_ratio([0, 0], [10, 10], [2, 3], [10, 10]),
        lambda: glmm_tables.odds_ratio([0, 0], [10, 10], [0, 0], [10, 10]),
        lambda: glmm_tables.odds_ratio([11, 1], [10, 10], [2, 3], [10, 10]),
        lambda: glmm_tables.odds_ratio(A, N1, C, N2, "none"),
        lambda: glmm_tables.odds_ratio(A, N1, C, N2, interval="profile"),
        lambda: glmm_tables.odds_ratio(A, N1, C, N2, order=0),
        lambda: glmm_tables.rate_ratio([1, 2], [1.0, 0.0], [1, 1], [1.0, 1.0]),
        lambda: glmm_tables.rate_ratio([0, 0], [1.0, 1.0], [1, 1], [1.0, 1.0]),
        lambda: glmm_tables.proportions([0, 0], [10, 12]),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError, match="expected"):
        call()


def test_studies_that_nothing_can_reconcile_are_not_fitted_quietly():
    with pytest.raises(NotConverged):
        glmm_tables.odds_ratio([0, 1], [1, 1], [1, 0], [1, 1], "fixed")
