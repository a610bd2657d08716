"""OpenAlex works: lists of an answer, one work, or one a line as in the snapshot."""

import re
from collections.abc import Iterator

from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json, Node
from remit.ingest.records_of import records
from remit.ingest.registry_ids import found_in
from remit.model.source_record import SourceRecord, Unread

_LAST = 1_000_000


def read(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read works."""
    return records(stream, record)


def record(value: Json, number: int) -> SourceRecord:
    """Return one work as a record; its abstract is put back in order from the inverted index."""
    r = Node(value)
    place, ids = r.at("primary_location", "source"), r.at("ids")
    biblio = r.at("biblio")
    first, last = biblio.text("first_page"), biblio.text("last_page")
    year, pmid = r.text("publication_year"), _tail(ids.text("pmid"))
    pmcid = _tail(ids.text("pmcid")).upper()
    abstract = in_order(r.at("abstract_inverted_index").value)
    if abstract:
        r.drop("abstract_inverted_index")
    doi = r.text("doi") or ids.text("doi")
    title = r.text("title") or r.text("display_name")
    if r.at("display_name").value == r.at("title").value:
        r.drop("display_name")
    return SourceRecord(
        source="openalex",
        format="openalex-json",
        number=number,
        key=_tail(r.text("id")),
        kind=r.text("type"),
        title=" ".join(title.split()),
        abstract=abstract,
        authors=tuple(a for a in (_name(n) for n in r.each("authorships")) if a),
        year=int(year) if re.fullmatch(r"\d{4}", year) else None,
        journal=place.text("display_name"),
        volume=biblio.text("volume"),
        issue=biblio.text("issue"),
        pages=f"{first}-{last}" if first and last and first != last else first,
        doi=re.sub(r"\Ahttps?://(dx\.)?doi\.org/", "", doi, flags=re.IGNORECASE).lower(),
        pmid=pmid if pmid.isdigit() else "",
        pmcid=pmcid if not pmcid or pmcid.startswith("PMC") else f"PMC{pmcid}",
        registry=found_in(title, abstract),
        issn=place.texts("issn"),
        language=r.text("language"),
        keywords=tuple(k for k in (n.text("display_name") or n.text("keyword") for n in r.each("keywords")) if k),
        url=r.at("primary_location").text("landing_page_url"),
        retracted=r.text("is_retracted") == "true",
        other=r.rest(),
    )


def in_order(index: Json) -> str:
    """Return the text of an inverted index: word to places. Places beyond a million and what is no place are left."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (place, word)
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int) and 0 <= place < _LAST
    ]
    return " ".join(word for _, word in sorted(placed))


def _tail(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def _name(author: Node) -> str:
    shown = author.text("author", "display_name") or author.text("raw_author_name")
    if "," in shown or " " not in shown:
        return shown
    given, _, family = shown.rpartition(" ")
    return f"{family}, {given}"
