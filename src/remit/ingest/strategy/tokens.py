"""One line of a strategy as tokens, by the rules of its database's language."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from remit.ingest.strategy import kinds
from remit.ingest.strategy.dialects import Dialect
from remit.ingest.strategy.tree import Heading, Query, Raw, Term, Years

Kind = Literal[
    "open", "close", "op", "near", "word", "phrase", "suffix", "prefix", "query", "ref", "combine", "mark", "bad"
]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line. `value` is what an operator, field or number says; `number` the words between, for near."""

    kind: Kind
    start: int
    text: str
    value: str = ""
    number: int = 0
    query: Query | None = None
    ordered: bool = False


Make = Callable[[re.Match[str], Dialect], Token]
Rule = tuple[re.Pattern[str], Make]
_I = re.IGNORECASE


def _plain(kind: Kind) -> Make:
    return lambda m, _: Token(kind, m.start(), m[0], m[1] if m.re.groups else m[0])


def _op(m: re.Match[str], d: Dialect) -> Token:
    word = m[0].lower().split()[-1]
    return Token("op", m.start(), m[0], {"&": "and", "|": "or"}.get(word, word))


def _combine(m: re.Match[str], d: Dialect) -> Token:
    return Token("combine", m.start(), m[0], f"{m[1].lower()} {m[2]}")


def _ref(m: re.Match[str], d: Dialect) -> Token:
    return Token("ref", m.start(), m[0], number=int(m[1]))


def _near(m: re.Match[str], d: Dialect) -> Token:
    """Nearness. A bare NEAR is within 15 words in Web of Science and six in the Cochrane Library (their help)."""
    word, digits = m[1].lower(), m[2] or ""
    bare = {"near": 15 if d.name == "wos" else 6}
    distance = int(digits) if digits else bare.get(word, 0)
    between = distance - 1 if digits and d.counts_positions else distance
    ordered = word in ("next", "pre") or (word == "adj" and not digits)
    return Token("near", m.start(), m[0], number=max(between, 0), ordered=ordered)


def _same(m: re.Match[str], d: Dialect) -> Token:
    """SAME of Web of Science: within one address, and AND everywhere else (its help, "Search operators")."""
    return Token("op", m.start(), m[0], "and")


def _years(m: re.Match[str], d: Dialect) -> Token:
    first, last = m[1], m[2] if m.re.groups > 1 and m[2] else m[1]
    blank = ("1000", "0001", "1500", "1800")
    open_first = "" if first in blank or first == "*" else first
    open_last = "" if last.startswith(("3000", "9999")) or last.lower() in ("current", "*") else last
    return Token("query", m.start(), m[0], query=Years(open_first, open_last))


def _scopus_after(m: re.Match[str], d: Dialect) -> Token:
    year = int(m[2])
    after, before = Years(str(year + 1), ""), Years("", str(year - 1))
    known = {">": after, "aft": after, "<": before, "bef": before}
    years = known.get(m[1].lower(), Years(str(year), str(year)))
    return Token("query", m.start(), m[0], query=years)


def _ovid_heading(m: re.Match[str], d: Dialect) -> Token:
    name = m[3].strip().strip('"')
    subs = tuple(s.strip() for s in (m[4] or "").split(",") if s.strip())
    heading = Heading(name, d.thesaurus, bool(m[1]), bool(m[2]), subs)
    return Token("query", m.start(), m[0], query=heading)


def _days(m: re.Match[str], d: Dialect) -> Token:
    """A span of days of Europe PMC."""
    first, last = (day.replace("-", "/") for day in (m[1], m[2]))
    first = f"{first}/01/01" if len(first) == 4 else first
    last = f"{last}/12/31" if len(last) == 4 else last
    open_first = "" if first[:4] in ("*", "1000", "1800") else first
    return Token("query", m.start(), m[0], query=Years(open_first, "" if last[:4] in ("*", "3000", "9999") else last))


def _embase_heading(m: re.Match[str], d: Dialect) -> Token:
    marks = m[3].lower().split("/")
    if {"syn", "br"} & set(marks):
        return Token("query", m.start(), m[0], query=Raw(m[0]))
    explode, major = "exp" in marks, "mj" in marks
    subs = tuple(s for mark in marks if mark.startswith(("dm_", "dd_")) for s in mark.replace(" ", "").split(","))
    return Token("query", m.start(), m[0], query=Heading((m[1] or m[2]).strip(), "emtree", explode, major, subs))


def _embase_limit(m: re.Match[str], d: Dialect) -> Token:
    """A limit that is a field in brackets: a language or a publication type."""
    name = m[1].strip()
    if (m[2].lower() == "lim" and kinds.language(name) != name) or kinds.plain(name) in kinds.LANGUAGES:
        return Token("query", m.start(), m[0], query=Term(kinds.plain(name), False, frozenset({"language"})))
    if m[2].lower() == "lim" and kinds.known(d.name, name):
        return Token("query", m.start(), m[0], query=Term(kinds.plain(name), True, frozenset({"publication-type"})))
    return Token("query", m.start(), m[0], query=Raw(m[0]))


