"""Pooled effects of subgroups, and whether they differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.heterogeneity import Q
from remit.stats.interval import chi2_p
from remit.stats.pool import IntervalKind, RandomEffects, random_effects
from remit.stats.residual_tau2 import Estimator, tau2_given
from remit.stats.result import Result
from remit.stats.tau2 import q_at


@dataclass(frozen=True, slots=True)
class Subgroups(Result):
    """One fit for each level, in the order in which levels first appear; a level of one study has its own estimate.

    tau2 is the one that all levels share, None where each has its own. `between` tests that the means are alike.
    """

    levels: tuple[str, ...]
    k: tuple[int, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    fits: tuple[RandomEffects | None, ...]
    tau2: float | None
    between: Q


def pool_subgroups(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    group: Sequence[object],
    tau2: Literal["separate", "common"] = "separate",
    estimator: Estimator = "reml",
    interval: IntervalKind = "normal",
) -> Subgroups:
    """Return the pooled effect of each level of `group` and the test that they differ.

    With `tau2` "common" all levels share the residual tau2 of a regression on the levels, which is steadier where
    levels are small; with "separate" each level of two or more studies has its own. A level of one study keeps its own
    estimate (its variance enlarged by a common tau2). The test has weights 1 / se^2 of the chosen `interval`'s errors.
    InputError for fewer than two levels, unequal lengths, one study to each level with a common tau2, unknown words.
    Source: Borenstein et al. (2009), Introduction to Meta-Analysis, ch. 19; Viechtbauer et al. (2015), Psychol Methods
    20:360-374.
    """
    y, v = _check.studies(effect, variance)
    if tau2 not in ("separate", "common"):
        raise InputError(f"tau2 {tau2!r}; expected separate or common")
    named = [str(name) for name in group]
    if len(named) != y.size:
        raise InputError(f"group has {len(named)} names for {y.size} studies; expected one for each")
    levels = tuple(dict.fromkeys(named))
    if len(levels) < 2:
        raise InputError("every study is in one group; expected two or more to compare")
    rows = [np.array([name == level for name in named]) for level in levels]
    shared = None
    if tau2 == "common":
        if len(levels) == y.size:
            raise InputError("every study is a group of its own; expected two studies in one, for a common tau2")
        shared = tau2_given(y, v, np.stack(rows, axis=1).astype(np.float64), estimator)
    found = [_level(y[at], v[at], shared, estimator, interval) for at in rows]
    means, errors = tuple(mean for mean, _, _ in found), tuple(error for _, error, _ in found)
    sizes = tuple(int(at.sum()) for at in rows)
    return Subgroups(levels, sizes, means, errors, tuple(fit for _, _, fit in found), shared, between(means, errors))


def _level(
    y: FloatArray, v: FloatArray, shared: float | None, estimator: Estimator, interval: IntervalKind
) -> tuple[float, float, RandomEffects | None]:
    """Return a level's pooled effect, its standard error and its fit."""
    if y.size == 1:
        return float(y[0]), math.sqrt(float(v[0]) + (shared or 0.0)), None
    own = tau2_given(y, v, np.ones((y.size, 1)), estimator) if shared is None else shared
    fit = random_effects(y, v, own, interval=interval)
    return fit.estimate, fit.se, fit


def between(effect: npt.ArrayLike, se: npt.ArrayLike) -> Q:
    """Return the test that subgroups share one pooled effect, from their pooled estimates and standard errors.

    Q of the pooled estimates with weights 1 / se^2, referred to chi-square with one degree of freedom less than the
    subgroups. Both on the analysis scale. InputError for fewer than two subgroups or a standard error not above 0.
    Source: Borenstein et al. (2009), Introduction to Meta-Analysis, ch. 19.
    """
    spread = _check.column(se, "se")
    y, v = _check.studies(effect, spread * spread)
    q = q_at(y, v, 0.0)
    return Q(q, y.size - 1, chi2_p(q, y.size - 1))
