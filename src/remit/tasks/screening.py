"""Screening records by hand: what there is to decide, who decided what, and a decision written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from remit import screen, store
from remit.errors import UsageError
from remit.model.decision import Record, Stage, latest
from remit.model.protocol import StopRule
from remit.model.review import Review
from remit.model.source_record import SourceRecord
from remit.model.standing import State, let_through, state
from remit.store import log as logs
from remit.store import texts
from remit.store.log import Line

Lines = Mapping[str, Sequence[Line]]
Order = Callable[[Sequence[Line]], Sequence[str]]
Left = Callable[[Sequence[Line]], screen.Verdict]
EACH_UP_TO, SHARE = 100, 50
CONSENSUS = "consensus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One stage of one review: records to decide by id, their texts, and records that may be one document."""

    root: Path
    stage: Stage
    review: Review
    records: Mapping[str, Record]
    texts: Mapping[str, SourceRecord]
    alike: Mapping[str, tuple[str, ...]]


def desk(path: str | Path, stage: Stage, *, empty: bool = False) -> Desk:
    """Read a review for screening at `stage`.

    At full text there are the records that title and abstract let through by the verdict people agreed on, and those
    that were read at full text at once; none of a pair judged to be one document but the one kept. `empty` allows a
    desk without any.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        Its protocol has no criterion to include by or none to exclude by, or there is no record to decide.
    """
    review = store.read(path)
    if {c.effect for c in review.protocol.criteria} != {"include", "exclude"}:
        raise UsageError(
            f"{path}: protocol.yaml needs a criterion to include by and one to exclude by; write them first"
        )
    if not review.records:
        raise UsageError(f"{path} has no record to decide at {stage}; bring some in: remit import {path} FILE")
    records = {r.id: r for r in review.records}
    if stage == "full-text":
        records = _let_through(review)
        if not records and not empty:
            raise UsageError(
                f"{path} has no record that title and abstract let through; remit screen {path} --status says what is "
                "undecided there"
            )
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


def _let_through(review: Review) -> dict[str, Record]:
    """The records that stand at full text."""
    through = let_through(review.standings("title-abstract"), review.standings("full-text"))
    again = screen.judged_repeats(review)
    return {r.id: r for r in review.records if r.id in through and r.id not in again}


def lines(desk: Desk) -> Lines:
    """Return everybody's lines at the desk's stage as they are on the disk now, the consensus file's among them."""
    names = [p.id for p in desk.review.about.people] + [CONSENSUS]
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


def votes(everyone: Lines) -> tuple[dict[str, dict[str, Line]], dict[str, Line]]:
    """Return the last line of each person by record and person, and the last that settles a record."""
    said: dict[str, dict[str, Line]] = {}
    for name, lines in everyone.items():
        if name != CONSENSUS:
            for line in lines:
                said.setdefault(line.record, {})[name] = line
    return said, {line.record: line for line in everyone.get(CONSENSUS, ())}


def states(desk: Desk, everyone: Lines) -> dict[str, State]:
    """Return where each record of the desk stands, by the same rule as the flow.

    At title and abstract, records judged to be another and those read at full text at once do not stand anywhere.
    """
    said, settled = votes(everyone)
    plan, elsewhere = desk.review.protocol.screening, frozenset[str]()
    if desk.stage == "title-abstract":
        at_once = {r for r in desk.review.standings("full-text") if r not in said and r not in settled}
        elsewhere = screen.judged_repeats(desk.review) | at_once
    return {
        r: state(desk.stage, said.get(r, {}).values(), settled.get(r), plan.readers)
        for r in desk.records
        if r not in elsewhere
    }


def awaited(desk: Desk, everyone: Lines, person: str) -> tuple[str, ...]:
    """Return the records that wait for another reader and that a person has not read."""
    said, _ = votes(everyone)
    return tuple(r for r, found in states(desk, everyone).items() if found == "waiting" and person not in said[r])


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
    rule = _rule(desk)
    plan, ids = desk.review.protocol.screening, tuple(desk.records)
    held = {i: screen.text(desk.texts[i]) if i in desk.texts else screen.Text(r.title) for i, r in desk.records.items()}
    ranking = screen.Ranking(held, screen.words(desk.review.protocol)) if plan.order == "learned" else None

    def ordered(lines: Sequence[Line]) -> Sequence[str]:
        decided = at(desk, lines)
        drawn = screen.sample_order(decided, ids) if rule == "sampled" else None
        if drawn is not None:
            return drawn
        return ids if ranking is None else ranking.order(decided)

    return ordered


def left(desk: Desk) -> Left:
    """Return what the protocol's rule says of one person's lines: what may be left, and whether they may stop."""
    plan, ids, rule = desk.review.protocol.screening, tuple(desk.records), _rule(desk)
    return lambda lines: screen.stop(at(desk, lines), ids, rule, plan.recall, plan.confidence)


def _rule(desk: Desk) -> StopRule:
    """The rule to stop by: at full text every report is read."""
    return desk.review.protocol.screening.stop if desk.stage == "title-abstract" else "none"


def at(desk: Desk, lines: Sequence[Line]) -> list[tuple[str, bool]]:
    """Return each record of the desk decided in a log, with whether it goes on."""
    return [(r, on) for r, on in seen(lines) if r in desk.records]
