"""Which outcome of a review a registry's words surely mean, at how many months, and in which arm. In doubt: none."""

import re
from collections.abc import Sequence

from remit.model.protocol import Outcome
from remit.model.study import Arm, Study

_SYNONYMS = {
    "overall survival": r"overall survival",
    "event free survival": r"event free survival",
    "disease free survival": r"disease free survival",
    "relapse free survival": r"(?:relapse|recurrence) free survival",
    "leukemia free survival": r"leukemia free survival",
    "complete remission": r"complete (?:remission|response)",
    "complete remission with or without count recovery": (
        r"complete (?:remission|response)\b.*\b(?:incomplete|cri|crp|crh)"
    ),
    "response of any degree": r"(?:overall|objective) (?:remission|response)",
    "mrd negativity among all evaluable": r"(?:mrd|minimal residual disease|measurable residual disease) negativ\w*",
    "transplantation afterwards": r"(?:underwent|proceed\w* to|received) .*\btransplant\w*",
    "deaths": r"(?:number of )?deaths",
}
_OTHER = re.compile(
    r"\b(?:duration|time to|quality of life|correlation|association|biomarker|change from|pharmaco\w*|concentration|"
    r"by subtype|subgroup|according to|difference)\b"
)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_WORDS, 1)}
_AFTER = re.compile(r"\b(\d+(?:\.\d+)?)[ -]*(year|yr|month|mo|week|wk)s?\b")
_BEFORE = re.compile(r"\b(year|month|week) (\d+(?:\.\d+)?)\b")
_UNIT_MONTHS = {"year": 12.0, "yr": 12.0, "month": 1.0, "mo": 1.0}


def plain(text: str) -> str:
    """Return words in one spelling: lower case, no hyphens or brackets, leukemia for leukaemia."""
    text = re.sub(r"[-–—/()\[\],;:]", " ", text.lower()).replace("leukaemia", "leukemia")
    return " ".join(_NUMBER_WORDS.get(w, w) for w in text.split())


def outcome(title: str, outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return the one outcome whose name, or a standard form of it, stands in a title; None where none or several do."""
    words = plain(title)
    if _OTHER.search(words):
        return None
    found: list[tuple[int, Outcome]] = []
    for candidate in outcomes:
        name = plain(candidate.name)
        match = re.search(rf"\b(?:{_SYNONYMS.get(name, re.escape(name))})\b", words)
        short = candidate.short if candidate.short.isupper() and len(candidate.short) > 1 else ""
        if match:
            found.append((len(match[0]), candidate))
        elif short and re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", title):
            found.append((len(short), candidate))
    found.sort(key=lambda pair: -pair[0])
    if not found or (len(found) > 1 and not _covers(found, words)):
        return None
    return found[0][1]


def _covers(found: Sequence[tuple[int, Outcome]], words: str) -> bool:
    """Whether the longest match holds every other: complete remission stands inside CR with incomplete recovery."""
    longest, others = found[0], found[1:]
    pattern = _SYNONYMS.get(plain(longest[1].name), re.escape(plain(longest[1].name)))
    span = re.search(rf"\b(?:{pattern})\b", words)
    rest = words.replace(span[0], " ") if span else words
    return longest[0] > others[0][0] and not any(
        re.search(rf"\b(?:{_SYNONYMS.get(plain(o.name), re.escape(plain(o.name)))})\b", rest) for _, o in others
    )


def months(named: Sequence[str], around: Sequence[str]) -> float | None:
    """Return the one time in months that the texts name; None for none, weeks or several.

    `named` are texts of the value itself (class, category, unit), which speak before those `around` it (title, time
    frame): there an age range or a window is as likely, so that two different times leave it open.
    """
    for texts in (*((t,) for t in named), tuple(around)):
        words = " ; ".join(plain(t) for t in texts)
        times = [(n, unit) for n, unit in _AFTER.findall(words)] + [(n, unit) for unit, n in _BEFORE.findall(words)]
        if times:
            found = {float(n) * _UNIT_MONTHS[unit] if unit in _UNIT_MONTHS else None for n, unit in times}
            return found.pop() if len(found) == 1 and re.search(r"\bup to\b", words) is None else None
    return None


def arm(title: str, study: Study, groups: int) -> Arm | None:
    """Return the arm a group surely is: the same label, the only one, or the only one whose agents it names."""
    whole = [a for a in study.arms if not a.part_of and a.role != "historical-control"]
    words = plain(title)
    same = [a for a in study.arms if plain(a.label) == words]
    if len(same) == 1:
        return same[0]
    if len(whole) == 1 and groups == 1:
        return whole[0]
    if len(whole) < 2:
        return None
    said = {a.id: {g for g in a.agents if all(part in words for part in plain(g).split())} for a in whole}
    best = [a for a in whole if a.agents and said[a.id] == set(a.agents)]
    return best[0] if len(best) == 1 and not any(said[a.id] - said[best[0].id] for a in whole) else None
