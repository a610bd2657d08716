"""When people were censored between two times at which the number at risk is printed, and what that makes of deaths.

Between two printed times let survival fall from S0 to S1 and the number at risk from n0 to n1. A person censored at u
takes 1 / S(u) off the ratio n / S, and a death takes nothing off it, so with C censored, spread as F,

    n(t) = S(t-) (n0 / S0 - C A(t)),   A(t) = integral of dF(u) / S(u) up to t,   C = (n0 / S0 - n1 / S1) / A(end),

in closed form, without iteration. F is u^theta on the interval (theta 1: evenly, as Guyot et al. assume; above 1:
late; below: early), or equal shares at the marks of censored people where the figure shows them. Without a risk table
one interval is the whole of follow-up, and F is `whole_follow_up` where heights of drops (`_fineness`) do not say more.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from remit.stats._check import FloatArray
from remit.stats._people import IntArray, level_before
from remit.stats._steps import Steps

NOBODY: Final = np.zeros(1)
ONE: Final = np.ones(1)
TINY: Final = 1e-300
LOG_THETA: Final = 4.0
MOST_THETA: Final = 16.0
"""Latest spread over the whole of follow-up that is considered; its inverse is the earliest."""


@dataclass(frozen=True, slots=True)
class RiskTable:
    """Times at which numbers at risk are known, from 0; the last of `edges` (m + 2) is the end of the curve."""

    edges: FloatArray
    at_risk: FloatArray

    @property
    def last(self) -> int:
        """Position of the last interval, from the last printed number to the end of the curve."""
        return self.at_risk.size - 1

    @property
    def lost(self) -> FloatArray:
        """People who leave in each interval, by event or censored; in the last, all who are left."""
        lost: FloatArray = self.at_risk - np.concatenate((self.at_risk[1:], NOBODY))
        return lost


def whole_follow_up(u: FloatArray, theta: float) -> FloatArray:
    """Return the share of all people ever censored who left by the share `u` of follow-up, evenly for theta 1.

    Above 1 nobody leaves at first, as when accrual ended and all are followed for a while: half of u^theta and half of
    an even spread over the last 1 / theta. Below 1 many leave early: 1 - (1 - u)^(1 / theta). Chosen on every other one
    of 186 published figures among ten laws with one parameter (docs/explanation/reconstruction.md).
    """
    if theta == 1.0:
        return u
    if theta < 1.0:
        return np.asarray(1.0 - (1.0 - u) ** (1.0 / theta), dtype=np.float64)
    return np.asarray(0.5 * (u**theta + np.maximum(1.0 - theta * (1.0 - u), 0.0)), dtype=np.float64)


class Spread:
    """The curve cut at the table's times: survival at each edge, the interval of each drop, and A(t) for a spread."""

    def __init__(self, steps: Steps, table: RiskTable, marks: FloatArray | None) -> None:
        self.steps, self.table = steps, table
        self._areas: dict[float, tuple[FloatArray, FloatArray]] = {}
        self._closed: tuple[FloatArray, FloatArray] | None = None
        edges, time = table.edges, steps.time
        levels = np.concatenate((ONE, steps.level))
        self.at_edge: FloatArray = levels[time.searchsorted(edges[:-1], side="left")]
        self.end = float(levels[-1])
        self.interval: IntArray = edges[:-1].searchsorted(time, side="right") - 1
        self.width: FloatArray = edges[1:] - edges[:-1]
        self.expected: float | None = None
        """People expected to be censored before the end in the last interval, where the table or marks tell."""
        self.bounds: IntArray = self.interval.searchsorted(np.arange(edges.size))
        """Position of the first drop of each interval, and their number."""
        self.edge: IntArray = self.bounds[:-1] + np.arange(edges.size - 1)
        self.drop: IntArray = self.interval + np.arange(1, time.size + 1)
        """Where edges and drops stand when all are put in one order."""
        self.marks = None if marks is None else np.sort(marks)
        none = np.zeros(table.at_risk.size, dtype=np.intp)
        self.marked: IntArray = none if marks is None else np.bincount(self.cell_of(marks), minlength=none.size)
        knots = self.joined(edges, time, edges[-1])
        start, level = self.joined(edges, edges[self.interval], 0.0), self.joined(self.at_edge, steps.level, 0.0)[:-1]
        scale = self.joined(self.width, self.width[self.interval], 0.0)[:-1]
        scale[scale == 0.0] = 1.0
        self._left: FloatArray = (knots[:-1] - start[:-1]) / scale
        self._right: FloatArray = (knots[1:] - start[:-1]) / scale
        self._inverse: FloatArray = np.divide(1.0, level, out=np.zeros_like(level), where=level > 0.0)

    def joined(self, at_edges: FloatArray, at_drops: FloatArray, last: float) -> FloatArray:
        """Return values at edges and drops in one order, the end of the curve at last."""
        found = np.empty(self.drop.size + self.edge.size + 1)
        found[self.edge], found[self.drop], found[-1] = at_edges[: self.edge.size], at_drops, last
        return found

    def areas(self, theta: float) -> tuple[FloatArray, FloatArray]:
        """Return A at the end of each interval, and A at each drop counted from the start of its interval."""
        if theta not in self._areas:
            self._areas[theta] = self._integrated(theta)
        return self._areas[theta]

    def _integrated(self, theta: float) -> tuple[FloatArray, FloatArray]:
        if theta == 1.0:
            pieces = (self._right - self._left) * self._inverse
        else:
            right = self._law(self._right, theta)
            left = self._law(self._left, theta) if self.table.last else np.concatenate((NOBODY, right[:-1]))
            pieces = (right - left) * self._inverse
        whole, at = self._summed(pieces, self.edge, self.drop)
        if self.marks is None:
            return np.where(self.width > 0.0, whole, 1.0 / self.at_edge), at
        marked, marked_at = self._areas_of_marks(self.marks)
        has = self.marked > 0
        return np.where(has, marked, whole), np.where(has[self.interval], marked_at, at)

    def _law(self, u: FloatArray, theta: float) -> FloatArray:
        return np.asarray(u**theta, dtype=np.float64) if self.table.last else whole_follow_up(u, theta)

    def theta_for(self, events: int) -> float:
        """Return how everybody who does not die left over the whole of follow-up, if so many die: no risk table known.

        All n are gone at the end, so with D events A(end) = n / (n - D), which grows with theta.
        """
        n = float(self.table.at_risk[0])
        if events >= n or self.width[0] <= 0.0:
            return MOST_THETA
        gone, stay = self._logs()

        def excess(x: float) -> float:
            theta = 2.0**x
            if x > 0.0:
                share = 0.5 * (np.exp(theta * gone) + np.maximum(1.0 - theta * (1.0 - self._right), 0.0))
            else:
                share = 1.0 - np.exp(stay / theta) if x < 0.0 else self._right
            area = float(share @ self._inverse) - float(share[:-1] @ self._inverse[1:])
            return n - n / area - events if area > 0.0 else -float(events)

        even = excess(0.0)
        low, high = (0.0, LOG_THETA) if even < 0.0 else (-LOG_THETA, 0.0)
        bottom, top = (even, excess(high)) if even < 0.0 else (excess(low), even)
        if bottom >= 0.0 or top <= 0.0:
            return float(2.0 ** (low if bottom >= 0.0 else high))
        for _ in range(12):
            x = (low * top - high * bottom) / (top - bottom)
            here = excess(x)
            if abs(here) < 0.25:
                break
            if here < 0.0:
                low, bottom, top = x, here, 0.5 * top
            else:
                high, top, bottom = x, here, 0.5 * bottom
        return float(2.0**x)

    def _logs(self) -> tuple[FloatArray, FloatArray]:
        """Return logarithms of the share of follow-up that has passed at the end of each piece, and of the rest."""
        return np.log(np.maximum(self._right, TINY)), np.log(np.maximum(1.0 - self._right, TINY))

    def shares(self, theta: float) -> FloatArray:
        """Return, at each drop, the share of those censored in its interval who left before it."""
        edges, k = self.table.edges, self.interval
        width = self.width[k]
        even = np.divide(self.steps.time - edges[k], width, out=np.zeros_like(width), where=width > 0.0)
        spread: FloatArray = even if theta == 1.0 else self._law(even, theta)
        if self.marks is None:
            return spread
        first = np.searchsorted(self.marks, edges[:-1], side="left")
        passed = np.searchsorted(self.marks, self.steps.time, side="left") - first[k]
        number = self.marked[k]
        found: FloatArray = np.where(number > 0, passed / np.maximum(number, 1), spread)
        return found

    def censored_for(self, deaths: float, whole: float, level: float) -> float:
        """Return the people censored before the end in the last interval if so many die in it, within what is possible.

        `whole` is A over that interval, `level` the survival it begins with. Deaths tell the number only as far as the
        curve falls there, so it is weighed against `expected` by both variances: one person censored more makes `per`
        deaths fewer, and deaths are whole.
        """
        n, end = float(self.table.at_risk[-1]), self.end
        if level <= 0.0 or whole <= 0.0 or self.width[-1] <= 0.0:
            return 0.0
        most = min(n / level / whole, n if end > 0.0 else n - 1.0)
        per = max(1.0 - end * whole, 0.0)
        told = n * (1.0 - end / level) - deaths
        if self.expected is None:
            return min(max(told / per, 0.0), most) if per > 1e-12 else 0.0
        vague = (0.5 * self.expected + 1.0) ** 2
        precise = (per / 0.5) ** 2
        both = (self.expected / vague + told * per / 0.25) / (1.0 / vague + precise)
        return min(max(both, 0.0), most)

    def _areas_of_marks(self, marks: FloatArray) -> tuple[FloatArray, FloatArray]:
        level = level_before(self.steps.time, self.steps.level, 1.0, marks)
        number = self.marked[self.cell_of(marks)]
        pieces = np.divide(1.0, level * number, out=np.zeros_like(level), where=level > 0.0)
        first = np.searchsorted(marks, self.table.edges[:-1], side="left")
        return self._summed(pieces, first, np.searchsorted(marks, self.steps.time, side="left"))

    def _summed(self, pieces: FloatArray, first: IntArray, drop: IntArray) -> tuple[FloatArray, FloatArray]:
        running = np.concatenate(([0.0], np.cumsum(pieces)))
        starts = running[first]
        return np.concatenate((starts[1:], running[-1:])) - starts, running[drop] - starts[self.interval]

    def cell_of(self, times: FloatArray) -> IntArray:
        """Return the interval each time lies in; the end of the curve lies in the last."""
        return np.minimum(np.searchsorted(self.table.edges, times, side="right") - 1, self.table.last)

    def at_risk(self, censored: FloatArray, at: FloatArray) -> FloatArray:
        """Return the number at risk just before each drop, as a real number, for `censored` people per interval."""
        k = self.interval
        ratio = (self.table.at_risk / self.at_edge)[k]
        return np.asarray(np.maximum(self.steps.before * (ratio - censored[k] * at), 0.0), dtype=np.float64)

    def closed(self, whole: FloatArray) -> FloatArray:
        """Return the people censored in each interval whose end is printed, within 0 and all who leave it."""
        if self._closed is not None and self._closed[0] is whole:
            return self._closed[1]
        n, s = self.table.at_risk, self.at_edge
        wanted = (n[:-1] / s[:-1] - n[1:] / s[1:]) / whole[:-1]
        marked = self.marked[:-1]
        if self.marks is not None:
            wanted = np.where(np.abs(wanted - marked) <= np.maximum(1.0, 0.1 * marked), marked, wanted)
        found = np.minimum(np.maximum(wanted, 0.0), n[:-1] - n[1:])
        self._closed = whole, found
        return found

    def most_censored(self, whole: FloatArray) -> float:
        """Return the largest number censored before the end in the last interval."""
        n, s = float(self.table.at_risk[-1]), float(self.at_edge[-1])
        if self.width[-1] <= 0.0:
            return 0.0
        return min(n / s / float(whole[-1]), n if self.end > 0.0 else n - 1.0)
