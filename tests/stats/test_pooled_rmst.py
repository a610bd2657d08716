"""Restricted means at several horizons: agreement with one at a time, covariance, laws, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats.pool import random_effects
from remit.stats.pooled_rmst import StudyRmst, pool_rmst, rmst_difference, rmst_from_people
from remit.stats.rmst import restricted_mean
from remit.stats.rmst import rmst_difference as one_difference

AT = [12.0, 24.0, 36.0]


def people(seed: int, n: int = 70, mean: float = 25.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    t, c = rng.exponential(mean * np.exp(0.2 * rng.standard_normal()), n), rng.uniform(38.0, 70.0, n)
    return np.minimum(t, c), (t <= c).astype(int)


def test_each_horizon_is_the_single_restricted_mean():
    time, event = people(3)
    got = rmst_from_people(time, event, AT)
    for j, horizon in enumerate(AT):
        alone = restricted_mean(time, event, horizon)
        assert got.estimate[j] == pytest.approx(alone.estimate, rel=1e-12)
        assert got.covariance[j][j] == pytest.approx(alone.se**2, rel=1e-10)


def test_covariance_is_what_repeated_studies_show():
    rng, made, said = np.random.default_rng(8), [], []
    for _ in range(800):
        t, c = rng.exponential(20.0, 60), rng.uniform(30.0, 60.0, 60)
        got = rmst_from_people(np.minimum(t, c), t <= c, [10.0, 25.0])
        made.append(got.estimate)
        said.append(got.covariance)
    assert np.mean(said, axis=0) == pytest.approx(np.cov(np.array(made).T), rel=0.15)


def test_differences_are_those_of_one_horizon():
    (t1, d1), (t0, d0) = people(1), people(2, mean=18.0)
    got = rmst_difference(rmst_from_people(t1, d1, AT), rmst_from_people(t0, d0, AT[:2]))
    alone = one_difference(np.append(t1, t0), np.append(d1, d0), np.repeat([1, 0], 70), horizon=24.0)
    assert got.horizon == (12.0, 24.0)
    assert got.estimate[1] == pytest.approx(alone.estimate)
    assert got.covariance[1][1] == pytest.approx(alone.se**2)


def test_one_horizon_is_the_univariate_pool():
    studies = [rmst_from_people(*people(j), [24.0]) for j in range(7)]
    single = random_effects([s.estimate[0] for s in studies], [s.covariance[0][0] for s in studies], interval="t")
    got = pool_rmst(studies)
    assert got.estimate[0] == pytest.approx(single.estimate, rel=1e-6)
    assert (got.lower[0], got.upper[0]) == pytest.approx((single.lower, single.upper), rel=1e-6)


def test_identical_studies_pool_to_their_own_means():
    one = rmst_from_people(*people(5), AT)
    got = pool_rmst([one] * 4)
    assert got.estimate == pytest.approx(one.estimate, rel=1e-9)


@given(unit=st.floats(0.02, 400.0))
@settings(max_examples=5, deadline=None)
def test_results_follow_the_unit_of_time(unit):
    sets = [people(j) for j in range(7)]
    base = pool_rmst([rmst_from_people(t, d, AT) for t, d in sets])
    got = pool_rmst([rmst_from_people(t * unit, d, np.array(AT) * unit) for t, d in sets[::-1]])
    assert np.array(got.estimate) / unit == pytest.approx(base.estimate, rel=1e-5)
    assert np.array(got.upper) / unit == pytest.approx(base.upper, rel=1e-5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: rmst_from_people([1.0, 2.0], [1, 0], [5.0]), "within follow-up"),
        (lambda: rmst_from_people([1.0, 9.0], [0, 0], [5.0]), "no variance"),
        (lambda: rmst_from_people([1.0, 9.0], [1, 0], [5.0, 2.0]), "in order"),
        (lambda: pool_rmst([StudyRmst((1.0,), (0.9,), ((0.01,),))]), "at least two"),
        (
            lambda: rmst_difference(StudyRmst((1.0,), (0.9,), ((0.01,),)), StudyRmst((2.0,), (0.9,), ((0.01,),))),
            "share no horizon",
        ),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
