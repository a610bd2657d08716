"""A therapy class: its answer, mechanism, figures, resistance, what speaks for and against it, what is coming."""

from dataclasses import dataclass

from markupsafe import Markup

from remit.model.finding import Finding
from remit.model.mechanism import Acting, ClassMap, Ongoing
from remit.model.protocol import Term
from remit.report import links, words
from remit.report.book import Book
from remit.report.figures import mechanism
from remit.report.figures.axis import Axis
from remit.report.pages import card, home, ledgers
from remit.report.pages.balance import Point, points
from remit.report.pages.lists import StudyLine, study_line


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """An agent with its studies and the findings that ask for it alone."""

    acting: Acting
    studies: tuple[tuple[str, str], ...]
    findings: tuple[card.Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPage:
    """What a class page shows."""

    term: Term
    glyph: str
    hue: int
    sentence: str
    key: tuple[tuple[str, card.Line], ...]
    drawings: tuple[Markup, ...]
    map: ClassMap | None
    agents: tuple[AgentLine, ...]
    groups: tuple[tuple[str, str, tuple[card.Card, ...]], ...]
    advantages: tuple[Point, ...]
    challenges: tuple[Point, ...]
    ledgers: ledgers.LedgerTable
    coming: tuple[Ongoing, ...]
    missing: tuple[card.Card, ...]
    studies: tuple[StudyLine, ...]


def page(book: Book, index: int, term: Term, ratios: Axis) -> ClassPage:
    """Return the page of a class."""
    held = [f for f in book.findings if f.analysis.drug_class == term.id]
    drawn = [f for f in held if f.used]
    mapped = book.mechanism.of(term.id)
    columns = [(name, book.by_id.get(p.replace("{class}", term.id))) for name, p in book.review.protocol.matrix]
    return ClassPage(
        term=term,
        glyph=home.glyph(index),
        hue=index % 9,
        sentence=_sentence([f for _, f in columns if f is not None], drawn, term),
        key=tuple((name, card.line(book, f, ratios)) for name, f in columns if f is not None and f.used),
        map=mapped,
        drawings=draw(mapped, f"How {term.plural or term.name} work and how leukemia escapes"),
        agents=agent_lines(book, mapped, ratios) if mapped else (),
        groups=tuple(
            (group, heading, tuple(card.card(book, f, ratios) for f in found))
            for group, heading, found in card.by_group(book, drawn)
        ),
        advantages=points(book, held, good=True),
        challenges=points(book, held, good=False),
        ledgers=ledgers.table(book, term.id),
        coming=tuple(o for o in book.review.ongoing if term.id in o.classes),
        missing=tuple(card.card(book, f, ratios) for f in held if not f.used),
        studies=tuple(
            study_line(book, d) for d in book.review.studies if any(a.drug_class == term.id for a in d.study.arms)
        ),
    )


def draw(found: ClassMap | None, title: str) -> tuple[Markup, ...]:
    """Return the wide and the narrow drawing of a class's map; none where nothing can be drawn."""
    if found is None:
        return ()
    made = [mechanism.draw(found.bonds, title, narrow) for narrow in (False, True)]
    return tuple(m for m in made if m is not None)


def agent_lines(book: Book, found: ClassMap, ratios: Axis) -> tuple[AgentLine, ...]:
    """Return every agent of a class with its studies and findings."""
    return tuple(
        AgentLine(
            acting=acting,
            studies=tuple((book.study_name(s), links.study_page(s)) for s in acting.studies),
            findings=tuple(card.line(book, book.by_id[f], ratios) for f in acting.findings if f in book.by_id),
        )
        for acting in found.agents
    )


def _sentence(columns: list[Finding], drawn: list[Finding], term: Term) -> str:
    first = next((f for f in columns if f.used), drawn[0] if drawn else None)
    if first is None:
        return f"No study of {term.plural or term.name} answers an analysis planned here."
    return words.tight(first.sentence) or f"{first.analysis.title}."


def pages(book: Book, ratios: Axis) -> list[tuple[str, ClassPage]]:
    """Return every class's page with its address."""
    return [(links.class_page(t.id), page(book, i, t, ratios)) for i, t in enumerate(book.review.protocol.classes)]
