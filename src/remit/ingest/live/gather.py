"""All pages of one search: fetched once each, checked for what services do wrong, and read as records afterwards."""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from remit.errors import SourceError
from remit.ingest.live.asks import Ask, Page, Pages, Service, Sheet
from remit.ingest.live.polite import Polite
from remit.model.source_record import SourceRecord, Unread

MOST = 100_000
IDLE_PAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One search as a service answered it.

    `claimed` is how many hits the service said, `got` how many different records came. `sha256` covers the digests of
    all answers in order. `said` is what the service reported besides, such as how it read the query.
    """

    service: str
    query: str
    date: str
    claimed: int | None
    got: int
    repeats: int
    sheets: tuple[Sheet, ...]
    asked: int
    sha256: str
    warnings: tuple[str, ...]
    said: Mapping[str, str]


class _Tally:
    """What has come so far."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.claimed: int | None = None
        self.repeats = self.unnamed = self.idle = self.asked = 0
        self.warnings: dict[str, None] = {}
        self.said: dict[str, str] = {}
        self.sheets: list[Sheet] = []

    @property
    def got(self) -> int:
        return len(self.ids) + self.unnamed

    def add(self, ask: Ask, page: Page) -> None:
        """Count one page."""
        before = self.got
        for own in page.ids:
            if not own:
                self.unnamed += 1
            elif own in self.ids:
                self.repeats += 1
            self.ids.add(own) if own else None
        if self.claimed is None:
            self.claimed = page.claimed
        elif page.claimed is not None and page.claimed != self.claimed:
            self.warnings[f"the hits claimed changed from {self.claimed} to {page.claimed} while pages were read"] = (
                None
            )
            self.claimed = max(self.claimed, page.claimed)
        self.idle = self.idle + 1 if page.ids and self.got == before else 0
        missing = [w for w in ask.wanted if w not in self.ids] if not page.then else []
        if missing:
            shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
            self.warnings[f"{len(missing)} records were found and not delivered: {shown}"] = None
        self.warnings.update(dict.fromkeys(page.warnings))
        self.said.update(page.said)


def fetch(
    service: Service,
    query: str,
    parameters: Mapping[str, str],
    polite: Polite,
    pages: Pages,
    *,
    environment: Mapping[str, str],
    today: str,
    most: int = MOST,
    say: Callable[[str], None] = lambda _: None,
) -> Gathered:
    """Bring every page of a search into `pages`; those that are there already are not asked for again.

    Raises
    ------
    SourceError
        The service cannot be asked, refuses, fails too often, or would give more than `most` records.
    """
    secrets = service.secrets(environment)
    tally = _Tally()
    waiting, seen = [service.first(query, parameters)], set[str]()
    while waiting:
        ask = waiting.pop(0)
        if ask.key in seen:
            tally.warnings["the service led back to a page that was read already; reading stopped there"] = None
            break
        seen.add(ask.key)
        sheet, page, fresh = _one(service, ask, polite, pages, secrets, today)
        tally.sheets.append(sheet)
        tally.asked += fresh
        tally.add(ask, page)
        say(f"{tally.got} of {tally.claimed if tally.claimed is not None else '?'} records of {service.name}")
        _bounded(service, tally, most)
        if tally.idle >= IDLE_PAGES:
            tally.warnings["page after page repeated records that were there already; reading stopped"] = None
            break
        waiting = [*page.then, *waiting]
    return _closed(service, query, tally)


def _one(
    service: Service, ask: Ask, polite: Polite, pages: Pages, secrets: Mapping[str, str], today: str
) -> tuple[Sheet, Page, bool]:
    kept = pages.find(ask.key)
    if kept is not None:
        return kept[0], service.page(ask, kept[1]), False
    try:
        body, page = polite.ask(ask, secrets, lambda answer: service.page(ask, answer))
    except SourceError:
        if ask.instead is None:
            raise
        return _one(service, ask.instead, polite, pages, secrets, today)
    digest = hashlib.sha256(body).hexdigest()
    shown = dict(ask.parameters)
    sheet = Sheet(ask=ask.key, url=ask.url, parameters=shown, date=today, sha256=digest, size=len(body))
    pages.keep(sheet, body)
    return sheet, page, True


def _bounded(service: Service, tally: _Tally, most: int) -> None:
    for number, word in ((tally.claimed or 0, "claims"), (tally.got, "has given")):
        if number > most:
            seen = f"{service.name} {word} {number} records, more than {most}"
            raise SourceError(f"{seen}; narrow the query, or allow more with --most {number}")


def _closed(service: Service, query: str, tally: _Tally) -> Gathered:
    if tally.claimed is not None and tally.got < tally.claimed:
        missing = tally.claimed - tally.got
        seen = f"{service.name} claimed {tally.claimed} hits and gave {tally.got} records: {missing} are missing"
        tally.warnings[f"{seen}; search again another day and compare"] = None
    elif tally.claimed is not None and tally.got > tally.claimed:
        tally.warnings[f"{service.name} claimed {tally.claimed} hits and gave {tally.got} records; all are kept"] = None
    if tally.repeats:
        tally.warnings[f"{tally.repeats} records came again on a later page; each is kept once"] = None
    whole = hashlib.sha256("\n".join(s.sha256 for s in tally.sheets).encode()).hexdigest()
    return Gathered(
        service=service.name,
        query=query,
        date=min((s.date for s in tally.sheets), default=""),
        claimed=tally.claimed,
        got=tally.got,
        repeats=tally.repeats,
        sheets=tuple(tally.sheets),
        asked=tally.asked,
        sha256=whole,
        warnings=tuple(tally.warnings),
        said=tally.said,
    )


def records(service: Service, gathered: Gathered, pages: Pages) -> Iterator[SourceRecord | Unread]:
    """Read the records of a search out of its pages, each record once, numbered from 1."""
    seen: set[str] = set()
    number = 0
    for sheet in gathered.sheets:
        kept = pages.find(sheet.ask)
        if kept is None:
            raise SourceError(f"a page of {service.name} is no longer in the page log; search again")
        name = f"{service.name}:{sheet.ask[:12]}"
        for found in service.records(io.BytesIO(kept[1])):
            if isinstance(found, SourceRecord) and found.key and found.key in seen:
                continue
            number += 1
            if isinstance(found, SourceRecord):
                seen.add(found.key)
            yield replace(found, file=name, number=number)
