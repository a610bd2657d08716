"""A query changed into one that another language can say exactly; everything that is not the same is said.

What cannot be said is left out where that finds more, and named. Within NOT it is the other way: what would exclude
more than the source does is left out of the exclusion, or takes the exclusion with it. Left out of an OR, its records
are missed: no other choice is left there, and the words say so.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from remit.ingest.strategy import kinds
from remit.ingest.strategy.adapt_terms import LANGUAGE, Terms, only_words
from remit.ingest.strategy.dialects import Dialect
from remit.ingest.strategy.fields import ALL, TIABKW, Fields
from remit.ingest.strategy.place import listed
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
    children,
    joined,
    walk,
)

PAIRS = 64
_ITEM = re.compile(r"\s+and\s+", re.IGNORECASE)
_IN = re.compile(r"([a-z]+) language|yr\s*=\s*\"?(\d{4})\s*(?:-\s*(\d{4}|current))?\"?", re.IGNORECASE)
_ORDERED = ("embase", "scopus")


class Adapter:
    """Changes queries of one language into another's. `shown` writes a query in the source's own words."""

    def __init__(self, source: Dialect, aim: Dialect, said: Said, shown: Callable[[Query], str]) -> None:
        self.source, self.aim, self.said, self.shown = source, aim, said, shown
        self.terms = Terms(source, aim, said)
        self.lines: set[int] = set()

    def query(self, query: Query) -> Query | None:
        """Return what can be said of a query; None where nothing of it can."""
        if isinstance(query, Term):
            return self.terms.term(query)
        if isinstance(query, Heading):
            return self.terms.heading(query)
        if isinstance(query, Near):
            return self.near(query)
        if isinstance(query, Years):
            return self.years(query)
        if isinstance(query, Ref):
            if query.line not in self.lines:
                self.said.lose(f"line {query.line}: it is not there, or nothing of it could be written")
            return query if query.line in self.lines else None
        if isinstance(query, Raw):
            if query.text != "":
                self.said.lose(f"{query.text}: not translated; set it in {self.aim.title} by hand")
            return None
        if isinstance(query, Limited):
            return self.limited(query)
        if query.op == "and":
            return self.every(query.parts)
        return self.any(query.parts) if query.op == "or" else self.minus(query)

    def name(self, query: Query) -> str:
        """A part in the source's own words, shortened."""
        text = f"line {query.line}" if isinstance(query, Ref) else self.shown(query)
        return text if len(text) <= 120 else f"{text[:117]}…"

    def every(self, parts: tuple[Query, ...]) -> Query | None:
        """Parts joined by AND. A NOT of which only the first part is lost keeps what it takes away."""
        kept: list[Query] = []
        gone: list[Query] = []
        away: list[Query] = []
        for part in parts:
            minus = isinstance(part, Bool) and part.op == "not"
            first = part.parts[0] if isinstance(part, Bool) and minus else part
            got = self.query(first)
            rest = part.parts[1:] if isinstance(part, Bool) and minus else ()
            if got is None:
                gone.append(first)
                away.extend(rest)
                continue
            got = self.without(got, rest)
            if got is None:
                gone.append(part)
            else:
                kept.append(got)
        if not kept or (gone and self.said.strict):
            return None
        for part in gone:
            self.said.lose(f"{self.name(part)}: left out of an AND", "more")
        return self.without(joined("and", tuple(kept)), tuple(away))

    def any(self, parts: tuple[Query, ...]) -> Query | None:
        """Parts joined by OR."""
        got = [(p, self.query(p)) for p in parts]
        kept = tuple(dict.fromkeys(q for _, q in got if q is not None))
        for part, query in got:
            if query is None and kept:
                self.said.lose(f"{self.name(part)}: left out of an OR", "fewer")
        return joined("or", kept) if kept else None

    def minus(self, query: Bool) -> Query | None:
        """The first part without the others."""
        first = self.query(query.parts[0])
        if first is None:
            away = " or ".join(self.name(p) for p in query.parts[1:])
            what = f"{self.name(query.parts[0])} could not be written"
            self.said.lose(f"{what}, so there is nothing to take {away} away from: the exclusion is left out with it")
            return None
        return self.without(first, query.parts[1:])

    def without(self, first: Query, away: tuple[Query, ...]) -> Query | None:
        """Take parts away; what cannot be said is not taken away, or, within NOT, nothing is left of the whole."""
        if not away:
            return first
        with self.said.turned():
            got = [(p, self.query(p)) for p in away]
        for part, query in got:
            if query is None:
                if self.said.strict:
                    return None
                self.said.lose(f"the exclusion of {self.name(part)}: left out", "more")
        kept = tuple(q for _, q in got if q is not None)
        return joined("not", (first, *kept)) if kept else first

    def years(self, query: Years) -> Query | None:
        """A span of time, in whole years where the language has no more."""
        first, last = query.first, query.last
        if self.aim.name.startswith("ovid") or self.aim.name == "cochrane":
            span = f"{first[:4] or '…'} to {last[:4] or '…'}"
            limit = (
                f'yr="{first[:4] or "1800"} -{last[:4] or "Current"}"' if self.aim.name != "cochrane" else "its dates"
            )
            self.said.lose(f"published {span}: {self.aim.title} sets it beside the query, by the limit {limit}")
            return None
        if first.endswith("/01/01") and last.endswith("/12/31") and self.aim.name not in ("pubmed", "europepmc"):
            return Years(first[:4], last[:4])
        if "/" in first + last and self.aim.name not in ("pubmed", "europepmc"):
            what = f"published {first or '…'} to {last or '…'}: {self.aim.title} has whole years only"
            self.said.lose(what, "" if self.said.strict else "more")
            return None if self.said.strict else Years(first[:4], last[:4])
        return query

    def limited(self, query: Limited) -> Query | None:
        """Ovid's limits: language and years are written as words of the query, the others left out."""
        items = [item.strip() for item in _ITEM.split(query.limit.strip("() "))]
        if self.aim.name.startswith("ovid") and all(_IN.fullmatch(i) or i == "remove duplicates" for i in items):
            inner = self.query(query.query)
            return None if inner is None else replace(query, query=inner)
        if query.limit == "remove duplicates":
            self.said.lose(f"“remove duplicates”: {self.aim.title} does it elsewhere, or not at all")
            return self.query(query.query)
        parts: list[Query] = []
        for item in items:
            found = _IN.fullmatch(item)
            if found is None:
                parts.append(Raw(f"limit to {item}"))
            elif found[1]:
                parts.append(Term(kinds.language(found[1]), False, LANGUAGE))
            else:
                last = found[3] or found[2] if "-" not in item or found[3] else ""
                parts.append(Years(found[2], "" if last.lower() == "current" else last))
        return self.every((query.query, *parts))

    def near(self, query: Near) -> Query | None:
        """Nearness, or AND where the language has none."""
        leaves = [t for t in walk(query) if isinstance(t, Term)]
        asked = [t.fields or self.terms.default(t) for t in leaves]
        names = frozenset[str]().union(*asked)
        names = ALL if names & ALL else names
        if any(a != names for a in asked):
            self.said.lose(f"nearness between words of different fields: searched in {listed(names)}", "more")
        if not self.aim.near:
            return self.loosened(query, f"{self.aim.title} has no nearness")
        placed = self.terms.places.of(names)
        if placed is None:
            return None
        return self.pubmed_near(query, placed) if self.aim.name == "pubmed" else self.side(query, placed)

    def loosened(self, query: Near, why: str) -> Query | None:
        """Both sides joined by AND, except within NOT."""
        what = f"nearness within {query.between} words: {why}"
        if self.said.strict:
            self.said.lose(f"{what}; AND would exclude more")
            return None
        self.said.lose(f"{what}; joined by AND", "more")
        sides, left = [query.right], query.left
        while isinstance(left, Near) and isinstance(left.left, Near):
            sides.append(left.right)
            left = left.left
        return self.every((left, *reversed(sides)))

    def side(self, query: Query, names: Fields) -> Query | None:
        """A nearness, or one side of it, in these fields."""
        if isinstance(query, Term):
            return self.terms.spelled(replace(query, fields=names), whole=True)
        if isinstance(query, Bool):
            got = [self.side(p, names) for p in query.parts]
            kept = tuple(q for q in got if q is not None)
            if len(kept) < len(got):
                if query.op == "not" or not kept or (self.said.strict and query.op == "and"):
                    return None
                what = f"part of {self.name(query)} in a nearness: left out"
                self.said.lose(what, "fewer" if query.op == "or" else "more")
            return joined(query.op, kept)
        if not isinstance(query, Near):
            return None
        left, right = self.side(query.left, names), self.side(query.right, names)
        if left is None or right is None:
            return self.one_side(query, left, right)
        return self.apart(left, right, query.between, self.in_order(query))

    def apart(self, left: Query, right: Query, between: int, ordered: bool) -> Query:
        """Nearness of two sides. Web of Science takes no AND inside it: each of the joined parts is near by itself."""
        if self.aim.name == "wos":
            if isinstance(left, Bool) and left.op == "and":
                return joined("and", tuple(self.apart(p, right, between, ordered) for p in left.parts))
            if isinstance(right, Bool) and right.op == "and":
                return joined("and", tuple(self.apart(left, p, between, ordered) for p in right.parts))
        return Near(left, right, between, ordered)

    def one_side(self, query: Near, left: Query | None, right: Query | None) -> Query | None:
        """Of a nearness of which one side could not be written: the other, except within NOT."""
        if self.said.strict or (left is None and right is None):
            return None
        self.said.lose(f"{self.name(query)}: one side could not be written; the other alone", "more")
        return left if right is None else right

    def in_order(self, query: Near) -> bool:
        """Whether the order is kept; said where it is not."""
        kept = self.aim.name in _ORDERED or (
            query.between == 0 and self.aim.name in ("ovid-medline", "ovid-embase", "cochrane")
        )
        if query.ordered and not kept:
            self.said.lose(f"the order of words that are near: {self.aim.title} has none here; either order", "more")
        return query.ordered and kept

    def pubmed_near(self, query: Near, names: Fields) -> Query | None:
        """PubMed's nearness: two plain words in one field, so each pair of alternatives is written out."""
        known = {f for f, code in self.aim.codes if code in ("ti", "tiab", "ad")}
        if names not in known:
            self.said.lose(f"nearness in {listed(names)}: PubMed has it in {listed(TIABKW)}", "either")
            names = TIABKW
        if any(isinstance(p, Near) for p in (*walk(query.left), *walk(query.right))):
            return self.loosened(query, "PubMed has it between two words only")
        written = [self.side(p, names) for p in (query.left, query.right)]
        if None in written:
            return self.one_side(query, written[0], written[1])
        sides = [list(_choices(w)) for w in written]
        pairs = [(a, b) for a in sides[0] for b in sides[1]]
        plain = all(t is not None and "*" not in t.text and " " not in t.text for p in pairs for t in p)
        if not plain or len(pairs) > PAIRS:
            why = "PubMed has none of cut words or phrases" if not plain else f"more than {PAIRS} pairs to write out"
            return self.loosened(query, why)
        self.in_order(query)
        near = tuple(Near(a, b, query.between) for a, b in pairs if a is not None and b is not None)
        return joined("or", near)


def _choices(query: Query | None) -> Iterator[Term | None]:
    """The alternatives of one side; None for what is no plain word."""
    if isinstance(query, Bool) and query.op == "or":
        for part in query.parts:
            yield from _choices(part)
    elif query is not None:
        yield query if isinstance(query, Term) else None


def signs(strategy: Strategy) -> dict[int, int]:
    """Return how each line is used: 1 to find, -1 to exclude, 0 both."""
    held = {line.number: line.query for line in strategy.lines}
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Query | None, int]] = [(strategy.lines[-1].query, 1)] if strategy.lines else []
    while waiting:
        query, sign = waiting.pop()
        if isinstance(query, Ref):
            if (query.line, sign) not in seen:
                seen.add((query.line, sign))
                waiting.append((held.get(query.line), sign))
        elif query is not None:
            turned = isinstance(query, Bool) and query.op == "not"
            waiting.extend((p, -sign if turned and i else sign) for i, p in enumerate(children(query)))
    used = {n: {s for m, s in seen if m == n} for n, _ in seen}
    return {n: 0 if len(s) > 1 else min(s) for n, s in used.items()}


__all__ = ["Adapter", "only_words", "signs"]
