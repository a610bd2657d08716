"""Survival distributions and splines fitted to the people of several studies at once, parameters varying by study.

The first parameter (the location of log time; Gompertz's log rate; a spline's level) varies between studies, or the
first two (also the scale, or the slope), each normally and independently of the other. One marginal likelihood, so a
study without events says what it can. The curve is that of a typical study, all varying parameters at their means.

Sources: Ouwens, Philips and Jansen (2010), Res Synth Methods 1:258-271 (parametric curves pooled with parameters that
vary between studies); Crowther, Look and Riley (2014), Stat Med 33:3844-3858 (one stage, any parametric law, adaptive
quadrature). With the exponential and one varying parameter the model is the Poisson GLMM with time as offset (Holford
1980, Biometrics 36:299-305).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats._ascent import covariance
from remit.stats._at_risk import People
from remit.stats._check import FloatArray
from remit.stats._distributions import DISTRIBUTIONS, Distribution
from remit.stats._hierarchy import Hierarchy, Top, ready, together
from remit.stats._parametric_curve import EXTRAPOLATION, Curve, OfCurve, Predicted
from remit.stats._parametric_fit import Likelihood
from remit.stats.interval import t_quantile
from remit.stats.parametric import by_aic, enough, law_named, starts
from remit.stats.result import Result
from remit.stats.spline import SplineScale, must_fall, spline_law, straight

Varying = Literal["first", "first-two"]
POINTS = {1: 15, 2: 7}
FIRST_SPREADS = (0.3, 0.15)


@dataclass(frozen=True, slots=True)
class PooledDistribution(OfCurve):
    """A law of times in a typical study, from all studies at once, and how its parameters vary between studies.

    `parameters` are means over studies, named by `names`, with `se`, in the unit of the times given (a spline's belong
    to its own unit); `lower` and `upper` use t on k - 1 degrees of freedom. `tau` are the standard deviations between
    studies of the parameters `varying`; `studies` holds each study's own values of these, drawn toward the mean by how
    little it can tell, a tuple for each varying parameter. `new` predicts a new study's curve: to the error of the mean
    it adds the variance between studies. Both curves are refused past twice the longest follow-up unless asked
    for. `bic` counts people.
    """

    distribution: str
    k: int
    n: int
    events: int
    names: tuple[str, ...]
    parameters: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    level: float
    varying: tuple[str, ...]
    tau: tuple[float, ...]
    study_names: tuple[str, ...]
    studies: tuple[tuple[float, ...], ...]
    log_likelihood: float
    aic: float
    bic: float
    slope: float
    observed_to: float
    curve: Curve
    new: Curve

    def new_study(self, time: npt.ArrayLike, level: float = 0.95, limit: float = EXTRAPOLATION) -> Predicted:
        """Return survival at each time with the interval in which a new study's true survival lies."""
        return self.new.survival(time, level, limit)


@dataclass(frozen=True, slots=True)
class PooledComparison(Result):
    """Laws fitted to the same studies, smallest AIC first; `failed` names those that do not fit, with the reason."""

    distributions: tuple[str, ...]
    aic: tuple[float, ...]
    bic: tuple[float, ...]
    failed: tuple[str, ...]
    fits: tuple[PooledDistribution, ...]


def pool_distribution(
    times: Sequence[npt.ArrayLike],
    events: Sequence[npt.ArrayLike],
    distribution: str = "weibull",
    names: Sequence[str] | None = None,
    varying: Varying = "first",
    level: float = 0.95,
) -> PooledDistribution:
    """Return one distribution fitted to k studies from times and events of their people.

    Parameters
    ----------
    times, events : one pair of arrays per study
    distribution : "exponential", "weibull", "gompertz", "log-logistic", "log-normal" or "generalised-gamma"
    varying : "first", or "first-two" (not for the exponential, which has one parameter)

    Raises
    ------
    InputError
        Fewer than two studies, no events in any, an event at time 0, an unknown distribution, too few event times.
    NotConverged
        The likelihood has no top within reach.
    """
    law = law_named(distribution)
    everyone, called = ready(times, events, names)
    data = Likelihood(together(everyone))
    enough(data, law)
    single = data.top(law, starts(data, law))[0]
    return _fitted(everyone, called, law, single, _effects(law, varying), level)


