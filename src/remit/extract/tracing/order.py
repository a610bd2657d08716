"""Lines of one ink that lie on one another, told apart by their order: the upper stays the upper, or is said to cross.

Where two lines merge into one thick piece of ink, its lower left side is drawn by the lower line and its upper right
side by the upper one, whichever curve either is. A pixel farther than a pen from the lower left side is no ink of the
lower line. So a curve that is the lower one before and after such a piece is followed along its lower left side.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from remit.extract.tracing import rivals, track
from remit.extract.tracing.edges import Line
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import LEAST, Track

Flags = npt.NDArray[np.bool_]
AWAY = 0.8
CROSSING = 6.0
LEAP = 2
SLIM = 0.75


def sides(share: Array, width: float) -> Flags:
    """Return, shape (2, h, w), the ink that only an upper line draws, and that only a lower line draws.

    `width` is that of the pen, in pixels. Ticks that stand close draw such ink, too.
    """
    ink, pen = share >= LEAST, int(np.ceil(width)) + 1
    low = np.minimum(_run(ink[::-1])[::-1], _run(ink.T).T)
    high = np.minimum(_run(ink), _run(ink[:, ::-1].T).T[:, ::-1])
    return np.asarray(np.stack((ink & (low > pen) & (high <= pen), ink & (high > pen) & (low <= pen))), bool)


def followed(
    share: Array,
    other: Flags,
    line: Line,
    pen: float,
    start: float,
    places: Sequence[tuple[int, int]],
    broken: bool,
) -> tuple[Track, Flags]:
    """Return the path that keeps its order, and the ink beside it, shape (h, columns), that is the other line's alone.

    `line` is the curve as found without heed of order; its ticks are no other line. Without places no other line is
    looked for. Ink thinner than the `pen`, as of ticks, counts less, and tells of no line. A line that is not `broken`,
    dashed or dotted, falls over no bare paper.

    Raises
    ------
    InputError
        No path gathers more ink than paper.
    """
    slim = _slim(share, pen)
    score = track.scores(share, other) - AWAY * slim
    if not places:
        path, _ = track.best(score[None], start)
        return path, np.zeros((share.shape[0], path.leave.size), bool)
    apart = sides(np.where(slim, 0.0, share), line.width)
    apart[:, :, : line.y.size] &= ~rivals.ticks(share[:, : line.y.size] >= LEAST, line)
    path, side = track.best(np.stack([score - AWAY * a for a in apart]), start, places, CROSSING, 0 if broken else LEAP)
    n = path.leave.size
    return path, np.asarray(np.where(side == 0, apart[0][:, :n], apart[1][:, :n]), bool)


def _slim(share: Array, pen: float) -> Flags:
    """Ink of strokes clearly thinner than the pen; not beside the axis, which hides a part of them."""
    ink, least = share >= LEAST, int(SLIM * pen)
    if least < 2:
        return np.zeros(share.shape, bool)
    found = ink & ~ndimage.binary_opening(ink, np.ones((least, least), bool))
    found[:, : rivals.MOST_AXIS] = False
    return np.asarray(found, bool)


def _run(ink: Flags) -> npt.NDArray[np.int64]:
    """How many pixels of ink stand one on another from each up to the first row, itself counted."""
    rows = np.arange(ink.shape[0])[:, None]
    return np.asarray(rows - np.maximum.accumulate(np.where(ink, -1, rows), axis=0), np.int64)
