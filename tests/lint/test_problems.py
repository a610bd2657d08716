"""Each rule sees what it is for, names the place, and is silent about a clean review."""

from dataclasses import replace

import pytest
from invented import (
    a_claim,
    a_contrast,
    a_count,
    a_decision,
    a_report,
    a_review,
    a_study,
    a_survival,
    a_test,
    an_analysis,
    an_arm,
)

from remit import lint, synthesise
from remit.model.certainty import Signature
from remit.model.place import Place

CONTROL = an_arm("b", drug_class="chemotherapy", role="control", agents=("chemotherapy",))


def seen(review, findings=None):
    return lint.problems(review, synthesise.findings(review) if findings is None else findings)


def rules(problems, severity="error"):
    return [p.rule for p in problems if p.severity == severity]


def clean_studies():
    return [a_study("s1", rows=[a_count("c1", 30, 40)]), a_study("s2", rows=[a_count("c1", 20, 40)])]


def signed(analysis_id="x-remission"):
    place = Place("certainty.yaml", 2)
    return Signature(analysis=analysis_id, level="low", reason="read", by="r1", date="2026-01-01", place=place)


def test_a_clean_review_has_no_problem_at_all():
    review = a_review(
        clean_studies(), [an_analysis()], [a_claim()], signatures=[signed()], matrix=[("R", "x-remission")]
    )
    assert seen(review) == ()


def crs(scale, study="s1"):
    return a_study(study, rows=[a_count("c1", 3, 40, outcome="crs-grade3plus", scale=scale)])


ERRORS = [
    ("time-to-event-ratio", a_review([], [an_analysis(kind="contrast", outcomes=("efs",), measure="RR")])),
    ("time-to-event-ratio", a_review([], [an_analysis(kind="contrast", outcomes=("os-events",), measure="OR")])),
    ("outcome-kind", a_review([], [an_analysis(outcomes=("efs",))])),
    ("outcome-kind", a_review([], [an_analysis(kind="survival", outcomes=("cr-cri",))])),
    ("measure", a_review([], [an_analysis(measure="RR")])),
    ("measure", a_review([], [an_analysis(kind="survival", outcomes=("efs",), months=None)])),
    ("no-comparator", a_review([], [an_analysis(kind="contrast", outcomes=("efs",), versus={})])),
    ("analysis-missing", a_review([], [], [a_claim()])),
    (
        "analysis-missing",
        a_review(
            [], [], [a_claim(test=a_test(kind="all", tests=(a_test(kind="difference", finding="a", versus="a"),)))]
        ),
    ),
    ("analysis-missing", a_review([], [], signatures=[signed("gone")])),
    ("analysis-missing", a_review([], [], matrix=[("Remission", "{class}-remission")])),
    (
        "subgroup-missing",
        a_review([], [an_analysis()], [a_claim(test=a_test(kind="subgroup", finding="x-remission", by="target"))]),
    ),
    ("shared-registry", a_review([a_study("s1", registry=("NCT1",)), a_study("s2", registry=("nct1",))])),
    (
        "shared-document",
        a_review(
            [
                a_study("s1", reports=[a_report("r1", doi="10.1/A")]),
                a_study("s2", reports=[a_report("r2", doi="10.1/a")]),
            ]
        ),
    ),
    (
        "shared-document",
        a_review(
            [a_study("s1", reports=[a_report("r1", pmid="7")]), a_study("s2", reports=[a_report("r2", pmid="7")])]
        ),
    ),
    ("mixed-scales", a_review([crs("penn"), crs("astct-2019", "s2")], [an_analysis(outcomes=("crs-grade3plus",))])),
    ("mixed-scales", a_review([crs("unknown"), crs("unknown", "s2")], [an_analysis(outcomes=("crs-grade3plus",))])),
    (
        "mixed-denominators",
        a_review(
            [
                a_study("s1", rows=[a_count("c1", 30, 40)]),
                a_study("s2", rows=[a_count("c1", 30, 40, basis="enrolled")]),
            ],
            [an_analysis()],
        ),
    ),
    (
        "mixed-denominators",
        a_review(
            [
                a_study("s1", rows=[a_count("c1", 30, 40)]),
                a_study("s2", rows=[a_count("c1", 30, 40, basis="responders")]),
            ],
            [an_analysis()],
        ),
    ),
    ("mixed-ages", a_review([a_study("s1", age_group="unknown", rows=[a_count("c1", 30, 40)])], [an_analysis()])),
    (
        "mixed-ages",
        a_review([a_study("s1", age_group="mixed-with-adults", rows=[a_count("c1", 30, 40)])], [an_analysis()]),
    ),
    ("mixed-lineage", a_review([a_study("s1", lineage="mixed", rows=[a_count("c1", 30, 40)])], [an_analysis()])),
    (
        "population-outside-question",
        a_review([a_study("s1", populations=("first-relapse",), rows=[a_count("c1", 30, 40)])], [an_analysis()]),
    ),
    ("randomised-basis", a_review([a_study("s1", rows=[a_count("c1", 30, 40, basis="randomised")])])),
    (
        "historical-control",
        a_review(
            [
                a_study(
                    "s1",
                    design="randomised",
                    arms=[an_arm(), replace(CONTROL, role="historical-control")],
                    rows=[a_contrast("k1", 0.5, 0.3, 0.9)],
                )
            ],
            [an_analysis(kind="contrast", outcomes=("efs",), where={"class": ("car-t",), "design": ("randomised",)})],
        ),
    ),
    (
        "people-twice",
        a_review(
            [
                a_study(
                    "s1",
                    enrolled=60,
                    arms=[an_arm(), an_arm("a2")],
                    rows=[a_count("c1", 30, 40), a_count("c2", 30, 40, arm="a2")],
                )
            ],
            [an_analysis()],
        ),
    ),
]


