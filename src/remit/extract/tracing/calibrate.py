"""From places in a figure to time and survival: two known points on each axis, a small rotation undone.

Places are continuous, in the figure's own units, from its top left corner: the first pixel of a picture spans 0 to 1.
A point is known by its place along the axis alone, or by both coordinates, which lets a turned figure be set right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remit.errors import InputError
from remit.extract.tracing.pixels import Array
from remit.model.trace import Known

MOST_TURN = 5.0
LEAST_TURN = 0.1


@dataclass(frozen=True, slots=True)
class Axes:
    """Upright axes: time = (x - x0) / per_time and survival = (y - y0) / per_survival; `turn` in degrees was undone."""

    x0: float
    per_time: float
    y0: float
    per_survival: float
    turn: float = 0.0
    about: tuple[float, float] = (0.0, 0.0)

    def time(self, x: Array | float) -> Array:
        """Return the times at x."""
        return np.asarray((np.asarray(x, float) - self.x0) / self.per_time, float)

    def survival(self, y: Array | float) -> Array:
        """Return the survival at y."""
        return np.asarray((np.asarray(y, float) - self.y0) / self.per_survival, float)

    def x(self, time: float) -> float:
        """Return x of a time."""
        return self.x0 + time * self.per_time

    def y(self, survival: float) -> float:
        """Return y of a survival."""
        return self.y0 + survival * self.per_survival

    def upright(self, points: Array) -> Array:
        """Return places, shape (n, 2), turned so that the axes stand upright."""
        if self.turn == 0.0:
            return points
        a = math.radians(-self.turn)
        turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
        centre = np.array(self.about)
        return np.asarray((points - centre) @ turn.T + centre, float)

    def back(self, points: Array) -> Array:
        """Return upright places, shape (n, 2), as they lie in the figure."""
        return Axes(0.0, 1.0, 0.0, 1.0, -self.turn, self.about).upright(points)

    def scaled(self, scale: float) -> "Axes":
        """Return these axes for a picture whose pixels are `scale` times as large."""
        about = (self.about[0] / scale, self.about[1] / scale)
        return Axes(
            self.x0 / scale, self.per_time / scale, self.y0 / scale, self.per_survival / scale, self.turn, about
        )


def axes(x: Sequence[Known], y: Sequence[Known]) -> Axes:
    """Return upright axes from two or more known points on each; more than two are fitted by least squares.

    Raises
    ------
    InputError
        Fewer than two points, points at one place or of one value, points off a straight line by more than 1 % of
        the axis, a turn above 5 degrees, or axes that are not square to each other.
    """
    for name, known in (("x", x), ("y", y)):
        if len(known) < 2 or len({k.value for k in known}) < 2:
            raise InputError(f"axis {name}: {len(known)} known point(s); expected two of different value")
        if not all(math.isfinite(v) for k in known for v in (*k.place, k.value)):
            raise InputError(f"axis {name}: a place or value that is no number; expected finite numbers")
    if all(len(k.place) == 2 for k in (*x, *y)):
        return _turned(x, y)
    x0, per_time = _line([(k.place[0], k.value) for k in x], "x")
    y0, per_survival = _line([(k.place[-1], k.value) for k in y], "y")
    if per_time < 0:
        raise InputError("axis x: time falls from left to right; expected it to grow; are two points swapped?")
    if per_survival > 0:
        raise InputError("axis y: survival falls upwards; expected it to grow; are two points swapped?")
    return Axes(x0, per_time, y0, per_survival)


def _line(points: Sequence[tuple[float, float]], name: str) -> tuple[float, float]:
    places, values = np.array([p for p, _ in points]), np.array([v for _, v in points])
    per, start = np.polyfit(values, places, 1)
    if np.ptp(places) < 20.0:
        raise InputError(f"axis {name}: known points {np.ptp(places):g} apart; choose two farther from each other")
    worst = float(np.max(np.abs(start + per * values - places)))
    if worst > 0.01 * np.ptp(places):
        raise InputError(
            f"axis {name}: known points are off a straight scale by {worst:.3g}; expected equal distances for equal "
            "differences; a logarithmic axis is not read; check each value"
        )
    return float(start), float(per)


def _turned(x: Sequence[Known], y: Sequence[Known]) -> Axes:
    """Both coordinates are known: the angle of the x axis and of the y axis is the figure's turn."""
    (ax, ay), (bx, by) = _ends(x)
    (cx, cy), (dx, dy) = _ends(y)
    across = math.degrees(math.atan2(by - ay, bx - ax))
    upward = math.degrees(math.atan2(dx - cx, cy - dy))
    turn = 0.5 * (across + upward)
    if abs(across - upward) > 1.5:
        raise InputError(
            f"the x axis is turned by {across:.1f} and the y axis by {upward:.1f} degrees: they are not square to each "
            "other; check the points, or straighten the picture first"
        )
    if abs(turn) > MOST_TURN:
        raise InputError(f"the figure is turned by {turn:.1f} degrees; expected at most {MOST_TURN:g}; turn it upright")
    if abs(turn) < LEAST_TURN:
        turn = 0.0
    base = Axes(0.0, 1.0, 0.0, 1.0, turn, (cx, cy))
    upright = [base.upright(np.array([k.place]))[0] for k in (*x, *y)]
    plain_x = [Known((float(p[0]),), k.value) for p, k in zip(upright, x, strict=False)]
    plain_y = [Known((float(p[1]),), k.value) for p, k in zip(upright[len(x) :], y, strict=False)]
    found = axes(plain_x, plain_y)
    return Axes(found.x0, found.per_time, found.y0, found.per_survival, turn, (cx, cy))


def _ends(known: Sequence[Known]) -> tuple[tuple[float, float], tuple[float, float]]:
    low, high = min(known, key=lambda k: k.value), max(known, key=lambda k: k.value)
    return (low.place[0], low.place[1]), (high.place[0], high.place[1])
