"""A printed value in words: what, how much, of whom, from where, and what became of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from remit.model.finding import Finding
from remit.model.observation import Contrast, Count, Median, Observation, Survival
from remit.model.review import StudyData
from remit.report import links, numbers, words
from remit.report.book import Book

_TEXT_COLUMNS = ("key", "arm", "comparator", "outcome", "basis", "population", "scale", "threshold", "measure")
_TAIL = ("report", "locator", "url", "source", "extracted_by", "checked_by", "flags", "note", "months", "level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where values were read and by whom: what rows of one place in one report share."""

    label: str
    report: str
    anchor: str
    url: str
    secondary: bool
    readers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One row of a study page."""

    anchor: str
    key: str
    outcome: str
    arm: str
    value: str
    printed: str
    corrected: bool
    of_whom: str
    terms: str
    origin: Origin
    flags: tuple[tuple[str, str], ...]
    note: str
    enters: tuple[tuple[str, str], ...]
    left: tuple[tuple[str, int], ...]


def value(book: Book, data: StudyData, row: Observation) -> Value:
    """Return a row as its study's page shows it."""
    at = (data.study.id, links.table(row.place), row.key)
    arm = data.study.arm(row.arm)
    other = data.study.arm(row.comparator) if isinstance(row, Contrast) else None
    against = f" v {other.label if other else row.comparator}" if isinstance(row, Contrast) else ""
    return Value(
        anchor=links.row_anchor(row.place, row.key),
        key=row.key,
        outcome=words.capital(book.name(row.outcome)),
        arm=(arm.label if arm else row.arm) + against,
        value=amount(row),
        printed=printed(row),
        corrected=bool(row.corrected),
        of_whom=words.BASES.get(row.basis, row.basis),
        terms=terms(book, row),
        origin=_origin(book, data, row),
        flags=tuple((words.short_flag(f), words.flag(f)) for f in row.flags),
        note=row.note,
        enters=_entered([book.by_id[f] for f in dict.fromkeys(book.uses.get(at, ()))], book),
        left=tuple(
            (words.LEFT_OUT.get(why, words.readable(why)), n)
            for why, n in Counter(reason for _, reason in book.omissions.get(at, ())).items()
        ),
    )


def _entered(found: Sequence[Finding], book: Book) -> tuple[tuple[str, str], ...]:
    """Titles and addresses; a title that goes on from the one before it is said by what it adds."""
    out, before = [], ""
    for finding in found:
        title = finding.analysis.title
        more = title.removeprefix(before + ": ") if before else title
        out.append((more, book.href(finding)))
        before = title if more == title else before
    return tuple(out)


def _origin(book: Book, data: StudyData, row: Observation) -> Origin:
    s = row.source
    found = data.study.report(s.report)
    named = found is not None and found.first_author
    label = f"{found.first_author} {found.year or ''}".strip() if found is not None and named else s.report
    checker = book.people.get(s.checked_by, s.checked_by)
    reader = book.people.get(s.extracted_by, s.extracted_by)
    return Origin(
        label=f"{label}, {s.locator}" if s.locator else label,
        report=s.report if found is not None else "",
        anchor=f"r-{links.slug(s.report)}",
        url=links.http(s.url),
        secondary=s.kind == "secondary",
        readers=f"{reader}, checked by {checker}" if checker else f"{reader}, unchecked",
    )


def _span(lower: float | None, upper: float | None, level: float | None) -> str:
    if lower is None or upper is None:
        return ""
    word = "" if level is None or abs(level - 0.95) < 1e-9 else f" ({100 * level:g}% interval)"
    return f" [{numbers.as_printed(lower)[:-1]}, {numbers.as_printed(upper)[:-1]}]{word}"


def _made_span(row: Survival) -> str:
    if row.lower is None or row.upper is None:
        return ""
    return f" [{numbers.percent(row.lower)}, {numbers.percent(row.upper)}]"


