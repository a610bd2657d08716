"""Text exports with a name before each field: refer, the Cochrane Library's and Ovid's."""

import pytest
from samples import COCHRANE, OVID, REFER

from remit import ingest
from remit.ingest import named_lines
from remit.model.source_record import SourceRecord


def read(tmp_path, text, **words):
    (tmp_path / "export.txt").write_text(text, encoding="utf-8")
    got = list(ingest.read(tmp_path / "export.txt", **words))
    return [r for r in got if isinstance(r, SourceRecord)], [r for r in got if not isinstance(r, SourceRecord)]


def test_refer(tmp_path):
    (one, two), unread = read(tmp_path, REFER)
    assert (one.format, one.kind, one.title) == ("refer", "Journal Article", "A title that goes on")
    assert (one.authors, one.year, one.journal) == (("Bone, Mary", "Stem, C"), 2020, "Invented Science")
    assert (one.volume, one.issue, one.pages, one.doi, one.issn) == ("3", "2", "11-19", "10.1000/x", ("0111-9119",))
    assert (one.keywords, one.abstract, one.registry) == (("one", "two"), "First.\nSecond.", ("NCT02101853",))
    assert one.other == (("%Z", "NCT02101853"), ("%I", "A publisher"))
    assert (two.kind, two.title, two.number, unread) == ("Book", "Second", 2, [])


def test_refer_without_types(tmp_path):
    (one, two), _ = read(tmp_path, "%A Bone, M\n%A Stem, C\n%T One\n\n%T Two\n%A Roe, J\n")
    assert (one.title, one.authors, two.title) == ("One", ("Bone, M", "Stem, C"), "Two")


def test_cochrane_text(tmp_path):
    (one, two), unread = read(tmp_path, COCHRANE)
    assert (one.format, one.source, one.key, one.pmid) == ("cochrane-text", "central", "CN-01000001", "30000001")
    assert (one.title, one.authors, one.journal, one.pages) == (
        "A trial",
        ("Bone M", "Stem C"),
        "Invented Blood",
        "1-9",
    )
    assert (one.year, one.doi, one.abstract, one.keywords) == (2020, "10.1000/y", "First\nsecond", ("one", "two"))
    assert ("CC", "HAEM") in one.other and ("XR", "PUBMED 30000001") in one.other
    assert (two.title, unread) == ("B trial", [])
    records, unread = read(tmp_path, COCHRANE[: COCHRANE.index("Record #2")])
    assert len(records) == 1 and "says that it has 2 records, and 1 were read" in unread[0].seen


def test_ovid_text(tmp_path):
    (one, two), unread = read(tmp_path, OVID)
    assert (one.format, one.key, one.title) == ("ovid-text", "12345678", "A title of interest.")
    assert (one.authors, one.journal, one.year) == (("Bone M", "Stem C"), "Invented Blood", 2020)
    assert (one.volume, one.issue, one.pages) == ("12", "3", "45-50")
    assert (one.abstract, one.other) == ("Text here\nand there.", (("Institution", "Univ A"),))
    assert (two.other, unread) == ((("Source", "A conference, no date"),), [])


@pytest.mark.parametrize(("text", "records"), [(REFER, 2), (COCHRANE, 2), (OVID, 2)])
def test_lines_before_the_first_record_are_told_once(tmp_path, text, records, monkeypatch):
    format = {REFER: "refer", COCHRANE: "cochrane-text", OVID: "ovid-text"}[text]
    got, unread = read(tmp_path, "Search run on\nsome day\n" + text, format=format)
    assert len(got) == records and [u.seen for u in unread] == ["Search run on"]


def test_a_record_without_end_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(named_lines, "RECORD_LIMIT", 10_000)
    (one, two), unread = read(tmp_path, "%0 Book\n%T One\n" + "%A Bone, M\n" * 5000 + REFER[REFER.index("%0 Book") :])
    assert (one.title, two.title) == ("One", "Second") and len(one.authors) < 1000
    assert "left out" in unread[0].seen and len(unread) == 1
