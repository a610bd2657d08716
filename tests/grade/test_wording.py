"""Sentences: size band and certainty, never more than the finding, never a recommendation."""

import re
from dataclasses import replace

import pytest
from invented import a_contrast, a_count, a_review, a_study, a_survival, an_analysis, an_arm

from remit import grade, synthesise
from remit.grade.wording import about
from remit.model.certainty import Certainty

CONTROL = an_arm("b", drug_class="chemotherapy", role="control", agents=("chemotherapy",), n=60)
HERE = {"class": ("car-t",), "population": ("relapsed-refractory",)}


def said(studies, analysis, level):
    review = a_review(studies, [analysis])
    (f,) = synthesise.findings(review)
    sure = Certainty(level=level, route="rate", start="high", steps=())
    return grade.sentence(replace(f, certainty=sure), review)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "none"),
        (0.002, "fewer than 1 of 100"),
        (0.03, "about 3 of 100"),
        (0.1, "about 1 of 10"),
        (0.82, "about 8 of 10"),
        (0.94, "about 9 of 10"),
        (0.96, "about 96 of 100"),
        (0.997, "nearly all"),
        (1.0, "all"),
    ],
)
def test_size_bands(share, words):
    assert about(share) == words


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (
            "high",
            "In relapsed or refractory disease, about 8 of 10 children infused with CAR T cells have complete "
            "remission (80 %, 95 % CI 64 to 91 %; one study, S, 40 people).",
        ),
        (
            "moderate",
            "In relapsed or refractory disease, about 8 of 10 children infused with CAR T cells probably have complete "
            "remission (80 %, 95 % CI 64 to 91 %; one study, S, 40 people).",
        ),
        (
            "low",
            "In relapsed or refractory disease, about 8 of 10 children infused with CAR T cells may have complete "
            "remission (80 %, 95 % CI 64 to 91 %; one study, S, 40 people).",
        ),
        (
            "very low",
            "In relapsed or refractory disease, about 8 of 10 children infused with CAR T cells have complete "
            "remission (80 %, 95 % CI 64 to 91 %; one study, S, 40 people); the evidence is very uncertain.",
        ),
    ],
)
def test_a_rate_at_every_certainty(level, expected):
    assert said([a_study(rows=[a_count("c1", 32, 40)])], an_analysis(where=HERE), level) == expected


@pytest.mark.parametrize(
    ("level", "ratio", "core"),
    [
        ("high", (0.5, 0.3, 0.8), "CAR T cells result in longer event-free survival than chemotherapy"),
        ("moderate", (2.0, 1.3, 3.0), "CAR T cells probably result in shorter event-free survival than chemotherapy"),
        (
            "low",
            (1.01, 0.7, 1.4),
            "CAR T cells may result in little to no difference in event-free survival compared with",
        ),
        (
            "very low",
            (0.5, 0.3, 0.8),
            "the evidence is very uncertain about the effect of CAR T cells compared with chemo",
        ),
    ],
)
def test_a_comparison_at_every_certainty(level, ratio, core):
    study = a_study(arms=[an_arm(n=50), CONTROL], rows=[a_contrast("k1", *ratio)], design="randomised")
    text = said([study], an_analysis(kind="contrast", outcomes=("efs",)), level)
    assert core in text
    assert ("includes no difference" in text) is (ratio[1] < 1 < ratio[2])
    assert f"hazard ratio {ratio[0]:.2f}, 95 % CI {ratio[1]:.2f} to {ratio[2]:.2f}" in text


def test_survival_names_its_time_and_what_people_are():
    study = a_study(rows=[a_survival(probability=0.6, lower=0.5, upper=0.7, total=40)])
    text = said([study], an_analysis(kind="survival", outcomes=("efs",), where=HERE), "low")
    assert "about 6 of 10 children infused with CAR T cells may be alive without an event at 12 months" in text


def test_relapses_are_counted_as_relapses():
    study = a_study(rows=[a_count("c1", 10, 40, basis="relapses", outcome="cr")])
    text = said([study], an_analysis(outcomes=("cr",), where=HERE), "high")
    assert "complete remission with full counts makes up about 2 of 10 relapses after CAR T cells" in text


def test_pooled_findings_name_their_number_and_single_ones_their_study():
    studies = [a_study(f"s{i}", rows=[a_count("c1", 32, 40)]) for i in range(2)]
    assert "2 studies, 80 people" in said(studies, an_analysis(where=HERE), "low")
    assert "one study, S0, 40 people" in said(studies[:1], an_analysis(where=HERE), "low")


def test_groups_of_one_study_are_not_called_studies():
    arms = [an_arm(), an_arm("a2")]
    study = a_study(arms=arms, rows=[a_count("c1", 32, 40), a_count("c2", 32, 40, arm="a2")])
    assert "1 study, 2 groups, 80 people" in said([study], an_analysis(where=HERE), "low")


def test_people_where_most_of_them_were_enrolled_with_adults():
    study = a_study(rows=[a_count("c1", 32, 40)], age_group="mixed-with-adults")
    assert "8 of 10 people infused" in said([study], an_analysis(where=HERE), "low")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"agent": ("agent-x",)}, "infused with agent X"),
        ({"class": ("car-t",), "target": ("CD19", "!CD22")}, "infused with CD19 CAR T cells"),
        ({"class": ("car-t",), "agent": ("agent-x", "y", "z")}, "infused with CAR T cells of 3 kinds"),
        ({}, "infused with the treatment studied"),
        (
            {"class": ("car-t",), "population": ("first-relapse", "relapsed-refractory")},
            "First relapse, relapsed or refrac",
        ),
    ],
)
def test_names_of_treatments_and_populations(where, words):
    assert words in said([a_study(rows=[a_count("c1", 32, 40)])], an_analysis(where=where), "low")


def test_small_rates_never_read_as_zero():
    text = said([a_study(rows=[a_count("c1", 1, 3000)])], an_analysis(where=HERE), "low")
    assert "(<0.1 %, 95 % CI <0.1 to 0.2 %" in text
    none = said([a_study(rows=[a_count("c1", 0, 40)])], an_analysis(where=HERE), "low")
    assert "none of the children" in none and "(0 %, 95 % CI 0 to 9 %" in none


def test_no_sentence_recommends():
    words = re.compile(r"\b(should|recommend|prefer|advise|best|choose)", re.IGNORECASE)
    for level in ("high", "moderate", "low", "very low"):
        assert not words.search(said([a_study(rows=[a_count("c1", 32, 40)])], an_analysis(where=HERE), level))
