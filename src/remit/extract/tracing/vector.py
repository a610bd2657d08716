"""One curve out of the lines of a vector figure: exact, whether drawn in one go or in many short pieces.

The level pieces of the wanted lines are chained from survival 1 at time 0 to the right and down, so that the longest
drawn chain wins; what stands across the curve in short upright lines is its censoring ticks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remit.errors import InputError
from remit.extract.tracing.calibrate import Axes
from remit.extract.tracing.colours import written
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.shapes import Colour, Drawing, Stroke
from remit.model.curve import CurvePoints

ALIKE = 24.0
MOST_LEVELS = 6_000


@dataclass(frozen=True, slots=True)
class Levels:
    """Level pieces: from `left` to `right` at height `y`, sorted by `left`."""

    left: Array
    right: Array
    y: Array


def traced(
    drawing: Drawing, axes: Axes, colour: Sequence[float] | None, through: Sequence[tuple[float, float]] = ()
) -> CurvePoints:
    """Return the curve of one colour, or through one place, as points of time and survival.

    Raises
    ------
    InputError
        No line of the colour, or at the place; several curves of that colour and no seed; a curve that rises; too
        many pieces.
    """
    strokes = [Stroke(axes.upright(s.points), s.colour, s.width) for s in drawing.strokes]
    strokes = [s for s in strokes if _inside(s, axes)]
    seeds = axes.upright(np.array(through, float).reshape(-1, 2))
    place = seeds[0] if len(seeds) else None
    wanted = _wanted(strokes, axes, colour, place)
    whole = _whole(wanted, axes, place)
    notes: list[str] = []
    pieces = [whole] if whole is not None else wanted
    if whole is not None and _slanted(whole):
        return _points(whole, wanted, axes)
    levels = _levels(pieces, axes)
    if whole is None:
        levels, left_out = _chained(levels, axes, seeds)
        notes.append(f"the curve is drawn in pieces: {levels.left.size} level ones were chained, {left_out} left out")
    x, y, end = _steps(levels, pieces)
    ticks = _ticks(wanted, whole, x, y, end, axes)
    return CurvePoints(
        time=tuple(float(v) for v in axes.time(x)),
        survival=tuple(float(v) for v in axes.survival(y)),
        end=float(axes.time(end)),
        censored=tuple(float(v) for v in axes.time(np.array(ticks))) if ticks else (),
        notes=(*drawing.notes, *notes),
        overlap=_overlap(wanted, x, y, end, axes),
        exact=True,
    )


def _overlap(wanted: Sequence[Stroke], x: Array, y: Array, end: float, axes: Axes) -> float:
    """The share of 400 times with a level line of the colour at which the result lies on one."""
    drawn = _levels(wanted, axes)
    when = np.linspace(axes.x0, end, 402)[1:-1]
    here = y[np.clip(np.searchsorted(x, when, side="right") - 1, 0, None)]
    there = (drawn.left[:, None] <= when) & (drawn.right[:, None] >= when)
    on = there & (np.abs(drawn.y[:, None] - here) <= 0.002 * (axes.y(0.0) - axes.y(1.0)))
    known = np.asarray(there.any(axis=0), bool)
    return float(np.mean(on[:, known].any(axis=0))) if known.any() else 0.0


def _inside(stroke: Stroke, axes: Axes) -> bool:
    """Some of the stroke lies between the axes, and it is no axis or grid line across the whole plot."""
    p = stroke.points
    high, low = axes.y(1.0), axes.y(0.0)
    room = 0.03 * (low - high)
    x_in = (p[:, 0].max() >= axes.x0 - room) & (p[:, 0].min() > axes.x0 - 0.2 * (low - high))
    return bool(x_in and p[:, 1].min() >= high - room and p[:, 1].max() <= low + room)


def _wanted(strokes: Sequence[Stroke], axes: Axes, colour: Sequence[float] | None, place: Array | None) -> list[Stroke]:
    if colour is None:
        if place is None:
            raise InputError(f"neither a colour nor a seed point; give one of them; {_seen(strokes, axes)}")
        near = [(_distance(s.points, place), s) for s in strokes if s.points.shape[0] > 1]
        away, chosen = min(near, key=lambda pair: pair[0], default=(np.inf, None))
        if chosen is None or away > 0.02 * (axes.y(0.0) - axes.y(1.0)):
            raise InputError(f"no line at the seed {place[0]:g},{place[1]:g}; expected a place on the curve")
        colour = chosen.colour
        return [s for s in strokes if _apart(s.colour, colour) <= ALIKE]
    found = [s for s in strokes if _apart(s.colour, colour) <= ALIKE]
    if not found:
        raise InputError(f"no line of colour {written(colour)} between the axes; {_seen(strokes, axes)}")
    return found


def _apart(a: Colour, b: Sequence[float]) -> float:
    return float(max(abs(p - q) for p, q in zip(a, b, strict=False)))


def _seen(strokes: Sequence[Stroke], axes: Axes) -> str:
    spans: dict[str, float] = {}
    for s in strokes:
        name = written(s.colour)
        spans[name] = max(spans.get(name, 0.0), float(np.ptp(s.points[:, 0])))
    said = ", ".join(name for name, _ in sorted(spans.items(), key=lambda pair: -pair[1])[:8])
    return f"colours of lines there: {said or 'none'}"


def _distance(points: Array, place: Array) -> float:
    a, b = points[:-1], points[1:]
    d = b - a
    long = np.maximum((d * d).sum(axis=1), 1e-18)
    t = np.clip(((place - a) * d).sum(axis=1) / long, 0.0, 1.0)
    return float(np.sqrt(((a + t[:, None] * d - place) ** 2).sum(axis=1)).min())


def _whole(strokes: Sequence[Stroke], axes: Axes, place: Array | None) -> Stroke | None:
    """The one stroke that is the whole curve, where there is one."""
    span = max((float(np.ptp(s.points[:, 0])) for s in strokes), default=0.0)
    height = axes.y(0.0) - axes.y(1.0)
    near = 0.03 * max(span, height)
    able = [
        s
        for s in strokes
        if s.points.shape[0] >= 2 and s.points[:, 0].min() <= axes.x0 + near and np.ptp(s.points[:, 0]) > 3.0 * near
        and abs(s.points[s.points[:, 0].argmin(), 1] - axes.y(1.0)) <= 0.15 * height
        and (s.points.shape[0] > 4 or len(strokes) < 8)
    ]  # fmt: skip
    if place is not None and able:
        best = min(able, key=lambda s: _distance(s.points, place))
        return best if _distance(best.points, place) <= near else None
    different: list[Stroke] = []
    for s in able:
        if all(s.points.shape != d.points.shape or not np.allclose(s.points, d.points, atol=0.01) for d in different):
            different.append(s)
    if len(different) > 1:
        raise InputError(
            f"{len(different)} curves start in this colour; expected one; give a seed point on the one that is meant"
        )
    return different[0] if different else None


def _slanted(stroke: Stroke) -> bool:
    d = np.abs(np.diff(stroke.points, axis=0))
    slanted = (d[:, 0] > 0.02) & (d[:, 1] > 0.02) & (d[:, 1] > 0.01 * d[:, 0])
    return bool(d[slanted, 0].sum() > 0.2 * np.ptp(stroke.points[:, 0]))


def _points(stroke: Stroke, wanted: Sequence[Stroke], axes: Axes) -> CurvePoints:
    p = stroke.points
    backward = float(-np.minimum(np.diff(p[:, 0]), 0.0).sum())
    if backward > 0.02 * float(np.ptp(p[:, 0])):
        raise InputError("the line goes back in time: it is no survival curve; give a seed point on the curve")
    return CurvePoints(
        time=tuple(float(v) for v in axes.time(p[:, 0])),
        survival=tuple(float(v) for v in axes.survival(p[:, 1])),
        steps=False,
        end=float(axes.time(p[:, 0].max())),
        notes=("the curve is drawn with slanted lines, not steps: its corners were read",),
        overlap=1.0,
    )


def _levels(strokes: Sequence[Stroke], axes: Axes) -> Levels:
    rows: list[Array] = []
    for s in strokes:
        a, b = s.points[:-1], s.points[1:]
        flat = (np.abs(b[:, 1] - a[:, 1]) <= 0.05 * np.abs(b[:, 0] - a[:, 0]) + 1e-6) & (
            np.abs(b[:, 0] - a[:, 0]) > 1e-9
        )
        held = np.column_stack((np.minimum(a, b)[flat, 0], np.maximum(a, b)[flat, 0], 0.5 * (a + b)[flat, 1]))
        rows.append(held)
    every = np.concatenate(rows) if rows else np.empty((0, 3))
    every = every[every[:, 1] > axes.x0 - 1e-9]
    if every.shape[0] == 0:
        raise InputError("no level lines of this colour between the axes: no step curve is drawn in it")
    order = np.lexsort((every[:, 2], every[:, 0]))
    every = every[order]
    return Levels(every[:, 0], every[:, 1], every[:, 2])


def _chained(levels: Levels, axes: Axes, seeds: Array) -> tuple[Levels, int]:
    """The longest chain of level pieces to the right and down from survival 1, gaps counted against it."""
    n = levels.left.size
    if n > MOST_LEVELS:
        raise InputError(
            f"{n} level pieces of this colour; expected at most {MOST_LEVELS}; give a seed or another colour"
        )
    height = axes.y(0.0) - axes.y(1.0)
    slack, wide = 0.004 * height, float(levels.right.max() - axes.x0)
    order = np.argsort(levels.left, kind="stable")
    left, right, y = levels.left[order], levels.right[order], levels.y[order]
    length = right - left
    own = length.copy()
    for place in seeds:
        near = np.hypot(np.clip(np.maximum(left - place[0], place[0] - right), 0, None), y - place[1])
        own[int(near.argmin())] += 10.0 * wide
    best = own - 3.0 * np.abs(left - axes.x0) - 1.0 * np.abs(y - axes.y(1.0))
    before = np.full(n, -1)
    for i in range(1, n):
        gap = np.abs(left[i] - right[:i])
        able = (right[:i] <= left[i] + slack) & (y[:i] <= y[i] + slack) & (gap <= 0.08 * wide)
        value = np.where(able, best[:i] - 3.0 * gap - 0.05 * (y[i] - y[:i]), -np.inf)
        j = int(value.argmax())
        if value[j] + own[i] > best[i]:
            best[i], before[i] = value[j] + own[i], j
    chain, at = [], int(best.argmax())
    while at >= 0:
        chain.append(at)
        at = int(before[at])
    keep = np.array(chain[::-1])
    if float(right[keep].max() - axes.x0) < 0.3 * wide or y[keep[0]] - axes.y(1.0) > 0.5 * height:
        raise InputError(
            "no chain of level lines leads from survival 1 at time 0 to the right: a curve that rises, or wrong axes "
            "or colour; give a place on the curve"
        )
    return Levels(left[keep], right[keep], y[keep]), n - keep.size


def _steps(levels: Levels, pieces: Sequence[Stroke]) -> tuple[Array, Array, float]:
    """Places of steps; a last fall drawn at the curve's end is kept."""
    x, y = levels.left.copy(), levels.y.copy()
    rise = np.diff(y)
    if rise.size and -np.minimum(rise, 0.0).sum() > 0.25 * (np.maximum(rise, 0.0).sum() + 1e-9) + 1e-6:
        raise InputError(
            "the curve rises: it shows a cumulative incidence, or another line was followed; "
            "trace survival, or give a seed point on the curve"
        )
    end = float(levels.right.max())
    for s in pieces:
        a, b = s.points[:-1], s.points[1:]
        last = (np.abs(a[:, 0] - end) < 1e-6) & (np.abs(b[:, 0] - end) < 1e-6)
        bottom = float(np.maximum(a, b)[last, 1].max()) if last.any() else -np.inf
        top = float(np.minimum(a, b)[last, 1].min()) if last.any() else np.inf
        if bottom > y[-1] + 1e-6 and abs(top - y[-1]) < 1e-3 * (1.0 + abs(y[-1])):
            x, y = np.append(x, end), np.append(y, bottom)
    return x, y, end


def _ticks(strokes: Sequence[Stroke], whole: Stroke | None, x: Array, y: Array, end: float, axes: Axes) -> list[float]:
    """Places of short upright lines that stand across the curve."""
    height = axes.y(0.0) - axes.y(1.0)
    out: list[float] = []
    for s in strokes:
        if s is whole or s.points.shape[0] > 5:
            continue
        a, b = s.points[:-1], s.points[1:]
        for p, q in zip(a, b, strict=True):
            if abs(p[0] - q[0]) > 1e-3 * height or not 1e-3 * height < abs(p[1] - q[1]) < 0.07 * height:
                continue
            at, top, bottom = float(p[0]), float(min(p[1], q[1])), float(max(p[1], q[1]))
            if not x[0] - 1e-6 <= at <= end + 0.002 * height:
                continue
            here = float(y[max(0, int(np.searchsorted(x, at, side="left")) - 1)])
            tall = bottom - top
            centred, standing = abs(0.5 * (top + bottom) - here) < 0.12 * tall, abs(bottom - here) < 0.1 * tall
            if centred or standing:
                out.append(at)
    return sorted(out)
