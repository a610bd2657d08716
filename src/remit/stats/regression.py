"""Meta-regression: how effects move with what is known about studies.

Any design matrix of full rank; the caller puts the column of ones in it. With that column alone every number equals
that of `pool.random_effects` under the same estimator.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import chi2_p, f_p, normal_p, normal_quantile, t_p, t_quantile
from remit.stats.residual_tau2 import Estimator, Weighted, tau2_given
from remit.stats.result import Result

TestKind = Literal["normal", "t", "hartung-knapp", "hartung-knapp-adhoc"]
EXACT = 1e-26  # what rounding leaves of the sum of squares when a design fits every effect


@dataclass(frozen=True, slots=True)
class Regression(Result):
    """Coefficients with intervals and p, residual heterogeneity, and the test that all but the ones column are 0.

    `covariance` has one row per coefficient. df is infinite for normal tests. `moderators` tests every column that is
    not constant: chi-square (q on m degrees of freedom), or F = q on (m, k - p) for t tests. r2, in percent, is the
    share of tau2 that the moderators take away, None where they take from nothing. i2 in percent.
    """

    k: int
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    statistic: tuple[float, ...]
    p: tuple[float, ...]
    df: float
    covariance: tuple[tuple[float, ...], ...]
    tau2: float
    i2: float
    r2: float | None
    q: float
    q_df: int
    q_p: float
    moderators: float
    moderators_df: int
    moderators_p: float
    level: float = 0.95


def meta_regression(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    design: npt.ArrayLike,
    estimator: Estimator = "reml",
    test: TestKind = "hartung-knapp-adhoc",
    level: float = 0.95,
) -> Regression:
    """Return the mixed-effects regression of effects on the columns of `design`, shape (k, p) with p < k.

    Source: Knapp and Hartung (2003), Stat Med 22:2693-2710; Viechtbauer et al. (2015), Psychol Methods 20:360-374.
    Raises InputError for a design of other shape, of deficient rank or with p >= k, for unknown words, and for
    "hartung-knapp" where the design fits every effect exactly.
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(design, y.size)
    k, p = x.shape
    between = tau2_given(y, v, x, estimator)
    fixed, fit = Weighted(y, v, x, 0.0), Weighted(y, v, x, between)
    if test == "hartung-knapp" and fit.q <= EXACT * float(fit.weights @ (y * y)):
        raise InputError(
            "the moderators fit every effect exactly, so Hartung and Knapp's standard errors are 0 and their tests "
            'mean nothing; ask for test "normal" or "hartung-knapp-adhoc"'
        )
    scale, df = scale_and_df(test, fit.q / (k - p), k - p)
    covariance = fit.covariance * scale
    se = np.sqrt(np.diag(covariance))
    half = (normal_quantile(level) if math.isinf(df) else t_quantile(level, df)) * se
    statistic = fit.beta / se
    moving = np.flatnonzero(np.ptp(x, axis=0) > 0.0)
    tested, tested_p = _omnibus(fit.beta, covariance, moving, df)
    typical = (k - p) / fixed.trace
    return Regression(
        k=k,
        estimate=_floats(fit.beta),
        se=_floats(se),
        lower=_floats(fit.beta - half),
        upper=_floats(fit.beta + half),
        statistic=_floats(statistic),
        p=tuple(normal_p(t) if math.isinf(df) else t_p(t, df) for t in statistic),
        df=df,
        covariance=tuple(_floats(row) for row in covariance),
        tau2=between,
        i2=100.0 * between / (between + typical),
        r2=_explained(y, v, x, estimator, between),
        q=fixed.q,
        q_df=k - p,
        q_p=chi2_p(fixed.q, k - p),
        moderators=tested,
        moderators_df=moving.size,
        moderators_p=tested_p,
        level=level,
    )


def design_matrix(design: npt.ArrayLike, k: int) -> FloatArray:
    """Return `design` as a (k, p) float array of full rank with p < k."""
    x = _check.floats(design, "design")
    if x.ndim != 2 or x.shape[0] != k:
        raise InputError(f"design has shape {x.shape}; expected one row for each of {k} studies")
    if x.shape[1] >= k or not x.shape[1]:
        raise InputError(f"{x.shape[1]} coefficients for {k} studies; expected fewer coefficients than studies")
    if not np.isfinite(x).all():
        raise InputError("design holds a value that is not finite; leave that study out and say why")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise InputError("columns of the design repeat one another; drop one, such as one level of a category")
    return x


def scale_and_df(test: str, s2: float, df: int) -> tuple[float, float]:
    """Return what the covariance is multiplied by, and the degrees of freedom of the tests."""
    forms = {
        "normal": (1.0, math.inf),
        "t": (1.0, float(df)),
        "hartung-knapp": (s2, float(df)),
        "hartung-knapp-adhoc": (max(1.0, s2), float(df)),
    }
    if test not in forms:
        raise InputError(f"test {test!r}; expected one of {', '.join(forms)}")
    return forms[test]


def _omnibus(beta: FloatArray, covariance: FloatArray, columns: npt.NDArray[np.intp], df: float) -> tuple[float, float]:
    m = columns.size
    if m == 0:
        return 0.0, 1.0
    b = beta[columns]
    q = float(b @ np.linalg.solve(covariance[np.ix_(columns, columns)], b))
    return (q, chi2_p(q, m)) if math.isinf(df) else (q / m, f_p(q / m, m, df))


def _explained(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str, tau2: float) -> float | None:
    alone = tau2_given(y, v, np.ones((y.size, 1)), estimator)
    return max(0.0, 100.0 * (alone - tau2) / alone) if alone > 0.0 else None


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values).tolist())
