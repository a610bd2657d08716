"""A source's record made comparable and small: what deduplication looks at, and nothing else."""

import re
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from zlib import crc32

from remit.dedupe import fold, people
from remit.dedupe.notices import notice, series
from remit.model.source_record import SourceRecord

REGISTRATION, ABSTRACT = "registration", "meeting abstract"
_WHOLE = re.compile(r"\[([^\[\]]{12,})\]")
_PART = re.compile(
    r"[\s.,:;-]*(?:(?:\(?(?:part|pt|chapter|section|report|paper)\b[\s.]*)?(?:\d{1,4}|[ivx]{1,4}|one|two|three)\)?"
    r"(?:\s*[-/]\s*\d{1,4})?(?=[\s.:,;]|\Z)|"
    r"(?:author'?s?'? )?(?:reply|response|errat|corrig|comment|protocol|retract).*)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\[(?!\s*(?:part|pt|chapter)\b|\s*(?:[ivx]+|\d{1,2}|errat(?:um|a)|corrigend(?:um|a)|corrections?)\s*\])[^\[\]]*\]|<original>.*)\s*\.?\s*\Z",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\s*\[corrected\](?=[\s.\[]*(?:\[|\Z))|"
    r"\s*\[(?:published errat|errat|corrig|retract|republish|comment|see comment|update|published)\w*\s*"
    r"(?:(?:appears )?in\b.*|[^\[\]]*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_RETRACTED = re.compile(
    r"RETRACTED(?: ARTICLE)?\s*:\s*|\s*\([Rr][Ee][Tt][Rr][Aa][Cc][Tt][Ee][Dd] [Aa][Rr][Tt][Ii][Cc][Ll][Ee]\b.*\)\W*\Z"
)
_ROUND = re.compile(
    r"\s*\((?:author'?s?'? transl\.?|review|proceedings?|article in\s+\w+|chinese|english|french|german|spanish|"
    r"italian|japanese|korean|russian|polish|portuguese|turkish|dutch)\)\.?\s*\Z",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_VERSION = re.compile(r"(?<=\d)v\d{1,2}(?:\.\S*)?\Z")
_DIGITS = re.compile(r"\d+")
_PAGE = re.compile(r"([a-z]{0,4})0*(\d+)([a-z]?)")
_ENDING = re.compile(r"\. *\d+ *\Z")
_COUNT = re.compile(r"\d+ (?:p|pp|pages)\.?")
_ROMAN = re.compile(r"[ivxlcdm]+")
_WASHED = re.compile(r"\s*[a-z]+\.?\s*-+\s*(\d+)\s*\Z")
_DATE = re.compile(r"(\d{1,2})-([a-z]{3})[a-z]*\Z|([a-z]{3})[a-z]*-(\d{1,2})\Z")
_MONTHS = {
    m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\b(?:online|electronic resource)\b")
_PARALLEL = re.compile(r" = |-(?=revue\b|journal\b|zeitschrift\b|annals\b|archiv)|(?<=[a-z]{6})\. (?=\w{3,} \w+ )")
_CONFERENCE = re.compile(r"\.?\s*\bconference: *")
_BOTH = re.compile(r"(\w{2,8})-(\w+ .+)\Z")
_NUMBER = re.compile(
    r"\s*(?:NCT|ISRCTN|EUCTR|ACTRN|ChiCTR|CTRI|DRKS|IRCT|JPRN|KCT|NTR|PACTR|TCTR|UMIN)[\w/-]*\d{3}[\w-]*\s*"
)
_FOREIGN = re.compile(r"\s*\"?\[|.*<original>", re.IGNORECASE)
_NO_LETTERS = bytes(b for b in range(256) if not chr(b).isalnum() or b > 127)


@dataclass(frozen=True, slots=True)
class Key:
    """What is compared of one record.

    `registry` are trial numbers; of a registration (`kind`) its own alone, which tells it from every other.
    `series` marks a title that may be printed again and again (an editorial), `translated` one marked as a translation.
    `title` is the title's letters and digits alone, without `and` (others print &); `numbers` its numbers; `notice`
    what kind of notice it is (erratum, retraction, comment, protocol), blank for none. `authors` are family names, at
    most 12, `given` their given names or initials. `first` and `last` are pages (`last` with a leading ~ where only its
    end is known); `journal` is the journal's names, joined by |; `words` and `abstract` are numbers that similar titles
    and equal abstracts share.
    """

    doi: str
    pmid: str
    pmcid: str
    registry: tuple[str, ...]
    title: str
    words: int
    numbers: str
    notice: str
    series: bool
    translated: bool
    kind: str
    authors: tuple[str, ...]
    given: tuple[str, ...]
    count: int
    year: int
    volume: str
    issue: str
    first: str
    last: str
    journal: str
    issn: tuple[str, ...]
    abstract: int


def key(record: SourceRecord) -> Key:
    """Return the key of a record."""
    folded = bare(record.title)
    words = fold.words(folded)
    families, given = people.names(record.authors)
    said = kind(record.kind)
    numbers = record.registry
    if own := registered(record):
        said, numbers = REGISTRATION, (own,)
    first, last = pages(record.pages)
    return Key(
        doi=doi(record.doi),
        pmid=record.pmid.strip().lstrip("0"),
        pmcid=record.pmcid.strip().upper().removeprefix("PMC"),
        registry=tuple(sorted({r.strip().upper() for r in numbers if r.strip()})),
        title="".join(w for w in words if w != "and"),
        words=longest(words),
        numbers=intern(fold.numbers(words)),
        notice=notice(folded, record.kind),
        series=series(folded),
        translated=_FOREIGN.match(record.title) is not None,
        kind=said,
        authors=families,
        given=given,
        count=people.count(record.authors),
        year=record.year or 0,
        volume=volume(record.volume, record.year),
        issue=issue(record.issue),
        first=first,
        last=last,
        journal=journal(record.journal),
        issn=tuple(sorted({intern(i.replace("-", "").strip().upper()) for i in record.issn if i.strip()})),
        abstract=abstract(record.abstract),
    )


def bare(title: str) -> str:
    """Return a title folded, without what databases put behind it in brackets or the brackets of a translation.

    >>> bare("[Talc for effusions.] [Review] [33 refs]"), bare("Erratum [French]")
    ('talc for effusions.', 'erratum')
    """
    title = title.strip().strip('"').strip()
    if "etracted" in title or "RETRACTED" in title:
        title = _RETRACTED.sub("", title) or title
    if "[" in title or "<" in title:
        while (cut := _NOTE.search(title)) and cut.start() > 5:
            title = title[: cut.start()]
        whole = _WHOLE.match(title)
        if whole:
            more = _PART.match(title, whole.end())
            title = whole[1] + (more[0] if more else "")
        while (cut := _TAIL.search(title)) and cut.start() > 5:
            title = title[: cut.start()]
    if title.endswith((")", ").")):
        title = _ROUND.sub("", title) or title
    return fold.text(title)


def longest(words: list[str]) -> int:
    """Return a number that titles with the same four longest words share, whatever their order; 0 for short titles."""
    if len(words) < 4:
        return 0
    long = sorted(sorted(set(words)), key=len, reverse=True)[:4]
    return crc32("".join(sorted(long)).encode()) or 1


def kind(printed: str) -> str:
    """Return the kind of document as far as it tells documents apart."""
    said = printed.lower()
    if "preprint" in said or said in ("unpb", "unpd"):
        return "preprint"
    if "abstract" in said and ("conference" in said or "meeting" in said):
        return ABSTRACT
    return ""


def registered(record: SourceRecord) -> str:
    """Return the number of a record that is the entry of a trial in a register, "" for all others.

    CENTRAL gives the number as the entry's one author.
    """
    if record.kind.lower().startswith(("trial registr", "clinical trial registr")) and record.registry:
        return record.registry[0].strip()
    return record.authors[0].strip() if len(record.authors) == 1 and _NUMBER.fullmatch(record.authors[0]) else ""


def doi(printed: str) -> str:
    """Return a DOI in lower case without resolver and a preprint's version, or "".

    >>> doi("https://doi.org/10.1101/2021.03.03.21250001v2"), doi("DOI 10.1000/ABC.")
    ('10.1101/2021.03.03.21250001', '10.1000/abc')
    """
    found = _DOI.search(printed.lower())
    if not found:
        return ""
    plain = found[0].rstrip(".,;")
    return _VERSION.sub("", plain) if plain.startswith("10.1101/") else plain


def pages(printed: str) -> tuple[str, str]:
    """Return first and last page: `1038-44` is 1038 to 1044, `S27` is s27; a last page half lost begins with ~.

    A spreadsheet makes `4-21` the day 21-Apr: it is made pages again.

    >>> pages("1038-44"), pages("S27"), pages("Suppl-12"), pages("21-Apr")
    (('1038', '1044'), ('s27', ''), ('', '~12'), ('4', '21'))
    """
    said = printed.lower().strip().strip('"').partition(";")[0]
    if not said or _COUNT.fullmatch(said):
        return "", ""
    date = _DATE.match(said)
    if date and (date[2] or date[3]) in _MONTHS:
        day, month = int(date[1] or date[4]), _MONTHS[date[2] or date[3]]
        return str(min(day, month)), str(max(day, month))
    washed = _WASHED.match(said)
    if washed:
        return "", "~" + washed[1]
    found = _PAGE.findall(said)
    if not found:
        return "", ""
    (letter, number, tail), *rest = found
    letter = letter if letter not in ("p", "pp") else ""
    first = letter + number + tail
    if not rest:
        return first, ""
    other, last, _ = rest[0]
    if len(last) < len(number) and (not other or other == letter):
        last = number[: len(number) - len(last)] + last
    return first, (other or letter) + last


def volume(printed: str, year: int | None) -> str:
    """Return a volume's or issue's first number, of words that end in one that (`Conference: 22nd Congress. 143`), else
    its one or two letters or Roman numeral; a year in its place says nothing, nor do words (a month, `Ph.D.`).
    """
    if not printed:
        return ""
    found = _DIGITS.search(printed)
    if found and len(printed) > 20 and (last := _ENDING.search(printed)):
        found = _DIGITS.search(last[0])
    if not found:
        letters = "".join(fold.words(fold.text(printed)))
        return intern(letters) if len(letters) < 3 or _ROMAN.fullmatch(letters) else ""
    number = found[0].lstrip("0") or "0"
    return "" if year and number == str(year) else intern(number)


def issue(printed: str) -> str:
    """Return an issue's number, with a leading # where it is none (an article's number, a reference manager's own)."""
    number = volume(printed, None)
    return "#" + number if number.isdigit() and int(number) > 366 else number


@lru_cache(maxsize=65536)
def journal(printed: str) -> str:
    """Return a journal's names, each as words: with and without subtitle, parallel titles apart, joined by |."""
    folded = _ASIDE.sub(" ", fold.text(printed)) or fold.text(printed)
    names: list[str] = []
    for part in (name for text in _CONFERENCE.split(folded) for name in _parallel(text)):
        main, colon, _ = part.partition(":")
        for name in (main, part) if colon else (part,):
            words = [w for w in fold.words(name) if w not in ("and", "the", "of", "amp")]
            if len(words) > 1 or (words and (name is part or len(words[0]) > 3)):
                names.append(" ".join(words))
    return "|".join(dict.fromkeys(names))


def _parallel(folded: str) -> list[str]:
    """The names that stand for one journal: parallel titles, and initials before the full name (BMJ-BRITISH MEDICAL
    JOURNAL).
    """
    both = _BOTH.match(folded)
    if both and both[1] == "".join(w[0] for w in fold.words(both[2]) if w not in ("and", "the", "of")):
        return [both[1], both[2]]
    return _PARALLEL.split(folded)


def abstract(printed: str) -> int:
    """Return a number that equal abstracts share (of letters 60 to 260, past headings); 0 for none or a short one."""
    if len(printed) < 400:
        return 0
    letters = printed[:600].encode("ascii", "ignore").translate(None, _NO_LETTERS).lower()
    return crc32(letters[60:260]) or 1


def fullness(k: Key) -> tuple[int, int, tuple[object, ...]]:
    """Return what makes a record the one to keep: identifiers, then how many fields speak, then its own content."""
    said = (k.doi, k.pmid, k.pmcid, k.title, k.authors, k.year, k.volume, k.issue, k.first, k.last, k.journal)
    return (
        bool(k.pmid) + bool(k.doi),
        sum(bool(f) for f in said) + bool(k.abstract),
        (*said, k.issue, k.given, k.abstract, k.registry, k.issn, k.kind),
    )
