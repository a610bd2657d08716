"""The task: each pooled finding with the claims that rest on it, and its panel on the page of its question."""

from invented import a_claim, a_count, a_review, a_study, a_test, an_analysis

from remit import grade, synthesise
from remit.tasks.firm import firmness


def a_set():
    studies = [a_study(s, rows=[a_count("c1", e, 30)]) for s, e in zip("abc", (20, 24, 28), strict=True)]
    single = an_analysis("y", where={"class": ("bispecific",)})
    claims = [
        a_claim("high", test=a_test(finding="x-remission", op=">", threshold=0.5)),
        a_claim("higher", test=a_test(finding="x-remission", op=">", threshold=0.8)),
    ]
    return a_review(studies, [an_analysis(), single], claims)


def test_each_pooled_finding_comes_with_its_claims_and_their_planned_verdicts():
    review = a_set()
    findings = synthesise.findings(review)
    (firm,) = firmness(review, findings)
    assert firm.finding == "x-remission"
    planned = {c.claim: c.verdict for c in grade.claims(findings, review)}
    assert {r.claim: r.verdict for r in firm.claims} == planned
    for robust in firm.claims:
        assert robust.total == len(firm.multiverse.specifications) == sum(robust.verdicts.values())
        assert robust.held == robust.verdicts[robust.verdict]


def test_a_finding_that_pools_nothing_has_no_panel():
    review = a_set()
    assert firmness(review, [f for f in synthesise.findings(review) if f.pooled is None]) == ()
