"""What a study's tables print of the people of a curve: it constrains their rebuilding and is held against them.

A row counts where it is of the same report, arm, outcome and denominator as the curve and does the same with
transplantation (or does not say), and is neither doubted nor a repetition. Times are in the curve's unit.
"""

import math
from collections.abc import Iterator

from remit.model.curve import DAYS
from remit.model.observation import Contrast, Median, Row, Survival
from remit.model.printed_curve import PrintedCurve
from remit.model.rebuilt import PrintedLandmark, PublishedContrast
from remit.model.review import StudyData

DOUBTED = frozenset({"suspect", "confirms", "derived", "no-timepoint", "disagrees", "digitised"})
UNSAID = "not-stated"
WHOLE_PERCENT = 0.005
"""Half of the last digit of a percentage without decimals: `0.6` in a table may be 60 %, never 0.6 roughly."""
OWN_MEDIAN = 0.05
"""Half of the last digit supposed of a median that stands with the curve, whose text is not kept."""


def landmarks(data: StudyData, curve: PrintedCurve) -> tuple[PrintedLandmark, ...]:
    """Return survival printed with the curve and in the study's table, each time once, the curve's own first."""
    found = {t: PrintedLandmark(time=t, survival=s) for t, s in curve.landmarks}
    month = DAYS["months"] / DAYS[curve.unit]
    wanted = "cumulative-incidence" if curve.competing == "competing" else "survival"
    for row in data.survival:
        if _alike(row, curve) and _same_rule(row, curve) and row.measure == wanted and row.months is not None:
            share = row.probability if wanted == "survival" else 1.0 - row.probability
            half = min(_half(row.printed.get("probability", f"{row.probability:g}")), WHOLE_PERCENT)
            time = row.months * month
            found.setdefault(time, PrintedLandmark(time=time, survival=share, half_unit=half))
    return tuple(found[t] for t in sorted(found))


def median(data: StudyData, curve: PrintedCurve) -> tuple[float, float] | None:
    """Return the printed median with half of its last digit, the curve's own first; None where none is printed."""
    if curve.median is not None:
        return curve.median, OWN_MEDIAN
    month = DAYS["months"] / DAYS[curve.unit]
    for row in data.medians:
        if _alike(row, curve) and _same_rule(row, curve) and row.reached and row.median is not None:
            return row.median * month, _half(row.printed.get("median", f"{row.median:g}")) * month
    return None


def contrast(data: StudyData, arm: PrintedCurve, comparator: PrintedCurve) -> PublishedContrast | None:
    """Return the hazard ratio of the two, in this direction, and its p-value; None where neither is printed."""
    for row, turned in _contrasts(data, arm, comparator):
        hr = row.estimate if row.measure == "HR" else None
        p = row.p_value
        if hr is None and p is None:
            continue
        if hr is not None and turned:
            hr = 1.0 / hr
        two_sided = min(1.0, p[0] * (3 - p[1])) if p is not None else None
        return PublishedContrast(hr=hr, p=two_sided, p_bound=p is not None and p[2])
    return None


def _contrasts(data: StudyData, arm: PrintedCurve, other: PrintedCurve) -> Iterator[tuple[Contrast, bool]]:
    for row in data.contrasts:
        pair, rule = (row.arm, row.comparator), _same_rule(row, arm)
        if rule and _of_report(row, arm) and not DOUBTED & set(row.flags) and row.measure == "HR":
            if pair == (arm.arm, other.arm):
                yield row, False
            elif pair == (other.arm, arm.arm):
                yield row, True


def _alike(row: Row, curve: PrintedCurve) -> bool:
    return row.arm == curve.arm and _of_report(row, curve) and not DOUBTED & set(row.flags)


def _of_report(row: Row, curve: PrintedCurve) -> bool:
    return (row.source.report, row.outcome, row.basis) == (curve.source.report, curve.outcome, curve.basis)


def _same_rule(row: Survival | Median | Contrast, curve: PrintedCurve) -> bool:
    return UNSAID in (row.transplant, curve.transplant) or row.transplant == curve.transplant


def _half(printed: str) -> float:
    """Return half of the last digit of a printed number."""
    digits = len(printed.strip().partition(".")[2])
    return 0.5 * math.pow(10.0, -digits)
