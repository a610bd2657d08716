"""RIS, in every dialect the databases and reference managers write.

A record begins at `TY  - ` and lasts until the next one: links after `ER` (Ovid) are still its own. Between records
stand counters (`12.`, Ovid), headings (`Provider: …`: Cochrane, ProQuest, APA) and blank lines. A line without a tag
goes on with the field above it, whatever word it begins with. Where a tag has no meaning here, or its place is taken
by a better one, tag and text are kept in `other`, by tag in order of first use.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import length_hint

from remit.ingest.cutting import Cutter
from remit.ingest.ris_fields import BAR, Fields, record
from remit.ingest.source import SEEN, Source, text
from remit.model.source_record import SourceRecord, Unread

RECORD_LIMIT = 32 << 20

_RUN = re.compile(r"\n(?:([A-Z][A-Z0-9])  - )?(.*+(?:\n\1  - .*+)*+)")
_LINK = re.compile(r"\s*+(?:(?<=\n)(Link to the Ovid .*+)\s*+)?(?:(?<=\n)\d++\.\s*+)?")
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLAIN = frozenset(a + b for a in _UPPER for b in _UPPER + "0123456789") - {"TY", "ER"}
_AFTER = frozenset({"NL", "LK", "UR", "L1", "L2", "L3", "L4", "text"})
_STRICT = re.compile(r"([A-Z][A-Z0-9]{1,3})  -(?: |\t|$)(.*)", re.S)
_LOOSE = re.compile(r"\s{0,3}([A-Za-z][A-Za-z0-9])\s{0,3}-[ \t]?(.*)", re.S)
_START = re.compile(r"(\s{0,4})TY([ \t]{0,2})-(?:(\s)|(?=[A-Z]))(.*)", re.S)
_END = re.compile(r"\s{0,4}ER[ \t]{0,2}-\s*$")
_FIRST = re.compile(r"(\s{0,4})[A-Z][A-Z0-9]([ \t]{0,3})-([ \t]?)")
_COUNTER = re.compile(r"(?:Record #)?\d+(?:\.| of \d+)?\s*$|Link to the Ovid |<\d+>\s*$")
_HEADING = re.compile(r"(Provider|Database|Content)\s?:\s*(.*)")

BEGINS = re.compile(r"^[ \t\ufeff]{0,4}TY[ \t]{0,2}-(?:[ \t]|$|[A-Z]{3,8}$)", re.M)
_USUAL = re.compile(r"^[ \t\ufeff]{0,4}[A-Z][A-Z0-9]  -", re.M)

Read = Iterator[SourceRecord | Unread]
Lines = dict[str, list[str]]


def read(source: Source) -> Read:
    """Give each record of a RIS file; what is no part of a record is given as unread, with its line.

    Text is parted where a line says the type of a record. What lies whole between two of these and is written as most
    are is read at once, and all such records of a block of text together, since a processor does the same thing many
    times faster; anything else goes line by line.
    """
    state = _State(source)
    cutter = Cutter(source, "TY  - ", "\n")
    for pieces, whole in cutter.pieces():
        found = [_at_once(text(piece)) for piece in pieces] if whole else []
        if None not in found:
            yield from state.together(found)
        for at, one in enumerate(found if None in found else ()):
            if one is not None:
                yield from state.together([one])
            else:
                yield from state.slowly(cutter.whole(pieces[at]), cutter.above(at))
        if not whole:
            begun = state.begun
            yield from state.slowly(pieces[0], cutter.above(0))
            if state.begun == begun and state.grown(len(pieces[0])):
                yield from state.cut()
    yield from state.close()


def _at_once(piece: str) -> tuple[str, Fields] | None:
    """Return type and fields of a record, given from behind its first mark to the next one's, or None if it is unusual.

    Lines of one tag that follow one another are found as one, which is quicker; a line without a tag has a blank one.
    """
    body, end, after = piece.rpartition("\nER  -")
    runs = _RUN.findall(body)
    fields = dict(runs)
    if not end or len(fields) < 2 or "" in fields or "ER" in fields:
        return None
    if len(fields) < len(runs):
        fields = _gathered(runs)
    else:
        for tag, values in runs:
            if "\n" in values:
                fields[tag] = values.replace(f"\n{tag}  - ", BAR)
    if after:
        if (found := _LINK.fullmatch(after)) is None:
            return None
        if found[1]:
            fields["text"] = found[1].strip()
    return body[: body.find("\n")].strip(), fields


def _gathered(runs: list[tuple[str, str]]) -> Fields:
    """Return the fields of lines whose tags come again after others."""
    found: Lines = {}
    for tag, values in runs:
        found.setdefault(tag, []).append(values.replace(f"\n{tag}  - ", BAR))
    return _joined(found)


def _joined(lines: Lines) -> Fields:
    """Return the fields of a record read line by line."""
    return {tag: BAR.join(values) for tag, values in lines.items()}


def _from_next(block: list[str]) -> list[str]:
    """Return the block from the next beginning of a record on."""
    for skipped, line in enumerate(block):
        if line.startswith("TY") and _START.match(line):
            return block[skipped:]
    return []


@cache
def _dialect(indent: str, gap: str, after: str | None) -> re.Pattern[str]:
    """Return how the lines of a record begin whose first line is indented so, with such blanks around its hyphen."""
    blank = r"(?:[ \t]|$)" if after else "[ \t]?"
    return re.compile(rf"\s{{0,{len(indent)}}}([A-Z][A-Z0-9]{{1,3}}){gap}-{blank}(.*)", re.S)


@dataclass
class _State:
    """The record being read (`whole`, once its end was seen), what follows it, and what belongs to no record.

    `loose`: all of the file is written in a dialect of its own; `own`: this record is, while others are not.
    """

    source: Source
    number: int = 0
    begun: int = 0
    size: int = 0
    skipping: bool = False
    fields: Lines = field(default_factory=dict)
    values: list[str] | None = None
    whole: Lines | None = None
    heading: str = ""
    stray: Unread | None = None
    loose: bool = False
    own: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        head = self.source.head.decode("latin-1").replace("\x00", "")
        self.loose = _USUAL.search(head) is None

    def together(self, found: Sequence[tuple[str, Fields] | None]) -> list[SourceRecord | Unread]:
        """Return the records of some that were read at once, after what was read before."""
        done = self.finish() if found and (self.whole or self.fields or self.stray is not None) else []
        file, heading = self.source.file, self.heading
        done += [record(*one, file, n, heading) for n, one in enumerate(found, self.number + 1) if one is not None]
        if found:
            self.number, self.skipping = self.number + len(found), False
        return done

    def slowly(self, raw: bytes, above: int) -> Read:
        """Take in whole lines, one by one, and give the records that end in them; `above` lines came before."""
        block = text(raw.removesuffix(b"\n")).split("\n")
        end = above + len(block)
        if self.skipping:
            block = _from_next(block)
            self.skipping = not block
        fields, values = self.fields, self.values
        lines = iter(block)
        for line in lines:
            tag, mark, value = line.partition("  - ")
            if mark and tag in fields and tag != "TY":
                values = fields[tag]
                values.append(value)
            elif mark and tag in _PLAIN:
                fields[tag] = values = [value]
            elif line:
                self.values = values
                at = end - length_hint(lines)
                if self.turn(line, at):
                    yield from self.finish()
                    self.begin(line, at)
                fields, values = self.fields, self.values
        self.values = values

    def turn(self, line: str, at: int) -> bool:
        """Take in a line that is no plain field; tell whether a new record begins with it."""
        start = line[:6]
        if start == "TY  - ":
            return True
        if start == "ER  - " and not line[6:].strip():
            self.end()
            return False
        if self.values is None and (start == "Link t" or line[0].isdecimal()):
            self.between(line.strip(), at)
            return False
        line = line.lstrip("\ufeff")
        bare = line.strip()
        if not bare:
            return False
        if bare[:2] == "TY" and _START.match(line):
            return True
        if bare[:2] == "ER" and _END.match(line):
            self.end()
            return False
        if self.fields.keys() == {"TY"} and self.own is None and not (self.loose or _STRICT.match(line)):
            first = _FIRST.match(line)
            self.own = _dialect(*first.groups()) if first else None
        found = (self.own or (_LOOSE if self.loose else _STRICT)).match(line)
        if found and found[1] not in ("TY", "ER"):
            self.values = self.fields.setdefault(found[1], [])
            self.values.append(found[2])
        elif self.values:
            self.values[-1] += "\n" + bare
        else:
            self.between(bare, at)
        return False

    def begin(self, line: str, at: int) -> None:
        """Open a record with the line that says its type."""
        self.own = None
        if line.startswith("TY  - "):
            self.values = [line[6:]]
        else:
            found = _START.match(line.lstrip("\ufeff"))
            self.values = [found[4] if found else ""]
            self.own = _dialect(*found.group(1, 2, 3)) if found and (not self.loose or len(found[1]) > 3) else None
        self.fields, self.begun, self.size = {"TY": self.values}, at, 0

    def end(self) -> None:
        """Close the record; what follows may still be its own."""
        if self.whole is None:
            self.whole, self.fields = self.fields, {}
        self.values = None

    def between(self, text: str, at: int) -> None:
        """Take in a line between records."""
        if text[-1] == "." and text[:-1].isdecimal():
            return
        if heading := _HEADING.match(text):
            if heading[1] != "Content":
                self.heading = heading[2] if heading[1] == "Database" or not self.heading else self.heading
        elif _COUNTER.match(text):
            if text.startswith("Link"):
                self.fields.setdefault("text", []).append(text)
        elif self.stray is None:
            self.stray = self.unread(
                at, text, "Lines between records belong to none: look whether a record broke there."
            )

    def finish(self) -> list[SourceRecord | Unread]:
        """Return the record that is complete, and any that lacks its first line."""
        done: list[SourceRecord | Unread] = []
        if self.whole is not None:
            if self.fields.keys() <= _AFTER:
                self.whole.update(self.fields)
                self.fields = {}
            done.append(self.made(self.whole))
            self.whole = None
        if self.fields:
            done.append(self.made(self.fields))
        if self.stray is not None:
            done.append(self.stray)
            self.stray = None
        self.fields, self.values = {}, None
        return done

    def made(self, fields: Lines) -> SourceRecord | Unread:
        """Return one record, or say that there is nothing in it."""
        if len(fields) < 3 and fields.keys() <= {"TY", "text"} and "\n" not in fields.get("TY", [""])[0]:
            seen = "  ".join(f"{tag}  - {value[0]}" for tag, value in fields.items())
            return self.unread(self.begun, seen, "A record without a single field: compare with the database.")
        self.number += 1
        kind, broken, strayed = fields.pop("TY", [""])[0].strip().partition("\n")
        if broken:
            fields["TY"] = [strayed]
        return record(kind, _joined(fields), self.source.file, self.number, self.heading)

    def grown(self, size: int) -> bool:
        """Tell whether the record has grown past all bounds, now that it has so much more text."""
        self.size += size
        return self.size > RECORD_LIMIT

    def cut(self) -> Read:
        """Give the record as far as it was read, and pass over the rest of it."""
        line = self.begun
        yield from self.finish()
        seen = f"a record of more than {RECORD_LIMIT:,} characters; what follows of it was left out"
        yield self.unread(line, seen, "Look at that record: most likely the lines that part records are lost.")
        self.skipping, self.size = True, 0

    def close(self) -> Read:
        """Give what is left at the end of the file."""
        broken = self.whole is None and "TY" in self.fields
        yield from self.finish()
        if broken:
            number = max(self.number, 1)
            seen = f"the file ends inside record {number}, before its ER line"
            yield Unread(
                file=self.source.file,
                number=number,
                line=self.begun,
                seen=seen,
                advice="Compare the number of records with the database's count: the file may be cut short.",
            )

    def unread(self, line: int, seen: str, advice: str) -> Unread:
        """Return a note on something that is no record."""
        return Unread(file=self.source.file, number=self.number + 1, line=line, seen=seen[:SEEN], advice=advice)
