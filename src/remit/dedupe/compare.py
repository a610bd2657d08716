"""Whether two records are one document: a decision with its reasons in words.

`same` needs an identifier with a title that fits, or a title with authors and the place in print (journal, year,
volume, pages), and nothing that speaks against it. What speaks against it: another DOI or PMID, another kind of notice
(erratum, comment, reply, retraction), other numbers in the title (part I and part II, 2019 and 2020), another volume
with other pages (a meeting's abstract and the full report, a report printed twice). Where both weigh, a person decides.
"""

from typing import Literal

from remit.dedupe.evidence import EQUAL, NEAR, OTHER, PART, SIMILAR, Evidence, about, registrations
from remit.dedupe.journals import meeting
from remit.dedupe.normalise import ABSTRACT, Key
from remit.dedupe.pages import number, spans

Answer = Literal["same", "unsure", "different"]
LONG, PAPER, OPENING = 30, 5, 20


def decide(e: Evidence, a: Key, b: Key) -> tuple[Answer, int]:
    """Return the answer and, for `same`, its strength."""
    if registrations(a, b):
        return ("same", 5) if e.registry > 0 else ("different", 0)
    if e.title != EQUAL and e.notice < 0:
        spot = e.first > 0 and e.volume > 0 and e.journal > 0 and e.year > 0 and e.authors >= 2
        known = (e.doi > 0 or e.pmid > 0) and e.first >= 0
        return ("unsure", 0) if e.title >= SIMILAR and (known or spot) else ("different", 0)
    if elsewhere(e) and (e.doi > 0 or e.pmid > 0):
        return ("unsure", 0) if e.title >= PART and e.authors >= 0 else ("different", 0)
    if e.pmid > 0:
        return _of_pmid(e)
    if e.pmid < 0 or e.doi < 0:
        return _against_identifiers(e, a, b)
    if e.doi > 0:
        if a.notice and e.notice > 0 and e.title >= SIMILAR and e.authors >= 0 and e.first >= 0 and e.year >= 0:
            return "same", 3
        return _of_doi(e, min(len(a.title), len(b.title)) >= LONG and not a.series, e.span and _pages(a) > 2)
    return _in_print(e, a, b)


def _of_pmid(e: Evidence) -> tuple[Answer, int]:
    if e.title >= SIMILAR or (e.authors >= 2 and e.year >= 0):
        return "same", 5
    return ("unsure", 0) if e.authors >= 0 else ("different", 0)


def _of_doi(e: Evidence, telling: bool, pages: bool) -> tuple[Answer, int]:
    """One DOI: one document, unless title or pages say that the DOI is a whole supplement's or was mistyped.

    `pages`: three pages or more. Fewer can hold two abstracts of the same people.
    """
    if e.title == EQUAL or (e.title >= PART and e.numbers >= 0):
        if e.authors < 0 and e.first <= 0 and not (telling and e.title == EQUAL and e.first == 0):
            return "unsure", 0
        if not telling and (e.first < 0 or (e.title == PART and e.first == 0)):
            return "unsure", 0
        return ("same", 4) if e.first >= 0 or e.title == EQUAL else ("unsure", 0)
    if e.title >= PART and e.first > 0:
        return "same", 3
    if e.authors >= 2 and e.first > 0 and pages and not (e.journal < 0 and e.volume < 0):
        return "same", 3
    if e.authors >= 2 and e.title == SIMILAR and e.abstract > 0 and e.first >= 0 and e.year > 0:
        return "same", 3
    if e.first < 0 or e.authors < 0 or (e.title == OTHER and e.authors < 2 and e.abstract < 0):
        return "different", 0
    return "unsure", 0


def _against_identifiers(e: Evidence, a: Key, b: Key) -> tuple[Answer, int]:
    """Another DOI or PMID: two documents, unless the place in print is the same and so are title and authors.

    Publishers give a document a second DOI when a journal moves. Where the place is less than a span of pages, or
    the PMID differs, a person looks.
    """
    if one_place(e) and e.authors >= 2 and not a.series and e.pmid >= 0:
        return "same", 1
    place = e.volume > 0 and e.journal > 0 and e.year > 0 and e.last >= 0
    place = place and (e.first > 0 or (e.first == 0 and e.issue > 0))
    alike = e.title == EQUAL and e.authors >= 2 and len(a.title) >= LONG
    if alike and place and not a.series:
        return "unsure", 0
    if e.pmid < 0 and e.doi > 0 and e.title >= NEAR and e.authors >= 1:
        return "unsure", 0
    return "different", 0


