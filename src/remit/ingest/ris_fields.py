"""What the tags of a RIS record mean: one record of tags in, one `SourceRecord` out.

Tags mean different things to different writers. Titles: `TI`, `T1`, else `CT`, `BT`, `ST`. Journal: `JF`, then `T2`
(where that is not Ovid's title in another language), `JO`, `BT`, `JA`, `J2`. Abstract: `AB`, else `N2`. Year: `PY`,
`Y1`, `DA`. The DOI is taken from `DO`, and where there is none from a link or note that holds one.
"""

from remit.ingest import fields as say
from remit.ingest.databases import database
from remit.model.source_record import Related, SourceRecord

Fields = dict[str, list[str]]

_LINKS = ("UR", "DI", "L3", "L2", "L1", "L4", "LK", "M3", "N1", "ID")
_ARTICLE_NUMBERS = ("C7", "M7")


def record(fields: Fields, file: str, number: int, heading: str = "") -> SourceRecord:
    """Return the record of these fields, emptying `fields`."""
    kind, _, strayed = take(fields, "TY").partition("\n")
    if strayed:
        fields["TY"] = [strayed]
    title = one_line(take(fields, "TI", "T1", "CT", "BT", "ST"))
    source = database(fields, heading)
    doi = _doi(fields)
    pmid, pmcid = _pubmed(fields, source)
    related = tuple(_related(fields))
    registry = tuple(_registry(fields))
    return SourceRecord(
        source=source,
        title=title,
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        format="ris",
        file=file,
        number=number,
        kind=kind,
        abstract=_abstract(fields),
        authors=_authors(fields),
        year=_year(fields),
        journal=_journal(fields, title),
        volume=take(fields, "VL"),
        issue=take(fields, "IS", "CP"),
        pages=_pages(fields),
        issn=_issn(fields),
        language=take(fields, "LA"),
        keywords=say.keywords(fields.pop("KW", ())),
        key=_key(fields),
        url=take(fields, "UR"),
        registry=registry,
        related=related,
        retracted=say.retracted(title) or _said_retracted(fields),
        other=rest(fields),
    )


def take(fields: Fields, *tags: str) -> str:
    """Take out the first text of the first of these tags that has any."""
    for tag in tags:
        if tag in fields:
            values = fields[tag]
            if text := values[0].strip():
                if len(values) == 1:
                    del fields[tag]
                else:
                    del values[0]
                return text
            del values[0]
            if not values:
                del fields[tag]
    return ""


def one_line(text: str) -> str:
    """Return a text that was broken over lines as one line."""
    return " ".join(text.split()) if "\n" in text else text


def rest(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Return every field that is left, tag and text."""
    return tuple([(tag, text) for tag, values in fields.items() for value in values if (text := value.strip())])


def _abstract(fields: Fields) -> str:
    values = fields.pop("AB", None) or fields.pop("N2", None)
    if not values:
        return ""
    return values[0].strip() if len(values) == 1 else "\n".join(text for v in values if (text := v.strip()))


def _authors(fields: Fields) -> tuple[str, ...]:
    values = fields.pop("AU", None) or fields.pop("A1", None)
    if not values:
        return ()
    if len(values) == 1 and ";" in values[0]:
        return say.names(values[0])
    found = [line for value in values for line in value.split("\n")]
    return tuple([say.name(text) for value in found if (text := value.strip().rstrip(","))])


def _year(fields: Fields) -> int | None:
    for tag in ("PY", "Y1", "DA"):
        if tag in fields and (year := say.year(fields[tag][0].strip())):
            if tag != "DA" and len(fields[tag][0].strip().rstrip("/")) == 4:
                del fields[tag][0]
            return year
    return None


def _journal(fields: Fields, title: str) -> str:
    journal = take(fields, "JF")
    if not journal and "JA" not in fields:
        journal = take(fields, "T2")
    journal = one_line(journal or take(fields, "JO", "BT", "JA", "T2", "J2", "J1"))
    for tag in ("JF", "JO", "JA", "J2", "ST"):
        if tag in fields and fields[tag][0].strip() in (journal, title):
            del fields[tag][0]
    return journal


def _pages(fields: Fields) -> str:
    first, last = take(fields, "SP"), take(fields, "EP")
    return say.pages(first, last) if first or last else take(fields, *_ARTICLE_NUMBERS)


def _issn(fields: Fields) -> tuple[str, ...]:
    values = fields.get("SN")
    if not values:
        return ()
    found = {value: say.issns(value) for value in values}
    fields["SN"] = [value for value in values if not found[value]]
    return tuple(dict.fromkeys([issn for value in values for issn in found[value]]))


def _doi(fields: Fields) -> str:
    for value in fields.pop("DO", ()):
        if doi := say.doi(value.strip()):
            return doi
        if value.strip():
            fields.setdefault("DO", []).append(value)
    for tag in _LINKS:
        for value in fields.get(tag, ()):
            if "10." in value and (doi := say.doi_in(value)):
                return doi
    return ""


def _pubmed(fields: Fields, source: str) -> tuple[str, str]:
    pmid = pmcid = ""
    if source in ("pubmed", "medline"):
        pmid = next((text for tag in ("AN", "ID") for v in fields.get(tag, ()) if (text := v.strip()).isdecimal()), "")
    for tag in ("PMID", "U1", "C2", "C3", "C5", "XR", "N1", "UR", "L2", "M1"):
        for value in fields.get(tag, ()):
            text = value.strip()
            if not pmid:
                bare = text.isdecimal() and len(text) < 9 and (tag == "PMID" or (tag, source) in _BARE)
                pmid = text if bare else say.pmid(text)
            pmcid = pmcid or say.pmcid(text)
    if "PMID" in fields and fields["PMID"][0].strip() == pmid:
        del fields["PMID"]
    return pmid, pmcid


_BARE = {("C2", "scopus"), ("C5", "embase")}


def _key(fields: Fields) -> str:
    if "U2" in fields and "AN" not in fields:
        return take(fields, "U2")
    return take(fields, "AN", "ID")


def _registry(fields: Fields) -> list[str]:
    return [
        number for tag in ("AN", "C1", "ID", "UR") for value in fields.get(tag, ()) for number in say.registry(value)
    ]


def _related(fields: Fields) -> list[Related]:
    found = [say.related(part) for tag in ("N1", "T3") for value in fields.get(tag, ()) for part in value.split("\n")]
    return [one for one in found if one is not None]


def _said_retracted(fields: Fields) -> bool:
    return any(value.strip().lower().startswith("retracted") for tag in ("M3", "PT") for value in fields.get(tag, ()))
