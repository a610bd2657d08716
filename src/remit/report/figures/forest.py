"""Forest plots: a table whose plot column holds small drawings on one axis, so that it reads, copies and shrinks."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.finding import Finding, Subgroup, SubgroupLevel, Used
from remit.report import numbers, words
from remit.report.book import Book
from remit.report.figures import marks
from remit.report.figures.axis import PERCENT, Axis, ratio_axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: a study, a subgroup's or the pooled estimate. `kind` is study, level, head, total or range."""

    kind: str
    label: str
    href: str = ""
    note: str = ""
    mark: str = ""
    data: str = ""
    plot: Markup | str = ""
    estimate: str = ""
    interval: str = ""
    weight: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """A finding's figure, ready to print."""

    rows: tuple[Row, ...]
    axis: Markup
    null: str
    pooled_at: str
    data_head: str
    estimate_head: str
    left: str = ""
    right: str = ""
    heterogeneity: str = ""
    splits: tuple[Row, ...] = ()
    test: str = ""


def shared_ratio_axis(findings: Sequence[Finding]) -> Axis:
    """Return the log axis that sibling contrasts share: it holds every estimate, and intervals up to tenfold beyond."""
    values = [u.estimate for f in findings if f.analysis.kind == "contrast" for u in f.used]
    least, most = min([0.5, *values]), max([2.0, *values])
    ends = [u.lower for f in findings if f.analysis.kind == "contrast" for u in f.used if u.lower > least / 3]
    ends += [u.upper for f in findings if f.analysis.kind == "contrast" for u in f.used if u.upper < most * 3]
    return ratio_axis([*values, *ends])


def draw(book: Book, finding: Finding, ratios: Axis) -> Forest | None:
    """Return the forest plot of a finding, or None where no study entered."""
    if not finding.used:
        return None
    is_ratio = finding.analysis.kind == "contrast"
    axis = ratios if is_ratio else PERCENT
    pooled = finding.pooled
    left, right = favours(book, finding) if is_ratio else ("", "")
    title, description = _alternative(book, finding, is_ratio)
    return Forest(
        rows=(*_study_rows(book, finding, axis, is_ratio), *_total_rows(finding, axis, is_ratio)),
        axis=marks.scale("ax-r" if is_ratio else "ax-p", title, description),
        null=f"{axis.at(1.0):.1f}%" if is_ratio else "",
        pooled_at=f"{axis.at(pooled.estimate):.1f}%" if pooled else "",
        data_head=_data_head(finding),
        estimate_head=f"{finding.analysis.measure or 'Ratio'} [95% CI]" if is_ratio else "% [95% CI]",
        left=left,
        right=right,
        heterogeneity=heterogeneity(finding),
        splits=tuple(_splits(book, finding, axis, is_ratio)),
        test=_test(grouped[0]) if (grouped := grouping(finding)) else "",
    )


def _data_head(finding: Finding) -> str:
    if finding.analysis.kind == "proportion":
        return "Events / total"
    return "At risk" if finding.analysis.kind == "survival" else "Route"


def data_text(finding: Finding, used: Used) -> str:
    """Return a study's data: events/n, the number at risk, or how a contrast was obtained."""
    if finding.analysis.kind == "survival":
        return numbers.people(used.total)
    if used.events is not None and used.total is not None:
        here = f"{used.events}/{used.total}"
        if used.comparator_events is not None and used.comparator_total is not None:
            return f"{here} v {used.comparator_events}/{used.comparator_total}"
        return here
    if finding.analysis.kind == "contrast":
        return used.route
    return f"n = {used.total}" if used.total is not None else numbers.DASH


