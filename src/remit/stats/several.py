"""One set of studies pooled in several ways at once: every estimator of tau2 with every interval.

The same numbers as `pool.random_effects` gives one by one, without what a curve of many does not show.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy.typing as npt

from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_quantile, t_quantile
from remit.stats.pool import IntervalKind
from remit.stats.result import Result
from remit.stats.tau2 import generalised_q, likeliest, solve_q

EstimatorName = Literal["REML", "PM", "DL"]
INTERVALS: tuple[IntervalKind, ...] = ("hartung-knapp-adhoc", "hartung-knapp", "normal")


@dataclass(frozen=True, slots=True)
class Mean(Result):
    """A random-effects mean with its interval on the analysis scale, and the two words that made it."""

    estimator: EstimatorName
    interval: IntervalKind
    estimate: float
    se: float
    lower: float
    upper: float
    tau2: float
    level: float = 0.95


def means(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> tuple[Mean, ...]:
    """Return the mean under restricted likelihood, Paule-Mandel and DerSimonian-Laird, each with three intervals.

    Sources: `tau2` and `pool`. InputError for k < 2, unequal lengths, or a variance not above 0.
    """
    y, v = _check.studies(effect, variance)
    between: tuple[tuple[EstimatorName, float], ...] = (
        ("REML", likeliest(y, v, restricted=True)),
        ("PM", solve_q(y, v, y.size - 1.0)),
        ("DL", generalised_q(y, v, 1.0 / v)),
    )
    wide, plain = t_quantile(level, y.size - 1.0), normal_quantile(level)
    return tuple(mean for name, tau2 in between for mean in _three(y, v, name, tau2, wide, plain, level))


def _three(
    y: FloatArray, v: FloatArray, name: EstimatorName, tau2: float, wide: float, normal: float, level: float
) -> tuple[Mean, ...]:
    w = 1.0 / (v + tau2)
    total = float(w.sum())
    off = y - y[0]
    mean = float(w @ off) / total
    r = off - mean
    usual = 1.0 / total
    knapp = float(w @ (r * r)) / (y.size - 1) / total
    estimate = float(y[0]) + mean
    spreads = {"hartung-knapp-adhoc": (max(knapp, usual), wide), "hartung-knapp": (knapp, wide)}
    out = []
    for word in INTERVALS:
        squared, quantile = spreads.get(word, (usual, normal))
        se = math.sqrt(squared)
        out.append(Mean(name, word, estimate, se, estimate - quantile * se, estimate + quantile * se, tau2, level))
    return tuple(out)
