"""Whether another line of the same ink could be taken for the traced one: a second track, or lines left unexplained."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from remit.errors import InputError
from remit.extract.tracing import rivals, track
from remit.extract.tracing.edges import Line
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.track import LEAST, Track

Flags = npt.NDArray[np.bool_]
LEGEND = 0.12
LEFT = 0.05
FEW = 0.03
HIDDEN = 0.025
GUESSED = 0.02
UNSEEN = 0.03
NARROW = 0.33
BRIEF = 0.006
UNDRAWN = 4
PALE = 0.75
ADVICE = "give more places on the curve (before and after each meeting of the lines, and near its end), or its colour"


def examined(
    ink: Array,
    strong: Array,
    other: Flags,
    path: Track,
    start: float,
    places: Sequence[tuple[int, int]],
    line: Line,
    tall: float,
    when: Callable[[float], float],
    level: Callable[[float], float],
    broken: bool,
) -> tuple[list[str], list[str]]:
    """Return what a person should look at, and what is only said.

    `ink` holds every line of the colour, `strong` those of one style.

    `tall` is the height of survival from 0 to 1, `when` gives the time of a column, `level` the survival of a row. Of a
    `broken` line, dashed or dotted, steep parts look solid, so that all lines of the ink may be its own.

    Raises
    ------
    InputError
        Ink away from the curve could be its own, by another way right and down through the places given.
    """
    shown = ink if broken else strong
    held = rivals.able(shown, other, path, line, start, places)
    found = rivals.away(held, shown, other, path, line, tall, rivals.ALLOWED)
    part, lines = float(found.any(axis=0).mean()), _lines_beside(ink, path, line.width)
    thick = 0.0 < part < FEW and not places and not lines.size
    spans = _longest(np.asarray(found.any(axis=0), bool))
    brief = max(6.0, BRIEF * ink.shape[1])
    long = [span for span in spans if span[1] - span[0] > brief]
    if long and not thick:
        raise InputError(
            f"another line of the same ink could be this curve in {part:.1%} of its columns: lines meet, and the ink "
            f"does not say which goes on as which; at times {_told(found, path, long, when, level)}; give a place on "
            "the curve within each of these, or its colour, or trace coordinates"
        )
    said = []
    if thick:
        said.append(
            f"ink of the curve or its ticks is so thick in {part:.1%} of its columns that another course fits, by more "
            f"than 0.018 of survival, at times {_told(found, path, spans, when, level)}: look at the overlay"
        )
    else:
        found = rivals.away(held, shown, other, path, line, tall, rivals.SLIGHT)
        spans = _longest(np.asarray(found.any(axis=0), bool))
    if spans and not thick:
        said.append(
            f"lines of one ink lie on one another, and two courses are possible at times "
            f"{_told(found, path, spans, when, level)}: look at the overlay; a place on the curve there decides"
        )
    beside = float(lines.any(axis=0).mean()) if lines.size else 0.0
    notes = [f"lines of the same ink run beside the curve in {beside:.0%} of its columns"] if beside > LEFT else []
    n = path.leave.size
    for a, b in hidden(strong, path):
        before, after = level(float(path.leave[max(a - 1, 0)])), level(float(path.enter[min(b, n - 1)]))
        course = "is a straight guess" if before - after > GUESSED else "lies within these"
        said.append(
            f"the curve is hidden from time {when(a):.3g} to {when(b):.3g}, by a legend or another line: its fall "
            f"there, from {before:.2f} to {after:.2f}, {course}; look at the overlay"
        )
    pale = _paler(strong, path)
    if pale is not None:
        said.append(
            f"from time {when(float(pale)):.3g} on the line is paler than before: a grid line may have been followed "
            "past the curve's end; look at the overlay"
        )
    fall = max((int(np.count_nonzero(strong[a : b + 1, x] < LEAST)) for x, a, b in _columns(path, n)), default=0)
    bare = [
        int(np.count_nonzero((strong[a : b + 1, x] < LEAST) & ~other[a : b + 1, x])) for x, a, b in _columns(path, n)
    ]
    if places and max(bare) > max(8.0, UNSEEN * tall):
        raise InputError(
            f"the curve as traced falls by {max(bare) / tall:.2f} through bare paper at time "
            f"{when(float(np.argmax(bare))):.3g}: another line was followed before it; {ADVICE}"
        )
    if fall > max(4.0, UNSEEN * tall):
        said.append(
            f"a fall of {fall / tall:.2f} is not drawn in the curve's ink, but hidden or bare: look at the overlay"
        )
    if n < NARROW * ink.shape[1]:
        said.append(
            f"the curve fills {n / ink.shape[1]:.0%} of the time axis, so its times are coarse: look at the overlay; "
            "trace a larger figure, if there is one"
        )
    return said, notes


def _paler(strong: Array, path: Track) -> int | None:
    """The column from which on to its end the line is paler than it ever was for long, None where there is none."""
    n = path.leave.size
    ink = np.array([strong[max(0, a - 1) : b + 2, x].max() for x, a, b in _columns(path, n)])
    strong_enough = np.flatnonzero(ink >= PALE * np.median(ink))
    begins = int(strong_enough[-1]) + 1 if strong_enough.size else n
    long = n - begins >= max(6, 0.02 * n)
    steady = begins > 0 and float(np.quantile(ink[:begins], 0.1)) > PALE * float(np.median(ink))
    return begins if long and steady else None


def hidden(strong: Array, path: Track) -> list[tuple[int, int]]:
    """Return the runs of columns, longer than gaps of a dashed line, with nothing of the curve's ink on the path.

    A fall of which a part is not drawn belongs to them.
    """
    n = path.leave.size
    none = np.zeros(n, bool)
    for x, a, b in _columns(path, n):
        ink = strong[max(0, a - 1) : b + 2, x] >= LEAST
        none[x] = not ink.any() or b - a + 1 - int(np.count_nonzero(ink)) > UNDRAWN
    return [(a, b) for a, b in track.runs(none) if b - a > max(12.0, HIDDEN * n)]


def _longest(differs: Flags) -> list[tuple[int, int]]:
    """Up to six runs of columns that differ, short breaks passed over, in order."""
    joined = ndimage.binary_closing(np.pad(differs, 3), np.ones(5, bool))[3:-3]
    longest = sorted(track.runs(np.asarray(joined, bool)), key=lambda r: r[0] - r[1])[:6]
    return sorted(longest)


def _told(
    found: Flags,
    path: Track,
    spans: Sequence[tuple[int, int]],
    when: Callable[[float], float],
    level: Callable[[float], float],
) -> str:
    return ", ".join(_where(found, path, span, when, level) for span in spans)


def _where(
    found: Flags, path: Track, span: tuple[int, int], when: Callable[[float], float], level: Callable[[float], float]
) -> str:
    """Times of a run, with the survival traced and that of the other line where they are farthest apart."""
    a, b = span
    rows, columns = np.nonzero(found[:, a:b])
    apart = np.maximum(path.enter[a + columns] - rows, rows - path.leave[a + columns])
    k = int(apart.argmax())
    here = level(0.5 * float(path.enter[a + columns[k]] + path.leave[a + columns[k]]))
    there = level(float(rows[k]))
    return (
        f"{when(a):.3g} to {when(b):.3g} (survival {here:.2f} or {there:.2f} at {when(a + int(columns[k]) + 0.5):.3g})"
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


def _thin(piece: Flags, width: float) -> npt.NDArray[np.bool_]:
    """Columns in which a piece is hardly thicker than the curve."""
    return np.asarray(piece.any(axis=0) & (piece.sum(axis=0) <= 1.6 * width + 1.5), bool)
