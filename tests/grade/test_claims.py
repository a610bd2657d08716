"""Every verdict, and differences by the square-and-add method against published numbers."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import a_claim, a_count, a_review, a_study, a_test, an_analysis, an_arm

from remit import grade, synthesise
from remit.errors import InputError
from remit.grade.claims import verdict
from remit.grade.mover import difference


@pytest.mark.parametrize(
    ("estimate", "lower", "upper", "op", "word"),
    [
        (0.8, 0.7, 0.9, ">", "supported"),
        (0.7, 0.5, 0.9, ">", "uncertain"),
        (0.5, 0.3, 0.7, ">", "not supported"),
        (0.4, 0.3, 0.5, ">", "contradicted"),
        (0.4, 0.3, 0.5, "<", "supported"),
        (0.5, 0.3, 0.7, "<", "uncertain"),
        (0.7, 0.5, 0.9, "<", "not supported"),
        (0.8, 0.7, 0.9, "<", "contradicted"),
        (0.6, 0.6, 0.7, ">", "not supported"),
        (0.8, 0.7, 0.9, "", "supported"),
        (0.5, 0.3, 0.7, "", "uncertain"),
    ],
)
def test_each_verdict_against_0_6(estimate, lower, upper, op, word):
    assert verdict(estimate, lower, upper, op, 0.6) == word


numbers = st.tuples(st.floats(-5, 5), st.floats(0, 3), st.floats(0, 3))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(numbers, st.floats(-5, 5))
def test_the_two_directions_mirror_each_other(value, threshold):
    estimate, down, up = value
    above = verdict(estimate, estimate - down, estimate + up, ">", threshold)
    mirrored = verdict(-estimate, -estimate - up, -estimate + down, "<", -threshold)
    assert above == mirrored


def wilson(events, total):
    z = 1.959963984540054
    p = events / total
    middle, half = p + z * z / (2 * total), z * ((p * (1 - p) + z * z / (4 * total)) / total) ** 0.5
    return p, (middle - half) / (1 + z * z / total), (middle + half) / (1 + z * z / total)


@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((5, 56), (0, 29), -0.0381, 0.1926)],
)
def test_differences_agree_with_newcombe_1998_table_2(first, second, lower, upper):
    """Method 10 (square-and-add on Wilson intervals), Stat Med 17:873-890, Table II, to the four digits printed."""
    d = difference(wilson(*first), wilson(*second))
    assert (d.lower, d.upper) == pytest.approx((lower, upper), abs=0.5e-4)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(numbers, numbers)
def test_a_difference_turned_round_changes_sign(a, b):
    first, second = (a[0], a[0] - a[1], a[0] + a[2]), (b[0], b[0] - b[1], b[0] + b[2])
    d, back = difference(first, second), difference(second, first)
    assert (d.estimate, d.lower, d.upper) == pytest.approx((-back.estimate, -back.upper, -back.lower))


@pytest.mark.parametrize("bad", [(0.5, 0.6, 0.7), (float("nan"), 0.0, 1.0), (0.5, 0.0, float("inf"))])
def test_a_difference_refuses_intervals_that_do_not_hold(bad):
    with pytest.raises(InputError, match="expected lower <= estimate <= upper"):
        difference(bad, (0.5, 0.4, 0.6))


def result(test, *, kind="rate", studies=None, analyses=None):
    arms = [an_arm(costimulation="4-1BB")], [an_arm(costimulation="CD28")]
    default = [
        a_study("s1", arms=arms[0], rows=[a_count("c1", 90, 100), a_count("c2", 60, 100, basis="enrolled")]),
        a_study("s2", arms=arms[1], rows=[a_count("c1", 40, 100)]),
    ]
    planned = [
        an_analysis("all", basis=("infused",), subgroups=("costimulation",)),
        an_analysis("one", basis=("infused",), where={"study": ("s1",)}),
        an_analysis("two", basis=("infused",), where={"study": ("s2",)}),
        an_analysis("enrolled", basis=("enrolled",)),
        an_analysis("none", where={"class": ("bispecific",)}),
    ]
    review = a_review(studies or default, analyses or planned, [a_claim(test=test, kind=kind)])
    return grade.claims(grade.graded(synthesise.findings(review), review), review)[0]


def test_a_threshold_shows_its_numbers():
    r = result(a_test(finding="one", op=">", threshold=0.6))
    assert (r.verdict, r.estimate, r.findings, r.certainty) == ("supported", 0.9, ("one",), "low")
    assert "one 90 % (95 % CI 82 to 95 %), k = 1 (claimed: more than 60 %)" in r.reason
    assert r.changed and r.recorded == "uncertain"


def test_a_difference_with_its_interval():
    r = result(a_test("difference", finding="one", versus="two", op=">", threshold=0.1))
    assert r.verdict == "supported"
    assert r.estimate == pytest.approx(0.5)
    assert r.lower is not None and r.upper is not None and 0.3 < r.lower < 0.5 < r.upper < 0.7
    assert "share people" not in r.reason


def test_findings_that_share_people_say_so():
    r = result(a_test("difference", finding="enrolled", versus="one", op="<", threshold=-0.1))
    assert r.verdict == "supported" and "share people" in r.reason


def test_a_comparison_across_studies_is_never_above_very_low():
    test = a_test("difference", finding="one", versus="two", op=">", threshold=0)
    assert result(test, kind="rate").certainty == "low"
    r = result(test, kind="comparative")
    assert r.certainty == "very low" and "without a concurrent control" in r.reason
    assert result(a_test(finding="one", op=">", threshold=0.6), kind="comparative").certainty == "low"


def test_a_subgroup_claim_compares_two_levels():
    r = result(a_test("subgroup", finding="all", by="costimulation", level="4-1BB", versus_level="CD28", op=">"))
    assert r.verdict == "supported" and r.estimate == pytest.approx(0.5)
    assert "4-1BB 90 %" in r.reason and "(k = 1)" in r.reason and "test of subgroups p" in r.reason
    missing = result(a_test("subgroup", finding="all", by="costimulation", level="4-1BB", versus_level="OX40", op=">"))
    assert (missing.verdict, missing.certainty) == ("uncertain", "")
    assert "no study of all has costimulation OX40" in missing.reason


@pytest.mark.parametrize("finding", ["none", "unplanned"])
def test_no_study_is_uncertain(finding):
    r = result(a_test(finding=finding, op=">", threshold=0.6))
    assert (r.verdict, r.estimate, r.certainty) == ("uncertain", None, "")
    assert finding in r.reason


def test_several_tests_take_the_weakest_verdict():
    good = a_test(finding="one", op=">", threshold=0.6)
    bad = a_test(finding="two", op=">", threshold=0.6)
    r = result(a_test("all", tests=(good, bad)))
    assert (r.verdict, r.estimate, r.findings) == ("contradicted", 0.4, ("one", "two"))
    assert r.reason.startswith("(1) supported: ") and "(2) contradicted: " in r.reason
    assert result(a_test("all", tests=(good, good))).verdict == "supported"
    assert result(a_test("all", tests=(good, a_test(finding="none", op=">")))).certainty == ""


def test_an_interval_without_an_end_gives_no_difference():
    review = a_review([], [an_analysis("one"), an_analysis("two")], [])
    f = synthesise.findings(a_review([a_study(rows=[a_count("c1", 30, 40)])], [an_analysis("one"), an_analysis("two")]))
    open_ended = replace(f[0], used=tuple(replace(u, upper=float("inf")) for u in f[0].used))
    claim = a_claim(test=a_test("difference", finding="one", versus="two", op=">", threshold=0.0))
    asked = replace(review, protocol=replace(review.protocol, claims=(claim,)))
    (r,) = grade.claims((open_ended, f[1]), asked)
    assert (r.verdict, r.estimate) == ("uncertain", None)
    assert "no difference can be worked out" in r.reason
