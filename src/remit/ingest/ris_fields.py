"""What the tags of a RIS record mean: one record of tags in, one `SourceRecord` out.

Tags mean different things to different writers. Titles: `TI`, `T1`, else `CT`, `BT`, `ST`. Journal: `JF`, then `T2`
(where that is not Ovid's title in another language), `JO`, `BT`, `JA`, `J2`. Abstract: `AB`, else `N2`. Year: `PY`,
`Y1`, `DA`. The DOI is taken from `DO`, and where there is none from a link or note that holds one. A note that is
nothing but the number of a trial gives that.

The values of a tag are one text, with `BAR` between them, which no text from a file holds: most tags have one value.
"""

import re
from itertools import repeat

from remit.ingest import fields as say
from remit.ingest.databases import database
from remit.ingest.making import Draft
from remit.ingest.remembered import remembered
from remit.model.source_record import Related, SourceRecord

Fields = dict[str, str]
BAR = "\x00"

_LINKS = ("UR", "DI", "L3", "L2", "L1", "L4", "LK", "M3", "N1", "ID")
_ARTICLE_NUMBERS = ("C7", "M7")


def record(kind: str, fields: Fields, file: str, number: int, heading: str = "") -> SourceRecord:
    """Return the record of this type and these fields, emptying `fields`."""
    title = _title(fields)
    source = database(fields, heading)
    accession = _first(fields, "AN") if "AN" in fields else ""
    own = _first(fields, "ID") if "ID" in fields else ""
    made = Draft("ris", file, number)
    made.source = source
    made.kind = kind
    made.title = title
    made.doi = _doi(fields)
    made.pmid, made.pmcid = _pubmed(fields, source, accession, own)
    if "N1" in fields or "T3" in fields:
        made.related = _related(fields)
    noted = "N1" in fields and _may_note(fields["N1"])
    if "C1" in fields or noted or source in _REGISTRIES or accession[:1] > "9" or own[:1] > "9":
        made.registry = _registry(fields, source, accession, own)
    made.key = take(fields, "U2") if "U2" in fields and "AN" not in fields else take(fields, "AN", "ID")
    made.abstract = _abstract(fields)
    made.authors = _authors(fields)
    made.year = _year(fields)
    made.journal = _journal(fields, title)
    if "VL" in fields:
        made.volume = _one(fields, "VL")
    made.issue = (_one(fields, "IS") if "IS" in fields else "") or (_one(fields, "CP") if "CP" in fields else "")
    made.pages = _pages(fields)
    if "SN" in fields:
        made.issn, fields["SN"] = _issns(fields["SN"])
    if "LA" in fields:
        made.language = _one(fields, "LA")
    if "KW" in fields:
        made.keywords = _keywords(fields.pop("KW"))
    if "UR" in fields:
        made.url = _one(fields, "UR")
    if title[:1] in "Rr[(*" or "M3" in fields:
        made.retracted = say.retracted(title) or ("M3" in fields and _said_retracted(fields))
    made.other = _rest(fields)
    return made.done()


def _title(fields: Fields) -> str:
    title = _one(fields, "TI") if "TI" in fields else ""
    if not title:
        title = _one(fields, "T1") if "T1" in fields else ""
    if not title:
        title = take(fields, "CT", "BT", "ST")
    return one_line(title) if "\n" in title else title


def _one(fields: Fields, tag: str) -> str:
    """Take out the first text of a tag."""
    text = fields.pop(tag, "")
    if BAR in text:
        text, _, fields[tag] = text.partition(BAR)
    return text.strip()


def take(fields: Fields, *tags: str) -> str:
    """Take out the first text of the first of these tags that has any; others keep their place."""
    for tag in tags:
        if tag in fields:
            text = fields[tag]
            if BAR in text:
                text, _, fields[tag] = text.partition(BAR)
            else:
                del fields[tag]
            if text := text.strip():
                return text
    return ""


