"""A hazard ratio from a row: every route that cells can hold, in the stated order, in the direction asked for."""

import math

import pytest
from invented import a_contrast, a_review, a_study, an_analysis, an_arm

from remit import synthesise
from remit.stats.hr_routes import PrintedComparison, by
from remit.synthesise.hazard_ratio import WAYS, found

EVENTS = {"events_arm": 20, "events_comparator": 30}
CELLS = {
    "hr and interval": ({"estimate": 0.6, "lower": 0.4, "upper": 0.9}, {"hr": 0.6, "lower": 0.4, "upper": 0.9}),
    "o-e and v": ({"o_minus_e": -6.2, "v": 12.1}, {"o_minus_e": -6.2, "v": 12.1}),
    "hr and v": ({"estimate": 0.6, "v": 12.1}, {"hr": 0.6, "v": 12.1}),
    "observed and expected": (
        {**EVENTS, "expected_arm": 26.0, "expected_comparator": 24.0},
        {"observed_arm": 20, "observed_comparator": 30, "expected_arm": 26.0, "expected_comparator": 24.0},
    ),
    "hr and p": ({"estimate": 0.6, "p": "0.03"}, {"hr": 0.6, "p": 0.03}),
    "hr and events by arm": (
        {"estimate": 0.6, **EVENTS},
        {"hr": 0.6, "observed_arm": 20, "observed_comparator": 30},
    ),
    "hr and total events": ({"estimate": 0.6, "events": 50}, {"hr": 0.6, "events": 50}),
    "p and events by arm": (
        {"p": "0.03", "favours": "arm", **EVENTS},
        {"p": 0.03, "favours": "arm", "observed_arm": 20, "observed_comparator": 30},
    ),
    "p and total events": (
        {"p": "0.03", "favours": "comparator", "events": 50},
        {"p": 0.03, "favours": "comparator", "events": 50},
    ),
}


def test_rows_can_hold_every_route_that_needs_no_curve():
    assert set(CELLS) == set(WAYS)


@pytest.mark.parametrize("route", CELLS)
def test_each_route_gives_what_the_statistics_give(route):
    cells, printed = CELLS[route]
    effect, rank, words, marks = found(a_contrast(**cells))
    expected = by(route, PrintedComparison(**printed)).effect
    assert (effect, (rank, words)) == (expected, WAYS[route])
    assert ("approximate" in marks) == (rank == 2)


def test_the_order_is_that_of_the_statistics_and_ranks_never_rise_along_it():
    everything = {k: v for cells, _ in reversed(CELLS.values()) for k, v in cells.items()}
    held = dict(everything)
    for route, gone in (
        ("hr and interval", ("lower", "upper")),
        ("o-e and v", ("o_minus_e",)),
        ("hr and v", ("v",)),
        ("observed and expected", ("expected_arm",)),
        ("hr and p", ("estimate",)),
    ):
        assert found(a_contrast(**held))[2] == WAYS[route][1]
        held = {k: v for k, v in held.items() if k not in gone}
    assert found(a_contrast(**held))[2] == WAYS["p and events by arm"][1]
    ranks = [rank for rank, _ in WAYS.values()]
    assert ranks == sorted(ranks)


def test_a_route_that_contradicts_itself_is_passed_over():
    row = a_contrast(
        estimate=0.6, p="0.03", events_arm=20, events_comparator=30, expected_arm=2.0, expected_comparator=3.0
    )
    assert found(row)[2] == WAYS["hr and p"][1]
    assert found(a_contrast(estimate=1.0, p="0.5", events=50))[2] == WAYS["hr and total events"][1]


@pytest.mark.parametrize("cells", [{"p": "0.03", "events": 50}, {"estimate": 0.6}, {"p": "NS", **EVENTS}])
def test_without_direction_or_variance_there_is_no_route(cells):
    assert found(a_contrast(**cells)) is None


ARMS = (an_arm("a"), an_arm("b", role="comparator", drug_class="chemotherapy", targets=()))


@pytest.mark.parametrize("turned", [False, True])
def test_a_printed_p_value_enters_in_the_direction_asked_for(turned):
    arm, comparator, favours = ("b", "a", "comparator") if turned else ("a", "b", "arm")
    row = a_contrast(p="0.03", favours=favours, events=50, arm=arm, comparator=comparator)
    review = a_review(
        [a_study("s", arms=ARMS, rows=[row], design="randomised")], [an_analysis("x", "contrast", outcomes=("efs",))]
    )
    (finding,) = synthesise.findings(review)
    (used,) = finding.used
    assert used.route == "p-value and total of events" and "approximate" in used.marks
    assert used.estimate == pytest.approx(math.exp(-2.1700903775845606 / math.sqrt(50 / 4)))
    assert ("inverted" in used.marks) == turned
