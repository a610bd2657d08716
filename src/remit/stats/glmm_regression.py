"""What moves proportions: binomial counts within studies, logits with moderators and normal residuals between them."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._mixture import BinomialOffset
from remit.stats._surface import FLAT, LOOKS
from remit.stats.interval import chi2_p, normal_p, normal_quantile, t_p, t_quantile
from remit.stats.likelihood_kernels import REACH, STEP
from remit.stats.regression import design_matrix
from remit.stats.result import Result
from remit.stats.roots import bracketed

_ROOT = math.sqrt(2.0 * math.pi)
MOST_STEPS = 60
FARTHEST = 25.0  # on the logit: a fitted proportion within 1e-11 of 0 or 1 is one that has no maximum inside


@dataclass(frozen=True, slots=True)
class ProportionRegression(Result):
    """Coefficients on the logit with Wald intervals; tau2 is the residual variance between studies.

    `moderators` is the likelihood-ratio test, and `moderators_wald` the Wald statistic, that every column which is not
    constant has coefficient 0, both on `moderators_df` degrees of freedom.
    """

    k: int
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    p: tuple[float, ...]
    tau2: float
    log_likelihood: float
    moderators: float
    moderators_df: int
    moderators_p: float
    moderators_wald: float
    level: float = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Height of the log-likelihood at (beta, tau), with gradient and Hessian in that order."""

    beta: FloatArray
    tau: float
    height: float
    gradient: FloatArray
    hessian: FloatArray


def regress_proportions(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    design: npt.ArrayLike,
    interval: Literal["wald", "t"] = "wald",
    level: float = 0.95,
) -> ProportionRegression:
    """Return the maximum likelihood fit of logit(p) ~ Normal(design @ beta, tau2); `design` has shape (k, p), p < k.

    The design brings its own column of ones. The same integral and the same look along tau as in
    `glmm.pool_proportions`, which this equals for a column of ones alone. Raises InputError where a group of studies
    that the design tells apart has every cell at 0 % or every cell at 100 %, as its coefficient is then infinite.
    """
    x, n = _check.cells(events, totals)
    columns = design_matrix(design, x.size)
    if interval not in ("wald", "t"):
        raise InputError(f"interval {interval!r}; expected wald or t")
    within = BinomialOffset(x, n, np.zeros_like(x))
    top = _summit(within, columns)
    covariance = _covariance(top)
    se = np.sqrt(np.diag(covariance))
    df = x.size - columns.shape[1]
    half = (normal_quantile(level) if interval == "wald" else t_quantile(level, df)) * se
    z = (top.beta / se).tolist()
    moving = np.flatnonzero(np.ptp(columns, axis=0) > 0.0)
    still = np.delete(columns, moving, axis=1)
    ratio = 2.0 * (top.height - _summit(within, still).height) if moving.size and still.size else 0.0
    b = top.beta[moving]
    wald = float(b @ np.linalg.solve(covariance[np.ix_(moving, moving)], b)) if moving.size else 0.0
    return ProportionRegression(
        k=x.size,
        estimate=tuple(top.beta.tolist()),
        se=tuple(se.tolist()),
        lower=tuple((top.beta - half).tolist()),
        upper=tuple((top.beta + half).tolist()),
        p=tuple(normal_p(t) if interval == "wald" else t_p(t, df) for t in z),
        tau2=top.tau**2,
        log_likelihood=top.height,
        moderators=max(ratio, 0.0),
        moderators_df=moving.size,
        moderators_p=chi2_p(ratio, moving.size),
        moderators_wald=wald,
        level=level,
    )


def _covariance(top: _Place) -> FloatArray:
    """Return the covariance of beta from the whole Hessian; at tau = 0 from its own part."""
    p = top.beta.size
    part = top.hessian[:p, :p] if top.tau == 0.0 else top.hessian
    return np.asarray(np.linalg.inv(-part)[:p, :p], dtype=np.float64)


