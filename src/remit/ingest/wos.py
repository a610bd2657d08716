"""Web of Science plain text (`.ciw`, `savedrecs.txt`).

Two-letter tags; text goes on in lines indented by three, which for names, addresses and references are one value each.
A record runs from `PT` to `ER`. Web of Science adds tags from year to year: all that have no place are kept in `other`.
"""

import re
from collections.abc import Iterator

from remit.ingest import fields as say
from remit.ingest.making import Draft
from remit.ingest.remembered import remembered
from remit.ingest.source import Source
from remit.ingest.tagged import Fields, Manner, Other, records
from remit.model.source_record import SourceRecord, Unread

_FOLD = "\x00"
_PLACED = "PT UT TI DT AF AU CA GP BP EP AB PY EY EA SO SE JI J9 VL IS AR DI D2 PM SN EI LA DE ID"
_MANNER = Manner(
    width=2,
    mark=" ",
    text=3,
    indent="   ",
    joint=_FOLD,
    first=frozenset({"PT"}),
    last="ER",
    passed=frozenset({"FN", "VR", "EF"}),
    tags=re.compile(r"[A-Z][A-Z0-9](?: |$)"),
    joined={},
    known=frozenset(_PLACED.split()),
    opens="PT",
    opening="PT ",
    closing="\nER\n\n",
)
_ORIGINS = {
    "MEDLINE": "medline",
    "BIOSIS": "biosis",
    "BCI": "biosis",
    "INSPEC": "inspec",
    "KJD": "kjd",
    "SCIELO": "scielo",
}
BEGINS = re.compile(r"^\ufeff?FN (?:Clarivate|ISI|Thomson)|^PT [A-Z]\s*\n(?:[A-Z][A-Z0-9] |   )", re.M)


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each record of a Web of Science file."""
    return records(source, _MANNER, record)


def _all(fields: Fields, *tags: str) -> list[str]:
    """Take out every value of the first of these tags that has any."""
    for tag in tags:
        if tag in fields:
            values = fields.pop(tag)
            lines = values[0].split(_FOLD) if len(values) == 1 else _FOLD.join(values).split(_FOLD)
            if found := list(filter(None, map(str.strip, lines))):
                return found
    return []


def _one(fields: Fields, tag: str) -> str:
    """Take out the text of a tag, its lines joined."""
    if tag not in fields:
        return ""
    values = fields.pop(tag)
    text = values[0] if len(values) == 1 else _FOLD.join(values)
    return _unfolded(text) if _FOLD in text else text.strip()


def _unfolded(text: str) -> str:
    joined = text.replace(_FOLD, " ")
    if "  " in joined or "\t" in joined or "\xa0" in joined:
        joined = " ".join([line.strip() for line in text.split(_FOLD)])
    return joined.strip()


def record(fields: Fields, other: Other, file: str, number: int) -> SourceRecord:
    """Return the record of these fields, emptying `fields`; `other` has those without a place."""
    key, title = _one(fields, "UT"), _one(fields, "TI")
    kind = _one(fields, "DT") if "DT" in fields else ""
    made = Draft("wos", file, number)
    made.source = _ORIGINS.get(key.partition(":")[0], "wos")
    made.key = key
    made.kind = kind or _one(fields, "PT")
    made.title = title
    made.abstract = _one(fields, "AB")
    made.authors = _authors(fields)
    made.year = say.year(_one(fields, "PY") or _one(fields, "EY") or _one(fields, "EA"))
    made.journal = _one(fields, "SO") or _one(fields, "SE") or _one(fields, "JI") or _one(fields, "J9")
    made.volume = _one(fields, "VL")
    made.issue = _one(fields, "IS")
    made.pages = say.pages(_one(fields, "BP"), _one(fields, "EP")) or _one(fields, "AR")
    made.doi = say.doi(_one(fields, "DI") or _one(fields, "D2"))
    if "PM" in fields:
        made.pmid = _one(fields, "PM")
    made.issn = _issns(_FOLD.join([*_all(fields, "SN"), *_all(fields, "EI")]))
    if "LA" in fields:
        made.language = _one(fields, "LA")
    words = f"{_one(fields, 'DE')};{_one(fields, 'ID')}"
    made.keywords = tuple(filter(None, map(str.strip, words.split(";"))))
    made.retracted = say.retracted(title) or (kind != "" and "retracted publication" in kind.lower())
    made.other = _rest(fields, other)
    return made.done()


def _authors(fields: Fields) -> tuple[str, ...]:
    authors = _all(fields, "AF", "AU")
    if "AU" in fields and fields["AU"][0].count(_FOLD) < len(authors):
        del fields["AU"]
    return (*authors, *_all(fields, "CA", "GP")) if "CA" in fields or "GP" in fields else tuple(authors)


@remembered
def _issns(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([number for value in text.split(_FOLD) for number in say.issns(value)]))


_PROSE = frozenset({"FX", "FU", "CT", "CL", "SP", "PA", "WC", "SC", "RI", "OI", "EM", "HO"})


def _rest(fields: Fields, other: Other) -> tuple[tuple[str, str], ...]:
    """Return what has no place and what is left of the fields, tag and text: prose as one, anything else by line."""
    for tag, values in fields.items():
        other += [(tag, text) for value in values if (text := value.strip())]
    out: Other = []
    for pair in other:
        tag, text = pair
        if _FOLD not in text:
            out.append(pair)
        elif tag in _PROSE:
            out.append((tag, text.replace(_FOLD, " ").strip()))
        else:
            out += [(tag, line) for part in text.split(_FOLD) if (line := part.strip())]
    return tuple(out)
