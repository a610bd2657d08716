"""How each language writes words, headings, nearness, years and fields."""

import re

from remit.ingest.strategy.dialects import Dialect
from remit.ingest.strategy.tree import Heading, Years

_RESERVED = re.compile(r"(?:and|or|not|adj\d*|near|next|pre|w/\d+|pre/\d+|near/\d+|next/\d+|limit|exp)", re.IGNORECASE)
_BARE = re.compile(r"[\w\-.*?$#'+&]+")
_ORDER = ("title", "abstract", "keyword")


def field_order(name: str) -> tuple[int, str]:
    """Sort key: title, abstract, keyword, then the rest by name."""
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


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


def wildcards(dialect: Dialect, text: str) -> tuple[str, bool]:
    """The text with the language's wildcards; True where one had to be widened."""
    lost = False
    words = []
    for word in text.split():
        out = ""
        for letter in word:
            if letter not in "*?¤":
                out += letter
            elif letter in dialect.wild:
                out += dialect.wild[letter]
            elif dialect.name in ("pubmed", "europepmc"):
                out, lost = f"{out}*", True
                break
            else:
                out, lost = f"{out}*", True
        words.append(out)
    return " ".join(words), lost


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


def near(dialect: Dialect, between: int, ordered: bool) -> tuple[str, str]:
    """The word between two sides, and what of it is lost."""
    name = dialect.name
    if name.startswith("ovid"):
        if ordered and between == 0:
            return "adj", ""
        return f"adj{between + 1}", "the order of words that are near: Ovid has none here" if ordered else ""
    if name == "embase":
        return f"{'NEXT' if ordered else 'NEAR'}/{between + 1}", ""
    if name == "cochrane":
        if ordered and between == 0:
            return "NEXT", ""
        return (
            f"NEAR/{between}",
            "the order of words that are near: the Cochrane Library has none" if ordered else "",
        )
    if name == "scopus":
        return f"{'PRE' if ordered else 'W'}/{between}", ""
    return f"NEAR/{between}", "the order of words that are near: Web of Science has none" if ordered else ""


def years(name: str, span: Years) -> str | None:
    """A span of years in the query, or None where the language sets it beside."""
    if name == "pubmed":
        return f"{span.first or '1000'}:{span.last or '3000'}[dp]"
    first, last = span.first[:4], span.last[:4]
    if name == "embase":
        return f"[{first or '1800'}-{last or '3000'}]/py"
    if name == "wos":
        return f"PY={first or '1800'}-{last or '3000'}"
    if name == "europepmc":
        return f"PUB_YEAR:[{first or '1800'} TO {last or '3000'}]"
    if name == "scopus":
        low = f"PUBYEAR > {int(first) - 1}" if first else ""
        high = f"PUBYEAR < {int(last) + 1}" if last else ""
        return " AND ".join(p for p in (low, high) if p) or "PUBYEAR > 1799"
    return None


def natural(name: str) -> str:
    """A heading's words in speaking order: Leukemia, Lymphoid becomes Lymphoid Leukemia."""
    return " ".join(part.strip() for part in reversed(name.split(","))) if name.count(",") == 1 else name


def without_thesaurus(name: str, words: str) -> str:
    """A heading where there is no thesaurus."""
    forms = {"wos": f'TS="{words}"', "scopus": f'INDEXTERMS("{words}")', "europepmc": f'KW:"{words}"'}
    return forms[name]


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
