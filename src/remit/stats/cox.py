"""Cox regression: log hazard ratios of one or several covariates, in strata, with variance by cluster if asked.

A covariate matrix has one row per person and one column per covariate; no column of ones. Where a likelihood rises
without end as a coefficient grows (a group without events, say), that coefficient is reported as infinite, with the
profile likelihood interval whose other end is finite: never as a large number.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._partial import Moments, Partial
from remit.stats._people import codes, follow_up
from remit.stats._recession import recession
from remit.stats.interval import chi2_p, chi2_quantile, normal_p, normal_quantile
from remit.stats.result import Result
from remit.stats.roots import bracketed

Ties = Literal["efron", "breslow"]
Labels: TypeAlias = tuple[float | int | str, ...]
MOST_STEPS = 100
FINE = 1e-18
"""Squared step, in standard errors, below which Newton's last step is exact to rounding."""
PATIENCE = 8
"""Steps after which a fit that has not settled is examined for a likelihood without a maximum."""
MOST_REACH = 1000.0
"""Standard deviations of a covariate over which its profile likelihood is looked at for an end."""
FAR = 30.0
"""How far along a likelihood that rises without end the other coefficients are sought: its rest is below exp(-30)."""


@dataclass(frozen=True, slots=True)
class Cox(Result):
    """Log hazard ratios with their tests. Tuples have one value per covariate.

    `covariance` is the inverse information, or the sandwich where `clusters` is not None; `se`, ends and p follow it.
    The three tests are of all coefficients being 0, chi-square on `df` (`wald` uses `covariance`; the others never
    do). `monotone` lists the columns whose coefficient is infinite: their se is nan, their interval is by profile
    likelihood, and `wald` is nan.
    """

    n: int
    events: int
    strata: int
    clusters: int | None
    ties: Ties
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    statistic: tuple[float, ...]
    p: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    null_log_likelihood: float
    df: int
    likelihood_ratio: float
    likelihood_ratio_p: float
    score: float
    score_p: float
    wald: float
    wald_p: float
    monotone: tuple[int, ...]
    level: float
    fit: "Fit"

    @property
    def hazard_ratio(self) -> tuple[float, ...]:
        """exp of each coefficient."""
        return tuple(float(v) for v in np.exp(self.estimate))


class Fit:
    """What later questions to a fit need: the sorted people, the coefficients and the moments at them."""

    def __init__(self, partial: Partial, beta: FloatArray, centre: FloatArray, labels: Labels) -> None:
        self.partial = partial
        self.beta = beta
        self.centre = centre
        self.labels = labels
        self.moments = partial.at(beta)


