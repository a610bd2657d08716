"""Likelihoods, information criteria and the error of tau2: against metafor, and refused."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import tau2
from remit.stats.fit_statistics import fit_statistics, tau2_se
from remit.stats.heterogeneity import consistency
from remit.stats.tau2 import log_likelihood

Y = np.array([0.1, 0.5, -0.3, 0.9, 0.4, 0.2])
V = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.04])


def test_a_reml_fit_agrees_with_metafor():
    """rma(y, v)$fit.stats of metafor 3.8 at a tight stopping rule: ll, dev, AIC, BIC, AICc."""
    got = fit_statistics(Y, V, tau2.reml(Y, V))
    plain, restricted = got.plain, got.restricted
    listed = (-2.29233677270, 14.32149897842, 8.58467354541, 8.16819248386, 12.58467354541)
    assert (plain.log_likelihood, plain.deviance, plain.aic, plain.bic, plain.aicc) == pytest.approx(listed, rel=1e-9)
    listed = (-2.36623397920, 4.73246795840, 8.73246795840, 7.95134378327, 14.73246795840)
    assert (
        restricted.log_likelihood,
        restricted.deviance,
        restricted.aic,
        restricted.bic,
        restricted.aicc,
    ) == pytest.approx(listed, rel=1e-9)


@pytest.mark.parametrize(
    "estimator, between, listed",
    [
        ("reml", tau2.reml, 0.0864191394),
        ("maximum-likelihood", tau2.maximum_likelihood, 0.0621069220),
        ("dersimonian-laird", tau2.dersimonian_laird, 0.0773578626),
        ("hedges", tau2.hedges, 0.1045124129),
        ("hunter-schmidt", tau2.hunter_schmidt, 0.0437615880),
        ("sidik-jonkman", tau2.sidik_jonkman, 0.0781213795),
        ("paule-mandel", tau2.paule_mandel, 0.0945313388),
        ("empirical-bayes", tau2.empirical_bayes, 0.0945313388),
    ],
)
def test_the_error_of_tau2_agrees_with_metafor(estimator, between, listed):
    assert tau2_se(Y, V, between(Y, V), estimator) == pytest.approx(listed, rel=1e-8)


@pytest.mark.parametrize("between", [0.0, 0.05, 0.4])
def test_pooling_is_a_regression_on_ones(between):
    got = fit_statistics(Y, V, between)
    assert got.plain.log_likelihood == pytest.approx(log_likelihood(Y, V, between, restricted=False))
    assert got.restricted.log_likelihood == pytest.approx(log_likelihood(Y, V, between, restricted=True))
    assert got.plain.parameters - 1 == fit_statistics(Y, V, between, estimated=False).plain.parameters == 1


def test_nonsense_is_refused():
    with pytest.raises(InputError, match="tau2"):
        fit_statistics(Y, V, -1.0)
    with pytest.raises(InputError, match="none"):
        tau2_se(Y, V, 0.1, "none")
    with pytest.raises(InputError, match="repeat"):
        fit_statistics(Y, V, 0.1, np.ones((6, 2)))
    with pytest.raises(InputError, match="sum of squares"):
        consistency(-1.0, 4)


def test_consistency_by_hand():
    """Q = 20 on 5 degrees of freedom: H = 2, and I2 = 75 with a test-based interval."""
    got = consistency(20.0, 6)
    error = 0.5 * np.log(4.0) / (np.sqrt(40.0) - 3.0)
    assert (got.h, got.i2) == (2.0, 75.0)
    assert got.h_upper == pytest.approx(2.0 * np.exp(1.959963984540054 * error))
    assert got.lower == pytest.approx(100.0 * (1.0 - got.h_lower**-2))


def test_two_studies_without_excess_leave_consistency_open():
    got = consistency(1.5, 2)
    assert (got.lower, got.upper, got.h_upper) == (0.0, 100.0, np.inf)


def test_identical_effects_leave_no_error_of_tau2_by_two_steps():
    assert tau2_se([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], 0.0, "sidik-jonkman") == 0.0
