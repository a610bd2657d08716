"""Effect measures by the column: one estimate and variance per study, for tables of proportions and of two arms.

`effects` is the door for one study at a time; these are for whole tables, such as a file that someone brings. `to`
says which studies get the continuity correction `add`, as in metafor: those with an empty cell ("only-zero"), all of
them when any has one ("if-any-zero"), "all" or "none".
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.result import Result

ProportionMeasure = Literal["raw", "log", "logit", "arcsine", "double-arcsine"]
TableMeasure = Literal[
    "odds-ratio",
    "risk-ratio",
    "risk-difference",
    "arcsine-difference",
    "peto",
    "probit-difference",
    "phi",
    "standardised-normal",
    "standardised-logistic",
]
CorrectedParts = Literal["both", "variance"]
Shares = Literal["alike", "by-size"]
Form = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], "Effects"]
To = Literal["only-zero", "if-any-zero", "all", "none"]


@dataclass(frozen=True, slots=True, eq=False)
class Effects(Result):
    """Estimates and sampling variances on the analysis scale, shape (k,)."""

    estimate: FloatArray
    variance: FloatArray


def proportions(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    measure: ProportionMeasure,
    add: float = 0.5,
    to: To = "only-zero",
    corrected: CorrectedParts = "both",
) -> Effects:
    """Return one transformed proportion per study; shapes (k,).

    The correction enters "raw", "log" and "logit"; the arcsine measures need none. With `corrected` "variance", raw and
    log proportions keep what was seen (a log proportion of 0 cannot), and only their variances are corrected.

    The double arcsine (Freeman and
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
    if corrected not in ("both", "variance"):
        raise InputError(f"corrected {corrected!r}; expected both or variance")
    if corrected == "variance" and measure in ("raw", "log"):
        return _as_seen(x, n, plus, measure)
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
    drop_empty: bool = False,
    shares: Shares = "alike",
    people_once: bool = False,
) -> Effects:
    """Return one comparison of a in n1 against c in n2 per study; ratios on the log scale, shapes (k,).

    The correction enters every measure but "arcsine-difference" and "phi". Peto's needs none where some people had the
    event and some had not, so it is commonly asked for with `to` "none"; a study in which nobody or everybody had the
    event then has no information: its estimate is not a number and its variance infinite, as is phi's always, and that
    of every measure with `drop_empty`. "standardised-normal" and "-logistic" turn the log odds ratio into a
    standardised mean difference (Cox and Snell 1989, by 1.65; Chinn 2000, Stat Med 19:3127-3131, by pi / sqrt(3));
    "probit-difference" is the difference of normal quantiles, "phi" the correlation of two yes-or-no variables
    (Yule 1912, J R Stat Soc 75:579-652).

    Other corrections: with `shares` "by-size" each arm gets of 2 `add` its share of the people, so that the correction
    does not pull unequal arms towards a difference (the treatment-arm correction of Sweeting et al. 2004, Stat Med
    23:1351-1375); with `people_once` a risk ratio's people grow by `add`, not by twice that (Pettigrew et al. 1986,
    Biometrika 73:425-435).
    """
    yes1, all1 = _check.cells(a, n1, minimum=1)
    yes2, all2 = _check.cells(c, n2, minimum=1)
    _check.same_length(1, a=yes1, c=yes2)
    cells = np.stack((yes1, all1 - yes1, yes2, all2 - yes2))
    found = _tables(cells, measure, _plus(cells, add, to, shares), people_once)
    if not drop_empty:
        return found
    events = yes1 + yes2
    told = (events > 0.0) & (events < all1 + all2)
    return Effects(np.where(told, found.estimate, np.nan), np.where(told, found.variance, np.inf))


def _plus(cells: FloatArray, add: float, to: str, shares: str) -> FloatArray:
    """Return what is added to each of the four cells of each study, shape (4, k)."""
    plus = correction(cells, add, to)
    if shares == "alike":
        return np.tile(plus, (4, 1))
    if shares != "by-size":
        raise InputError(f"shares {shares!r}; expected alike or by-size")
    first = 2.0 * plus * (cells[0] + cells[1]) / cells.sum(axis=0)
    return np.stack((first, first, 2.0 * plus - first, 2.0 * plus - first))


