"""One survival curve from several studies' curves, without assuming a distribution.

Time is cut into intervals common to all studies. In each interval a study gives the probability p of passing it among
those who entered it, on the arc-sine scale y = asin sqrt((n p + c) / (n + 2c)) with variance 1 / (4 (n + 2c)), where
n people were exposed. The y of an interval are pooled over studies, with a covariance of true values between studies
across intervals; the pooled curve is the product of sin^2 of the pooled y. Studies of shorter follow-up contribute to
the intervals they saw.

c = 1/4 undoes the bias of averaging: chance alone moves the mean of asin sqrt(p) by (2p - 1) / (8 n sqrt(p (1 - p))),
which in p is (2p - 1) / (4n). Where studies scatter less than chance would have it (Q below its degrees of freedom)
there is less to undo, and what is too much is taken back, all of it where they agree: identical studies give their
curve, and an interval in which no study has an event leaves the curve level.

Sources: Combescure, Foucher and Jackson (2014), Stat Med 33:2521-2537 (the method; c = 0.25 there); Jackson, White and
Thompson (2010), Stat Med 29:1282-1297 (moments of the between-study covariance); Earle and Wells (2000), Med Decis
Making 20:377-386, and Arends, Hunink and Stijnen (2008), Stat Med 27:4381-4396 (curves pooled from counts).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _at_risk, _check
from remit.stats._check import FloatArray
from remit.stats.interval import chi2_p, normal_quantile
from remit.stats.result import Result

Between = Literal["full", "diagonal", "none"]
BandScale = Literal["cloglog", "log"]
CORRECTION = 0.25
FEW_EVENTS = 3.0  # a study's mean events in an interval, from where bias stays below 0.01


@dataclass(frozen=True, slots=True)
class StudyCurve(Result):
    """One study on the common grid: survival at the end of each interval, and people exposed during it.

    `exposed` is the number at risk at the interval's start, less half of those censored in it.
    """

    time: tuple[float, ...]
    survival: tuple[float, ...]
    exposed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PooledCurve(Result):
    """The pooled survival curve at the ends of the intervals, with pointwise bands.

    `lower` and `upper` are of the mean curve, `prediction_*` of a new study's true curve. `k` counts studies and
    `exposed` people in each interval. q, h2 and i2 (percent) measure how far studies differ over all intervals.
    `median` is where the curve, drawn straight between grid times, crosses one half; its ends are where the band does;
    None where it does not. `tau` are between-study standard deviations on the arc-sine scale. `events_each` is the
    mean number of events of a study in an interval it saw: below FEW_EVENTS the curve may be off visibly.
    `taken_back` is what each interval gets back of the correction, for each unit of 2 p - 1.
    """

    time: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    prediction_lower: tuple[float, ...]
    prediction_upper: tuple[float, ...]
    k: tuple[int, ...]
    exposed: tuple[float, ...]
    tau: tuple[float, ...]
    q: float
    q_df: int
    q_p: float
    h2: float
    i2: float
    median: float | None
    median_lower: float | None
    median_upper: float | None
    between: str
    correction: float
    level: float
    arcsine: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    events_each: float
    ended: str
    taken_back: tuple[float, ...]


def curve_from_people(time: npt.ArrayLike, event: npt.ArrayLike, grid: npt.ArrayLike) -> StudyCurve:
    """Return a study's curve on `grid` from times and events, up to the last grid time within its follow-up.

    InputError when the follow-up ends before the first grid time.
    """
    who, ends = _at_risk.people(time, event), _grid(grid)
    table = _at_risk.steps(who)
    kept = ends[ends <= who.time.max()]
    if kept.size == 0:
        raise InputError(f"follow-up ends at {who.time.max():g}, before the first grid time {ends[0]:g}; leave it out")
    survival, _ = _at_risk.at_times(table, kept)
    begin = np.append(0.0, kept[:-1])
    entered = np.array([float((who.time > b).sum()) if b > 0.0 else float(who.time.size) for b in begin])
    lost = np.array([float(((who.time > b) & (who.time < e) & ~who.event).sum()) for b, e in _pairs(begin, kept)])
    alive = (entered > 0.0) & (np.append(1.0, survival[:-1]) > 0.0)
    last = int(np.argmin(alive)) if not alive.all() else alive.size
    return StudyCurve(_tuple(kept[:last]), _tuple(survival[:last]), _tuple((entered - 0.5 * lost)[:last]))


def curve_from_table(time: npt.ArrayLike, survival: npt.ArrayLike, at_risk: npt.ArrayLike) -> StudyCurve:
    """Return a study's curve from a risk table: survival at each grid time, numbers at risk at 0 and at each of them.

    Those lost in an interval are what is missing from the next number at risk beyond the events the survival implies,
    spread evenly over the interval. The last number may be left out: nobody counts as lost in the last interval then.

    Raises
    ------
    InputError
        Survival that rises or leaves [0, 1], numbers at risk that grow, or a wrong count of them.
    """
    ends, s, n = _grid(time), _check.column(survival, "survival"), _check.column(at_risk, "at_risk")
    if s.size != ends.size or n.size not in (ends.size, ends.size + 1):
        raise InputError(
            f"{ends.size} times, {s.size} survivals, {n.size} numbers at risk; expected as many, or 1 more"
        )
    _falling(s, "survival", 0.0, 1.0)
    _falling(n, "at_risk", 0.0, math.inf)
    before = np.append(1.0, s[:-1])
    last = int(np.argmin((before > 0.0) & (n[: ends.size] > 0.0))) if (before * n[: ends.size]).min() == 0.0 else s.size
    fail = 1.0 - s[:last] / before[:last]
    start = n[:last]
    after = n[1 : last + 1] if n.size > last else np.append(n[1:], start[-1] * (1.0 - fail[-1]))
    lost = np.clip((start - after - start * fail) / (1.0 - 0.5 * fail), 0.0, start)
    return StudyCurve(_tuple(ends[:last]), _tuple(s[:last]), _tuple(start - 0.5 * lost))


def common_grid(
    times: Sequence[npt.ArrayLike], events: Sequence[npt.ArrayLike], events_each: float = FEW_EVENTS
) -> tuple[float, ...]:
    """Return interval ends at which studies with individual data have about `events_each` events each an interval.

    The ends are quantiles of all event times, the last one the longest follow-up that two studies share, so that the
    grid follows the unit of time.
    """
    each = [_at_risk.people(t, d) for t, d in zip(times, events, strict=True)]
    if not each:
        raise InputError("no studies; expected times and events of at least one")
    longest = sorted(float(who.time.max()) for who in each)
    end = longest[-2] if len(longest) > 1 else longest[-1]
    pooled = np.sort(np.concatenate([who.time[who.event] for who in each]))
    pooled = pooled[(pooled > 0.0) & (pooled < end)]
    intervals = max(1, int(pooled.size / (_check.above(events_each, "events_each") * len(each))))
    place = (np.arange(1, intervals) * pooled.size) // intervals
    return _tuple(np.unique(np.append(pooled[place], end)))


def pool_curves(
    studies: Sequence[StudyCurve],
    between: Between = "full",
    correction: float = CORRECTION,
    level: float = 0.95,
    scale: BandScale = "cloglog",
    least_studies: int = 2,
    taken_back: bool = True,
) -> PooledCurve:
    """Return the pooled curve of studies on one grid.

    Parameters
    ----------
    studies : at least one; each study's times are the first ones of the common grid
    between : covariance of true values between studies
        "full", by moments for each pair of intervals, made positive semi-definite; "diagonal", intervals unrelated;
        "none", a common curve.
    correction : c above, 0 for none
        Each study's p in each interval is moved toward one half by c in n + 2c.
    scale : where pointwise bands are symmetric; "log" is the source's
    least_studies : the curve ends before the first interval that fewer studies saw; `ended` says so.
    taken_back : whether the correction is taken back from the pooled values; False is the source's, which falls in
        intervals without an event and by many intervals with few: see docs/explanation/pooled-survival.md

    Raises
    ------
    InputError
        No study, times that are not the grid's first, survival that rises, nobody exposed, or too few studies in the
        first interval.
    """
    if between not in ("full", "diagonal", "none"):
        raise InputError(f"between {between!r}; expected full, diagonal or none")
    if scale not in ("cloglog", "log"):
        raise InputError(f"scale {scale!r}; expected cloglog or log")
    if not 0.0 <= correction <= 1.0:
        raise InputError(f"correction {correction!r}; expected a number from 0 to 1; the source uses 0.25")
    z = normal_quantile(level)
    grid, passed, n = _stacked(studies)
    seen = np.isfinite(passed).sum(axis=1)
    least = min(_check.whole(least_studies, "least_studies", 1), len(studies))
    last = int(np.argmax(seen < least)) if (seen < least).any() else grid.size
    if last == 0:
        raise InputError(f"the first interval was seen by {seen[0]} studies; expected at least {least}")
    ended = "" if last == grid.size else f"fewer than {least} studies followed beyond {grid[last - 1]:g}"
    grid, n = grid[:last], n[:last]
    with np.errstate(invalid="ignore"):
        y = np.arcsin(np.sqrt((n * passed[:last] + correction) / (n + 2.0 * correction)))
    v = 1.0 / (4.0 * (n + 2.0 * correction))
    common, _ = _generalised(y, v, np.zeros((last, last)))
    q = float(np.nansum((y - common[:, None]) ** 2 / v))
    df = int(np.isfinite(y).sum()) - last
    sigma = np.zeros((last, last)) if between == "none" else _moments(y, v, between == "diagonal")
    theta, cov = _generalised(y, v, sigma)
    theta = np.clip(theta, 0.0, 0.5 * math.pi)
    back = _back(y, v, common, n, np.diag(sigma)) * correction if taken_back else np.zeros(last)
    share = _taken_back(np.sin(theta) ** 2, back)
    if taken_back:
        share = np.where(np.nanmin(passed[:last], axis=1) == 1.0, 1.0, share)
    slope = (1.0 + 2.0 * back) * np.sin(2.0 * theta) / np.maximum(share, 1e-12)
    survival = np.asarray(np.cumprod(share), dtype=np.float64)
    low, high = _band(survival, slope, cov, z, scale)
    low_new, high_new = _band(survival, slope, cov + sigma, z, scale)
    h2 = q / df if df > 0 else 1.0
    return PooledCurve(
        time=_tuple(grid),
        survival=_tuple(survival),
        lower=_tuple(low),
        upper=_tuple(high),
        prediction_lower=_tuple(low_new),
        prediction_upper=_tuple(high_new),
        k=tuple(int(c) for c in seen[:last]),
        exposed=_tuple(np.nansum(n, axis=1)),
        tau=_tuple(np.sqrt(np.diag(sigma))),
        q=q,
        q_df=df,
        q_p=chi2_p(q, df),
        h2=h2,
        i2=100.0 * max(0.0, 1.0 - 1.0 / h2) if h2 > 0.0 else 0.0,
        median=crossing(grid, survival),
        median_lower=crossing(grid, low),
        median_upper=crossing(grid, high),
        between=between,
        correction=float(correction),
        level=level,
        arcsine=_tuple(theta),
        covariance=tuple(_tuple(row) for row in cov),
        events_each=float(np.nansum(n * (1.0 - passed[:last])) / np.isfinite(y).sum()),
        ended=ended,
        taken_back=_tuple(back),
    )


def median_bootstrap(pooled: PooledCurve, random: np.random.Generator, draws: int = 2000) -> tuple[float, float, float]:
    """Return the ends of the pooled median's interval and the share of draws with a median, by parametric bootstrap.

    Arc-sine values are drawn from their joint normal distribution; a draw whose curve stays above one half has an
    infinite median, so the upper end may be infinite.
    """
    theta, cov = np.array(pooled.arcsine), np.array(pooled.covariance)
    values, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    made = theta + random.standard_normal((_check.whole(draws, "draws", 100), theta.size)) @ root.T
    shares = _taken_back(np.sin(np.clip(made, 0.0, 0.5 * math.pi)) ** 2, np.array(pooled.taken_back))
    level = np.diff(np.append(1.0, pooled.survival)) == 0.0
    curves = np.asarray(np.cumprod(np.where(level, 1.0, shares), axis=1), dtype=np.float64)
    found = [crossing(np.array(pooled.time), curve) for curve in curves]
    medians = np.sort([math.inf if m is None else m for m in found])
    tail = 0.5 * (1.0 - pooled.level)
    low, high = (float(medians[min(int(share * medians.size), medians.size - 1)]) for share in (tail, 1.0 - tail))
    return low, high, float(np.isfinite(medians).mean())


def crossing(time: FloatArray, survival: FloatArray, height: float = 0.5) -> float | None:
    """Return where a curve from (0, 1), straight between its points, first meets `height`; None where it does not."""
    below = np.flatnonzero(survival <= height)
    if below.size == 0:
        return None
    j = int(below[0])
    t0, s0 = (float(time[j - 1]), float(survival[j - 1])) if j else (0.0, 1.0)
    t1, s1 = float(time[j]), float(survival[j])
    return t0 + (t1 - t0) * (s0 - height) / (s0 - s1)


def _stacked(studies: Sequence[StudyCurve]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the grid, and conditional survival and people exposed, shape (intervals, studies), NaN where unseen."""
    if not studies:
        raise InputError("no studies; expected at least one curve")
    grid = _grid(max((s.time for s in studies), key=len))
    p, n = np.full((grid.size, len(studies)), np.nan), np.full((grid.size, len(studies)), np.nan)
    for i, study in enumerate(studies):
        own, s, exposed = (_check.column(c, f"study {i}") for c in (study.time, study.survival, study.exposed))
        m = own.size
        if m == 0 or s.size != m or exposed.size != m or not np.allclose(own, grid[:m], rtol=1e-9, atol=0.0):
            raise InputError(f"study {i} has times {study.time}; expected the first of the common grid {_tuple(grid)}")
        _falling(s, f"study {i} survival", 0.0, 1.0)
        before = np.append(1.0, s[:-1])
        if exposed.min() <= 0.0 or before.min() <= 0.0:
            raise InputError(f"study {i} has nobody left in an interval; end its curve before")
        p[:m, i], n[:m, i] = s / before, exposed
    return grid, p, n


