"""What a source returned about one document, before anyone decided anything."""

from dataclasses import dataclass
from typing import Literal

Relation = Literal[
    "retracted-by", "retracts", "corrected-by", "corrects", "comment-on", "comment-in", "update-of", "other"
]


@dataclass(frozen=True, slots=True)
class Related:
    """Another document a source says this one belongs with: `ref` is its citation or identifier as printed."""

    relation: Relation
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A line a search found, as its source gave it. Text is as printed, trimmed; a blank means the source said nothing.

    `source` names the database or tool (`pubmed`, `embase`, `scopus`, …; blank where the file does not say),
    `format` the reader that read it, `file` and `number` (from 1) the place. `key` is the source's own id.
    `authors` are one each, family name first (`Maude, Shannon L`), as far as the source lets it be known.
    `doi` is lower case without a resolver, `pmid` digits, `registry` trial numbers such as NCT02435849.
    `other` keeps every field that has no name here, tag and text, in the order of the file: nothing is lost.
    """

    source: str = ""
    format: str = ""
    file: str = ""
    number: int = 0
    key: str = ""
    kind: str = ""
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registry: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    language: str = ""
    keywords: tuple[str, ...] = ()
    url: str = ""
    related: tuple[Related, ...] = ()
    retracted: bool = False
    other: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something in a file that could not be read as a record: the rest of the file still counts."""

    file: str
    number: int
    line: int | None
    seen: str
    advice: str
