"""Down a curve, drop by drop: whole people who die and are censored, with the numbers at risk met exactly.

Before each drop the number at risk is expected from the spread of censoring (`_spread`), solved again from where the
walk stands, so that it arrives at the next printed number. The height of a drop speaks of it too: d deaths among n
people make the curve fall by d / n of its height, so n = d / fall. Both are weighed by their variances, as in a Kalman
filter: Poisson censoring for the one, the precision of reading for the other. On a curve read exactly heights decide
and people come back exactly; on a rough one they are ignored. Deaths are then the whole number that brings the rebuilt
curve nearest to the one read, so errors never add up. Without a risk table the numbers at risk expected are those that
the fineness of all drops tells (`_fineness`); with a printed total, deaths still to come pull them. Somebody is left at
risk at the end of a curve that does not end at 0.
"""

import math
from dataclasses import dataclass

import numpy as np

from remit.stats._check import FloatArray
from remit.stats._people import IntArray
from remit.stats._spread import NOBODY, Spread

WRONG = 9.0
"""Mean squared surprise (1 when reading is as precise as supposed) beyond which a precision is not believed."""
FINE = (1e-6, 5e-5)
COARSE = (5e-4, 2e-3)
"""Standard errors of reading that are tried, finest first: vector figure, printed digits, sharp scan, plain scan."""
BLIND = 1.0
"""A standard error at which heights say nothing."""
PULL = 0.1
"""How far each drop moves the number at risk towards what deaths still to come ask for, where a total is printed."""
WHOLE, CLEAR = 0.01, 0.4
"""How far a number at risk may be from a whole one, and expected deaths from a whole number, to be clear at once."""
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
        whole, area = spread.areas(theta)
        self.spread = spread
        self.whole: list[float] = whole.tolist()
        self.level: list[float] = spread.steps.level.tolist()
        self.at_edge: list[float] = [*spread.at_edge.tolist(), spread.end]
        stays = int(spread.end > 0.0)  # a curve is drawn as far as somebody is at risk
        self.at_risk: list[int] = [*np.rint(spread.table.at_risk).astype(int).tolist(), stays]
        self.bounds: list[int] = spread.bounds.tolist()
        self.last = spread.table.last
        self.open_censored = open_censored
        self.asked = asked
        self.blank = blank
        self.loose = 0.05 if spread.marks is not None else 1.0
        self.surprise, self.seen = 0.0, 0
        self.believed = BLIND
        self.area: list[float] = area.tolist()
        self.share: list[float] = spread.shares(theta).tolist()
        self.step: list[float] = []
        self.need = [0.0] * len(self.level)
        self.aim = 0.0

    def led(self, share: FloatArray, censored: float, need: list[float]) -> None:
        """Leave in these shares of `censored` people before each drop, without a risk table.

        `need` is the number at risk before each drop as a multiple of deaths still to come; 0 where it is not kept to.
        """
        self.need = need
        self.open_censored, self.whole = censored, [self.at_risk[0] / censored if censored > 0.0 else 0.0]
        self.share = share.tolist()
        passed = np.concatenate((NOBODY, share[:-1]))
        self.step = ((share - passed) / np.maximum(1.0 - passed, 1e-12)).tolist()

    def finely(self, precision: float | None, grid: float = 0.0) -> Walked | None:
        """Return the walk by heights, if the curve was read so finely that they decide; None if it was not.

        Nothing is read more finely than a hundredth of the `grid` that levels lie on, if they do.
        """
        for supposed in FINE if precision is None else (precision,) if precision <= FINE[-1] else ():
            if supposed < 0.01 * grid:
                continue
            found = self.go(max(supposed, FINE[0]))
            if found is not None:
                self.believed = max(supposed, FINE[0])
                return found
        return None

    def at_once(self, expected: FloatArray) -> Walked | None:
        """Return the walk all drops at a time where heights say whole numbers at risk near those expected; else None.

        What is found drop by drop where a curve is given to many digits: deaths nearest to the expected number, and
        n = deaths / fall, which comes out whole, never rises, and meets every printed number.
        """
        steps, table = self.spread.steps, self.spread.table
        if not steps.time.size:
            return None
        fall = 1.0 - steps.level / steps.before
        supposed = expected * fall
        deaths = np.rint(supposed)
        people = deaths / fall
        whole = np.rint(people)
        if np.abs(people - whole).max() > WHOLE or np.abs(supposed - deaths).max() > CLEAR or deaths.min() < 1.0:
            return None
        at_risk = self.spread.joined(table.at_risk, whole, self.at_risk[-1])
        left = self.spread.joined(table.at_risk, whole - deaths, 0.0)
        gone = left[:-1] - at_risk[1:]
        if gone.min() < 0.0 or (self.asked is not None and deaths.sum() != self.asked):
            return None
        after = gone[np.append(self.spread.edge[1:], gone.size) - 1]
        after[-1] += self.at_risk[-1]
        before = gone[self.spread.drop - 1]
        return Walked(deaths.astype(np.intp), before.astype(np.intp), after.astype(np.intp), 0.0, 0.0)

    def coarsely(self, precision: float | None) -> Walked:
        """Return the walk at the precision given, or at the finest the heights bear out; at last without heights."""
        tried = (*COARSE, BLIND) if precision is None else (max(precision, COARSE[0]), BLIND)
        for supposed in tried:
            found = self.go(supposed)
            if found is not None:
                self.believed = supposed
                return found
        raise AssertionError("a walk that is blind to heights cannot be contradicted by them")

    def go(self, precision: float, lean: float = 0.0, extra: float = 0.0) -> Walked | None:
        """Walk down; None when heights, or the curve reached, contradict the supposed precision.

        `lean` moves the rounding of deaths; `extra` deaths are aimed at in the last interval.
        """
        self.surprise, self.seen = 0.0, 0
        deaths: list[int] = []
        before: list[int] = []
        after: list[int] = []
        level, misfit, count = 1.0, 0.0, max(len(self.level), 1)
        strict = precision < COARSE[-1] and not lean and not extra
        most = count * (20.0 * precision) ** 2 if strict else math.inf
        for k in range(self.last + 1):
            if k == self.last and self.asked is not None:
                self.aim = self.asked + extra - sum(deaths)
                self.open_censored = self.spread.censored_for(self.aim, self.whole[-1], level)
            done = self._interval(k, level, precision, 0.5 + lean, most - misfit)
            if done is None:
                return None
            level, squares, left, died, gone = done
            misfit += squares
            deaths += died
            before += gone
            after.append(left)
        after[-1] += self.at_risk[-1]
        if strict and self.surprise > WRONG * self.seen:
            return None
        return Walked(
            np.array(deaths, dtype=np.intp),
            np.array(before, dtype=np.intp),
            np.array(after, dtype=np.intp),
            self.surprise / max(self.seen, 1),
            (misfit / count) ** 0.5,
        )

    def _interval(
        self, k: int, level: float, precision: float, half: float, most: float
    ) -> tuple[float, float, int, list[int], list[int]] | None:
        """Level reached, squared misfit, people censored after the last drop; deaths and people censored, by drop.

        `half` is what is added to deaths before the fraction is cut off; `most` misfit is not disbelieved.
        """
        start, end, closed = self.at_risk[k], self.at_risk[k + 1], k < self.last
        lost, died, gone, alive = start - end, 0, 0, start
        n, variance, misfit, surprises, seen = float(start), 0.0, 0.0, self.surprise, self.seen
        goal = end / self.at_edge[k + 1] if closed and self.at_edge[k + 1] > 0.0 else 0.0
        believing, blank, loose, whole = precision < BLIND, self.blank, self.loose, self.whole[k]
        share, passed, drift = 0.0, 0.0, 0.0
        drops = slice(self.bounds[k], self.bounds[k + 1])
        rows = zip(self.level[drops], self.share[drops], self.area[drops], self.need[drops], strict=True)
        deaths, before = [0] * (drops.stop - drops.start), [0] * (drops.stop - drops.start)
        for j, (target, until, area, need) in enumerate(rows):
            step = (until - share) / (1.0 - share) if share < 1.0 - 1e-12 else 0.0
            stays = 1.0 - step
            if closed:
                due = (n / level - goal) * (until - share) / (whole - passed) if whole > passed and level else 0.0
                due = (n - end) * step if due > (n - end) * step else due
            else:
                due = (self.open_censored - alive + n) * step
                n += PULL * (need * (self.aim - died) - n) if need else 0.0
                vague = n * step if blank else 0.5 * due if due > 0.0 else 0.0
                drift = vague * vague
            due = 0.0 if due < 0.0 else due
            variance = variance * stays * stays + loose * (due * stays + 0.05) + drift
            n, share, passed = n - due, until, area
            if target >= level:
                misfit += (level - target) * (level - target)
                continue
            fall = 1.0 - target / level
            expected = int(n * fall + 0.5)
            if expected and believing:
                supposed = expected / fall
                surprise, error = supposed - n, supposed * precision / (level - target)
                total_variance = variance + error * error
                surprises += surprise * surprise / total_variance
                seen += 1
                if seen >= FIRST and surprises > WRONG * seen:
                    return None
                n += variance / total_variance * surprise
                variance -= variance / total_variance * variance
            n = goal * level - 0.5 if n < goal * level - 0.5 else n
            total, room = int(alive - n + 0.5), lost - died - (1 if n * fall >= 0.5 else 0)
            total = gone if total < gone or room < gone else room if total > room else total
            people = alive - total
            dead = int(people * fall + half)
            dead = people - end if dead > people - end else dead
            deaths[j], before[j] = dead, total - gone
            gone, died, alive = total, died + dead, alive - dead
            n = (end if n < end else people + total if n > people + total else n) - dead
            level *= 1.0 - dead / people if people else 1.0
            misfit += (level - target) * (level - target)
            if misfit > most:
                return None
        self.surprise, self.seen = surprises, seen
        return level, misfit, lost - died - gone, deaths, before
