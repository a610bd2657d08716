"""Cluster-robust variance: honest standard errors when effects of one study go together in a way nobody knows.

The covariance that pools is only a working one; the variance of the coefficients is taken from how residuals of whole
clusters vary. With few clusters CR2 and its degrees of freedom are the form to trust.

Sources: Hedges, Tipton and Johnson (2010), Res Synth Methods 1:39-65; Tipton (2015), Psychol Methods 20:375-393; Bell
and McCaffrey (2002), Surv Methodol 28:169-181; Pustejovsky and Tipton (2018), J Bus Econ Stat 36:672-683.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._mixed import design_or_ones, indices, known_covariance
from remit.stats.interval import t_p, t_quantile, tail
from remit.stats.residual_tau2 import Estimator, tau2_given
from remit.stats.result import Result

Kind = Literal["CR0", "CR1", "CR2"]
Working = Literal["correlated", "hierarchical"]
Labels = Sequence[str] | Sequence[int]
IntArray = npt.NDArray[np.intp]
FEW = 4.0  # degrees of freedom below which a Satterthwaite p says little (Tipton 2015)


@dataclass(frozen=True, slots=True)
class Robust(Result):
    """Coefficients with cluster-robust intervals and p.

    `df` is one per coefficient: clusters less coefficients for CR0 and CR1, Satterthwaite's for CR2. `note` warns
    where one is below 4: the interval's level is then not to be trusted. tau2 and omega2 are those of the working
    model where one was fitted here, else None.
    """

    k: int
    clusters: int
    kind: str
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    statistic: tuple[float, ...]
    p: tuple[float, ...]
    df: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    tau2: float | None
    omega2: float | None
    note: str
    level: float = 0.95


def cluster_robust(
    effect: npt.ArrayLike,
    covariance: npt.ArrayLike,
    cluster: Labels,
    design: npt.ArrayLike | None = None,
    kind: Kind = "CR2",
    level: float = 0.95,
) -> Robust:
    """Return coefficients weighted by the inverse of a working covariance, with cluster-robust variance.

    Parameters
    ----------
    effect : shape (n,)
    covariance : shape (n,) or (n, n)
        Marginal working covariance, between-study part included, such as `marginal_covariance` of a multilevel fit,
        or sampling variances plus tau2. Clusters must be independent in it.
    cluster : n labels, at least one cluster more than coefficients.
    design : shape (n, p), None for a column of ones.
    kind : "CR0" plain; "CR1" times m / (m - p), m clusters; "CR2" unbiased under the working covariance.

    Raises
    ------
    InputError
        Shapes that do not match, clusters that are not independent in the covariance, or too few clusters.
    """
    y = _check.column(effect, "effect")
    m = known_covariance(covariance, y.size)
    x = design_or_ones(design, y.size)
    return _robust(y, m, cluster, x, kind, level, None, None)


def robust_regression(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    cluster: Labels,
    design: npt.ArrayLike | None = None,
    estimator: Estimator = "reml",
    kind: Kind = "CR2",
    level: float = 0.95,
) -> Robust:
    """Return the meta-regression of `regression.meta_regression` with cluster-robust variance instead of its own."""
    y, v = _check.studies(effect, variance)
    x = design_or_ones(design, y.size)
    tau2 = tau2_given(y, v, x, estimator)
    return _robust(y, np.diag(v + tau2), cluster, x, kind, level, tau2, None)


def robust_weights(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    cluster: Labels,
    design: npt.ArrayLike | None = None,
    working: Working = "correlated",
    correlation: float = 0.8,
    kind: Kind = "CR2",
    level: float = 0.95,
) -> Robust:
    """Return robust variance estimation with the approximate weights of Hedges, Tipton and Johnson.

    Parameters
    ----------
    effect, variance, cluster, design
        As `cluster_robust`, with sampling variances of shape (n,).
    working : "correlated"
        Effects of a cluster share one weight, 1 / (k_j (mean variance + tau2)); tau2 by moments under a constant
        `correlation` of their sampling errors.
    working : "hierarchical"
        Independent sampling errors, variances tau2 between and omega2 within clusters, both by moments.

    Notes
    -----
    Source: Hedges, Tipton and Johnson (2010), Res Synth Methods 1:39-65, sections 4 and 5.
    """
    y, v = _check.studies(effect, variance)
    x = design_or_ones(design, y.size)
    key, names = indices(cluster, y.size, "cluster")
    if not 0.0 <= correlation <= 1.0:
        raise InputError(f"correlation {correlation!r}; expected a number from 0 to 1")
    _enough(len(names), x.shape[1])
    blocks = [np.flatnonzero(key == j) for j in range(len(names))]
    if working == "correlated":
        size = np.array([block.size for block in blocks], dtype=np.float64)
        mean = np.array([float(v[block].mean()) for block in blocks])
        tau2 = _correlated(y, x, blocks, 1.0 / (size * mean), correlation)
        return _robust(y, np.diag((size * (mean + tau2))[key]), cluster, x, kind, level, tau2, None)
    if working != "hierarchical":
        raise InputError(f"working {working!r}; expected correlated or hierarchical")
    tau2, omega2 = _hierarchical(y, v, x, blocks)
    return _robust(y, np.diag(v + tau2 + omega2), cluster, x, kind, level, tau2, omega2)


def _robust(
    y: FloatArray,
    m: FloatArray,
    cluster: Labels,
    x: FloatArray,
    kind: str,
    level: float,
    tau2: float | None,
    omega2: float | None,
) -> Robust:
    key, names = indices(cluster, y.size, "cluster")
    count, p = len(names), x.shape[1]
    tail(level)
    _enough(count, p)
    if (m[key[:, None] != key] != 0.0).any():
        raise InputError("covariance links clusters; expected 0 between clusters; use the outermost grouping")
    if kind not in ("CR0", "CR1", "CR2"):
        raise InputError(f"kind {kind!r}; expected CR0, CR1 or CR2")
    blocks = [np.flatnonzero(key == j) for j in range(count)]
    weighted = np.zeros_like(x)
    for b in blocks:
        weighted[b] = np.linalg.solve(m[np.ix_(b, b)], x[b])
    bread = np.asarray(np.linalg.inv(x.T @ weighted), dtype=np.float64)
    beta = bread @ (weighted.T @ y)
    residual = y - x @ beta
    adjust = [_adjustment(m[np.ix_(b, b)], x[b], bread) if kind == "CR2" else None for b in blocks]
    sides = [weighted[b] if a is None else a.T @ weighted[b] for a, b in zip(adjust, blocks, strict=True)]
    scores = np.stack([bread @ (g.T @ residual[b]) for g, b in zip(sides, blocks, strict=True)])
    covariance = scores.T @ scores * (count / (count - p) if kind == "CR1" else 1.0)
    df = np.full(p, float(count - p))
    if kind == "CR2":
        df = _satterthwaite(m, x, bread, sides, blocks)
    se = np.sqrt(np.diag(covariance))
    statistic = np.where(beta == 0.0, 0.0, np.copysign(np.inf, beta))  # where residuals are 0 but for rounding
    np.divide(beta, se, out=statistic, where=se > 8.0 * np.finfo(np.float64).eps * np.abs(beta))
    half = se * np.array([t_quantile(level, d) for d in df])
    few = f"degrees of freedom down to {df.min():.1f}: too few clusters carry this to trust its level"
    return Robust(
        k=y.size,
        clusters=count,
        kind=kind,
        estimate=_floats(beta),
        se=_floats(se),
        lower=_floats(beta - half),
        upper=_floats(beta + half),
        statistic=_floats(statistic),
        p=tuple(t_p(t, d) for t, d in zip(statistic.tolist(), df.tolist(), strict=True)),
        df=_floats(df),
        covariance=tuple(_floats(row) for row in covariance),
        tau2=tau2,
        omega2=omega2,
        note=few if df.min() < FEW else "",
        level=level,
    )


def _enough(clusters: int, coefficients: int) -> None:
    if clusters <= coefficients:
        raise InputError(
            f"{clusters} clusters for {coefficients} coefficients; expected more clusters than coefficients"
        )


def _adjustment(m: FloatArray, x: FloatArray, bread: FloatArray) -> FloatArray:
    """Return A = D' B^(+1/2) D with m = D'D and B = D (m - x bread x') D', which makes CR2 unbiased under m."""
    d = np.linalg.cholesky(m).T
    b = d @ (m - x @ bread @ x.T) @ d.T
    values, vectors = np.linalg.eigh(0.5 * (b + b.T))
    kept = values > 1e-10 * float(np.abs(values).max())
    root = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
    return np.asarray(d.T @ root @ d, dtype=np.float64)


def _satterthwaite(
    m: FloatArray, x: FloatArray, bread: FloatArray, sides: list[FloatArray], blocks: list[IntArray]
) -> FloatArray:
    """Return 2 E^2 / Var of each coefficient's variance under the working covariance.

    With G_j = A_j W_j X_j bread and P = (I - H)' G, entry (i, j) of P' M P is G_i' M_i G_i where i = j, less
    G_i' X_i bread X_j' G_j everywhere.
    """
    p = x.shape[1]
    g = [side @ bread for side in sides]
    own = np.stack([np.einsum("ac,ab,bc->c", gj, m[np.ix_(b, b)], gj) for gj, b in zip(g, blocks, strict=True)])
    cross = np.stack([x[b].T @ gj for gj, b in zip(g, blocks, strict=True)])
    df = np.empty(p)
    for c in range(p):
        q = np.diag(own[:, c]) - cross[:, :, c] @ bread @ cross[:, :, c].T
        df[c] = float(np.trace(q)) ** 2 / float(np.sum(q * q))
    return df


def _correlated(y: FloatArray, x: FloatArray, blocks: list[IntArray], w: FloatArray, rho: float) -> float:
    """Return tau2 of the correlated-effects model by moments, w one weight per cluster."""
    bread = np.linalg.inv(np.sum([wj * x[b].T @ x[b] for wj, b in zip(w, blocks, strict=True)], axis=0))
    residual = y - x @ bread @ np.sum([wj * x[b].T @ y[b] for wj, b in zip(w, blocks, strict=True)], axis=0)
    sums = [x[b].sum(axis=0) for b in blocks]
    q = sum(wj * float(residual[b] @ residual[b]) for wj, b in zip(w, blocks, strict=True))
    size = np.array([b.size for b in blocks], dtype=np.float64)
    plain = np.sum([wj / kj * x[b].T @ x[b] for wj, kj, b in zip(w, size, blocks, strict=True)], axis=0)
    joint = np.sum([wj / kj * np.outer(s, s) for wj, kj, s in zip(w, size, sums, strict=True)], axis=0)
    squared = np.sum([wj * wj * np.outer(s, s) for wj, s in zip(w, sums, strict=True)], axis=0)
    expected = w.size - float(np.trace(bread @ plain)) - rho * float(np.trace(bread @ (joint - plain)))
    return max(0.0, float(q - expected) / (float(size @ w) - float(np.trace(bread @ squared))))


def _hierarchical(y: FloatArray, v: FloatArray, x: FloatArray, blocks: list[IntArray]) -> tuple[float, float]:
    """Return tau2 between and omega2 within clusters, by two moment equations with weights 1 / variance.

    A negative omega2 is 0, and tau2 then follows from the first equation alone.
    """
    w = 1.0 / v
    member = np.zeros((len(blocks), y.size))
    for j, b in enumerate(blocks):
        member[j, b] = 1.0
    same = member.T @ member
    wx = w[:, None] * x
    bread = np.linalg.inv(x.T @ wx)
    residual = y - x @ (bread @ (wx.T @ y))
    hat = np.eye(y.size) - x @ bread @ wx.T
    total = float(w @ residual**2)
    between = float(np.sum((member @ residual) ** 2))
    forms = []
    for quadratic in (hat.T @ np.diag(w) @ hat, hat.T @ same @ hat):
        forms.append([float(np.sum(quadratic * same)), float(np.trace(quadratic)), float(np.diag(quadratic) @ v)])
    both = np.array([form[:2] for form in forms])
    omega2 = max(0.0, float(np.linalg.solve(both, np.array([total - forms[0][2], between - forms[1][2]]))[1]))
    return max(0.0, (total - forms[0][2] - omega2 * forms[0][1]) / forms[0][0]), omega2


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
