"""Permutation tests: p without a distributional assumption, exact while all arrangements can be counted."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.batch import random_effects
from remit.stats.batch_line import line_z
from remit.stats.batch_tau2 import Engine, Estimator
from remit.stats.regression import design_matrix
from remit.stats.residual_tau2 import Estimator as RegressionEstimator
from remit.stats.residual_tau2 import Weighted, tau2_given
from remit.stats.result import Result

LineEstimator = Literal["none", "dersimonian-laird", "maximum-likelihood", "reml"]
LINE_ESTIMATORS: tuple[LineEstimator, ...] = ("none", "dersimonian-laird", "maximum-likelihood", "reml")
LEVEL_Z = 1e-10  # two z nearer than this are the same arrangement up to rounding
ROWS = 4096
MOST = 2**17


@dataclass(frozen=True, slots=True)
class Permutation(Result):
    """Two-sided p of each coefficient, how many arrangements they rest on, and each observed z."""

    p: tuple[float, ...]
    arrangements: int
    statistic: tuple[float, ...]


def sign_flips(
    effect: npt.ArrayLike, variance: npt.ArrayLike, estimator: Estimator = "reml", engine: Engine = "auto"
) -> Permutation:
    """Return the exact test that the pooled effect is 0, from all 2^k choices of the studies' signs.

    p is the share of arrangements with |z| at least the observed one, which counts itself. Source: Follmann and
    Proschan (1999), Biometrics 55:732-737. InputError for k < 2, or above 131,072 arrangements (k = 17).
    """
    y, v = _check.studies(effect, variance)
    if 2**y.size > MOST:
        raise InputError(f"k = {y.size} has {2**y.size} arrangements; expected at most {MOST}; use fewer studies")
    half = 2 ** (y.size - 1)  # the other half are mirror images with the same |z|
    signs = 1.0 - 2.0 * (np.arange(half)[:, None] >> np.arange(y.size) & 1)
    z = random_effects(signs * y, v, None, estimator, "normal", engine=engine).statistic
    return Permutation((_share(z),), 2**y.size, (float(z[0]),))


def moderator(
    effect: npt.ArrayLike, variance: npt.ArrayLike, moderator: npt.ArrayLike, estimator: LineEstimator = "reml"
) -> Permutation:
    """Return the exact tests of intercept and slope on one moderator, dealt to the studies in every order.

    Orders that give the same column are fitted once. Source: Higgins and Thompson (2004), Stat Med 23:1663-1682.
    InputError for k < 3, a constant moderator, or more than 131,072 different orders.
    """
    if estimator not in LINE_ESTIMATORS:
        raise InputError(f"estimator {estimator!r}; expected one of {', '.join(LINE_ESTIMATORS)}")
    y, v = _check.studies(effect, variance, minimum=3)
    x = _check.column(moderator, "moderator")
    _check.same_length(3, effect=y, moderator=x)
    values, labels, counts = np.unique(x, return_inverse=True, return_counts=True)
    if values.size == 1:
        raise InputError(f"moderator is {values[0]:g} in every study; expected two values or more; drop it")
    orders = math.factorial(y.size) // math.prod(math.factorial(int(c)) for c in counts)
    if orders > MOST:
        raise InputError(f"{orders} different orders of {y.size} studies; expected at most {MOST}; use fewer studies")
    dealt = np.array([labels, *(o for o in _orders(counts.tolist(), []) if o != labels.tolist())], dtype=np.intp)
    parts = [line_z(y, v, np.ascontiguousarray(values[dealt[i : i + ROWS]].T), estimator)
             for i in range(0, orders, ROWS)]  # fmt: skip
    z = np.concatenate(parts, axis=1)
    return Permutation((_share(z[0]), _share(z[1])), orders, (float(z[0, 0]), float(z[1, 0])))


def coefficients(
    effect: npt.ArrayLike, variance: npt.ArrayLike, design: npt.ArrayLike, estimator: RegressionEstimator = "reml"
) -> Permutation:
    """Return the exact test of each coefficient: rows of the design are dealt to studies in every order, k! of them.

    Orders that give the same design are computed once. Source: Higgins and Thompson (2004), Stat Med 23:1663-1682.
    InputError where there are more than 131,072 different orders (k = 8 with distinct rows) or, but for a constant and
    one moderator, more than 10 studies.
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(design, y.size)
    constant = np.flatnonzero(np.ptp(x, axis=0) == 0.0)
    line = next((known for known in LINE_ESTIMATORS if known == estimator), None)  # the same word, as its own type
    if line is not None and x.shape[1] == 2 and constant.size == 1 and y.size > 2:
        return _of_line(y, v, x, int(constant[0]), line)
    return _of_design(y, v, x, estimator)


def _of_line(y: FloatArray, v: FloatArray, x: FloatArray, constant: int, estimator: LineEstimator) -> Permutation:
    """Return the tests of a constant, in column `constant`, and one moderator, many orders at once."""
    found = moderator(y, v, x[:, 1 - constant], estimator)
    p, z = list(found.p), list(found.statistic)
    z[0] *= math.copysign(1.0, float(x[0, constant]))
    if constant == 1:
        p.reverse()
        z.reverse()
    return Permutation(tuple(p), found.arrangements, tuple(z))


def _of_design(y: FloatArray, v: FloatArray, x: FloatArray, estimator: RegressionEstimator) -> Permutation:
    """Return the tests of any design, order by order."""
    kinds, labels, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    orders = math.factorial(y.size) // math.prod(math.factorial(int(c)) for c in counts)
    if orders > MOST or y.size > 10:
        raise InputError(f"{orders} different orders of {y.size} studies; expected at most {MOST}, of 10 or fewer")
    observed = _z(y, v, x, estimator)
    hits = np.zeros(x.shape[1])
    for order in _deals(tuple(int(c) for c in labels.ravel())):
        hits += np.abs(_z(y, v, kinds[list(order)], estimator)) >= np.abs(observed) * (1.0 - 1e-10) - 1e-12
    return Permutation(tuple((hits / orders).tolist()), orders, tuple(observed.tolist()))


def _deals(labels: tuple[int, ...]) -> set[tuple[int, ...]]:
    return set(itertools.permutations(labels))


def _z(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str) -> FloatArray:
    fit = Weighted(y, v, x, tau2_given(y, v, x, estimator))
    return np.asarray(fit.beta / np.sqrt(np.diag(fit.covariance)), dtype=np.float64)


def _share(z: FloatArray) -> float:
    """Return the share of arrangements at least as far from 0 as the first."""
    far = np.abs(z)
    return float(np.count_nonzero(far >= far[0] * (1.0 - LEVEL_Z) - 1e-12)) / z.size


def _orders(left: list[int], begun: list[int]) -> Iterator[list[int]]:
    """Yield every different order of labels 0, 1, ... of which `left` says how many of each remain."""
    if not any(left):
        yield list(begun)
        return
    for label, number in enumerate(left):
        if number:
            left[label] -= 1
            begun.append(label)
            yield from _orders(left, begun)
            begun.pop()
            left[label] += 1
