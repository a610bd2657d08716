"""The home page: the answer, the matrix of class against outcome, claims with verdicts, what changed."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from remit.model.finding import ClaimResult, Finding
from remit.model.protocol import Claim, Term
from remit.report import links, numbers, words
from remit.report.book import Book
from remit.report.figures.axis import Axis
from remit.report.pages.card import Line, line

_SEVERAL = 3
"""Studies a class needs to be named in the opening sentence; the matrix shows every class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A class with one cell per column; a cell without a planned analysis is None."""

    term: Term
    glyph: str
    hue: int
    href: str
    cells: tuple[Line | None, ...]
    studies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A claim with its verdict, numbers and the findings that gave it."""

    id: str
    statement: str
    result: ClaimResult
    glyph: str
    numbers: str
    reasons: tuple[Markup, ...]
    findings: tuple[tuple[str, str], ...]
    why: str
    recorded_on: str


def glyph(index: int) -> str:
    """Return the glyph of the class at that place in the protocol."""
    return words.GLYPHS[index % len(words.GLYPHS)]


def matrix(book: Book, ratios: Axis) -> tuple[tuple[str, ...], tuple[MatrixRow, ...]]:
    """Return the column titles and a row per class that has a planned analysis in any column."""
    columns = book.review.protocol.matrix
    rows = []
    for i, term in enumerate(book.review.protocol.classes):
        cells = tuple(_cell(book, pattern, term.id, ratios) for _, pattern in columns)
        held = sum(1 for d in book.review.studies if any(a.drug_class == term.id for a in d.study.arms))
        if any(c is not None for c in cells):
            rows.append(
                MatrixRow(
                    term=term,
                    glyph=glyph(i),
                    hue=i % 9,
                    href=links.class_page(term.id),
                    cells=cells,
                    studies=held,
                )
            )
    return tuple(name for name, _ in columns), tuple(rows)


def _cell(book: Book, pattern: str, drug_class: str, ratios: Axis) -> Line | None:
    found = book.by_id.get(pattern.replace("{class}", drug_class))
    return line(book, found, ratios) if found else None


def highlights(book: Book, ratios: Axis) -> list[tuple[str, list[Line]]]:
    """Return the protocol's highlights as lines, under the populations they are about."""
    groups: dict[str, list[Line]] = {}
    for found in (book.by_id[i] for i in book.review.protocol.highlights if i in book.by_id):
        codes = [p for p in found.analysis.where.get("population", ()) if p[:1] != "!"]
        groups.setdefault(words.listed([book.name(p) for p in codes]), []).append(line(book, found, ratios))
    return list(groups.items())


def answer(book: Book) -> str:
    """Return the one sentence that answers first: the first column's estimates from several studies, largest first."""
    if not book.review.protocol.matrix:
        return ""
    pattern = book.review.protocol.matrix[0][1]
    held: list[tuple[float, Finding, Term]] = []
    for term in book.review.protocol.classes:
        f = book.by_id.get(pattern.replace("{class}", term.id))
        if f is not None and f.pooled is not None and f.k >= _SEVERAL:
            held.append((f.pooled.estimate, f, term))
    if not held:
        return ""
    held.sort(key=lambda h: -h[0])
    first = held[0][1]
    is_ratio = first.analysis.kind == "contrast"
    outcome = book.outcomes.get(first.analysis.outcomes[0]) if first.analysis.outcomes else None
    subject = outcome.name if outcome else first.analysis.title
    where = words.listed([book.name(p).lower() for p in first.analysis.where.get("population", ()) if p[:1] != "!"])
    items = [
        f"{numbers.short(value, is_ratio)} with {words.small(t.plural or t.name)} ({_counted(f)})"
        for value, f, t in held
    ]
    place = f" in {where} disease" if where and "disease" not in where else f" in {where}" if where else ""
    return f"{words.capital(subject)}{place}: {words.listed(items)}."


def _counted(finding: Finding) -> str:
    return numbers.studies(finding.k, len({u.study for u in finding.used}))


def claim_lines(book: Book) -> tuple[ClaimLine, ...]:
    """Return every claim of the protocol that has a verdict, in the protocol's order."""
    results = {c.claim: c for c in book.claims}
    return tuple(_claim(book, c, results[c.id]) for c in book.review.protocol.claims if c.id in results)


def _claim(book: Book, claim: Claim, result: ClaimResult) -> ClaimLine:
    found = [book.by_id[f] for f in result.findings if f in book.by_id]
    return ClaimLine(
        id=links.slug(claim.id),
        statement=claim.statement,
        result=result,
        glyph=words.VERDICTS[result.verdict],
        numbers=_numbers(claim, result, found),
        reasons=tuple(_linked(book, part, found) for part in _parts(result.reason)),
        findings=tuple((f.analysis.title + _of(book, f), book.href(f)) for f in found),
        why=claim.why,
        recorded_on=claim.recorded_on,
    )


def _parts(reason: str) -> list[str]:
    """The reason of each test of a claim: `(1) …; (2) …` gives two."""
    parts = re.split(r"(?:^|;\s*)\(\d+\)\s*", words.tight(reason))
    return [words.capital(p.strip()) for p in parts if p.strip()]


def _linked(book: Book, text: str, found: list[Finding]) -> Markup:
    """The text with the ids of findings replaced by links that bear their titles."""
    held = {f.id: f for f in found}
    pieces = re.split(r"([A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9])", text)
    out = Markup()
    for piece in pieces:
        f = held.get(piece) or held.get(piece[:1].lower() + piece[1:])
        if f is None:
            out += escape(piece)
        else:
            out += Markup('<a href="{}">{}</a>').format(book.href(f), f.analysis.title + _of(book, f))
    return out


def _of(book: Book, finding: Finding) -> str:
    return f" ({book.name(finding.analysis.drug_class)})" if finding.analysis.drug_class else ""


def _numbers(claim: Claim, result: ClaimResult, found: list[Finding]) -> str:
    if result.estimate is None or claim.test.kind == "all":
        return ""
    is_ratio = bool(found) and found[0].analysis.kind == "contrast"
    span = ""
    if result.lower is not None and result.upper is not None:
        span = f" {numbers.interval(result.lower, result.upper, is_ratio)}"
    if claim.test.kind == "difference" and not is_ratio:
        return f"difference {numbers.percent(result.estimate)}{span} points"
    return f"{numbers.natural(result.estimate, is_ratio)}{'' if is_ratio else '%'}{span}"
