"""Crossref works: pages by cursor. An address in REMIT_EMAIL gives the faster of its two pools."""

from collections.abc import Iterator, Mapping

from remit.ingest import crossref
from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Node
from remit.ingest.live import answers
from remit.ingest.live.asks import Ask, Page
from remit.model.source_record import SourceRecord, Unread

WORKS = "https://api.crossref.org/works"


class Crossref:
    """Works of Crossref. Its search joins words by "or" and ranks: give it a filter as well."""

    name = "crossref"
    parameters = ("filter", "query.title", "query.author", "sort", "order", "rows")

    def per_second(self, environment: Mapping[str, str]) -> float:
        """Three a second with an address, one without."""
        return 3.0 if environment.get("REMIT_EMAIL") else 1.0

    def secrets(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The searcher's address, where the environment names one."""
        return {"mailto": environment["REMIT_EMAIL"]} if environment.get("REMIT_EMAIL") else {}

    def first(self, query: str, parameters: Mapping[str, str]) -> Ask:
        """The first page."""
        sent = {"query.bibliographic": query, "rows": "100", **parameters, "cursor": "*"}
        return Ask(url=WORKS, parameters={k: v for k, v in sent.items() if v}, part=1, stays=True)

    def page(self, ask: Ask, body: bytes) -> Page:
        """Read a page; the last one has no work."""
        answer = answers.of(body, "message", "items").at("message")
        found, after = answer.each("items"), answer.text("next-cursor")
        then: tuple[Ask, ...] = ()
        if found and after and not _last(found, ask):
            then = (Ask(url=ask.url, parameters={**ask.parameters, "cursor": after}, part=ask.part + 1, stays=True),)
        ids = tuple(w.text("DOI") for w in found)
        return Page(ids=ids, claimed=answers.count(answer.text("total-results")), then=then)

    def records(self, stream: Bytes) -> Iterator[SourceRecord | Unread]:
        """Read the works of a page."""
        return crossref.read(stream)


def _last(found: list[Node], ask: Ask) -> bool:
    """Whether a page is shorter than asked for: Crossref's cursor stays the same from page to page."""
    return len(found) < int(ask.parameters["rows"])
