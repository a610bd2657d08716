"""What each study does to the answer: leave one out, add one by one, and measures of influence."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats.glmm import ProportionFit, ProportionInterval, pool_proportions
from remit.stats.pool import IntervalKind, RandomEffects, random_effects
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Influence(Result):
    """Each study's place in the fit, in the order of the studies.

    rstudent: distance from the fit without it, in standard errors. dffits and cook: how far it moves the estimate.
    cov_ratio: variance without it over variance with it. hat: its weight as a fraction. tau2_without, q_without: of the
    fit without it. rstandard: its standardised residual. baujat: share of heterogeneity, and squared influence on the
    estimate. shrunken, shrunken_se: its best linear unbiased prediction.
    """

    rstudent: tuple[float, ...]
    rstandard: tuple[float, ...]
    dffits: tuple[float, ...]
    cook: tuple[float, ...]
    cov_ratio: tuple[float, ...]
    tau2_without: tuple[float, ...]
    q_without: tuple[float, ...]
    hat: tuple[float, ...]
    baujat_heterogeneity: tuple[float, ...]
    baujat_influence: tuple[float, ...]
    shrunken: tuple[float, ...]
    shrunken_se: tuple[float, ...]


def leave_one_out(
    effect: npt.ArrayLike, variance: npt.ArrayLike, interval: IntervalKind = "hartung-knapp-adhoc", level: float = 0.95
) -> tuple[RandomEffects, ...]:
    """Return the REML fit without the first study, without the second, and so on; InputError for k < 3."""
    y, v = _check.studies(effect, variance, minimum=3)
    keep = ~np.eye(y.size, dtype=bool)
    return tuple(random_effects(y[rows], v[rows], interval=interval, level=level) for rows in keep)


def cumulative(
    effect: npt.ArrayLike, variance: npt.ArrayLike, interval: IntervalKind = "hartung-knapp-adhoc", level: float = 0.95
) -> tuple[RandomEffects, ...]:
    """Return the REML fit of the first two studies, the first three, and so on, in the order given."""
    y, v = _check.studies(effect, variance)
    return tuple(random_effects(y[:n], v[:n], interval=interval, level=level) for n in range(2, y.size + 1))


def leave_one_out_proportions(
    events: npt.ArrayLike, totals: npt.ArrayLike, interval: ProportionInterval = "profile", level: float = 0.95
) -> tuple[ProportionFit, ...]:
    """Return the exact fit of the proportions without the first study, without the second, and so on; k >= 3."""
    x, n = _check.cells(events, totals, minimum=3)
    keep = ~np.eye(x.size, dtype=bool)
    return tuple(pool_proportions(x[rows], n[rows], interval, level) for rows in keep)


def cumulative_proportions(
    events: npt.ArrayLike, totals: npt.ArrayLike, interval: ProportionInterval = "profile", level: float = 0.95
) -> tuple[ProportionFit, ...]:
    """Return the exact fit of the first two proportions, the first three, and so on, in the order given."""
    x, n = _check.cells(events, totals)
    return tuple(pool_proportions(x[:k], n[:k], interval, level) for k in range(2, x.size + 1))


def influence(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    fit: RandomEffects | None = None,
    without: tuple[RandomEffects, ...] | None = None,
    interval: IntervalKind = "normal",
) -> Influence:
    """Return each study's residuals, leverage, influence on the fit and shrunken estimate.

    Sources: Viechtbauer and Cheung (2010), Res Synth Methods 1:112-125; Baujat et al. (2002), Stat Med 21:2641-2652;
    Raudenbush and Bryk (1985), J Educ Stat 10:75-98.

    `fit` and `without` (one fit per left-out study) are the REML fits unless given, so that any estimator can be used.
    """
    y, v = _check.studies(effect, variance, minimum=3)
    whole = fit or random_effects(y, v, interval=interval)
    parts = without or leave_one_out(y, v, interval=interval)
    if len(parts) != y.size:
        raise InputError(f"{len(parts)} fits without a study for {y.size} studies; expected one for each")
    tau2, mean, se2 = whole.tau2, whole.estimate, whole.se**2
    hat = np.array(whole.weights) / 100.0
    plain = hat * (v + tau2)  # the variance of the mean without any Hartung-Knapp factor, once per study
    less = np.array([p.estimate for p in parts])
    less_se = np.array([p.se for p in parts])
    less_tau2 = np.array([p.tau2 for p in parts])
    factor = np.array([_factor(p, np.delete(v, i)) for i, p in enumerate(parts)])
    moved, residual, share = mean - less, y - mean, tau2 / (tau2 + v)
    return Influence(
        rstudent=_floats((y - less) / np.sqrt(factor * (v + less_tau2) + less_se**2)),
        rstandard=_floats(residual / np.sqrt(v + tau2 - plain)),
        dffits=_floats(moved / np.sqrt(factor * hat * (less_tau2 + v))),
        cook=_floats(moved**2 / se2),
        cov_ratio=_floats(less_se**2 / se2),
        tau2_without=_floats(less_tau2),
        q_without=tuple(p.q for p in parts),
        hat=_floats(hat),
        baujat_heterogeneity=_floats(residual**2 / (v + tau2)),
        baujat_influence=_floats(moved**2 / less_se**2),
        shrunken=_floats(share * y + (1.0 - share) * mean),
        shrunken_se=_floats(np.sqrt(share * v + (1.0 - share) ** 2 * se2)),
    )


def _factor(fit: RandomEffects, v: npt.NDArray[np.float64]) -> float:
    """Return the Hartung-Knapp factor of a fit: its squared standard error over the plain one."""
    factor = fit.se**2 * float((1.0 / (v + fit.tau2)).sum())
    return factor if math.isfinite(factor) and factor > 0.0 else 1.0


def _floats(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(np.asarray(values).tolist())
