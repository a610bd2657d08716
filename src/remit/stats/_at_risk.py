"""Times and events of people as counts: how many are at risk, and how many have the event, at each event time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray

BoolArray = npt.NDArray[np.bool_]


class People(NamedTuple):
    """Checked follow-up: times, shape (n,), not below 0; events, shape (n,), true where the event was seen."""

    time: FloatArray
    event: BoolArray


class Steps(NamedTuple):
    """The product-limit curve: at each of m distinct event times, events, at risk, survival after it, Greenwood's sum.

    `greenwood` is the variance of log S; infinite where the last person at risk has the event.
    """

    time: FloatArray
    events: FloatArray
    at_risk: FloatArray
    survival: FloatArray
    greenwood: FloatArray


def people(time: npt.ArrayLike, event: npt.ArrayLike, minimum: int = 1) -> People:
    """Return times and events; InputError for fewer than `minimum` people, a negative time, or events not 0 or 1."""
    t, d = _check.column(time, "time"), _check.column(event, "event")
    _check.same_length(1, time=t, event=d)
    if t.size < minimum:
        raise InputError(f"{t.size} people; expected at least {minimum}")
    if t.min() < 0.0:
        at = int(np.flatnonzero(t < 0.0)[0])
        raise InputError(f"time[{at}] is {t[at]:g}; expected 0 or more; check the time axis")
    odd = np.flatnonzero((d != 0.0) & (d != 1.0))
    if odd.size:
        raise InputError(f"event[{odd[0]}] is {d[odd[0]]:g}; expected 1 where the event was seen, 0 where not")
    return People(t, d == 1.0)


def steps(who: People) -> Steps:
    """Return the product-limit table; a censored time equal to an event time counts as after it.

    Source: Kaplan and Meier (1958), J Am Stat Assoc 53:457-481; Greenwood's sum of d / (n (n - d)).
    """
    at, count = np.unique(who.time[who.event], return_counts=True)
    ordered = np.sort(who.time)
    risk = ordered.size - np.searchsorted(ordered, at, side="left").astype(np.float64)
    d = count.astype(np.float64)
    with np.errstate(divide="ignore"):
        spread = np.cumsum(d / (risk * (risk - d)))
    left = np.asarray(np.cumprod(1.0 - d / risk), dtype=np.float64)
    return Steps(at, d, risk, left, spread)


def at_times(table: Steps, when: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return survival and Greenwood's sum at each time, 1 and 0 before the first event."""
    place = np.searchsorted(table.time, when, side="right")
    return np.append(1.0, table.survival)[place], np.append(0.0, table.greenwood)[place]
