"""What the tags of a RIS record mean: one record of tags in, one `SourceRecord` out.

Tags mean different things to different writers. Titles: `TI`, `T1`, else `CT`, `BT`, `ST`. Journal: `JF`, then `T2`
(where that is not Ovid's title in another language), `JO`, `BT`, `JA`, `J2`. Abstract: `AB`, else `N2`. Year: `PY`,
`Y1`, `DA`. The DOI is taken from `DO`, and where there is none from a link or note that holds one.
"""

from remit.ingest import fields as say
from remit.ingest.databases import database
from remit.ingest.making import Draft
from remit.model.source_record import Related, SourceRecord

Fields = dict[str, list[str]]

_LINKS = ("UR", "DI", "L3", "L2", "L1", "L4", "LK", "M3", "N1", "ID")
_ARTICLE_NUMBERS = ("C7", "M7")


def record(fields: Fields, file: str, number: int, heading: str = "") -> SourceRecord:
    """Return the record of these fields, emptying `fields`."""
    kind = _one(fields, "TY")
    if "\n" in kind:
        kind, _, strayed = kind.partition("\n")
        fields["TY"] = [strayed]
    title = one_line(_one(fields, "TI") or _one(fields, "T1") or take(fields, "CT", "BT", "ST"))
    source = database(fields, heading)
    doi = _doi(fields)
    pmid, pmcid = _pubmed(fields, source)
    related = _related(fields) if "N1" in fields or "T3" in fields else ()
    registry = _registry(fields, source)
    made = Draft("ris", file, number)
    made.source = source
    made.key = _key(fields)
    made.kind = kind
    made.title = title
    made.abstract = _abstract(fields)
    made.authors = _authors(fields)
    made.year = _year(fields)
    made.journal = _journal(fields, title)
    made.volume = _one(fields, "VL")
    made.issue = _one(fields, "IS") or (_one(fields, "CP") if "CP" in fields else "")
    made.pages = _pages(fields)
    made.doi = doi
    made.pmid = pmid
    made.pmcid = pmcid
    made.registry = registry
    made.issn = _issn(fields) if "SN" in fields else ()
    made.language = _one(fields, "LA") if "LA" in fields else ""
    made.keywords = say.keywords(fields.pop("KW", ()))
    made.url = _one(fields, "UR") if "UR" in fields else ""
    made.related = related
    made.retracted = say.retracted(title) or ("M3" in fields and _said_retracted(fields))
    made.other = rest(fields)
    return made.done()


def _one(fields: Fields, tag: str) -> str:
    """Take out the first text of a tag."""
    values = fields.pop(tag, None)
    if values is None:
        return ""
    if len(values) > 1:
        fields[tag] = values[1:]
    return values[0].strip()


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
    found = "\n".join(values).split("\n")
    return tuple([t if "," in t else say.name(t) for value in found if (t := value.strip().rstrip(","))])


def _year(fields: Fields) -> int | None:
    for tag in ("PY", "Y1", "DA"):
        if tag in fields and (year := say.year(text := fields[tag][0].strip())):
            if tag != "DA" and len(text.rstrip("/")) == 4:
                del fields[tag][0]
            return year
    return None


def _journal(fields: Fields, title: str) -> str:
    journal = _one(fields, "JF")
    if not journal and "JA" not in fields:
        journal = _one(fields, "T2")
    if not journal:
        journal = take(fields, "JO", "BT", "JA", "T2", "J2", "J1")
    journal = one_line(journal)
    for tag in ("JF", "JO", "JA", "J2", "ST"):
        if tag in fields and fields[tag][0].strip() in (journal, title):
            del fields[tag][0]
    return journal


def _pages(fields: Fields) -> str:
    first, last = _one(fields, "SP"), _one(fields, "EP")
    return say.pages(first, last) if first or last else take(fields, *_ARTICLE_NUMBERS)


def _issn(fields: Fields) -> tuple[str, ...]:
    found: list[str] = []
    kept: list[str] = []
    for value in fields["SN"]:
        numbers = say.issns(value)
        found += numbers
        if not numbers:
            kept.append(value)
    fields["SN"] = kept
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def _doi(fields: Fields) -> str:
    values = fields.pop("DO", None)
    if values is not None:
        for value in values:
            if doi := say.doi(value.strip()):
                return doi
        fields["DO"] = values
    for tag in _LINKS:
        if tag in fields:
            for value in fields[tag]:
                if "10." in value and (doi := say.doi_in(value)):
                    return doi
    return ""


def _pubmed(fields: Fields, source: str) -> tuple[str, str]:
    pmid = pmcid = ""
    if source == "medline" or source == "pubmed":
        for tag in ("AN", "ID"):
            if tag in fields and (text := fields[tag][0].strip()).isdecimal():
                pmid = text
                break
    if _PUBMED.isdisjoint(fields):
        return pmid, pmcid
    for tag in _PUBMED_TAGS:
        for value in fields.get(tag, ()):
            if not pmid and (tag == "PMID" or (tag, source) in _BARE) and (text := value.strip()).isdecimal():
                pmid = text if len(text) < 9 else ""
            if "PM" in value or "ub" in value or "pm" in value or "PUB" in value:
                pmid = pmid or say.pmid(value.strip())
                pmcid = pmcid or say.pmcid(value)
    if "PMID" in fields and fields["PMID"][0].strip() == pmid:
        del fields["PMID"]
    return pmid, pmcid


_PUBMED_TAGS = ("PMID", "U1", "C2", "C3", "C5", "XR", "N1", "UR", "L2", "M1")
_PUBMED = frozenset(_PUBMED_TAGS)
_BARE = {("C2", "scopus"), ("C5", "embase")}


def _key(fields: Fields) -> str:
    if "U2" in fields and "AN" not in fields:
        return take(fields, "U2")
    return take(fields, "AN", "ID")


def _registry(fields: Fields, source: str) -> tuple[str, ...]:
    found = []
    for tag in ("AN", "ID"):
        if tag in fields and fields[tag][0].strip()[:3].upper() in _STARTS:
            found += say.registry(fields[tag][0])
    if "C1" in fields:
        found += [number for value in fields["C1"] for number in say.registry(value)]
    if source in _REGISTRIES:
        found += [number for value in fields.get("UR", ()) for number in say.registry(value)]
    return tuple(dict.fromkeys(found)) if found else ()


_STARTS = frozenset(
    {"NCT", "ISR", "CTR", "ACT", "CHI", "DRK", "JRC", "JPR", "UMI", "KCT", "IRC", "PAC", "TCT", "NTR", "RBR"}
)
_REGISTRIES = frozenset({"ctgov", "isrctn", "ictrp", "euctr", "ctis"})


def _related(fields: Fields) -> tuple[Related, ...]:
    found = [say.related(part) for tag in ("N1", "T3") for value in fields.get(tag, ()) for part in value.split("\n")]
    return tuple([one for one in found if one is not None])


def _said_retracted(fields: Fields) -> bool:
    return any(value.strip()[:9].lower() == "retracted" for value in fields["M3"])
