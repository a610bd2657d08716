"""The fields each database's language can name, under one set of names.

A code may look in several fields: PubMed's [tiab] also in the authors' keywords; the keywords of the Cochrane
Library, of Europe PMC and of Scopus (KEY, TITLE-ABS-KEY) hold the indexers' terms too; Web of Science's TS also
Keywords Plus. What is said here decides what a translation must say. Sources: PubMed User Guide, "Search field tags";
Ovid database guides, whose lists of what .mp. looks in name the fields of each database (MEDLINE: ti ab ot nm hw fx
kf ox px rx ui; Embase: ti ab hw tn ot dm mf dv kf fx dq); Embase.com help, "Field codes"; Cochrane Library help,
"Search manager"; Web of Science help, "Field tags"; Scopus Search Guide; Europe PMC, "Search syntax reference".
"""

from collections.abc import Mapping

Fields = frozenset[str]
TIAB: Fields = frozenset({"title", "abstract"})
TIABKW: Fields = frozenset({"title", "abstract", "keyword"})
KEYS: Fields = frozenset({"keyword", "heading-word"})
TEXT: Fields = TIABKW | KEYS
TOPIC: Fields = TIABKW | {"keyword-plus"}
ALL: Fields = frozenset({"all"})


def _one(name: str) -> Fields:
    return frozenset({name})


