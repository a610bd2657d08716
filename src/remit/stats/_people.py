"""People followed over time: checked input, and who was at risk at each distinct time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
SAME = float(np.sqrt(np.finfo(np.float64).eps))
"""How near two times must be to be one, as a share of the mean time."""


@dataclass(frozen=True, slots=True)
class Table:
    """One row per distinct time, ascending: people at risk just before it, events at it, censored at it."""

    time: FloatArray
    n_risk: FloatArray
    n_event: FloatArray
    n_censor: FloatArray

    @property
    def at_events(self) -> "Table":
        """The rows at which an event happened."""
        kept = self.n_event > 0
        return Table(self.time[kept], self.n_risk[kept], self.n_event[kept], self.n_censor[kept])


def follow_up(time: npt.ArrayLike, event: npt.ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Return times (finite, 0 or more) and whether each ended in the event; one value per person.

    Times that differ by rounding alone, as 0.1 * 3 and 0.3, are one time: see `_tied`.

    Raises InputError for unequal lengths, nobody, a negative time, or an event that is neither 0 nor 1.
    """
    t, d = _check.column(time, "time"), _check.column(event, "event")
    if t.size != d.size:
        raise InputError(f"time has {t.size} values and event has {d.size}; expected one of each per person")
    if t.size == 0:
        raise InputError("time is empty; expected at least one person")
    if t.min() < 0.0:
        at = int(np.flatnonzero(t < 0.0)[0])
        raise InputError(f"time[{at}] is {t[at]:g}; expected 0 or more; follow-up cannot end before it begins")
    happened = d == 1.0
    other = ~happened & (d != 0.0)
    if other.any():
        at = int(np.flatnonzero(other)[0])
        raise InputError(f"event[{at}] is {d[at]:g}; expected 1 for the event and 0 for censored; recode the column")
    return _tied(t), happened


def _tied(time: FloatArray) -> FloatArray:
    """Return times, each run of which apart by no more than `SAME` of their mean is set to its first.

    Source: `aeqSurv` of R's survival 3.5-3 (its `timefix`), the mean being that of the distinct times. Its tolerance is
    also absolute, which would depend on the unit of time, so here it is not.
    """
    distinct = np.sort(time)
    distinct = distinct[np.concatenate(([True], distinct[1:] != distinct[:-1]))]
    apart = np.diff(distinct) > SAME * float(np.mean(distinct))
    if apart.all():
        return time
    firsts = distinct[np.concatenate(([True], apart))]
    tied: FloatArray = firsts[np.searchsorted(firsts, time, side="right") - 1]
    return tied


def codes(values: npt.ArrayLike, name: str, people: int) -> tuple[tuple[float | int | str, ...], IntArray]:
    """Return the distinct values in ascending order, and for each person the position of theirs.

    Raises InputError when there is not one value per person, or one is missing.
    """
    array = np.asarray(values)
    if array.ndim != 1 or array.size != people:
        raise InputError(f"{name} has shape {array.shape}; expected one value for each of {people} people")
    if array.dtype.kind not in "biufU":
        raise InputError(f"{name} holds {array.dtype}; expected numbers or text, one kind for all people")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        at = int(np.flatnonzero(~np.isfinite(array))[0])
        raise InputError(f"{name}[{at}] is {array[at]}; expected a value for each person; leave that person out")
    found, position = np.unique(array, return_inverse=True)
    return tuple(v.item() for v in found), position.astype(np.intp)


def tabulate(time: FloatArray, event: BoolArray) -> Table:
    """Return the table of people already checked."""
    order = np.argsort(time, kind="stable")
    t, d = time[order], event[order]
    starts = np.flatnonzero(np.concatenate(([True], t[1:] != t[:-1])))
    ends = np.concatenate((starts[1:], [t.size]))
    happened = np.concatenate(([0.0], np.cumsum(d, dtype=np.float64)))
    n_event = happened[ends] - happened[starts]
    return Table(t[starts], (t.size - starts).astype(np.float64), n_event, (ends - starts) - n_event)


def level_before(
    time: FloatArray, level: FloatArray, start: float, at: FloatArray, *, left: bool = False
) -> FloatArray:
    """Return a step function at each of `at`: `start` before the first time, then `level`; its left limit if `left`."""
    steps = np.concatenate(([start], level))
    found: FloatArray = steps[np.searchsorted(time, at, side="left" if left else "right")]
    return found
