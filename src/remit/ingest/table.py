"""Tables with a heading row: CSV and TSV as databases export them, or as anybody writes them.

What each column holds is guessed from its heading (`columns.py`), shown by `sniff`, and overruled by the person's own
reading. Columns without a meaning here, and those whose place another has, are kept in `other` under their heading.

A cell may hold `fields.VALUE_LIMIT` characters. The csv module knows but one limit for the whole process; it is raised
to that, once, when this module is loaded, and never lowered.
"""

import csv
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from remit.errors import UsageError
from remit.ingest import columns as heads
from remit.ingest import fields as say
from remit.ingest.databases import by_link, named
from remit.ingest.making import Draft
from remit.ingest.rows import LOOKED, Heading, csv_cells, heading, rows
from remit.ingest.source import SEEN, Source
from remit.model.source_record import SourceRecord, Unread

csv.field_size_limit(max(say.VALUE_LIMIT, csv.field_size_limit()))

_PAGES = ("first page", "last page", "article number")
_FIRST = {
    **dict.fromkeys(("other", "original title", *_PAGES), 0),
    **dict.fromkeys(("registry", "issn", "keywords"), sys.maxsize),
}
_BLANK = re.compile(r"[ \t\ufeff]*+(?:\r?\n[ \t]*+)*+")
_CITATION = re.compile(
    r"^(?P<journal>.*?) \((?P<year>\d{4})\)(?: (?P<volume>[^:(.,]+?))?"
    r"(?::(?P<issue>[^(.]+?))?(?: \((?P<pages>[^)]*)\))?"
    r"(?: Article Number: (?P<number>[^.]+))?(?:\.|$)"
)


def recognised(text: str, name: str) -> str:
    """Say in words why a file that begins so is a table, or return blank."""
    if text.lstrip()[:1] in "<{[@":
        return ""
    head = heading(_begun(text))
    if head is None or len(head.cells) < 2:
        return ""
    known, width = heads.known(head.cells), len(head.cells)
    suffix = name.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".tab"))
    above = any(line.strip() and not line.lower().startswith("sep=") for line in _begun(text)[: head.at])
    if known >= 2 and (suffix or not above or (known > 2 and 2 * known >= width)):
        place = f"its heading row, line {_passed(text) + head.at + 1}," if above else "its first row"
        return f"{place} has {width} columns, {known} of them called as databases call theirs"
    if suffix and head.missing:
        return "its name ends as a table's does; its first row holds no headings"
    if suffix and known:
        return f"its first row has {width} columns, {known} of them called as databases call theirs"
    return "its name ends as a table's does" if suffix else ""


def headed(text: str) -> bool:
    """Tell whether the first row of a text names two columns or more as databases do."""
    head = heading(_begun(text))
    return head is not None and heads.known(head.cells) >= 2


def columns(source: Source, text: str) -> dict[str, str]:
    """Return what each column is taken for."""
    head = heading(_begun(text))
    return dict(_chosen(source, head.cells)) if head is not None else {}


def _begun(text: str) -> list[str]:
    """The lines among which the heading row is looked for."""
    return text[_blank(text) :].split("\n", LOOKED)[:LOOKED]


def _blank(text: str) -> int:
    """How long the blank lines are a text begins with."""
    found = _BLANK.match(text)
    return found.end() if found else 0


def _passed(text: str) -> int:
    return text.count("\n", 0, _blank(text))


