"""Do groups differ in the probability of one kind of event, where others compete: Gray's test.

The log-rank test compares the hazards of a kind of event among those still free of any; Gray's compares cumulative
incidences, which is what is drawn and what a patient asks. The two may differ in sign where a treatment also moves the
competing kind.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._people import IntArray, codes, follow_up
from remit.stats.interval import chi2_p
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Gray(Result):
    """The test of one kind of event: scores by group, their covariance, and chi-square on `df` = groups - 1.

    `groups` are in ascending order; a score above 0 means more events of this kind than equal incidences would give.
    """

    kind: int
    groups: tuple[float | int | str, ...]
    score: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    statistic: float
    df: int
    p: float
    rho: float
    strata: int


def gray(
    time: npt.ArrayLike,
    cause: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    kind: int = 1,
    strata: npt.ArrayLike | None = None,
    rho: float = 0.0,
) -> Gray:
    """Return the test that all groups have one cumulative incidence of `kind`.

    Parameters
    ----------
    time, cause : shape (n,)
        As for `cumulative_incidence`: cause is 0 where follow-up was censored, else the kind of first event.
    group, strata : shape (n,)
        Numbers or text; comparisons are made within strata and added up.
    rho
        Weight (1 - incidence)^rho of all people together; above 0 early differences count more.

    Raises
    ------
    InputError
        What `cumulative_incidence` refuses; no event of `kind`; fewer than two groups, or groups never followed
        together, so that nothing can be compared.

    Notes
    -----
    Source: Gray (1988), Ann Stat 16:1141-1154. Events of one kind at one time count as an average over their orders,
    so their variance has the factor (at risk - events) / (at risk - 1), as in the log-rank test.
    """
    kinds = _check.column(cause, "cause")
    bad = np.flatnonzero((kinds < 0.0) | (kinds != np.floor(kinds)))
    if bad.size:
        raise InputError(f"cause[{bad[0]}] is {kinds[bad[0]]:g}; expected 0 for censored, or 1, 2, ... for the kind")
    t, _ = follow_up(time, kinds > 0.0)
    if not (kinds == kind).any() or kind == 0:
        raise InputError(f"nobody had an event of kind {kind}; expected at least one")
    names, member = codes(group, "group", t.size)
    if len(names) < 2:
        raise InputError(f"group has {len(names)} value; expected at least two groups to compare")
    labels, layer = (("all",), np.zeros(t.size, np.intp)) if strata is None else codes(strata, "strata", t.size)
    weight = _check.finite(rho, "rho")
    score, covariance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for k in range(len(labels)):
        own = layer == k
        more = _stratum(t[own], kinds[own], member[own], (kind, len(names), weight))
        score, covariance = score + more[0], covariance + more[1]
    df = len(names) - 1
    if np.linalg.matrix_rank(covariance, hermitian=True) < df:
        raise InputError("a group is never followed together with the others; leave it out")
    statistic = float(score[:-1] @ np.linalg.solve(covariance[:-1, :-1], score[:-1]))
    rows = tuple(tuple(row) for row in covariance.tolist())
    return Gray(kind, names, tuple(score.tolist()), rows, statistic, df, chi2_p(statistic, df), weight, len(labels))


def _over(top: FloatArray, under: FloatArray) -> FloatArray:
    """The quotient, 0 where nothing is left to divide by."""
    found: FloatArray = np.divide(top, under, out=np.zeros(np.broadcast(top, under).shape), where=under > 0.0)
    return found


def _before(level: FloatArray, start: float) -> FloatArray:
    found: FloatArray = np.concatenate((np.full((*level.shape[:-1], 1), start), level[..., :-1]), axis=-1)
    return found


def _tied(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    found: FloatArray = 1.0 - _over(np.maximum(events - 1.0, 0.0), np.maximum(at_risk - 1.0, 0.0))
    return found


def _stratum(
    t: FloatArray, kinds: FloatArray, member: IntArray, ask: tuple[int, int, float]
) -> tuple[FloatArray, FloatArray]:
    """Score and covariance. Rows are groups, columns distinct times.

    With h = at risk / S(t-), all hazards of the subdistribution are dN / (h (1 - F)); under the null F is that of all
    people, its increments events / sum of h. A death of `kind` in group r moves the score of group a by
    h_r L (1[a = r] - h_a / sum h) and, through its own incidence, what comes later (`rest`) by 1 - (1 - F) / S_r; one
    of another kind moves only the latter.
    """
    kind, groups, rho = ask
    times, at = np.unique(t, return_inverse=True)
    cell = member * times.size + at
    shape = (groups, times.size)

    def count(which: npt.NDArray[np.bool_]) -> FloatArray:
        return np.bincount(cell, weights=which, minlength=groups * times.size).reshape(shape).astype(np.float64)

    everybody = count(np.ones(t.size, dtype=np.bool_))
    at_risk = np.cumsum(everybody[:, ::-1], axis=1)[:, ::-1]
    own, other = count(kinds == kind), count((kinds > 0.0) & (kinds != kind))
    after: FloatArray = np.cumprod(1.0 - _over(own + other, at_risk), axis=1, dtype=np.float64)
    before = _before(after, 1.0)
    h = _over(at_risk, before)
    fallen: FloatArray = np.cumsum(_over(own, h), axis=1, dtype=np.float64)
    left = 1.0 - _before(fallen, 0.0)
    total, all_own = h.sum(axis=0), own.sum(axis=0)
    falls = _over(all_own, total)
    free: FloatArray = 1.0 - np.cumsum(falls)
    free_before = _before(free, 1.0)
    weight: FloatArray = np.maximum(free_before, 0.0) ** rho
    score = (weight * (own - _over(h * left, (h * left).sum(axis=0)) * all_own)).sum(axis=1)
    covariance = np.zeros((groups, groups))
    for r in range(groups):
        same = (np.arange(groups) == r)[:, None]
        now = weight * h[r] * (same - _over(h, total))
        passed = np.cumsum(now * _over(falls, free_before), axis=1)
        rest = passed[:, -1:] - passed
        share = _over(free, after[r])
        direct, indirect = now + (1.0 - share) * rest, share * rest
        inverse = _over(np.ones_like(h[r]), h[r])
        covariance += (direct * (inverse * falls * _tied(all_own, total * before[r]))) @ direct.T
        covariance += (indirect * (inverse * inverse * other[r] * _tied(other[r], at_risk[r]))) @ indirect.T
    return score, covariance
