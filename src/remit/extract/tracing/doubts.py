"""Whether another line of the same ink could be taken for the traced one: a second track, or lines left unexplained."""

from collections.abc import Sequence

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
REFUSED = 0.15
LEGEND = 0.12
LEFT = 0.05
ADVICE = "give more places on the curve (before and after each meeting of the lines, and near its end), or its colour"


def examined(
    ink: Array, strong: Array, other: Flags, path: Track, start: float, places: Sequence[tuple[int, int]], width: float
) -> list[str]:
    """Return what a person should look at; `ink` holds every line of the colour, `strong` those of one style.

    Raises
    ------
    InputError
        Another path is nearly as good as the traced one and fewer than two places tell them apart.
    """
    apart = _second(strong, other, path, start, places, width)
    if apart > REFUSED and len(places) < 2:
        raise InputError(
            f"another line of the same ink could be this curve in {apart:.0%} of its columns, nearly as well drawn; "
            + ADVICE
        )
    beside = _beside(ink, path, width)
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
    gap = _hidden(strong, path)
    if gap > max(12.0, LEFT * path.leave.size):
        said.append(
            f"the curve is hidden for {gap} columns on end, by a legend or another line: its course there is a guess; "
            "look at the overlay"
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
) -> float:
    """The share of columns in which the best path on other ink differs, 0.0 where it is clearly worse."""
    score = track.scores(strong, other)
    known = _around(strong.shape, path, round(width / 2.0) + 1)
    try:
        rival = track.best(np.where(known & (score > 0.0), 0.5 * score, score), start, places)
    except InputError:
        return 0.0
    both = min(rival.leave.size, path.leave.size)
    if _gathered(score, rival) < NEAR * _gathered(score, path):
        return 0.0
    far = max(8.0, 3.0 * width)
    differs = (rival.enter[:both] > path.leave[:both] + far) | (rival.leave[:both] < path.enter[:both] - far)
    drawn = np.array([bool((strong[a : b + 1, x] >= LEAST).any()) for x, a, b in _columns(rival, both)])
    return float(np.mean(differs & drawn)) if both else 0.0


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


def _beside(ink: Array, path: Track, width: float) -> float:
    """The share of the curve's columns with a line of its ink apart from it; letters and ticks are too short or high.

    A single short piece is the line of a legend.

    A line is a piece at least as long as a dash and hardly thicker than the curve, or one through a good part of the
    plot.
    """
    n = path.leave.size
    rest = np.where(_around(ink.shape, path, round(width) + 2), 0.0, ink)[:, :n]
    names, _ = ndimage.label(rest >= 0.4, structure=np.ones((3, 3)))
    columns, pieces = np.zeros(n, bool), 0
    for name, box in enumerate(ndimage.find_objects(names), 1):
        high, wide = box[0].stop - box[0].start, box[1].stop - box[1].start
        flat = high <= 1.6 * width + 1.5 and wide >= max(5.0, 2.5 * width)
        if flat or wide > 0.06 * ink.shape[1]:
            pieces += 1
            columns[box[1]] |= _thin(names[box] == name, width)
    alone = pieces == 1 and columns.sum() < LEGEND * n
    return float(columns.mean()) if n and columns.sum() >= 12 and not alone else 0.0


def _thin(piece: Flags, width: float) -> npt.NDArray[np.bool_]:
    """Columns in which a piece is hardly thicker than the curve."""
    return np.asarray(piece.any(axis=0) & (piece.sum(axis=0) <= 1.6 * width + 1.5), bool)
