"""What is asked of a service, what came back, and where pages are kept."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from remit.ingest.json_stream import Bytes
from remit.model.source_record import SourceRecord, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: nothing in it is secret; keys are added as it is sent and never kept.

    `part` counts requests of one search from 1. `wanted` holds ids that the answer must bring, `instead` the request
    to send where the service no longer knows this one. `stays` says that requests of different parts may look the same,
    because the service keeps the place itself.
    """

    url: str
    parameters: Mapping[str, str]
    part: int
    post: bool = False
    wanted: tuple[str, ...] = ()
    instead: "Ask | None" = None
    stays: bool = False

    @property
    def key(self) -> str:
        """A digest of the request: the page log's name for its answer."""
        parts = [self.url, *(f"{k}={v}" for k, v in sorted(self.parameters.items()))]
        if self.stays:
            parts.append(f"part {self.part}")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One answer that was received whole: what was asked, when, and its SHA-256."""

    ask: str
    url: str
    parameters: Mapping[str, str]
    date: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one answer holds: ids in its order, the hits it claims, what to ask next, and what the service warns of."""

    ids: tuple[str, ...] = ()
    claimed: int | None = None
    then: tuple[Ask, ...] = ()
    warnings: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)


class Unusable(Exception):
    """An answer that is not what the service gives; asked again a few times before it becomes an error."""


class Pages(Protocol):
    """A page log."""

    def find(self, key: str) -> tuple[Sheet, bytes] | None:
        """Return a page that is kept whole, or None."""
        ...

    def keep(self, sheet: Sheet, body: bytes) -> None:
        """Keep a page so that a crash afterwards does not lose it."""
        ...


class Service(Protocol):
    """One source of records: how to ask it and how to read its answers."""

    @property
    def name(self) -> str:
        """The word a search definition names it by."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Parameters a definition may set beside the query."""
        ...

    def per_second(self, environment: Mapping[str, str]) -> float:
        """How many requests a second it allows."""
        ...

    def secrets(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """Parameters that are sent and never kept: keys and addresses. Raises UsageError where one is needed."""
        ...

    def first(self, query: str, parameters: Mapping[str, str]) -> Ask:
        """The first request of a search."""
        ...

    def page(self, ask: Ask, body: bytes) -> Page:
        """Read an answer. Raises Unusable."""
        ...

    def records(self, stream: Bytes) -> Iterator[SourceRecord | Unread]:
        """Read the records of an answer."""
        ...


def line_of(sheet: Sheet) -> Mapping[str, object]:
    """Return a sheet as plain values."""
    return {
        "ask": sheet.ask,
        "url": sheet.url,
        "parameters": dict(sheet.parameters),
        "date": sheet.date,
        "sha256": sheet.sha256,
        "size": sheet.size,
    }


def sheet_of(line: Mapping[str, object]) -> Sheet | None:
    """Return the sheet that plain values hold, or None."""
    size, parameters = line.get("size"), line.get("parameters")
    texts = [line.get(k) for k in ("ask", "url", "date", "sha256")]
    if not isinstance(size, int) or not isinstance(parameters, dict) or not all(isinstance(t, str) for t in texts):
        return None
    ask, url, date, digest = (str(t) for t in texts)
    sent = {str(k): str(v) for k, v in parameters.items()}
    return Sheet(ask=ask, url=url, parameters=sent, date=date, sha256=digest, size=size)
