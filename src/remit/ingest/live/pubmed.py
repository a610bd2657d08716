"""PubMed through NCBI's E-utilities: esearch puts the hits on the history server, efetch brings them in slices.

esearch gives at most 9,999 hits; a larger search is cut by the day records entered PubMed until each part is small
enough. Every slice knows which PubMed ids it must bring, and can be asked for by those where the history is forgotten.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from remit.errors import SourceError
from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Node
from remit.ingest.live import answers
from remit.ingest.live.asks import Ask, Page, Unusable
from remit.model.source_record import SourceRecord, Unread

BASE = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
SLICE = 200
MOST = 9_999
FEW = 20
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2100, 12, 31)
_PMID = re.compile(rb"<(?:MedlineCitation|BookDocument)\b[^>]*>\s*<PMID[^>]*>(\d+)</PMID>")
_SET_END = re.compile(rb"</PubmedArticleSet\s*>\s*\Z|<PubmedArticleSet\s*/>\s*\Z")
_ERROR = re.compile(rb"<ERROR>(.*?)</ERROR>", re.DOTALL)


class PubMed:
    """Records of PubMed as XML."""

    name = "pubmed"
    parameters = ("datetype", "mindate", "maxdate")

    def per_second(self, environment: Mapping[str, str]) -> float:
        """Three a second, ten with a key."""
        return 9.0 if environment.get("NCBI_API_KEY") else 2.5

    def secrets(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The key and the searcher's address, where the environment names them."""
        named = {"api_key": environment.get("NCBI_API_KEY", ""), "email": environment.get("REMIT_EMAIL", "")}
        return {k: v for k, v in named.items() if v}

    def first(self, query: str, parameters: Mapping[str, str]) -> Ask:
        """The search itself; it is posted, because strategies are long."""
        sent = {"db": "pubmed", "term": query, "usehistory": "y", "retmode": "json", "retmax": str(MOST)}
        return Ask(url=f"{BASE}/esearch.fcgi", parameters={**sent, "tool": "remit", **parameters}, part=1, post=True)

    def page(self, ask: Ask, body: bytes) -> Page:
        """Read the answer to a search, or to a slice."""
        return _searched(ask, body) if ask.url.endswith("esearch.fcgi") else _fetched(ask, body)

    def records(self, stream: Bytes) -> Iterator[SourceRecord | Unread]:
        """Read the records of a slice; the answer to a search holds none."""
        from remit.ingest import pubmed_xml
        from remit.ingest.source import Source

        opened = Source("pubmed", stream)
        if opened.head.lstrip()[:1] == b"<":
            yield from pubmed_xml.read(opened)
            yield from opened.unread


def _searched(ask: Ask, body: bytes) -> Page:
    answer = answers.of(body, "esearchresult").at("esearchresult")
    refused = answer.text("ERROR")
    if refused:
        raise Unusable(f"the search was refused: {refused[:200]}")
    count = answers.count(answer.text("count"))
    if count is None:
        raise Unusable("an answer to the search without a count")
    ids = answer.texts("idlist")
    said = {"translation": answer.text("querytranslation")} if "mindate" not in ask.parameters else {}
    warnings = tuple(_warnings(answer))
    if count > MOST:
        claimed = count if ask.part == 1 else None
        return Page(claimed=claimed, then=_halves(ask), warnings=warnings, said=said)
    if len(ids) < count:
        raise Unusable(f"{len(ids)} ids for {count} hits")
    then = _slices(answer.text("webenv"), answer.text("querykey"), ids)
    return Page(claimed=count if ask.part == 1 else None, then=then, warnings=warnings, said=said)


def _warnings(answer: Node) -> Iterator[str]:
    lists = (("errorlist", "phrasesnotfound"), ("errorlist", "fieldsnotfound"))
    more = (
        ("warninglist", "phrasesignored"),
        ("warninglist", "quotedphrasesnotfound"),
        ("warninglist", "outputmessages"),
    )
    for group, name in (*lists, *more):
        for words in answer.texts(group, name):
            yield f"PubMed says of the query: {name}: {words}"


def _halves(ask: Ask) -> tuple[Ask, ...]:
    """The same search cut in two by the day records entered PubMed."""
    sent = dict(ask.parameters)
    if sent.get("datetype", "edat") != "edat":
        raise SourceError(
            "PubMed: more than 9,999 hits in a search limited by a date of another type; limit it in the query"
        )
    low = _day(sent.get("mindate", ""), FIRST_DAY)
    high = _day(sent.get("maxdate", ""), LAST_DAY)
    if low >= high:
        raise SourceError(f"PubMed: more than {MOST} hits entered on one day ({low}); narrow the query")
    recent = date(1990, 1, 1) if low < date(1990, 1, 1) <= high else low + (high - low) // 2
    middle = min(recent, high - timedelta(days=1))
    parts = ((low, middle), (middle + timedelta(days=1), high))
    return tuple(
        Ask(
            url=ask.url,
            parameters={**sent, "datetype": "edat", "mindate": f"{a:%Y/%m/%d}", "maxdate": f"{b:%Y/%m/%d}"},
            part=ask.part + 1,
            post=True,
        )
        for a, b in parts
    )


def _day(text: str, otherwise: date) -> date:
    found = re.fullmatch(r"(\d{4})(?:/(\d{1,2}))?(?:/(\d{1,2}))?", text)
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else otherwise


def _slices(environment: str, key: str, ids: tuple[str, ...]) -> tuple[Ask, ...]:
    url, common = f"{BASE}/efetch.fcgi", {"db": "pubmed", "retmode": "xml", "tool": "remit"}
    out = []
    for start in range(0, len(ids), SLICE):
        wanted = ids[start : start + SLICE]
        named = Ask(url=url, parameters={**common, "id": ",".join(wanted)}, part=2, post=True, wanted=wanted)
        if not environment or not key:
            out.append(named)
            continue
        place = {"WebEnv": environment, "query_key": key, "retstart": str(start), "retmax": str(SLICE)}
        out.append(Ask(url=url, parameters={**common, **place}, part=2, post=True, wanted=wanted, instead=named))
    return tuple(out)


def _fetched(ask: Ask, body: bytes) -> Page:
    refused = _ERROR.search(body[:5000])
    if refused:
        raise Unusable(f"efetch says: {refused[1][:200].decode('utf-8', 'replace').strip()}")
    if not _SET_END.search(body[-200:]):
        raise Unusable("a slice that is no whole PubmedArticleSet")
    ids = tuple(i.decode() for i in _PMID.findall(body))
    missing = tuple(w for w in ask.wanted if w not in set(ids))
    if len(missing) == len(ask.wanted) and (ask.instead is not None or len(missing) > FEW):
        raise Unusable("a slice with none of the records asked for")
    if not missing or ask.instead is None:
        return Page(ids=ids)
    named = {**ask.instead.parameters, "id": ",".join(missing)}
    return Page(ids=ids, then=(replace(ask.instead, parameters=named, wanted=missing),))
