"""What a meta-regression says of each study: fitted and predicted effects, shrunken estimates, residuals, leverage."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import Interval, chi2_quantile, normal_quantile, t_quantile, tail
from remit.stats.regression import TestKind, design_matrix, scale_and_df
from remit.stats.residual_tau2 import Estimator, Weighted, tau2_given
from remit.stats.result import Result
from remit.stats.roots import bracketed


@dataclass(frozen=True, slots=True)
class Fitted(Result):
    """One value per row, in the order given. Leverage, shrunken and deleted residuals are of the studies themselves.

    fitted: the mean true effect at that row of the design, with its interval; prediction: of one true effect there.
    shrunken: best linear unbiased prediction of the study's own true effect. rstudent: distance from the fit without
    the study, in standard errors, None where that fit cannot be made.
    """

    fitted: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    prediction_lower: tuple[float, ...]
    prediction_upper: tuple[float, ...]
    shrunken: tuple[float, ...]
    shrunken_se: tuple[float, ...]
    rstudent: tuple[float | None, ...]
    hat: tuple[float, ...]
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class At(Result):
    """The mean true effect at rows of a design, with its interval and the interval of one true effect there."""

    fitted: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    prediction_lower: tuple[float, ...]
    prediction_upper: tuple[float, ...]
    level: float = 0.95


def fitted(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    design: npt.ArrayLike,
    estimator: Estimator = "reml",
    test: TestKind = "hartung-knapp-adhoc",
    level: float = 0.95,
) -> Fitted:
    """Return what the regression of `regression.meta_regression` says of each of its studies.

    Sources: Raudenbush and Bryk (1985), J Educ Stat 10:75-98 (shrinkage); Viechtbauer and Cheung (2010), Res Synth
    Methods 1:112-125 (deleted residuals). Raises InputError as `meta_regression` does.
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(design, y.size)
    between = tau2_given(y, v, x, estimator)
    here = _at(y, v, x, x, between, test, level)
    share = between / (between + v)
    mean, se = np.array(here.fitted), np.array(here.se)
    hat = Weighted(y, v, x, between).leverage
    return Fitted(
        *(here.fitted, here.se, here.lower, here.upper, here.prediction_lower, here.prediction_upper),
        shrunken=_floats(share * y + (1.0 - share) * mean),
        shrunken_se=_floats(np.sqrt(share * v + ((1.0 - share) * se) ** 2)),
        rstudent=tuple(_deleted(y, v, x, i, estimator, test) for i in range(y.size)),
        hat=_floats(hat),
        level=level,
    )


def predict(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    design: npt.ArrayLike,
    at: npt.ArrayLike,
    estimator: Estimator = "reml",
    test: TestKind = "hartung-knapp-adhoc",
    level: float = 0.95,
) -> At:
    """Return the regression's mean true effect at the rows of `at`, shape (m, p), columns as in `design`."""
    y, v = _check.studies(effect, variance)
    x = design_matrix(design, y.size)
    new = np.asarray(at, dtype=np.float64)
    if new.ndim != 2 or new.shape[1] != x.shape[1] or not np.isfinite(new).all():
        raise InputError(f"at has shape {new.shape}; expected finite rows of {x.shape[1]} columns, as in the design")
    return _at(y, v, x, new, tau2_given(y, v, x, estimator), test, level)


def tau2_interval(
    effect: npt.ArrayLike, variance: npt.ArrayLike, design: npt.ArrayLike, level: float = 0.95
) -> Interval:
    """Return the interval of the residual tau2 whose ends put the residual Q at its chi-square quantiles.

    Source: Viechtbauer (2007), Stat Med 26:37-52; with moderators Jackson et al. (2014), Res Synth Methods 5:13-29.
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(design, y.size)
    alpha = tail(level)
    lower, upper = (_end(y, v, x, chi2_quantile(area, y.size - x.shape[1])) for area in (alpha, 1.0 - alpha))
    return Interval(lower, upper, level)


def typical_variance(variance: npt.ArrayLike, design: npt.ArrayLike) -> float:
    """Return the typical sampling variance of a regression: I2 is 100 tau2 / (tau2 + it), H2 is 1 + tau2 / it.

    Source: Higgins and Thompson (2002), Stat Med 21:1539-1558, eq. 9, its form for regression.
    """
    v = _check.column(variance, "variance")
    _check.studies(v, v)
    x = design_matrix(design, v.size)
    return float(v.size - x.shape[1]) / Weighted(v, v, x, 0.0).trace


def _end(y: FloatArray, v: FloatArray, x: FloatArray, target: float) -> float:
    if Weighted(y, v, x, 0.0).q <= target:
        return 0.0
    high = Weighted(y, np.ones_like(v), x, 0.0).q / target * (1.0 + 1e-9)
    return bracketed(lambda t: Weighted(y, v, x, t).q - target, 0.0, high)


def _at(y: FloatArray, v: FloatArray, x: FloatArray, new: FloatArray, between: float, test: str, level: float) -> At:
    fit = Weighted(y, v, x, between)
    df = y.size - x.shape[1]
    scale, df_used = scale_and_df(test, fit.q / df, df)
    mean = new @ fit.beta
    squared = scale * ((new @ fit.covariance) * new).sum(axis=1)
    se = np.sqrt(squared)
    quantile = normal_quantile(level) if math.isinf(df_used) else t_quantile(level, df_used)
    half, reach = quantile * se, quantile * np.sqrt(squared + between)
    return At(
        _floats(mean),
        _floats(se),
        _floats(mean - half),
        _floats(mean + half),
        _floats(mean - reach),
        _floats(mean + reach),
        level,
    )


def _deleted(y: FloatArray, v: FloatArray, x: FloatArray, i: int, estimator: Estimator, test: str) -> float | None:
    rest = np.arange(y.size) != i
    others = x[rest]
    df = others.shape[0] - x.shape[1]
    if df < 1 or np.linalg.matrix_rank(others) < x.shape[1]:
        return None
    between = tau2_given(y[rest], v[rest], others, estimator)
    fit = Weighted(y[rest], v[rest], others, between)
    scale, _ = scale_and_df(test, fit.q / df, df)
    wide = float(v[i]) + between + scale * float(x[i] @ fit.covariance @ x[i])
    return float(y[i] - x[i] @ fit.beta) / math.sqrt(wide)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values).tolist())
