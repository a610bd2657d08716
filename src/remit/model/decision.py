"""Searches, the records they found, and what people decided about each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from remit.model.place import Place

Stage = Literal["title-abstract", "full-text"]
Route = Literal["database", "register", "website", "organisation", "citation"]
Verdict = Literal["include", "exclude", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone (or a named reading pass) who extracts, checks, decides or signs."""

    id: str
    name: str
    role: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One source as searched: PRISMA `route` is database, register or other (websites, organisations, citations).

    `hits` is how many records came, `claimed` how many the source said it has. `of` names the definition that was run.
    """

    id: str
    source: str
    route: Route
    query: str
    date: str
    hits: int | None
    claimed: int | None = None
    of: str = ""
    sha256: str = ""
    note: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A line a search found. `report` is the id of the report it became, where it did."""

    id: str
    search: str
    title: str
    first_author: str = ""
    year: int | None = None
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    registry: str = ""
    url: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the append-only log: a person, a record, a stage, a verdict, a criterion, a reason.

    `settles` marks a line of the stage's consensus file: after a conflict, one named person decided for all.
    """

    record: str
    stage: Stage
    verdict: Verdict
    criterion: str
    reason: str
    by: str
    date: str
    settles: bool = False
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A line a search found that is a record already held: which one, and what agreed. `key` names its row."""

    key: str = ""
    record: str
    search: str
    source_key: str
    title: str
    agreed: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two records that may be one document. `verdict` is blank until a person (`by`) says `same` or `different`.

    A person who changes their mind adds a line; the last line of a pair is the one that holds (see `latest`).
    """

    record: str
    other: str
    why: str
    verdict: str = ""
    by: str = ""
    date: str = ""
    place: Place


def latest(alike: Iterable[Alike]) -> tuple[Alike, ...]:
    """Return the line that holds of each pair, in the order of the pairs' first lines."""
    last: dict[frozenset[str], Alike] = {}
    for pair in alike:
        last[frozenset((pair.record, pair.other))] = pair
    return tuple(last.values())
