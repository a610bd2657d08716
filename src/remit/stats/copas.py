"""Copas's selection model: small studies are published with a chance that is correlated with their result.

How strong the selection was cannot be told from the studies alone. It is assumed, as the chances with which the least
and the most precise study were published, and the answer is looked at over a row of assumptions.

Words: s is a standard error; a study is published when gamma0 + gamma1 / s + noise > 0; rho correlates that noise with
the study's own error.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

from remit.errors import InputError
from remit.stats import _check
from remit.stats._ascent import Look, covariance, highest
from remit.stats._check import FloatArray
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.result import Result
from remit.stats.small_study import MINIMUM
from remit.stats.tau2 import likeliest

RHO_MOST = 0.9999
EDGE = 0.9995
LOG_ROOT_2PI = 0.9189385332046727
CHANCES = (0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class Copas(Result):
    """The fit under one assumption; `chance_least` and `chance_most` are those of the least and most precise study.

    se is None where the likelihood does not hold rho and the mean apart, and where |rho| is at its bound of 0.9999: the
    filter is then a sharp edge and curvature says nothing of error. se_held: with rho held where it is, which is what
    other software prints there. unpublished: expected number of studies unseen.
    residual: likelihood ratio of a further slope of effects on s, one degree of freedom; a small p says that the
    assumed selection does not account for the asymmetry.
    """

    k: int
    chance_least: float
    chance_most: float
    gamma0: float
    gamma1: float
    estimate: float
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None
    rho: float
    tau2: float
    unpublished: float
    residual: float
    residual_p: float
    log_likelihood: float
    se_held: float | None = None
    level: float = 0.95


def copas(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    chance_least: float,
    chance_most: float = 0.99,
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> Copas:
    """Return the maximum likelihood fit when the least precise study was published with `chance_least` and the most
    precise one with `chance_most`.

    InputError for k below `minimum`, studies of one size, and chances that are not 0 < least <= most < 1. NotConverged
    where the likelihood has no top. Source: Copas and Shi (2001), Stat Methods Med Res 10:251-265.
    """
    y, v = _check.studies(effect, variance, max(minimum, 5))
    s = np.sqrt(v)
    if np.ptp(s) == 0.0:
        raise InputError("every study has the same size, so none was less likely published for its size")
    least, most = _check.between(chance_least, "chance_least"), _check.between(chance_most, "chance_most")
    if least > most:
        raise InputError(f"chance_least {least:g} above chance_most {most:g}; expected it at or below")
    gamma1 = float(ndtri(most) - ndtri(least)) / float(1.0 / s.min() - 1.0 / s.max())
    gamma0 = float(ndtri(least)) - gamma1 / float(s.max())
    u = gamma0 + gamma1 / s
    unit = float(np.exp(np.log(s).mean()))
    ones = np.ones((y.size, 1))
    point, top = _top(_Likelihood(y / unit, s / unit, u, ones))
    wider = _Likelihood(y / unit, s / unit, u, np.stack((ones[:, 0], s / unit), axis=1))
    residual = max(0.0, 2.0 * (_top(wider, np.insert(point, 1, 0.0))[1].height - top.height))
    rho = RHO_MOST * math.sin(float(point[1]))
    spread = float(covariance(top.curve, np.array([True, True, point[2] > 0.0]))[0, 0])
    held = float(covariance(top.curve, np.array([True, False, point[2] > 0.0]))[0, 0])
    se = None if math.isnan(spread) or abs(rho) > EDGE else unit * math.sqrt(spread)
    estimate = unit * float(point[0])
    half = normal_quantile(level) * (math.nan if se is None else se)
    return Copas(
        k=y.size,
        chance_least=least,
        chance_most=most,
        gamma0=gamma0,
        gamma1=gamma1,
        estimate=estimate,
        se=se,
        lower=None if se is None else estimate - half,
        upper=None if se is None else estimate + half,
        p=None if se is None else normal_p(estimate / se),
        rho=rho,
        tau2=unit * unit * float(point[2]),
        unpublished=float((ndtr(-u) / ndtr(u)).sum()),
        residual=residual,
        residual_p=chi2_p(residual, 1.0),
        log_likelihood=top.height - y.size * math.log(unit),
        se_held=None if math.isnan(held) else unit * math.sqrt(held),
        level=level,
    )


def copas_path(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    chances: Sequence[float] = CHANCES,
    chance_most: float = 0.99,
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> tuple[Copas, ...]:
    """Return the fit for each assumed chance of the least precise study, in the order given."""
    return tuple(copas(effect, variance, chance, chance_most, minimum, level) for chance in chances)


def least_selection(path: Sequence[Copas], alpha: float = 0.1) -> Copas | None:
    """Return the fit with fewest unpublished studies that leaves no asymmetry (residual p >= alpha), if any does."""
    enough = [fit for fit in path if fit.residual_p >= alpha]
    return min(enough, key=lambda fit: fit.unpublished) if enough else None


class _Likelihood:
    """Height, slopes and curvatures in (coefficients..., x, t) with t = tau2 and rho = RHO_MOST sin(x)."""

    def __init__(self, y: FloatArray, s: FloatArray, u: FloatArray, design: FloatArray) -> None:
        self.y, self.s, self.u, self.design = y, s, u, design
        mills = np.exp(-0.5 * u * u - LOG_ROOT_2PI - log_ndtr(u))
        self.c2 = mills * (u + mills)

    def at(self, point: FloatArray) -> Look:
        height, slope = self._rise(point)
        curve = np.empty((point.size, point.size))
        for i in range(point.size):
            step = np.zeros(point.size)
            step[i] = 1e-5 * max(1.0, abs(float(point[i])))
            low = np.concatenate(((point - step)[:-1], [max(float(point[-1] - step[-1]), 0.0)]))
            wide = float((point + step - low)[i])
            curve[i] = (self._rise(point + step)[1] - self._rise(low)[1]) / wide
        return Look(height, slope, 0.5 * (curve + curve.T))

    def _rise(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Return height and slopes."""
        p = self.design.shape[1]
        rho = RHO_MOST * math.sin(float(point[p]))
        r = self.y - self.design @ point[:p]
        d = 1.0 - self.c2 * rho * rho
        sigma2 = self.s * self.s / d  # published errors are smaller than true ones
        sigma, v = np.sqrt(sigma2), float(point[p + 1]) + sigma2
        n = self.u + rho * sigma * r / v
        left = 1.0 - rho * rho * sigma2 / v
        root = np.sqrt(left)
        z = n / root
        chance = log_ndtr(z)
        mills = np.exp(-0.5 * z * z - LOG_ROOT_2PI - chance)
        height = float((-0.5 * np.log(v) - 0.5 * r * r / v - log_ndtr(self.u) + chance).sum())
        mean = r / v - mills * rho * sigma / (v * root)
        by_v = -0.5 / v + 0.5 * r * r / (v * v)
        t_slope = by_v + mills * (
            -rho * sigma * r / (v * v * root) - 0.5 * n * rho * rho * sigma2 / (v * v * root * left)
        )
        ds2 = 2.0 * rho * self.c2 * sigma2 / d
        dn = r * (sigma + 0.5 * rho * ds2 / sigma) / v - rho * sigma * r * ds2 / (v * v)
        share = (2.0 * rho * sigma2 + rho * rho * ds2) / v - rho * rho * sigma2 * ds2 / (v * v)
        rho_slope = by_v * ds2 + mills * (dn / root + 0.5 * n * share / (root * left))
        drho = RHO_MOST * math.cos(float(point[p]))
        slope = np.concatenate((self.design.T @ mean, [float(rho_slope.sum()) * drho, float(t_slope.sum())]))
        return height - self.y.size * LOG_ROOT_2PI, slope


def _top(likelihood: _Likelihood, known: FloatArray | None = None) -> tuple[FloatArray, Look]:
    """Return the highest top reached without correlation, with some of either sign, and from a `known` point."""
    y, s, p = likelihood.y, likelihood.s, likelihood.design.shape[1]
    tau2 = likeliest(y, s * s, restricted=False)
    w = 1.0 / (s * s + tau2)
    mean = np.concatenate(([float(w @ y / w.sum())], np.zeros(p - 1)))
    least = np.concatenate((np.full(p + 1, -np.inf), [0.0]))
    starts = [np.concatenate((mean, [x, tau2])) for x in (0.0, 0.7, 1.3, -0.7, -1.3)]
    if known is not None:
        starts.append(np.maximum(known, least))
    return highest(likelihood.at, starts, least)
