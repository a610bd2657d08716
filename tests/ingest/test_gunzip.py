"""Gzip that is damaged, cut short or followed by something else: what came out before is given, the rest is told."""

import gzip
import io
import random
import zipfile

import pytest

from remit import ingest
from remit.ingest.gunzip import Gunzip
from remit.ingest.source import Damaged
from remit.model.source_record import SourceRecord

RECORD = "TY  - JOUR\nTI  - Title {}\nAB  - {}\nER  - \n"
RIS = "".join(RECORD.format(n, random.Random(n).random()) for n in range(3000)).encode()


def unpacked(packed, size=1000):
    stream, got = Gunzip(io.BytesIO(packed)), []
    try:
        while chunk := stream.read(size):
            assert len(chunk) <= max(size, 1 << 16)
            got.append(chunk)
    except Damaged as why:
        return b"".join(got), str(why)
    return b"".join(got), ""


@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_members_and_padding_are_unpacked_as_gzip_does(size):
    text = RIS[:20_000]
    one = gzip.compress(text)
    for packed in (one, one + one, one + bytes(700), one + bytes(700) + one, gzip.compress(b"") + one):
        assert unpacked(packed, size) == (gzip.decompress(packed), "")
    assert unpacked(b"") == (b"", "")


def test_everything_before_a_fault_is_given():
    packed = gzip.compress(RIS)
    assert unpacked(packed + b"junk")[0] == RIS and "after the end" in unpacked(packed + b"junk")[1]
    wrong = packed[:-6] + bytes([packed[-6] ^ 255]) + packed[-5:]
    assert unpacked(wrong)[0] == RIS and "check" in unpacked(wrong)[1]
    lost, why = unpacked(packed[:-3000])
    assert "cut short" in why and RIS.startswith(lost) and len(lost) > 0.9 * len(RIS)


@pytest.mark.parametrize("more", [b"junk", b"\x1f", b"\x1f\x8b broken"])
@pytest.mark.parametrize("many", [1, 2, 3000])
def test_no_record_is_lost_before_trailing_bytes(tmp_path, more, many):
    text = b"".join(RIS.splitlines(keepends=True)[: 4 * many])
    (tmp_path / "a.ris.gz").write_bytes(gzip.compress(text) + more)
    got = list(ingest.read(tmp_path / "a.ris.gz"))
    assert [r.title for r in got if isinstance(r, SourceRecord)] == [f"Title {n}" for n in range(many)]
    assert sum(not isinstance(r, SourceRecord) for r in got) == 1


def test_a_file_of_a_zip_that_fails_its_check_is_read_all_the_same(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ris", RIS)
        check = archive.getinfo("a.ris").CRC.to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(held.getvalue().replace(check, bytes(4)))
    got = list(ingest.read(tmp_path / "a.zip"))
    assert [r.title for r in got if isinstance(r, SourceRecord)] == [f"Title {n}" for n in range(3000)]
    (note,) = (r for r in got if not isinstance(r, SourceRecord))
    assert "CRC" in note.seen


def test_gzip_in_gzip_is_told(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(gzip.compress(RIS)))
    (note,) = ingest.read(tmp_path / "a.gz")
    assert "archive inside an archive" in note.seen
