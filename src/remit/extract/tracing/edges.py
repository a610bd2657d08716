"""The middle of a drawn line to a fraction of a pixel, from its upper and lower edge.

A falling step curve drawn with a pen of width w has an upper edge that is the curve moved right and up by w / 2, and a
lower edge that is the curve moved left and down by as much. Both fall only; where an edge rises and falls back, a
censoring tick or a letter touches it. So each edge gives the curve by itself, ticks come out as what sticks out of
both, and what another curve hides on one side is taken from the other.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.optimize import isotonic_regression

from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import LEAST, Track

Flags = npt.NDArray[np.bool_]
PEN = 0.25


@dataclass(frozen=True, slots=True)
class Edges:
    """Upper and lower edge of each column (NaN where none is seen), ink in it, and how wide the pen is."""

    upper: Array
    lower: Array
    mass: Array
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """Row of the curve in each column, and the columns of ticks found on it."""

    y: Array
    ticks: tuple[float, ...]
    width: float


def measured(share: Array, other: Flags, track: Track) -> Edges:
    """Return the edges of the ink around a path."""
    n = track.leave.size
    upper, lower, mass = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    middle, tall = np.full(n, np.nan), np.zeros(n)
    clear = np.zeros((n, 2), bool)
    for x in range(n):
        found = _run(share[:, x], int(track.enter[x]), int(track.leave[x]))
        if found is None:
            continue
        a, b = found
        a0, b0 = max(0, a - 1), min(share.shape[0], b + 1)
        part = share[a0:b0, x]
        mass[x] = part.sum()
        middle[x] = float(part @ (np.arange(a0, b0) + 0.5)) / mass[x]
        tall[x] = b - a
        clear[x] = (not other[max(0, a - 2) : a, x].any(), not other[b : b + 2, x].any())
        peak = float(part.max())
        upper[x] = a + 1 - (share[a, x] + (share[a - 1, x] if a else 0.0)) / peak
        lower[x] = b - 1 + (share[b - 1, x] + (share[b, x] if b < share.shape[0] else 0.0)) / peak
    level = track.enter == track.leave
    whole = level & clear.all(axis=1)
    pens = next((m for m in (mass[whole], mass[level]) if np.isfinite(m).sum() >= 10), mass)
    width = float(np.nanquantile(pens, PEN)) if np.isfinite(pens).any() else 1.0
    slim = np.isfinite(mass) & (mass <= 1.25 * width + 0.25)
    upper = np.where(slim, middle - mass / 2.0, upper)
    lower = np.where(slim, middle + mass / 2.0, lower)
    return Edges(np.where(clear[:, 0], upper, np.nan), np.where(clear[:, 1], lower, np.nan), mass, width)


def _run(column: Array, enter: int, leave: int) -> tuple[int, int] | None:
    """First and one past the last row of the ink that touches the path in this column."""
    ink = column >= LEAST
    on = np.flatnonzero(ink[max(0, enter - 1) : leave + 2]) + max(0, enter - 1)
    if on.size == 0:
        return None
    a, b = int(on[0]), int(on[-1]) + 1
    while a > 0 and ink[a - 1]:
        a -= 1
    while b < ink.size and ink[b]:
        b += 1
    return a, b


def middle(edges: Edges, track: Track, start: float) -> Line:
    """Return the curve between its edges, ticks removed, never rising, from row `start` on."""
    reach = max(8, round(6.0 * edges.width) + 6)
    slack = max(0.6, 0.2 * edges.width)
    up = edges.upper < _side(edges.upper, reach, 0.8, before=True) - slack
    down = edges.lower > _side(edges.lower, reach, 0.2, before=False) + slack
    up, down = _both(edges, up, down, reach)
    upper, lower = np.where(up, np.nan, edges.upper), np.where(down, np.nan, edges.lower)
    half = edges.width / 2.0
    n = upper.size
    at = np.arange(n, dtype=float)
    high = _shifted(upper, at + half) + half
    low = _shifted(lower, at - half) - half
    y = np.where(np.isnan(high), low, np.where(np.isnan(low), high, 0.5 * (high + low)))
    y = _filled(y, 0.5 * (edges.upper + edges.lower), track, start)
    return Line(_falling(y), _tick_columns(edges, up, down, upper), edges.width)


def _both(edges: Edges, up: Flags, down: Flags, reach: int) -> tuple[Flags, Flags]:
    """A tick found on one side reaches as far on the other where the ink is thick enough for both."""
    thick = edges.lower - edges.upper - edges.width
    above = _side(edges.upper, reach, 0.8, before=True) - edges.upper
    below = edges.lower - _side(edges.lower, reach, 0.2, before=False)
    return up | (down & (thick > 1.5 * below)), down | (up & (thick > 1.5 * above))


def _side(edge: Array, reach: int, part: float, before: bool) -> Array:
    """A quantile of the edge over the columns before, or after, each one; NaN where none is known."""
    n = edge.size
    padded = (
        np.concatenate((np.full(reach, np.nan), edge)) if before else np.concatenate((edge, np.full(reach, np.nan)))
    )
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach)
    windows = windows[:n] if before else windows[1 : n + 1]
    held = np.isfinite(windows).sum(axis=1) >= 3
    out = np.full(n, np.nan)
    if held.any():
        out[held] = np.nanquantile(windows[held], part, axis=1)
    return out


def _shifted(edge: Array, at: Array) -> Array:
    """The edge at fractional columns, NaN where it is not known on either side."""
    left = np.clip(np.floor(at).astype(int), 0, edge.size - 1)
    right = np.clip(left + 1, 0, edge.size - 1)
    part = np.clip(at - left, 0.0, 1.0)
    a, b = edge[left], edge[right]
    both = (1.0 - part) * a + part * b
    out = np.where(np.isnan(a), np.where(part > 0.5, b, np.nan), np.where(np.isnan(b) & (part < 0.5), a, both))
    return np.where((at < -0.5) | (at > edge.size - 0.5), np.nan, out)


def _filled(y: Array, centre: Array, track: Track, start: float) -> Array:
    """Unknown columns: level where both sides agree, else midway between the edges or along the path."""
    known = np.flatnonzero(np.isfinite(y))
    if known.size == 0:
        return np.asarray(track.leave + 0.5, float)
    out = y.copy()
    first, last = int(known[0]), int(known[-1])
    begun = min(start, float(y[first]))
    out[:first] = np.clip(track.leave[:first] + 0.5, begun, y[first]) if y[first] - begun > 0.8 else y[first]
    out[last + 1 :] = y[last]
    for a, b in pairwise(known):
        if b - a > 1:
            low, high = min(y[a], y[b]), max(y[a], y[b])
            held = centre[a + 1 : b]
            path = np.clip(np.where(np.isfinite(held), held, track.leave[a + 1 : b] + 0.5), low, high)
            out[a + 1 : b] = path if high - low > 0.8 else np.linspace(y[a], y[b], b - a + 1)[1:-1]
    return out


def _falling(y: Array) -> Array:
    """The nearest curve that never rises, columns that stray from it left out of the second fit."""
    weights = np.ones(y.size)
    fitted = np.asarray(isotonic_regression(y).x, float)
    for _ in range(3):
        stray = np.abs(y - fitted)
        weights = np.where(stray > max(0.8, 4.0 * float(np.median(stray))), 1e-3, 1.0)
        fitted = np.asarray(isotonic_regression(y, weights=weights).x, float)
    return fitted


def _tick_columns(edges: Edges, up: Flags, down: Flags, upper: Array) -> tuple[float, ...]:
    """Centres of what sticks out of the curve upwards, wide groups counted as several ticks."""
    gone = np.isnan(upper) & up
    marks = np.flatnonzero(np.diff(np.concatenate(([0], gone.astype(np.int8), [0])))).reshape(-1, 2)
    out: list[float] = []
    for a, b in marks:
        if b - a > 3.0 * edges.width + 4.0 and not down[a:b].any():
            continue
        weight = np.maximum(edges.mass[a:b] - edges.width, 0.0)
        if weight.sum() <= 0.0:
            continue
        out.append(float(weight @ (np.arange(a, b) + 0.5) / weight.sum()))
    return tuple(out)


def near(line: Line, track: Track) -> Line:
    """Return the line where it lies within a pen's width of its path, and its path's rows where it strays farther.

    Ink of another line that touches on one side moves the edges; the path, which follows the ink, does not go along.
    """
    wide = 2 * round(0.5 * line.width + 1.0) + 1
    room = 0.5 * line.width + 1.0
    top = ndimage.minimum_filter1d(track.enter, wide) + 0.5 - room
    bottom = ndimage.maximum_filter1d(track.leave, wide) + 0.5 + room
    return Line(np.maximum.accumulate(np.clip(line.y, top, bottom)), line.ticks, line.width)


def bridged(line: Line, hidden: list[tuple[int, int]]) -> Line:
    """Return the line with a straight fall over each hidden run of columns: nothing says where in it the curve fell."""
    y = line.y.copy()
    for a, b in hidden:
        if a > 0:
            y[a:b] = np.linspace(y[a - 1], y[b] if b < y.size else y[b - 1], b - a + 2)[1:-1]
    return Line(y, line.ticks, line.width)
