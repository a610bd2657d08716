"""Where a curve begins and ends in a picture: not from far below 1 unseen, nor where its ink goes on upwards."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from remit.errors import InputError
from remit.extract.tracing.edges import Line
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import LEAST, Track

BEGINS = 0.1
RISE = 0.05
SLIGHT = 0.02
COLUMNS = 0.03
NEAR = 4
SET_TO_1 = 0.01
CLOSE = np.ones((3, 3), bool)


def begun(
    ink: Array,
    path: Track,
    start: float,
    tall: float,
    places: int,
    first: float,
    when: Callable[[float], float],
    level: Callable[[float], float],
) -> list[str]:
    """Refuse a curve whose first fall, of more than a tenth, is not drawn but hidden by the axis at time 0.

    Such a picture may stand on its head or show another part of the time. A place on the curve says that it does not.
    Return that a fall at time 0, to row `first`, may have happened within two pixels of it.
    """
    last = min(NEAR, path.leave.size) - 1
    low = int(path.leave[last])
    drawn = (ink[max(0, round(start)) : low + 1, : last + 1 + NEAR] >= LEAST).any(axis=1)
    unseen = drawn.size - int(np.count_nonzero(drawn))
    if not places and unseen > BEGINS * tall:
        raise InputError(
            f"the curve begins at survival {level(low):.2f}, and nothing of its ink leads there from 1: turn the "
            "picture upright, check the axes, or, where patients had the event at time 0, give a place on the curve"
        )
    survival = level(first - 0.5)
    if 1.0 - survival <= SET_TO_1:
        return []
    return [
        f"the first fall, to {survival:.3f}, is put at time 0: it stands within two pixels of it, so that it may have "
        f"happened until {when(2.0) - when(0.0):.2g}; a larger figure would tell"
    ]


def risen(
    ink: Array,
    path: Track,
    line: Line,
    tall: float,
    places: int,
    when: Callable[[float], float],
    level: Callable[[float], float],
) -> list[str]:
    """Say, or refuse, that the ink the curve ends in goes on upwards and to the right: a curve that rises.

    Looked at is the one piece of ink that holds the curve's end. Lines that meet there, of one ink, look the same, so
    that a curve with places given is only warned of.
    """
    n, wide = path.leave.size, ink.shape[1]
    pen = max(2, round(line.width))
    first = max(0, n - 3 * pen)
    names, _ = ndimage.label(ndimage.binary_closing(np.pad(ink[:, first:] >= LEAST, 2), CLOSE)[2:-2, 2:-2])
    row = int(path.leave[n - 1])
    end = names[max(0, row - pen) : row + pen + 1, n - 1 - first]
    if not end.any():
        return []
    piece = names == end[end > 0][0]
    after = piece[:, n + pen - first :]
    rows, columns = np.nonzero(after)
    if rows.size == 0 or np.unique(columns).size < max(8, COLUMNS * wide):
        return []
    rise = row - pen / 2.0 - float(rows.min())
    if rise < max(SLIGHT * tall, 2.0 * pen) or np.median(rows) > row:
        return []
    top = int(rows.argmin())
    at = when(float(n + pen + columns[top]))
    said = (
        f"the curve's ink goes on upwards from time {when(float(n)):.3g}, from survival {level(float(row)):.2f} to "
        f"{level(float(rows.min())):.2f} at {at:.3g}"
    )
    if not places and rise > RISE * tall:
        raise InputError(f"{said}: a curve that rises is no survival curve; check the figure, the colour and the axes")
    return [f"{said}: a rise, or another line of its ink, left out; look at the overlay"]
