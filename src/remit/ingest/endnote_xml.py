"""EndNote XML, as EndNote, Mendeley, Reference Manager and Zotero write it: fields as elements, text in styles."""

import re
from collections.abc import Iterator

from remit.ingest import fields as say
from remit.ingest import xml_pieces
from remit.ingest.databases import by_key, by_link, named
from remit.ingest.making import Draft
from remit.ingest.source import Source
from remit.model.source_record import Related, SourceRecord, Unread

Element = xml_pieces.Element
Fields = dict[str, list[str]]

_GROUPS = frozenset(
    {"contributors", "titles", "periodical", "alt-periodical", "dates", "urls", "keywords", "foreign-keys"}
    | {"related-urls", "web-urls", "pdf-urls", "text-urls", "image-urls", "pub-dates"}
)
_LISTS = frozenset({"authors", "secondary-authors", "tertiary-authors", "subsidiary-authors", "translated-authors"})
_CLOSE = re.compile(r",(?=\S)")
_STYLE = re.compile(rb'</?style(?: [^<>]*")?>')
_STYLED = re.compile(rb'<style face="normal" font="default" size="100%">([^<]*)</style>')
_PUBMED = frozenset({"pubmed", "medline", "nlm"})


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each record of an EndNote XML file."""
    return xml_pieces.read(source, ("record",), record, unstyled)


def unstyled(raw: bytes) -> bytes:
    """Return records without the tags of styles: those EndNote puts everywhere first, all if others are left."""
    plain = b"".join(_STYLED.split(raw))
    return _STYLE.sub(b"", raw) if b"<style" in plain or b"</style" in plain else plain


def _text(element: Element) -> str:
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return (text.replace("\r", "\n") if "\r" in text else text).strip()


def _gather(element: Element, fields: Fields) -> None:
    """Sort the texts of a record by the names of their elements."""
    for child in element:
        tag = child.tag
        if tag in _GROUPS:
            _gather(child, fields)
        elif tag in _LISTS:
            fields.setdefault(tag, []).extend([text for one in child if (text := _text(one))])
        elif text := _text(child) or child.get("year", child.get("Year", "")):
            if tag in fields:
                fields[tag].append(text)
            else:
                fields[tag] = [text]


def _one(fields: Fields, *names: str) -> str:
    for name in names:
        if values := fields.get(name):
            return values.pop(0)
    return ""


def record(root: Element, file: str, number: int, _: xml_pieces.Lists) -> SourceRecord | None:
    """Return the record of an element, or None when there is nothing in it."""
    fields: Fields = {}
    _gather(root, fields)
    if not any(fields.values()):
        return None
    title = " ".join(_one(fields, "title", "short-title").split())
    accession, doi = _one(fields, "accession-num"), _doi(fields)
    source = _database(fields, accession)
    kind = root.find("ref-type")
    fields.pop("ref-type", None)
    pmid = accession if source in _PUBMED and accession.isdecimal() else _pmid(fields)
    made = Draft("endnote-xml", file, number)
    made.source = source
    made.key = accession or _one(fields, "rec-number")
    made.kind = (kind.get("name") or _text(kind)) if kind is not None else ""
    made.title = title
    made.abstract = _one(fields, "abstract")
    made.authors = tuple([say.name(name) for value in fields.pop("authors", ()) for name in _names(value)])
    made.year = _year(fields)
    made.journal = _journal(fields, title)
    made.volume = _one(fields, "volume")
    made.issue = _one(fields, "number", "issue")
    made.pages = say.pages(_one(fields, "pages"))
    made.doi = doi
    made.pmid = pmid
    made.pmcid = next(
        (p for tag in ("custom2", "notes") for value in fields.get(tag, ()) if (p := say.pmcid(value))), ""
    )
    made.registry = tuple(say.registry(accession))
    made.issn = _issn(fields)
    made.language = _one(fields, "language")
    made.keywords = say.keywords(fields.pop("keyword", ()))
    made.url = _one(fields, "url")
    made.related = tuple(_related(fields))
    made.retracted = say.retracted(title)
    made.other = tuple([(tag, value) for tag, values in fields.items() for value in values])
    return made.done()


def _names(value: str) -> list[str]:
    """Names of one element; Reference Manager writes `Naeser,P.` and leaves a blank before the next."""
    return [_CLOSE.sub(", ", text) for line in value.split("\n") if (text := line.strip())]


def _doi(fields: Fields) -> str:
    for name in ("electronic-resource-num", "url", "notes"):
        values = fields.get(name, [])
        for at, value in enumerate(values):
            found = say.doi(value) if name == "electronic-resource-num" else say.doi_in(value)
            if found:
                if name == "electronic-resource-num":
                    del values[at]
                return found
    return ""


def _database(fields: Fields, accession: str) -> str:
    for name in ("remote-database-name", "remote-database-provider"):
        for value in fields.get(name, ()):
            return named(value)
    found = by_key(accession)
    return found or next((name for value in fields.get("url", ()) if (name := by_link(value))), "")


def _pmid(fields: Fields) -> str:
    return next((p for tag in ("notes", "url") for value in fields.get(tag, ()) if (p := say.pmid(value))), "")


def _year(fields: Fields) -> int | None:
    for name in ("year", "date"):
        for at, value in enumerate(fields.get(name, ())):
            if year := say.year(value):
                if value == str(year):
                    del fields[name][at]
                return year
    return None


def _journal(fields: Fields, title: str) -> str:
    journal = _one(fields, "full-title", "secondary-title", "abbr-1", "alt-title")
    for name in ("secondary-title", "full-title", "short-title", "alt-title", "abbr-1"):
        if fields.get(name) and fields[name][0] in (journal, title):
            del fields[name][0]
    return " ".join(journal.split())


def _issn(fields: Fields) -> tuple[str, ...]:
    values = fields.get("isbn", [])
    found = {value: say.issns(value) for value in values}
    fields["isbn"] = [value for value in values if not found[value]]
    return tuple(dict.fromkeys([issn for value in values for issn in found[value]]))


def _related(fields: Fields) -> list[Related]:
    found = [say.related(line) for value in fields.get("notes", ()) for line in value.split("\n")]
    return [one for one in found if one is not None]
