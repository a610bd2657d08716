"""XML files of many records, cut into their records before any parser sees them.

Each record is parsed by itself, as a document of its own. So memory holds one record at a time, a fault spoils one
record and not the file, files put one after the other read as one, and no document type, hence no entity and nothing
outside the file, is ever followed: the part of the file that could declare one is not parsed at all.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from html.entities import html5
from xml.etree import ElementTree

from remit.ingest.scan import cleaned, lines
from remit.ingest.source import BLOCK, SEEN, Source, utf8
from remit.model.source_record import SourceRecord, Unread

PIECE_LIMIT = 16 << 20

Element = ElementTree.Element
Pieces = list[tuple[int, bytes]]
Lists = dict[str, tuple[int, Iterator[tuple[str, ...]]]]
Lift = Callable[[bytes], tuple[bytes, Lists]]
Build = Callable[[Element, str, int, Lists], SourceRecord | None]

_DECLARED = re.compile(rb"^\s*(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{0,30});")
_BARE = re.compile(rb"&(?!#?[A-Za-z0-9]{1,31};)")
_NO_TAG = re.compile(rb"<(?![A-Za-z_/!?])")
_NO_CHARACTER = re.compile(rb"&#(?:0*(?:[0-8]|1[1-24-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.I)
_MARKUP = re.compile(
    rb"</?(?:[a-z][a-z0-9]*:)?(?:i|b|u|p|em|strong|sub|sup|sc|italic|bold|br|h4|jats|math|m[a-z]+)\b[^<>]*>"
)
_PREFIX = re.compile(rb"<(/?)[A-Za-z][A-Za-z0-9]*:")


def read(
    source: Source,
    names: tuple[str, ...],
    build: Build,
    idle: Callable[[bytes], bytes] | None = None,
    lift: Lift | None = None,
) -> Iterator[SourceRecord | Unread]:
    """Give what `build` makes of each element called one of `names`, and say which could not be parsed.

    `build` is given the element, the file's name, the record's number and the lists that were lifted out of it, which
    it empties; it returns None for an element that is no record. `idle` leaves out tags without a meaning, where that
    can be done before parsing. `lift` takes lists out of a record that need no parser.
    """
    number = 0
    cutter = Cutter(source, names)
    for found in cutter.pieces():
        for (at, raw), (root, lists) in zip(found, _together(found, idle, lift), strict=True):
            try:
                record = None if root is None else build(root, source.file, number + 1, lists)
                if root is None or lists:
                    record = build(ElementTree.XML(raw), source.file, number + 1, {})
            except (ElementTree.ParseError, RecursionError, ValueError) as why:
                for item in _mended(source, names, build, cutter.line(at), raw, number, str(why)):
                    number = item.number
                    yield item
                continue
            if record is not None:
                number += 1
                yield record


def _together(
    found: Pieces, idle: Callable[[bytes], bytes] | None, lift: Lift | None
) -> Sequence[tuple[Element | None, Lists]]:
    """Parse some records at once, which is quicker; each stands for itself (None) where one of them is at fault."""
    raws = [raw for _, raw in found]
    lists: list[Lists] = [{} for _ in found]
    if lift is not None:
        lifted = [lift(raw) for raw in raws]
        raws, lists = [raw for raw, _ in lifted], [taken for _, taken in lifted]
    text = b"".join(raws)
    if idle is not None and b"<!" not in text:
        text = idle(text)
    try:
        top = list(ElementTree.XML(b"<x>" + text + b"</x>"))
    except (ElementTree.ParseError, RecursionError, ValueError):
        top = []
    return list(zip(top, lists, strict=True)) if len(top) == len(found) else [(None, {}) for _ in found]


def _mended(
    source: Source, names: tuple[str, ...], build: Build, line: int, raw: bytes, number: int, why: str
) -> Iterator[SourceRecord | Unread]:
    """Read what is wrong but can be put right: names of characters, bytes of another encoding, tags that cross."""
    first = _begins(names).match(raw)
    last = max(raw.rfind(first[0] + after) for after in (b" ", b">", b"\n")) if first else 0
    if last > 0:
        number += 1
        yield _unread(source, number, line, raw, "A record that never ends: compare with the database.")
        line += raw.count(b"\n", 0, last)
        raw = raw[last:]
    mended = _NO_CHARACTER.sub(b"", _ENTITY.sub(_character, _NO_TAG.sub(b"&lt;", _BARE.sub(b"&amp;", utf8(raw)))))
    for attempt in (mended, _PREFIX.sub(rb"<\1", _MARKUP.sub(b"", mended))):
        try:
            record = build(ElementTree.XML(attempt), source.file, number + 1, {})
        except (ElementTree.ParseError, RecursionError, ValueError):
            continue
        if record is not None:
            yield record
        return
    yield _unread(source, number + 1, line, raw, f"It is no well-formed XML ({why[:80]}): export it again.")


def _character(found: re.Match[bytes]) -> bytes:
    known = html5.get(found[1].decode() + ";")
    return known.encode() if known else b"&amp;" + found[1] + b";"


def _begins(names: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(b"<(" + "|".join(names).encode() + rb")(?=[\s>])")


class Cutter:
    """Cuts a file into its records: the outermost elements of some names, in UTF-8."""

    def __init__(self, source: Source, names: tuple[str, ...]) -> None:
        self._source, self._begins = source, _begins(names)
        self._held, self._above = b"", 0

    def pieces(self) -> Iterator[Pieces]:
        """Give the records that end in one block of the file, each with its place, which `line` understands."""
        at = searched = 0
        for chunk in _chunks(self._source):
            self._forget(at)
            held = self._held = self._held + chunk
            at, searched, whole = 0, max(searched - at, 0), []
            while found := self._begins.search(held, at):
                at, end_tag = found.start(), b"</" + found[1] + b">"
                end = held.find(end_tag, max(at, searched))
                if end < 0:
                    searched = len(held) - len(end_tag)
                    break
                end += len(end_tag)
                whole.append((at, held[at:end]))
                at = searched = end
            else:
                at = max(len(held) - 64, at)
            if whole:
                yield whole
            if len(held) - at > PIECE_LIMIT:
                self._source.say(
                    f"a record of more than {PIECE_LIMIT:,} bytes was left out: {_shown(held[at : at + 2 * SEEN])}",
                    "Look at that record: most likely its end is missing.",
                    self.line(at),
                )
                at, searched = max(len(held) - 64, at), 0
        if found := self._begins.search(self._held, at):
            at = found.start()
            seen = f"the file ends inside a record: {_shown(self._held[at : at + 2 * SEEN])}"
            advice = "The file is cut short: export it again. What came before was read."
            self._source.say(seen, advice, self.line(at))

    def line(self, at: int) -> int:
        """Return the line of a place in the block read last."""
        return self._above + self._held.count(b"\n", 0, at) + 1

    def _forget(self, end: int) -> None:
        self._above += lines(self._held[:end])
        self._held = self._held[end:]


def _chunks(source: Source) -> Iterator[bytes]:
    """The bytes of the file as UTF-8 without control characters, whatever encoding it says it has."""
    declared = _DECLARED.match(source.head)
    encoding = source.encoding
    if declared and not encoding.startswith(("utf-16", "utf-32", "utf-8-sig")):
        encoding = declared[1].decode().lower()
    try:
        encoding = codecs.lookup(encoding).name
    except LookupError:
        encoding = "utf-8"
    decoder = None
    if encoding not in ("utf-8", "utf-8-sig", "ascii"):
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while chunk := source.read(BLOCK):
        yield cleaned(decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk)


def _shown(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", "replace").split())


def _unread(source: Source, number: int, line: int, raw: bytes, advice: str) -> Unread:
    return Unread(file=source.file, number=number, line=line, seen=_shown(raw[: 2 * SEEN])[:SEEN], advice=advice)
