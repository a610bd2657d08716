"""Parametric bootstrap: data drawn again from the fitted model, and fitted again."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.batch import Fits, random_effects
from remit.stats.batch_tau2 import Engine, Estimator
from remit.stats.interval import Interval, tail
from remit.stats.pool import IntervalKind
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Bootstrap(Result):
    """What the estimator gives on data drawn from its own fit.

    `estimate_interval` and `tau2_interval` are percentile intervals, quantiles of the draws; `coverage` is the share of
    draws whose interval holds the fitted estimate, the level that interval in truth had there.
    """

    fitted: Fits
    estimate: FloatArray
    tau2: FloatArray
    estimate_interval: Interval
    tau2_interval: Interval
    coverage: float


def parametric_bootstrap(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    generator: np.random.Generator,
    draws: int = 1000,
    estimator: Estimator = "reml",
    interval: IntervalKind = "hartung-knapp-adhoc",
    level: float = 0.95,
    engine: Engine = "auto",
) -> Bootstrap:
    """Return fits of `draws` data sets with effects drawn from Normal(estimate, variance + tau2) of the fit.

    The generator is the caller's, so the same seed gives the same numbers. Source: Efron and Tibshirani (1993), An
    Introduction to the Bootstrap, ch. 6 and 13. InputError for k < 2 or fewer than 20 draws.
    """
    y, v = _check.studies(effect, variance)
    if draws < 20:
        raise InputError(f"draws {draws}; expected 20 or more, and about 1000 for the ends of an interval")
    alpha = tail(level)
    fitted = random_effects(y, v, None, estimator, interval, level=level, engine=engine)
    mean, spread = float(fitted.estimate[0]), np.sqrt(v + float(fitted.tau2[0]))
    drawn = mean + spread * generator.standard_normal((draws, y.size))
    again = random_effects(drawn, v, None, estimator, interval, level=level, engine=engine)
    return Bootstrap(
        fitted=fitted,
        estimate=again.estimate,
        tau2=again.tau2,
        estimate_interval=_percentiles(again.estimate, alpha, level),
        tau2_interval=_percentiles(again.tau2, alpha, level),
        coverage=float(np.mean((again.lower <= mean) & (mean <= again.upper))),
    )


def _percentiles(values: FloatArray, alpha: float, level: float) -> Interval:
    lower, upper = np.quantile(values, (alpha, 1.0 - alpha))
    return Interval(float(lower), float(upper), level)
