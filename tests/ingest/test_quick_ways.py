"""What is usual is read a quicker way than what is not: both ways must give the same."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.ingest import endnote_xml, medline, pubmed_lists, pubmed_xml, ris, tagged, wos
from remit.ingest.cutting import Cutter
from remit.ingest.source import Source


def read(reader, text):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(reader(Source("file", io.BytesIO(raw))))


def sorted_other(found):
    return [replace(one, other=tuple(sorted(one.other))) if hasattr(one, "other") else one for one in found]


TAGS = [
    "TI",
    "AU",
    "A1",
    "AB",
    "PY",
    "Y1",
    "JF",
    "T2",
    "SP",
    "EP",
    "DO",
    "UR",
    "SN",
    "KW",
    "N1",
    "M2",
    "AN",
    "ID",
    "U1",
]
VALUES = st.one_of(
    st.sampled_from(
        [
            "Wu, D.",
            "2018//",
            "10.1000/abc ",
            "1234-5678",
            "NCT01234567",
            "",
            " ",
            "PMC12345",
            "Retracted: a",
            "a;b",
            "ER",
        ]
    ),
    st.text("aB1 .;,\t\u00a0\u3000é-", max_size=12),
)
LINES = st.lists(st.tuples(st.sampled_from(TAGS), VALUES), min_size=1, max_size=12)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES, min_size=1, max_size=4), st.sampled_from(["\nER  - \n\n", "\nER  -\n", "\nER  - \n\n12.\n"]))
def test_ris_reads_the_same_at_once_and_line_by_line(records, end):
    text = "".join("TY  - JOUR\n" + "\n".join(f"{tag}  - {value}" for tag, value in one) + end for one in records)
    at_once = ris._at_once
    quick = read(ris.read, text)
    try:
        ris._at_once = lambda piece: None
        assert quick == read(ris.read, text)
    finally:
        ris._at_once = at_once


FORMS = {
    "medline": (
        medline.read,
        "PMID- {n}\n",
        "{tag} - {value}\n",
        "\n",
        ["TI ", "FAU", "AU ", "CN ", "MH ", "PHS", "AB ", "IS "],
    ),
    "wos": (wos.read, "PT J\n", "{tag} {value}\n", "ER\n\n", ["AU", "AF", "TI", "AB", "Z9", "SN", "PY", "CT"]),
}


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["medline", "wos"]), st.data())
def test_tagged_text_reads_the_same_at_once_and_line_by_line(form, data):
    reader, first, line, last, tags = FORMS[form]
    fold = "\n      " if form == "medline" else "\n   "
    value = st.one_of(VALUES.map(lambda text: text or "x"), st.just(f"one{fold}two"))
    records = data.draw(
        st.lists(st.lists(st.tuples(st.sampled_from(tags), value), max_size=10), min_size=1, max_size=4)
    )
    text = "".join(
        first.format(n=n) + "".join(line.format(tag=tag, value=value) for tag, value in one) + last
        for n, one in enumerate(records, 1)
    )
    at_once = tagged._Reader.at_once
    quick = read(reader, text)
    try:
        tagged._Reader.at_once = lambda self, lines: None
        assert sorted_other(quick) == sorted_other(read(reader, text))
    finally:
        tagged._Reader.at_once = at_once


WORDS = st.one_of(
    st.sampled_from(
        [
            "Wu",
            "Röver",
            "a &amp; b",
            "&#xe9;t&#233;",
            "&#160;x",
            "x]]>y",
            "&eacute;",
            "a\r\nb",
            "  two  blanks ",
            "",
            "&#0;",
        ]
    ),
    st.text("aé .\n\u3000>'\"", max_size=8),
)


def author(last, fore, initials, more):
    return (
        f'<Author ValidYN="Y"><LastName>{last}</LastName>\n<ForeName>{fore}</ForeName>'
        f"<Initials>{initials}</Initials>{more}</Author>"
    )


MORE = st.one_of(
    st.just(""),
    WORDS.map("<AffiliationInfo><Affiliation>{}</Affiliation></AffiliationInfo>".format),
    WORDS.map('<Identifier Source="ORCID">{}</Identifier>'.format),
    st.sampled_from(
        ["<Suffix>Jr</Suffix>", "<!-- x -->", "<i>x</i>", "<Other/>", "<Affiliation>y</Affiliation>", "</Author>"]
    ),
)
PEOPLE = st.builds(author, WORDS, WORDS, WORDS, MORE) | WORDS.map(
    "<Author><CollectiveName>{}</CollectiveName></Author>".format
)
HEADINGS = st.builds(
    lambda star, word, more: (
        f'<MeshHeading><DescriptorName MajorTopicYN="{star}" UI="D1">{word}</DescriptorName>{more}</MeshHeading>'
    ),
    st.sampled_from("YN"),
    WORDS,
    st.sampled_from(
        ["", '<QualifierName UI="Q" MajorTopicYN="Y">use</QualifierName>', '<QualifierName x="1">a</QualifierName>']
    ),
)
TIES = st.builds(
    lambda kind, source, pmid: (
        f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource>{pmid}</CommentsCorrections>'
    ),
    st.sampled_from(["Cites", "RetractionIn", "CommentOn", "NoSuch"]),
    WORDS,
    st.sampled_from(["", '<PMID Version="1">12</PMID>', "<PMID/>"]),
)
REFERENCES = st.builds(
    lambda text, more: f"<Reference><Citation>{text}</Citation>{more}</Reference>",
    WORDS,
    st.sampled_from(
        ["", '<ArticleIdList><ArticleId IdType="doi">10.1/x</ArticleId></ArticleIdList>', "<Title>T</Title>"]
    ),
)


def listed(name, members, attributes=""):
    return st.lists(members, max_size=3).map(lambda found: f"<{name}{attributes}>{''.join(found)}</{name}>")


CITATIONS = st.builds(
    lambda people, ties, heads, cited: (
        "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T</ArticleTitle>"
        f"{people}</Article>{ties}{heads}</MedlineCitation><PubmedData>{cited}</PubmedData></PubmedArticle>"
    ),
    listed("AuthorList", PEOPLE, ' CompleteYN="Y"') | listed("AuthorList", PEOPLE, ' Type="editors"'),
    listed("CommentsCorrectionsList", TIES) | st.just("<CommentsCorrectionsList _='1'/>"),
    listed("MeshHeadingList", HEADINGS),
    listed("ReferenceList", REFERENCES),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(CITATIONS, min_size=1, max_size=3))
def test_pubmed_reads_the_same_with_its_lists_lifted_and_parsed(citations):
    text = f"<PubmedArticleSet>{''.join(citations)}</PubmedArticleSet>"
    quick = read(pubmed_xml.read, text)
    try:
        pubmed_xml.lift = lambda raw: (raw, {})
        assert quick == read(pubmed_xml.read, text)
    finally:
        pubmed_xml.lift = pubmed_lists.lift


def test_a_list_in_a_place_nobody_looks_is_not_lost():
    people = author("Wu", "D", "D", "")
    text = f"<PubmedArticle><Odd><Odder><AuthorList>{people}</AuthorList></Odder></Odd></PubmedArticle>"
    raw, lists = pubmed_lists.lift(text.encode())
    assert b'<AuthorList _=""/>' in raw and "AuthorList" in lists
    (record,) = read(pubmed_xml.read, text)
    assert record.other == (("Odder", "Wu D D"),)


@pytest.mark.parametrize("mark", ["<!-- a -->", "<?a b?>", "<x _=''/>", "<![CDATA[a]]>"])
def test_nothing_is_lifted_where_a_pattern_could_be_wrong(mark):
    raw = f"<PubmedArticle><AuthorList>{author('Wu', 'D', 'D', '')}</AuthorList>{mark}</PubmedArticle>".encode()
    assert pubmed_lists.lift(raw) == (raw, {})


USUAL = b'<style face="normal" font="default" size="100%">'


@given(
    st.lists(
        st.sampled_from([USUAL, b"</style>", b"<style>", b'<style face="italic">', b"text", b"<sty", b"le>", b"</"])
    )
)
def test_styles_are_left_out_as_if_one_by_one(parts):
    raw = b"".join(parts)
    assert endnote_xml.unstyled(raw) == endnote_xml._STYLE.sub(b"", raw)


@settings(deadline=None)
@given(st.lists(st.text("ab\n", max_size=6), max_size=6), st.integers(0, 2))
def test_a_cutter_counts_the_lines_above_each_piece(bodies, lead):
    text = "\n" * lead + "".join(f"TY  - {body}\n" for body in bodies)
    source = Source("file", io.BytesIO(text.encode()))
    cutter = Cutter(source, "TY  - ", "\n")
    at = 0
    for pieces, whole in cutter.pieces():
        for index, piece in enumerate(pieces):
            shown = cutter.whole(piece) if whole else piece
            assert cutter.above(index) == text.count("\n", 0, at)
            at += len(shown)
    assert at == len(text)
