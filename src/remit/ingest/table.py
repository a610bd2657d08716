"""Tables with a heading row: CSV and TSV as databases export them, or as anybody writes them.

What each column holds is guessed from its heading (`columns.py`), shown by `sniff`, and overruled by the person's own
reading. Columns without a meaning here are kept in `other` under their heading.

A cell may hold `fields.VALUE_LIMIT` characters. The csv module knows but one limit for the whole process; it is raised
to that, once, when this module is loaded, and never lowered.
"""

import csv
import re
from collections.abc import Callable, Iterator

from remit.errors import UsageError
from remit.ingest import columns as heads
from remit.ingest import fields as say
from remit.ingest.databases import by_link, named
from remit.ingest.making import Draft
from remit.ingest.source import SEEN, Source
from remit.model.source_record import SourceRecord, Unread

csv.field_size_limit(max(say.VALUE_LIMIT, csv.field_size_limit()))

_CITATION = re.compile(
    r"^(?P<journal>.*?) \((?P<year>\d{4})\)(?: (?P<volume>[^:(.,]+?))?"
    r"(?::(?P<issue>[^(.]+?))?(?: \((?P<pages>[^)]*)\))?"
    r"(?: Article Number: (?P<number>[^.]+))?(?:\.|$)"
)


def recognised(text: str, name: str) -> str:
    """Say in words why a file that begins so is a table, or return blank."""
    if text.lstrip()[:1] in "<{[@":
        return ""
    found = _headings(text)
    known = heads.known(found)
    suffix = name.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".tab"))
    if len(found) > 1 and (known >= 2 or (suffix and known)):
        return f"its first row has {len(found)} columns, {known} of them called as databases call theirs"
    return "its name ends as a table's does" if suffix and len(found) > 1 else ""


def columns(source: Source, text: str) -> dict[str, str]:
    """Return what each column is taken for."""
    return _chosen(source, _headings(text))


def _headings(text: str) -> list[str]:
    return _cells(text.lstrip("\ufeff\r\n ").partition("\n")[0])


def _cells(line: str) -> list[str]:
    """Return the cells of a heading row, also of one the csv module refuses."""
    mark = separator(line)
    try:
        return [heading.strip() for heading in next(csv.reader([line], delimiter=mark), [])]
    except csv.Error:
        return [heading.strip(' "') for heading in line.split(mark)]


def separator(line: str) -> str:
    """Return the separator of a heading row: of tab, comma, semicolon and bar, the one found most outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max("\t,;|", key=bare.count)


def _chosen(source: Source, headings: list[str]) -> dict[str, str]:
    found = heads.guessed(headings)
    for column, field in source.columns.items():
        if column not in found:
            raise UsageError(f"{source.file}: no column {column!r}; its columns are {', '.join(headings)}")
        if field not in heads.FIELDS:
            raise UsageError(f"column {column!r}: no field {field!r}; choose one of {', '.join(heads.FIELDS)}")
        found[column] = field
    return found


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each row of a table as a record."""
    lines = _filled(source)
    first = next(lines, None)
    if first is None:
        return
    mark = separator(first)
    layout = Layout(source, _cells(first.rstrip("\n")))
    rows = csv.reader(lines, delimiter=mark)
    number = 0
    while True:
        begun = source.line
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as why:
            number += 1
            advice = "Look for a quotation mark that is never closed, shortly before this line."
            yield Unread(file=source.file, number=number, line=begun + 1, seen=str(why)[:SEEN], advice=advice)
            continue
        if any(map(str.strip, row)):
            number += 1
            yield layout.record(row, number)


def _filled(source: Source) -> Iterator[str]:
    """Each line from the heading row on, with its end, as the csv module wants it."""
    begun = False
    for text in source.texts():
        *whole, rest = text.split("\n")
        lines = [line + "\n" for line in whole]
        if rest:
            lines.append(rest)
        for at, line in enumerate(() if begun else lines):
            if line.strip() and not line.lower().startswith("sep="):
                begun, lines = True, lines[at:]
                break
        if begun:
            yield from lines


Cell = Callable[[list[str]], str]


class Layout:
    """Which cells of a row make which field."""

    def __init__(self, source: Source, headings: list[str]) -> None:
        self.file, self.headings = source.file, headings
        chosen = _chosen(source, headings)
        self.database = heads.database(headings)
        self.at: dict[str, list[int]] = {}
        for index, heading in enumerate(headings):
            self.at.setdefault(chosen[heading], []).append(index)
        self.width = len(headings)

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
        made.other = self._other(row, extra)
        return made.done()

    def _keywords(self, row: list[str]) -> tuple[str, ...]:
        cells = [row[index] for index in self.at.get("keywords", ()) if row[index]]
        return tuple(dict.fromkeys([w for cell in cells for w in filter(None, map(str.strip, say.split_cell(cell)))]))

    def _other(self, row: list[str], extra: list[str]) -> tuple[tuple[str, str], ...]:
        named = [(self.headings[i], text) for i in self.at.get("other", ()) if (text := row[i].strip())]
        more = [(f"column {self.width + at}", t) for at, cell in enumerate(extra, 1) if (t := cell.strip())]
        return (*named, *more)


def _digits(text: str) -> str:
    text = text.removesuffix(".0")
    return text if text.isdecimal() else say.pmid(text)
