"""How many people are at risk, from the fineness of a curve's drops, where no risk table is printed.

One death makes survival fall by S / n, so every drop is a multiple of 1 / g, with g = n / S: a number that no death
changes and everybody censored makes smaller. For a supposed g the heights of drops are near such multiples or are not,
and how near they can be is known from the precision of reading; the coarsest multiples that explain them are the
likeliest. g is followed down a grid of 64 values, in up to twelve groups of successive drops, as a hidden Markov chain
that never rises: forwards and backwards, so that late drops speak of early ones too. Where reading is too rough to tell
multiples apart all g are alike, and the law of leaving that is supposed decides.
"""

from functools import cache
from typing import Final

import numpy as np
from scipy.special import gammaln

from remit.stats._check import FloatArray
from remit.stats._people import IntArray
from remit.stats._spread import NOBODY, ONE
from remit.stats._steps import Steps

SIZE: Final = 64
LEAST: Final = 1.0 / 32.0
"""Smallest g considered, as a share of all people."""
GROUPS: Final = 12
EACH: Final = 5
"""Most groups of drops, and fewest drops in one."""
FREE: Final = 1.0
NEAR: Final = 10.0
"""How near the chain keeps to the law of leaving, without and with a printed total of events (see `_moves`)."""
APART: Final = -float(np.log(LEAST)) / (SIZE - 1)
LOGS: Final[FloatArray] = np.asarray(-APART * np.arange(SIZE), dtype=np.float64)
SQUARES: Final[FloatArray] = LOGS * LOGS
GRID: Final[FloatArray] = np.asarray(np.exp(LOGS), dtype=np.float64)
DRIFT: Final = 0.05
"""Relative error of a multiple: g moves within a group, and the grid is coarse."""
STRAY: Final = 0.01
"""Density of a drop that no multiple explains, so that one bad reading does not decide."""
EACH_G: Final[FloatArray] = np.ones(SIZE)
ROOT: Final = float(np.sqrt(2.0 * np.pi))
ALIKE: Final = 0.01
"""Heights whose logarithms differ by less count as one, where reading has no grid."""
FEW: Final = 4.0
"""Deaths still to come up to which their number says little of people at risk."""
FAR: Final = 4.0
"""How far log g may be moved to meet a printed number of events."""
LOG_SIZE: Final = float(np.log(1.1))
SCANS: Final = (1e-4, 4e-4, 1.2e-3, 4e-3)
"""Standard errors of a height that are tried where levels lie on no grid."""


def reading_error(steps: Steps, n: int) -> tuple[tuple[float, ...], float]:
    """Return standard errors a drop's height may have been read with, and the spacing of the grid levels lie on, or 0.

    On a grid, as in a scan, the error is that of rounding. Steps of whole people out of `n` are no grid of reading.
    """
    heights = np.sort(steps.before - steps.level)
    gaps = heights[1:] - heights[:-1]
    grid = float(min(heights[0], gaps[gaps > 1e-6].min(initial=1.0)))
    off = heights / grid
    if grid < 1e-4 or abs(grid * n - 1.0) < 0.02 or np.abs(off - np.rint(off)).max() > 0.02:
        return SCANS, 0.0
    return (grid / float(np.sqrt(6.0)),), grid


def likelihood(heights: FloatArray, ratio: FloatArray, error: float) -> FloatArray:
    """Return the log density of each height (rows) for each g (columns), against that of heights of any size."""
    number = heights[:, None] * ratio
    off = np.abs(number - np.maximum(np.rint(number), 1.0))
    blur = np.square(DRIFT * number) + np.square(ratio * error)
    part, inside = -0.5 / blur, number >= 1.0
    density = np.exp(off * off * part)
    density += inside * np.exp(np.square(1.0 - off) * part)
    density /= ROOT * np.sqrt(blur)
    return np.asarray(np.log(np.where(inside & (blur > 0.36), 1.0, density) + STRAY), dtype=np.float64)


def _seen(heights: FloatArray, group: IntArray, n: int, errors: tuple[float, ...], grid: float) -> FloatArray:
    """Return the log likelihood by error, group and g, shape (errors, groups, SIZE); heights alike count as one."""
    mark = np.rint(heights / grid if grid else np.log(heights) * (1.0 / ALIKE)).astype(np.intp)
    mark -= mark.min()
    size, groups = int(mark.max()) + 1, int(group[-1]) + 1
    number = np.bincount(mark, minlength=size)
    own = np.flatnonzero(number)
    height = np.bincount(mark, weights=heights, minlength=size)[own] / number[own]
    many = np.bincount(group * size + mark, minlength=groups * size).reshape(groups, size)[:, own]
    return np.array([many @ likelihood(height, n * GRID, error) for error in errors])


@cache
def _moves(fall: int, shape: float) -> FloatArray:
    """Return the chances of going from each g to each other in one group, with a mean fall of log g of 1.1^`fall`.

    Steps down the grid are negative binomial: geometric for `shape` 1, nearer to what is expected for a larger one.
    """
    mean = float(np.exp(fall * LOG_SIZE)) / APART
    stays = shape / (shape + mean)
    steps = np.arange(SIZE)
    chance = np.exp(gammaln(steps + shape) - gammaln(steps + 1.0) - gammaln(shape) + steps * np.log1p(-stays))
    lag = steps[None, :] - steps[:, None]
    found = np.where(lag >= 0, chance[np.maximum(lag, 0)], 0.0)
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


