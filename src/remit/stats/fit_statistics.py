"""What a fit of the normal-normal model says of itself: likelihoods, information criteria, and the error of tau2.

For pooling and meta-regression alike; leave the design out for pooling. All are of the model at a stated tau2,
whichever estimator gave it.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.regression import design_matrix
from remit.stats.residual_tau2 import Estimator, Weighted
from remit.stats.result import Result

ROOT_2PI = math.log(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Information(Result):
    """A log-likelihood with its deviance and information criteria; smaller criteria are better.

    deviance: twice the distance from the saturated likelihood (plain), or minus twice the restricted log-likelihood.
    Restricted ones compare fits of one design only. aicc is AIC with Hurvich and Tsai's correction.
    """

    parameters: int
    log_likelihood: float
    deviance: float
    aic: float
    bic: float
    aicc: float


@dataclass(frozen=True, slots=True)
class FitStatistics(Result):
    """The plain and the restricted likelihood of one fit at one tau2."""

    k: int
    tau2: float
    plain: Information
    restricted: Information


def fit_statistics(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    tau2: float,
    design: npt.ArrayLike | None = None,
    estimated: bool = True,
) -> FitStatistics:
    """Return likelihoods and information criteria at `tau2`, maximised over the coefficients.

    `estimated` counts tau2 as a parameter; say False for a common effect. Source: Viechtbauer et al. (2015), Psychol
    Methods 20:360-374; Akaike (1974); Schwarz (1978); Hurvich and Tsai (1989), Biometrika 76:297-307.
    Raises InputError as `meta_regression` does, and for a negative tau2.
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(np.ones((y.size, 1)) if design is None else design, y.size)
    fit, between = Weighted(y, v, x, _at_least_zero(tau2)), float(tau2)
    k, p = x.shape
    counted = p + (1 if estimated else 0)
    logs = float(np.log(fit.weights).sum())
    plain = 0.5 * (logs - fit.q - k * ROOT_2PI)
    saturated = -0.5 * (float(np.log(v).sum()) + k * ROOT_2PI)
    spread = float(np.linalg.slogdet(x.T @ x)[1]) + float(np.linalg.slogdet(fit.covariance)[1])
    restricted = 0.5 * (logs + spread - fit.q - (k - p) * ROOT_2PI)
    return FitStatistics(
        k,
        between,
        _information(plain, -2.0 * (plain - saturated), counted, k),
        _information(restricted, -2.0 * restricted, counted, k - p),
    )


def tau2_se(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    tau2: float,
    estimator: Estimator = "reml",
    design: npt.ArrayLike | None = None,
) -> float:
    """Return the standard error of `tau2` as `estimator` gave it, in squared units of the effect.

    For likelihoods from the expected information; for moment estimators from the variance of their quadratic form at
    `tau2`; for Paule and Mandel's from that of Q at the root. It says little near 0, where tau2 is far from normal:
    prefer `heterogeneity.q_profile`. Source: Viechtbauer et al. (2015), Psychol Methods 20:360-374.
    Raises InputError as `meta_regression` does, for a negative tau2, and for "none".
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(np.ones((y.size, 1)) if design is None else design, y.size)
    between = _at_least_zero(tau2)
    k, p = x.shape
    w = 1.0 / (v + between)
    if estimator == "maximum-likelihood":
        return math.sqrt(2.0 / float(w @ w))
    if estimator == "reml":
        form = _form(w, x)
        return math.sqrt(2.0 / float((form * form).sum()))
    if estimator in ("paule-mandel", "median-unbiased", "empirical-bayes"):
        return float(k) * math.sqrt(2.0 / float(k - p)) / float(w.sum())
    start = float(y.var())
    if start == 0.0 and estimator == "sidik-jonkman":
        return 0.0
    weights = {
        "dersimonian-laird": 1.0 / v,
        "generalised-q": 1.0 / np.sqrt(v),
        "hedges": np.ones_like(v),
        "hunter-schmidt": 1.0 / v,
        "hunter-schmidt-small-sample": 1.0 / v,
        "sidik-jonkman": start / (v + start),
    }
    if estimator not in weights:
        raise InputError(f"estimator {estimator!r}; expected one that estimates tau2, such as reml")
    form = _form(weights[estimator], x)
    divisors = {
        "sidik-jonkman": float(k - p),
        "hunter-schmidt": float((1.0 / v).sum()),
        "hunter-schmidt-small-sample": float((1.0 / v).sum()) * (k - p) / k,
    }
    product = form * (v + between)
    divisor: float = divisors.get(estimator, float(np.trace(form)))
    return math.sqrt(2.0 * float((product * product.T).sum())) / divisor


def _form(w: FloatArray, x: FloatArray) -> FloatArray:
    """Return W - WX (X'WX)^-1 X'W."""
    wx = w[:, None] * x
    return np.asarray(np.diag(w) - wx @ np.linalg.solve(x.T @ wx, wx.T), dtype=np.float64)


def _information(height: float, deviance: float, parameters: int, n: int) -> Information:
    room = max(n, parameters + 2)
    return Information(
        parameters,
        height,
        deviance,
        2.0 * parameters - 2.0 * height,
        parameters * math.log(n) - 2.0 * height,
        2.0 * parameters * room / (room - parameters - 1) - 2.0 * height,
    )


def _at_least_zero(tau2: float) -> float:
    if _check.finite(tau2, "tau2") < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more; a negative estimate stands for 0")
    return float(tau2)
