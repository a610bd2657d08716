"""Survival distributions as log hazard and log survival with exact slopes in unbounded parameters.

All but Gompertz are location-scale in log time: z = (log t - mu) / sigma, with parameters mu and log sigma, so another
unit of time only shifts mu. A cure model wraps any of them with a logit cured fraction before its parameters.

Sources: Kalbfleisch and Prentice (2002), Statistical Analysis of Failure Time Data, ch. 2; Prentice (1974),
Biometrika 61:539-544 (generalised gamma, q = 0 log-normal, q = 1 Weibull); Farewell (1982), Biometrics 38:1041-1046
(mixture cure); Tsodikov, Ibrahim and Yakovlev (2003), J Am Stat Assoc 98:1063-1078 (non-mixture cure).
"""

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import expit, gammainc, gammaincc, gammaln, log_ndtr

from remit.stats._check import FloatArray

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
TINY = 1e-300
NEAR_NORMAL = 1e-4  # |q| below which the incomplete gamma is replaced by its expansion about the normal


class Shape(NamedTuple):
    """Log hazard and log survival at n times, shape (n,), with slopes in p parameters, shape (n, p)."""

    log_hazard: FloatArray
    log_survival: FloatArray
    hazard_slope: FloatArray
    survival_slope: FloatArray


class Distribution(Protocol):
    """What a fit needs to know of a distribution.

    `at` takes parameters of shape (p,), or (p, n) with own ones for each time.
    """

    @property
    def name(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def at(self, theta: FloatArray, t: FloatArray) -> Shape: ...
    def rescaled(self, theta: FloatArray, unit: float) -> tuple[FloatArray, FloatArray]: ...


Standard = Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray, FloatArray]]


class LocationScale:
    """z = (log t - mu) / sigma with a standard law of z; one parameter, sigma = 1, where `fixed_scale`."""

    def __init__(self, name: str, standard: Standard, fixed_scale: bool = False) -> None:
        self.name, self.standard, self._fixed = name, standard, fixed_scale
        self.names: tuple[str, ...] = ("mu",) if fixed_scale else ("mu", "log_sigma")

    def at(self, theta: FloatArray, t: FloatArray) -> Shape:
        """Return log hazard, log survival and slopes."""
        log_t = np.log(t)
        log_sigma = np.zeros(()) if self._fixed else theta[1]
        by_mu = -np.exp(-log_sigma)
        z = (theta[0] - log_t) * by_mu
        log_g, log_s, g_slope, s_slope = self.standard(z)
        hazard, survival = [by_mu * g_slope], [by_mu * s_slope]
        if not self._fixed:
            hazard.append(-z * g_slope - 1.0)
            survival.append(-z * s_slope)
        return Shape(log_g - log_sigma - log_t, log_s, np.stack(hazard, axis=1), np.stack(survival, axis=1))

    def rescaled(self, theta: FloatArray, unit: float) -> tuple[FloatArray, FloatArray]:
        """Return parameters in a unit of time `unit` times smaller, and each one's factor."""
        moved = theta.copy()
        moved[0] += math.log(unit)
        return moved, np.ones(theta.size)