class Fineness:
    """g of each group of drops, as the heights and a supposed law of leaving have it: mean and variance of log(g / n).

    `supposed` is g / n just before each drop under the law, `reading` as `reading_error` gives it (of several errors
    the one is taken that makes the heights likeliest), `deaths` a printed total. Needs a drop.
    """

    def __init__(
        self,
        steps: Steps,
        n: int,
        supposed: FloatArray,
        reading: tuple[tuple[float, ...], float],
        deaths: int | None,
    ) -> None:
        self.steps, self.n = steps, n
        heights = self._heights = steps.before - steps.level
        groups = max(1, min(GROUPS, heights.size // EACH))
        first = np.arange(groups) * heights.size // groups
        stop = np.append(first[1:], heights.size)
        middle = (first + stop) // 2
        self.fall: FloatArray = np.add.reduceat(heights, first)
        self._law: FloatArray = np.log(np.maximum(supposed, LEAST))
        self._at: FloatArray = np.concatenate((NOBODY, steps.time[middle]))
        self._own: FloatArray = self._law[middle]
        seen = _seen(heights, np.repeat(np.arange(groups), stop - first), n, *reading)
        expected = np.maximum(np.concatenate((NOBODY, self._own[:-1])) - self._own, 0.02)
        moves = [
            _moves(size, FREE if deaths is None else NEAR)
            for size in np.rint(np.log(expected) / LOG_SIZE).astype(int).tolist()
        ]
        mean, variance, evidence = _smoothed(moves, seen)
        best = int(evidence.argmax())
        self.error = reading[0][best]
        """The standard error of a height that makes heights likeliest."""
        self.mean: FloatArray = mean[best]
        self.variance: FloatArray = variance[best]

    def shares(self, deaths: float | None = None) -> tuple[FloatArray, float, list[float]]:
        """Return, at each drop, the share of all ever censored who left before it, and their number.

        With a printed number of deaths g is moved towards it where it is known least; the list is then n before each
        drop for each death that is still to come, 0 where these are few or no number is printed.
        """
        mean = self.mean if deaths is None else self._toward(deaths)
        beside = np.interp(self.steps.time, self._at, np.concatenate((NOBODY, mean - self._own)))
        ratio = np.minimum.accumulate(np.exp(np.minimum(self._law + beside, 0.0)))
        gone = (self.steps.before * (np.concatenate((ONE, ratio[:-1])) - ratio)).cumsum()
        die = self._heights * ratio
        stay = 1.0 - float(die.sum())
        if stay <= 0.0:
            return np.zeros_like(gone), 0.0, [0.0] * gone.size
        need = [0.0] * gone.size
        if deaths is not None:
            coming = die[::-1].cumsum()[::-1]
            need = np.where(coming * self.n > FEW, self.steps.before * ratio / coming, 0.0).tolist()
        return np.minimum(gone / stay, 1.0), self.n * stay, need

    def _toward(self, deaths: float) -> FloatArray:
        """Return the mean of log(g / n) moved so that so many die, each group in proportion to its variance."""
        weight = self.variance * self.fall * np.exp(self.mean)
        weight /= weight.max()
        tilt, wanted, found = 0.0, deaths / self.n, self.mean
        for _ in range(8):
            each = self.fall * np.exp(found)
            gap, slope = wanted - float(each.sum()), float(each @ weight)
            if abs(gap) * self.n < 0.05 or slope <= 0.0:
                break
            tilt = min(max(tilt + min(max(gap / slope, -1.0), 1.0), -FAR), FAR)
            found = np.minimum(self.mean + tilt * weight, 0.0)
        return found


def _smoothed(moves: list[FloatArray], seen: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean and variance of log(g / n) by group (columns), and the log likelihood, for each table in `seen`.

    Forwards and backwards through the chain; `seen` has shape (tables, groups, SIZE).
    """
    tops = seen.max(axis=2, keepdims=True)
    drops = np.exp(seen - tops).transpose(1, 2, 0)
    drops = np.ascontiguousarray(drops[..., 0] if seen.shape[0] == 1 else drops)
    chances = np.empty(drops.shape)
    totals: list[FloatArray] = []
    now = moves[0][0] if seen.shape[0] == 1 else moves[0][0][:, None]
    for k, drop in enumerate(drops):
        now = np.multiply(now if k == 0 else moves[k].T.dot(now), drop, out=chances[k])
        totals.append(EACH_G @ now)
        now /= totals[k]
    back = np.ones(drops.shape[1:])
    for k in range(len(moves) - 1, 0, -1):
        back = moves[k].dot(drops[k] * back)
        back /= totals[k]
        chances[k - 1] *= back
    each = chances.reshape(len(moves), SIZE, -1)
    mean = LOGS @ each
    variance = np.maximum(SQUARES @ each - mean * mean, 0.0)
    evidence = np.log(np.array(totals).reshape(len(moves), -1)).sum(axis=0) + tops.sum(axis=(1, 2))
    return mean.T, variance.T + 1e-3, evidence