@pytest.mark.parametrize(("rule", "review"), ERRORS, ids=[f"{i}-{r}" for i, (r, _) in enumerate(ERRORS)])
def test_each_error(rule, review):
    problems = seen(review)
    assert rules(problems) == [rule]
    (p,) = [p for p in problems if p.severity == "error"]
    assert p.place.file and p.place.line
    assert str(p).endswith(f"[{rule}]")


def test_one_trial_filed_twice_is_an_error_of_the_review_and_of_the_analysis():
    studies = [a_study(f"s{i}", registry=("NCT1",), rows=[a_count("c1", 30, 40)]) for i in (1, 2)]
    problems = seen(a_review(studies, [an_analysis()]))
    assert rules(problems) == ["trial-twice", "shared-registry"]
    assert [str(p.place) for p in problems if p.severity == "error"] == ["protocol.yaml:40", "studies/s2/study.yaml:1"]


@pytest.mark.parametrize("way", [{"disjoint_from": ("s1",)}, {"family": "s1", "family_reason": "same children"}])
def test_linked_or_disjoint_studies_may_share_a_registry_number(way):
    first = a_study("s1", registry=("NCT1",), family_reason="same children", rows=[a_count("c1", 30, 40)])
    second = a_study("s2", registry=("NCT1",), rows=[a_count("c1", 20, 40)], **way)
    assert rules(seen(a_review([first, second], [an_analysis()]))) == []


def test_two_studies_of_one_family_in_one_finding_are_refused():
    apart = a_review(clean_studies(), [an_analysis()])
    joined = a_review([replace(d, study=replace(d.study, family="f")) for d in clean_studies()], [an_analysis()])
    (f,) = synthesise.findings(apart)
    forced = replace(f, used=tuple(replace(u, family="f") for u in f.used))
    assert "family-twice" in rules(seen(joined, [forced]))
    assert rules(seen(joined)) == []


def test_a_finding_of_an_analysis_the_protocol_lacks():
    (f,) = synthesise.findings(a_review(clean_studies(), [an_analysis()]))
    assert rules(seen(a_review(clean_studies()), [f])) == ["analysis-missing"]


@pytest.mark.parametrize(
    ("review", "analysis"),
    [
        ([crs("penn"), crs("unknown", "s2")], {"outcomes": ("crs-grade3plus",), "allow": {"mixed-scales": "why"}}),
        ([crs("unknown"), crs("unknown", "s2")], {"outcomes": ("crs-grade3plus",), "scale": "unknown"}),
        ([crs("unknown")], {"outcomes": ("crs-grade3plus",)}),
        ([a_study(age_group="adults", rows=[a_count("c1", 30, 40)])], {"allow": {"mixed-ages": "why"}}),
        ([a_study(age_group="adults", rows=[a_count("c1", 30, 40)])], {"indirectness": "adults too"}),
        ([a_study(age_group="adults", indirectness="adults too", rows=[a_count("c1", 30, 40)])], {}),
        ([a_study(lineage="mixed", rows=[a_count("c1", 30, 40)])], {"allow": {"mixed-lineage": "why"}}),
        ([a_study(populations=("first-relapse",), rows=[a_count("c1", 30, 40)])], {"indirectness": "one line earlier"}),
        (
            [
                a_study("s1", rows=[a_count("c1", 30, 40)]),
                a_study("s2", rows=[a_count("c1", 30, 40, basis="enrolled")]),
            ],
            {"allow": {"mixed-denominators": "why"}},
        ),
    ],
)
def test_what_is_said_is_no_error(review, analysis):
    assert rules(seen(a_review(review, [an_analysis(**analysis)]))) == []


