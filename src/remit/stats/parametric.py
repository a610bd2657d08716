"""Survival distributions fitted to one study's times: exponential, Weibull, Gompertz, log-logistic, log-normal and
generalised gamma, compared by AIC and BIC.

Parameters: mu and log sigma of log time for all but Gompertz (for the Weibull, shape is 1 / sigma and scale exp mu; for
the exponential, the rate is exp(-mu)); q of Prentice for the generalised gamma (0 log-normal, 1 Weibull); log rate and
shape of hazard exp(log_rate + shape t) for Gompertz. Cure models: `cure`; splines: `spline`.

Sources: Kalbfleisch and Prentice (2002), ch. 2-3; Prentice (1974), Biometrika 61:539-544; Latimer (2013), Med Decis
Making 33:743-754 (which to report, and what extrapolation can be worth).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _at_risk
from remit.stats._check import FloatArray
from remit.stats._distributions import DISTRIBUTIONS, LOGNORMAL, WEIBULL, Distribution
from remit.stats._mixed import Convergence
from remit.stats._parametric_curve import Curve, OfCurve
from remit.stats._parametric_fit import Likelihood, spread
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class ParametricFit(OfCurve):
    """A survival distribution fitted by maximum likelihood to one study's times.

    `parameters` are named by `names`, with `se` and `covariance`, in the unit of the times given. `observed_to` is the
    longest follow-up. bic counts people, as R does.
    """

    distribution: str
    names: tuple[str, ...]
    parameters: tuple[float, ...]
    se: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    n: int
    events: int
    log_likelihood: float
    aic: float
    bic: float
    observed_to: float
    convergence: Convergence
    curve: Curve


@dataclass(frozen=True, slots=True)
class Comparison(Result):
    """Distributions fitted to the same times, smallest AIC first; `weights` are Akaike's, in percent."""

    distributions: tuple[str, ...]
    aic: tuple[float, ...]
    bic: tuple[float, ...]
    weights: tuple[float, ...]
    failed: tuple[str, ...]
    fits: tuple[ParametricFit, ...]


def fit_distribution(time: npt.ArrayLike, event: npt.ArrayLike, distribution: str) -> ParametricFit:
    """Return one distribution fitted to times and events of n people.

    Raises
    ------
    InputError
        An unknown distribution, no events, an event at time 0, or fewer distinct event times than parameters.
    NotConverged
        No start reaches a top of the likelihood.
    """
    law = law_named(distribution)
    who = _at_risk.people(time, event)
    data = Likelihood(who)
    enough(data, law)
    theta, look, convergence = data.top(law, starts(data, law))
    return fitted(data, law, theta, (look.height, spread(look)), convergence, float(who.time.max()))


def compare(
    time: npt.ArrayLike, event: npt.ArrayLike, distributions: Sequence[str] = tuple(DISTRIBUTIONS)
) -> Comparison:
    """Return every distribution's fit, smallest AIC first; those that do not fit are named in `failed` with the reason.

    InputError or NotConverged when none fits.
    """
    fits, failed = by_aic(distributions, lambda name: fit_distribution(time, event, name))
    share = np.exp([-0.5 * (fit.aic - fits[0].aic) for fit in fits])
    return Comparison(
        distributions=tuple(fit.distribution for fit in fits),
        aic=tuple(fit.aic for fit in fits),
        bic=tuple(fit.bic for fit in fits),
        weights=tuple((100.0 * share / share.sum()).tolist()),
        failed=failed,
        fits=tuple(fits),
    )


class Fitted(Protocol):
    """A fit that can be compared with others of the same data."""

    @property
    def aic(self) -> float: ...


AnyFit = TypeVar("AnyFit", bound=Fitted)


def by_aic(names: Sequence[str], fit: Callable[[str], AnyFit]) -> tuple[list[AnyFit], tuple[str, ...]]:
    """Return the fits of those names that fit, smallest AIC first, and the others with the reason.

    InputError or NotConverged, the last one's, when none fits.
    """
    fits: list[AnyFit] = []
    failed: list[str] = []
    last: InputError | NotConverged | None = None
    for name in names:
        try:
            fits.append(fit(name))
        except (InputError, NotConverged) as error:
            failed.append(f"{name}: {error}")
            last = error
    if not fits:
        raise last or InputError("no distributions; expected at least one name")
    fits.sort(key=lambda one: one.aic)
    return fits, tuple(failed)


def law_named(distribution: str) -> Distribution:
    """Return a distribution by its name."""
    if distribution not in DISTRIBUTIONS:
        raise InputError(f"distribution {distribution!r}; expected one of {', '.join(DISTRIBUTIONS)}")
    return DISTRIBUTIONS[distribution]


def enough(data: Likelihood, law: Distribution, spare: int = 0) -> None:
    """InputError when there are fewer distinct event times than parameters less `spare`: the likelihood has no top."""
    wanted = len(law.names) - spare
    if data.distinct < wanted:
        raise InputError(
            f"{data.distinct} distinct event times for {wanted} parameters of {law.name}; choose the exponential"
        )


def starts(data: Likelihood, law: Distribution) -> list[FloatArray]:
    """Return points to climb from, in the unit where the event rate is 1."""
    if law.name == "exponential":
        return [np.array([0.0])]
    if law.name == "gompertz":
        longest = float(data.t.max())
        return [np.array([0.0, slope / longest]) for slope in (0.0, 1.0, -1.0)]
    simple = [np.array([0.0, 0.0]), np.array([-0.3, -0.6]), np.array([0.3, 0.7])]
    if law.name != "generalised-gamma":
        return simple
    weibull, normal = (data.top(d, simple)[0] for d in (WEIBULL, LOGNORMAL))
    return [np.append(weibull, 1.0), np.append(normal, 0.0), np.append(normal, -0.8), np.array([0.0, 0.0, 2.0])]


def fitted(
    data: Likelihood,
    law: Distribution,
    theta: FloatArray,
    found: tuple[float, FloatArray],
    convergence: Convergence,
    observed_to: float,
    counted: int | None = None,
) -> ParametricFit:
    """Return the fit in the unit of the times given; `found` is the height and the covariance at the top."""
    height, cov = found[0] - data.shift, found[1]
    moved, factor = law.rescaled(theta, data.unit)
    wide = cov * factor[:, None] * factor
    p = theta.size if counted is None else counted
    return ParametricFit(
        distribution=law.name,
        names=law.names,
        parameters=tuple(moved.tolist()),
        se=tuple(np.sqrt(np.maximum(np.diag(wide), 0.0)).tolist()),
        covariance=tuple(tuple(row) for row in wide.tolist()),
        n=data.n,
        events=data.events,
        log_likelihood=height,
        aic=2.0 * (p - height),
        bic=p * math.log(data.n) - 2.0 * height,
        observed_to=observed_to,
        convergence=convergence,
        curve=Curve(law, theta, cov, data.unit, observed_to),
    )