def _in_print(e: Evidence, a: Key, b: Key) -> tuple[Answer, int]:
    """No identifier both have: title, authors and the place in print decide."""
    named = e.title == EQUAL or (e.title >= PART and e.numbers >= 0)
    long = min(len(a.title), len(b.title)) >= LONG and e.authors >= 2
    if e.title == PART and e.first <= 0 and about(a.title, b.title):
        named = False
    whole = e.first > 0 and e.last > 0 and e.span and (a.first != "1" or e.volume > 0 or e.journal > 0)
    found = e.volume == 0 and e.journal > 0 and e.year > 0 and (whole or (e.issue > 0 and a.first != "1"))
    placed = e.first > 0 and e.year >= 0 and (e.volume > 0 or found)
    if placed and (e.year > 0 or not a.first.startswith("cd")):
        repeated = _repeated(e, a, b) if a.series or b.series else None
        answer = repeated or _same_place(e, named, whole and _pages(a) > 2, a.translated or b.translated)
        return answer if (a.title and b.title) or answer[0] == "different" else ("unsure", 0)
    if a.series or b.series:
        return ("unsure", 0) if a == b else ("different", 0)
    if e.abstract > 0 and whole and _pages(a) > 2 and e.year > 0 and e.volume >= 0 and e.authors >= 2:
        return ("same", 1) if e.title >= SIMILAR and e.numbers >= 0 else ("unsure", 0)
    if e.title <= SIMILAR or (e.title == PART and e.numbers < 0):
        return "different", 0
    if not named:
        return ("unsure", 0) if e.volume > 0 and e.journal > 0 and e.authors >= 2 and e.first >= 0 else ("different", 0)
    if e.authors < 0:
        return "different", 0
    if e.authors == 0 and min(len(a.title), len(b.title)) >= LONG and _one_volume(e):
        return "unsure", 0
    answer = _same_title(e, long, whole, e.first > 0 and (a.first != "1" or e.journal > 0))
    if answer[0] == "unsure" and (_dated_apart(e, a, b) or _before_print(e, a, b)):
        return "same", 1
    return ("unsure", 0) if answer[0] == "same" and _weak(e, a, b) else answer


def _repeated(e: Evidence, a: Key, b: Key) -> tuple[Answer, int] | None:
    """What speaks against one title that is printed again and again, at the same volume and first page; None: nothing.

    Each issue can begin at page 1: there the issue must be the same.
    """
    if e.journal < 1 or e.authors < 1 or e.issue < 0:
        return "different", 0
    early = e.issue == 0 and number(a.first) < OPENING
    if e.authors == 1 or (e.authors == 2 and a.count != b.count) or e.last < 0 or early:
        return "unsure", 0
    return None


def _weak(e: Evidence, a: Key, b: Key) -> bool:
    """Whether the same title may be of an abstract and of its report, or of abstracts of two years: a meeting sees many
    a study again under the same title.
    """
    seen = (a.kind == ABSTRACT) + (b.kind == ABSTRACT)
    if seen == 2:
        return e.year <= 0 or e.volume < 0 or (e.volume == 0 and e.first <= 0)
    return e.first <= 0 and (seen == 1 or (e.volume <= 0 and e.abstract < 0))


def _dated_apart(e: Evidence, a: Key, b: Key) -> bool:
    """Whether two records are one paper of a meeting's proceedings, dated by the meeting and by the publisher.

    One is a whole paper (five pages or more), the other says nothing of its place but the same series of meetings; an
    abstract of one page that is given again a year later is none.
    """
    if len(a.title) < LONG or e.title != EQUAL or e.abstract < 0 or a.kind or b.kind or a.series:
        return False
    if not (a.year and b.year and e.year == 0 and e.journal > 0 and (meeting(a) or meeting(b))):
        return False
    if e.authors < 2 or len(a.authors) < 2 or a.count != b.count:
        return False
    paper, bare = (a, b) if a.first else (b, a)
    silent = not (bare.first or bare.volume or bare.doi or bare.pmid or bare.pmcid)
    return silent and paper.first == "1" and not paper.volume and spans(paper) and _pages(paper) >= PAPER


def _before_print(e: Evidence, a: Key, b: Key) -> bool:
    """Whether one record is of a report before it was printed, in the same journal, the year before the other.

    All of three authors or more agree, or authors as far as listed and the abstract; updates of a Cochrane review and
    what a meeting saw do not count.
    """
    people = e.abstract == 0 and e.authors == 3 and a.count == b.count
    if len(a.title) < LONG or e.title != EQUAL or not (people or (e.abstract > 0 and e.authors >= 2)):
        return False
    if e.journal <= 0 or a.kind or b.kind or a.series or meeting(a) or meeting(b):
        return False
    printed, early = (a, b) if a.first else (b, a)
    silent = not (early.volume or early.issue or early.first)
    paged = bool(printed.volume) and spans(printed) and not printed.first.startswith("cd")
    return silent and paged and 0 < early.year == printed.year - 1


def _pages(k: Key) -> int:
    """How many pages a record has that spans some."""
    return number(k.last) - number(k.first) + 1


