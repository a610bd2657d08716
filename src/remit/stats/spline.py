"""Royston and Parmar's flexible survival curves: a cubic spline of log time on one of three scales.

eta = g0 + g1 x + sum of g_j v_j(u), x = log t and u = x scaled to 0 and 1 at the outer knots, beyond which v_j, natural
cubic, is straight. S is
exp(-exp eta) on the "hazard" scale, 1 / (1 + exp eta) on "odds", Phi(-eta) on "normal"; without inner knots these are
the Weibull, log-logistic and log-normal. Inner knots lie at quantiles of log event times, outer ones at the first and
last. Coefficients belong to a unit of time in which the event rate is 1 and are not reported in another: read curves.

A spline whose eta falls anywhere between 0 and the last follow-up is no survival curve there and is refused.

Sources: Royston and Parmar (2002), Stat Med 21:2175-2197; Royston and Lambert (2011), Flexible Parametric Survival
Analysis Using Stata, ch. 5 (where knots lie).
"""

import math
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtri

from remit.errors import InputError, NotConverged
from remit.stats import _at_risk, _check
from remit.stats._check import FloatArray
from remit.stats._distributions import HALF_LOG_2PI, Shape
from remit.stats._parametric_fit import Likelihood, spread
from remit.stats.parametric import ParametricFit, enough, fitted

SplineScale = Literal["hazard", "odds", "normal"]
SCALES: Final = ("hazard", "odds", "normal")
MOST_KNOTS = 5
STRETCH = 20.0  # of the bends, so that their coefficients are of the order of 1


