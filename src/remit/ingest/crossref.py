"""Crossref works: an answer's list, one work, or one a line. Abstracts are JATS and become text."""

import html
import re
from collections.abc import Iterator

from remit.ingest import related
from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json, Node
from remit.ingest.records_of import records
from remit.ingest.registry_ids import found_in
from remit.model.source_record import Related, SourceRecord, Unread

_TITLE = re.compile(r"<(?:jats:)?title[^>]*>(.*?)</(?:jats:)?title>", re.DOTALL)
_BLOCK = re.compile(r"</?(?:jats:)?(?:p|sec|title|list|list-item|abstract|break)\b[^<>]*>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DATES = ("issued", "published", "published-print", "published-online", "created")


def read(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read works."""
    return records(stream, record)


def record(value: Json, number: int) -> SourceRecord:
    """Return one work as a record."""
    r = Node(value)
    title = text_of(r.text("title"))
    subtitle = text_of(r.text("subtitle"))
    abstract = text_of(r.text("abstract"))
    ties = tuple(_ties(r))
    numbers = tuple(n for c in r.each("clinical-trial-number") for n in found_in(c.text("clinical-trial-number")))
    return SourceRecord(
        source="crossref",
        format="crossref-json",
        number=number,
        key=r.text("DOI"),
        kind=r.text("type"),
        title=f"{title}: {subtitle}" if title and subtitle and subtitle.lower() not in title.lower() else title,
        abstract=abstract,
        authors=tuple(a for a in (_name(n) for n in r.each("author")) if a),
        year=_year(r),
        journal=html.unescape(r.text("container-title")),
        volume=r.text("volume"),
        issue=r.text("issue"),
        pages=r.text("page") or r.text("article-number"),
        doi=r.text("DOI").lower(),
        registry=tuple(dict.fromkeys((*numbers, *found_in(title, abstract)))),
        issn=r.texts("ISSN"),
        language=r.text("language"),
        keywords=r.texts("subject"),
        url=r.text("URL"),
        related=ties,
        retracted=any(t.relation == "retracted-by" for t in ties) or title.upper().startswith("RETRACTED:"),
        other=r.rest(),
    )


def text_of(markup: str) -> str:
    """Return JATS or HTML as text: headings end in a colon, a sign such as p < 0.05 stays."""
    text = _TITLE.sub(lambda m: "" if m[1].strip().lower() == "abstract" else f" {m[1].strip().rstrip(':')}: ", markup)
    return " ".join(html.unescape(_TAG.sub("", _BLOCK.sub(" ", text))).split())


def _ties(r: Node) -> Iterator[Related]:
    for notice in r.each("update-to"):
        yield related.tie(notice.text("type"), _doi(notice.text("DOI")))
    for notice in r.each("updated-by"):
        yield related.tie(notice.text("type"), _doi(notice.text("DOI")), passive=True)
    held = r.at("relation").value
    for word in held if isinstance(held, dict) else ():
        for other in r.each("relation", word):
            yield related.tie(word, f"{other.text('id-type')} {other.text('id')}".strip())


def _doi(text: str) -> str:
    return f"doi {text.lower()}"


def _name(author: Node) -> str:
    family, given, suffix = author.text("family"), author.text("given"), author.text("suffix")
    given = f"{given} {suffix}".strip()
    return f"{family}, {given}" if family and given else family or author.text("name") or given


def _year(r: Node) -> int | None:
    for name in _DATES:
        for parts in r.each(name, "date-parts")[:1]:
            year = parts.text()
            if re.fullmatch(r"\d{4}", year):
                return int(year)
    return None
