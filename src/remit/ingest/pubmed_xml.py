"""PubMed XML: what efetch answers, the yearly baseline and update files, MEDLINE's older sets, and books.

Titles and abstracts may hold markup (`<i>`, `<sup>`, formulas): all of their text is kept. Labelled sections of an
abstract become `LABEL: text`, one a line. Headings are written as MEDLINE writes them (`Pitch Perception/*physiology`),
so that one record reads the same from XML and from text. Elements without a place here are kept in `other` by name.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from remit.ingest import fields as say
from remit.ingest import xml_pieces
from remit.ingest.making import Draft
from remit.ingest.pubmed_lists import Lists, Rows, Taken, lift, plain
from remit.ingest.source import Source
from remit.model.source_record import Related, Relation, SourceRecord, Unread

Element = xml_pieces.Element

NAMES = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation")
_RELATIONS: dict[str, Relation] = {
    "RetractionIn": "retracted-by",
    "RetractionOf": "retracts",
    "ErratumIn": "corrected-by",
    "ErratumFor": "corrects",
    "CorrectedandRepublishedIn": "corrected-by",
    "CorrectedandRepublishedFrom": "corrects",
    "CommentOn": "comment-on",
    "CommentIn": "comment-in",
    "UpdateOf": "update-of",
}
_TOLD = 16  # numbers in one note, which thus stays below the length notes are cut at
_NOT_AVAILABLE = ("[Not Available].", "[Not Available]")


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each citation of a PubMed XML file; citations PubMed has deleted are named as unread."""

    def build(root: Element, file: str, number: int, lists: Lists) -> SourceRecord | None:
        if root.tag != "DeleteCitation":
            return record(root, file, number, lists)
        numbers = [text for child in root if (text := _text(child))]
        for at in range(0, len(numbers), _TOLD):
            seen = f"citations PubMed has deleted: PMID {', '.join(numbers[at : at + _TOLD])}"
            source.say(seen, "No record is given for them. A review that holds one should look up why it was deleted.")
        return None

    return xml_pieces.read(source, NAMES, build, lift=lift)


@dataclass(slots=True)
class _Parts:
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


Take = Callable[[_Parts, Element], None]


def record(root: Element, file: str, number: int, lists: Lists) -> SourceRecord:
    """Return the record of a citation; `lists` are those lifted out of it, and are taken away as they are met."""
    parts = _Parts(lists=lists)
    if root.tag == "MedlineCitation":
        _each(parts, root)
    else:
        for child in root:
            _each(parts, child)
    title = parts.title
    if parts.vernacular:
        if not title or title in _NOT_AVAILABLE:
            title = parts.vernacular
        else:
            parts.other.append(("VernacularTitle", parts.vernacular))
    made = Draft("pubmed-xml", file, number)
    made.source = "pubmed"
    made.key = parts.pmid
    made.kind = "; ".join(parts.kinds)
    made.title = title
    made.abstract = "\n".join(parts.abstract)
    made.authors = tuple(parts.authors)
    made.year = parts.year
    made.journal = parts.journal
    made.volume = parts.volume
    made.issue = parts.issue
    made.pages = parts.pages
    made.doi = parts.doi
    made.pmid = parts.pmid
    made.pmcid = parts.pmcid
    made.registry = tuple(dict.fromkeys(parts.registry))
    made.issn = tuple(dict.fromkeys(parts.issn))
    made.language = "; ".join(parts.languages)
    made.keywords = tuple(parts.keywords)
    made.related = tuple(parts.related)
    made.retracted = parts.retracted or "Retracted Publication" in parts.kinds
    made.other = tuple(parts.other)
    return made.done()


def _each(parts: _Parts, parent: Element) -> None:
    for child in parent:
        _TAKES.get(child.tag, _keep)(parts, child)


def _text(element: Element) -> str:
    """All text of an element on one line."""
    text = ("".join(element.itertext()) if len(element) else element.text or "").strip()
    return " ".join(text.split()) if "\n" in text or "  " in text else text


def _keep(parts: _Parts, element: Element) -> None:
    """Keep an element that has no place: a list by its members, anything else as its name, attributes and texts."""
    tag = element.tag
    if not len(element):
        text = (element.text or "").strip()
    elif tag.endswith("List") or tag == "History":
        for child in element:
            _keep(parts, child)
        return
    else:
        text = " ".join(filter(None, map(str.strip, element.itertext())))
    if text:
        parts.other.append((f"{tag} {' '.join(element.attrib.values())}" if element.keys() else tag, text))


def _pmid(parts: _Parts, element: Element) -> None:
    parts.pmid = parts.pmid or _text(element)


