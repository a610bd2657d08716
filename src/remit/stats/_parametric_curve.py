"""What a fitted survival distribution says at any time, with delta-method intervals, never silently past the data."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._distributions import Distribution
from remit.stats.interval import normal_quantile
from remit.stats.result import Result
from remit.stats.roots import bracketed

EXTRAPOLATION = 2.0  # times the longest follow-up: no value is given later than that unless asked for
NODES, WEIGHTS = np.polynomial.legendre.leggauss(120)


@dataclass(frozen=True, slots=True)
class Predicted(Result):
    """Values of a fitted curve with intervals; `beyond` marks those past the last follow-up, which no data support."""

    quantity: str
    at: tuple[float, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    beyond: tuple[bool, ...]
    observed_to: float
    level: float


class Curve:
    """A distribution at its estimates: parameters and covariance in the fit's own unit of time."""

    def __init__(self, law: Distribution, theta: FloatArray, cov: FloatArray, unit: float, observed_to: float) -> None:
        self.law, self.theta, self.cov, self.unit, self.observed_to = law, theta, cov, unit, observed_to

    def survival(self, time: npt.ArrayLike, level: float, limit: float) -> Predicted:
        """Return survival; its interval is symmetric in log(-log S)."""
        t = self._times(time, limit)
        shape = self.law.at(self.theta, np.maximum(t / self.unit, 1e-12))
        log_s = np.minimum(shape.log_survival, -1e-300)
        se = self._se(shape.survival_slope)
        factor = np.exp(np.minimum(normal_quantile(level) * se / -log_s, 700.0))
        s = np.exp(log_s)
        return self._said("survival", t, t, s, s * se, (np.exp(log_s * factor), np.exp(log_s / factor)), level)

    def hazard(self, time: npt.ArrayLike, level: float, limit: float) -> Predicted:
        """Return the hazard per unit of time; its interval is symmetric in the logarithm."""
        t = self._times(time, limit)
        if t.min() <= 0.0:
            raise InputError("hazard at time 0; expected times above 0")
        shape = self.law.at(self.theta, t / self.unit)
        h, se = np.exp(shape.log_hazard) / self.unit, self._se(shape.hazard_slope)
        reach = np.exp(np.minimum(normal_quantile(level) * se, 700.0))
        return self._said("hazard", t, t, h, h * se, (h / reach, h * reach), level)

    def rmst(self, horizon: npt.ArrayLike, level: float, limit: float) -> Predicted:
        """Return restricted mean survival times, the area under the curve up to each horizon."""
        ends = self._times(horizon, limit)
        if ends.min() <= 0.0:
            raise InputError("horizon 0; expected horizons above 0")
        area, slope = np.empty(ends.size), np.empty((ends.size, self.theta.size))
        x, w = 0.5 * (NODES + 1.0), 0.5 * WEIGHTS
        for i, end in enumerate(ends):
            t, weight = end * x**3, 3.0 * end * x * x * w
            shape = self.law.at(self.theta, t / self.unit)
            s = np.exp(shape.log_survival)
            area[i], slope[i] = weight @ s, (weight * s) @ shape.survival_slope
        se = self._se(slope)
        half = normal_quantile(level) * se
        return self._said(
            "rmst", ends, ends, area, se, (np.maximum(area - half, 0.0), np.minimum(area + half, ends)), level
        )

    def quantile(self, share: npt.ArrayLike, level: float, limit: float) -> Predicted:
        """Return times by which shares of people had the event; infinite where the curve stays above within `limit`."""
        shares = _check.column(share, "share")
        if shares.size == 0 or shares.min() <= 0.0 or shares.max() >= 1.0:
            raise InputError(f"share {share!r}; expected numbers strictly between 0 and 1, such as 0.5 for the median")
        last = self.observed_to / self.unit * _check.above(limit, "limit")
        t, se = np.full(shares.size, math.inf), np.full(shares.size, math.nan)
        for i, p in enumerate(shares):
            found = self._reached(math.log1p(-float(p)), last)
            if found is not None:
                shape = self.law.at(self.theta, np.array([found]))
                t[i] = found * self.unit
                se[i] = self._se(shape.survival_slope)[0] / (found * math.exp(float(shape.log_hazard[0])))
        with np.errstate(invalid="ignore"):
            reach = np.where(np.isfinite(se), np.exp(np.minimum(normal_quantile(level) * se, 700.0)), np.nan)
            return self._said("quantile", shares, t, t, t * se, (t / reach, t * reach), level)

    def _reached(self, log_s: float, last: float) -> float | None:
        def above(log_t: float) -> float:
            return float(self.law.at(self.theta, np.array([math.exp(log_t)])).log_survival[0]) - log_s

        low, high = math.log(last) - 60.0, math.log(last)
        return None if above(high) > 0.0 or above(low) <= 0.0 else math.exp(bracketed(above, low, high, 1e-12))

    def _times(self, time: npt.ArrayLike, limit: float) -> FloatArray:
        t = _check.column(np.atleast_1d(np.asarray(time, dtype=np.float64)), "time")
        if t.size == 0 or t.min() < 0.0:
            raise InputError("times below 0, or none; expected times of 0 or more")
        last = _check.above(limit, "limit") * self.observed_to
        if t.max() > last * (1.0 + 1e-12):
            raise InputError(
                f"time {t.max():g} is past {limit:g} times the longest follow-up, {self.observed_to:g}; "
                "no data speak of it; a greater limit must be asked for"
            )
        return t

    def _se(self, slope: FloatArray) -> FloatArray:
        squares = np.einsum("ij,jk,ik->i", slope, self.cov, slope)
        return np.asarray(np.sqrt(np.maximum(squares, 0.0)), dtype=np.float64)

    def _said(
        self,
        quantity: str,
        at: FloatArray,
        t: FloatArray,
        estimate: FloatArray,
        se: FloatArray,
        ends: tuple[FloatArray, FloatArray],
        level: float,
    ) -> Predicted:
        columns = [tuple(np.asarray(c, dtype=np.float64).tolist()) for c in (at, estimate, se, *ends)]
        past = tuple(bool(p) for p in t > self.observed_to * (1.0 + 1e-12))
        a, e, s, low, high = columns
        return Predicted(quantity, a, e, s, low, high, past, self.observed_to, level)


class OfCurve(Result):
    """A result that holds a fitted `curve`: what that says at any time, in the unit of the times given."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    curve: Curve

    def survival(self, time: npt.ArrayLike, level: float = 0.95, limit: float = EXTRAPOLATION) -> Predicted:
        """Return survival at each time; InputError past `limit` times the longest follow-up."""
        return self.curve.survival(time, level, limit)

    def hazard(self, time: npt.ArrayLike, level: float = 0.95, limit: float = EXTRAPOLATION) -> Predicted:
        """Return the hazard, per unit of time, at each time above 0."""
        return self.curve.hazard(time, level, limit)

    def rmst(self, horizon: npt.ArrayLike, level: float = 0.95, limit: float = EXTRAPOLATION) -> Predicted:
        """Return restricted mean survival times up to each horizon."""
        return self.curve.rmst(horizon, level, limit)

    def quantile(self, share: npt.ArrayLike = 0.5, level: float = 0.95, limit: float = EXTRAPOLATION) -> Predicted:
        """Return times by which each share of people had the event, infinite where not reached within `limit`."""
        return self.curve.quantile(np.atleast_1d(np.asarray(share, dtype=np.float64)), level, limit)
