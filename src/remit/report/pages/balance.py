"""Advantages and challenges of a class, stated from its findings by a written rule and never by hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from remit.model.finding import Finding
from remit.report import numbers, words
from remit.report.book import Book

RULE = (
    "Listed by rule from findings of at least two studies, and from comparisons. For a class: a wanted outcome whose "
    "interval lies wholly above 50%, a harm whose interval lies wholly below 10%, a comparison whose interval lies "
    "wholly on its side. Against it: a wanted outcome wholly below 50%, a harm wholly above 10%, a comparison wholly "
    "on the other side, a prediction interval wider than 50 points, and the lack of any comparison. "
    "Of several findings on one outcome, time and population the first planned one speaks."
)
_HALF, _HARM, _WIDE = 0.5, 0.1, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that speaks for or against a class, with the finding that says so."""

    text: str
    href: str
    certainty: str = ""


def points(book: Book, findings: Iterable[Finding], good: bool) -> tuple[Point, ...]:
    """Return what speaks for a class (`good`) or against it."""
    held = list(findings)
    plain = _first_of_each(held)
    out = [
        Point(text=_text(f), href=book.href(f), certainty=f.certainty.level if f.certainty else "")
        for f in plain
        if side(book, f) == ("for" if good else "against")
    ]
    if good:
        return tuple(out)
    wide = [f for f in plain if _spread(f)]
    out += [
        Point(
            text=f"Results differ from study to study: {f.analysis.title.lower()}, a new study could give "
            f"{numbers.short_interval(f.pooled.prediction_lower or 0, f.pooled.prediction_upper or 0, False)}%.",
            href=book.href(f),
        )
        for f in wide[:2]
        if f.pooled is not None
    ]
    if held and not any(f.analysis.kind == "contrast" and f.used for f in held):
        out.append(
            Point(
                text="No comparison with other treatment entered here: rates say what happened, not what was gained.",
                href="",
            )
        )
    return tuple(out)


def _first_of_each(findings: list[Finding]) -> list[Finding]:
    """One finding per outcome, time, population and comparator: the first planned, without its variants."""
    seen: dict[tuple[object, ...], Finding] = {}
    for f in findings:
        a = f.analysis
        asked = (a.kind, a.outcomes[:1], a.months, a.where.get("population"), tuple(a.versus.items()))
        if f.used:
            seen.setdefault(asked, f)
    return list(seen.values())


def side(book: Book, finding: Finding) -> str:
    """Return `for`, `against` or an empty string: on which side the finding's whole interval lies."""
    lower, upper = finding.lower, finding.upper
    outcome = book.outcomes.get(finding.analysis.outcomes[0]) if finding.analysis.outcomes else None
    if lower is None or upper is None or outcome is None or outcome.direction == "neither":
        return ""
    if finding.analysis.kind == "contrast":
        wanted_low = outcome.kind == "time-to-event" or outcome.direction == "lower-is-better"
        below, above = upper < 1, lower > 1
        return "for" if (below if wanted_low else above) else "against" if (above if wanted_low else below) else ""
    if finding.pooled is None:
        return ""
    if outcome.direction == "higher-is-better":
        return "for" if lower > _HALF else "against" if upper < _HALF else ""
    return "for" if upper < _HARM else "against" if lower > _HARM else ""


def _spread(finding: Finding) -> bool:
    p = finding.pooled
    if p is None or finding.analysis.kind == "contrast" or p.prediction_lower is None or p.prediction_upper is None:
        return False
    return p.prediction_upper - p.prediction_lower > _WIDE


def _text(finding: Finding) -> str:
    if finding.sentence:
        return words.tight(finding.sentence)
    is_ratio = finding.analysis.kind == "contrast"
    assert finding.estimate is not None and finding.lower is not None and finding.upper is not None
    span = numbers.short_interval(finding.lower, finding.upper, is_ratio)
    return f"{finding.analysis.title}: {numbers.short(finding.estimate, is_ratio)} ({span})."
