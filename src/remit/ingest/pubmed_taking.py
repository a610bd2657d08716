"""The lists of a citation of PubMed: authors, headings, comments and corrections, references.

Each comes in one of two ways: lifted out by pattern before the record was parsed (`pubmed_lists.py`), or as elements.
"""

import re

from remit.ingest.pubmed_lists import Rows, Taken, plain
from remit.ingest.pubmed_parts import Parts, keep, text_of
from remit.ingest.xml_pieces import Element
from remit.model.source_record import Related, Relation

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
_MORE = re.compile(r'<Identifier Source="(\w+)">([^<]*)|<Affiliation>([^<]*)')
_QUALIFIER = re.compile(r'MajorTopicYN="([YN])"[^<>]*>([^<]*)')
_ID = re.compile(r'"(?:\w+)">([^<]*)')


def authors(parts: Parts, element: Element) -> None:
    """Take in authors, or the editors of a book, with what stands by each of them."""
    if (taken := _lifted(parts, element)) is not None:
        form, rows = taken
        (_author_rows if form else _plain_author_rows)(parts, rows)
    else:
        _author_elements(parts, element)


def _author_elements(parts: Parts, element: Element) -> None:
    editors = element.get("Type") == "editors"
    for author in element:
        family = given = initials = suffix = ""
        for child in author:
            tag = child.tag
            if tag == "LastName":
                family = text_of(child)
            elif tag == "ForeName" or tag == "FirstName":
                given = text_of(child)
            elif tag == "Initials":
                initials = child.text or ""
            elif tag == "AffiliationInfo":
                for inner in child:
                    keep(parts, inner)
            elif tag == "Suffix":
                suffix = text_of(child)
            elif tag == "CollectiveName":
                family, given, initials = text_of(child), "", ""
            else:
                keep(parts, child)
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


def _lifted(parts: Parts, element: Element) -> Taken | None:
    """Take away the list that was lifted out of an element, if one was."""
    return parts.lists.pop(element.tag, None) if element.get("_") is not None else None


def _plain_author_rows(parts: Parts, rows: Rows) -> None:
    for family, given, initials, affiliation, _ in rows:
        last, first = _flat(family), _flat(given) or plain(initials).strip()
        if last or first:
            parts.authors.append(f"{last}, {first}" if last and first else last or first)
        if affiliation and (kept := plain(affiliation).strip()):
            parts.other.append(("Affiliation", kept))


def _author_rows(parts: Parts, rows: Rows) -> None:
    for family, given, initials, suffix, group, more, _ in rows:
        first = _flat(given) if given else ""
        if not first and initials:
            first = plain(initials).strip()
        if name := _name(_flat(family or group or ""), first, _flat(suffix) if suffix else ""):
            parts.authors.append(name)
        for source, text, affiliation in _MORE.findall(more) if more else ():
            if kept := plain(text or affiliation).strip():
                parts.other.append((f"Identifier {source}" if source else "Affiliation", kept))


def _flat(text: str) -> str:
    """The text of XML without elements, on one line."""
    text = plain(text).strip()
    return " ".join(text.split()) if "\n" in text or "  " in text else text


def headings(parts: Parts, element: Element) -> None:
    """Take in headings, as MEDLINE writes them."""
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


def corrections(parts: Parts, element: Element) -> None:
    """Take in ties to other documents; what is merely cited is kept."""
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
            keep(parts, child)
        else:
            _tie(parts, kind, (child.findtext("RefSource") or "").strip(), (child.findtext("PMID") or "").strip())


def _tie(parts: Parts, kind: str, source: str, pmid: str) -> None:
    ref = ". ".join(part for part in (source.rstrip("."), f"PMID: {pmid}" if pmid else "") if part)
    relation = _RELATIONS.get(kind, "other")
    parts.related.append(Related(relation, ref if relation != "other" else f"{kind}: {ref}"))
    parts.retracted = parts.retracted or kind == "RetractionIn"


def references(parts: Parts, element: Element) -> None:
    """Keep the references."""
    if (taken := _lifted(parts, element)) is None:
        keep(parts, element)
        return
    for citation, more, _ in taken[1]:
        texts = [citation, *_ID.findall(more)] if more else [citation]
        if text := " ".join(filter(None, [plain(one).strip() for one in texts])):
            parts.other.append(("Reference", text))
