"""Restricted mean survival times at several horizons, or their differences between arms, pooled together.

Means of one study up to two horizons share the curve up to the earlier one. With A(t, h) the area under the curve from
t to h, their covariance is the sum over event times t of A(t, g) A(t, h) d / (n (n - d)). Results are in the unit of
the times given.

Sources: Irwin (1949), J Hyg 47:188-189; Klein and Moeschberger (2003), Survival Analysis, section 4.5; Wei, Royston,
Tierney and Parmar (2015), Stat Med 34:2881-2898 (restricted means over trials); Weir, Tian and Trinquart (2021),
Biostatistics 22:36-53 (several horizons at once).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _at_risk, _check, _correlated
from remit.stats._at_risk import Steps
from remit.stats._check import FloatArray
from remit.stats._correlated import Ends, Method, Outcomes, Structure
from remit.stats._people import IntArray
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class StudyRmst(Result):
    """One study's restricted means, or differences of them, at horizons within its follow-up, with their covariance."""

    horizon: tuple[float, ...]
    estimate: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class PooledRmst(Result):
    """Pooled restricted means at each horizon, with intervals of the mean and of a new study (NaN below 3 studies).

    `structure`, `reason`, `left_out`: as for pooled landmarks.
    """

    horizon: tuple[float, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    prediction_lower: tuple[float, ...]
    prediction_upper: tuple[float, ...]
    k: tuple[int, ...]
    covariance: tuple[tuple[float, ...], ...]
    tau: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    structure: str
    reason: str
    q: float
    q_df: int
    q_p: float
    i2: float
    log_likelihood: float
    level: float
    left_out: tuple[float, ...]


def rmst_from_people(time: npt.ArrayLike, event: npt.ArrayLike, horizons: npt.ArrayLike) -> StudyRmst:
    """Return a study's restricted means at the horizons within its follow-up.

    A horizon whose error is settled by a later one's, as where a single event lies before both, is left out.

    InputError when no horizon is, or nobody has an event before the last one, so that no variance is known.
    """
    who, ends = _at_risk.people(time, event), _horizons(horizons)
    table = _at_risk.steps(who)
    done = table.survival.size > 0 and table.survival[-1] == 0.0
    kept = ends if done else ends[ends <= who.time.max()]
    if kept.size == 0:
        raise InputError(f"no horizon lies within follow-up, to {who.time.max():g}; choose earlier ones")
    started = table.time.size > 0 and table.time[0] < kept[-1]
    if not started:
        raise InputError(
            f"nobody has an event before {kept[-1]:g}; the restricted mean is {kept[-1]:g} with no variance"
        )
    kept = kept[kept > table.time[0]]
    area, beyond = _areas(table, kept)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = table.events / (table.at_risk * (table.at_risk - table.events))
    part = np.where(np.isfinite(part), part, 0.0)
    cov = (beyond * part) @ beyond.T
    own = _independent(cov)
    if own.size == 0:
        raise InputError(f"everybody has the event at one time before {kept[-1]:g}; the variance is not known")
    return StudyRmst(_tuple(kept[own]), _tuple(area[own]), tuple(_tuple(row) for row in cov[np.ix_(own, own)]))


def rmst_difference(arm: StudyRmst, comparator: StudyRmst) -> StudyRmst:
    """Return the arm's restricted means less the comparator's at horizons that both have; covariances add.

    InputError when they share no horizon.
    """
    shared = [h for h in arm.horizon if h in comparator.horizon]
    if not shared:
        raise InputError("arm and comparator share no horizon within follow-up; choose earlier ones")
    total, cov = np.zeros(len(shared)), np.zeros((len(shared), len(shared)))
    for sign, side in ((1.0, arm), (-1.0, comparator)):
        own = [side.horizon.index(h) for h in shared]
        total += sign * np.array(side.estimate)[own]
        cov += np.array(side.covariance)[np.ix_(own, own)]
    return StudyRmst(tuple(shared), _tuple(total), tuple(_tuple(row) for row in cov))


def pool_rmst(
    studies: Sequence[StudyRmst],
    structure: Structure = "auto",
    method: Method = "reml",
    interval: Ends = "t",
    level: float = 0.95,
) -> PooledRmst:
    """Return restricted means, or differences of them, of several studies pooled as one multivariate outcome.

    Parameters, errors: as `pool_landmarks`.
    """
    rows = [
        Outcomes(_horizons(s.horizon), _check.column(s.estimate, "estimate"), np.array(s.covariance, dtype=np.float64))
        for s in studies
    ]
    joint = _correlated.pool(rows, structure, method, interval, level)
    return PooledRmst(
        horizon=_tuple(joint.at),
        estimate=_tuple(joint.estimate),
        se=_tuple(joint.se),
        lower=_tuple(joint.lower),
        upper=_tuple(joint.upper),
        prediction_lower=_tuple(joint.prediction_lower),
        prediction_upper=_tuple(joint.prediction_upper),
        k=joint.k,
        covariance=tuple(_tuple(row) for row in joint.covariance),
        tau=_tuple(joint.tau),
        correlation=tuple(_tuple(row) for row in joint.correlation),
        structure=joint.structure,
        reason=joint.reason,
        q=joint.q,
        q_df=joint.q_df,
        q_p=joint.q_p,
        i2=joint.i2,
        log_likelihood=joint.log_likelihood,
        level=level,
        left_out=joint.left_out,
    )


def _areas(table: Steps, ends: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return areas up to each of m horizons, and from each event time to each, shape (m, events), 0 past it."""
    height = np.append(1.0, table.survival)
    area, beyond = np.empty(ends.size), np.empty((ends.size, table.time.size))
    for i, end in enumerate(ends):
        edges = np.minimum(np.concatenate([[0.0], table.time, [end]]), end)
        pieces = np.diff(edges) * height
        pieces[-1] = max(end - (table.time[-1] if table.time.size else 0.0), 0.0) * height[-1]
        running = np.cumsum(pieces[::-1])[::-1]
        area[i], beyond[i] = running[0], running[1:]
    return area, beyond


def _independent(cov: FloatArray) -> IntArray:
    """Return the horizons, later ones first served, whose errors are not settled by those of others."""
    own: list[int] = []
    for j in reversed(range(cov.shape[0])):
        rest = float(cov[j, j])
        if own:
            shared = cov[np.ix_(own, [j])][:, 0]
            rest -= float(shared @ np.linalg.solve(cov[np.ix_(own, own)], shared))
        if rest > 1e-7 * max(float(cov[j, j]), 1e-300):
            own.append(j)
    return np.array(sorted(own), dtype=np.intp)


def _horizons(values: npt.ArrayLike) -> FloatArray:
    ends = _check.column(values, "horizons")
    if ends.size == 0 or ends[0] <= 0.0 or (np.diff(ends) <= 0.0).any():
        raise InputError("horizons do not rise from above 0; expected times in order")
    return ends


def _tuple(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
