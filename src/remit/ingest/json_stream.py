"""Records out of JSON text of any size: lists of records inside an answer, a list, one record, or one a line.

Only one record is held at a time. A record that is no JSON is told and passed over; half a file gives its first half.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from remit.ingest.json_tree import Json

CHUNK = 1 << 20
LARGEST = 32 << 20
TEXT_LIMIT = 4 << 20
LISTS: frozenset[tuple[str, ...]] = frozenset(
    {
        ("resultList", "result"),
        ("results",),
        ("message", "items"),
        ("studies",),
        ("FullStudiesResponse", "FullStudies"),
    }
)
_MARKS = re.compile(r'["\[\]{}]')
_STRING_MARKS = re.compile(r'["\\]')
_NEXT = re.compile(r"[}\]]\s{0,60},\s{0,60}(?=\{)")
_SPACE = re.compile(r"[ \t\r\n]*")


class Bytes(Protocol):
    """Anything that gives bytes when asked, and none at the end."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Element:
    """One value of the list, counted from 1, with the line it starts on."""

    number: int
    line: int
    value: Json


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that is no JSON, or what is missing at the end."""

    number: int
    line: int
    seen: str


class _Malformed(Exception):
    """The text at the reader's place is no JSON value; `whole` is False where the file ends within it."""

    def __init__(self, seen: str, whole: bool) -> None:
        super().__init__(seen)
        self.seen, self.whole = seen, whole


def elements(stream: Bytes) -> Iterator[Element | Broken]:
    """Give each record of a JSON file."""
    yield from _Reader(stream).run()


