"""The task: one analysis varied, with the claims that look at it."""

import json

import pytest
from invented import a_claim, a_count, a_review, a_study, a_test, an_analysis

from remit import grade, synthesise
from remit.errors import UsageError
from remit.tasks.multiverse import varied


def a_pair():
    studies = [a_study(s, rows=[a_count("c1", e, 30)]) for s, e in zip("abc", (20, 24, 28), strict=True)]
    other = an_analysis("y", where={"class": ("bispecific",)})
    claims = [
        a_claim("high", test=a_test(finding="x-remission", op=">", threshold=0.5)),
        a_claim("gap", test=a_test("difference", finding="x-remission", versus="y", op=">", threshold=0.0)),
        a_claim("elsewhere", test=a_test(finding="y", op=">", threshold=0.5)),
    ]
    return a_review(studies, [an_analysis(), other], claims)


def test_the_claims_that_look_at_the_finding_are_asked():
    found = varied(a_pair(), "x-remission")
    assert [r.claim for r in found.claims] == ["high", "gap"]
    assert found.claims[0].total == len(found.multiverse.specifications)
    assert "no study entered y" in found.claims[1].note
    assert len(found.without) == found.finding.k == 3


def test_the_planned_verdict_is_the_claim_s_own():
    review = a_pair()
    found = grade.claims(synthesise.findings(review), review)
    assert varied(review, "x-remission").claims[0].verdict == found[0].verdict


def test_it_is_json_and_the_same_each_time():
    first, second = (json.dumps(varied(a_pair(), "x-remission").to_dict(), allow_nan=False) for _ in range(2))
    assert first == second


def test_an_unknown_finding_names_near_ones():
    with pytest.raises(UsageError, match="x-remission"):
        varied(a_pair(), "x-remision")
