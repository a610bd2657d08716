"""What a reader should know before trusting a number: secondary sources, misprints, single reading, gaps."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from remit.model.observation import Observation
from remit.model.place import Problem
from remit.model.review import StudyData
from remit.report import links, words
from remit.report.book import Book
from remit.report.figures.axis import Axis
from remit.report.pages.card import Line, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One kind of limit: how many values, and how many in each study."""

    id: str
    title: str
    text: str
    count: int
    total: int
    studies: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPage:
    """What the limits page shows."""

    limits: tuple[Limit, ...]
    awaiting: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[Line, str], ...]
    warnings: tuple[tuple[str, tuple[Problem, ...]], ...]


def _flag(code: str) -> Callable[[StudyData, Observation], bool]:
    return lambda _, row: code in row.flags


KINDS: tuple[tuple[str, str, str, Callable[[StudyData, Observation], bool]], ...] = (
    (
        "secondary",
        "Read in a secondary source",
        "The study's own report could not be read for these; they stand as another text prints them.",
        lambda _, row: row.source.kind == "secondary",
    ),
    (
        "single",
        "Read once",
        "Nobody has checked these against the source a second time.",
        lambda _, row: not row.source.checked_by,
    ),
    (
        "suspect",
        "Possible misprint",
        "Kept as printed, never pooled unless a correction with its reason stands in the study's folder.",
        _flag("suspect"),
    ),
    ("disagrees", "Sources disagree", "Another source prints these otherwise; the note says how.", _flag("disagrees")),
    (
        "mixed-ages",
        "Includes adults",
        "The people behind these are not only children and young adults.",
        lambda data, row: "mixed-ages" in row.flags or data.study.age_group in ("mixed-with-adults", "adults"),
    ),
    (
        "scale",
        "Toxicity scale not seen",
        "Graded harms whose scale the text read does not name: they are not pooled with graded ones of a known scale.",
        lambda _, row: getattr(row, "scale", "") in ("unknown", "institutional"),
    ),
    ("digitised", "Read off a figure", "Not printed as a number: measured from a drawing.", _flag("digitised")),
    ("no-address", "No address", "The source is named, but no web address for it is known.", _flag("no-address")),
)


def page(book: Book, ratios: Axis) -> LimitsPage:
    """Return the limits page."""
    every = list(book.review.rows())
    found = []
    for code, title, text, test in KINDS:
        counts = Counter(data.study.id for data, row in every if test(data, row))
        if counts:
            found.append(
                Limit(
                    id=code,
                    title=title,
                    text=text,
                    count=sum(counts.values()),
                    total=len(every),
                    studies=tuple(sorted((book.study_name(s), links.study_page(s), n) for s, n in counts.items())),
                )
            )
    warnings: dict[str, list[Problem]] = {}
    for p in book.problems:
        warnings.setdefault(p.rule, []).append(p)
    return LimitsPage(
        limits=tuple(found),
        awaiting=_awaiting(book),
        missing=tuple(
            (line(book, f, ratios), book.name(f.analysis.drug_class) if f.analysis.drug_class else "")
            for f in book.findings
            if not f.used
        ),
        warnings=tuple((words.readable(rule), tuple(held)) for rule, held in sorted(warnings.items())),
    )


def _awaiting(book: Book) -> tuple[tuple[str, str, str], ...]:
    """Reports that nobody could judge yet: undecided, or left out by a criterion about awaiting results."""
    reasons = {r: d.reason for r, d in book.settled.items() if d.verdict == "unsure" or "awaiting" in d.criterion}
    reasons |= dict.fromkeys(book.unsettled, "not agreed on yet")
    out = []
    for record, reason in sorted(reasons.items()):
        found = book.records.get(record)
        out.append((found.title if found and found.title else record, links.http(found.url) if found else "", reason))
    return tuple(out)
