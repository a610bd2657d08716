"""Down a curve, drop by drop: whole people who die and are censored, with the numbers at risk met exactly.

Before each drop the number at risk is expected from the spread of censoring (`_spread`), solved again from where the
walk stands, so that it arrives at the next printed number. The height of a drop speaks of it too: d deaths among n
people make the curve fall by d / n of its height, so n = d / fall. Both are weighed by their variances, as in a Kalman
filter: Poisson censoring for the one, the precision of reading for the other. On a curve read exactly heights decide
and people come back exactly; on a rough one they are ignored. Deaths are then the whole number that brings the rebuilt
curve nearest to the one read, so errors never add up.
"""

from dataclasses import dataclass

import numpy as np

from remit.stats._check import FloatArray
from remit.stats._people import IntArray
from remit.stats._spread import Spread

WRONG = 9.0
"""Mean squared surprise (1 when reading is as precise as supposed) beyond which a precision is not believed."""
FINE = (1e-6, 5e-5)
COARSE = (5e-4, 2e-3)
"""Standard errors of reading that are tried, finest first: vector figure, printed digits, sharp scan, plain scan."""
BLIND = 1.0
"""A standard error at which heights say nothing."""
FIRST = 6
"""Drops after which a precision may be disbelieved."""


@dataclass(frozen=True, slots=True)
class Walked:
    """Deaths at each drop, people censored before it since the drop before; per interval, those left after the last."""

    deaths: IntArray
    before: IntArray
    after: IntArray
    surprise: float
    misfit: float


