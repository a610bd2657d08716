"""Files inside files: gzip and zip, opened one after the other and never unpacked on the disk.

A compressed file may be a bomb, so what comes out is counted against what went in: above `FREE` bytes no more than
`RATIO` bytes may come out of one. Names inside a zip are only ever shown; one that leads outside is refused too.
"""

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from remit.errors import UsageError
from remit.ingest.gunzip import Gunzip
from remit.ingest.source import Bytes, Damaged, Source
from remit.model.source_record import Unread

FREE = 64 << 20
RATIO = 200
MEMBERS = 10_000

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class _Counted:
    """A stream that refuses to give far more than went in; `taken` tells how many bytes went in."""

    def __init__(self, stream: Bytes, taken: Callable[[], int]) -> None:
        self._stream, self._taken, self._given = stream, taken, 0

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        got = self._stream.read(size)
        self._given += len(got)
        if self._given > FREE and self._given > RATIO * max(self._taken(), 1):
            raise Damaged(
                f"more than {RATIO} bytes come out of each compressed one: the file is a bomb"
                "|Do not open it. If it is a real export, unpack it by hand and read what comes out."
            )
        return got


class _ToLast:
    """A file of a zip whose last byte is asked for by itself: the check of the whole fails with that one, if at all."""

    def __init__(self, stream: Bytes, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        got = self._stream.read(min(size, self._left - 1) if self._left > 1 else size)
        self._left -= len(got)
        return got


def sources(path: str | os.PathLike[str], columns: Mapping[str, str] | None = None) -> Iterator[Source | Unread]:
    """Open a file, or each file of an archive; what cannot be opened is given as unread.

    Raises
    ------
    UsageError
        There is no such file, or it may not be read.
    """
    place = Path(path)
    try:
        stream = place.open("rb")
    except OSError as why:
        raise UsageError(f"{place}: {why.strerror or why}; name a file of records that can be read") from None
    with stream:
        magic = stream.read(4)
        stream.seek(0)
        if magic.startswith(GZIP):
            source = Source(place.name, _Counted(Gunzip(stream), stream.tell), columns)
            inner = source.head.startswith((ZIP, GZIP)) and not is_spreadsheet_name(place.name)
            yield _inner(place.name) if inner else source
        elif magic == ZIP and not is_spreadsheet(place):
            yield from _members(place, columns)
        else:
            yield Source(place.name, stream, columns)


def is_spreadsheet(place: Path) -> bool:
    """Tell whether a zip is an Office Open XML workbook."""
    try:
        with zipfile.ZipFile(place) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _members(place: Path, columns: Mapping[str, str] | None) -> Iterator[Source | Unread]:
    try:
        archive = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as why:
        yield _unread(place.name, f"the zip cannot be opened: {why}", "Fetch or export the file again: it is damaged.")
        return
    with archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith(_NOISE)]
        for member in members[:MEMBERS]:
            yield _member(archive, place.name, member, columns)
        if len(members) > MEMBERS:
            seen = f"{len(members):,} files in one zip; only the first {MEMBERS:,} were read"
            yield _unread(place.name, seen, "Unpack it and read the rest by themselves.")


def _member(
    archive: zipfile.ZipFile, outer: str, member: zipfile.ZipInfo, columns: Mapping[str, str] | None
) -> Source | Unread:
    name = f"{outer}/{member.filename}"
    parts = PurePosixPath(member.filename.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        return _unread(name, "a name that leads outside the archive", "Do not unpack this zip; ask where it is from.")
    if member.flag_bits & 1:
        return _unread(name, "a file locked with a password", "Unpack the zip with its password, then read the file.")
    try:
        stream = archive.open(member)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as why:
        return _unread(name, f"the file cannot be taken out: {why}", "Unpack the zip by hand, or export it again.")
    source = Source(name, _Counted(_ToLast(stream, member.file_size), lambda: member.compress_size), columns)
    inner = source.head.startswith((ZIP, GZIP)) and not is_spreadsheet_name(member.filename)
    return _inner(name) if inner else source


def is_spreadsheet_name(name: str) -> bool:
    """Tell whether a file in an archive is called as a workbook is."""
    return name.lower().removesuffix(".gz").endswith((".xlsx", ".xlsm"))


def _inner(name: str) -> Unread:
    return _unread(name, "an archive inside an archive", "Unpack the outer one, then read the inner one.")


def _unread(file: str, seen: str, advice: str) -> Unread:
    return Unread(file=file, number=1, line=None, seen=seen, advice=advice)
