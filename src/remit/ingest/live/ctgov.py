"""ClinicalTrials.gov, version 2 of its interface: pages by pageToken; it needs no key."""

from collections.abc import Iterator, Mapping

from remit.ingest import ctgov
from remit.ingest.json_stream import Bytes
from remit.ingest.live import answers
from remit.ingest.live.asks import Ask, Page
from remit.model.source_record import SourceRecord, Unread

STUDIES = "https://clinicaltrials.gov/api/v2/studies"


class ClinicalTrials:
    """Studies of ClinicalTrials.gov, whole. The query is the term in the registry's own expression language."""

    name = "ctgov"
    parameters = (
        *("query.cond", "query.intr", "query.titles", "query.outc", "filter.overallStatus", "filter.advanced"),
        *("filter.ids", "aggFilters", "sort", "pageSize"),
    )

    def per_second(self, environment: Mapping[str, str]) -> float:
        """Fewer than fifty a minute."""
        return 0.8

    def secrets(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """None."""
        return {}

    def first(self, query: str, parameters: Mapping[str, str]) -> Ask:
        """The first page, which alone is asked for the count."""
        sent = {"query.term": query, "format": "json", "pageSize": "100", "countTotal": "true", **parameters}
        return Ask(url=STUDIES, parameters={k: v for k, v in sent.items() if v}, part=1)

    def page(self, ask: Ask, body: bytes) -> Page:
        """Read a page; the last one has no next token."""
        answer = answers.of(body, "studies")
        after = answer.text("nextPageToken")
        then: tuple[Ask, ...] = ()
        if after:
            kept = {k: v for k, v in ask.parameters.items() if k != "countTotal"}
            then = (Ask(url=ask.url, parameters={**kept, "pageToken": after}, part=ask.part + 1),)
        ids = tuple(s.text("protocolSection", "identificationModule", "nctId") for s in answer.each("studies"))
        return Page(ids=ids, claimed=answers.count(answer.text("totalCount")), then=then)

    def records(self, stream: Bytes) -> Iterator[SourceRecord | Unread]:
        """Read the studies of a page."""
        return ctgov.read_json(stream)
