"""A file being read: its bytes as they come, its text as decoded lines, and what had to be left out on the way.

A reader takes one `Source` and gives records. It asks for one of two things, never both:

* `blocks()` or `lines()`: decoded lines without their line ends. A byte order mark is taken off; UTF-16 is recognised;
  a line that is not UTF-8 is read as Windows-1252, by itself, so that one file may hold two encodings. Control
  characters are dropped, because no bibliographic text means anything by them.
* `read(size)`: the bytes, for parsers that decode for themselves (XML, JSON, spreadsheets).

Either way memory stays flat: no more than a block and one line are held, and a line longer than `LINE_LIMIT` bytes
is cut there, which `unread` then says. Bytes that cannot be had (a damaged archive) end the file and are said likewise.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from remit.ingest.scan import cleaned, normal
from remit.model.source_record import Unread

BLOCK = 1 << 16
HEAD = 1 << 14
LINE_LIMIT = 8 << 20
SEEN = 200

_WIDE_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARK = re.compile(rb"\A(?:\xef\xbb\xbf)+")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Bytes(Protocol):
    """Anything that gives bytes when asked."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class Damaged(Exception):
    """Bytes that cannot be had; the message says why and what to do, parted by a bar."""


class Source:
    """One file, or one file of an archive.

    `file` is the name its records carry, `head` its first bytes, `encoding` what the text is read as, `columns` the
    person's own reading of a table's columns (column to field). `unread` gathers what could not be had; `line` is the
    number of lines given so far.
    """

    def __init__(self, file: str, stream: Bytes, columns: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.columns = dict(columns or {})
        self.unread: list[Unread] = []
        self.line = 0
        self._stream = stream
        self._ahead = b""
        self.head = self._fill()
        self.encoding = encoding_of(self.head)

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes (all that are left when negative), none at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if self._ahead:
            got, self._ahead = self._ahead[:size], self._ahead[size:]
            return got
        try:
            return self._stream.read(size)
        except Damaged as why:
            seen, _, advice = str(why).partition("|")
        except Exception as why:  # a codec of an archive may raise anything on damaged bytes
            seen, advice = f"the bytes end here: {why}", "Fetch or export the file again: it is damaged or cut short."
        self.say(seen, advice)
        self._stream = _Nothing()
        return b""

    def say(self, seen: str, advice: str, line: int | None = None) -> None:
        """Note something that could not be read; it is reported after the record being read."""
        self.unread.append(Unread(file=self.file, number=0, line=line, seen=seen[:SEEN], advice=advice))

    def lines(self) -> Iterator[str]:
        """Each line of text, without its end."""
        for block in self.blocks():
            yield from block

    def blocks(self) -> Iterator[list[str]]:
        """The lines of text, some hundreds at a time: the fast way to read them."""
        for raw in self.raws():
            yield text(raw).removesuffix("\n").split("\n")

    def texts(self) -> Iterator[str]:
        """The text, whole lines of it at a time, each ended by a line feed; `line` counts those before."""
        yield from map(text, self.raws())

    def raws(self) -> Iterator[bytes]:
        """Whole lines as bytes for `text`, each ended by a line feed, without control characters.

        `line` counts those before. To part them into records first and decode each by itself is faster than the other
        way round: one wide character makes all of a text wide.
        """
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        begun = False
        for block in map(str.encode, self._wide()) if wide else self._whole_lines():
            raw, feeds = normal(block)
            if not begun:
                raw, begun = _MARK.sub(b"", raw), True
            yield raw
            self.line += feeds + (not raw.endswith(b"\n"))

    def _fill(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while size < HEAD and (got := self.read(HEAD - size)):
            parts.append(got)
            size += len(got)
        self._ahead = b"".join(parts)
        return self._ahead

    def _whole_lines(self) -> Iterator[bytes]:
        held = [b""]
        size = lost = 0
        while chunk := self.read(BLOCK):
            end = chunk.rfind(b"\n") + 1 or chunk.rfind(b"\r", 0, -1) + 1
            if not end:
                kept = chunk[: max(LINE_LIMIT - size, 0)]
                held.append(kept)
                size, lost = size + len(kept), lost + len(chunk) - len(kept)
                continue
            start = 0
            if lost or size > LINE_LIMIT:
                start = _first_end(chunk)
                self._cut(lost + start)
            yield b"".join((*held, chunk[start:end]))
            held, size, lost = [chunk[end:]], len(chunk) - end, 0
        if lost:
            self._cut(lost)
        if rest := b"".join(held):
            yield rest

    def _cut(self, lost: int) -> None:
        self.say(
            f"a line of more than {LINE_LIMIT:,} bytes; its last {lost:,} were left out",
            "Look at that line: a file with lines this long is damaged, or no export of records.",
            self.line + 1,
        )

    def _wide(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        held, cut = "", False
        while chunk := self.read(BLOCK):
            text = held + decoder.decode(chunk)
            end = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            held = text[end:]
            if end:
                yield _WIDE_CONTROLS.sub("", text[:end])
                cut = False
            elif len(held) > LINE_LIMIT:
                held = held[:LINE_LIMIT]
                if not cut:
                    self._cut(len(text) - LINE_LIMIT)
                cut = True
        if rest := held + decoder.decode(b"", final=True):
            yield _WIDE_CONTROLS.sub("", rest)


class _Nothing:
    def read(self, size: int, /) -> bytes:
        """Give nothing: the file has ended."""
        return b""


def _first_end(chunk: bytes) -> int:
    """Where the first line end of a chunk that has one begins."""
    ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
    return min(ends)


def text(raw: bytes) -> str:
    """Return bytes as text: UTF-8, and a line that is not by itself as Windows-1252."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(map(_line, raw.splitlines(keepends=True)))


def utf8(raw: bytes) -> bytes:
    """Return text as UTF-8 where some of its lines are in another encoding."""
    return text(cleaned(raw)).encode()


def _line(raw: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def encoding_of(head: bytes) -> str:
    """Return how the text of a file that begins so is read, in the words of the codecs module.

    `utf-8` also stands for files in which some lines turn out to be Windows-1252.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    half = min(len(head), 4096) // 2
    if half > 8 and max(even, odd) > 0.4 * half and min(even, odd) < 0.1 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def text_of(head: bytes, encoding: str) -> str:
    """Return the beginning of a file as text, for looking at."""
    if encoding.startswith(("utf-16", "utf-32")):
        return head.decode(encoding, errors="replace").lstrip("\ufeff").replace("\x00", "")
    return text(cleaned(head[: head.rfind(b"\n") + 1 or len(head)])).lstrip("\ufeff")