class Walk:
    """What the walk needs of curve and table, as plain numbers."""

    def __init__(self, spread: Spread, theta: float, open_censored: float, asked: int | None, blank: bool) -> None:
        whole, at = spread.areas(theta)
        self.spread = spread
        self.whole: list[float] = whole.tolist()
        self.area: list[float] = at.tolist()
        self.share: list[float] = spread.shares(theta).tolist()
        self.level: list[float] = spread.steps.level.tolist()
        self.at_edge: list[float] = [*spread.at_edge.tolist(), spread.end]
        self.at_risk: list[int] = [*np.rint(spread.table.at_risk).astype(int).tolist(), 0]
        self.bounds: list[int] = np.searchsorted(spread.interval, np.arange(spread.table.last + 2)).tolist()
        self.last = spread.table.last
        self.open_censored = open_censored
        self.asked = asked
        self.blank = blank
        self.loose = 0.05 if spread.marks is not None else 1.0
        self.deaths = [0] * len(self.level)
        self.before = [0] * len(self.level)
        self.surprise, self.seen = 0.0, 0
        self.lean, self.believed = 0.0, BLIND

    def led(self, share: FloatArray, censored: float) -> None:
        """Leave in these shares of `censored` people before each drop, without a risk table."""
        self.share = share.tolist()
        self.open_censored = censored
        self.whole = [self.at_risk[0] / censored if censored > 0.0 else 0.0]

    def finely(self, precision: float | None) -> Walked | None:
        """Return the walk by heights, if the curve was read so finely that they decide; None if it was not."""
        for supposed in FINE if precision is None else (precision,) if precision <= FINE[-1] else ():
            found = self.go(max(supposed, FINE[0]))
            if found is not None:
                self.believed = max(supposed, FINE[0])
                return found
        return None

    def coarsely(self, precision: float | None) -> Walked:
        """Return the walk at the precision given, or at the finest the heights bear out; at last without heights."""
        for supposed in (*COARSE, BLIND) if precision is None else (max(precision, COARSE[0]), BLIND):
            found = self.go(supposed)
            if found is not None:
                self.believed = supposed
                return found
        raise AssertionError("a walk that is blind to heights cannot be contradicted by them")

    def go(self, precision: float, lean: float = 0.0, extra: float = 0.0) -> Walked | None:
        """Walk down; None when heights, or the curve reached, contradict the supposed precision.

        `lean` moves the rounding of deaths; `extra` deaths are aimed at in the last interval.
        """
        self.surprise, self.seen, self.lean = 0.0, 0, lean
        level, after, misfit, died = 1.0, [], 0.0, 0
        for k in range(self.last + 1):
            if k == self.last and self.asked is not None:
                self.open_censored = self.spread.censored_for(self.asked + extra - died, self.whole[-1], level)
            done = self._interval(k, level, precision)
            if done is None:
                return None
            level, deaths, left, squares = done
            died += deaths
            misfit += squares
            after.append(left)
        count = max(len(self.level), 1)
        strict = precision < COARSE[-1] and not lean and not extra
        if strict and (self.surprise > WRONG * self.seen or misfit > count * (20.0 * precision) ** 2):
            return None
        return Walked(
            np.array(self.deaths, dtype=np.intp),
            np.array(self.before, dtype=np.intp),
            np.array(after, dtype=np.intp),
            self.surprise / max(self.seen, 1),
            (misfit / count) ** 0.5,
        )

    def _interval(self, k: int, level: float, precision: float) -> tuple[float, int, int, float] | None:
        """Level reached, deaths, people left over for censoring after the last drop, and squared misfit."""
        start, end, closed = self.at_risk[k], self.at_risk[k + 1], k < self.last
        lost, died, gone = start - end, 0, 0
        n, variance, share, area, misfit = float(start), 0.0, 0.0, 0.0, 0.0
        goal = end / self.at_edge[k + 1] if closed and self.at_edge[k + 1] > 0.0 else 0.0
        levels, shares, areas, whole, believing = self.level, self.share, self.area, self.whole[k], precision < BLIND
        wander, loose, lean = 1.0 if self.blank else 0.25, self.loose, self.lean
        all_deaths, all_before = self.deaths, self.before
        for j in range(self.bounds[k], self.bounds[k + 1]):
            rest, target = 1.0 - share, levels[j]
            step = (shares[j] - share) / rest if rest > 1e-12 else 0.0
            stays = 1.0 - step
            due = vague = 0.0
            if not closed:
                censored = self.open_censored - (start - died - n)
                due = censored * step if censored > 0.0 else 0.0
                vague = n * step if self.blank else due
            elif step > 0.0 and level > 0.0 and whole > area:
                censored = (n / level - goal) * rest / (whole - area)
                censored = n - end if censored > n - end else censored
                due = censored * step if censored > 0.0 else 0.0
            variance = variance * stays * stays + loose * (due * stays + 0.05) + wander * vague * vague
            n, share, area = n - due, shares[j], areas[j]
            fall = 1.0 - target / level if level > 0.0 else 0.0
            if fall <= 0.0:
                all_deaths[j] = all_before[j] = 0
                misfit += (level - target) ** 2
                continue
            deaths = int(n * fall + 0.5)
            if deaths and believing:
                seen = deaths / fall
                surprise, total_variance = seen - n, variance + (seen * precision / (level * fall)) ** 2
                self.surprise += surprise * surprise / total_variance
                self.seen += 1
                if self.seen >= FIRST and self.surprise > WRONG * self.seen:
                    return None
                gain = variance / total_variance
                n, variance = n + gain * surprise, variance * (1.0 - gain)
            n = goal * level - 0.5 if n < goal * level - 0.5 else n
            room = lost - died - (1 if n * fall >= 0.5 else 0)
            total = int(start - died - n + 0.5)
            total = room if total > room else total
            total = gone if total < gone else total
            people = start - died - total
            deaths = int(people * fall + 0.5 + lean)
            deaths = people - end if deaths > people - end else deaths
            all_deaths[j], all_before[j] = deaths, total - gone
            gone, died = total, died + deaths
            n = (end if n < end else people + total if n > people + total else n) - deaths
            level *= 1.0 - deaths / people if people else 1.0
            misfit += (level - target) ** 2
        return level, died, lost - died - gone, misfit
