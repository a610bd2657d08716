"""The share of specifications under which a claim keeps its verdict."""

import pytest
from invented import a_claim, a_test, an_analysis

from remit.grade.robustness import asked, robustness
from remit.model.multiverse import Multiverse, Specification


def spec(estimate, lower, upper, estimator="REML", interval="normal", planned=False):
    return Specification(
        denominator="as planned",
        inclusion="as planned",
        transformation="log",
        estimator=estimator,
        interval=interval,
        planned=planned,
        k=3,
        n=None,
        estimate=estimate,
        lower=lower,
        upper=upper,
        tau2=0.0,
        studies=("a", "b", "c"),
    )


def world(id, *specs):
    return Multiverse(analysis=an_analysis(id), specifications=specs)


FIRST = world("x", spec(0.7, 0.6, 0.8, planned=True), spec(0.7, 0.4, 0.9, "DL"), spec(0.65, 0.55, 0.8, "PM"))
SECOND = world("y", spec(0.4, 0.35, 0.45, planned=True), spec(0.6, 0.5, 0.7, "DL"))
BOTH = {"x": FIRST, "y": SECOND}


def test_a_threshold_is_tried_under_every_specification():
    found = robustness(a_claim(test=a_test(finding="x", op=">", threshold=0.5)), BOTH)
    assert (found.verdict, found.held, found.total) == ("supported", 2, 3)
    assert found.share == pytest.approx(2 / 3)
    assert dict(found.verdicts) == {"supported": 2, "uncertain": 1}


def test_a_difference_sets_equal_choices_side_by_side_and_keeps_the_plan_where_one_is_lacking():
    test = a_test("difference", finding="x", versus="y", op=">", threshold=0.0)
    found = robustness(a_claim(test=test), BOTH)
    assert (found.verdict, found.held, found.total) == ("supported", 2, 3)


def test_the_weakest_of_all_tests_counts():
    tests = (a_test(finding="x", op=">", threshold=0.5), a_test(finding="y", op=">", threshold=0.42))
    found = robustness(a_claim(test=a_test("all", tests=tests)), BOTH)
    assert found.verdict == "not supported"
    assert dict(found.verdicts) == {"uncertain": 1, "not supported": 2}
    assert asked(a_test("all", tests=tests)) == ("x", "y")


def test_only_the_plan_is_certain_to_hold():
    alone = {"x": world("x", FIRST.specifications[0])}
    assert robustness(a_claim(test=a_test(finding="x", op=">", threshold=0.5)), alone).share == 1.0


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (a_test("subgroup", finding="x", by="target", level="a", versus_level="b", op=">"), "subgroup"),
        (a_test(finding="z", op=">", threshold=0.5), "no study entered z"),
        (a_test("all"), "no test"),
    ],
)
def test_what_cannot_be_varied_says_so(test, said):
    found = robustness(a_claim(test=test), BOTH)
    assert found.share is None
    assert said in found.note
    assert found.to_dict()["share"] is None
