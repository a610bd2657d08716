"""A survival curve as read from a figure, made into steps: each drop once, never rising, starting at 1."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray

RISE = 0.05
"""Largest rise between neighbouring points that is taken for an error of reading; more, and it is no survival curve."""
NOTHING = 1e-9
"""Survival below this is 0: no figure shows a person in a thousand million."""
START = np.ones(1)
ABOVE = 0.02
"""How far above 1 a point may lie and still be taken for 1."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Drops of a curve: at each `time` it falls from `before` to `level`; read up to `end`; `notes` on what changed."""

    time: FloatArray
    before: FloatArray
    level: FloatArray
    end: float
    notes: tuple[str, ...]


def steps_of(times: npt.ArrayLike, survival: npt.ArrayLike) -> Steps:
    """Return the drops of a curve read as points: at each time, survival from there to the next point.

    Times in any order; several points at one time count as one vertical line, whose lower end is kept. Small rises
    are smoothed away by isotonic regression (the nearest curve, in squares, that never rises).

    Raises
    ------
    InputError
        Fewer than two points, unequal lengths, values that are not finite, percentages instead of shares, a value
        below 0, a rise of more than 0.05 between neighbours.
    """
    t, s = _check.column(times, "times"), _check.column(survival, "survival")
    if t.size != s.size or t.size < 2:
        raise InputError(
            f"times has {t.size} values and survival {s.size}; expected one of each per point, two or more"
        )
    notes: list[str] = []
    top = float(s.max())
    _in_range(s, top)
    if (t[1:] - t[:-1]).min() < 0.0:
        order = np.argsort(t, kind="stable")
        t, s = t[order], s[order]
        notes.append("points put in order of time")
    if t[0] < 0.0:
        early = t < 0.0
        if t[0] < -0.05 * float(np.ptp(t)):
            raise InputError(f"times begin at {t[0]:g}; expected 0 or more; calibrate the time axis again")
        notes.append(f"{early.sum()} points before time 0 moved to it")
        t = np.where(early, 0.0, t)
    if top > 1.0:
        notes.append(f"{int((s > 1.0).sum())} points above 1 lowered to it")
        s = np.minimum(s, 1.0)
    later = t[1:] > t[:-1]
    if not later.all():
        kept = np.concatenate(([True], later))
        s, t = np.minimum.reduceat(s, np.flatnonzero(kept)), t[kept]
    s = _falling(s, notes)
    before = np.concatenate((START, s[:-1]))
    drop = (before > s).nonzero()[0]
    time = t[drop]
    return Steps(time, before[drop], s[drop], float(time[-1] if s[-1] == 0.0 else t[-1]), tuple(notes))


def _in_range(s: FloatArray, top: float) -> None:
    if top > 1.5:
        raise InputError(f"survival goes up to {top:g}; expected shares from 0 to 1; divide percentages by 100")
    if top > 1.0 + ABOVE or s.min() < -ABOVE:
        at = int(np.argmax(np.abs(s - 0.5)))
        raise InputError(f"survival[{at}] is {s[at]:g}; expected 0 to 1; calibrate the survival axis again")


def _falling(s: FloatArray, notes: list[str]) -> FloatArray:
    s = np.where(s < NOTHING, 0.0, s)
    rise = s[1:] - s[:-1]
    most = float(rise.max(initial=0.0))
    if most <= 0.0:
        return s
    if most > RISE:
        at = int(np.argmax(rise))
        raise InputError(
            f"survival rises from {s[at]:g} to {s[at + 1]:g} at point {at + 1}; expected a curve that never rises; "
            "follow one curve only, or plot 1 - incidence"
        )
    notes.append(f"{int((rise > 0.0).sum())} rises of at most {most:.4f} smoothed away")
    return np.asarray(isotonic_regression(s, increasing=False).x, dtype=np.float64)
