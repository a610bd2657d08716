"""Which estimate speaks for a family."""

import pytest
from invented import PREFER, a_count, a_report, a_review, a_study, an_analysis, an_arm

from remit import synthesise


def found(studies, analysis=None, **kw):
    return synthesise.findings(a_review(studies, [analysis or an_analysis()], **kw))[0]


def two_rows(first, second, **kw):
    reports = [a_report("r1", year=2019), a_report("r2", year=2023)]
    return found([a_study(reports=reports, rows=[first, second])], **kw)


@pytest.mark.parametrize(
    ("loser", "winner", "reason", "word"),
    [
        (
            a_count("c1", 30, 40, report="r2", flags=("interim",)),
            a_count("c2", 20, 30, report="r1"),
            "superseded",
            "later look",
        ),
        (
            a_count("c1", 30, 40, report="r2", source="secondary"),
            a_count("c2", 20, 30, report="r1"),
            "not-preferred",
            "source",
        ),
        (a_count("c1", 20, 30, report="r2"), a_count("c2", 30, 40, report="r1"), "not-preferred", "number of people"),
        (a_count("c1", 30, 40, report="r1"), a_count("c2", 31, 40, report="r2"), "not-preferred", "date"),
        (
            a_count("c1", None, 40, proportion=0.75, report="r1"),
            a_count("c2", 31, 40, report="r1"),
            "not-preferred",
            "kind of value",
        ),
        (
            a_count("c1", 30, 40, report="r1", flags=("derived",)),
            a_count("c2", 31, 40, report="r1"),
            "not-preferred",
            "number of flags",
        ),
        (a_count("c2", 30, 40, report="r1"), a_count("c1", 31, 40, report="r1"), "not-preferred", "id"),
    ],
)
def test_the_words_of_the_rule_in_turn(loser, winner, reason, word):
    f = two_rows(loser, winner)
    assert [u.key for u in f.used] == [winner.key]
    (out,) = f.left_out
    assert (out.key, out.reason) == (loser.key, reason)
    assert word in out.detail


def test_denominator_and_outcome_come_before_every_other_word():
    rows = [
        a_count("c1", 30, 90, basis="treated", outcome="cr-cri"),
        a_count("c2", 30, 40, basis="infused", outcome="cr"),
        a_count("c3", 10, 20, basis="infused", outcome="cr-cri", source="secondary"),
    ]
    analysis = an_analysis(basis=("infused", "treated"), outcomes=("cr-cri", "cr"))
    f = found([a_study(rows=rows)], analysis)
    assert [u.key for u in f.used] == ["c3"]
    assert {r.key: r.detail.rsplit("by ", 1)[1] for r in f.left_out} == {"c1": "denominator", "c2": "order of outcomes"}


def test_the_protocol_orders_the_words():
    small_new = a_count("c1", 20, 30, report="r2")
    large_old = a_count("c2", 30, 40, report="r1")
    assert two_rows(small_new, large_old, prefer=PREFER).used[0].key == "c2"
    assert two_rows(small_new, large_old, prefer=("basis", "latest", "largest")).used[0].key == "c1"


def test_one_study_of_a_family_speaks_and_the_other_is_named():
    early = a_study("early", family="f", rows=[a_count("c1", 14, 21)])
    late = a_study("late", family="f", rows=[a_count("c1", 35, 50)])
    alone = a_study("alone", rows=[a_count("c1", 10, 20)])
    f = found([early, late, alone])
    assert sorted(u.study for u in f.used) == ["alone", "late"]
    (out,) = f.left_out
    assert (out.study, out.reason) == ("early", "family")
    assert "LATE (late)" in out.detail and "number of people" in out.detail


def test_a_study_of_several_arms_counts_all_its_people_against_its_family():
    arms = [an_arm("a1"), an_arm("a2")]
    split = a_study(
        "split", family="f", arms=arms, rows=[a_count("c1", 20, 30, arm="a1"), a_count("c2", 9, 30, arm="a2")]
    )
    whole = a_study("whole", family="f", rows=[a_count("c1", 14, 40)])
    f = found([split, whole])
    assert [(u.study, u.arm) for u in f.used] == [("split", "a1"), ("split", "a2")]
    assert [u.label for u in f.used] == ["SPLIT: a1", "SPLIT: a2"]


def test_superseded_reports_give_way_but_serve_when_nothing_else_does():
    reports = [a_report("r1", superseded_by="r2"), a_report("r2")]
    both = found(
        [a_study(reports=reports, rows=[a_count("c1", 40, 50, report="r1"), a_count("c2", 30, 40, report="r2")])]
    )
    assert [u.key for u in both.used] == ["c2"]
    assert both.left_out[0].reason == "superseded"
    only = found([a_study(reports=reports, rows=[a_count("c1", 40, 50, report="r1")])])
    assert [u.key for u in only.used] == ["c1"]


def test_a_part_stands_for_its_arm_only_where_the_whole_prints_nothing():
    arms = [an_arm(), an_arm("low", part_of="a"), an_arm("high", part_of="a")]
    part = a_count("c1", 20, 30, arm="low")
    parts = an_analysis(allow={"nested-arms": "why"})
    whole = a_count("c2", 30, 60, source="secondary", flags=("derived",))
    f = found([a_study(arms=arms, rows=[part, whole])], parts)
    assert [u.key for u in f.used] == ["c2"]
    assert f.left_out[0].reason == "nested-arm" and "standing for more of the people" in f.left_out[0].detail
    siblings = found([a_study(arms=arms, rows=[part, a_count("c3", 9, 20, arm="high")])], parts)
    assert [u.key for u in siblings.used] == ["c1"]
    assert siblings.used[0].marks == ("part-of-arm",) and f.used[0].marks == ("derived", "secondary")
    mixed = a_count("c2", 30, 60, flags=("mixed-disease",))
    assert [u.key for u in found([a_study(arms=arms, rows=[part, mixed])], parts).used] == ["c1"]
