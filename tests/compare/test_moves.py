"""What moved between two builds."""

from dataclasses import replace

import pytest
from invented import a_claim, a_count, a_review, a_study, an_analysis, an_arm

from remit import compare, grade, synthesise
from remit.model.plain import plain


def built(studies, analyses=None, claims=()):
    review = a_review(studies, analyses if analyses is not None else [an_analysis(important=(0.5,))], claims)
    findings = grade.graded(synthesise.findings(review), review)
    return findings, grade.claims(findings, review)


def kept(findings, claims=()):
    return {**{f.id: plain(f) for f in findings}, "claims": {c.claim: plain(c) for c in claims}}


def cells(*pairs):
    return [a_study(f"s{i}", rows=[a_count("c1", x, n)]) for i, (x, n) in enumerate(pairs)]


def test_nothing_moves_between_a_build_and_itself():
    findings, claims = built(cells((30, 40), (12, 17), (20, 20)), claims=[a_claim()])
    assert compare.moved(kept(findings, claims), findings, claims) == ()


def test_a_first_build_moves_nothing():
    findings, claims = built(cells((30, 40)))
    assert compare.moved({}, findings, claims) == ()


def test_an_added_study_moves_exactly_the_findings_it_enters():
    analyses = [an_analysis("cars"), an_analysis("others", where={"class": ("bispecific",)})]
    before, _ = built(cells((30, 40), (20, 40)), analyses)
    added = a_study("new", arms=[an_arm("b")], rows=[a_count("c1", 39, 40, arm="b")])
    after, _ = built([*cells((30, 40), (20, 40)), added], analyses)
    (move,) = compare.moved(kept(before), after, ())
    assert (move.finding, move.kind, move.entered, move.left) == ("cars", "moved", ("new/b",), ())
    assert "entered: new/b" in move.sentence and str(move) == move.sentence


@pytest.mark.parametrize(
    ("before", "after", "changed", "words"),
    [
        (cells((30, 40), (31, 40)), cells((30, 40), (32, 40)), False, "conclusion unchanged"),
        (cells((20, 40), (20, 40)), cells((35, 40), (36, 40)), True, "lay across 0.5 and lies above it"),
        (cells((30, 40)), cells((30, 40), (31, 40)), True, "1 study before, 2 studies now"),
        (cells((30, 40)), [], True, "1 study before, no study now"),
    ],
)
def test_whether_a_conclusion_changed(before, after, changed, words):
    old, _ = built(before)
    new, _ = built(after)
    (move,) = compare.moved(kept(old), new, ())
    assert move.changed is changed
    assert words in move.sentence


def test_certainty_alone_is_a_change():
    findings, _ = built(cells((30, 40)))
    f = findings[0]
    assert f.certainty is not None
    signed = replace(f, certainty=replace(f.certainty, level="high"))
    (move,) = compare.moved(kept(findings), (signed,), ())
    assert move.changed and f"certainty {f.certainty.level} before, high now" in move.why


def test_findings_appear_and_vanish():
    old, _ = built(cells((30, 40)), [an_analysis("gone"), an_analysis("empty", where={"class": ("bispecific",)})])
    new, _ = built(cells((30, 40)), [an_analysis("new")])
    moves = {m.finding: m for m in compare.moved(kept(old), new, ())}
    assert {name: (m.kind, m.changed) for name, m in moves.items()} == {
        "new": ("appeared", True),
        "gone": ("vanished", True),
        "empty": ("vanished", False),
    }


def test_a_verdict_that_changed_is_a_move_of_the_claim():
    old, old_claims = built(cells((20, 40)), claims=[a_claim()], analyses=[an_analysis()])
    new, new_claims = built(cells((39, 40)), claims=[a_claim()], analyses=[an_analysis()])
    moves = compare.moved(kept(old, old_claims), new, new_claims)
    claim = next(m for m in moves if m.kind == "verdict")
    assert (claim.claim, claim.finding, claim.changed) == ("claim", "", True)
    assert claim.why == "not supported before, supported now"


def test_stored_nonsense_counts_as_absent():
    findings, claims = built(cells((30, 40)))
    (move,) = compare.moved({"x-remission": {"used": 3, "pooled": [], "certainty": "high"}}, findings, claims)
    assert move.changed and "no study before" in move.why
