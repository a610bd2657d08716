"""The denominator ledgers of a class in one table: who was enrolled, and how many were treated and answered for."""

from dataclasses import dataclass

from remit.model.review import StudyData
from remit.model.study import STAGES, Arm
from remit.report import links, numbers
from remit.report.book import Book

REMISSION = ("cr-cri", "cr")
BASES = ("enrolled", "infused")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A study's ledger: people at each stage of the table, and remission over those enrolled and those infused."""

    name: str
    href: str
    people: tuple[str, ...]
    remission: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTable:
    """The stages that any report gives, in order, and a line per arm and report."""

    stages: tuple[str, ...]
    lines: tuple[LedgerLine, ...]


def table(book: Book, drug_class: str) -> LedgerTable:
    """Return the ledgers of the arms of `drug_class`, each as one report gives it in two stages or more."""
    held: list[tuple[StudyData, Arm, dict[str, int]]] = []
    for data in book.review.studies:
        for arm in data.study.arms:
            if arm.drug_class == drug_class:
                held += [(data, arm, people) for people in _reports(data, arm.id) if len(people) > 1]
    stages = tuple(s for s in STAGES if any(s in people for _, _, people in held))
    lines = [_line(data, arm, people, stages) for data, arm, people in held]
    return LedgerTable(stages=stages, lines=tuple(sorted(lines, key=lambda x: (x.name.casefold(), x.href))))


def _reports(data: StudyData, arm: str) -> list[dict[str, int]]:
    """People at each stage of an arm, as each source gives them: figures of different cuts are not set side by side."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for step in data.study.ledger:
        if step.arm == arm:
            found.setdefault((step.report, step.url), {})[step.stage] = step.n
    return list(found.values())


def _line(data: StudyData, arm: Arm, people: dict[str, int], stages: tuple[str, ...]) -> LedgerLine:
    several = sum(a.drug_class == arm.drug_class and not a.part_of for a in data.study.arms) > 1
    return LedgerLine(
        name=(data.study.name or data.study.id) + (f": {arm.label}" if several else ""),
        href=links.study_page(data.study.id) + "#ledger",
        people=tuple(numbers.people(people[s]) if s in people else "" for s in stages),
        remission=tuple(_remission(data, arm.id, basis) for basis in BASES),
    )


def _remission(data: StudyData, arm: str, basis: str) -> str:
    """Return events of total of the largest printed remission row over that denominator, or nothing."""
    rows: list[tuple[int, int]] = [
        (r.total, r.events)
        for r in data.counts
        if r.outcome in REMISSION
        and r.basis == basis
        and r.arm == arm
        and r.events is not None
        and r.total is not None
        and not {"suspect", "confirms", "superseded"} & set(r.flags)
    ]
    if not rows:
        return ""
    total, events = max(rows)
    return f"{events} of {total}"