PUBMED: Mapping[str, Fields] = {
    **dict.fromkeys(("tiab", "title/abstract"), TIABKW),
    **dict.fromkeys(("ti", "title"), _one("title")),
    **dict.fromkeys(("ab", "abstract"), _one("abstract")),
    **dict.fromkeys(("ot", "other term"), _one("keyword")),
    **dict.fromkeys(("tw", "text word", "text words"), TEXT),
    **dict.fromkeys(("all", "all fields"), ALL),
    **dict.fromkeys(("au", "author", "1au", "lastau", "fau", "auth"), _one("author")),
    **dict.fromkeys(("ta", "journal", "jour"), _one("journal")),
    **dict.fromkeys(("ad", "affiliation"), _one("affiliation")),
    **dict.fromkeys(("pt", "publication type", "ptyp"), _one("publication-type")),
    **dict.fromkeys(("la", "lang", "language"), _one("language")),
    **dict.fromkeys(("nm", "supplementary concept", "substance name"), _one("substance")),
    **dict.fromkeys(("rn", "ec/rn number"), _one("registry-number")),
    **dict.fromkeys(("pa", "pharmacological action"), _one("action")),
    **dict.fromkeys(("sh", "mesh subheading", "mesh subheadings"), _one("subheading")),
    **dict.fromkeys(("sb", "filter", "subset"), _one("filter")),
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
    "mp": TEXT,
    "af": ALL,
    "au": _one("author"),
    "jn": _one("journal"),
    "jw": _one("journal-word"),
    "ja": _one("journal-abbreviation"),
    "is": _one("issn"),
    "in": _one("affiliation"),
    "pt": _one("publication-type"),
    "lg": _one("language"),
    "la": _one("language"),
    "rn": _one("registry-number"),
    "sh": _one("subject"),
    "hw": _one("heading-word"),
    "fs": _one("subheading"),
    "fx": _one("subheading-word"),
    "do": _one("doi"),
    "ot": _one("original-title"),
    "yr": _one("date"),
    "dp": _one("date"),
}
OVID_MEDLINE: Mapping[str, Fields] = {
    **_OVID,
    "nm": _one("substance"),
    "ui": _one("pmid"),
    "cn": _one("group-author"),
    "sb": _one("journal-subset"),
    "ox": _one("organism"),
    "px": _one("protocol"),
    "rx": _one("rare-disease"),
    "sy": _one("synonym"),
    **dict.fromkeys(("ed", "ep", "da", "dt", "dc", "ez", "up"), _one("entry-date")),
}
OVID_EMBASE: Mapping[str, Fields] = {
    **_OVID,
    "tn": _one("trade-name"),
    "dv": _one("device-trade-name"),
    "dm": _one("device-manufacturer"),
    "mf": _one("drug-manufacturer"),
    "dq": _one("candidate-term"),
    "ui": _one("accession"),
    "an": _one("accession"),
    "ct": _one("databank"),
    **dict.fromkeys(("dc", "em", "up"), _one("entry-date")),
}
EMBASE: Mapping[str, Fields] = {
    "ti": _one("title"),
    "ab": _one("abstract"),
    "kw": _one("keyword"),
    "de": _one("heading-word"),
    "au": _one("author"),
    "jt": _one("journal"),
    "ta": _one("journal-abbreviation"),
    "is": _one("issn"),
    "ad": _one("affiliation"),
    "ff": _one("affiliation"),
    "it": _one("publication-type"),
    "la": _one("language"),
    "tn": _one("trade-name"),
    "rn": _one("registry-number"),
    "dn": _one("device-trade-name"),
    "df": _one("device-manufacturer"),
    "mn": _one("drug-manufacturer"),
    "tt": _one("original-title"),
    "lnk": _one("subheading"),
    "ui": _one("accession"),
    "do": _one("doi"),
    "cn": _one("databank"),
    "ca": _one("group-author"),
}
COCHRANE: Mapping[str, Fields] = {
    "ti": _one("title"),
    "ab": _one("abstract"),
    "kw": KEYS,
    "au": _one("author"),
    "so": _one("journal"),
    "pt": _one("publication-type"),
    "an": _one("accession"),
    "tb": _one("tables"),
    "la": _one("language"),
    "doi": _one("doi"),
}
WOS: Mapping[str, Fields] = {
    "ts": TOPIC,
    "ti": _one("title"),
    "ab": _one("abstract"),
    "ak": _one("keyword"),
    "all": ALL,
    "au": _one("author"),
    "so": _one("journal"),
    "is": _one("issn"),
    "ad": _one("affiliation"),
    "og": _one("affiliation"),
    "dt": _one("publication-type"),
    "la": _one("language"),
    "do": _one("doi"),
    "pmid": _one("pmid"),
    "gp": _one("group-author"),
    "kp": _one("keyword-plus"),
}
SCOPUS: Mapping[str, Fields] = {
    "title-abs-key": TEXT,
    "title-abs": TIAB,
    "title": _one("title"),
    "abs": _one("abstract"),
    "authkey": _one("keyword"),
    "key": KEYS,
    "indexterms": _one("heading-word"),
    "all": ALL,
    "auth": _one("author"),
    "srctitle": _one("journal-word"),
    "exactsrctitle": _one("journal"),
    "issn": _one("issn"),
    "affil": _one("affiliation"),
    "doctype": _one("publication-type"),
    "language": _one("language"),
    "chemname": _one("substance"),
    "casregnumber": _one("registry-number"),
    "tradename": _one("trade-name"),
    "doi": _one("doi"),
    "pmid": _one("pmid"),
}
EUROPEPMC: Mapping[str, Fields] = {
    "title": _one("title"),
    "abstract": _one("abstract"),
    "title_abs": TIAB,
    "kw": KEYS,
    "auth": _one("author"),
    "journal": _one("journal"),
    "issn": _one("issn"),
    "aff": _one("affiliation"),
    "pub_type": _one("publication-type"),
    "lang": _one("language"),
    "chem": _one("substance"),
    "doi": _one("doi"),
    "ext_id": _one("pmid"),
    "src": _one("source"),
    "open_access": _one("access"),
    "has_abstract": _one("has-abstract"),
    "body": _one("body"),
    "disease": _one("text-mined"),
}


def codes(fields: Mapping[str, Fields], upper: bool = False) -> tuple[tuple[Fields, str], ...]:
    """How to write each set of fields: the first code of each, the widest set first."""
    first: dict[Fields, str] = {}
    for code, names in fields.items():
        first.setdefault(names, code.upper() if upper else code)
    return tuple(sorted(first.items(), key=lambda pair: -len(pair[0])))
