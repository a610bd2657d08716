"""The PRISMA 2020 flow, counted from the log of decisions alone.

Words: *records* are lines a search found, *reports* are documents, *studies* are investigations. A record is stored
once, under the first search that found it; where a search states its hits, hits beyond its stored records are
duplicates. Where a person judged two records decided on to be one document, the second counts as a duplicate of the
first, and what was decided on it does not count. Records nobody read after a stop that the protocol's rule allowed are
removed before screening (`excluded_automatic`: the machine left them to the end, no person excluded them). Databases
and registers stand apart from other methods (websites, organisations, citations). The last decision on a record at a
stage is the one that holds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from remit.errors import ReviewError
from remit.model.decision import Decision, Record, latest
from remit.model.place import Place, Problem
from remit.model.review import Review
from remit.screen.unread import rule, unread

AWAITING = "exc-awaiting"
ROUTES = {
    "database": "database_results",
    "register": "register_results",
    "website": "website_results",
    "organisation": "organisation_results",
    "citation": "citations_results",
}
SIDES = ("dbr", "other")


@dataclass(frozen=True)
class Flow(Mapping[str, int]):
    """The numbers of the flow: a mapping from the names of PRISMA 2020's data file to counts.

    `sources` gives records by search (id, source, route, n). `reasons` gives reports excluded by side (`dbr` or
    `other`) and criterion. `awaiting` counts reports whose results could not be seen: they are reports not retrieved.
    `undecided` counts records nobody has settled yet; so that the sums hold they stand among the reports
    not retrieved. `stopped` names the rule to stop by where records were left unread by it, blank where none were.
    `other_records_excluded` is no PRISMA key: records of other methods excluded by title and abstract.
    """

    counts: Mapping[str, int]
    sources: tuple[tuple[str, str, str, int], ...]
    reasons: tuple[tuple[str, str, int], ...]
    awaiting: int
    undecided: int
    stopped: str = ""

    def __getitem__(self, key: str) -> int:
        return self.counts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(slots=True)
class _Side:
    """What became of the records of one side."""

    hits: int = 0
    records: int = 0
    screened_out: int = 0
    waiting: int = 0
    lost: int = 0
    unread: int = 0
    assessed: int = 0
    included: int = 0


def flow(review: Review) -> Flow:
    """Return the flow of a review.

    Raises
    ------
    ReviewError
        The log does not add up: a search with fewer hits than records, a record included after it was excluded at
        title and abstract, or a sum of the flow that fails.
    """
    _consistent(review)
    held = Counter(r.search for r in review.records) + Counter(r.search for r in review.repeats)
    never = unread(review)
    repeated = {a.other for a in latest(review.alike) if a.verdict == "same"}
    review = replace(review, records=tuple(r for r in review.records if r.id not in repeated)) if repeated else review
    routes = {s.id: s.route for s in review.searches}
    first = {d.record: d for d in review.decisions if d.stage == "title-abstract"}
    last = {d.record: d for d in review.decisions if d.stage == "full-text"}
    sides = {side: _Side() for side in SIDES}
    by_route = dict.fromkeys(ROUTES.values(), 0)
    for s in review.searches:
        hits = held[s.id] if s.hits is None else s.hits
        by_route[ROUTES[s.route]] += hits
        sides[_side(s.route)].hits += hits
    reasons: Counter[tuple[str, str]] = Counter()
    for record in review.records:
        side = _side(routes[record.search])
        if record.id in never:
            sides[side].unread += 1
            continue
        _follow(record, first.get(record.id), last.get(record.id), sides[side])
        final = last.get(record.id)
        if final is not None and final.verdict == "exclude" and final.criterion != AWAITING:
            reasons[(side, final.criterion)] += 1
    order = {c.id: i for i, c in enumerate(review.protocol.criteria)}
    ordered = sorted(reasons, key=lambda k: (k[0], order.get(k[1], len(order)), k[1]))
    counts = _counts(review, by_route, sides, reasons)
    _adds_up(counts, sides)
    return Flow(
        counts=counts,
        sources=tuple((s.id, s.source, s.route, held[s.id] if s.hits is None else s.hits) for s in review.searches),
        reasons=tuple((*key, reasons[key]) for key in ordered),
        awaiting=sum(s.lost for s in sides.values()),
        undecided=sum(s.waiting for s in sides.values()),
        stopped=rule(review) if any(s.unread for s in sides.values()) else "",
    )


def _side(route: str) -> str:
    return "dbr" if route in ("database", "register") else "other"


def _follow(record: Record, first: Decision | None, last: Decision | None, side: _Side) -> None:
    """Count one record where it ended."""
    side.records += 1
    if first is not None and first.verdict == "exclude":
        side.screened_out += 1
    elif last is None or last.verdict == "unsure":
        side.waiting += 1
    elif last.verdict == "exclude" and last.criterion == AWAITING:
        side.lost += 1
    else:
        side.assessed += 1
        side.included += last.verdict == "include"


def _counts(
    review: Review, by_route: Mapping[str, int], sides: Mapping[str, _Side], reasons: Counter[tuple[str, str]]
) -> dict[str, int]:
    dbr, other = sides["dbr"], sides["other"]
    excluded = {side: sum(n for (s, _), n in reasons.items() if s == side) for side in SIDES}
    reports = review.included_reports()
    studies = sum(any(r.id in reports for r in data.study.reports) for data in review.studies)
    return {
        "previous_studies": 0,
        "previous_reports": 0,
        **by_route,
        "duplicates": sum(s.hits - s.records - s.unread for s in sides.values()),
        "excluded_automatic": sum(s.unread for s in sides.values()),
        "excluded_other": 0,
        "records_screened": dbr.records,
        "records_excluded": dbr.screened_out,
        "dbr_sought_reports": dbr.lost + dbr.assessed + dbr.waiting,
        "dbr_notretrieved_reports": dbr.lost + dbr.waiting,
        "other_records_excluded": other.screened_out,
        "other_sought_reports": other.lost + other.assessed + other.waiting,
        "other_notretrieved_reports": other.lost + other.waiting,
        "dbr_assessed": dbr.assessed,
        "dbr_excluded": excluded["dbr"],
        "other_assessed": other.assessed,
        "other_excluded": excluded["other"],
        "new_studies": studies,
        "new_reports": len(reports),
        "total_studies": studies,
        "total_reports": len(reports),
    }


def _consistent(review: Review) -> None:
    """Refuse a log that contradicts itself."""
    problems = []
    held = Counter(r.search for r in review.records)
    for s in review.searches:
        if s.hits is not None and s.hits < held[s.id]:
            seen, expected = f"{s.hits} hits but {held[s.id]} records", "hits that cover every record stored"
            problems.append(Problem(s.place, "flow", seen, expected, "mend hits, or the search the records name"))
    out = {d.record: d.verdict for d in review.decisions if d.stage == "title-abstract"}
    for d in {d.record: d for d in review.decisions if d.stage == "full-text"}.values():
        if out.get(d.record) == "exclude":
            seen = f"record {d.record!r} judged at full text after it was excluded at title and abstract"
            advice = "add a line at title and abstract that lets it through"
            problems.append(Problem(d.place, "flow", seen, "only records let through", advice))
    if problems:
        raise ReviewError(tuple(problems))


def _adds_up(c: Mapping[str, int], sides: Mapping[str, _Side]) -> None:
    """Assert the arithmetic of PRISMA 2020."""
    removed = c["duplicates"] + c["excluded_automatic"] + c["excluded_other"]
    found = sum(c[key] for key in ROUTES.values())
    passed_other = sides["other"].records - sides["other"].screened_out
    sums = {
        "identified - removed = records": found - removed == sum(s.records for s in sides.values()),
        "screened - excluded = sought": c["records_screened"] - c["records_excluded"] == c["dbr_sought_reports"],
        "other records = sought": passed_other == c["other_sought_reports"],
        "sought - not retrieved = assessed (databases and registers)": c["dbr_sought_reports"]
        - c["dbr_notretrieved_reports"]
        == c["dbr_assessed"],
        "sought - not retrieved = assessed (other)": c["other_sought_reports"] - c["other_notretrieved_reports"]
        == c["other_assessed"],
        "assessed - excluded = included": c["dbr_assessed"]
        - c["dbr_excluded"]
        + c["other_assessed"]
        - c["other_excluded"]
        == c["new_reports"],
        "studies ≤ reports": c["new_studies"] <= c["new_reports"],
        "previous + new = total": c["previous_studies"] + c["new_studies"] == c["total_studies"]
        and c["previous_reports"] + c["new_reports"] == c["total_reports"],
    }
    failed = [words for words, holds in sums.items() if not holds]
    if failed:
        advice = "compare records, decisions and reports: each included record is one report of one study"
        place = Place("screening")
        raise ReviewError(tuple(Problem(place, "flow", "the flow does not add up", w, advice) for w in failed))
