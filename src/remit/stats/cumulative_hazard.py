"""Cumulative hazard over time: Nelson-Aalen, and the survival it implies (Fleming-Harrington)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats._check import FloatArray
from remit.stats._people import follow_up, tabulate
from remit.stats.interval import normal_quantile
from remit.stats.result import Result

TieKind = Literal["one-step", "one-by-one"]


@dataclass(frozen=True, slots=True)
class CumulativeHazard(Result):
    """Cumulative hazard at each distinct time, its standard error and interval, and survival exp(-hazard).

    The interval is made on the log scale, so its lower end stays above 0; both ends are 0 before the first event.
    """

    n: int
    events: int
    time: FloatArray
    n_risk: FloatArray
    n_event: FloatArray
    hazard: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    survival: FloatArray
    ties: TieKind
    level: float


def nelson_aalen(
    time: npt.ArrayLike, event: npt.ArrayLike, *, ties: TieKind = "one-step", level: float = 0.95
) -> CumulativeHazard:
    """Return the cumulative hazard: the sum of d / n, or with `ties="one-by-one"` a sum over deaths one after another.

    `time` and `event` have shape (n,), as for `kaplan_meier`; InputError as there, and for unknown `ties`.

    Sources: Nelson (1972), Technometrics 14:945-966; Aalen (1978), Ann Stat 6:701-726; one by one: Fleming and
    Harrington (1984), Commun Stat 13:2469-2486. Variance: the sum of the squares of the same fractions (d / n²).
    """
    if ties not in ("one-step", "one-by-one"):
        raise InputError(f"ties {ties!r}; expected one of one-step, one-by-one")
    t, d = follow_up(time, event)
    table = tabulate(t, d)
    n, x = table.n_risk, table.n_event
    if ties == "one-step":
        steps, squares = x / n, x / (n * n)
    else:
        below = 1.0 / np.arange(1.0, t.size + 1.0)
        harmonic, square = (np.concatenate(([0.0], np.cumsum(v))) for v in (below, below * below))
        top, bottom = n.astype(np.intp), (n - x).astype(np.intp)
        steps, squares = harmonic[top] - harmonic[bottom], square[top] - square[bottom]
        steps, squares = np.where(x == 0.0, 0.0, steps), np.where(x == 0.0, 0.0, squares)
    hazard, se = np.cumsum(steps), np.sqrt(np.cumsum(squares))
    with np.errstate(invalid="ignore"):
        spread = np.where(hazard > 0.0, normal_quantile(level) * se / hazard, 0.0)
    return CumulativeHazard(
        n=t.size,
        events=int(d.sum()),
        time=table.time,
        n_risk=n,
        n_event=x,
        hazard=hazard,
        se=se,
        lower=hazard * np.exp(-spread),
        upper=hazard * np.exp(spread),
        survival=np.exp(-hazard),
        ties=ties,
        level=level,
    )
