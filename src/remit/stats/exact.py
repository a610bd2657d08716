"""Intervals of one binomial proportion: exact, three shorter ones, and the two simple ones that older reviews show."""

import math

from scipy.special import betaincinv, expit

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


def wilson(events: int, total: int, level: float = 0.95, continuity: bool = False, bounded: bool = True) -> Interval:
    """Return the proportions that a score test does not reject; with `continuity`, a score test corrected by 1 / (2 n).

    At 0 % the lower end is 0, at 100 % the upper end is 1, as Newcombe asks; with `bounded` False a corrected end is
    left where the formula puts it, which excludes what was seen (package meta prints it so).
    Sources: Wilson (1927), J Am Stat Assoc 22:209-212; Newcombe (1998), Stat Med 17:857-872, method 4.
    """
    x, n = _check.cell(events, total)
    z = normal_quantile(level)
    z2 = z * z
    if continuity:
        return _wilson_corrected(x, n, z, level, bounded)
    centre = (x + 0.5 * z2) / (n + z2)
    half = math.sqrt(z2 * (x * (n - x) / n + 0.25 * z2)) / (n + z2)
    return Interval(0.0 if x == 0 else centre - half, 1.0 if x == n else centre + half, level)


def simple(events: int, total: int, level: float = 0.95, continuity: bool = False) -> Interval:
    """Return p +- z sqrt(p (1 - p) / n), with `continuity` 1 / (2 n) wider on either side, clipped to 0 and 1.

    For comparison with older reviews only: it has no width at 0 % and 100 %, and covers too little near them.
    Source: Newcombe (1998), Stat Med 17:857-872, methods 1 and 2.
    """
    x, n = _check.cell(events, total)
    p = x / n
    half = normal_quantile(level) * math.sqrt(p * (1.0 - p) / n) + (0.5 / n if continuity else 0.0)
    return Interval(max(0.0, p - half), min(1.0, p + half), level)


def logit_normal(events: int, total: int, level: float = 0.95, add: float = 0.5) -> Interval:
    """Return the normal interval of the logit, brought back; `add` enters both cells of a 0 % or 100 % proportion."""
    x, n = _check.cell(events, total)
    plus = _check.above(add, "add") if x in (0, n) else 0.0
    yes, no = x + plus, n - x + plus
    half = normal_quantile(level) * math.sqrt(1.0 / yes + 1.0 / no)
    centre = math.log(yes / no)
    return Interval(float(expit(centre - half)), float(expit(centre + half)), level)


def _wilson_corrected(x: int, n: int, z: float, level: float, bounded: bool) -> Interval:
    z2, p = z * z, x / n

    def end(sign: float) -> float:
        root = math.sqrt(max(z2 + 2.0 * sign - 1.0 / n + 4.0 * p * (n * (1.0 - p) - sign), 0.0))
        return (2.0 * n * p + z2 + sign * (1.0 + z * root)) / (2.0 * (n + z2))

    lower = 0.0 if bounded and x == 0 else max(0.0, end(-1.0))
    return Interval(lower, 1.0 if bounded and x == n else min(1.0, end(1.0)), level)


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
