"""A ratio of two arms from what was printed: a ratio, its p-value, events, or survival of both arms.

The analysis decides the direction (`where` over `versus`); a ratio printed the other way round is turned, and keeps the
printed words among its marks.
"""

import math
from contextlib import suppress

from remit.errors import InputError
from remit.model.observation import Contrast, Count, Survival
from remit.model.protocol import Analysis
from remit.stats.effect import Effect
from remit.stats.effects import (
    log_hr_from_events,
    log_hr_from_interval,
    log_hr_from_p,
    log_odds_ratio,
    log_risk_ratio,
)
from remit.synthesise import hazard_ratio
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate, Natural, estimate
from remit.synthesise.reasons import Refusal
from remit.synthesise.scale import ends, exp, usual
from remit.synthesise.select import Candidate
from remit.synthesise.survivals import inside

READ_EVENTS = "people rebuilt from both curves"
READ = "Cox regression of people rebuilt from both curves"
Cells = tuple[int, int, int, int]


def contrast(_: Index, analysis: Analysis, c: Candidate) -> Estimate | Refusal:
    """Return the log ratio in the analysis's direction by the first route that the candidate allows."""
    row = c.sighting.row
    if isinstance(row, Contrast):
        return printed(analysis, c, row)
    assert c.partner is not None
    other = c.partner.row
    rows = f"rows {row.key}, {other.key}"
    if isinstance(row, Count) and isinstance(other, Count):
        if row.events is None or other.events is None or not row.total or not other.total:
            return Refusal("no-total", "events and total are not printed for both arms")
        return tables(analysis, c, (row.events, row.total, other.events, other.total), rows)
    assert isinstance(row, Survival) and isinstance(other, Survival)
    return landmarks(c, row, other, rows)


def printed(analysis: Analysis, c: Candidate, row: Contrast) -> Estimate | Refusal:
    """Return the estimate of a printed comparison."""
    cells = _cells(row, c.inverted)
    if analysis.measure != "HR" and cells is not None:
        return tables(analysis, c, cells, "counts printed with the comparison")
    found = hazard_ratio.found(row) if analysis.measure == "HR" else _from_ratio(row, analysis.measure)
    if found is None:
        if cells is not None and analysis.measure == "HR":
            return tables(analysis, c, cells, READ_EVENTS if row.curve else "printed with the comparison")
        return Refusal("no-variance", "no interval, exact p-value or events are printed with the ratio")
    effect, rank, route, marks = found
    low, high = ends(effect)
    lower, upper = exp(low), exp(high)
    if route.endswith("interval") and usual(row.level) and row.lower is not None and row.upper is not None:
        lower, upper = row.lower, row.upper
    ratio = row.estimate if row.estimate is not None else exp(effect.estimate)
    if c.inverted:
        effect = Effect(-effect.estimate, effect.variance)
        ratio, lower, upper = 1.0 / ratio, 1.0 / upper, 1.0 / lower
        marks = (*marks, "inverted", f"printed {_as_printed(row)}as {row.arm} versus {row.comparator}")
    total, theirs = (row.total_arm, row.total_comparator)
    events, their_events = (row.events_arm, row.events_comparator)
    if c.inverted:
        total, theirs, events, their_events = theirs, total, their_events, events
    natural = Natural(
        estimate=ratio,
        lower=lower,
        upper=upper,
        events=events,
        total=total if total is not None else _arm_size(c, c.arm),
        comparator_events=their_events,
        comparator_total=theirs if theirs is not None else _arm_size(c, c.comparator),
    )
    return estimate(c, natural, effect, rank, READ if row.curve else route, marks)


