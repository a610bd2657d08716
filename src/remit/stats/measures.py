"""Effect measures by the column: one estimate and variance per study, for tables of proportions and of two arms.

`effects` is the door for one study at a time; these are for whole tables, such as a file that someone brings. `to`
says which studies get the continuity correction `add`, as in metafor: those with an empty cell ("only-zero"), all of
them when any has one ("if-any-zero"), "all" or "none".
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.result import Result

ProportionMeasure = Literal["raw", "log", "logit", "arcsine", "double-arcsine"]
TableMeasure = Literal["odds-ratio", "risk-ratio", "risk-difference", "arcsine-difference", "peto"]
To = Literal["only-zero", "if-any-zero", "all", "none"]


@dataclass(frozen=True, slots=True, eq=False)
class Effects(Result):
    """Estimates and sampling variances on the analysis scale, shape (k,)."""

    estimate: FloatArray
    variance: FloatArray


def proportions(
    events: npt.ArrayLike, totals: npt.ArrayLike, measure: ProportionMeasure, add: float = 0.5, to: To = "only-zero"
) -> Effects:
    """Return one transformed proportion per study; shapes (k,).

    The correction enters "raw", "log" and "logit"; the arcsine measures need none. The double arcsine (Freeman and
    Tukey 1950, Ann Math Stat 21:607-611) back-transforms misleadingly when sample sizes differ much (Schwarzer et al.
    2019, Res Synth Methods 10:476-483): it is offered to reproduce older reviews, not recommended.
    """
    x, n = _check.cells(events, totals, minimum=1)
    if measure == "arcsine":
        return Effects(np.arcsin(np.sqrt(x / n)), 1.0 / (4.0 * n))
    if measure == "double-arcsine":
        estimate = 0.5 * (np.arcsin(np.sqrt(x / (n + 1.0))) + np.arcsin(np.sqrt((x + 1.0) / (n + 1.0))))
        return Effects(estimate, 1.0 / (4.0 * n + 2.0))
    plus = correction(np.stack((x, n - x)), add, to)
    yes, no = x + plus, n - x + plus
    total = yes + no
    if measure == "raw":
        return Effects(yes / total, yes * no / total**3)
    with np.errstate(divide="ignore"):
        if measure == "log":
            return Effects(np.log(yes / total), 1.0 / yes - 1.0 / total)
        if measure == "logit":
            return Effects(np.log(yes) - np.log(no), 1.0 / yes + 1.0 / no)
    raise InputError(f"measure {measure!r}; expected raw, log, logit, arcsine or double-arcsine")


def tables(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    measure: TableMeasure,
    add: float = 0.5,
    to: To = "only-zero",
) -> Effects:
    """Return one comparison of a in n1 against c in n2 per study; ratios on the log scale, shapes (k,).

    The correction enters every measure but "arcsine-difference". Peto's needs none where some people had the event and
    some had not, so it is commonly asked for with `to` "none"; a study in which nobody or everybody had the event then
    has no information: its estimate is not a number and its variance infinite.
    """
    yes1, all1 = _check.cells(a, n1, minimum=1)
    yes2, all2 = _check.cells(c, n2, minimum=1)
    if measure == "arcsine-difference":
        difference = np.arcsin(np.sqrt(yes1 / all1)) - np.arcsin(np.sqrt(yes2 / all2))
        return Effects(difference, 0.25 / all1 + 0.25 / all2)
    cells = np.stack((yes1, all1 - yes1, yes2, all2 - yes2))
    a1, b1, a2, b2 = cells + correction(cells, add, to)
    t1, t2 = a1 + b1, a2 + b2
    if measure == "peto":
        return _peto(a1, t1, a2, t2)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "odds-ratio":
            return Effects(np.log(a1) - np.log(b1) - np.log(a2) + np.log(b2), 1 / a1 + 1 / b1 + 1 / a2 + 1 / b2)
        if measure == "risk-ratio":
            return Effects(np.log(a1 / t1) - np.log(a2 / t2), 1 / a1 - 1 / t1 + 1 / a2 - 1 / t2)
    if measure == "risk-difference":
        return Effects(a1 / t1 - a2 / t2, a1 * b1 / t1**3 + a2 * b2 / t2**3)
    raise InputError(
        f"measure {measure!r}; expected odds-ratio, risk-ratio, risk-difference, arcsine-difference or peto"
    )


def correction(cells: FloatArray, add: float, to: str) -> FloatArray:
    """Return what is added to each cell of each study, shape (k,); `cells` has one row per kind of cell."""
    if _check.finite(add, "add") < 0.0:
        raise InputError(f"add {add!r}; expected 0 or a small positive number, such as 0.5")
    empty = (cells == 0.0).any(axis=0)
    chosen = {
        "only-zero": empty,
        "if-any-zero": np.full_like(empty, empty.any()),
        "all": np.ones_like(empty),
        "none": np.zeros_like(empty),
    }
    if to not in chosen:
        raise InputError(f"to {to!r}; expected one of {', '.join(chosen)}")
    return np.where(chosen[to], float(add), 0.0)


def double_arcsine_back(value: npt.ArrayLike, total: float) -> FloatArray:
    """Return the proportion whose double arcsine is `value` for a study of `total` people; clipped to 0 and 1.

    Source: Miller (1978), Am Stat 32:138. Reviews use the harmonic mean of the studies' sizes as `total`.
    """
    n = _check.above(total, "total")
    t = np.asarray(value, dtype=np.float64)
    low = 0.5 * np.arcsin(np.sqrt(1.0 / (n + 1.0)))
    high = 0.5 * (np.arcsin(np.sqrt(n / (n + 1.0))) + 0.5 * np.pi)
    inner = np.sin(2.0 * np.clip(t, low, high))
    square = np.maximum(1.0 - (inner + (inner - 1.0 / inner) / n) ** 2, 0.0)
    p = 0.5 * (1.0 - np.sign(np.cos(2.0 * t)) * np.sqrt(square))
    return np.asarray(np.where(t <= low, 0.0, np.where(t >= high, 1.0, p)), dtype=np.float64)


def _peto(yes1: FloatArray, all1: FloatArray, yes2: FloatArray, all2: FloatArray) -> Effects:
    events, total = yes1 + yes2, all1 + all2
    with np.errstate(divide="ignore", invalid="ignore"):
        information = all1 * all2 * events * (total - events) / (total * total * (total - 1.0))
        return Effects((yes1 - all1 * events / total) / information, 1.0 / information)
