"""How many people are at risk, from the fineness of a curve's drops, where no risk table is printed.

One death makes survival fall by S / n, so every drop is a multiple of 1 / g, with g = n / S: a number that no death
changes and everybody censored makes smaller. For a supposed g the heights of drops are near such multiples or are not,
and how near they can be is known from the precision of reading; the coarsest multiples that explain them are the
likeliest. g is followed down a grid of 48 values, in up to ten groups of successive drops, as a hidden Markov chain that
never rises: forwards and backwards, so that late drops speak of early ones too. Where reading is too rough to tell
multiples apart all g are alike, and the law of leaving that is supposed decides.
"""

from functools import cache
from typing import Final

import numpy as np
from scipy.special import gammaln

from remit.stats._check import FloatArray
from remit.stats._steps import Steps

SIZE: Final = 96
LEAST: Final = 1.0 / 64.0
"""Smallest g considered, as a share of all people."""
GROUPS: Final = 16
EACH: Final = 5
"""Most groups of drops, and fewest drops in one."""
APART: Final = -float(np.log(LEAST)) / (SIZE - 1)
LOGS: Final[FloatArray] = -APART * np.arange(SIZE)
GRID: Final[FloatArray] = np.exp(LOGS)
DRIFT: Final = 0.05
"""Relative error of a multiple: g moves within a group, and the grid is coarse."""
STRAY: Final = 0.01
"""Density of a drop that no multiple explains, so that one bad reading does not decide."""
ROOT: Final = float(np.sqrt(2.0 * np.pi))
LEANS: Final = np.array([-1.0, -0.3, -0.1, -0.03, -0.01, 0.0, 0.01, 0.03, 0.1, 0.3, 1.0])
ROUGH: Final = 7e-4
"""Standard error of a height that is supposed of a scan whose levels lie on no grid."""


def reading_error(steps: Steps, n: int) -> float:
    """Return the standard error of a drop's height: of rounding where all levels lie on a grid, else that of a scan."""
    heights = np.sort(steps.before - steps.level)
    gaps = heights[1:] - heights[:-1]
    grid = float(min(heights[0], gaps[gaps > 1e-6].min(initial=1.0)))
    off = heights / grid
    if abs(grid * n - 1.0) < 0.02:
        return ROUGH
    return grid / float(np.sqrt(6.0)) if np.abs(off - np.rint(off)).max() < 0.02 else ROUGH


def likelihood(heights: FloatArray, ratio: FloatArray, error: float) -> FloatArray:
    """Return the log density of each height (rows) for each g (columns), against that of heights of any size."""
    number = np.multiply.outer(heights, ratio)
    off = np.abs(number - np.maximum(np.rint(number), 1.0))
    blur = np.square(ratio * error) + np.square(DRIFT * number)
    density = np.exp(-0.5 * off * off / blur)
    inside = number >= 1.0
    density += inside * np.exp(-0.5 * (1.0 - off) ** 2 / blur)
    density /= ROOT * np.sqrt(blur)
    density[inside & (blur > 0.36)] = 1.0
    return np.asarray(np.log(density + STRAY), dtype=np.float64)


@cache
def _moves(fall: int, shape: float) -> FloatArray:
    """Return the chances of going from each g to each other in one group, with a mean fall of log g of 1.1^`fall`.

    Steps down the grid are negative binomial: geometric for `shape` 1, nearer to what is expected for a larger one.
    """
    mean = 1.1**fall / APART
    stays = shape / (shape + mean)
    steps = np.arange(SIZE)
    chance = np.exp(gammaln(steps + shape) - gammaln(steps + 1.0) - gammaln(shape) + steps * np.log1p(-stays))
    lag = steps[None, :] - steps[:, None]
    found = np.where(lag >= 0, chance[np.maximum(lag, 0)], 0.0)
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


