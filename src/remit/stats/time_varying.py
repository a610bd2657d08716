"""A log hazard ratio that changes over time, stratified by study: in pieces, or along the logarithm of time.

With two arms the partial likelihood of a death at time t depends on the numbers at risk n0 and n1 of its study alone:
the dead are of arm 1 with odds n1 exp(beta(t)) / n0. It is a logistic regression, concave, solved by Newton's steps;
tied deaths by Efron's shares.

Sources: Cox (1972), J R Stat Soc B 34:187-220; Efron (1977), J Am Stat Assoc 72:557-565; Therneau and Grambsch (2000),
Modeling Survival Data, ch. 6.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._people import tabulate
from remit.stats.frailty import Data, checked
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Piecewise(Result):
    """One log hazard ratio in each piece of time, from `begin` to `end` (infinite for the last).

    `statistic`, `df` and `p`: likelihood-ratio test that all are equal.
    """

    begin: tuple[float, ...]
    end: tuple[float, ...]
    events: tuple[int, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    statistic: float
    df: int
    p: float
    log_likelihood: float
    level: float


@dataclass(frozen=True, slots=True)
class LogTime(Result):
    """A log hazard ratio `estimate` + `slope` (log t - log `reference`); p tests that the slope is 0."""

    reference: float
    estimate: float
    se: float
    slope: float
    slope_se: float
    covariance: float
    p: float
    log_likelihood: float
    level: float

    def at(self, time: float) -> tuple[float, float, float]:
        """Return the log hazard ratio at a time above 0 with its interval."""
        x = math.log(_check.above(time, "time") / self.reference)
        middle = self.estimate + self.slope * x
        variance = self.se**2 + 2.0 * x * self.covariance + x * x * self.slope_se**2
        half = normal_quantile(self.level) * math.sqrt(max(variance, 0.0))
        return middle, middle - half, middle + half


def piecewise(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    arm: npt.ArrayLike,
    study: npt.ArrayLike,
    cuts: npt.ArrayLike,
    level: float = 0.95,
) -> Piecewise:
    """Return the log hazard ratio before, between and after the times `cuts`; an event at a cut belongs before it.

    InputError as `shared_frailty`; also cuts out of order, or a piece in which one arm has no event.
    """
    data, at = checked(time, event, arm, study), _check.column(cuts, "cuts")
    if at.size == 0 or at[0] <= 0.0 or (np.diff(at) <= 0.0).any():
        raise InputError("cuts do not rise from above 0; expected times in order")
    rows = _rows(data)
    piece = np.searchsorted(at, rows.time, side="left")
    edges = [0.0, *at.tolist(), math.inf]
    for j in range(at.size + 1):
        dead = rows.dead_arm[piece == j]
        if dead.size == 0 or not 0.0 < dead.sum() < dead.size:
            raise InputError(f"in {edges[j]:g} to {edges[j + 1]:g} one arm has no event; choose fewer or other cuts")
    design = (piece[:, None] == np.arange(at.size + 1)).astype(np.float64)
    b, cov, height = _newton(rows, design)
    _, _, plain = _newton(rows, np.ones((rows.time.size, 1)))
    se = np.sqrt(np.diag(cov))
    half = normal_quantile(level) * se
    ratio = 2.0 * (height - plain)
    return Piecewise(
        begin=tuple(edges[:-1]),
        end=tuple(edges[1:]),
        events=tuple(int((piece == j).sum()) for j in range(at.size + 1)),
        estimate=tuple(b.tolist()),
        se=tuple(se.tolist()),
        lower=tuple((b - half).tolist()),
        upper=tuple((b + half).tolist()),
        statistic=ratio,
        df=at.size,
        p=chi2_p(ratio, float(at.size)),
        log_likelihood=height,
        level=level,
    )


def log_time(
    time: npt.ArrayLike, event: npt.ArrayLike, arm: npt.ArrayLike, study: npt.ArrayLike, level: float = 0.95
) -> LogTime:
    """Return the log hazard ratio as a straight line in log time; its reference is the mean log time of deaths.

    InputError as `shared_frailty`; also a death at time 0, or all deaths at one time.
    """
    rows = _rows(checked(time, event, arm, study))
    if rows.time.min() <= 0.0:
        raise InputError("a death at time 0 has no logarithm; give it the small positive time it stands for")
    x = np.log(rows.time)
    middle = float(x.mean())
    if float(np.ptp(x)) <= 0.0:
        raise InputError("all deaths happened at one time; no change over time can be seen")
    b, cov, height = _newton(rows, np.column_stack([np.ones_like(x), x - middle]))
    se, slope_se = np.sqrt(np.diag(cov)).tolist()
    return LogTime(
        reference=math.exp(middle),
        estimate=float(b[0]),
        se=se,
        slope=float(b[1]),
        slope_se=slope_se,
        covariance=float(cov[0, 1]),
        p=normal_p(float(b[1]) / slope_se),
        log_likelihood=height,
        level=level,
    )


def told(data: Data) -> bool:
    """Return whether each arm has a death while the other is at risk: else its log hazard ratio is infinite."""
    rows = _rows(data)
    seen = rows.dead_arm[(rows.n0 > 0.0) & (rows.n1 > 0.0)]
    return bool(seen.size) and 0.0 < float(seen.sum()) < seen.size


@dataclass(frozen=True, slots=True)
class _Rows:
    """One row a death: its time, its arm, and the numbers at risk it sees in arm 0 and arm 1."""

    time: FloatArray
    dead_arm: FloatArray
    n0: FloatArray
    n1: FloatArray


def _rows(data: Data) -> _Rows:
    parts: list[FloatArray] = []
    for j in range(len(data.names)):
        own = data.study == j
        t, d, x = data.time[own], data.event[own], data.arm[own]
        if not d.any():
            continue
        table = tabulate(t, d).at_events
        for at, deaths in zip(table.time, table.n_event.astype(int), strict=True):
            dead = np.sort(x[(t == at) & d])
            share = np.arange(deaths) / deaths
            risk1 = float(x[t >= at].sum())
            risk0 = float((t >= at).sum()) - risk1
            gone1 = float(dead.sum())
            rows = [np.full(deaths, at), dead, risk0 - share * (deaths - gone1), risk1 - share * gone1]
            parts.append(np.stack(rows))
    together = np.concatenate(parts, axis=1) if parts else np.empty((4, 0))
    return _Rows(*together)


def _newton(rows: _Rows, design: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    both = (rows.n0 > 0.0) & (rows.n1 > 0.0)
    x = design[both]
    offset = np.log(rows.n1[both] / rows.n0[both])
    dead = rows.dead_arm[both]
    base = -float(np.log(rows.n0[both]).sum()) - float(np.log((rows.n0 + rows.n1)[~both]).sum())
    b = np.zeros(design.shape[1])
    for _ in range(100):
        eta = offset + x @ b
        p = np.asarray(expit(eta), dtype=np.float64)
        information = (x * (p * (1.0 - p))[:, None]).T @ x
        try:
            step = np.linalg.solve(information, x.T @ (dead - p))
        except np.linalg.LinAlgError:
            raise NotConverged("too few deaths see both arms at risk to tell a change of the hazard ratio") from None
        step *= min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        b = b + step
        if float(np.abs(step).max()) < 1e-12:
            break
        if float(np.abs(b).max()) > 50.0:
            raise NotConverged("a log hazard ratio grows without end; one arm has nearly no events")
    else:
        raise NotConverged("the partial likelihood has no top in 100 steps")
    eta = x @ b
    height = float(dead @ eta - np.logaddexp(0.0, offset + eta).sum()) + base
    return b, np.asarray(np.linalg.inv(information), dtype=np.float64), height
