"""Survival (or a cumulative incidence) at a time, on the complementary log-log scale.

Survival S and cumulative incidence F = 1 - S share the scale log(-log S): larger is worse survival, larger incidence.
"""

from remit.errors import InputError
from remit.model.observation import Survival
from remit.model.protocol import Analysis
from remit.stats.effect import Effect
from remit.stats.effects import (
    cloglog_survival_from_interval,
    cloglog_survival_from_n,
    cloglog_survival_from_se,
    interval_scale,
)
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate, Natural, estimate, people
from remit.synthesise.reasons import Refusal
from remit.synthesise.scale import cloglog_inverse, ends, usual
from remit.synthesise.select import Candidate

INTERVAL = "survival and interval"
ERROR = "survival and standard error"
FROM_N = "binomial approximation from n"
READ = "Kaplan–Meier of people rebuilt from its curve"
CORRECTED = "binomial approximation from n, half an event added"


def survival(index: Index, analysis: Analysis, c: Candidate) -> Estimate | Refusal:
    """Return log(-log S) with its variance by the first route that the row allows, or why there is none.

    A survival printed as exactly 0 or 1 has no value on this scale: where its total n is known, n + 1 people with half
    an event more on each side stand for it (marked); otherwise it is left out.
    """
    row = c.sighting.row
    assert isinstance(row, Survival)
    total, from_arm = people(c)
    found = at_edge(row, total) if row.probability in (0.0, 1.0) else inside(row, total)
    if isinstance(found, Refusal):
        return found
    effect, rank, route, marks = found
    if from_arm and rank == 2:
        marks = (*marks, "total-of-arm")
    turned = row.measure == "cumulative-incidence"
    if usual(row.level) and row.lower is not None and row.upper is not None and rank == 0:
        lower, upper = row.lower, row.upper
    else:
        low, high = ends(effect)
        lower, upper = sorted((cloglog_inverse(low, turned), cloglog_inverse(high, turned)))
        lower, upper = min(lower, row.probability), max(upper, row.probability)
        if rank == 0:
            marks = (*marks, "interval-recomputed")
    natural = Natural(estimate=row.probability, lower=lower, upper=upper, total=total)
    return estimate(c, natural, effect, rank, READ if row.curve else route, marks)


Found = tuple[Effect, int, str, tuple[str, ...]]


def inside(row: Survival, total: int | None) -> Found | Refusal:
    """Return the effect of a probability strictly between 0 and 1 by the first route that works."""
    turned = row.measure == "cumulative-incidence"
    s = 1.0 - row.probability if turned else row.probability
    if row.lower is not None and row.upper is not None:
        low, high = (1.0 - row.upper, 1.0 - row.lower) if turned else (row.lower, row.upper)
        try:
            scale = interval_scale(s, low, high)
            effect = cloglog_survival_from_interval(s, low, high, row.level or 0.95, scale)
            return effect, 0, INTERVAL if scale == "cloglog" else f"{INTERVAL}, made on the {scale} scale", ()
        except InputError:
            pass
    if row.se is not None and row.se > 0.0:
        return cloglog_survival_from_se(s, row.se), 1, ERROR, ()
    if total:
        return cloglog_survival_from_n(s, total), 2, FROM_N, ("approximate",)
    return Refusal("no-variance", "neither an interval, a standard error nor a total is printed with it")


def at_edge(row: Survival, total: int | None) -> Found | Refusal:
    """Return the corrected effect of a survival of exactly 0 or 1."""
    said = "100 %" if row.probability == 1.0 else "0 %"
    if not total:
        return Refusal("at-boundary", f"{said} has no value on the complementary log-log scale and no total is printed")
    s = (total * row.probability + 0.5) / (total + 1.0)
    if row.measure == "cumulative-incidence":
        s = 1.0 - s
    return cloglog_survival_from_n(s, total + 1), 2, CORRECTED, ("approximate", "continuity-corrected")
