"""What one person sees next, how far they are, and where two people disagree. Nobody sees another's decision first."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from remit.app.marking import words
from remit.model.decision import Record
from remit.model.source_record import SourceRecord
from remit.model.standing import disagree
from remit.screen import Verdict
from remit.store.log import Line
from remit.tasks import screening


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One record to decide, with what is very like it, and how many lines the person's log has."""

    record: Record
    text: SourceRecord
    alike: tuple[tuple[Record, SourceRecord], ...]
    before: Line | None
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a person is: decided, by verdict, left, and records decided since the last inclusion."""

    total: int
    include: int
    exclude: int
    unsure: int
    since: int

    @property
    def decided(self) -> int:
        """Records with a decision."""
        return self.include + self.exclude + self.unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A record two people decided differently, with the last line of each, and what settled it.

    Where one reader is enough and one line is of a later day, that one holds: the conflict is not `open`.
    """

    record: Record
    text: SourceRecord
    votes: tuple[tuple[str, Line], ...]
    settled: Line | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One record a person has decided: its title, their last line on it, and those before, oldest first."""

    title: str
    line: Line
    earlier: tuple[Line, ...]
    here: bool


class Board:
    """Everybody's place at one desk. Logs on the disk are what holds; orders are worked out again as they grow."""

    def __init__(self, desk: screening.Desk, order: screening.Order, left: screening.Left) -> None:
        self.desk, self._order, self._left = desk, order, left
        protocol = desk.review.protocol
        asked = [t for q in protocol.questions for t in (q.population, q.intervention)]
        self.words = words([*asked, *(c.text for c in protocol.criteria if c.effect == "include")])
        self._ranked: dict[str, tuple[int, Sequence[str]]] = {}
        self._lock = Lock()

    def mine(self, person: str) -> Sequence[Line]:
        """A person's lines, oldest first."""
        return screening.lines(self.desk).get(person, ())

    def next(self, person: str) -> Sheet | None:
        """The next record a person has not decided, or None at the end."""
        lines = self.mine(person)
        done = {line.record for line in lines}
        queue = (*self.awaited(person), *self._queue(person, lines))
        found = next((r for r in queue if r not in done), None)
        return None if found is None else self.sheet(person, found)

    def awaited(self, person: str) -> tuple[str, ...]:
        """Records that wait for this person as another reader, once the rule lets them stop; none before.

        That somebody has read a record says nothing of how they decided it.
        """
        plan = self.desk.review.protocol.screening
        if plan.readers < 2 or plan.stop == "none" or self.desk.stage == "full-text" or not self.verdict(person).met:
            return ()
        return screening.awaited(self.desk, screening.lines(self.desk), person)

    def sheet(self, person: str, record: str) -> Sheet | None:
        """One record, whether decided before or not; None where it is not at this desk."""
        if record not in self.desk.records:
            return None
        lines = self.mine(person)
        last = {line.record: line for line in lines}
        others = [o for o in self.desk.alike.get(record, ()) if o not in last]
        return Sheet(
            record=self.desk.records[record],
            text=self.text(record),
            alike=tuple((self.desk.records[o], self.text(o)) for o in others),
            before=last.get(record),
            seen=len(lines),
        )

    def text(self, record: str) -> SourceRecord:
        """What the source said of a record; title and journal alone where the local cache does not hold it."""
        held = self.desk.texts.get(record)
        if held is not None:
            return held
        r = self.desk.records[record]
        authors = (r.first_author,) if r.first_author else ()
        return SourceRecord(title=r.title, authors=authors, year=r.year, journal=r.journal, doi=r.doi, pmid=r.pmid)

    def progress(self, person: str) -> Progress:
        """How far a person is."""
        last = {line.record: line.verdict for line in self.mine(person)}
        verdicts = list(last.values())
        after = next((i for i, v in enumerate(reversed(verdicts)) if v == "include"), len(verdicts))
        counts = {v: verdicts.count(v) for v in ("include", "exclude", "unsure")}
        return Progress(total=len(self.desk.records), since=after, **counts)

    def verdict(self, person: str) -> Verdict:
        """What may be left to find, and whether the rule set beforehand lets this person stop."""
        return self._left(self.mine(person))

    def decided(self, person: str) -> tuple[Own, ...]:
        """What a person has decided themselves, the newest first. `here` says whether the record is at this desk."""
        own: dict[str, list[Line]] = {}
        for line in self.mine(person):
            own[line.record] = [*own.pop(line.record, ()), line]
        return tuple(
            Own(
                title=self.text(r).title or self.desk.records[r].title if r in self.desk.records else r,
                line=lines[-1],
                earlier=tuple(lines[:-1]),
                here=r in self.desk.records,
            )
            for r, lines in reversed(own.items())
        )

    def conflicts(self, person: str) -> tuple[Conflict, ...]:
        """Conflicts a person may see: on records they decided themselves, or where nobody's reading waits for them."""
        everyone = screening.lines(self.desk)
        votes, settled = screening.votes(everyone)
        states = screening.states(self.desk, everyone)
        needed = max(self.desk.review.protocol.screening.readers, 2)
        return tuple(
            Conflict(
                record=self.desk.records[r],
                text=self.text(r),
                votes=tuple(said.items()),
                settled=settled.get(r),
                open=states[r] == "conflict",
            )
            for r, said in sorted(votes.items())
            if r in states and disagree(self.desk.stage, said.values()) and (len(said) >= needed or person in said)
        )

    def _queue(self, person: str, lines: Sequence[Line]) -> Sequence[str]:
        """The person's order, learned from their own decisions only; again after each, less often past the first."""
        step = screening.lesson(len(lines))
        with self._lock:
            held = self._ranked.get(person)
            if held is None or held[0] != step:
                held = (step, self._order(lines))
                self._ranked[person] = held
        return held[1]
