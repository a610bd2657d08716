"""MEDLINE text (`.nbib`), as PubMed sends it to citation managers, and ERIC's dialect of it.

A line is folded at blanks and goes on indented by six; a blank line ends the record. Full names (`FAU`) are taken where
given, group authors (`CN`) in their place among them, headings (`MH`) before the authors' own terms (`OT`).
"""

import re
from collections.abc import Iterator

from remit.ingest import fields as say
from remit.ingest.making import Draft
from remit.ingest.source import Source
from remit.ingest.tagged import Fields, Manner, Other, records
from remit.model.source_record import Related, Relation, SourceRecord, Unread

_RELATIONS: dict[str, Relation] = {
    "RIN ": "retracted-by",
    "ROF ": "retracts",
    "EIN ": "corrected-by",
    "EFR ": "corrects",
    "CRI ": "corrected-by",
    "CRF ": "corrects",
    "CON ": "comment-on",
    "CIN ": "comment-in",
    "UOF ": "update-of",
}
_TIES = frozenset(_RELATIONS)
_PLACED = "PMID OWN TI BTI TT AB FAU AU DP DEP JT TA VI IP PG LID AID SO SI IS ISSN MH OT PT LA PMC OID URL"
_MANNER = Manner(
    width=4,
    mark="- ",
    text=6,
    indent="      ",
    joint=" ",
    first=frozenset({"PMID", "OWN "}),
    last="",
    passed=frozenset(),
    tags=re.compile(r"[A-Z][A-Z0-9 ]{3} ?-(?: |$)"),
    joined={"CN  ": "FAU "},
    known=frozenset([*_TIES, *[tag.ljust(4) for tag in _PLACED.split()]]),
    opens="PMID",
    opening="PMID- ",
    closing="\n\n",
)
_BLANKS = re.compile(" {2,}")
BEGINS = re.compile(r"^\ufeff?(?:PMID ?- ?\d{1,8}\s*$|OWN - [A-Z]+\s*$)", re.M)


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each record of a MEDLINE file."""
    number = 0
    for found in records(source, _MANNER):
        if isinstance(found, Unread):
            yield found
        else:
            number += 1
            yield record(*found, source.file, number)


def _one(fields: Fields, *tags: str) -> str:
    """Take out the first value of the first of these tags."""
    for tag in tags:
        if tag in fields and (values := fields[tag]) and (text := values[0].strip()):
            if len(values) == 1:
                del fields[tag]
            else:
                del values[0]
            return " ".join(text.split()) if "  " in text else text
    return ""


def record(fields: Fields, other: Other, file: str, number: int) -> SourceRecord:
    """Return the record of these fields, emptying `fields`; `other` has those without a place."""
    pmid = _one(fields, "PMID")
    owner = fields["OWN "][0].strip() if "OWN " in fields else ""
    kinds = tuple([text for value in fields.pop("PT  ", ()) if (text := value.strip())])
    related: tuple[Related, ...] = ()
    if not _TIES.isdisjoint(fields):
        related = tuple(
            [Related(kind, value.strip()) for tag, kind in _RELATIONS.items() for value in fields.pop(tag, ())]
        )
    title = _one(fields, "TI  ", "BTI ", "TT  ")
    made = Draft("medline", file, number)
    made.source = "eric" if owner == "ERIC" else "pubmed"
    made.key = pmid or _one(fields, "OID ")
    made.kind = "; ".join(kinds)
    made.title = title
    made.abstract = _abstract(fields)
    made.authors = _authors(fields)
    made.year = _year(fields)
    made.journal = _one(fields, "JT  ", "TA  ", "BTI ")
    made.volume = _one(fields, "VI  ")
    made.issue = _one(fields, "IP  ")
    made.pages = _one(fields, "PG  ")
    made.doi = _doi(fields)
    made.pmid = pmid
    made.pmcid = say.pmcid(_one(fields, "PMC ")) if "PMC " in fields else ""
    made.registry = _registry(fields) if "SI  " in fields else ()
    made.issn = _issn(fields)
    made.language = "; ".join([value.strip() for value in fields.pop("LA  ", ())])
    made.keywords = _keywords(fields)
    made.url = _one(fields, "URL ") if "URL " in fields else ""
    made.related = related
    made.retracted = "Retracted Publication" in kinds or any(one.relation == "retracted-by" for one in related)
    made.other = _rest(fields, other)
    return made.done()


def _rest(fields: Fields, other: Other) -> tuple[tuple[str, str], ...]:
    """Return what has no place and what is left of the fields, tag and text."""
    for tag, values in fields.items():
        if values:
            name = tag.rstrip()
            other += [(name, text) for value in values if (text := value.strip())]
    return tuple(other)


def _keywords(fields: Fields) -> tuple[str, ...]:
    found = "\n".join([*fields.pop("MH  ", ()), *fields.pop("OT  ", ())])
    if "  " in found:
        found = _BLANKS.sub(" ", found)
    return tuple([word for line in found.split("\n") if (word := line.strip())])


def _abstract(fields: Fields) -> str:
    values = fields.pop("AB  ", None)
    if not values:
        return ""
    text = values[0] if len(values) == 1 else "\n".join(values)
    return (_BLANKS.sub(" ", text) if "  " in text else text).strip()


def _authors(fields: Fields) -> tuple[str, ...]:
    full, short, groups = fields.pop("FAU ", []), fields.get("AU  ", []), fields.pop("CN  ", [])
    if groups is full:
        groups = []
    if full and len(short) <= len(full):
        fields.pop("AU  ", None)
    elif not full:
        full = [say.medline_name(value.strip()) for value in fields.pop("AU  ", ())]
    return tuple([name for value in (*full, *groups) if (name := value.strip())])


def _year(fields: Fields) -> int | None:
    for tag in ("DP  ", "DEP "):
        if tag in fields and (year := say.year(text := fields[tag][0].strip())):
            if text == str(year):
                del fields[tag][0]
            return year
    return None


def _doi(fields: Fields) -> str:
    for tag in ("LID ", "AID "):
        for at, value in enumerate(fields.get(tag, ())):
            if ("[doi]" in value or "doi.org" in value) and (doi := say.doi(value.replace("[doi]", "").strip())):
                del fields[tag][at]
                return doi
    return next(
        (doi for v in fields.get("SO  ", ()) if "doi: " in v and (doi := say.doi(v.rpartition("doi: ")[2]))), ""
    )


def _registry(fields: Fields) -> tuple[str, ...]:
    values = fields.get("SI  ")
    if not values:
        return ()
    found = {value: say.registry(value) for value in values}
    fields["SI  "] = [value for value in values if not found[value]]
    return tuple(dict.fromkeys([number for value in values for number in found[value]]))


def _issn(fields: Fields) -> tuple[str, ...]:
    values = fields.pop("IS  ", [])
    if "ISSN" in fields:
        values += [value.replace("ISSN-", "") for value in fields.pop("ISSN")]
    return tuple(dict.fromkeys([issn for value in values for issn in say.issns(value)]))
