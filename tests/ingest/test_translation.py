"""Translations find what the source finds, or say that they do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategy_world import Paper, found, papers

from remit.ingest.strategy import read, write
from remit.ingest.strategy.dialects import DIALECTS, NAMES
from remit.ingest.strategy.fields import TEXT, TIAB, TIABKW
from remit.ingest.strategy.place import exact
from remit.ingest.strategy.tree import Bool, Heading, Line, Near, Query, Raw, Strategy, Term, Years, joined, walk, whole

MESH = ("pubmed", "ovid-medline", "cochrane")
CUT = ("leuk¤emia", "wom?n", "child*", "tumo¤r*", "cell", "rats", "leukemia", "cell children", "wom*", "tumour *ren")
MISSED = "records can be missed"


def terms(dialect: str) -> st.SearchStrategy[Query]:
    d = DIALECTS[dialect]
    known = {"title", "abstract", "keyword", "heading-word", "keyword-plus", "all"}
    sets = [f for f, _ in d.codes if f <= known] + [f for f in (TIAB, TIABKW, TEXT) if exact(d.codes, f)]
    wild = set("*?¤") - set(d.wild)
    texts = [t for t in CUT if not wild & set(t) and not (dialect == "pubmed" and "*" in t[:4])]
    return st.builds(Term, st.sampled_from(texts), st.just(False), st.sampled_from(sets))


def leaves(dialect: str) -> st.SearchStrategy[Query]:
    d = DIALECTS[dialect]
    nlm = dialect in (*MESH, "europepmc")
    names = ("Review", "Letter", "Randomized Controlled Trial") if nlm else ("Review", "Letter")
    codes = {"scopus": ("re", "le")}.get(dialect, names)
    out = terms(dialect)
    out |= st.builds(Term, st.sampled_from(codes), st.just(True), st.just(frozenset({"publication-type"})))
    out |= st.builds(Term, st.sampled_from(("english", "german")), st.just(False), st.just(frozenset({"language"})))
    out |= st.just(Raw("something"))
    if not dialect.startswith("ovid") and dialect != "cochrane":
        spans = [Years("2010", ""), Years("", "2015"), Years("2010", "2015")]
        out |= st.sampled_from(spans + [Years("2010/06/01", "2020/06/30")] * (dialect in ("pubmed", "europepmc")))
    if dialect in MESH:
        headings = st.sampled_from(("Leukemia", "Animals", "Humans"))
        major = st.booleans() if dialect != "cochrane" else st.just(False)
        subs = st.sampled_from(((), ("dt",)))
        out |= st.builds(Heading, headings, st.just("mesh"), st.booleans(), major, subs)
    if d.near:
        out |= st.builds(_near, terms(dialect), terms(dialect), terms(dialect), st.integers(0, 2), st.just(dialect))
    return out


def _near(left: Term, right: Term, other: Term, between: int, dialect: str) -> Query:
    names = TIABKW if dialect == "pubmed" else left.fields
    if dialect == "pubmed":
        return Near(Term("cell", False, names), Term("child", False, names), between)
    pair = joined("or", tuple(Term(t.text, False, names) for t in (right, other)))
    return Near(left, pair, between, dialect in ("embase", "scopus") and between == 1)


def queries(dialect: str) -> st.SearchStrategy[Query]:
    def grow(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(Bool, st.sampled_from(("and", "or", "not")), parts)

    return st.recursive(leaves(dialect), grow, max_leaves=6)


def comparable(query: Query, dialect: str, aim: str) -> bool:
    """Headings of another thesaurus are to be looked up: what they find is not known here."""
    held = [query]
    while held:
        here = held.pop()
        if isinstance(here, Heading) and DIALECTS[aim].thesaurus not in ("mesh", ""):
            return False
        held += here.parts if isinstance(here, Bool) else ()
    return True


@pytest.mark.parametrize("dialect", NAMES)
def test_what_a_translation_misses_or_adds_is_said(dialect):
    world = papers(20261129, 80)

    @settings(max_examples=80, deadline=None)
    @given(queries(dialect), st.sampled_from([n for n in NAMES if n != dialect]))
    def law(query, aim):
        if comparable(query, dialect, aim):
            judged(query, dialect, aim, world)
        else:
            assert write.translated(Strategy(dialect, (Line(1, "", query),), (), False), aim).lost

    law()


CONTEXTS = ("{c}", "x AND", "x OR", "x NOT", "x NOT (y AND", "x NOT (y NOT", "x AND (c NOT y)")


def placed(leaf: Query, context: str, x: Query, y: Query) -> Query:
    """A construct alone, and where it may do harm."""
    return {
        "{c}": leaf,
        "x AND": Bool("and", (x, leaf)),
        "x OR": Bool("or", (x, leaf)),
        "x NOT": Bool("not", (x, leaf)),
        "x NOT (y AND": Bool("not", (x, Bool("and", (y, leaf)))),
        "x NOT (y NOT": Bool("not", (x, Bool("not", (y, leaf)))),
        "x AND (c NOT y)": Bool("and", (x, Bool("not", (leaf, y)))),
    }[context]


def constructs(dialect: str) -> list[Query]:
    """One of each thing the language can say."""
    d, title = DIALECTS[dialect], frozenset({"title"})
    made: list[Query] = [Raw("something"), Term("Review", True, frozenset({"publication-type"}))]
    if dialect == "scopus":
        made[1] = Term("re", True, frozenset({"publication-type"}))
    if dialect in (*MESH, "europepmc"):
        made.append(Term("Randomized Controlled Trial", True, frozenset({"publication-type"})))
    made += [Term(t, False, title) for t in CUT if not set("*?¤") & set(t) - set(d.wild)]
    made += [Term("child", False, f) for f, _ in d.codes if f <= TEXT | {"keyword-plus"}]
    if dialect in MESH:
        made += [
            Heading("Animals", "mesh", e, m, s) for e in (True, False) for m in (True, False) for s in ((), ("dt",))
        ]
    if d.near:
        made.append(Near(Term("cell", False, title), Term("rats", False, title), 0))
        made.append(Near(Term("cell", False, title), Term("rats", False, title), 1, dialect in ("embase", "scopus")))
    if not dialect.startswith("ovid") and dialect != "cochrane":
        made += [Years("2010", "2015"), Years("", "2015"), Years("2016", "")]
    return made


@pytest.mark.parametrize("dialect", NAMES)
def test_one_of_each_construct_wherever_it_stands(dialect):
    world = papers(7, 40)
    x, y = (Term(t, False, frozenset({"title"})) for t in ("leukemia", "cells"))
    for leaf in constructs(dialect):
        for context in CONTEXTS:
            query = placed(leaf, context, x, y)
            for aim in NAMES:
                if aim != dialect and comparable(query, dialect, aim):
                    judged(query, dialect, aim, world)


def judged(query: Query, dialect: str, aim: str, world: list[Paper]) -> None:
    """What a translation misses or adds is said; where nothing is said, nothing is."""
    got = write.translated(Strategy(dialect, (Line(1, "", query),), (), False), aim)
    if got.text == "…":
        assert got.lost
        return
    back = read.strategy(got.text, aim)
    there = whole(back)
    assert not back.errors and there is not None, (got.text, back.errors)
    ours = [found(query, p, dialect) for p in world]
    theirs = [found(there, p, aim) for p in world]
    if any(a and not b for a, b in zip(ours, theirs, strict=True)):
        assert any(MISSED in w for w in got.lost), (got.text, got.lost)
    if any(b and not a for a, b in zip(ours, theirs, strict=True)):
        assert any("more" in w or "others" in w or MISSED in w for w in got.lost), (got.text, got.lost)


@pytest.mark.parametrize("dialect", NAMES)
def test_a_field_is_the_same_or_said_not_to_be(dialect):
    for code, names in DIALECTS[dialect].fields.items():
        if names & {"subject", "publication-type", "language", "issn"}:
            continue
        for aim in NAMES:
            got = write.translated(Strategy(dialect, (Line(1, "", Term("child", False, names)),), (), False), aim)
            if aim != dialect and not got.lost:
                back = whole(read.strategy(got.text, aim))
                asked = names | ({"journal-abbreviation"} if "journal" in names else set())
                assert back is not None
                words = [t for t in walk(back) if isinstance(t, Term)]
                assert frozenset[str]().union(*(t.fields for t in words)) in (names, asked), (code, aim, got.text)


def to(text: str, source: str, aim: str) -> tuple[str, str]:
    got = write.translated(read.strategy(text, source), aim)
    return got.text, "\n".join(got.lost)


FILTER = (
    "((randomized controlled trial or controlled clinical trial).pt. or randomi?ed.ab. or placebo.ab. or "
    "clinical trials as topic.sh. or randomly.ab. or trial.ti.) not (exp animals/ not humans.sh.)"
)


def test_the_animal_filter_keeps_human_studies():
    text, _ = to(FILTER, "ovid-medline", "pubmed")
    assert text.endswith('NOT ("animals"[Mesh] NOT "humans"[Mesh:NoExp])')
    assert '"clinical trials as topic"[Mesh:NoExp]' in text
    assert "randomi*ed[tiab]" in text
    for aim in ("wos", "scopus", "europepmc"):
        text, lost = to(FILTER, "ovid-medline", aim)
        assert "NOT" not in text
        assert "the exclusion of exp animals/ not humans/: left out; finds more" in lost
    for aim in ("ovid-embase", "embase"):
        _, lost = to(FILTER, "ovid-medline", aim)
        assert "the heading humans: look up its name in Emtree" in lost
        assert "the heading clinical trials as topic: look up" in lost


@pytest.mark.parametrize(
    ("text", "source", "aim", "want", "said"),
    [
        ("humans.sh.", "ovid-medline", "ovid-medline", "humans/", ""),
        ("(animals or humans).sh.", "ovid-medline", "pubmed", '"animals"[Mesh:NoExp] OR "humans"[Mesh:NoExp]', ""),
        ('"randomized controlled trial"[pt]', "pubmed", "ovid-medline", '"randomized controlled trial".pt.', ""),
        ('"randomized controlled trial"[pt]', "pubmed", "embase", "'randomized controlled trial'/exp", "no such type"),
        ('"randomized controlled trial"[pt]', "pubmed", "ovid-embase", "exp randomized controlled trial/", "no such"),
        ('"meta-analysis"[pt]', "pubmed", "scopus", 'TITLE-ABS("meta-analysis")', "words in title and abstract"),
        ("clinical trial[pt]", "pubmed", "ovid-medline", "clinical trial.pt.", "narrower types"),
        ("DT=Review", "wos", "scopus", "DOCTYPE(re)", "written re"),
        ("DOCTYPE(re)", "scopus", "pubmed", "Review[pt]", "written Review"),
        ("DOCTYPE(ed)", "scopus", "wos", 'DT="Editorial Material"', "Editorial Material"),
        ("DOCTYPE(sh)", "scopus", "ovid-embase", '"short survey".pt.', "short survey"),
        ("conference abstract.pt.", "ovid-embase", "wos", 'DT="Meeting Abstract"', "Meeting Abstract"),
        ("[conference abstract]/lim", "embase", "ovid-embase", '"conference abstract".pt.', ""),
        ("[english]/lim", "embase", "pubmed", "english[la]", ""),
        ("eng[la]", "pubmed", "europepmc", "LANG:eng OR LANG:en", ""),
        ("TITLE(a) AND PUBYEAR AFT 2021", "scopus", "pubmed", "a[ti] AND 2022:3000[dp]", ""),
        ("TITLE(a) AND PUBYEAR BEF 2015", "scopus", "pubmed", "a[ti] AND 1000:2014[dp]", ""),
        ("TITLE(a) AND PUBYEAR IS 2015", "scopus", "pubmed", "a[ti] AND 2015:2015[dp]", ""),
        (
            "a[ti] AND 2020/01/15:2021/06/30[dp]",
            "pubmed",
            "wos",
            "TI=a AND PY=2020-2021",
            "whole years only; finds more",
        ),
        (
            "a[ti] NOT 2020/01/15:2021/06/30[dp]",
            "pubmed",
            "wos",
            "TI=a",
            "exclusion of 2020/01/15:2021/06/30[dp]: left",
        ),
        (
            "TITLE:a AND FIRST_PDATE:[2020-02-01 TO 2020-06-30]",
            "europepmc",
            "pubmed",
            "a[ti] AND 2020/02/01:2020/06/30[dp]",
            "",
        ),
        ("wom#n.ti.", "ovid-medline", "scopus", "TITLE(wom?n)", ""),
        ("tumo?r.ti.", "ovid-medline", "scopus", "TITLE(tumor OR tumo?r)", ""),
        ("tumo?r*.ti.", "ovid-medline", "pubmed", "tumo*r*[ti]", "written tumo*r*; finds more"),
        (
            "a.ti. not tumo?r*.ti.",
            "ovid-medline",
            "pubmed",
            "a[ti] NOT (tumor*[ti] OR tumour*[ti])",
            "less is excluded",
        ),
        ("(tumo?r adj3 cell).ti.", "ovid-medline", "pubmed", '"tumor cell"[ti:~2] OR "tumour cell"[ti:~2]', "tumour"),
        ("leuk* cell*.ti.", "ovid-medline", "pubmed", '"leuk* cell*"[ti]', ""),
        ("TI=w?n", "wos", "pubmed", "wan[ti] OR wen[ti] OR win[ti] OR won[ti] OR wun[ti] OR wyn[ti]", "wan, wen"),
        ("leukemi$3.ti.", "ovid-medline", "ovid-medline", "leukemi$3.ti.", ""),
        ("leukemi$3.ti.", "ovid-medline", "embase", "leukemi*:ti", "cannot limit"),
        ("leu*.ti. and a.ti.", "ovid-medline", "pubmed", "a[ti]", "four letters"),
        ("'leukemia'/exp/dm_dt", "embase", "ovid-embase", "exp leukemia/dt", "dm_dt of leukemia: written dt"),
        ("exp leukemia/si", "ovid-embase", "embase", "'leukemia'/exp/dm_si", "written dm_si"),
        (
            "exp leukemia/dt",
            "ovid-embase",
            "embase",
            "'leukemia'/exp/dd_dt OR 'leukemia'/exp/dm_dt",
            "written dd_dt, dm_dt",
        ),
        ("'imatinib'/exp/dd_ae,dd_to", "embase", "ovid-embase", "exp imatinib/ae,to", "written ae, to"),
        ('"Leukemia/drug therapy"[Majr]', "pubmed", "ovid-medline", "exp *Leukemia/dt", ""),
        ('"Leukemia/therapy"[Mesh]', "pubmed", "ovid-medline", "exp Leukemia/th", "narrower ones too"),
        ("a.mp.", "ovid-medline", "embase", "a:ti,ab,kw,de", "own set"),
        ('"N Engl J Med"[ta]', "pubmed", "ovid-medline", '"N Engl J Med".jn.', "only the full title"),
        ('"N Engl J Med"[ta]', "pubmed", "wos", 'SO="N Engl J Med"', "only the full title"),
        ('"0028-4793"[ta]', "pubmed", "wos", 'IS="0028-4793"', ""),
        ("((a and b) adj3 c).ti.", "ovid-medline", "wos", "TI=((a NEAR/2 c) AND (b NEAR/2 c))", ""),
        (
            '1. a.ti.\n2. limit 1 to yr="2010 -Current"',
            "ovid-medline",
            "ovid-embase",
            '1. a.ti.\n2. limit 1 to yr="2010 -Current"',
            "",
        ),
        ("smith j[au]", "pubmed", "ovid-medline", "smith j*.au.", "check the form of the name"),
        ('AU="Smith J*"', "wos", "pubmed", '"Smith J"[au]', "check the form of the name"),
        ("TS=(a NEAR b)", "wos", "embase", "(a NEAR/16 b):ti,ab,kw", "keyword-plus"),
        ("(a near b):ti", "cochrane", "ovid-medline", "(a adj7 b).ti.", ""),
        (
            "TI=a AND PY=2010-2024 NOT DT=Review",
            "wos",
            "ovid-medline",
            "a.ti. not Review.pt.",
            "PY=2010-2024: left out of an AND",
        ),
        ("a[ti] NOT b[si]", "pubmed", "wos", "TI=a", "the exclusion of b[si]: left out"),
        ("a[ti] OR b[si]", "pubmed", "wos", "TI=a", "b[si]: left out of an OR; finds fewer: records can be missed"),
        ("a[ti] AND hasabstract", "pubmed", "wos", "TI=a", "hasabstract: left out of an AND"),
        (
            '1. a.ti.\n2. limit 1 to (english language and yr="2010 -Current")',
            "ovid-medline",
            "wos",
            "TI=a AND LA=english AND PY=2010-3000",
            "",
        ),
    ],
)
def test_known_translations(text, source, aim, want, said):
    got, lost = to(text, source, aim)
    assert got == want
    assert said in lost if said else not lost


@pytest.mark.parametrize(
    ("text", "dialect", "rule"),
    [
        ("blinatumomab.tn.", "ovid-medline", "unknown-field"),
        ("device.dv.", "ovid-medline", "unknown-field"),
        ("imatinib.nm.", "ovid-embase", "unknown-field"),
        ("'leukemia'/xx", "embase", "heading-mark"),
        ("'leukemia'/exp/dx_dt", "embase", "heading-mark"),
    ],
)
def test_fields_and_marks_of_another_database_are_errors(text, dialect, rule):
    assert rule in {r.rule for r in read.strategy(text, dialect).errors}


def test_lines_that_exclude_are_known_by_their_use():
    text = "1. a.ti.\n2. exp Animals/\n3. 1 not 2"
    got, lost = to(text, "ovid-medline", "embase")
    assert got.splitlines() == ["#1 a:ti", "#2 'animal'/exp", "#3 #1 NOT #2"]
    assert "within NOT, so others are excluded: records can be missed" in lost
    got, lost = to("1. x.ti.\n2. b.rx.\n3. 1 and 2", "ovid-medline", "cochrane")
    assert got.splitlines()[2] == "#3 #1 AND #2"
    got, lost = to("1. x.ti.\n2. b.sb.\n3. 1 and 2", "ovid-medline", "cochrane")
    assert got.splitlines() == ["#1 x:ti", "#2 …", "#3 #1"]
    assert "line 2: left out of an AND; finds more" in lost


def test_long_chains_of_nearness_are_joined_or_refused():
    chain = "(" + " adj3 ".join(f"w{i}" for i in range(50)) + ").ti."
    for aim in NAMES:
        assert to(chain, "ovid-medline", aim)[0]
    text, lost = to("(a adj3 b adj3 c adj3 d).ti.", "ovid-medline", "pubmed")
    assert text == '"a b"[ti:~2] AND c[ti] AND d[ti]'
    assert "joined by AND; finds more" in lost
    longer = "(" + " adj3 ".join(f"w{i}" for i in range(900)) + ").ti."
    assert "too-deep" in {r.rule for r in read.strategy(longer, "ovid-medline").errors}
