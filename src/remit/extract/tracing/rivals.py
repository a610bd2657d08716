"""Whether the ink allows another curve than the traced one: every way right and down along drawn lines is followed.

A survival curve only goes right and down. From survival 1 at time 0, through the places given, all ink that such a way
can reach, and from which such a way goes on to the next place, may belong to the curve. Where that ink lies away from
the traced curve, for longer than a tick is wide, the ink alone does not say which line the curve is: two lines of one
ink that cross are drawn exactly as two that meet and part. Only a place given there, or another colour, can tell.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from remit.extract.tracing.edges import Line
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import LEAST, Track

Flags = npt.NDArray[np.bool_]
FULL = 0.5
MOST_AXIS = 16
THIN = 1.6
ALLOWED = 0.018
SLIGHT = 0.012
SHORT = 4
UPRIGHT = 0.025
NEAR = 2


def able(share: Array, other: Flags, path: Track, line: Line, start: float, places: Sequence[tuple[int, int]]) -> Flags:
    """Return the ink, shape (h, n), that a curve through the same places could follow; own ticks and pen left out."""
    n, width = path.leave.size, line.width
    ink = share[:, :n] >= LEAST
    gap = _room(share, other, path, width)
    way = _way(ink, other[:, :n], path, gap, width)
    bare = int(ink.any(axis=0).argmax())
    way[max(0, int(start)) :, : min(bare, MOST_AXIS) + gap] = True
    held = _forward(way, start, places, gap) & _backward(way, places, gap)
    return np.asarray(held & (share[:, :n] >= FULL) & ~ticks(ink, line) & ~_same_pen(ink, path, width), bool)


def away(held: Flags, share: Array, other: Flags, path: Track, line: Line, tall: float, allowed: float) -> Flags:
    """Return the part of `able` ink that lies away from the path, for longer than a tick is wide.

    `line` is the curve as measured along the path, `tall` the height of survival from 0 to 1, in pixels. What is nearer
    to it than `allowed` of survival, within the time a pen covers, or shorter than a tick is no other curve.
    """
    width, gap = line.width, _room(share, other, path, line.width)
    found = held & ~_beside(share.shape[0], line, int(path.leave[-1]), max(allowed * tall, 2.0))
    names, _ = ndimage.label(ndimage.binary_dilation(found, np.ones((1, 2 * gap + 1), bool)), np.ones((3, 3)))
    least, tallest = max(SHORT, width) + 2 * gap, max(6.0, 2.0 * width, UPRIGHT * tall)
    for name, box in enumerate(ndimage.find_objects(names), 1):
        high, wide = box[0].stop - box[0].start, box[1].stop - box[1].start
        if wide < least and not (high >= tallest and wide >= max(2.0, 0.5 * width) + 2 * gap):
            found[box] &= names[box] != name
    return np.asarray(found, bool)


def _room(share: Array, other: Flags, path: Track, width: float) -> int:
    """How far ink may be from ink along one line."""
    n = path.leave.size
    return max(_gap((share[:, :n] >= LEAST) | other[:, :n], path), 2 if width < THIN else 1)


def _same_pen(ink: Flags, path: Track, width: float) -> Flags:
    """Ink that an upright stretch of the path crosses in one pen's width: its other side, not another line."""
    names, _ = ndimage.label(ink, np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]))
    sizes = np.bincount(names.ravel())
    on = np.zeros(ink.shape, bool)
    for x, (a, b) in _ends(path):
        on[a : b + 1, x] = True
    touched = np.zeros(sizes.size, bool)
    touched[names[ndimage.binary_dilation(on, np.ones((1, 3), bool))]] = True
    return np.asarray((touched & (sizes <= 1.6 * width + 1.5))[names] & ink, bool)


def _gap(ink: Flags, path: Track) -> int:
    """How far ink may be from ink along a line: 1, or half of what most gaps of a broken line span."""
    drawn = np.array([bool(ink[max(0, a - 1) : b + 2, x].any()) for x, (a, b) in _ends(path)])
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (~drawn).astype(np.int8), [0])))).reshape(-1, 2)
    gaps = edges[:, 1] - edges[:, 0]
    return 1 if gaps.size < 7 else max(1, int(np.ceil(0.5 * np.quantile(gaps, 0.9))) + 1)


