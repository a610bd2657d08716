"""Curves on their way into a course: those whose people give the figure back enter, the others need a name."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "made"))

from invented import a_contrast, a_median, a_printed_curve, a_review, a_study, a_survival, an_analysis, an_arm

from remit.model.printed_curve import Acceptance
from remit.stats.kaplan_meier import kaplan_meier
from remit.tasks.curves import problems, rebuildings, usable
from remit.tasks.results import results

TIMES = [2, 3, 5, 8, 9, 12, 15, 16, 20, 22, 24, 27, 30, 30, 30, 30]
EVENTS = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]


def a_curve(**kw):
    return a_printed_curve(TIMES, EVENTS, at_risk=(0, 10, 20, 30), **kw)


def a_set(*curves):
    studies = [replace(a_study(name, rows=[]), curves=(c,)) for name, c in zip("abc", curves, strict=False)]
    return a_review(studies, [an_analysis("x-12m", "survival", outcomes=("efs",), months=12.0)])


def test_a_clean_curve_gives_its_people_back_and_enters():
    made = rebuildings(a_set(a_curve()))
    found = made["a", "efs"]
    assert found.report.verdict == "pass"
    assert (found.arm.n, found.arm.events) == (16, sum(EVENTS))
    (entering,) = usable(made)
    assert sorted(p.months for p in entering.people if p.event) == [t for t, e in zip(TIMES, EVENTS, strict=True) if e]
    assert problems(made) == ()


def test_the_unit_of_time_does_not_matter():
    months = usable(rebuildings(a_set(a_curve())))[0]
    years = a_curve(unit="years")
    years = replace(years, time=tuple(t / 12 for t in years.time), risk=tuple((t / 12, n) for t, n in years.risk))
    again = usable(rebuildings(a_set(years)))[0]
    assert [p.months for p in again.people] == pytest.approx([p.months for p in months.people])


def test_stored_ticks_are_data_only_where_their_number_is_that_of_the_people_censored():
    ticks = tuple(float(t) for t, e in zip(TIMES, EVENTS, strict=True) if not e)
    (all_of_them,) = rebuildings(a_set(a_curve(censored=ticks))).values()
    assert sorted(t for t, e in zip(all_of_them.arm.time, all_of_them.arm.event, strict=True) if not e) == list(ticks)
    assert not any("ticks" in note for note in all_of_them.arm.notes)
    (merged,) = rebuildings(a_set(a_curve(censored=ticks[:1]))).values()
    (none,) = rebuildings(a_set(a_curve())).values()
    assert merged.arm.time == none.arm.time
    assert "1 censoring ticks of a picture were not used" in merged.arm.notes[-1]


def test_a_curve_that_contradicts_its_report_stays_out_until_a_person_signs():
    odd = a_curve(landmarks=((20.0, 0.9),))
    made = rebuildings(a_set(odd))
    assert usable(made) == ()
    (problem,) = problems(made)
    assert (problem.rule, problem.severity) == ("curve-fails", "error")
    signed = replace(odd, accepted=Acceptance(by="r1", date="2020-01-02", reason="the text is a misprint"))
    made = rebuildings(a_set(signed))
    assert "the text is a misprint (r1, 2020-01-02)" in usable(made)[0].accepted
    assert [p.severity for p in problems(made)] == ["warning"]


def test_a_curve_that_nobody_can_stand_behind_is_refused_with_the_reason():
    rising = a_curve(survival=tuple(1.0 - s for s in a_curve().survival))
    (problem,) = problems(rebuildings(a_set(rising)))
    assert (problem.rule, problem.severity) == ("curve-impossible", "error")
    assert usable(rebuildings(a_set(rising))) == ()


def test_curves_of_two_rules_for_transplantation_are_refused_together():
    both = a_set(a_curve(), a_curve(transplant="censored"))
    assert "mixed-transplant" in [p.rule for p in results(both).problems]
    assert "mixed-transplant" not in [p.rule for p in results(a_set(a_curve(), a_curve())).problems]


def test_curves_of_two_rules_for_a_rival_event_are_refused_together():
    both = a_set(a_curve(), a_curve(competing="censored"))
    (found,) = [p for p in results(both).problems if p.rule == "mixed-competing"]
    assert "censored (b) and event (a)" in found.seen


@pytest.mark.parametrize(
    ("first", "second", "severity"),
    [
        ({"competing": "competing"}, {"competing": "not-applicable"}, ["error"]),
        ({"competing": "competing"}, {"competing": "not-stated"}, ["error"]),
        ({"competing": "competing"}, {"competing": "event"}, ["error"]),
        ({"competing": "event"}, {"competing": "not-stated"}, ["warning"]),
        ({"competing": "censored"}, {"competing": "not-applicable"}, ["warning"]),
        ({"competing": "event"}, {"competing": "not-applicable"}, []),
        ({"competing": "competing"}, {"competing": "competing"}, []),
        ({"transplant": "censored"}, {"transplant": "not-stated"}, ["warning"]),
        ({"transplant": "not-stated"}, {"transplant": "not-stated"}, []),
    ],
)
def test_a_rule_that_is_not_said_beside_one_that_is_is_told_and_an_incidence_goes_with_nothing_else(
    first, second, severity
):
    found = [p for p in results(a_set(a_curve(**first), a_curve(**second))).problems if p.rule.startswith("mixed-")]
    assert [p.severity for p in found] == severity
    assert all("(a)" in p.seen and "(b)" in p.seen for p in found)
    allowed = a_set(a_curve(**first), a_curve(**second))
    (plan,) = allowed.protocol.analyses
    reasons = {"mixed-competing": "few curves", "mixed-transplant": "few curves"}
    allowed = replace(allowed, protocol=replace(allowed.protocol, analyses=(replace(plan, allow=reasons),)))
    assert not [p for p in results(allowed).problems if p.rule.startswith("mixed-")]


def test_both_arms_over_time_pool_curves_of_one_rule_only():
    arms = [an_arm("a"), an_arm("b", role="control", drug_class="chemotherapy")]
    plan = an_analysis("x-hr", "contrast", outcomes=("efs",), measure="HR")
    control = a_printed_curve([t / 2 for t in TIMES], EVENTS, at_risk=(0, 5, 10, 15), id="control", arm="b")
    for rule, expected in (("event", []), ("censored", ["error"]), ("not-stated", ["warning"])):
        other = (replace(a_curve(), competing=rule), replace(control, competing=rule))
        own = zip("ab", ((a_curve(), control), other), strict=True)
        studies = [replace(a_study(s, arms=arms, rows=()), curves=curves) for s, curves in own]
        found = results(a_review(studies, [plan])).problems
        assert [p.severity for p in found if p.rule == "mixed-competing"] == expected


def test_a_curve_of_a_proportion_is_refused():
    (found,) = [p for p in results(a_set(a_curve(outcome="cr-cri"))).problems if p.rule == "curve-outcome"]
    assert found.severity == "error" and "cr-cri, which is a proportion" in found.seen


def answered(rows=(), kind="survival", **kw):
    """What the planned analysis of one study with a curve holds: (key, route, estimate)."""
    arms = [an_arm("a"), an_arm("b", role="control", drug_class="chemotherapy")]
    plans = {
        "survival": an_analysis("x-12m", "survival", outcomes=("efs",), months=12.0),
        "contrast": an_analysis("x-hr", "contrast", outcomes=("efs",), measure="HR"),
    }
    own = [a_curve()]
    if kind == "contrast":
        worse = [t / 2 for t in TIMES]
        own.append(a_printed_curve(worse, EVENTS, at_risk=(0, 5, 10, 15), id="control", arm="b"))
    study = replace(a_study("a", arms=arms, rows=rows), curves=tuple(replace(c, **kw) for c in own))
    (found,) = results(a_review([study], [plans[kind]])).findings.values()
    return [(u.key, u.route, u.estimate) for u in found.used], found


def test_a_curve_answers_where_nothing_is_printed_and_says_so():
    ((key, route, estimate),), found = answered()
    assert (key, route) == ("efs-12m", "Kaplan–Meier of people rebuilt from its curve")
    assert estimate == pytest.approx(kaplan_meier(TIMES, EVENTS).landmark(12).survival)
    assert "digitised" in found.used[0].marks


def test_what_is_printed_with_its_error_goes_before_a_curve_and_that_before_an_approximation():
    printed = a_survival("s1", 0.67, lower=0.4, upper=0.85)
    (first,), found = answered([printed])
    assert first[0] == "s1"
    assert [r.key for r in found.left_out] == ["efs-12m"]
    assert "print before a drawing" in found.left_out[0].detail
    (second,), _ = answered([a_survival("s1", 0.67, total=16)])
    assert second[0] == "efs-12m"


def test_two_curves_answer_a_comparison_that_nobody_prints():
    ((key, route, estimate),), _ = answered(kind="contrast")
    assert (key, route) == ("efs-v-control", "Cox regression of people rebuilt from both curves")
    assert 0.1 < estimate < 0.9
    printed = a_contrast("k1", round(estimate, 2), 0.1, 0.9, basis="infused")
    (first,), found = answered([printed], kind="contrast")
    assert (first[0], [r.key for r in found.left_out]) == ("k1", ["efs-v-control"])


def test_a_curve_that_fails_answers_nothing():
    used, _ = answered(landmarks=((20.0, 0.9),))
    assert used == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (a_survival("s1", 0.9, months=24.0), "landmark (a, 24)"),
        (a_median("m1", 12.0), "median (a)"),
        (a_contrast("k1", 2.0, 1.1, 3.0, basis="infused"), "hazard ratio (a against b)"),
        (a_contrast("k1", 0.5, p="<.00001", basis="infused", arm="b", comparator="a"), "log-rank z (a against b)"),
    ],
    ids=["survival", "median", "ratio", "turned ratio and p"],
)
def test_what_the_tables_print_is_held_against_the_curve(row, said):
    arms = [an_arm("a"), an_arm("b", role="control")]
    control = a_printed_curve([t / 2 for t in TIMES], EVENTS, at_risk=(0, 5, 10, 15), id="control", arm="b")
    study = replace(a_study("a", arms=arms, rows=[row]), curves=(a_curve(), control))
    plan = an_analysis("x-12m", "survival", outcomes=("efs",), months=12.0)
    found = [p for p in results(a_review([study], [plan])).problems if p.rule == "curve-fails"]
    assert found and said in found[0].seen
    for flag in ("suspect", "confirms"):
        other = replace(study, **{table: tuple(replace(r, flags=(flag,)) for r in getattr(study, table))
                                  for table in ("survival", "medians", "contrasts")})  # fmt: skip
        quiet = results(a_review([other], [plan])).problems
        assert "curve-fails" not in [p.rule for p in quiet]


def test_another_report_denominator_or_rule_for_transplantation_says_nothing_of_a_curve():
    rows = [
        a_survival("s1", 0.9, months=24.0, basis="treated"),
        a_survival("s2", 0.9, months=24.0, report="b-r"),
        a_survival("s3", 0.9, months=24.0, transplant="censored"),
        a_survival("s4", 0.9, months=24.0, outcome="os"),
    ]
    study = replace(a_study("a", rows=rows), curves=(a_curve(),))
    assert rebuildings(a_review([study], []))["a", "efs"].report.verdict == "pass"
