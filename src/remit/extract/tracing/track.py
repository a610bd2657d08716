"""The one path right and down through a picture that gathers most ink: a survival curve never rises.

Every pixel has a score: ink of the curve counts for it, paper against, other things drawn there hardly at all since
they may hide the curve. The best path of steps to the right and down is found exactly by dynamic programming, column by
column, so dashes, crossings and hidden stretches are passed as a whole and not one pixel at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from remit.errors import InputError
from remit.extract.tracing.pixels import Array

PAPER = -0.55
HIDDEN = -0.06
FALL = 4.0
FREE = 0.01
LONG = 0.06
DEEP = 100.0
CORNER = 0.2
LEAST = 0.25
NOTHING = "nothing of this ink leads from survival 1 at time 0 on: a curve that rises, or wrong axes or colour"


@dataclass(frozen=True, slots=True)
class Track:
    """For columns `first` to `first + len(enter) - 1`: the rows the path comes in at and leaves at."""

    first: int
    enter: npt.NDArray[np.int64]
    leave: npt.NDArray[np.int64]


def scores(share: Array, other: npt.NDArray[np.bool_]) -> Array:
    """Return what a pixel adds to a path."""
    drawn = np.minimum(1.0, 1.3 * share)
    return np.where(share >= LEAST, drawn, np.where(other, HIDDEN, PAPER + (share * (drawn - PAPER))))


def best(
    scores: Array, start: float, through: Sequence[tuple[int, int]] = (), change: float = 0.0, leap: int = 0
) -> tuple[Track, npt.NDArray[np.int64]]:
    """Return the path of highest score from row `start` of the first column, and its layer in each column.

    `scores`, shape (layers, h, w), may score the pixels in several ways, a change between which costs `change`. The
    path's end is free. It passes within two pixels of each (column, row) of `through`. It falls over bare paper only
    within five pixels of ink, or 1 % of the height; given a `leap`, over no more rows than that.

    Raises
    ------
    InputError
        No path gathers more ink than paper.
    """
    falls, level = np.stack([_falls(s, leap) for s in scores]), np.stack([_closed(s) for s in scores])
    layers, height, width = scores.shape
    rows = np.arange(height)
    begun = PAPER * np.abs(rows - start) * np.where(np.abs(rows - start) <= 3.0, 0.1, 1.0)
    reached = np.repeat(begun[None], layers, axis=0)
    bound: dict[int, list[int]] = {}
    for column_at, row_at in through:
        bound.setdefault(column_at, []).append(row_at)
    last = max(bound, default=0)
    back = np.empty((width, layers, height), dtype=np.int32)
    changed = np.zeros((width, layers, height), dtype=bool)
    top, end = -np.inf, (0, 0, 0)
    for x in range(width):
        if layers == 2:
            changed[x] = reached[::-1] - change > reached
            reached = np.maximum(reached, reached[::-1] - change)
        below = np.concatenate((np.zeros((layers, 1)), np.cumsum(falls[:, :, x], axis=1)), axis=1)
        for at in bound.get(x, ()):
            reached = np.where(rows > at + 2, -np.inf, reached)
        lead = reached - below[:, :-1]
        peak = np.maximum.accumulate(lead, axis=1)
        where = np.maximum.accumulate(np.where(lead >= peak, rows, 0), axis=1)
        down = below[:, 1:] + peak - np.where(where < rows, CORNER, 0.0)
        flat = reached + level[:, :, x]
        back[x] = np.where(flat >= down, rows, where)
        reached = np.maximum(flat, down)
        for at in bound.get(x, ()):
            reached = np.where(rows < at - 2, -np.inf, reached)
        if x >= last:
            layer, row = divmod(int(reached.argmax()), height)
            if reached[layer, row] > top:
                top, end = float(reached[layer, row]), (x, layer, row)
    if not top > (0.0 if not through else -np.inf):
        raise InputError(NOTHING)
    return _walked(back, changed, end)


def _closed(score: Array) -> Array:
    """The scores with bare paper closed where a level way over it would be longer than any gap of a curve."""
    bare, columns = score < HIDDEN, np.arange(score.shape[1])
    run = columns - np.maximum.accumulate(np.where(bare, -1, columns), axis=1)
    return np.where(bare & (run > max(12, LONG * score.shape[1])), DEEP * score, score)


def _falls(score: Array, leap: int) -> Array:
    """What falling through pixels adds: bare paper costs four times as much, and is closed far from all ink.

    Given a `leap`, it is closed beyond as many bare rows, with no ink in the columns beside it either.
    """
    bare = score < HIDDEN
    if leap:
        rows = np.arange(score.shape[0])[:, None]
        alone = ~ndimage.binary_dilation(~bare, np.ones((1, 3), bool))
        far = rows - np.maximum.accumulate(np.where(alone, -1, rows), axis=0) > leap
    else:
        far = ndimage.distance_transform_cdt(bare, metric="chessboard") > max(5, round(FREE * score.shape[0]))
    return np.where(bare, np.where(far, DEEP, FALL) * score, score)


def _walked(
    back: npt.NDArray[np.int32], changed: npt.NDArray[np.bool_], end: tuple[int, int, int]
) -> tuple[Track, npt.NDArray[np.int64]]:
    last, layer, row = end
    enter, leave, side = np.empty(last + 1, np.int64), np.empty(last + 1, np.int64), np.empty(last + 1, np.int64)
    for x in range(last, -1, -1):
        leave[x], side[x] = row, layer
        row = int(back[x, layer, row])
        enter[x] = row
        layer = 1 - layer if changed[x, layer, row] else layer
    return Track(0, enter, leave), side


def cut(
    track: Track, share: Array, other: npt.NDArray[np.bool_], through: Sequence[tuple[int, int]]
) -> tuple[Track, int]:
    """End the path where bare paper follows for longer than its dashes allow; also return how much ink goes."""
    n = track.leave.size
    drawn, bare, fall = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, np.int64)
    for x in range(n):
        a, b = max(0, track.enter[x] - 1), track.leave[x] + 2
        ink, hid = share[a:b, x] >= LEAST, other[a:b, x]
        drawn[x] = bool(ink.any())
        bare[x] = not (drawn[x] or hid.any())
        fall[x] = int(np.count_nonzero(~ink & ~hid)) if drawn[x] else 0
    gaps = runs(bare)
    dashes = [b - a for a, b in gaps if a > 0]
    limit = max(10, 0.04 * share.shape[1], 3.0 * float(np.median(dashes)) if len(dashes) > 6 else 0.0)
    ends = [a for a, b in gaps if b - a > limit and drawn[:a].any()]
    after = max((x for x, _ in through), default=0)
    ends = [e for e in ends if e > after]
    ends += [int(x) for x in np.flatnonzero(fall > max(limit, 14)) if x >= after and drawn[:x].any()]
    stop = min(ends, default=n)
    while stop > 0 and not drawn[stop - 1]:
        stop -= 1
    if stop == 0:
        raise InputError(NOTHING)
    return Track(0, track.enter[:stop], track.leave[:stop]), int(np.count_nonzero(drawn[stop:]))


def runs(held: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where runs of true values begin, and one past their ends."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], held.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
