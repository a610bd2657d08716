"""The one way a root is found here: between two points at which a function has opposite signs."""

import math
from collections.abc import Callable

from remit.errors import NotConverged

EPSILON = 2.220446049250313e-16
MOST_STEPS = 200


def bracketed(function: Callable[[float], float], low: float, high: float, relative: float = 1e-14) -> float:
    """Return x in [low, high] with function(x) = 0, to `relative` of x.

    Raises NotConverged when both ends have the same sign, or when the tolerance is not reached.

    Source: Chandrupatla (1997), Advances in Engineering Software 28:145-149. Inverse quadratic interpolation where
    it is safe, halving where it is not, so the bracket always shrinks.
    """
    a, b = high, low
    fa, fb = function(a), function(b)
    if fa == 0.0:
        return a
    if fb == 0.0:
        return b
    if not fa * fb < 0.0:
        raise NotConverged(f"no sign change between {low:g} ({fb:g}) and {high:g} ({fa:g}), so no root is bracketed")
    c, fc = a, fa
    share = 0.5
    for _ in range(MOST_STEPS):
        x = a + share * (b - a)
        fx = function(x)
        if math.copysign(1.0, fx) == math.copysign(1.0, fa):
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = x, fx
        best = a if abs(fa) < abs(fb) else b
        tolerance = 2.0 * EPSILON * abs(best) + 0.5 * relative * abs(best)
        gap = abs(b - a)
        if fa == 0.0 or fb == 0.0 or gap <= 2.0 * tolerance or gap < 5e-324:
            return best
        share = _next_share(a, b, c, fa, fb, fc, tolerance / gap)
    raise NotConverged(f"no root to a relative {relative:g} between {low:g} and {high:g} in {MOST_STEPS} steps")


def _next_share(a: float, b: float, c: float, fa: float, fb: float, fc: float, least: float) -> float:
    """Where between a (0) and b (1) to look next; a and b bracket the root, c is the point before."""
    share = 0.5
    if c != b and fc != fb and fc != fa:
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if phi * phi < xi and (1.0 - phi) ** 2 < 1.0 - xi:
            share = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return min(max(share, least), 1.0 - least)


def widen(function: Callable[[float], float], start: float, step: float, limit: float) -> tuple[float, float]:
    """Walk from `start` by doubling steps until the sign changes; return the last two points, in walking order.

    The walk ends at `limit`; when the sign has not changed there, both points returned are `limit`.
    """
    here, f_here = start, function(start)
    while here != limit:
        there = here + step
        if (step > 0.0 and there > limit) or (step < 0.0 and there < limit):
            there = limit
        f_there = function(there)
        if f_here == 0.0 or f_here * f_there <= 0.0:
            return here, there
        here, f_here, step = there, f_there, step * 2.0
    return limit, limit
