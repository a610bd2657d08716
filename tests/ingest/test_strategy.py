"""Strategies read, checked and translated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import UsageError
from remit.ingest.strategy import check, marks, read, write
from remit.ingest.strategy.dialects import DIALECTS, NAMES
from remit.ingest.strategy.fields import TEXT, TIAB, TIABKW
from remit.ingest.strategy.place import exact
from remit.ingest.strategy.tree import (
    Bool,
    Heading,
    Line,
    Near,
    Strategy,
    Term,
    Years,
    joined,
    meaning,
    whole,
)

OVID = """1. exp Leukemia, Lymphoid/dt (51234)
2. (leuk?emi$ adj3 (acute or lymphoblastic)).ti,ab,kf. (90,817)
3. or/1-2 (120345)
4. child*.mp. or exp Child/
5. 3 and 4
6. limit 5 to english language"""


def rules(text, dialect):
    return {(r.line, r.rule) for r in check.remarks(read.strategy(text, dialect))}


def to(text, source, aim):
    got = write.translated(read.strategy(text, source), aim)
    return got.text, got.lost


def test_ovid_lines_are_read_with_their_references():
    got = read.strategy(OVID, "ovid-medline")
    assert got.remarks == ()
    assert [line.number for line in got.lines] == [1, 2, 3, 4, 5, 6]
    assert got.lines[0].query == Heading("Leukemia, Lymphoid", "mesh", True, False, ("dt",))
    near = got.lines[1].query
    assert isinstance(near, Near) and (near.between, near.ordered) == (2, False)
    assert near.left == Term("leuk¤emi*", False, TIABKW)
    assert rules(OVID, "ovid-medline") == set()


def test_the_same_question_in_every_language():
    text, lost = to(OVID, "ovid-medline", "embase")
    assert text.splitlines()[1] == "#2 (leuk$emi* NEAR/3 (acute OR lymphoblastic)):ti,ab,kw"
    assert any("Emtree" in w for w in lost)
    assert text.splitlines()[5] == "#6 #5 AND english:la"
    text, _ = to(OVID, "ovid-medline", "scopus")
    assert "TITLE-ABS-KEY((leukemi* OR leuk?emi*) W/2 (acute OR lymphoblastic))" in text
    text, _ = to(OVID, "ovid-medline", "wos")
    assert "leuk$emi* NEAR/2 (acute OR lymphoblastic)" in text
    text, lost = to(OVID, "ovid-medline", "europepmc")
    assert any("nearness" in w for w in lost)
    text, lost = to('"Leukemia"[Majr:NoExp] AND (cell OR cells)', "pubmed", "ovid-medline")
    assert text == "*Leukemia/ and ((cell or cells).ti,ab,kf.)"
    assert sum("has no field" in w for w in lost) == 2


def test_nearness_counts_words_or_positions():
    assert to("(car near/5 cell):ti", "cochrane", "ovid-medline")[0] == "(car adj6 cell).ti."
    for aim, words in [("wos", "NEAR/2"), ("scopus", "W/2"), ("cochrane", "NEAR/2"), ("embase", "NEAR/3")]:
        assert words in to("(car adj3 therapy).ti.", "ovid-medline", aim)[0]
    assert to("(car adj3 (therapy or cell)).ti.", "ovid-medline", "pubmed") == (
        '"car therapy"[ti:~2] OR "car cell"[ti:~2]',
        (),
    )
    text, lost = to("(cell* adj3 therapy).ti.", "ovid-medline", "pubmed")
    assert text == "cell*[ti] AND therapy[ti]"
    assert "joined by AND; finds more" in lost[0]


@pytest.mark.parametrize(
    ("text", "dialect", "rule"),
    [
        ("(leukemia[tiab] AND child[tiab]", "pubmed", "bracket"),
        ("leukemia[tiab]) AND child[tiab]", "pubmed", "bracket"),
        ('"leukemia[tiab]', "pubmed", "quote"),
        ("'acute leukemia:ti", "embase", "quote"),
        ("“acute leukemia”[tiab]", "pubmed", "smart-quote"),
        ("b–cell[tiab]", "pubmed", "odd-character"),
        ("leukemia[tiabb]", "pubmed", "unknown-field"),
        ("leukemia.zz.", "ovid-medline", "unknown-field"),
        ("XX=leukemia", "wos", "unknown-field"),
        ("leukemia[tiab] and child[tiab]", "pubmed", "lower-case-operator"),
        ("TITLE:a or TITLE:b", "europepmc", "lower-case-operator"),
        ("leu*[tiab]", "pubmed", "short-stem"),
        ("*emia[tiab]", "pubmed", "leading-wildcard"),
        ("leuk?mia[tiab]", "pubmed", "wildcard"),
        ('"acute leuk*":ti', "cochrane", "quoted-wildcard"),
        ('TITLE:"acute leuk*"', "europepmc", "quoted-wildcard"),
        ("leukemi*", "pubmed", "no-mapping"),
        ("leukemia", "pubmed", "no-field"),
        ("car NEAR/3 cell", "pubmed", "nearness"),
        ("(car adj3 cell):ti", "embase", "nearness"),
        ("leukemia.ti,ab.", "pubmed", "foreign-field"),
        ("leukemia:ti,ab", "pubmed", "foreign-field"),
        ("leukemia[tiab]", "scopus", "foreign-field"),
        ("a[ti] AND b[ti] OR c[ti]", "pubmed", "mixed-operators"),
        ("AND leukemia[ti]", "pubmed", "operator"),
        ("leukemia[ti] OR", "pubmed", "operator"),
        ("(a[ti]) (b[ti])", "pubmed", "missing-operator"),
        ("a[ti] AND ()", "pubmed", "bracket"),
        ("(a[ti] OR b[ti])[tiab]", "pubmed", "field"),
        ("[tiab]", "pubmed", "field"),
        ("", "pubmed", "empty"),
        ("a[ti] OR a[ti]", "pubmed", "line-repeated"),
        ("(" * 90 + "a[ti]" + ")" * 90, "pubmed", "too-deep"),
    ],
)
def test_what_would_go_wrong_is_said(text, dialect, rule):
    assert rule in {r for _, r in rules(text, dialect)}


def test_lines_unused_ahead_missing_and_twice():
    found = rules("1. a.ti.\n2. b.ti.\n3. 1 and 4\n4. c.ti.\n5. 3 or 9", "ovid-medline")
    assert {(2, "line-unused"), (3, "line-ahead"), (5, "line-missing")} <= found
    assert (1, "line-unused") not in found


def test_sound_strategies_get_no_remark():
    sound = {
        "pubmed": '("Leukemia"[Mesh] OR leukemi*[tiab]) AND '
        '("2010/01/01"[Date - Publication] : "3000"[Date - Publication])',
        "embase": "#1 'acute lymphoblastic leukemia'/exp OR leuk$emi*:ti,ab\n#2 #1 AND [english]/lim",
        "cochrane": '#1 [mh "Leukemia"] or MeSH descriptor: [Child] explode all trees\n'
        "#2 leuk*mia:ti,ab,kw\n#3 {or #1-#2}",
        "wos": 'TS=(leuk$emia* NEAR/2 (child* OR infant*)) AND TI="blinatumomab" AND PY=2010-2020',
        "scopus": "TITLE-ABS-KEY(leukemia W/2 child*) AND PUBYEAR > 2009",
        "europepmc": 'TITLE_ABS:(leukemia OR "b cell") AND KW:"Child" AND PUB_YEAR:[2010 TO 3000]',
    }
    for dialect, text in sound.items():
        assert rules(text, dialect) == set(), dialect


REAL = """1     exp Precursor Cell Lymphoblastic Leukemia-Lymphoma/ (32,000)
2     leuk?emi$.mp. [mp=title, abstract, name of substance word] (1000)
3     (acute adj2 lympho$ adj2 leuk$).tw.
4     or/1-3
5     (child$ or infan$ or p?ediatric$).ti,ab.
6     randomized controlled trial.pt. or drug therapy.fs.
7     animals/ not (humans/ and animals/)
8     (4 and 5 and 6) not 7
9     limit 8 to yr="2010 -Current"
10    remove duplicates from 9"""


def test_an_exported_history_is_read_as_it_is():
    assert rules(REAL, "ovid-medline") == set()
    scopus = 'TITLE-ABS-KEY ( child* ) AND ( LIMIT-TO ( DOCTYPE , "ar" ) )'
    assert rules(scopus, "scopus") == set()
    assert any("LIMIT-TO" in w for w in to(scopus, "scopus", "wos")[1])
    assert to(REAL, "ovid-medline", "ovid-medline")[0].splitlines()[-1] == "10. remove duplicates from 9"


def test_errors_are_not_translated_and_unknown_languages_named():
    with pytest.raises(UsageError, match="cannot be translated"):
        to("(a[ti]", "pubmed", "wos")
    with pytest.raises(UsageError, match="choose one of"):
        read.strategy("a", "medline")
    with pytest.raises(UsageError, match="choose one of"):
        to("a[ti]", "pubmed", "medline")


WORDS = [
    "leukemia",
    "blinatumomab",
    "childhood*",
    "b-all",
    "acute leukemia",
    "car t cell",
    "not",
    "phase/2",
    "19",
    "l'all",
]


def queries(dialect):
    d = DIALECTS[dialect]
    wide = [f for f in (TIAB, TIABKW, TEXT) if exact(d.codes, f)]
    fields = st.sampled_from([f for f, _ in d.codes if "subject" not in f] + wide * 3)
    term = st.builds(Term, st.sampled_from(WORDS), st.booleans(), fields)
    leaf = term
    if d.thesaurus:
        subs = st.sampled_from([(), ("dt",), ("dt", "ae")]) if d.thesaurus == "mesh" else st.just(())
        major = st.booleans() if dialect != "cochrane" else st.just(False)
        names = st.sampled_from(["Leukemia, Lymphoid", "Bone and Bones", "child"])
        leaf = leaf | st.builds(Heading, names, st.just(d.thesaurus), st.booleans(), major, subs)
    if marks.years(dialect, Years("2010", "")) is not None:
        leaf = leaf | st.sampled_from([Years("2010", ""), Years("", "2020"), Years("2011", "2015")])
    if d.near:
        plain = st.sampled_from([w for w in WORDS[:4] if dialect != "pubmed" or "*" not in w])
        where = fields if dialect != "pubmed" else st.sampled_from([frozenset({"title"}), TIABKW])

        def near(parts):
            a, b, c, f, n, ordered = parts
            right = Term(b, False, f)
            if dialect != "pubmed":
                right = joined("or", (right, Term(c, False, f)))
            return Near(Term(a, False, f), right, 0 if ordered and dialect == "cochrane" else n, ordered)

        ordered = st.booleans() if dialect in ("embase", "scopus", "cochrane") else st.just(False)
        leaf = leaf | st.tuples(plain, plain, plain, where, st.integers(1, 8), ordered).map(near)

    def grow(inner):
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(Bool, st.sampled_from(["and", "or", "not"]), parts)

    return st.recursive(leaf, grow, max_leaves=8)


def held(query, dialect):
    return Strategy(dialect, (Line(1, "", query),), (), False)


@pytest.mark.parametrize("dialect", NAMES)
def test_writing_in_the_same_language_keeps_the_meaning(dialect):
    @settings(max_examples=60, deadline=None)
    @given(queries(dialect))
    def law(query):
        got = write.translated(held(query, dialect), dialect)
        again = read.strategy(got.text, dialect)
        assert not again.errors, (got.text, again.errors)
        back = whole(again)
        assert back is not None
        assert meaning(back) == meaning(query), got.text

    law()


@pytest.mark.parametrize("dialect", NAMES)
def test_every_translation_is_whole_and_can_be_read(dialect):
    @settings(max_examples=60, deadline=None)
    @given(queries(dialect), st.sampled_from(NAMES))
    def law(query, aim):
        got = write.translated(held(query, dialect), aim)
        assert got.text.count("(") == got.text.count(")")
        assert got.text.count('"') % 2 == 0
        if got.text != "…":
            assert not read.strategy(got.text, aim).errors, got.text

    law()


@given(st.text(alphabet="ab()\"'[]/.:,*?$#=-{} \n12ORANDNOTadj“”", max_size=60), st.sampled_from(NAMES))
@settings(max_examples=150, deadline=None)
def test_no_text_ends_in_a_traceback(text, dialect):
    got = read.strategy(text, dialect)
    check.remarks(got)
    if not got.errors and got.lines:
        for aim in NAMES:
            write.translated(got, aim)
