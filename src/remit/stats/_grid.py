"""Nodes and weights of the trapezoidal rule over a standard normal u, shared by all studies of a mixture.

Evenly spaced in u, or, where that takes fewer, evenly spaced in w with theta = mu + tau u = scale sinh(w): close where
counts hold much information on theta, wide apart where they hold none. Both rules converge exponentially, as the
integrand is smooth and vanishes at both ends (Trefethen and Weideman 2014, SIAM Rev 56:385-458).
"""

import math

import numpy as np

from remit.stats._check import FloatArray
from remit.stats.likelihood_kernels import STEP

ROOT = math.sqrt(2.0 * math.pi)


def nodes(
    mu: float, tau: float, low: float, high: float, most: float, scale: float | None, centre: float
) -> tuple[FloatArray, FloatArray, float]:
    """Return u between `low` and `high`, the logarithm of the rule's density there, and that of its step.

    `most` is the most information any study holds on theta. With a `scale`, information falls at least as fast as 1 /
    cosh((|theta| - centre) / scale)^2 outside +-`centre`; None says that it need not fall.
    """
    step = min(STEP / math.sqrt(1.0 + tau * tau * most), 0.5, 0.6 / tau)
    even = math.ceil((high - low) / step)
    if scale is not None and tau > 0.5:
        first, last = (math.asinh((mu + tau * end) / scale) for end in (low, high))
        finest = min(0.85 * tau * step / math.hypot(scale, centre), 0.4 * tau / (scale + abs(mu) + 3.0 * tau))
        number = math.ceil((last - first) / finest)
        if number < even:
            w = first + np.arange(number + 1.0) * ((last - first) / number)
            grown = np.exp(w)
            shrunk = 1.0 / grown
            u = ((0.5 * scale) * (grown - shrunk) - mu) / tau
            step = (last - first) / number * 0.5 * scale / tau
            return u, np.log(grown + shrunk) - 0.5 * u * u, math.log(step / ROOT)
    u = low + np.arange(even + 1.0) * ((high - low) / even)
    return u, -0.5 * u * u, math.log((high - low) / even / ROOT)
