"""How each language writes words, headings, nearness, years and fields."""

import re

from remit.ingest.strategy.dialects import Dialect
from remit.ingest.strategy.tree import Heading, Years

_RESERVED = re.compile(r"(?:and|or|not|adj\d*|near|next|pre|w/\d+|pre/\d+|near/\d+|next/\d+|limit|exp)", re.IGNORECASE)
_BARE = re.compile(r"[\w\-.*?$#'+&]+")
_LIMITED = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")


def operator(dialect: Dialect, op: str) -> str:
    """An operator with its spaces."""
    if dialect.name.startswith("ovid"):
        return f" {op} "
    return " AND NOT " if op == "not" and dialect.name == "scopus" else f" {op.upper()} "


def closed(text: str) -> bool:
    """Whether one pair of brackets stands around the whole text."""
    if not text.startswith("(") or not text.endswith(")"):
        return False
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return i == len(text) - 1
    return False


def wildcards(dialect: Dialect, text: str) -> str:
    """The text with the language's wildcards; one it lacks stays as it would be read."""
    limited = text.translate(_LIMITED) if dialect.name.startswith("ovid") else text
    out = "".join(dialect.wild.get(letter, "?") if letter in "*?¤" else letter for letter in limited)
    return re.sub(r"\*(?=\d)", "$", out) if limited != text else out


def word(dialect: Dialect, text: str, quoted: bool, mapped: bool = False) -> str:
    """A word or phrase, quoted as the language needs it. `mapped`: left to the database's own mapping, as it is."""
    text = text.replace('"', "").replace("{", "").replace("}", "")
    parts = text.split()
    plain = all(_BARE.fullmatch(p) and not _RESERVED.fullmatch(p) for p in parts)
    wild = any(c in text for c in "*?$#")
    name = dialect.name
    if name.startswith("ovid"):
        numeric = len(parts) == 1 and text.isdigit()
        quote = not plain or numeric or (quoted and not wild)
        return f'"{text}"' if quote else text
    if plain and mapped and not quoted and len(parts) > 1:
        return text
    if len(parts) < 2 and plain and not quoted and not (name == "embase" and "'" in text):
        return text
    if name == "embase":
        return f'"{text}"' if "'" in text else f"'{text}'"
    if name == "cochrane" and wild:
        return text if len(parts) < 2 else f"({' NEXT '.join(parts)})"
    return f'"{text}"'


def around(dialect: Dialect, codes: tuple[str, ...], text: str) -> str:
    """Words with their fields: one mark where the language joins codes, otherwise each field by itself."""
    if not codes:
        return text
    name = dialect.name
    if name.startswith("ovid"):
        return f"{text}.{','.join(codes)}."
    if dialect.combines:
        return f"{text}:{','.join(codes)}"
    made = [_one(name, code, text) for code in codes]
    return made[0] if len(made) == 1 else f"({' OR '.join(made)})"


def _one(name: str, code: str, text: str) -> str:
    if name == "pubmed":
        return f"{text}[{code}]"
    if name == "wos":
        return f"{code}={text}"
    if name == "europepmc":
        return f"{code}:{text}"
    return f"{code}{text}" if closed(text) else f"{code}({text})"


def near(dialect: Dialect, between: int, ordered: bool) -> str:
    """The word between two sides that are near; in order where the language has that."""
    name = dialect.name
    if name.startswith("ovid"):
        return "adj" if ordered and between == 0 else f"adj{between + 1}"
    if name == "embase":
        return f"{'NEXT' if ordered else 'NEAR'}/{between + 1}"
    if name == "cochrane":
        return "NEXT" if ordered and between == 0 else f"NEAR/{between}"
    if name == "scopus":
        return f"{'PRE' if ordered else 'W'}/{between}"
    return f"NEAR/{between}"


def years(name: str, span: Years) -> str | None:
    """A span of years in the query, or None where the language sets it beside."""
    if name == "pubmed":
        return f"{span.first or '1000'}:{span.last or '3000'}[dp]"
    first, last = span.first[:4], span.last[:4]
    if name == "embase":
        return f"[{first or '1800'}-{last or '3000'}]/py"
    if name == "wos":
        return f"PY={first or '1800'}-{last or '3000'}"
    if name == "europepmc" and "/" in span.first + span.last:
        return f"FIRST_PDATE:[{_day(span.first, '1800', '01-01')} TO {_day(span.last, '3000', '12-31')}]"
    if name == "europepmc":
        return f"PUB_YEAR:[{first or '1800'} TO {last or '3000'}]"
    if name == "scopus":
        low = f"PUBYEAR > {int(first) - 1}" if first else ""
        high = f"PUBYEAR < {int(last) + 1}" if last else ""
        return " AND ".join(p for p in (low, high) if p) or "PUBYEAR > 1799"
    return None


def _day(date: str, blank: str, rest: str) -> str:
    """A date of Europe PMC from 2020/6/30, 2020/6 or 2020; the last day of a month is taken as its 31st."""
    year, *parts = (date or blank).split("/")
    month = parts[0].zfill(2) if parts else rest[:2]
    day = parts[1].zfill(2) if len(parts) > 1 else "01" if rest == "01-01" else "31"
    return f"{year}-{month}-{day}"


def natural(name: str) -> str:
    """A heading's words in speaking order: Leukemia, Lymphoid becomes Lymphoid Leukemia."""
    return " ".join(part.strip() for part in reversed(name.split(","))) if name.count(",") == 1 else name


def heading(name: str, h: Heading) -> str:
    """A heading of the language's thesaurus."""
    if name == "pubmed":
        tag = ("Majr" if h.major else "Mesh") + ("" if h.explode else ":NoExp")
        made = [f'"{h.name}/{s}"[{tag}]' for s in h.subheadings] or [f'"{h.name}"[{tag}]']
        return made[0] if len(made) == 1 else f"({' OR '.join(made)})"
    if name.startswith("ovid"):
        own = f'"{h.name}"' if re.search(r"[()/]|\b(?:and|or|not|adj\d*|exp)\b", h.name, re.IGNORECASE) else h.name
        subs = ",".join(s.lower() for s in h.subheadings)
        return f"{'exp ' if h.explode else ''}{'*' if h.major else ''}{own}/{subs}"
    if name == "embase":
        marks = [m for m, on in (("exp", h.explode), ("mj", h.major)) if on] or ["de"]
        return f"'{h.name}'/{'/'.join((*marks, *h.subheadings))}"
    subs = f"/{','.join(s.upper() for s in h.subheadings)}" if h.subheadings else ""
    return f'[mh {"" if h.explode else "^"}"{h.name}"{subs}]'
