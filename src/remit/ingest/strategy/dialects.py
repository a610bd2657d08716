"""The languages of the databases: how each writes fields, wildcards, nearness and operators.

Distances: Ovid and Embase.com count positions (adj3: at most two words between); the Cochrane Library, Web of Science,
Scopus and PubMed count the words between. Everything here counts the words between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

TIAB = frozenset({"title", "abstract"})
TIABKW = frozenset({"title", "abstract", "keyword"})
Fields = frozenset[str]


def _one(name: str) -> Fields:
    return frozenset({name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One database's language.

    `fields` maps its codes (lower case) to fields; `codes` says how to write a set of fields. `order` lists operators
    from the one that binds first, a group binding from left to right. `wild` maps our wildcards to its own.
    """

    name: str
    title: str
    fields: Mapping[str, Fields]
    codes: tuple[tuple[Fields, str], ...]
    thesaurus: str = ""
    order: tuple[tuple[str, ...], ...] = (("and", "or", "not"),)
    wild: Mapping[str, str] = field(default_factory=lambda: {"*": "*"})
    near: bool = True
    counts_positions: bool = False
    combines: bool = False
    adjacent: str = "and"
    shortest_stem: int = 3
    upper: bool = False
    lines: bool = False


_PUBMED = {
    **dict.fromkeys(("tiab", "title/abstract"), TIABKW),
    **dict.fromkeys(("ti", "title"), _one("title")),
    **dict.fromkeys(("ab", "abstract"), _one("abstract")),
    **dict.fromkeys(("ot", "other term"), _one("keyword")),
    **dict.fromkeys(("tw", "text word", "text words"), _one("text")),
    **dict.fromkeys(("all", "all fields"), _one("all")),
    **dict.fromkeys(("au", "author", "1au", "lastau", "fau", "auth"), _one("author")),
    **dict.fromkeys(("ta", "journal", "jour"), _one("journal")),
    **dict.fromkeys(("ad", "affiliation"), _one("affiliation")),
    **dict.fromkeys(("pt", "publication type", "ptyp"), _one("publication-type")),
    **dict.fromkeys(("la", "lang", "language"), _one("language")),
    **dict.fromkeys(("nm", "supplementary concept", "substance name"), _one("substance")),
    **dict.fromkeys(("rn", "ec/rn number"), _one("registry-number")),
    **dict.fromkeys(("pa", "pharmacological action"), _one("action")),
    **dict.fromkeys(("sh", "mesh subheading", "mesh subheadings"), _one("subheading")),
    **dict.fromkeys(("sb", "filter", "subset"), _one("subset")),
    **dict.fromkeys(("si", "secondary source id"), _one("databank")),
    **dict.fromkeys(("pmid", "uid"), _one("pmid")),
    **dict.fromkeys(("aid", "lid", "doi"), _one("doi")),
    **dict.fromkeys(("dp", "pdat", "publication date", "date - publication"), _one("date")),
    **dict.fromkeys(("cn", "corporate author"), _one("group-author")),
    **dict.fromkeys(("edat", "entry date", "crdt", "mhda", "lr", "dcom"), _one("entry-date")),
}
_OVID = {
    "ti": _one("title"),
    "ab": _one("abstract"),
    "kf": _one("keyword"),
    "kw": _one("keyword"),
    "tw": TIAB,
    "mp": _one("text"),
    "af": _one("all"),
    "au": _one("author"),
    "jn": _one("journal"),
    "jw": _one("journal"),
    "in": _one("affiliation"),
    "pt": _one("publication-type"),
    "lg": _one("language"),
    "la": _one("language"),
    "nm": _one("substance"),
    "rn": _one("registry-number"),
    "sh": _one("subject"),
    "hw": _one("heading-word"),
    "fs": _one("subheading"),
    "tn": _one("trade-name"),
    "dv": _one("device-trade-name"),
    "dm": _one("device-manufacturer"),
    "do": _one("doi"),
    "ui": _one("pmid"),
    "cn": _one("group-author"),
    "ot": _one("original-title"),
    "sb": _one("subset"),
}
_EMBASE = {
    "ti": _one("title"),
    "ab": _one("abstract"),
    "kw": _one("keyword"),
    "de": _one("subject"),
    "au": _one("author"),
    "jt": _one("journal"),
    "ta": _one("journal"),
    "ad": _one("affiliation"),
    "ff": _one("affiliation"),
    "it": _one("publication-type"),
    "la": _one("language"),
    "tn": _one("trade-name"),
    "rn": _one("registry-number"),
    "dn": _one("device-trade-name"),
    "do": _one("doi"),
    "cn": _one("databank"),
    "ca": _one("group-author"),
}
_COCHRANE = {
    "ti": _one("title"),
    "ab": _one("abstract"),
    "kw": _one("keyword"),
    "au": _one("author"),
    "so": _one("journal"),
    "pt": _one("publication-type"),
    "an": _one("pmid"),
    "tb": _one("tables"),
    "la": _one("language"),
    "doi": _one("doi"),
}
_WOS = {
    "ts": TIABKW,
    "ti": _one("title"),
    "ab": _one("abstract"),
    "ak": _one("keyword"),
    "all": _one("all"),
    "au": _one("author"),
    "so": _one("journal"),
    "ad": _one("affiliation"),
    "og": _one("affiliation"),
    "dt": _one("publication-type"),
    "la": _one("language"),
    "do": _one("doi"),
    "pmid": _one("pmid"),
    "gp": _one("group-author"),
    "kp": _one("keyword-plus"),
}
_SCOPUS = {
    "title-abs-key": TIABKW,
    "title-abs": TIAB,
    "title": _one("title"),
    "abs": _one("abstract"),
    "authkey": _one("keyword"),
    "key": _one("key"),
    "indexterms": _one("subject"),
    "all": _one("all"),
    "auth": _one("author"),
    "srctitle": _one("journal"),
    "affil": _one("affiliation"),
    "doctype": _one("publication-type"),
    "language": _one("language"),
    "chemname": _one("substance"),
    "casregnumber": _one("registry-number"),
    "tradename": _one("trade-name"),
    "doi": _one("doi"),
    "pmid": _one("pmid"),
}
_EUROPEPMC = {
    "title": _one("title"),
    "abstract": _one("abstract"),
    "title_abs": TIAB,
    "kw": _one("keyword"),
    "auth": _one("author"),
    "journal": _one("journal"),
    "aff": _one("affiliation"),
    "pub_type": _one("publication-type"),
    "lang": _one("language"),
    "chem": _one("substance"),
    "doi": _one("doi"),
    "ext_id": _one("pmid"),
    "src": _one("source"),
    "open_access": _one("subset"),
    "has_abstract": _one("subset"),
    "body": _one("body"),
    "disease": _one("text-mined"),
}


