"""Priors of the Bayesian models: what is believed of tau and of mu before the studies are seen.

tau is the standard deviation of true effects between studies, on the analysis scale; every prior of it lives on
tau >= 0. A prior says its logarithm up front, so that a posterior can be integrated without underflow.

Sources: Rover (2020), J Stat Softw 93(6):1-51; Rover et al. (2021), Res Synth Methods 12:448-474 (which prior where);
Gelman (2006), Bayesian Anal 1:515-533 (half-t family); Turner et al. (2015), Stat Med 34:984-998 (log-normal).
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import gammaln

from remit.stats import _check
from remit.stats._check import FloatArray


class TauPrior(Protocol):
    """A density on tau >= 0.

    `scale` is a tau of its order of magnitude; `upper` is where it ends; `tail` is the power of tau by which it falls
    (infinite where faster than any power); an improper prior has no finite integral and no Bayes factor of tau.
    """

    @property
    def scale(self) -> float: ...
    @property
    def upper(self) -> float: ...
    @property
    def tail(self) -> float: ...
    @property
    def proper(self) -> bool: ...
    def log_density(self, tau: FloatArray) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class HalfT:
    """Student's t with `df` degrees of freedom, times `scale`, folded at 0."""

    scale: float
    df: float

    upper = math.inf
    proper = True

    def __post_init__(self) -> None:
        _check.above(self.scale, "scale")
        _check.above(self.df, "df")

    @property
    def tail(self) -> float:
        """Power by which the density falls."""
        return self.df + 1.0

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the logarithm of the density, which integrates to 1 over tau >= 0."""
        df = self.df
        constant = math.log(2.0) + float(gammaln(0.5 * (df + 1.0)) - gammaln(0.5 * df))
        constant -= 0.5 * math.log(df * math.pi) + math.log(self.scale)
        return np.asarray(constant - 0.5 * (df + 1.0) * np.log1p((tau / self.scale) ** 2 / df), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class HalfCauchy:
    """A Cauchy distribution times `scale`, folded at 0: half-t with one degree of freedom."""

    scale: float

    upper = math.inf
    proper = True
    tail = 2.0

    def __post_init__(self) -> None:
        _check.above(self.scale, "scale")

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the logarithm of the density, which integrates to 1 over tau >= 0."""
        constant = math.log(2.0 / (math.pi * self.scale))
        return np.asarray(constant - np.log1p((tau / self.scale) ** 2), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """A normal distribution around 0 with standard deviation `scale`, folded at 0."""

    scale: float

    upper = math.inf
    proper = True
    tail = math.inf

    def __post_init__(self) -> None:
        _check.above(self.scale, "scale")

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the logarithm of the density, which integrates to 1 over tau >= 0."""
        constant = 0.5 * math.log(2.0 / math.pi) - math.log(self.scale)
        return np.asarray(constant - 0.5 * (tau / self.scale) ** 2, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every tau from 0 to `upper` alike."""

    upper: float

    proper = True
    tail = math.inf

    def __post_init__(self) -> None:
        _check.above(self.upper, "upper")

    @property
    def scale(self) -> float:
        """Order of magnitude of tau."""
        return 0.5 * self.upper

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the logarithm of the density, minus infinity above the upper end."""
        return np.where(tau <= self.upper, -math.log(self.upper), -math.inf)


@dataclass(frozen=True, slots=True)
class ImproperUniform:
    """Every tau >= 0 alike, with density 1: the likelihood itself. Needs k >= 3 (k >= 2 under a normal prior of mu)."""

    upper = math.inf
    scale = math.inf
    proper = False
    tail = 0.0

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return 0 everywhere."""
        return np.zeros_like(tau)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """log tau is normal with mean `location` and standard deviation `spread`."""

    location: float
    spread: float

    upper = math.inf
    proper = True
    tail = math.inf

    def __post_init__(self) -> None:
        _check.finite(self.location, "location")
        _check.above(self.spread, "spread")

    @property
    def scale(self) -> float:
        """Median of tau."""
        return math.exp(self.location)

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the logarithm of the density; minus infinity at 0, where this prior holds no mass."""
        with np.errstate(divide="ignore"):
            log_tau = np.log(tau)
        constant = -0.5 * math.log(2.0 * math.pi) - math.log(self.spread)
        z = (log_tau - self.location) / self.spread
        with np.errstate(invalid="ignore"):
            value = constant - log_tau - 0.5 * z * z
        return np.where(tau > 0.0, value, -math.inf)


def log_normal_tau2(location: float, spread: float) -> LogNormal:
    """Return the prior under which log tau2 is normal with this mean and standard deviation.

    Turner et al. print their priors so: for all-cause mortality, drug against placebo, -3.95 and 1.34 on log odds
    ratios. Halving both gives the law of log tau.
    """
    return LogNormal(0.5 * _check.finite(location, "location"), 0.5 * _check.above(spread, "spread"))


@dataclass(frozen=True, slots=True)
class Normal:
    """mu is normal with this mean and standard deviation, on the analysis scale."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _check.finite(self.mean, "mean")
        _check.above(self.sd, "sd")


@dataclass(frozen=True, slots=True)
class Flat:
    """Every mu alike, with density 1; improper, so no Bayes factor of mu can be given."""


MuPrior = Normal | Flat
