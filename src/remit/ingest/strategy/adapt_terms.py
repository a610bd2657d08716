"""Words and headings put into what another language can say: publication types, languages, headings, wildcards."""

import re
from dataclasses import replace

from remit.ingest.strategy import kinds, marks, subheadings
from remit.ingest.strategy.dialects import Dialect
from remit.ingest.strategy.fields import ALL, KEYS, TEXT, TIAB, TIABKW, TOPIC, Fields
from remit.ingest.strategy.place import Places
from remit.ingest.strategy.said import Said
from remit.ingest.strategy.spell import spelled
from remit.ingest.strategy.tree import Bool, Heading, Query, Term, joined

_ISSN = re.compile(r"\d{4}-\d{3}[\dXx]")
TYPE: Fields = frozenset({"publication-type"})
LANGUAGE: Fields = frozenset({"language"})
JOURNAL: Fields = frozenset({"journal"})
SUBHEADING: Fields = frozenset({"subheading"})
_EMTREE = {"animals": "animal", "humans": "human"}
_MESH = {"animal": "Animals", "human": "Humans"}
AUTHOR: Fields = frozenset({"author"})
_CUTS_NAMES = ("ovid-medline", "ovid-embase", "embase", "wos")
_WORDS = {"wos": TOPIC, "scopus": frozenset({"heading-word"}), "europepmc": KEYS}