class _Reader:
    """A place in a text that is read as it is needed."""

    def __init__(self, stream: Bytes) -> None:
        head = stream.read(CHUNK)
        name = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        self._decode = codecs.getincrementaldecoder(name)(errors="replace")
        self._stream = stream
        self.ended = not head
        self.text = self._decode.decode(head, final=self.ended)
        self.at = self.number = self._passed = self._counted = 0
        self._json = json.JSONDecoder()
        self._found = False
        self.lost = 0

    def run(self) -> Iterator[Element | Broken]:
        """Read values until the text ends."""
        while self._peek():
            start = self.at
            try:
                yield from self._top()
            except _Malformed as bad:
                self.number += 1
                yield Broken(self.number, self.line, bad.seen)
                if not bad.whole or not self._next_line(start):
                    return

    def _top(self) -> Iterator[Element | Broken]:
        self._found = False
        if self._peek() == "[":
            yield from self._members()
            return
        if self._peek() != "{":
            self._value()
            raise _Malformed("a value that is no record", whole=True)
        line = self.line
        kept: dict[str, Json] = {}
        yield from self._object((), kept)
        if not self._found:
            self.number += 1
            yield Element(self.number, line, kept)
        yield from self._told(line)

    def _told(self, line: int) -> Iterator[Broken]:
        """Tell of text that was cut."""
        if self.lost:
            seen = f"a text of more than {TEXT_LIMIT:,} characters; its last {self.lost:,} were left out"
            yield Broken(self.number, line, seen)
            self.lost = 0

    def _object(self, path: tuple[str, ...], kept: dict[str, Json]) -> Iterator[Element | Broken]:
        """Walk an object down to a list of records; everything else goes into `kept`."""
        self.at += 1
        while self._peek() != "}":
            key = self._value()
            if not isinstance(key, str) or self._peek() != ":":
                raise _Malformed("no key and colon", whole=bool(self._peek()))
            self.at += 1
            here = (*path, key)
            if here in LISTS and self._peek() == "[":
                self._found = True
                yield from self._members()
            elif self._peek() == "{" and any(way[: len(here)] == here for way in LISTS):
                inner: dict[str, Json] = {}
                yield from self._object(here, inner)
                kept[key] = inner
            else:
                value = self._value()
                if not self._found:
                    kept[key] = value
            self._comma("}")
        self.at += 1

    def _members(self) -> Iterator[Element | Broken]:
        self.at += 1
        while self._peek() != "]":
            self.number += 1
            line = self.line
            try:
                value = self._value()
            except _Malformed as bad:
                yield Broken(self.number, line, bad.seen)
                if not bad.whole or not self._skip():
                    self.at = len(self.text)
                    return
            else:
                yield Element(self.number, line, value)
                yield from self._told(line)
            try:
                self._comma("]")
            except _Malformed as bad:
                self.number += 1
                yield Broken(self.number, self.line, bad.seen)
                if not self._next_record():
                    return
        self.at += 1

    def _next_record(self) -> bool:
        """Go on at the next object that follows a comma; False where there is none."""
        while True:
            found = _NEXT.search(self.text, self.at)
            if found:
                self.at = found.end()
                return True
            self.at = max(self.at, len(self.text) - 64)
            if not self._fill():
                self.at = len(self.text)
                return False

    def _comma(self, end: str) -> None:
        mark = self._peek()
        if mark == ",":
            self.at += 1
        elif mark != end:
            raise _Malformed("the end of the file" if not mark else f"{mark!r} for a comma", whole=bool(mark))

    @property
    def line(self) -> int:
        """The line of the reader's place."""
        self._passed += self.text.count("\n", self._counted, self.at)
        self._counted = max(self._counted, self.at)
        return self._passed + 1

    def _fill(self, size: int = CHUNK) -> bool:
        if self.ended:
            return False
        chunk = self._stream.read(size)
        self.ended = not chunk
        self._passed += self.text.count("\n", self._counted, self.at)
        self._counted = 0
        self.text = self.text[self.at :] + self._decode.decode(chunk, final=self.ended)
        self.at = 0
        return True

    def _peek(self) -> str:
        """The next character that is no space, or "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._fill():
                return ""

    def _value(self) -> Json:
        self._peek()
        size = CHUNK
        while True:
            try:
                value: Json
                value, end = self._json.raw_decode(self.text, self.at)
                if end < len(self.text) or not self._fill():
                    if end - self.at > TEXT_LIMIT:
                        value, lost = _trimmed(value)
                        self.lost += lost
                    self.at = end
                    return value
                continue
            except json.JSONDecodeError as error:
                open_end = "Unterminated" in error.msg or error.pos >= len(self.text) - 16
                room = LARGEST - (len(self.text) - self.at)
                if open_end and room > 0 and self._fill(min(size, room)):
                    size *= 2
                    continue
                if open_end and not self.ended:
                    raise _Malformed(f"a value of more than {LARGEST:,} characters", whole=True) from None
                if open_end:
                    raise _Malformed("the end of the file within a value", whole=False) from None
                raise _Malformed(error.msg, whole=True) from None
            except RecursionError:
                raise _Malformed("a value nested too deep", whole=True) from None
            except ValueError:
                raise _Malformed("a number too long to read", whole=True) from None

    def _next_line(self, start: int) -> bool:
        """Go on after a bad value, in the next line: one record a line survives a broken one."""
        self.at = max(self.at, min(start, len(self.text)))
        while True:
            cut = self.text.find("\n", self.at)
            if cut >= 0:
                self.at = cut + 1
                return True
            self.at = len(self.text)
            if not self._fill():
                return False

    def _skip(self) -> bool:
        """Pass over a broken value by its brackets; False where they never close."""
        depth = 0
        while True:
            found = _MARKS.search(self.text, self.at)
            if found is None:
                self.at = len(self.text)
                if not self._fill():
                    return False
                continue
            mark, self.at = found[0], found.end()
            if mark == '"':
                if not self._string():
                    return False
            elif mark in "[{":
                depth += 1
            else:
                depth -= 1
                if depth < 0:
                    self.at -= 1
                    return True
                if depth == 0:
                    return True

    def _string(self) -> bool:
        while True:
            found = _STRING_MARKS.search(self.text, self.at)
            if found is None:
                self.at = len(self.text)
                if not self._fill():
                    return False
                continue
            self.at = found.end()
            if found[0] == '"':
                return True
            if self.at == len(self.text) and not self._fill():
                return False
            self.at += 1


def _trimmed(value: Json) -> tuple[Json, int]:
    """Return a value whose texts are cut at `TEXT_LIMIT`, and how many characters were left out."""
    lost = 0

    def cut(inner: Json) -> Json:
        nonlocal lost
        if isinstance(inner, dict | list):
            waiting.append(inner)
        if not isinstance(inner, str) or len(inner) <= TEXT_LIMIT:
            return inner
        lost += len(inner) - TEXT_LIMIT
        return inner[:TEXT_LIMIT]

    waiting: list[list[Json] | dict[str, Json]] = []
    value = cut(value)
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            held.update({key: cut(inner) for key, inner in held.items()})
        else:
            held[:] = [cut(inner) for inner in held]
    return value, lost
