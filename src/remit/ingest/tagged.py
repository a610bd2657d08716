"""Records of tagged lines whose continuations are indented: what MEDLINE and Web of Science text have in common."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.ingest.cutting import Cutter
from remit.ingest.source import SEEN, Source, text
from remit.model.source_record import SourceRecord, Unread

Fields = dict[str, list[str]]
Other = list[tuple[str, str]]
Usual = tuple[Fields, Other]
Make = Callable[[Fields, Other, str, int], SourceRecord]

RECORD_LIMIT = 32 << 20


@dataclass(frozen=True, slots=True)
class Manner:
    """How a format writes its lines: a tag of `width` characters, `mark` after it, text from `text` on.

    `indent` begins a line that goes on with the text above and is read as `joint`; `first` are the tags that open a
    record, `last` the one that closes it (blank: an empty line does), `passed` those that belong to the file;
    `joined` tags share the list of another, where there is one, so that their order among its values is kept.
    `known` are the tags that have a place in a record; the others are only kept.
    A record of the usual form begins with the tag `opens`, written as `opening`, after a record that ends in `closing`.
    """

    width: int
    mark: str
    text: int
    indent: str
    joint: str
    first: frozenset[str]
    last: str
    passed: frozenset[str]
    tags: re.Pattern[str]
    joined: Mapping[str, str]
    known: frozenset[str]
    opens: str
    opening: str
    closing: str


def records(source: Source, manner: Manner, make: Make) -> Iterator[SourceRecord | Unread]:
    """Give what `make` makes of each record, and what stands outside of any.

    `make` is given its fields by tag, tag and text of those only kept, the file's name and the record's number.

    The text is parted where one record plainly ends and the next begins. What lies whole between two such places and
    holds nothing but known tags and such as were seen before is read at once, and all such records of a block of text
    together, since a processor does the same thing many times faster; anything else goes line by line, and has all of
    its fields by tag.
    """
    reader = _Reader(source, manner, make)
    cutter = Cutter(source, manner.opening, manner.closing)
    for pieces, whole in cutter.pieces():
        found = [reader.at_once(lines) for lines in reader.lines(pieces)] if whole else []
        if None not in found:
            yield from reader.together(found)
        for at, one in enumerate(found if None in found else ()):
            if read := one or reader.at_once(*reader.lines([pieces[at]])):
                yield from reader.together([read])
            else:
                yield from reader.slowly(cutter.whole(pieces[at]), cutter.above(at))
        if not whole:
            yield from reader.slowly(pieces[0], cutter.above(0))
            reader.size += len(pieces[0])
            if reader.size > RECORD_LIMIT:
                yield from reader.cut()
    yield from reader.close()


class _Reader:
    """The record being read: `fields` by tag, and `live`, the same lists by how their lines begin, until it may end.

    `names` has the tags without a place that were seen so far, as `other` calls them.
    """

    def __init__(self, source: Source, manner: Manner, make: Make) -> None:
        self.source, self.manner, self.make = source, manner, make
        self.fields: Fields = {}
        self.values: list[str] | None = None
        self.begun = self.size = self.at = self.above = 0
        self.text = ""
        self.parted = False
        self.stray: Unread | None = None
        self.found = 0
        self.skipping = False
        self.live: dict[str, list[str]] = {}
        self.known: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.joint = manner.joint.encode()
        self.unfold = re.compile(b"\n" + manner.indent.encode()).sub

    def lines(self, pieces: list[bytes]) -> list[list[str]]:
        """Return the lines of whole records, given from behind their openings, each with those that go on with it."""
        unfold, joint = self.unfold, self.joint
        return [body.split("\n") for body in [text(raw) for raw in [unfold(joint, piece) for piece in pieces]]]

    def at_once(self, lines: list[str]) -> Usual | None:
        """Return a whole record by its lines, or None if it is unusual."""
        manner, names = self.manner, self.names
        mark, known = manner.mark, manner.known
        fields: Fields = {manner.opens: [lines.pop(0)]}
        other: Other = []
        for line in lines:
            tag, _, value = line.partition(mark)
            if tag in fields:
                fields[tag].append(value)
            elif tag in known:
                fields[tag] = [value]
            elif name := names.get(tag):
                if value := value.strip():
                    other.append((name, value))
            else:
                return self.by_tag(fields, lines) if tag in manner.joined else None
        for tag in manner.first:
            if tag in fields and len(fields[tag]) > 1:
                return None
        return fields, other

    def by_tag(self, fields: Fields, lines: list[str]) -> Usual | None:
        """Return a whole record that has tags whose values share a list: all of its fields, as if read line by line."""
        fields = {self.manner.opens: fields[self.manner.opens]}
        for line in lines:
            tag, _, value = line.partition(self.manner.mark)
            if tag not in fields:
                joined = self.manner.joined.get(tag)
                if joined is None and tag not in self.manner.known and tag not in self.names:
                    return None
                fields[tag] = fields.get(joined or "", [])
            fields[tag].append(value)
        once = (len(fields[tag]) == 1 for tag in self.manner.first if tag in fields)
        return (fields, []) if all(once) else None

    def together(self, found: Sequence[Usual | None]) -> list[SourceRecord | Unread]:
        """Return the records of some that were read at once, after what was read before."""
        done = self.finish() if found and (self.fields or self.stray is not None) else []
        file, make = self.source.file, self.make
        done += [make(*one, file, number) for number, one in enumerate(found, self.found + 1) if one is not None]
        if found:
            self.found, self.size, self.skipping = self.found + len(found), 0, False
        return done

    def slowly(self, raw: bytes, above: int) -> Iterator[SourceRecord | Unread]:
        """Take in whole lines, one by one, and give the records that end in them; `above` lines came before."""
        start, known = self.manner.text, self.known
        live, values = self.live, self.values
        self.text, self.at, self.above = "\n" + text(raw), 0, above
        for line in text(self.unfold(self.joint, raw.removesuffix(b"\n"))).split("\n"):
            head = line[:start]
            if head in live:
                values = live[head]
                values.append(line[start:])
            elif head in known and values is not None:
                live[head] = values = self.fields.setdefault(known[head], [])
                values.append(line[start:])
            else:
                self.values = values
                tag = line[: self.manner.width]
                if self.turn(line, tag):
                    yield from self.finish()
                    self.begin(line, tag)
                live, values = self.live, self.values
        self.values = values

    def turn(self, line: str, tag: str) -> bool:
        """Take in a line that is not one more value of a field; tell whether a record begins with it."""
        manner = self.manner
        if not line.strip():
            self.parted = True
            if not manner.last:
                self.values, self.live = None, {}
            return False
        bare = line.rstrip()
        if bare == manner.last:
            self.values, self.parted, self.live = None, True, {}
            return False
        tagged = manner.tags.match(line) is not None
        if tagged and tag in manner.passed:
            return False
        if tagged and (tag in manner.first and (self.parted or tag in self.fields or not self.fields)):
            self.begun = self.where(line)
            return True
        if self.skipping:
            return False
        if tagged and self.parted and self.fields and (tag in self.fields or manner.last):
            self.begun = self.where(line)
            return True
        if tagged:
            self.add(line, tag)
        elif self.values:
            self.values[-1] += manner.joint + line.strip()
        elif self.stray is None:
            self.stray = self._unread(self.where(line), line, "Lines between records belong to none of them.")
        return False

    def add(self, line: str, tag: str) -> None:
        """Add a field to the record."""
        self.parted = False
        manner, head = self.manner, line[: self.manner.text]
        joined = manner.joined.get(tag)
        if joined in self.fields and tag not in self.fields:
            self.fields[tag] = self.fields[joined]
        self.values = self.fields.setdefault(tag, [])
        found = manner.tags.match(line)
        self.values.append(line[found.end() :] if found else line)
        if tag not in manner.first and head == tag + manner.mark:
            self.live[head] = self.values
            if joined is None:
                self.known[head] = tag
                if tag != manner.last and tag not in manner.known:
                    self.names[tag] = tag.rstrip()

    def begin(self, line: str, tag: str) -> None:
        """Open a record with its first line."""
        self.fields, self.live, self.size, self.skipping = {}, {}, 0, False
        self.add(line, tag)

    def finish(self) -> list[SourceRecord | Unread]:
        """Return the record that is complete, then what stood outside."""
        done: list[SourceRecord | Unread] = []
        if self.fields:
            self.found += 1
            done.append(self.make(self.fields, [], self.source.file, self.found))
        if self.stray is not None:
            done.append(self.stray)
        self.fields, self.live, self.values, self.stray = {}, {}, None, None
        return done

    def cut(self) -> Iterator[SourceRecord | Unread]:
        """Give a record that has grown past all bounds as far as it was read, and pass over the rest of it."""
        if self.fields and not self.skipping:
            yield from self.finish()
            seen = f"a record of more than {RECORD_LIMIT:,} characters; what follows of it was left out"
            yield self._unread(
                self.begun, seen, "Look at that record: most likely the lines that part records are lost."
            )
            self.skipping = True
        self.size = 0

    def close(self) -> Iterator[SourceRecord | Unread]:
        """Give what is left at the end of the file."""
        broken = bool(self.manner.last and self.fields and not self.parted)
        yield from self.finish()
        if broken:
            seen = f"the file ends inside record {self.found}, before its {self.manner.last} line"
            advice = "Compare the number of records with the database's count: the file may be cut short."
            note = Unread(file=self.source.file, number=self.found, line=self.begun, seen=seen, advice=advice)
            yield note

    def where(self, line: str) -> int:
        """The number of a line, counted on from the one asked for before."""
        start = line.partition(self.manner.joint)[0]
        at = self.text.find("\n" + start, self.at) + 1
        self.above += self.text.count("\n", self.at, at)
        self.at = max(self.at, at)
        return max(self.above, 1)

    def _unread(self, line: int, seen: str, advice: str) -> Unread:
        return Unread(file=self.source.file, number=self.found + 1, line=line, seen=seen[:SEEN], advice=advice)
