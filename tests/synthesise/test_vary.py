"""The multiverse: the plan is in it and equals the finding; each departure enters the studies it says."""

from dataclasses import replace

import pytest
from invented import a_contrast, a_count, a_review, a_study, a_survival, an_analysis, an_arm

from remit import synthesise
from remit.model.multiverse import PLANNED
from remit.synthesise import index as indexed
from remit.synthesise.finding import finding
from remit.synthesise.vary import groups

BASIS = {"basis": ("infused", "evaluable"), "allow": {"mixed-denominators": "both are printed"}}


def remission(**kw):
    return an_analysis(**{**BASIS, "where": {"class": ("car-t",), "design": ("!registry",)}, **kw})


def cohort():
    """Six studies, each with something that one rule asks about."""
    return a_review(
        [
            a_study("a", rows=[a_count("c1", 20, 30), a_count("c2", 20, 26, basis="evaluable")]),
            a_study("b", rows=[a_count("c1", 9, 20, source="secondary")]),
            a_study("c", rows=[a_count("c1", 14, 15)], age_group="mixed-with-adults"),
            a_study("d", rows=[a_count("c1", None, 40, proportion=0.75)]),
            a_study("e", rows=[a_count("c1", 30, 31)], design="registry"),
            a_study("f", rows=[a_count("c1", 12, 20), a_count("c2", 12, 25, basis="enrolled")]),
        ],
        [remission()],
    )


def picked(m, **words):
    return [s for s in m.specifications if all(getattr(s, k) == v for k, v in words.items())]


def test_the_plan_comes_first_and_is_the_finding():
    review = cohort()
    (found,) = synthesise.findings(review)
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    plan = m.specifications[0]
    assert plan == m.planned
    assert [s.planned for s in m.specifications].count(True) == 1
    assert (plan.estimate, plan.lower, plan.upper) == (found.pooled.estimate, found.pooled.lower, found.pooled.upper)
    assert (plan.k, plan.n, plan.tau2) == (found.k, found.n, found.pooled.tau2)
    assert plan.choices == (PLANNED, PLANNED, "logit", "GLMM", "t, k − 1")
    assert m.failed == ()


@pytest.mark.parametrize(
    ("rule", "gone", "come"),
    [
        ("without secondary sources", {"b"}, set()),
        ("without mixed ages", {"c"}, set()),
        ("without counts from percentages", {"d"}, set()),
        ("with real-world cohorts", set(), {"e"}),
        ("without any of these", {"b", "c", "d"}, set()),
    ],
)
def test_each_rule_enters_the_studies_it_says(rule, gone, come):
    review = cohort()
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    for spec in picked(m, inclusion=rule, denominator=PLANNED):
        assert set(spec.studies) == ({"a", "b", "c", "d", "f"} - gone) | come
    assert picked(m, inclusion=rule, denominator=PLANNED)


def test_denominators_stand_before_the_planned_ones_or_alone():
    review = cohort()
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    assert set(m.words("denominator")) == {PLANNED, "enrolled first", "evaluable first"}, (
        "only infused is what the plan already gives"
    )
    (first,) = picked(m, denominator="enrolled first", inclusion=PLANNED, interval="Wald")
    (plan,) = picked(m, denominator=PLANNED, inclusion=PLANNED, interval="Wald")
    assert first.n == plan.n + 5
    assert picked(m, denominator="only evaluable") == [], "one study is not pooled, so it is no specification"
    more = replace(review, studies=(*review.studies, a_study("g", rows=[a_count("c1", 4, 9, basis="evaluable")])))
    m = synthesise.multiverse(more, review.protocol.analyses[0])
    assert {s.studies for s in picked(m, denominator="only evaluable")} == {("a", "g")}
    assert {len(s.studies) for s in picked(m, denominator="only infused", inclusion=PLANNED)} == {5}


def test_a_denominator_the_question_is_about_is_not_exchanged():
    review = cohort()
    asked = remission(basis=("infused",), allow={})
    assert synthesise.multiverse(review, asked).words("denominator") == (PLANNED,)


def test_each_group_is_what_the_review_would_give_with_that_protocol():
    review = cohort()
    index, analysis = indexed.build(review), review.protocol.analyses[0]
    found = {(g.denominator, g.inclusion): g.used for g in groups(index, finding(index, analysis))}
    changed = finding(index, replace(analysis, basis=("enrolled", "infused", "evaluable")))
    assert {(u.study, u.key) for u in found["enrolled first", PLANNED]} == {(u.study, u.key) for u in changed.used}
    wide = finding(index, replace(analysis, where={"class": ("car-t",)}))
    assert {u.study for u in found[PLANNED, "with real-world cohorts"]} == {u.study for u in wide.used}


