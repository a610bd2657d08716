"""Each reason for leaving a row out, and what stays silent."""

import pytest
from invented import (
    a_contrast,
    a_count,
    a_decision,
    a_review,
    a_study,
    a_survival,
    an_analysis,
    an_arm,
)

from remit import synthesise


def only(review):
    return synthesise.findings(review)[0]


def reasons(review):
    return [r.reason for r in only(review).left_out]


def test_a_row_that_answers_enters_with_its_source():
    f = only(a_review([a_study(rows=[a_count("c1", 30, 40)])], [an_analysis()]))
    (used,) = f.used
    assert (used.events, used.total, used.estimate, used.weight) == (30, 40, 0.75, 100.0)
    assert (str(used.place), used.key, used.report) == ("studies/s/counts.csv:2", "c1", "s-r")
    assert used.route == "events and total as printed"
    assert f.left_out == () and f.pooled is None and f.k == 1


@pytest.mark.parametrize(
    ("study", "analysis", "reason"),
    [
        (a_study(rows=[a_count("c1", 30, 40, flags=("suspect",))]), an_analysis(), "flagged"),
        (a_study(rows=[a_count("c1", 30, 40, flags=("not-poolable",))]), an_analysis(), "flagged"),
        (a_study(rows=[a_count("c1", 30, 40, flags=("confirms",))]), an_analysis(), "confirms"),
        (a_study(rows=[a_count("c1", 30, 40, basis="enrolled")]), an_analysis(basis=("infused",)), "other-basis"),
        (
            a_study(rows=[a_count("c1", 3, 40, outcome="crs-grade3plus", scale="penn")]),
            an_analysis(outcomes=("crs-grade3plus",), scale="astct-2019"),
            "other-scale",
        ),
        (
            a_study(arms=[an_arm(), an_arm("dose", part_of="a")], rows=[a_count("c1", 30, 40, arm="dose")]),
            an_analysis(),
            "nested-arm",
        ),
        (
            a_study(rows=[a_count("c1", 30, 40)], design="registry"),
            an_analysis(where={"class": ("car-t",), "design": ("!registry",)}),
            "design",
        ),
        (
            a_study(rows=[a_count("c1", 30, 40)]),
            an_analysis(where={"class": ("car-t",), "design": ("randomised",)}),
            "not-randomised",
        ),
        (
            a_study(rows=[a_count("c1", 30, 40)], age_group="adults"),
            an_analysis(where={"age-group": ("!adults",)}),
            "ages",
        ),
        (a_study(rows=[a_count("c1", 30, 40)], lineage="mixed"), an_analysis(where={"lineage": ("b-all",)}), "lineage"),
        (a_study(rows=[a_count("c1", None, None, proportion=0.8)]), an_analysis(), "no-total"),
        (a_study(rows=[a_count("c1", 30, None)]), an_analysis(), "no-total"),
        (a_study(rows=[a_count("c1", None, 40)]), an_analysis(), "no-count"),
        (a_study(rows=[a_count("c1", None, 10, proportion=0.82)]), an_analysis(), "no-count"),
        (
            a_study(rows=[a_survival(months=24.0, total=40)]),
            an_analysis(kind="survival", outcomes=("efs",)),
            "other-time",
        ),
        (
            a_study(rows=[a_survival(months=None, total=40)]),
            an_analysis(kind="survival", outcomes=("efs",)),
            "no-timepoint",
        ),
        (
            a_study(rows=[a_survival(total=40, flags=("no-timepoint",))]),
            an_analysis(kind="survival", outcomes=("efs",)),
            "no-timepoint",
        ),
        (
            a_study(rows=[a_survival(measure="cumulative-incidence", total=40)]),
            an_analysis(kind="survival", outcomes=("efs",)),
            "other-measure",
        ),
        (
            a_study(arms=[an_arm(n=None)], rows=[a_survival()]),
            an_analysis(kind="survival", outcomes=("efs",)),
            "no-variance",
        ),
        (
            a_study(arms=[an_arm(n=None)], rows=[a_survival(probability=1.0)]),
            an_analysis(kind="survival", outcomes=("efs",)),
            "at-boundary",
        ),
    ],
)
def test_each_reason(study, analysis, reason):
    f = only(a_review([study], [analysis]))
    assert f.used == ()
    assert [r.reason for r in f.left_out] == [reason]
    assert f.left_out[0].detail


