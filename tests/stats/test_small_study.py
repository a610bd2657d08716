"""Asymmetry, trim and fill, fail-safe numbers: by hand, and refused below their honest minimum."""

import itertools

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import small_study
from remit.stats.trim_fill import failsafe_rosenberg, failsafe_rosenthal, trim_fill

Y = np.array([0.1, 0.25, 0.2, 0.55, 0.6, 0.9, 0.7, 1.3, 1.1, 1.6])
V = np.array([0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4])


def test_egger_finds_the_line_that_made_the_data():
    """Effects on the line 0.2 + 1.5 se leave no residual, so the slope is exact."""
    noise = np.array([1e-6, -1e-6] * 5)
    fit = small_study.egger(0.2 + 1.5 * np.sqrt(V) + noise, V)
    assert (fit.intercept, fit.slope, fit.df) == (pytest.approx(0.2, abs=1e-4), pytest.approx(1.5, abs=1e-4), 8.0)
    assert small_study.peese(0.2 + 1.5 * V + noise, V).slope == pytest.approx(1.5, abs=1e-4)


def test_a_mirrored_funnel_mirrors_the_slope():
    for look in (small_study.egger, small_study.peese, small_study.thompson_sharp, small_study.begg):
        one, other = look(Y, V), look(-Y, V)
        assert (one.slope, one.p) == pytest.approx((-other.slope, other.p), rel=1e-6)


@pytest.mark.parametrize("n", [3, 5, 6])
def test_exact_kendall_probability_counts_orders(n):
    """Every order of n ranks is equally likely without correlation."""
    pairs = list(itertools.combinations(range(n), 2))
    scores = [sum(1 if order[i] < order[j] else -1 for i, j in pairs) for order in itertools.permutations(range(n))]
    for score in set(scores):
        wanted = min(1.0, sum(abs(s) >= abs(score) for s in scores) / len(scores))
        assert small_study.kendall_p(n, score) == pytest.approx(wanted if score else 1.0)


def test_a_symmetric_funnel_misses_nothing():
    y = np.array([-0.4, -0.2, -0.1, 0.0, 0.1, 0.2, 0.4])
    v = np.array([0.4, 0.2, 0.1, 0.05, 0.1, 0.2, 0.4])
    got = trim_fill(y, v)
    assert (got.missing, got.filled_effects) == (0, ())
    assert got.fit.k == 7


def test_filled_studies_mirror_those_trimmed():
    got = trim_fill(Y, V)
    assert got.side == "left"
    assert got.missing == len(got.filled_effects) > 0
    assert got.fit.k == 10 + got.missing
    assert got.filled_variances == tuple(V[np.argsort(Y)][10 - got.missing :])
    mirrored = trim_fill(-Y, V)
    assert (mirrored.side, mirrored.missing, mirrored.fit.estimate) == (
        "right",
        got.missing,
        pytest.approx(-got.fit.estimate),
    )


def test_failsafe_numbers_by_hand():
    """Four z of 2: sum 8; 8 / 1.6449 squared is 23.65, less 4 is 19.65; (16 / 3.8415 - 1) x 4 is 12.66."""
    y, v = np.full(4, 2.0), np.ones(4)
    assert failsafe_rosenthal(y, v) == 20
    assert failsafe_rosenberg(y, v) == 13


TABLE = ([1, 2, 0, 4, 3], [10, 20, 8, 30, 25], [2, 5, 1, 4, 9], [11, 19, 9, 31, 24])


@pytest.mark.parametrize("look", [small_study.harbord, small_study.peters, small_study.deeks])
def test_tests_for_tables_mirror_too(look):
    a, n1, c, n2 = TABLE
    one, other = look(a, n1, c, n2, minimum=5), look(c, n2, a, n1, minimum=5)
    assert (one.slope, one.p) == pytest.approx((-other.slope, other.p), rel=1e-9)
    with pytest.raises(InputError, match="at least 10"):
        look(a, n1, c, n2)


def test_too_few_studies_and_one_size_are_refused():
    with pytest.raises(InputError, match="at least 10"):
        small_study.egger(Y[:9], V[:9])
    with pytest.raises(InputError, match="same size"):
        small_study.egger(Y, np.ones(10))
    with pytest.raises(InputError, match="L0"):
        trim_fill(Y, V, "L1")


def test_ranks_are_exact_beyond_fifty_studies_too():
    """The normal approximation gives another third digit; the exact p is metafor's (3.8, ranktest)."""
    i = np.arange(1.0, 61.0)
    assert small_study.begg(np.sin(1.7 * i) + 0.01 * i, 0.05 + 0.01 * i).p == pytest.approx(0.265626078614, rel=1e-9)


@pytest.mark.parametrize("effect, variance", [([0.3] * 10, V), (Y, [0.1] * 10)])
def test_ranks_of_studies_all_alike_are_refused(effect, variance):
    with pytest.raises(InputError, match="nothing to rank"):
        small_study.begg(effect, variance)


def test_effects_on_one_line_leave_nothing_to_test_with():
    """Rounding made a p of 0.66 of identical effects here, and another in metafor."""
    with pytest.raises(InputError, match="straight line"):
        small_study.egger([0.25] * 6, [0.1, 0.2, 0.05, 0.3, 0.08, 0.12], minimum=3)


def test_one_study_has_no_fail_safe_number():
    for count in (failsafe_rosenthal, failsafe_rosenberg):
        with pytest.raises(InputError, match="2"):
            count([0.5], [0.1])