def _summit(within: BinomialOffset, columns: FloatArray) -> _Place:
    """Return the highest place; the ridge over tau is looked at from end to end and every crossing is solved."""
    ridge = [_climb(within, columns, 0.0, np.zeros(columns.shape[1]))]
    for tau in LOOKS:
        ridge.append(_climb(within, columns, tau, ridge[-1].beta))
    slopes = [float(ridge[0].hessian[-1, -1])] + [float(p.gradient[-1]) for p in ridge[1:]]
    tops = [ridge[0]]
    for i in range(len(LOOKS)):
        if slopes[i] > 0.0 >= slopes[i + 1]:
            tops.append(_between(within, columns, ridge[i], ridge[i + 1]))
    if slopes[-1] > 0.0:
        tops.append(ridge[-1])
    best = max(p.height for p in tops)
    return next(p for p in tops if p.height >= best - FLAT * (1.0 + abs(best)))


def _between(within: BinomialOffset, columns: FloatArray, left: _Place, right: _Place) -> _Place:
    def slope(tau: float) -> float:
        if tau == 0.0:
            return float(left.hessian[-1, -1])
        return float(_climb(within, columns, tau, left.beta).gradient[-1]) / tau

    return _climb(within, columns, bracketed(slope, left.tau, right.tau, 1e-9), left.beta)


def _climb(within: BinomialOffset, columns: FloatArray, tau: float, beta: FloatArray) -> _Place:
    """Return the highest place with this tau; concave in beta, so Newton's steps, shortened until they climb."""
    here = _at(within, columns, beta, tau)
    p = beta.size
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(-here.hessian[:p, :p], here.gradient[:p])
        size = float(np.abs(step).max())
        if size < 1e-10:
            return here
        step *= min(1.0, 3.0 / size)
        for _ in range(40):
            there = _at(within, columns, here.beta + step, tau)
            if there.height >= here.height - 1e-11 * (1.0 + abs(here.height)):
                break
            step *= 0.5
        if float(np.abs(columns @ there.beta).max()) > FARTHEST + 6.0 * tau:
            raise InputError("a coefficient grows without end; a group of studies has only 0 % or only 100 % cells")
        here = there
    raise NotConverged(f"no maximum at tau = {tau:g} in {MOST_STEPS} steps")


def _at(within: BinomialOffset, columns: FloatArray, beta: FloatArray, tau: float) -> _Place:
    """Return height, gradient and Hessian: posterior moments over u, as in `_mixture`."""
    centre = columns @ beta
    if tau == 0.0:
        height, slope, fall = (part[:, 0] for part in within.terms(centre[:, None]))
        hessian = np.zeros((beta.size + 1, beta.size + 1))
        hessian[:-1, :-1] = -(columns.T * fall) @ columns
        hessian[-1, -1] = float(slope @ slope - fall.sum())
        return _Place(beta, 0.0, float(height.sum()), np.append(columns.T @ slope, 0.0), hessian)
    u = _nodes(within, centre, tau)
    height, slope, fall = within.terms(centre[:, None] + tau * u)
    joint = height - 0.5 * u * u
    peak = joint.max(axis=1)
    mass = np.exp(joint - peak[:, None])
    total = mass.sum(axis=1)
    mass /= total[:, None]
    r, ur = (mass * slope).sum(axis=1), (mass * slope) @ u
    inner = mass * (slope * slope - fall)
    bb, bt, tt = inner.sum(axis=1) - r * r, inner @ u - r * ur, inner @ (u * u) - ur * ur
    cross = columns.T @ bt
    hessian = np.block([[(columns.T * bb) @ columns, cross[:, None]], [cross[None, :], np.array([[tt.sum()]])]])
    level = float(np.sum(peak + np.log(total))) + within.k * math.log(float(u[1] - u[0]) / _ROOT)
    return _Place(beta, tau, level, np.append(columns.T @ r, ur.sum()), hessian)


def _nodes(within: BinomialOffset, centre: FloatArray, tau: float) -> FloatArray:
    pull = tau * within.terms(centre[:, None])[1][:, 0]
    shift = np.copysign(np.minimum(np.abs(within.peak - centre) / tau, np.abs(pull)), pull)
    low, high = min(0.0, float(shift.min())) - REACH, max(0.0, float(shift.max())) + REACH
    step = min(STEP / math.sqrt(1.0 + tau * tau * within.most), 0.5, 0.6 / tau)
    return np.linspace(low, high, math.ceil((high - low) / step) + 1)
