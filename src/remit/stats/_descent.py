"""Several ways down a curve where no risk table tells how many are at risk; the one nearest to the curve is kept.

The true numbers of people pass every level that was read within the error of reading. With a wrong number at risk each
death is too large or too small, and sooner or later no whole number of deaths comes to the level. So of ways that
differ in how far the number at risk follows heights of drops, and in how soon people leave, the one that keeps nearest
to all levels has the numbers at risk most nearly right. Ways and limits were chosen on every other one of 725 arms
(docs/explanation/reconstruction.md).
"""

import math
from typing import Final, TypeAlias

import numpy as np

from remit.stats import compiled, descent_kernels
from remit.stats._follow import Walk, Walked
from remit.stats.descent_kernels import Column, Row

Way: TypeAlias = tuple[float, float, float]
WAYS: Final[tuple[Way, ...]] = (
    (0.37, 0.5, 0.8),
    (0.86, 8.0, 0.8),
    (0.86, 0.5, 0.8),
    (0.54, 8.0, 1.0),
    (2.4, 0.5, 1.0),
    (0.86, 4.0, 0.8),
    (1.2, 2.0, 0.8),
    (0.37, 2.0, 1.0),
)
"""Error of a height as a multiple of that of reading, variance of people who leave as a multiple of their number, and
how soon they leave as a multiple of what is expected: somebody who is kept can leave later, nobody comes back."""
MISSED: Final = 0.25
"""What each death that a printed total is missed by adds to misfit, as a share of it."""
FINEST: Final = 1e-4
"""Least error of a height that is supposed: what is read more finely is found drop by drop (`Walk.finely`)."""


class Descent:
    """Ways down the curve of a walk led by numbers at risk expected (`Walk.led`), with heights read to within `error`.

    `asked` is a printed number of deaths; `way` the one that was kept.
    """

    def __init__(self, walk: Walk, error: float, asked: int | None) -> None:
        self.walk, self.error, self.asked = walk, max(error, FINEST), asked
        self.way = WAYS[0]

    def nearest(self) -> Walked:
        """Return the nearest of all ways, or the first that keeps within the error of a height in the mean."""
        walked, self.way = self._kept(WAYS, 0.0, 0.5)
        return walked

    def again(self, more: float, lean: float) -> Walked:
        """Return the way that was kept, aiming at so many deaths more, with rounding of deaths moved by `lean`."""
        return self._kept((self.way,), more, 0.5 + lean)[0]

    def _kept(self, ways: tuple[Way, ...], more: float, half: float) -> tuple[Walked, Way]:
        walk, asked, error = self.walk, self.asked, self.error
        start, stay, count = walk.at_risk[0], walk.at_risk[1], len(walk.level)
        total, censored = 0.0, walk.open_censored
        if asked is not None:
            total = asked + more
            censored = walk.spread.censored_for(total, walk.whole[-1], 1.0)
        fixed = (float(censored), float(total), half)
        read, trial, kept = _columns(walk), _rows(count), _rows(count)
        best, found, kind = math.inf, (math.inf, 0, 0), ways[0]
        for way in ways:
            told = descent_kernels.descend(*read, start, stay, *fixed, way[0] * error, *way[1:], best, *trial)
            misfit = told[0] if asked is None else told[0] * (1.0 + MISSED * abs(asked - told[1]))
            if misfit < best:
                best, found, kind = misfit, told, way
                trial, kept = kept, trial
                if best <= count * error * error:
                    break
        misfit, died, gone = found
        left = np.array([start - died - gone], dtype=np.intp)
        deaths, before = (np.asarray(row, dtype=np.intp) for row in kept)
        return Walked(deaths, before, left, 0.0, math.sqrt(misfit / count)), kind


def _columns(walk: Walk) -> tuple[Column, Column, Column]:
    if compiled.loaded():
        return np.array(walk.level), np.array(walk.step), np.array(walk.need)
    return walk.level, walk.step, walk.need


def _rows(count: int) -> tuple[Row, Row]:
    if compiled.loaded():
        return np.zeros(count, dtype=np.intp), np.zeros(count, dtype=np.intp)
    return [0] * count, [0] * count