def _study_row(book: Book, finding: Finding, used: Used, axis: Axis, is_ratio: bool) -> Row:
    whole = sum(u.weight for u in finding.used) or 1.0
    largest = max(u.weight for u in finding.used) or 1.0
    alone = len(finding.used) == 1
    return Row(
        kind="study",
        label=used.label or book.study_name(used.study),
        href=book.row_href(used),
        note="" if used.year is None or str(used.year) in used.label else str(used.year),
        mark="; ".join(words.short_flag(m) for m in used.marks),
        data=data_text(finding, used),
        plot=marks.square(axis, used.estimate, used.lower, used.upper, 0.5 if alone else used.weight / largest),
        estimate=numbers.natural(used.estimate, is_ratio),
        interval=numbers.interval(used.lower, used.upper, is_ratio),
        weight="" if alone else f"{100 * used.weight / whole:.1f}%",
    )


def _level_row(book: Book, by: str, level: SubgroupLevel, axis: Axis, is_ratio: bool) -> Row:
    drawn = (
        marks.diamond(axis, level.estimate, level.lower, level.upper, small=True)
        if level.k > 1
        else marks.square(axis, level.estimate, level.lower, level.upper, 0.3)
    )
    return Row(
        kind="level",
        label=level_name(book, by, level.level),
        note=numbers.studies(level.k, len(set(level.studies)) or level.k),
        data=f"n = {numbers.people(level.n)}" if level.n is not None else "",
        plot=drawn,
        estimate=numbers.natural(level.estimate, is_ratio),
        interval=numbers.interval(level.lower, level.upper, is_ratio),
    )


def grouping(finding: Finding) -> tuple[Subgroup, tuple[tuple[SubgroupLevel, tuple[Used, ...]], ...]] | None:
    """Return the first subgroup whose levels hold every study exactly once, with each level's studies; else None."""
    for subgroup in finding.subgroups:
        held = [study for level in subgroup.levels for study in level.studies]
        if max((level.k for level in subgroup.levels), default=0) > 1 < len(subgroup.levels) and sorted(held) == sorted(
            u.study for u in finding.used
        ):
            if len(set(held)) < len(held):
                continue
            return subgroup, tuple(
                (level, tuple(u for u in finding.used if u.study in level.studies)) for level in subgroup.levels
            )
    return None


def _study_rows(book: Book, finding: Finding, axis: Axis, is_ratio: bool) -> list[Row]:
    grouped = grouping(finding)
    if grouped is None:
        return [_study_row(book, finding, u, axis, is_ratio) for u in finding.used]
    rows: list[Row] = []
    subgroup = grouped[0]
    for level, used in grouped[1]:
        rows.append(Row(kind="head", label=level_name(book, subgroup.by, level.level)))
        rows.extend(_study_row(book, finding, u, axis, is_ratio) for u in used)
        if level.k > 1:
            rows.append(_level_row(book, subgroup.by, level, axis, is_ratio))
    return rows


def _splits(book: Book, finding: Finding, axis: Axis, is_ratio: bool) -> list[Row]:
    grouped, rows = grouping(finding), list[Row]()
    done = grouped[0] if grouped else None
    for subgroup in finding.subgroups:
        if subgroup is not done and len(subgroup.levels) > 1:
            rows.append(Row(kind="head", label=f"By {words.readable(subgroup.by)}", data=_test(subgroup)))
            rows.extend(_level_row(book, subgroup.by, level, axis, is_ratio) for level in subgroup.levels)
    return rows


def _total_rows(finding: Finding, axis: Axis, is_ratio: bool) -> list[Row]:
    p = finding.pooled
    if p is None:
        return []
    rows = [
        Row(
            kind="total",
            label="Random effects",
            note=numbers.studies(p.k, len({u.study for u in finding.used})),
            data=f"{p.events}/{p.n}" if p.events is not None and p.n is not None and not is_ratio else "",
            plot=marks.diamond(axis, p.estimate, p.lower, p.upper),
            estimate=numbers.natural(p.estimate, is_ratio),
            interval=numbers.interval(p.lower, p.upper, is_ratio),
            weight="100%",
        )
    ]
    if p.prediction_lower is not None and p.prediction_upper is not None:
        rows.append(
            Row(
                kind="range",
                label="Prediction interval",
                note="where a new study would fall",
                plot=marks.open_bar(axis, p.prediction_lower, p.prediction_upper),
                interval=numbers.interval(p.prediction_lower, p.prediction_upper, is_ratio),
            )
        )
    rows.append(
        Row(
            kind="range",
            label="Common effect",
            plot=marks.diamond(axis, p.common_estimate, p.common_lower, p.common_upper, small=True),
            estimate=numbers.natural(p.common_estimate, is_ratio),
            interval=numbers.interval(p.common_lower, p.common_upper, is_ratio),
        )
    )
    return rows


