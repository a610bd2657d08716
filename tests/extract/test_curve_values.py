"""Values read off curves: those of known people, and none where the curve does not go."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "made"))

from invented import a_printed_curve, a_study, an_arm

from remit.extract.curve_values import comparisons, landmarks
from remit.model.course import Person, UsableCurve

# Weeks in remission, 6-mercaptopurine and placebo: Freireich et al. (1963), Blood 21:699, as in Cox (1972), table 1.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def a_curve(text, **kw):
    people = [Person(months=float(w.rstrip("+")), event="+" not in w) for w in text.split()]
    printed = a_printed_curve([p.months for p in people], [int(p.event) for p in people], **kw)
    return UsableCurve(study="a", printed=printed, people=people)


def two_arms(**kw):
    return a_study("a", arms=[an_arm("b", role="control"), an_arm("a"), an_arm("part", part_of="a")], **kw).study


def test_survival_at_a_time_is_that_of_the_people_with_its_interval():
    ten, twenty = landmarks(a_curve(TREATED), [20.0, 10.0, 36.0, 20.0])
    assert (ten.key, ten.months, ten.curve, ten.flags) == ("efs-10m", 10.0, "efs", ("digitised",))
    assert ten.probability == pytest.approx(0.7529, abs=5e-5), "Kalbfleisch and Prentice (2002), table 1.2"
    # R 4.2.2, survival 3.5-3: summary(survfit(Surv(time, event) ~ 1, conf.type = "log-log"), times = c(10, 20))
    assert (ten.lower, ten.upper) == pytest.approx((0.50319951, 0.88936184), abs=5e-8)
    assert twenty.probability == pytest.approx(0.62745098, abs=5e-8)
    assert (twenty.measure, twenty.total, twenty.source.locator) == ("survival", 21, "Figure 1")


def test_nothing_is_said_beyond_the_curve_and_no_interval_where_nobody_failed():
    assert landmarks(a_curve(TREATED), [35.5]) == ()
    (early,) = landmarks(a_curve(TREATED), [3.0])
    assert (early.probability, early.lower, early.upper, early.level) == (1.0, None, None, None)


def test_a_curve_of_competing_events_comes_back_as_an_incidence():
    (own,) = landmarks(a_curve(TREATED), [10.0])
    (found,) = landmarks(a_curve(TREATED, competing="competing", outcome="relapse"), [10.0])
    assert (found.measure, found.probability) == ("cumulative-incidence", 1.0 - own.probability)
    assert (found.lower, found.upper) == (1.0 - own.upper, 1.0 - own.lower)


def test_two_arms_of_one_report_give_the_ratio_of_their_people():
    control = a_curve(PLACEBO, id="placebo", arm="b")
    (found,) = comparisons(two_arms(), [control, a_curve(TREATED)])
    assert "not-proportional" not in found.flags
    # R 4.2.2, survival 3.5-3: coxph(Surv(time, event) ~ arm), Efron: coef -1.5721, se 0.4124
    assert (found.estimate, found.lower, found.upper) == pytest.approx((0.2076, 0.0925, 0.4659), abs=5e-5)
    assert (found.key, found.arm, found.comparator) == ("efs-v-placebo", "a", "b"), "the control stands second"
    assert (found.events_arm, found.total_arm, found.events_comparator, found.total_comparator) == (9, 21, 21, 21)
    assert (found.note, found.measure, found.flags) == ("", "HR", ("digitised",))


def test_hazards_that_cross_are_said():
    late, early = "1 1 1 2 2 2 3 30+ 30+ 30+ 30+ 30+ 30+ 30+ 30+", "20 21 22 23 24 25 26 27 28 29 30+ 30+ 30+ 30+ 30+"
    (found,) = comparisons(two_arms(), [a_curve(late), a_curve(early, id="other", arm="b")])
    assert "hazards are not proportional" in found.note and found.flags == ("digitised", "not-proportional")


def test_an_arm_without_events_leaves_the_counts_alone():
    spared = a_curve("9+ 12+ 14+ 20+ 24+ 24+ 24+")
    (found,) = comparisons(two_arms(), [spared, a_curve(PLACEBO, id="placebo", arm="b")])
    assert (found.estimate, found.lower, found.level) == (None, None, None)
    assert (found.events_arm, found.total_arm, found.events_comparator) == (0, 7, 21)


@pytest.mark.parametrize(
    "other",
    [{"arm": "part"}, {"outcome": "os"}, {"basis": "treated"}, {"transplant": "censored"}, {"competing": "competing"}],
    ids=lambda d: next(iter(d)),
)
def test_curves_of_shared_people_or_of_other_questions_are_not_compared(other):
    assert comparisons(two_arms(), [a_curve(TREATED), a_curve(PLACEBO, **{"id": "placebo", "arm": "b", **other})]) == ()
