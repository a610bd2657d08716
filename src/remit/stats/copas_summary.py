"""Copas's selection model as one answer: the least selection that explains the asymmetry, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.copas import CHANCES, Copas, copas_path
from remit.stats.fit_statistics import fit_statistics
from remit.stats.interval import chi2_p, normal_p, normal_quantile
from remit.stats.residual_tau2 import Weighted, tau2_given
from remit.stats.result import Result
from remit.stats.small_study import MINIMUM


@dataclass(frozen=True, slots=True)
class CopasRow(Result):
    """The answer under one strength of selection; `chance_least` is 1 where none is assumed.

    se has rho held where it came to its bound (`rho_at_bound`), and is None where the likelihood has no curvature.
    """

    chance_least: float
    estimate: float
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None
    unpublished: float
    residual_p: float
    rho_at_bound: bool
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class CopasSummary(Result):
    """`rows` from no selection (the maximum likelihood pool) to the strongest looked at; `chosen` is the first of them
    that leaves no asymmetry, None where none does.
    """

    k: int
    alpha: float
    chosen: CopasRow | None
    rows: tuple[CopasRow, ...]
    level: float = 0.95


def copas_summary(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    chances: Sequence[float] = CHANCES,
    chance_most: float = 0.99,
    alpha: float = 0.1,
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> CopasSummary:
    """Return the pool without selection and under each of `chances` of the least precise study (falling), and the first
    row whose test of residual selection has p >= `alpha`.

    The rule is that of Copas and Shi (2001), Stat Methods Med Res 10:251-265, and of Carpenter et al. (2009), J Clin
    Epidemiol 62:624-631: take the least selection with which the funnel is no longer asymmetric.
    Raises InputError as `copas` does, for chances that do not fall, and for an alpha not between 0 and 1.
    """
    y, v = _check.studies(effect, variance, max(minimum, 5))
    _check.between(alpha, "alpha")
    strengths = [float(chance) for chance in chances]
    if not strengths or any(later >= sooner for sooner, later in pairwise(strengths)):
        raise InputError(f"chances {strengths}; expected chances that fall, such as 0.99, 0.9, 0.8")
    path = copas_path(y, v, strengths, chance_most, minimum, level)
    rows = (_unselected(y, v, level), *(_row(fit) for fit in path))
    enough = [row for row in rows if row.residual_p >= alpha]
    return CopasSummary(y.size, alpha, enough[0] if enough else None, rows, level)


def _unselected(y: FloatArray, v: FloatArray, level: float) -> CopasRow:
    """Return the maximum likelihood pool; its residual test asks whether effects move with their standard errors."""
    ones = np.ones((y.size, 1))
    line = np.column_stack((ones, np.sqrt(v)))
    heights = []
    for design in (ones, line):
        between = tau2_given(y, v, design, "maximum-likelihood")
        heights.append(fit_statistics(y, v, between, design).plain.log_likelihood)
    fit = Weighted(y, v, ones, tau2_given(y, v, ones, "maximum-likelihood"))
    estimate, se = float(fit.beta[0]), float(np.sqrt(fit.covariance[0, 0]))
    residual = max(0.0, 2.0 * (heights[1] - heights[0]))
    return _told(1.0, estimate, se, 0.0, chi2_p(residual, 1.0), False, level)


def _row(fit: Copas) -> CopasRow:
    se = fit.se_held if fit.se is None else fit.se
    return _told(
        fit.chance_least,
        fit.estimate,
        se,
        fit.unpublished,
        fit.residual_p,
        fit.se is None and se is not None,
        fit.level,
    )


def _told(
    chance: float, estimate: float, se: float | None, unpublished: float, residual_p: float, bound: bool, level: float
) -> CopasRow:
    half = None if se is None else normal_quantile(level) * se
    return CopasRow(
        chance_least=chance,
        estimate=estimate,
        se=se,
        lower=None if half is None else estimate - half,
        upper=None if half is None else estimate + half,
        p=None if se is None else normal_p(estimate / se),
        unpublished=unpublished,
        residual_p=residual_p,
        rho_at_bound=bound,
        level=level,
    )
