"""Draws without replacement: how likely it is to find few where many are, exactly.

Words: an urn holds `total` records, `relevant` of them relevant; `drawn` are taken out at random and looked at.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Floats = npt.NDArray[np.float64]


def log_choose(n: npt.ArrayLike, k: npt.ArrayLike) -> Floats:
    """Return log(n choose k), minus infinity where there is no way to choose."""
    a, b = np.broadcast_arrays(np.asarray(n, float), np.asarray(k, float))
    possible = (b >= 0) & (b <= a)
    top, part = np.where(possible, a, 0.0), np.where(possible, b, 0.0)
    found = gammaln(top + 1) - gammaln(part + 1) - gammaln(top - part + 1)
    return np.where(possible, found, -np.inf)


def chance(found: npt.ArrayLike, total: int, relevant: int, drawn: int) -> Floats:
    """Return the probability of exactly `found` relevant among `drawn` of `total`, for each value of `found`."""
    k = np.asarray(found)
    ways = log_choose(relevant, k) + log_choose(total - relevant, drawn - k)
    return np.asarray(np.exp(ways - log_choose(total, drawn)), dtype=float)


def at_most(found: int, total: int, relevant: int, drawn: int) -> float:
    """Return the probability of `found` relevant or fewer among `drawn` of `total`; 0.0 where that cannot be."""
    if relevant > total:
        return 0.0
    return min(1.0, float(chance(np.arange(found + 1), total, relevant, drawn).sum()))


def draws_to_doubt(found: int, total: int, relevant: int, risk: float) -> int:
    """Return the fewest draws after which `found` or fewer would be seen with probability `risk` at most.

    Never more than total - relevant + found + 1, after which more than `found` must have been seen.
    """
    low, high = 0, min(total, max(total - relevant + found + 1, 0))
    while low < high:
        middle = (low + high) // 2
        if at_most(found, total, relevant, middle) <= risk:
            high = middle
        else:
            low = middle + 1
    return low
