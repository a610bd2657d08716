"""Exact pooling of proportions: binomial counts within studies, normal logits between them.

No continuity correction and no normal approximation within studies, so 0 % and 100 % cells enter as what they are.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._compiled_surfaces import logit_normal
from remit.stats._logit_normal import LogitNormal
from remit.stats._surface import TAU_MOST, Point, mu_end, standard_error, summit, tau_ends
from remit.stats.exact import clopper_pearson
from remit.stats.heterogeneity import typical_variance
from remit.stats.interval import chi2_p, chi2_quantile, normal_quantile, t_quantile, tail
from remit.stats.result import Result

ProportionInterval = Literal["profile", "wald", "t"]
METHOD = "binomial-normal GLMM (logit), maximum likelihood"


@dataclass(frozen=True, slots=True)
class ProportionFit(Result):
    """A pooled proportion: the median true proportion across studies, with all ends on the proportion scale.

    `logit` and `se` are on the logit scale, tau2 is the variance of logits; ends of tau2 by profile likelihood, the
    upper None where the likelihood does not fall far enough below tau = 10. i2 in percent. q is the likelihood-ratio
    statistic of equal proportions. weights, in percent, are each study's share of the information on the logit at the
    fit; they size squares in a figure and define nothing. `note` says what a reader must know, else it is empty.
    """

    k: int
    n: int
    events: int
    logit: float
    se: float
    estimate: float
    lower: float
    upper: float
    tau2: float
    tau2_lower: float
    tau2_upper: float | None
    i2: float
    q: float
    q_df: int
    q_p: float
    prediction_lower: float | None
    prediction_upper: float | None
    common_estimate: float
    common_lower: float
    common_upper: float
    weights: tuple[float, ...]
    log_likelihood: float
    method: str
    note: str
    level: float = 0.95


def pool_proportions(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    interval: ProportionInterval = "profile",
    level: float = 0.95,
    tau2_interval: bool = True,
) -> ProportionFit:
    """Return the maximum likelihood fit of logit(p_i) ~ Normal(mu, tau2), x_i ~ Binomial(n_i, p_i).

    Parameters
    ----------
    events, totals : shape (k,)
        Whole numbers with 0 <= events <= totals, k >= 2.
    interval : of the pooled proportion
        "profile": the mu whose likelihood, maximised over tau2, is not significantly lower; "wald" and "t": logit +-
        quantile times standard error, with the normal or the t distribution on k - 1 degrees of freedom.
    level : of every interval.
    tau2_interval : False leaves the profile interval of tau2 out, for many fits: its ends are NaN and None then.

    Notes
    -----
    Where every cell is 0 %, or every cell is 100 %, the likelihood has no maximum inside: the estimate is then the
    proportion itself, its interval Clopper-Pearson's on the sums, tau2 is 0 and `note` says so. The prediction interval
    is logit +- t sqrt(tau2 + se^2) on k - 2 degrees of freedom. The common proportion is events over people with
    Clopper-Pearson's interval. The likelihood is exact to about 1e-12 (`_logit_normal`), its maximum to 1e-9.
    Sources: Hamza, van Houwelingen and Stijnen (2008), J Clin Epidemiol 61:41-51; Stijnen, Hamza and Ozdemir (2010),
    Stat Med 29:3046-3067.

    Raises
    ------
    InputError
        k < 2, unequal lengths, a fraction, events above the total, a total of 0, or an unknown interval.
    """
    x, n = _check.cells(events, totals)
    if interval not in ("profile", "wald", "t"):
        raise InputError(f"interval {interval!r}; expected profile, wald or t")
    alpha = tail(level)
    if x.sum() in (0.0, n.sum()):
        return _all_alike(x, n, level)
    surface = logit_normal(x, n)
    top = summit(surface, math.log(surface.sum_x / (surface.sum_n - surface.sum_x)))
    se = standard_error(top)
    drop = 0.5 * chi2_quantile(2.0 * alpha, 1.0)
    low, high = _ends(surface, top, se, interval, level, drop)
    tau_low, tau_high = tau_ends(surface, top, drop) if tau2_interval else (math.nan, None)
    k, tau2 = x.size, top.tau**2
    common = clopper_pearson(int(surface.sum_x), int(surface.sum_n), level)
    reach = t_quantile(level, k - 2) * math.sqrt(tau2 + se * se) if k > 2 else None
    q = _likelihood_ratio_q(x, n)
    return ProportionFit(
        k=k,
        n=int(surface.sum_n),
        events=int(surface.sum_x),
        logit=top.mu,
        se=se,
        estimate=float(expit(top.mu)),
        lower=float(expit(low)),
        upper=float(expit(high)),
        tau2=tau2,
        tau2_lower=tau_low**2,
        tau2_upper=None if tau_high is None else tau_high**2,
        i2=100.0 * tau2 / (tau2 + typical_variance(_logit_variance(x, n))),
        q=q,
        q_df=k - 1,
        q_p=chi2_p(q, k - 1),
        prediction_lower=None if reach is None else float(expit(top.mu - reach)),
        prediction_upper=None if reach is None else float(expit(top.mu + reach)),
        common_estimate=surface.sum_x / surface.sum_n,
        common_lower=common.lower,
        common_upper=common.upper,
        weights=_weights(n, float(expit(top.mu)), tau2),
        log_likelihood=top.height,
        method=METHOD,
        note=_no_maximum if top.tau >= TAU_MOST else "",
        level=level,
    )


_no_maximum = (
    f"The likelihood still rises at tau = {TAU_MOST:g}, where it is held: studies are so unlike that no pooled "
    "proportion describes them."
)


def _likelihood_ratio_q(x: FloatArray, n: FloatArray) -> float:
    """Return twice the log-likelihood ratio of one proportion per study against one for all."""
    p = x.sum() / n.sum()
    own = xlogy(x, x / n) + xlogy(n - x, (n - x) / n)
    shared = xlogy(x, p) + xlogy(n - x, 1.0 - p)
    return max(0.0, 2.0 * float(np.sum(own - shared)))


def _ends(surface: LogitNormal, top: Point, se: float, interval: str, level: float, drop: float) -> tuple[float, float]:
    if interval == "profile":
        step = 1.2 * math.sqrt(2.0 * drop) * se
        return mu_end(surface, top, drop, -step), mu_end(surface, top, drop, step)
    half = (normal_quantile(level) if interval == "wald" else t_quantile(level, surface.x.size - 1)) * se
    return top.mu - half, top.mu + half


def _logit_variance(x: FloatArray, n: FloatArray) -> FloatArray:
    """Return sampling variances of the observed logits, half an event added to both cells of a 0 % or 100 % study."""
    add = np.where((x == 0.0) | (x == n), 0.5, 0.0)
    return np.asarray(1.0 / (x + add) + 1.0 / (n - x + add), dtype=np.float64)


def _weights(n: FloatArray, p: float, tau2: float) -> tuple[float, ...]:
    w = 1.0 / (tau2 + 1.0 / (n * p * (1.0 - p)))
    return tuple((100.0 * w / w.sum()).tolist())


def _all_alike(x: FloatArray, n: FloatArray, level: float) -> ProportionFit:
    """Return the exact fit where every study saw the event in nobody, or in everybody."""
    events, total = int(x.sum()), int(n.sum())
    exact = clopper_pearson(events, total, level)
    p = events / total
    return ProportionFit(
        k=x.size,
        n=total,
        events=events,
        logit=math.inf if events else -math.inf,
        se=math.inf,
        estimate=p,
        lower=exact.lower,
        upper=exact.upper,
        tau2=0.0,
        tau2_lower=0.0,
        tau2_upper=None,
        i2=0.0,
        q=0.0,
        q_df=x.size - 1,
        q_p=1.0,
        prediction_lower=None,
        prediction_upper=None,
        common_estimate=p,
        common_lower=exact.lower,
        common_upper=exact.upper,
        weights=tuple((100.0 * n / n.sum()).tolist()),
        log_likelihood=0.0,
        method="exact binomial on the sums",
        note=f"The event was seen in {'everybody' if events else 'nobody'}: heterogeneity cannot be estimated, "
        "and the interval is Clopper-Pearson's on the summed counts.",
        level=level,
    )