def test_choices_that_change_nothing_are_not_counted():
    review = a_review([a_study(s, rows=[a_count("c1", 5, 10)]) for s in "abc"], [remission()])
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    assert m.words("denominator") == m.words("inclusion") == (PLANNED,)
    assert len(m.specifications) == 3 + 27


@pytest.mark.parametrize("names", ["ab", "abcd"])
def test_the_exact_fit_has_each_interval_once(names):
    review = a_review([a_study(s, rows=[a_count("c1", 6, 10)]) for s in names], [remission()])
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    assert sorted(s.interval for s in picked(m, estimator="GLMM")) == ["Wald", "profile likelihood", "t, k − 1"]


def test_every_interval_holds_its_estimate_and_stays_on_the_scale():
    review = cohort()
    for s in synthesise.multiverse(review, review.protocol.analyses[0]).specifications:
        assert 0.0 <= s.lower <= s.estimate <= s.upper <= 1.0


@pytest.mark.parametrize("names", ["ab", "abcd"])
def test_all_cells_full_gives_the_exact_interval_once(names):
    review = a_review([a_study(s, rows=[a_count("c1", 10, 10)]) for s in names], [remission()])
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    assert picked(m, estimator="GLMM") == [m.planned]
    assert m.planned.estimate == 1.0


@pytest.mark.parametrize(
    ("outcome", "flavour"), [("efs", "survival"), ("relapse", "cumulative-incidence")], ids=["survival", "incidence"]
)
def test_survival_is_tried_on_three_scales_that_agree_where_studies_do(outcome, flavour):
    rows = {"probability": 0.6, "se": 0.05, "outcome": outcome, "measure": flavour}
    review = a_review(
        [a_study(s, rows=[a_survival("s1", **rows)]) for s in "abc"],
        [an_analysis("x", "survival", outcomes=(outcome,))],
    )
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    assert m.words("transformation") == ("complementary log-log", "log", "logit")
    assert all(s.estimate == pytest.approx(0.6, abs=1e-12) for s in m.specifications)


def test_approximate_variances_may_stay_out():
    rows = [[a_survival("s1", 0.5, se=0.1)], [a_survival("s1", 0.6, se=0.1)], [a_survival("s1", 0.9, total=30)]]
    review = a_review(
        [a_study(s, rows=r) for s, r in zip("abc", rows, strict=True)],
        [an_analysis("x", "survival", outcomes=("efs",))],
    )
    m = synthesise.multiverse(review, review.protocol.analyses[0])
    assert {s.studies for s in m.where("inclusion", "without approximate variances")} == {("a", "b")}


def test_contrasts_and_one_study_and_none():
    arms = (an_arm("a"), an_arm("b", drug_class="chemotherapy", role="control"))
    studies = [a_study(s, arms=arms, rows=[a_contrast("k1", 0.5, 0.3, 0.8)], design="randomised") for s in "ab"]
    analysis = an_analysis("x", "contrast", outcomes=("efs",))
    two = synthesise.multiverse(a_review(studies, [analysis]), analysis)
    assert len(two.specifications) == 9
    assert two.planned.estimate == pytest.approx(0.5)
    one = synthesise.multiverse(a_review(studies[:1], [analysis]), analysis)
    assert [(s.estimate, s.lower, s.upper, s.estimator) for s in one.specifications] == [
        (0.5, 0.3, 0.8, "single study")
    ]
    none = synthesise.multiverse(a_review([], [analysis]), analysis)
    assert none.specifications == ()
    assert none.planned is None


def test_the_order_does_not_depend_on_the_order_of_studies():
    review = cohort()
    other = replace(review, studies=review.studies[::-1])
    analysis = review.protocol.analyses[0]
    assert synthesise.multiverse(review, analysis).to_dict() == synthesise.multiverse(other, analysis).to_dict()


def test_values_read_off_figures_can_be_left_out():
    rows = {"a": [a_survival(se=0.05)], "b": [a_survival(se=0.05)], "c": [a_survival(se=0.05, flags=("digitised",))]}
    plan = an_analysis("x", "survival", outcomes=("efs",), months=12.0)
    review = a_review([a_study(name, rows=own) for name, own in rows.items()], [plan])
    m = synthesise.multiverse(review, plan)
    assert {s.studies for s in m.where("inclusion", "without values read off figures")} == {("a", "b")}
