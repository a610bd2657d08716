"""The distribution of a sum of independent chi-square variables with one degree of freedom, each times its own weight.

Its Laplace transform is prod (1 + 2 w s)^(-1/2), whose singularities all lie on the negative real axis. It is inverted
along a hyperbola through the saddlepoint, bent to the left around them, by the trapezoidal rule, whose error falls
exponentially with the number of nodes. Sources: Weideman and Trefethen (2007), Math Comp 76:1341-1356 (hyperbolas);
Rice (1980), SIAM J Sci Stat Comput 1:438-448 (saddlepoint contours of quadratic forms).
"""

import math

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray

LEAN = 0.5  # angle of the hyperbola's arms against the vertical, in radians
REACH = 5.3  # where an arm has fallen by exp(-38) at least
STEPS = 200


def cdf(value: float, weights: npt.ArrayLike) -> float:
    """Return the probability that sum w_i X_i is at most `value`, to about 1e-13; X_i chi-square, 1 degree of freedom.

    Raises InputError for a weight below 0, or none above 0.
    """
    w = _check.column(weights, "weights")
    if w.size == 0 or w.min() < 0.0 or w.max() <= 0.0:
        raise InputError("weights below 0, or all of them 0; expected at least one number above 0 and none below")
    return below(_check.finite(value, "value"), w)


def below(value: float, w: FloatArray) -> float:
    """Return `cdf` for weights that were checked."""
    if value <= 0.0:
        return 0.0
    w = w / value
    centre, curve = _saddle(w)
    step = min(0.12, 0.25 / (centre * math.sqrt(curve)))
    u = (np.arange(math.ceil(REACH / step)) + 0.5) * step
    s = centre * (1.0 - math.sin(LEAN) * (np.cosh(u) - 1.0) + 1j * math.cos(LEAN) * np.sinh(u))
    slope = centre * (-math.sin(LEAN) * np.sinh(u) + 1j * math.cos(LEAN) * np.cosh(u))
    log_f = s - np.log(s) - 0.5 * np.log(1.0 + 2.0 * s[:, None] * w).sum(axis=1)
    found = step / math.pi * float((np.exp(log_f) * slope).imag.sum())
    return min(max(found, 0.0), 1.0)


def _saddle(w: FloatArray) -> tuple[float, float]:
    """Return where s - log s - sum log(1 + 2 w s) / 2 is least for s > 0, and its curvature there; its slope rises.

    Newton's method on s times the slope, which rises and is concave, from below.
    """
    s = 1.0
    for _ in range(STEPS):
        share = 2.0 * w * s / (1.0 + 2.0 * w * s)
        miss = s - 1.0 - 0.5 * float(share.sum())
        gain = 1.0 - 0.5 * float((share * (1.0 - share)).sum()) / s
        if abs(miss) <= 1e-6 * s:
            break
        s = s - miss / gain if gain > 0.1 else s + 0.5 * float(share.sum()) + 1e-3
    return s, (1.0 + 0.5 * float((share * share).sum())) / (s * s)
