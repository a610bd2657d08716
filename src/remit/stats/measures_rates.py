"""Effect measures by the column for events over person-time."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.measures import Effects, To, correction

RateMeasure = Literal["raw", "log", "square-root", "freeman-tukey"]
RatesMeasure = Literal["rate-ratio", "rate-difference", "square-root-difference"]


def rates(
    events: npt.ArrayLike, time: npt.ArrayLike, measure: RateMeasure, add: float = 0.5, to: To = "only-zero"
) -> Effects:
    """Return one transformed incidence rate per study: events over person-time, shapes (k,)."""
    x, t = _events_over_time(events, time)
    if measure == "square-root":
        return Effects(np.sqrt(x / t), 0.25 / t)
    if measure == "freeman-tukey":
        return Effects(0.5 * (np.sqrt(x / t) + np.sqrt((x + 1.0) / t)), 0.25 / t)
    x = x + correction(x[None, :], add, to)
    if measure == "raw":
        return Effects(x / t, x / (t * t))
    if measure == "log":
        with np.errstate(divide="ignore"):
            return Effects(np.log(x / t), 1.0 / x)
    raise InputError(f"measure {measure!r}; expected raw, log, square-root or freeman-tukey")


def two_rates(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    measure: RatesMeasure,
    add: float = 0.5,
    to: To = "only-zero",
) -> Effects:
    """Return one comparison of two incidence rates per study; the ratio on the log scale, shapes (k,)."""
    x1, t1 = _events_over_time(events1, time1)
    x2, t2 = _events_over_time(events2, time2)
    if measure == "square-root-difference":
        return Effects(np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 0.25 / t1 + 0.25 / t2)
    plus = correction(np.stack((x1, x2)), add, to)
    x1, x2 = x1 + plus, x2 + plus
    if measure == "rate-ratio":
        with np.errstate(divide="ignore"):
            return Effects(np.log(x1 / t1) - np.log(x2 / t2), 1.0 / x1 + 1.0 / x2)
    if measure == "rate-difference":
        return Effects(x1 / t1 - x2 / t2, x1 / (t1 * t1) + x2 / (t2 * t2))
    raise InputError(f"measure {measure!r}; expected rate-ratio, rate-difference or square-root-difference")


def _events_over_time(events: npt.ArrayLike, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, t = _check.column(events, "events"), _check.column(time, "time")
    _check.same_length(1, events=x, time=t)
    if (x < 0.0).any() or (t <= 0.0).any():
        raise InputError("events below 0 or person-time not above 0; check the table")
    return x, t
