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

from remit.ingest.source import BLOCK, SEEN, Source, cleaned, utf8
from remit.model.source_record import SourceRecord, Unread

PIECE_LIMIT = 16 << 20

Element = ElementTree.Element
Build = Callable[[Element, str, int], SourceRecord | None]

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
    source: Source, names: tuple[str, ...], build: Build, idle: re.Pattern[bytes] | None = None
) -> Iterator[SourceRecord | Unread]:
    """Give what `build` makes of each element called one of `names`, and say which could not be parsed.

    `build` is given the element, the file's name and the record's number; None stands for an element that is no record.
    `idle` are tags without a meaning: they are left out where that can be done before parsing.
    """
    number = 0
    for found in pieces(source, names):
        for (line, raw), root in zip(found, _together(found, idle), strict=True):
            try:
                record = build(ElementTree.XML(raw) if root is None else root, source.file, number + 1)
            except (ElementTree.ParseError, RecursionError, ValueError) as why:
                for item in _mended(source, names, build, line, raw, number, str(why)):
                    number = item.number
                    yield item
                continue
            if record is not None:
                number += 1
                yield record


def _together(found: list[tuple[int, bytes]], idle: re.Pattern[bytes] | None) -> Sequence[Element | None]:
    """Parse some records at once, which is quicker; each stands for itself (None) where one of them is at fault."""
    text = b"".join([raw for _, raw in found])
    if idle is not None and b"<!" not in text:
        text = idle.sub(b"", text)
    try:
        top = ElementTree.XML(b"<x>" + text + b"</x>")
    except (ElementTree.ParseError, RecursionError, ValueError):
        return [None] * len(found)
    return list(top) if len(top) == len(found) else [None] * len(found)


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
            record = build(ElementTree.XML(attempt), source.file, number + 1)
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


def pieces(source: Source, names: tuple[str, ...]) -> Iterator[list[tuple[int, bytes]]]:
    """Give the bytes of each outermost element of these names, in UTF-8, with the line it begins in.

    Those that end in one block of the file are given together.
    """
    begins = _begins(names)
    held, at, line, searched = b"", 0, 1, 0
    for chunk in _chunks(source):
        held = held[at:] + chunk
        at, searched = 0, max(searched - at, 0)
        whole: list[tuple[int, bytes]] = []
        while found := begins.search(held, at):
            start, end_tag = found.start(), b"</" + found[1] + b">"
            line += held.count(b"\n", at, start)
            at = start
            end = held.find(end_tag, max(start, searched))
            if end < 0:
                searched = len(held) - len(end_tag)
                break
            end += len(end_tag)
            whole.append((line, held[start:end]))
            line += held.count(b"\n", start, end)
            at = searched = end
        else:
            rest = max(len(held) - 64, at)
            line += held.count(b"\n", at, rest)
            at = rest
        if whole:
            yield whole
        if len(held) - at > PIECE_LIMIT:
            source.say(
                f"a record of more than {PIECE_LIMIT:,} bytes was left out: {_shown(held[at : at + 2 * SEEN])}",
                "Look at that record: most likely its end is missing.",
                line,
            )
            rest = max(len(held) - 64, at)
            line += held.count(b"\n", at, rest)
            at, searched = rest, 0
    if found := begins.search(held, at):
        seen = f"the file ends inside a record: {_shown(held[found.start() : found.start() + 2 * SEEN])}"
        source.say(seen, "The file is cut short: export it again. What came before was read.", line)


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