def _journal(parts: _Parts, element: Element) -> None:
    for child in element:
        tag = child.tag
        if tag == "Title":
            parts.journal = _text(child)
        elif tag == "ISSN":
            parts.issn.append(_text(child))
        elif tag == "JournalIssue":
            _each(parts, child)
        elif tag == "ISOAbbreviation" and not parts.journal:
            parts.journal = _text(child)
        else:
            _keep(parts, child)


def _journal_info(parts: _Parts, element: Element) -> None:
    for child in element:
        if child.tag == "ISSNLinking":
            parts.issn.append(_text(child))
        else:
            _keep(parts, child)
            if child.tag == "MedlineTA" and not parts.journal:
                parts.journal = _text(child)


def _date(parts: _Parts, element: Element) -> None:
    text = " ".join(filter(None, map(str.strip, element.itertext())))
    parts.year = say.year(text)
    if text != str(parts.year):
        parts.other.append(("PubDate", text))


def _article_date(parts: _Parts, element: Element) -> None:
    _keep(parts, element)
    if parts.year is None:
        parts.year = say.year(element.findtext("Year") or "")


def _pagination(parts: _Parts, element: Element) -> None:
    printed = element.findtext("MedlinePgn")
    parts.pages = (printed or say.pages(element.findtext("StartPage") or "", element.findtext("EndPage") or "")).strip()


def _location(parts: _Parts, element: Element) -> None:
    if element.get("EIdType") == "doi" and not parts.doi and element.get("ValidYN") != "N":
        parts.doi = say.doi(_text(element))
    else:
        _keep(parts, element)


def _abstract(parts: _Parts, element: Element) -> None:
    for child in element:
        if child.tag != "AbstractText":
            _keep(parts, child)
        elif text := _text(child):
            label = child.get("Label")
            parts.abstract.append(f"{label}: {text}" if label else text)


def _authors(parts: _Parts, element: Element) -> None:
    if (taken := _lifted(parts, element)) is not None:
        form, rows = taken
        (_author_rows if form else _plain_author_rows)(parts, rows)
    else:
        _author_elements(parts, element)


def _author_elements(parts: _Parts, element: Element) -> None:
    editors = element.get("Type") == "editors"
    for author in element:
        family = given = initials = suffix = ""
        for child in author:
            tag = child.tag
            if tag == "LastName":
                family = _text(child)
            elif tag == "ForeName" or tag == "FirstName":
                given = _text(child)
            elif tag == "Initials":
                initials = child.text or ""
            elif tag == "AffiliationInfo":
                for inner in child:
                    _keep(parts, inner)
            elif tag == "Suffix":
                suffix = _text(child)
            elif tag == "CollectiveName":
                family, given, initials = _text(child), "", ""
            else:
                _keep(parts, child)
        name = _name(family, given or initials.strip(), suffix)
        if not name:
            continue
        if editors:
            parts.other.append(("Editor", name))
        else:
            parts.authors.append(name)


def _name(family: str, given: str, suffix: str) -> str:
    name = f"{family}, {given}" if family and given else family or given
    return f"{name} {suffix}" if suffix else name


def _lifted(parts: _Parts, element: Element) -> Taken | None:
    """Take away the list that was lifted out of an element, if one was."""
    return parts.lists.pop(element.tag, None) if element.get("_") is not None else None


def _plain_author_rows(parts: _Parts, rows: Rows) -> None:
    for family, given, initials, affiliation, _ in rows:
        last, first = _flat(family), _flat(given) or plain(initials).strip()
        if last or first:
            parts.authors.append(f"{last}, {first}" if last and first else last or first)
        if affiliation and (kept := plain(affiliation).strip()):
            parts.other.append(("Affiliation", kept))


def _author_rows(parts: _Parts, rows: Rows) -> None:
    for family, given, initials, suffix, group, more, _ in rows:
        first = _flat(given) if given else ""
        if not first and initials:
            first = plain(initials).strip()
        if name := _name(_flat(family or group or ""), first, _flat(suffix) if suffix else ""):
            parts.authors.append(name)
        for source, text, affiliation in _MORE.findall(more) if more else ():
            if kept := plain(text or affiliation).strip():
                parts.other.append((f"Identifier {source}" if source else "Affiliation", kept))


_MORE = re.compile(r'<Identifier Source="(\w+)">([^<]*)|<Affiliation>([^<]*)')
_QUALIFIER = re.compile(r'MajorTopicYN="([YN])"[^<>]*>([^<]*)')
_ID = re.compile(r'"(?:\w+)">([^<]*)')


def _flat(text: str) -> str:
    """The text of XML without elements, on one line."""
    text = plain(text).strip()
    return " ".join(text.split()) if "\n" in text or "  " in text else text


