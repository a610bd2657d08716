"""How far a stage of screening is: each person, how they agree, and what the rule set beforehand says."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from remit import screen, store
from remit.model.standing import disagree
from remit.tasks import screening


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStatus:
    """One person at one stage: records by verdict, and what the rule says of them."""

    person: str
    name: str
    decided: int
    include: int
    exclude: int
    unsure: int
    verdict: screen.Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningStatus:
    """A stage: who has decided how much, agreement of each two people, what they agreed on, and who may stop.

    Each record of the stage is counted once: `include`, `exclude` or `unsure` by the verdict that holds, or undecided:
    in `open_conflicts` (by id), `waiting` for another reader, `unread`, or `left` unread by a lawful stop. `conflicts`
    counts those open, `settled` what the consensus decided. `stopped` says whether as many people as the protocol asks
    for may stop, or have decided every record; `final` whether nothing is undecided.
    """

    stage: str
    records: int
    readers: int
    people: tuple[PersonStatus, ...]
    agreement: tuple[screen.Agreement, ...]
    conflicts: int
    settled: int
    stopped: bool
    include: int
    exclude: int
    unsure: int
    waiting: int
    unread: int
    left: int
    open_conflicts: tuple[str, ...]
    final: bool


def status(desk: screening.Desk) -> ScreeningStatus:
    """Return where the desk's stage stands, from the logs alone."""
    everyone = dict(screening.lines(desk))
    states = screening.states(desk, everyone)
    said, settled = screening.votes(everyone)
    everyone.pop(screening.CONSENSUS)
    decided = {name: dict(screening.at(desk, lines)) for name, lines in everyone.items()}
    names = {p.id: p.name for p in desk.review.about.people}
    allowed = screening.left(desk)
    people = tuple(
        PersonStatus(
            person=name,
            name=names[name],
            decided=len(decided[name]),
            verdict=allowed(lines),
            **_counts([line.verdict for line in {x.record: x for x in lines}.values()]),
        )
        for name, lines in everyone.items()
        if decided[name]
    )
    pairs = tuple(
        screen.agreement(a.person, b.person, decided[a.person], decided[b.person])
        for a, b in combinations(people, 2)
        if decided[a.person].keys() & decided[b.person].keys()
    )
    readers = desk.review.protocol.screening.readers
    count = Counter(states.values())
    stopped = sum(p.verdict.met for p in people) >= readers
    left = count["unread"] if stopped and desk.stage == "title-abstract" else 0
    undecided = count["conflict"] + count["waiting"] + count["unread"] - left
    undecided += count["unsure"] if desk.stage == "full-text" else 0
    return ScreeningStatus(
        stage=desk.stage,
        records=len(desk.records),
        readers=readers,
        people=people,
        agreement=pairs,
        conflicts=count["conflict"],
        settled=sum(r in settled and disagree(desk.stage, v.values()) for r, v in said.items() if r in states),
        stopped=stopped,
        include=count["include"],
        exclude=count["exclude"],
        unsure=count["unsure"],
        waiting=count["waiting"],
        unread=count["unread"] - left,
        left=left,
        open_conflicts=tuple(r for r, found in states.items() if found == "conflict"),
        final=undecided == 0,
    )


def _counts(verdicts: list[str]) -> dict[str, int]:
    return {word: verdicts.count(word) for word in ("include", "exclude", "unsure")}


def prisma(path: str | Path, folder: str | Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the flow as the file PRISMA 2020's drawing tool reads, what to know of it, and the table of searches.

    Returns
    -------
    tuple
        The paths of the three files, and the notes on the flow; the first note says so where it is not final.

    Raises
    ------
    ReviewError
        The review cannot be read, or its log does not add up.
    """
    review = store.read(path)
    flow = screen.flow(review)
    texts = {
        "PRISMA_flow.csv": screen.prisma_csv(flow, review.protocol.criteria),
        "PRISMA_notes.txt": screen.prisma_notes(flow),
        "PRISMA_S.csv": screen.search_table(review),
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
    return tuple(Path(folder) / name for name in texts), flow.notes
