"""PubMed XML: what efetch answers, the yearly baseline and update files, MEDLINE's older sets, and books.

Titles and abstracts may hold markup (`<i>`, `<sup>`, formulas): all of their text is kept. Labelled sections of an
abstract become `LABEL: text`, one a line. Headings are written as MEDLINE writes them (`Pitch Perception/*physiology`),
so that one record reads the same from XML and from text. Elements without a place here are kept in `other` by name.
"""

from collections.abc import Iterator

from remit.ingest import fields as say
from remit.ingest import xml_pieces
from remit.ingest.making import Draft
from remit.ingest.pubmed_lists import Lists, lift
from remit.ingest.pubmed_parts import Parts, Take, keep, text_of
from remit.ingest.pubmed_taking import authors, corrections, headings, references
from remit.ingest.source import Source
from remit.model.source_record import SourceRecord, Unread

Element = xml_pieces.Element

NAMES = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation")
_TOLD = 16  # numbers in one note, which thus stays below the length notes are cut at
_NOT_AVAILABLE = ("[Not Available].", "[Not Available]")


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each citation of a PubMed XML file; citations PubMed has deleted are named as unread."""

    def build(root: Element, file: str, number: int, lists: Lists) -> SourceRecord | None:
        if root.tag != "DeleteCitation":
            return record(root, file, number, lists)
        numbers = [text for child in root if (text := text_of(child))]
        for at in range(0, len(numbers), _TOLD):
            seen = f"citations PubMed has deleted: PMID {', '.join(numbers[at : at + _TOLD])}"
            source.say(seen, "No record is given for them. A review that holds one should look up why it was deleted.")
        return None

    return xml_pieces.read(source, NAMES, build, lift=lift)


def record(root: Element, file: str, number: int, lists: Lists) -> SourceRecord:
    """Return the record of a citation; `lists` are those lifted out of it, and are taken away as they are met."""
    parts = Parts(lists=lists)
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


def _each(parts: Parts, parent: Element) -> None:
    for child in parent:
        _TAKES.get(child.tag, keep)(parts, child)


def _pmid(parts: Parts, element: Element) -> None:
    parts.pmid = parts.pmid or text_of(element)


def _journal(parts: Parts, element: Element) -> None:
    for child in element:
        tag = child.tag
        if tag == "Title":
            parts.journal = text_of(child)
        elif tag == "ISSN":
            parts.issn.append(text_of(child))
        elif tag == "JournalIssue":
            _each(parts, child)
        elif tag == "ISOAbbreviation" and not parts.journal:
            parts.journal = text_of(child)
        else:
            keep(parts, child)


def _journal_info(parts: Parts, element: Element) -> None:
    for child in element:
        if child.tag == "ISSNLinking":
            parts.issn.append(text_of(child))
        else:
            keep(parts, child)
            if child.tag == "MedlineTA" and not parts.journal:
                parts.journal = text_of(child)


def _date(parts: Parts, element: Element) -> None:
    text = " ".join(filter(None, map(str.strip, element.itertext())))
    parts.year = say.year(text)
    if text != str(parts.year):
        parts.other.append(("PubDate", text))


def _article_date(parts: Parts, element: Element) -> None:
    keep(parts, element)
    if parts.year is None:
        parts.year = say.year(element.findtext("Year") or "")


def _pagination(parts: Parts, element: Element) -> None:
    printed = element.findtext("MedlinePgn")
    parts.pages = (printed or say.pages(element.findtext("StartPage") or "", element.findtext("EndPage") or "")).strip()


def _location(parts: Parts, element: Element) -> None:
    if element.get("EIdType") == "doi" and not parts.doi and element.get("ValidYN") != "N":
        parts.doi = say.doi(text_of(element))
    else:
        keep(parts, element)


def _abstract(parts: Parts, element: Element) -> None:
    for child in element:
        if child.tag != "AbstractText":
            keep(parts, child)
        elif text := text_of(child):
            label = child.get("Label")
            parts.abstract.append(f"{label}: {text}" if label else text)


def _keywords(parts: Parts, element: Element) -> None:
    for child in element:
        if text := text_of(child):
            parts.keywords.append("*" + text if child.get("MajorTopicYN") == "Y" else text)


def _kinds(parts: Parts, element: Element) -> None:
    parts.kinds.extend([text_of(child) for child in element])


def _banks(parts: Parts, element: Element) -> None:
    for bank in element:
        name = (bank.findtext("DataBankName") or "").strip()
        for number in bank.iter("AccessionNumber"):
            text = text_of(number)
            found = say.registry(text)
            parts.registry.extend(found)
            if not found:
                parts.other.append((f"DataBank {name}", text))


def _ids(parts: Parts, element: Element) -> None:
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


def _other_id(parts: Parts, element: Element) -> None:
    text = text_of(element)
    if not parts.pmcid and text.startswith("PMC"):
        parts.pmcid = say.pmcid(text)
    else:
        keep(parts, element)


def _title(parts: Parts, element: Element) -> None:
    parts.title = text_of(element)


def _book_title(parts: Parts, element: Element) -> None:
    parts.journal = text_of(element)
    parts.title = parts.title or parts.journal


def _vernacular(parts: Parts, element: Element) -> None:
    parts.vernacular = text_of(element)


def _volume(parts: Parts, element: Element) -> None:
    parts.volume = text_of(element)


def _issue(parts: Parts, element: Element) -> None:
    parts.issue = text_of(element)


def _language(parts: Parts, element: Element) -> None:
    parts.languages.append(text_of(element))


def _kind(parts: Parts, element: Element) -> None:
    parts.kinds.append(text_of(element))


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
    "AuthorList": authors,
    "Language": _language,
    "PublicationTypeList": _kinds,
    "PublicationType": _kind,
    "DataBankList": _banks,
    "MeshHeadingList": headings,
    "KeywordList": _keywords,
    "CommentsCorrectionsList": corrections,
    "ReferenceList": references,
    "OtherID": _other_id,
    "ArticleIdList": _ids,
}
