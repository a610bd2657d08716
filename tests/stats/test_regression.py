"""Meta-regression and influence: by hand, and where they must equal pooling."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import generalised_q, pool, tau2
from remit.stats.glmm import pool_proportions
from remit.stats.influence import (
    cumulative,
    cumulative_proportions,
    influence,
    leave_one_out,
    leave_one_out_proportions,
)
from remit.stats.regression import meta_regression

Y = np.array([0.1, 0.5, -0.3, 0.9, 0.4, 0.2])
V = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.04])
ONES = np.ones((6, 1))


@pytest.mark.parametrize(
    "name, estimator",
    [
        ("reml", tau2.reml),
        ("dersimonian-laird", tau2.dersimonian_laird),
        ("paule-mandel", tau2.paule_mandel),
        ("hedges", tau2.hedges),
        ("maximum-likelihood", tau2.maximum_likelihood),
    ],
)
def test_without_moderators_it_is_pooling(name, estimator):
    one = meta_regression(Y, V, ONES, name, "hartung-knapp")
    other = pool.random_effects(Y, V, estimator(Y, V), interval="hartung-knapp")
    assert (one.tau2, one.estimate[0], one.se[0], one.p[0], one.q, one.i2) == pytest.approx(
        (other.tau2, other.estimate, other.se, other.p, other.q, other.i2), rel=1e-9
    )
    assert (one.moderators_df, one.moderators_p, one.r2) == (0, 1.0, 0.0)


def test_two_groups_by_hand():
    """Common effects 1 and 3, each of two studies with variance 1: intercept 1, slope 2, variances 1/2 and 1."""
    design = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    fit = meta_regression([0.0, 2.0, 3.0, 3.0], np.ones(4), design, "none", "normal")
    assert fit.estimate == pytest.approx((1.0, 2.0))
    assert np.array(fit.se) ** 2 == pytest.approx((0.5, 1.0))
    assert (fit.q, fit.q_df, fit.moderators) == (pytest.approx(2.0), 2, pytest.approx(4.0))


@pytest.mark.parametrize(
    "design, word",
    [
        (np.ones((5, 1)), "shape"),
        (np.ones((6, 2)), "repeat"),
        (np.eye(6), "fewer"),
        (np.full((6, 1), np.nan), "finite"),
    ],
)
def test_designs_are_refused(design, word):
    with pytest.raises(InputError, match=word):
        meta_regression(Y, V, design)


def test_unknown_words_are_refused():
    with pytest.raises(InputError, match="reml"):
        meta_regression(Y, V, ONES, "REML")
    with pytest.raises(InputError, match="normal"):
        meta_regression(Y, V, ONES, test="z")


def test_leaving_out_and_adding_by_hand():
    parts = leave_one_out(Y, V)
    assert parts[2] == pool.random_effects(np.delete(Y, 2), np.delete(V, 2))
    steps = cumulative(Y, V)
    assert len(steps) == 5
    assert steps[-1] == pool.random_effects(Y, V)
    with pytest.raises(InputError):
        leave_one_out(Y[:2], V[:2])


def test_proportions_left_out_and_added():
    x, n = [8, 11, 4, 19], [12, 16, 4, 25]
    parts, steps = leave_one_out_proportions(x, n), cumulative_proportions(x, n)
    assert parts[1] == pool_proportions([8, 4, 19], [12, 4, 25])
    assert steps == (pool_proportions(x[:2], n[:2]), pool_proportions(x[:3], n[:3]), pool_proportions(x, n))
    with pytest.raises(InputError):
        leave_one_out_proportions(x[:2], n[:2])


def test_influence_follows_its_definitions():
    got, fit, parts = influence(Y, V), pool.random_effects(Y, V, interval="normal"), leave_one_out(Y, V, "normal")
    assert sum(got.hat) == pytest.approx(1.0)
    assert got.cook[1] == pytest.approx((fit.estimate - parts[1].estimate) ** 2 / fit.se**2)
    assert got.rstudent[1] == pytest.approx(
        (Y[1] - parts[1].estimate) / np.sqrt(V[1] + parts[1].tau2 + parts[1].se ** 2)
    )
    share = fit.tau2 / (fit.tau2 + V[1])
    assert got.shrunken[1] == pytest.approx(share * Y[1] + (1 - share) * fit.estimate)
    with pytest.raises(InputError, match="one for each"):
        influence(Y, V, fit, parts[:2])


@pytest.mark.parametrize(
    "estimator, alone",
    [
        ("dersimonian-laird", tau2.dersimonian_laird),
        ("hedges", tau2.hedges),
        ("hunter-schmidt", tau2.hunter_schmidt),
        ("hunter-schmidt-small-sample", lambda y, v: tau2.hunter_schmidt(y, v, small_sample=True)),
        ("sidik-jonkman", tau2.sidik_jonkman),
        ("paule-mandel", tau2.paule_mandel),
        ("median-unbiased", tau2.median_unbiased),
        ("empirical-bayes", tau2.empirical_bayes),
        ("generalised-q", lambda y, v: generalised_q.generalised(y, v, "se").tau2),
        ("maximum-likelihood", tau2.maximum_likelihood),
        ("reml", tau2.reml),
    ],
)
def test_a_column_of_ones_gives_the_tau2_of_pooling(estimator, alone):
    assert meta_regression(Y, V, ONES, estimator).tau2 == pytest.approx(alone(Y, V), rel=1e-8)


def test_an_exact_fit_has_no_residual_variance_to_test_with():
    """With identical effects rounding alone made a p of 0.90 here (and one of 0 in metafor)."""
    design = np.column_stack((np.ones(6), [1.0, 2.0, 4.0, 3.0, 6.0, 5.0]))
    effects, variances = [0.25] * 6, [0.1, 0.2, 0.05, 0.3, 0.08, 0.12]
    with pytest.raises(InputError, match="exactly"):
        meta_regression(effects, variances, design, test="hartung-knapp")
    assert meta_regression(effects, variances, design).p[1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "estimator, listed",
    [
        ("hunter-schmidt", 0.0135582011),
        ("hunter-schmidt-small-sample", 0.0327940491),
        ("sidik-jonkman", 0.0586344546),
        ("paule-mandel", 0.0408036593),
        ("median-unbiased", 0.0546001768),
        ("empirical-bayes", 0.0408036593),
        ("generalised-q", 0.0396291892),
    ],
)
def test_residual_tau2_agrees_with_metafor(estimator, listed):
    """rma(y, v, mods = ~ x) of metafor 3.8 at tight stopping rules; GENQ with weights 1 / sqrt(v)."""
    design = np.column_stack((np.ones(6), [1.0, 3.0, 2.0, 5.0, 4.0, 2.0]))
    assert meta_regression(Y, V, design, estimator).tau2 == pytest.approx(listed, rel=1e-7)
