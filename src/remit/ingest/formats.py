"""The formats that can be read, and how each is told from the others.

A format is a reader and a way to recognise it. A reader is a function that takes one `Source` (see `source.py`) and
gives `SourceRecord` after `SourceRecord`, with an `Unread` in place of whatever could not be read; it never raises for
what a file holds. It numbers its records from 1 and sets `format` and `file` in each. A recogniser is given a `Look` at
the beginning of the file and returns in words what it saw, or blank when the file is not its own.

To add one: write the reader in a file of its own and put a line into `FORMATS`. Recognisers are asked in that order,
so the ones that look for something unmistakable come first.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from remit.ingest import bibtex, endnote_xml, medline, named, named_lines, pubmed_xml, ris, table, wos, xlsx
from remit.ingest.source import Source
from remit.model.source_record import SourceRecord, Unread

Reader = Callable[[Source], Iterator[SourceRecord | Unread]]


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a file: its name, its first bytes, and these as text."""

    name: str
    raw: bytes
    text: str

    def has(self, pattern: str) -> bool:
        """Tell whether a pattern is found, `^` and `$` standing for the ends of lines."""
        return re.search(pattern, self.text, re.M) is not None


@dataclass(frozen=True, slots=True)
class Format:
    """A reader, how its files are recognised, and what its files are called by a person."""

    read: Reader
    suits: Callable[[Look], str]
    what: str


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file was taken for: `format` is a key of `FORMATS` (blank: unknown), `why` the reason in words.

    `columns` is for tables: what each column was taken for, a field of `SourceRecord`, `other`, or a part such as
    `first page`. A person's reading goes the same way into `read(columns=…)`, for the columns to be read otherwise.
    """

    format: str
    encoding: str
    why: str
    columns: Mapping[str, str] = field(default_factory=dict)


def _ris(look: Look) -> str:
    return "a line begins with the tag TY" if ris.BEGINS.search(look.text) else ""


def _table(look: Look) -> str:
    return table.recognised(look.text, look.name)


def _named(name: str) -> Format:
    seen = named.suits(name)
    return Format(named.reader(name), lambda look: seen(look.text), named.READERS[name][1])


def _pubmed_xml(look: Look) -> str:
    return (
        "an element PubmedArticle or MedlineCitation"
        if look.has(r"<(?:Pubmed(?:Book)?Article|MedlineCitation)")
        else ""
    )


def _endnote_xml(look: Look) -> str:
    return "an element records, of record" if look.has(r"<records>\s*(?:<record[ >]|$)|<xml>\s*<records") else ""


def _medline(look: Look) -> str:
    return "a line PMID or OWN, as MEDLINE begins a record" if medline.BEGINS.search(look.text) else ""


def _wos(look: Look) -> str:
    return "tags FN or PT, as Web of Science begins" if wos.BEGINS.search(look.text) else ""


def _bibtex(look: Look) -> str:
    begins = bibtex.BEGINS.search(look.text) is not None and not table.headed(look.text)
    return "a line begins an entry with @" if begins else ""


def _refer(look: Look) -> str:
    return "its first line has a tag of refer, such as %0" if look.has(r"\A[\s\ufeff]*%[0ATDJ] \S") else ""


def _cochrane(look: Look) -> str:
    begins = look.has(r"^\ufeff?Record #\d+ of \d+\s*$") and look.has(r"^(?:ID|TI): ")
    return "a line Record #1 of many, as the Cochrane Library writes" if begins else ""


def _ovid(look: Look) -> str:
    begins = look.has(r"^\ufeff?<\d+>[ \t]*\r?\n[A-Z][\w ]*?[ \t]*\r?\n[ \t]+\S")
    return "a line <1>, names of fields and text indented, as Ovid writes" if begins else ""


def _xlsx(look: Look) -> str:
    return "an Excel workbook" if look.raw.startswith(b"PK\x03\x04") else ""


FORMATS: dict[str, Format] = {
    **{name: _named(name) for name in named.READERS},
    "pubmed-xml": Format(pubmed_xml.read, _pubmed_xml, "PubMed XML: efetch, baseline and update files"),
    "endnote-xml": Format(endnote_xml.read, _endnote_xml, "EndNote XML, of EndNote, Mendeley or Reference Manager"),
    "medline": Format(medline.read, _medline, "MEDLINE text (nbib), of PubMed or ERIC"),
    "wos": Format(wos.read, _wos, "Web of Science plain text (ciw)"),
    "ris": Format(ris.read, _ris, "RIS, as nearly all databases and reference managers export it"),
    "refer": Format(named_lines.read_refer, _refer, "EndNote's refer (BibIX): lines of %-tags"),
    "cochrane-text": Format(named_lines.read_cochrane, _cochrane, "citations of the Cochrane Library as text"),
    "ovid-text": Format(named_lines.read_ovid, _ovid, "citations of Ovid as text"),
    "bibtex": Format(bibtex.read, _bibtex, "BibTeX and BibLaTeX"),
    "xlsx": Format(xlsx.read, _xlsx, "a table in an Excel workbook"),
    "table": Format(table.read, _table, "a table with a heading row: CSV, TSV"),
}


def named_as(look: Look, format: str | None = None) -> tuple[str, str]:
    """Return the format of a file that begins so (blank: unknown), or the one it is to be read as, and the reason."""
    for name, known in FORMATS.items():
        if why := "as named" if format == name else "" if format else known.suits(look):
            return name, why
    return "", "nothing at its beginning is known from any format"


def guess(source: Source, look: Look, format: str | None = None) -> Guess:
    """Return what a file is, or as which `format` it is to be read, with the columns of a table. Reads the source."""
    name, why = named_as(look, format)
    columns: Mapping[str, str] = {}
    if name == "table":
        columns = table.columns(source, look.text)
    elif name == "xlsx":
        where, columns = xlsx.columns(source)
        why = f"{why}; {where}" if where else why
    return Guess(name, source.encoding, why, columns)
