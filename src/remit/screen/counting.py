"""The PRISMA 2020 flow, counted from the log of decisions alone.

Words: *records* are lines a search found, *reports* are documents, *studies* are investigations. A record is stored
once, under the first search that found it; further lines of it are duplicates, and so is a record that a person judged
to be another: what was decided on it does not count. Records nobody read after a stop that the protocol's rule allowed
are removed before screening (`excluded_automatic`: the machine left them to the end, no person excluded them).
Databases and registers stand apart from other methods (websites, organisations, citations).

What holds of a record at a stage is what `remit.model.standing` says under the protocol's number of readers. A record
with an open conflict, one that waits for another reader and one that nobody has read are undecided at that stage: they
are counted as such, and as nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from remit.model.decision import Record, Stage
from remit.model.review import Review
from remit.model.standing import OPEN, STAGES, UNREAD, Standing, State, in_words, let_through
from remit.screen import sums
from remit.screen.identified import Found, identified, judged_repeats
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
    `open` counts what is undecided, by stage, side and state (a key of `OPEN`); while there is any, the flow is not
    `final`. `absent` counts what searches say they found and did not bring, by search. `stopped` names the rule to stop
    by where records were left unread by it, blank where none were.

    Three kinds of keys are none of PRISMA's: `other_records_excluded`, records of other methods excluded by title and
    abstract; and, where there are any, `undecided_STAGE` and `STATE_STAGE` (such as `conflict_full_text`).
    """

    counts: Mapping[str, int]
    sources: tuple[tuple[str, str, str, int], ...]
    reasons: tuple[tuple[str, str, int], ...]
    awaiting: int
    open: tuple[tuple[Stage, str, State, int], ...] = ()
    absent: tuple[tuple[str, int], ...] = ()
    stopped: str = ""

    def __getitem__(self, key: str) -> int:
        return self.counts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def undecided(self) -> int:
        """Records undecided at either stage."""
        return sum(n for *_, n in self.open)

    @property
    def final(self) -> bool:
        """Whether every record is decided."""
        return not self.open

    def undecided_at(self, stage: str, side: str = "") -> int:
        """Records undecided at a stage, of one side or of both."""
        return sum(n for at, s, _, n in self.open if at == stage and side in ("", s))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the numbers, in sentences: first, where it is so, that they are not final."""
        out = []
        if not self.final:
            out.append(f"This flow is not final: {self.undecided:,} records are undecided and in no box.")
        for stage in STAGES:
            states = Counter[State]()
            for at, _, state, n in self.open:
                states[state] += n if at == stage else 0
            if words := in_words(stage, states):
                out.append(words)
        out += [f"{search}: {n:,} of what it found were not brought or not readable." for search, n in self.absent]
        if self.stopped:
            out.append(f"Records marked as ineligible by automation tools were left unread by the {self.stopped}.")
        return tuple(out)


@dataclass(slots=True)
class Side:
    """What became of the records of one side."""

    records: int = 0
    screened_out: int = 0
    through: int = 0
    lost: int = 0
    unread: int = 0
    assessed: int = 0
    included: int = 0
    open: Counter[tuple[Stage, State]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def flow(review: Review) -> Flow:
    """Return the flow of a review.

    Raises
    ------
    ReviewError
        The log does not add up: a search with fewer hits than records and duplicates, a record judged at full text
        after it was excluded at title and abstract, or a sum of the flow that fails.
    """
    found = identified(review)
    first, last = review.standings("title-abstract"), review.standings("full-text")
    sums.consistent(review, found, first)
    sides = _followed(review, first, last)
    order = {c.id: i for i, c in enumerate(review.protocol.criteria)}
    reasons = [(name, c, n) for name, side in sides.items() for c, n in side.reasons.items()]
    counts = _counts(review, found, sides)
    sums.adds_up(counts, sum(s.records for s in sides.values()))
    return Flow(
        counts=counts,
        sources=tuple((f.search.id, f.search.source, f.search.route, f.found) for f in found),
        reasons=tuple(sorted(reasons, key=lambda r: (r[0], order.get(r[1], len(order)), r[1]))),
        awaiting=sum(s.lost for s in sides.values()),
        open=_open(sides),
        absent=tuple((f.search.id, f.absent) for f in found if f.absent),
        stopped=rule(review) if any(s.unread for s in sides.values()) else "",
    )


def _followed(review: Review, first: Mapping[str, Standing], last: Mapping[str, Standing]) -> dict[str, Side]:
    """Count each record where it stands."""
    never, again, through = unread(review), judged_repeats(review), let_through(first, last)
    routes = {s.id: s.route for s in review.searches}
    sides = {side: Side() for side in SIDES}
    for record in review.records:
        if record.id in again:
            continue
        side = sides["dbr" if routes[record.search] in ("database", "register") else "other"]
        if record.id in never:
            side.unread += 1
            continue
        side.records += 1
        if record.id in through:
            _at_full_text(last.get(record.id, UNREAD), side)
        else:
            _at_title_and_abstract(first, record, side)
    return sides


def _at_title_and_abstract(first: Mapping[str, Standing], record: Record, side: Side) -> None:
    state = first.get(record.id, UNREAD).state
    if state == "exclude":
        side.screened_out += 1
    else:
        side.open["title-abstract", state] += 1


def _at_full_text(standing: Standing, side: Side) -> None:
    side.through += 1
    held = standing.holds
    if standing.state not in ("include", "exclude") or held is None:
        side.open["full-text", standing.state] += 1
    elif held.verdict == "exclude" and held.criterion == AWAITING:
        side.lost += 1
    else:
        side.assessed += 1
        side.included += held.verdict == "include"
        if held.verdict == "exclude":
            side.reasons[held.criterion] += 1


def _open(sides: Mapping[str, Side]) -> tuple[tuple[Stage, str, State, int], ...]:
    return tuple(
        (stage, name, state, n)
        for stage in STAGES
        for name, side in sides.items()
        for state in OPEN
        if (n := side.open[stage, state])
    )


def _counts(review: Review, found: Sequence[Found], sides: Mapping[str, Side]) -> dict[str, int]:
    dbr, other = sides["dbr"], sides["other"]
    by_route = dict.fromkeys(ROUTES.values(), 0)
    for f in found:
        by_route[ROUTES[f.search.route]] += f.found
    reports = review.included_reports()
    studies = sum(any(r.id in reports for r in data.study.reports) for data in review.studies)
    undecided = Counter[str]()
    for stage, _, state, n in _open(sides):
        name = stage.replace("-", "_")
        undecided[f"undecided_{name}"] += n
        undecided[f"{state}_{name}"] += n
    return {
        "previous_studies": 0,
        "previous_reports": 0,
        **by_route,
        "duplicates": sum(f.duplicates for f in found),
        "excluded_automatic": sum(s.unread for s in sides.values()),
        "excluded_other": sum(f.absent for f in found),
        "records_screened": dbr.screened_out + dbr.through,
        "records_excluded": dbr.screened_out,
        "dbr_sought_reports": dbr.through,
        "dbr_notretrieved_reports": dbr.lost,
        "other_records_excluded": other.screened_out,
        "other_sought_reports": other.through,
        "other_notretrieved_reports": other.lost,
        "dbr_assessed": dbr.assessed,
        "dbr_excluded": dbr.reasons.total(),
        "other_assessed": other.assessed,
        "other_excluded": other.reasons.total(),
        "new_studies": studies,
        "new_reports": len(reports),
        "total_studies": studies,
        "total_reports": len(reports),
        **undecided,
    }
