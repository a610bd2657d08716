"""A strategy in another database's language, with everything that is not the same there said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from remit.errors import UsageError
from remit.ingest.strategy import marks
from remit.ingest.strategy.dialects import DIALECTS, NAMES, TIAB, TIABKW, Dialect, Fields
from remit.ingest.strategy.tree import (
    ALL,
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

PAIRS = 64
_INSTEAD: dict[str, Fields] = {
    "text": TIABKW,
    "heading-word": frozenset({"keyword"}),
    "subject": frozenset({"keyword"}),
    "key": frozenset({"keyword"}),
    "keyword-plus": frozenset({"keyword"}),
    "substance": TIABKW,
    "trade-name": TIABKW,
    "action": TIABKW,
    "original-title": frozenset({"title"}),
    "body": ALL,
    "text-mined": ALL,
}


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
    writer = _Writer(DIALECTS[strategy.dialect], DIALECTS[aim])
    if writer.aim.lines and strategy.numbered:
        rows = [(line.number, writer.top(line.query)) for line in strategy.lines if line.query is not None]
        sign = "" if aim.startswith("ovid") else "#"
        text = "\n".join(f"{sign}{n}{'.' if not sign else ''} {row}" for n, row in rows)
    else:
        query = whole(strategy)
        text = writer.top(query) if query is not None else ""
    return Translated(aim, text, tuple(writer.lost))


class _Writer:
    """Writes queries in one language and gathers what was lost."""

    def __init__(self, source: Dialect, aim: Dialect) -> None:
        self.source, self.aim = source, aim
        self.same = source.name == aim.name
        self.known = dict(aim.codes)
        if self.same and aim.name == "pubmed":
            self.known[frozenset({"abstract"})] = "ab"
        self.lost: dict[str, None] = {}

    def lose(self, words: str) -> None:
        """Remember something that is not the same there."""
        self.lost[words] = None

    def top(self, query: Query) -> str:
        """A whole line."""
        text = self.query(query)
        if text is None:
            self.lose("a line of which nothing is left: write it by hand")
            return "…"
        return text

    def query(self, query: Query) -> str | None:
        """A query with its fields, in brackets only where it holds its own; None where nothing of it is left."""
        if isinstance(query, Term):
            return self.term(query)
        if isinstance(query, Heading):
            return self.heading(query)
        if isinstance(query, Near):
            return self.near(query)
        if isinstance(query, Bool):
            return self.operators(query)
        if isinstance(query, Ref):
            return f"#{query.line}" if not self.aim.name.startswith("ovid") else str(query.line)
        if isinstance(query, Years):
            return self.years(query)
        return self.verbatim(query)

    def verbatim(self, query: Limited | Raw) -> str | None:
        """Limits and what was not understood: only in their own language."""
        if isinstance(query, Raw):
            if self.same:
                return query.text
            self.lose(f"{query.text}: not translated, left out")
            return None
        inner = self.query(query.query)
        if self.same and inner is not None:
            remove = query.limit == "remove duplicates"
            return f"remove duplicates from {inner}" if remove else f"limit {inner} to {query.limit}"
        self.lose(f"the limit “{query.limit}”: not translated, left out; set it in {self.aim.title} by hand")
        return inner

    def years(self, query: Years) -> str | None:
        """A span of years."""
        text = marks.years(self.aim.name, query)
        if text is None:
            span = f"{query.first or '…'} to {query.last or '…'}"
            self.lose(f"published {span}: {self.aim.title} sets it as a limit beside the query")
        return text

    def operators(self, query: Bool) -> str | None:
        """Parts under one operator; one field around all of them where every word has the same."""
        names = _shared(query)
        if names and self.aim.name not in ("pubmed", "europepmc"):
            codes = self.codes(names)
            if codes and (len(codes) == 1 or self.aim.combines or _only_or(query)):
                inner = self.bare(query)
                return marks.around(self.aim, codes, f"({inner})") if inner is not None else None
        parts = [(p, self.query(p)) for p in self.grouped(query)]
        kept = [self.bracketed(p, text, fielded=True) for p, text in parts if text is not None]
        if query.op == "not" and parts[0][1] is None:
            self.lose("a NOT whose first part could not be written: left out")
            return None
        return marks.operator(self.aim, query.op).join(kept) if kept else None

    def grouped(self, query: Bool) -> tuple[Query, ...]:
        """The parts, with neighbours of the same fields put together so that the field is written once."""
        if query.op != "or" or self.aim.name in ("pubmed", "europepmc") or _shared(query):
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

    def bare(self, query: Query) -> str | None:
        """A query of words, without their fields."""
        if isinstance(query, Term):
            return marks.word(self.aim, self.text(query), query.quoted)
        if isinstance(query, Near):
            return self.nearness(query)
        if isinstance(query, Bool):
            parts = [(p, self.bare(p)) for p in query.parts]
            kept = [self.bracketed(p, t) for p, t in parts if t is not None]
            return marks.operator(self.aim, query.op).join(kept) if kept else None
        return self.query(query)

    def text(self, term: Term) -> str:
        """The words of a term with the wildcards of the language."""
        out, lost = marks.wildcards(self.aim, term.text)
        if lost:
            self.lose(
                f"{term.text.replace('¤', '?')}: {self.aim.title} has no such wildcard; written {out}, which finds more"
            )
        return out

    def term(self, term: Term) -> str | None:
        """A word or phrase in its fields."""
        names = term.fields or self.default(term)
        text = self.text(term)
        if self.aim.name == "europepmc" and " " in text and "*" in text:
            self.lose(f"{text!r}: Europe PMC cuts no word within a phrase; its words are joined by AND")
            words = tuple(Term(w, False, names) for w in text.split())
            return f"({self.query(Bool('and', words))})"
        written = marks.word(self.aim, text, term.quoted, mapped=not names)
        if not names:
            return written
        codes = self.codes(names)
        return None if codes is None else marks.around(self.aim, codes, written)

    def default(self, term: Term) -> Fields:
        """Where a word without field is looked for."""
        if self.same:
            return frozenset()
        if self.source.name == "pubmed":
            self.lose(f"{term.text!r} has no field: what PubMed maps it to is not translated; searched as words")
            return TIABKW
        return frozenset({"text"}) if self.source.name.startswith("ovid") else ALL

    def codes(self, names: Fields) -> tuple[str, ...] | None:
        """The codes for a set of fields: () where the language looks everywhere by itself, None where it has none."""
        known = self.known
        if names in known:
            return (known[names],)
        covering = self.covering(names)
        if covering:
            return covering
        single = {n: known.get(frozenset({n})) for n in sorted(names, key=marks.field_order)}
        if names == ALL:
            return ()
        wider = [(len(f), c) for f, c in known.items() if names < f]
        if wider:
            code = min(wider)[1]
            self.lose(f"{_listed(names)}: {self.aim.title} has only {code}, which looks in more")
            return (code,)
        if len(names) == 1:
            return self.replaced(next(iter(names)))
        kept = tuple(c for c in single.values() if c)
        missing = ", ".join(n for n, c in single.items() if not c)
        self.lose(f"the field {missing}: {self.aim.title} has none like it, left out")
        return kept or None

    def covering(self, names: Fields) -> tuple[str, ...]:
        """Codes that together are exactly these fields, the widest first; () where there are none."""
        left, out = set(names), []
        for fields, code in self.known.items():
            if fields <= left:
                out.append((min(marks.field_order(f) for f in fields), code))
                left -= fields
        return tuple(code for _, code in sorted(out)) if not left else ()

    def replaced(self, name: str) -> tuple[str, ...] | None:
        """Codes of the fields that stand for one the language lacks."""
        instead = _INSTEAD.get(name)
        if instead is None:
            self.lose(f"words in the field {name}: {self.aim.title} has none like it; left out")
            return None
        if name != "text":
            self.lose(f"the field {name}: {self.aim.title} has none like it; searched in {_listed(instead)}")
        return self.codes(instead)

    def heading(self, heading: Heading) -> str | None:
        """A heading in a thesaurus, or its words where there is none."""
        if not self.aim.thesaurus:
            seen = f"{heading.name} as a heading"
            narrower = " and the narrower headings under it" if heading.explode else ""
            self.lose(f"{seen}{narrower}: {self.aim.title} has no thesaurus; searched as words: add the narrower ones")
            return marks.without_thesaurus(self.aim.name, marks.natural(heading.name))
        if self.aim.thesaurus != heading.thesaurus:
            theirs = "Emtree" if self.aim.thesaurus == "emtree" else "MeSH"
            self.lose(f"the heading {heading.name}: look up its name in {theirs}; what it explodes to differs")
            if heading.subheadings:
                subs = ", ".join(heading.subheadings)
                self.lose(f"the subheadings {subs} of {heading.name}: {theirs} has its own; left out")
                heading = replace(heading, subheadings=())
            heading = replace(heading, name=marks.natural(heading.name).lower() if theirs == "Emtree" else heading.name)
        if heading.major and self.aim.name == "cochrane":
            self.lose(f"{heading.name} as a major topic: the Cochrane Library does not tell; any topic")
        return marks.heading(self.aim.name, heading)

    def near(self, query: Near) -> str | None:
        """Nearness with the fields around it."""
        leaves = [t for t in walk(query) if isinstance(t, Term)]
        names = frozenset[str]().union(*(t.fields or self.default(t) for t in leaves))
        if any(t.fields != leaves[0].fields for t in leaves):
            self.lose(f"nearness between words of different fields: searched in {_listed(names)}")
        if self.aim.name == "pubmed":
            return self.pubmed_near(query, names)
        if not self.aim.near:
            self.lose(f"nearness within {query.between} words: {self.aim.title} has none; AND finds more")
            return self.query(joined("and", (query.left, query.right)))
        inner = self.nearness(query)
        codes = self.codes(names) if names else ()
        return None if codes is None or inner is None else marks.around(self.aim, codes, f"({inner})")

    def nearness(self, query: Near) -> str | None:
        """Two sides and the word between them, without fields."""
        sign, lost = marks.near(self.aim, query.between, query.ordered)
        if lost:
            self.lose(lost)
        sides = [(p, self.bare(p)) for p in (query.left, query.right)]
        kept = [self.bracketed(p, t) for p, t in sides if t is not None]
        if len(kept) < 2:
            self.lose("nearness of which one side could not be written: left out")
            return kept[0] if kept else None
        return f" {sign} ".join(kept)

    def pubmed_near(self, query: Near, names: Fields) -> str | None:
        """PubMed's nearness: two plain words in one field, so each pair of alternatives is written out."""
        pairs = [(a, b) for a in _choices(query.left) for b in _choices(query.right)]
        plain = all(t is not None and not set(t.text) & set("*?¤") and " " not in t.text for p in pairs for t in p)
        code = self.known.get(names, "tiab") if names < TIAB else "tiab"
        if names not in (TIABKW, frozenset[str]()) and self.known.get(names) != code:
            self.lose(f"nearness in {_listed(names)}: PubMed has it in {code}")
        if not plain or len(pairs) > PAIRS:
            why = "cut words or phrases" if not plain else f"more than {PAIRS} pairs"
            self.lose(f"nearness within {query.between} words of {why}: PubMed has none of these; AND finds more")
            return self.query(joined("and", (query.left, query.right)))
        if query.ordered:
            self.lose("the order of words that are near: PubMed has none; either order")
        written = [f'"{a.text} {b.text}"[{code}:~{query.between}]' for a, b in pairs if a is not None and b is not None]
        return written[0] if len(written) == 1 else f"({' OR '.join(written)})"


def _choices(query: Query) -> Iterator[Term | None]:
    """The alternatives of one side; None for what is no plain word."""
    if isinstance(query, Bool) and query.op == "or":
        for part in query.parts:
            yield from _choices(part)
    else:
        yield query if isinstance(query, Term) else None


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


def _listed(names: Fields) -> str:
    return "title and abstract" if names == TIAB else ", ".join(sorted(names, key=marks.field_order)) or "any field"
