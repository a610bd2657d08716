"""Two counts per study whose base and difference are both normal between studies, independent of one another.

The integral over both is taken by an adaptive Gauss-Hermite rule of a stated order in each dimension, centred at each
study's mode and scaled by the curvature there; order 1 is Laplace's approximation. Source: Pinheiro and Bates (1995), J
Comput Graph Stat 4:12-35.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from remit.stats._ascent import BoolArray, Look, climb
from remit.stats._check import FloatArray
from remit.stats._pair import Arms, nowhere
from remit.stats._surface import MU_MOST, TAU_MOST

IntArray = npt.NDArray[np.intp]
H_SLOPE, H_CURVE = 2e-4, 2e-3


class Both(NamedTuple):
    """The highest place: mean base, mean difference, their standard deviations, and derivatives in that order."""

    base: float
    difference: float
    base_sd: float
    difference_sd: float
    look: Look


class BothRandom:
    """The marginal log-likelihood in (mean base, mean difference, sd of bases, sd of differences)."""

    def __init__(self, arms: Arms, order: int) -> None:
        self.arms, self.order = arms, order
        nodes, weights = np.polynomial.hermite.hermgauss(order)
        log_w = np.log(weights) + nodes * nodes
        self.z1, self.z2 = (part.ravel() for part in np.meshgrid(nodes, nodes, indexing="ij"))
        self.log_w = (log_w[:, None] + log_w[None, :]).ravel() - math.log(math.pi)
        self.mode = np.zeros((2, arms.k))

    def height(self, at: FloatArray) -> float:
        """Return the log-likelihood."""
        base, difference, sd1, sd2 = (float(v) for v in at)
        s, u = self._modes(base, difference, sd1, sd2)
        _, _, _, h11, h12, h22 = self._joint(s, u, at)
        # Cholesky factor of the inverse of [[h11, h12], [h12, h22]]
        det = h11 * h22 - h12 * h12
        l11 = np.sqrt(h22 / det)
        l21, l22 = -h12 / det / l11, 1.0 / np.sqrt(h22)
        root = math.sqrt(2.0)
        s_at = s[:, None] + root * l11[:, None] * self.z1
        u_at = u[:, None] + root * (l21[:, None] * self.z1 + l22[:, None] * self.z2)
        logs = self._joint(s_at, u_at, at)[0] + self.log_w
        peak = logs.max(axis=1)
        sums = np.log(np.exp(logs - peak[:, None]).sum(axis=1))
        return float((peak + sums + np.log(l11 * l22)).sum())

    def _joint(self, s: FloatArray, u: FloatArray, at: FloatArray) -> tuple[FloatArray, ...]:
        """Return height with both priors, slopes in (s, u), and minus curvatures ss, su, uu."""
        base, difference, sd1, sd2 = (float(v) for v in at)
        b, d = base + sd1 * s, 0.5 * (difference + sd2 * u)
        h1, r1, c1 = self.arms.terms(0, b + d)
        h2, r2, c2 = self.arms.terms(1, b - d)
        half = 0.5 * sd2
        height = h1 + h2 - 0.5 * (s * s + u * u)
        return (
            height,
            sd1 * (r1 + r2) - s,
            half * (r1 - r2) - u,
            sd1 * sd1 * (c1 + c2) + 1.0,
            sd1 * half * (c1 - c2),
            half * half * (c1 + c2) + 1.0,
        )

    def _modes(self, base: float, difference: float, sd1: float, sd2: float) -> tuple[FloatArray, FloatArray]:
        """Return each study's mode by Newton's steps, halved until they climb; the joint density is log-concave."""
        at = np.array([base, difference, sd1, sd2])
        s, u = self.mode[0].copy(), self.mode[1].copy()
        height, gs, gu, h11, h12, h22 = self._joint(s, u, at)
        for _ in range(100):
            det = h11 * h22 - h12 * h12
            ds, du = (h22 * gs - h12 * gu) / det, (h11 * gu - h12 * gs) / det
            if float(np.abs(np.concatenate((ds, du))).max()) < 1e-11:
                break
            share = np.ones_like(s)
            for _ in range(40):
                there = self._joint(s + share * ds, u + share * du, at)
                worse = there[0] < height - 1e-10 * (1.0 + np.abs(height))
                if not worse.any():
                    break
                share[worse] *= 0.5
            s, u = s + share * ds, u + share * du
            height, gs, gu, h11, h12, h22 = there
        self.mode = np.stack((s, u))
        return s, u

    def top(self, with_difference_sd: bool = True, with_difference: bool = True) -> Both:
        """Return the highest top that climbs from several starts reach, sought with Laplace's approximation first."""
        arms = self.arms
        base, difference = float(np.mean(arms.level)), float(np.median(arms.ratio))
        active = np.array([True, with_difference, True, with_difference_sd])
        rough = self if self.order == 1 else BothRandom(arms, 1)
        found: list[tuple[FloatArray, Look]] = []
        for sd1, sd2 in ((0.3, 0.3), (1.2, 1.0)):
            rough.mode[:] = 0.0
            start = np.array([base, difference, sd1, sd2 if with_difference_sd else 0.0])
            found.append(rough._climb(start, active))
        at, look = max(found, key=lambda pair: pair[1].height)
        if rough is not self:
            at, look = self._climb(np.maximum(at, [-np.inf, -np.inf, 0.05, 0.05 * with_difference_sd]), active)
        return Both(float(at[0]), float(at[1]), float(at[2]), float(at[3]), look)

    def _climb(self, start: FloatArray, wanted: BoolArray) -> tuple[FloatArray, Look]:
        active = wanted.copy()
        least = np.array([-np.inf, -np.inf, 0.0, 0.0])
        for _ in range(3):  # a standard deviation that falls to 0 is held there and the rest climbed again
            which = np.flatnonzero(active)

            def look(part: FloatArray, which: IntArray = which, start: FloatArray = start) -> Look:
                if float(np.abs(part).max()) > MU_MOST or bool((part[which > 1] > TAU_MOST).any()):
                    return nowhere(part.size)
                return self._derivatives(part, which, start)

            point, seen = climb(look, start[which], least[which])
            start = start.copy()
            start[which] = point
            small = (start[2:] < 0.02) & active[2:]
            if not small.any():
                break
            for i in np.flatnonzero(small):
                held = start.copy()
                held[2 + i] = 0.0
                if self.height(held) >= seen.height - 1e-9:
                    start = held
                    active[2 + i] = False
            if active[which].all():
                break
        full_slope, full_curve = np.zeros(4), np.full((4, 4), np.nan)
        which = np.flatnonzero(active)
        seen = self._derivatives(start[which], which, start)
        full_slope[which] = seen.slope
        full_curve[np.ix_(which, which)] = seen.curve
        return start, Look(seen.height, full_slope, full_curve)

    def _derivatives(self, part: FloatArray, which: IntArray, start: FloatArray) -> Look:
        """Return height, slopes and curvatures by central differences; the function is even in both sds."""

        def f(moved: FloatArray) -> float:
            full = start.copy()
            full[which] = moved
            full[2:] = np.abs(full[2:])
            return self.height(full)

        n = part.size
        here = f(part)
        slope, curve = np.empty(n), np.empty((n, n))
        unit = np.eye(n)
        for i in range(n):
            slope[i] = (f(part + H_SLOPE * unit[i]) - f(part - H_SLOPE * unit[i])) / (2.0 * H_SLOPE)
            up, down = f(part + H_CURVE * unit[i]), f(part - H_CURVE * unit[i])
            curve[i, i] = (up - 2.0 * here + down) / H_CURVE**2
            for j in range(i):
                a, b = H_CURVE * unit[i], H_CURVE * unit[j]
                both = f(part + a + b) - f(part + a - b) - f(part - a + b) + f(part - a - b)
                curve[i, j] = curve[j, i] = both / (4.0 * H_CURVE**2)
        return Look(here, slope, curve)
