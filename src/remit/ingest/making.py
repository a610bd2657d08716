"""Make records fast: a frozen class sets each field by a slow road, so a twin that is not frozen is filled and turned.

`new` takes the same words as `SourceRecord` and returns one, equal and as frozen as if made by the class itself, in a
quarter of the time. Making the record is else a fifth of the time it takes to read one.
"""

from remit.model.source_record import Related, SourceRecord


class _Twin:
    """The same slots as `SourceRecord`, so that one can become the other."""

    __slots__ = SourceRecord.__slots__

    source: str
    format: str
    file: str
    number: int
    key: str
    kind: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    year: int | None
    journal: str
    volume: str
    issue: str
    pages: str
    doi: str
    pmid: str
    pmcid: str
    registry: tuple[str, ...]
    issn: tuple[str, ...]
    language: str
    keywords: tuple[str, ...]
    url: str
    related: tuple[Related, ...]
    retracted: bool
    other: tuple[tuple[str, str], ...]


def new(
    *,
    source: str = "",
    format: str = "",
    file: str = "",
    number: int = 0,
    key: str = "",
    kind: str = "",
    title: str = "",
    abstract: str = "",
    authors: tuple[str, ...] = (),
    year: int | None = None,
    journal: str = "",
    volume: str = "",
    issue: str = "",
    pages: str = "",
    doi: str = "",
    pmid: str = "",
    pmcid: str = "",
    registry: tuple[str, ...] = (),
    issn: tuple[str, ...] = (),
    language: str = "",
    keywords: tuple[str, ...] = (),
    url: str = "",
    related: tuple[Related, ...] = (),
    retracted: bool = False,
    other: tuple[tuple[str, str], ...] = (),
) -> SourceRecord:
    """Return the record of these words."""
    made = _Twin()
    made.source = source
    made.format = format
    made.file = file
    made.number = number
    made.key = key
    made.kind = kind
    made.title = title
    made.abstract = abstract
    made.authors = authors
    made.year = year
    made.journal = journal
    made.volume = volume
    made.issue = issue
    made.pages = pages
    made.doi = doi
    made.pmid = pmid
    made.pmcid = pmcid
    made.registry = registry
    made.issn = issn
    made.language = language
    made.keywords = keywords
    made.url = url
    made.related = related
    made.retracted = retracted
    made.other = other
    made.__class__ = SourceRecord  # type: ignore[assignment]
    return made  # type: ignore[return-value]
