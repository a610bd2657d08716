"""Europe PMC's search service: pages by cursorMark; it needs no key."""

from collections.abc import Iterator, Mapping

from remit.ingest import europepmc
from remit.ingest.json_stream import Bytes
from remit.ingest.live import answers
from remit.ingest.live.asks import Ask, Page
from remit.model.source_record import SourceRecord, Unread

SEARCH = "https://www.ebi.ac.uk/europepmc/webservices/rest/search"
LONG = 1500


class EuropePmc:
    """Records of Europe PMC, complete (resultType core)."""

    name = "europepmc"
    parameters = ("sort", "pageSize", "synonym")

    def per_second(self, environment: Mapping[str, str]) -> float:
        """Two a second: the service names no limit and asks for care."""
        return 2.0

    def secrets(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """An address to reach the searcher by, where the environment names one."""
        return {"email": environment["REMIT_EMAIL"]} if environment.get("REMIT_EMAIL") else {}

    def first(self, query: str, parameters: Mapping[str, str]) -> Ask:
        """The first page; a long query is posted."""
        sent = {"query": query, "resultType": "core", "format": "json", "pageSize": "100", "synonym": "false"}
        sent |= {**parameters, "cursorMark": "*"}
        post = len(query) > LONG
        return Ask(url=SEARCH + ("POST" if post else ""), parameters=sent, part=1, post=post)

    def page(self, ask: Ask, body: bytes) -> Page:
        """Read a page; the last one has no new cursor, or no record."""
        answer = answers.of(body, "resultList")
        found = answer.each("resultList", "result")
        after = answer.text("nextCursorMark")
        then: tuple[Ask, ...] = ()
        if found and after and after != ask.parameters["cursorMark"]:
            sent = {**ask.parameters, "cursorMark": after}
            then = (Ask(url=ask.url, parameters=sent, part=ask.part + 1, post=ask.post),)
        ids = tuple(f"{r.text('source')}:{r.text('id')}" if r.has("id") else "" for r in found)
        return Page(ids=ids, claimed=answers.count(answer.text("hitCount")), then=then)

    def records(self, stream: Bytes) -> Iterator[SourceRecord | Unread]:
        """Read the records of a page."""
        return europepmc.read_json(stream)
