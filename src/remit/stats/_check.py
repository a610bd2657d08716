"""Checks of what comes in: every refusal names the value, what was expected and what to do."""

import math
import operator

import numpy as np
import numpy.typing as npt

from remit.errors import InputError

FloatArray = npt.NDArray[np.float64]
LARGEST = 1e100  # squares of products must stay within floating point
SMALLEST = 1e-100  # of a variance, for the same reason


def column(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return a one-dimensional float array without gaps; InputError names the first value that is not finite."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} {values!r}; expected numbers; remove or convert what is not a number") from None
    if array.ndim != 1:
        raise InputError(f"{name} has {array.ndim} dimensions; expected one value per study in a flat sequence")
    if not np.maximum.reduce(np.abs(array), initial=0.0) <= LARGEST:
        unfit = np.flatnonzero(~np.isfinite(array))
        if unfit.size:
            at = int(unfit[0])
            raise InputError(f"{name}[{at}] is {array[at]}; expected a finite number; leave that study out and say why")
        at = int(np.argmax(np.abs(array)))
        raise InputError(f"{name}[{at}] is {array[at]:g}; expected at most {LARGEST:g}; state it in a larger unit")
    return array


def floats(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return a float array of any shape; InputError for text, or for rows of unequal length."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} holds what is not a number, or rows of unequal length; expected numbers") from None


def same_length(minimum: int, **columns: FloatArray) -> int:
    """Return k; InputError when the columns differ in length or hold fewer than `minimum` studies."""
    sizes = {name: values.size for name, values in columns.items()}
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise InputError(f"unequal lengths: {said}; expected one value per study in each")
    k = next(iter(sizes.values()))
    if k < minimum:
        wanted = "at least one study" if minimum == 1 else f"at least {minimum} studies"
        raise InputError(f"k = {k}; expected {wanted}; a single study keeps its own interval")
    return k


def studies(effect: npt.ArrayLike, variance: npt.ArrayLike, minimum: int = 2) -> tuple[FloatArray, FloatArray]:
    """Return effects and sampling variances as arrays of equal length k >= `minimum`, every variance above 0."""
    y, v = column(effect, "effect"), column(variance, "variance")
    same_length(minimum, effect=y, variance=v)
    if np.minimum.reduce(v) < SMALLEST:
        at = int(np.argmin(v))
        if v[at] > 0.0:
            advice = "state the effects in a smaller unit"
            raise InputError(f"variance[{at}] is {v[at]}; expected at least {SMALLEST:g}; {advice}")
        raise InputError(f"variance[{at}] is {v[at]}; expected a number above 0; check that study's standard error")
    return y, v


def whole(value: float, name: str, minimum: int = 0) -> int:
    """Return a count as an int; InputError for a fraction, a value that is not finite, or one below `minimum`."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        try:
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"{name} {value!r}; expected a whole number of people") from None
        if number != value:
            raise InputError(f"{name} {value!r}; expected a whole number of people, not a fraction") from None
    if number < minimum:
        raise InputError(f"{name} {number}; expected a whole number of {minimum} or more")
    return number


def cell(events: float, total: float, events_name: str = "events", total_name: str = "total") -> tuple[int, int]:
    """Return events and total as ints with 0 <= events <= total and total >= 1."""
    x, n = whole(events, events_name), whole(total, total_name, minimum=1)
    if x > n:
        raise InputError(f"{events_name} {x} of {total_name} {n}; expected at most {n}; compare with the report")
    return x, n


def cells(events: npt.ArrayLike, totals: npt.ArrayLike, minimum: int = 2) -> tuple[FloatArray, FloatArray]:
    """Return events and totals as float arrays of equal length, each pair a possible count."""
    x, n = column(events, "events"), column(totals, "totals")
    same_length(minimum, events=x, totals=n)
    for name, values, least in (("events", x, 0.0), ("totals", n, 1.0)):
        bad = np.flatnonzero((values < least) | (values != np.floor(values)))
        if bad.size:
            raise InputError(f"{name}[{bad[0]}] is {values[bad[0]]:g}; expected a whole number of {least:g} or more")
    if (x > n).any():
        at = int(np.flatnonzero(x > n)[0])
        raise InputError(f"events[{at}] is {x[at]:g} of {n[at]:g}; expected events not above the total")
    return x, n


def above(value: float, name: str, least: float = 0.0) -> float:
    """Return a finite float strictly above `least`."""
    number = finite(value, name)
    if number <= least:
        raise InputError(f"{name} {number!r}; expected a number above {least:g}")
    return number


def between(value: float, name: str, low: float = 0.0, high: float = 1.0) -> float:
    """Return a float strictly between `low` and `high`."""
    number = finite(value, name)
    if not low < number < high:
        raise InputError(f"{name} {number!r}; expected a number strictly between {low:g} and {high:g}")
    return number


def finite(value: float, name: str) -> float:
    """Return a finite float."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} {value!r}; expected a number") from None
    if not math.isfinite(number):
        raise InputError(f"{name} is {number}; expected a finite number")
    return number
