"""Certainty, step by step, with every step's numbers."""

import math
from dataclasses import replace

import pytest
from invented import (
    a_contrast,
    a_count,
    a_report,
    a_review,
    a_study,
    an_analysis,
    an_appraisal,
    an_arm,
    place,
)

from remit import grade, synthesise
from remit.grade.precision import Z
from remit.model.certainty import Signature

CONTROL = an_arm("b", drug_class="chemotherapy", role="control", agents=("chemotherapy",), n=300)


def graded(studies, analysis=None, **kw):
    review = a_review(studies, [analysis or an_analysis()], **kw)
    return grade.graded(synthesise.findings(review), review)[0]


def step(finding, domain):
    return next(s for s in finding.certainty.steps if s.domain == domain)


def good(study, **kw):
    return an_appraisal(study, overall="low", provisional=False, **kw)


def sound(n=3, **kw):
    """Studies with nothing against them."""
    return [a_study(f"s{i}", rows=[a_count("c1", 160, 200)], appraisals=[good(f"s{i}")], **kw) for i in range(n)]


def trial(i=1, row=None, **kw):
    rows = [
        row
        or a_contrast("k1", 0.5, 0.4, 0.62, events_arm=200, total_arm=300, events_comparator=250, total_comparator=300)
    ]
    defaults = {"arms": [an_arm(n=300), CONTROL], "design": "randomised", "appraisals": [good(f"t{i}", tool="rob2")]}
    return a_study(f"t{i}", rows=rows, **{**defaults, **kw})


def hr(**kw):
    return an_analysis(kind="contrast", outcomes=("efs",), **kw)


def test_no_study_has_no_certainty():
    f = graded([])
    assert f.certainty is None
    assert f.sentence == "No trial found: x-remission."


def test_a_rate_from_sound_prospective_studies_stays_high():
    f = graded(sound(), an_analysis(important=(0.5,)))
    assert (f.certainty.level, f.certainty.route, f.certainty.start) == ("high", "rate", "high")
    assert [s.domain for s in f.certainty.steps] == [
        "start",
        "risk of bias",
        "inconsistency",
        "indirectness",
        "imprecision",
        "publication bias",
    ]
    assert all(s.change == 0 and s.reason for s in f.certainty.steps)


def test_a_rate_from_registries_starts_low():
    f = graded(sound(design="registry"), an_analysis(important=(0.5,)))
    assert (f.certainty.start, f.certainty.level) == ("low", "low")


@pytest.mark.parametrize(
    ("design", "role", "start"),
    [
        ("randomised", "control", "high"),
        ("nonrandomised-comparative", "control", "low"),
        ("randomised", "historical-control", "very low"),
        ("single-arm", "historical-control", "very low"),
        ("single-arm", "control", "very low"),
        ("retrospective-cohort", "control", "very low"),
    ],
)
def test_where_a_comparison_starts(design, role, start):
    f = graded([trial(design=design, arms=[an_arm(n=300), replace(CONTROL, role=role)])], hr())
    assert (f.certainty.route, f.certainty.start) == ("comparative", start)


def test_nothing_lifts_an_uncontrolled_comparison_above_very_low():
    f = graded([trial(1), trial(2, design="single-arm")], hr())
    assert f.certainty.level == "very low"


@pytest.mark.parametrize(
    ("appraisals", "change", "word"),
    [
        ([], -1, "not appraised"),
        ([an_appraisal(overall="unclear")], -1, "unclear"),
        ([an_appraisal(overall="low", provisional=True)], -1, "provisionally low"),
        ([an_appraisal(overall="some concerns", provisional=False)], -1, "some concerns"),
        ([an_appraisal(overall="high", provisional=False)], -2, "high"),
        ([an_appraisal(overall="low", provisional=False)], 0, "low"),
    ],
)
def test_risk_of_bias(appraisals, change, word):
    f = graded([a_study(rows=[a_count("c1", 160, 200)], appraisals=appraisals)])
    assert step(f, "risk of bias").change == change
    assert word in step(f, "risk of bias").reason


