"""What two records say of each other, field by field: agreement (+), silence (0), contradiction (-)."""

import re
from dataclasses import dataclass

from remit.dedupe.journals import journal
from remit.dedupe.normalise import REGISTRATION, Key
from remit.dedupe.pages import book, first, last, number, spans, year
from remit.dedupe.people import GROUP
from remit.dedupe.similar import Indel, partial_ratio

EQUAL, NEAR, PART, SIMILAR, OTHER = 4, 3, 2, 1, 0
WORD, REACH = 3, 12
_NUMBERED = re.compile(
    r"(?:the)?(?:part|pt|paper|chapter|section|volume|report|phase|update|year)?"
    r"(?:(?:\d+|[ivx]+|one|two|three|four|five|six)(?:\Z|of|part|the|and\d|to\d)|(?:19|20)\d\d)|part(?:\d|[ivx]|one|two|three)"
)
_ABOUT = re.compile(
    "response|respond|reply|replies|rejoinder|comment|critique|debate|discussion|letter|editorial|review|errat|corri|correct|"
    "retract|reprint|republish|summary|supplement|datafrom|tables|figures"
)
_PARTED = re.compile(r"part(?:\d{1,2}|[ivx]{1,4}|one|two|three)\Z")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far the fields of two records agree; each field +1, 0 or -1 but `title` (0 to 4) and `authors` (-1 to 2)."""

    doi: int
    pmid: int
    registry: int
    title: int
    numbers: int
    notice: int
    authors: int
    year: int
    volume: int
    issue: int
    first: int
    last: int
    span: bool
    journal: int
    abstract: int


def evidence(a: Key, b: Key) -> Evidence:
    """Return what the fields of two records say.

    The pages of a whole supplement or book say nothing of two titles; in it, one may go on where another stops.
    """
    named, books = title(a.title, b.title), book(a) + book(b)
    paged = named == EQUAL or not books
    named = SIMILAR if named == PART and books == 2 else named
    volume, issue, page = _place(a, b)
    return Evidence(
        doi=_same(a.doi, b.doi),
        pmid=_same(a.pmid, b.pmid) or _same(a.pmcid, b.pmcid),
        registry=_shared(a.registry, b.registry),
        title=named,
        numbers=_numbers(a, b),
        notice=1 if a.notice == b.notice else -1,
        authors=authors(a, b),
        year=year(a.year, b.year),
        volume=volume,
        issue=issue,
        first=page if paged else 0,
        last=last(a.last, b.last) if paged else 0,
        span=paged and spans(a) and spans(b),
        journal=journal(a, b),
        abstract=(1 if a.abstract == b.abstract else -1) if a.abstract and b.abstract else 0,
    )


def _place(a: Key, b: Key) -> tuple[int, int, int]:
    """What volume, issue and first page say. Exports put an article's number in the issue's field, and the volume there
    where they have none: then these agree.
    """
    issue = 0 if "#" in (a.issue[:1], b.issue[:1]) else _same(a.issue, b.issue)
    volume, page = _same(a.volume, b.volume), first(a, b)
    if (a.first and b.first and a.volume and b.volume) or not (a.issue or b.issue):
        return volume, issue, page
    for few, many in (a, b), (b, a):
        if not few.issue or few.issue == many.issue:
            continue
        if not few.first and many.first and len(few.issue) > 1 and few.issue.lstrip("#") == str(number(many.first)):
            return volume, 0, 1
        if not few.volume and few.issue == many.volume:
            return 1, 0, 0 if page < 0 and few.first == many.issue else page
    return volume, issue, page


def hopeless(a: Key, b: Key) -> bool:
    """Whether two records have so little in common that no rule could make them one document: a quick look.

    Other identifiers need the same title; a wholly different title needs the same authors, first and last page; a
    similar one the same first page.
    """
    if (a.doi and a.doi == b.doi) or (a.pmid and a.pmid == b.pmid) or (a.pmcid and a.pmcid == b.pmcid):
        return False
    if registrations(a, b):
        return a.registry != b.registry
    alike = title(a.title, b.title)
    if alike != EQUAL and ((a.doi and b.doi) or (a.pmid and b.pmid) or (a.pmcid and b.pmcid)):
        return True
    if alike == OTHER and (last(a.last, b.last) <= 0 or set(a.authors).isdisjoint(b.authors)):
        return True
    return alike <= SIMILAR and not (a.first and (a.first == b.first or first(a, b) > 0))


def registrations(a: Key, b: Key) -> bool:
    """Whether both records are entries of trials in registers: their numbers say all."""
    return a.kind == REGISTRATION == b.kind and bool(a.registry and b.registry)


def _same(a: str, b: str) -> int:
    if not a or not b:
        return 0
    return 1 if a == b else -1


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    if not a or not b:
        return 0
    return 1 if not set(a).isdisjoint(b) else -1


def title(a: str, b: str) -> int:
    """Return EQUAL, NEAR (a misspelling), PART (one goes on where the other stops), SIMILAR or OTHER."""
    if a == b:
        return EQUAL if a else OTHER
    if not a or not b:
        return OTHER
    if len(a) > len(b):
        a, b = b, a
    if len(a) > 11 and (b.startswith(a) or (len(a) > 23 and b.endswith(a))):
        return PART
    like = Indel.normalized_similarity(a, b, score_cutoff=0.7)
    if like >= 0.94:
        return SIMILAR if _another_word(a, b) else NEAR
    if like >= 0.8:
        return SIMILAR
    if len(a) > 30 and len(b) > 1.15 * len(a) and partial_ratio(a, b, score_cutoff=93) > 0:
        return PART
    return SIMILAR if like > 0 else OTHER


def about(a: str, b: str) -> bool:
    """Whether one title, part of another, does not begin it and what is more may say that the text is about the other:
    words of a reply or summary before it, or any words in its midst.
    """
    if len(a) > len(b):
        a, b = b, a
    if b.endswith(a):
        return _ABOUT.search(b, 0, len(b) - len(a)) is not None
    return not b.startswith(a)


def _another_word(a: str, b: str) -> bool:
    """Whether two titles that are nearly the same have another word at one place (efficacy and safety, children and
    adults): at least `WORD` letters lost and as many put there, close together. A misspelling changes fewer.
    """
    lost: list[int] = []
    put: list[int] = []
    for op in Indel.editops(a, b):
        at = op.src_pos
        (lost if op.tag == "delete" else put).append(at)
        if len(lost) >= WORD and len(put) >= WORD and at - min(lost[-WORD], put[-WORD]) <= REACH:
            return True
    return False


def _numbers(a: Key, b: Key) -> int:
    """Return 1 for the same numbers in the titles, 0 where one has more and its title goes on longer, -1 else; what
    one goes on with must be more than a number, and no part (`: part 2`) or year of a series (`, 2019`).
    """
    if a.title == b.title and a.numbers == b.numbers:
        return 1
    few, many = (a, b) if len(a.title) < len(b.title) else (b, a)
    if few.title and many.title.startswith(few.title) and _NUMBERED.match(many.title, len(few.title)):
        return -1
    if (_PARTED.search(few.title) is None) != (_PARTED.search(many.title) is None):
        return -1
    if a.numbers == b.numbers:
        return 1
    if abs(len(a.title) - len(b.title)) < 8:
        return -1
    left = many.numbers.split()
    for each in few.numbers.split():
        if each not in left:
            return -1
        left.remove(each)
    return 0


def authors(a: Key, b: Key) -> int:
    """Return 3 where three or more are the same, 2 where lists agree, 1 where some do, -1 where none, 0 unknown.

    Groups are compared with groups alone.
    """
    if not a.authors or not b.authors:
        return 0
    if (a.authors[0][0] == GROUP) != (b.authors[0][0] == GROUP):
        return 0
    few, many = (a, b) if len(a.authors) <= len(b.authors) else (b, a)
    if few.authors == many.authors:
        return 3 if len(few.authors) > 2 else 2
    held = set(many.authors)
    found = [name in held or _name_in(name, many.authors) for name in few.authors]
    shared = sum(found)
    if shared < len(found):
        shared = min(len(found), max(shared, _swapped(few, many, found)))
        found[0] = found[0] or shared > 0
    if not shared:
        return -1
    if found[0] and shared == len(few.authors) == len(many.authors) > 2:
        return 3
    return 2 if found[0] and shared >= 0.6 * len(few.authors) else 1


def _name_in(name: str, many: tuple[str, ...]) -> bool:
    """Whether a family name is there with a particle more or less, or misspelt."""
    for other in many:
        small, large = (name, other) if len(name) < len(other) else (other, name)
        if len(small) > 3 and (large.endswith(small) or large.startswith(small)):
            return True
        near = len(small) > 4 and len(large) - len(small) < 3 and (small[0] == large[0] or small[-1] == large[-1])
        if near and Indel.normalized_similarity(name, other, score_cutoff=0.84) > 0:
            return True
    return False


def _swapped(few: Key, many: Key, found: list[bool]) -> int:
    """How many authors are there, those counted whose family and given names are in each other's place."""
    pairs = list(zip(many.authors, many.given, strict=True))
    if not any(len(given) > 2 for given in (*few.given, *many.given)):
        return sum(found)
    return sum(
        there or any(_turned(f, g, h, i) for h, i in pairs)
        for f, g, there in zip(few.authors, few.given, found, strict=True)
    )


def _turned(family: str, given: str, other: str, other_given: str) -> bool:
    """Whether `Moritz, Altenried` may be `Altenried, M`: a long name of one begins the given names of the other."""
    if len(family) > 2 and other_given.startswith(family) and (given[:1] == other[:1] or len(family) > 4):
        return True
    return len(other) > 2 and given.startswith(other) and (family[:1] == other_given[:1] or len(other) > 4)
