"""Files of records: each format's own fields, from small invented files with their writers' quirks."""

import gzip
import io
import zipfile

import pytest
from samples import BIBTEX, CSV, ENDNOTE, MEDLINE, PUBMED, RIS, WOS

from remit import ingest
from remit.errors import UsageError
from remit.model.source_record import SourceRecord, Unread


def read(tmp_path, text, name="export.txt", **words):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(ingest.read(path, **words))


def test_embase_ris(tmp_path):
    (one,) = read(tmp_path, RIS["embase"])
    assert (one.source, one.key, one.pmid, one.doi) == ("embase", "L1", "24000000", "10.1234/ih.5")
    assert one.authors == ("Liu, R.", "van der Adler, D.G.")
    assert (one.year, one.pages, one.issn, one.abstract) == (2014, "152-160", ("2226-7190",), "An abstract")
    assert one.keywords == ("child", "leukemia")


def test_cochrane_ris_has_a_heading_before_each_record_and_no_doi_of_its_own(tmp_path):
    one, two = read(tmp_path, RIS["cochrane"])
    assert (one.source, one.pmid, one.doi, one.key) == ("central", "30000001", "", "CN-01000001")
    assert (two.title, two.number) == ("Another trial", 2)


def test_endnote_text_goes_on_in_lines_without_tags(tmp_path):
    (one,) = read(tmp_path, RIS["endnote"])
    assert one.abstract == "Of a\nER patient, and\nNF- kappaB too"
    assert one.keywords == ("Animals", "Bone Marrow")
    assert (one.source, one.pmid, one.pages, one.journal) == ("pubmed", "21000000", "349-69", "Inv Med")


def test_scopus_and_dimensions_ris(tmp_path):
    (one,) = read(tmp_path, RIS["scopus"])
    assert (one.source, one.pages, one.pmid, one.issn, one.retracted) == (
        "scopus",
        "104501",
        "31000000",
        ("0306-4530",),
        True,
    )
    (two,) = read(tmp_path, RIS["dimensions"])
    assert (two.source, two.pmid, two.pmcid) == ("dimensions", "35957633", "PMC9359172")
    assert two.abstract == "First.\nMethod: second\n<div>"


def test_registry_loose_and_nameless_ris(tmp_path):
    (one,) = read(tmp_path, RIS["registry"])
    assert (one.source, one.registry, one.key) == ("ctgov", ("NCT01388257",), "NCT01388257")
    (two,) = read(tmp_path, RIS["loose"], "a.ris")
    assert (two.title, two.authors) == ("One blank less", ("Bone, M",))
    assert [r.title for r in read(tmp_path, RIS["nameless"], format="ris")] == ["No type", "None either"]


def test_medline_and_eric(tmp_path):
    one, two, three = read(tmp_path, MEDLINE.replace("\n", "\r\n"))
    assert one.title == "A title that is folded over two lines."
    assert one.abstract == "BACKGROUND: One line and another. PMID- is not a field here."
    assert one.authors == ("Wu, Dan", "Invented Study Group", "Zou, Chang")
    assert (one.year, one.doi, one.pmcid) == (2019, "10.1371/journal.pone.0209483", "PMC6349415")
    assert (one.registry, one.retracted) == (("NCT01471782",), True)
    assert ("SI", "GENBANK/AB000001") in one.other
    assert one.keywords == ("Humans", "Leukemia/*drug therapy", "*blinatumomab")
    assert one.related[0].relation == "retracted-by"
    assert (two.title, two.authors) == ("A book", ("Stem, CY",))
    assert (three.source, three.key, three.doi, three.issn) == (
        "eric",
        "EJ1131633",
        "10.1000/123456789",
        ("1234-4567",),
    )


def test_web_of_science(tmp_path):
    one, two = read(tmp_path, WOS)
    assert (one.title, one.abstract) == ("Do magnets matter?", "One and two.")
    assert one.authors == ("Bone, Mary", "Stem, Cy")
    assert one.keywords == ("Magnets", "Lakes", "IRON", "WATER- QUALITY")
    assert (one.doi, one.pages, one.issn) == ("10.1016/j.inv.2019.01.001", "1-9", ("0111-9119", "1111-3333"))
    assert [text for tag, text in one.other if tag == "C1"] == ["[Bone, Mary] Univ A, B.", "[Stem, Cy] Univ C, D."]
    assert (two.pages, two.other) == ("104501", (("PT", "C"), ("QQ", "A tag of next year"))) or two.kind == "C"


