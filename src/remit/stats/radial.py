"""Radial (Galbraith) plot: each study's standardised effect over its precision; lines from the origin are effects."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats.interval import normal_quantile
from remit.stats.pool import random_effects
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Radial(Result):
    """Points (precision, standardised) in the order of the studies; slope is the pooled estimate with its interval.

    A study lies `residual` above the pooled line; `outside` lists those further from it than `half_width`.
    """

    k: int
    precision: tuple[float, ...]
    standardised: tuple[float, ...]
    slope: float
    lower: float
    upper: float
    tau2: float
    residual: tuple[float, ...]
    half_width: float
    outside: tuple[int, ...]
    level: float = 0.95


def radial(effect: npt.ArrayLike, variance: npt.ArrayLike, tau2: float = 0.0, level: float = 0.95) -> Radial:
    """Return effect / s over 1 / s, s = sqrt(variance + tau2); tau2 = 0 shows heterogeneity as points outside the band.

    Source: Galbraith (1988), Stat Med 7:889-894. InputError for k < 2 or a negative tau2.
    """
    y, v = _check.studies(effect, variance)
    if _check.finite(tau2, "tau2") < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more")
    fit = random_effects(y, v, tau2, interval="normal", level=level)
    s = np.sqrt(v + tau2)
    residual = (y - fit.estimate) / s
    half = normal_quantile(level)
    return Radial(
        k=y.size,
        precision=tuple((1.0 / s).tolist()),
        standardised=tuple((y / s).tolist()),
        slope=fit.estimate,
        lower=fit.lower,
        upper=fit.upper,
        tau2=float(tau2),
        residual=tuple(residual.tolist()),
        half_width=half,
        outside=tuple(int(i) for i in np.flatnonzero(np.abs(residual) > half)),
        level=level,
    )


def arc(points: Radial, effects: npt.ArrayLike, radius: float = 1.1) -> tuple[tuple[float, float], ...]:
    """Return where on an arc beyond every point the lines of `effects` end, so that a plot can carry an effect scale.

    `radius` is in units of the farthest point. The axes are taken as equally long for the data's own ranges.
    """
    wide = max(points.precision)
    tall = max(abs(z) for z in points.standardised) or 1.0
    reach = _check.above(radius, "radius") * math.sqrt(2.0)
    ends = []
    for effect in _check.column(effects, "effects").tolist():
        x = reach / math.hypot(1.0, effect * wide / tall)
        ends.append((x * wide, effect * x * wide))
    return tuple(ends)
