"""Figures: what is drawn equals what was found."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.report import numbers
from remit.report.book import Book
from remit.report.figures import forest, marks, text
from remit.report.figures.axis import PERCENT, ratio_axis
from remit.report.figures.flow import boxes
from remit.report.pages import balance, card


@pytest.fixture(scope="module")
def book(review, findings, mechanism):
    return Book(review=review, findings=findings, mechanism=mechanism)


@pytest.fixture(scope="module")
def ratios(findings):
    return forest.shared_ratio_axis(findings)


def one(findings, code):
    return next(f for f in findings if f.id == code)


def test_a_forest_prints_every_study_with_its_numbers(book, findings, ratios):
    f = one(findings, "car-t-cr")
    drawn = forest.draw(book, f, ratios)
    rows = [r for r in drawn.rows if r.kind == "study"]
    assert len(rows) == f.k
    for u in f.used:
        row = next(r for r in rows if r.href == book.row_href(u))
        assert row.data == f"{u.events}/{u.total}"
        assert float(row.estimate) == pytest.approx(100 * u.estimate, abs=0.05)
        low, high = map(float, re.findall(r"[\d.]+", row.interval))
        assert (low, high) == pytest.approx((100 * u.lower, 100 * u.upper), abs=0.05)
    assert sum(float(r.weight[:-1]) for r in rows) == pytest.approx(100, abs=0.5)
    total = next(r for r in drawn.rows if r.kind == "total")
    assert total.estimate == "78.0" and total.data == "228/297"


def test_the_twin_holds_effect_variance_and_route(book, findings, ratios):
    made = card.card(book, one(findings, "car-t-cr"), ratios)
    assert {(p.effect, p.variance, p.route) for p in made.sources} == {("0.123", "0.0456", "counts")}
    assert made.usual == "First reading, unchecked" and not made.mixed


def test_one_study_has_no_diamond_no_weight_and_no_heterogeneity(book, findings, ratios):
    drawn = forest.draw(book, one(findings, "car-t-efs-12"), ratios)
    assert [r.kind for r in drawn.rows] == ["study"]
    assert drawn.rows[0].weight == "" and drawn.heterogeneity == "" and "rect class" not in drawn.rows[0].plot


def test_no_study_has_no_forest(book, findings, ratios):
    assert forest.draw(book, one(findings, "car-t-crs"), ratios) is None


def test_subgroups_that_hold_each_study_once_head_the_rows(book, findings, ratios):
    drawn = forest.draw(book, one(findings, "car-t-cr"), ratios)
    assert [r.label for r in drawn.rows if r.kind == "head"] == ["CD28", "4-1BB"]
    assert drawn.splits == () and drawn.test.startswith("Differ by costimulation: Q = 2.3")


def test_subgroups_that_do_not_are_shown_apart(book, findings, ratios):
    f = one(findings, "car-t-cr")
    level = replace(f.subgroups[0].levels[0], studies=("trial-00",))
    drawn = forest.draw(book, replace(f, subgroups=(replace(f.subgroups[0], levels=(level, level)),)), ratios)
    assert [r.kind for r in drawn.splits] == ["head", "level", "level"] and drawn.test == ""


def test_a_contrast_says_who_is_favoured_on_each_side(book, findings, ratios):
    drawn = forest.draw(book, one(findings, "first-relapse-efs"), ratios)
    assert (drawn.left, drawn.right) == ("favours Bispecific antibodies", "favours Chemotherapy")
    assert drawn.null == f"{ratios.at(1.0):.1f}%"


def test_a_ratio_of_wanted_events_favours_the_arm_above_one(book, findings):
    f = one(findings, "first-relapse-efs")
    wanted = replace(f, analysis=replace(f.analysis, outcomes=("cr",), measure="RR"))
    assert forest.favours(book, wanted) == ("favours Chemotherapy", "favours Bispecific antibodies")


@given(st.lists(st.floats(0.005, 200), max_size=8))
@settings(derandomize=True)
def test_a_ratio_axis_is_ordered_holds_one_and_what_it_can(values):
    axis = ratio_axis(values)
    assert axis.low < 1 < axis.high and axis.at(axis.low) < axis.at(1.0) < axis.at(axis.high)
    assert all(axis.inside(v) for v in values if 0.01 <= v <= 100)


@given(st.floats(0, 1), st.floats(0, 1))
@settings(derandomize=True)
def test_the_percent_axis_keeps_order_and_stays_inside(a, b):
    low, high = sorted((a, b))
    assert 3 <= PERCENT.at(low) <= PERCENT.at(high) <= 97


@given(st.floats(0.01, 1))
@settings(derandomize=True)
def test_a_square_has_the_area_of_its_weight(share):
    drawn = marks.square(PERCENT, 0.5, 0.4, 0.6, share)
    side = float(re.search(r'style="--s:([\d.]+)"', drawn)[1])
    assert side == pytest.approx(max(3.0, 13 * math.sqrt(share)), abs=0.06)


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    axis = ratio_axis([0.8, 1.2])
    assert marks.square(axis, 1.0, 0.001, 50, 1).count("<path") == 2
    assert marks.square(axis, 1.0, 0.6, 1.5, 1).count("<path") == 0


@given(st.text(alphabet="abc <&\"'>", max_size=60), st.integers(20, 200))
@settings(derandomize=True)
def test_broken_lines_keep_every_word_and_escape(words, room):
    lines = text.lines(words, room, 12)
    assert " ".join(lines).replace("- ", "").split() == words.split(), "a long word goes on after a hyphen"
    assert all(text.width(line, 12) <= room for line in lines if len(line) > 6)
    assert "<a" not in text.block(lines, 0, 0, 12).replace("<text", "").replace("<tspan", "")


def test_the_flow_shows_only_routes_that_found_something():
    counts = {
        "citations_results": 13,
        "other_sought_reports": 13,
        "other_assessed": 12,
        "new_studies": 8,
        "new_reports": 9,
    }
    made = boxes(counts, (("Adults only", 3),))
    words = [t for _, b in made for t in (*b.main, *b.aside)]
    assert "Citation searching and other methods (n = 13)" in words
    assert not [w for w in words if w.startswith(("Databases", "Registers", "Records screened"))]
    assert "Adults only (n = 3)" in words and "Studies included (n = 8)" in words


def test_the_flow_shows_what_is_undecided_and_that_it_is_not_final():
    counts = {"database_results": 9, "undecided_title_abstract": 4, "undecided_full_text": 2}
    aside = [t for _, b in boxes(counts, ()) for t in b.aside]
    assert "Not final: records undecided (n = 4)" in aside and "Not final: reports undecided (n = 2)" in aside
    other = boxes({"website_results": 9, "undecided_title_abstract": 4}, ())
    assert "Not final: records undecided (n = 4)" in other[0][1].aside


def test_balance_follows_its_rule(book, findings):
    assert balance.side(book, one(findings, "car-t-cr")) == "for"
    assert balance.side(book, one(findings, "car-t-efs-12")) == ""
    contrast = one(findings, "first-relapse-efs")
    assert balance.side(book, contrast) == "for"
    worse = replace(contrast.pooled, lower=1.2, upper=2.0)
    assert balance.side(book, replace(contrast, pooled=worse)) == "against"
    harm = replace(one(findings, "car-t-cr").analysis, outcomes=("crs-grade3plus",))
    assert balance.side(book, replace(one(findings, "car-t-cr"), analysis=harm)) == "against"


@pytest.mark.parametrize(
    ("value", "short", "long"),
    [
        (0.0, "0%", "0.0"),
        (0.001, "<1%", "0.1"),
        (0.8234, "82%", "82.3"),
        (0.999, ">99%", "99.9"),
        (1.0, "100%", "100.0"),
    ],
)
def test_percent_is_printed_alike_everywhere(value, short, long):
    assert (numbers.whole_percent(value), numbers.percent(value)) == (short, long)


def test_studies_that_give_several_groups_are_counted_once():
    assert (numbers.studies(1, 1), numbers.studies(4, 3)) == ("1 study", "3 studies, 4 groups")


def test_levels_are_named_in_words(book):
    assert forest.level_name(book, "phase", "1/2") == "Phase 1/2"
    assert forest.level_name(book, "agent", "agent-a+chemotherapy") == "Agent A and Chemotherapy"
    assert forest.level_name(book, "costimulation", "4-1BB") == "4-1BB"
    assert forest.level_name(book, "basis", "infused") == "Of those infused"


def test_balance_says_each_outcome_once(book, findings):
    f = one(findings, "car-t-cr")
    variant = replace(f, analysis=replace(f.analysis, id="variant", title="with cohorts"))
    assert len(balance.points(book, [f, variant], good=True)) == 1


@pytest.mark.parametrize(("value", "printed"), [(0.81, "81%"), (0.772, "77.2%"), (0.0874, "8.74%"), (1.0, "100%")])
def test_printed_percentages_keep_their_decimals(value, printed):
    assert numbers.as_printed(value) == printed