def _from_ratio(row: Contrast, measure: str) -> tuple[Effect, int, str, tuple[str, ...]] | None:
    """Return effect, rank, route and marks of a printed risk or odds ratio in its own direction."""
    if row.estimate is None:
        return None
    name = {"RR": "risk ratio", "OR": "odds ratio"}[measure]
    if row.lower is not None and row.upper is not None:
        with suppress(InputError):
            effect = log_hr_from_interval(row.estimate, row.lower, row.upper, row.level or 0.95)
            return effect, 1, f"{name} and interval", ()
    if row.p_value is not None:
        value, sided, bound = row.p_value
        with suppress(InputError):
            effect = log_hr_from_p(row.estimate, value, None, sided)
            return effect, 2, f"{name} and p-value", ("p-bound",) if bound else ()
    return None


def tables(analysis: Analysis, c: Candidate, cells: Cells, rows: str) -> Estimate | Refusal:
    """Return the Peto log hazard ratio, log risk ratio or log odds ratio of a two-by-two table."""
    a, n1, b, n2 = cells
    if a + b in (0, n1 + n2):
        return Refusal("no-events", f"{'nobody' if a + b == 0 else 'everybody'} had the event in both arms")
    measure = analysis.measure
    marks: tuple[str, ...] = ()
    try:
        if measure == "HR":
            effect, rank, route = log_hr_from_events(a, n1, b, n2), 2, f"events of both arms, Peto ({rows})"
            marks = ("approximate",)
        else:
            ratio = log_risk_ratio if measure == "RR" else log_odds_ratio
            effect, rank, route = ratio(a, n1, b, n2), 0, f"counts of both arms ({rows})"
            if 0 in (a, b) or a == n1 or b == n2:
                marks = ("continuity-corrected",)
    except InputError as e:
        return Refusal("no-variance", str(e))
    low, high = ends(effect)
    natural = Natural(
        estimate=exp(effect.estimate),
        lower=exp(low),
        upper=exp(high),
        events=a,
        total=n1,
        comparator_events=b,
        comparator_total=n2,
    )
    return estimate(c, natural, effect, rank, route, marks)


def landmarks(c: Candidate, row: Survival, other: Survival, rows: str) -> Estimate | Refusal:
    """Return the log hazard ratio that survival of both arms at one time implies under proportional hazards."""
    sides = []
    for r in (row, other):
        if r.probability in (0.0, 1.0):
            return Refusal("at-boundary", "survival of 0 or 100 % in an arm gives no ratio")
        side = inside(r, None)
        if isinstance(side, Refusal):
            return Refusal("no-variance", "survival is printed without interval or standard error in both arms")
        sides.append(side[0])
    mine, theirs = sides
    effect = Effect(mine.estimate - theirs.estimate, mine.variance + theirs.variance)
    low, high = ends(effect)
    natural = Natural(
        estimate=exp(effect.estimate),
        lower=exp(low),
        upper=exp(high),
        total=row.total if row.total is not None else _arm_size(c, c.arm),
        comparator_total=other.total if other.total is not None else _arm_size(c, c.comparator),
    )
    at = f"{row.months:g} months" if row.months is not None else "one time"
    return estimate(c, natural, effect, 3, f"survival of both arms at {at} ({rows})", ("approximate",))


def _cells(row: Contrast, inverted: bool) -> Cells | None:
    a, n1, b, n2 = row.events_arm, row.total_arm, row.events_comparator, row.total_comparator
    if a is None or n1 is None or b is None or n2 is None or 0 in (n1, n2):
        return None
    return (b, n2, a, n1) if inverted else (a, n1, b, n2)


def _arm_size(c: Candidate, arm_id: str) -> int | None:
    arm = c.sighting.study.arm(arm_id)
    return arm.n if arm is not None else None


def _as_printed(row: Contrast) -> str:
    words = [row.printed.get(k) or _text(v) for k, v in (("lower", row.lower), ("upper", row.upper))]
    estimate_text = row.printed.get("estimate") or _text(row.estimate)
    text = f"{estimate_text} ({words[0]} to {words[1]})" if all(words) else estimate_text
    return f"{text} " if text else ""


def _text(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:g}"
