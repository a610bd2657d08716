"""Bring the records of exported files into a review."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from remit import ingest, store
from remit.errors import UsageError
from remit.ingest import Guess
from remit.model.decision import Route, Search
from remit.model.place import Place
from remit.model.review import Review
from remit.model.search import Definition
from remit.model.source_record import SourceRecord, Unread
from remit.store.records import ROUTES
from remit.tasks.bring import Brought, bring

_ID = re.compile(r"[a-z0-9][a-z0-9.\-]*\Z")
REGISTERS = ("ctgov", "ictrp", "isrctn", "ctis", "euctr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person said of the files: blanks are guessed. `columns` is column to field, for tables."""

    search: str = ""
    source: str = ""
    route: str = ""
    query: str = ""
    format: str = ""
    columns: Mapping[str, str] | None = None


def import_files(
    root: str | Path, files: Sequence[str], wish: Wish, today: str, *, dry_run: bool = False
) -> tuple[Mapping[str, Guess], Brought]:
    """Bring the records of files into a review as one search; files brought before are passed over.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        A file is not there, a format or route is not known, or the search's id is none.
    """
    review = store.read(root)
    guesses = {file: ingest.sniff(file) for file in files}
    digests = {file: _digest(file) for file in files}
    before = {digest: s.id for s in review.searches for digest in s.sha256.split()}
    fresh = list({digests[f]: f for f in reversed(files) if digests[f] not in before}.values())[::-1]
    if not fresh:
        return guesses, Brought(search="", already=before[digests[files[0]]], titles={})
    search = _search(review, files[0], guesses[fresh[0]], wish, today)
    hashed = " ".join(dict.fromkeys([*search.sha256.split(), *(digests[f] for f in fresh)]))
    brought = bring(root, replace(search, sha256=hashed), _records(fresh, wish), dry_run=dry_run)
    return guesses, brought


def _records(files: Sequence[str], wish: Wish) -> Iterator[SourceRecord | Unread]:
    for file in files:
        yield from ingest.read(file, format=wish.format or None, columns=wish.columns)


def _digest(file: str) -> str:
    with Path(file).open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _search(review: Review, file: str, guess: Guess, wish: Wish, today: str) -> Search:
    """The search the files are of: the one named, or a new one."""
    if wish.route and wish.route not in ROUTES:
        raise UsageError(f"--route {wish.route} is not known; choose one of {', '.join(ROUTES)}")
    if wish.search and not _ID.match(wish.search):
        raise UsageError(
            f"--search {wish.search!r} is no id: use lower-case letters, digits and hyphens, such as embase"
        )
    definition = next((d for d in review.definitions if d.id == wish.search), None)
    if definition is not None:
        wish = _run_of(definition, wish, today)
    held = {s.id: s for s in review.searches}
    found = held.get(wish.search)
    if found is not None:
        return replace(
            found,
            source=wish.source or found.source,
            route=_route(wish.route) or found.route,
            query=wish.query or found.query,
            date=found.date or today,
        )
    format_ = wish.format or guess.format
    name = wish.search or _unused(file, held.keys() | {d.id for d in review.definitions})
    return Search(
        id=name,
        source=wish.source or wish.search or Path(file).name,
        route=_route(wish.route) or ("register" if format_.startswith(REGISTERS) else "database"),
        query=wish.query,
        date=today,
        hits=None,
        of=definition.id if definition is not None else "",
        note=f"Imported from {Path(file).name}",
        place=Place(f"searches/{name}.yaml"),
    )


def _run_of(definition: Definition, wish: Wish, today: str) -> Wish:
    """A run of a defined search, which has a file of its own: the definition stays as it is."""
    return replace(
        wish,
        search=f"{definition.id}-{today}",
        source=wish.source or definition.source,
        route=wish.route or definition.route,
        query=wish.query or definition.query,
    )


def _route(text: str) -> Route | None:
    return next((route for route in ROUTES if route == text), None)


def _unused(file: str, held: Set[str]) -> str:
    """An id for the search of a file: its name, numbered where a search has it already."""
    name = re.sub(r"[^a-z0-9]+", "-", Path(file).name.lower().split(".")[0]).strip("-") or "search"
    found, number = name, 1
    while found in held:
        number += 1
        found = f"{name}-{number}"
    return found
