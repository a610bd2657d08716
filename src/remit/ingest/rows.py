"""The rows of a table written as text: which line is the heading row, and rows whose quotation marks do not match.

A quotation mark that is never closed makes all that follows one cell, up to the next mark or the end of the file. Such
a row is ended where the lines after it are rows of their own, and told.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from remit.ingest import columns as heads

LOOKED = 20
AHEAD, BROKEN = 50, 100

_DATA = re.compile(r"(?:1[4-9]|20)\d\d|\d{5,}|\S*\b10\.\d{4,9}/\S+|https?://\S+|NCT\d{8}|(?:\S+ ){8,}\S+", re.I)
_SAID = re.compile(r'"?sep=(.)"?\s*$', re.I)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading row: its place among the lines looked at (from 0), how its cells are parted, and the cells.

    `missing`: there is no such row; the first row holds data (`seen`), and the cells are called `column 1` and so on.
    """

    at: int
    mark: str
    cells: tuple[str, ...]
    missing: bool = False
    seen: str = ""


def heading(lines: Sequence[str]) -> Heading | None:
    """Return the heading row among the first lines of a file, or None where all are blank.

    It is the first filled line, or a later one that names two columns as databases do where the first names fewer.
    """
    filled = [at for at, line in enumerate(lines) if line.strip(" \t\r\n\ufeff")]
    mark = ""
    if filled and (said := _SAID.match(lines[filled[0]].strip("\ufeff "))):
        mark, filled = said[1], filled[1:]
    if not filled:
        return None
    found = [(at, *_parted(lines[at].strip("\r\n\ufeff"), mark)) for at in filled]
    return _chosen([(at, cells) for at, _, cells in found], [by for _, by, _ in found])


def heading_of(table: Sequence[Sequence[str]]) -> Heading | None:
    """Return the heading row among the first rows of a sheet, or None where no row has two cells."""
    found = [(at, [cell.strip() for cell in cells]) for at, cells in enumerate(table) if sum(map(bool, cells)) > 1]
    return _chosen(found, [""] * len(found)) if found else None


def _chosen(found: Sequence[tuple[int, list[str]]], marks: Sequence[str]) -> Heading:
    chosen = 0
    if heads.known(found[0][1]) < 2:
        named = (i for i, (_, cells) in enumerate(found) if len(cells) > 1 and heads.known(cells) >= 2)
        chosen = next(named, 0)
    at, cells = found[chosen]
    if chosen == 0 and heads.known(cells) == 0 and len(cells) > 1 and any(_DATA.fullmatch(cell) for cell in cells):
        called = tuple(f"column {number}" for number in range(1, len(cells) + 1))
        return Heading(at, marks[chosen], called, missing=True, seen=", ".join(cells))
    return Heading(at, marks[chosen], tuple(cells))


def _parted(line: str, mark: str) -> tuple[str, list[str]]:
    mark = mark or separator(line)
    return mark, csv_cells(line, mark)


def csv_cells(line: str, mark: str) -> list[str]:
    """Return the cells of one line, also of one the csv module refuses."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
    except csv.Error:
        return [cell.strip(' "') for cell in line.split(mark)]


def separator(line: str) -> str:
    """Return the separator of a heading row: of tab, comma, semicolon and bar, the one found most outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max("\t,;|", key=bare.count)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line it begins in, its cells, and what is wrong with it (blank: nothing). No cells: it is not one."""

    line: int
    cells: list[str]
    fault: str = ""


class _Feed:
    """Lines for the csv module that can be put back; `held` are those taken since it was emptied last."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.held: list[str] = []

    def __iter__(self) -> Iterator[str]:
        back, held, lines = self._back, self.held, self._lines
        while True:
            if back:
                line = back.popleft()
            elif (taken := next(lines, None)) is not None:
                line = taken
            else:
                return
            held.append(line)
            yield line

    def give_back(self, kept: int) -> None:
        """Put back what is held but for the first lines."""
        self._back.extendleft(reversed(self.held[kept:]))
        del self.held[kept:]

    def ahead(self) -> list[str]:
        """Return what is held and some lines after it, which stay to be read."""
        kept = len(self.held)
        for _ in islice(self, AHEAD):
            pass
        seen = list(self.held)
        self.give_back(kept)
        return seen


def rows(lines: Iterator[str], mark: str, width: int, line: int) -> Iterator[Row]:
    """Give each row of `width` cells, its first line numbered from `line` on; lines come with their ends."""
    feed = _Feed(lines)
    held = feed.held
    reader = csv.reader(feed, delimiter=mark, strict=True)
    while True:
        try:
            row = Row(line, next(reader))
        except StopIteration:
            return
        except csv.Error as why:
            row = _broken(feed, mark, width, line, str(why))
            reader = csv.reader(feed, delimiter=mark, strict=True)
        yield row
        line += len(held)
        held.clear()


def _broken(feed: _Feed, mark: str, width: int, line: int, why: str) -> Row:
    """Return a row the csv module refused: read leniently, and ended where the lines after it are rows."""
    endless = why == "unexpected end of data"
    feed.give_back(0)
    try:
        cells = next(csv.reader(feed, delimiter=mark))
    except csv.Error as error:
        cells, why = [], str(error)
    else:
        why = ""
    if len(feed.held) == 1 and (not endless or len(cells) >= width):
        return Row(line, cells, why)
    if kept := _rows_after(feed.ahead(), len(feed.held), mark, width):
        feed.give_back(kept)
        return Row(line, _closed(feed.held, mark, width), _unclosed(feed.held, "the row was ended"))
    if endless:
        single = len(feed.held) == 1
        return Row(line, _closed(feed.held, mark, width) if single else cells, _unclosed(feed.held, "all is one cell"))
    return Row(line, cells, why)


def _unclosed(held: Sequence[str], done: str) -> str:
    return f"a quotation mark is never closed: {done}: {held[0].strip()}"


def _rows_after(lines: Sequence[str], held: int, mark: str, width: int) -> int:
    """Return after how many of the held lines rows of the right width go on; 0 where they never do."""
    if width < 2:
        return 0
    found = [k for k in range(1, min(held, BROKEN)) if _is_row(lines[k : k + AHEAD], mark, width)]
    whole = (k for k in found if len(_closed(lines[:k], mark, width)) == width)
    return next(whole, found[0] if found else 0)


def _is_row(lines: Sequence[str], mark: str, width: int) -> bool:
    try:
        cells = next(csv.reader(lines, delimiter=mark, strict=True), [])
    except csv.Error:
        return False
    return len(cells) == width and any(map(str.strip, cells))


def _closed(lines: Sequence[str], mark: str, width: int) -> list[str]:
    """Return the cells of a row with a quotation mark too many: without it, or closed at the end, or as they come."""
    text = "".join(lines)
    opening = [at for at, sign in enumerate(text) if sign == '"' and (at == 0 or text[at - 1] in (mark, "\n"))]
    tries = [text[:at] + text[at + 1 :] for at in reversed(opening[-AHEAD:])]
    for tried in (*tries, text.rstrip("\n") + '"\n'):
        try:
            found = list(csv.reader(tried.splitlines(keepends=True), delimiter=mark, strict=True))
        except csv.Error:
            continue
        if len(found) == 1 and len(found[0]) == width:
            return found[0]
    try:
        return [cell for row in csv.reader(list(lines), delimiter=mark) for cell in row]
    except csv.Error:
        return []