TWO_ARMS = [an_arm(), an_arm("b", drug_class="chemotherapy", role="control", agents=("chemotherapy",))]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (a_contrast(estimate=0.5), "no-variance"),
        (a_contrast(estimate=0.5, p="NS"), "no-variance"),
        (a_contrast(estimate=0.5, lower=0.2, upper=0.9, measure="OR"), "other-measure"),
        (a_contrast(estimate=0.5, lower=0.2, upper=0.9, comparator="c"), "other-comparator"),
        (a_contrast(events_arm=0, total_arm=9, events_comparator=0, total_comparator=9), "no-events"),
    ],
)
def test_each_reason_for_a_contrast(row, reason):
    study = a_study(arms=[*TWO_ARMS, an_arm("c", drug_class="bispecific")], rows=[row], design="randomised")
    f = only(a_review([study], [an_analysis(kind="contrast", outcomes=("efs",))]))
    assert f.used == () and [r.reason for r in f.left_out] == [reason]


def test_excluded_reports_do_not_enter_once_anything_was_decided():
    study = a_study(rows=[a_count("c1", 30, 40)])
    out = a_review([study], [an_analysis()], decisions=[a_decision("s-r", "exclude")])
    assert reasons(out) == ["report-excluded"]
    again = a_review([study], [an_analysis()], decisions=[a_decision("s-r", "exclude"), a_decision("s-r")])
    assert only(again).k == 1
    undecided = a_review([study], [an_analysis()], decisions=[a_decision("other")])
    assert reasons(undecided) == ["report-excluded"]


def test_a_corrected_suspect_row_enters_and_says_so():
    f = only(
        a_review([a_study(rows=[a_count("c1", 30, 40, flags=("suspect",), corrected=("total",))])], [an_analysis()])
    )
    assert f.used[0].marks == ("suspect", "corrected")


def test_arms_the_analysis_does_not_ask_for_are_silent():
    other = a_study("t", arms=[an_arm(drug_class="bispecific")], rows=[a_count("c1", 1, 40)])
    both_reject = a_study("u", arms=[an_arm(drug_class="bispecific")], rows=[a_count("c1", 1, 40)], design="registry")
    analysis = an_analysis(where={"class": ("car-t",), "design": ("!registry",)})
    f = only(a_review([other, both_reject], [analysis]))
    assert f.used == () and f.left_out == ()


def test_arms_populations_stand_in_place_of_the_studys():
    arms = [an_arm(populations=("first-relapse",)), an_arm("b")]
    study = a_study(arms=arms, rows=[a_count("c1", 30, 40), a_count("c2", 10, 40, arm="b")])
    f = only(a_review([study], [an_analysis(where={"population": ("first-relapse", "!relapsed-refractory")})]))
    assert [u.arm for u in f.used] == ["a"]


def test_nested_arms_enter_when_allowed_but_never_beside_their_parent():
    arms = [an_arm(), an_arm("d1", part_of="a"), an_arm("d2", part_of="d1")]
    rows = [a_count("c1", 30, 40, arm="d1"), a_count("c2", 35, 50), a_count("c3", 1, 2, arm="d2")]
    f = only(a_review([a_study(arms=arms, rows=rows)], [an_analysis(allow={"nested-arms": "why"})]))
    assert [u.key for u in f.used] == ["c2"]
    assert [r.reason for r in f.left_out] == ["nested-arm", "nested-arm"]


def test_window_accepts_near_times_and_prefers_the_nearest():
    rows = [a_survival("s1", 0.5, months=23.0, total=40), a_survival("s2", 0.4, months=24.0, total=40)]
    rows.append(a_survival("s3", 0.3, months=25.5, total=40))
    f = only(a_review([a_study(rows=rows)], [an_analysis(kind="survival", outcomes=("efs",), months=24.0, window=1.0)]))
    assert [u.key for u in f.used] == ["s2"]
    assert {r.key: r.reason for r in f.left_out} == {"s1": "not-preferred", "s3": "other-time"}
