"""Read a strategy: numbered lines or one piece of text, in the language of one database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from remit.errors import UsageError
from remit.ingest.strategy.dialects import DIALECTS, NAMES, Dialect
from remit.ingest.strategy.tokens import Token, tokens
from remit.ingest.strategy.tree import (
    Bool,
    Heading,
    Limited,
    Line,
    Near,
    Op,
    Query,
    Raw,
    Ref,
    Remark,
    Strategy,
    Term,
    joined,
)

DEEPEST = 60
_NUMBERED = re.compile(r"\s*(?:#\s*)?(\d{1,4})\s*[.):\t ]\s*(\S.*)")
_HITS = re.compile(r"\s*(?:\(\s*[\d,. ]+\s*\)|\t[\d,. ]+)\s*$")
_EXPLAINED = re.compile(r"\s*\[mp=[^\]]*\]", re.IGNORECASE)
_LIMIT = re.compile(r"limit\s+#?(\d{1,4})\s+to\s+(.+)", re.IGNORECASE)
_REMOVE = re.compile(r"(remove duplicates) from\s+#?(\d{1,4})\s*", re.IGNORECASE)
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "\xa0": " "})
_LIMITED = str.maketrans("123456789", "¹²³⁴⁵⁶⁷⁸⁹")
_SUBJECT = frozenset({"subject"})
_MESH = re.compile(r"\s*(mesh|mh|mesh terms?|majr|mesh major topic|mj)\s*(?::\s*(no\s?exp))?\s*", re.IGNORECASE)
_SPACED = re.compile(r"\s*(title/abstract|tiab|title|ti|abstract|ab|affiliation|ad)\s*:\s*~(\d{1,3})\s*", re.IGNORECASE)


@dataclass(slots=True)
class _Reader:
    """One line being read."""

    dialect: Dialect
    number: int
    lines: frozenset[int]
    items: Sequence[Token]
    at: int = 0
    remarks: list[Remark] = field(default_factory=list)

    def note(self, token: Token | None, rule: str, seen: str, advice: str, warn: bool = False) -> None:
        """Remember something wrong at a token, or at the end."""
        last = self.items[-1].start + len(self.items[-1].text) if self.items else 0
        column = (token.start if token is not None else last) + 1
        self.remarks.append(Remark(self.number, column, rule, seen, advice, "warning" if warn else "error"))

    def peek(self) -> Token | None:
        """The next token."""
        return self.items[self.at] if self.at < len(self.items) else None

    def level(self, depth: int) -> Query | None:
        """Read up to the closing bracket of this level."""
        parts: list[Query] = []
        ops: list[Token] = []
        while (token := self.peek()) is not None and token.kind != "close":
            if token.kind in ("op", "near"):
                self.at += 1
                if len(ops) >= len(parts):
                    advice = "remove it, or write what is missing"
                    self.note(token, "operator", f"{token.text} with nothing before it", advice)
                else:
                    ops.append(token)
                continue
            part = self.operand(token, depth)
            if part is None:
                continue
            if len(ops) < len(parts):
                advice = "write AND or OR between them"
                self.note(token, "missing-operator", f"no operator before {token.text!r}", advice, warn=True)
                ops.append(Token("op", token.start, "", "and"))
            parts.append(part)
        if len(ops) >= len(parts) and ops:
            self.note(
                ops[-1], "operator", f"{ops[-1].text} with nothing after it", "remove it, or write what is missing"
            )
            ops = ops[: max(len(parts) - 1, 0)]
        return self.folded(parts, ops) if parts else None

    def folded(self, parts: list[Query], ops: list[Token]) -> Query:
        """Join operands by what binds first: nearness, then the operators in the order of the language."""
        words = {t.value for t in ops if t.kind == "op"}
        if "or" in words and len(words) > 1:
            seen, advice = "operators mixed without brackets", "put brackets around what belongs together"
            self.note(ops[0], "mixed-operators", seen, advice, warn=True)
        close = [t for t in ops if t.kind == "near"]
        if len(close) > DEEPEST:
            self.note(close[0], "too-deep", f"more than {DEEPEST} words near one another", "break it into lines")
        parts, ops = list(parts), list(ops)
        i = 0
        while i < len(ops):
            if ops[i].kind == "near":
                parts[i : i + 2] = [Near(parts[i], parts[i + 1], ops[i].number, ops[i].ordered)]
                del ops[i]
            else:
                i += 1
        for group in self.dialect.order:
            i = 0
            while i < len(ops):
                if ops[i].value in group:
                    op: Op = "and" if ops[i].value == "and" else "or" if ops[i].value == "or" else "not"
                    parts[i : i + 2] = [joined(op, (parts[i], parts[i + 1]))]
                    del ops[i]
                else:
                    i += 1
        return parts[0]

    def operand(self, token: Token, depth: int) -> Query | None:
        """Read one operand with its fields."""
        query = self.one(token, depth)
        return query if query is None else _subjects(query, self.dialect)

    def one(self, token: Token, depth: int) -> Query | None:
        if token.kind == "open":
            return self.bracket(token, depth)
        if token.kind == "prefix":
            self.at += 1
            names = self.fields(token)
            after = self.peek()
            inner = (
                self.operand(after, depth) if after is not None and after.kind not in ("op", "near", "close") else None
            )
            if inner is None:
                self.note(token, "field", f"{token.text} with nothing after it", "write what to look for")
            return _within(inner, names) if inner is not None else None
        if token.kind in ("word", "phrase"):
            return self.words(token)
        self.at += 1
        if token.kind == "query":
            return token.query
        if token.kind == "ref":
            return Ref(token.number)
        if token.kind == "combine":
            return _combined(token.value)
        if token.kind == "mark":
            advice = "Embase.com has /exp, /de, /mj and subheadings as /dd_ae of a drug, /dm_si of a disease"
            self.note(token, "heading-mark", f"the mark of a heading in {token.text!r}", advice)
            return None
        if token.kind == "suffix":
            self.note(token, "field", f"the field {token.text} after nothing", "write it right after a word or bracket")
        else:
            self.note(token, "character", f"{token.text!r}", "remove it, or close what it opens")
        return None

    def bracket(self, token: Token, depth: int) -> Query | None:
        self.at += 1
        if depth >= DEEPEST:
            self.note(token, "too-deep", f"more than {DEEPEST} brackets inside one another", "break it into lines")
            self.at = len(self.items)
            return None
        inner = self.level(depth + 1)
        end = self.peek()
        if end is None:
            self.note(token, "bracket", "a bracket that is never closed", "close it where it ends")
        else:
            self.at += 1
        if inner is None:
            self.note(token, "bracket", "empty brackets", "remove them, or write what is missing")
            return None
        after = self.peek()
        if after is not None and after.kind == "suffix":
            self.at += 1
            if self.dialect.name == "pubmed":
                advice = "write the tag after every word: PubMed does not apply it to a bracket"
                self.note(after, "field", f"{after.text} after a bracket", advice, warn=True)
            return _within(inner, self.fields(after))
        return inner

    def words(self, first: Token) -> Query | None:
        """Read words that stand together, or a phrase, and the field after them."""
        taken: list[Token] = []
        while (token := self.peek()) is not None and token.kind in ("word", "phrase"):
            if taken and (token.kind == "phrase" or taken[-1].kind == "phrase"):
                break
            taken.append(token)
            self.at += 1
        after = self.peek()
        names: frozenset[str] = frozenset()
        text = " ".join(self.plain(t.value) for t in taken)
        if after is not None and after.kind == "suffix":
            self.at += 1
            if self.dialect.name == "pubmed":
                special = self.special(text, after)
                if special is not None:
                    return special
            names = self.fields(after)
        if first.kind == "phrase":
            return Term(text, True, names)
        if len(taken) == 1 and not names and self.is_line(first):
            return Ref(int(first.value))
        if len(taken) > 1 and self.dialect.adjacent == "and":
            return Bool("and", tuple(Term(self.plain(t.value), False, names) for t in taken))
        return Term(text, False, names)

    def is_line(self, token: Token) -> bool:
        """Whether a bare number names a line, as Ovid takes it."""
        bare = token.value.isdigit() and len(token.value) <= 4
        return bare and self.dialect.name.startswith("ovid") and len(self.lines) > 1

    def special(self, text: str, tag: Token) -> Query | None:
        """PubMed's headings and its nearness, which are written as fields."""
        mesh = _MESH.fullmatch(tag.value)
        if mesh:
            name, _, subs = text.partition("/")
            major = mesh[1].lower() in ("majr", "mesh major topic", "mj")
            listed = tuple(s.strip() for s in subs.split(",") if s.strip())
            return Heading(name.strip(), "mesh", not mesh[2], major, listed)
        spaced = _SPACED.fullmatch(tag.value)
        if spaced:
            words = text.split()
            names = self.dialect.fields[spaced[1].lower()]
            if len(words) == 2:
                return Near(Term(words[0], False, names), Term(words[1], False, names), int(spaced[2]))
            return Raw(f'"{text}"{tag.text}')
        return None

    def fields(self, token: Token) -> frozenset[str]:
        """The fields a code stands for; an unknown one is an error."""
        out: frozenset[str] = frozenset()
        for code in token.value.split(",") if self.dialect.combines else (token.value,):
            known = self.dialect.fields.get(" ".join(code.lower().split()))
            if known is None:
                some = ", ".join(list(self.dialect.fields)[:12])
                self.note(token, "unknown-field", f"the field {code.strip()!r}", f"{self.dialect.title} has {some} …")
            out |= known or frozenset()
        return out

    def plain(self, word: str) -> str:
        """A word with the language's wildcards written in ours."""
        if self.dialect.name.startswith("ovid"):
            word = re.sub(r"(?<=\w)[$*]([1-9])", lambda m: f"*{m[1].translate(_LIMITED)}", word)
            word = re.sub(r"(?<=\w)\$", "*", word).replace("?", "¤").replace("#", "?")
            return word.removesuffix(":") + ("*" if word.endswith(":") else "")
        if self.dialect.name == "cochrane":
            return word.replace("?", "¤")
        return word.replace("$", "¤") if "¤" in self.dialect.wild else word