def _first(fields: Fields, tag: str) -> str:
    """Return the first text of a tag that is there."""
    text = fields[tag]
    return text.partition(BAR)[0].strip() if BAR in text else text.strip()


def one_line(text: str) -> str:
    """Return a text that was broken over lines as one line."""
    return " ".join(text.split()) if "\n" in text else text


def _rest(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Return every field that is left, tag and text."""
    out: list[tuple[str, str]] = []
    for tag, text in fields.items():
        if BAR in text:
            out += zip(repeat(tag), filter(None, map(str.strip, text.split(BAR))))
        elif text := text.strip():
            out.append((tag, text))
    return tuple(out)


def _abstract(fields: Fields) -> str:
    text = fields.pop("AB") if "AB" in fields else fields.pop("N2", "")
    return "\n".join(filter(None, map(str.strip, text.split(BAR)))) if BAR in text else text.strip()


def _authors(fields: Fields) -> tuple[str, ...]:
    text = fields.pop("AU") if "AU" in fields else fields.pop("A1", "")
    if ";" in text and BAR not in text:
        return say.names(text)
    found = text.replace(BAR, "\n").split("\n")
    return tuple([t if "," in t else say.name(t) for value in found if (t := value.strip().rstrip(","))])


def _keywords(text: str) -> tuple[str, ...]:
    if BAR not in text:
        return say.keywords([text])
    if text.isascii() and not ("\n" in text or "\t" in text or " \0" in text or "\0 " in text or "\0\0" in text):
        return tuple(text.strip(" \0").split(BAR))
    return tuple([word for part in text.replace("\n", BAR).split(BAR) if (word := part.strip())])


def _year(fields: Fields) -> int | None:
    for tag in ("PY", "Y1", "DA"):
        if tag in fields:
            year, plain, rest = _dated(fields[tag])
            if year:
                if plain and tag != "DA":
                    fields[tag] = rest
                return year
    return None


@remembered
def _dated(text: str) -> tuple[int | None, bool, str]:
    """Return the year of the first value of a field, whether it is nothing but a year, and the other values."""
    first, _, rest = text.partition(BAR)
    first = first.strip()
    return say.year(first), len(first.rstrip("/")) == 4, rest


def _journal(fields: Fields, title: str) -> str:
    journal = _one(fields, "JF") if "JF" in fields else ""
    if not journal and "JA" not in fields:
        journal = _one(fields, "T2")
    if not journal:
        journal = take(fields, "JO", "BT", "JA", "T2", "J2", "J1")
    if "\n" in journal:
        journal = one_line(journal)
    for tag in ("JF", "JO", "JA", "J2", "ST"):
        if tag in fields:
            first, _, rest = fields[tag].partition(BAR)
            if (name := first.strip()) == journal or name == title:
                fields[tag] = rest
    return journal


def _pages(fields: Fields) -> str:
    first = _one(fields, "SP") if "SP" in fields else ""
    last = _one(fields, "EP") if "EP" in fields else ""
    return say.pages(first, last) if first or last else take(fields, *_ARTICLE_NUMBERS)


@remembered
def _issns(text: str) -> tuple[tuple[str, ...], str]:
    """Return the ISSNs of a field, each once, and those of its values that hold none."""
    values = [(value, say.issns(value)) for value in text.split(BAR)]
    found = tuple(dict.fromkeys([number for _, numbers in values for number in numbers]))
    return found, BAR.join([value for value, numbers in values if not numbers])


def _doi(fields: Fields) -> str:
    if "DO" in fields:
        text = fields.pop("DO")
        for value in text.split(BAR):
            if doi := say.doi(value.strip()):
                return doi
        fields["DO"] = text
    for tag in _LINKS:
        if tag in fields and "10." in fields[tag]:
            for value in fields[tag].split(BAR):
                if "10." in value and (doi := say.doi_in(value)):
                    return doi
    return ""


def _pubmed(fields: Fields, source: str, accession: str, own: str) -> tuple[str, str]:
    pmid = pmcid = ""
    if source == "medline" or source == "pubmed":
        pmid = accession if accession.isdecimal() else own if own.isdecimal() else ""
    bare = _BARE.get(source, "")
    for tag in _PUBMED_TAGS:
        if tag not in fields:
            continue
        text = fields[tag]
        alone = tag == "PMID" or tag == bare
        if alone or "PM" in text or "ub" in text or "pm" in text or "PUB" in text:
            for value in text.split(BAR):
                pmid, pmcid = _numbers(value, alone, pmid, pmcid)
    if "PMID" in fields and _first(fields, "PMID") == pmid:
        del fields["PMID"]
    return pmid, pmcid


def _numbers(text: str, alone: bool, pmid: str, pmcid: str) -> tuple[str, str]:
    """Return the numbers of PubMed and PubMed Central with those of a value; `alone`: its field holds nothing else."""
    if not pmid and alone and (number := text.strip()).isdecimal():
        pmid = number if len(number) < 9 else ""
    if "PM" in text or "ub" in text or "pm" in text or "PUB" in text:
        pmid = pmid or say.pmid(text.strip())
        pmcid = pmcid or say.pmcid(text)
    return pmid, pmcid


_PUBMED_TAGS = ("PMID", "U1", "C2", "C3", "C5", "XR", "N1", "UR", "L2", "M1")
_BARE = {"scopus": "C2", "embase": "C5"}


def _registry(fields: Fields, source: str, accession: str, own: str) -> tuple[str, ...]:
    found: list[str] = []
    for text in (accession, own):
        if text[:3].upper() in _STARTS:
            found += say.registry(text)
    if "C1" in fields:
        found += say.registry(fields["C1"])
    if "N1" in fields and _may_note(fields["N1"]):
        for note in _NOTED.finditer(fields["N1"]):
            found += say.registry(note[0])
    if source in _REGISTRIES:
        found += say.registry(fields.get("UR", ""))
    return tuple(dict.fromkeys(found)) if found else ()


def _may_note(text: str) -> bool:
    """Tell quickly whether a note may hold the number of a trial."""
    return "NCT" in text or "CTN" in text or "EudraCT" in text or "DRKS" in text or "CTR" in text or "UMIN" in text


_NOTED = re.compile(
    r"(?:^|(?<=[\n\0]))(?:(?:clinical ?trials?(?:\.gov)?|trial|study|registry|registration|regist(?:ry|ration) number|"
    r"identifier|number|no|id|eudract|registered|at|as|with)[ .:#()-]*)*+"
    r"(?:NCT\d{8}|ISRCTN\d{8}|20[0-3]\d-\d{6}-\d\d|20[23]\d-5\d{5}-\d\d(?:-\d\d)?|ACTRN126\d{11}|ChiCTR[-A-Z\d]{8,14}|"
    r"DRKS\d{8}|UMIN\d{9}|CTRI/20\d\d/\d\d\d?/\d{6})[ .;)]*(?=[\n\0]|$)",
    re.IGNORECASE,
)
_STARTS = frozenset(
    {"NCT", "ISR", "CTR", "ACT", "CHI", "DRK", "JRC", "JPR", "UMI", "KCT", "IRC", "PAC", "TCT", "NTR", "RBR"}
)
_REGISTRIES = frozenset({"ctgov", "isrctn", "ictrp", "euctr", "ctis"})


def _related(fields: Fields) -> tuple[Related, ...]:
    texts = [fields[tag].replace(BAR, "\n") for tag in ("N1", "T3") if tag in fields]
    found = [say.related(part) for text in texts for part in text.split("\n")]
    return tuple([one for one in found if one is not None])


def _said_retracted(fields: Fields) -> bool:
    return any(value.strip()[:9].lower() == "retracted" for value in fields["M3"].split(BAR))
