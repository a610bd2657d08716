"""Where words are looked for: the fields another language has, exactly, or the nearest of them, said."""

from dataclasses import dataclass, field

from remit.ingest.strategy.dialects import Dialect
from remit.ingest.strategy.fields import ALL, TEXT, TIAB, TIABKW, TOPIC, Fields
from remit.ingest.strategy.said import Said
from remit.ingest.strategy.spell import Effect

_ORDER = ("title", "abstract", "keyword")
_BARE = ("embase", "cochrane", "europepmc")
_TOPIC = {"wos": TOPIC, "scopus": TEXT, "cochrane": TEXT, "europepmc": TEXT, "pubmed": TIABKW}
_INSTEAD: dict[str, Fields] = {
    "heading-word": TIABKW,
    "subject": frozenset({"heading-word"}),
    "keyword-plus": frozenset({"keyword"}),
    "substance": TEXT,
    "trade-name": TIABKW,
    "device-trade-name": TIABKW,
    "candidate-term": TIABKW,
    "synonym": TIABKW,
    "organism": TEXT,
    "protocol": TEXT,
    "rare-disease": TEXT,
    "action": TEXT,
    "subheading-word": frozenset({"subheading"}),
    "original-title": frozenset({"title"}),
    "journal-word": frozenset({"journal"}),
    "journal-abbreviation": frozenset({"journal"}),
    "journal": frozenset({"journal-word"}),
    "body": ALL,
    "text-mined": ALL,
}
_OWN = frozenset({"date", "entry-date", "filter", "access", "accession", "journal-subset", "source", "tables"})
_CHECK = {
    "author": "each database writes initials in its own way: check the form of the name",
    "group-author": "check the form of the name",
    "affiliation": "each database writes addresses in its own way",
    "journal": "look up how the database writes the journal's name",
    "substance": "each database has its own names and its own index of them",
    "registry-number": "which numbers a record has differs",
    "subheading": "each database has its own: check it",
}


def order(name: str) -> tuple[int, str]:
    """Sort key: title, abstract, keyword, then the rest by name."""
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def listed(names: Fields) -> str:
    """Fields in words."""
    return ", ".join(sorted(names, key=order)) or "any field"


def exact(codes: tuple[tuple[Fields, str], ...], names: Fields) -> tuple[str, ...]:
    """Codes that together are exactly these fields, the widest first; () where there are none."""
    left, out = set(names), []
    for fields, code in codes:
        if fields <= names and fields & left:
            out.append((min(order(f) for f in fields), code))
            left -= fields
    return tuple(code for _, code in sorted(out)) if not left else ()


@dataclass(frozen=True, slots=True)
class Places:
    """The fields of one language seen from another."""

    source: Dialect
    aim: Dialect
    said: Said
    asked: dict[Fields, Fields] = field(default_factory=dict)

    def of(self, names: Fields) -> Fields | None:
        """Return fields the aim can write exactly, the nearest to those asked for; None where it has none like them."""
        if self.source.name == self.aim.name:
            return names
        if names & ALL:
            return self.everywhere()
        if names & _OWN:
            self.said.lose(f"words in the field {listed(names)}: what stands in it is {self.source.title}'s own")
            return None
        nearest = self.nearest(names)
        if nearest is not None and nearest == names:
            for name in sorted(names & _CHECK.keys()):
                self.said.lose(f"the field {name}: {_CHECK[name]}", "either")
            if names == TEXT and TEXT in (f for f, _ in (*self.source.codes, *self.aim.codes)):
                self.said.lose(
                    f"text words: {self.source.title} and {self.aim.title} each have their own set", "either"
                )
        return nearest

    def everywhere(self) -> Fields:
        """All fields."""
        if self.aim.name == "europepmc":
            self.said.lose("any field: Europe PMC looks in the full text too", "more")
        elif self.aim.name == "scopus":
            self.said.lose("any field: ALL of Scopus looks in the references too", "more")
        else:
            self.said.lose(f"any field: {self.source.title} and {self.aim.title} each have their own", "either")
        return frozenset() if self.aim.name in _BARE else ALL

    def nearest(self, names: Fields) -> Fields | None:
        """The same, without words on what is the same in both."""
        has, said = self.aim.codes, self.said
        usual = _TOPIC.get(self.aim.name)
        by_custom = names == TIABKW and usual is not None and not said.strict
        if exact(has, names) and not by_custom:
            return names
        if usual is not None and names in (TIAB, TIABKW, TEXT, TOPIC) and (not said.strict or usual == TIABKW):
            effect: Effect = (
                "" if names == usual else "more" if names <= usual else "fewer" if usual <= names else "either"
            )
            if names != usual:
                said.lose(f"{listed(names)}: {self.aim.title} looks in {listed(usual)}", effect)
            return usual
        within = frozenset[str]().union(*(f for f, _ in has if f <= names))
        if not said.strict:
            wider = self.wider(names, within)
            if wider is not None:
                said.lose(f"{listed(names)}: {self.aim.title} looks in {listed(wider)}", "more")
                return wider
        if within:
            said.lose(f"the field {listed(names - within)}: {self.aim.title} has none like it, left out", "fewer")
            return within
        return self.instead(names)

    def wider(self, names: Fields, within: Fields) -> Fields | None:
        """The least fields that hold all of these; None where one of them has no such."""
        out = within
        for name in sorted(names - within):
            holding = sorted(
                (f for f, _ in self.aim.codes if name in f and f != ALL), key=lambda f: (len(f), sorted(f))
            )
            if not holding:
                return None
            out |= holding[0]
        return out

    def instead(self, names: Fields) -> Fields | None:
        """Fields that stand for one the language lacks."""
        name = min(names, default="")
        other = _INSTEAD.get(name) if len(names) == 1 else None
        if other is None or (self.said.strict and name not in ("journal", "journal-word", "journal-abbreviation")):
            self.said.lose(f"words in the field {listed(names)}: {self.aim.title} has none like it")
            return None
        if name in ("journal", "journal-word", "journal-abbreviation") and not exact(self.aim.codes, other):
            other = _INSTEAD.get(min(other), other)
        self.said.lose(f"the field {name}: {self.aim.title} has none like it; searched in {listed(other)}", "either")
        return (ALL & other and self.everywhere()) or self.nearest(other)
