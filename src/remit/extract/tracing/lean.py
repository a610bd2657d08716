"""Whether a picture leans: the angle of its longest straight level line, an axis, a frame or a grid line."""

import math

import numpy as np

from remit.extract.tracing import colours
from remit.extract.tracing.pixels import Bytes

MOST = 20.0
STEP = 0.1
LONG = 0.6
COLUMNS = 500


def degrees(rgb: Bytes, left: float) -> float | None:
    """Return by how many degrees level lines fall to the right, from column `left` on; None where no line is long.

    Inked pixels are summed along lines of each angle; the longest line must cover 6 of 10 columns.
    """
    first = max(0, int(left))
    columns = np.unique(np.linspace(first, rgb.shape[1] - 1, COLUMNS).astype(np.int64))
    ground = colours.paper(rgb)
    drawn = np.abs(rgb[:, columns].astype(float) - ground).max(axis=-1) > 45.0
    edge = drawn & ~np.roll(drawn, 1, axis=0)
    rows, at = np.nonzero(edge)
    if rows.size == 0:
        return None
    across = columns[at] - first
    wide = float(np.count_nonzero(drawn.any(axis=0)))
    angles = np.arange(-MOST, MOST + STEP / 2, STEP)
    most = np.array([_longest(rows - across * math.tan(math.radians(a))) for a in angles])
    best = most >= 0.98 * most.max()
    if most.max() < LONG * wide:
        return None
    return float(angles[best].mean())


def _longest(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Pixels on the fullest two rows that adjoin."""
    held = np.bincount(np.round(rows - rows.min()).astype(np.int64)).astype(float)
    return float((held[1:] + held[:-1]).max()) if held.size > 1 else float(held.max())
