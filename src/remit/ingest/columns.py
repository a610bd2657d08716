"""Which column of a table holds which field, by what databases call their columns.

A column is known by its heading in lower case with everything but letters and digits left out. A field may be made of
parts (`first page`, `last page`, `citation`: Embase prints journal, year, volume, issue and pages in one cell).
"""

import re
from collections.abc import Sequence

_KNOWN = """
title: title ti documenttitle articletitle primarytitle publicationtitlearticle papertitle doctitle t1
original title: originaltitle
abstract: abstract ab abstracts notesabstract n2 abstracttext
authors: authors author au authornames authorfullnames af authorlist a1 creator creators
year: year publicationyear py pubyear publishedyear yearpublished y1 yearofpublication date datepublished
    publicationdate dateofpublication coverdate
journal: journal sourcetitle publicationtitle publication so journaltitle jf t2 journalbook journalname
    sourcepublication secondarytitle journalfull containertitle
volume: volume vl vol journalvolume
issue: issue is number issuenumber iss journalissue
pages: pages pagination page pagerange pg
first page: pagestart startpage bp firstpage sp startingpage spage beginpage
last page: pageend endpage ep lastpage endingpage epage
article number: artno articlenumber ar
doi: doi di do digitalobjectidentifier doilink
pmid: pmid pubmedid medlinepmid pm pubmed pubmedids accessionpmid
pmcid: pmcid pmc pubmedcentralid
issn: issn sn eissn ei issns printissn electronicissn
language: language la languageoforiginaldocument languages languageofarticle articlelanguage
keywords: keywords authorkeywords indexkeywords de id keyword keywordsplus kw emtreedrugindextermsmajorfocus
    emtreedrugindexterms emtreemedicalindextermsmajorfocus emtreemedicalindexterms meshterms ieeeterms
    indexterms meshheadings subjects mh descriptors manualtags
url: url link links ur fulltextlink openurllink pdflink externalurl sourceurl urls
kind: documenttype publicationtype dt type referencetype itemtype category pt doctype articletype ty
key: key eid embaseaccessionid pui ut accessionnumber accessionno recordid lensid publicationid an cochraneid
    uniquewosid utuniquewosid id
registry: clinicaltrialnumbers clinicaltrialnumber nctid nctnumber trialregistration registrationnumber trialid
source: source database db sourcedatabase databasename
citation: citation
"""
_FIELD = {
    word: name
    for name, _, words in (line.partition(":") for line in _KNOWN.strip().replace("\n    ", " ").split("\n"))
    for word in words.split()
}
FIELDS = (*dict.fromkeys(_FIELD.values()), "other")
_SPECIAL = {"embase": {"source": "citation"}, "wos": {"id": "keywords"}}

_FINGERPRINTS = (
    ("embase", {"emtreemedicalindexterms"}),
    ("scopus", {"eid", "sourcetitle"}),
    ("wos", {"ut", "py", "ti"}),
    ("wos", {"utuniquewosid"}),
    ("pubmed", {"journalbook", "createdate", "pmid"}),
    ("ieee", {"ieeeterms"}),
    ("lens", {"lensid"}),
    ("dimensions", {"publicationid", "dimensionsurl"}),
    ("central", {"cochranereviewgroupcode"}),
    ("ctgov", {"nctnumber", "studytitle"}),
)
_PLAIN = re.compile(r"[^a-z0-9]")


def plain(heading: str) -> str:
    """Return a heading in the form by which it is known."""
    return _PLAIN.sub("", heading.lower())


def named_apart(headings: Sequence[str]) -> list[str]:
    """Return a name for each column: its heading, numbered where one before is the same; `column 3` for a blank one."""
    names: dict[str, None] = {}
    for place, heading in enumerate(headings, 1):
        base = name = heading or f"column {place}"
        number = 1
        while name in names:
            number += 1
            name = f"{base}.{number}"
        names[name] = None
    return list(names)


def guessed(headings: Sequence[str]) -> list[str]:
    """Return the field of each column: one of `FIELDS`, `other` for those with no meaning here.

    Several columns may hold one field: keywords, ISSN and trial numbers are put together; of the rest the first that is
    filled counts, and the others are kept beside it.
    """
    special = _SPECIAL.get(database(headings), {})
    return [special.get(plain(heading)) or _FIELD.get(plain(heading), "other") for heading in headings]


def known(headings: Sequence[str]) -> int:
    """Return how many of these are headings a database writes."""
    return sum(plain(heading) in _FIELD for heading in headings)


def database(headings: Sequence[str]) -> str:
    """Return the database whose exports have such columns, or blank."""
    names = {plain(heading) for heading in headings}
    return next((name for name, marks in _FINGERPRINTS if marks <= names), "")
