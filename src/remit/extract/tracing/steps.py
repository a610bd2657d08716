"""A row for every column made into steps: level stretches, and the place of each fall to a fraction of a pixel."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from remit.extract.tracing.edges import Line
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import Track

LEVEL = 0.3
SLIVER = 0.7
APART = 0.7
Starts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Steps:
    """From column `x[i]` on the curve lies in row `y[i]`; it is drawn until column `end`."""

    x: Array
    y: Array
    end: float


def stepped(line: Line, track: Track, share: Array) -> Steps:
    """Return the steps of a line."""
    starts, rows = _without_slivers(*_levels(line.y), line.y.size)
    lengths = np.diff(np.append(starts, line.y.size))
    x, y = [0.0], [float(rows[0])]
    i = 1
    while i < rows.size:
        target = _end_of_fall(lengths, i, line.width)
        at = float(starts[i])
        if lengths[i - 1] >= 3 and lengths[target] >= 3:
            fall = float(rows[target]) - y[-1]
            area = float(np.sum(rows[target] - line.y[starts[i] : starts[target]])) / fall if target > i else 0.0
            single = _middle_of_fall(share, at + area, y[-1], float(rows[target]), line.width)
            if single is None:
                target = i
            else:
                at = single
        else:
            target = i
        x.append(max(at, x[-1]))
        y.append(float(rows[target]))
        i = target + 1
    return Steps(np.array(x), np.array(y), float(line.y.size))


def _end_of_fall(lengths: npt.NDArray[np.int64], i: int, width: float) -> int:
    """The next long stretch, where only columns that one upright line can cover lie before it."""
    passed, at = 0, i
    while at < lengths.size - 1 and lengths[at] <= 2 and passed + lengths[at] <= width + 2.5:
        passed += int(lengths[at])
        at += 1
    return at


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


def _without_slivers(starts: Starts, rows: Array, n: int) -> tuple[Starts, Array]:
    """Join a stretch of one or two columns, less than 0.7 pixels from a longer one beside it, to that one."""
    lengths = np.diff(np.append(starts, n))
    keep_starts, keep_rows = [int(starts[0])], [float(rows[0])]
    for i in range(1, rows.size):
        long_before = starts[i] - keep_starts[-1] >= 3
        long_after = i + 1 < rows.size and lengths[i + 1] >= 3
        if lengths[i] <= 2 and long_before and rows[i] - keep_rows[-1] < SLIVER:
            continue
        if lengths[i] <= 2 and long_after and rows[i + 1] - rows[i] < SLIVER:
            starts[i + 1] = starts[i]
            lengths[i + 1] += lengths[i]
            continue
        keep_starts.append(int(starts[i]))
        keep_rows.append(float(rows[i]))
    return np.array(keep_starts, dtype=np.int64), np.array(keep_rows)


def last_fall(found: Steps, line: Line, track: Track, upper: Array, floor: float) -> tuple[Steps, bool]:
    """Add the fall a curve ends with, drawn as an upright line with nothing level after it.

    A tick at the end stands as far above the line as below it and is no fall. A fall that reaches row `floor`, where
    survival is 0, ends there.
    """
    n = line.y.size
    tail = max(0, n - int(np.ceil(line.width)) - 4)
    before, bottom = float(line.y[max(0, tail - 1)]), float(track.leave[-1]) + 1.0 - line.width / 2.0
    if floor - bottom < 3.0 + line.width / 2.0:
        bottom = floor
    seen = upper[tail:][np.isfinite(upper[tail:])]
    risen = before - line.width / 2.0 - float(seen.min()) if seen.size else 0.0
    fall = bottom - max(before, float(found.y[-1]))
    if fall < max(2.0, 0.7 * line.width) or risen > 0.5 * fall:
        return found, False
    at = n - line.width / 2.0
    keep = (found.x < at) | (np.arange(found.x.size) == 0)
    return Steps(np.append(found.x[keep], at), np.append(found.y[keep], bottom), at), True


def _middle_of_fall(share: Array, at: float, high: float, low: float, width: float) -> float | None:
    """The middle of the one upright line of a fall, weighted by ink; None where there are two, `at` where too short."""
    a, b = int(np.ceil(high + width / 2.0)) + 1, int(np.floor(low - width / 2.0)) - 1
    reach = width / 2.0 + 2.0
    left, right = max(0, int(at - reach)), min(share.shape[1], int(at + reach) + 1)
    if b - a < 2 or right - left < 2:
        return at
    places = np.arange(left, right) + 0.5
    halves = [share[a : (a + b) // 2, left:right].mean(axis=0), share[(a + b) // 2 : b, left:right].mean(axis=0)]
    masses = [float(h.sum()) for h in halves]
    if not all(0.5 * width <= m <= 1.6 * width for m in masses):
        return at
    first, second = (float(h @ places) / m for h, m in zip(halves, masses, strict=True))
    if abs(first - second) > APART:
        return None
    found = 0.5 * (first + second)
    return found if abs(found - at) <= 2.0 else at