def _headings(parts: _Parts, element: Element) -> None:
    if (taken := _lifted(parts, element)) is not None:
        for major, as_well, text, more, _ in taken[1]:
            words = [("*" if major == "Y" or as_well == "Y" else "") + plain(text).strip()]
            if more:
                words += [("*" if star == "Y" else "") + plain(word).strip() for star, word in _QUALIFIER.findall(more)]
            parts.keywords.append("/".join(words))
        return
    for heading in element:
        words = []
        for child in heading:
            star = "*" if child.get("MajorTopicYN") == "Y" else ""
            words.append(star + (child.text or "").strip())
        parts.keywords.append("/".join(words))


def _keywords(parts: _Parts, element: Element) -> None:
    for child in element:
        if text := _text(child):
            parts.keywords.append("*" + text if child.get("MajorTopicYN") == "Y" else text)


def _kinds(parts: _Parts, element: Element) -> None:
    parts.kinds.extend([_text(child) for child in element])


def _banks(parts: _Parts, element: Element) -> None:
    for bank in element:
        name = (bank.findtext("DataBankName") or "").strip()
        for number in bank.iter("AccessionNumber"):
            text = _text(number)
            found = say.registry(text)
            parts.registry.extend(found)
            if not found:
                parts.other.append((f"DataBank {name}", text))


def _corrections(parts: _Parts, element: Element) -> None:
    if (taken := _lifted(parts, element)) is not None:
        for kind, source, pmid, _ in taken[1]:
            said, number = plain(source).strip(), plain(pmid or "").strip()
            if kind != "Cites":
                _tie(parts, kind, said, number)
            elif text := f"{said} {number}".strip():
                parts.other.append(("CommentsCorrections Cites", text))
        return
    for child in element:
        kind = child.get("RefType") or ""
        if kind == "Cites":
            _keep(parts, child)
        else:
            _tie(parts, kind, (child.findtext("RefSource") or "").strip(), (child.findtext("PMID") or "").strip())


def _tie(parts: _Parts, kind: str, source: str, pmid: str) -> None:
    ref = ". ".join(part for part in (source.rstrip("."), f"PMID: {pmid}" if pmid else "") if part)
    relation = _RELATIONS.get(kind, "other")
    parts.related.append(Related(relation, ref if relation != "other" else f"{kind}: {ref}"))
    parts.retracted = parts.retracted or kind == "RetractionIn"


def _references(parts: _Parts, element: Element) -> None:
    if (taken := _lifted(parts, element)) is None:
        _keep(parts, element)
        return
    for citation, more, _ in taken[1]:
        texts = [citation, *_ID.findall(more)] if more else [citation]
        if text := " ".join(filter(None, [plain(one).strip() for one in texts])):
            parts.other.append(("Reference", text))


def _ids(parts: _Parts, element: Element) -> None:
    for child in element:
        kind, text = child.get("IdType") or "", (child.text or "").strip()
        if kind == "doi" and not parts.doi:
            parts.doi = say.doi(text)
        elif kind == "pmc" and not parts.pmcid:
            parts.pmcid = say.pmcid(text)
        elif kind == "pubmed":
            parts.pmid = parts.pmid or text
        elif text and not (kind == "doi" and say.doi(text) == parts.doi):
            parts.other.append((f"ArticleId {kind}", text))


def _other_id(parts: _Parts, element: Element) -> None:
    text = _text(element)
    if not parts.pmcid and text.startswith("PMC"):
        parts.pmcid = say.pmcid(text)
    else:
        _keep(parts, element)


def _title(parts: _Parts, element: Element) -> None:
    parts.title = _text(element)


def _book_title(parts: _Parts, element: Element) -> None:
    parts.journal = _text(element)
    parts.title = parts.title or parts.journal


def _vernacular(parts: _Parts, element: Element) -> None:
    parts.vernacular = _text(element)


def _volume(parts: _Parts, element: Element) -> None:
    parts.volume = _text(element)


def _issue(parts: _Parts, element: Element) -> None:
    parts.issue = _text(element)


def _language(parts: _Parts, element: Element) -> None:
    parts.languages.append(_text(element))


def _kind(parts: _Parts, element: Element) -> None:
    parts.kinds.append(_text(element))


_TAKES: dict[str, Take] = {
    "PMID": _pmid,
    "Article": _each,
    "Book": _each,
    "Journal": _journal,
    "MedlineJournalInfo": _journal_info,
    "Volume": _volume,
    "Issue": _issue,
    "PubDate": _date,
    "ArticleDate": _article_date,
    "ArticleTitle": _title,
    "BookTitle": _book_title,
    "VernacularTitle": _vernacular,
    "Pagination": _pagination,
    "ELocationID": _location,
    "Abstract": _abstract,
    "AuthorList": _authors,
    "Language": _language,
    "PublicationTypeList": _kinds,
    "PublicationType": _kind,
    "DataBankList": _banks,
    "MeshHeadingList": _headings,
    "KeywordList": _keywords,
    "CommentsCorrectionsList": _corrections,
    "ReferenceList": _references,
    "OtherID": _other_id,
    "ArticleIdList": _ids,
}
