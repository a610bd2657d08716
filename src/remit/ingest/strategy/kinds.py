"""Publication types and languages of records, as each database names them.

PubMed, Ovid MEDLINE, the Cochrane Library and Europe PMC have the publication types of the National Library of
Medicine, among them kinds of study. Embase, Web of Science and Scopus have only kinds of document: a randomised trial
is there an article. Embase has the kinds of study as headings.

Sources: NLM, "Publication Characteristics (Publication Types)"; Scopus Search Guide, DOCTYPE; Web of Science Core
Collection help, "Document Types"; Embase Indexing Guide, "Item types" and check tags; Europe PMC, "Search syntax
reference" (LANG).
"""

from dataclasses import dataclass

NLM, ELSEVIER = "nlm", "elsevier"
_FAMILY = {
    "pubmed": NLM,
    "ovid-medline": NLM,
    "cochrane": NLM,
    "europepmc": NLM,
    "embase": ELSEVIER,
    "ovid-embase": ELSEVIER,
    "wos": "wos",
    "scopus": "scopus",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document with its name in each family of databases; blank where a family has none."""

    nlm: str
    elsevier: str
    wos: str
    scopus: str

    def named(self, family: str) -> str:
        """Its name in a family."""
        return {NLM: self.nlm, ELSEVIER: self.elsevier, "wos": self.wos}.get(family, self.scopus)


KINDS = (
    Kind("Journal Article", "article", "Article", "ar"),
    Kind("Review", "review", "Review", "re"),
    Kind("Letter", "letter", "Letter", "le"),
    Kind("Editorial", "editorial", "Editorial Material", "ed"),
    Kind("Meeting Abstract", "conference abstract", "Meeting Abstract", ""),
    Kind("", "conference paper", "Proceedings Paper", "cp"),
    Kind("", "conference review", "", "cr"),
    Kind("", "note", "Note", "no"),
    Kind("", "short survey", "", "sh"),
    Kind("Published Erratum", "erratum", "Correction", "er"),
    Kind("Retracted Publication", "", "Retracted Publication", "tb"),
    Kind("Retraction of Publication", "", "Retraction", ""),
    Kind("News", "", "News Item", ""),
    Kind("Preprint", "preprint", "", ""),
    Kind("", "chapter", "Book Chapter", "ch"),
    Kind("", "book", "Book", "bk"),
    Kind("", "", "Data Paper", "dp"),
    Kind("", "article in press", "Early Access", ""),
)
_ALSO = {
    "scopus": {
        "article": "ar",
        "review": "re",
        "letter": "le",
        "editorial": "ed",
        "conference paper": "cp",
        "conference review": "cr",
        "note": "no",
        "short survey": "sh",
        "erratum": "er",
        "retracted": "tb",
        "book chapter": "ch",
        "book": "bk",
        "data paper": "dp",
    },
    "wos": {"review article": "review"},
}
STUDIES = {
    "randomized controlled trial": "randomized controlled trial",
    "controlled clinical trial": "controlled clinical trial",
    "clinical trial": "clinical trial",
    "clinical trial, phase i": "phase 1 clinical trial",
    "clinical trial, phase ii": "phase 2 clinical trial",
    "clinical trial, phase iii": "phase 3 clinical trial",
    "clinical trial, phase iv": "phase 4 clinical trial",
    "clinical study": "clinical study",
    "meta-analysis": "meta analysis",
    "meta analysis": "meta analysis",
    "systematic review": "systematic review",
    "practice guideline": "practice guideline",
    "case reports": "case report",
    "observational study": "observational study",
    "multicenter study": "multicenter study",
    "comparative study": "comparative study",
    "validation study": "validation study",
}
BROADER = frozenset({"clinical study", "clinical trial", "controlled clinical trial", "guideline"})
LANGUAGES = {
    "arabic": ("ara", "ar"),
    "chinese": ("chi", "zh"),
    "czech": ("cze", "cs"),
    "danish": ("dan", "da"),
    "dutch": ("dut", "nl"),
    "english": ("eng", "en"),
    "finnish": ("fin", "fi"),
    "french": ("fre", "fr"),
    "german": ("ger", "de"),
    "greek": ("gre", "el"),
    "hebrew": ("heb", "he"),
    "hungarian": ("hun", "hu"),
    "italian": ("ita", "it"),
    "japanese": ("jpn", "ja"),
    "korean": ("kor", "ko"),
    "norwegian": ("nor", "no"),
    "persian": ("per", "fa"),
    "polish": ("pol", "pl"),
    "portuguese": ("por", "pt"),
    "romanian": ("rum", "ro"),
    "russian": ("rus", "ru"),
    "spanish": ("spa", "es"),
    "swedish": ("swe", "sv"),
    "turkish": ("tur", "tr"),
    "ukrainian": ("ukr", "uk"),
}
_LANGUAGE = {code: name for name, codes in LANGUAGES.items() for code in (name, *codes)}


def family(dialect: str) -> str:
    """Whose kinds of document a database has: databases of one family name them alike."""
    return _FAMILY[dialect]


def plain(name: str) -> str:
    """A name to look up."""
    return " ".join(name.lower().split())


def document(dialect: str, name: str, aim: str) -> str:
    """Return the aim's name of a kind of document; blank where it has none or the name is not known."""
    own, theirs = family(dialect), family(aim)
    said = _ALSO.get(own, {}).get(plain(name), plain(name))
    looked = (own, ELSEVIER) if dialect == "cochrane" else (own,)
    for kind in KINDS:
        if any(said == kind.named(f).lower() for f in looked):
            if aim == "cochrane" and kind.elsevier == "conference abstract":
                return kind.elsevier
            return kind.named(theirs)
    return ""


def known(dialect: str, name: str) -> bool:
    """Whether a database has a kind of document of this name, as far as the table goes."""
    said = _ALSO.get(family(dialect), {}).get(plain(name), plain(name))
    return any(said == kind.named(family(dialect)).lower() for kind in KINDS)


def language(name: str) -> str:
    """Return a language's name in English; what is not known comes back as it is."""
    return _LANGUAGE.get(plain(name), name)
