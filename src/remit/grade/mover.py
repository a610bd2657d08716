"""The difference of two estimates from their intervals alone.

Square-and-add (MOVER): each end of the difference takes the nearer end of one interval and the farther end of the
other, so skewed and bounded intervals stay so. Sources: Newcombe (1998), Stat Med 17:873-890; Zou and Donner (2008),
Stat Med 27:1693-1702. The two estimates are taken as independent; where they share people and agree, the true interval
is narrower.
"""

import math
from dataclasses import dataclass

from remit.errors import InputError


@dataclass(frozen=True, slots=True)
class Difference:
    """First minus second, with its interval at the level of the two intervals it was made from."""

    estimate: float
    lower: float
    upper: float


def difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> Difference:
    """Return first minus second; each is (estimate, lower, upper) on one scale.

    Raises
    ------
    InputError
        A value is not finite, or an interval does not hold its estimate.
    """
    for estimate, lower, upper in (first, second):
        if not all(map(math.isfinite, (estimate, lower, upper))) or not lower <= estimate <= upper:
            raise InputError(f"{estimate} with interval {lower} to {upper}; expected lower <= estimate <= upper")
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    d = a - b
    return Difference(d, d - math.hypot(a - a_low, b_high - b), d + math.hypot(a_high - a, b - b_low))
