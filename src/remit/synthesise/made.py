"""An estimate as made from one candidate, before one per family is chosen and weights are known."""

from dataclasses import dataclass

from remit.model.finding import Used
from remit.model.observation import Contrast, Count
from remit.stats.effect import Effect
from remit.synthesise.select import Candidate

TREATED = ("enrolled", "randomised", "infused", "treated")
"""Denominators whose people an arm's own `n` may stand for when a row prints no total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A candidate with its estimate; `rank` is the place of its route in the documented order (0 is best)."""

    candidate: Candidate
    used: Used
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Natural:
    """Estimate and interval on the natural scale, and the numbers behind them."""

    estimate: float
    lower: float
    upper: float
    events: int | None = None
    total: int | None = None
    comparator_events: int | None = None
    comparator_total: int | None = None


def estimate(c: Candidate, natural: Natural, effect: Effect, rank: int, route: str, marks: tuple[str, ...]) -> Estimate:
    """Return the estimate of candidate `c` with the marks of its row, its source and its route."""
    s = c.sighting
    row = s.row
    flags = row.flags
    if c.partner is not None:
        flags = (*flags, *(f for f in c.partner.row.flags if f not in flags))
    about = list(flags)
    if row.corrected:
        about.append("corrected")
    if row.source.kind != "primary":
        about.append(row.source.kind)
    if any(a is not None and a.part_of for a in (s.arm, s.comparator, c.partner.arm if c.partner else None)):
        about.append("part-of-arm")
    report = s.report
    used = Used(
        study=s.study.id,
        family=s.study.family,
        arm=c.arm,
        comparator=c.comparator,
        report=row.source.report,
        key=row.key,
        place=row.place,
        label=s.study.name,
        year=report.year if report is not None else None,
        basis=row.basis,
        scale=row.scale if isinstance(row, Count) else "",
        months=row.months,
        events=natural.events,
        total=natural.total,
        comparator_events=natural.comparator_events,
        comparator_total=natural.comparator_total,
        estimate=natural.estimate,
        lower=natural.lower,
        upper=natural.upper,
        effect=effect.estimate,
        variance=effect.variance,
        weight=0.0,
        route=route,
        marks=(*about, *marks),
    )
    return Estimate(candidate=c, used=used, rank=rank)


def people(c: Candidate) -> tuple[int | None, bool]:
    """Return the row's total, or the arm's own n where the row prints none (True then)."""
    row, arm = c.sighting.row, c.sighting.arm
    total = None if isinstance(row, Contrast) else row.total
    if total is None and arm.n is not None and row.basis in TREATED:
        return arm.n, True
    return total, False
