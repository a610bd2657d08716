"""Between-study variance from Cochran's Q with weights fixed beforehand, and its exact interval.

With weights a that do not depend on tau2, Q = sum a (y - mean_a)^2 is a quadratic form in normal effects, so its
distribution at any tau2 is known. The weights 1 / variance give DerSimonian and Laird's estimate; 1 / standard error
favours large studies less and is the better choice where tau2 may be large.

Words: k is the number of studies; Q here always has the given weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import Interval, tail
from remit.stats.quadratic_form import below
from remit.stats.result import Result
from remit.stats.roots import bracketed, widen
from remit.stats.tau2 import generalised_q

Weights = Literal["variance", "se"]
FARTHEST = 1e12  # times the largest variance: no tau2 is looked for beyond


@dataclass(frozen=True, slots=True)
class GeneralisedQ(Result):
    """tau2 by the moment of Q (`tau2`) and by its median (`median`), with the interval of both; p tests tau2 = 0."""

    k: int
    q: float
    p: float
    tau2: float
    median: float
    lower: float
    upper: float
    level: float = 0.95


def generalised(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    weights: Weights | npt.ArrayLike = "se",
    level: float = 0.95,
) -> GeneralisedQ:
    """Return both estimates of tau2 from Q with fixed weights, and the interval whose ends put Q at its quantiles.

    Parameters
    ----------
    effect, variance : shape (k,), k >= 2
    weights : "variance" for 1 / variance (Biggerstaff and Jackson 2008, Stat Med 27:6093-6110), "se" for 1 / standard
        error (Jackson 2013, Res Synth Methods 4:220-229), or numbers above 0, shape (k,)
    level : of the interval

    Notes
    -----
    The interval is exact for normal effects with known variances. An end below 0 is exactly 0.0. Q is scaled so that
    its weights sum to 1; no result but `q` depends on that. Sources: DerSimonian and Kacker (2007), Contemp Clin Trials
    28:105-114 (moments); Viechtbauer (2021), Handbook of Meta-Analysis, ch. 7 (median).
    Raises InputError for k < 2, unequal lengths, a variance or weight not above 0.
    """
    y, v = _check.studies(effect, variance)
    alpha = tail(level)
    a = _weights(weights, v)
    form = np.diag(a) - np.outer(a, a)
    off = y - y[0]
    q = float(off @ form @ off)

    def area(t: float) -> float:
        root = np.sqrt(v + t)
        spread = np.linalg.eigvalsh(root[:, None] * form * root)[1:]
        return below(q, np.maximum(spread, 0.0))

    at_zero = area(0.0)
    most = float(v.max()) * FARTHEST
    start = max(float(np.var(y, ddof=1)), float(v.min()))
    lower, median, upper = (_root(area, at_zero, wanted, start, most) for wanted in (1.0 - alpha, 0.5, alpha))
    return GeneralisedQ(y.size, q, 1.0 - at_zero, generalised_q(y, v, a), median, lower, upper, level)


def interval(
    effect: npt.ArrayLike, variance: npt.ArrayLike, weights: Weights | npt.ArrayLike = "se", level: float = 0.95
) -> Interval:
    """Return the interval of tau2 alone; see `generalised`."""
    found = generalised(effect, variance, weights, level)
    return Interval(found.lower, found.upper, level)


def _root(area: Callable[[float], float], at_zero: float, wanted: float, start: float, most: float) -> float:
    """Return the tau2 at which the probability of a smaller Q is `wanted`; it falls as tau2 grows."""
    if at_zero <= wanted:
        return 0.0
    low, high = widen(lambda t: area(t) - wanted, 0.0, start, most)
    return bracketed(lambda t: area(t) - wanted, low, high, 1e-12)


def _weights(weights: Weights | npt.ArrayLike, v: FloatArray) -> FloatArray:
    """Return the weights, summing to 1."""
    if isinstance(weights, str):
        forms = {"variance": 1.0 / v, "se": 1.0 / np.sqrt(v)}
        if weights not in forms:
            raise InputError(f"weights {weights!r}; expected variance, se, or one number above 0 for each study")
        a = forms[weights]
    else:
        a = _check.column(weights, "weights")
        _check.same_length(2, weights=a, variance=v)
        if a.min() <= 0.0:
            at = int(np.flatnonzero(a <= 0.0)[0])
            raise InputError(f"weights[{at}] is {a[at]}; expected a number above 0; leave that study out instead")
    return np.asarray(a / a.sum(), dtype=np.float64)
