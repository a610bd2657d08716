"""How firm findings are, one panel each: every way, every set of studies and without each study on one axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.finding import Finding
from remit.model.firmness import Firmness
from remit.model.multiverse import Robustness
from remit.report import links, numbers, words
from remit.report.book import Book
from remit.report.figures import looks
from remit.report.figures.axis import PERCENT, Axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One finding's panel, ready to print; `influence` rows are label, without it, four measures, weight, marked."""

    id: str
    href: str
    title: str
    head: str
    figure: Markup
    ways: str
    claims: tuple[tuple[str, str, str], ...]
    without: str
    sets: str
    influence: tuple[tuple[str, str, str, str, str, str, str, bool], ...]


def panels(book: Book, looked: Sequence[tuple[Finding, Firmness]], ratios: Axis) -> list[Panel]:
    """Return a panel for each pooled finding of a question."""
    return [_panel(book, finding, firm, ratios) for finding, firm in looked if finding.pooled is not None]


def _panel(book: Book, finding: Finding, firm: Firmness, ratios: Axis) -> Panel:
    is_ratio = finding.analysis.kind == "contrast"
    drug_class = finding.analysis.drug_class
    claims = [r for r in firm.claims if r.verdict is not None]
    return Panel(
        id="w-" + links.finding_anchor(finding.id)[2:],
        href=book.href(finding),
        title=f"{finding.analysis.title}, {book.name(drug_class)}" if drug_class else finding.analysis.title,
        head=_head(firm, claims, is_ratio),
        figure=looks.draw(finding, firm, ratios if is_ratio else PERCENT),
        ways=_ways(firm, is_ratio),
        claims=tuple(_claim(book, r) for r in claims),
        without=_without(firm, is_ratio),
        sets=_sets(firm, is_ratio),
        influence=_influence(firm, is_ratio),
    )


def _span(low: float, high: float, is_ratio: bool) -> str:
    return f"{numbers.short(low, is_ratio)} to {numbers.short(high, is_ratio)}"


def _head(firm: Firmness, claims: Sequence[Robustness], is_ratio: bool) -> str:
    total = len(firm.multiverse.specifications)
    if claims:
        least = min(claims, key=lambda r: (r.share or 0.0, r.claim))
        if len(claims) > 1:
            return f"{_share(least)} of {least.total} ways or more keep its claims\u2019 verdicts"
        return f"{_share(least)} of {least.total} ways keep its claim\u2019s verdict"
    curve = firm.multiverse.curve
    return f"{_span(curve[0].estimate, curve[-1].estimate, is_ratio)} over {total} ways"


def _share(robust: Robustness) -> str:
    return f"{100 * (robust.share or 0.0):.0f}%"


def _ways(firm: Firmness, is_ratio: bool) -> str:
    curve, middle = firm.multiverse.curve, firm.multiverse.middle
    if middle is None:
        return ""
    said = f"{len(curve)} defensible ways give {_span(curve[0].estimate, curve[-1].estimate, is_ratio)}"
    return f"{said}, in the middle {numbers.short(middle, is_ratio)}."


def _claim(book: Book, robust: Robustness) -> tuple[str, str, str]:
    claim = next(c for c in book.review.protocol.claims if c.id == robust.claim)
    said = f"{robust.verdict} in all {robust.total} ways"
    if len(robust.verdicts) > 1:
        said = ", ".join(f"{verdict} in {n}" for verdict, n in robust.verdicts.items()) + f" of {robust.total} ways"
    return f"claims.html#c-{links.slug(claim.id)}", claim.statement, said


def _without(firm: Firmness, is_ratio: bool) -> str:
    if not firm.without:
        return ""
    low, high = (f(firm.without, key=lambda w: w.estimate) for f in (min, max))
    return (
        f"{numbers.short(low.estimate, is_ratio)} without {low.label}, "
        f"{numbers.short(high.estimate, is_ratio)} without {high.label}."
    )


def _sets(firm: Firmness, is_ratio: bool) -> str:
    found = firm.subsets
    if found is None:
        return ""
    return (
        f"the {numbers.people(found.sets)} sets of two or more studies give {_span(found.low, found.high, is_ratio)}, "
        f"half of them {_span(*found.quarters, is_ratio)}."
    )


def _influence(firm: Firmness, is_ratio: bool) -> tuple[tuple[str, str, str, str, str, str, str, bool], ...]:
    return tuple(
        (
            words.tight(i.label),
            numbers.short(w.estimate, is_ratio),
            _signed(i.rstudent),
            _signed(i.dffits),
            f"{i.cook:.2f}",
            f"{i.cov_ratio:.2f}",
            f"{100 * i.weight:.0f}%",
            i.marked,
        )
        for i, w in zip(firm.influence, firm.without, strict=True)
    )


def _signed(value: float) -> str:
    return numbers.plain(value, 1).replace("-", "\u2212")
