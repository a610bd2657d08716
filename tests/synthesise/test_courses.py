"""Survival over time: identical studies give themselves, curves go before landmarks, what rises is left out."""

import numpy as np
import pytest
from invented import a_printed_curve, a_review, a_study, a_survival, an_analysis, an_arm

from remit import synthesise
from remit.model.course import Person, UsableCurve
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.rmst import restricted_mean

PLANS = [
    an_analysis(f"x-efs-{m}m", "survival", title=f"Survival at {m} months", outcomes=("efs",), months=float(m))
    for m in (12, 24)
]


def a_set(*values, **kw):
    """A review of studies with survival at 12 and 24 months; None where a study prints none."""
    studies = []
    for name, pair in zip("abcdef", values, strict=False):
        rows = [
            a_survival(f"s{m}", p, months=float(m), se=0.05)
            for m, p in zip((12, 24), pair, strict=True)
            if p is not None
        ]
        studies.append(a_study(name, rows=rows, **kw))
    return a_review(studies, PLANS)


def courses(review, curves=()):
    return synthesise.courses(review, synthesise.findings(review), curves)


def test_identical_studies_give_their_own_survival():
    (course,) = courses(a_set((0.7, 0.5), (0.7, 0.5), (0.7, 0.5)))
    assert [(p.months, p.k) for p in course.points] == [(12.0, 3), (24.0, 3)]
    assert [p.estimate for p in course.points] == pytest.approx([0.7, 0.5])
    assert (course.kind, course.id, course.title) == ("landmarks", "x-efs-course", "Survival")
    assert course.findings == ("x-efs-12m", "x-efs-24m")


def test_the_course_leaves_every_finding_as_it_is_and_lies_near_it():
    review = a_set((0.8, 0.6), (0.7, 0.4), (0.5, 0.4), (0.75, 0.7))
    before = synthesise.findings(review)
    (course,) = courses(review)
    assert synthesise.findings(review) == before
    for point, finding in zip(course.points, before, strict=True):
        assert point.lower < point.estimate < point.upper
        assert point.estimate == pytest.approx(finding.pooled.estimate, abs=0.05)


def test_a_study_that_prints_only_the_later_time_still_counts_there():
    (course,) = courses(a_set((0.8, 0.6), (0.7, 0.4), (None, 0.5)))
    assert [p.k for p in course.points] == [2, 3]


def test_one_shared_time_is_no_course():
    assert courses(a_set((0.8, None), (0.7, 0.4))) == ()
    assert courses(a_set((0.8, 0.6))) == ()


def test_a_value_that_rises_is_left_out_and_said():
    (course,) = courses(a_set((0.6, 0.7), (0.7, 0.5), (0.8, 0.6)))
    assert [s.note for s in course.studies] == ["left out where it rises: 24 months", "", ""]
    assert course.points[1].k == 2


def people(times, events):
    return [Person(months=float(t), event=bool(e)) for t, e in zip(times, events, strict=True)]


TIMES = [2, 3, 5, 8, 9, 12, 15, 16, 20, 22, 24, 27, 30, 30, 30, 30]
EVENTS = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]


def a_curve(study, times=TIMES, events=EVENTS, **kw):
    return UsableCurve(study=study, people=people(times, events), printed=a_printed_curve(times, events, **kw))


def test_curves_of_two_studies_are_pooled_and_named():
    review = a_set((0.7, 0.5), (0.7, 0.5), (0.8, 0.6))
    course, marks = courses(review, [a_curve("a"), a_curve("b")])
    assert (course.kind, len(course.studies)) == ("curve", 2)
    assert (marks.kind, len(marks.studies), marks.id) == ("landmarks", 3, "x-efs-course-landmarks")
    own = kaplan_meier(TIMES, EVENTS)
    assert {12.0, 24.0} < {p.months for p in course.points}, "planned months are estimated"
    for point in course.points:
        assert point.k == 2
        assert point.estimate == pytest.approx(own.landmark(point.months).survival, abs=0.03), "the correction moves it"
    assert "no curve: C" in course.note


def test_a_study_of_a_course_keeps_every_fall_of_its_curve():
    (course,) = courses(a_set((0.7, 0.5), (0.7, 0.5)), [a_curve("a"), a_curve("b")])
    own = kaplan_meier(TIMES, EVENTS)
    falls = [(t, s) for t, s, d in zip(own.time, own.survival, own.n_event, strict=True) if d]
    assert np.array(course.studies[0].points) == pytest.approx(np.array([*falls, (30.0, own.survival[-1])]))


def test_curves_say_the_mean_time_and_the_cured_fraction():
    review = a_set((0.7, 0.5), (0.7, 0.5))
    (course,) = courses(review, [a_curve("a"), a_curve("b")])
    mean = restricted_mean(TIMES, EVENTS, 24.0)
    assert course.mean is not None and course.mean.horizon == 24.0
    assert course.mean.estimate == pytest.approx(mean.estimate), "two alike: their own"
    (none,) = courses(review, [a_curve("a"), a_curve("b", times=[1, 2, 3, 4], events=[1, 1, 1, 1])])
    assert none.mean is None, "no planned month is reached by both"


