"""Numbers at risk from the fineness of drops, where no table is printed: against known people, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.stats._fineness import GRID, SIZE, Fineness, likelihood, reading_error
from remit.stats._steps import steps_of
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.rebuild import rebuild


def scanned(time, event, points=1000):
    """The curve on a grid of so many points per axis, as a scan shows it."""
    curve = kaplan_meier(time, event)
    end = float(curve.time[-1])
    times = np.arange(points + 1) / points * end
    levels = np.concatenate(([1.0], curve.survival))[np.searchsorted(curve.time, times, side="right")]
    levels = np.round(levels * points) / points
    kept = np.concatenate(([True], np.diff(levels) != 0.0))
    kept[-1] = True
    return times[kept], levels[kept]


def leaving_in_a_body(seed, n=200):
    """A quarter leave within a short while early on; nobody else until the last third."""
    rng = np.random.default_rng(seed)
    death = rng.exponential(30.0, n)
    leave = np.where(np.arange(n) < n // 4, rng.uniform(5.0, 6.0, n), rng.uniform(20.0, 30.0, n))
    return np.round(np.minimum(death, leave), 3) + 0.001, death <= leave


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_nobody_is_supposed_to_leave_while_drops_stay_as_fine_as_they_are(seed):
    rng = np.random.default_rng(seed)
    time, event = np.sort(rng.exponential(10.0, 300)), np.arange(300) < 150
    time = np.where(event, time, time[150] + 20.0)
    at = time[140]
    made = rebuild(*scanned(time, event), n=300)
    assert (made.time >= at).sum() == pytest.approx((time >= at).sum(), rel=0.05)
    assert made.events == pytest.approx(150, abs=5)


def test_people_who_leave_in_a_body_are_missed_from_there_on():
    even, found, deaths = [], [], []
    for seed in range(12):
        time, event = leaving_in_a_body(seed)
        truth = np.array([(time >= t).sum() for t in (8.0, 12.0, 18.0)])
        times, levels = scanned(time, event)
        made = rebuild(times, levels, n=200)
        number = np.array([(made.time >= t).sum() for t in (8.0, 12.0, 18.0)])
        level = kaplan_meier(time, event).survival_at([8.0, 12.0, 18.0])
        even.append(np.abs(np.log(200 * level * (1 - np.array([8.0, 12.0, 18.0]) / time.max()) / truth)).max())
        found.append(np.abs(np.log(number / truth)).max())
        deaths.append(made.events / event.sum())
    assert np.median(even) > 0.3
    assert np.median(found) < 0.2 and max(found) < 0.4
    assert np.median(deaths) == pytest.approx(1.0, abs=0.05)


def test_a_printed_total_is_met_and_settles_what_heights_leave_open():
    for seed in range(6):
        time, event = leaving_in_a_body(seed, 600)
        made = rebuild(*scanned(time, event), n=600, events=int(event.sum()))
        assert abs(made.events - event.sum()) <= 3
        number = [(made.time >= t).sum() / (time >= t).sum() for t in (8.0, 15.0)]
        assert number == pytest.approx([1.0, 1.0], abs=0.17)


@given(st.integers(5, 400), st.floats(1e-5, 5e-4), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_the_coarsest_multiples_that_explain_heights_are_likeliest(at_risk, error, deaths):
    ratio = np.array([0.5, 1.0, 2.0, 4.0]) * at_risk
    heights = np.concatenate((np.full(6, 1.0), np.full(2, deaths))) / at_risk
    total = likelihood(heights, ratio, error).sum(axis=0)
    assert total.argmax() == 1 or at_risk * error > 0.1
    assert total[1] >= total[2] - 1e-9 >= total[3] - 2e-9 or at_risk * error > 0.1


def test_where_reading_is_too_rough_the_law_decides():
    times = np.arange(40.0)
    steps = steps_of(times, 1.0 - times / 100.0)
    law = 1.0 - steps.time / 80.0
    rough = Fineness(steps, 900, law, ((0.05,), 0.0), None)
    share, censored, _ = rough.shares()
    assert share[0] == pytest.approx(0.02, abs=0.03) and share[20] == pytest.approx(0.4, abs=0.2)
    assert np.all(np.diff(share) >= 0.0) and 0.0 < censored <= 900
    assert GRID.size == SIZE == 64


def test_the_error_of_reading_is_found_on_a_grid():
    times = np.arange(6.0)
    errors, grid = reading_error(steps_of(times, [1, 0.978, 0.95, 0.931, 0.9, 0.88]), 60)
    assert (*errors, grid) == pytest.approx((0.000408, 0.001), rel=0.01)
    assert reading_error(steps_of(times, [1, 0.97812, 0.951, 0.9313, 0.9, 0.88]), 60)[1] == 0.0
    whole = reading_error(steps_of(times, 1.0 - times / 60.0), 60)
    assert whole[1] == 0.0


@given(st.integers(0, 10**6), st.one_of(st.none(), st.integers(5, 60)))
@settings(max_examples=25, deadline=None)
def test_somebody_is_at_risk_as_far_as_the_curve_is_drawn(seed, events):
    rng = np.random.default_rng(seed)
    death, leave = rng.exponential(20.0, 80), rng.uniform(10.0, 30.0, 80)
    times, levels = scanned(np.minimum(death, leave), death <= leave)
    made = rebuild(times, levels, n=80, events=events)
    if made.events < 80 and levels[-1] > 0.0:
        assert made.time[-1] == times[-1]


@pytest.mark.parametrize(
    "words", [{}, {"events": 3}, {"risk_times": [0, 4], "at_risk": [20, 9]}, {"censor_times": [2]}]
)
def test_a_curve_that_never_falls_has_people_and_no_deaths(words):
    made = rebuild([0, 5, 10], [1, 1, 1], n=20, **words)
    assert made.time.size == 20 and made.events == 0 and made.time[-1] == 10.0