def _extreme(z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    h = np.exp(np.minimum(z, 600.0))
    return z, -h, np.ones_like(z), -h


def _logistic(z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    p, log_s = np.asarray(expit(z), dtype=np.float64), -np.logaddexp(0.0, z)
    return z + log_s, log_s, 1.0 - p, -p


def _normal(z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    log_s = np.asarray(log_ndtr(-z), dtype=np.float64)
    log_g = -0.5 * z * z - HALF_LOG_2PI - log_s
    mills = np.exp(log_g)
    return log_g, log_s, mills - z, -mills


class GeneralisedGamma:
    """Prentice's parameters mu, log sigma, q; smooth through q = 0."""

    name = "generalised-gamma"
    names: tuple[str, ...] = ("mu", "log_sigma", "q")

    def at(self, theta: FloatArray, t: FloatArray) -> Shape:
        """Return log hazard, log survival and slopes; that in q by fourth-order differences, the others exact."""
        if theta.ndim == 1:
            return self._of(theta[0], theta[1], float(theta[2]), t)
        out = Shape(np.empty(t.size), np.empty(t.size), np.empty((t.size, 3)), np.empty((t.size, 3)))
        for q in np.unique(theta[2]):
            rows = theta[2] == q
            for whole, part in zip(out, self._of(theta[0, rows], theta[1, rows], float(q), t[rows]), strict=True):
                whole[rows] = part
        return out

    @staticmethod
    def _of(mu: FloatArray, log_sigma: FloatArray, q: float, t: FloatArray) -> Shape:
        log_t, narrow = np.log(t), np.exp(-log_sigma)
        w = (log_t - mu) * narrow
        log_f, log_s = _log_gamma_law(w, q)
        mills = np.exp(np.minimum(log_f - log_s, 600.0))
        f_slope = -w if q == 0.0 else -np.expm1(np.minimum(q * w, 600.0)) / q
        h = 1e-3
        near = [_log_gamma_law(w, q + step * h) for step in (-2.0, -1.0, 1.0, 2.0)]
        by_q = [(a[i] - 8.0 * b[i] + 8.0 * c[i] - d[i]) / (12.0 * h) for i in (0, 1) for a, b, c, d in [near]]
        by_w = [f_slope, -mills]
        columns = [[-narrow * s, -w * s, own] for s, own in zip(by_w, by_q, strict=True)]
        f, s = (np.stack(column, axis=1) for column in columns)
        f[:, 1] -= 1.0
        return Shape(log_f - log_s - log_sigma - log_t, log_s, f - s, s)

    def rescaled(self, theta: FloatArray, unit: float) -> tuple[FloatArray, FloatArray]:
        """Return parameters in a unit of time `unit` times smaller, and each one's factor."""
        moved = theta.copy()
        moved[0] += math.log(unit)
        return moved, np.ones(3)


def _log_gamma_law(w: FloatArray, q: float) -> tuple[FloatArray, FloatArray]:
    """Return log density and log survival of w; exp(q w) / q^2 is a gamma variable of shape 1 / q^2."""
    qw = np.clip(q * w, -600.0, 600.0)
    series = w * w * (0.5 + qw / 6.0 + qw * qw / 24.0)
    square = max(q * q, TINY)
    log_f = -HALF_LOG_2PI - np.where(np.abs(qw) < 1e-3, series, (np.expm1(qw) - qw) / square)
    if abs(q) < NEAR_NORMAL:
        normal = np.asarray(log_ndtr(-w), dtype=np.float64)
        upper = np.exp(normal) - q / 6.0 * (w * w + 2.0) * np.exp(-0.5 * w * w - HALF_LOG_2PI)
        return log_f - square / 12.0, np.where(upper > 1e-12, np.log(np.maximum(upper, TINY)), normal)
    k = 1.0 / square
    log_f -= _stirling_rest(k)
    u = k * np.exp(qw)
    s = gammaincc(k, u) if q > 0.0 else gammainc(k, u)
    tail = log_f - np.log(np.maximum(np.abs(np.expm1(qw)) / abs(q), 1.0))  # Mills' leading term, where s underflows
    return log_f, np.where(s > 1e-290, np.log(np.maximum(s, TINY)), np.minimum(tail, -660.0))


def _stirling_rest(k: float) -> float:
    """Return log Gamma(k) less Stirling's leading terms, without cancellation."""
    if k > 50.0:
        return (1.0 - (1.0 - 2.0 / (7.0 * k * k)) / (30.0 * k * k)) / (12.0 * k)
    return float(gammaln(k)) - (k - 0.5) * math.log(k) + k - HALF_LOG_2PI


class Gompertz:
    """Hazard exp(log_rate + shape t); a negative shape leaves survivors for ever."""

    name = "gompertz"
    names: tuple[str, ...] = ("log_rate", "shape")

    def at(self, theta: FloatArray, t: FloatArray) -> Shape:
        """Return log hazard, log survival and slopes."""
        rate, x = np.exp(np.minimum(theta[0], 600.0)), np.minimum(theta[1] * t, 600.0)
        small = np.abs(x) < 1e-4
        safe = np.where(small, 1.0, x)
        growth = np.where(small, 1.0 + x / 2.0 + x * x / 6.0, np.expm1(safe) / safe)
        bend = np.where(small, 0.5 + x / 3.0 + x * x / 8.0, (safe * np.exp(safe) - np.expm1(safe)) / (safe * safe))
        total = rate * t * growth
        hazard = np.stack([np.ones_like(t), t], axis=1)
        return Shape(theta[0] + x, -total, hazard, np.stack([-total, -rate * t * t * bend], axis=1))

    def rescaled(self, theta: FloatArray, unit: float) -> tuple[FloatArray, FloatArray]:
        """Return parameters in a unit of time `unit` times smaller, and each one's factor."""
        return np.array([theta[0] - math.log(unit), theta[1] / unit]), np.array([1.0, 1.0 / unit])


class MixtureCure:
    """S = c + (1 - c) S0: a cured fraction c never has the event, the rest follow S0."""

    def __init__(self, latency: Distribution) -> None:
        self.latency, self.name = latency, f"mixture-cure-{latency.name}"
        self.names: tuple[str, ...] = ("logit_cured", *latency.names)

    def at(self, theta: FloatArray, t: FloatArray) -> Shape:
        """Return log hazard, log survival and slopes."""
        own = self.latency.at(theta[1:], t)
        log_c, log_rest = -np.logaddexp(0.0, -theta[0]), -np.logaddexp(0.0, theta[0])
        log_s = np.logaddexp(log_c, log_rest + own.log_survival)
        failed = -np.expm1(own.log_survival)
        by_cured = np.exp(log_c + log_rest - log_s) * failed
        uncured = np.exp(log_rest + own.log_survival - log_s)
        s_slope = np.column_stack([by_cured, uncured[:, None] * own.survival_slope])
        f_slope = np.column_stack([np.broadcast_to(-np.exp(log_c), t.shape), own.hazard_slope + own.survival_slope])
        return Shape(log_rest + own.log_hazard + own.log_survival - log_s, log_s, f_slope - s_slope, s_slope)

    def rescaled(self, theta: FloatArray, unit: float) -> tuple[FloatArray, FloatArray]:
        """Return parameters in a unit of time `unit` times smaller, and each one's factor."""
        moved, factor = self.latency.rescaled(theta[1:], unit)
        return np.append(theta[0], moved), np.append(1.0, factor)


class NonMixtureCure(MixtureCure):
    """S = c^(1 - S0): the cumulative hazard is bounded by -log c (promotion time)."""

    def __init__(self, latency: Distribution) -> None:
        super().__init__(latency)
        self.name = f"non-mixture-cure-{latency.name}"

    def at(self, theta: FloatArray, t: FloatArray) -> Shape:
        """Return log hazard, log survival and slopes."""
        own = self.latency.at(theta[1:], t)
        log_c = -np.logaddexp(0.0, -theta[0])
        not_cured = np.asarray(expit(-theta[0]), dtype=np.float64)
        failed, left = -np.expm1(own.log_survival), np.exp(own.log_survival)
        s_slope = np.column_stack([not_cured * failed, np.multiply(-log_c, left)[:, None] * own.survival_slope])
        by_cured = np.broadcast_to(not_cured / log_c, t.shape)
        h_slope = np.column_stack([by_cured, own.hazard_slope + own.survival_slope])
        return Shape(np.log(-log_c) + own.log_hazard + own.log_survival, log_c * failed, h_slope, s_slope)


EXPONENTIAL = LocationScale("exponential", _extreme, fixed_scale=True)
WEIBULL = LocationScale("weibull", _extreme)
LOGLOGISTIC = LocationScale("log-logistic", _logistic)
LOGNORMAL = LocationScale("log-normal", _normal)
GENERALISED_GAMMA, GOMPERTZ = GeneralisedGamma(), Gompertz()
DISTRIBUTIONS: dict[str, Distribution] = {
    d.name: d for d in (EXPONENTIAL, WEIBULL, GOMPERTZ, LOGLOGISTIC, LOGNORMAL, GENERALISED_GAMMA)
}
