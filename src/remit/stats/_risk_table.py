"""The printed numbers at risk, checked against the curve they belong to."""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._spread import RiskTable
from remit.stats._steps import Steps


def risk_table(
    n: int, times: npt.ArrayLike | None, at_risk: npt.ArrayLike | None, steps: Steps
) -> tuple[RiskTable, tuple[str, ...]]:
    """Return the table from 0 to the end of the curve, and what was changed, in words.

    Numbers that are nan are left out. Where people are at risk after the curve's last point, the curve goes on flat
    to there. InputError for a table that grows, is out of order, does not begin with n, holds fractions, or has
    people at risk after the curve came to 0.
    """
    zero = bool(steps.level.size and steps.level[-1] <= 0.0)
    if times is None and at_risk is None:
        return RiskTable(np.array([0.0, steps.end]), np.array([float(n)])), ()
    if times is None or at_risk is None:
        raise InputError("risk_times and at_risk belong together; one of them is missing")
    t, r = _columns(times, at_risk)
    notes: list[str] = []
    if t.size == 0 or t[0] > 0.0:
        t, r = np.concatenate(([0.0], t)), np.concatenate(([float(n)], r))
    _possible(t, r, n)
    if zero and (r[t > steps.end] > 0.0).any():
        raise InputError(
            f"{r[t > steps.end][0]:g} people are at risk at {t[t > steps.end][0]:g}, after the curve came to 0 at "
            f"{steps.end:g}; compare both with the figure"
        )
    known = [(time, people) for time, people in zip(t.tolist(), r.tolist(), strict=True) if people > 0.0]
    empty = float(t[len(known)]) if len(known) < t.size else math.inf
    end, (final, left) = steps.end, known[-1]
    if final > end:
        notes.append(f"{left:g} people at risk at {final:g}: the curve, read to {end:g}, goes on flat to there")
        end = final
    if zero:
        end = steps.end
    if empty <= end:
        if steps.time.size and steps.time[-1] >= empty:
            notes.append(
                f"nobody is at risk at {empty:g}, yet the curve drops at {steps.time[-1]:g}: that number is left out"
            )
        else:
            end = math.nextafter(empty, 0.0)
    kept = [row for row in known if row[0] <= end]
    return RiskTable(np.array([*(row[0] for row in kept), end]), np.array([row[1] for row in kept])), tuple(notes)


def _columns(times: npt.ArrayLike, at_risk: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    t = _check.column(times, "risk_times")
    if isinstance(at_risk, np.ndarray) and at_risk.dtype.kind in "fiu":
        r = np.asarray(at_risk, dtype=np.float64).ravel()
    else:
        held = np.ravel(np.asarray(at_risk, dtype=object))
        r = np.asarray([np.nan if v is None else v for v in held], dtype=np.float64)
    if r.size != t.size:
        raise InputError(
            f"{t.size} risk times and {r.size} numbers at risk; expected one number for each time; "
            "give nan for a number that is not printed"
        )
    known = np.isfinite(r)
    return t[known], r[known]


def _possible(t: FloatArray, r: FloatArray, n: int) -> None:
    times, people = t.tolist(), r.tolist()
    if times[0] < 0.0 or any(b <= a for a, b in pairwise(times)):
        raise InputError(f"risk times {times}; expected each later than the one before, from 0")
    for bad in people:
        if bad < 0.0 or not bad.is_integer():
            raise InputError(f"number at risk {bad:g}; expected whole numbers of people; check the columns")
    for at, (before, after) in enumerate(pairwise(people)):
        if after > before:
            raise InputError(
                f"number at risk grows from {before:g} at {t[at]:g} to {after:g} at {t[at + 1]:g}; "
                "expected it to fall; compare with the figure (rows of two arms are easily swapped)"
            )
    if people[0] != n:
        raise InputError(f"number at risk at time 0 is {people[0]:g} and n is {n}; expected the same number")
