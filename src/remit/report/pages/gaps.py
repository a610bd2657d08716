"""Where evidence is missing: people studied, by class, outcome and population."""

from dataclasses import dataclass

from markupsafe import Markup

from remit.report.book import Book
from remit.report.figures import gapmap

_COLUMNS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class GapCell:
    """One filled cell of the table twin."""

    drug_class: str
    outcome: str
    studies: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One population: its drawing and its table."""

    id: str
    name: str
    drawing: Markup
    cells: tuple[GapCell, ...]
    empty: int


def panels(book: Book) -> tuple[Panel, ...]:
    """Return a panel per population, in the protocol's order."""
    counted = _counts(book)
    totals = {key: (len(found), sum(found.values())) for key, found in counted.items()}
    largest = max((people for _, people in totals.values()), default=0)
    classes = [(t.id, t.short or t.name) for t in book.review.protocol.classes]
    outcomes = _columns(book, totals)
    out = []
    for population in book.review.protocol.populations:
        cells = {
            (c, o): totals[key] for c, _ in classes for o, _ in outcomes if (key := (population.id, c, o)) in totals
        }
        title = f"Evidence in {population.name}: studies by class and outcome"
        table = tuple(
            GapCell(drug_class=name, outcome=book.name(o), studies=cells[c, o][0], people=cells[c, o][1])
            for c, name in classes
            for o, _ in outcomes
            if (c, o) in cells
        )
        out.append(
            Panel(
                id=population.id,
                name=population.name,
                drawing=gapmap.draw(title, classes, outcomes, cells, largest),
                cells=table,
                empty=len(classes) * len(outcomes) - len(cells),
            )
        )
    return tuple(out)


def _columns(book: Book, totals: dict[tuple[str, str, str], tuple[int, int]]) -> list[tuple[str, str]]:
    """The most important outcomes, at most twelve, in the protocol's order."""
    ranked = sorted(book.review.protocol.outcomes, key=lambda o: -o.importance)[:_COLUMNS]
    kept = {o.id for o in ranked}
    return [(o.id, o.short or o.name) for o in book.review.protocol.outcomes if o.id in kept]


def _counts(book: Book) -> dict[tuple[str, str, str], dict[str, int]]:
    """People by (population, class, outcome) and family: the largest group any included row of the family counts."""
    out: dict[tuple[str, str, str], dict[str, int]] = {}
    for data, row in book.review.rows():
        if row.source.report not in book.included:
            continue
        arm = data.study.arm(row.arm)
        if arm is None:
            continue
        total = getattr(row, "total", None) or getattr(row, "total_arm", None) or arm.n or 0
        for population in book.populations_of(data.study.id, arm.id):
            cell = out.setdefault((population, arm.drug_class, row.outcome), {})
            cell[data.study.family] = max(cell.get(data.study.family, 0), int(total))
    return out
