"""OpenAlex works: pages by cursor; since 2026 it needs a key, from OPENALEX_API_KEY."""

from collections.abc import Iterator, Mapping

from remit.errors import UsageError
from remit.ingest import openalex
from remit.ingest.json_stream import Bytes
from remit.ingest.live import answers
from remit.ingest.live.asks import Ask, Page
from remit.model.source_record import SourceRecord, Unread

WORKS = "https://api.openalex.org/works"


class OpenAlex:
    """Works of OpenAlex. The query searches titles, abstracts and, where there is one, the full text."""

    name = "openalex"
    parameters = ("filter", "sort", "per-page")

    def per_second(self, environment: Mapping[str, str]) -> float:
        """Five a second."""
        return 5.0

    def secrets(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The key.

        Raises
        ------
        UsageError
            The environment has no OPENALEX_API_KEY.
        """
        key = environment.get("OPENALEX_API_KEY", "")
        if not key:
            raise UsageError(
                "OpenAlex needs a key: get one at openalex.org and set OPENALEX_API_KEY in the environment"
            )
        return {"api_key": key}

    def first(self, query: str, parameters: Mapping[str, str]) -> Ask:
        """The first page."""
        sent = {"search": query, "per-page": "100", **parameters, "cursor": "*"}
        return Ask(url=WORKS, parameters={k: v for k, v in sent.items() if v}, part=1)

    def page(self, ask: Ask, body: bytes) -> Page:
        """Read a page; the last one has no next cursor, or no work."""
        answer = answers.of(body, "results")
        found, after = answer.each("results"), answer.text("meta", "next_cursor")
        then: tuple[Ask, ...] = ()
        if found and after:
            then = (Ask(url=ask.url, parameters={**ask.parameters, "cursor": after}, part=ask.part + 1),)
        ids = tuple(w.text("id").rpartition("/")[2] for w in found)
        return Page(ids=ids, claimed=answers.count(answer.text("meta", "count")), then=then)

    def records(self, stream: Bytes) -> Iterator[SourceRecord | Unread]:
        """Read the works of a page."""
        return openalex.read(stream)