def _mh(m: re.Match[str], d: Dialect) -> Token:
    subs = tuple(s.strip() for s in (m[4] or "").strip("/").split(",") if s.strip())
    return Token("query", m.start(), m[0], query=Heading((m[2] or m[3]).strip(), "mesh", not m[1], False, subs))


def _descriptor(m: re.Match[str], d: Dialect) -> Token:
    return Token("query", m.start(), m[0], query=Heading(m[1].strip(), "mesh", "explode" in m[2].lower()))


def _raw(m: re.Match[str], d: Dialect) -> Token:
    return Token("query", m.start(), m[0], query=Raw(m[0]))


_OPEN = (re.compile(r"\("), _plain("open"))
_CLOSE = (re.compile(r"\)"), _plain("close"))
_DOUBLE = (re.compile(r'"([^"]*)"'), _plain("phrase"))
_SINGLE = (re.compile(r"'([^']*)'"), _plain("phrase"))
_HASH = (re.compile(r"#(\d{1,4})\b"), _ref)
_WORDS = (re.compile(r"(?:AND\s+NOT|AND|OR|NOT)(?=[\s()]|$)", _I), _op)
_LIST = r"((?:#?\d{1,4})(?:\s*[-,]\s*#?\d{1,4})*)"
_SPAN = r"\"?(\d{4}(?:/\d{1,2}){0,2})\"?\s*(?:\[[^\]]*\])?\s*:\s*\"?(\d{4}(?:/\d{1,2}){0,2})\"?\s*"
_DP = r"\[\s*(?:dp|pdat|date - publication|publication date)\s*\]"
_OVID_CODES = r"\.([a-z]{2}(?:\s*,\s*[a-z]{2})*)\."
_OVID_AFTER = r"\.[a-z]{2}(?:\s*,\s*[a-z]{2})*\."
_OVID_HEADING = (
    r"(?:(exp)\s+)?(\*)?(\"[^\"/]+\"|[^\W_][^()/\"\n]*?)/(?![a-z]?\d)"
    r"(?:((?:[a-z]{2})(?:\s*,\s*[a-z]{2})*)\b)?(?:\s*\[[^\]]*\])?"
)
_DESCRIPTOR = r"MeSH descriptor:\s*\[([^\]]+)\]\s*(explode all trees|this term only|explode[^()]*|)"
_LINKS = r"d[md]_[a-z]{2}(?:\s*,\s*d[md]_[a-z]{2})*"
_EMBASE_MARKS = rf"((?:exp|de|mj|syn|br|{_LINKS})(?:/(?:exp|de|mj|syn|br|{_LINKS}))*)(?![\w/])"
_OTHER_MARKS = r"(?:'[^']+'|[^\s()':\[\]/]+)(?:/[a-z]{2,3}(?:_[a-z]{2})?(?:,[a-z]{2}_[a-z]{2})*)+(?![\w/])"

