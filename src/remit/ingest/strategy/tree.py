"""A strategy as a tree. Wildcards in words are one alphabet: * any letters, ? one letter, ¤ one letter or none."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Op = Literal["and", "or", "not"]
Severity = Literal["error", "warning"]
ALL = frozenset({"all"})


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, looked for in any of `fields`; no fields: wherever the database looks by itself."""

    text: str
    quoted: bool = False
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a thesaurus (`mesh` or `emtree`), with everything below it when exploded."""

    name: str
    thesaurus: str
    explode: bool = True
    major: bool = False
    subheadings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Years:
    """Published from `first` to `last`, as printed; blank is open."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Near:
    """Both within `between` words of each other; in this order when `ordered`."""

    left: "Query"
    right: "Query"
    between: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Bool:
    """Parts joined by one operator; `not` takes the later parts away from the first."""

    op: Op
    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """Another line of the strategy, by its number."""

    line: int


@dataclass(frozen=True, slots=True)
class Limited:
    """A query under a limit of its own database, kept as printed."""

    query: "Query"
    limit: str


@dataclass(frozen=True, slots=True)
class Raw:
    """Something that was not understood, as printed."""

    text: str


Query: TypeAlias = Term | Heading | Years | Near | Bool | Ref | Limited | Raw


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """Something wrong or risky: the strategy's line, the column from 1, what was seen and what to do."""

    line: int
    column: int
    rule: str
    seen: str
    advice: str
    severity: Severity = "error"

    def __str__(self) -> str:
        word = "" if self.severity == "error" else "warning: "
        return f"line {self.line}, column {self.column}: {word}{self.seen}; {self.advice} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, its text without the number, and what it means (None: it could not be read)."""

    number: int
    text: str
    query: Query | None


@dataclass(frozen=True, slots=True)
class Strategy:
    """A whole strategy; what runs is its last line."""

    dialect: str
    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...]
    numbered: bool

    @property
    def errors(self) -> tuple[Remark, ...]:
        """What keeps it from being run or translated."""
        return tuple(r for r in self.remarks if r.severity == "error")


def children(query: Query) -> tuple[Query, ...]:
    """The parts directly inside."""
    if isinstance(query, Bool):
        return query.parts
    if isinstance(query, Near):
        return (query.left, query.right)
    return (query.query,) if isinstance(query, Limited) else ()


def walk(query: Query) -> Iterator[Query]:
    """The query and everything inside it, outermost first."""
    waiting = [query]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(children(here)))


def joined(op: Op, parts: tuple[Query, ...]) -> Query:
    """Join parts, taking a part of the same operator apart where that changes nothing."""
    flat: list[Query] = []
    for i, part in enumerate(parts):
        same = isinstance(part, Bool) and part.op == op and (op != "not" or i == 0)
        flat.extend(part.parts if isinstance(part, Bool) and same else (part,))
    return flat[0] if len(flat) == 1 else Bool(op, tuple(flat))


def mapped(query: Query, change: "dict[int, Query]") -> Query:
    """Return the query with every line reference replaced by that line; a line that is not there stays a reference."""
    if isinstance(query, Ref):
        return change.get(query.line, query)
    if isinstance(query, Bool):
        return joined(query.op, tuple(mapped(p, change) for p in query.parts))
    if isinstance(query, Near):
        return replace(query, left=mapped(query.left, change), right=mapped(query.right, change))
    return replace(query, query=mapped(query.query, change)) if isinstance(query, Limited) else query


def whole(strategy: Strategy) -> Query | None:
    """Return the last line with every reference resolved, or None where a line could not be read."""
    held: dict[int, Query] = {}
    for line in strategy.lines:
        if line.query is None:
            return None
        held[line.number] = mapped(line.query, held)
    return held[strategy.lines[-1].number] if strategy.lines else None


def meaning(query: Query) -> Query:
    """Return a normal form, in which strategies that find the same are the same as far as this can be seen.

    A word in several fields is any of them, nearness of alternatives is any of their nearnesses, a span of years is
    both its ends, a heading with several subheadings is any of them; order does not matter to and and or.
    """
    if isinstance(query, Term):
        if len(query.fields) > 1:
            parts = tuple(Term(query.text, query.quoted, frozenset({f})) for f in sorted(query.fields))
            return meaning(Bool("or", parts))
        return Term(" ".join(query.text.lower().split()), " " in query.text, query.fields)
    if isinstance(query, Bool):
        return _sorted(joined(query.op, tuple(meaning(p) for p in query.parts)))
    if isinstance(query, Near):
        pairs = tuple(_pair(a, b, query) for a in _any(meaning(query.left)) for b in _any(meaning(query.right)))
        kept = tuple(p for p in pairs if _fields(p.left) == _fields(p.right)) or pairs
        return kept[0] if len(kept) == 1 else _sorted(Bool("or", kept))
    if isinstance(query, Years) and query.first and query.last:
        return Bool("and", (Years("", query.last), Years(query.first, "")))
    if isinstance(query, Heading):
        each = tuple(replace(query, name=query.name.lower(), subheadings=(s.lower(),)) for s in query.subheadings)
        if len(each) > 1:
            return _sorted(Bool("or", each))
        return each[0] if each else replace(query, name=query.name.lower())
    return replace(query, query=meaning(query.query)) if isinstance(query, Limited) else query


def _sorted(query: Query) -> Query:
    if not isinstance(query, Bool):
        return query
    head, tail = (query.parts[:1], query.parts[1:]) if query.op == "not" else ((), query.parts)
    kept = (*head, *sorted(set(tail), key=_named))
    return kept[0] if len(kept) == 1 else Bool(query.op, kept)


def _named(query: Query) -> str:
    """A text to sort by that does not hang on the order of a set."""
    if isinstance(query, Term):
        return f"Term {query.text} {sorted(query.fields)}"
    inside = [_named(p) for p in children(query)]
    if isinstance(query, Near):
        return f"Near {query.between} {query.ordered} {inside}"
    if isinstance(query, Bool):
        return f"Bool {query.op} {inside}"
    return f"{type(query).__name__} {inside}" if inside else repr(query)


def _any(query: Query) -> tuple[Query, ...]:
    return query.parts if isinstance(query, Bool) and query.op == "or" else (query,)


def _fields(query: Query) -> frozenset[str]:
    return frozenset[str]().union(*(t.fields for t in walk(query) if isinstance(t, Term)))


def _pair(left: Query, right: Query, near: Near) -> Near:
    if not near.ordered and _named(right) < _named(left):
        left, right = right, left
    return Near(left, right, near.between, near.ordered)