def heterogeneity(finding: Finding) -> str:
    """Return the heterogeneity line, or an empty string for fewer than two studies."""
    p = finding.pooled
    if p is None:
        return ""
    span = ""
    if p.tau2_lower is not None and p.tau2_upper is not None:
        span = f" [{numbers.plain(p.tau2_lower)}, {numbers.plain(p.tau2_upper)}]"
    return (
        f"Heterogeneity: τ² = {p.tau2:.2f}{span}; I² = {p.i2:.0f}%; "
        f"Q = {p.q:.1f}, df = {p.q_df}, p {numbers.p_value(p.q_p)}."
    )


def _test(subgroup: Subgroup) -> str:
    if subgroup.q is None or subgroup.df is None:
        return ""
    by = words.readable(subgroup.by)
    return f"Differ by {by}: Q = {subgroup.q:.1f}, df = {subgroup.df}, p {numbers.p_value(subgroup.p)}."


def level_name(book: Book, by: str, level: str) -> str:
    """Return a subgroup's level in words; `by` says what it is a level of."""
    known = {"age-group": words.AGES, "basis": words.BASES, "source": words.SOURCES, "design": words.DESIGNS}
    if by in known:
        return words.capital(known[by].get(level, words.readable(level)))
    if by == "phase" and level[:1].isdigit():
        return f"Phase {level}"
    return words.capital(" and ".join(book.names.get(part, part) for part in level.split("+")))


def sides(book: Book, finding: Finding) -> tuple[str, str]:
    """Return the names of a contrast's arm and comparator, from what the analysis asks for."""

    def named(spec: tuple[tuple[str, tuple[str, ...]], ...], fallback: str) -> str:
        asked = dict(spec)
        for key in ("agent", "class"):
            codes = [c for c in asked.get(key, ()) if not c.startswith("!")]
            if codes:
                return words.listed([book.name(c) for c in codes][:3])
        return fallback

    a = finding.analysis
    return named(tuple(a.where.items()), "the treatment"), named(tuple(a.versus.items()), "the comparator")


def favours(book: Book, finding: Finding) -> tuple[str, str]:
    """Return the words left and right of a ratio axis: who does better below 1 and above 1."""
    arm, other = sides(book, finding)
    outcome = book.outcomes.get(finding.analysis.outcomes[0]) if finding.analysis.outcomes else None
    better_high = outcome is not None and outcome.kind == "proportion" and outcome.direction == "higher-is-better"
    if outcome is not None and outcome.direction == "neither":
        return f"fewer with {arm}", f"more with {arm}"
    low, high = (other, arm) if better_high else (arm, other)
    return f"favours {low}", f"favours {high}"


def _alternative(book: Book, finding: Finding, is_ratio: bool) -> tuple[str, str]:
    k = numbers.studies(finding.k, len({u.study for u in finding.used}))
    parts = [f"Forest plot of {k}."]
    if finding.estimate is not None and finding.lower is not None and finding.upper is not None:
        unit = "" if is_ratio else " percent"
        word = "Pooled estimate" if finding.pooled else "Its estimate"
        parts.append(
            f"{word} {numbers.natural(finding.estimate, is_ratio)}{unit}, 95% interval "
            f"{numbers.natural(finding.lower, is_ratio)} to {numbers.natural(finding.upper, is_ratio)}."
        )
    return f"Forest plot: {finding.analysis.title}", " ".join(parts)