def _same_place(e: Evidence, named: bool, pages: bool, translated: bool) -> tuple[Answer, int]:
    """The same volume, first page and year: what do title and authors say? `pages`: the same three pages or more.

    Issues that each begin at page 1 can hold two texts of one author on the same pages, and so can two journals of one
    publisher: a wholly different title needs the same issue of one journal, or the mark of a translation.
    """
    if named:
        if e.authors < 0:
            return ("unsure", 0) if e.title == EQUAL and e.journal >= 0 else ("different", 0)
        if e.journal < 0 and (e.authors == 1 or e.year <= 0):
            return "unsure", 0
        if e.title == EQUAL or pages or e.authors >= 2:
            return "same", 3 if pages else 2
        return "unsure", 0
    if (
        pages
        and e.title >= SIMILAR
        and (e.authors >= 2 or (e.authors == 0 and e.numbers >= 0 and e.year > 0 and e.journal >= 0))
    ):
        return "same", 2
    if pages and e.title == OTHER and e.year > 0 and e.authors >= 2 and (e.authors == 3 or e.journal > 0):
        return ("same", 1) if translated or (e.issue > 0 and e.journal > 0) else ("unsure", 0)
    if e.title == NEAR and e.authors >= 2 and e.abstract > 0:
        return "same", 1
    if e.authors < 0 or (e.title == OTHER and not pages):
        return "different", 0
    return ("unsure", 0) if e.authors >= 2 else ("different", 0)


def _same_title(e: Evidence, long: bool, whole: bool, paged: bool) -> tuple[Answer, int]:
    """The same title, but not surely the same place. `long`: a telling title with authors that agree.

    `paged`: the same first page, other than the page 1 that many documents begin on.
    """
    if e.volume < 0 and e.first < 0:
        return "different", 0
    if e.title == EQUAL and paged and e.year >= 0 and ((whole and e.authors >= 1) or (long and e.year > 0)):
        return "same", 2
    if e.journal == 0 and e.authors == 3 and _one_volume(e) and long and e.issue >= 0:
        return "same", 1
    if e.journal > 0 and long:
        if e.volume > 0 and e.year >= 0:
            silent = e.first < 0 or (e.first == 0 and e.last <= 0 and e.issue < 0)
            return ("unsure", 0) if silent else ("same", 1)
        if e.volume == 0 and e.year > 0 and e.first >= 0:
            return ("same", 1) if e.title == EQUAL or e.numbers > 0 or e.first > 0 else ("unsure", 0)
    if e.volume > 0 and e.issue > 0 and e.year > 0 and e.first >= 0 and e.title == EQUAL and long:
        return "same", 1
    if e.first < 0 or (e.volume < 0 and not (e.journal > 0 and e.year > 0 and long)):
        return "different", 0
    if e.journal < 0 and not (e.volume > 0 and e.issue > 0 and e.year > 0 and long):
        return "different", 0
    return ("unsure", 0) if e.year >= 0 and e.authors >= 1 else ("different", 0)


def _one_volume(e: Evidence) -> bool:
    """Whether two records have one title in one volume of one year, as far as their journals and pages are known."""
    return e.title == EQUAL and e.volume > 0 and e.year > 0 and e.journal >= 0 and e.first >= 0


def elsewhere(e: Evidence) -> bool:
    """Whether journal, volume and first page all differ: what identifier both bear, one was given that of another."""
    return e.journal < 0 and e.volume < 0 and e.first < 0


def one_place(e: Evidence) -> bool:
    """Whether two records have one title and one span of pages in one volume of one journal."""
    paged = e.first > 0 and e.last > 0 and e.span
    return paged and e.title == EQUAL and e.journal > 0 and e.volume > 0 and e.year > 0 and e.issue >= 0


def excludes(e: Evidence, a: Key, b: Key) -> bool:
    """Whether two records cannot be one document, whatever a third record says."""
    if registrations(a, b):
        return e.registry < 0
    if e.pmid < 0 or (e.doi < 0 and e.pmid <= 0 and not one_place(e)) or (e.notice < 0 and e.title != EQUAL):
        return True
    if (e.pmid > 0 or e.doi > 0) and not elsewhere(e):
        return False
    part = e.title == PART and e.numbers < 0 and e.first <= 0
    return part or (e.volume < 0 and e.first < 0) or (e.title == OTHER and e.authors < 0)


_WORDS = (
    ("doi", "DOI"),
    ("pmid", "PMID"),
    ("registry", "registry number"),
    ("year", "year"),
    ("journal", "journal"),
    ("volume", "volume"),
    ("issue", "issue"),
    ("first", "first page"),
    ("last", "last page"),
    ("abstract", "abstract"),
)
_TITLES = {EQUAL: "title", NEAR: "title but for its spelling", PART: "part of the title", SIMILAR: "a similar title"}


def say(e: Evidence) -> str:
    """Return the fields that agree, then those that do not, in words."""
    agree = [name for field, name in _WORDS[:3] if getattr(e, field) > 0]
    agree += [_TITLES[e.title]] if e.title in _TITLES else []
    agree += [{1: "some authors", 2: "authors", 3: "all authors"}[e.authors]] if e.authors > 0 else []
    agree += [name for field, name in _WORDS[3:] if getattr(e, field) > 0]
    differ = ["title"] if e.title == OTHER else []
    differ += ["numbers in the title"] if e.numbers < 0 and e.title != EQUAL else []
    differ += ["authors"] if e.authors < 0 else []
    differ += [name for field, name in _WORDS if getattr(e, field) < 0]
    return ", ".join(agree) + (f" (differ: {', '.join(differ)})" if differ else "")
