"""Which database a record came from, by what its export leaves in it."""

import re

from remit.ingest.remembered import remembered

_NAMES = """
embase: embase | oemez | emed | emez
scopus: scopus
medline: medline | cmedm | mnh | mdc | ovid medline(r) | medline via ovid
pubmed: pubmed | nlm
psycinfo: psyh | psycinfo | apa psycinfo | american psychological association
cinahl: cin20 | rzh | ccm | c8h | cinahl
central: cctr | central | cochrane central
cdsr: coch
eric: eric
isrctn: isrctn registry
ctgov: clinicaltrials.gov
wos: web of science | wos
lens: lens.org | the lens
dimensions: dimensions
europepmc: europe pmc | europepmc
crossref: crossref
openalex: openalex
ebsco: ebscohost
ieee: ieee | ieee xplore
scholar: google scholar
cochrane: cochrane library | the cochrane library | john wiley & sons, ltd
proquest: proquest
"""
_CODES_OF_OVID = """
psycinfo: psyc
central: cctr
cdsr: coch
medline: med | prem | ppez | pmnm | ppe
embase: oemez | em
amed: amed
agris: agri
cab: caba
global-health: cagh
hmic: hmic
"""
_HOSTS_OF = """
scopus: scopus.com
embase: embase.com
lens: lens.org/
dimensions: dimensions.ai/
wos: webofscience.com | gateway.webofknowledge
central: cochranelibrary.com/central
cdsr: cochranelibrary.com
ctgov: clinicaltrials.gov
isrctn: isrctn.com
europepmc: europepmc.org
pubmed: pubmed.ncbi | ncbi.nlm.nih.gov/pubmed | ncbi.nlm.nih.gov/m/pubmed
eric: eric.ed.gov
proquest: search.proquest.com | www.proquest.com
ieee: ieeexplore.ieee.org
ictrp: trialsearch.who.int
"""


def _words(table: str) -> tuple[tuple[str, str], ...]:
    """Return (spelling, name) for each spelling of such a table, in its order."""
    lines = (line.partition(":") for line in table.strip().split("\n"))
    return tuple((spelling.strip(), name) for name, _, all_ in lines for spelling in all_.split("|"))


_CODES = dict(_words(_NAMES))
_OVID, _BY_HOST = _words(_CODES_OF_OVID), dict(_words(_HOSTS_OF))
_HOST = re.compile("|".join(map(re.escape, _BY_HOST)))
_OVID_CODE = re.compile(r"D=(?<=[?&]D=)([a-z]+)")
_EBSCO_CODE = re.compile(r"[?&]db=([a-z0-9]+)")
_PREFIXES = (("WOS:", "wos"), ("ISI:", "wos"), ("CCC:", "wos"), ("CN-0", "central"), ("pub.1", "dimensions"))


@remembered
def named(text: str) -> str:
    """Return our word for a database named in words or by its host's code; unknown names in lower case."""
    low = text.strip().lower()
    if low in _CODES:
        return _CODES[low]
    for word in ("medline", "embase", "psycinfo", "cinahl", "scopus", "web of science", "pubmed"):
        if word in low:
            return _CODES[word]
    return low


def by_link(text: str) -> str:
    """Return the database a link leads to, or blank."""
    if "ovid" in text and (code := _OVID_CODE.search(text)):
        return _by_ovid(code[1])
    if "ebscohost" in text and (code := _EBSCO_CODE.search(text)):
        return named(code[1])
    found = _HOST.search(text)
    return _BY_HOST[found[0]] if found else ""


@remembered
def _by_ovid(code: str) -> str:
    return next((name for start, name in _OVID if code.startswith(start)), "ovid")


def by_key(text: str) -> str:
    """Return the database whose accession numbers look so, or blank."""
    return next((name for start, name in _PREFIXES if text.startswith(start)), "")


def database(fields: dict[str, str], heading: str = "") -> str:
    """Return the database a record of RIS tags came from, or blank where nothing tells it.

    Of a tag with several values, one text with U+0000 between them, the first one counts.
    """
    if "DB" in fields and (text := _first(fields["DB"])):
        return named(text)
    for tag in ("UR", "L2", "NL"):
        if tag in fields and (name := by_link(_first(fields[tag]))):
            return name
    if "AN" in fields and (name := by_key(_first(fields["AN"]))):
        return name
    if "DP" in fields and (text := _first(fields["DP"])) and (name := named(text)):
        return name
    if "N1" in fields and "\0Export Date:" in "\0" + fields["N1"]:
        return "scopus"
    return named(heading) if heading else ""


def _first(values: str) -> str:
    return values.partition("\0")[0].strip() if "\0" in values else values.strip()