def test_the_cured_fraction_is_that_of_simulated_cured():
    rng = np.random.default_rng(3)
    curves = []
    for name in "abcd":
        late = np.where(rng.random(150) < 0.4, np.inf, rng.exponential(6.0, 150))
        seen = rng.uniform(30.0, 60.0, 150)
        curves.append(a_curve(name, times=np.minimum(late, seen).tolist(), events=(late < seen).astype(int).tolist()))
    (course,) = courses(a_set(*[(0.7, 0.5)] * 4), curves)
    found = course.cured
    assert found is not None and found.latency == "weibull" and not found.too_short
    assert found.lower < 0.4 < found.upper and found.estimate == pytest.approx(0.4, abs=0.05)
    assert found.own is not None and found.own_k == 4
    assert [latency for latency, _ in found.others] == ["log-normal"]


def test_one_curve_is_not_a_pooled_curve_and_another_outcome_is_another_course():
    review = a_set((0.7, 0.5), (0.7, 0.5))
    assert courses(review, [a_curve("a")])[0].kind == "landmarks"
    assert courses(review, [a_curve("a"), a_curve("b", outcome="os")])[0].kind == "landmarks"


def test_months_and_order_of_studies_do_not_matter():
    one = courses(a_set((0.8, 0.6), (0.7, 0.4), (0.5, 0.4)))[0]
    other = courses(a_set((0.5, 0.4), (0.8, 0.6), (0.7, 0.4)))[0]
    assert [p.estimate for p in one.points] == pytest.approx([p.estimate for p in other.points], rel=1e-6)


def test_incidences_are_no_course():
    kind = {"outcome": "relapse", "measure": "cumulative-incidence", "se": 0.05}
    plans = [an_analysis(f"r-{m}m", "survival", outcomes=("relapse",), months=float(m)) for m in (12, 24)]
    rows = [a_survival(f"s{m}", p, months=float(m), **kind) for m, p in ((12, 0.2), (24, 0.3))]
    assert courses(a_review([a_study(s, arms=(an_arm("a"),), rows=rows) for s in "ab"], plans)) == ()


def only_curve(found):
    (course,) = [c for c in found if c.kind == "curve"]
    return course


def test_one_curve_speaks_for_the_people_of_an_arm_and_one_study_for_a_family():
    review = a_set((0.7, 0.5), (0.7, 0.5), (0.8, 0.6))
    plain = only_curve(courses(review, [a_curve("a"), a_curve("b")]))
    again = a_curve("a", id="efs-update", n=len(TIMES))
    found = only_curve(courses(review, [a_curve("a"), again, a_curve("b")]))
    assert (found.points, [s.study for s in found.studies]) == (plain.points, ["a", "b"])
    (lost,) = found.left_out
    assert (lost.study, lost.key, lost.reason) == ("a", "efs-update", "not-preferred")
    family = a_set((0.7, 0.5), (0.7, 0.5), (0.8, 0.6), family="one")
    assert not [c for c in courses(family, [a_curve("a"), a_curve("b")]) if c.kind == "curve"]


def test_a_part_of_an_arm_or_another_denominator_is_no_second_curve():
    arms = [an_arm("a"), an_arm("young", part_of="a")]
    review = a_set((0.7, 0.5), (0.7, 0.5), arms=arms)
    extra = [a_curve("a", id="young", arm="young"), a_curve("a", id="treated", basis="treated")]
    found = only_curve(courses(review, [a_curve("a"), *extra, a_curve("b")]))
    assert [s.study for s in found.studies] == ["a", "b"] and len(found.left_out) == 2


def test_identical_curves_give_that_curve_on_the_page_and_level_where_nobody_has_an_event():
    times, events = [2, 3, 5, 8, 9, *[36] * 7], [1, 1, 1, 1, 1, *[0] * 7]
    review = a_set((0.7, 0.5), (0.7, 0.5), (0.7, 0.5))
    found = only_curve(courses(review, [a_curve(x, times, events) for x in "abc"]))
    own = kaplan_meier(times, events)
    for point in found.points:
        assert point.estimate == pytest.approx(own.landmark(point.months).survival)
    assert found.median == (None, None, None) or found.median[0] is None


def test_a_study_followed_briefly_counts_as_long_as_it_was():
    review = a_set((0.7, 0.5), (0.7, 0.5), (0.7, 0.5))
    brief = a_curve("c", times=[1, 2, 2, 3], events=[1, 0, 0, 0])
    found = only_curve(courses(review, [a_curve("a"), a_curve("b"), brief]))
    assert (found.points[0].months, found.points[0].k) == (3.0, 3)
    assert found.points[-1].k == 2
    assert found.mean is not None and found.mean.horizon == 12.0 and found.mean.without == ("C",)


def test_the_mean_lies_within_its_horizon_and_a_study_without_events_pulls_it_up():
    review = a_set((0.7, 0.5), (0.7, 0.5), (0.7, 0.5))
    two = [a_curve("a"), a_curve("b", times=[t - 0.5 for t in TIMES])]
    before = only_curve(courses(review, two)).mean
    none = a_curve("c", times=[30] * 16, events=[0] * 16)
    after = only_curve(courses(review, [*two, none])).mean
    for mean in (before, after):
        assert 0.0 < mean.lower < mean.estimate < mean.upper < mean.horizon
    assert after.estimate > before.estimate
