"""Exact intervals of one binomial proportion."""

from scipy.special import betaincinv

from remit.stats import _check
from remit.stats.interval import Interval, tail


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
