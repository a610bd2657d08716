"""What a vector figure is made of: stroked lines and words, in the figure's own units from its top left corner."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from remit.errors import InputError
from remit.extract.tracing.pixels import Array

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
MOST_POINTS = 2_000_000
CURVE_PIECES = 12


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drawn line: its corners, shape (n, 2), colour and width."""

    points: Array
    colour: Colour
    width: float


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text and about where its middle is."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A vector figure."""

    width: float
    height: float
    strokes: tuple[Stroke, ...]
    words: tuple[Word, ...]
    notes: tuple[str, ...] = ()


def times(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the matrix that applies `inner` first, then `outer`."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f


def moved(matrix: Matrix, points: Sequence[Point]) -> Array:
    """Return points, shape (n, 2), under a matrix; a place beyond all numbers becomes inf or nan."""
    a, b, c, d, e, f = matrix
    p = np.asarray(points, float).reshape(-1, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.column_stack((a * p[:, 0] + c * p[:, 1] + e, b * p[:, 0] + d * p[:, 1] + f))


def stretch(matrix: Matrix) -> float:
    """Return by how much a matrix widens a line."""
    return math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))


def boxed(points: Array, within: Box | None) -> Box:
    """Return the part of a box (left, top, right, bottom) that the points' own box leaves of it."""
    (a, b), (c, d) = points.min(axis=0), points.max(axis=0)
    own = float(a), float(b), float(c), float(d)
    if within is None:
        return own
    return max(own[0], within[0]), max(own[1], within[1]), min(own[2], within[2]), min(own[3], within[3])


def clipped(stroke: Stroke, box: Box | None) -> list[Stroke]:
    """Return the parts of a stroke that show in a box, cut at its edges (Liang and Barsky 1984)."""
    if box is None:
        return [stroke]
    room = 0.5 * stroke.width + 1e-6
    low, high = np.array(box[:2]) - room, np.array(box[2:]) + room
    p = stroke.points
    if bool((p >= low).all() and (p <= high).all()):
        return [stroke]
    parts: list[list[Array]] = []
    for a, b in pairwise(p):
        d = b - a
        with np.errstate(divide="ignore", invalid="ignore"):
            sides = np.sort(np.array([(low - a) / d, (high - a) / d]), axis=0)
        still = d == 0.0
        if bool((still & ((a < low) | (a > high))).any()):
            continue
        enter = float(max(0.0, np.where(still, 0.0, sides[0]).max()))
        leave = float(min(1.0, np.where(still, 1.0, sides[1]).min()))
        if enter > leave:
            continue
        if not (parts and np.array_equal(parts[-1][-1], a) and enter == 0.0):
            parts.append([a + enter * d])
        parts[-1].append(b if leave == 1.0 else a + leave * d)
    inside = np.array(box[:2]), np.array(box[2:])
    return [Stroke(np.clip(np.array(part), *inside), stroke.colour, stroke.width) for part in parts]


@dataclass(slots=True)
class Pen:
    """Gathers the parts of a path; curves are flattened. Raises InputError when a figure has too many points."""

    parts: list[list[Point]] = field(default_factory=list)
    spent: int = 0

    def move(self, x: float, y: float) -> None:
        """Start a part."""
        self.parts.append([(x, y)])

    def line(self, x: float, y: float) -> None:
        """Draw to a point."""
        if not self.parts:
            self.parts.append([])
        self.parts[-1].append((x, y))
        self.spent += 1
        if self.spent > MOST_POINTS:
            raise InputError(f"the figure has more than {MOST_POINTS:,} points; export the curve's panel alone")

    def cubic(self, b: Point, c: Point, d: Point) -> None:
        """Draw a Bézier curve with two control points."""
        a = self.here
        for i in range(1, CURVE_PIECES + 1):
            t = i / CURVE_PIECES
            u = 1.0 - t
            k0, k1, k2, k3 = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            self.line(k0 * a[0] + k1 * b[0] + k2 * c[0] + k3 * d[0], k0 * a[1] + k1 * b[1] + k2 * c[1] + k3 * d[1])

    def close(self) -> None:
        """Draw back to where the part began."""
        if self.parts and self.parts[-1]:
            self.line(*self.parts[-1][0])

    @property
    def here(self) -> Point:
        """Where the pen is."""
        return self.parts[-1][-1] if self.parts and self.parts[-1] else (0.0, 0.0)

    def strokes(self, matrix: Matrix, colour: Colour, width: float) -> list[Stroke]:
        """Return what was drawn, each part a stroke."""
        out = []
        for part in self.parts:
            if len(part) > 1:
                points = moved(matrix, part)
                if np.isfinite(points).all():
                    out.append(Stroke(points, colour, width * stretch(matrix)))
        return out
