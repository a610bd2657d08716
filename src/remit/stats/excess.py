"""Are there more significant results than the studies had power to give?"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.interval import normal_quantile
from remit.stats.pool import common_effect
from remit.stats.result import Result
from remit.stats.small_study import MINIMUM


@dataclass(frozen=True, slots=True)
class Excess(Result):
    """Significant studies observed and expected, with one-sided p of so many or more.

    p is exact, from the sum of independent events of unlike chance; p_chi2 is from the chi-square of both cells.
    `power` is each study's at `effect`.
    """

    k: int
    observed: int
    expected: float
    ratio: float
    p: float
    chi2: float
    p_chi2: float
    effect: float
    power: tuple[float, ...]


def excess_significance(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    true_effect: float | None = None,
    tau2: float = 0.0,
    favoured: Literal["greater", "less", "two-sided"] = "two-sided",
    alpha: float = 0.05,
    minimum: int = MINIMUM,
) -> Excess:
    """Return the test of Ioannidis and Trikalinos (2007), Clin Trials 4:245-253.

    `true_effect` is the common effect unless given; with `tau2` power is averaged over normal true effects. A study is
    significant when its z reaches the quantile for `alpha`, two-sided unless `favoured` names a side. The pooled effect
    holds the same bias, so the test is meek; a small p says that something is off, not what. InputError for k below
    `minimum`, a negative tau2, and alpha outside (0, 1).
    """
    y, v = _check.studies(effect, variance, max(minimum, 2))
    if _check.finite(tau2, "tau2") < 0.0:
        raise InputError(f"tau2 {tau2!r}; expected 0 or more")
    if favoured not in ("greater", "less", "two-sided"):
        raise InputError(f"favoured {favoured!r}; expected greater, less or two-sided")
    _check.between(alpha, "alpha")
    mean = common_effect(y, v).estimate if true_effect is None else _check.finite(true_effect, "true_effect")
    sides = {"greater": (1.0,), "less": (-1.0,), "two-sided": (1.0, -1.0)}[favoured]
    cut = normal_quantile(1.0 - alpha) if favoured == "two-sided" else normal_quantile(1.0 - 2.0 * alpha)
    s = np.sqrt(v)
    observed = int(sum(int((side * y / s >= cut).sum()) for side in sides))
    power = np.zeros(y.size)
    for side in sides:
        power += ndtr((side * mean - cut * s) / np.sqrt(v + tau2))
    expected = float(power.sum())
    gap = observed - expected
    chi2 = gap * gap / expected + gap * gap / (y.size - expected) if 0.0 < expected < y.size else math.inf
    return Excess(
        k=y.size,
        observed=observed,
        expected=expected,
        ratio=observed / expected if expected > 0.0 else math.inf,
        p=float(min(1.0, _at_least(power, observed))),
        chi2=chi2,
        p_chi2=float(ndtr(-math.copysign(math.sqrt(chi2), gap))),
        effect=mean,
        power=tuple(power.tolist()),
    )


def _at_least(chance: FloatArray, count: int) -> float:
    """Return the probability that at least `count` of independent events happen."""
    ways = np.ones(1)
    for p in chance.tolist():
        ways = np.convolve(ways, (1.0 - p, p))
    return float(ways[count:].sum())
