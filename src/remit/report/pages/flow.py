"""The PRISMA flow and every report left out, with the criterion that did it."""

from dataclasses import dataclass

from markupsafe import Markup

from remit.model.standing import OPEN, STAGES, in_words
from remit.report import links
from remit.report.book import Book
from remit.report.figures import flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A report that was assessed and left out."""

    title: str
    href: str
    url: str
    reason: str
    by: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPage:
    """What the flow page shows."""

    drawings: tuple[Markup, ...]
    counts: tuple[tuple[str, int], ...]
    excluded: tuple[tuple[str, str, tuple[Excluded, ...]], ...]
    total: int
    no_search: bool
    undecided: tuple[str, ...]


def page(book: Book) -> FlowPage:
    """Return the flow page."""
    criteria = {c.id: c.text for c in book.review.protocol.criteria}
    groups: dict[str, list[Excluded]] = {}
    home = {r.id: d.study.id for d in book.review.studies for r in d.study.reports}
    for record, decision in sorted(book.settled.items()):
        if decision.verdict != "exclude":
            continue
        found = book.records.get(record)
        title = " ".join(p for p in (_label(book, record), found.title if found else "") if p)
        groups.setdefault(decision.criterion, []).append(
            Excluded(
                title=title,
                href=f"{links.study_page(home[record])}#r-{links.slug(record)}" if record in home else "",
                url=links.http(found.url) if found else "",
                reason=decision.reason,
                by=book.people.get(decision.by, decision.by),
                date=decision.date,
            )
        )
    order = [c.id for c in book.review.protocol.criteria]
    keys = sorted(groups, key=lambda k: (order.index(k) if k in order else len(order), k))
    boxed = [k for k in keys if "awaiting" not in k]
    reasons = tuple((_short(criteria.get(k, k)), len(groups[k])) for k in boxed)
    return FlowPage(
        drawings=tuple(flow.draw(book.flow, reasons, narrow) for narrow in (False, True)),
        counts=tuple(book.flow.items()),
        excluded=tuple((k, criteria.get(k, ""), tuple(groups[k])) for k in keys),
        total=sum(len(g) for g in groups.values()),
        undecided=_undecided(book),
        no_search=not (book.flow.get("database_results", 0) or book.flow.get("register_results", 0)),
    )


def _undecided(book: Book) -> tuple[str, ...]:
    """What is undecided at each stage, in words; none where the flow is final."""
    stages = ((s, {state: book.flow.get(f"{state}_{s.replace('-', '_')}", 0) for state in OPEN}) for s in STAGES)
    return tuple(words for stage, counts in stages if (words := in_words(stage, counts)))


def _label(book: Book, record: str) -> str:
    found = book.records.get(record)
    if found is None:
        return record
    year = "" if found.year is None else str(found.year)
    return " ".join(p for p in (found.first_author, year) if p) + ("." if found.first_author or year else "")


def _short(text: str) -> str:
    """The criterion up to its first comma, colon or bracket, for a box of the diagram."""
    for mark in (":", ";", " (", ","):
        text = text.split(mark)[0]
    return text.strip().rstrip(".")
