"""Questions to a Cox fit: are hazards proportional, who departs from it, and what is the baseline hazard."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats._check import FloatArray
from remit.stats._partial import Partial
from remit.stats._people import level_before, tabulate
from remit.stats.cox import Cox
from remit.stats.interval import chi2_p
from remit.stats.result import Result

Transform = Literal["kaplan-meier", "rank", "identity", "log"]


@dataclass(frozen=True, slots=True)
class Proportionality(Result):
    """Test of proportional hazards: one chi-square (1 df) per covariate, and one for all (`df`).

    A small p says that a hazard ratio changes with (a transform of) time, so one number does not tell it.
    """

    statistic: tuple[float, ...]
    p: tuple[float, ...]
    overall: float
    df: int
    overall_p: float
    transform: Transform


@dataclass(frozen=True, slots=True)
class Schoenfeld(Result):
    """Per death, its covariates less their mean over people at risk: `residual` has shape (deaths, p), by time."""

    time: FloatArray
    residual: FloatArray
    scaled: FloatArray


@dataclass(frozen=True, slots=True)
class BaselineHazard(Result):
    """Cumulative hazard of a person with the covariates `at`, in one stratum, at each time with a death."""

    stratum: float | int | str
    at: tuple[float, ...]
    time: FloatArray
    hazard: FloatArray
    survival: FloatArray


def proportional_hazards(fit: Cox, *, transform: Transform = "kaplan-meier") -> Proportionality:
    """Return the score test that no coefficient moves with g(t).

    g is 1 - S(t-) of all people ("kaplan-meier"), the rank of its time among all, time itself, or its logarithm.
    It is the exact score test of adding x g(t) to the model, not the approximation by one constant variance.

    Raises
    ------
    InputError
        An unknown transform; a coefficient that is infinite; deaths at one time only; log of a death at time 0.

    Notes
    -----
    Source: Grambsch and Therneau (1994), Biometrika 81:515-526; Therneau and Grambsch (2000), Modeling Survival Data,
    section 6.2.
    """
    _finite(fit)
    part, seen = fit.fit.partial, fit.fit.moments
    g = _clock(part, transform)[part.row_block]
    g = g - g.mean()
    if not np.any(np.abs(g) > 0.0):
        raise InputError("all deaths happened at one time; expected several; a change over time cannot be seen")
    each = _information(fit)
    own = part.x[part.dead] - seen.mean
    score = own.T @ g
    plain, mixed, squared = (np.einsum("r,rij->ij", w, each) for w in (np.ones_like(g), g, g * g))
    left = squared - mixed @ np.linalg.solve(plain, mixed)
    overall = float(score @ np.linalg.solve(left, score))
    single = score * score / np.diag(left)
    return Proportionality(
        statistic=tuple(single.tolist()),
        p=tuple(chi2_p(float(s), 1) for s in single),
        overall=overall,
        df=score.size,
        overall_p=chi2_p(overall, score.size),
        transform=transform,
    )


def schoenfeld(fit: Cox) -> Schoenfeld:
    """Return Schoenfeld's residuals and the scaled ones: beta + residual x covariance x number of deaths.

    Source: Schoenfeld (1982), Biometrika 69:239-241; scaling: Grambsch and Therneau (1994), Biometrika 81:515-526.
    InputError when a coefficient is infinite.
    """
    _finite(fit)
    part, seen = fit.fit.partial, fit.fit.moments
    mean = np.add.reduceat(seen.mean, part.begin, axis=0) / part.deaths[:, None]
    residual = part.x[part.dead] - mean[part.row_block]
    order = np.lexsort((part.time[part.dead], part.layer[part.dead]))
    residual = residual[order]
    scaled = fit.fit.beta + residual @ np.linalg.inv(seen.information) * residual.shape[0]
    return Schoenfeld(part.time[part.dead][order], residual, scaled)


def baseline_hazard(fit: Cox, at: npt.ArrayLike | None = None) -> tuple[BaselineHazard, ...]:
    """Return the cumulative hazard of a person with covariates `at` (all 0 if None), one result per stratum.

    Breslow's estimate, with Efron's share of tied deaths where the fit used it. InputError when a coefficient is
    infinite or `at` has not one value per covariate.
    """
    _finite(fit)
    part, seen = fit.fit.partial, fit.fit.moments
    p = fit.fit.beta.size
    person = np.zeros(p) if at is None else np.asarray(at, dtype=np.float64)
    if person.shape != (p,):
        raise InputError(f"at has shape {person.shape}; expected {p} values, one per covariate")
    steps = np.add.reduceat(1.0 / seen.total, part.begin) * np.exp((person - fit.fit.centre) @ fit.fit.beta)
    found = []
    for s, label in enumerate(fit.fit.labels):
        mine = np.flatnonzero(part.block_layer == s)[::-1]
        hazard = np.cumsum(steps[mine])
        found.append(BaselineHazard(label, tuple(person.tolist()), part.block_time[mine], hazard, np.exp(-hazard)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Concordance(Result):
    """Share of comparable pairs of which the one with the higher risk has the event first; ties in risk count half."""

    estimate: float
    se: float
    pairs: float


def concordance(fit: Cox) -> Concordance:
    """Return Harrell's C with its standard error by the infinitesimal jackknife. InputError without comparable pairs.

    Pairs are compared within strata. Source: Harrell, Lee and Mark (1996), Stat Med 15:361-387. Work grows with events
    times people.
    """
    _finite(fit)
    part = fit.fit.partial
    risk = part.x @ fit.fit.beta
    risk = np.round(risk, 12)
    agree, every = np.zeros(risk.size), np.zeros(risk.size)
    for i in part.dead.tolist():
        later = (part.time > part.time[i]) | ((part.time == part.time[i]) & ~part.event)
        later &= part.layer == part.layer[i]
        score = np.where(later, (risk[i] > risk) + 0.5 * (risk[i] == risk), 0.0)
        agree += score
        every += later
        agree[i] += score.sum()
        every[i] += later.sum()
    pairs = float(every.sum()) / 2.0
    if pairs == 0.0:
        raise InputError("no pair of people can be compared; expected a death before somebody's last follow-up")
    share = float(agree.sum()) / 2.0 / pairs
    return Concordance(share, float(np.sqrt(np.sum((agree - share * every) ** 2))) / pairs, pairs)


def _finite(fit: Cox) -> None:
    if fit.monotone:
        raise InputError(f"the coefficient of covariate {fit.monotone[0]} is infinite; leave that covariate out first")


def _clock(part: Partial, transform: Transform) -> FloatArray:
    """g at each block of deaths."""
    times = part.block_time
    if transform == "kaplan-meier":
        table = tabulate(part.time, part.event)
        survival = np.asarray(np.cumprod(1.0 - table.n_event / table.n_risk), dtype=np.float64)
        return 1.0 - level_before(table.time, survival, 1.0, times, left=True)
    if transform == "rank":
        order = np.sort(part.time)
        first, last = (np.searchsorted(order, times, side=side) for side in ("left", "right"))
        return np.asarray((first + last + 1) / 2.0, dtype=np.float64)
    if transform == "identity":
        return times
    if transform == "log":
        if times.min() <= 0.0:
            raise InputError("a death at time 0 has no logarithm; choose another transform")
        return np.log(times)
    raise InputError(f"transform {transform!r}; expected one of kaplan-meier, rank, identity, log")


def _information(fit: Cox) -> FloatArray:
    """Information of each death row, shape (deaths, p, p)."""
    part = fit.fit.partial
    return part.row_information(fit.fit.beta)