def test_bibtex_keeps_repeated_keys_and_says_what_is_broken(tmp_path):
    got = read(tmp_path, BIBTEX)
    records = [r for r in got if isinstance(r, SourceRecord)]
    assert len(records) == 4
    one, two, broken, last = records
    assert one.title == "Blinatumomab in études of naïve mice: 5% & more"
    assert one.authors[:3] == ("Bone, Mary", "van der Stem, Tom", "Invented Study Group")
    assert (one.journal, one.pages, one.doi) == ("Invented Haematology Letters", "134-137", "10.1016/j.inv_2019")
    assert one.keywords == ("one", "two (a, b)", "three")
    assert one.abstract == "A nested brace and an @ sign"
    assert (two.title, two.year) == ('A "quoted" title', 2020) and ("unknown-field", "kept") in two.other
    assert broken.title.startswith("Never closed")
    assert (last.title, last.source) == ("Last 'one'", "wos")
    assert [u.number for u in got if isinstance(u, Unread)] == [3]


def test_pubmed_xml(tmp_path):
    one, two = read(tmp_path, PUBMED)
    assert one.title == "Doped SnO2 & E. coli in <5 children."
    assert one.abstract == "AIMS: One bold aim.\nNo label."
    assert one.authors == ("Bone, Mary J", "Invented Group", "Stem, Cy Jr")
    assert (one.year, one.pages, one.doi, one.pmcid) == (1998, "113-125", "10.1000/abc", "PMC1234567")
    assert (one.registry, one.keywords, one.retracted) == (("NCT01471782",), ("Child/*drug therapy",), True)
    assert one.related[0].ref == "Inv One. 2000;1:1. PMID: 9"
    assert {("VernacularTitle", "Titre"), ("Affiliation", "Univ A"), ("CopyrightInformation", "C")} <= set(one.other)
    assert (two.pmid, two.title) == ("2", "Second")


def test_citations_pubmed_has_deleted_are_named(tmp_path):
    gone = "".join(f'<PMID Version="1">{n}</PMID>' for n in range(30000001, 30000041))
    text = PUBMED.replace("</PubmedArticleSet>", f"<DeleteCitation>{gone}</DeleteCitation></PubmedArticleSet>")
    got = read(tmp_path, text)
    assert [type(r) for r in got[:2]] == [SourceRecord, SourceRecord]
    told = " ".join(r.seen for r in got[2:] if isinstance(r, Unread))
    assert all(str(n) in told for n in range(30000001, 30000041))


def test_endnote_xml(tmp_path):
    one, two = read(tmp_path, ENDNOTE)
    assert (one.title, one.authors) == ("Zinc and E. coli", ("Bone, M.", "Stem, C.A."))
    assert (one.source, one.key, one.doi, one.year) == ("embase", "L1", "10.1016/j.imr.2018.01.001", 2018)
    assert (one.issn, one.keywords) == (("2213-4220", "2213-4239"), ("copper", "zinc"))
    assert ("notes", "A note") in one.other and two.title == "Second"


