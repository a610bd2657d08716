"""Whether a value of the review and the source's value of the same thing agree, as far as both are printed."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from remit.model.observation import Contrast, Observation
from remit.model.suggestion import Disagreement, Suggestion

COMPARED = {
    "survival": ("probability", "lower", "upper", "total"),
    "counts": ("events", "total", "proportion"),
    "medians": ("median", "lower", "upper"),
    "contrasts": ("estimate", "lower", "upper"),
}


def agree(one: str, other: str) -> bool:
    """Whether two printed numbers can be one number: they differ by no more than the coarser one's rounding."""
    if one.strip() == other.strip():
        return True
    try:
        a, b = Decimal(one), Decimal(other)
    except InvalidOperation:
        return False
    coarser = max(_step(a), _step(b))
    return abs(a - b) <= coarser


def _step(value: Decimal) -> Decimal:
    """Half a unit of the last printed digit, which rounding may have moved by; whole numbers are exact."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) / 2 if isinstance(exponent, int) and exponent < 0 else Decimal(0)


def differences(row: Observation, s: Suggestion) -> Iterator[Disagreement]:
    """Give each column in which a row and a suggestion for the same question differ; none where their times do."""
    if not _same_question(row, s):
        return
    for column in COMPARED.get(s.table, ()):
        printed, posted = row.printed.get(column, "").strip(), s.cells.get(column, "").strip()
        if printed and posted and not agree(printed, posted):
            yield Disagreement(
                study=s.study,
                row=f"{row.place.file}#{row.key}",
                column=column,
                printed=printed,
                posted=posted,
                locator=s.locator,
                url=s.url,
                note="; ".join((s.why, *s.unsure)),
                place=row.place,
            )


def _same_question(row: Observation, s: Suggestion) -> bool:
    months = s.cells.get("months", "")
    if s.table in ("survival",) and (row.months is None or not months or abs(float(months) - row.months) > 1e-9):
        return False
    if isinstance(row, Contrast):
        return row.measure == s.cells.get("measure") and row.comparator == s.cells.get("comparator")
    measure = s.cells.get("measure", "")
    return not measure or getattr(row, "measure", measure) == measure