class Terms:
    """Terms and headings of one language in another."""

    def __init__(self, source: Dialect, aim: Dialect, said: Said) -> None:
        self.source, self.aim, self.said = source, aim, said
        self.places = Places(source, aim, said)

    def term(self, term: Term) -> Query | None:
        """A word or phrase in its fields."""
        special = {TYPE: self.kind, LANGUAGE: self.language, JOURNAL: self.journal, SUBHEADING: self.floating}
        if term.fields in special:
            return special[term.fields](term)
        names = self.places.of(term.fields or self.default(term))
        term = self.author(term) if term.fields == AUTHOR else term
        return None if names is None else self.spelled(replace(term, fields=names))

    def author(self, term: Term) -> Term:
        """An author's name: smith j[au] of PubMed finds every initial after J by itself, unless it is quoted."""
        if self.aim.name in ("pubmed", "europepmc"):
            return replace(term, text=term.text.removesuffix("*"))
        cut = self.source.name == "pubmed" and not term.quoted and " " in term.text and "*" not in term.text
        return replace(term, text=f"{term.text}*") if cut and self.aim.name in _CUTS_NAMES else term

    def spelled(self, term: Term, whole: bool = False) -> Query | None:
        """The term with the wildcards the language has: itself, or any of several, or its words joined by AND."""
        if term.text.startswith("{") and self.aim.name != "scopus":
            self.said.lose(f"{term.text}: {self.aim.title} does not look for the signs between words", "more")
            term = replace(term, text=term.text.strip("{}"))
        got = spelled(self.aim, term.text, self.said.strict, whole)
        if got.why:
            self.said.lose(got.why, got.effect)
        if not got.texts:
            return None
        if got.split:
            each = [self.words(t, term) for t in got.texts]
            return joined("or", tuple(each))
        return joined("or", tuple(replace(term, text=t) for t in got.texts))

    @staticmethod
    def words(text: str, term: Term) -> Query:
        return joined("and", tuple(Term(w, False, term.fields) for w in text.split()))

    def default(self, term: Term) -> Fields:
        """Where a word without field is looked for."""
        if self.source.name == "pubmed":
            what = f"{term.text!r} has no field: what PubMed maps it to is not translated; searched as words"
            self.said.lose(what, "either")
            return TIABKW
        return TEXT if self.source.name.startswith("ovid") else ALL

    def kind(self, term: Term) -> Query | None:
        """A publication type: the same, its counterpart, a heading or words for it, or None."""
        name, aim = kinds.plain(term.text), self.aim
        own, theirs = kinds.family(self.source.name), kinds.family(aim.name)
        if own == theirs:
            if own == kinds.NLM and "pubmed" in (self.source.name, aim.name) and name in kinds.BROADER:
                what = f"the publication type {term.text}: PubMed takes its narrower types too, {{}} does not"
                other = self.source if aim.name == "pubmed" else aim
                self.said.lose(what.format(other.title), "more" if aim.name == "pubmed" else "fewer")
            elif "cochrane" in (self.source.name, aim.name) or "europepmc" in (self.source.name, aim.name):
                self.said.lose(f"the publication type {term.text}: which records have it differs", "either")
            return self.spelled(term)
        there = kinds.document(self.source.name, name, aim.name)
        if there:
            self.said.lose(
                f"the publication type {term.text}: written {there}; which records have it differs", "either"
            )
            return Term(there, " " in there, TYPE)
        return self.study(term, kinds.STUDIES.get(name, "") if own == kinds.NLM else "")

    def study(self, term: Term, heading: str) -> Query | None:
        """A kind of study where publication types are kinds of document."""
        what = f"the publication type {term.text}: {self.aim.title} has no such type"
        if heading and self.aim.thesaurus == "emtree":
            self.said.lose(f"{what}; the Emtree heading {heading!r} is searched", "either")
            return Heading(heading, "emtree")
        if heading and not self.said.strict:
            self.said.lose(f"{what}; searched as words in title and abstract", "either")
            names = self.places.nearest(TIAB)
            return None if names is None else Term(kinds.plain(term.text), True, names)
        self.said.lose(what)
        return None

    def language(self, term: Term) -> Query | None:
        """A language, by its name; by its codes in Europe PMC."""
        name = kinds.language(term.text)
        if self.aim.name != "europepmc":
            return replace(term, text=name)
        codes = kinds.LANGUAGES.get(kinds.plain(name))
        if codes is None:
            self.said.lose(f"the language {term.text}: Europe PMC has codes of languages; this one is not known")
            return None
        return joined("or", tuple(Term(c, False, LANGUAGE) for c in codes))

    def journal(self, term: Term) -> Query | None:
        """A journal: PubMed and Europe PMC take its title, its abbreviation or its ISSN."""
        if self.source.name == "pubmed" and _ISSN.fullmatch(term.text.strip()):
            issn = replace(term, fields=frozenset({"issn"}))
            names = self.places.of(issn.fields)
            return None if names is None else replace(issn, fields=names)
        if self.source.name in ("pubmed", "europepmc") and self.aim.name not in ("pubmed", "europepmc"):
            what = f"the journal {term.text}: {self.source.title} takes a title or an abbreviation"
            if self.aim.name == "embase":
                return replace(term, fields=frozenset({"journal", "journal-abbreviation"}))
            self.said.lose(f"{what}, {self.aim.title} only the full title: write that", "fewer")
            names = self.places.nearest(JOURNAL)
        else:
            names = self.places.of(JOURNAL)
        return None if names is None else self.spelled(replace(term, fields=names))

    def floating(self, term: Term) -> Query | None:
        """A subheading of any heading."""
        if {self.source.name, self.aim.name} == {"pubmed", "ovid-medline"}:
            code = subheadings.mesh_code(term.text)
            self.narrower((code,), "any heading")
            return term
        names = self.places.of(SUBHEADING) if self.source.thesaurus == self.aim.thesaurus else None
        if names is None:
            self.said.lose(f"the subheading {term.text} of any heading: {self.aim.title} has none like it")
        return None if names is None else replace(term, fields=names)

    def heading(self, heading: Heading) -> Query | None:
        """A heading in a thesaurus, or its words where there is none."""
        if not self.aim.thesaurus:
            return self.without_thesaurus(heading)
        if self.aim.thesaurus != heading.thesaurus:
            return self.other_thesaurus(heading)
        if heading.major and self.aim.name == "cochrane":
            what = f"{heading.name} as a major topic: the Cochrane Library does not tell; any topic"
            self.said.lose(what, "" if self.said.strict else "more")
            if self.said.strict:
                return None
            heading = replace(heading, major=False)
        if not heading.subheadings or self.source.name == self.aim.name:
            return heading
        return self.mesh_subs(heading) if self.aim.thesaurus == "mesh" else self.emtree_subs(heading)

    def without_thesaurus(self, heading: Heading) -> Query | None:
        with_subs = f" with {', '.join(heading.subheadings)}" if heading.subheadings else ""
        seen = f"{heading.name}{with_subs} as a {'major ' if heading.major else ''}heading"
        narrower = " and the narrower headings under it" if heading.explode else ""
        what = f"{seen}{narrower}: {self.aim.title} has no thesaurus"
        if self.said.strict:
            self.said.lose(f"{what}, and its words would exclude more")
            return None
        self.said.lose(f"{what}; searched as words: add the narrower ones", "either")
        return Term(marks.natural(heading.name), True, _WORDS[self.aim.name])

    def other_thesaurus(self, heading: Heading) -> Query | None:
        emtree = self.aim.thesaurus == "emtree"
        theirs = "Emtree" if emtree else "MeSH"
        if heading.subheadings:
            subs = ", ".join(heading.subheadings)
            what = f"the subheadings {subs} of {heading.name}: {theirs} has its own"
            if self.said.strict:
                self.said.lose(what)
                return None
            self.said.lose(f"{what}; left out", "more")
        what = f"the heading {heading.name}: look up its name in {theirs}; what it explodes to differs"
        self.said.lose(what, "either")
        if heading.major and self.aim.name == "cochrane":
            return self.heading(replace(heading, thesaurus="mesh", subheadings=()))
        name = marks.natural(heading.name).lower() if emtree else heading.name
        name = _EMTREE.get(name, name) if emtree else _MESH.get(name.lower(), name)
        return replace(heading, name=name, thesaurus=self.aim.thesaurus, subheadings=())

    def mesh_subs(self, heading: Heading) -> Heading | None:
        """MeSH subheadings as names (PubMed) or codes."""
        codes = tuple(subheadings.mesh_code(s) for s in heading.subheadings)
        if not all(codes) and self.aim.name != "pubmed":
            return self.subs_left_out(heading, codes)
        self.narrower(codes, heading.name)
        return heading if self.aim.name == "pubmed" else replace(heading, subheadings=codes)

    def narrower(self, codes: tuple[str, ...], name: str) -> None:
        """Say where PubMed takes narrower subheadings and the other does not."""
        broad = ", ".join(c for c in codes if subheadings.has_narrower(c))
        if broad and (self.source.name == "pubmed") != (self.aim.name == "pubmed"):
            other = self.aim if self.source.name == "pubmed" else self.source
            what = f"the subheading {broad} of {name}: PubMed takes its narrower ones too, {other.title} does not"
            self.said.lose(what, "more" if self.aim.name == "pubmed" else "fewer")

    def emtree_subs(self, heading: Heading) -> Query | None:
        """Emtree subheadings: dd_ae and dm_si of Embase.com, ae and si of Ovid."""
        to_embase = self.aim.name == "embase"
        if to_embase:
            found = tuple(subheadings.for_embase(s) for s in heading.subheadings)
        else:
            found = tuple((c,) if (c := subheadings.of_embase(s)) else () for s in heading.subheadings)
        if not all(found):
            return self.subs_left_out(heading, tuple("".join(f) for f in found))
        written = tuple(dict.fromkeys(code for codes in found for code in codes))
        was = ", ".join(heading.subheadings)
        self.said.lose(f"the subheadings {was} of {heading.name}: written {', '.join(written)}; check them there")
        if not to_embase:
            return replace(heading, subheadings=written)
        return joined("or", tuple(replace(heading, subheadings=(code,)) for code in written))

    def subs_left_out(self, heading: Heading, found: tuple[str, ...]) -> Heading | None:
        unknown = ", ".join(s for s, code in zip(heading.subheadings, found, strict=True) if not code)
        what = f"the subheading {unknown} of {heading.name}: not known in {self.aim.title}"
        if self.said.strict:
            self.said.lose(what)
            return None
        self.said.lose(f"{what}; {heading.name} with any subheading", "more")
        return replace(heading, subheadings=())


def only_words(query: Query) -> bool:
    """Whether a query is words and nothing else."""
    return isinstance(query, Term) or (isinstance(query, Bool) and all(only_words(p) for p in query.parts))
