"""A therapy class: its answer, mechanism, figures, resistance, what speaks for and against it, what is coming and missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.finding import Finding
from remit.model.mechanism import Agent, Edge, Ongoing, Resistance
from remit.model.protocol import Term
from remit.report import links
from remit.report.book import Book
from remit.report.figures import mechanism
from remit.report.figures.axis import Axis
from remit.report.pages import card, home
from remit.report.pages.balance import Point, points
from remit.report.pages.lists import StudyLine, study_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPage:
    """What a class page shows."""

    term: Term
    glyph: str
    hue: int
    sentence: str
    key: tuple[tuple[str, card.Line], ...]
    drawings: tuple[Markup, ...]
    agents: tuple[Agent, ...]
    edges: tuple[Edge, ...]
    groups: tuple[tuple[str, str, tuple[card.Card, ...]], ...]
    resistance: tuple[Resistance, ...]
    advantages: tuple[Point, ...]
    challenges: tuple[Point, ...]
    coming: tuple[Ongoing, ...]
    missing: tuple[card.Card, ...]
    studies: tuple[StudyLine, ...]


def belongs(drug_class: str, field: str) -> bool:
    """Whether a class column (one code, or several separated by `;` or `|`) names the class."""
    return drug_class in {part.strip() for part in field.replace("|", ";").split(";")}


def page(book: Book, index: int, term: Term, ratios: Axis) -> ClassPage:
    """Return the page of a class."""
    held = [f for f in book.findings if f.analysis.drug_class == term.id]
    drawn = [f for f in held if f.used]
    edges = tuple(e for e in book.review.edges if belongs(term.id, e.drug_class))
    columns = [(name, book.by_id.get(p.replace("{class}", term.id))) for name, p in book.review.protocol.matrix]
    return ClassPage(
        term=term,
        glyph=home.glyph(index),
        hue=index % 9,
        sentence=_sentence([f for _, f in columns if f is not None], drawn, term),
        key=tuple((name, card.line(book, f, ratios)) for name, f in columns if f is not None and f.used),
        drawings=draw(book, edges, f"How {term.plural or term.name} work and how leukemia escapes"),
        agents=tuple(a for a in book.review.agents if belongs(term.id, a.drug_class)),
        edges=edges,
        groups=tuple(
            (group, heading, tuple(card.card(book, f, ratios) for f in found))
            for group, heading, found in card.by_group(book, drawn)
        ),
        resistance=tuple(r for r in book.review.resistance if belongs(term.id, r.drug_class)),
        advantages=points(book, held, good=True),
        challenges=points(book, held, good=False),
        coming=tuple(o for o in book.review.ongoing if term.id in o.classes),
        missing=tuple(card.card(book, f, ratios) for f in held if not f.used),
        studies=tuple(
            study_line(book, d) for d in book.review.studies if any(a.drug_class == term.id for a in d.study.arms)
        ),
    )


def draw(book: Book, edges: Sequence[Edge], title: str) -> tuple[Markup, ...]:
    """Return the wide and the narrow drawing of some edges; none where nothing can be drawn."""
    names = {a.id: a.name for a in book.review.agents}
    made = [mechanism.draw(edges, title, narrow, names) for narrow in (False, True)]
    return tuple(m for m in made if m is not None)


def _sentence(columns: list[Finding], drawn: list[Finding], term: Term) -> str:
    first = next((f for f in columns if f.used), drawn[0] if drawn else None)
    if first is None:
        return f"No study of {term.plural or term.name} answers an analysis planned here."
    return first.sentence or f"{first.analysis.title}."


def pages(book: Book, ratios: Axis) -> list[tuple[str, ClassPage]]:
    """Return every class's page with its address."""
    return [
        (links.class_page(t.id), page(book, i, t, ratios)) for i, t in enumerate(book.review.protocol.classes)
    ]
