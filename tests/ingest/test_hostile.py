"""Files that are damaged, lie or attack: never a traceback, never a hang, and what could be read is given."""

import gzip
import io
import random
import resource
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import BIBTEX, COCHRANE, CSV, ENDNOTE, MEDLINE, OVID, PUBMED, REFER, RIS, WOS

from remit import ingest
from remit.ingest import containers, ris, xml_pieces
from remit.ingest import source as reading
from remit.ingest.making import Draft
from remit.model.source_record import SourceRecord, Unread

WHOLE = [REFER, COCHRANE, OVID, *RIS.values(), MEDLINE, WOS, BIBTEX, PUBMED, ENDNOTE, *CSV.values()]
FORMATS = [
    "refer",
    "cochrane-text",
    "ovid-text",
    "ris",
    "medline",
    "wos",
    "bibtex",
    "pubmed-xml",
    "endnote-xml",
    "table",
    "xlsx",
]


def read(tmp_path, data, name="export.txt", **words):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    got = list(ingest.read(path, **words))
    return [r for r in got if isinstance(r, SourceRecord)], [r for r in got if isinstance(r, Unread)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), format=st.sampled_from([None, *FORMATS]))
def test_any_bytes_are_read_or_told(tmp_path, data, format):
    records, unread = read(tmp_path, data, format=format)
    assert records or unread
    assert all(u.seen and u.advice and u.number >= 1 for u in unread)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whole=st.sampled_from(WHOLE), seed=st.integers(0, 10**9), format=st.sampled_from([None, None, *FORMATS]))
def test_damaged_files_are_read_or_told(tmp_path, whole, seed, format):
    generator = random.Random(seed)
    data = bytearray(whole.encode() * 2)
    for _ in range(generator.randint(1, 12)):
        at = generator.randrange(len(data))
        match generator.randrange(4):
            case 0:
                data[at] = generator.randrange(256)
            case 1:
                del data[at : at + generator.randrange(60)]
            case 2:
                data[at:at] = generator.choice(
                    [b"<", b"&x;", b"}", b"{", b'"', b"\n\n", b"\x00", b"TY  - ", b"ER  - \n", b"\xff"]
                )
            case 3:
                data[at:at] = data[max(0, at - 50) : at]
        if not data:
            data += b" "
    records, unread = read(tmp_path, bytes(data), format=format)
    assert records or unread


