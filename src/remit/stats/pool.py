"""Inverse-variance pooling of estimates on the analysis scale."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.heterogeneity import typical_variance
from remit.stats.interval import chi2_p, chi2_quantile, normal_p, normal_quantile, t_p, t_quantile, tail
from remit.stats.tau2 import likeliest, q_at, solve_q

IntervalKind = Literal["normal", "t", "hartung-knapp", "hartung-knapp-adhoc"]
PredictionKind = Literal["k-2", "k-1", "hartung-knapp"]


@dataclass(frozen=True, slots=True)
class CommonEffect:
    """The weighted mean under one effect shared by all studies; weights in percent."""

    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The mean of true effects that vary with variance tau2 between studies.

    Ends of tau2 by Q-profile; i2 and weights in percent; df is infinite where the normal distribution was used;
    a prediction interval needs three studies.
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


def common_effect(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> CommonEffect:
    """Return the inverse-variance weighted mean with its normal interval; one study gives its own interval."""
    y, v = _check.studies(effect, variance, minimum=1)
    w = 1.0 / v
    total = float(w.sum())
    estimate, se = float(w @ y) / total, math.sqrt(1.0 / total)
    half = normal_quantile(level) * se
    statistic = estimate / se
    return CommonEffect(
        estimate, se, estimate - half, estimate + half, statistic, normal_p(statistic), _percent(w / total)
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

    `prediction`, for the true effect of a new study: estimate +- t sqrt(tau2 + se^2), with t on k - 2 (Higgins,
    Thompson and Spiegelhalter 2009, J R Stat Soc A 172:137-159) or k - 1 degrees of freedom and the "normal" standard
    error, or "hartung-knapp" on k - 1 with the Hartung-Knapp standard error (truncated where `interval` is).

    Raises InputError for k < 2, unequal lengths, a variance not above 0, a negative tau2 or an unknown word.
    """
    y, v = _check.studies(effect, variance)
    between = likeliest(y, v, restricted=True) if tau2 is None else _given(tau2)
    k = y.size
    w = 1.0 / (v + between)
    total = float(w.sum())
    off = y - y[0]  # so that identical effects have residuals of exactly 0
    mean = float(w @ off) / total
    estimate = float(y[0]) + mean
    r = off - mean
    plain = 1.0 / total
    knapp = float(w @ (r * r)) / (k - 1) / total
    if interval == "hartung-knapp-adhoc":
        knapp = max(knapp, plain)
    se, df = _spread(interval, plain, knapp, k)
    half = (normal_quantile(level) if math.isinf(df) else t_quantile(level, df)) * se
    statistic = _ratio(estimate, se)
    reach = _reach(prediction, between, plain, knapp, k, level)
    q = q_at(off, v, 0.0)
    alpha = tail(level)
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
        tau2_lower=solve_q(y, v, chi2_quantile(alpha, k - 1.0)),
        tau2_upper=solve_q(y, v, chi2_quantile(1.0 - alpha, k - 1.0)),
        i2=100.0 * between / (between + typical_variance(v)),
        q=q,
        q_df=k - 1,
        q_p=chi2_p(q, k - 1),
        prediction_lower=None if reach is None else estimate - reach,
        prediction_upper=None if reach is None else estimate + reach,
        weights=_percent(w / total),
    )


def _given(tau2: float) -> float:
    if _check.finite(tau2, "tau2") < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more; a negative estimate stands for 0")
    return float(tau2)


def _spread(interval: str, plain: float, knapp: float, k: int) -> tuple[float, float]:
    """Return the standard error and its degrees of freedom."""
    if interval == "normal":
        return math.sqrt(plain), math.inf
    if interval == "t":
        return math.sqrt(plain), float(k - 1)
    if interval in ("hartung-knapp", "hartung-knapp-adhoc"):
        return math.sqrt(knapp), float(k - 1)
    raise InputError(f"interval {interval!r}; expected normal, t, hartung-knapp or hartung-knapp-adhoc")


def _reach(prediction: str, tau2: float, plain: float, knapp: float, k: int, level: float) -> float | None:
    """Return the half-width of the prediction interval, None for fewer than three studies."""
    forms = {"k-2": (plain, k - 2), "k-1": (plain, k - 1), "hartung-knapp": (knapp, k - 1)}
    if prediction not in forms:
        raise InputError(f"prediction {prediction!r}; expected k-2, k-1 or hartung-knapp")
    if k < 3:
        return None
    squared, df = forms[prediction]
    return t_quantile(level, df) * math.sqrt(tau2 + squared)


def _ratio(estimate: float, se: float) -> float:
    """Return estimate / se; with se = 0 (identical effects under Hartung-Knapp) a signed infinity, or 0 for 0 / 0."""
    if se > 0.0:
        return estimate / se
    return math.copysign(math.inf, estimate) if estimate != 0.0 else 0.0


def _percent(share: FloatArray) -> tuple[float, ...]:
    return tuple((100.0 * np.asarray(share)).tolist())
