"""Location-scale model: what moves effects, and what makes them more or less alike.

Effects are regressed on one design; the logarithm of tau2 on another. Where the second design is a column of ones this
is meta-regression with one tau2.

Source: Viechtbauer and Lopez-Lopez (2022), Res Synth Methods 13:697-715.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._mixed import Convergence
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.regression import design_matrix
from remit.stats.residual_tau2 import Weighted, tau2_given
from remit.stats.result import Result

FLATTEST = 1e-7  # largest slope of a fit that counts as converged
SAME = 1e-6
NOWHERE = -25.0  # log of tau2 beside the smallest variance below which tau2 is nothing


@dataclass(frozen=True, slots=True)
class LocationScale(Result):
    """Coefficients of effects (location) and of log tau2 (scale), each with normal intervals and p.

    `tau2` is one per study. `moderators` tests all location coefficients that are not constant, `scale_moderators` all
    such scale coefficients, each a chi-square on its df. The covariance of scale coefficients is the inverse of the
    observed information of the (restricted) likelihood.
    """

    k: int
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    p: tuple[float, ...]
    scale: tuple[float, ...]
    scale_se: tuple[float, ...]
    scale_lower: tuple[float, ...]
    scale_upper: tuple[float, ...]
    scale_p: tuple[float, ...]
    tau2: tuple[float, ...]
    moderators: float
    moderators_df: int
    moderators_p: float
    scale_moderators: float
    scale_moderators_df: int
    scale_moderators_p: float
    log_likelihood: float
    method: str
    convergence: Convergence
    level: float = 0.95


class _Likelihood:
    """The (restricted) likelihood as a function of the scale coefficients, on an orthonormal scale design."""

    def __init__(self, y: FloatArray, v: FloatArray, x: FloatArray, z: FloatArray, restricted: bool) -> None:
        self.y, self.v, self.x, self.z, self.restricted = y, v, x, z, restricted
        self.constant = (y.size - restricted * x.shape[1]) * math.log(2.0 * math.pi)
        self.constant -= float(np.linalg.slogdet(x.T @ x)[1]) if restricted else 0.0

    def fit(self, alpha: FloatArray) -> tuple[Weighted, FloatArray]:
        """Return the weighted fit and the tau2 of every study."""
        tau2 = np.exp(np.clip(self.z @ alpha, -80.0, 80.0))
        return Weighted(self.y, self.v + tau2, self.x, 0.0), tau2

    def look(self, alpha: FloatArray) -> tuple[float, FloatArray]:
        """Return minus the log-likelihood and minus its slopes."""
        fit, tau2 = self.fit(alpha)
        w = fit.weights
        trace = w * (1.0 - fit.leverage) if self.restricted else w
        slope = 0.5 * ((w * fit.residuals) ** 2 - trace) * tau2
        return 0.5 * self.constant - fit.log_likelihood(self.restricted), -(slope @ self.z)

    def hessian(self, alpha: FloatArray) -> FloatArray:
        """Return minus the observed information, by central differences of exact slopes."""
        out = np.empty((alpha.size, alpha.size))
        for i in range(alpha.size):
            step = np.zeros(alpha.size)
            step[i] = 1e-5 * max(1.0, abs(float(alpha[i])))
            out[i] = (self.look(alpha + step)[1] - self.look(alpha - step)[1]) / (2.0 * step[i])
        return np.asarray(0.5 * (out + out.T), dtype=np.float64)


def location_scale(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    design: npt.ArrayLike,
    scale_design: npt.ArrayLike,
    method: Literal["reml", "ml"] = "reml",
    level: float = 0.95,
) -> LocationScale:
    """Return the fit of y ~ Normal(X beta, v + exp(Z alpha)).

    Parameters
    ----------
    effect, variance : shape (k,)
    design, scale_design : shapes (k, p) and (k, q), p and q below k, full rank; the caller puts in columns of ones.

    Notes
    -----
    Exact slopes, several starts, Newton's steps at the end.

    Raises
    ------
    InputError
        Shapes that do not match or designs of deficient rank.
    NotConverged
        The likelihood rises for ever as some tau2 goes to 0 (studies no more unlike than chance), or stays tilted.
    """
    y, v = _check.studies(effect, variance)
    x, z = design_matrix(design, y.size), design_matrix(scale_design, y.size)
    if method not in ("reml", "ml"):
        raise InputError(f"method {method!r}; expected reml or ml")
    unit = math.sqrt(float(v.mean()))
    basis, triangle = np.linalg.qr(z)
    it = _Likelihood(y / unit, v / unit**2, x, basis, method == "reml")
    inner, convergence = _climb(it)
    fit, _ = it.fit(inner)
    inverse = np.linalg.inv(triangle)
    shift = np.linalg.lstsq(z, np.full(y.size, 2.0 * math.log(unit)))[0]
    if not np.allclose(z @ shift, 2.0 * math.log(unit), atol=1e-9):
        return _refit_in_units(y, v, x, z, method, level)
    alpha = inverse @ inner + shift
    alpha_covariance = inverse @ np.linalg.inv(it.hessian(inner)) @ inverse.T
    free = y.size - x.shape[1] if method == "reml" else y.size
    height = -it.look(inner)[0] - free * math.log(unit)
    return _result(
        fit.beta * unit, fit.covariance * unit**2, alpha, alpha_covariance, x, z, height, method, level, convergence
    )


def _refit_in_units(
    y: FloatArray, v: FloatArray, x: FloatArray, z: FloatArray, method: str, level: float
) -> LocationScale:
    """Fit where the scale design holds no constant, so that tau2 cannot be rescaled."""
    basis, triangle = np.linalg.qr(z)
    it = _Likelihood(y, v, x, basis, method == "reml")
    inner, convergence = _climb(it)
    fit, _ = it.fit(inner)
    inverse = np.linalg.inv(triangle)
    covariance = inverse @ np.linalg.inv(it.hessian(inner)) @ inverse.T
    return _result(
        fit.beta, fit.covariance, inverse @ inner, covariance, x, z, -it.look(inner)[0], method, level, convergence
    )


def _climb(it: _Likelihood) -> tuple[FloatArray, Convergence]:
    """Return the highest point over several starts; NotConverged where there is none."""
    ends = []
    for start in _starts(it):
        found = minimize(it.look, start, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 500})
        ends.append((float(found.fun), np.asarray(found.x, dtype=np.float64)))
    height, alpha = min(ends, key=lambda end: end[0])
    for _ in range(30):
        value, slope = it.look(alpha)
        hessian = it.hessian(alpha)
        if float(np.linalg.eigvalsh(hessian)[0]) <= 0.0 or float(np.abs(slope).max()) < 1e-11:
            break
        ahead = alpha - np.linalg.solve(hessian, slope)
        if it.look(ahead)[0] > value + 1e-10 or np.abs(it.look(ahead)[1]).max() >= np.abs(slope).max():
            break
        alpha = ahead
    size = float(np.abs(it.look(alpha)[1]).max())
    lowest = float((it.z @ alpha).min()) - math.log(float(it.v.min()))
    steep = float(np.linalg.eigvalsh(it.hessian(alpha))[0])
    if lowest < NOWHERE or steep < 1e-6:
        raise NotConverged(
            "the likelihood rises as tau2 goes to 0 for some studies, so log tau2 has no estimate; "
            "drop a scale column, or report one tau2"
        )
    if not size <= FLATTEST:
        raise NotConverged(f"the likelihood still has a slope of {size:.2g}; fit fewer scale columns")
    agreeing = sum(end[0] < height + SAME for end in ends)
    return alpha, Convergence(size, len(ends), agreeing)


def _starts(it: _Likelihood) -> list[FloatArray]:
    """Return scale coefficients near one tau2 for all, larger and smaller, and from squared residuals."""
    tau2 = tau2_given(it.y, it.v, it.x, "reml")
    base = max(tau2, 0.05 * float(it.v.mean()))
    fit = Weighted(it.y, it.v, it.x, base)
    spread = np.log(np.maximum(fit.residuals**2 - it.v, 0.1 * base))
    return [it.z.T @ np.full(it.y.size, math.log(base * s)) for s in (1.0, 0.2, 4.0)] + [it.z.T @ spread]


def _result(
    beta: FloatArray,
    covariance: FloatArray,
    alpha: FloatArray,
    alpha_covariance: FloatArray,
    x: FloatArray,
    z: FloatArray,
    height: float,
    method: str,
    level: float,
    convergence: Convergence,
) -> LocationScale:
    crit = normal_quantile(level)
    se, scale_se = np.sqrt(np.diag(covariance)), np.sqrt(np.diag(alpha_covariance))
    q, df = _chi_square(beta, covariance, x)
    scale_q, scale_df = _chi_square(alpha, alpha_covariance, z)
    return LocationScale(
        k=x.shape[0],
        estimate=_floats(beta),
        se=_floats(se),
        lower=_floats(beta - crit * se),
        upper=_floats(beta + crit * se),
        p=tuple(normal_p(t) for t in (beta / se).tolist()),
        scale=_floats(alpha),
        scale_se=_floats(scale_se),
        scale_lower=_floats(alpha - crit * scale_se),
        scale_upper=_floats(alpha + crit * scale_se),
        scale_p=tuple(normal_p(t) for t in (alpha / scale_se).tolist()),
        tau2=_floats(np.exp(z @ alpha)),
        moderators=q,
        moderators_df=df,
        moderators_p=chi2_p(q, df),
        scale_moderators=scale_q,
        scale_moderators_df=scale_df,
        scale_moderators_p=chi2_p(scale_q, scale_df),
        log_likelihood=height,
        method=method,
        convergence=convergence,
        level=level,
    )


def _chi_square(b: FloatArray, covariance: FloatArray, design: FloatArray) -> tuple[float, int]:
    moving = np.flatnonzero(np.ptp(design, axis=0) > 0.0)
    if not moving.size:
        return 0.0, 0
    return float(b[moving] @ np.linalg.solve(covariance[np.ix_(moving, moving)], b[moving])), int(moving.size)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
