"""A strategy in another database's language, with everything that is not the same there said."""

from dataclasses import dataclass

from remit.errors import UsageError
from remit.ingest.strategy import marks
from remit.ingest.strategy.adapt import Adapter, signs
from remit.ingest.strategy.dialects import DIALECTS, NAMES, Dialect
from remit.ingest.strategy.fields import Fields
from remit.ingest.strategy.place import exact
from remit.ingest.strategy.said import Said
from remit.ingest.strategy.tree import (
    Bool,
    Heading,
    Limited,
    Near,
    Query,
    Raw,
    Ref,
    Strategy,
    Term,
    Years,
    joined,
    walk,
    whole,
)

_ALONE = ("pubmed", "europepmc")


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation: `text` to paste, and `lost`, what could not be said or means something else there."""

    dialect: str
    text: str
    lost: tuple[str, ...]


def translated(strategy: Strategy, aim: str) -> Translated:
    """Translate a strategy.

    Raises
    ------
    UsageError
        A dialect nobody knows, or a strategy with errors: the first is named.
    """
    if aim not in DIALECTS:
        raise UsageError(f"the language {aim!r} is not known; choose one of {', '.join(NAMES)}")
    if strategy.errors:
        raise UsageError(f"the strategy cannot be translated as it stands: {strategy.errors[0]}")
    source, there, said = DIALECTS[strategy.dialect], DIALECTS[aim], Said()
    adapter = Adapter(source, there, said, Printer(source).query)
    printer = Printer(there)

    def top(query: Query, number: int) -> str:
        got = query if strategy.dialect == aim else adapter.query(query)
        if got is None:
            said.lose(f"nothing is left of {adapter.name(query)}: write it by hand")
            return "…"
        adapter.lines.add(number)
        return printer.query(got)

    if there.lines and strategy.numbered:
        used, rows = signs(strategy), []
        for line in strategy.lines:
            if line.query is not None:
                said.sign = used.get(line.number, 1)
                rows.append((line.number, top(line.query, line.number)))
        text = "\n".join(f"{n}. {row}" if aim.startswith("ovid") else f"#{n} {row}" for n, row in rows)
    else:
        query = whole(strategy)
        text = top(query, 0) if query is not None else ""
    return Translated(aim, text, tuple(said.lost))


class Printer:
    """Writes queries that its language can say."""

    def __init__(self, dialect: Dialect) -> None:
        self.aim = dialect
        self.known = dict(dialect.codes)
        if dialect.name == "pubmed":
            self.known[frozenset({"abstract"})] = "ab"

    def query(self, query: Query) -> str:
        """A query with its fields, in brackets only where it holds its own."""
        if isinstance(query, Term):
            codes = self.codes(query.fields)
            written = marks.word(self.aim, self.text(query), query.quoted, mapped=not query.fields)
            return marks.around(self.aim, codes, written)
        if isinstance(query, Heading):
            return marks.heading(self.aim.name, query)
        if isinstance(query, Near):
            return self.near(query)
        if isinstance(query, Bool):
            return self.operators(query)
        if isinstance(query, Ref):
            return f"#{query.line}" if not self.aim.name.startswith("ovid") else str(query.line)
        if isinstance(query, Years):
            return marks.years(self.aim.name, query) or f"the years {query.first or '…'} to {query.last or '…'}"
        if isinstance(query, Raw):
            return query.text
        inner = self.query(query.query)
        return f"remove duplicates from {inner}" if _removes(query) else f"limit {inner} to {query.limit}"

    def text(self, term: Term) -> str:
        return marks.wildcards(self.aim, term.text)

    def codes(self, names: Fields) -> tuple[str, ...]:
        """The codes for a set of fields."""
        if names in self.known:
            return (self.known[names],)
        return exact(tuple(self.known.items()), names)

    def operators(self, query: Bool) -> str:
        """Parts under one operator; one field around all of them where every word has the same."""
        names = _shared(query)
        if names and self.aim.name not in _ALONE:
            codes = self.codes(names)
            if codes and (len(codes) == 1 or self.aim.combines or _only_or(query)):
                return marks.around(self.aim, codes, f"({self.bare(query)})")
        parts = [self.bracketed(p, self.query(p), fielded=True) for p in self.grouped(query)]
        return marks.operator(self.aim, query.op).join(parts)

    def grouped(self, query: Bool) -> tuple[Query, ...]:
        """The parts, with neighbours of the same fields put together so that the field is written once."""
        if query.op != "or" or self.aim.name in _ALONE or _shared(query):
            return query.parts
        out: list[Query] = []
        for part in query.parts:
            last = out[-1] if out else None
            if last is not None and _same_fields(last, part):
                out[-1] = joined("or", (last, part))
            else:
                out.append(part)
        return tuple(out)

    def bracketed(self, part: Query, text: str, fielded: bool = False) -> str:
        """A part in brackets, unless it is one piece already; nearness is one piece where its fields are around it."""
        loose = isinstance(part, Bool) or " AND " in text or (isinstance(part, Near) and not fielded)
        return f"({text})" if loose and not marks.closed(text) else text

    def bare(self, query: Query) -> str:
        """A query of words, without their fields."""
        if isinstance(query, Term):
            return marks.word(self.aim, self.text(query), query.quoted)
        if isinstance(query, Near):
            return self.nearness(query)
        if isinstance(query, Bool):
            return marks.operator(self.aim, query.op).join(self.bracketed(p, self.bare(p)) for p in query.parts)
        return self.query(query)

    def near(self, query: Near) -> str:
        """Nearness with the fields around it."""
        names = frozenset[str]().union(*(t.fields for t in walk(query) if isinstance(t, Term)))
        if self.aim.name == "pubmed":
            words = " ".join(t.text for t in (query.left, query.right) if isinstance(t, Term))
            return f'"{words}"[{"".join(self.codes(names)[:1]) or "tiab"}:~{query.between}]'
        inner = f"({self.nearness(query)})"
        return marks.around(self.aim, self.codes(names), inner)

    def nearness(self, query: Near) -> str:
        """Two sides and the word between them, without fields."""
        sides = [self.bracketed(p, self.bare(p)) for p in (query.left, query.right)]
        return f" {marks.near(self.aim, query.between, query.ordered)} ".join(sides)


def _removes(query: Limited) -> bool:
    return query.limit == "remove duplicates"


def _shared(query: Bool) -> Fields:
    """The fields every word has, where the query holds nothing but words."""
    inside = list(walk(query))
    words = [p for p in inside if isinstance(p, Term)]
    if not words or any(isinstance(p, Heading | Years | Ref | Raw | Limited) for p in inside):
        return frozenset()
    return words[0].fields if all(w.fields == words[0].fields for w in words) else frozenset()


def _same_fields(one: Query, other: Query) -> bool:
    """Whether two parts are words of the same fields, with no operator but or."""
    both = Bool("or", (one, other))
    return bool(_shared(both)) and _only_or(both)


def _only_or(query: Query) -> bool:
    return all(p.op == "or" for p in walk(query) if isinstance(p, Bool)) and not any(
        isinstance(p, Near) for p in walk(query)
    )
