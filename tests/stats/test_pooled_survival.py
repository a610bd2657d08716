"""One curve from several: laws of the pooled curve, its band, and every refusal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats.pooled_survival import (
    StudyCurve,
    common_grid,
    crossing,
    curve_from_people,
    curve_from_table,
    median_bootstrap,
    pool_curves,
)

GRID = np.arange(1.0, 9.0) * 3.0


def made(seed: int, n: int = 60, mean: float = 18.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    t, c = rng.exponential(mean, n), rng.uniform(8.0, 40.0, n)
    return np.minimum(t, c), (t <= c).astype(int)


def curves(unit: float = 1.0) -> list[StudyCurve]:
    out = []
    for seed, (n, mean) in enumerate([(60, 18.0), (30, 25.0), (100, 14.0), (45, 40.0)]):
        t, d = made(seed, n, mean)
        out.append(curve_from_people(t * unit, d, GRID * unit))
    return out


def test_arc_sine_pooling_of_one_interval_by_hand():
    # two studies, 40 and 60 exposed, 30 and 54 passed: y = asin sqrt((n p + .25) / (n + .5)), weights 4 (n + .5)
    studies = [StudyCurve((12.0,), (0.75,), (40.0,)), StudyCurve((12.0,), (0.9,), (60.0,))]
    y = np.arcsin(np.sqrt([30.25 / 40.5, 54.25 / 60.5]))
    w = np.array([162.0, 242.0])
    mean = w @ y / w.sum()
    q = w @ (y - mean) ** 2
    tau2 = (q - 1.0) / (w.sum() - w @ w / w.sum())
    star = 1.0 / (1.0 / w + tau2)
    got = pool_curves(studies, taken_back=False)
    assert got.q == pytest.approx(q)
    assert got.tau[0] ** 2 == pytest.approx(tau2)
    assert got.survival[0] == pytest.approx(np.sin(star @ y / star.sum()) ** 2)
    assert pool_curves(studies, between="none", taken_back=False).survival[0] == pytest.approx(np.sin(mean) ** 2)


def test_what_scatters_by_chance_keeps_the_correction_and_what_agrees_gets_it_back():
    studies = [StudyCurve((12.0,), (p,), (40.0,)) for p in (0.7, 0.76)]
    y = np.arcsin(np.sqrt((40.0 * np.array([0.7, 0.76]) + 0.25) / 40.5))
    scatter = 162.0 * np.sum((y - y.mean()) ** 2)
    assert 0.0 < scatter < 1.0
    moved = np.sin(y.mean()) ** 2
    got = pool_curves(studies)
    assert got.taken_back[0] == pytest.approx((1.0 - scatter) * 0.25 / 40.0)
    assert got.survival[0] == pytest.approx(moved + got.taken_back[0] * (2.0 * moved - 1.0))
    apart = [StudyCurve((12.0,), (p,), (40.0,)) for p in (0.6, 0.9)]
    assert pool_curves(apart).survival == pool_curves(apart, taken_back=False).survival


@pytest.mark.parametrize("copies", [2, 3, 100])
def test_an_interval_without_events_leaves_the_curve_level(copies):
    flat = StudyCurve((3.0, 6.0, 9.0, 12.0), (0.7, 0.5, 0.5, 0.5), (40.0, 28.0, 15.0, 9.0))
    other = StudyCurve((3.0, 6.0, 9.0, 12.0), (0.6, 0.5, 0.5, 0.5), (90.0, 60.0, 40.0, 30.0))
    for studies in ([flat] * copies, [flat, other]):
        got = pool_curves(studies)
        assert got.survival[1] == got.survival[2] == got.survival[3]
        assert got.lower[3] < got.lower[1], "fewer people know less"
        assert median_bootstrap(got, np.random.default_rng(1))[1] > 6.0


def test_chance_alone_does_not_move_the_curve():
    rng, ends, found = np.random.default_rng(3), np.arange(1.0, 11.0) * 2.4, []
    for _ in range(60):
        trials = [np.ceil(rng.exponential(24.0 / np.log(2.0), 30) / 2.4) * 2.4 for _ in range(8)]
        found.append(pool_curves([curve_from_people(t, np.ones(30), ends) for t in trials]).survival[-1])
    assert abs(np.mean(found) - 0.5) < 0.01


def test_log_band_is_the_delta_method_of_the_source():
    got = pool_curves(curves(), scale="log", taken_back=False)
    theta, cov = np.array(got.arcsine), np.array(got.covariance)
    slope = 2.0 / np.tan(theta[:3])
    se = np.sqrt(slope @ cov[:3, :3] @ slope)
    assert got.lower[2] == pytest.approx(got.survival[2] * np.exp(-1.959963984540054 * se))


@given(seed=st.integers(0, 500), copies=st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_identical_studies_pool_to_their_own_curve(seed, copies):
    one = curve_from_people(*made(seed), GRID)
    for correction in (0.0, 0.25):
        pooled = pool_curves([one] * copies, correction=correction)
        assert pooled.survival == pytest.approx(one.survival, abs=1e-12)
        assert pooled.q == pytest.approx(0.0, abs=1e-12)
    moved = pool_curves([one] * copies, taken_back=False)
    assert moved.survival == pytest.approx(pool_curves([one], taken_back=False).survival, abs=1e-12)


@given(unit=st.floats(0.01, 500.0), order=st.permutations(range(4)))
@settings(max_examples=20, deadline=None)
def test_neither_the_unit_of_time_nor_the_order_of_studies_matters(unit, order):
    base, moved = pool_curves(curves()), curves(unit)
    other = pool_curves([moved[i] for i in order])
    assert other.survival == pytest.approx(base.survival, rel=1e-9)
    assert other.upper == pytest.approx(base.upper, rel=1e-9)
    assert other.median / unit == pytest.approx(base.median, rel=1e-9)
    assert other.i2 == pytest.approx(base.i2, rel=1e-9)


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_curve_never_rises_and_stays_in_its_band_and_in_0_to_1(seed):
    got = pool_curves([curve_from_people(*made(seed + j, 25), GRID) for j in range(4)])
    s = np.array(got.survival)
    assert (np.diff(np.append(1.0, s)) <= 0.0).all()
    assert (np.array(got.lower) <= s).all()
    assert (s <= np.array(got.upper)).all()
    assert (np.array(got.prediction_lower) <= np.array(got.lower) + 1e-12).all()
    assert 0.0 <= min(got.lower) <= max(got.upper) <= 1.0


def test_a_study_without_events_pulls_up_and_by_less_when_small():
    base = pool_curves(curves(), between="none")
    none = [curve_from_people(np.full(n, 30.0), np.zeros(n), GRID) for n in (10, 100)]
    small, large = (pool_curves([*curves(), s], between="none") for s in none)
    assert base.survival[-1] < small.survival[-1] < large.survival[-1]


def test_short_follow_up_counts_where_it_was_seen_and_the_curve_ends_where_one_study_is_left():
    long, short = curve_from_people(*made(3, 200, 40.0), GRID), curve_from_people([5.0, 6.5, 7.0], [1, 0, 0], GRID)
    got = pool_curves([long, short])
    assert got.time == (3.0, 6.0)
    assert got.k == (2, 2)
    assert "fewer than 2 studies" in got.ended
    assert len(pool_curves([long, short], least_studies=1).time) == len(long.time)


def test_people_and_risk_table_agree_without_censoring():
    t = np.arange(1.0, 25.0)
    from_people = curve_from_people(t, np.ones(24), [6.0, 12.0, 18.0])
    from_table = curve_from_table([6.0, 12.0, 18.0], [0.75, 0.5, 0.25], [24, 18, 12])
    assert from_people.survival == pytest.approx(from_table.survival)
    assert from_people.exposed == from_table.exposed == (24.0, 18.0, 12.0)


def test_losses_are_what_the_events_do_not_explain():
    # 100 enter, survival 0.9, 70 left: lost c solves 30 = 0.1 (100 - c/2) + c
    got = curve_from_table([12.0], [0.9], [100, 70])
    lost = 20.0 / 0.95
    assert got.exposed[0] == pytest.approx(100.0 - 0.5 * lost)


def test_the_bootstrap_median_is_near_the_band_s_and_repeats():
    pooled = pool_curves(curves())
    first = median_bootstrap(pooled, np.random.default_rng(5))
    assert first == median_bootstrap(pooled, np.random.default_rng(5))
    assert first[0] < pooled.median < first[1]
    assert first[0] == pytest.approx(pooled.median_lower, rel=0.15)


def test_a_median_that_is_not_reached_is_none():
    got = pool_curves([StudyCurve((12.0,), (0.8,), (40.0,))])
    assert got.median is None
    assert got.median_upper is None
    assert crossing(np.array([2.0, 4.0]), np.array([0.8, 0.4])) == pytest.approx(3.5)


def test_a_common_grid_follows_the_unit_of_time_and_the_shared_follow_up():
    sets = [made(j) for j in range(3)]
    times, events = [t for t, _ in sets], [d for _, d in sets]
    grid = np.array(common_grid(times, events))
    assert grid[-1] == sorted(t.max() for t in times)[-2]
    assert np.array(common_grid([30.4 * t for t in times], events)) == pytest.approx(30.4 * grid)
    pooled = pool_curves([curve_from_people(t, d, grid) for t, d in sets])
    assert pooled.events_each > 2.0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pool_curves([]), "no studies"),
        (lambda: pool_curves(curves(), between="some"), "expected full"),
        (lambda: pool_curves(curves(), scale="probit"), "cloglog or log"),
        (lambda: pool_curves(curves(), correction=2.0), "from 0 to 1"),
        (lambda: pool_curves([StudyCurve((1.0,), (0.5,), (9.0,)), StudyCurve((2.0,), (0.5,), (9.0,))]), "common grid"),
        (lambda: pool_curves([StudyCurve((1.0, 2.0), (0.5, 0.6), (9.0, 4.0))]), "rises"),
        (lambda: pool_curves([StudyCurve((1.0,), (0.5,), (0.0,))]), "nobody left"),
        (lambda: curve_from_people([1.0, 2.0], [1, 0], [5.0]), "leave it out"),
        (lambda: curve_from_people([1.0, -2.0], [1, 0], [1.0]), "follow-up cannot end"),
        (lambda: curve_from_people([1.0, 2.0], [1, 2], [1.0]), "recode the column"),
        (lambda: curve_from_table([12.0, 24.0], [80.0, 60.0], [40, 30]), "in percent"),
        (lambda: curve_from_table([12.0, 24.0], [0.8, 0.6], [40, 50]), "at_risk rises"),
        (lambda: curve_from_table([12.0, 24.0], [0.8, 0.6], [40]), "or 1 more"),
        (lambda: curve_from_table([24.0, 12.0], [0.8, 0.6], [40, 20]), "in order"),
        (lambda: common_grid([], []), "no studies"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
