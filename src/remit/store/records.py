"""Searches, the records they found, the decision log, and trials on the horizon."""

from typing import get_args

from remit.model.decision import Decision, Record, Search, Stage, Verdict
from remit.model.mechanism import Ongoing
from remit.store.fields import Fields
from remit.store.known import Known

RECORDS = ("key", "search", "title", "first_author", "year", "journal", "doi", "pmid", "registry", "url")
DECISIONS = ("key", "record", "verdict", "criterion", "reason", "date")
HORIZON = (
    *("key", "registry", "name", "agents", "classes", "population", "phase", "design", "planned", "status"),
    *("completion", "primary_outcome", "url", "seen_on"),
)
ROUTES = ("database", "register", "website", "organisation", "citation")
STAGES: tuple[Stage, ...] = get_args(Stage)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def search(f: Fields, name: str) -> Search:
    """Return the search of searches/<name>.yaml."""
    found = Search(
        id=f.id("search"),
        source=f.needed("source"),
        route=f.choice("route", ("database", "register", "website", "organisation", "citation")),
        query=f.text("query"),
        date=f.date("date"),
        hits=f.whole("hits"),
        sha256=f.text("sha256"),
        note=f.text("note"),
        place=f.place,
    )
    if found.id and found.id != name:
        f.refuse("search", "folder-name", f"search {found.id!r} in {name}.yaml", "the same name", "rename one")
    f.close()
    return found


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


def decision(f: Fields, stage: Stage, by: str, records: frozenset[str] | None, known: Known) -> Decision:
    """Return a row of one person's log; an exclusion names a criterion that excludes."""
    f.id("key")
    found = Decision(
        record=f.ref("record", records, "record", needed=True),
        stage=stage,
        verdict=f.choice("verdict", VERDICTS),
        criterion=f.ref("criterion", known.criteria, "criterion"),
        reason=f.text("reason"),
        by=by,
        date=f.date("date", needed=True),
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
