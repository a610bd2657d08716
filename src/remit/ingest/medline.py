"""MEDLINE text (`.nbib`), as PubMed sends it to citation managers, and ERIC's dialect of it.

A line is folded at blanks and goes on indented by six; a blank line ends the record. Full names (`FAU`) are taken where
given, group authors (`CN`) in their place among them, headings (`MH`) before the authors' own terms (`OT`).
"""

import re
from collections.abc import Iterator

from remit.ingest import fields as say
from remit.ingest.making import Draft
from remit.ingest.remembered import remembered
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
    return records(source, _MANNER, record)


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
    kinds = list(filter(None, map(str.strip, fields.pop("PT  ", ()))))
    made = Draft("medline", file, number)
    made.source = "eric" if owner == "ERIC" else "pubmed"
    made.kind = "; ".join(kinds)
    if not fields.keys().isdisjoint(_TIES):
        made.related = tuple(
            [Related(kind, value.strip()) for tag, kind in _RELATIONS.items() for value in fields.pop(tag, ())]
        )
    made.title = _one(fields, "TI  ", "BTI ", "TT  ")
    made.key = pmid or _one(fields, "OID ")
    made.abstract = _abstract(fields.pop("AB  ")) if "AB  " in fields else ""
    made.authors = _authors(fields)
    made.year = _year(fields)
    made.journal = _one(fields, "JT  ", "TA  ", "BTI ")
    made.volume = _one(fields, "VI  ") if "VI  " in fields else ""
    made.issue = _one(fields, "IP  ") if "IP  " in fields else ""
    made.pages = _one(fields, "PG  ") if "PG  " in fields else ""
    made.doi = _doi(fields)
    made.pmid = pmid
    made.pmcid = say.pmcid(_one(fields, "PMC ")) if "PMC " in fields else ""
    made.registry = _registry(fields) if "SI  " in fields else ()
    made.issn = _issn(fields)
    made.language = "; ".join(map(str.strip, fields.pop("LA  ", ())))
    made.keywords = _keywords([*fields.pop("MH  ", ()), *fields.pop("OT  ", ())])
    made.url = _one(fields, "URL ") if "URL " in fields else ""
    made.retracted = "Retracted Publication" in kinds
    if made.related and any(one.relation == "retracted-by" for one in made.related):
        made.retracted = True
    made.other = _rest(fields, other)
    return made.done()


def _rest(fields: Fields, other: Other) -> tuple[tuple[str, str], ...]:
    """Return what has no place and what is left of the fields, tag and text."""
    for tag, values in fields.items():
        for value in values:
            if text := value.strip():
                other.append((tag.rstrip(), text))
    return tuple(other)


def _keywords(values: list[str]) -> tuple[str, ...]:
    if "  " in "\n".join(values):
        values = [_BLANKS.sub(" ", value) for value in values]
    return tuple(filter(None, map(str.strip, values)))


def _abstract(values: list[str]) -> str:
    text = values[0] if len(values) == 1 else "\n".join(values)
    return (_BLANKS.sub(" ", text) if "  " in text else text).strip()


def _authors(fields: Fields) -> tuple[str, ...]:
    full, short, groups = fields.pop("FAU ", []), fields.get("AU  ", []), fields.pop("CN  ", [])
    if full and len(short) <= len(full):
        fields.pop("AU  ", None)
    elif not full:
        full = [say.medline_name(value.strip()) for value in fields.pop("AU  ", ())]
    if groups and groups is not full:
        full = full + groups
    return tuple(filter(None, map(str.strip, full)))


def _year(fields: Fields) -> int | None:
    for tag in ("DP  ", "DEP "):
        if tag in fields:
            year, plain = _dated(fields[tag][0])
            if year:
                if plain:
                    del fields[tag][0]
                return year
    return None


@remembered
def _dated(text: str) -> tuple[int | None, bool]:
    """Return the year of a date, and whether it is nothing else."""
    year = say.year(text.strip())
    return year, text.strip() == str(year)


def _doi(fields: Fields) -> str:
    for tag in ("LID ", "AID "):
        if tag in fields:
            for at, value in enumerate(fields[tag]):
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
    values = fields.pop("IS  ") if "IS  " in fields else []
    if "ISSN" in fields:
        values += [value.replace("ISSN-", "") for value in fields.pop("ISSN")]
    return _issns("\n".join(values))


@remembered
def _issns(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([issn for value in text.split("\n") for issn in say.issns(value)]))