def test_the_appraisal_of_the_result_itself_speaks_first():
    other = an_appraisal("t1", tool="rob2", result="os", overall="high", provisional=False)
    own = an_appraisal("t1", tool="rob2", result="efs", overall="low", provisional=False)
    assert step(graded([trial(appraisals=[other, own])], hr()), "risk of bias").change == 0


def spread(*events, **kw):
    return [a_study(f"s{i}", rows=[a_count("c1", x, 100)], **kw) for i, x in enumerate(events)]


@pytest.mark.parametrize(
    ("studies", "important", "change", "word"),
    [
        (spread(80), (), 0, "one study"),
        (spread(80, 20), (), -1, "no prediction interval"),
        (spread(80, 78), (), 0, "no prediction interval"),
        (spread(80, 81, 79), (0.5,), 0, "I² is 0 %"),
        (spread(95, 85, 70, 60, 92, 80, 88, 65, 90), (0.6,), -1, "crosses 1 of 1"),
        (spread(95, 85, 70, 60, 92, 80, 88, 65, 90), (0.55, 0.65), -2, "crosses 2 of 2"),
        (spread(80, 81, 79), (), 0, "points wide"),
        (spread(95, 85, 70, 60, 92, 80, 88, 65, 90), (), -1, "points wide"),
        (spread(99, 5, 70, 30, 92), (), -2, "points wide"),
    ],
)
def test_inconsistency(studies, important, change, word):
    s = step(graded(studies, an_analysis(important=important)), "inconsistency")
    assert s.change == change, s.reason
    assert word in s.reason


@pytest.mark.parametrize(
    ("study", "change"),
    [
        ({}, 0),
        ({"age_group": "mixed-with-adults"}, -1),
        ({"age_group": "unknown"}, -1),
        ({"lineage": "mixed"}, -1),
        ({"indirectness": "one line earlier"}, -1),
    ],
)
def test_indirectness_by_the_share_of_people(study, change):
    studies = [a_study("s1", rows=[a_count("c1", 80, 100)]), a_study("s2", rows=[a_count("c1", 160, 200)], **study)]
    s = step(graded(studies), "indirectness")
    assert s.change == change
    assert ("67 %" in s.reason) is (change < 0)
    assert ("one line earlier" in s.reason) is ("indirectness" in study)
    few = [a_study("s1", rows=[a_count("c1", 160, 200)]), a_study("s2", rows=[a_count("c1", 80, 100)], **study)]
    assert step(graded(few), "indirectness").change == 0


def test_indirectness_of_the_analysis_and_of_mixed_scales():
    noted = graded(sound(), an_analysis(indirectness="other eras"))
    assert step(noted, "indirectness").change == -1 and "other eras" in step(noted, "indirectness").reason
    rows = [[a_count("c1", 20, 200, outcome="crs-grade3plus", scale=s)] for s in ("penn", "astct-2019")]
    mixed = graded([a_study(f"s{i}", rows=r) for i, r in enumerate(rows)], an_analysis(outcomes=("crs-grade3plus",)))
    assert "astct-2019 and penn" in step(mixed, "indirectness").reason
    flagged = graded([a_study(rows=[a_count("c1", 80, 100, flags=("mixed-ages",))])])
    assert step(flagged, "indirectness").change == -1


@pytest.mark.parametrize(
    ("studies", "important", "change", "word"),
    [
        (sound(), (0.5,), 0, "holds no threshold"),
        (sound(), (0.8,), -1, "holds the threshold 0.8"),
        (sound(), (0.79, 0.8), -2, "holds the thresholds 0.79 and 0.8"),
        (sound(1), (0.5,), -1, "a single study; 200 people, fewer than 400"),
        (spread(80, 80), (0.5,), -1, "200 people, fewer than 400"),
        (spread(70, 50, 90), (), -2, "points wide"),
        (sound(), (), 0, "no threshold is declared"),
    ],
)
def test_imprecision_of_a_rate(studies, important, change, word):
    s = step(graded(studies, an_analysis(important=important)), "imprecision")
    assert s.change == change, s.reason
    assert word in s.reason


