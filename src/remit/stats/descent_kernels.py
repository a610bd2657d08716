"""Down a curve, drop by drop, where no risk table tells how many are at risk: a loop that numba may compile.

Plain Python takes lists, compiled code arrays; both give the same whole numbers.
"""

from typing import Final, TypeAlias

import numpy as np

from remit.stats._check import FloatArray
from remit.stats._people import IntArray

Column: TypeAlias = list[float] | FloatArray
Row: TypeAlias = list[int] | IntArray
COMPILED: Final = ("descend",)


def descend(
    level: Column,
    step: Column,
    need: Column,
    start: int,
    stay: int,
    censored: float,
    total: float,
    half: float,
    error: float,
    loose: float,
    haste: float,
    limit: float,
    deaths: Row,
    before: Row,
) -> tuple[float, int, int]:
    """Fill `deaths` and people censored `before` each drop; return squared misfit, all deaths and all censored.

    `level` is survival read after each drop; of `start` people `stay` are left at the end and `censored` leave before
    it: `step` is the share of those still to leave who do before each drop, `haste` multiplies it. `need` is the number
    at risk per death still to come of `total`, or 0; each drop moves the number at risk a tenth of the way there.
    `error` is the standard error of a height, `loose` the variance of people who leave, as a multiple of their number;
    `half` is added to deaths before the fraction is cut off. Where misfit comes to `limit` the way is given up.
    """
    gone, alive = 0, start
    n, variance, reached, misfit = float(start), 0.0, 1.0, 0.0
    for k, (target, share, want) in enumerate(zip(level, step, need)):  # noqa: B905 (compiled code knows no strict)
        if want > 0.0:
            n += 0.1 * (want * (total - start + alive) - n)
        part = share * haste if share * haste < 1.0 else 1.0
        due = (censored - alive + n) * part
        due = due if due > 0.0 else 0.0
        n -= due
        rest = 1.0 - part
        variance = variance * rest * rest + loose * (due * rest + 0.05)
        off = reached - target
        if off > 0.0:
            fall = off / reached
            expected = int(n * fall + 0.5)
            if expected > 0:
                supposed = expected / fall
                doubt = supposed * error / off
                gain = variance / (variance + doubt * doubt)
                n += gain * (supposed - n)
                variance -= gain * variance
            left = int(alive - n + 0.5)
            if left >= alive - stay:
                left = alive - stay - (1 if n * fall >= 0.5 else 0)
            left = left if left > gone else gone
            people = alive - left
            dead = int(people * fall + half)
            dead = dead if dead < people - stay else people - stay
            deaths[k], before[k], gone = dead, left - gone, left
            n = float(alive) if n > alive else float(stay) if n < stay else n
            if dead > 0:
                n -= dead
                alive -= dead
                reached *= 1.0 - dead / people
                off = reached - target
        else:
            deaths[k] = before[k] = 0
        misfit += off * off
        if misfit >= limit:
            break
    return misfit, start - alive, gone


def warm() -> None:
    """Call every compiled function once."""
    some, whole = np.array([0.5]), np.zeros(1, dtype=np.intp)
    descend(some, some, some, 2, 1, 1.0, 1.0, 0.5, 0.1, 1.0, 1.0, 1.0, whole, whole.copy())
