"""Posted results beside a review's values: what is proposed, what is left, and what disagrees."""

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "made"))

from invented import a_contrast, a_count, a_review, a_study, a_survival, an_arm, an_outcome

from remit.extract import agreement, outcome_words, registry
from remit.ingest import registry_results
from remit.model.source_record import Unread

OUTCOMES = (
    an_outcome("efs", "time-to-event", name="Event-free survival", short="EFS"),
    an_outcome("os", "time-to-event", name="Overall survival", short="OS"),
    an_outcome("cr", name="Complete remission", short="CR"),
    an_outcome("deaths", name="Deaths", short="Deaths"),
    an_outcome("crs", name="Cytokine release syndrome, any grade", short="CRS", group="harm"),
)
GROUPS = [{"id": "OG000", "title": "Drug B"}, {"id": "OG001", "title": "Usual"}]


def values(*given, **more):
    return {"categories": [{"measurements": [{"groupId": f"OG00{i}", **v} for i, v in enumerate(given)]}], **more}


def outcome(title, *classes, **more):
    denoms = [
        {"units": "Participants", "counts": [{"groupId": "OG000", "value": "50"}, {"groupId": "OG001", "value": "51"}]}
    ]
    return {"type": "PRIMARY", "title": title, "groups": GROUPS, "denoms": denoms, "classes": list(classes), **more}


def posted(*outcomes, **results):
    names = {"nctId": "NCT00000001", "briefTitle": "T", "secondaryIdInfos": [{"id": "2014-002606-20"}]}
    section = {"outcomeMeasuresModule": {"outcomeMeasures": list(outcomes)}, **results}
    return {"protocolSection": {"identificationModule": names}, "resultsSection": section}


def proposal(value, *rows, arms=None, number="NCT00000001", **more):
    (result,) = registry_results.read(io.BytesIO(json.dumps(value).encode()))
    arms = arms or (an_arm("new", label="Drug B"), an_arm("old", label="Usual", role="control"))
    study = a_study("s", arms=arms, rows=rows, registry=(number,), **more)
    review = a_review(studies=(study,), outcomes=OUTCOMES)
    (made,) = registry.proposals(review, [result])
    return made


EFS = outcome(
    "Event-free Survival Rate",
    values(
        {"value": "48.8", "lowerLimit": "41.1", "upperLimit": "56.5"},
        {"value": "61.8", "lowerLimit": "53.8", "upperLimit": "69.8"},
    ),
    paramType="NUMBER",
    unitOfMeasure="percent probability",
    dispersionType="95% Confidence Interval",
    timeFrame="Three years, from randomization",
    analyses=[
        {
            "groupIds": ["OG000", "OG001"],
            "paramType": "Log Rank Test Statistic",
            "paramValue": "6.9883",
            "pValue": "0.0082",
        },
        {
            "groupIds": ["OG000", "OG001"],
            "paramType": "Hazard Ratio (HR)",
            "paramValue": "0.62",
            "ciPctValue": "95",
            "ciLowerLimit": "0.4",
            "ciUpperLimit": "0.9",
            "pValue": "<0.01",
        },
    ],
)


def test_survival_is_proposed_with_every_printed_digit_and_its_place():
    made = proposal(posted(EFS))
    first, second, ratio = made.suggestions
    assert (first.table, first.outcome, first.arm, second.arm) == ("survival", "efs", "new", "old")
    cells = {"months": "36", "probability": "0.488", "lower": "0.411", "upper": "0.565", "level": "0.95", "total": "50"}
    assert cells.items() <= first.cells.items()
    assert first.locator == "outcomeMeasures[0].classes[0].categories[0].OG000"
    assert first.unsure == ()
    assert (ratio.table, ratio.cells["estimate"], ratio.cells["measure"], ratio.cells["p"]) == (
        "contrasts",
        "0.62",
        "HR",
        "<0.01",
    )
    assert any("which way round" in doubt for doubt in ratio.unsure)


def test_a_log_rank_statistic_is_no_hazard_ratio():
    made = proposal(posted(EFS))
    assert [s.cells.get("estimate") for s in made.suggestions if s.table == "contrasts"] == ["0.62"]
    (left,) = [x for x in made.left if "Log Rank" in x.why]
    assert left.locator == "outcomeMeasures[0].analyses[0]"


def test_what_disagrees_is_listed_and_rounding_is_no_disagreement():
    rows = (
        a_survival("s1", 0.49, arm="new", months=36.0, lower=0.41, upper=0.57),
        a_survival("s2", 0.55, arm="old", months=36.0),
        a_survival("s3", 0.1, arm="old", months=24.0),
        a_contrast("k1", 0.7, 0.4, 0.9, arm="new", comparator="old"),
    )
    made = proposal(posted(EFS), *rows)
    assert [(d.row, d.column, d.printed, d.posted) for d in made.disagreements] == [
        ("studies/s/survival.csv#s2", "probability", "0.55", "0.618"),
        ("studies/s/contrasts.csv#k1", "estimate", "0.7", "0.62"),
    ]


