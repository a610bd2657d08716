"""People behind a curve: exact where the curve is, whole and bounded where it is not, and what is refused."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.rebuild import Printed, rebuild

TIMES = np.arange(0.0, 30.0, 5.0)


def cohort(seed, n=60, scale=12.0, plateau=0.0):
    rng = np.random.default_rng(seed)
    death = np.where(rng.random(n) < plateau, 1e9, rng.exponential(scale, n))
    leave = np.minimum(rng.uniform(5.0, 40.0, n), rng.exponential(60.0, n))
    return np.round(np.minimum(death, leave), 2) + 0.01, death <= leave


def drawn(time, event):
    curve = kaplan_meier(time, event)
    at = curve.n_event > 0
    return np.concatenate(([0.0], curve.time[at], curve.time[-1:])), np.concatenate(
        ([1.0], curve.survival[at], curve.survival[-1:])
    )


def table(time):
    return TIMES, np.array([(time >= t).sum() for t in TIMES])


def steps(made):
    curve = kaplan_meier(made.time, made.event)
    at = curve.n_event > 0
    return curve.time[at], curve.survival[at], curve.n_risk[at], curve.n_event[at]


@given(st.integers(0, 10**6), st.integers(10, 120), st.sampled_from([0.0, 0.5]))
@settings(max_examples=40, deadline=None)
def test_an_exact_curve_with_marks_table_and_events_gives_the_same_curve_back(seed, n, plateau):
    time, event = cohort(seed, n, plateau=plateau)
    if not event.any():
        return
    risk_times, at_risk = table(time)
    made = rebuild(
        *drawn(time, event),
        n=n,
        risk_times=risk_times,
        at_risk=at_risk,
        events=int(event.sum()),
        censor_times=time[~event],
    )
    truth = kaplan_meier(time, event)
    at = truth.n_event > 0
    found = steps(made)
    np.testing.assert_array_equal(found[0], truth.time[at])
    np.testing.assert_allclose(found[1], truth.survival[at], atol=1e-12)
    np.testing.assert_array_equal(found[3], truth.n_event[at])


@given(
    st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 1.0)), min_size=2, max_size=30),
    st.integers(1, 200),
    st.one_of(st.none(), st.integers(0, 200)),
    st.lists(st.integers(0, 200), max_size=6),
    st.sampled_from(["intervals", "guyot"]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_it_ends_and_keeps_its_word_or_refuses(points, n, events, counts, method):
    points.sort()
    time, survival = np.array(points).T
    survival = np.minimum.accumulate(survival)
    risk = sorted((c for c in counts if c <= n), reverse=True)
    words = {"risk_times": np.arange(1.0, len(risk) + 1.0) * 7.0, "at_risk": risk} if risk else {}
    try:
        made = rebuild(time, survival, n=n, events=events, method=method, **words)
    except InputError:
        return
    assert made.time.size == n == made.n
    assert made.events == made.event.sum()
    assert (np.diff(made.time) >= 0.0).all() and made.time.min() >= 0.0
    fell = set(time[survival < np.concatenate(([1.0], survival[:-1]))])
    assert set(made.time[made.event]) <= fell
    if method == "intervals" and risk:
        for at, people in zip(words["risk_times"], risk, strict=True):
            assert (made.time >= at).sum() == people or "that number is left out" in " ".join(made.notes)


@given(st.integers(0, 1000), st.sampled_from([12.0, 1 / 12, 30.4375]))
@settings(max_examples=20, deadline=None)
def test_the_unit_of_time_does_not_matter(seed, unit):
    time, event = cohort(seed)
    t, s = drawn(time, event)
    risk_times, at_risk = table(time)
    one = rebuild(t, s, n=60, risk_times=risk_times, at_risk=at_risk)
    other = rebuild(t * unit, s, n=60, risk_times=risk_times * unit, at_risk=at_risk)
    np.testing.assert_array_equal(one.event, other.event)
    np.testing.assert_allclose(one.time * unit, other.time, rtol=1e-9)


@pytest.mark.parametrize("words", [{}, {"events": 3}, {"events": 10}])
def test_a_long_flat_tail_has_no_deaths(words):
    times, survival = [0, 1, 2, 3, 60], [1.0, 0.99, 0.98, 0.97, 0.97]
    for method in ("intervals", "guyot"):
        made = rebuild(
            times, survival, n=100, risk_times=[0, 12, 24, 48], at_risk=[100, 40, 10, 1], method=method, **words
        )
        assert made.time[made.event].max() == 3.0
        assert made.events <= 10


def test_a_curve_of_guyot_with_everything():
    time, event = cohort(3, 200)
    risk_times, at_risk = table(time)
    made = rebuild(
        *drawn(time, event), n=200, risk_times=risk_times, at_risk=at_risk, events=int(event.sum()), method="guyot"
    )
    assert abs(made.events - event.sum()) <= 2
    at = np.arange(1.0, 25.0)
    truth, found = kaplan_meier(time, event), kaplan_meier(made.time, made.event)
    assert np.abs(truth.survival_at(at) - found.survival_at(at)).max() < 0.01


def test_reading_to_a_five_hundredth_keeps_landmarks_within_a_hundredth():
    gaps = []
    for seed in range(20):
        time, event = cohort(seed, 80)
        t, s = drawn(time, event)
        risk_times, at_risk = table(time)
        words = {"n": 80, "risk_times": risk_times, "at_risk": at_risk, "events": int(event.sum())}
        made = rebuild(np.round(t / 30.0 * 500.0) * 30.0 / 500.0, np.round(s * 500.0) / 500.0, **words)
        at = np.array([6.0, 12.0, 18.0])
        truth, found = kaplan_meier(time, event), kaplan_meier(made.time, made.event)
        gaps.append(np.abs(truth.survival_at(at) - found.survival_at(at)).max())
        assert made.events == event.sum()
    assert np.median(gaps) < 0.01


def test_a_printed_landmark_and_median_pull_the_curve():
    times, survival = [0, 5, 10, 15, 20], [1.0, 0.8, 0.6, 0.49, 0.4]
    made = rebuild(times, survival, n=500, landmarks=[Printed(12.0, 0.62), Printed(20.0, 0.5, 0.5, 0.0)])
    assert any("0.62" in note for note in made.notes)
    found = kaplan_meier(made.time, made.event)
    assert found.survival_at([12.0])[0] == pytest.approx(0.615, abs=0.002)
    assert found.survival_at([15.0])[0] == pytest.approx(0.5, abs=0.002)
    far = rebuild(times, survival, n=500, landmarks=[Printed(12.0, 0.9)])
    assert "not used" in far.notes[0]


def test_missing_numbers_at_risk_are_left_out():
    made = rebuild([0, 5, 10], [1, 0.8, 0.6], n=10, risk_times=[0, 4, 8, 12], at_risk=[10, None, 7, np.nan])
    assert (made.time >= 8).sum() == 7


def test_small_errors_of_reading_are_mended_and_said():
    made = rebuild([-0.1, 2, 1, 3, 3, 9], [1.01, 0.8, 0.9, 0.81, 0.82, 0.7], n=20)
    assert len(made.notes) == 4 and made.time.size == 20


@pytest.mark.parametrize(
    "words, said",
    [
        ({"times": [0, 1], "survival": [100, 80]}, "divide percentages by 100"),
        ({"times": [0, 1, 2], "survival": [1, 0.5, 0.7]}, "survival rises from 0.5 to 0.7"),
        ({"times": [0, 1], "survival": [1, -0.5]}, "calibrate the survival axis"),
        ({"times": [-5, 1], "survival": [1, 0.5]}, "calibrate the time axis"),
        ({"times": [0], "survival": [1]}, "two or more"),
        ({"n": 0}, "n 0"),
        ({"events": 11}, "events 11 exceed n 10"),
        ({"risk_times": [0, 4], "at_risk": [10, 12]}, "grows from 10 at 0 to 12"),
        ({"risk_times": [0, 4], "at_risk": [11, 5]}, "is 11 and n is 10"),
        ({"risk_times": [0, 4]}, "belong together"),
        ({"risk_times": [0, 4, 8], "at_risk": [10, 5]}, "one number for each time"),
        ({"risk_times": [0, 4, 4], "at_risk": [10, 5, 4]}, "each later than the one before"),
        ({"risk_times": [0, 4], "at_risk": [10, 5.5]}, "whole numbers"),
        ({"times": [0, 3, 6], "survival": [1, 0.5, 0.0], "risk_times": [0, 8], "at_risk": [10, 2]}, "came to 0"),
        ({"censor_times": [99]}, "marks on the curve"),
        ({"method": "best"}, "intervals, guyot"),
        ({"landmarks": [Printed(50.0, 0.5)]}, "a time on the curve"),
        ({"landmarks": [Printed(5.0, 1.5)]}, "expected 0 to 1"),
    ],
)
def test_refusals_say_what_to_do(words, said):
    plain = {"times": [0, 5, 10], "survival": [1, 0.8, 0.6], "n": 10}
    with pytest.raises(InputError, match=said):
        rebuild(**{**plain, **words})


def test_reference_curves_come_back_nearer_than_the_listed_ones(reference):
    ours, listed = [], []
    for path in sorted(reference.place.glob("km_reconstruction__*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["analyses"]:
            given_, truth, output = case["input"], case["truth"], case["output"]
            made = rebuild(
                given_["digitised_time"],
                given_["digitised_surv"],
                n=given_["n_total"],
                risk_times=given_["t_risk"],
                at_risk=given_["n_risk"],
                events=given_.get("n_events"),
            )
            check = np.array(truth["check_times"])
            got = kaplan_meier(made.time, made.event)
            wanted = np.array(truth["true_surv"])
            found = got.survival_at(np.minimum(check, got.time[-1]))
            assert np.abs(found - wanted).max() <= max(0.03, 1.5 / given_["n_total"])
            assert abs(made.events - truth["true_events"]) <= max(2, 0.05 * truth["true_events"])
            reference.compared += wanted.size
            ours.append(np.abs(found - wanted).max())
            listed.append(np.abs(np.array(output["rec_surv"]) - wanted).max())
    assert np.median(ours) <= np.median(listed)
    assert all(a <= b + 1e-3 for a, b in zip(ours, listed, strict=True))
