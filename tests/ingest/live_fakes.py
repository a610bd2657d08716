"""Stand-ins for the services: small answers shaped like theirs, a clock that only sleep moves, pages in memory."""

import json
import random
from urllib.parse import parse_qs

import httpx

from remit.ingest.live.polite import Polite


class Time:
    """A clock that moves by sleeping."""

    def __init__(self):
        self.now, self.slept = 0.0, []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Memory:
    """A page log without a disk."""

    def __init__(self):
        self.kept = {}

    def find(self, key):
        return self.kept.get(key)

    def keep(self, sheet, body):
        self.kept[sheet.ask] = (sheet, body)


def polite(handler, time=None, **more):
    time = time or Time()
    more = {"per_second": 10.0, "tries": 4, **more}
    client = httpx.Client(transport=httpx.MockTransport(handler))
    return Polite(client, clock=time.clock, sleep=time.sleep, generator=random.Random(1), **more)


def sent(request):
    """The parameters of a request, of its address and its form."""
    found = dict(request.url.params)
    if request.method == "POST":
        found |= {k: v[0] for k, v in parse_qs(request.content.decode(), keep_blank_values=True).items()}
    return found


class Cursor:
    """A service that pages by a cursor: Europe PMC, OpenAlex, Crossref and ClinicalTrials.gov by its own words."""

    def __init__(self, kind, total, size=2, claim=None):
        self.kind, self.total, self.size = kind, total, size
        self.claim = total if claim is None else claim
        self.requests = []

    def __call__(self, request):
        asked = sent(request)
        self.requests.append(asked)
        word = {"ctgov": "pageToken", "europepmc": "cursorMark"}.get(self.kind, "cursor")
        start = int(asked.get(word, "*").replace("*", "0").removeprefix("c"))
        items = [self.item(i) for i in range(start, min(start + self.size, self.total))]
        return httpx.Response(200, json=self.answer(items, f"c{start + len(items)}", start + len(items) >= self.total))

    def item(self, i):
        if self.kind == "europepmc":
            own = str(900 + i)
            return {"id": own, "source": "MED", "pmid": own, "title": f"Title {i}", "pubYear": "2020"}
        if self.kind == "openalex":
            return {"id": f"https://openalex.org/W{i}", "title": f"Title {i}", "publication_year": 2020}
        if self.kind == "crossref":
            return {"DOI": f"10.1/{i}", "title": [f"Title {i}"], "publisher": "P"}
        names = {"nctId": f"NCT{i:08d}", "briefTitle": f"Title {i}"}
        return {"protocolSection": {"identificationModule": names}, "hasResults": False}

    def answer(self, items, cursor, last):
        if self.kind == "europepmc":
            return {"version": "6.9", "hitCount": self.claim, "nextCursorMark": cursor, "resultList": {"result": items}}
        if self.kind == "openalex":
            return {"meta": {"count": self.claim, "next_cursor": None if last else cursor}, "results": items}
        if self.kind == "crossref":
            return {"status": "ok", "message": {"total-results": self.claim, "items": items, "next-cursor": cursor}}
        return {"totalCount": self.claim, "studies": items, **({} if last else {"nextPageToken": cursor})}


def article(pmid):
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID><Article>'
        f"<Journal><Title>J</Title><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>"
        f"<ArticleTitle>Title {pmid}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )


class Entrez:
    """esearch and efetch over a list of (PubMed id, day entered)."""

    def __init__(self, days, forgets=False, drops=(), late=()):
        self.days, self.forgets, self.drops, self.late = days, forgets, set(drops), set(late)
        self.requests = []

    def __call__(self, request):
        asked = sent(request)
        self.requests.append((request.url.path.rsplit("/", 1)[-1], asked))
        if request.url.path.endswith("esearch.fcgi"):
            low, high = asked.get("mindate", "0"), asked.get("maxdate", "9")
            ids = [p for p, day in self.days if low <= day <= high]
            found = {
                "count": str(len(ids)),
                "idlist": ids[:9999],
                "webenv": f"MCID_{low}_{high}",
                "querykey": "1",
                "querytranslation": '"leukemia"[MeSH Terms]',
                "warninglist": {"phrasesignored": [], "quotedphrasesnotfound": ["b all"], "outputmessages": []},
            }
            return httpx.Response(200, json={"header": {"type": "esearch"}, "esearchresult": found})
        if "id" in asked:
            ids = asked["id"].split(",")
        elif self.forgets:
            return httpx.Response(400, text="<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>")
        else:
            low, high = asked["WebEnv"].removeprefix("MCID_").split("_")
            ids = [p for p, day in self.days if low <= day <= high]
            ids = ids[int(asked["retstart"]) :][: int(asked["retmax"])]
        lacking = self.drops | (set() if "id" in asked else self.late)
        body = "".join(article(i) for i in ids if i not in lacking)
        head = '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "x.dtd">\n'
        return httpx.Response(200, text=f"{head}<PubmedArticleSet>{body}</PubmedArticleSet>\n")


def dumped(value):
    return json.dumps(value).encode()
