"""Inverse-variance pooling of estimates on the analysis scale."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check, batch_kernels, compiled
from remit.stats._check import FloatArray
from remit.stats.batch_solve import POWERS
from remit.stats.interval import chi2_p, chi2_quantile, normal_p, normal_quantile, t_p, t_quantile, tail
from remit.stats.result import Result
from remit.stats.tau2 import generalised_q, likeliest, solve_q, squares

IntervalKind = Literal[
    "normal",
    "t",
    "hartung-knapp",
    "hartung-knapp-adhoc",
    "kenward-roger",
    "hartung-knapp-hybrid",
    "hartung-knapp-iqwig",
]
PredictionKind = Literal[
    "k-2", "k-1", "hartung-knapp", "kenward-roger", "hartung-knapp-k-2", "kenward-roger-less-1", "normal"
]
INTERVALS = (
    "normal",
    "t",
    "hartung-knapp",
    "hartung-knapp-adhoc",
    "kenward-roger",
    "hartung-knapp-hybrid",
    "hartung-knapp-iqwig",
)
PREDICTIONS = (
    "k-2",
    "k-1",
    "hartung-knapp",
    "kenward-roger",
    "hartung-knapp-k-2",
    "kenward-roger-less-1",
    "normal",
)


@dataclass(frozen=True, slots=True)
class CommonEffect(Result):
    """The weighted mean under one effect shared by all studies; weights in percent."""

    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    weights: tuple[float, ...]
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class RandomEffects(Result):
    """The mean of true effects that vary with variance tau2 between studies.

    Ends of tau2 by Q-profile; i2 and weights in percent; df is infinite where the normal distribution was used;
    a prediction interval needs three studies, with k - 1 degrees of freedom two.
    """

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    df: float
    p: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    i2: float
    q: float
    q_df: int
    q_p: float
    prediction_lower: float | None
    prediction_upper: float | None
    weights: tuple[float, ...]
    level: float = 0.95


def common_effect(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> CommonEffect:
    """Return the inverse-variance weighted mean with its normal interval; one study gives its own interval."""
    y, v = _check.studies(effect, variance, minimum=1)
    w = 1.0 / v
    total = float(w.sum())
    estimate, se = float(w @ y) / total, math.sqrt(1.0 / total)
    half = normal_quantile(level) * se
    statistic = estimate / se
    return CommonEffect(
        estimate, se, estimate - half, estimate + half, statistic, normal_p(statistic), _percent(w / total), level=level
    )


def random_effects(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    tau2: float | None = None,
    interval: IntervalKind = "hartung-knapp-adhoc",
    prediction: PredictionKind = "k-2",
    level: float = 0.95,
) -> RandomEffects:
    """Return the random-effects mean with its interval, heterogeneity and prediction interval.

    tau2 is the restricted maximum likelihood estimate unless given. `interval`:

    - "normal": standard error sqrt(1 / sum of weights), normal quantile
    - "t": the same standard error, t with k - 1 degrees of freedom
    - "hartung-knapp": weighted residual variance, t with k - 1 (Hartung and Knapp 2001, Stat Med 20:3875-3889)
    - "hartung-knapp-adhoc": the same, never with a smaller standard error than "normal" (Knapp and Hartung 2003,
      Stat Med 22:2693-2710)
    - "kenward-roger": variance enlarged for the uncertainty of a REML tau2, t with matching degrees of freedom
      (Partlett and Riley 2017, Stat Med 36:301-317, from Kenward and Roger 1997, Biometrics 53:983-997)
    - "hartung-knapp-hybrid": the wider of "hartung-knapp" and "normal" (Jackson et al. 2017, Stat Med 36:3923-3934)
    - "hartung-knapp-iqwig": "hartung-knapp", and its truncated form only where that is narrower than the normal
      interval with DerSimonian-Laird's tau2 (IQWiG, General Methods 6.1, 2022)

    `prediction`, for the true effect of a new study: estimate +- t sqrt(tau2 + se^2), with t on k - 2 (Higgins,
    Thompson and Spiegelhalter 2009, J R Stat Soc A 172:137-159) or k - 1 degrees of freedom and the "normal" standard
    error, or "hartung-knapp" on k - 1 (Partlett and Riley's own, "hartung-knapp-k-2", on k - 2) with the Hartung-Knapp
    standard error (truncated where `interval` is), or "kenward-roger" with that one's standard error and degrees of
    freedom ("kenward-roger-less-1", Partlett and Riley's own, with one fewer),
    or "normal" with the normal quantile.

    Raises InputError for k < 2, unequal lengths, a variance not above 0, a negative tau2 or an unknown word.
    """
    y, v = _check.studies(effect, variance)
    if interval not in INTERVALS:
        raise InputError(f"interval {interval!r}; expected one of {', '.join(INTERVALS)}")
    given = None if tau2 is None else _given(tau2)
    k, first, alpha = y.size, float(y[0]), tail(level)
    off = y - first  # so that identical effects have residuals of exactly 0
    core = _core(y, off, v, given, chi2_quantile(alpha, k - 1.0), chi2_quantile(1.0 - alpha, k - 1.0))
    between, total, estimate = core.tau2, core.total, first + core.mean
    w = 1.0 / (v + between)
    spreads = _spreads(k, total, core.rest / (k - 1), interval == "hartung-knapp-adhoc")
    if interval == "kenward-roger" or prediction.startswith("kenward-roger"):
        spreads["kenward-roger"] = _kenward_roger(w, total)
    if interval in ("hartung-knapp-hybrid", "hartung-knapp-iqwig"):
        spreads[interval] = _chosen(interval, spreads, y, v, level)
    squared, df = spreads[interval]
    se = math.sqrt(squared)
    half = (normal_quantile(level) if math.isinf(df) else t_quantile(level, df)) * se
    statistic = _ratio(estimate, se)
    reach = _reach(prediction, between, spreads, k, level)
    rest = core.total0 * core.total0 - core.square0
    typical = (k - 1) * core.total0 / rest if rest > 0.0 else math.inf  # one study outweighs the rest beyond digits
    return RandomEffects(
        k=k,
        estimate=estimate,
        se=se,
        lower=estimate - half,
        upper=estimate + half,
        statistic=statistic,
        df=df,
        p=normal_p(statistic) if math.isinf(df) else t_p(statistic, df),
        tau2=between,
        tau2_lower=core.lower,
        tau2_upper=core.upper,
        i2=100.0 * between / (between + typical),
        q=core.q,
        q_df=k - 1,
        q_p=chi2_p(core.q, k - 1),
        prediction_lower=None if reach is None else estimate - reach,
        prediction_upper=None if reach is None else estimate + reach,
        weights=tuple(((100.0 / total) * w).tolist()),
        level=level,
    )


class _Core(NamedTuple):
    """Q, sum of weights and of their squares at 0; tau2, sum of weights, mean and Q there; ends of tau2."""

    q: float
    total0: float
    square0: float
    tau2: float
    total: float
    mean: float
    rest: float
    lower: float
    upper: float


def _core(effect: FloatArray, y: FloatArray, v: FloatArray, given: float | None, lower: float, upper: float) -> _Core:
    """Return sums, tau2 by REML unless given, and the tau2 where Q is `lower` and `upper`; y: effects less the first.

    By compiled functions where a caller has loaded them, whose sums run in another order (last digits may differ).
    """
    if compiled.loaded():
        found = batch_kernels.one_fit(y, compiled.plain(v), -1.0 if given is None else given, lower, upper, POWERS)
        if not found[-1]:
            raise NotConverged("tau2 was not solved to a relative 1e-9; effects or variances differ beyond all measure")
        return _Core(*found[:-1])
    s = squares(y)
    tau2 = likeliest(effect, v, restricted=True) if given is None else given
    w = 1.0 / v
    total0 = float(w.sum())
    r = y - float(w.dot(y)) / total0
    q, square0 = float(w.dot(r * r)), float(w.dot(w))
    w = 1.0 / (v + tau2)
    total = float(w.sum())
    mean = float(w.dot(y)) / total
    r = y - mean
    low, high = solve_q(y, v, lower, q, s), solve_q(y, v, upper, q, s)
    return _Core(q, total0, square0, tau2, total, mean, float(w.dot(r * r)), low, high)


def _given(tau2: float) -> float:
    if _check.finite(tau2, "tau2") < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more; a negative estimate stands for 0")
    return float(tau2)


def _spreads(k: int, total: float, residual: float, truncated: bool) -> dict[str, tuple[float, float]]:
    """Return the squared standard error and degrees of freedom of each interval; `residual` is Q / (k - 1)."""
    plain, df = 1.0 / total, float(k - 1)
    knapp, held = residual * plain, max(residual, 1.0) * plain
    return {
        "normal": (plain, math.inf),
        "t": (plain, df),
        "hartung-knapp": (held if truncated else knapp, df),
        "hartung-knapp-adhoc": (held, df),
    }


def _kenward_roger(w: FloatArray, total: float) -> tuple[float, float]:
    """Return the enlarged squared standard error and its degrees of freedom."""
    plain = 1.0 / total
    squares, cubes = float(w @ w), float((w * w) @ w)
    share = w / total
    pairs = max(squares * squares - float((w * w) @ (w * w)), 0.0) / (total * total)
    information = 0.5 * (float((w * w) @ (1.0 - share) ** 2) + pairs)  # on a REML tau2
    uncertain = 1.0 / max(information, 1e-300)
    larger = plain + 2.0 * plain * plain * uncertain * (cubes - squares * squares / total)
    return larger, 2.0 / (uncertain * (squares * larger) ** 2)


def _chosen(
    interval: str, spreads: dict[str, tuple[float, float]], y: FloatArray, v: FloatArray, level: float
) -> tuple[float, float]:
    """Return the squared standard error and degrees of freedom of the forms that choose between two others."""
    knapp, df = spreads["hartung-knapp"]
    wide = t_quantile(level, df) * math.sqrt(knapp)
    if interval == "hartung-knapp-hybrid":
        plain = spreads["normal"]
        return plain if wide < normal_quantile(level) * math.sqrt(plain[0]) else (knapp, df)
    moment = generalised_q(y, v, 1.0 / v)
    other = normal_quantile(level) / math.sqrt(float((1.0 / (v + moment)).sum()))
    return spreads["hartung-knapp-adhoc"] if wide < other else (knapp, df)


def _reach(prediction: str, tau2: float, spreads: dict[str, tuple[float, float]], k: int, level: float) -> float | None:
    """Return the half-width of the prediction interval, None where no degree of freedom is left for it."""
    plain = spreads["normal"][0]
    if prediction not in PREDICTIONS:
        raise InputError(f"prediction {prediction!r}; expected one of {', '.join(PREDICTIONS)}")
    if prediction == "normal":
        return normal_quantile(level) * math.sqrt(tau2 + plain)
    form = prediction.removesuffix("-k-2").removesuffix("-less-1")
    squared, df = spreads.get(form, (plain, k - 1.0))
    if prediction.endswith(("k-2", "less-1")):
        df -= 1.0
    return t_quantile(level, df) * math.sqrt(tau2 + squared) if df > 0.0 else None


def _ratio(estimate: float, se: float) -> float:
    """Return estimate / se; with se = 0 (identical effects under Hartung-Knapp) a signed infinity, or 0 for 0 / 0."""
    if se > 0.0:
        return estimate / se
    return math.copysign(math.inf, estimate) if estimate != 0.0 else 0.0


def _percent(share: FloatArray) -> tuple[float, ...]:
    return tuple((100.0 * np.asarray(share)).tolist())
