"""Screening records by hand: what there is to decide, who decided what, and a decision written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from remit import screen, store
from remit.errors import UsageError
from remit.model.decision import Record, Stage, latest
from remit.model.review import Review
from remit.model.source_record import SourceRecord
from remit.store import log as logs
from remit.store import texts
from remit.store.log import Line

Lines = Mapping[str, Sequence[Line]]
Order = Callable[[Sequence[Line]], Sequence[str]]
Left = Callable[[Sequence[Line]], screen.Verdict]
EACH_UP_TO, SHARE = 100, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One stage of one review: records to decide by id, their texts, and records that may be one document."""

    root: Path
    stage: Stage
    review: Review
    records: Mapping[str, Record]
    texts: Mapping[str, SourceRecord]
    alike: Mapping[str, tuple[str, ...]]


def desk(path: str | Path, stage: Stage) -> Desk:
    """Read a review for screening at `stage`; at full text, what every reader excluded before is left out.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        Its protocol has no criterion to include by or none to exclude by, or it has no record.
    """
    review = store.read(path)
    if {c.effect for c in review.protocol.criteria} != {"include", "exclude"}:
        raise UsageError(
            f"{path}: protocol.yaml needs a criterion to include by and one to exclude by; write them first"
        )
    left_out: frozenset[str] = frozenset() if stage == "title-abstract" else _left_out(review)
    records = {r.id: r for r in review.records if r.id not in left_out}
    if not records:
        raise UsageError(f"{path} has no record to decide at {stage}; bring some in: remit import {path} FILE")
    held = dict(texts.read(path))
    alike: dict[str, tuple[str, ...]] = {}
    for pair in latest(review.alike):
        if pair.verdict != "different" and pair.record in records and pair.other in records:
            alike[pair.record] = (*alike.get(pair.record, ()), pair.other)
            alike[pair.other] = (*alike.get(pair.other, ()), pair.record)
    return Desk(
        root=Path(path),
        stage=stage,
        review=review,
        records=records,
        texts={i: held[i] for i in records if i in held},
        alike=alike,
    )


def _left_out(review: Review) -> frozenset[str]:
    """Records that everybody who read title and abstract excluded, or that a consensus did."""
    said: dict[str, dict[str, str]] = {}
    settled: dict[str, str] = {}
    for d in review.decisions:
        if d.stage == "title-abstract" and d.settles:
            settled[d.record] = d.verdict
        elif d.stage == "title-abstract":
            said.setdefault(d.record, {})[d.by] = d.verdict
    out = {r for r, votes in said.items() if set(votes.values()) == {"exclude"}}
    return frozenset({r for r in out if r not in settled} | {r for r, v in settled.items() if v == "exclude"})


def lines(desk: Desk) -> Lines:
    """Return everybody's lines at the desk's stage as they are on the disk now, the consensus file's among them."""
    names = [p.id for p in desk.review.about.people] + ["consensus"]
    return {name: logs.read(desk.root, desk.stage, name) for name in names}


def decide(desk: Desk, name: str, decisions: Sequence[Line], seen: int) -> int:
    """Append decisions to the log of a person, or of the consensus, and return the lines it has now.

    Raises
    ------
    UsageError
        A record is not at the desk, or a criterion does not go with its verdict.
    Elsewhere
        A record was decided otherwise in another window since the page was shown.
    """
    effects = {c.id: c.effect for c in desk.review.protocol.criteria}
    for line in decisions:
        if line.record not in desk.records:
            raise UsageError(f"{line.record!r} is no record to decide here; go back to the list")
        if line.verdict not in ("include", "exclude", "unsure") or line.criterion not in effects:
            raise UsageError(
                f"{line.verdict!r} by {line.criterion!r} is no decision; choose a criterion of the protocol"
            )
        if line.verdict != "unsure" and effects[line.criterion] != line.verdict:
            raise UsageError(f"criterion {line.criterion} is to {effects[line.criterion]}; choose another")
    return logs.append(desk.root, desk.stage, name, decisions, seen)


def seen(lines: Sequence[Line]) -> list[tuple[str, bool]]:
    """Return each record of a log in the order of its first line, with whether its last line lets it go on."""
    last = {line.record: line.verdict != "exclude" for line in lines}
    return list(last.items())


def lesson(decided: int) -> int:
    """Return a number that changes when the order is to be learned again: each decision, later each fiftieth part."""
    if decided < EACH_UP_TO:
        return decided
    return EACH_UP_TO + int(log(decided / EACH_UP_TO) * SHARE)


def order(desk: Desk) -> Order:
    """Return the order the protocol asks for: of undecided records, by one person's own lines."""
    plan, ids = desk.review.protocol.screening, tuple(desk.records)
    held = {i: screen.text(desk.texts[i]) if i in desk.texts else screen.Text(r.title) for i, r in desk.records.items()}
    ranking = screen.Ranking(held, screen.words(desk.review.protocol)) if plan.order == "learned" else None

    def ordered(lines: Sequence[Line]) -> Sequence[str]:
        decided = at(desk, lines)
        drawn = screen.sample_order(decided, ids) if plan.stop == "sampled" else None
        if drawn is not None:
            return drawn
        return ids if ranking is None else ranking.order(decided)

    return ordered


def left(desk: Desk) -> Left:
    """Return what the protocol's rule says of one person's lines: what may be left, and whether they may stop."""
    plan, ids = desk.review.protocol.screening, tuple(desk.records)
    return lambda lines: screen.stop(at(desk, lines), ids, plan.stop, plan.recall, plan.confidence)


def at(desk: Desk, lines: Sequence[Line]) -> list[tuple[str, bool]]:
    """Return each record of the desk decided in a log, with whether it goes on."""
    return [(r, on) for r, on in seen(lines) if r in desk.records]