def _chosen(source: Source, headings: Sequence[str]) -> list[tuple[str, str]]:
    """Each column by a name of its own, and its field."""
    names = heads.named_apart(headings)
    found = dict(zip(names, heads.guessed(headings), strict=True))
    for column, field in source.columns.items():
        if column not in found:
            raise UsageError(f"{source.file}: no column {column!r}; its columns are {', '.join(names)}")
        if field not in heads.FIELDS:
            raise UsageError(f"column {column!r}: no field {field!r}; choose one of {', '.join(heads.FIELDS)}")
        found[column] = field
    return list(found.items())


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each row of a table as a record."""
    lines = _lines(source)
    above = 0
    first = next(lines, "")
    while first and not first.strip():
        above, first = above + 1, next(lines, "")
    begun = [first, *islice(lines, LOOKED - 1)]
    head = heading(begun)
    if head is None:
        return
    layout = Layout(source, head.cells)
    line = above + head.at + 1
    yield from layout.notes(head, line)
    for at, passed in enumerate(begun[: head.at], above + 1):
        if len(csv_cells(passed, head.mark)) == layout.width:
            yield layout.unread(1, at, passed, "A row above the heading row: it was passed over.")
    if head.missing and not source.columns:
        return
    after = head.at + (not head.missing)
    number = 0
    for row in rows(chain(begun[after:], lines), head.mark, layout.width, above + after + 1):
        if row.cells and any(map(str.strip, row.cells)):
            number += 1
            yield layout.record(row.cells, number)
        elif row.fault:
            number += 1
        if row.fault:
            advice = "Look for a quotation mark that is never closed in this line, or shortly before it."
            yield layout.unread(number, row.line, row.fault, advice)


def _lines(source: Source) -> Iterator[str]:
    """Each line with its end, as the csv module wants it."""
    for text in source.texts():
        *whole, rest = text.split("\n")
        yield from [line + "\n" for line in whole]
        if rest:
            yield rest


Cell = Callable[[list[str]], str]


class Layout:
    """Which cells of a row make which field."""

    def __init__(self, source: Source, headings: Sequence[str]) -> None:
        chosen = _chosen(source, headings)
        self.chosen = dict(chosen)
        self.file, self.headings = source.file, [name for name, _ in chosen]
        self.database = heads.database(headings)
        self.at: dict[str, list[int]] = {}
        for index, (_, field) in enumerate(chosen):
            self.at.setdefault(field, []).append(index)
        self.width = len(headings)
        self.kept = sorted((i, field) for field, at in self.at.items() for i in at[_FIRST.get(field, 1) :])

    def notes(self, head: Heading, line: int) -> Iterator[Unread]:
        """Say where the headings are missing, or none of them is the title's."""
        if head.missing and len(self.at) == 1:
            advice = "Put a row of headings above it, or name its columns, as in: --column title='column 1'."
            yield self.unread(1, line, f"the first row holds no headings: {head.seen}", advice)
        elif "title" not in self.at and "original title" not in self.at:
            seen = "no column is taken for the title: " + ", ".join(self.headings)
            yield self.unread(1, line, seen, f"Name it: --column title={self.headings[0]!r}, or whichever it is.")

    def unread(self, number: int, line: int | None, seen: str, advice: str) -> Unread:
        """Return a note on a row."""
        return Unread(file=self.file, number=number, line=line, seen=seen.strip()[:SEEN], advice=advice)

    def first(self, row: list[str], field: str) -> str:
        """Return the first filled cell of a field."""
        for index in self.at.get(field, ()):
            if text := row[index].strip():
                return text
        return ""

    def record(self, row: list[str], number: int) -> SourceRecord:
        """Return the record of a row."""
        extra = row[self.width :]
        row = row + [""] * (self.width - len(row))
        citation = _CITATION.match(self.first(row, "citation"))
        cited = citation.groupdict(default="") if citation else {}
        title = self.first(row, "title")
        first, last = self.first(row, "first page"), self.first(row, "last page")
        pages = self.first(row, "pages") or say.pages(first, last) or cited.get("pages", "")
        url = self.first(row, "url")
        source = self.first(row, "source")
        made = Draft("table", self.file, number)
        made.source = (named(source) if source else "") or self.database or by_link(url)
        made.key = self.first(row, "key")
        made.kind = self.first(row, "kind")
        made.title = title or self.first(row, "original title")
        made.abstract = self.first(row, "abstract")
        made.authors = say.names(self.first(row, "authors"))
        made.year = say.year(self.first(row, "year") or cited.get("year", ""))
        made.journal = self.first(row, "journal") or cited.get("journal", "")
        made.volume = self.first(row, "volume") or cited.get("volume", "")
        made.issue = self.first(row, "issue") or cited.get("issue", "")
        made.pages = pages or self.first(row, "article number") or cited.get("number", "")
        made.doi = say.doi(self.first(row, "doi")) or say.doi_in(url)
        made.pmid = _digits(self.first(row, "pmid"))
        made.pmcid = say.pmcid(self.first(row, "pmcid"))
        made.registry = tuple([n for i in self.at.get("registry", ()) if row[i] for n in say.registry(row[i])])
        made.issn = tuple(dict.fromkeys([n for i in self.at.get("issn", ()) for n in say.issns(row[i])]))
        made.language = self.first(row, "language")
        made.keywords = self._keywords(row)
        made.url = url
        made.retracted = say.retracted(title)
        made.other = self._other(row, extra, made.title, made.pages)
        return made.done()

    def _keywords(self, row: list[str]) -> tuple[str, ...]:
        cells = [row[index] for index in self.at.get("keywords", ()) if row[index]]
        return tuple(dict.fromkeys([w for cell in cells for w in filter(None, map(str.strip, say.split_cell(cell)))]))

    def _other(self, row: list[str], extra: list[str], title: str, pages: str) -> tuple[tuple[str, str], ...]:
        """Columns without a field, and those whose field says something else."""
        named: list[tuple[str, str]] = []
        for i, field in self.kept:
            text = row[i].strip()
            if text and (field == "other" or not self._told(row, field, text, title, pages)):
                named.append((self.headings[i], text))
        more = [(f"column {self.width + at}", t) for at, cell in enumerate(extra, 1) if (t := cell.strip())]
        return (*named, *more)

    def _told(self, row: list[str], field: str, text: str, title: str, pages: str) -> bool:
        if field in _PAGES:
            return text in pages
        return text == (title if field == "original title" else self.first(row, field))


def _digits(text: str) -> str:
    text = text.removesuffix(".0")
    return text if text.isdecimal() else say.pmid(text)
