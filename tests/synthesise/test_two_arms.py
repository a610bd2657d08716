"""Two arms over time: the people of both arms in one model, and what is said where one ratio is not the story."""

import math

import numpy as np
import pytest
from invented import a_contrast, a_printed_curve, a_review, a_study, an_analysis, an_arm

from remit import relate, report, synthesise
from remit.model.course import Person, UsableCurve
from remit.report.book import Book
from remit.report.figures import arms as drawing
from remit.report.pages.two_arms import cards
from remit.stats.cox import cox
from remit.stats.rmst import restricted_mean

ARMS = (
    an_arm("a", label="CAR T"),
    an_arm("b", label="Chemotherapy <b>", role="comparator", drug_class="chemotherapy", targets=()),
)
PLAN = an_analysis("x-efs-hr", "contrast", title="Event-free survival", outcomes=("efs",), drug_class="car-t")


def a_set(names):
    rows = [a_contrast("k1", 0.6, 0.4, 0.9)]
    return a_review([a_study(n, arms=ARMS, rows=rows, design="randomised") for n in names], [PLAN])


def a_curve(study, arm, times, events, **kw):
    people = [Person(months=float(t), event=bool(e)) for t, e in zip(times, events, strict=True)]
    drawn = a_printed_curve(list(times), [int(e) for e in events], arm=arm, id=f"efs-{arm}", basis="randomised", **kw)
    return UsableCurve(study=study, people=people, printed=drawn)


def exponential(rng, n, rate, end=36.0):
    late = rng.exponential(1.0 / rate, n)
    return np.minimum(late, end), late < end


def crossing(rng, n, early, late, turn=6.0, end=36.0):
    """Times whose hazard is `early` up to the turn and `late` after it."""
    hazard = rng.exponential(1.0, n)
    t = np.where(hazard < early * turn, hazard / early, turn + (hazard - early * turn) / late)
    return np.minimum(t, end), t < end


def proportional(names, seed=1, n=80):
    rng = np.random.default_rng(seed)
    return {x: (exponential(rng, n, 0.03), exponential(rng, n, 0.06)) for x in names}


def both(trials, **kw):
    return [
        a_curve(name, arm, *people, **kw)
        for name, sides in trials.items()
        for arm, people in zip("ab", sides, strict=True)
    ]


def compared(trials, curves=None):
    review = a_set(sorted(trials))
    return review, synthesise.two_arms(review, synthesise.findings(review), both(trials) if curves is None else curves)


def test_the_ratio_is_coxs_stratified_by_study():
    trials = proportional("def")
    _, (found,) = compared(trials)
    rows = [
        (t, e, side, name)
        for name, sides in trials.items()
        for side, people in zip((1.0, 0.0), sides, strict=True)
        for t, e in zip(*people, strict=True)
    ]
    t, e, arm, study = zip(*rows, strict=True)
    fit = cox(t, e, arm, strata=["def".index(s) for s in study])
    one = found.ratios[0]
    assert (one.model, one.estimate, one.lower, one.upper) == (
        "stratified by study", *(pytest.approx(math.exp(v[0])) for v in (fit.estimate, fit.lower, fit.upper))
    )  # fmt: skip
    assert found.proportional and found.without == () and [s.label for s in found.studies] == ["D", "E", "F"]
    assert [r.model for r in found.ratios[1:]] == ["shared frailty", "varying effect", "two stages"]
    for other in found.ratios[1:]:
        assert other.estimate == pytest.approx(one.estimate, rel=0.05), "alike in all studies: the models agree"
    assert found.studies[0].people == (80, 80) and found.studies[0].events[0] == int(trials["d"][0][1].sum())


def test_where_hazards_cross_means_and_a_changing_ratio_are_the_summary():
    rng = np.random.default_rng(5)
    trials = {x: (crossing(rng, 150, 0.02, 0.09), crossing(rng, 150, 0.09, 0.02)) for x in "de"}
    review, (found,) = compared(trials)
    assert not found.proportional
    assert found.stretches[0].estimate < 0.6 and found.stretches[-1].estimate > 1.5
    assert found.stretches[-1].end is None
    horizon = found.difference.horizon
    means = [[restricted_mean(*people, horizon).estimate for people in sides] for sides in trials.values()]
    own = [a - b for a, b in means]
    assert min(own) <= found.difference.estimate <= max(own)
    (card,) = cards(a_book(review), [found])
    assert "does not tell the story" in card.sentence and "hazard ratio 0" not in card.sentence


def a_book(review):
    findings = synthesise.findings(review)
    return Book(
        review=review,
        findings=findings,
        claims=(),
        problems=(),
        mechanism=relate.mechanism_map(review, findings),
        flow={},
        changes=(),
    )


def test_one_study_or_half_a_pair_gives_no_comparison():
    trials = proportional("de")
    assert compared({"d": trials["d"]})[1] == ()
    one_side = [c for c in both(trials) if (c.study, c.arm) != ("e", "b")]
    assert compared(trials, one_side)[1] == ()


def test_arms_followed_by_two_rules_are_no_pair():
    trials = proportional("de")
    mixed = [*both({"d": trials["d"]}), a_curve("e", "a", *trials["e"][0], transplant="censored")]
    mixed.append(a_curve("e", "b", *trials["e"][1]))
    assert compared(trials, mixed)[1] == ()


def test_a_study_without_curves_is_named():
    trials = proportional("def")
    _, (found,) = compared(trials, [c for c in both(trials) if c.study != "e"])
    assert found.without == ("E",) and len(found.studies) == 2


def test_no_finding_changes_and_order_of_curves_does_not_matter():
    trials = proportional("def")
    review, found = compared(trials)
    before = synthesise.findings(review)
    assert synthesise.two_arms(review, before, both(trials)[::-1]) == found
    assert synthesise.findings(review) == before


def test_the_card_shows_both_arms():
    review, (found,) = compared(proportional("de"))
    (card,) = cards(a_book(review), [found])
    assert card.figure.count('class="p"') == 1 and card.figure.count('class="q"') == 1
    assert ">arm</text>" in card.figure and ">comparator</text>" in card.figure
    assert "320 people rebuilt" in card.sentence
    assert drawing.draw(found) == card.figure, "same input, same drawing"


def test_the_page_of_the_class_holds_the_card_and_labels_stay_text():
    review, found = compared(proportional("de"))
    findings = synthesise.findings(review)
    site = report.site(review, findings, (), (), relate.mechanism_map(review, findings), two_arms=found)
    page = site["class-car-t.html"].decode()
    assert "Event-free survival: both arms over time" in page and "stratified by study" in page
    assert "Chemotherapy &lt;b&gt;, " in page and "Chemotherapy <b>" not in page


def test_a_study_followed_briefly_leaves_both_lines_drawn():
    trials = proportional("de")
    trials["f"] = tuple((np.minimum(t, 0.5), d & (t < 0.5)) for t, d in trials["d"])
    _, (found,) = compared(trials)
    assert [line.label for line in found.lines] == ["arm", "comparator"]
