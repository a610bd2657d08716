"""Whether two journals, or two series of meetings, are the same by ISSN, name, abbreviation or initials."""

import re
from functools import lru_cache

from remit.dedupe.normalise import Key
from remit.dedupe.similar import Indel

_MEETING = re.compile(
    r"(?:conf|conference|symposium|workshop|congress|meeting|proceedings|proc|annual|first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth|[a-z]*teenth)\b"
)
_SMALL = frozenset(
    {
        *("a", "an", "and", "of", "the", "in", "on", "for", "de", "la", "le", "der", "die", "das", "und", "et"),
        *("e", "y", "i", "en", "el", "los", "las", "da", "do", "dos"),
    }
)


def journal(a: Key, b: Key) -> int:
    """Return 1 for the same journal by ISSN, name or abbreviation."""
    if a.issn and b.issn and not set(a.issn).isdisjoint(b.issn):
        return 1
    if not a.journal or not b.journal:
        return 0
    if a.journal == b.journal:
        return 1
    return 1 if _named_alike(a.journal, b.journal) else -1


def meeting(k: Key) -> bool:
    """Whether a record says that it appeared at a meeting."""
    return _MEETING.search(k.journal) is not None


@lru_cache(maxsize=65536)
def _named_alike(a: str, b: str) -> bool:
    """Whether two lists of names have a journal's or meeting's name in common."""
    if _MEETING.search(a) or _MEETING.search(b):
        x, y = _meeting(a), _meeting(b)
        if len(x & y) > 1 and (x <= y or y <= x):
            return True
        short, full = (x, b) if len(x) < len(y) else (y, a)
        if len(short) == 1 and _initials(next(iter(short)), full.rsplit("|", 1)[-1]):
            return True
    return any(_abbreviates(x, y) for x in a.split("|") for y in b.split("|"))


def _initials(short: str, name: str) -> bool:
    """Whether a word of four letters or more is made of the first letters of a meeting's name, in order.

    A word may give up to three (AMCIS, Americas Conference on Information Systems); words such as `annual` or
    `proceedings` may give none.
    """
    words = [w for w in name.split() if w not in _SMALL and w.isalpha()]
    if not 3 < len(short) <= 3 * len(words) or len(words) < 3:
        return False
    ends = {0}
    for word in words:
        ahead = {end + n for end in ends for n in (1, 2, 3) if short.startswith(word[:n], end) and n <= len(word)}
        ends = ahead | (ends if _MEETING.match(word) or word == "international" else set())
    return len(short) in ends


def _meeting(name: str) -> set[str]:
    """The words that tell one series of meetings from another: not which one, nor that it is one."""
    words = name.rsplit("|", 1)[-1].split()
    return {w for w in words if w not in _SMALL and w.isalpha() and not _MEETING.match(w) and not w.endswith("eth")}


def _abbreviates(a: str, b: str) -> bool:
    """Whether the words of two names begin each other in order, or one name is the other's initials."""
    x, y = ([w for w in name.split() if w not in _SMALL] for name in (a, b))
    if len(x) > len(y):
        x, y = y, x
    if not x:
        return False
    if len(x) == 1 and len(y) > 1:
        return 2 < len(x[0]) <= len(y) and x[0] == "".join(w[0] for w in y)[: len(x[0])]
    if len(y) - len(x) > (len(x) > 3):
        return False
    if not _begins(x[0], y[0]):
        return False
    at = 0
    for word in x:
        while at < len(y) and not _begins(word, y[at]):
            at += 1
        if at == len(y):
            return len(a) > 12 and Indel.normalized_similarity(a, b, score_cutoff=0.88) > 0
        at += 1
    return True


def _begins(a: str, b: str) -> bool:
    """Whether one word begins the other or is a contraction of it."""
    if len(a) > len(b):
        a, b = b, a
    return b.startswith(a) or (len(a) > 2 and _contracts(a, b))


def _contracts(word: str, whole: str) -> bool:
    """Whether a word is a contraction such as natl for national."""
    if word[0] != whole[0] or len(word) >= len(whole):
        return False
    letters = iter(whole)
    return all(c in letters for c in word)
