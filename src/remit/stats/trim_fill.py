"""What the pooled estimate would be had studies been left out on one side: trim and fill, and fail-safe numbers.

Sensitivity analyses both: they suppose that asymmetry is suppression, which nobody can know from a funnel.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_quantile
from remit.stats.pool import IntervalKind, RandomEffects, random_effects
from remit.stats.regression import meta_regression
from remit.stats.residual_tau2 import tau2_given
from remit.stats.result import Result

TrimEstimator = Literal["L0", "R0", "Q0"]
Tau2Estimator = Literal["reml", "dersimonian-laird"]
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class TrimFill(Result):
    """Studies supposed missing on `side`, the standard error of that, their mirror images and the fit with them."""

    missing: int
    missing_se: float
    side: Side
    filled_effects: tuple[float, ...]
    filled_variances: tuple[float, ...]
    fit: RandomEffects


def trim_fill(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    estimator: TrimEstimator = "L0",
    tau2: Tau2Estimator = "reml",
    side: Side | None = None,
    interval: IntervalKind = "normal",
) -> TrimFill:
    """Return the random-effects fit after mirroring the most extreme studies around the trimmed estimate.

    `side`, unless given, is opposite to the slope of effects on their standard errors. InputError for k < 3.
    Source: Duval and Tweedie (2000), Biometrics 56:455-463 and J Am Stat Assoc 95:89-98.
    """
    y, v = _check.studies(effect, variance, minimum=3)
    if estimator not in ("L0", "R0", "Q0"):
        raise InputError(f"estimator {estimator!r}; expected L0, R0 or Q0")
    if side is None:
        slope = meta_regression(y, v, np.stack((np.ones_like(v), np.sqrt(v)), axis=1), tau2, "normal").estimate[1]
        side = "right" if slope < 0.0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    y, v = sign * y[order], v[order]
    missing, missing_se, centre = _trim(y, v, estimator, tau2)
    cut = y.size - missing
    new = 2.0 * centre - y[cut:]
    every, spread = sign * np.concatenate((y, new)), np.concatenate((v, v[cut:]))
    fit = random_effects(every, spread, tau2_given(every, spread, np.ones((every.size, 1)), tau2), interval=interval)
    return TrimFill(missing, missing_se, side, tuple((sign * new).tolist()), tuple(v[cut:].tolist()), fit)


def _trim(y: FloatArray, v: FloatArray, estimator: str, tau2: str) -> tuple[int, float, float]:
    """Return how many of the largest effects to trim, the standard error of that, and the trimmed estimate."""
    k, missing, before = y.size, 0, -1
    number = centre = 0.0
    for _ in range(100):
        if missing == before:
            return missing, _error(k, number, estimator), centre
        before = missing
        kept, spread = y[: k - missing], v[: k - missing]
        w = 1.0 / (spread + (tau2_given(kept, spread, np.ones((kept.size, 1)), tau2) if kept.size > 1 else 0.0))
        centre = float(w @ kept / w.sum())
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(y - centre), kind="stable")] = np.arange(1, k + 1)
        number = _number(k, np.sign(y - centre) * ranks, estimator)
        missing = min(max(round(number), 0), k - 1)
    raise NotConverged("trimming went back and forth for 100 rounds; no number of missing studies fits")


def _number(k: int, signed: FloatArray, estimator: str) -> float:
    if estimator == "R0":
        left = -signed[signed < 0.0]
        return k - float(left.max() if left.size else 0.0) - 1.0
    s = float(signed[signed > 0.0].sum())
    if estimator == "L0":
        return (4.0 * s - k * (k + 1.0)) / (2.0 * k - 1.0)
    return k - 0.5 - math.sqrt(max(2.0 * k * k - 4.0 * s + 0.25, 0.0))


def _error(k: int, m: float, estimator: str) -> float:
    if estimator == "R0":
        return math.sqrt(2.0 * max(m, 0.0) + 2.0)
    spread = (
        k * (k + 1.0) * (2.0 * k + 1.0)
        + 10.0 * m**3
        + 27.0 * m**2
        + 17.0 * m
        - 18.0 * k * m**2
        - 18.0 * k * m
        + 6.0 * k**2 * m
    ) / 24.0
    if estimator == "L0":
        return 4.0 * math.sqrt(max(spread, 0.0)) / (2.0 * k - 1.0)
    return 2.0 * math.sqrt(max(spread, 0.0)) / math.sqrt(max((k - 0.5) ** 2 - m * (2.0 * k - m - 1.0), 1e-300))


def failsafe_rosenthal(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.90) -> int:
    """Return how many null studies would make Stouffer's sum of z not significant (one-sided 5 % at level 0.90).

    Source: Rosenthal (1979), Psychol Bull 86:638-641.
    """
    y, v = _check.studies(effect, variance)
    return math.ceil(max(0.0, (float((y / np.sqrt(v)).sum()) / normal_quantile(level)) ** 2 - y.size))


def failsafe_rosenberg(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> int:
    """Return how many null studies of average weight would make the common effect not significant.

    Source: Rosenberg (2005), Evolution 59:464-468.
    """
    y, v = _check.studies(effect, variance)
    w = 1.0 / v
    z2 = float(w @ y) ** 2 / float(w.sum())
    return math.ceil(max(0.0, y.size * (z2 / normal_quantile(level) ** 2 - 1.0)))
