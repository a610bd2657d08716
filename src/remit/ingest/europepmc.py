"""Europe PMC answers, JSON or XML, lite or core. `source` says what an id is: only MED ids are PubMed ids."""

import re
from collections.abc import Iterator

from remit.ingest import related
from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json, Node
from remit.ingest.records_of import records
from remit.ingest.xml_tree import trees
from remit.model.source_record import SourceRecord, Unread

_INITIALS = re.compile(r"(.+?) ([A-Z][A-Z\-]{0,4})\.?\Z")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def read_json(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read a search answer, its result list, or records one a line."""
    return records(stream, record)


def read_xml(stream: Bytes) -> Iterator[SourceRecord | Unread]:
    """Read the XML form of the same answer."""
    for number, tree in trees(stream, "result"):
        yield tree if isinstance(tree, Unread) else record(tree, number, "europepmc-xml")


def record(value: Json, number: int, name: str = "europepmc-json") -> SourceRecord:
    """Return one result as a record."""
    r = Node(value)
    source, own = r.text("source"), r.text("id")
    pmid = r.text("pmid") or (own if source == "MED" else "")
    info, journal = r.at("journalInfo"), r.at("journalInfo", "journal")
    kinds = r.texts("pubTypeList", "pubType") or _split(r.text("pubType"))
    ties = tuple(
        related.tie(c.text("type"), _cited(c.text("source"), c.text("id"), c.text("reference")))
        for c in r.each("commentCorrectionList", "commentCorrection")
    )
    year = r.text("pubYear") or info.text("yearOfPublication")
    return SourceRecord(
        source="europepmc",
        format=name,
        number=number,
        key=f"{source}:{own}" if source and own else own,
        kind="; ".join(kinds) or ("Preprint" if source == "PPR" else ""),
        title=_plain(r.text("title")),
        abstract=_plain(r.text("abstractText")),
        authors=_authors(r),
        year=int(year) if re.fullmatch(r"\d{4}", year) else None,
        journal=r.text("journalTitle") or journal.text("title"),
        volume=r.text("journalVolume") or info.text("volume"),
        issue=r.text("issue") or info.text("issue"),
        pages=r.text("pageInfo"),
        doi=r.text("doi").lower(),
        pmid=pmid if pmid.isdigit() else "",
        pmcid=r.text("pmcid"),
        issn=_split(r.text("journalIssn")) or tuple(i for i in (journal.text("issn"), journal.text("essn")) if i),
        language=r.text("language"),
        keywords=(*r.texts("keywordList", "keyword"), *_headings(r)),
        url=f"https://europepmc.org/article/{source}/{own}" if source and own else "",
        related=ties,
        retracted=any("retracted publication" in k.lower() for k in kinds)
        or any(t.relation == "retracted-by" for t in ties),
        other=r.rest(),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(p.strip() for p in text.split(";") if p.strip())


def _plain(text: str) -> str:
    return " ".join(_TAG.sub(" " if "<h" in text else "", text).split())


def _headings(r: Node) -> tuple[str, ...]:
    return tuple(h for h in (m.text("descriptorName") for m in r.each("meshHeadingList", "meshHeading")) if h)


def _cited(source: str, own: str, reference: str) -> str:
    number = f"PMID {own}" if source == "MED" else f"{source}:{own}" if source else own
    return f"{reference} ({number})" if reference and own else reference or number


def _authors(r: Node) -> tuple[str, ...]:
    listed = []
    for author in r.each("authorList", "author"):
        family, given = author.text("lastName"), author.text("firstName") or author.text("initials")
        full = author.text("collectiveName") or author.text("fullName")
        listed.append(f"{family}, {given}" if family and given else family or full)
    printed = r.text("authorString")
    if any(listed):
        return tuple(a for a in listed if a)
    names = [n.strip() for n in printed.removesuffix(".").split(", ") if n.strip()]
    return tuple(_inverted(n) for n in names)


def _inverted(name: str) -> str:
    found = _INITIALS.match(name)
    return f"{found[1]}, {found[2]}" if found else name
