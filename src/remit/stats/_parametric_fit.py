"""Maximum likelihood of a survival distribution from censored times: exact slopes, several starts, Newton's steps."""

import math
from collections.abc import Sequence

import numpy as np

from remit.errors import InputError, NotConverged
from remit.stats._ascent import Look, climb, covariance
from remit.stats._at_risk import People
from remit.stats._check import FloatArray
from remit.stats._distributions import Distribution
from remit.stats._mixed import SAME, Convergence

FARTHEST = 60.0


class Likelihood:
    """The log-likelihood of right-censored times, in a unit of time where the event rate is 1."""

    def __init__(self, who: People) -> None:
        early = np.flatnonzero(who.event & (who.time <= 0.0))
        if early.size:
            raise InputError(f"time[{early[0]}] is 0 with an event; give it the small positive time it stands for")
        if not who.event.any():
            raise InputError("no events; survival stays 1 as far as it was seen, and no distribution can be told")
        kept = who.time > 0.0
        time, event = who.time[kept], who.event[kept]
        self.unit = float(time.sum()) / float(event.sum())
        self.t, self.event = time / self.unit, event
        self.n, self.events = who.time.size, int(event.sum())
        self.distinct = int(np.unique(time[event]).size)
        self.shift = self.events * math.log(self.unit)

    def slopes(self, law: Distribution, theta: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-likelihood and its slopes; nil where a parameter is past what a double can exponentiate."""
        if float(np.abs(theta).max()) > FARTHEST:
            return -math.inf, np.zeros(theta.size)
        with np.errstate(all="ignore"):
            shape = law.at(theta, self.t)
            height = float(shape.log_hazard[self.event].sum() + shape.log_survival.sum())
            slope = shape.hazard_slope[self.event].sum(axis=0) + shape.survival_slope.sum(axis=0)
        good = math.isfinite(height) and bool(np.isfinite(slope).all())
        return (height, slope) if good else (-math.inf, np.zeros(theta.size))

    def look(self, law: Distribution, theta: FloatArray, held: int | None = None) -> Look:
        """Return height, slopes and curvatures, the last by central differences of exact slopes."""
        height, slope = self.slopes(law, theta)
        steps = 1e-4 * np.maximum(1.0, np.abs(theta))
        near = theta + np.concatenate([np.diag(steps), -np.diag(steps)])
        ahead = self._together(law, near) if math.isfinite(height) else np.zeros((2 * theta.size, theta.size))
        curve = (ahead[: theta.size] - ahead[theta.size :]) / (2.0 * steps[:, None])
        curve = np.nan_to_num(0.5 * (curve + curve.T))
        if held is not None:
            slope[held] = 0.0
            curve[held], curve[:, held], curve[held, held] = 0.0, 0.0, -1.0
        return Look(height, slope, curve)

    def _together(self, law: Distribution, points: FloatArray) -> FloatArray:
        """Return the slopes at each of m points, shape (m, p), in one evaluation."""
        m, p = points.shape
        with np.errstate(all="ignore"):
            shape = law.at(np.repeat(points.T, self.t.size, axis=1), np.tile(self.t, m))
        hazard, survival = (s.reshape(m, self.t.size, p) for s in (shape.hazard_slope, shape.survival_slope))
        return np.asarray(hazard[:, self.event].sum(axis=1) + survival.sum(axis=1), dtype=np.float64)

    def top(
        self, law: Distribution, starts: Sequence[FloatArray], held: int | None = None
    ) -> tuple[FloatArray, Look, Convergence]:
        """Return the highest point from several starts; NotConverged where none arrives.

        Parameter number `held` stays where each start has it.
        """
        ends: list[tuple[FloatArray, Look]] = []
        failure = "no start has a likelihood above nil"
        for start in starts:
            try:
                ends.append(climb(lambda theta: self.look(law, theta, held), start, np.full(start.size, -np.inf)))
            except NotConverged as error:
                failure = str(error)
        if not ends:
            raise NotConverged(f"{law.name}: none of {len(starts)} starts reached a top ({failure})")
        best = max(ends, key=lambda end: end[1].height)
        agreeing = sum(end[1].height > best[1].height - SAME for end in ends)
        return best[0], best[1], Convergence(float(np.abs(best[1].slope).max()), len(starts), agreeing)


def spread(look: Look, free: FloatArray | None = None) -> FloatArray:
    """Return the inverse information, 0 in rows of parameters that are not free; NaN where there is none."""
    which = np.ones(look.slope.size, dtype=np.bool_) if free is None else free > 0.0
    wide = covariance(look.curve, which)
    wide[~which], wide[:, ~which] = 0.0, 0.0
    return wide