def amount(row: Observation) -> str:
    """Return the value a row holds, as a reader says it."""
    if isinstance(row, Count):
        return _count(row)
    if isinstance(row, Survival) and row.curve:
        return f"{numbers.percent(row.probability)}%{_made_span(row)}"
    if isinstance(row, Survival):
        error = f" ± {numbers.as_printed(row.se)[:-1]}" if row.se is not None else ""
        return f"{numbers.as_printed(row.probability)}{error}{_span(row.lower, row.upper, row.level)}"
    if isinstance(row, Median):
        middle = "not reached" if not row.reached or row.median is None else f"{row.median:g} months"
        if row.lower is None and row.upper is None:
            return middle
        ends = [numbers.tidy(v) or "not reached" for v in (row.lower, row.upper)]
        return f"{middle} [{ends[0]}, {ends[1]}]"
    return _contrast(row)


def _count(row: Count) -> str:
    share = ""
    span = _span(row.lower, row.upper, row.level)
    if row.proportion is not None:
        share = f"{numbers.as_printed(row.proportion)}{span}"
    elif row.events is not None and row.total:
        share = f"{numbers.percent(row.events / row.total)}%{span}"
    if row.events is not None and row.total is not None:
        return f"{row.events} of {row.total}" + (f" ({share})" if share else "")
    share = share or (f"{row.events} events" if row.events is not None else "")
    return share + (f", n = {row.total}" if row.total is not None else "")


def _contrast(row: Contrast) -> str:
    parts = []
    if row.estimate is not None:
        parts.append(f"{row.measure} {numbers.plain(row.estimate)}{_plain_span(row)}")
    if row.p:
        parts.append(f"p {row.p}")
    if row.events_arm is not None or row.events_comparator is not None:
        parts.append(f"{_of(row.events_arm, row.total_arm)} v {_of(row.events_comparator, row.total_comparator)}")
    return "; ".join(parts) or row.measure


def _plain_span(row: Contrast) -> str:
    if row.lower is None or row.upper is None:
        return ""
    word = "" if row.level is None or abs(row.level - 0.95) < 1e-9 else f" ({100 * row.level:g}% interval)"
    return f" [{numbers.plain(row.lower)}, {numbers.plain(row.upper)}]{word}"


def _of(events: int | None, total: int | None) -> str:
    return f"{'?' if events is None else events}/{'?' if total is None else total}"


def printed(row: Observation) -> str:
    """Return the row's printed numbers (`events 65 · total 79`) where the value shown is corrected or rounds them."""
    shown = [(c, t) for c, t in row.printed.items() if t and c not in _TEXT_COLUMNS and c not in _TAIL]
    if not row.corrected and all(_kept(t) for _, t in shown):
        return ""
    return " · ".join(f"{c.replace('_', ' ')} {t}" for c, t in shown)


def _kept(text: str) -> bool:
    """Whether a printed number survives being shown: no more than three decimals (one of a percentage)."""
    return len(text.partition(".")[2]) <= 3


def terms(book: Book, row: Observation) -> str:
    """Return time, scale, threshold and the report's own words for the people."""
    parts = [f"at {row.months:g} months"] if row.months is not None else []
    if isinstance(row, Count):
        parts += [f"scale: {book.name(row.scale)}"] if row.scale else []
        parts += [f"threshold: {row.threshold}"] if row.threshold else []
    if isinstance(row, Survival) and row.measure == "cumulative-incidence":
        parts.append("cumulative incidence")
    if isinstance(row, Survival | Median) and row.total is not None:
        parts.append(f"n = {row.total}")
    if isinstance(row, Survival | Median | Contrast) and row.transplant in words.TRANSPLANT:
        parts.append(words.TRANSPLANT[row.transplant])
    same = row.population in ("", row.basis, words.BASES.get(row.basis))
    return "; ".join(parts if same else [*parts, row.population])
