"""Selection models: what studies would show if those with large p values were less often seen.

The model is random effects of which a study is seen with a chance that depends on its p value. With few studies the
likelihood is nearly flat and the answer is an assumption in disguise, so these are sensitivity analyses; each refuses
fewer than `minimum` studies (ten, as for tests of asymmetry) unless the caller says otherwise.

Weights, for one-sided p: steps, delta of each interval against the first; half-normal, exp(-delta p^2);
negative-exponential, exp(-delta p); logistic, 2 / (1 + exp(delta p)); power, (1 - p)^delta; beta,
p^(delta1 - 1) (1 - p)^(delta2 - 1), with p kept within 1e-5 of the ends, where the weight has no bound.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._ascent import Look, climb, covariance, highest
from remit.stats._check import FloatArray
from remit.stats._selection import Cells, Likelihood, Shape, smooth_cells, step_cells
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.result import Result
from remit.stats.small_study import MINIMUM
from remit.stats.tau2 import likeliest, log_likelihood

Favoured = Literal["greater", "less", "two-sided"]
SmoothShape = Literal["beta", "half-normal", "negative-exponential", "logistic", "power"]
SMOOTH = ("beta", "half-normal", "negative-exponential", "logistic", "power")
STRONG = {"half-normal": (2.0, 20.0), "negative-exponential": (1.0, 6.0), "logistic": (1.0, 8.0), "power": (0.5, 4.0)}


@dataclass(frozen=True, slots=True)
class Selection(Result):
    """A fitted selection model; the estimate is that of the mean before selection.

    delta: the weight's parameters, for steps one for each interval of p with 1.0 first; delta_se has None for what was
    not estimated. se is None where the likelihood holds no information on the mean, tau2_se is None at tau2 = 0.
    At a parameter's bound (delta = 0, where there is no selection) errors still count that parameter as unknown.
    ratio: the likelihood ratio against no selection, chi-square with `ratio_df` (p None when every delta was given).
    homogeneity: the likelihood ratio against tau2 = 0 under the same weights, one degree of freedom.
    counts: for steps, studies in each interval.
    """

    k: int
    shape: Shape
    favoured: Favoured
    steps: tuple[float, ...]
    counts: tuple[int, ...]
    estimate: float
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None
    tau2: float
    tau2_se: float | None
    delta: tuple[float, ...]
    delta_se: tuple[float | None, ...]
    log_likelihood: float
    unselected_estimate: float
    unselected_log_likelihood: float
    ratio: float
    ratio_df: int
    ratio_p: float | None
    homogeneity: float
    homogeneity_p: float
    level: float = 0.95


def step_selection(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    steps: Sequence[float] = (0.025,),
    favoured: Favoured = "greater",
    delta: Sequence[float] | None = None,
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> Selection:
    """Return the maximum likelihood fit with a constant chance to be seen between steps of p.

    `favoured` says which results are seen more often: effects above 0, below 0, or any far from 0 (two-sided p).
    A p equal to a step lies before it. `delta`, one for each interval, gives the weights instead of estimating them;
    then `minimum` is three. InputError for k below `minimum`, steps that do not rise within (0, 1), and an interval
    without studies, whose weight the data cannot tell. NotConverged where the likelihood has no top.
    Sources: Hedges (1992), Stat Sci 7:246-255; Vevea and Hedges (1995), Psychometrika 60:419-435; given weights: Vevea
    and Woods (2005), Psychol Methods 10:428-443.
    """
    y, v = _studies(effect, variance, 3 if delta is not None else max(minimum, len(steps) + 3), favoured)
    cuts = _steps(steps)
    z = y / np.sqrt(v)
    cells = step_cells(z, cuts, favoured == "two-sided")
    counts = np.bincount(cells.own.astype(np.intp), minlength=len(cuts) + 1)
    if delta is not None:
        given = _given(delta, len(cuts) + 1)
        return _fit(y, v, cells, favoured, cuts, counts, level, [np.empty(0)], given)
    if (counts == 0).any():
        at = int(np.flatnonzero(counts == 0)[0])
        ends = (0.0, *cuts, 1.0)
        raise InputError(
            f"no study has p between {ends[at]:g} and {ends[at + 1]:g}, so its weight cannot be told; leave out a step "
            f"or give the weights as `delta`"
        )
    m = len(cuts)
    starts = [np.zeros(m), np.full(m, -2.0), np.full(m, 1.0)]
    return _fit(y, v, cells, favoured, cuts, counts, level, starts, None)


def smooth_selection(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    shape: SmoothShape = "beta",
    favoured: Literal["greater", "less"] = "greater",
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> Selection:
    """Return the maximum likelihood fit with a chance to be seen that falls smoothly with one-sided p, delta >= 0.

    Sources: beta: Citkowicz and Vevea (2017), Psychol Methods 22:28-41 (power is beta with delta1 = 1); half-normal,
    negative-exponential and logistic: Preston, Ashby and Smyth (2004), J Eval Clin Pract 10:313-322. Raises as
    `step_selection` does.
    """
    if shape not in SMOOTH:
        raise InputError(f"shape {shape!r}; expected one of {', '.join(SMOOTH)}")
    if favoured not in ("greater", "less"):
        raise InputError(f"favoured {favoured!r}; expected greater or less; for two-sided p use steps")
    y, v = _studies(effect, variance, max(minimum, 5), favoured)
    cells = smooth_cells(y / np.sqrt(v), shape)
    if shape == "beta":
        starts = [np.array(d) for d in ((1.0, 1.0), (0.1, 3.0), (0.4, 1.0), (1.0, 8.0), (1.5, 1.0))]
    else:
        starts = [np.array([d]) for d in (0.0, *STRONG[shape])]
    return _fit(y, v, cells, favoured, (), np.empty(0, dtype=np.intp), level, starts, None)


def _studies(
    effect: npt.ArrayLike, variance: npt.ArrayLike, minimum: int, favoured: str
) -> tuple[FloatArray, FloatArray]:
    if favoured not in ("greater", "less", "two-sided"):
        raise InputError(f"favoured {favoured!r}; expected greater, less or two-sided")
    y, v = _check.studies(effect, variance, minimum)
    return (-y if favoured == "less" else y), v


def _steps(steps: Sequence[float]) -> tuple[float, ...]:
    cuts = tuple(float(step) for step in steps)
    if cuts and cuts[-1] == 1.0:
        cuts = cuts[:-1]
    if not cuts or not all(a < b for a, b in zip((0.0, *cuts), (*cuts, 1.0), strict=True)):
        raise InputError(f"steps {tuple(steps)!r}; expected rising p values between 0 and 1, such as 0.025, 0.5")
    return cuts


def _given(delta: Sequence[float], count: int) -> FloatArray:
    given = _check.column(list(delta), "delta")
    if given.size != count or given.min() <= 0.0:
        raise InputError(f"delta {tuple(delta)!r}; expected {count} weights above 0, one for each interval of p")
    return given


def _fit(
    y: FloatArray,
    v: FloatArray,
    cells: Cells,
    favoured: Favoured,
    steps: tuple[float, ...],
    counts: npt.NDArray[np.intp],
    level: float,
    starts: list[FloatArray],
    given: FloatArray | None,
) -> Selection:
    """Fit in units of a typical standard error, from every start, and keep the highest top."""
    unit = math.sqrt(float(np.exp(np.log(v).mean())))
    likelihood = Likelihood(y / unit, v / unit**2, cells, given)
    t0 = likeliest(likelihood.y, likelihood.v, restricted=False)
    w = 1.0 / (likelihood.v + t0)
    mu0 = float(w @ likelihood.y / w.sum())
    n = starts[0].size
    least = np.concatenate(([-np.inf, 0.0], np.full(n, -np.inf if cells.shape == "step" else 0.0)))
    first = [np.concatenate(([mu0, t0], d)) for d in starts]
    if cells.shape != "step":
        first += [_settled(likelihood, start, least) for start in first[1:]]
    point, top = highest(likelihood.at, first, least)
    flat = _without_tau2(likelihood, [point, *first], least)
    plain = log_likelihood(likelihood.y, likelihood.v, t0, restricted=False)
    spread = covariance(top.curve, np.array([True, point[1] > 0.0] + [True] * n))
    return _result(point, top.height, spread, flat, plain, mu0, unit, cells, favoured, steps, counts, level, given)


def _settled(likelihood: Likelihood, start: FloatArray, least: FloatArray) -> FloatArray:
    """Return the start with mu and t moved to where its weights want them, or as it is where they want no end."""

    def look(part: FloatArray) -> Look:
        full = likelihood.at(np.concatenate((part, start[2:])))
        return Look(full.height, full.slope[:2], full.curve[:2, :2])

    try:
        return np.concatenate((climb(look, start[:2], least[:2])[0], start[2:]))
    except NotConverged:
        return start


def _without_tau2(likelihood: Likelihood, starts: list[FloatArray], least: FloatArray) -> float:
    """Return the highest log-likelihood with tau2 = 0."""
    kept = np.array([0, *range(2, least.size)])
    crossed = np.ix_(kept, kept)

    def look(part: FloatArray) -> Look:
        point = np.zeros(least.size)
        point[kept] = part
        full = likelihood.at(point)
        return Look(full.height, full.slope[kept], full.curve[crossed])

    heights = []
    for start in starts[:2]:
        try:
            heights.append(climb(look, start[kept], least[kept])[1].height)
        except NotConverged:
            continue
    return max(heights, default=math.nan)


def _result(
    point: FloatArray,
    height: float,
    spread: FloatArray,
    flat: float,
    plain: float,
    mu0: float,
    unit: float,
    cells: Cells,
    favoured: Favoured,
    steps: tuple[float, ...],
    counts: npt.NDArray[np.intp],
    level: float,
    given: FloatArray | None,
) -> Selection:
    sign = -1.0 if favoured == "less" else 1.0
    k = cells.own.shape[-1]
    estimate = sign * unit * float(point[0])
    errors = [None if math.isnan(x) else math.sqrt(x) for x in np.diag(spread)]
    se = None if errors[0] is None else unit * errors[0]
    half = normal_quantile(level) * (math.nan if se is None else se)
    delta, delta_se = _deltas(point[2:], errors[2:], cells.shape, given)
    df = point.size - 2
    ratio = max(0.0, 2.0 * (height - plain))
    homogeneity = max(0.0, 2.0 * (height - flat))
    shift = k * math.log(unit)
    return Selection(
        k=k,
        shape=cells.shape,
        favoured=favoured,
        steps=steps,
        counts=tuple(int(n) for n in counts),
        estimate=estimate,
        se=se,
        lower=None if se is None else estimate - half,
        upper=None if se is None else estimate + half,
        p=None if se is None else normal_p(estimate / se),
        tau2=unit**2 * float(point[1]),
        tau2_se=None if errors[1] is None else unit**2 * errors[1],
        delta=delta,
        delta_se=delta_se,
        log_likelihood=height - shift,
        unselected_estimate=sign * unit * mu0,
        unselected_log_likelihood=plain - shift,
        ratio=ratio,
        ratio_df=df,
        ratio_p=chi2_p(ratio, df) if df else None,
        homogeneity=homogeneity,
        homogeneity_p=chi2_p(homogeneity, 1.0),
        level=level,
    )


def _deltas(
    values: FloatArray, errors: list[float | None], shape: Shape, given: FloatArray | None
) -> tuple[tuple[float, ...], tuple[float | None, ...]]:
    if given is not None:
        return tuple(given.tolist()), (None,) * given.size
    if shape != "step":
        return tuple(values.tolist()), tuple(errors)
    delta = np.exp(values).tolist()
    return (1.0, *delta), (None, *(None if e is None else d * e for d, e in zip(delta, errors, strict=True)))