@pytest.mark.parametrize("whole", WHOLE)
def test_half_a_file_gives_its_whole_records(tmp_path, whole):
    data = whole.encode()
    full, _ = read(tmp_path, data)
    for part in range(1, 10):
        records, unread = read(tmp_path, data[: len(data) * part // 10])
        assert records or unread
        assert [r.title for r in records[:-1]] == [r.title for r in full[: max(len(records) - 1, 0)]]


def test_entities_and_outside_files_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file://' + str(secret) + '">]>'
    for text in (PUBMED, ENDNOTE):
        text = text.replace("Second", "Se&b;co&f;nd")
        records, _ = read(tmp_path, bomb + text.partition("?>")[2])
        assert records[0].title
        assert "the secret" not in repr(records) and "haha" not in repr(records)
        assert len(records) == 2


def test_a_fault_in_xml_spoils_one_record(tmp_path):
    records, unread = read(tmp_path, PUBMED.replace("</ArticleTitle><Pag", "<Pag").replace("\n<Pagination>", "<x>"))
    assert [r.pmid for r in records] == ["2"]
    assert unread[0].number == 1 and "well-formed" in unread[0].advice
    records, unread = read(tmp_path, PUBMED.replace("Second", "a < b & c &nbsp; <i>d</b>"))
    assert records[1].title.split() == ["a", "<", "b", "&", "c", "d"]
    lost_end = PUBMED.replace("</PubmedArticle>", "", 1)
    records, unread = read(tmp_path, lost_end)
    assert [r.pmid for r in records] == ["2"] and "never ends" in unread[0].advice
    twice = PUBMED + PUBMED
    assert len(read(tmp_path, twice)[0]) == 4


def test_deep_xml(tmp_path):
    deep = "<PubmedArticle>" + "<Article>" * 5000 + "</Article>" * 5000 + "</PubmedArticle>"
    records, unread = read(tmp_path, f"<PubmedArticleSet>{deep}{PUBMED}")
    assert len(records) == 2 and unread[0].number == 1


def test_zip_bombs_and_paths_that_lead_outside(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "FREE", 1 << 20)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.ris", RIS["embase"])
        archive.writestr("/rooted.ris", RIS["embase"])
        archive.writestr("C:\\windows.ris", RIS["embase"])
        archive.writestr("bomb.ris", "TY  - JOUR\nTI  - " + "a" * (16 << 20))
        archive.writestr("inner.zip", zip_of("x.ris", RIS["embase"]))
        archive.writestr("good.ris", RIS["embase"])
    records, unread = read(tmp_path, held.getvalue(), "a.zip")
    assert [r.file for r in records][-1] == "a.zip/good.ris"
    said = {u.file.partition("/")[2]: u.seen for u in unread}
    assert "outside the archive" in said["../../outside.ris"] and "outside the archive" in said["/rooted.ris"]
    assert "outside the archive" in said["C:\\windows.ris"] or "outside" in said.get("C:/windows.ris", "")
    assert "archive inside" in said["inner.zip"]
    assert any("bomb" in u.seen for u in unread)
    _, unread = read(tmp_path, gzip.compress(b"TY  - JOUR\nTI  - " + b"a" * (16 << 20)), "a.ris.gz")
    assert any("bomb" in u.seen for u in unread)


def zip_of(name, text):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, text)
    return held.getvalue()


def test_a_damaged_archive_gives_what_came_before(tmp_path):
    text = "".join(RIS["registry"].replace("A trial", f"Trial {n} {random.Random(n).random()}") for n in range(5000))
    packed = gzip.compress(text.encode())
    records, unread = read(tmp_path, packed[: len(packed) // 2], "a.ris.gz")
    assert 1000 < len(records) < 5000
    assert any("end" in u.seen for u in unread)
    records, unread = read(tmp_path, zip_of("a.ris", text)[:-40], "a.zip")
    assert unread


def test_a_line_of_many_megabytes_is_cut_and_told(tmp_path, monkeypatch):
    path = tmp_path / "long.ris"
    with path.open("wb") as file:
        file.write(b"TY  - JOUR\nTI  - One\nAB  - ")
        for _ in range(200):
            file.write(b"long text " * 104_858)
        file.write(b"\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    got = list(ingest.read(path))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert [r.title for r in got if isinstance(r, SourceRecord)] == ["One", "Two"]
    assert len(got[0].abstract) <= reading.LINE_LIMIT
    assert [u.line for u in got if isinstance(u, Unread)] == [3]
    assert grown < 150_000


def test_a_million_authors(tmp_path):
    path = tmp_path / "crowd.ris"
    path.write_text(
        "TY  - JOUR\nTI  - Crowd\n" + "AU  - Bone, M\n" * 1_000_000 + "ER  - \nTY  - JOUR\nTI  - Two\nER  - \n"
    )
    one, two = ingest.read(path)
    assert (len(one.authors), two.title) == (1_000_000, "Two")


def test_records_without_end_are_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(ris, "RECORD_LIMIT", 200_000)
    text = "TY  - JOUR\nTI  - Endless\n" + "AU  - Bone, M\n" * 100_000 + "TY  - JOUR\nTI  - Two\nER  - \n"
    records, unread = read(tmp_path, text)
    assert [r.title for r in records] == ["Endless", "Two"] and "left out" in unread[0].seen
    monkeypatch.setattr(xml_pieces, "PIECE_LIMIT", 200_000)
    crowd = "<Author><LastName>Bone</LastName></Author>" * 100_000
    text = PUBMED.replace(
        "<PubmedArticle>", f"<PubmedArticle><AuthorList>{crowd}</AuthorList></PubmedArticle><PubmedArticle>", 1
    )
    records, unread = read(tmp_path, text)
    assert [r.pmid for r in records] == ["1", "2"] and "left out" in unread[0].seen


def test_control_characters_and_scripts_are_text(tmp_path):
    text = "TY  - JOUR\nTI  - A\x00B\x0bC\x1b[31m <script>alert(1)</script>\nER  - \n"
    records, _ = read(tmp_path, text)
    assert records[0].title == "AB C[31m <script>alert(1)</script>"


def test_nothing_is_lost_of_a_record_with_every_tag(tmp_path):
    upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    tags = [a + b for a in upper for b in upper + "0123456789" if a + b not in ("TY", "ER")]
    text = "TY  - JOUR\n" + "".join(f"{tag}  - value of {tag}\n{tag}  - again {tag}\n" for tag in tags) + "ER  - \n"
    (record,), _ = read(tmp_path, text)
    kept = repr(record)
    lost = [tag for tag in tags if f"value of {tag}" not in kept or f"again {tag}" not in kept]
    assert lost == []


def test_records_made_fast_are_records():
    draft = Draft("ris", "a.ris", 3)
    assert draft.done() == SourceRecord(format="ris", file="a.ris", number=3)
    draft = Draft("ris", "a.ris", 3)
    draft.title, draft.other = "A", (("a", "b"),)
    made, same = draft.done(), SourceRecord(format="ris", file="a.ris", number=3, title="A", other=(("a", "b"),))
    assert made == same and type(made) is SourceRecord and hash(made) == hash(same)
    with pytest.raises(AttributeError):
        made.title = "B"
