"""Intervals of one binomial proportion: exact, and two that are shorter."""

import math

from scipy.special import betaincinv

from remit.stats import _check
from remit.stats.interval import Interval, normal_quantile, tail


def clopper_pearson(events: int, total: int, level: float = 0.95) -> Interval:
    """Return the interval whose ends each leave (1 - level) / 2 in one binomial tail.

    At 0 events the lower end is exactly 0, at `total` events the upper end is exactly 1; the other end then keeps
    (1 - level) / 2 in its tail. Raises InputError for events above total, a total of 0 or a fraction.

    Source: Clopper and Pearson (1934), Biometrika 26:404-413, by beta quantiles.
    """
    x, n = _check.cell(events, total)
    alpha = tail(level)
    lower = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, alpha))
    upper = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1.0 - alpha))
    return Interval(lower, upper, level)


def wilson(events: int, total: int, level: float = 0.95) -> Interval:
    """Return the proportions that a score test does not reject. Source: Wilson (1927), J Am Stat Assoc 22:209-212."""
    x, n = _check.cell(events, total)
    z2 = normal_quantile(level) ** 2
    centre = (x + 0.5 * z2) / (n + z2)
    half = math.sqrt(z2 * (x * (n - x) / n + 0.25 * z2)) / (n + z2)
    return Interval(0.0 if x == 0 else centre - half, 1.0 if x == n else centre + half, level)


def agresti_coull(events: int, total: int, level: float = 0.95) -> Interval:
    """Return the simple interval after adding z^2 / 2 events and as many non-events, clipped to 0 and 1.

    Source: Agresti and Coull (1998), Am Stat 52:119-126.
    """
    x, n = _check.cell(events, total)
    z2 = normal_quantile(level) ** 2
    people = n + z2
    p = (x + 0.5 * z2) / people
    half = math.sqrt(z2 * p * (1.0 - p) / people)
    return Interval(max(0.0, p - half), min(1.0, p + half), level)
