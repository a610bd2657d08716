"""Two arms over time as pages show them: the sentence the data support, the drawing, and its table twins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.course import MeanTime
from remit.model.two_arms import Stretch, TwoArms
from remit.report import links, numbers
from remit.report.book import Book
from remit.report.figures import arms as drawing

MEANS = "mean time without the event"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsCard:
    """One comparison. `studies`: label, address, cells; `models` and `stretches`: label, hazard ratio, note."""

    id: str
    title: str
    sentence: str
    figure: Markup
    studies: tuple[tuple[str, str, tuple[str, ...]], ...]
    models: tuple[tuple[str, str, str], ...]
    stretches: tuple[tuple[str, str, str], ...]
    caption: str
    finding: str


def cards(book: Book, comparisons: Sequence[TwoArms]) -> list[ArmsCard]:
    """Return a card for each comparison, in the order given."""
    return [_card(book, c) for c in comparisons]


def _card(book: Book, c: TwoArms) -> ArmsCard:
    return ArmsCard(
        id=f"o-{links.slug(c.id)}",
        title=f"{c.title}: both arms over time",
        sentence=_sentence(c),
        figure=drawing.draw(c),
        studies=tuple(
            (
                s.label,
                links.study_page(s.study),
                (f"{s.arm}, {s.events[0]}/{s.people[0]}", f"{s.comparator}, {s.events[1]}/{s.people[1]}",
                 "" if s.p is None else numbers.p_value(s.p).removeprefix("= ")),
            )
            for s in c.studies
        ),
        models=tuple((r.model, _ratio(r.estimate, r.lower, r.upper), r.note) for r in c.ratios),
        stretches=tuple((_from_to(s), _ratio(s.estimate, s.lower, s.upper), f"{s.events} events") for s in c.stretches),
        caption=" ".join(_caption(c)),
        finding=book.href(book.by_id[c.finding]),
    )  # fmt: skip


def _sentence(c: TwoArms) -> str:
    people = sum(sum(s.people) for s in c.studies)
    of = f"From the curves of both arms of {len(c.studies)} studies ({people} people rebuilt)"
    if c.proportional:
        one = c.ratios[0]
        return f"{of}: hazard ratio {_ratio(one.estimate, one.lower, one.upper)}; one ratio is not contradicted."
    parts = [f"{of}: one hazard ratio does not tell the story, as it changes over time."]
    if c.difference is not None:
        parts.append(
            f"Of the first {c.difference.horizon:.0f} months, those without the event differ by {_more(c.difference)} "
            "(arm less comparator)."
        )
    if c.stretches:
        each = (f"{_ratio(s.estimate, s.lower, s.upper)} {_from_to(s)}" for s in c.stretches)
        parts.append(f"Hazard ratio {'; '.join(each)}.")
    return " ".join(parts)


def _caption(c: TwoArms) -> Iterator[str]:
    if c.lines:
        yield "Curves of each side pooled without a distribution, for the eye: arms are compared within studies."
    yield f"{c.reason[:1].upper()}{c.reason[1:]}."
    if c.proportional and c.difference is not None:
        yield f"Difference of {MEANS} up to {c.difference.horizon:.0f} months: {_more(c.difference)}."
    if c.difference is None:
        yield f"No difference of {MEANS}: {c.difference_reason}."
    if c.without:
        yield f"Without a pair of curves: {', '.join(c.without)}."


def _more(d: MeanTime) -> str:
    return f"{d.estimate:+.1f} ({d.lower:+.1f} to {d.upper:+.1f})".replace("-", "\u2212")


def _from_to(s: Stretch) -> str:
    if s.end is None:
        return f"after {s.begin:.1f} months"
    return f"to {s.end:.1f} months" if s.begin == 0.0 else f"from {s.begin:.1f} to {s.end:.1f} months"


def _ratio(estimate: float, lower: float, upper: float) -> str:
    return f"{numbers.ratio(estimate)} ({numbers.ratio(lower)} to {numbers.ratio(upper)})"
