"""Whether another line of the same ink could be taken for the traced one: a second track, or lines left unexplained."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from remit.errors import InputError
from remit.extract.tracing import track
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import LEAST, Track

Flags = npt.NDArray[np.bool_]
NEAR = 0.9
APART = 0.04
REFUSED = 0.08
LEGEND = 0.12
LEFT = 0.05
PARTED = 0.03
SHORT = 0.012
UNSEEN = 0.03
NARROW = 0.33
ADVICE = "give more places on the curve (before and after each meeting of the lines, and near its end), or its colour"


def examined(
    ink: Array,
    strong: Array,
    other: Flags,
    path: Track,
    start: float,
    places: Sequence[tuple[int, int]],
    width: float,
    tall: float,
    when: Callable[[float], float],
) -> list[str]:
    """Return what a person should look at; `ink` holds every line of the colour, `strong` those of one style.

    `tall` is the height of survival from 0 to 1, `when` gives the time of a column.

    Raises
    ------
    InputError
        Another path through the places given is nearly as good as the traced one, for a good part of the curve; or
        after a meeting of lines that then part by more than 0.03 no place says which of them the curve is.
    """
    differs = _second(strong, other, path, start, places, width)
    apart = float(differs.mean()) if differs.size else 0.0
    if apart > REFUSED:
        where = ", ".join(f"{when(a):.3g} to {when(b):.3g}" for a, b in _longest(differs))
        raise InputError(
            f"another line of the same ink could be this curve in {apart:.0%} of its columns, nearly as well drawn: "
            f"at times {where}; give a place on the curve within each of these, or its colour"
        )
    lines = _lines_beside(ink, path, width)
    beside = float(lines.any(axis=0).mean()) if lines.size else 0.0
    open_runs = _without_place(lines, path, places, width, tall) if places else []
    if open_runs:
        where = ", ".join(f"{when(a):.3g} to {when(b):.3g}" for a, b in open_runs[:6])
        raise InputError(
            f"lines of the same ink meet and part again, and no place says which is this curve at times {where}; "
            "give a place on the curve within each of these, or its colour"
        )
    said = []
    if apart > APART:
        said.append(
            f"another line of the same ink could be this curve, nearly as well drawn, in {apart:.0%} of the columns: "
            f"look at the overlay; {ADVICE}"
        )
    if beside > LEFT:
        said.append(
            f"another line of the same ink runs beside the curve in {beside:.0%} of its columns: look at the overlay; "
            f"where it follows the wrong one, {ADVICE}"
        )
    gap, n = _hidden(strong, path), path.leave.size
    if gap > max(12.0, LEFT * n):
        said.append(
            f"the curve is hidden for {gap} columns on end, by a legend or another line: its course there is a guess; "
            "look at the overlay"
        )
    fall = max((int(np.count_nonzero(strong[a : b + 1, x] < LEAST)) for x, a, b in _columns(path, n)), default=0)
    if fall > max(4.0, UNSEEN * tall):
        said.append(
            f"a fall of {fall / tall:.2f} is not drawn in the curve's ink, but hidden or bare: look at the overlay"
        )
    if n < NARROW * ink.shape[1]:
        said.append(
            f"the curve fills {n / ink.shape[1]:.0%} of the time axis, so its times are coarse: look at the overlay; "
            "trace a larger figure, if there is one"
        )
    return said


def _hidden(strong: Array, path: Track) -> int:
    """The longest run of columns in which nothing of the curve's ink lies on the path."""
    longest = run = 0
    for x, a, b in _columns(path, path.leave.size):
        run = 0 if (strong[max(0, a - 1) : b + 2, x] >= LEAST).any() else run + 1
        longest = max(longest, run)
    return longest


def _second(
    strong: Array, other: Flags, path: Track, start: float, places: Sequence[tuple[int, int]], width: float
) -> Flags:
    """The columns in which the best path on other ink differs; none where it is clearly worse."""
    score = track.scores(strong, other)
    known = _around(strong.shape, path, round(width / 2.0) + 1)
    try:
        rival = track.best(np.where(known & (score > 0.0), 0.5 * score, score), start, places)
    except InputError:
        return np.zeros(0, bool)
    both = min(rival.leave.size, path.leave.size)
    if _gathered(score, rival) < NEAR * _gathered(score, path):
        return np.zeros(0, bool)
    far = max(8.0, 3.0 * width)
    differs = (rival.enter[:both] > path.leave[:both] + far) | (rival.leave[:both] < path.enter[:both] - far)
    drawn = np.array([bool((strong[a : b + 1, x] >= LEAST).any()) for x, a, b in _columns(rival, both)])
    return np.asarray(differs & drawn, bool)


