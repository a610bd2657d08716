"""Searches, the records they found, the decision log, and trials on the horizon."""

from typing import get_args

from remit.model.decision import Alike, Decision, Record, Repeat, Route, Search, Stage, Verdict
from remit.model.mechanism import Ongoing
from remit.model.search import DIALECTS, SERVICES, Definition
from remit.store.fields import Fields
from remit.store.known import Known

RECORDS = ("key", "search", "title", "first_author", "year", "journal", "doi", "pmid", "registry", "url")
REPEATS = ("key", "record", "search", "source_key", "title", "agreed")
ALIKE = ("key", "record", "other", "why", "verdict", "by", "date")
DECISIONS = ("key", "record", "verdict", "criterion", "reason", "date")
CONSENSUS = ("key", "record", "verdict", "criterion", "reason", "by", "date")
HORIZON = (
    *("key", "registry", "name", "agents", "classes", "population", "phase", "design", "planned", "status"),
    *("completion", "primary_outcome", "url", "seen_on"),
)
ROUTES: tuple[Route, ...] = get_args(Route)
STAGES: tuple[Stage, ...] = get_args(Stage)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def search(f: Fields, name: str, definitions: frozenset[str]) -> Search:
    """Return the search of searches/<name>.yaml, which was run."""
    found = Search(
        id=f.id("search"),
        source=f.needed("source"),
        route=f.choice("route", ROUTES),
        query=f.text("query"),
        date=f.date("date"),
        hits=f.whole("hits"),
        claimed=f.whole("claimed"),
        of=f.ref("of", definitions, "definition"),
        sha256=f.text("sha256"),
        note=f.text("note"),
        place=f.place,
    )
    _named(f, found.id, name)
    return found


def definition(f: Fields, name: str) -> Definition:
    """Return the definition of searches/<name>.yaml: a search with a dialect, which is to be run."""
    inner = f.inner("parameters")
    found = Definition(
        id=f.id("search"),
        source=f.needed("source"),
        route=f.choice("route", ("database", "register", "website", "organisation", "citation")),
        dialect=f.choice("dialect", DIALECTS),
        service=f.choice("service", SERVICES, default="by-hand"),
        query=f.needed("query"),
        parameters={k: inner.text(k) for k in inner.names()} if inner is not None else {},
        note=f.text("note"),
        place=f.place,
    )
    for key in ("date", "hits", "claimed", "sha256", "of"):
        if f.has(key):
            advice = "leave it to the file of the run, which names this one under of:"
            f.refuse(key, "run-in-definition", f"{key} in a definition", "a search that was not run yet", advice)
    _named(f, found.id, name)
    return found


def _named(f: Fields, own: str, name: str) -> None:
    if own and own != name:
        f.refuse("search", "folder-name", f"search {own!r} in {name}.yaml", "the same name", "rename one")
    f.close()


def record(f: Fields, searches: frozenset[str] | None) -> Record:
    """Return a row of records.csv."""
    return Record(
        id=f.id("key"),
        search=f.ref("search", searches, "search", needed=True),
        title=f.needed("title"),
        first_author=f.text("first_author"),
        year=f.whole("year"),
        journal=f.text("journal"),
        doi=f.text("doi"),
        pmid=f.text("pmid"),
        registry=f.text("registry"),
        url=f.url("url"),
        place=f.place,
    )


def repeat(f: Fields, searches: frozenset[str] | None, records: frozenset[str] | None) -> Repeat:
    """Return a row of duplicates.csv."""
    return Repeat(
        key=f.id("key"),
        record=f.ref("record", records, "record", needed=True),
        search=f.ref("search", searches, "search", needed=True),
        source_key=f.text("source_key"),
        title=f.text("title"),
        agreed=f.text("agreed"),
        place=f.place,
    )


def alike(f: Fields, records: frozenset[str] | None, known: Known) -> Alike:
    """Return a row of pairs.csv; a verdict has a person and a day."""
    f.id("key")
    verdict = f.choice("verdict", ("same", "different"), default="different") if f.has("verdict") else ""
    found = Alike(
        record=f.ref("record", records, "record", needed=True),
        other=f.ref("other", records, "record", needed=True),
        why=f.text("why"),
        verdict=verdict,
        by=f.ref("by", known.people, "person", needed=bool(verdict)),
        date=f.date("date", needed=bool(verdict)),
        place=f.place,
    )
    if found.record == found.other:
        f.refuse("other", "pair", f"{found.record!r} beside itself", "two records", "name another record")
    return found


def decision(f: Fields, stage: Stage, by: str, records: frozenset[str] | None, known: Known) -> Decision:
    """Return a row of one person's log, or of the consensus file where `by` is blank.

    An exclusion names a criterion that excludes.
    """
    f.id("key")
    found = Decision(
        record=f.ref("record", records, "record", needed=True),
        stage=stage,
        verdict=f.choice("verdict", VERDICTS),
        criterion=f.ref("criterion", known.criteria, "criterion"),
        reason=f.text("reason"),
        by=by or f.ref("by", known.people, "person", needed=True),
        date=f.date("date", needed=True),
        settles=not by,
        place=f.place,
    )
    if found.verdict == "exclude" and not found.criterion:
        advice = "name the criterion of the protocol"
        f.refuse("criterion", "missing", "an exclusion without a criterion", "a criterion", advice)
    effect = (known.criteria or {}).get(found.criterion)
    if effect is not None and found.verdict != "unsure" and effect != found.verdict:
        seen = f"verdict {found.verdict} by criterion {found.criterion}, which is to {effect}"
        f.refuse("criterion", "criterion-effect", seen, f"a criterion to {found.verdict}", "choose another")
    return found


def ongoing(f: Fields, known: Known) -> Ongoing:
    """Return a row of horizon.csv. Agents and populations there are the source's words."""
    f.id("key")
    return Ongoing(
        registry=f.text("registry"),
        name=f.needed("name"),
        agents=f.words("agents"),
        classes=f.refs("classes", known.classes, "class"),
        population=f.text("population"),
        phase=f.text("phase"),
        design=f.text("design"),
        planned=f.text("planned"),
        status=f.text("status"),
        completion=f.text("completion"),
        primary_outcome=f.text("primary_outcome"),
        url=f.url("url"),
        seen_on=f.text("seen_on"),
        place=f.place,
    )
