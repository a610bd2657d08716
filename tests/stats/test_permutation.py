"""Permutation tests: counted by hand, and against metafor."""

import itertools

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import permutation, pool, tau2

METHODS = {"EE": "none", "DL": "dersimonian-laird", "REML": "reml"}


def test_sign_flips_by_hand():
    """All effects of one sign: only the observed arrangement and its mirror are as extreme, 2 of 2^k."""
    got = permutation.sign_flips([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0], "none")
    assert (got.p, got.arrangements, got.statistic) == ((2 / 16,), 16, (pytest.approx(5.0),))


@pytest.mark.parametrize("name, estimator", [("dersimonian-laird", tau2.dersimonian_laird), ("reml", tau2.reml)])
def test_sign_flips_count_what_pooling_gives(name, estimator):
    y, v = np.array([0.4, -0.1, 0.6, 0.3, 0.5]), np.array([0.05, 0.1, 0.04, 0.2, 0.07])
    z = [
        abs(pool.random_effects(y * s, v, estimator(y * s, v), interval="normal").statistic)
        for s in (np.array(signs) for signs in itertools.product((1.0, -1.0), repeat=5))
    ]
    got = permutation.sign_flips(y, v, name)
    assert got.p[0] == sum(value >= z[0] - 1e-9 for value in z) / 32


def test_too_many_arrangements_are_refused():
    with pytest.raises(InputError, match="at most"):
        permutation.sign_flips(np.arange(18.0), np.ones(18))
    with pytest.raises(InputError, match="orders"):
        permutation.coefficients(np.arange(11.0), np.ones(11), np.stack((np.ones(11), np.arange(11.0)), axis=1))


def test_against_metafor(reference):
    for case in reference.cases("permutation"):
        y, v = case.studies()
        if not case.args.get("mods"):
            got = permutation.sign_flips(y, v, METHODS[case.args["method"]])
        elif y.size <= 7:
            x = case.column(case.args["mods"].split("~")[1])
            got = permutation.coefficients(y, v, np.stack((np.ones_like(x), x), axis=1), METHODS[case.args["method"]])
        else:
            continue
        reference.agree(case, {"pval": got.p})


@pytest.mark.parametrize("columns", ((1.0, 0), (-2.0, 0), (1.0, 1)))
def test_a_constant_and_one_moderator_in_any_form_equal_order_by_order(columns):
    y, v = np.array([0.1, 0.9, -0.4, 1.2, 0.3]), np.array([0.05, 0.1, 0.04, 0.2, 0.12])
    x = np.stack((np.full(5, columns[0]), [0.0, 1.0, 0.5, 2.0, 1.0]), axis=1)
    x = x[:, ::-1] if columns[1] else x
    got, slow = permutation.coefficients(y, v, x), permutation._of_design(y, v, x, "reml")
    assert (got.p, got.arrangements) == (slow.p, slow.arrangements)
    assert got.statistic == pytest.approx(slow.statistic, rel=1e-8)
