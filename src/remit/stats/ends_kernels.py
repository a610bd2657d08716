"""What follows from fits of many data sets, in a form that numba compiles: operations in the order of `batch`."""

import math

import numpy as np

from remit.stats._check import FloatArray

COMPILED = ("ends_of_columns",)


def warm() -> None:
    """Call the function once, so that it is compiled."""
    one = np.ones(1)
    ends_of_columns(np.ones((8, 1)), one, one, one, True, True, False, np.empty((8, 1)))


def ends_of_columns(
    fits: FloatArray,
    k: FloatArray,
    quantile: FloatArray,
    far: FloatArray,
    knapp: bool,
    adhoc: bool,
    far_knapp: bool,
    out: FloatArray,
) -> None:
    """Write I2 and what follows from `fits`, the `out` of `batch_kernels.fit_columns`, to `out`, shape (8, b).

    `quantile` and `far` are those of the interval and of the prediction interval, shape (b,). Both go by the plain
    standard error or, where `knapp` and `far_knapp` say so, by Hartung and Knapp's, with `adhoc` never below the plain.
    Rows: I2, estimate, standard error, lower, upper, statistic, lower and upper end of the prediction.
    """
    for i in range(k.size):
        tau2, total = fits[3, i], fits[4, i]
        df = max(k[i] - 1.0, 1.0)
        typical = df * fits[1, i]
        if k[i] > 1.0:
            typical = typical / max(fits[1, i] * fits[1, i] - fits[2, i], 0.0)
        out[0, i] = 100.0 * tau2 / (tau2 + typical)
        plain = 1.0 / total
        spread = fits[6, i] / df / total
        if adhoc:
            spread = max(spread, plain)
        estimate = fits[7, i] + fits[5, i]
        se = math.sqrt(spread if knapp else plain)
        half = quantile[i] * se
        reach = far[i] * math.sqrt(tau2 + (spread if far_knapp else plain))
        out[1, i], out[2, i] = estimate, se
        out[3, i], out[4, i] = estimate - half, estimate + half
        out[5, i] = 0.0 if se == 0.0 and estimate == 0.0 else estimate / se
        out[6, i], out[7, i] = estimate - reach, estimate + reach