def _way(ink: Flags, other: Flags, path: Track, gap: int, width: float) -> Flags:
    """Pixels a curve may pass: ink and what is near it, what hides ink near it, and the path itself."""
    way = ndimage.binary_dilation(ink, np.ones((2 * gap + 1, 2 * gap + 1), bool))
    reach = 2 * max(gap, round(width)) + 1
    way |= other & ndimage.binary_dilation(ink, np.ones((reach, reach), bool))
    for x, (a, b) in _ends(path):
        way[a : b + 1, x] = True
        if x:
            way[a, x - 1] = True
    return np.asarray(way, bool)


def _forward(way: Flags, start: float, places: Sequence[tuple[int, int]], gap: int) -> Flags:
    """What can be reached from the start through the places."""
    able = np.zeros(way.shape, bool)
    rows = np.arange(way.shape[0])
    here = np.abs(rows - start) <= 3.0 + gap
    given = _by_column(places)
    for x in range(way.shape[1]):
        here = _spread(here & way[:, x], way[:, x])
        for row in given.get(x, ()):
            here = _spread(here & (np.abs(rows - row) <= NEAR + gap), way[:, x])
        able[:, x] = here
    return able


def _backward(way: Flags, places: Sequence[tuple[int, int]], gap: int) -> Flags:
    """From where a way leads to the places still to come; after the last, all."""
    able = np.zeros(way.shape, bool)
    given = _by_column(places)
    rows = np.arange(way.shape[0])
    last = max((x for x in given if x < way.shape[1]), default=-1)
    level = SHORT + 2 * gap
    goes_on = ndimage.binary_erosion(way, np.ones((1, 2 * level + 1), bool), border_value=1)
    here = way[:, -1]
    for x in range(way.shape[1] - 1, -1, -1):
        column = way[::-1, x]
        if x >= last:
            here = here | goes_on[:, x]
        here = _spread((here & way[:, x])[::-1], column)[::-1]
        for row in given.get(x, ()):
            here = _spread((here & (np.abs(rows - row) <= NEAR + gap))[::-1], column)[::-1]
        able[:, x] = here
    return able


def _spread(here: Flags, column: Flags) -> Flags:
    """All of a column that is reached downwards without leaving it."""
    rows = np.arange(column.size)
    reached = np.maximum.accumulate(np.where(here, rows, -1))
    broken = np.maximum.accumulate(np.where(column, -1, rows))
    return np.asarray(column & (reached > broken), bool)


def ticks(ink: Flags, line: Line) -> Flags:
    """Return the ink that stands as far above the curve as below it."""
    marks = np.zeros(ink.shape, bool)
    height, least = ink.shape[0], 0.5 * line.width + 1.5
    for x, middle in enumerate(line.y):
        a = b = min(max(int(middle), 0), height - 1)
        if not ink[a, x]:
            continue
        gaps = np.flatnonzero(~ink[:, x])
        a, b = int(gaps[gaps < a].max(initial=-1)) + 1, int(gaps[gaps > b].min(initial=height))
        up, down = middle - a, b - middle
        if min(up, down) > least and abs(up - down) <= 2.0 + 0.1 * (up + down):
            marks[a:b, x] = True
    return marks


def _beside(height: int, line: Line, bottom: int, room: float) -> Flags:
    """The curve itself down to row `bottom` at its end, as wide as the pen and what does not matter."""
    late = 2 * round(0.5 * line.width + 1.0) + 1
    up, down = ndimage.minimum_filter1d(line.y, late), ndimage.maximum_filter1d(line.y, late)
    down[-late:] = np.maximum(down[-late:], bottom)
    room += 0.5 * line.width + 0.5
    rows = np.arange(height)[:, None] + 0.5
    return np.asarray((rows >= up - room) & (rows <= down + room), bool)


def _by_column(places: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    held: dict[int, list[int]] = {}
    for x, row in places:
        held.setdefault(x, []).append(row)
    return held


def _ends(path: Track) -> list[tuple[int, tuple[int, int]]]:
    return [(x, (int(a), int(b))) for x, (a, b) in enumerate(zip(path.enter, path.leave, strict=True))]