RULES: dict[str, tuple[Rule, ...]] = {
    "pubmed": (
        (re.compile(_SPAN + _DP, _I), _years),
        (re.compile(r"\"?(\d{4})\"?\s*" + _DP, _I), _years),
        (re.compile(r"\[([^\]\[]*)\]"), _plain("suffix")),
        (re.compile(r"hasabstract(?:text)?(?=[\s()]|$)", _I), _raw),
        _OPEN, _CLOSE, _DOUBLE, _HASH, _WORDS,
        (re.compile(r"[^\s()\[\]\"]+"), _plain("word")),
    ),
    "ovid": (
        (re.compile(r"\b(or|and|not)/" + _LIST, _I), _combine),
        (re.compile(_OVID_HEADING, _I), _ovid_heading),
        (re.compile(_OVID_CODES, _I), _plain("suffix")),
        _OPEN, _CLOSE, _DOUBLE, _WORDS,
        (re.compile(r"(adj)(\d{0,3})\b", _I), _near),
        (re.compile(rf"[^\s()\"]+?(?={_OVID_AFTER}|[\s()\"]|$)", _I), _plain("word")),
    ),
    "embase": (
        (re.compile(r"(?:'([^']+)'|([^\s()':\[\]]+))/" + _EMBASE_MARKS, _I), _embase_heading),
        (re.compile(r"\[(\d{4}|\*)(?:-(\d{4}|\*))?\]/py\b", _I), _years),
        (re.compile(r"\[([^\]]*)\]/([a-z]+)\b", _I), _embase_limit),
        (re.compile(_OTHER_MARKS, _I), _plain("mark")),
        (re.compile(r":([a-z]{2,3}(?:\s*,\s*[a-z]{2,3})*)\b", _I), _plain("suffix")),
        _OPEN, _CLOSE, _SINGLE, _DOUBLE, _HASH, _WORDS,
        (re.compile(r"(near|next)/(\d{1,3})\b", _I), _near),
        (re.compile(r"[^\s()':\"\[\]]+"), _plain("word")),
    ),
    "cochrane": (
        (re.compile(r"\[mh\s+(\^)?\s*(?:\"([^\"]+)\"|([^\]/]+?))\s*(/[^\]]*)?\]", _I), _mh),
        (re.compile(_DESCRIPTOR, _I), _descriptor),
        (re.compile(r"\{\s*(or|and)\s+" + _LIST + r"\s*\}", _I), _combine),
        (re.compile(r":([a-z]{2,3}(?:\s*,\s*[a-z]{2,3})*)\b", _I), _plain("suffix")),
        _OPEN, _CLOSE, _DOUBLE, _HASH, _WORDS,
        (re.compile(r"(near|next)(?:/(\d{1,3}))?(?=[\s()\"]|$)", _I), _near),
        (re.compile(r"[^\s()\":\[\]{}]+"), _plain("word")),
    ),
    "wos": (
        (re.compile(r"PY\s*=\s*\(\s*\"?(\d{4})(?:\s*-\s*(\d{4}))?\"?\s*\)", _I), _years),
        (re.compile(r"PY\s*=\s*\"?(\d{4})(?:\s*-\s*(\d{4}))?\"?", _I), _years),
        (re.compile(r"([A-Z]{2,4})\s*=\s*"), _plain("prefix")),
        _OPEN, _CLOSE, _DOUBLE, _HASH, _WORDS, (re.compile(r"SAME(?=[\s()]|$)"), _same),
        (re.compile(r"(near)(?:/(\d{1,3}))?(?=[\s()\"]|$)", _I), _near),
        (re.compile(r"[^\s()\"]+"), _plain("word")),
    ),
    "scopus": (
        (re.compile(r"(?:LIMIT-TO|EXCLUDE)\s*\([^()]*\)", _I), _raw),
        (re.compile(r"PUBYEAR\s*(>|<|=|IS|AFT|BEF)\s*(\d{4})\b", _I), _scopus_after),
        (re.compile(r"(?!(?:AND|NOT)\b)([A-Z][A-Z\-]{2,})\s*(?=\()"), _plain("prefix")),
        _OPEN, _CLOSE, _DOUBLE, (re.compile(r"(\{[^}]*\})"), _plain("phrase")), _HASH, _WORDS,
        (re.compile(r"(w|pre)/(\d{1,3})\b", _I), _near),
        (re.compile(r"[^\s()\"{}]+"), _plain("word")),
    ),
    "europepmc": (
        (re.compile(r"PUB_YEAR:\s*\[\s*(\d{4}|\*)\s+TO\s+(\d{4}|\*)\s*\]", _I), _years),
        (re.compile(r"PUB_YEAR:\s*(\d{4})\b", _I), _years),
        (re.compile(r"FIRST_PDATE:\s*\[\s*(\d{4}(?:-\d\d-\d\d)?|\*)\s+TO\s+(\d{4}(?:-\d\d-\d\d)?|\*)\s*\]", _I), _days),
        (re.compile(r"(?:FIRST_PDATE|E_PDATE|P_PDATE_D|UPDATE_DATE):\s*\[[^\]]*\]", _I), _raw),
        (re.compile(r"([A-Z][A-Z_]*)\s*:\s*"), _plain("prefix")),
        _OPEN, _CLOSE, _DOUBLE, _HASH, _WORDS,
        (re.compile(r"[^\s()\":]+"), _plain("word")),
    ),
}  # fmt: skip
_FAMILY = {"ovid-medline": "ovid", "ovid-embase": "ovid"}
_STOP = re.compile(r"\s(?:or|not|adj\d*)\s|\sand\s+(?:exp\s|\*)|[.,;]\s*[a-z]{2}\.", _I)
_AND = re.compile(r"\sand\s", _I)


def tokens(text: str, dialect: Dialect) -> Iterator[Token]:
    """Give the tokens of one line; what fits nowhere comes as a bad one, a character at a time."""
    rules = RULES[_FAMILY.get(dialect.name, dialect.name)]
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        for pattern, make in rules:
            found = pattern.match(text, at)
            if found is None or found.end() == at or _no_heading(found, make, text):
                continue
            yield make(found, dialect)
            at = found.end()
            break
        else:
            yield Token("bad", at, text[at])
            at += 1


def _no_heading(found: re.Match[str], make: Make, text: str) -> bool:
    """Whether what looks like a heading is words before one: heading names hold no "or", and hardly an "and"."""
    if make is not _ovid_heading:
        return False
    name = found[3]
    if name.startswith('"'):
        return False
    before = text[: found.start()].rstrip().lower()
    starts = not before or before.endswith(("(", " or", " and", " not"))
    risky = _AND.search(name) is not None and not found[1] and not found[2] and not name[:1].isupper()
    return _STOP.search(name) is not None or not starts or risky
