"""Survival at one time by the column, on the scale on which it is to be pooled, and back.

Source: Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4 (delta
method); Borgan and Liestoel (1990), Scand J Stat 17:35-41.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.measures import Effects

SurvivalMeasure = Literal["raw", "log", "log-log", "logit"]
_FORMS: dict[str, tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray], FloatArray]]] = {
    "raw": (lambda s: s, np.ones_like),
    "log": (np.log, lambda s: 1.0 / s),
    "log-log": (lambda s: np.log(-np.log(s)), lambda s: 1.0 / (s * np.log(s))),
    "logit": (logit, lambda s: 1.0 / (s * (1.0 - s))),
}


def survivals(survival: npt.ArrayLike, se: npt.ArrayLike, measure: SurvivalMeasure = "log-log") -> Effects:
    """Return one transformed survival per study with its variance by the delta method; shapes (k,).

    survival between 0 and 1 with Greenwood's standard error `se` above 0, both on the survival scale. A survival of 0
    or 1 has no standard error and is refused: pool its counts by an exact likelihood instead. Raises InputError.
    """
    if measure not in _FORMS:
        raise InputError(f"measure {measure!r}; expected {', '.join(_FORMS)}")
    s, error = _check.column(survival, "survival"), _check.column(se, "se")
    _check.same_length(1, survival=s, se=error)
    for name, values, bad in (("survival", s, (s <= 0.0) | (s >= 1.0)), ("se", error, error <= 0.0)):
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            wanted = "a number between 0 and 1" if name == "survival" else "a number above 0"
            raise InputError(f"{name}[{at}] is {values[at]}; expected {wanted}; pool events and people instead")
    form, slope = _FORMS[measure]
    return Effects(np.asarray(form(s), dtype=np.float64), np.asarray((error * slope(s)) ** 2, dtype=np.float64))


def survival_back(value: npt.ArrayLike, measure: SurvivalMeasure) -> FloatArray:
    """Return the survival that stands at `value` of a measure, any shape; outside 0 to 1 it is clipped."""
    x = _check.floats(value, "value")
    back: dict[str, Callable[[FloatArray], FloatArray]] = {
        "raw": lambda x: x,
        "log": np.exp,
        "log-log": lambda x: np.exp(-np.exp(x)),
        "logit": expit,
    }
    if measure not in back:
        raise InputError(f"measure {measure!r}; expected {', '.join(back)}")
    return np.asarray(np.clip(back[measure](x), 0.0, 1.0), dtype=np.float64)
