"""Leaving one study out equals the finding of a review that lacks it."""

from dataclasses import replace

import pytest
from invented import a_contrast, a_count, a_review, a_study, a_survival, an_analysis, an_arm

from remit import synthesise

ARMS = (an_arm("a"), an_arm("b", drug_class="chemotherapy", role="control"))


def reviews():
    counts = [a_study(s, rows=[a_count("c1", e, 20)]) for s, e in zip("abcd", (5, 9, 14, 20), strict=True)]
    yield a_review(counts, [an_analysis()])
    curves = [a_study(s, rows=[a_survival("s1", p, se=0.08)]) for s, p in zip("abc", (0.3, 0.5, 0.8), strict=True)]
    yield a_review(curves, [an_analysis("x", "survival", outcomes=("efs",))])
    kind = {"outcome": "relapse", "measure": "cumulative-incidence", "se": 0.08}
    falls = [a_study(s, rows=[a_survival("s1", p, **kind)]) for s, p in zip("abc", (0.3, 0.5, 0.8), strict=True)]
    yield a_review(falls, [an_analysis("x", "survival", outcomes=("relapse",))])
    ratios = [
        a_study(s, arms=ARMS, design="randomised", rows=[a_contrast("k1", r, r / 1.5, r * 1.5)])
        for s, r in zip("abc", (0.5, 0.6, 1.1), strict=True)
    ]
    yield a_review(ratios, [an_analysis("x", "contrast", outcomes=("efs",))])


@pytest.mark.parametrize("review", [*reviews()], ids=["proportion", "survival", "incidence", "contrast"])
def test_without_each_study_is_the_finding_of_the_others(review):
    (whole,) = synthesise.findings(review)
    for without in synthesise.leave_one_out(whole):
        rest = replace(review, studies=tuple(s for s in review.studies if s.study.id != without.study))
        (found,) = synthesise.findings(rest)
        assert (without.estimate, without.lower, without.upper) == (found.estimate, found.lower, found.upper)
        assert without.k == found.k == whole.k - 1
        assert without.tau2 == found.pooled.tau2


def test_the_summary_names_the_study_that_moves_most_and_the_decisive_ones():
    *_, contrasts = reviews()
    (whole,) = synthesise.findings(contrasts)
    summary = synthesise.influence(whole)
    assert summary.most == summary.lowest_without == "C"
    assert summary.lowest < whole.estimate < summary.highest
    assert summary.most_shift > 0
    pair = replace(contrasts, studies=contrasts.studies[:2])
    (two,) = synthesise.findings(pair)
    assert two.lower < 1.0 < two.upper
    assert synthesise.influence(two).decisive == ("A", "B"), "each alone lies below 1, the two of them do not"


def test_fewer_than_two_studies_have_nothing_to_leave_out():
    review = a_review([a_study("a", rows=[a_count("c1", 5, 10)])], [an_analysis()])
    (one,) = synthesise.findings(review)
    assert synthesise.leave_one_out(one) == ()
    assert synthesise.influence(one) is None


def test_a_full_cell_alone_has_no_shift():
    review = a_review([a_study(s, rows=[a_count("c1", 9, 9)]) for s in "abc"], [an_analysis()])
    (whole,) = synthesise.findings(review)
    assert [w.shift for w in synthesise.leave_one_out(whole)] == [None, None, None]
    assert synthesise.influence(whole).lowest == 1.0
