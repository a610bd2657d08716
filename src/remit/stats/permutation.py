"""Permutation tests: p without a distributional assumption, exact while all arrangements can be counted."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.regression import Estimator, Weighted, design_matrix, tau2_given

MOST = 2**17


@dataclass(frozen=True, slots=True)
class Permutation:
    """Two-sided p of each coefficient, how many arrangements they rest on, and each observed z."""

    p: tuple[float, ...]
    arrangements: int
    statistic: tuple[float, ...]


def sign_flips(effect: npt.ArrayLike, variance: npt.ArrayLike, estimator: Estimator = "reml") -> Permutation:
    """Return the exact test that the pooled effect is 0: under it each study's sign is arbitrary, in 2^k ways.

    p is the share of arrangements with |z| at least the observed one, which counts itself. With "none" and
    "dersimonian-laird" all arrangements are computed at once. Source: Follmann and Proschan (1999), Biometrics
    55:732-737. InputError where 2^k is above 131,072 (k = 17).
    """
    y, v = _check.studies(effect, variance)
    k = y.size
    if 2**k > MOST:
        raise InputError(f"k = {k} has {2**k} arrangements; expected at most {MOST}; test the interval instead")
    half = 2 ** (k - 1)  # the other half are mirror images with the same |z|
    signs = 1.0 - 2.0 * ((np.arange(half)[:, None] >> np.arange(k)) & 1)
    z = np.abs(_z_of_rows(signs * y, v, estimator))
    hits = int(np.count_nonzero(z >= z[0] - 1e-12 * max(1.0, z[0])))
    observed = _z_of_rows(y[None, :], v, estimator)[0]
    return Permutation((hits / half,), 2**k, (float(observed),))


def moderator(
    effect: npt.ArrayLike, variance: npt.ArrayLike, design: npt.ArrayLike, estimator: Estimator = "reml"
) -> Permutation:
    """Return the exact test of each coefficient: rows of the design are dealt to studies in every order, k! of them.

    Orders that give the same design are computed once. Source: Higgins and Thompson (2004), Stat Med 23:1663-1682.
    InputError where there are more than 131,072 different orders (k = 8 with distinct rows).
    """
    y, v = _check.studies(effect, variance)
    x = design_matrix(design, y.size)
    kinds, labels, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    orders = math.factorial(y.size) // math.prod(math.factorial(int(c)) for c in counts)
    if orders > MOST or y.size > 10:
        raise InputError(f"{orders} different orders of {y.size} studies; expected at most {MOST}, of 10 or fewer")
    observed = _z(y, v, x, estimator)
    hits = np.zeros(x.shape[1])
    for order in _orders(tuple(int(c) for c in labels.ravel())):
        hits += np.abs(_z(y, v, kinds[list(order)], estimator)) >= np.abs(observed) * (1.0 - 1e-10) - 1e-12
    return Permutation(tuple((hits / orders).tolist()), orders, tuple(observed.tolist()))


def _orders(labels: tuple[int, ...]) -> set[tuple[int, ...]]:
    return set(itertools.permutations(labels))


def _z(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str) -> FloatArray:
    fit = Weighted(y, v, x, tau2_given(y, v, x, estimator))
    return np.asarray(fit.beta / np.sqrt(np.diag(fit.covariance)), dtype=np.float64)


def _z_of_rows(rows: FloatArray, v: FloatArray, estimator: str) -> FloatArray:
    """Return z of the pooled effect for each row of effects, shape (b, k)."""
    if estimator not in ("none", "dersimonian-laird"):
        ones = np.ones((v.size, 1))
        return np.array([_z(row, v, ones, estimator)[0] for row in rows])
    w = 1.0 / v
    total = float(w.sum())
    mean = rows @ w / total
    if estimator == "none":
        return np.asarray(mean * math.sqrt(total), dtype=np.float64)
    q = ((rows - mean[:, None]) ** 2) @ w
    tau2 = np.maximum(0.0, (q - (v.size - 1)) / (total - float(w @ w) / total))
    weights = 1.0 / (v + tau2[:, None])
    return np.asarray((weights * rows).sum(axis=1) / np.sqrt(weights.sum(axis=1)), dtype=np.float64)
