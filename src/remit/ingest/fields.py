"""What one field of a record means, whatever the format: identifiers, years, pages, names, keywords.

Each function takes the text as printed and returns it in the one form `SourceRecord` keeps, or blank (None, empty)
where the text does not say it. None raises.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from urllib.parse import unquote

from remit.ingest.remembered import remembered
from remit.model.source_record import Related, Relation

VALUE_LIMIT = 4 << 20

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"]+")
_DOI_IN_LINK = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>?#&]+")
_VIEW = re.compile(r"(?:/(?:full|abstract|pdf|epdf|pdfdirect|meta|fulltext|summary)|\.pdf|\.full|\.abstract)+$")
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_ISSN = re.compile(r"(?<![\d-])(\d{4})-?(\d{3}[\dXx])(?![\dXx-])")
_REGISTRY = re.compile(
    r"\bNCT\d{8}\b|\bISRCTN\d{8}\b|\b20[0-3]\d-\d{6}-\d\d(?!-?\d)|\b20[23]\d-5\d{5}-\d\d(?:-\d\d)?\b|\bCTRI/20\d\d/\d\d\d?/\d{6}\b|"
    r"\bACTRN126\d{11}\b|\bChiCTR[-A-Z\d]{8,14}\b|\bDRKS\d{8}\b|\bjRCT[s\d]\d{9}\b|\bJPRN-\w{6,16}\b|\bUMIN\d{9}\b|"
    r"\bKCT\d{7}\b|\bIRCT20\d{8,12}N\d+\b|\bPACTR20\d{12,14}\b|\bTCTR20\d{9}\b|\bNTR\d{2,4}\b|\bRBR-\w{6,8}\b",
    re.IGNORECASE,
)
_NCT = re.compile(r"(?:ClinicalTrials\.gov/)?NCT[0-9]{8}", re.IGNORECASE)
_CASED = {"chictr": "ChiCTR", "jrct": "jRCT"}
_INITIALS = re.compile(r"(?:[^\W\d_]{1,3}\.[ -]?)+(?:Jr\.?|Sr\.?|I{2,3})?")
_DOTTED = re.compile(rf"^([^,;]+?) ({_INITIALS.pattern})$")
_PLAIN = re.compile(r"^([^,;]*[^\W\d_]{2}) ([A-ZÀ-Þ]{1,4})$")
_PMID_LINK = re.compile(
    r"(?:ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/|europepmc\.org/abstract/med/)(\d{1,8})\b", re.I
)
_PMCID = re.compile(r"\bPMC\d{4,9}\b", re.I)
_PMID = re.compile(r"\b(?:PMID|PUBMED|MEDLINE)[ :]*(\d{1,8})\b|^(\d{1,8}) \[PMID\]", re.I)
_RETRACTED = re.compile(r"^\W*(?:retracted(?: article| publication)?\b|retracted:)", re.I)
_PAGE_RANGE = re.compile(r"\d\s*[-–—]+\s*\w")

_NOTICES: tuple[tuple[re.Pattern[str], Relation], ...] = (
    (re.compile(r"retract(?:ed|ion) in\b|retraction appears in", re.I), "retracted-by"),
    (re.compile(r"retraction of\b", re.I), "retracts"),
    (
        re.compile(r"(?:erratum|correct(?:ed|ion)|corrigendum)(?: and republished)?(?: appears)? in\b", re.I),
        "corrected-by",
    ),
    (
        re.compile(r"(?:erratum|correct(?:ed|ion)|corrigendum)(?: and republished)? (?:for|of|from|to)\b", re.I),
        "corrects",
    ),
    (re.compile(r"comment on\b", re.I), "comment-on"),
    (re.compile(r"comment in\b", re.I), "comment-in"),
    (re.compile(r"update (?:of|in)\b", re.I), "update-of"),
)


def doi(text: str) -> str:
    """Return the DOI a field meant for one holds: lower case, no resolver, percent signs decoded."""
    if "%2F" in text:
        text = text.replace("%2F", "/")
    at = text.find("10.")
    if at > 0 and text[at - 8 : at] == "doi.org/":
        text = text[at:]
    if text[:3] == "10." and "%" not in text and " " not in text and "&" not in text:
        return _own(text.rstrip(".,;").lower())
    if at < 0:
        return ""
    found = _DOI.search(unescape(_decoded(text)))
    return _own(_trimmed(found[0])) if found else ""


def doi_in(text: str) -> str:
    """Return the first DOI of a link or a note, or blank."""
    if "10." not in text:
        return ""
    found = _DOI_IN_LINK.search(_decoded(text) if "%" in text else text)
    return _own(_VIEW.sub("", _trimmed(found[0]))) if found else ""


def _own(found: str) -> str:
    """Blank where the number is CENTRAL's for its own record, which is no DOI of the report."""
    return "" if found.startswith("10.1002/central/") else found


def _decoded(text: str) -> str:
    once = text.replace("%2F", "/")
    once = unquote(once) if "%" in once else once
    return unquote(once) if "%2f" in once.lower() else once


def _trimmed(found: str) -> str:
    found = found.rstrip(".,;:'")
    for opening, closing in ("()", "[]", "<>"):
        while found.endswith(closing) and found.count(closing) > found.count(opening):
            found = found[:-1].rstrip(".,;:'")
    return found.lower()


