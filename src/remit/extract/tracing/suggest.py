"""Axes read off a vector figure's own tick labels: a suggestion, shown, and overruled by given points.

Numbers in a row below short upright lines are times; numbers in a column beside short level lines are survival.
Nothing is suggested unless three or more labels lie on one straight scale within half a percent.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from remit.extract.tracing.pixels import Array
from remit.extract.tracing.shapes import Drawing
from remit.model.trace import Known

SHORT = 0.03
LEAST = 3


def axes(drawing: Drawing) -> tuple[tuple[Known, ...], tuple[Known, ...]] | None:
    """Return two known points for x and for y, or None."""
    numbers = [(w, v) for w in drawing.words if (v := _value(w.text)) is not None]
    size = max(drawing.width, drawing.height)
    upright, level = _marks(drawing, SHORT * size)
    x = _scale([(w.y, w.x, v) for w, v in numbers], upright, size, growing=True)
    y = _scale([(w.x, w.y, v) for w, v in numbers], level[:, ::-1], size, growing=False)
    return None if x is None or y is None else (x, y)


def _value(text: str) -> float | None:
    word = text.strip().replace("−", "-").rstrip("%").strip()
    try:
        return float(word) if word and len(word) < 8 and word[0] in "0123456789." else None
    except ValueError:
        return None


def _marks(drawing: Drawing, longest: float) -> tuple[Array, Array]:
    """Middles of short upright and short level strokes."""
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
    for line in sorted({round(shared / 3.0) for shared, _, _ in held}):
        room = (0.006 if growing else 0.03) * size
        row = sorted({(along, v) for shared, along, v in held if abs(shared - 3.0 * line) < room})
        values = [v for _, v in row]
        ordered = values if growing else values[::-1]
        if len(row) <= most or any(b <= a for a, b in pairwise(ordered)) or not marks.size:
            continue
        placed = _matched(np.array([a for a, _ in row]), np.array(values), marks)
        if placed is not None:
            best, most = placed, len(row)
    return best


def _matched(along: Array, values: Array, marks: Array) -> tuple[Known, ...] | None:
    """Each label with its nearest mark (place along, place across) of one row, if all lie on one scale."""
    rows, counts = np.unique(np.round(2.0 * marks[:, 1]), return_counts=True)
    found = (_on_row(along, values, marks[np.round(2.0 * marks[:, 1]) == r, 0]) for r in rows[counts >= along.size])
    return next((f for f in found if f is not None), None)


def _on_row(along: Array, values: Array, marks: Array) -> tuple[Known, ...] | None:
    gap = float(np.min(np.abs(np.diff(along))))
    nearest = np.abs(marks[:, None] - along[None]).argmin(axis=0)
    places = marks[nearest]
    if np.max(np.abs(places - along)) > 0.5 * gap or len(set(nearest.tolist())) < along.size:
        return None
    per, start = np.polyfit(values, places, 1)
    if np.max(np.abs(start + per * values - places)) > 0.005 * float(np.ptp(places)):
        return None
    low, high = int(values.argmin()), int(values.argmax())
    return Known((float(start + per * values[low]),), float(values[low])), Known(
        (float(start + per * values[high]),), float(values[high])
    )
