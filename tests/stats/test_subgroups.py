"""Subgroups: against metafor, laws, and refusals."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import pool
from remit.stats.regression import meta_regression
from remit.stats.subgroups import between, pool_subgroups

Y = [0.1, 0.5, -0.3, 0.9, 0.4, 0.2]
V = [0.02, 0.05, 0.03, 0.08, 0.01, 0.04]
GROUP = ["b", "b", "a", "a", "b", "a"]


def test_a_common_tau2_agrees_with_metafor():
    """rma(y, v, mods = ~ 0 + group) of metafor 3.8 at a tight stopping rule, and its test of the contrast."""
    got = pool_subgroups(Y, V, GROUP, "common")
    assert got.levels == ("b", "a")
    assert got.tau2 == pytest.approx(0.1335555658, rel=1e-6)
    assert got.estimate == pytest.approx((0.3255583761, 0.2133326769), rel=1e-6)
    assert got.between.q == pytest.approx(0.1112318359, rel=1e-6)


def test_levels_of_their_own_are_pools_of_their_own():
    got = pool_subgroups(Y, V, GROUP)
    at = np.array(GROUP) == "a"
    own = pool.random_effects(np.array(Y)[at], np.array(V)[at], interval="normal")
    numbers = {k: v for k, v in own.to_dict().items() if isinstance(v, float)}
    assert {k: got.fits[1].to_dict()[k] for k in numbers} == pytest.approx(numbers, rel=1e-12, nan_ok=True)
    assert numbers.keys() >= {"estimate", "se", "lower", "upper", "tau2"}
    assert got.tau2 is None
    assert got.between == between(got.estimate, got.se)


def test_one_study_keeps_its_own_estimate():
    got = pool_subgroups(Y, V, ["b", "b", "b", "b", "b", "a"])
    assert (got.fits[1], got.estimate[1], got.se[1]) == (None, 0.2, pytest.approx(0.2))
    shared = pool_subgroups(Y, V, ["b", "b", "b", "b", "b", "a"], "common")
    assert shared.se[1] == pytest.approx((0.04 + shared.tau2) ** 0.5)


def test_a_common_tau2_is_that_of_the_regression_on_levels():
    design = np.array([[g == "b", g == "a"] for g in GROUP], dtype=float)
    assert pool_subgroups(Y, V, GROUP, "common").tau2 == meta_regression(Y, V, design).tau2


@pytest.mark.parametrize(
    "group, words, said",
    [
        (["a"] * 6, {}, "one group"),
        (GROUP[:5], {}, "5 names for 6"),
        (list("abcdef"), {"tau2": "common"}, "group of its own"),
        (GROUP, {"tau2": "pooled"}, "separate or common"),
        (GROUP, {"estimator": "magic"}, "estimator"),
    ],
)
def test_nonsense_is_refused(group, words, said):
    with pytest.raises(InputError, match=said):
        pool_subgroups(Y, V, group, **words)
