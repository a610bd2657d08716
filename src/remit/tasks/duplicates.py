"""Pairs of records that may be one document: what is open, and a person's verdict on one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from remit import store
from remit.dedupe import unite
from remit.dedupe.families import Family, families
from remit.errors import UsageError
from remit.model.decision import Alike, Record, Repeat, latest
from remit.model.place import Place
from remit.model.review import Review
from remit.model.source_record import SourceRecord
from remit.store import additions, staging, texts
from remit.tasks.bring import as_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A pair without a verdict, and what is known of both records."""

    pair: Alike
    one: SourceRecord
    other: SourceRecord


def open_pairs(root: str | Path) -> tuple[Open, ...]:
    """Return the pairs that nobody has judged yet."""
    review = store.read(root)
    wanted = [a for a in latest(review.alike) if not a.verdict]
    said = _said(root, review, {r for a in wanted for r in (a.record, a.other)})
    return tuple(Open(pair=a, one=said[a.record], other=said[a.other]) for a in wanted)


def offered_families(root: str | Path) -> tuple[tuple[Family, ...], Mapping[str, Record]]:
    """Return families of records that may report one study, and the records by id."""
    review = store.read(root)
    records = {r.id: r for r in review.records}
    return families(_said(root, review, set(records))), records


def _said(root: str | Path, review: Review, wanted: set[str]) -> dict[str, SourceRecord]:
    out = {r.id: as_source(r) for r in review.records if r.id in wanted}
    out.update((i, said) for i, said in texts.read(root) if i in out)
    return out


def settle(
    root: str | Path, one: str, other: str, verdict: Literal["same", "different"], by: str, today: str, reason: str = ""
) -> str:
    """Write a person's verdict on two records; return in words what was done. An earlier verdict on them stays written.

    Two lines of one document become one record: the one that decisions or studies name is kept (else the first named),
    the other stands in duplicates.csv. Where people decided on both, both lines stay and the verdict makes the flow
    count them as one record, under the first.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        One of them is no record, or not a person of the review, or both are reports that were included.
    """
    with staging.alone(root):
        review = store.read(root)
        held = {r.id: r for r in review.records}
        _known(held, one, other)
        person(review, by)
        both = [a for a in review.alike if {a.record, a.other} == {one, other}]
        why = "; ".join(t for t in (both[0].why if both else "", reason.strip()) if t)
        place = Place("records/pairs.csv")
        row = Alike(record=one, other=other, why=why, verdict=verdict, by=by, date=today, place=place)
        rest = [a for a in review.alike if a.verdict or a not in both]
        if verdict == "different":
            additions.records(root, review.records, review.repeats, [*rest, row])
            return f"{one} and {other} stay two records"
        kept, gone = _order(review, one, other)
        if gone in named(review):
            row = replace(row, record=kept, other=gone)
            additions.records(root, review.records, review.repeats, [*rest, row])
            return f"people decided on both: both lines stay, and {gone} counts as a repeat of {kept}"
        said = _said(root, review, {kept, gone})
        texts.write(root, {kept: unite.united(said[kept], [said[gone]])})
        texts.write(root, _lines(root, said, kept, gone, held[gone].search), texts.LINES)
        before = "".join(f"; before: {a.verdict} by {a.by} on {a.date}" for a in both if a.verdict)
        repeat = Repeat(
            record=kept,
            search=held[gone].search,
            source_key=said[gone].key,
            title=held[gone].title,
            agreed=f"judged the same by {by} on {today}" + (f": {why}" if why else "") + before,
            place=Place("records/duplicates.csv"),
        )
        moved = [replace(r, record=kept) if r.record == gone else r for r in review.repeats]
        records = [r for r in review.records if r.id != gone]
        additions.records(root, records, [*moved, repeat], _without(rest, gone, kept), fewer=True)
        return f"{gone} is now a repeat of {kept}"


def _lines(
    root: str | Path, said: Mapping[str, SourceRecord], kept: str, gone: str, search: str
) -> list[tuple[str, SourceRecord]]:
    """What `kept` and `gone` said of their own, for the lines of `kept`."""
    held = [(r, line) for r, line in texts.read(root, texts.LINES) if r.partition(" ")[0] in (kept, gone)]
    out = [] if any(r == kept for r, _ in held) else [(kept, said[kept])]
    theirs = [(r, line) for r, line in held if r.partition(" ")[0] == gone] or [(gone, said[gone])]
    return out + [(texts.repeated(kept, r.partition(" ")[2] or search), line) for r, line in theirs]


def _known(held: Mapping[str, Record], one: str, other: str) -> None:
    for record in (one, other):
        if record not in held:
            raise UsageError(f"{record!r} is no record of this review; remit dedupe DIR lists the open pairs")
    if one == other:
        raise UsageError(f"{one!r} beside itself is no pair; name two records")


def person(review: Review, by: str) -> None:
    """Refuse a name that is no person of the review. Raises UsageError."""
    people = [p.id for p in review.about.people]
    if by not in people:
        raise UsageError(f"--by {by!r} is no person of review.yaml; choose one of {', '.join(people)}")


def named(review: Review) -> frozenset[str]:
    """Return the records that a decision or a study names."""
    reports = {r.id for data in review.studies for r in data.study.reports}
    return frozenset(reports | {d.record for d in review.decisions})


def _order(review: Review, one: str, other: str) -> tuple[str, str]:
    """Which of two records is kept: an included report, else one that people named, else the first."""
    included, decided = review.included_reports(), named(review)
    reports = {r.id for data in review.studies for r in data.study.reports} | included
    if one in reports and other in reports:
        raise UsageError(
            f"{one} and {other} are both reports of studies or included; exclude one at full text and take it off its "
            "study first"
        )
    swap = (other in reports, other in decided) > (one in reports, one in decided)
    return (other, one) if swap else (one, other)


def _without(pairs: list[Alike], gone: str, kept: str) -> list[Alike]:
    """Pairs with the record that is gone named by the one kept, none with itself; open ones once, and not if judged."""
    out: list[Alike] = []
    for a in pairs:
        new = replace(a, record=kept if a.record == gone else a.record, other=kept if a.other == gone else a.other)
        if new.record != new.other:
            out.append(new)
    judged = {frozenset((a.record, a.other)) for a in out if a.verdict}
    first = {frozenset((a.record, a.other)): i for i, a in reversed(list(enumerate(out)))}
    return [
        a
        for i, a in enumerate(out)
        if a.verdict or ((b := frozenset((a.record, a.other))) not in judged and first[b] == i)
    ]