def ratio(lower, upper, events=(200, 250), totals=(300, 300)):
    numbers = {
        "events_arm": events[0],
        "events_comparator": events[1],
        "total_arm": totals[0],
        "total_comparator": totals[1],
    }
    return a_contrast("k1", math.sqrt(lower * upper), lower, upper, **numbers)


@pytest.mark.parametrize(
    ("row", "important", "change", "word"),
    [
        (ratio(0.4, 0.6), (), -1, "450 events, above the optimal information size of 379"),
        (ratio(0.6, 1.1), (), -1, "holds the threshold 1"),
        (ratio(0.6, 1.5), (), -2, "holds 1, appreciable benefit (0.75) and harm (1.25)"),
        (ratio(0.6, 1.5), (1.0, 1.25), -2, "holds the thresholds 1 and 1.25"),
        (ratio(0.4, 0.6, (20, 100)), (), -1, "120 events, below the optimal information size of 379"),
        (ratio(0.2, 0.6, (10, 40)), (), -2, "50 events, far below"),
        (a_contrast("k1", 0.5, 0.4, 0.6), (), -1, "a single study"),
    ],
)
def test_imprecision_of_a_comparison(row, important, change, word):
    s = step(graded([trial(row=row)], hr(important=important)), "imprecision")
    assert s.change == change, s.reason
    assert word in s.reason


def test_two_large_trials_with_enough_events_are_precise():
    f = graded([trial(1), trial(2)], hr(important=(2.0,)))
    assert f.pooled is not None
    assert "900 events, above" in step(f, "imprecision").reason


def test_optimal_information_size_of_a_risk_ratio_by_hand():
    rows = [a_count("c1", 30, 300, outcome="cr"), a_count("c2", 60, 300, arm="b", outcome="cr")]
    analysis = an_analysis(kind="contrast", outcomes=("cr",), measure="RR")
    f = graded([a_study(rows=rows, arms=[an_arm(n=300), CONTROL], design="randomised")], analysis)
    p0, p1 = 0.2, 0.15
    needed = 2 * Z**2 * (p0 * (1 - p0) + p1 * (1 - p1)) / (p0 - p1) ** 2
    assert pytest.approx(1.959964 + 0.841621, abs=1e-6) == Z
    assert f"600 people, below the optimal information size of {needed:.0f}" in step(f, "imprecision").reason


@pytest.mark.parametrize(
    ("row", "report", "change"),
    [
        ({}, {}, 0),
        ({"source": "secondary"}, {}, 0),
        ({}, {"kind": "abstract"}, -1),
        ({}, {"kind": "news"}, -1),
        ({}, {"kind": "label"}, 0),
    ],
)
def test_publication_bias(row, report, change):
    f = graded([a_study(reports=[a_report("r1", **report)], rows=[a_count("c1", 30, 40, **row)])])
    assert step(f, "publication bias").change == change
    assert "1 studies" not in step(f, "publication bias").reason


def test_a_signature_stands_in_place_of_the_suggestion():
    place_ = place("certainty.yaml", 3)
    signature = Signature(
        analysis="x-remission", level="moderate", reason="we know", by="r1", date="2026-02-01", place=place_
    )
    f = graded(spread(50), signatures=[signature])
    assert (f.certainty.level, f.certainty.signed_by, f.certainty.signed_on) == ("moderate", "r1", "2026-02-01")
    assert f.certainty.steps[-1].reason == "suggested low; r1: we know"
    assert "probably have" in f.sentence


def test_level_is_the_start_plus_the_steps_within_bounds():
    f = graded(spread(70, 50, 90, design="registry", lineage="mixed"))
    assert f.certainty.level == "very low"
    assert sum(s.change for s in f.certainty.steps) < -3