def cox(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    covariates: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> Cox:
    """Return the maximum partial likelihood fit.

    Parameters
    ----------
    time, event : shape (n,)
        As for `kaplan_meier`.
    covariates : shape (n,) or (n, p)
        For a trial, 1 in the arm and 0 in the comparator gives the log hazard ratio of arm against comparator.
    strata : shape (n,)
        Numbers or text; each stratum has its own baseline hazard.
    cluster : shape (n,)
        People who belong together (a centre, a study): the variance is then robust to their dependence.
    ties
        "efron", or "breslow", which is biased towards 0 with many ties.

    Raises
    ------
    InputError
        What `kaplan_meier` refuses; no event; a covariate that is missing, constant, or a combination of others
        among the people compared; fewer than two clusters; unknown ties.
    NotConverged
        No maximum within 100 steps.

    Notes
    -----
    Sources: Cox (1972), J R Stat Soc B 34:187-220; Efron (1977), J Am Stat Assoc 72:557-565; robust variance: Lin and
    Wei (1989), J Am Stat Assoc 84:1074-1078; likelihood without a maximum: Heinze and Schemper (2001), Biometrics
    57:114-119.
    """
    if ties not in ("efron", "breslow"):
        raise InputError(f"ties {ties!r}; expected one of efron, breslow")
    t, d = follow_up(time, event)
    x = design(covariates, t.size)
    if not d.any():
        raise InputError("nobody had the event; expected at least one; a hazard ratio needs events")
    labels, layer = (("all",), np.zeros(t.size, np.intp)) if strata is None else codes(strata, "strata", t.size)
    centre = x.mean(axis=0)
    partial = Partial(t, d, x - centre, layer, ties == "efron")
    start = partial.at(np.zeros(x.shape[1]))
    _must_vary(start, x)
    beta, top, runaway = _maximise(partial, start)
    fit = Fit(partial, beta, centre, labels)
    covariance = _inverse(top.information, runaway)
    members = None
    if cluster is not None:
        found, member = codes(cluster, "cluster", t.size)
        members = len(found)
        if members < 2:
            raise InputError("cluster is the same for everybody; expected at least two clusters")
        covariance = _sandwich(fit, covariance, member[partial.order], members)
    return _result(fit, start, covariance, runaway, _Ask(members, ties, level, t.size, int(d.sum()), len(labels)))


def design(covariates: npt.ArrayLike, people: int) -> FloatArray:
    """Return the covariates as (n, p) floats, checked."""
    x = _check.floats(covariates, "covariates")
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != people or x.shape[1] == 0:
        raise InputError(f"covariates have shape {x.shape}; expected a row for each of {people} people")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise InputError(
            f"covariates[{row}, {column}] is {x[row, column]}; expected a finite number; leave that person out"
        )
    return x


def _must_vary(start: Moments, x: FloatArray) -> None:
    """Refuse covariates whose effects cannot be told apart among the people compared."""
    scale = np.sqrt(np.maximum(np.diag(start.information), 0.0))
    size = np.abs(x).max(axis=0)
    flat = np.flatnonzero(scale <= 1e-9 * np.where(size > 0.0, size, 1.0))
    if flat.size:
        raise InputError(
            f"covariate {flat[0]} is the same for all people at risk at every event; leave it out; "
            "its hazard ratio cannot be estimated"
        )
    values = np.linalg.eigvalsh(start.information / np.outer(scale, scale))
    if values[0] < 1e-10:
        raise InputError("covariates are combinations of one another; leave one of them out")


def _maximise(
    partial: Partial, start: Moments, offset: FloatArray | None = None
) -> tuple[FloatArray, Moments, tuple[int, ...]]:
    """Newton's steps, halved where the likelihood falls; also the columns whose coefficient has no finite maximum."""
    here, beta = start, np.zeros(start.score.size)
    runaway: tuple[int, ...] = ()
    for count in range(MOST_STEPS):
        step, sure = _step(here)
        gain = float(step @ here.score)
        if sure and gain < (1e-12 if runaway else FINE):
            return (beta, here, runaway) if runaway else (beta + step, partial.at(beta + step, offset), ())
        there, step = _uphill(partial, here, beta, step, offset)
        if not sure or there is None or count == MOST_STEPS - 1:
            return _along(partial, offset)
        beta, here = beta + step, there
        if count >= PATIENCE:
            runaway = _without_end(partial, step)
    raise AssertionError("the last step returns or raises")


def _uphill(
    partial: Partial, here: Moments, beta: FloatArray, step: FloatArray, offset: FloatArray | None
) -> tuple[Moments | None, FloatArray]:
    """The moments after a step and the step, halved until the likelihood does not fall; None if it always does."""
    for _ in range(31):
        there = partial.at(beta + step, offset)
        if there.log_likelihood >= here.log_likelihood - 1e-12 * (1.0 + abs(here.log_likelihood)):
            return there, step
        step = step / 2.0
    return None, step


def _along(partial: Partial, offset: FloatArray | None) -> tuple[FloatArray, Moments, tuple[int, ...]]:
    """The maximum far along the way on which the likelihood rises without end; NotConverged if there is none."""
    found = recession(partial)
    if found is not None:
        way, runaway = found
        beta = FAR * way
        here = partial.at(beta, offset)
        for _ in range(MOST_STEPS if np.isfinite(here.log_likelihood) else 0):
            step, _ = _step(here)
            gain = float(step @ here.score)
            there, step = _uphill(partial, here, beta, step, offset)
            if gain < 1e-12 or (there is None and gain < 1e-6):
                return beta, here, runaway
            if there is None:
                break
            beta, here = beta + step, there
    raise NotConverged(f"no maximum of the partial likelihood in {MOST_STEPS} steps; rescale or leave out covariates")


def _step(here: Moments) -> tuple[FloatArray, bool]:
    """Newton's step, and whether the curvature is good enough for it; if it is not, the shortest step uphill."""
    size = np.sqrt(np.maximum(np.diag(here.information), 1e-300))
    scaled, slope = here.information / np.outer(size, size), here.score / size
    values, ways = np.linalg.eigh(scaled)
    along = ways.T @ slope
    kept = values > 1e-13
    step: FloatArray = ways[:, kept] @ (along[kept] / values[kept]) / size
    return step, bool(kept.all())


def _inverse(information: FloatArray, runaway: tuple[int, ...]) -> FloatArray:
    """Inverse information; 0 for columns without a maximum, whose information and its cross terms go to 0."""
    covariance = np.zeros(information.shape)
    kept = [k for k in range(information.shape[0]) if k not in runaway]
    if kept:
        covariance[np.ix_(kept, kept)] = np.linalg.inv(information[np.ix_(kept, kept)])
    return covariance


def _without_end(partial: Partial, step: FloatArray) -> tuple[int, ...]:
    """Columns that take part in a direction along which the likelihood never falls, or none.

    The direction is certain when everybody who dies has the highest value along it of all at risk then.
    """
    scale = partial.x.std(axis=0)
    size = np.abs(step) * scale
    way = np.where(size > 1e-4 * size.max(), step, 0.0)
    along = partial.x @ way
    highest = np.empty(along.size)
    starts = np.flatnonzero(np.concatenate(([True], partial.layer[1:] != partial.layer[:-1])))
    for first, last in zip(starts, [*starts[1:], along.size], strict=True):
        highest[first:last] = np.maximum.accumulate(along[first:last])
    short = highest[partial.block_end - 1][partial.row_block] - along[partial.dead]
    if short.max() > 1e-5 * float(np.ptp(along)):
        return ()
    return tuple(int(k) for k in np.flatnonzero(way))


def _sandwich(fit: Fit, covariance: FloatArray, member: npt.NDArray[np.intp], count: int) -> FloatArray:
    """Robust covariance: the sum over clusters of the outer product of their summed influences."""
    influence = score_residuals(fit) @ covariance
    summed = np.zeros((count, influence.shape[1]))
    np.add.at(summed, member, influence)
    product: FloatArray = summed.T @ summed
    return product


def score_residuals(fit: Fit) -> FloatArray:
    """Return each person's share of the score, shape (n, p), in the order of `fit.partial` (see its `order`)."""
    part, seen = fit.partial, fit.moments
    pieces = np.column_stack((1.0 / seen.total, seen.mean / seen.total[:, None]))
    whole = np.add.reduceat(pieces, part.begin, axis=0)
    less = np.add.reduceat(pieces * part.share[:, None], part.begin, axis=0)
    mean = np.add.reduceat(seen.mean, part.begin, axis=0) / part.deaths[:, None]
    since = np.concatenate((np.cumsum(whole[::-1], axis=0)[::-1], np.zeros((1, pieces.shape[1]))))
    first = np.searchsorted(part.block_end, np.arange(part.time.size), side="right")
    last = np.searchsorted(part.block_layer, part.layer, side="right")
    exposure = since[first] - since[last]
    residual: FloatArray = -(exposure[:, :1] * part.x - exposure[:, 1:]) * seen.risk[:, None]
    own, dead = part.row_block, part.dead
    back = (less[own, :1] * part.x[dead] - less[own, 1:]) * seen.risk[dead][:, None]
    residual[dead] += part.x[dead] - mean[own] + back
    return residual


@dataclass(frozen=True, slots=True)
class _Ask:
    """What was asked, and the sizes of what it was asked of."""

    clusters: int | None
    ties: Ties
    level: float
    n: int
    events: int
    strata: int


def _result(fit: Fit, start: Moments, covariance: FloatArray, runaway: tuple[int, ...], ask: _Ask) -> Cox:
    top, beta = fit.moments, fit.beta.copy()
    se = np.sqrt(np.diag(covariance))
    z = np.divide(beta, se, out=np.full_like(beta, np.nan), where=se > 0.0)
    half = normal_quantile(ask.level) * se
    lower, upper = beta - half, beta + half
    for k in runaway:
        lower[k], upper[k] = _profile_ends(fit, k, ask.level)
        beta[k] = np.copysign(np.inf, beta[k])
        se[k] = z[k] = np.nan
        covariance[k, :] = covariance[:, k] = np.nan
    df = beta.size
    ratio = 2.0 * (top.log_likelihood - start.log_likelihood)
    score = float(start.score @ np.linalg.solve(start.information, start.score))
    singular = bool(runaway) or np.linalg.matrix_rank(covariance, hermitian=True) < df
    wald = float("nan") if singular else float(fit.beta @ np.linalg.solve(covariance, fit.beta))
    return Cox(
        n=ask.n,
        events=ask.events,
        strata=ask.strata,
        clusters=ask.clusters,
        ties=ask.ties,
        estimate=tuple(beta.tolist()),
        se=tuple(se.tolist()),
        lower=tuple(lower.tolist()),
        upper=tuple(upper.tolist()),
        statistic=tuple(z.tolist()),
        p=tuple(normal_p(float(v)) for v in z),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        log_likelihood=top.log_likelihood,
        null_log_likelihood=start.log_likelihood,
        df=df,
        likelihood_ratio=ratio,
        likelihood_ratio_p=chi2_p(ratio, df),
        score=score,
        score_p=chi2_p(score, df),
        wald=wald,
        wald_p=float("nan") if singular else chi2_p(wald, df),
        monotone=runaway,
        level=ask.level,
        fit=fit,
    )


def _profile_ends(fit: Fit, column: int, level: float) -> tuple[float, float]:
    """Ends of the profile likelihood interval of a coefficient that has no maximum; nan for one that is not found."""
    part, sign = fit.partial, float(np.sign(fit.beta[column]))
    others = np.flatnonzero(np.arange(fit.beta.size) != column)
    rest = part.without(column) if others.size else None
    drop = chi2_quantile(1.0 - level, 1.0) / 2.0
    best = fit.moments.log_likelihood

    def below(b: float) -> float:
        offset = part.x[:, column] * b
        if rest is None:
            return part.at(np.array([b])).log_likelihood - best + drop
        start = rest.at(np.zeros(others.size), offset)
        return _maximise(rest, start, offset)[1].log_likelihood - best + drop

    far = fit.beta[column]
    reach = 1.0 / float(part.x[:, column].std())
    near = far - sign * reach
    try:
        while below(near) > 0.0:
            if abs(near - far) > MOST_REACH * reach:
                return float("-inf"), float("inf")
            near -= sign * abs(near - far)
        finite = bracketed(below, min(near, far), max(near, far), 1e-10)
    except NotConverged:
        finite = float("nan")
    return (finite, float("inf")) if sign > 0 else (float("-inf"), finite)
