"""Run what searches/*.yaml defines, or say what is wrong with it, or translate it."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit import store
from remit.errors import UsageError
from remit.ingest.live import gather
from remit.ingest.live.asks import Service, line_of, sheet_of
from remit.ingest.live.gather import Gathered
from remit.ingest.live.polite import Polite
from remit.ingest.live.services import SERVICES
from remit.ingest.strategy import check, read, write
from remit.ingest.strategy.dialects import DIALECTS
from remit.ingest.strategy.tree import Remark
from remit.ingest.strategy.write import Translated
from remit.model.decision import Search
from remit.model.review import Review
from remit.model.search import Definition
from remit.store.pages import FOLDER, PageLog
from remit.tasks.bring import Brought, bring
from remit.tasks.results import Say, quiet

Connect = Callable[[Service], Polite]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One definition as it was run: what the service gave, and what of it is new."""

    definition: Definition
    gathered: Gathered
    brought: Brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to run: `fresh` forgets pages of a run that was stopped; `anyway` runs in spite of errors."""

    today: str
    most: int = gather.MOST
    fresh: bool = False
    anyway: bool = False
    dry_run: bool = False


def definitions(root: str | Path, names: Sequence[str] = ()) -> tuple[Definition, ...]:
    """Return the definitions of a review, or those named.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        It has no definition, or none of that name.
    """
    review = store.read(root)
    known = {d.id: d for d in review.definitions}
    if not known:
        raise UsageError(f"{root} defines no search; write one as docs/how-to/search-again.md says")
    for name in names:
        if name not in known:
            raise UsageError(f"{root} defines no search {name!r}; it defines {', '.join(known)}")
    return tuple(known[n] for n in dict.fromkeys(names)) if names else tuple(known.values())


def remarks(definition: Definition) -> tuple[Remark, ...]:
    """Return what is wrong with a definition's strategy; none for languages that cannot be checked."""
    if definition.dialect not in DIALECTS:
        return ()
    return check.remarks(read.strategy(definition.query, definition.dialect))


def translated(definition: Definition, aim: str) -> Translated:
    """Translate a definition's strategy. Raises UsageError for one that cannot be."""
    return write.translated(read.strategy(definition.query, definition.dialect), aim)


def run(
    root: str | Path,
    names: Sequence[str],
    connect: Connect,
    environment: Mapping[str, str],
    wish: Wish,
    say: Say = quiet,
) -> Iterator[Ran]:
    """Run definitions one after the other; each is in the review before the next is asked for.

    Raises
    ------
    SourceError
        A service failed for good; finished pages stay, and the same command goes on from there.
    UsageError
        A definition is run by hand, has an error, or sets a parameter its service does not take.
    """
    chosen = [d for d in definitions(root, names) if names or d.service != "by-hand"]
    if not chosen:
        raise UsageError(f"{root} defines no search that can be asked of a service; import exports with: remit import")
    for definition in chosen:
        _ready(definition, wish)
    for definition in chosen:
        yield _one(Path(root), definition, connect(SERVICES[definition.service]), environment, wish, say)


def _ready(definition: Definition, wish: Wish) -> None:
    """Refuse what cannot be run before anything is asked."""
    if definition.service == "by-hand":
        advice = f"export its result and bring it in with: remit import DIR FILE --search {definition.id}"
        raise UsageError(f"{definition.place}: {definition.id} is run by hand; {advice}")
    wrong = next((r for r in remarks(definition) if r.severity == "error"), None)
    if wrong is not None and not wish.anyway:
        raise UsageError(f"{definition.place}: {wrong}; mend it, or run it all the same with --anyway")
    allowed = SERVICES[definition.service].parameters
    for name in definition.parameters:
        if name not in allowed:
            raise UsageError(
                f"{definition.place}: {definition.service} takes no {name!r}; it takes {', '.join(allowed)}"
            )


def asked(definition: Definition) -> str:
    """The query as it is sent: one line; numbered lines become one query."""
    if definition.dialect in DIALECTS:
        strategy = read.strategy(definition.query, definition.dialect)
        if strategy.numbered and len(strategy.lines) > 1:
            return write.translated(strategy, definition.dialect).text
    return " ".join(definition.query.split())


def _one(
    root: Path, definition: Definition, polite: Polite, environment: Mapping[str, str], wish: Wish, say: Say
) -> Ran:
    query, service = asked(definition), SERVICES[definition.service]
    sent = "\n".join((query, *(f"{k}={v}" for k, v in sorted(definition.parameters.items()))))
    run_ = f"{definition.id}-open-{hashlib.sha256(sent.encode()).hexdigest()[:12]}"
    if wish.fresh:
        shutil.rmtree(root / FOLDER / run_, ignore_errors=True)
    with PageLog(root, run_, sheet_of, line_of) as pages:
        gathered = gather.fetch(
            service,
            query,
            definition.parameters,
            polite,
            pages,
            environment=environment,
            today=wish.today,
            most=wish.most,
            say=say,
        )
        found = _search(store.read(root), definition, gathered)
        brought = bring(root, found, gather.records(service, gathered, pages), dry_run=wish.dry_run)
        if not wish.dry_run:
            pages.close(found.id)
    return Ran(definition=definition, gathered=gathered, brought=brought)


def _search(review: Review, definition: Definition, gathered: Gathered) -> Search:
    """The run as the review keeps it, under a name no other run has."""
    held = {s.id: s for s in review.searches}
    base = name = f"{definition.id}-{gathered.date}"
    number = 1
    while name in held and held[name].sha256 != gathered.sha256:
        number += 1
        name = f"{base}-{number}"
    more = "; ".join(f"{k}={v}" for k, v in definition.parameters.items())
    notes = (
        f"Asked of {gathered.service} by remit" + (f" with {more}" if more else ""),
        *(f"{k}: {v}" for k, v in gathered.said.items() if v),
        *gathered.warnings,
    )
    return Search(
        id=name,
        source=definition.source,
        route=definition.route,
        query=gathered.query,
        date=gathered.date,
        hits=gathered.got,
        claimed=gathered.claimed,
        of=definition.id,
        sha256=gathered.sha256,
        note=". ".join(notes),
        place=definition.place,
    )
