"""From one line of a bare table to one study's estimate with its variance and its own interval."""

import math
from dataclasses import dataclass

from remit.errors import InputError
from remit.model.table import RATIOS, StudyTable, TableMeasure, TableRow, TableStudy
from remit.stats.effect import Effect
from remit.stats.effects import (
    cloglog_survival_from_interval,
    cloglog_survival_from_n,
    cloglog_survival_from_se,
    log_hr_from_interval,
    log_odds_ratio,
    log_risk_ratio,
    logit_proportion,
    risk_difference,
)
from remit.stats.exact import clopper_pearson
from remit.stats.interval import normal_quantile
from remit.synthesise.scale import cloglog_inverse, exp

CORRECTED = "half an event added"
APPROXIMATE = "variance from n, censoring ignored"
MEANING = {
    "OR": log_odds_ratio,
    "RR": log_risk_ratio,
    "RD": risk_difference,
}


@dataclass(frozen=True, slots=True)
class NoInformation:
    """A study that says nothing about the measure, and why."""

    why: str


def back(measure: TableMeasure, value: float) -> float:
    """Return a value of the analysis scale on the natural one."""
    if measure in RATIOS:
        return exp(value)
    return cloglog_inverse(value) if measure == "survival" else value


def study_of(table: StudyTable, row: TableRow, level: float) -> TableStudy | NoInformation:
    """Return one study's estimate. Raises InputError where its numbers cannot be."""
    if table.form == "proportion":
        return _proportion(row, level)
    if table.form == "two-arm":
        return _two_arms(table.measure, row, level)
    effect, marks = _effect(table, row)
    return _made(table.measure, row, effect, level, marks)


def _proportion(row: TableRow, level: float) -> TableStudy:
    events, total = _count(row, "events"), _count(row, "total")
    own = clopper_pearson(events, total, level)
    edge = events in (0, total)
    effect = logit_proportion(events, total, add=0.5 if edge else 0.0)
    return TableStudy(
        study=row.study,
        level=row.level,
        place=row.place,
        events=events,
        total=total,
        estimate=events / total,
        lower=own.lower,
        upper=own.upper,
        effect=effect.estimate,
        variance=effect.variance,
    )


def _two_arms(measure: TableMeasure, row: TableRow, level: float) -> TableStudy | NoInformation:
    a, n1, c, n2 = (_count(row, name) for name in ("events", "total", "events2", "total2"))
    if measure != "RD" and a + c == 0:
        clopper_pearson(a, n1), clopper_pearson(c, n2)
        return NoInformation("nobody had the event in either arm")
    if measure != "RD" and n1 > 0 and n2 > 0 and a == n1 and c == n2:
        return NoInformation("everybody had the event in both arms")
    effect = MEANING[measure](a, n1, c, n2)
    marks = (CORRECTED,) if 0 in (a, n1 - a, c, n2 - c) else ()
    made = _made(measure, row, effect, level, marks)
    return TableStudy(
        study=made.study,
        level=made.level,
        place=made.place,
        events=a,
        total=n1,
        events2=c,
        total2=n2,
        estimate=made.estimate,
        lower=made.lower,
        upper=made.upper,
        effect=made.effect,
        variance=made.variance,
        marks=marks,
    )


def _effect(table: StudyTable, row: TableRow) -> tuple[Effect, tuple[str, ...]]:
    v = row.values
    if table.form == "effect":
        if "variance" in v:
            return _spread(v["effect"], v["variance"], "variance", v["variance"]), ()
        return _spread(v["effect"], v["se"] ** 2 if v["se"] > 0.0 else v["se"], "se", v["se"]), ()
    if table.form == "survival":
        return _survival(row)
    if table.measure == "MD":
        low, high, middle = v["lower"], v["upper"], v["estimate"]
        if not low <= middle <= high or low == high:
            raise InputError(
                f"difference {middle:g} with interval {low:g} to {high:g}; expected lower <= estimate <= upper"
            )
        se = (high - low) / (2.0 * normal_quantile(v.get("level", 0.95)))
        return _spread(middle, se * se, "interval width", high - low), ()
    try:
        return log_hr_from_interval(v["estimate"], v["lower"], v["upper"], v.get("level", 0.95)), ()
    except InputError as error:
        raise InputError(str(error).replace("hazard ratio", "ratio").replace("hr", "estimate")) from None


def _spread(estimate: float, variance: float, name: str, seen: float) -> Effect:
    if not (variance > 0.0 and math.isfinite(variance)):
        raise InputError(f"{name} {seen:g}; expected a number above 0; check that study's standard error")
    return Effect(estimate, variance)


def _survival(row: TableRow) -> tuple[Effect, tuple[str, ...]]:
    """Return log(-log S) by the first route the row allows: interval, standard error, people."""
    v = row.values
    s = v["survival"]
    if not 0.0 <= s <= 1.0:
        raise InputError(f"survival {s:g}; expected a number between 0 and 1; write 85 % as 0.85")
    n = int(v.get("n", 0.0))
    if s in (0.0, 1.0):
        if n < 1:
            raise InputError(f"survival {s:g} without n; expected n there; a curve at its end has no standard error")
        return cloglog_survival_from_n((n * s + 0.5) / (n + 1.0), n + 1), (CORRECTED, APPROXIMATE)
    if "lower" in v and "upper" in v:
        return cloglog_survival_from_interval(s, v["lower"], v["upper"], v.get("level", 0.95)), ()
    if "se" in v:
        return cloglog_survival_from_se(s, v["se"]), ()
    return cloglog_survival_from_n(s, n), (APPROXIMATE,)


def _made(measure: TableMeasure, row: TableRow, effect: Effect, level: float, marks: tuple[str, ...]) -> TableStudy:
    v, half = row.values, normal_quantile(level) * effect.se
    ends = sorted((back(measure, effect.estimate - half), back(measure, effect.estimate + half)))
    if "lower" in v and "upper" in v and not marks and abs(v.get("level", 0.95) - level) < 1e-9:
        ends = [v["lower"], v["upper"]]
    n = v.get("n")
    return TableStudy(
        study=row.study,
        level=row.level,
        place=row.place,
        total=int(n) if n is not None else None,
        estimate=back(measure, effect.estimate),
        lower=ends[0],
        upper=ends[1],
        effect=effect.estimate,
        variance=effect.variance,
        marks=marks,
    )


def _count(row: TableRow, name: str) -> int:
    return int(row.values[name])