def test_na_stays_na_with_its_comment():
    median = outcome(
        "Overall Survival",
        values(
            {"value": "NA", "comment": "Median was not reached."},
            {"value": "19.1", "lowerLimit": "9", "upperLimit": "NA"},
        ),
        paramType="MEDIAN",
        unitOfMeasure="months",
    )
    first, second = proposal(posted(median)).suggestions
    assert (first.table, first.cells["median"]) == ("medians", "NR")
    assert "not reached" in first.cells["note"]
    assert (second.cells["median"], second.cells["lower"], second.cells.get("upper", "")) == ("19.1", "9", "")
    unread = outcome(
        "Overall Survival",
        values({"value": "NA", "comment": "below quantification"}),
        paramType="MEDIAN",
        unitOfMeasure="months",
    )
    made = proposal(posted(unread))
    assert made.suggestions == ()
    assert "below quantification" in made.left[0].why


def test_an_event_that_is_not_listed_is_unknown():
    events = {
        "adverseEventsModule": {
            "frequencyThreshold": "5",
            "eventGroups": [
                {
                    "id": "EG000",
                    "title": "Drug B",
                    "deathsNumAffected": 3,
                    "deathsNumAtRisk": 50,
                    "seriousNumAffected": 9,
                },
                {"id": "EG001", "title": "Usual"},
            ],
            "seriousEvents": [
                {
                    "term": "Cytokine release syndrome",
                    "stats": [
                        {"groupId": "EG000", "numAffected": 2, "numAtRisk": 50},
                        {"groupId": "EG001", "numAtRisk": 51},
                    ],
                }
            ],
        }
    }
    value = posted(**events)
    (result,) = registry_results.read(io.BytesIO(json.dumps(value).encode()))
    assert result.affected("Cytokine Release Syndrome", "EG000", serious=True).affected == "2"
    assert result.affected("Cytokine release syndrome", "EG001", serious=True) is None
    assert result.affected("Cytokine release syndrome", "EG000", serious=False) is None
    assert result.affected("Sepsis", "EG000", serious=True) is None
    made = proposal(value)
    deaths, serious = made.suggestions
    assert (deaths.outcome, deaths.cells["events"], deaths.cells["total"]) == ("deaths", "3", "50")
    assert (serious.outcome, serious.cells["events"]) == ("other:serious-cytokine-release-syndrome", "2")
    assert any("unknown, not zero" in x.why for x in made.left)


def test_counts_classes_and_denominators_of_a_class():
    counted = outcome(
        "Complete Remission",
        values({"value": "20"}, {"value": "11"}, title="Month 3"),
        values(
            {"value": "25"},
            title="Month 6",
            denoms=[{"units": "Participants", "counts": [{"groupId": "OG000", "value": "40"}]}],
        ),
        paramType="COUNT_OF_PARTICIPANTS",
        unitOfMeasure="Participants",
    )
    made = proposal(posted(counted), a_count("c1", 21, 50, arm="new", outcome="cr"))
    assert [(s.cells["events"], s.cells["total"]) for s in made.suggestions] == [
        ("20", "50"),
        ("11", "51"),
        ("25", "40"),
    ]
    assert all(any("one of several" in d for d in s.unsure) for s in made.suggestions)
    assert made.suggestions[0].beside == ("studies/s/counts.csv#c1",)


def test_trials_are_known_by_any_of_their_numbers_and_by_nothing_else():
    assert proposal(posted(EFS), number="2014-002606-20").study == "s"
    assert proposal(posted(EFS), number="NCT99999999").study == ""


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Event-free Survival (EFS)", "efs"),
        ("Number of Participants With Complete Response", "cr"),
        ("OS at 24 months", "os"),
        ("Duration of Complete Remission", None),
        ("Event-free Survival and Overall Survival", None),
        ("Time to Complete Remission", None),
        ("Peak concentration", None),
        ("Quality of life", None),
    ],
)
def test_outcome_words_are_matched_only_beyond_doubt(title, found):
    got = outcome_words.outcome(title, OUTCOMES)
    assert (got.id if got else None) == found


@pytest.mark.parametrize(
    ("named", "around", "found"),
    [
        (("Month 6",), ("3-year EFS",), 6.0),
        (("",), ("EFS", "Three years, from time of randomization"), 36.0),
        (("",), ("EFS, 12-18 months of age", "3 years"), None),
        (("",), ("EFS", "Up to 5 years"), None),
        (("",), ("EFS", "Week 52"), None),
        (("",), ("EFS", "24 months"), 24.0),
    ],
)
def test_times_are_taken_only_where_there_is_one(named, around, found):
    assert outcome_words.months(named, around) == found


@given(st.decimals(0, 100, places=2), st.integers(1, 2))
def test_a_number_agrees_with_its_own_rounding(value, places):
    assert agreement.agree(str(value), str(round(value, places)))
    assert not agreement.agree(str(value), str(value + 3))


def test_studies_without_results_and_other_json_are_told():
    text = json.dumps([{"protocolSection": {"identificationModule": {"nctId": "NCT1"}}}, {"a": 1}]).encode()
    got = list(registry_results.read(io.BytesIO(text)))
    assert all(isinstance(g, Unread) for g in got)
    assert "no posted results" in got[0].seen


JSON = st.recursive(
    st.none() | st.integers(-9, 9) | st.text("ab1%", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "groups", "classes"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["title", "groups", "denoms", "classes", "analyses", "unitOfMeasure"]), JSON))
def test_any_shape_reads_as_some_result(shape):
    value = {"protocolSection": {}, "resultsSection": {"outcomeMeasuresModule": {"outcomeMeasures": [shape]}}}
    (result,) = registry_results.read(io.BytesIO(json.dumps(value).encode()))
    registry.proposals(a_review(studies=(a_study("s"),), outcomes=OUTCOMES), [result])
