"""A finding as pages show it: in full once (figure, sources, what was left out), and as a line elsewhere."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from remit.model.certainty import Certainty
from remit.model.finding import Finding, Used
from remit.report import links, numbers, words
from remit.report.book import Book
from remit.report.figures import forest, marks
from remit.report.figures.axis import PERCENT, Axis

_ROUTINE = frozenset(("design", "confirms", "other-time", "other-basis", "other-scale", "ages", "lineage"))
"""Reasons that follow from what an analysis asks for: their rows are named and counted, not each linked."""


TWO = "Two studies tell little of how much studies differ, so the interval is very wide: read the two studies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """One row behind a figure: where it was read, how it was used, who read it."""

    label: str
    row: str
    report: str
    locator: str
    arm: str
    basis: str
    effect: str
    variance: str
    route: str
    marks: str
    readers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """Rows left out for one reason: words, and each study's name with the address and number of its rows."""

    reason: str
    studies: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding in one line: on the home page, in lists, on question pages."""

    id: str
    anchor: str
    title: str
    label: str
    href: str
    k: int
    studies: int
    counted: str
    n: str
    value: str
    interval: str
    strip: Markup
    certainty: Certainty | None
    sentence: str
    populations: str
    targets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A finding in full."""

    line: Line
    anchor: str
    caption: str
    figure: forest.Forest | None
    sources: tuple[Provenance, ...]
    omitted: tuple[Omitted, ...]
    omitted_count: int
    notes: tuple[str, ...]
    is_ratio: bool
    scale: str
    usual: str
    mixed: bool
    usual_route: str


def line(book: Book, finding: Finding, ratios: Axis) -> Line:
    """Return a finding as a line."""
    is_ratio = finding.analysis.kind == "contrast"
    value = interval = ""
    strip = Markup("")
    distinct = len({u.study for u in finding.used})
    if finding.estimate is not None and finding.lower is not None and finding.upper is not None:
        value = numbers.short(finding.estimate, is_ratio)
        interval = numbers.short_interval(finding.lower, finding.upper, is_ratio)
        strip = marks.strip(ratios if is_ratio else PERCENT, finding.estimate, finding.lower, finding.upper)
    return Line(
        id=finding.id,
        anchor=links.finding_anchor(finding.id),
        title=finding.analysis.title,
        label=finding.analysis.title,
        href=book.href(finding),
        k=finding.k,
        studies=distinct,
        counted=numbers.studies(finding.k, distinct),
        n=numbers.people(finding.n),
        value=value,
        interval=interval,
        strip=strip,
        certainty=finding.certainty,
        sentence=words.tight(finding.sentence),
        populations=" ".join(book.filter_populations(finding)),
        targets=" ".join(book.filter_targets(finding)),
    )


def card(book: Book, finding: Finding, ratios: Axis) -> Card:
    """Return a finding in full."""
    a = finding.analysis
    notes = [f"Indirectness: {a.indirectness}"] if a.indirectness else []
    notes += [f"Accepted: {words.listed([words.readable(mix) for mix in a.allow])}"] if a.allow else []
    notes += [a.note] if a.note else []
    notes += [TWO] if finding.k == 2 and a.kind != "proportion" else []
    sources = tuple(_provenance(book, u) for u in finding.used)
    readers, routes = Counter(p.readers for p in sources), Counter(p.route for p in sources)
    return Card(
        line=line(book, finding, ratios),
        anchor=links.finding_anchor(finding.id),
        caption=_caption(book, finding),
        figure=forest.draw(book, finding, ratios),
        sources=sources,
        omitted=_omitted(book, finding),
        omitted_count=len(finding.left_out),
        notes=tuple(notes),
        is_ratio=a.kind == "contrast",
        scale={"proportion": "the logit", "survival": "log(−log S)", "contrast": "the log"}[a.kind],
        usual=readers.most_common(1)[0][0] if readers else "",
        mixed=len(readers) > 1,
        usual_route=routes.most_common(1)[0][0] if len(routes) > 1 or len(sources) > 1 else "",
    )