class Fineness:
    """g of each group of drops, as the heights and a supposed law of leaving have it: mean and variance of log(g / n).

    `supposed` is g / n just before each drop under the law; `error` the standard error of a height; `deaths` a printed
    total. Needs a drop.
    """

    def __init__(
        self, steps: Steps, n: int, supposed: FloatArray, error: float, shape: float, deaths: int | None
    ) -> None:
        self.steps, self.n = steps, n
        heights = steps.before - steps.level
        groups = max(1, min(GROUPS, heights.size // EACH))
        first = np.arange(groups) * heights.size // groups
        middle = (first + np.append(first[1:], heights.size)) // 2
        self.fall: FloatArray = np.add.reduceat(heights, first)
        self._law: FloatArray = np.log(np.maximum(supposed, LEAST))
        self._at: FloatArray = np.concatenate(([0.0], steps.time[middle]))
        self._own: FloatArray = self._law[middle]
        seen = np.add.reduceat(likelihood(heights, n * GRID, error), first, axis=0)
        expected = np.maximum(self._own[:-1] - self._own[1:], 0.02)
        sizes = np.rint(np.log(np.concatenate(([max(-float(self._own[0]), 0.02)], expected))) / np.log(1.1))
        moves = [_moves(int(size), shape) for size in sizes.tolist()]
        leans = np.zeros(1) if deaths is None else LEANS
        drops = seen[:, None, :] + leans[:, None] * np.multiply.outer(self.fall * n, GRID)[:, None, :]
        drops = np.exp(drops - drops.max(axis=2, keepdims=True))
        both = _chain(moves, drops)
        mean = both @ LOGS
        variance = np.maximum(both @ (LOGS * LOGS) - mean**2, 0.0) + 1e-3
        if deaths is None:
            self.mean, self.variance = mean[:, 0], variance[:, 0]
            return
        held = n * (self.fall @ np.exp(mean))
        after = int(np.clip(np.searchsorted(held, deaths), 1, LEANS.size - 1))
        low, high = float(held[after - 1]), float(held[after])
        share = min(max((deaths - low) / (high - low), 0.0), 1.0) if high > low else 0.5
        self.mean = (1 - share) * mean[:, after - 1] + share * mean[:, after]
        self.variance = (1 - share) * variance[:, after - 1] + share * variance[:, after]

    def shares(self, deaths: float | None = None) -> tuple[FloatArray, float]:
        """Return, at each drop, the share of all ever censored who left before it, and their number.

        With a printed number of deaths g is moved towards it where it is known least.
        """
        mean = self.mean if deaths is None else self._toward(deaths)
        beside = np.interp(self.steps.time, self._at, np.concatenate(([0.0], mean - self._own)))
        ratio = np.minimum.accumulate(np.exp(np.minimum(self._law + beside, 0.0)))
        gone = np.cumsum(self.steps.before * -np.diff(ratio, prepend=1.0))
        stay = 1.0 - float((self.steps.before - self.steps.level) @ ratio)
        if stay <= 0.0:
            return np.zeros_like(gone), 0.0
        return np.minimum(gone / stay, 1.0), self.n * stay

    def _toward(self, deaths: float) -> FloatArray:
        """Return the mean of log(g / n) moved so that so many die, each group in proportion to its variance."""
        weight = self.variance * self.fall * np.exp(self.mean)
        weight /= weight.max()
        low, high, found = -4.0, 4.0, self.mean
        for _ in range(24):
            tilt = 0.5 * (low + high)
            found = np.minimum(self.mean + tilt * weight, 0.0)
            low, high = (tilt, high) if self.n * float(self.fall @ np.exp(found)) < deaths else (low, tilt)
        return found


def _chain(moves: list[FloatArray], drops: FloatArray) -> FloatArray:
    """Return the chances of each g in each group, forwards and backwards; drops have shape (groups, leans, SIZE)."""
    now = np.zeros(drops.shape[1:])
    now[:, 0] = 1.0
    forward = []
    for move, seen in zip(moves, drops, strict=True):
        now = (now @ move) * seen
        now /= now.sum(axis=1, keepdims=True)
        forward.append(now)
    back = np.ones(drops.shape[1:])
    backward = [back]
    for move, seen in zip(moves[:0:-1], drops[:0:-1], strict=True):
        back = (seen * back) @ move.T
        back /= back.max(axis=1, keepdims=True)
        backward.append(back)
    both = np.array(forward) * np.array(backward[::-1])
    return np.asarray(both / both.sum(axis=2, keepdims=True), dtype=np.float64)