def _tables(cells: FloatArray, measure: str, plus: FloatArray, people_once: bool) -> Effects:
    if measure in UNCORRECTED:
        a, b, c, d = cells
        return UNCORRECTED[measure](a, b, c, d)
    forms: dict[str, Form] = {
        "odds-ratio": _log_odds_ratio,
        "risk-ratio": _log_risk_ratio,
        "risk-difference": _difference,
        "peto": lambda a, b, c, d: _peto(a, a + b, c, c + d),
        "probit-difference": _probit,
        "standardised-normal": lambda a, b, c, d: _divided(_log_odds_ratio(a, b, c, d), 1.65),
        "standardised-logistic": lambda a, b, c, d: _divided(_log_odds_ratio(a, b, c, d), math.pi / math.sqrt(3.0)),
    }
    if measure not in forms:
        raise InputError(f"measure {measure!r}; expected one of {', '.join([*forms, *UNCORRECTED])}")
    with np.errstate(divide="ignore", invalid="ignore"):
        if people_once and measure == "risk-ratio":
            plus = plus * np.array([[1.0], [0.0], [1.0], [0.0]])
        a, b, c, d = cells + plus
        return forms[measure](a, b, c, d)


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


def _as_seen(x: FloatArray, n: FloatArray, plus: FloatArray, measure: str) -> Effects:
    if measure == "raw":
        total = n + 2.0 * plus
        return Effects(x / n, (x + plus) * (n - x + plus) / total**3)
    added = np.where(x == n, 0.0, plus)
    with np.errstate(divide="ignore"):
        return Effects(np.log((x + added) / (n + added)), 1.0 / (x + added) - 1.0 / (n + plus))


def _log_odds_ratio(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Effects:
    return Effects(np.log(a) - np.log(b) - np.log(c) + np.log(d), 1 / a + 1 / b + 1 / c + 1 / d)


def _log_risk_ratio(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Effects:
    t1, t2 = a + b, c + d
    return Effects(np.log(a / t1) - np.log(c / t2), 1 / a - 1 / t1 + 1 / c - 1 / t2)


def _difference(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Effects:
    t1, t2 = a + b, c + d
    return Effects(a / t1 - c / t2, a * b / t1**3 + c * d / t2**3)


def _probit(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Effects:
    t1, t2 = a + b, c + d
    z1, z2 = ndtri(a / t1), ndtri(c / t2)
    spread = a * b / t1**3 * np.exp(z1 * z1) + c * d / t2**3 * np.exp(z2 * z2)
    return Effects(z1 - z2, 2.0 * math.pi * spread)


def _divided(effects: Effects, by: float) -> Effects:
    return Effects(effects.estimate / by, effects.variance / (by * by))


def _arcsine(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Effects:
    t1, t2 = a + b, c + d
    return Effects(np.arcsin(np.sqrt(a / t1)) - np.arcsin(np.sqrt(c / t2)), 0.25 / t1 + 0.25 / t2)


def _phi(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Effects:
    n = a + b + c + d
    row, column = (a + b) / n, (a + c) / n
    rows, columns = row * (1.0 - row), column * (1.0 - column)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(rows * columns)
        r = (a * d - b * c) / (n * n) / root
        lean, tilt = 2.0 * row - 1.0, 2.0 * column - 1.0
        spread = 1.0 - r**2 + r * (1.0 + 0.5 * r**2) * lean * tilt / root
        spread -= 0.75 * r**2 * (lean**2 / rows + tilt**2 / columns)
    told = columns > 0.0
    return Effects(np.where(told, r, np.nan), np.where(told, spread / n, np.inf))


UNCORRECTED: dict[str, Form] = {"arcsine-difference": _arcsine, "phi": _phi}


def _peto(yes1: FloatArray, all1: FloatArray, yes2: FloatArray, all2: FloatArray) -> Effects:
    events, total = yes1 + yes2, all1 + all2
    with np.errstate(divide="ignore", invalid="ignore"):
        information = all1 * all2 * events * (total - events) / (total * total * (total - 1.0))
        return Effects((yes1 - all1 * events / total) / information, 1.0 / information)