def _within(query: Query, names: frozenset[str]) -> Query:
    """Put fields on every word that has none."""
    if isinstance(query, Term):
        return query if query.fields else replace(query, fields=names)
    if isinstance(query, Bool):
        return replace(query, parts=tuple(_within(p, names) for p in query.parts))
    if isinstance(query, Near):
        return replace(query, left=_within(query.left, names), right=_within(query.right, names))
    return query


def _subjects(query: Query, dialect: Dialect) -> Query:
    """Ovid's .sh., which is a heading and no words: humans.sh. is humans/. What is cut stays words."""
    if isinstance(query, Bool):
        return replace(query, parts=tuple(_subjects(p, dialect) for p in query.parts))
    if not isinstance(query, Term) or not query.fields & _SUBJECT or set(query.text) & set("*?¤"):
        return query
    heading = Heading(query.text, dialect.thesaurus, explode=False)
    rest = query.fields - _SUBJECT
    return joined("or", (replace(query, fields=rest), heading)) if rest else heading


def _combined(value: str) -> Query:
    op, _, listed = value.partition(" ")
    numbers: list[int] = []
    for part in listed.replace("#", "").replace(" ", "").split(","):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), min(int(last or first), int(first) + 999) + 1))
    word: Op = "and" if op == "and" else "not" if op == "not" else "or"
    return joined(word, tuple(Ref(n) for n in numbers)) if numbers else Raw(value)