@remembered
def year(text: str) -> int | None:
    """Return the first year from 1400 to 2099 that stands by itself: of `2014//`, `Jul 2011`, `2008 Oct-Dec`."""
    head = text[:4]
    if head.isdecimal() and head.isascii() and not text[4:5].isdigit() and "1400" <= head < "2100":
        return int(head)
    found = _YEAR.search(text)
    return int(found[0]) if found else None


def pages(first: str, last: str = "") -> str:
    """Return the range: `first` may already hold all of it; the same page twice is one page."""
    if not last or last == first or (not first.isdecimal() and _PAGE_RANGE.search(first)):
        return "" if first == "-" else first
    return f"{first}-{last}" if first else last


@remembered
def issns(text: str) -> tuple[str, ...]:
    """Return the ISSNs of a field, as `1234-567X`."""
    return tuple([f"{a}-{b}".upper() for a, b in _ISSN.findall(text)])


def registry(text: str) -> list[str]:
    """Return the trial numbers of a field, each once, in order."""
    if _NCT.fullmatch(text):
        return [text[-11:].upper()]
    found = dict.fromkeys(match[0] for match in _REGISTRY.finditer(text))
    return list(dict.fromkeys(_cased(number) for number in found))


def _cased(number: str) -> str:
    for low, right in _CASED.items():
        if number.lower().startswith(low):
            return right + number[len(low) :]
    return number.upper()


def pmid(text: str) -> str:
    """Return the PubMed number a link or note names, or blank."""
    low = text.lower()
    if not ("pmid" in low or "pubmed" in low or "medline" in low or "europepmc" in low):
        return ""
    found = _PMID_LINK.search(text) or _PMID.search(text)
    return next((part for part in found.groups() if part), "") if found else ""


def pmcid(text: str) -> str:
    """Return the PubMed Central number a text names, or blank."""
    found = _PMCID.search(text) if "PMC" in text or "pmc" in text else None
    return found[0].upper() if found else ""


def name(text: str) -> str:
    """Return one author, family name first with a comma, where initials with points show which part is which."""
    if "," in text or "." not in text:
        return text
    family, _, initials = text.partition(" ")
    if " " not in initials and family and ";" not in family and _are_initials(initials):
        return f"{family}, {initials}"
    found = _DOTTED.match(text)
    return f"{found[1]}, {found[2]}" if found else text


@remembered
def _are_initials(text: str) -> bool:
    return _INITIALS.fullmatch(text) is not None


def medline_name(text: str) -> str:
    """Return `Wu D` as `Wu, D`; anything else as it is."""
    found = _PLAIN.match(text)
    return f"{found[1]}, {found[2]}" if found else text


def names(cell: str) -> tuple[str, ...]:
    """Return the authors of one cell, apart: by semicolons, by `and`, or by commas where these part whole names."""
    cell = cell.strip().rstrip(";").strip()
    if ";" in cell:
        found = cell.split(";")
    elif " and " in cell:
        found = cell.split(" and ")
    elif "|" in cell:
        found = cell.split("|")
    else:
        found = list(_by_comma(cell))
    return tuple([name(one) for part in found if (one := part.strip().rstrip(","))])


def _by_comma(cell: str) -> Iterator[str]:
    parts = [part.strip() for part in cell.split(",")]
    if len(parts) == 1 or all(" " in part for part in parts if part):
        yield from parts
    elif all(len(part.replace(".", "").replace("-", "")) <= 3 or part.endswith(".") for part in parts[1::2]):
        for at in range(0, len(parts), 2):
            yield ", ".join(parts[at : at + 2])
    elif len(parts) == 2:
        yield cell
    elif len(parts) % 2 == 0 and not any(" " in part for part in parts[::2]):
        for at in range(0, len(parts), 2):
            yield ", ".join(parts[at : at + 2])
    else:
        yield from parts


def keywords(values: Sequence[str]) -> tuple[str, ...]:
    """Return keywords apart: one a value or line; a single line of several is parted by its semicolons, or bars."""
    if not values:
        return ()
    found: Sequence[str] = values
    if len(values) == 1:
        found = split_cell(values[0], commas=False)
    elif "\n".join(values).count("\n") != len(values) - 1:
        found = "\n".join(values).split("\n")
    return tuple([word for part in found if (word := part.strip())])


def split_cell(cell: str, *, commas: bool = True) -> list[str]:
    """Return the parts of a cell by its strongest separator: line, semicolon, bar, then comma outside brackets."""
    for separator in ("\n", ";", "|"):
        if separator in cell:
            return cell.split(separator)
    return _outside_brackets(cell) if commas and "," in cell else [cell]


def _outside_brackets(cell: str) -> list[str]:
    if "(" not in cell:
        return cell.split(",")
    parts, depth = [""], 0
    for piece in re.split(r"([(),])", cell):
        depth = max(depth + (piece == "(") - (piece == ")"), 0)
        if piece == "," and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def retracted(title: str) -> bool:
    """Tell whether a title begins by saying that the report is retracted."""
    return title[:1] in "Rr[(*" and _RETRACTED.match(title) is not None


def related(text: str) -> Related | None:
    """Return the other document a note names (`Comment on: …`, `[Erratum appears in …]`), or None."""
    start = text[:60]
    low = start.lower()
    if not ("retract" in low or "errat" in low or "corr" in low or "comment" in low or "update" in low):
        return None
    for pattern, relation in _NOTICES:
        found = pattern.search(start)
        if found and found.start() < 4:
            return Related(relation, text[found.end() :].strip(" :;[]"))
    return None