def _codes(fields: Mapping[str, Fields], upper: bool = False) -> tuple[tuple[Fields, str], ...]:
    """How to write each set of fields: the first code of each, widest set first."""
    first: dict[Fields, str] = {}
    for code, names in fields.items():
        first.setdefault(names, code.upper() if upper else code)
    return tuple(sorted(first.items(), key=lambda pair: -len(pair[0])))


_BINDING = (("not",), ("and",), ("or",))
_OVID_WILD = {"*": "*", "?": "#", "¤": "?"}
_EMBASE_WILD = {"*": "*", "?": "?", "¤": "$"}
_NO_TW = {k: v for k, v in _OVID.items() if k not in ("tw", "kw")}

DIALECTS: dict[str, Dialect] = {
    d.name: d
    for d in (
        Dialect(
            name="pubmed",
            title="PubMed",
            fields=_PUBMED,
            codes=_codes({k: v for k, v in _PUBMED.items() if k not in ("ab", "abstract")}),
            thesaurus="mesh",
            near=True,
            adjacent="phrase",
            shortest_stem=4,
            upper=True,
        ),
        Dialect(
            name="ovid-medline",
            title="Ovid MEDLINE",
            fields=_OVID,
            codes=_codes(_NO_TW),
            thesaurus="mesh",
            order=_BINDING,
            wild=_OVID_WILD,
            counts_positions=True,
            combines=True,
            adjacent="phrase",
            lines=True,
        ),
        Dialect(
            name="ovid-embase",
            title="Ovid Embase",
            fields=_OVID,
            codes=_codes(_NO_TW),
            thesaurus="emtree",
            order=_BINDING,
            wild=_OVID_WILD,
            counts_positions=True,
            combines=True,
            adjacent="phrase",
            lines=True,
        ),
        Dialect(
            name="embase",
            title="Embase.com",
            fields=_EMBASE,
            codes=_codes(_EMBASE),
            thesaurus="emtree",
            order=_BINDING,
            wild=_EMBASE_WILD,
            counts_positions=True,
            combines=True,
            upper=True,
            lines=True,
        ),
        Dialect(
            name="cochrane",
            title="the Cochrane Library",
            fields=_COCHRANE,
            codes=_codes(_COCHRANE),
            thesaurus="mesh",
            order=_BINDING,
            wild={"*": "*", "?": "?", "¤": "?"},
            combines=True,
            lines=True,
        ),
        Dialect(
            name="wos",
            title="Web of Science",
            fields=_WOS,
            codes=_codes(_WOS, upper=True),
            order=_BINDING,
            wild=_EMBASE_WILD,
        ),
        Dialect(
            name="scopus",
            title="Scopus",
            fields=_SCOPUS,
            codes=_codes(_SCOPUS, upper=True),
            order=(("or",), ("and",), ("not",)),
            wild={"*": "*", "?": "?"},
        ),
        Dialect(
            name="europepmc",
            title="Europe PMC",
            fields=_EUROPEPMC,
            codes=_codes(_EUROPEPMC, upper=True),
            near=False,
            order=_BINDING,
            upper=True,
        ),
    )
}
NAMES = tuple(DIALECTS)