def _generalised(y: FloatArray, v: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return generalised least squares means over studies and their covariance."""
    m = y.shape[0]
    information, score = np.zeros((m, m)), np.zeros(m)
    for i in range(y.shape[1]):
        at = np.flatnonzero(np.isfinite(y[:, i]))
        weight = np.linalg.inv(sigma[np.ix_(at, at)] + np.diag(v[at, i]))
        information[np.ix_(at, at)] += weight
        score[at] += weight @ y[at, i]
    cov = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return cov @ score, cov


def _moments(y: FloatArray, v: FloatArray, diagonal: bool) -> FloatArray:
    """Return the between-study covariance by moments for each pair of intervals, negative eigenvalues set to 0."""
    m = y.shape[0]
    sigma = np.zeros((m, m))
    for j in range(m):
        for h in range(j, j + 1 if diagonal else m):
            sigma[j, h] = sigma[h, j] = _moment(y[j], y[h], v[j], v[h], own=j == h)
    values, vectors = np.linalg.eigh(sigma)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T, dtype=np.float64)


def _moment(a: FloatArray, b: FloatArray, va: FloatArray, vb: FloatArray, own: bool) -> float:
    """Return the covariance at which the weighted sum of products of residuals equals its expectation.

    Studies that saw both intervals count; sampling errors of different intervals are uncorrelated.
    """
    both = np.isfinite(a) & np.isfinite(b)
    k = int(both.sum())
    if k < 2:
        return 0.0
    wa, wb = 1.0 / va[both], 1.0 / vb[both]
    root = np.sqrt(wa * wb)
    ra, rb = a[both] - np.average(a[both], weights=wa), b[both] - np.average(b[both], weights=wb)
    shrink_a, shrink_b = np.eye(k) - wa / wa.sum(), np.eye(k) - wb / wb.sum()
    spread = float(root @ np.sum(shrink_a * shrink_b, axis=1))
    sampling = k - 1.0 if own else 0.0
    return (float(root @ (ra * rb)) - sampling) / spread


def _back(y: FloatArray, v: FloatArray, common: FloatArray, n: FloatArray, between: FloatArray) -> FloatArray:
    """Return what of one unit of correction each interval gets back: all where studies agree, nothing where they
    scatter by chance or more (Q on its degrees of freedom is 1), over the weighted harmonic mean number exposed.
    """
    seen = np.isfinite(y)
    df = np.maximum(seen.sum(axis=1) - 1, 1)
    scatter = np.minimum(np.nansum((y - common[:, None]) ** 2 / v, axis=1) / df, 1.0)
    weight = np.where(seen, 1.0 / (v + between[:, None]), 0.0)
    return np.asarray((1.0 - scatter) * np.nansum(weight / n, axis=1) / weight.sum(axis=1), dtype=np.float64)


def _taken_back(moved: FloatArray, back: FloatArray) -> FloatArray:
    """Return pooled probabilities with the correction taken back, held within 0 and 1."""
    return np.asarray(np.clip(moved + back * (2.0 * moved - 1.0), 0.0, 1.0), dtype=np.float64)


def _band(
    survival: FloatArray, slope: FloatArray, cov: FloatArray, z: float, scale: str
) -> tuple[FloatArray, FloatArray]:
    """Return pointwise ends by the delta method on log S or log(-log S); S itself where it is 0 or 1.

    `slope` is of each interval's log probability along its arc-sine value.
    """
    slope = np.tril(np.broadcast_to(slope, cov.shape))
    se = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slope, cov, slope), 0.0))
    inside = (survival > 0.0) & (survival < 1.0 - 1e-15)
    s = np.where(inside, survival, 0.5)
    if scale == "log":
        low, high = s * np.exp(-z * se), np.minimum(s * np.exp(z * se), 1.0)
    else:
        factor = np.exp(np.minimum(z * se / -np.log(s), 700.0))
        low, high = s**factor, s ** (1.0 / factor)
    return np.where(inside, low, survival), np.where(inside, high, survival)


def _grid(time: npt.ArrayLike) -> FloatArray:
    ends = _check.column(time, "time")
    if ends.size == 0 or ends[0] <= 0.0 or (np.diff(ends) <= 0.0).any():
        raise InputError("grid times do not rise from above 0; expected each interval's end, in order")
    return ends


def _falling(values: FloatArray, name: str, low: float, high: float) -> None:
    if values.min() < low or values.max() > high:
        raise InputError(f"{name} leaves {low:g} to {high:g}; is it in percent?")
    rises = np.flatnonzero(np.diff(values) > 0.0)
    if rises.size:
        at = int(rises[0])
        raise InputError(f"{name} rises from {values[at]:g} to {values[at + 1]:g}; correct the reading of the figure")


def _pairs(begin: FloatArray, end: FloatArray) -> list[tuple[float, float]]:
    return list(zip(begin.tolist(), end.tolist(), strict=True))


def _tuple(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
