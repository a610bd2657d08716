"""One curve out of a picture: ink, path, edges, steps, and a second look at whether the result is what is drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from remit.errors import InputError
from remit.extract.tracing import colours, doubts, edges, lean, limits, order, steps, track
from remit.extract.tracing.calibrate import MOST_TURN, Axes
from remit.extract.tracing.pixels import Array, Picture
from remit.model.curve import CurvePoints

POOR = 0.6
FAIR = 0.85
GAP = 8
LEANS = 0.25
ANOTHER = 90.0
BROKEN = 0.25
EARLY = 16
DASHES = 10
AXIS = 0.35
PEN = 0.05


@dataclass(frozen=True, slots=True)
class Plot:
    """The part of a picture between the axes, in array pixels: first column and row, one past the last."""

    left: int
    top: int
    right: int
    bottom: int


def traced(
    picture: Picture, axes: Axes, colour: Sequence[float] | None, through: Sequence[tuple[float, float]] = ()
) -> CurvePoints:
    """Return the curve of one colour, or through one place (in figure pixels), as points of time and survival.

    Raises
    ------
    InputError
        The axes lie outside the picture, nothing of the colour starts near time 0, a curve of this colour rises, or
        the result lies off the drawn curve in more than 4 of 10 columns.
    """
    rgb, here = colours.cleared(picture.rgb) if picture.soft else picture.rgb, axes.scaled(picture.scale)
    notes = list(picture.notes)
    if here.turn:
        rgb = _turned(rgb, here)
        notes.append(f"the picture was turned by {-here.turn:.2f} degrees so that its axes stand upright")
    seeds = here.upright(np.array(through, float).reshape(-1, 2) / picture.scale)
    plot = _plot(rgb.shape[1], rgb.shape[0], here)
    _upright(rgb, here)
    named = colour is not None
    if colour is None:
        if not len(seeds):
            raise InputError("neither a colour nor a place on the curve; give one of them")
        ground = colours.paper(rgb)
        held = [colours.at(rgb, float(x), float(y)) for x, y in seeds]
        colour = max(held, key=lambda c: float(np.linalg.norm(np.array(c) - ground)))
    inner = rgb[plot.top : plot.bottom, plot.left : plot.right]
    ink = colours.soft_shares(inner, colour) if picture.soft else colours.shares(inner, colour, named)
    _drawn_so(colour, ink.colour, picture, seeds)
    shown, filled = colours.without_fill(ink.share)
    if filled:
        notes.append(f"pale areas of the curve's hue ({filled:.0%} of the plot), as of a band, were taken for paper")
    points = sorted(_inside(place, plot) for place in seeds)
    drawn, other = _without_lines(shown, ink.other, here.y(1.0) - plot.top, 4 if picture.soft else 2)
    share, other, broken = _of_one_style(drawn, other, points) if points else (drawn, other, False)
    return _followed(drawn, share, other, broken, plot, here, points, notes)


def _followed(
    drawn: Array,
    share: Array,
    other: npt.NDArray[np.bool_],
    broken: bool,
    plot: Plot,
    axes: Axes,
    points: Sequence[tuple[int, int]],
    notes: list[str],
) -> CurvePoints:
    peak = float(np.percentile(share[share >= track.LEAST], 90)) if (share >= track.LEAST).any() else 1.0
    strong = np.minimum(1.0, share / max(peak, 0.3))
    start = axes.y(1.0) - plot.top
    path, _ = track.best(track.scores(strong, other)[None], start, points)
    seen = edges.measured(strong, other, path)
    alone, pen = edges.near(edges.middle(seen, path, start), path), float(np.nanquantile(seen.mass, PEN))
    path, theirs = order.followed(strong, other, alone, pen, start, points, broken)
    path, dropped = track.cut(path, strong, other, points)
    n = path.leave.size
    own, hides = np.where(theirs[:, :n], 0.0, strong[:, :n]), other[:, :n] | theirs[:, :n]
    seen = edges.measured(own, hides, path)
    line = edges.middle(seen, path, start)
    line = edges.bridged(edges.near(line, path), doubts.hidden(strong, path))
    found, fell = steps.last_fall(steps.stepped(line, path, own), line, path, seen.upper, axes.y(0.0) - plot.top)
    marks = np.array([t for t in line.ticks if not fell or t < line.y.size - line.width - 4.0])
    overlap = _overlap(strong, other, path, line)
    if dropped:
        notes.append(f"{dropped} columns of the same ink beyond a gap after the curve's end were left out")
    warned = _check(path, strong, other, start, overlap, line.width, max((x for x, _ in points), default=-1))
    every = np.minimum(1.0, drawn / max(peak, 0.3))

    def when(column: float) -> float:
        return float(axes.time(column + plot.left))

    def level(row: float) -> float:
        return float(axes.survival(row + 0.5 + plot.top))

    tall = axes.y(0.0) - axes.y(1.0)
    doubted, said = doubts.examined(every, strong, other, path, start, points, line, tall, when, level, broken)
    warned += limits.begun(every, path, start, tall, len(points), float(found.y[0]), when, level)
    warned += limits.risen(every, path, line, tall, len(points), when, level)
    warned, notes = warned + doubted, notes + said
    x = found.x + plot.left
    x = np.maximum(x, axes.x0)
    x[0] = axes.x0
    return CurvePoints(
        time=tuple(float(v) for v in axes.time(x)),
        survival=tuple(float(v) for v in axes.survival(found.y + plot.top)),
        end=float(axes.time(found.end + plot.left)),
        censored=tuple(float(v) for v in axes.time(marks + plot.left)) if marks.size else (),
        notes=tuple(notes),
        warnings=tuple(warned),
        overlap=overlap,
    )


def _drawn_so(colour: Sequence[float], ink: tuple[int, int, int], picture: Picture, seeds: Array) -> None:
    """Refuse a colour named without a place that only edges of a stronger ink have: another curve might be meant."""
    apart = float(np.linalg.norm(np.array(ink, float) - np.asarray(colour, float)))
    if apart > ANOTHER and not len(seeds) and not picture.soft:
        raise InputError(
            f"colour {colours.written(colour)} is found only as the edge of {colours.written(ink)}; give that colour "
            "if its line is meant, or a place on the curve"
        )


def _upright(rgb: npt.NDArray[np.uint8], axes: Axes) -> None:
    """Refuse a picture whose level lines still lean: known points of one coordinate do not show it."""
    turn = lean.degrees(rgb, axes.x0)
    if turn is not None and abs(turn) > LEANS:
        able = "give both coordinates of each known point (X,Y:VALUE), so that it is set upright, or "
        raise InputError(
            f"the picture leans: its axis, frame or grid {'falls' if turn > 0 else 'rises'} by {abs(turn):.1f} degrees "
            f"to the right; {able if abs(turn) < MOST_TURN else ''}straighten it first"
        )
    tall = axes.y(0.0) - axes.y(1.0)
    for side, angle in lean.sides(rgb, axes.y(1.0), axes.y(0.0)):
        if abs(angle) > max(LEANS, math.degrees(1.0 / tall)):
            raise InputError(
                f"the picture is skewed: its upright axis, frame or grid on the {side} leans by {abs(angle):.1f} "
                f"degrees {'left' if angle > 0 else 'right'}wards on its way down, while level lines do not: the axes "
                "are not square to each other; set it right first (photograph or scan it flat, or deskew it)"
            )


def _plot(width: int, height: int, axes: Axes) -> Plot:
    left, top, bottom = axes.x(0.0), axes.y(1.0), axes.y(0.0)
    if not (-2.0 <= left < width - 20 and -2.0 <= top < height - 10):
        raise InputError(
            f"time 0 at x {left:.0f} and survival 1 at y {top:.0f} lie outside the picture of {width} × {height}; "
            "check the known points of the axes"
        )
    return Plot(max(0, int(left)), max(0, int(top) - 8), width, min(height, int(np.ceil(bottom)) + 2))


def _inside(place: Array, plot: Plot) -> tuple[int, int]:
    x, y = int(place[0]) - plot.left, int(place[1]) - plot.top
    if not (0 <= x < plot.right - plot.left and 0 <= y < plot.bottom - plot.top):
        raise InputError("the seed lies outside the plot; expected a place between the axes, after time 0")
    return x, y


def _turned(rgb: npt.NDArray[np.uint8], axes: Axes) -> npt.NDArray[np.uint8]:
    """The picture with upright axes, by cubic interpolation, paper where nothing was."""
    ground = colours.paper(rgb)
    ends = axes.back(np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5]])) - 0.5
    matrix = np.array([(ends[2] - ends[0])[::-1], (ends[1] - ends[0])[::-1]]).T
    layers = [
        ndimage.affine_transform(rgb[..., i].astype(float), matrix, offset=ends[0][::-1], order=3, cval=ground[i])
        for i in range(3)
    ]
    return np.asarray(np.clip(np.stack(layers, axis=-1), 0, 255), np.uint8)


def _without_lines(
    share: Array, other: npt.NDArray[np.bool_], top: float, fringe: int
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Axes, frames and grid lines of the curve's own ink made unknown, or bare where pale; they cross all of it."""
    ink = share >= 0.12
    height = share.shape[0]
    rows = ink.mean(axis=1) > 0.93
    part = slice(max(0, int(top)), max(height - 2, 1))
    columns = ink[part].mean(axis=0) > 0.9
    upright = (ink | other)[part, :12].mean(axis=0) > 0.9
    frame = np.flatnonzero((share >= 0.5)[part].mean(axis=0) > 0.9)
    right = int(frame[frame > share.shape[1] // 3][-1]) if (frame > share.shape[1] // 3).any() else share.shape[1]
    if right < share.shape[1]:
        rows = rows | (ink[:, :right].mean(axis=1) > 0.93)
    rows, columns = ndimage.binary_dilation(rows), ndimage.binary_dilation(columns)
    whole = np.median(share[:, :right], axis=1) * rows, np.median(share[part], axis=0) * columns
    edge = np.maximum(whole[0][:, None], whole[1])
    lines = (edge > AXIS) & (share > 0.0)
    out = np.where(lines, 0.0, np.clip((share - edge) / (1.0 - edge + 1e-9), 0.0, 1.0))
    axis = np.flatnonzero(upright)
    if axis.size:
        out, other, lines = _without_axis(share, out, other, lines, top, axis[-1] + 1 + fringe)
    if right < share.shape[1]:
        out[:, right + 1 :] = 0.0
    return out, other | lines


def _without_axis(
    share: Array, out: Array, other: npt.NDArray[np.bool_], lines: npt.NDArray[np.bool_], top: float, wide: int
) -> tuple[Array, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The upright axis in the first `wide` columns taken for paper, but for where the curve begins: that may be hidden.

    Beside it, ink beyond what its edge has in most rows is the curve's.
    """
    part = slice(max(0, int(top)), max(share.shape[0] - 2, 1))
    edge = np.median(share[part, :wide], axis=0)
    solid = (edge > AXIS) | (np.median(other[part, :wide], axis=0) > 0.5)
    out, other, lines = out.copy(), other.copy(), lines.copy()
    out[:, :wide] = np.where(solid, 0.0, np.clip((share[:, :wide] - edge) / (1.0 - edge + 1e-9), 0.0, 1.0))
    other[:, :wide] &= ~solid & (out[:, :wide] < track.LEAST)
    lines[:, :wide] = False
    start = slice(max(0, int(top) - 6), int(top) + 7)
    lines[start, :wide] = (solid | ndimage.binary_dilation(solid)) & (out[start, :wide] < track.LEAST)
    return out, other, lines


def _of_one_style(
    share: Array, other: npt.NDArray[np.bool_], seeds: Sequence[tuple[int, int]]
) -> tuple[Array, npt.NDArray[np.bool_], bool]:
    """Where solid and broken lines share an ink: pieces of another kind only hide it; true if broken."""
    names, count = ndimage.label(share >= track.LEAST, structure=np.ones((3, 3)))
    if count < 2:
        return share, other, False
    boxes = ndimage.find_objects(names)
    size = np.array([0, *((b[1].stop - b[1].start) for b in boxes)])
    sizes = []
    for x, y in seeds:
        reaches = (names[max(0, y - k) : y + k + 1, max(0, x - k) : x + k + 1] for k in (3, GAP))
        near = next((part[part > 0] for part in reaches if part.any()), None)
        if near is None:
            raise InputError("a place given does not lie on a line of its colour; expected one on the curve itself")
        sizes.append(int(size[near].max()))
    wide = share.shape[1]
    if max(sizes) < 0.08 * wide and size.max() > 0.25 * wide and np.sum((size > 2) & (size < 0.08 * wide)) >= DASHES:
        strange = size > max(4 * max(sizes), 0.12 * wide)
    elif min(sizes) > 0.25 * wide:
        tall = np.array([0, *((b[0].stop - b[0].start) for b in boxes)])
        first = np.array([0, *(b[1].start for b in boxes)])
        strange = (size < 0.03 * wide) & (tall < 0.06 * share.shape[0]) & (first > EARLY)
    else:
        return share, other, max(sizes) < 0.08 * wide
    strange[0] = False
    hidden = ndimage.binary_dilation(strange[names]) & (share > 0.0)
    return np.where(hidden, 0.0, share), other | hidden, max(sizes) < 0.08 * wide


def _overlap(share: Array, other: npt.NDArray[np.bool_], path: track.Track, line: edges.Line) -> float:
    """The share of drawn columns, dash gaps aside, where the result lies on ink or on what may hide it."""
    rows = np.clip(np.round(line.y - 0.5).astype(int), 0, share.shape[0] - 1)
    at = np.arange(path.leave.size)
    seen = np.zeros(at.size, bool)
    hidden = np.zeros(at.size, bool)
    for shift in (-1, 0, 1):
        r = np.clip(rows + shift, 0, share.shape[0] - 1)
        seen |= share[r, at] >= track.LEAST
        hidden |= other[r, at]
    between = (path.enter < rows) & (path.leave > rows)
    drawn = ((share >= track.LEAST) | other)[np.clip(path.leave, 0, share.shape[0] - 1), at] | seen
    return float(np.mean((seen | hidden | between)[drawn])) if drawn.any() else 0.0


def _check(
    path: track.Track,
    share: Array,
    other: npt.NDArray[np.bool_],
    start: float,
    overlap: float,
    width: float,
    last_place: int,
) -> list[str]:
    """Refuse what is hardly drawn, or begins away from survival 1 at time 0; return what a person should look at.

    Refused too, where places were needed (`last_place` is the last one's column, -1 for none): a curve that ends long
    before its ink does, without a place near that end.
    """
    n = path.leave.size
    own = np.array([bool((share[max(0, a - 1) : b + 2, x] >= track.LEAST).any()) for x, (a, b) in _ends(path)])
    if own.sum() < 0.25 * n or n < 0.02 * share.shape[1]:
        raise InputError(
            f"only {own.sum()} of {n} columns of the traced curve show its ink; check the colour and the axes, "
            "or give a place on the curve"
        )
    first = int(own.argmax())
    bare = sum(
        int(np.count_nonzero((share[a : b + 1, x] < track.LEAST) & ~other[a : b + 1, x]))
        for x, (a, b) in _ends(path)
        if x <= first
    )
    if bare > max(20.0, 0.06 * share.shape[0], 0.1 * share.shape[1] if path.leave[first] - start < 4 else 0.0):
        raise InputError(
            "nothing of this ink leads from survival 1 at time 0 to the curve: a curve that rises, another line, or "
            "wrong axes; check them, or give a place on the curve"
        )
    if overlap < POOR:
        raise InputError(
            f"only {overlap:.0%} of the result lies on the drawn curve; check axes, colour and places given"
        )
    warned = [f"{overlap:.0%} of the result lies on the drawn curve: look at the overlay"] if overlap < FAIR else []
    level = max(0, int(path.leave[-1]) - round(3 * width))
    beyond = int((share[level:, n + 2 :] >= 0.5).any(axis=0).sum())
    if 0 <= last_place < 0.85 * n and beyond > max(12, 0.1 * share.shape[1]):
        raise InputError(
            f"ink of this colour goes on for {beyond} columns after the curve's end as traced; give a place on the "
            "curve near its true end"
        )
    if last_place < 0 and beyond > BROKEN * share.shape[1]:
        raise InputError(
            f"the curve breaks off {n / share.shape[1]:.0%} along the plot, at a gap or a legend, and its ink goes on "
            f"for {beyond} columns: give a place on the curve after the gap, and look at the overlay"
        )
    if beyond > max(12, 0.03 * share.shape[1]):
        warned.append(f"ink of this colour goes on for {beyond} columns after the curve's end: look at the overlay")
    return warned


def _ends(path: track.Track) -> list[tuple[int, tuple[int, int]]]:
    return [(x, (int(a), int(b))) for x, (a, b) in enumerate(zip(path.enter, path.leave, strict=True))]
