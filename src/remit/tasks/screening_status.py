"""How far a stage of screening is: each person, how they agree, and what the rule set beforehand says."""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from remit import screen, store
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
    """A stage: who has decided how much, agreement of each two people, conflicts, and who may stop.

    `stopped` says whether as many people as the protocol asks for may stop, or have decided every record.
    """

    stage: str
    records: int
    readers: int
    people: tuple[PersonStatus, ...]
    agreement: tuple[screen.Agreement, ...]
    conflicts: int
    settled: int
    stopped: bool


def status(desk: screening.Desk) -> ScreeningStatus:
    """Return where the desk's stage stands, from the logs alone."""
    everyone = dict(screening.lines(desk))
    consensus = {line.record for line in everyone.pop("consensus")}
    said = {name: dict(screening.at(desk, lines)) for name, lines in everyone.items()}
    names = {p.id: p.name for p in desk.review.about.people}
    left = screening.left(desk)
    people = tuple(
        PersonStatus(
            person=name,
            name=names[name],
            decided=len(said[name]),
            verdict=left(lines),
            **_counts([line.verdict for line in {x.record: x for x in lines}.values()]),
        )
        for name, lines in everyone.items()
        if said[name]
    )
    pairs = tuple(
        screen.agreement(a.person, b.person, said[a.person], said[b.person])
        for a, b in combinations(people, 2)
        if said[a.person].keys() & said[b.person].keys()
    )
    disputed = {r for pair in pairs for r in pair.conflicts}
    readers = desk.review.protocol.screening.readers
    return ScreeningStatus(
        stage=desk.stage,
        records=len(desk.records),
        readers=readers,
        people=people,
        agreement=pairs,
        conflicts=len(disputed - consensus),
        settled=len(disputed & consensus),
        stopped=sum(p.verdict.met for p in people) >= readers,
    )


def _counts(verdicts: list[str]) -> dict[str, int]:
    return {word: verdicts.count(word) for word in ("include", "exclude", "unsure")}


def prisma(path: str | Path, folder: str | Path) -> tuple[Path, Path]:
    """Write the flow as the file PRISMA 2020's drawing tool reads, and the table of searches; return both paths.

    Raises
    ------
    ReviewError
        The review cannot be read, or its log does not add up.
    """
    review = store.read(path)
    flow, table = Path(folder) / "PRISMA_flow.csv", Path(folder) / "PRISMA_S.csv"
    texts = (screen.prisma_csv(screen.flow(review), review.protocol.criteria), screen.search_table(review))
    Path(folder).mkdir(parents=True, exist_ok=True)
    for target, text in zip((flow, table), texts, strict=True):
        target.write_text(text, encoding="utf-8", newline="\n")
    return flow, table