def pool_spline(
    times: Sequence[npt.ArrayLike],
    events: Sequence[npt.ArrayLike],
    knots: int = 1,
    scale: SplineScale = "hazard",
    names: Sequence[str] | None = None,
    varying: Varying = "first",
    level: float = 0.95,
) -> PooledDistribution:
    """Return a spline of log time fitted to k studies; inner knots lie at quantiles of all event times.

    Parameters, errors: as `pool_distribution` and `spline.fit_spline`.
    """
    everyone, called = ready(times, events, names)
    data = Likelihood(together(everyone))
    law = spline_law(data, knots, scale)
    single = data.top(law, [straight(data, law)])[0]
    found = _fitted(everyone, called, law, single, _effects(law, varying), level)
    must_fall(law, found.curve.theta, data)
    return found


def compare_pooled(
    times: Sequence[npt.ArrayLike],
    events: Sequence[npt.ArrayLike],
    distributions: Sequence[str] = tuple(DISTRIBUTIONS),
    varying: Varying = "first",
) -> PooledComparison:
    """Return every distribution's pooled fit, smallest AIC first. InputError or NotConverged when none fits."""

    def fit(name: str) -> PooledDistribution:
        return pool_distribution(times, events, name, varying="first" if name == "exponential" else varying)

    fits, failed = by_aic(distributions, fit)
    return PooledComparison(
        distributions=tuple(f.distribution for f in fits),
        aic=tuple(f.aic for f in fits),
        bic=tuple(f.bic for f in fits),
        failed=failed,
        fits=tuple(fits),
    )


def _effects(law: Distribution, varying: Varying) -> tuple[int, ...]:
    if varying not in ("first", "first-two"):
        raise InputError(f"varying {varying!r}; expected first or first-two")
    if varying == "first-two" and len(law.names) < 2:
        raise InputError(f"{law.name} has one parameter; expected two or more for varying first-two; choose first")
    return (0,) if varying == "first" else (0, 1)


def _fitted(
    everyone: list[People],
    called: tuple[str, ...],
    law: Distribution,
    single: FloatArray,
    effects: tuple[int, ...],
    level: float,
) -> PooledDistribution:
    """Return the fit; `single` are all people's parameters as one study, in the unit where the event rate is 1."""
    data = Hierarchy(everyone, law, effects, POINTS[len(effects)])
    found = data.top(np.concatenate([single, FIRST_SPREADS[: len(effects)]]))
    free = np.ones(found.theta.size, dtype=np.bool_)
    free[data.p :] = found.theta[data.p :] > 0.0
    wide = covariance(found.curve, free)[: data.p, : data.p]
    if not np.isfinite(wide).all():
        raise NotConverged(f"{law.name}: the likelihood is flat at its top; these studies cannot tell its parameters")
    return _said(data, everyone, called, found, wide, level)


def _said(
    data: Hierarchy, everyone: list[People], called: tuple[str, ...], found: Top, wide: FloatArray, level: float
) -> PooledDistribution:
    theta, tau = found.theta[: data.p], found.theta[data.p :]
    moved, factor = data.law.rescaled(theta, data.unit)
    se = np.sqrt(np.diag(wide)) * factor
    half = t_quantile(level, data.k - 1.0) * se
    own = data.look(found.theta, data.nodes(found.theta))[2]
    between = wide.copy()
    between[data.effects, data.effects] += tau**2
    longest = max(float(who.time.max()) for who in everyone)
    shift = (moved - theta * factor)[data.effects]
    return PooledDistribution(
        distribution=data.law.name,
        k=data.k,
        n=data.n,
        events=data.events,
        names=data.law.names,
        parameters=tuple(moved.tolist()),
        se=tuple(se.tolist()),
        lower=tuple((moved - half).tolist()),
        upper=tuple((moved + half).tolist()),
        level=level,
        varying=tuple(data.law.names[j] for j in data.effects),
        tau=tuple((tau * factor[data.effects]).tolist()),
        study_names=called,
        studies=tuple(tuple(row) for row in (own * factor[data.effects, None] + shift[:, None]).tolist()),
        log_likelihood=found.height,
        aic=2.0 * (found.theta.size - found.height),
        bic=found.theta.size * math.log(data.n) - 2.0 * found.height,
        slope=found.slope,
        observed_to=longest,
        curve=Curve(data.law, theta, wide, data.unit, longest),
        new=Curve(data.law, theta, between, data.unit, longest),
    )
