"""Lists of studies and of findings, which readers narrow by population and target."""

from dataclasses import dataclass

from remit.model.review import StudyData
from remit.report import links, numbers, words
from remit.report.book import Book
from remit.report.figures.axis import Axis
from remit.report.pages.card import Line, by_title


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """A study in one line."""

    name: str
    href: str
    design: str
    year: str
    people: str
    classes: str
    population_names: str
    populations: str
    targets: str
    values: int
    state: str


def study_line(book: Book, data: StudyData) -> StudyLine:
    """Return a study as a line of a list."""
    s = data.study
    populations = sorted({*s.populations, *(p for a in s.arms for p in a.populations)})
    targets = sorted({t for a in s.arms for t in a.targets})
    classes = list(dict.fromkeys(book.name(a.drug_class) for a in s.arms if a.drug_class))
    return StudyLine(
        name=s.name or s.id,
        href=links.study_page(s.id),
        design=words.DESIGNS[s.design] + (f", phase {s.phase}" if s.phase else ""),
        year="" if s.year is None else str(s.year),
        people=people(data),
        classes=", ".join(classes),
        population_names=", ".join(book.name(p) for p in populations),
        populations=" ".join(populations),
        targets=" ".join(targets),
        values=len(data.rows),
        state=state(book, data),
    )


def people(data: StudyData) -> str:
    """Return how many people a study treated, enrolled or counted in arms that are no part of others."""
    s = data.study
    found = s.treated or s.enrolled
    if not found:
        sizes = [a.n for a in s.arms if not a.part_of and a.n]
        found = sum(sizes) if sizes else None
    return numbers.people(found)


def state(book: Book, data: StudyData) -> str:
    """Return whether a study's rows enter findings, or why they do not."""
    if any((data.study.id, links.table(r.place), r.key) in book.uses for r in data.rows):
        return "in findings"
    if any(r.id in book.included for r in data.study.reports):
        return "included, in no finding"
    return "not included"


def studies(book: Book) -> list[StudyLine]:
    """Return every study, by name."""
    found = [study_line(book, d) for d in book.review.studies]
    return sorted(found, key=lambda s: (s.name.casefold(), s.href))


def findings(book: Book, ratios: Axis) -> list[tuple[str, str, list[tuple[str, list[Line]]]]]:
    """Return every finding under its question: (title, address, titles with lines)."""
    out = []
    for q in book.review.protocol.questions:
        held = [f for f in book.findings if f.analysis.question == q.id]
        if held:
            out.append((q.title, links.question_page(q.id), by_title(book, held, ratios)))
    known = {q.id for q in book.review.protocol.questions}
    rest = [f for f in book.findings if f.analysis.question not in known]
    if rest:
        out.append(("Other", "findings.html", by_title(book, rest, ratios)))
    return out
