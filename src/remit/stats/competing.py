"""Events that compete: the probability of each kind by each time, where one kind keeps another from happening.

After a relapse nobody dies in remission. One minus Kaplan-Meier with the other kind censored overstates the
probability; the cumulative incidence does not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._people import follow_up, level_before
from remit.stats.interval import normal_quantile
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Incidence(Result):
    """Probability of one kind of event by each distinct time, with its standard error and interval.

    The interval is made on log(-log(1 - incidence)), so it stays within 0 and 1; at incidence 1 its ends are nan.
    """

    kind: int
    events: int
    time: FloatArray
    n_risk: FloatArray
    incidence: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float

    def at(self, time: float) -> float:
        """Return the incidence just after `time`. InputError outside the follow-up."""
        when = _check.finite(time, "time")
        if not 0.0 <= when <= self.time[-1]:
            raise InputError(f"time {when:g}; expected 0 to the last follow-up, {self.time[-1]:g}")
        return float(level_before(self.time, self.incidence, 0.0, np.array([when]))[0])


def cumulative_incidence(time: npt.ArrayLike, cause: npt.ArrayLike, *, level: float = 0.95) -> tuple[Incidence, ...]:
    """Return the cumulative incidence of every kind of event (Aalen-Johansen), in ascending order of kind.

    Parameters
    ----------
    time : shape (n,)
        Follow-up of each person, 0 or more.
    cause : shape (n,)
        0 where follow-up was censored, else a whole number that names the kind of first event (1 relapse, 2 death ...).

    Raises
    ------
    InputError
        What `kaplan_meier` refuses; a cause that is not a whole number of 0 or more; no event at all.

    Notes
    -----
    Sources: Aalen and Johansen (1978), Scand J Stat 5:141-150; variance by the delta method with multinomial
    increments: Marubini and Valsecchi (1995), Analysing Survival Data, section 10.2; with one kind it is Greenwood's.
    """
    kinds = _check.column(cause, "cause")
    bad = np.flatnonzero((kinds < 0.0) | (kinds != np.floor(kinds)))
    if bad.size:
        raise InputError(f"cause[{bad[0]}] is {kinds[bad[0]]:g}; expected 0 for censored, or 1, 2, ... for the kind")
    t, _ = follow_up(time, kinds > 0.0)
    names = np.unique(kinds[kinds > 0.0])
    if names.size == 0:
        raise InputError("nobody had an event; expected at least one")
    times, at = np.unique(t, return_inverse=True)
    count = np.bincount(at, minlength=times.size).astype(np.float64)
    risk = np.cumsum(count[::-1])[::-1]
    died = np.stack([np.bincount(at, weights=kinds == k, minlength=times.size) for k in names])
    every = died.sum(axis=0)
    survival = np.cumprod(1.0 - every / risk)
    before = np.concatenate(([1.0], survival[:-1]))
    return tuple(_one(int(k), times, (risk, every, before), own, level) for k, own in zip(names, died, strict=True))


def _one(
    kind: int,
    time: FloatArray,
    shared: tuple[FloatArray, FloatArray, FloatArray],
    own: FloatArray,
    level: float,
) -> Incidence:
    """Incidence of one kind and its variance.

    With F the incidence at t, the share of increment j is F(t) - F(j) - S(j-) for a death of this kind and F(t) - F(j)
    for one of another, each over the fraction left; squared and expanded in powers of F(t) it needs one pass.
    """
    risk, every, before = shared
    incidence = np.cumsum(before * own / risk)
    variance = _variance(incidence, risk, every, before, own)
    se = np.sqrt(np.maximum(variance, 0.0))
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(incidence > 1.0 - 1e-12, np.nan, 1.0 - incidence)
        spread = z * se / (rest * np.log(rest))
        ends = 1.0 - rest ** np.exp(-spread), 1.0 - rest ** np.exp(spread)
    none = incidence == 0.0
    upper, lower = (np.where(none, 0.0, end) for end in ends)
    low, high = np.fmin(lower, upper), np.fmax(lower, upper)
    return Incidence(kind, int(own.sum()), time, risk, incidence, se, low, high, level)


def _variance(f: FloatArray, n: FloatArray, d: FloatArray, before: FloatArray, own: FloatArray) -> FloatArray:
    """Sum over times j up to t of G² d/(n(n-d)) + S(j-)² own (n - own)/n³ - 2 G S(j-) own/n², with G = F(t) - F(j)."""
    left = n * (n - d)
    a = np.divide(d, left, out=np.zeros_like(n), where=left > 0.0)
    b = before * own / (n * n)
    c = before * before * own * (n - own) / n**3
    total: FloatArray = (
        f * f * np.cumsum(a)
        - 2.0 * f * np.cumsum(f * a)
        + np.cumsum(f * f * a)
        + np.cumsum(c)
        - 2.0 * f * np.cumsum(b)
        + 2.0 * np.cumsum(f * b)
    )
    return total
