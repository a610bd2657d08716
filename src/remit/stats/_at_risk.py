"""A study's product-limit curve as counts at its event times, for what is pooled over studies."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from remit.stats._check import FloatArray
from remit.stats._people import BoolArray, follow_up, tabulate


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


def people(time: npt.ArrayLike, event: npt.ArrayLike) -> People:
    """Return times and events; InputError for nobody, a negative time, or events not 0 or 1."""
    return People(*follow_up(time, event))


def steps(who: People) -> Steps:
    """Return the product-limit table; a censored time equal to an event time counts as after it.

    Source: Kaplan and Meier (1958), J Am Stat Assoc 53:457-481; Greenwood's sum of d / (n (n - d)).
    """
    table = tabulate(*who).at_events
    n, d = table.n_risk, table.n_event
    with np.errstate(divide="ignore"):
        spread = np.asarray(np.cumsum(d / (n * (n - d))), dtype=np.float64)
    return Steps(table.time, d, n, np.asarray(np.cumprod(1.0 - d / n), dtype=np.float64), spread)


def at_times(table: Steps, when: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return survival and Greenwood's sum at each time, 1 and 0 before the first event."""
    place = np.searchsorted(table.time, when, side="right")
    return np.append(1.0, table.survival)[place], np.append(0.0, table.greenwood)[place]
