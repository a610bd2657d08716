"""Several effects from one study: multilevel and multivariate models with known sampling covariance.

Effects of one study share patients, so their sampling errors, their true effects, or both, go together. `multilevel`
adds a variance at each level of nested groups; `multivariate` gives each outcome its own variance and correlates them
within studies. `block_covariance` makes the sampling covariance when only its correlation can be guessed.

Sources: Konstantopoulos (2011), Res Synth Methods 2:61-76 (three levels); Berkey et al. (1998), Stat Med 17:2537-2550,
and Jackson, Riley and White (2011), Stat Med 30:2481-2498 (several outcomes).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._mixed import Climb, Convergence, Data, Fit, design_or_ones, indices, known_covariance
from remit.stats._structures import STRUCTURES, Groups, Outcomes
from remit.stats.interval import Interval, chi2_p, chi2_quantile, f_p, normal_p, normal_quantile, t_p, t_quantile, tail
from remit.stats.result import Result
from remit.stats.roots import bracketed, widen

Method = Literal["reml", "ml"]
DependentTest = Literal["normal", "t", "contain"]
Covariation = Literal[
    "unstructured", "compound-symmetric", "heterogeneous", "autoregressive", "autoregressive-equal", "diagonal"
]
Labels = Sequence[str] | Sequence[int]


@dataclass(frozen=True, slots=True)
class Coefficients(Result):
    """Coefficients with intervals and p. df has one entry per coefficient, infinite for normal tests."""

    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    statistic: tuple[float, ...]
    p: tuple[float, ...]
    df: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class MultilevelFit(Result):
    """A model with one variance per level of nesting, outermost first.

    i2, in percent, is each level's share of all variance at a typical sampling variance. The prediction interval is of
    a new true effect in a new group, given only where the design is a column of ones. `group_effects` are best linear
    unbiased predictions of the outermost groups' deviations, in the order of `groups`. q tests that all variances are
    0; `moderators` that all coefficients, or all but the ones column's, are 0.
    """

    k: int
    groups: tuple[str, ...]
    coefficients: Coefficients
    variances: tuple[float, ...]
    i2: tuple[float, ...]
    prediction_lower: float | None
    prediction_upper: float | None
    group_effects: tuple[float, ...]
    q: float
    q_df: int
    q_p: float
    moderators: float
    moderators_df: int
    moderators_p: float
    log_likelihood: float
    method: str
    convergence: Convergence
    marginal_covariance: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class MultivariateFit(Result):
    """A model of several outcomes: tau2 of each and their correlation between studies, in sorted order of outcomes."""

    k: int
    studies: tuple[str, ...]
    outcomes: tuple[str, ...]
    coefficients: Coefficients
    tau2: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    q: float
    q_df: int
    q_p: float
    moderators: float
    moderators_df: int
    moderators_p: float
    log_likelihood: float
    method: str
    convergence: Convergence
    marginal_covariance: tuple[tuple[float, ...], ...]


def block_covariance(variance: npt.ArrayLike, cluster: Labels, correlation: float) -> FloatArray:
    """Return the (n, n) sampling covariance with one constant correlation within clusters and none between.

    The correlation is a guess unless the report gives it; say so, and repeat the analysis with others.
    """
    v = _check.column(variance, "variance")
    _check.studies(v, v, minimum=1)
    rho = _check.finite(correlation, "correlation")
    if not -1.0 < rho < 1.0:
        raise InputError(f"correlation {correlation!r}; expected a number between -1 and 1")
    group, _ = indices(cluster, v.size, "cluster")
    share = np.where(group[:, None] == group, rho, 0.0)
    np.fill_diagonal(share, 1.0)
    root = np.sqrt(v)
    return known_covariance(share * root[:, None] * root, v.size)


def multilevel(
    effect: npt.ArrayLike,
    covariance: npt.ArrayLike,
    levels: Sequence[Labels],
    design: npt.ArrayLike | None = None,
    method: Method = "reml",
    test: DependentTest = "normal",
    level: float = 0.95,
) -> MultilevelFit:
    """Return the fit with a random effect at each level of nesting.

    Parameters
    ----------
    effect : shape (n,)
    covariance : shape (n,), sampling variances, or (n, n), their covariance
    levels : one sequence of n labels per level, outermost first
        Each level is nested in those before it: a label counts as another group inside another outer group. For three
        levels give study and then a label of the effect within it.
    design : shape (n, p), None for a column of ones.
    test : "normal"; "t" on n - p degrees of freedom; "contain", the number of groups less p at the outermost level
        within which a column of the design is constant, n - p for a column that varies within all.

    Raises
    ------
    InputError
        Shapes that do not match, a covariance that is not positive definite, or a level that makes the same groups as
        the one above it.
    NotConverged
        No start arrives where the likelihood is level.
    """
    y = _check.column(effect, "effect")
    v, x = known_covariance(covariance, y.size), design_or_ones(design, y.size)
    restricted = _restricted(method)
    keys, names = _nested(levels, y.size)
    data = Data(y, x, v)
    theta, height, convergence = Climb(data, Groups(keys), restricted).top()
    g, _ = Groups(keys).build(theta)
    fit, fixed = data.at(g), data.at(np.zeros_like(g))
    sigma2 = theta * data.unit**2
    df = _degrees(test, x, keys)
    coefficients = _coefficients(fit, data.unit, df, level)
    moderators, m, moderators_p = _omnibus(fit, x, df)
    typical = (y.size - x.shape[1]) / float(np.trace(fixed.p_matrix)) * data.unit**2
    total = float(sigma2.sum())
    pi = _prediction(coefficients, total, level) if x.shape[1] == 1 and np.ptp(x) == 0.0 else None
    q_df = y.size - x.shape[1]
    same = keys[0][:, None] == np.arange(int(keys[0].max()) + 1)
    return MultilevelFit(
        k=y.size,
        groups=names,
        coefficients=coefficients,
        variances=_floats(sigma2),
        i2=_floats(100.0 * sigma2 / (total + typical)),
        prediction_lower=None if pi is None else pi.lower,
        prediction_upper=None if pi is None else pi.upper,
        group_effects=_floats(theta[0] * data.unit * (same.T @ fit.py)),
        q=fixed.q,
        q_df=q_df,
        q_p=chi2_p(fixed.q, q_df),
        moderators=moderators,
        moderators_df=m,
        moderators_p=moderators_p,
        log_likelihood=height - (q_df if restricted else y.size) * math.log(data.unit),
        method=method,
        convergence=convergence,
        marginal_covariance=_rows((v / data.unit**2 + g) * data.unit**2),
    )


def variance_interval(
    effect: npt.ArrayLike,
    covariance: npt.ArrayLike,
    levels: Sequence[Labels],
    which: int,
    design: npt.ArrayLike | None = None,
    method: Method = "reml",
    level: float = 0.95,
) -> Interval:
    """Return the profile-likelihood interval of the variance at one level, the others refitted at each value.

    Source: Hardy and Thompson (1996), Stat Med 15:619-629.
    """
    y = _check.column(effect, "effect")
    v, x = known_covariance(covariance, y.size), design_or_ones(design, y.size)
    keys, _ = _nested(levels, y.size)
    if not 0 <= which < len(keys):
        raise InputError(f"level {which} of {len(keys)}; expected a number from 0, the outermost")
    data, restricted = Data(y, x, v), _restricted(method)
    theta, height, _ = Climb(data, Groups(keys), restricted).top()
    floor = height - 0.5 * chi2_quantile(2.0 * tail(level), 1.0)

    def above(value: float) -> float:
        near = np.where(theta > 0.0, theta, 0.1 * data.between)
        return Climb(data, Groups(keys), restricted, {which: value}).top(near)[1] - floor

    best = float(theta[which])
    lower = 0.0 if best <= 0.0 or above(0.0) >= 0.0 else bracketed(above, 0.0, best, 1e-10)
    step = max(best, 0.1)
    near, far = widen(above, best, step, 1e6)
    return Interval(lower * data.unit**2, bracketed(above, near, far, 1e-10) * data.unit**2, level)


def multivariate(
    effect: npt.ArrayLike,
    covariance: npt.ArrayLike,
    study: Labels,
    outcome: Labels,
    structure: Covariation = "unstructured",
    design: npt.ArrayLike | None = None,
    method: Method = "reml",
    test: Literal["normal", "t"] = "normal",
    level: float = 0.95,
) -> MultivariateFit:
    """Return the fit of several outcomes, correlated within and between studies; a study may lack outcomes.

    Parameters
    ----------
    effect : shape (n,), one row per study and outcome
    covariance : shape (n, n), known within studies; (n,) says that sampling errors are independent
    study, outcome : n labels each, no pair twice
    structure : of true effects between studies
        "unstructured" (each variance and correlation free), "compound-symmetric" (one variance, one correlation),
        "heterogeneous" (own variances, one correlation), "autoregressive" (own variances, a correlation that falls
        with the distance between outcomes in sorted order), "autoregressive-equal" (the same with one variance),
        "diagonal" (own variances, no correlation).
    design : shape (n, p), None for one column per outcome, in sorted order of outcomes.

    Raises
    ------
    InputError, NotConverged
        As `multilevel`; also a pair of study and outcome given twice.
    """
    y = _check.column(effect, "effect")
    v = known_covariance(covariance, y.size)
    row, studies = indices(study, y.size, "study")
    column, outcomes = indices(outcome, y.size, "outcome")
    if len(set(zip(row.tolist(), column.tolist(), strict=True))) < y.size:
        raise InputError("a study gives the same outcome twice; average them, or fit `multilevel`")
    if structure not in STRUCTURES:
        raise InputError(f"structure {structure!r}; expected one of {', '.join(STRUCTURES)}")
    own = (column[:, None] == np.arange(len(outcomes))).astype(np.float64)
    x = design_or_ones(own if design is None else design, y.size)
    restricted = _restricted(method)
    between: Outcomes = STRUCTURES[structure](row, column, len(outcomes))
    data = Data(y, x, v)
    theta, height, convergence = Climb(data, between, restricted).top()
    g, _ = between.build(theta)
    fit, fixed = data.at(g), data.at(np.zeros_like(g))
    small = between.small(theta)[0] * data.unit**2
    df = _degrees(test, x, [])
    moderators, m, moderators_p = _omnibus(fit, x, df)
    q_df = y.size - x.shape[1]
    return MultivariateFit(
        k=y.size,
        studies=studies,
        outcomes=outcomes,
        coefficients=_coefficients(fit, data.unit, df, level),
        tau2=_floats(np.diag(small)),
        correlation=_rows(_correlation(small)),
        q=fixed.q,
        q_df=q_df,
        q_p=chi2_p(fixed.q, q_df),
        moderators=moderators,
        moderators_df=m,
        moderators_p=moderators_p,
        log_likelihood=height - (q_df if restricted else y.size) * math.log(data.unit),
        method=method,
        convergence=convergence,
        marginal_covariance=_rows(v + g * data.unit**2),
    )


def _restricted(method: str) -> bool:
    if method not in ("reml", "ml"):
        raise InputError(f"method {method!r}; expected reml or ml")
    return method == "reml"


def _nested(levels: Sequence[Labels], n: int) -> tuple[list[npt.NDArray[np.intp]], tuple[str, ...]]:
    """Return group numbers at each level, every level nested in those before, and the outermost labels."""
    if not levels:
        raise InputError("no levels; expected at least one sequence of group labels")
    first, names = indices(levels[0], n, "levels[0]")
    keys = [first]
    for i, labels in enumerate(levels[1:], start=1):
        inner, _ = indices(labels, n, f"levels[{i}]")
        pairs = keys[-1] * (int(inner.max()) + 1) + inner
        keys.append(np.unique(pairs, return_inverse=True)[1].astype(np.intp))
        if keys[-1].max() == keys[-2].max():
            raise InputError(f"levels[{i}] makes the same groups as the level above; leave it out")
    return keys, names


def _degrees(test: str, x: FloatArray, keys: list[npt.NDArray[np.intp]]) -> FloatArray:
    n, p = x.shape
    if test == "normal":
        return np.full(p, math.inf)
    if test == "t":
        return np.full(p, float(n - p))
    if test != "contain":
        raise InputError(f"test {test!r}; expected normal, t or contain")
    df = np.full(p, float(n - p))
    for j in range(p):
        for key in keys:
            groups = int(key.max()) + 1
            if all(np.ptp(x[key == group, j]) == 0.0 for group in range(groups)):
                df[j] = min(df[j], groups - p)
    if df.min() < 1.0:
        raise InputError("fewer groups than coefficients; expected more groups, or test = normal")
    return df


def _coefficients(fit: Fit, unit: float, df: FloatArray, level: float) -> Coefficients:
    covariance = fit.covariance * unit**2
    estimate, se = fit.beta * unit, np.sqrt(np.diag(covariance))
    statistic = estimate / se
    half = se * [normal_quantile(level) if math.isinf(d) else t_quantile(level, d) for d in df]
    p = tuple(normal_p(t) if math.isinf(d) else t_p(t, d) for t, d in zip(statistic, df, strict=True))
    return Coefficients(
        _floats(estimate),
        _floats(se),
        _floats(estimate - half),
        _floats(estimate + half),
        _floats(statistic),
        p,
        _floats(df),
        _rows(covariance),
        level=level,
    )


def _omnibus(fit: Fit, x: FloatArray, df: FloatArray) -> tuple[float, int, float]:
    """Return the test of all coefficients but a ones column's; of all where there is no other or no ones column."""
    moving = np.flatnonzero(np.ptp(x, axis=0) > 0.0)
    which = moving if moving.size else np.arange(x.shape[1])
    b = fit.beta[which]
    q = float(b @ np.linalg.solve(fit.covariance[np.ix_(which, which)], b))
    m, least = int(which.size), float(df[which].min())
    return (q, m, chi2_p(q, m)) if math.isinf(least) else (q / m, m, f_p(q / m, m, least))


def _prediction(coefficients: Coefficients, between: float, level: float) -> Interval:
    df = coefficients.df[0]
    crit = normal_quantile(level) if math.isinf(df) else t_quantile(level, df)
    half = crit * math.sqrt(between + coefficients.se[0] ** 2)
    return Interval(coefficients.estimate[0] - half, coefficients.estimate[0] + half, level)


def _correlation(small: FloatArray) -> FloatArray:
    root = np.sqrt(np.diag(small))
    scale = np.where(root > 0.0, root, 1.0)
    out = small / scale[:, None] / scale
    np.fill_diagonal(out, 1.0)
    return out


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())


def _rows(matrix: FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(_floats(row) for row in matrix)
