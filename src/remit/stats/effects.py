"""From what a report prints to one estimate with its sampling variance: counts here, survival in `survival`.

Every function is the door to one route and is named for it; which route a study takes is the caller's choice and
should be printed. Continuity corrections are arguments, never hidden. Ratios are on the log scale, arm over comparator.
"""

import math

from remit.errors import InputError
from remit.stats import _check
from remit.stats.effect import Effect
from remit.stats.survival import (
    cloglog_survival_from_interval,
    cloglog_survival_from_n,
    cloglog_survival_from_se,
    interval_scale,
    log_hr_from_events,
    log_hr_from_interval,
    log_hr_from_p,
    log_hr_from_survival,
)

__all__ = [
    "Effect",
    "cloglog_survival_from_interval",
    "cloglog_survival_from_n",
    "cloglog_survival_from_se",
    "interval_scale",
    "log_hr_from_events",
    "log_hr_from_interval",
    "log_hr_from_p",
    "log_hr_from_survival",
    "log_odds_ratio",
    "log_risk_ratio",
    "logit_proportion",
    "risk_difference",
]


def logit_proportion(events: int, total: int, add: float = 0.0) -> Effect:
    """Return log(x / (n - x)) with variance 1/x + 1/(n - x), after `add` to events and to non-events.

    Raises InputError at 0 % and 100 % without a correction: the logit is infinite there, and
    `glmm.pool_proportions` pools such cells without one.
    """
    x, n = _check.cell(events, total)
    yes, no = x + _correction(add), n - x + add
    if yes == 0.0 or no == 0.0:
        raise InputError(f"logit of {x} of {n} is infinite; pool it with the exact likelihood, or state `add`")
    return Effect(math.log(yes / no), 1.0 / yes + 1.0 / no)


def log_odds_ratio(a: int, n1: int, c: int, n2: int, add: float = 0.5, only_zero: bool = True) -> Effect:
    """Return the log odds ratio of a events in n1 people against c in n2, by the delta method.

    `add` goes to all four cells: of every table, or with `only_zero` of tables that have an empty cell.
    Source: Woolf (1955), Ann Hum Genet 19:251-253; correction after Haldane (1956) and Anscombe (1956).
    """
    yes1, no1, yes2, no2 = _table(a, n1, c, n2, add, only_zero)
    _no_empty_cell("odds ratio", yes1, no1, yes2, no2)
    return Effect(math.log(yes1 * no2 / (no1 * yes2)), 1.0 / yes1 + 1.0 / no1 + 1.0 / yes2 + 1.0 / no2)


def log_risk_ratio(a: int, n1: int, c: int, n2: int, add: float = 0.5, only_zero: bool = True) -> Effect:
    """Return the log risk ratio of a events in n1 people against c in n2, by the delta method.

    `add` goes to all four cells (so twice `add` to each total): of every table, or with `only_zero` of tables with an
    empty cell. Source: Katz et al. (1978), Biometrics 34:469-474.
    """
    yes1, no1, yes2, no2 = _table(a, n1, c, n2, add, only_zero)
    _no_empty_cell("risk ratio", yes1, yes2)
    total1, total2 = yes1 + no1, yes2 + no2
    variance = 1.0 / yes1 - 1.0 / total1 + 1.0 / yes2 - 1.0 / total2
    if variance <= 0.0:
        raise InputError(f"risk ratio of {a} of {n1} against {c} of {n2} has no variance; state `add`")
    return Effect(math.log(yes1 * total2 / (yes2 * total1)), variance)


def risk_difference(a: int, n1: int, c: int, n2: int, add: float = 0.5, only_zero: bool = True) -> Effect:
    """Return the difference of two proportions with the sum of their binomial variances.

    `add` goes to all four cells: of every table, or with `only_zero` of tables with an empty cell.
    """
    yes1, no1, yes2, no2 = _table(a, n1, c, n2, add, only_zero)
    total1, total2 = yes1 + no1, yes2 + no2
    variance = yes1 * no1 / total1**3 + yes2 * no2 / total2**3
    if variance <= 0.0:
        raise InputError(f"risk difference of {a} of {n1} against {c} of {n2} has no variance; state `add`")
    return Effect(yes1 / total1 - yes2 / total2, variance)


def _correction(add: float) -> float:
    if _check.finite(add, "add") < 0.0:
        raise InputError(f"add {add!r}; expected 0 or a small positive number, such as 0.5")
    return add


def _table(a: int, n1: int, c: int, n2: int, add: float, only_zero: bool) -> tuple[float, float, float, float]:
    """Return events and non-events of both arms, corrected as asked."""
    a, n1 = _check.cell(a, n1, "a", "n1")
    c, n2 = _check.cell(c, n2, "c", "n2")
    counts = (a, n1 - a, c, n2 - c)
    plus = _correction(add) if not only_zero or 0 in counts else 0.0
    return counts[0] + plus, counts[1] + plus, counts[2] + plus, counts[3] + plus


def _no_empty_cell(measure: str, *counts: float) -> None:
    if 0.0 in counts:
        raise InputError(f"{measure} of a table with an empty cell is not finite; state `add`, or pool it exactly")