def strategy(text: str, dialect: str) -> Strategy:
    """Read a strategy.

    Raises
    ------
    UsageError
        A dialect nobody knows.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"the language {dialect!r} is not known; choose one of {', '.join(NAMES)}")
    spoken = DIALECTS[dialect]
    numbered, rows = _rows(text, spoken)
    known = frozenset(n for n, _ in rows)
    lines: list[Line] = []
    remarks: list[Remark] = []
    for number, row in rows:
        query, found = _line(number, row.translate(_CURLY), spoken, known)
        lines.append(Line(number, row, query))
        remarks.extend(found)
    if not lines:
        remarks.append(Remark(1, 1, "empty", "no strategy", "write one"))
    return Strategy(dialect, tuple(lines), tuple(remarks), numbered)


def _line(number: int, row: str, dialect: Dialect, known: frozenset[int]) -> tuple[Query | None, list[Remark]]:
    if dialect.name.startswith("ovid"):
        row = _EXPLAINED.sub("", row)
        limit, remove = _LIMIT.fullmatch(row.strip()), _REMOVE.fullmatch(row.strip())
        if limit:
            return Limited(Ref(int(limit[1])), limit[2].strip()), []
        if remove:
            return Limited(Ref(int(remove[2])), remove[1].lower()), []
    reader = _Reader(dialect, number, known, tuple(tokens(row, dialect)))
    query = reader.level(0)
    while (token := reader.peek()) is not None:
        reader.note(token, "bracket", "a closing bracket that nothing opened", "remove it, or open it where it begins")
        reader.at += 1
        more = reader.level(0)
        query = query if more is None else more if query is None else joined("and", (query, more))
    if query is None and not reader.remarks:
        reader.note(None, "empty", "a line that looks for nothing", "remove it, or write what is missing")
    return query, reader.remarks


def _rows(text: str, dialect: Dialect) -> tuple[bool, list[tuple[int, str]]]:
    """Number and text of each line; without numbers one piece, or a line each where the database works by lines."""
    given = [line.rstrip() for line in text.splitlines() if line.strip()]
    found = [_NUMBERED.fullmatch(line) for line in given]
    if len(given) > 1 and found[0] is not None and int(found[0][1]) == 1 and _next(found) is not None:
        rows: list[tuple[int, str]] = []
        for line, match in zip(given, found, strict=True):
            if match is not None and (not rows or int(match[1]) >= rows[-1][0]) and int(match[1]) <= len(given) + 1:
                rows.append((int(match[1]), _HITS.sub("", match[2])))
            elif rows:
                rows[-1] = (rows[-1][0], f"{rows[-1][1]} {line.strip()}")
        return True, rows
    if dialect.lines and len(given) > 1:
        return True, [(i, _HITS.sub("", line.strip())) for i, line in enumerate(given, 1)]
    return False, [(1, " ".join(line.strip() for line in given))] if given else []


def _next(found: Sequence[re.Match[str] | None]) -> re.Match[str] | None:
    """The line numbered 2, if there is one: one number at the beginning of a text makes no numbered lines."""
    return next((m for m in found if m is not None and int(m[1]) == 2), None)
