"""What a regression says of each study: against the pooled fit, a refit without it, and refusals."""

import math

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import heterogeneity, influence, pool, regression_fitted
from remit.stats.regression import meta_regression

Y = np.array([0.1, 0.9, -0.4, 0.5, 1.2, 0.3])
V = np.array([0.05, 0.1, 0.04, 0.2, 0.07, 0.12])
ONES = np.ones((6, 1))
X = np.column_stack((np.ones(6), [0.0, 1.0, 0.0, 1.0, 2.0, 3.0]))


def test_ones_alone_give_the_pooled_fit():
    got = regression_fitted.fitted(Y, V, ONES, test="normal")
    fit = pool.random_effects(Y, V, interval="normal", prediction="normal")
    parts = influence.influence(Y, V)
    assert got.fitted[0] == pytest.approx(fit.estimate)
    assert got.upper[3] == pytest.approx(fit.upper)
    assert got.prediction_lower[0] == pytest.approx(fit.prediction_lower)
    assert got.shrunken == pytest.approx(parts.shrunken)
    assert got.shrunken_se == pytest.approx(parts.shrunken_se)
    assert got.rstudent == pytest.approx(parts.rstudent)
    assert got.hat == pytest.approx(parts.hat)
    ends, profile = regression_fitted.tau2_interval(Y, V, ONES), heterogeneity.q_profile(Y, V)
    assert (ends.lower, ends.upper) == pytest.approx((profile.lower, profile.upper), rel=1e-9)


def test_deleted_residual_is_that_of_the_fit_without_the_study():
    got = regression_fitted.fitted(Y, V, X, test="normal")
    rest = meta_regression(Y[1:], V[1:], X[1:], test="normal")
    mean = float(X[0] @ rest.estimate)
    wide = V[0] + rest.tau2 + X[0] @ np.array(rest.covariance) @ X[0]
    assert got.rstudent[0] == pytest.approx((Y[0] - mean) / math.sqrt(wide))


def test_a_study_that_alone_informs_a_column_has_no_deleted_residual():
    x = np.column_stack((np.ones(6), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
    got = regression_fitted.fitted(Y, V, x)
    assert got.rstudent[0] is None
    assert all(r is not None for r in got.rstudent[1:])


def test_prediction_at_a_new_row():
    got = regression_fitted.predict(Y, V, X, [[1.0, 1.5]], test="hartung-knapp")
    fit = meta_regression(Y, V, X, test="hartung-knapp")
    assert got.fitted[0] == pytest.approx(fit.estimate[0] + 1.5 * fit.estimate[1])
    assert got.prediction_lower[0] < got.lower[0] < got.upper[0] < got.prediction_upper[0]
    with pytest.raises(InputError, match="expected finite rows"):
        regression_fitted.predict(Y, V, X, [[1.0]])