def test_tables_are_guessed_shown_and_overruled(tmp_path):
    (one,) = read(tmp_path, CSV["embase"], "embase.csv")
    assert (one.source, one.journal, one.year, one.volume, one.issue) == ("embase", "Inv Ultrasound", 2014, "3", "3")
    assert (one.pages, one.doi) == ("152-160", "10.4103/2303-9027.138783")
    assert one.authors == ("Liu, R.", "van Adler, D.G.") and one.keywords == ("child", "cyst (diagnosis, surgery)")
    (two,) = read(tmp_path, CSV["scopus"], "scopus.csv")
    assert (two.source, two.key, two.pages) == ("scopus", "2-s2.0-84950252162", "797")
    (three,) = read(tmp_path, CSV["semicolons"].encode("cp1252"), "a.csv")
    assert (three.title, three.authors, three.other) == ("Umlaut ä", ("Bone, Mary",), (("Titel", "x"),))
    said = ingest.sniff(tmp_path / "a.csv")
    assert (said.format, said.columns) == (
        "table",
        {"Titel": "other", "title": "title", "authors": "authors", "year": "year"},
    )
    (four,) = read(
        tmp_path, CSV["semicolons"].encode("cp1252"), "a.csv", columns={"Titel": "title", "title": "abstract"}
    )
    assert (four.title, four.abstract) == ("x", "Umlaut ä")
    (five,) = read(tmp_path, CSV["tabs"], "savedrecs.txt")
    assert (five.source, five.keywords, five.authors) == ("wos", ("IRON", "LAKE"), ("Bone, M", "Stem, C"))
    with pytest.raises(UsageError, match="no column 'Nothing'"):
        read(tmp_path, CSV["scopus"], "scopus.csv", columns={"Nothing": "title"})
    with pytest.raises(UsageError, match="choose one of"):
        read(tmp_path, CSV["scopus"], "scopus.csv", columns={"Title": "headline"})


def test_workbooks(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Title", "Year", "DOI", "Mine"])
    book.active.append(["A title", 2019, "10.1000/X", 1.5])
    book.save(tmp_path / "a.xlsx")
    (one,) = ingest.read(tmp_path / "a.xlsx")
    assert (one.title, one.year, one.doi, one.other) == ("A title", 2019, "10.1000/x", (("Mine", "1.5"),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, ends):
    text = "TY  - JOUR\nTI  - Étude “naïve”\nAU  - Ångström, Ö\nER  - \n" * 5
    got = read(tmp_path, text.replace("\n", ends).encode(encoding), "a.ris")
    assert [r.title for r in got] == ["Étude “naïve”"] * 5
    assert got[4].authors == ("Ångström, Ö",)


def test_two_encodings_in_one_file(tmp_path):
    one = "TY  - JOUR\nTI  - Größe ≥ 3\nER  - \n".encode()
    two = "TY  - JOUR\nTI  - Größe\nER  - \n".encode("cp1252")
    assert [r.title for r in read(tmp_path, one + two + one)] == ["Größe ≥ 3", "Größe", "Größe ≥ 3"]
    xml = PUBMED.encode().replace(b"Second", "Größe".encode("latin-1"))
    assert [r.title for r in read(tmp_path, xml)][1] == "Größe"


def test_gzip_and_zip_of_several(tmp_path):
    packed = gzip.compress(MEDLINE.encode())
    assert len(read(tmp_path, packed, "a.nbib.gz")) == 3
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/one.ris", RIS["embase"])
        archive.writestr("two.xml", PUBMED)
        archive.writestr("__MACOSX/._two.xml", b"\x00\x01")
    got = read(tmp_path, held.getvalue(), "all.zip")
    assert [(r.file, r.number) for r in got] == [
        ("all.zip/folder/one.ris", 1),
        ("all.zip/two.xml", 1),
        ("all.zip/two.xml", 2),
    ]


def test_the_name_does_not_decide(tmp_path):
    assert read(tmp_path, RIS["embase"], "a.csv")[0].format == "ris"
    assert read(tmp_path, BIBTEX, "a.ris")[0].format == "bibtex"
    assert read(tmp_path, CSV["scopus"], "a.ris")[0].format == "table"
    assert read(tmp_path, PUBMED, "a.bib")[0].format == "pubmed-xml"


def test_bibtex_tells_of_a_brace_that_swallows_fields(tmp_path):
    text = (
        "@article{a,\n title={One {B} title},\n year=2020\n}\n@article{b,\n title={Unclosed,\n year=2021,\n"
        " author={Doe, J}\n}\n@article{c,\n title={Three \\{ ok},\n year={2022}\n}\n"
        "@article{d,\n title={Cut},\n year={2023}\n"
    )
    got = read(tmp_path, text)
    records = [r for r in got if isinstance(r, SourceRecord)]
    assert [(r.title, r.year) for r in records] == [
        ("One B title", 2020),
        ("Unclosed", 2021),
        ("Three { ok", 2022),
        ("Cut", 2023),
    ]
    assert records[1].authors == ("Doe, J",)
    assert [(u.number, u.line) for u in got if isinstance(u, Unread)] == [(2, 5), (4, 14)]
