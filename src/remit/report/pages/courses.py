"""Survival over time as pages show it: a sentence, the drawing, and its table twin."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.course import Course, CoursePoint, CuredFraction, MeanTime
from remit.model.printed_curve import PrintedCurve, RebuiltCurve
from remit.model.review import StudyData
from remit.report import links, numbers, words
from remit.report.book import Book
from remit.report.figures import course as drawing

MOST_TIMES = 7
VERDICTS = {"pass": "passes quality control", "warn": "passes with doubts", "fail": "fails quality control"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCard:
    """One course, ready to print: `rows` are a label, its address, a cell for each time, and a note."""

    id: str
    title: str
    sentence: str
    figure: Markup
    times: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...], str], ...]
    caption: str
    findings: tuple[tuple[str, str], ...]


def cards(book: Book, courses: Sequence[Course]) -> list[CourseCard]:
    """Return a card for each course, in the order given."""
    return [_card(book, c) for c in courses]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveLine:
    """A curve of a study as its page lists it, with what quality control said."""

    anchor: str
    outcome: str
    arm: str
    of_whom: str
    place: str
    url: str
    people: str
    rules: str
    verdict: str
    reasons: tuple[str, ...]


def lines(book: Book, data: StudyData, rebuilt: Mapping[tuple[str, str], RebuiltCurve]) -> list[CurveLine]:
    """Return the curves of a study."""
    return [_curve(book, data, c, rebuilt.get((data.study.id, c.id))) for c in data.curves]


def _curve(book: Book, data: StudyData, c: PrintedCurve, made: RebuiltCurve | None) -> CurveLine:
    report = made.report if made is not None else None
    verdict = "people cannot be rebuilt" if report is None else VERDICTS[report.verdict]
    reasons = report.reasons if report is not None else ((made.refused,) if made is not None and made.refused else ())
    signed = c.accepted
    if signed is not None and report is not None and report.verdict == "fail":
        name = book.people.get(signed.by, signed.by)
        reasons = (*reasons, f"used all the same: {signed.reason} ({name}, {signed.date})")
    arm = data.study.arm(c.arm)
    events = made.arm.events if made is not None and made.arm is not None else c.events
    return CurveLine(
        anchor=f"curve-{links.slug(c.id)}",
        outcome=book.name(c.outcome),
        arm=arm.label if arm else c.arm,
        of_whom=words.BASES.get(c.basis, c.basis),
        place=c.source.locator,
        url=links.http(c.source.url),
        people=f"{numbers.people(c.n)} people" + (f", {events} events" if events is not None else ""),
        rules=words.TRANSPLANT.get(c.transplant, "transplantation: " + words.readable(c.transplant)),
        verdict=verdict,
        reasons=reasons,
    )


def _card(book: Book, course: Course) -> CourseCard:
    shown = _shown(book, course)
    times = [p.months for p in shown]
    pooled = tuple(f"{_pc(p.estimate)} [{_pc(p.lower)}, {_pc(p.upper)}]" for p in shown)
    ahead = tuple(
        f"[{_pc(p.prediction_lower)}, {_pc(p.prediction_upper)}]"
        if p.prediction_lower is not None and p.prediction_upper is not None
        else ""
        for p in shown
    )
    rows = [
        ("Pooled [95% CI]", "", pooled, ""),
        *([("Prediction interval", "", ahead, "")] if any(ahead) else []),
        ("Studies", "", tuple(str(p.k) for p in shown), ""),
        *(
            (s.label, links.study_page(s.study) + ("#survival" if course.kind == "landmarks" else ""),
             tuple(_at(s.points, t, course.kind == "curve") for t in times), s.note)
            for s in course.studies
        ),
    ]  # fmt: skip
    return CourseCard(
        id=f"o-{links.slug(course.id)}",
        title=course.title,
        sentence=_sentence(course, shown),
        figure=drawing.draw(course),
        times=tuple(_months(t) for t in times),
        rows=tuple(rows),
        caption=_caption(course),
        findings=tuple(
            (f"{book.by_id[f].analysis.months:g} months", book.href(book.by_id[f])) for f in course.findings
        ),
    )


def _shown(book: Book, course: Course) -> Sequence[CoursePoint]:
    """The times of the table: all landmarks; of a curve the planned ones, or about every sixth where none is."""
    points = course.points
    if len(points) <= MOST_TIMES:
        return points
    planned = {book.by_id[f].analysis.months for f in course.findings}
    at_planned = [p for p in points if p.months in planned]
    return at_planned or [points[round(i * (len(points) - 1) / (MOST_TIMES - 1))] for i in range(MOST_TIMES)]


def _at(points: Sequence[tuple[float, float]], months: float, curve: bool) -> str:
    if curve:
        before = [1.0, *(s for t, s in points if t <= months)]
        return _pc(before[-1]) if months <= points[-1][0] else ""
    return next((_pc(s) for t, s in points if t == months), "")


def _pc(value: float) -> str:
    return f"{100 * value:.0f}"


def _sentence(course: Course, shown: Sequence[CoursePoint]) -> str:
    distinct = len({s.study for s in course.studies})
    parts = [
        f"{_pc(p.estimate)}% at {_months(p.months)} months ({_pc(p.lower)} to {_pc(p.upper)}%, "
        f"{numbers.studies(p.k, min(p.k, distinct))})"
        for p in dict.fromkeys((shown[0], shown[-1]))
    ]
    what = "Pooled curve"
    if course.beside_curve:
        what = "Pooled landmarks, those read off curves and those of studies without one"
    elif course.kind == "landmarks":
        what = "Pooled landmarks, as fewer than two curves can be pooled"
    return f"{what}: {', then '.join(parts)}."


def _caption(course: Course) -> str:
    kind = "Steps: studies; thick: pooled at the points, joined, with its band." if course.kind == "curve" else (
        "Thin: each study\u2019s printed values, joined for the eye only; thick: pooled, with 95% intervals."
    )  # fmt: skip
    middle, low, high = course.median
    median = "" if middle is None else f" Median {middle:.1f} months ({_or_none(low)} to {_or_none(high)})."
    i2 = "" if course.i2 is None else f" I\u00b2 = {course.i2:.0f}%."
    note = f" {course.note[:1].upper()}{course.note[1:]}." if course.note else ""
    lasting = "".join(f" {s}" for s in (_mean(course.mean), *_cured(course.cured)) if s)
    out = "".join(f" Left out: curve {x.key} of {x.study}: {x.detail}." for x in course.left_out)
    return f"{kind} {course.method[:1].upper()}{course.method[1:]}.{median}{lasting}{i2}{note}{out}"


def _months(time: float) -> str:
    return f"{time:.1f}".removesuffix(".0")


def _mean(found: MeanTime | None) -> str:
    if found is None:
        return ""
    ends = f"{found.lower:.1f} to {found.upper:.1f}"
    short = f", without {', '.join(found.without)}, not followed so long" if found.without else ""
    return f"Mean of the first {found.horizon:g} months spent without the event: {found.estimate:.1f} ({ends}){short}."


def _cured(found: CuredFraction | None) -> Iterator[str]:
    """The cured fraction with what it rests on: the law of late events, the studies alone, follow-up."""
    if found is None:
        return
    ends = f"{_pc(found.lower)} to {_pc(found.upper)}%"
    low, high = found.prediction_lower, found.prediction_upper
    ahead = "" if low is None or high is None else f", a new study {_pc(low)} to {_pc(high)}%"
    others = "".join(f"; {_law(latency)}: {_pc(share)}%" for latency, share in found.others)
    model = f"by a mixture cure model ({_law(found.latency)} times)"
    yield f"Never to have the event, {model}: {_pc(found.estimate)}% ({ends}{ahead}){others}."
    if found.own is not None:
        middle, lower, upper = map(_pc, found.own)
        yield f"Pooled from the {found.own_k} studies that can tell alone: {middle}% ({lower} to {upper}%)."
    if found.too_short:
        yield f"Follow-up too short to show a plateau: {', '.join(found.too_short)}."


def _law(latency: str) -> str:
    return "Weibull" if latency == "weibull" else latency


def _or_none(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.1f}"
