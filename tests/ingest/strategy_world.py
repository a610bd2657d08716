"""A small world of records, in which a strategy can be run as its language means it.

Written apart from the translation: fields are read from the languages' tables, everything else is decided here.
"""

import random
import re
from dataclasses import dataclass

from remit.ingest.strategy import kinds
from remit.ingest.strategy.tree import Bool, Heading, Limited, Near, Query, Raw, Ref, Term, Years

WORDS = ("leukemia", "leukaemia", "child", "children", "woman", "women", "tumour", "tumor", "cell", "cells", "rats")
BELOW = {"Leukemia": ("Lymphoid Leukemia",), "Animals": ("Humans", "Rats"), "Humans": (), "Rats": ()}
TYPES = ("Review", "Letter", "Editorial", "Randomized Controlled Trial", "Journal Article")
LANGUAGES = ("english", "german")
TEXT = ("title", "abstract", "keyword", "keyword-plus")


@dataclass(frozen=True, slots=True)
class Paper:
    """One record: words by field, headings with whether they are major and their subheadings, and the rest."""

    words: dict[str, tuple[str, ...]]
    headings: dict[str, tuple[bool, str]]
    kind: str
    language: str
    date: str
    marked: bool


def papers(seed: int, count: int) -> list[Paper]:
    """Records drawn at random."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        words = {f: tuple(draw.choices(WORDS, k=draw.randint(0, 4))) for f in TEXT}
        names = draw.sample(sorted(BELOW), draw.randint(0, 3))
        headings = {n: (draw.random() < 0.5, draw.choice(("", "dt"))) for n in names}
        words["heading-word"] = tuple(w for n in names for w in n.lower().split())
        date = f"{draw.choice((2009, 2010, 2015, 2020, 2021))}/{draw.randint(1, 12):02d}/15"
        kind, language = draw.choice(TYPES), draw.choice(LANGUAGES)
        made.append(Paper(words, headings, kind, language, date, draw.random() < 0.5))
    return made


def found(query: Query, paper: Paper, dialect: str) -> bool:
    """Whether a strategy of a language finds a record."""
    if isinstance(query, Bool):
        each = [found(p, paper, dialect) for p in query.parts]
        if query.op == "not":
            return each[0] and not any(each[1:])
        return all(each) if query.op == "and" else any(each)
    if isinstance(query, Heading):
        return any(_headed(query, paper, n) for n in (query.name, *(BELOW.get(_known(query.name), ()) * query.explode)))
    if isinstance(query, Years):
        return (query.first or "0") <= paper.date[: len(query.first) or 4] and (
            paper.date[: len(query.last) or 4] <= (query.last or "9")
        )
    if isinstance(query, Raw):
        return paper.marked
    if isinstance(query, Near):
        fields = _fields(query.left)
        return any(_close(query, paper.words.get(f, ())) for f in fields)
    if isinstance(query, Limited | Ref):
        raise AssertionError(query)
    return _term(query, paper, dialect)


def _known(name: str) -> str:
    return next((n for n in BELOW if n.lower() == name.lower()), name)


def _headed(query: Heading, paper: Paper, name: str) -> bool:
    major, sub = paper.headings.get(_known(name), (None, ""))
    if major is None or (query.major and not major):
        return False
    return not query.subheadings or any(s.lower()[-2:] == sub for s in query.subheadings)


def _term(query: Term, paper: Paper, dialect: str) -> bool:
    if query.fields == {"publication-type"}:
        name = kinds.document(dialect, query.text, "pubmed") or query.text
        return name.lower() == paper.kind.lower()
    if query.fields == {"language"}:
        return kinds.language(query.text) == paper.language
    fields = paper.words if "all" in query.fields or not query.fields else query.fields
    return any(_phrase(query.text, paper.words.get(f, ())) for f in fields)


def _pattern(word: str) -> re.Pattern[str]:
    out = re.sub(r"\\\*[¹²³]", r"\\w{0,3}", re.escape(word))
    return re.compile(out.replace(r"\*", r"\w*").replace(r"\?", r"\w").replace("¤", r"\w?"), re.IGNORECASE)


def _spots(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    parts = [_pattern(w) for w in text.strip("{}").split()]
    starts = range(len(words) - len(parts) + 1)
    return [(i, i + len(parts) - 1) for i in starts if all(p.fullmatch(words[i + j]) for j, p in enumerate(parts))]


def _phrase(text: str, words: tuple[str, ...]) -> bool:
    return bool(_spots(text, words))


def _fields(query: Query) -> frozenset[str]:
    if isinstance(query, Term):
        return frozenset(TEXT) | {"heading-word"} if "all" in query.fields else query.fields
    if isinstance(query, Near):
        return _fields(query.left)
    assert isinstance(query, Bool)
    return _fields(query.parts[0])


def _alternatives(query: Query, words: tuple[str, ...]) -> list[tuple[int, int]]:
    if isinstance(query, Term):
        return _spots(query.text, words)
    assert isinstance(query, Bool) and query.op == "or"
    return [spot for p in query.parts for spot in _alternatives(p, words)]


def _close(query: Near, words: tuple[str, ...]) -> bool:
    for a in _alternatives(query.left, words):
        for b in _alternatives(query.right, words):
            after, before = b[0] - a[1] - 1, a[0] - b[1] - 1
            if 0 <= after <= query.between or (not query.ordered and 0 <= before <= query.between):
                return True
    return False
