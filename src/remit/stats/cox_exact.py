"""Cox regression with tied deaths taken as they are: the exact conditional likelihood of discrete time.

Where many people die at one recorded time because time was recorded coarsely, Efron's correction is right; where time
itself is discrete (cycles of treatment), this is. Without ties both are the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats._check import FloatArray
from remit.stats._people import BoolArray, codes, follow_up
from remit.stats.cox import design
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.result import Result

MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class ExactCox(Result):
    """Log odds ratios of dying at a time, one per covariate, with the tests that all are 0 (chi-square on `df`)."""

    n: int
    events: int
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    p: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    null_log_likelihood: float
    df: int
    likelihood_ratio: float
    likelihood_ratio_p: float
    score: float
    wald: float
    level: float


@dataclass(frozen=True, slots=True)
class _Block:
    """One time with deaths: covariates of those at risk, the sum over those who die, and how many die."""

    x: FloatArray
    dead: FloatArray
    deaths: int


def cox_exact(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    covariates: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> ExactCox:
    """Return the maximum of the exact conditional likelihood; arguments as for `cox.cox`.

    Source: Cox (1972), J R Stat Soc B 34:187-220, section 6; sums over all sets of those who might have died by the
    recursion of Gail, Lubin and Rubinstein (1981), Biometrika 68:703-707. Work grows with people times tied deaths.

    Raises InputError as `cox.cox`, NotConverged when there is no maximum within 40 steps (a coefficient that is
    infinite among them: `cox.cox` reports those).
    """
    t, d = follow_up(time, event)
    x = design(covariates, t.size)
    if not d.any():
        raise InputError("nobody had the event; expected at least one; a hazard ratio needs events")
    layer = np.zeros(t.size, np.intp) if strata is None else codes(strata, "strata", t.size)[1]
    blocks = _blocks(t, d, x - x.mean(axis=0), layer)
    beta = np.zeros(x.shape[1])
    start = here = _likelihood(blocks, beta)
    for _ in range(MOST_STEPS):
        if np.linalg.matrix_rank(here[2], hermitian=True) < beta.size:
            raise InputError("a covariate is constant among those compared, or a combination of others; leave it out")
        step = np.linalg.solve(here[2], here[1])
        beta = beta + step
        here = _likelihood(blocks, beta)
        if float(step @ here[2] @ step) < 1e-18:
            return _result(beta, start, here, (t.size, int(d.sum()), level))
    raise NotConverged(f"no maximum of the exact likelihood in {MOST_STEPS} steps; see what cox.cox reports")


def _blocks(t: FloatArray, d: BoolArray, x: FloatArray, layer: npt.NDArray[np.intp]) -> list[_Block]:
    found = []
    for s in np.unique(layer):
        inside = layer == s
        for at in np.unique(t[inside & d]):
            dead = inside & d & (t == at)
            found.append(_Block(x[inside & (t >= at)], x[dead].sum(axis=0), int(dead.sum())))
    return found


_Point = tuple[float, FloatArray, FloatArray]


def _likelihood(blocks: list[_Block], beta: FloatArray) -> _Point:
    """Log-likelihood, its slope and its information."""
    total, slope, information = 0.0, np.zeros(beta.size), np.zeros((beta.size, beta.size))
    for block in blocks:
        logarithm, mean, variance = _sets(block, beta)
        total += float(block.dead @ beta) - logarithm
        slope = slope + block.dead - mean
        information = information + variance
    return total, slope, information


def _sets(block: _Block, beta: FloatArray) -> _Point:
    """Log of the sum over sets of `deaths` people of the product of their risks, with mean and variance of their x."""
    eta = block.x @ beta
    top = float(eta.max())
    risk, d, p = np.exp(eta - top), block.deaths, beta.size
    sums, first, second = np.zeros(d + 1), np.zeros((d + 1, p)), np.zeros((d + 1, p, p))
    sums[0] = 1.0
    for r, row in zip(risk.tolist(), block.x, strict=True):
        crossed = first[:-1, :, None] * row
        second[1:] += r * (
            second[:-1] + crossed + crossed.transpose(0, 2, 1) + sums[:-1, None, None] * np.outer(row, row)
        )
        first[1:] += r * (first[:-1] + sums[:-1, None] * row)
        sums[1:] += r * sums[:-1]
    mean = first[d] / sums[d]
    return float(np.log(sums[d])) + d * top, mean, second[d] / sums[d] - np.outer(mean, mean)


def _result(beta: FloatArray, start: _Point, top: _Point, sizes: tuple[int, int, float]) -> ExactCox:
    n, events, level = sizes
    covariance = np.linalg.inv(top[2])
    se = np.sqrt(np.diag(covariance))
    half = normal_quantile(level) * se
    ratio = 2.0 * (top[0] - start[0])
    return ExactCox(
        n=n,
        events=events,
        estimate=tuple(beta.tolist()),
        se=tuple(se.tolist()),
        lower=tuple((beta - half).tolist()),
        upper=tuple((beta + half).tolist()),
        p=tuple(normal_p(float(z)) for z in beta / se),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        log_likelihood=top[0],
        null_log_likelihood=start[0],
        df=beta.size,
        likelihood_ratio=ratio,
        likelihood_ratio_p=chi2_p(ratio, beta.size),
        score=float(start[1] @ np.linalg.solve(start[2], start[1])),
        wald=float(beta @ top[2] @ beta),
        level=level,
    )
