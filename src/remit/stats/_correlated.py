"""Several outcomes in time order from each study, pooled together with their correlation within and between studies."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from remit.errors import InputError, NotConverged
from remit.stats._check import FloatArray
from remit.stats._mixed import Convergence, Data
from remit.stats.dependent import Coefficients, Covariation, MultivariateFit, multivariate
from remit.stats.interval import chi2_p, normal_quantile, t_quantile

Structure = Literal[
    "auto", "unstructured", "autoregressive", "heterogeneous", "compound-symmetric", "diagonal", "common"
]
Method = Literal["reml", "ml"]
Ends = Literal["t", "normal"]
LADDER: tuple[Covariation, ...] = ("unstructured", "autoregressive", "compound-symmetric", "diagonal")
TOGETHER = 5  # studies that must give both of two outcomes before their correlation is left free


class Outcomes(NamedTuple):
    """One study: where its m outcomes lie in time, their estimates, and the covariance of their sampling errors."""

    at: FloatArray
    estimate: FloatArray
    covariance: FloatArray


class Joint(NamedTuple):
    """The pooled outcomes, on the scale of the estimates."""

    at: FloatArray
    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    prediction_lower: FloatArray
    prediction_upper: FloatArray
    covariance: FloatArray
    tau: FloatArray
    correlation: FloatArray
    k: tuple[int, ...]
    structure: str
    reason: str
    q: float
    q_df: int
    q_p: float
    i2: float
    log_likelihood: float
    left_out: tuple[float, ...]


def pool(
    studies: Sequence[Outcomes],
    structure: Structure = "auto",
    method: Method = "reml",
    ends: Ends = "t",
    level: float = 0.95,
) -> Joint:
    """Return the pooled outcomes. Outcomes of one study only are left out and named.

    "auto" takes the richest structure that the counts of studies allow and the likelihood can tell, and says why.

    Raises
    ------
    InputError
        Fewer than two studies, no outcome that two studies share, or a structure that these studies cannot tell.
    NotConverged
        No top of the likelihood with the structure asked for.
    """
    if structure not in ("auto", "heterogeneous", "common", *LADDER):
        raise InputError(f"structure {structure!r}; expected auto, common, heterogeneous, {', '.join(LADDER)}")
    if ends not in ("t", "normal"):
        raise InputError(f"interval {ends!r}; expected t or normal")
    if len(studies) < 2:
        raise InputError(f"{len(studies)} studies; expected at least two; a single study keeps its own interval")
    every = np.unique(np.concatenate([s.at for s in studies]))
    count = np.array([sum(int((s.at == t).any()) for s in studies) for t in every])
    kept = every[count > 1]
    if kept.size == 0:
        raise InputError("no time is shared by two studies; choose common times")
    rows = [_only(s, kept) for s in studies if np.isin(s.at, kept).any()]
    fit, used, reason = _fitted(rows, kept, structure, method)
    k = count[count > 1]
    b, cov = np.array(fit.coefficients.estimate), np.array(fit.coefficients.covariance)
    se, tau2 = np.sqrt(np.diag(cov)), np.zeros(kept.size) if used == "common" else np.array(fit.tau2)
    z = normal_quantile(level)
    half = se * np.array([t_quantile(level, n - 1.0) if ends == "t" else z for n in k])
    reach = np.sqrt(se**2 + tau2) * np.array([t_quantile(level, n - 2.0) if n > 2 else np.nan for n in k])
    return Joint(
        at=kept,
        estimate=b,
        se=se,
        lower=b - half,
        upper=b + half,
        prediction_lower=b - reach,
        prediction_upper=b + reach,
        covariance=cov,
        tau=np.sqrt(tau2),
        correlation=np.eye(kept.size) if used == "common" else np.array(fit.correlation),
        k=tuple(int(n) for n in k),
        structure=used,
        reason=reason,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        i2=max(0.0, 100.0 * (fit.q - fit.q_df) / fit.q) if fit.q > 0.0 else 0.0,
        log_likelihood=fit.log_likelihood,
        left_out=tuple(every[count < 2].tolist()),
    )


def _only(study: Outcomes, kept: FloatArray) -> Outcomes:
    own = np.flatnonzero(np.isin(study.at, kept))
    return Outcomes(study.at[own], study.estimate[own], study.covariance[np.ix_(own, own)])


def _fitted(
    rows: list[Outcomes], kept: FloatArray, structure: Structure, method: Method
) -> tuple[MultivariateFit, str, str]:
    together = np.array([[sum(int(np.isin([a, b], r.at).all()) for r in rows) for b in kept] for a in kept])
    if structure == "common":
        return _common(rows, kept), "common", "asked for"
    if structure != "auto":
        trouble = _cannot(structure, together, rows)
        if trouble:
            raise InputError(f"{structure}: {trouble}; choose a simpler structure, or auto")
        return _fit(rows, kept, structure, method), structure, "asked for"
    said: list[str] = []
    for name in LADDER if kept.size > 1 else ("diagonal",):
        trouble = _cannot(name, together, rows)
        if not trouble:
            try:
                return _fit(rows, kept, name, method), name, "; ".join(said) or "the richest these studies can tell"
            except NotConverged as error:
                trouble = str(error)
        said.append(f"{name}: {trouble}")
    raise InputError("no between-study structure can be told: " + "; ".join(said))


def _cannot(name: str, together: FloatArray, rows: list[Outcomes]) -> str:
    """Return why a structure cannot be told from these studies, or nothing."""
    m = together.shape[0]
    beside = np.diag(together, 1)
    spare = sum(r.at.size for r in rows) - m
    if name == "unstructured" and m > 1 and together.min() < max(TOGETHER, m + 1):
        return f"some pair of times is given by {together.min()} studies, of {max(TOGETHER, m + 1)} needed"
    if name in ("autoregressive", "heterogeneous") and m > 1 and (beside.min() < 3 or spare < m + 3):
        return f"neighbouring times are given together by only {beside.min()} studies, of 3 needed"
    if name == "compound-symmetric" and (spare < 4 or (m > 1 and beside.max() < 2)):
        return "too few studies give more than one time"
    return ""


def _fit(rows: list[Outcomes], kept: FloatArray, structure: Covariation, method: Method) -> MultivariateFit:
    y, v, study, place = _stacked(rows, kept)
    return multivariate(y, v, study, place, structure=structure, method=method)


def _common(rows: list[Outcomes], kept: FloatArray) -> MultivariateFit:
    """Generalised least squares without between-study variance, told through the same result."""
    y, v, study, place = _stacked(rows, kept)
    x = (np.array(place)[:, None] == np.array([f"{i:04d}" for i in range(kept.size)])).astype(np.float64)
    data = Data(y, x, v)
    fit = data.at(np.zeros_like(v))
    cov = fit.covariance * data.unit**2
    m, df = kept.size, y.size - kept.size
    none, zero = tuple([float("nan")] * m), tuple([0.0] * m)
    table = tuple(tuple(row) for row in cov.tolist())
    named = tuple(f"{i:04d}" for i in range(m))
    b, se = tuple((fit.beta * data.unit).tolist()), tuple(np.sqrt(np.diag(cov)).tolist())
    held = Coefficients(b, se, none, none, none, none, none, table)
    return MultivariateFit(
        y.size, tuple(sorted(set(study))), named, held, zero, table, fit.q, df, chi2_p(fit.q, df),
        float("nan"), 0, float("nan"), fit.ml, "none", Convergence(0.0, 1, 1), ()
    )  # fmt: skip


def _stacked(rows: list[Outcomes], kept: FloatArray) -> tuple[FloatArray, FloatArray, list[str], list[str]]:
    y = np.concatenate([r.estimate for r in rows])
    v, at = np.zeros((y.size, y.size)), 0
    study: list[str] = []
    place: list[str] = []
    for i, r in enumerate(rows):
        m = r.at.size
        v[at : at + m, at : at + m] = r.covariance
        study += [f"{i:06d}"] * m
        place += [f"{int(np.flatnonzero(kept == t)[0]):04d}" for t in r.at]
        at += m
    return y, v, study, place