def _caption(book: Book, finding: Finding) -> str:
    a = finding.analysis
    outcomes = " or ".join(words.small(book.name(o)) for o in a.outcomes)
    parts = [words.capital(outcomes)]
    if a.months is not None:
        parts[0] += f" at {a.months:g} months" + (f" (± {a.window:g})" if a.window else "")
    if a.scale:
        parts.append(f"scale {book.name(a.scale)}")
    if a.basis:
        parts.append(words.listed([words.BASES.get(b, b) for b in a.basis][:3]))
    people = f", {numbers.people(finding.n)} people" if finding.n is not None else ""
    parts.append(numbers.studies(finding.k, len({u.study for u in finding.used})) + people)
    if finding.pooled is not None:
        parts.append(f"{finding.pooled.method}; interval: {finding.pooled.interval}")
    elif finding.k == 1:
        parts.append("one study, shown alone: nothing is pooled")
    return "; ".join(p for p in parts if p) + "."


def _provenance(book: Book, used: Used) -> Provenance:
    row = book.row(used)
    arm = book.arm(used.study, used.arm)
    months = f"{used.months:g} months" if used.months is not None else ""
    scale = book.name(used.scale) if used.scale else ""
    source = row.source if row else None
    reader = book.people.get(source.extracted_by, source.extracted_by) if source else ""
    checker = book.people.get(source.checked_by, source.checked_by) if source else ""
    return Provenance(
        label=used.label or book.study_name(used.study),
        row=f"{links.table(used.place)} {used.key}",
        report=used.report,
        locator=source.locator if source else "",
        arm=(arm.label if arm else used.arm) + (f" v {used.comparator}" if used.comparator else ""),
        basis="; ".join(p for p in (words.BASES.get(used.basis, used.basis), months, scale) if p),
        effect=numbers.plain(used.effect, 3),
        variance=numbers.plain(used.variance, 4),
        route=used.route,
        marks=", ".join(words.short_flag(m) for m in used.marks),
        readers=f"{reader}; checked by {checker}" if checker else f"{reader}, unchecked" if reader else "",
    )


def _omitted(book: Book, finding: Finding) -> tuple[Omitted, ...]:
    groups: dict[str, dict[str, list[str]]] = {}
    for o in finding.left_out:
        groups.setdefault(o.reason, {}).setdefault(book.study_name(o.study), []).append(book.row_href(o))
    return tuple(
        Omitted(
            reason=words.capital(words.LEFT_OUT.get(reason, words.readable(reason))),
            studies=tuple((name, "" if reason in _ROUTINE else hrefs[0], len(hrefs)) for name, hrefs in found.items()),
        )
        for reason, found in groups.items()
    )


def by_title(book: Book, findings: Iterable[Finding], ratios: Axis) -> list[tuple[str, list[Line]]]:
    """Return findings as lines under their titles, in the order first met, each labelled by its class."""
    groups: dict[str, list[Line]] = {}
    for f in findings:
        groups.setdefault(f.analysis.title, []).append(line(book, f, ratios))
    return [(title, _labelled(book, rows)) for title, rows in groups.items()]


def _labelled(book: Book, rows: list[Line]) -> list[Line]:
    """Lines of one title, each told apart by its class; a title's only line keeps the title."""
    if len(rows) == 1:
        return rows
    return [replace(r, label=book.name(c) if (c := book.by_id[r.id].analysis.drug_class) else r.title) for r in rows]


def by_group(book: Book, findings: Sequence[Finding]) -> list[tuple[str, str, list[Finding]]]:
    """Return findings under efficacy, course and harm, most important outcome first: (group, heading, findings)."""
    out = []
    for group, heading in words.GROUPS.items():
        held = [f for f in findings if _group(book, f) == group]
        if held:
            out.append((group, heading, held))
    return out


def _group(book: Book, finding: Finding) -> str:
    outcome = book.outcomes.get(finding.analysis.outcomes[0]) if finding.analysis.outcomes else None
    return outcome.group if outcome else "efficacy"
