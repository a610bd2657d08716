"""A proportion from a row of counts: events of a total, or the count a printed percentage stands for."""

import math

from remit.model.observation import Count
from remit.model.protocol import Analysis
from remit.stats.effects import logit_proportion
from remit.stats.exact import clopper_pearson
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate, Natural, estimate
from remit.synthesise.reasons import Refusal
from remit.synthesise.select import Candidate

PRINTED = "events and total as printed"
FROM_PERCENT = "count from printed percentage"
LEAST_DECIMALS = 2
"""A proportion printed as 0.6 stands for 60 %: precision is never taken as coarser than whole percent."""


def proportion(_: Index, analysis: Analysis, c: Candidate) -> Estimate | Refusal:
    """Return events over total with its Clopper-Pearson interval, or why there is none.

    The effect is the logit; a cell at 0 % or 100 % gets 1/2 added to events and non-events there (marked), which
    serves weights and subgroup tests only: pooling uses the exact likelihood.
    """
    row = c.sighting.row
    assert isinstance(row, Count)
    if not row.total:
        seen = "a percentage" if row.proportion is not None else "a count"
        return Refusal("no-total", f"{seen} is printed without its denominator")
    marks: tuple[str, ...] = ()
    events, rank, route = row.events, 0, PRINTED
    if events is None:
        if row.proportion is None:
            return Refusal("no-count", "neither events nor a percentage is printed")
        decimals = printed_decimals(row)
        fitting = counts_that_print(row.proportion, row.total, decimals)
        if not fitting:
            said = f"{100 * row.proportion:.{max(decimals - 2, 0)}f} %"
            return Refusal("no-count", f"no whole number of {row.total} people gives the printed {said}")
        exactly = row.proportion * row.total
        events, rank, route = min(fitting, key=lambda x: (abs(x - exactly), x)), 1, FROM_PERCENT
        marks = ("count-from-percentage",) if len(fitting) == 1 else ("count-from-percentage", "count-uncertain")
    edge = events in (0, row.total)
    exact = clopper_pearson(events, row.total)
    natural = Natural(estimate=events / row.total, lower=exact.lower, upper=exact.upper, events=events, total=row.total)
    effect = logit_proportion(events, row.total, add=0.5 if edge else 0.0)
    return estimate(c, natural, effect, rank, route, marks)


def printed_decimals(row: Count) -> int:
    """Return the decimals of the proportion as printed (0.825 has 3), at least those of a whole percent."""
    text = "" if "proportion" in row.corrected else row.printed.get("proportion", "")
    if not text.strip():
        text = repr(row.proportion)
    return max(LEAST_DECIMALS, len(text.strip().partition(".")[2]))


def counts_that_print(proportion: float, total: int, decimals: int) -> tuple[int, ...]:
    """Return every number of events whose proportion of `total`, rounded to `decimals`, is the printed one."""
    half = 0.5 * 10.0**-decimals + 1e-12
    first = max(0, math.ceil((proportion - half) * total - 1e-9))
    last = min(total, math.floor((proportion + half) * total + 1e-9))
    return tuple(x for x in range(first, last + 1) if abs(x / total - proportion) <= half)
