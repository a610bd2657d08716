"""A row for every column made into steps: level stretches, and the place of each fall to a fraction of a pixel."""

from dataclasses import dataclass

import numpy as np

from remit.extract.tracing.edges import Line
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import Track

LEVEL = 0.3


@dataclass(frozen=True, slots=True)
class Steps:
    """From column `x[i]` on the curve lies in row `y[i]`; it is drawn until column `end`."""

    x: Array
    y: Array
    end: float


def stepped(line: Line, track: Track, share: Array) -> Steps:
    """Return the steps of a line."""
    starts, rows = _levels(line.y)
    lengths = np.diff(np.append(starts, line.y.size))
    x, y = [0.0], [float(rows[0])]
    i = 1
    while i < rows.size:
        passing = 0
        while i + passing < rows.size - 1 and lengths[i + passing] <= 1 and passing < 2:
            passing += 1
        clean = passing and lengths[i - 1] >= 3 and lengths[i + passing] >= 3
        if not clean:
            passing = 0
        target = i + passing
        fall = rows[target] - y[-1]
        moved = float(np.sum(rows[target] - line.y[starts[i] : starts[target]])) / fall if fall > 0 and passing else 0.0
        at = float(starts[i]) + moved
        if lengths[i - 1] >= 3 and lengths[target] >= 3:
            at = _middle_of_fall(share, at, y[-1], float(rows[target]), line.width)
        x.append(max(at, x[-1]))
        y.append(float(rows[target]))
        i = target + 1
    return Steps(np.array(x), np.array(y), float(line.y.size))


def _levels(y: Array) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Array]:
    """Starts and rows of stretches whose row changes by less than a third of a pixel."""
    starts, rows, a = [0], [], 0
    for i in range(1, y.size + 1):
        if i == y.size or y[i] - y[a] > LEVEL:
            rows.append(float(np.mean(y[a:i])))
            if i < y.size:
                starts.append(i)
            a = i
    return np.array(starts, dtype=np.int64), np.array(rows)


def _middle_of_fall(share: Array, at: float, high: float, low: float, width: float) -> float:
    """The middle of the vertical line of a tall fall, weighted by ink; `at` where it is not clear."""
    a, b = int(np.ceil(high + width / 2.0)) + 1, int(np.floor(low - width / 2.0)) - 1
    reach = width / 2.0 + 2.0
    left, right = max(0, int(at - reach)), min(share.shape[1], int(at + reach) + 1)
    if b - a < 2 or right - left < 2:
        return at
    ink = share[a:b, left:right].mean(axis=0)
    mass = float(ink.sum())
    if not 0.5 * width <= mass <= 1.6 * width:
        return at
    found = float(ink @ (np.arange(left, right) + 0.5)) / mass
    return found if abs(found - at) <= 1.5 else at
