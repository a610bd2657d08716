"""What is done to bytes before they are read: control characters, ends of lines, and where a file may be cut."""

import io

from hypothesis import given
from hypothesis import strategies as st

from remit import ingest
from remit.ingest import cutting, scan
from remit.ingest.remembered import MOST, remembered
from remit.ingest.source import Source
from remit.model.source_record import Unread

TROUBLE = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"\t", b"\x00", b"\x0b", b"\x7f", b"\xc3\xa9"]))


@given(TROUBLE)
def test_ends_of_lines_become_line_feeds_and_controls_go(parts):
    raw = b"".join(parts)
    plain = raw.replace(b"\x00", b"").replace(b"\x7f", b"").replace(b"\x0b", b" ")
    plain = plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert scan.normal(raw) == (plain, plain.count(b"\n"))
    assert scan.lines(raw) == raw.count(b"\n")


def test_records_are_the_same_wherever_blocks_end(monkeypatch):
    text = b"".join(b"TY  - JOUR\nTI  - Title %d\nAB  - %s\nER  - \n\n" % (n, b"long " * n) for n in range(200))
    whole = list(ingest.FORMATS["ris"].read(Source("a", io.BytesIO(text))))
    monkeypatch.setattr("remit.ingest.source.BLOCK", 64)
    monkeypatch.setattr(cutting, "HELD_LIMIT", 512)
    assert list(ingest.FORMATS["ris"].read(Source("a", io.BytesIO(text)))) == whole
    assert [r.title for r in whole] == [f"Title {n}" for n in range(200)]


def test_lines_are_told_where_they_stand():
    good = "TY  - JOUR\nTI  - One\nPY  - 2001\nER  - \n\n"
    got = list(ingest.FORMATS["ris"].read(Source("a", io.BytesIO((good * 9 + "A  line\n" + good).encode()))))
    assert [note.line for note in got if isinstance(note, Unread)] == [46]


def test_what_is_remembered_has_a_bound():
    asked = []
    answer = remembered(lambda text: asked.append(text) or len(text))
    assert [answer("ab"), answer("ab"), answer("x" * 100), answer("x" * 100)] == [2, 2, 100, 100]
    assert asked == ["ab", "x" * 100, "x" * 100]
    for n in range(MOST + 1):
        answer(str(n))
    assert answer("ab") == 2 and asked[-1] == "ab"
