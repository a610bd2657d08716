"""Censoring ticks as data, and what leaves a reading in doubt though its people give the curve back."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import Frame, Known, coded, picture

from remit.extract.quality import quality
from remit.extract.rebuild import published, rebuild_arm, with_ticks
from remit.model.curve import GUESS, RiskTable, TracedCurve
from remit.model.rebuilt import PublishedCurve
from remit.model.trace import WantedCurve
from remit.stats.kaplan_meier import kaplan_meier

TOLD = {"curve": "a", "unit": "months", "time": (0.0, 5.0), "survival": (1.0, 0.5), "end": 60.0, "events": 10}
TICKS = tuple(float(t) for t in range(10, 20))


def test_ticks_of_a_picture_are_data_only_where_their_number_fits():
    used = published(TracedCurve(**TOLD, censored=TICKS, total=20))
    assert (used.censor_times, used.on_ticks) == (TICKS, "")
    late = RiskTable((0.0, 50.0), (30, 10))
    assert published(TracedCurve(**TOLD, censored=TICKS, risk=late)).censor_times == TICKS
    few = published(TracedCurve(**TOLD, censored=TICKS, total=250))
    assert few.censor_times == ()
    assert "10 censoring ticks of a picture were not used: 240 people are censored" in few.on_ticks
    unknown = published(TracedCurve(**{**TOLD, "events": None}, censored=TICKS, total=20))
    assert unknown.censor_times == () and "give the events" in unknown.on_ticks


def people(rounded: float = 0.0, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    dies, leaves = rng.exponential(40.0, n), rng.uniform(12.0, 48.0, n)
    time, event = np.minimum(dies, leaves), dies <= leaves
    return (np.maximum(np.round(time / rounded) * rounded, rounded) if rounded else time), event


def figure(rounded: float = 0.0, n: int | None = None, told: bool = False) -> PublishedCurve:
    """A vector figure of 200 people: ticks at one time, and at the time of a drop, hide."""
    time, event = people(rounded)
    made = kaplan_meier(time, event)
    fell = set(made.time[made.n_event > 0].tolist())
    curve = PublishedCurve(
        arm="a",
        n=n or time.size,
        times=(0.0, *made.time.tolist()),
        survival=(1.0, *made.survival.tolist()),
        events=int(event.sum()) if told else None,
    )
    return with_ticks(curve, tuple(t for t in sorted(set(time[~event].tolist())) if t not in fell), "vector")


def test_ticks_of_a_vector_figure_are_data_where_the_curve_itself_tells_as_many_people():
    found = figure()
    assert found.censor_times == found.ticks and found.on_ticks == ""
    arm = rebuild_arm(found)
    assert arm.events == people()[1].sum()
    assert quality([found], [arm]).verdict == "pass"


def test_ticks_that_hide_are_not_taken_for_all_and_with_a_total_only_for_the_times_people_leave():
    alone, total = figure(0.05), figure(0.05, told=True)
    assert 0.8 < len(alone.ticks) / (~people()[1]).sum() < 0.95
    assert alone.censor_times == () and "of a vector figure were not used" in alone.on_ticks
    assert alone.on_ticks in rebuild_arm(alone).notes
    assert total.censor_times == total.ticks and "the times at which" in total.on_ticks
    truth = people(0.05)[1].sum()
    all_the_same = rebuild_arm(replace(alone, censor_times=alone.ticks))
    assert abs(rebuild_arm(alone).events - truth) <= abs(all_the_same.events - truth)
    assert rebuild_arm(total).events == truth


def test_a_tick_a_hair_past_the_end_is_moved_to_it_and_one_far_past_it_left_out():
    curve = PublishedCurve(arm="a", n=4, times=(0.0, 5.0, 10.0), survival=(1.0, 0.75, 0.75), events=1)
    assert with_ticks(curve, (6.0, 7.0, 10.01), "vector").censor_times == (6.0, 7.0, 10.0)
    far = with_ticks(curve, (6.0, 7.0, 9.0, 14.0), "vector")
    assert far.censor_times == (6.0, 7.0, 9.0) and "1 censoring ticks stand past the curve's end" in far.on_ticks


def checks(curve: PublishedCurve, name: str) -> list:
    return [c for c in quality([curve], [rebuild_arm(curve)]).checks if c.name == name]


def test_too_many_people_for_the_ticks_of_a_vector_figure_fail_and_of_rounded_times_are_warned_of():
    (right,) = checks(figure(), "ticks")
    assert right.verdict == "pass"
    (wrong,) = checks(figure(n=1000), "ticks")
    assert wrong.verdict == "fail" and "n is wrong or times are rounded" in wrong.reason
    (rounded,) = checks(figure(2.0, told=True), "ticks")
    assert rounded.verdict == "warn" and "the times of these ticks are rounded" in rounded.reason


def test_warnings_of_tracing_warn_and_a_stretch_that_is_a_guess_needs_a_name():
    (warned,) = checks(replace(figure(), warnings=("the line is paler from 20 on",)), "tracing")
    assert (warned.verdict, warned.reason) == ("warn", "tracing (a): the line is paler from 20 on")
    (guessed,) = checks(replace(figure(), warnings=(f"hidden for 235 columns: {GUESS}",)), "tracing")
    assert guessed.verdict == "fail"


@pytest.mark.parametrize(
    ("falls", "verdict"),
    [((0.85, 0.8, 0.7, 0.65), "fail"), ((0.8, 0.795, 0.79, 0.785), "warn")],
    ids=["deep", "slight"],
)
def test_a_stretch_that_a_legend_hides_needs_a_name_where_the_curve_falls_in_it(follow, falls, verdict):
    frame = Frame(600, 450)
    known = Known(np.array([0.0, 10.0, 22.0, 28.0, 34.0]), np.array([1.0, *falls]), 60.0, np.zeros(0))
    image = picture([known], frame)
    spot = round(frame.x(20.0)), round(frame.y(0.87)), round(frame.x(36.0)), round(frame.y(0.5))
    image.paste((0, 0, 0), spot)
    image.paste((255, 255, 255), (spot[0] + 1, spot[1] + 1, spot[2] - 1, spot[3] - 1))
    places = tuple((frame.x(when), frame.y(known.at(when))) for when in (15.0, 50.0))
    (found,) = follow(coded(image), "f.png", frame, WantedCurve(curve="a", through=places)).curves
    assert any("is hidden from time" in w for w in found.warnings)
    curve = published(replace(found, total=200))
    assert quality([curve], [rebuild_arm(curve)]).verdict == verdict


def test_a_deep_fall_that_a_death_of_few_left_explains_is_warned_of_unless_more_is_known():
    cliff = PublishedCurve(arm="a", n=30, times=(0.0, 1.0), survival=(1.0, 0.0))
    (found,) = checks(cliff, "unseen")
    assert found.verdict == "warn"
    assert "the fall of 1 at 1 is 1 death of 1 left, as if 29 of 30 people had left unseen before" in found.reason
    assert checks(replace(cliff, events=30), "unseen") == []
    (mild,) = checks(replace(figure(), censor_times=()), "unseen")
    assert mild.verdict == "pass"


@pytest.mark.parametrize("kind", ["vector", "picture"])
def test_no_ticks_no_words(kind):
    curve = PublishedCurve(arm="a", n=4, times=(0.0, 5.0), survival=(1.0, 0.75))
    assert with_ticks(curve, (), kind) == curve
