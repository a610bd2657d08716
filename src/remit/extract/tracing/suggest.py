"""Axes read off a vector figure's own tick labels: a suggestion, shown, and overruled by given points.

Numbers in a row below short upright lines are times; numbers in a column beside short level lines are survival.
Nothing is suggested unless three or more labels lie on one straight scale within half a percent.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from remit.extract.tracing.pixels import Array
from remit.extract.tracing.shapes import Drawing
from remit.model.trace import Known

SHORT = 0.03
LEAST = 3


def axes(drawing: Drawing) -> tuple[tuple[Known, ...], tuple[Known, ...]] | None:
    """Return two known points for x and for y, or None."""
    numbers = [(w, v) for w in drawing.words if (v := value(w.text)) is not None]
    size = max(drawing.width, drawing.height)
    upright, level = marks(drawing)
    x = _scale([(w.y, w.x, v) for w, v in numbers], upright, size, growing=True)
    y = _scale([(w.x, w.y, v) for w, v in numbers], level[:, ::-1], size, growing=False)
    return None if x is None or y is None else (x, y)


def outlined(drawing: Drawing) -> bool:
    """Whether a figure has ticks but no numbers as text: its labels are drawn as outlines of letters."""
    upright, level = marks(drawing)
    return len(upright) >= LEAST and len(level) >= LEAST and all(value(w.text) is None for w in drawing.words)


def value(text: str) -> float | None:
    """Return the number a tick label is, or None."""
    word = text.strip().replace("−", "-").rstrip("%").strip()
    try:
        return float(word) if word and len(word) < 8 and word[0] in "0123456789." else None
    except ValueError:
        return None


def marks(drawing: Drawing) -> tuple[Array, Array]:
    """Return the middles (x, y) of short upright and of short level strokes."""
    longest = SHORT * max(drawing.width, drawing.height)
    upright, level = [np.empty((0, 2))], [np.empty((0, 2))]
    for s in drawing.strokes:
        if s.points.shape[0] != 2:
            continue
        w, h = np.abs(s.points[1] - s.points[0])
        middle = s.points.mean(axis=0)[None]
        if h > 0 and h <= longest and w < 0.1 * h:
            upright.append(middle)
        elif w > 0 and w <= longest and h < 0.1 * w:
            level.append(middle)
    return np.concatenate(upright), np.concatenate(level)


def _scale(
    held: Sequence[tuple[float, float, float]], marks: Array, size: float, growing: bool
) -> tuple[Known, ...] | None:
    """`held` has the coordinate that a row shares, the one along it, and the value."""
    best: tuple[Known, ...] | None = None
    most = LEAST - 1
    for row in _rows(held, marks, size, growing):
        along, values = np.array([a for a, _ in row]), np.array([v for _, v in row])
        placed = _straight(along, values, marks) if len(row) > most else None
        if placed is not None:
            best, most = placed, len(row)
    return best


def labelled(
    held: Sequence[tuple[float, float, float]], marks: Array, size: float, growing: bool
) -> tuple[Array, Array] | None:
    """Return the places of the marks of the longest row of labels, straight or not, and their values; None for none."""
    best: tuple[Array, Array] | None = None
    for row in _rows(held, marks, size, growing):
        along, values = np.array([a for a, _ in row]), np.array([v for _, v in row])
        places = next(_matched(along, marks), None)
        if places is not None and (best is None or values.size > best[1].size):
            best = places, values
    return best


def _rows(
    held: Sequence[tuple[float, float, float]], marks: Array, size: float, growing: bool
) -> Iterator[list[tuple[float, float]]]:
    """Rows of three or more labels (place along, value) in order of their values.

    A label of the other axis may stand in the row, as the 0 of the time axis does below those of survival: where labels
    are out of order, only the nearest to each mark is kept.
    """
    room = (0.006 if growing else 0.03) * size
    for line in sorted({round(shared / 3.0) for shared, _, _ in held}) if marks.size else ():
        row = sorted({(along, v) for shared, along, v in held if abs(shared - 3.0 * line) < room})
        if not _ordered(row, growing):
            row = _nearest(row, np.unique(marks[:, 0]))
        if len(row) >= LEAST and _ordered(row, growing):
            yield row


def _ordered(row: Sequence[tuple[float, float]], growing: bool) -> bool:
    return all((b > a) if growing else (b < a) for (_, a), (_, b) in pairwise(row))


def _nearest(row: Sequence[tuple[float, float]], places: Array) -> list[tuple[float, float]]:
    """The labels that are the nearest one to the mark nearest to them."""
    best: dict[int, tuple[float, float]] = {}
    for along, v in row:
        mark = int(np.abs(places - along).argmin())
        if mark not in best or abs(places[mark] - along) < abs(places[mark] - best[mark][0]):
            best[mark] = (along, v)
    return sorted(best.values())


def _matched(along: Array, marks: Array) -> Iterator[Array]:
    """For each row of marks that has one of its own for each label: the place along of the nearest."""
    rows, counts = np.unique(np.round(2.0 * marks[:, 1]), return_counts=True)
    gap = float(np.min(np.abs(np.diff(along))))
    for r in rows[counts >= along.size]:
        own = marks[np.round(2.0 * marks[:, 1]) == r, 0]
        nearest = np.abs(own[:, None] - along[None]).argmin(axis=0)
        if np.max(np.abs(own[nearest] - along)) <= 0.5 * gap and len(set(nearest.tolist())) == along.size:
            yield own[nearest]


def _straight(along: Array, values: Array, marks: Array) -> tuple[Known, ...] | None:
    """The lowest and the highest label with their places, if all lie on one scale."""
    for places in _matched(along, marks):
        per, start = np.polyfit(values, places, 1)
        if np.max(np.abs(start + per * values - places)) <= 0.005 * float(np.ptp(places)):
            ends = float(values.min()), float(values.max())
            return tuple(Known((float(start + per * v),), v) for v in ends)
    return None
