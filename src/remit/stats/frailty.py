"""Cox models with a random effect of study: shared frailty of the baseline hazard, or a treatment effect that varies.

Gamma frailty: the marginal partial likelihood is maximised over the frailty variance, the coefficients and log
frailties being those of a penalised partial likelihood. Log-normal frailty and random treatment effects: penalised
partial likelihood from Laplace's approximation, the variance by its restricted estimating equation.

Sources: Klein (1992), Biometrics 48:795-806; Therneau, Grambsch and Pankratz (2003), J Comput Graph Stat 12:156-175
(gamma); Ripatti and Palmgren (2000), Biometrics 56:1016-1022 (log-normal); Tudur Smith, Williamson and Marson (2005),
Stat Med 24:1307-1319 (random treatment effects in one stage).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._partial import Partial
from remit.stats._people import BoolArray, IntArray, codes, follow_up
from remit.stats.interval import chi2_quantile, normal_p, normal_quantile, tail
from remit.stats.result import Result
from remit.stats.roots import bracketed

FrailtyKind = Literal["gamma", "log-normal"]
SMALLEST, LARGEST = math.log(1e-6), math.log(20.0)  # of log variances looked at


@dataclass(frozen=True, slots=True)
class Frailty(Result):
    """A log hazard ratio with a random effect of study.

    `variance` is of the frailty (gamma, mean 1), of its logarithm (log-normal), or of the log hazard ratio between
    studies (random treatment effect), with its profile-likelihood interval. `studies` are the predicted log frailties,
    or each study's log hazard ratio, in the order of `names`. se holds the variance as known, as R does.
    """

    kind: str
    names: tuple[str, ...]
    n: int
    events: int
    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    variance: float
    variance_lower: float
    variance_upper: float
    studies: tuple[float, ...]
    log_likelihood: float
    level: float


class Data(NamedTuple):
    """Checked people of two arms in several studies."""

    time: FloatArray
    event: BoolArray
    arm: FloatArray
    study: IntArray
    names: tuple[str, ...]


class _At(NamedTuple):
    point: FloatArray
    inverse: FloatArray
    penalised: float
    log_det: float


def shared_frailty(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    arm: npt.ArrayLike,
    study: npt.ArrayLike,
    kind: FrailtyKind = "gamma",
    level: float = 0.95,
) -> Frailty:
    """Return the log hazard ratio of arm 1 against 0 with one baseline hazard, times a frailty of each study.

    Parameters
    ----------
    time, event, arm, study : shape (n,)
    kind : "gamma" or "log-normal"

    Raises
    ------
    InputError
        Fewer than two studies, an arm not 0 or 1, one arm only, or nobody with the event in an arm.
    NotConverged
        The penalised likelihood has no top.
    """
    if kind not in ("gamma", "log-normal"):
        raise InputError(f"kind {kind!r}; expected gamma or log-normal")
    data = checked(time, event, arm, study)
    member = (data.study[:, None] == np.arange(len(data.names))).astype(np.float64)
    x = np.column_stack([data.arm - data.arm.mean(), member])
    partial = Partial(data.time, data.event, x, np.zeros(data.time.size, np.intp), True)
    deaths = member.T @ data.event
    if kind == "gamma":
        return _gamma(partial, data, deaths, level)
    return _normal(partial, data, "log-normal", level)


def random_treatment(
    time: npt.ArrayLike, event: npt.ArrayLike, arm: npt.ArrayLike, study: npt.ArrayLike, level: float = 0.95
) -> Frailty:
    """Return the mean log hazard ratio where each study has its own baseline hazard and its own treatment effect.

    Effects are normal between studies. Arguments, errors: as `shared_frailty`.
    """
    data = checked(time, event, arm, study)
    member = (data.study[:, None] == np.arange(len(data.names))).astype(np.float64)
    x = np.column_stack([data.arm, member * data.arm[:, None]])
    found = _normal(Partial(data.time, data.event, x, data.study, True), data, "random treatment effect", level)
    own = tuple(found.estimate + b for b in found.studies)
    return replace(found, studies=own)


def checked(time: npt.ArrayLike, event: npt.ArrayLike, arm: npt.ArrayLike, study: npt.ArrayLike) -> Data:
    """Return checked people; InputError as `shared_frailty`."""
    t, d = follow_up(time, event)
    x = _check.column(arm, "arm")
    if x.size != t.size or ((x != 0.0) & (x != 1.0)).any():
        raise InputError("arm must be 1 in the arm and 0 in the comparator, one value for each of the people")
    labels, place = codes(study, "study", t.size)
    if len(labels) < 2:
        raise InputError("one study; expected at least two")
    for side in (0.0, 1.0):
        if not d[x == side].any():
            raise InputError(f"nobody with arm = {side:g} had the event; no hazard ratio can be told")
    return Data(t, d, x, place, tuple(str(label) for label in labels))


def _climb(
    partial: Partial, penalty: Callable[[FloatArray], tuple[float, FloatArray, FloatArray]], start: FloatArray
) -> _At:
    """Return the top of the penalised partial likelihood; the first column is the treatment, the others random."""
    p, point = start.size, start
    seen, cost = partial.at(point), penalty(point[1:])
    for _ in range(100):
        score = seen.score.copy()
        score[1:] -= cost[1]
        information = seen.information.copy()
        information[np.arange(1, p), np.arange(1, p)] += cost[2]
        step = np.linalg.solve(information, score)
        gain = float(score @ step)
        here = seen.log_likelihood - cost[0]
        if gain < 1e-14 * max(1.0, abs(here)):
            inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
            return _At(point, inverse, here, float(np.linalg.slogdet(information)[1]))
        share = min(1.0, 5.0 / float(np.abs(step).max()))
        for _ in range(40):
            ahead = point + share * step
            seen, cost = partial.at(ahead), penalty(ahead[1:])
            if seen.log_likelihood - cost[0] >= here - 1e-10:
                break
            share *= 0.5
        point = ahead
    raise NotConverged("the penalised partial likelihood has no top in 100 steps")


def _gamma(partial: Partial, data: Data, deaths: FloatArray, level: float) -> Frailty:
    last = [np.zeros(partial.x.shape[1])]

    def at(log_variance: float) -> tuple[float, _At]:
        nu = math.exp(-log_variance)

        def penalty(w: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            e = np.exp(w)
            return float(nu * (e - w).sum()), nu * (e - 1.0), nu * e

        top = _climb(partial, penalty, last[0])
        last[0] = top.point
        shape = nu + deaths
        extra = nu + deaths - shape * np.log(shape) + nu * math.log(nu) + gammaln(shape) - gammaln(nu)
        return top.penalised + float(extra.sum()), top

    return _result(at, partial, data, "gamma", level)


def _normal(partial: Partial, data: Data, kind: str, level: float) -> Frailty:
    k = partial.x.shape[1] - 1
    last = [np.zeros(k + 1)]

    def at(log_variance: float) -> tuple[float, _At]:
        weight = math.exp(-log_variance)

        def penalty(b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            return 0.5 * weight * float(b @ b), weight * b, np.full(k, weight)

        top = _climb(partial, penalty, last[0])
        last[0] = top.point
        return top.penalised - 0.5 * k * log_variance - 0.5 * top.log_det, top

    def excess(log_variance: float) -> float:
        top = at(log_variance)[1]
        b = top.point[1:]
        return math.log((float(b @ b) + float(np.trace(top.inverse[1:, 1:]))) / k) - log_variance

    return _result(at, partial, data, kind, level, excess)


def _result(
    at: Callable[[float], tuple[float, _At]],
    partial: Partial,
    data: Data,
    kind: str,
    level: float,
    excess: Callable[[float], float] | None = None,
) -> Frailty:
    """Return the fit at the likeliest variance, or at the root of the estimating equation `excess`."""
    best, height = _likeliest(at)
    if excess is not None and best > SMALLEST:
        best = _root(excess, best)
        height = at(best)[0]
    top = at(best)[1]
    floor = height - 0.5 * chi2_quantile(2.0 * tail(level), 1.0)
    nothing = at(SMALLEST)[0]
    zero = best <= SMALLEST or nothing >= floor
    low = 0.0 if zero else math.exp(_root(lambda v: at(v)[0] - floor, best, SMALLEST))
    high = math.inf if at(LARGEST)[0] > floor else math.exp(_root(lambda v: at(v)[0] - floor, best, LARGEST))
    b, se = float(top.point[0]), math.sqrt(float(top.inverse[0, 0]))
    half = normal_quantile(level) * se
    return Frailty(
        kind=kind,
        names=data.names,
        n=data.time.size,
        events=int(data.event.sum()),
        estimate=b,
        se=se,
        lower=b - half,
        upper=b + half,
        statistic=b / se,
        p=normal_p(b / se),
        variance=0.0 if best <= SMALLEST else math.exp(best),
        variance_lower=low,
        variance_upper=high,
        studies=tuple(top.point[1:].tolist()),
        log_likelihood=height,
        level=level,
    )


def _likeliest(at: Callable[[float], tuple[float, _At]]) -> tuple[float, float]:
    """Return the log variance with the highest profile, SMALLEST where none is higher than no variance at all."""
    grid = np.linspace(SMALLEST, LARGEST, 12)
    heights = [at(float(v))[0] for v in grid]
    top = int(np.argmax(heights))
    ends = (float(grid[max(top - 1, 0)]), float(grid[min(top + 1, grid.size - 1)]))
    found = minimize_scalar(lambda v: -at(float(v))[0], bounds=ends, method="bounded", options={"xatol": 1e-7})
    if heights[0] >= -float(found.fun) - 1e-8:
        return SMALLEST, heights[0]
    return float(found.x), -float(found.fun)


def _root(function: Callable[[float], float], start: float, end: float | None = None) -> float:
    """Return a sign change of a smooth function near `start`, or between it and `end`."""
    if end is not None:
        return bracketed(function, min(start, end), max(start, end), 1e-9)
    reach = 0.05
    while reach < 8.0:
        low, high = max(start - reach, SMALLEST), min(start + reach, LARGEST)
        if function(low) * function(high) <= 0.0:
            return bracketed(function, low, high, 1e-10)
        reach *= 2.0
    return start
