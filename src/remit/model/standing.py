"""Where a record stands at a stage: the one rule by which the lines of several people become a verdict.

A person's last line is what they say. What a consensus line says holds. Where people say otherwise than one another the
conflict is open; where fewer have read the record than the protocol asks for, it waits for more. Where one reader is
enough, a line of a later day stands in place of anybody's earlier one, and only lines of one day can conflict. At title
and abstract the question is whether it goes on, which `include` and `unsure` both answer with yes; at full text it is
the verdict and, of an exclusion, its criterion, since the flow counts reports by the reason they were left out.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from remit.model.decision import Decision, Stage

State = Literal["include", "exclude", "unsure", "conflict", "waiting", "unread"]
STAGES: tuple[Stage, Stage] = ("title-abstract", "full-text")
OPEN: Mapping[State, str] = {
    "conflict": "whose conflict is open",
    "waiting": "read by too few",
    "unsure": "not settled",
    "unread": "not read",
}


class Said(Protocol):
    """What a line of a log says, whichever noun holds it."""

    @property
    def verdict(self) -> str:
        """Include, exclude or unsure."""

    @property
    def criterion(self) -> str:
        """The criterion it was decided by."""

    @property
    def date(self) -> str:
        """The day it was written, year first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a record stands at one stage, how many have read it, and the last line of what holds.

    `holds` is None while the record is undecided, save where all who must read it could not settle it (`unsure`).
    """

    state: State
    readers: int = 0
    holds: Decision | None = None

    @property
    def goes_on(self) -> bool:
        """Whether title and abstract let it through."""
        return self.state in ("include", "unsure")


UNREAD = Standing(state="unread")


def state(stage: Stage, said: Collection[Said], settled: Said | None, readers: int) -> State:
    """Return the verdict on a record from the last line of each person and of the consensus.

    Parameters
    ----------
    said
        The last line of each person who has read it.
    settled
        The last line of the stage's consensus file on it, or None.
    readers
        How many must read each record, as the protocol says.
    """
    if settled is not None:
        return _word(settled)
    if not said:
        return "unread"
    said = _that_count(said, readers)
    if disagree(stage, said):
        return "conflict"
    if len(said) < readers:
        return "waiting"
    words = {_word(line) for line in said}
    return "include" if "include" in words else words.pop()


S = TypeVar("S", bound=Said)


def _that_count(said: Collection[S], readers: int) -> Collection[S]:
    """The lines that count: where one reader is enough, those of the latest day."""
    latest = max(line.date for line in said)
    return said if readers > 1 else [line for line in said if line.date == latest]


def disagree(stage: Stage, said: Collection[Said]) -> bool:
    """Whether people answer the stage's question differently."""
    return len({_answer(stage, line) for line in said}) > 1


def _answer(stage: Stage, line: Said) -> tuple[str, str]:
    if stage == "title-abstract":
        return ("exclude" if line.verdict == "exclude" else "include", "")
    return (line.verdict, line.criterion if line.verdict == "exclude" else "")


def _word(line: Said) -> State:
    return "include" if line.verdict == "include" else "exclude" if line.verdict == "exclude" else "unsure"


def in_words(stage: Stage, counts: Mapping[State, int]) -> str:
    """Return how many records are undecided at a stage, and why; blank where none is.

    >>> in_words("full-text", {"conflict": 3, "unread": 1})
    'Undecided at full text: 4 (3 whose conflict is open, 1 not read).'
    """
    held = [(counts.get(found, 0), words) for found, words in OPEN.items()]
    parts = ", ".join(f"{n:,} {words}" for n, words in held if n)
    where = "title and abstract" if stage == "title-abstract" else "full text"
    return f"Undecided at {where}: {sum(n for n, _ in held):,} ({parts})." if parts else ""


def standings(decisions: Iterable[Decision], stage: Stage, readers: int) -> dict[str, Standing]:
    """Return where each record stands that anybody has written a line on at `stage`."""
    said: dict[str, dict[str, Decision]] = {}
    settled: dict[str, Decision] = {}
    for d in decisions:
        if d.stage != stage:
            continue
        own = settled if d.settles else said.setdefault(d.record, {})
        name = d.record if d.settles else d.by
        if name not in own or _later(d, own[name]):
            own[name] = d
    out: dict[str, Standing] = {}
    for record in dict.fromkeys([*said, *settled]):
        votes = said.get(record, {})
        last = settled.get(record)
        found = state(stage, votes.values(), last, readers)
        decided = found in ("include", "exclude", "unsure")
        holds = (last or _speaks(_that_count(votes.values(), readers), found)) if decided else None
        out[record] = Standing(state=found, readers=len(votes), holds=holds)
    return out


def _later(one: Decision, other: Decision) -> bool:
    """Whether a line of a file comes after another: logs only grow, so their order is that of time."""
    return one.place.file != other.place.file or one.place.line >= other.place.line


def _speaks(votes: Collection[Decision], found: State) -> Decision:
    """The latest of the lines that say what holds."""
    return max((d for d in votes if d.verdict == found), key=lambda d: (d.date, d.by))


def let_through(first: Mapping[str, Standing], last: Iterable[str]) -> frozenset[str]:
    """Return the records that stand at full text: those title and abstract let through, and those read there at once.

    `first` is where records stand at title and abstract, `last` which have a line at full text. A record without any
    line at title and abstract that has one at full text went there at once.
    """
    return frozenset({r for r, s in first.items() if s.goes_on} | {r for r in last if r not in first})