def _longest(differs: Flags) -> list[tuple[int, int]]:
    """Up to three runs of columns that differ, longest first found, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], differs.astype(np.int8), [0])))).reshape(-1, 2)
    longest = sorted(edges.tolist(), key=lambda r: r[0] - r[1])[:3]
    return [(a, b) for a, b in sorted(longest)]


def _gathered(score: Array, path: Track) -> float:
    """Score for each pixel of a path, so that a curve with higher falls is not better for them."""
    n = path.leave.size
    return float(sum(score[a : b + 1, x].sum() for x, a, b in _columns(path, n))) / float(
        n + (path.leave - path.enter).sum()
    )


def _columns(path: Track, n: int) -> list[tuple[int, int, int]]:
    return [(x, int(path.enter[x]), int(path.leave[x])) for x in range(n)]


def _around(shape: tuple[int, ...], path: Track, reach: int) -> Flags:
    held = np.zeros(shape, bool)
    for x, a, b in _columns(path, path.leave.size):
        held[max(0, a - reach) : b + reach + 1, x] = True
    return np.asarray(ndimage.binary_dilation(held, np.ones((1, 2 * reach + 1), bool)), bool)


def _lines_beside(ink: Array, path: Track, width: float) -> Flags:
    """Pixels of lines of its ink apart from the curve, in its columns; letters and ticks are too short or high.

    A single short piece is the line of a legend. A line is a piece at least as long as a dash and hardly thicker than
    the curve, or one through a good part of the plot.
    """
    n = path.leave.size
    rest = np.where(_around(ink.shape, path, round(width) + 2), 0.0, ink)[:, :n]
    names, _ = ndimage.label(rest >= 0.4, structure=np.ones((3, 3)))
    lines, pieces = np.zeros(rest.shape, bool), 0
    for name, box in enumerate(ndimage.find_objects(names), 1):
        high, wide = box[0].stop - box[0].start, box[1].stop - box[1].start
        flat = high <= 1.6 * width + 1.5 and wide >= max(5.0, 2.5 * width)
        if flat or wide > 0.06 * ink.shape[1]:
            pieces += 1
            lines[box] |= (names[box] == name) & _thin(names[box] == name, width)
    columns = lines.any(axis=0).sum()
    alone = pieces == 1 and columns < LEGEND * n
    return lines if columns >= 12 and not alone else np.zeros((0, 0), bool)


def _without_place(
    lines: Flags, path: Track, places: Sequence[tuple[int, int]], width: float, tall: float
) -> list[tuple[int, int]]:
    """Runs of columns between meetings of lines that part by more than 0.03 there, with no place given within.

    Lines meet where the nearest comes within a few widths of the curve. From the first meeting, time 0, any line may
    be reached, so the farthest counts; later the nearest does, and what follows the last meeting alone counts as far.
    """
    n = lines.shape[1] if lines.size else 0
    near, far = np.full(n, np.nan), np.zeros(n)
    for x, a, b in _columns(path, n):
        rows = np.flatnonzero(lines[:, x])
        if rows.size:
            away = np.maximum(np.maximum(a - rows, rows - b), 0)
            near[x], far[x] = away.min(), away.max()
    seen = np.flatnonzero(np.isfinite(near))
    if not seen.size:
        return []
    close = 3.0 * width + 4.0
    near = np.interp(np.arange(n), seen, near[seen])
    near[seen[-1] + 1 :] = near[seen[-1]] if near[seen[-1]] > close else tall
    given = [x for x, _ in places]
    out = []
    for k, (a, b) in enumerate(track.runs(near > close)):
        gap = float((far if k == 0 else near)[a:b].max())
        if gap > PARTED * tall and b - a > max(6.0, SHORT * n) and not any(a <= x < b for x in given):
            out.append((a, b - 1))
    return out


def _thin(piece: Flags, width: float) -> npt.NDArray[np.bool_]:
    """Columns in which a piece is hardly thicker than the curve."""
    return np.asarray(piece.any(axis=0) & (piece.sum(axis=0) <= 1.6 * width + 1.5), bool)
