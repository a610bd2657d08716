"""Proportions with moderators: where they must equal pooling, and where they refuse."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats.glmm import pool_proportions
from remit.stats.glmm_regression import regress_proportions

X, N = [8, 11, 4, 19, 9, 3], [12, 16, 4, 25, 20, 11]
GROUP = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
DESIGN = np.stack((np.ones(6), GROUP), axis=1)


def test_without_moderators_it_is_pooling():
    one, other = regress_proportions(X, N, np.ones((6, 1))), pool_proportions(X, N, "wald")
    assert (one.estimate[0], one.se[0], one.tau2, one.log_likelihood) == pytest.approx(
        (other.logit, other.se, other.tau2, other.log_likelihood), rel=1e-7
    )
    assert (one.moderators, one.moderators_df, one.moderators_p) == (0.0, 0, 1.0)


def test_without_heterogeneity_two_groups_are_a_two_by_two_table():
    """Groups of 24 of 30 and 10 of 20 without spread: their log odds ratio with Woolf's variance."""
    fit = regress_proportions([8, 16, 4, 6], [10, 20, 8, 12], np.stack((np.ones(4), [0, 0, 1, 1]), axis=1))
    assert fit.tau2 == 0.0
    assert fit.estimate[1] == pytest.approx(np.log(10 * 6 / (10 * 24)))
    assert fit.se[1] ** 2 == pytest.approx(1 / 24 + 1 / 6 + 1 / 10 + 1 / 10)


def test_a_likelihood_ratio_compares_two_fits():
    fit = regress_proportions(X, N, DESIGN)
    null = pool_proportions(X, N)
    assert fit.moderators == pytest.approx(2.0 * (fit.log_likelihood - null.log_likelihood), abs=1e-7)
    assert fit.moderators_df == 1
    assert fit.moderators_wald == pytest.approx((fit.estimate[1] / fit.se[1]) ** 2)


def test_counting_those_without_the_event_changes_signs():
    one, other = regress_proportions(X, N, DESIGN, "t"), regress_proportions(np.array(N) - X, N, DESIGN, "t")
    assert one.estimate == pytest.approx([-b for b in other.estimate], rel=1e-7)
    assert one.lower == pytest.approx([-b for b in other.upper], rel=1e-7)


def test_a_group_at_its_bound_is_refused():
    with pytest.raises(InputError, match="0 %"):
        regress_proportions([0, 0, 0, 5, 6, 7], [9, 8, 7, 9, 9, 9], DESIGN)
    with pytest.raises(InputError, match="wald or t"):
        regress_proportions(X, N, DESIGN, "profile")
