"""How firm a finding is: sets counted one by one, influence beside plain fits, nothing below three studies."""

from itertools import combinations

import numpy as np
import pytest
from invented import a_contrast, a_count, a_review, a_study, a_survival, an_analysis, an_arm

from remit import synthesise
from remit.stats import influence, pool, tau2
from remit.synthesise.firm import study_influence, subsets
from remit.synthesise.scale import cloglog_inverse, exp, logit_inverse

ARMS = (an_arm("a"), an_arm("b", drug_class="chemotherapy", role="control"))


def proportion():
    counts = [a_study(s, rows=[a_count("c1", e, 20)]) for s, e in zip("abcd", (5, 9, 14, 19), strict=True)]
    return a_review(counts, [an_analysis()]), logit_inverse


def survival():
    rows = zip("abcd", (0.3, 0.5, 0.8, 0.55), strict=True)
    curves = [a_study(s, rows=[a_survival("s1", p, se=0.08)]) for s, p in rows]
    return a_review(curves, [an_analysis("x", "survival", outcomes=("efs",))]), lambda v: cloglog_inverse(v, False)


def contrast():
    ratios = [
        a_study(s, arms=ARMS, design="randomised", rows=[a_contrast("k1", r, r / 1.5, r * 1.5)])
        for s, r in zip("abcd", (0.5, 0.6, 1.1, 0.8), strict=True)
    ]
    return a_review(ratios, [an_analysis("x", "contrast", outcomes=("efs",))]), exp


def looked(made):
    review, back = made()
    (finding,) = synthesise.findings(review)
    (world,) = synthesise.multiverses(review, [finding.analysis])
    return finding, synthesise.firmness(finding, world), back


@pytest.mark.parametrize("made", [proportion, survival, contrast])
def test_every_set_of_two_or_more_studies_is_counted_where_its_pooled_estimate_lies(made):
    finding, firm, back = looked(made)
    found = []
    for size in range(2, finding.k + 1):
        for chosen in combinations(finding.used, size):
            effect, variance = [u.effect for u in chosen], [u.variance for u in chosen]
            fit = pool.random_effects(effect, variance, tau2.dersimonian_laird(effect, variance))
            found.append(back(fit.estimate))
    held = firm.subsets
    assert held.sets == sum(held.counts) == len(found) == 11
    assert (held.low, held.high) == pytest.approx((min(found), max(found)))
    edges = np.linspace(held.low, held.high, len(held.counts) + 1)
    edges[0], edges[-1] = -np.inf, np.inf
    assert held.counts == tuple(np.histogram(found, edges)[0].tolist())
    assert held.low <= held.quarters[0] <= held.quarters[1] <= held.high


def test_influence_is_that_of_the_plain_fits_and_marks_what_passes_its_cut_off():
    events = (100, 104, 96, 101, 99, 103, 97, 180)
    rows = [a_study(s, rows=[a_count("c1", e, 200)]) for s, e in zip("abcdefgh", events, strict=True)]
    (finding,) = synthesise.findings(a_review(rows, [an_analysis()]))
    effect, variance = [u.effect for u in finding.used], [u.variance for u in finding.used]
    plain = influence.influence(effect, variance)
    found = study_influence(finding)
    assert [i.rstudent for i in found] == pytest.approx(list(plain.rstudent), rel=1e-6)
    assert [i.cook for i in found] == pytest.approx(list(plain.cook), rel=1e-6)
    assert [i.weight for i in found] == pytest.approx(list(plain.hat), rel=1e-6)
    assert [i.label for i in found if i.marked] == ["H"]


def test_two_studies_have_ways_but_no_sets_and_nothing_left_out():
    rows = [a_study(s, rows=[a_count("c1", e, 20)]) for s, e in zip("ab", (5, 9), strict=True)]
    review = a_review(rows, [an_analysis()])
    (finding,) = synthesise.findings(review)
    firm = synthesise.firmness(finding, synthesise.multiverse(review, finding.analysis))
    assert (firm.without, firm.influence, firm.subsets) == ((), (), None)
    assert len(firm.multiverse.specifications) > 1


def test_more_studies_than_sets_can_be_counted_of_are_not_counted():
    rows = [a_study(f"s{i}", rows=[a_count("c1", 3 + i % 9, 20)]) for i in range(26)]
    (finding,) = synthesise.findings(a_review(rows, [an_analysis()]))
    assert subsets(finding) is None
