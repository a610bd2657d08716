"""Whether a partial likelihood rises without end, and along which way, decided by linear programming.

The likelihood never falls along w when everybody who dies has w·x at least as high as all at risk then, and rises
without end when somebody has it higher. Of all such ways one is wanted that is strict wherever any is: then columns
whose coefficient is settled by the comparisons that stay level are finite, and all others infinite.
Source: Heinze and Schemper (2001), Biometrics 57:114-119; for separation in general Konis (2007), DPhil Oxford, ch. 4.
"""

import numpy as np
from scipy.optimize import linprog

from remit.stats._check import FloatArray
from remit.stats._partial import Partial

MOST_PAIRS = 300_000
"""Comparisons of a death with somebody at risk, times covariates, beyond which nothing is decided."""


def recession(partial: Partial) -> tuple[FloatArray, tuple[int, ...]] | None:
    """Return a way (p,) along which the likelihood rises without end, by at least 1 wherever it is strict, and the
    columns whose coefficient is infinite; None where there is no such way, or too many comparisons to tell.
    """
    start, stop = partial.block_layer_start[partial.row_block], partial.block_end[partial.row_block]
    p = partial.x.shape[1]
    if int((stop - start).sum()) * p > MOST_PAIRS:
        return None
    scale = partial.x.std(axis=0)
    x = partial.x / scale
    pairs = [x[d] - x[a:b] for d, a, b in zip(partial.dead, start, stop, strict=True)]
    rows = np.unique(np.round(np.concatenate(pairs), 12), axis=0)
    rows = rows[np.abs(rows).max(axis=1) > 0.0]
    m = rows.shape[0]
    found = linprog(
        np.concatenate((np.zeros(p), -np.ones(m))),
        A_ub=np.hstack((-rows, np.eye(m))),
        b_ub=np.zeros(m),
        bounds=[(None, None)] * p + [(0.0, 1.0)] * m,
    )
    if found.x is None or float(np.sum(found.x[p:])) < 0.5:
        return None
    way = np.asarray(found.x[:p], dtype=np.float64)
    level = rows[rows @ way < 0.5]
    free = np.eye(p)
    if level.size:
        _, size, ways = np.linalg.svd(level)
        free = ways[int((size > 1e-9 * size[0]).sum()) :]
    return way / scale, tuple(int(k) for k in np.flatnonzero(np.abs(free).max(axis=0, initial=0.0) > 1e-7))
