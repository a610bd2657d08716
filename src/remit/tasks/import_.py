"""Bring the records of exported files into a review."""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

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
from remit.tasks.take_back import TakenBack, take_back

_ID = re.compile(r"[a-z0-9][a-z0-9.\-]*\Z")
REGISTERS = ("ctgov", "ictrp", "isrctn", "ctis", "euctr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person said of the files: blanks are guessed. `columns` is column to field, for tables.

    `again` brings files in that were brought before: what their import brought is replaced.
    """

    search: str = ""
    source: str = ""
    route: str = ""
    query: str = ""
    format: str = ""
    columns: Mapping[str, str] | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a command: what each file was taken for, each search made or added to, imports taken back first.

    A search with `already` was not touched; one that read no record was not made.
    """

    guesses: Mapping[str, Guess]
    searches: tuple[Brought, ...]
    replaced: tuple[TakenBack, ...] = ()


def import_files(root: str | Path, files: Sequence[str], wish: Wish, today: str, *, dry_run: bool = False) -> Imported:
    """Bring the records of files into a review: a search for each file, or one for all if the wish names it.

    Files brought before are passed over, unless the wish says `again`. A file without a single record leaves nothing.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        A file is not there, a format or route is not known, the search's id is none, or what an import brought cannot
        be replaced (see `take_back`).
    """
    guesses = {file: ingest.sniff(file, format=wish.format or None, columns=wish.columns) for file in files}
    digests = {file: _digest(file) for file in guesses}
    if not dry_run or (len(digests) == 1 and not wish.again):
        return _imported(root, guesses, digests, wish, today, dry_run)
    with TemporaryDirectory() as beside:
        return _imported(_copied(root, beside), guesses, digests, wish, today, False)


def _imported(
    root: str | Path, guesses: Mapping[str, Guess], digests: Mapping[str, str], wish: Wish, today: str, dry_run: bool
) -> Imported:
    searches: list[Brought] = []
    replaced: list[TakenBack] = []
    for files, name in _groups(store.read(root), digests, wish):
        if wish.again and name:
            _readable(files, wish)
            replaced.append(take_back(root, name))
        review = store.read(root)
        before = _before(review)
        passed = [file for file in files if digests[file] in before]
        searches += [Brought(search="", files=(file,), already=before[digests[file]], titles={}) for file in passed]
        fresh = list({digests[file]: file for file in files if file not in passed}.values())
        if fresh:
            wished = replace(wish, search=name or wish.search)
            search = _search(review, fresh, guesses[fresh[0]], wished, today)
            hashed = " ".join(dict.fromkeys([*search.sha256.split(), *(digests[f] for f in fresh)]))
            search = replace(search, sha256=hashed)
            brought = bring(root, search, _records(fresh, wish), dry_run=dry_run, allow_none=False)
            searches.append(replace(brought, files=tuple(fresh)))
    return Imported(guesses=guesses, searches=tuple(searches), replaced=tuple(replaced))


def _before(review: Review) -> dict[str, str]:
    """Which search a file was brought in by, by its digest."""
    return {digest: s.id for s in review.searches for digest in s.sha256.split()}


def _groups(review: Review, digests: Mapping[str, str], wish: Wish) -> list[tuple[list[str], str]]:
    """The files of each search, and its id where that is to be replaced."""
    before = _before(review) if wish.again else {}
    again: dict[str, list[str]] = {}
    fresh = []
    for file, digest in digests.items():
        if digest in before:
            again.setdefault(before[digest], []).append(file)
        else:
            fresh.append(file)
    held = {s.id: s for s in review.searches}
    for name, files in again.items():
        if wish.search not in ("", name, held[name].of):
            raise UsageError(
                f"{files[0]} was brought in as search {name}; with --again leave --search out, or name that"
            )
        if left := len(set(held[name].sha256.split()) - set(digests.values())):
            raise UsageError(f"search {name} has {left} more file(s) than those named; with --again name all of them")
    groups = [fresh] if wish.search and fresh else [[file] for file in fresh]
    return [(files, name) for name, files in again.items()] + [(files, "") for files in groups]


def _readable(files: Sequence[str], wish: Wish) -> None:
    """Refuse to replace an import by nothing."""
    if not any(isinstance(found, SourceRecord) for found in _records(files, wish)):
        raise UsageError(f"no record can be read from {', '.join(files)} in this way; what was brought before stays")


def _copied(root: str | Path, beside: str) -> Path:
    """A copy of the review to try things on: without answers of services, which can be large."""
    copy = Path(beside) / Path(root).resolve().name
    shutil.copytree(root, copy, symlinks=True, ignore=lambda at, _: {"pages"} if Path(at).name == ".remit" else ())
    return copy


def _records(files: Sequence[str], wish: Wish) -> Iterator[SourceRecord | Unread]:
    for file in files:
        yield from ingest.read(file, format=wish.format or None, columns=wish.columns)


def _digest(file: str) -> str:
    with Path(file).open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _search(review: Review, files: Sequence[str], guess: Guess, wish: Wish, today: str) -> Search:
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
            note=found.note + (f". Brought in again on {today}" if wish.again and not found.sha256 else ""),
        )
    format_ = wish.format or guess.format
    name = wish.search or _unused(files[0], held.keys() | {d.id for d in review.definitions})
    return Search(
        id=name,
        source=wish.source or wish.search or Path(files[0]).name,
        route=_route(wish.route) or ("register" if format_.startswith(REGISTERS) else "database"),
        query=wish.query,
        date=today,
        hits=None,
        of=definition.id if definition is not None else "",
        note=f"Imported from {', '.join(Path(file).name for file in files)}",
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
