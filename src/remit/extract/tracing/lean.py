"""Whether a picture leans: the angles of its longest straight lines, level and upright: axes, a frame, a grid."""

import math

import numpy as np

from remit.extract.tracing import colours
from remit.extract.tracing.pixels import Bytes

MOST = 20.0
STEP = 0.1
LONG = 0.6
TALL = 0.8
UPRIGHT = 0.98
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


def sides(rgb: Bytes, top: float, bottom: float) -> list[tuple[str, float]]:
    """Return by how many degrees upright lines of the left and of the right half lean to the left on their way down.

    Looked at are rows `top` to `bottom`; a half whose longest straight line covers less than 8 of 10 of these is left
    out: a curve that falls steeply is no axis.
    """
    first, last = max(0, int(top)), min(rgb.shape[0] - 1, int(bottom))
    rows = np.unique(np.linspace(first, last, COLUMNS).astype(np.int64))
    ground = colours.paper(rgb)
    drawn = np.abs(rgb[rows].astype(float) - ground).max(axis=-1) > 45.0
    edge = drawn & ~np.roll(drawn, 1, axis=1)
    middle = rgb.shape[1] // 2
    found = []
    for side, part in (("left", edge[:, :middle]), ("right", edge[:, middle:])):
        angle = _leaning(part, rows - first)
        if angle is not None:
            found.append((side, angle))
    return found


def _leaning(
    edge: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], down: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> float | None:
    at, columns = np.nonzero(edge)
    if at.size == 0:
        return None
    along = down[at]
    if _longest(columns.astype(float)) >= UPRIGHT * down.size:
        return 0.0
    angles = np.arange(-MOST, MOST + STEP / 2, STEP)
    most = np.array([_longest(columns + along * math.tan(math.radians(a))) for a in angles])
    if most.max() < TALL * down.size:
        return None
    return float(angles[most >= 0.98 * most.max()].mean())