class Spline:
    """A spline on one scale as a distribution; knots are logs of times in the fit's own unit."""

    def __init__(self, knots: FloatArray, scale: str) -> None:
        self.knots, self.scale = knots, scale
        self.name = f"spline-{scale}-{knots.size - 2}"
        self.names: tuple[str, ...] = tuple(f"gamma{j}" for j in range(knots.size))

    def basis(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the basis and its slopes in x, shape (n, p)."""
        first, last = self.knots[0], self.knots[-1]
        reach = last - first if last > first else 1.0
        u, inner = (x - first) / reach, (self.knots[1:-1] - first) / reach
        columns, slopes = [np.ones_like(x), x], [np.zeros_like(x), np.ones_like(x)]
        for knot in inner:
            share = 1.0 - knot
            parts = [np.maximum(u - k, 0.0) for k in (knot, 0.0, 1.0)]
            columns.append(STRETCH * (parts[0] ** 3 - share * parts[1] ** 3 - (1.0 - share) * parts[2] ** 3))
            slopes.append(
                3.0 * STRETCH / reach * (parts[0] ** 2 - share * parts[1] ** 2 - (1.0 - share) * parts[2] ** 2)
            )
        return np.stack(columns, axis=1), np.stack(slopes, axis=1)

    def at(self, theta: FloatArray, t: FloatArray) -> Shape:
        """Return log hazard, log survival and slopes; a hazard that is not above 0 gives NaN."""
        x = np.log(t)
        b, db = self.basis(x)
        eta, steep = (y @ theta if theta.ndim == 1 else np.einsum("nj,jn->n", y, theta) for y in (b, db))
        if self.scale == "hazard":
            h = np.exp(np.minimum(eta, 600.0))
            log_s, s_slope, log_g, g_slope = -h, -h, eta, np.ones_like(eta)
        elif self.scale == "odds":
            log_s = -np.logaddexp(0.0, eta)
            p = np.exp(eta + log_s)
            s_slope, log_g, g_slope = -p, eta + log_s, 1.0 - p
        else:
            log_s = np.asarray(log_ndtr(-eta), dtype=np.float64)
            log_g = -0.5 * eta * eta - HALF_LOG_2PI - log_s
            mills = np.exp(log_g)
            s_slope, g_slope = -mills, mills - eta
        with np.errstate(invalid="ignore", divide="ignore"):
            log_h = log_g + np.log(steep) - x
            h_slope = g_slope[:, None] * b + db / steep[:, None]
        return Shape(log_h, log_s, h_slope, s_slope[:, None] * b)

    def rescaled(self, theta: FloatArray, unit: float) -> tuple[FloatArray, FloatArray]:
        """Return the coefficients as they are: they belong to the fit's own unit of time."""
        return theta, np.ones(theta.size)


def fit_spline(
    time: npt.ArrayLike, event: npt.ArrayLike, knots: int = 1, scale: SplineScale = "hazard"
) -> ParametricFit:
    """Return a spline with `knots` inner knots (0 to 5) fitted by maximum likelihood to times and events of n people.

    Raises
    ------
    InputError
        An unknown scale, too many knots, no events, an event at time 0, or too few distinct event times for the knots.
    NotConverged
        No start reaches a top, or the curve found rises somewhere within follow-up.
    """
    who = _at_risk.people(time, event)
    data = Likelihood(who)
    law = spline_law(data, knots, scale)
    base = straight(data, law)
    starts = [base, np.concatenate([0.8 * base[:2], base[2:]])]
    theta, look, convergence = data.top(law, starts)
    must_fall(law, theta, data)
    return fitted(data, law, theta, (look.height, spread(look)), convergence, float(who.time.max()))


def best_spline(
    time: npt.ArrayLike, event: npt.ArrayLike, most_knots: int = 3, scale: SplineScale = "hazard"
) -> ParametricFit:
    """Return the spline of 0 to `most_knots` inner knots with the smallest AIC, of those that fit.

    InputError or NotConverged when none does.
    """
    fits: list[ParametricFit] = []
    last: InputError | NotConverged | None = None
    for knots in range(_check.whole(most_knots, "most_knots") + 1):
        try:
            fits.append(fit_spline(time, event, knots, scale))
        except (InputError, NotConverged) as error:
            last = error
    if not fits:
        raise last or InputError("no knots; expected 0 or more")
    return min(fits, key=lambda fit: fit.aic)


def spline_law(data: Likelihood, knots: int, scale: str) -> Spline:
    """Return the spline with inner knots at quantiles of log event times. InputError as for `fit_spline`."""
    if scale not in SCALES:
        raise InputError(f"scale {scale!r}; expected hazard, odds or normal")
    inner = _check.whole(knots, "knots")
    if inner > MOST_KNOTS:
        raise InputError(f"{inner} knots; expected at most {MOST_KNOTS}: more follow chance")
    places = np.quantile(np.log(np.sort(data.t[data.event])), np.linspace(0.0, 1.0, inner + 2))
    law = Spline(places, scale)
    enough(data, law)
    if (np.diff(places) <= 1e-9).any():
        raise InputError(f"knots coincide, since many events share a time; choose fewer than {inner}")
    return law


def straight(data: Likelihood, law: Spline) -> FloatArray:
    """Return a straight line through the product-limit curve's heights on the scale, and no bends."""
    table = _at_risk.steps(_at_risk.People(data.t, data.event))
    s = np.clip(table.survival, 0.5 / data.n, 1.0 - 0.5 / data.n)
    height = {
        "hazard": np.log(-np.log(s)),
        "odds": np.log((1.0 - s) / s),
        "normal": -np.asarray(ndtri(s), dtype=np.float64),
    }[law.scale]
    x = np.log(table.time)
    slope = 1.0
    if x.size > 2:
        slope = float(np.clip(np.polyfit(x, height, 1)[0], 0.3, 30.0))
    return np.concatenate([[float(height.mean() - slope * x.mean()), slope], np.zeros(law.knots.size - 2)])


def must_fall(law: Spline, theta: FloatArray, data: Likelihood) -> None:
    """NotConverged where the curve rises somewhere within follow-up."""
    x = np.linspace(min(law.knots[0], math.log(float(data.t.min()))), math.log(float(data.t.max())), 400)
    steep = law.basis(x)[1] @ theta
    if steep.min() <= 0.0:
        at = math.exp(float(x[int(np.argmin(steep))])) * data.unit
        raise NotConverged(f"{law.name}: the curve rises near time {at:.3g}; choose fewer knots or another scale")