WARNINGS = [
    (
        "secondary-only",
        a_review([a_study(rows=[a_count("c1", 30, 40, source="secondary")])], [an_analysis()], signatures=[signed()]),
    ),
    (
        "single-reader",
        a_review([a_study(rows=[a_count("c1", 30, 40, checked_by=""), a_count("c2", 30, 40, checked_by="")])]),
    ),
    ("single-reader", a_review([a_study(rows=[a_count("c1", 30, 40, checked_by="r1")])])),
    ("interval-level", a_review([a_study(rows=[a_survival(lower=0.4, upper=0.6, level=0.9)])])),
    ("suspect", a_review([a_study(rows=[a_count("c1", 30, 40, flags=("suspect",))])])),
    ("no-denominator", a_review([a_study(rows=[a_count("c1", None, None, proportion=0.5)])])),
    ("undecided", a_review([a_study()], decisions=[a_decision("other")])),
    ("undecided", a_review([a_study()], decisions=[a_decision("s-r"), a_decision("s-r", "exclude", by="r2")])),
    ("undecided", a_review([a_study()], decisions=[a_decision("s-r", "unsure")])),
    ("family-reason", a_review([a_study("s1", family="f", family_reason="why"), a_study("s2", family="f")])),
    ("one-armed", a_review([a_study(design="randomised")])),
    ("unsigned", a_review([a_study(rows=[a_count("c1", 30, 40)])], [an_analysis()])),
]


@pytest.mark.parametrize(("rule", "review"), WARNINGS, ids=[f"{i}-{r}" for i, (r, _) in enumerate(WARNINGS)])
def test_each_warning(rule, review):
    problems = seen(review)
    assert rules(problems) == []
    assert rules(problems, "warning") == [rule]


def test_warnings_about_rows_come_once_per_study():
    rows = [a_count(f"c{i}", 30, 40, checked_by="", flags=("suspect",)) for i in range(9)]
    problems = seen(a_review([a_study(rows=rows)]))
    assert rules(problems, "warning") == ["suspect", "single-reader"]
    assert "counts c0, counts c1, counts c2, counts c3 and 5 more" in problems[0].seen


def test_a_corrected_suspect_is_no_longer_doubtful():
    rows = [a_count("c1", 30, 40, flags=("suspect",), corrected=("events",))]
    assert rules(seen(a_review([a_study(rows=rows)])), "warning") == []


def test_every_rule_is_listed_in_the_reference():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs/reference/checks.md").read_text(encoding="utf-8")
    names = {r for r, _ in (*ERRORS, *WARNINGS)} | {"trial-twice", "family-twice"}
    assert [n for n in sorted(names) if f"`{n}`" not in page] == []


def a_pool(first, second, **plan):
    rules = zip("ab", (first, second), strict=True)
    studies = [a_study(s, rows=[a_survival("s1", 0.5, se=0.05, transplant=rule)]) for s, rule in rules]
    return a_review(studies, [an_analysis("x", "survival", outcomes=("efs",), **plan)])


@pytest.mark.parametrize("second", ["not-censored", "event", "state"])
def test_rules_for_transplantation_are_not_mixed_without_a_reason(second):
    assert "mixed-transplant" in rules(seen(a_pool("censored", second)))
    assert "mixed-transplant" not in rules(seen(a_pool("censored", second, allow={"mixed-transplant": "few"})))


@pytest.mark.parametrize(("first", "second"), [("censored", "censored"), ("censored", "not-stated")])
def test_one_known_rule_for_transplantation_is_no_mixture(first, second):
    assert "mixed-transplant" not in rules(seen(a_pool(first, second)))
