"""One citation of PubMed while it is read: what was found so far, and how what has no place is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field

from remit.ingest.pubmed_lists import Lists
from remit.ingest.xml_pieces import Element
from remit.model.source_record import Related


@dataclass(slots=True)
class Parts:
    """What was found so far of one citation."""

    pmid: str = ""
    title: str = ""
    vernacular: str = ""
    abstract: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmcid: str = ""
    kinds: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    issn: list[str] = field(default_factory=list)
    registry: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    retracted: bool = False
    other: list[tuple[str, str]] = field(default_factory=list)
    lists: Lists = field(default_factory=dict)


Take = Callable[[Parts, Element], None]


def text_of(element: Element) -> str:
    """All text of an element on one line."""
    text = ("".join(element.itertext()) if len(element) else element.text or "").strip()
    return " ".join(text.split()) if "\n" in text or "  " in text else text


def keep(parts: Parts, element: Element) -> None:
    """Keep an element that has no place: a list by its members, anything else as its name, attributes and texts."""
    tag = element.tag
    if not len(element):
        text = (element.text or "").strip()
    elif tag.endswith("List") or tag == "History":
        for child in element:
            keep(parts, child)
        return
    else:
        text = " ".join(filter(None, map(str.strip, element.itertext())))
    if text:
        parts.other.append((f"{tag} {' '.join(element.attrib.values())}" if element.keys() else tag, text))
