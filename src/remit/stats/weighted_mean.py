"""Pooling with weights of one's own choice, such as sample sizes.

Inverse-variance weights depend on the estimates where variances are counted from events, which biases pools of rare
events; weights from sample sizes do not.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_p, normal_quantile
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class WeightedMean(Result):
    """The mean with stated weights (in percent) and its normal interval."""

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    tau2: float
    weights: tuple[float, ...]
    level: float = 0.95


def weighted_mean(
    effect: npt.ArrayLike, variance: npt.ArrayLike, weights: npt.ArrayLike, tau2: float = 0.0, level: float = 0.95
) -> WeightedMean:
    """Return the mean of k >= 1 effects with the given weights, its variance sum(w^2 (variance + tau2)) / sum(w)^2.

    With tau2 = 0 it is a common effect; give a tau2 from any estimator for random effects. Source: Bakbergenuly,
    Hoaglin and Kulinskaya (2020), Res Synth Methods 11:827-839 (weights from sample sizes).
    Raises InputError for unequal lengths, a variance or weight not above 0, or a negative tau2.
    """
    y, v = _check.studies(effect, variance, minimum=1)
    w = _check.column(weights, "weights")
    _check.same_length(1, effect=y, weights=w)
    if w.min() <= 0.0:
        at = int(np.flatnonzero(w <= 0.0)[0])
        raise InputError(f"weights[{at}] is {w[at]:g}; expected a number above 0; leave that study out instead")
    if _check.finite(tau2, "tau2") < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more; a negative estimate stands for 0")
    share = w / w.sum()
    estimate, se = float(share @ y), math.sqrt(float((share * share) @ (v + tau2)))
    half = normal_quantile(level) * se
    return WeightedMean(
        k=y.size,
        estimate=estimate,
        se=se,
        lower=estimate - half,
        upper=estimate + half,
        statistic=estimate / se,
        p=normal_p(estimate / se),
        tau2=float(tau2),
        weights=tuple((100.0 * share).tolist()),
        level=level,
    )


def effective_sizes(n1: npt.ArrayLike, n2: npt.ArrayLike) -> FloatArray:
    """Return n1 n2 / (n1 + n2) for each study, the weights that sample sizes of two arms give."""
    one, two = _check.column(n1, "n1"), _check.column(n2, "n2")
    _check.same_length(1, n1=one, n2=two)
    if min(one.min(), two.min()) <= 0.0:
        raise InputError("an arm of nobody, or of fewer; expected sizes above 0; leave that study out")
    return np.asarray(one * two / (one + two), dtype=np.float64)
