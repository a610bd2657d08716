"""The marginal likelihood of a cure model whose logit cured fraction and latency vary from study to study.

Study i has logit cured fraction b + s u and latency location m + r v, with u and v independent standard normal; the
latency's scale is shared. Each study's double integral over u and v is a Gauss-Hermite rule centred and stretched to
its own integrand (Liu and Pierce 1994, Biometrika 81:624-629; Pinheiro and Bates 1995, J Comput Graph Stat 4:12-35).
Slopes are exact for fixed nodes; nodes are then moved and the climb repeated until nothing changes.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from scipy.optimize import minimize

from remit.errors import InputError, NotConverged
from remit.stats._at_risk import People
from remit.stats._check import FloatArray
from remit.stats._distributions import LocationScale
from remit.stats._people import BoolArray, IntArray

HALF = 1e-4  # step of differences of exact slopes
MOST_ROUNDS = 12
Slopes: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


class Nodes(NamedTuple):
    """Where u and v are looked at, shape (k, q), and the logarithm of each node's weight times the prior density."""

    u: FloatArray
    v: FloatArray
    log_weight: FloatArray


class CureNodes:
    """All people of all studies, sorted by study, events and censored apart. Parameters: b, m, log sigma, s, r."""

    def __init__(self, studies: Sequence[People], law: LocationScale, mixture: bool, points: int) -> None:
        self.k, self.mixture, self.law = len(studies), mixture, law
        self.scaled = len(law.names) > 1
        total = sum(float(who.time.sum()) for who in studies)
        self.events = sum(int(who.event.sum()) for who in studies)
        self.unit = total / self.events
        self.n = sum(who.time.size for who in studies)
        self._log_t: list[FloatArray] = []
        self._study: list[IntArray] = []
        self._member: list[FloatArray] = []
        for wanted in (True, False):
            own = [np.log(who.time[(who.event == wanted) & (who.time > 0.0)] / self.unit) for who in studies]
            self._log_t.append(np.concatenate(own))
            self._study.append(np.repeat(np.arange(self.k), [part.size for part in own]))
            self._member.append((np.arange(self.k)[:, None] == self._study[-1]).astype(np.float64))
        x, w = np.polynomial.hermite_e.hermegauss(points)
        self._x, self._y = (grid.ravel() for grid in np.meshgrid(x, x, indexing="ij"))
        self._rule = np.add.outer(np.log(w), np.log(w)).ravel() + 0.5 * (self._x**2 + self._y**2)

    def studies(self, a: FloatArray, m: FloatArray, log_sigma: float) -> tuple[FloatArray, FloatArray]:
        """Return each study's log-likelihood at q points, shape (k, q), and slopes in a, m, log sigma, (3, k, q)."""
        height, slope = np.zeros(a.shape), np.zeros((3, *a.shape))
        for i, event in enumerate((True, False)):
            log_t, study, member = self._log_t[i], self._study[i], self._member[i]
            if log_t.size:
                rows = self._rows(event, log_t[:, None], a[study], m[study], log_sigma)
                for target, row in zip((height, *slope), rows, strict=True):
                    target += member @ row
        return height, slope

    def _rows(
        self, event: bool, log_t: FloatArray, a: FloatArray, m: FloatArray, log_sigma: float
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        stretch = math.exp(-log_sigma)
        z = (log_t - m) * stretch
        log_g, log_s, g_slope, s_slope = self.law.standard(z)
        log_c, log_rest = -np.logaddexp(0.0, -a), -np.logaddexp(0.0, a)
        rest, left = np.exp(log_rest), np.exp(log_s)
        if self.mixture:
            if event:
                height, by_a, by_z = log_rest + log_g + log_s, -np.exp(log_c), g_slope + s_slope
            else:
                height = np.logaddexp(log_c, log_rest + log_s)
                by_a = np.exp(log_c + log_rest - height) * (1.0 - left)
                by_z = np.exp(log_rest + log_s - height) * s_slope
        else:
            height, by_a, by_z = log_c * (1.0 - left), rest * (1.0 - left), -log_c * left * s_slope
            if event:
                height = height + np.log(-log_c) + log_g + log_s
                by_a, by_z = by_a + rest / log_c, by_z + g_slope + s_slope
        if event:
            height = height - log_sigma - log_t
        by_sigma = -z * by_z - (1.0 if event else 0.0)
        return height, by_a, -stretch * by_z, by_sigma

    def nodes(self, theta: FloatArray) -> Nodes:
        """Return nodes about each study's most likely u and v, stretched by its curvature there."""
        b, m, log_sigma, s, r = theta.tolist()
        at = np.zeros((self.k, 2))

        def slopes(point: FloatArray) -> tuple[FloatArray, FloatArray]:
            height, slope = self.studies(b + s * point[:, 0:1], m + r * point[:, 1:2], log_sigma)
            own = np.column_stack([s * slope[0, :, 0], r * slope[1, :, 0]]) - point
            return height[:, 0] - 0.5 * (point**2).sum(axis=1), own

        for _ in range(60):
            height, slope = slopes(at)
            bend = self._bend(slopes, at)
            values, vectors = np.linalg.eigh(bend)
            size = np.maximum(np.abs(values), 0.2)
            step = np.einsum("kij,kj->ki", vectors, np.einsum("kji,kj->ki", vectors, slope) / size)
            step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
            for _ in range(12):
                worse = slopes(at + step)[0] < height - 1e-12
                if not worse.any():
                    break
                step[worse] *= 0.5
            at = at + step
            if np.abs(step).max() < 1e-7:
                break
        values, vectors = np.linalg.eigh(self._bend(slopes, at))
        root = np.clip(1.0 / np.sqrt(np.maximum(values, 0.2)), 0.0, 1.5)
        stretch = vectors * root[:, None, :]
        moved = at[:, :, None] + stretch @ np.stack([self._x, self._y])
        prior = -0.5 * (moved**2).sum(axis=1) - math.log(2.0 * math.pi)
        weight = self._rule + np.log(root).sum(axis=1)[:, None]
        return Nodes(moved[:, 0], moved[:, 1], weight + prior)

    @staticmethod
    def _bend(slopes: Slopes, at: FloatArray) -> FloatArray:
        """Return minus the curvatures, shape (k, 2, 2)."""
        columns = []
        for j in range(2):
            ahead, behind = at.copy(), at.copy()
            ahead[:, j] += HALF
            behind[:, j] -= HALF
            columns.append(-(slopes(ahead)[1] - slopes(behind)[1]) / (2.0 * HALF))
        bend = np.stack(columns, axis=2)
        return np.asarray(0.5 * (bend + bend.transpose(0, 2, 1)), dtype=np.float64)

    def look(self, theta: FloatArray, nodes: Nodes) -> tuple[float, FloatArray, FloatArray]:
        """Return the log-likelihood at fixed nodes, its slopes, and each study's mean logit cured fraction."""
        b, m, log_sigma, s, r = theta.tolist()
        a = b + s * nodes.u
        height, slope = self.studies(a, m + r * nodes.v, log_sigma)
        joint = height + nodes.log_weight
        peak = joint.max(axis=1, keepdims=True)
        share = np.exp(joint - peak)
        mass = share.sum(axis=1, keepdims=True)
        share /= mass
        by_a, by_m, by_sigma = slope
        columns = (by_a, by_m, by_sigma, nodes.u * by_a, nodes.v * by_m)
        total = np.array([float((share * c).sum()) for c in columns])
        return float((peak + np.log(mass)).sum()), total, (share * a).sum(axis=1)

    def _fall(self, part: FloatArray, theta: FloatArray, which: IntArray, nodes: Nodes) -> tuple[float, FloatArray]:
        point = theta.copy()
        point[which] = part
        height, slope, _ = self.look(point, nodes)
        return -height, -slope[which]

    def top(self, start: FloatArray, free: BoolArray) -> tuple[FloatArray, float, FloatArray, float]:
        """Return the highest point reached from `start`, its height, curvatures and largest slope."""
        theta, which = start.copy(), np.flatnonzero(free)
        bounds = [(0.0, 5.0) if j > 2 else (-12.0, 12.0) for j in which]
        for _ in range(MOST_ROUNDS):
            found = minimize(
                self._fall,
                theta[which],
                args=(theta.copy(), which, self.nodes(theta)),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 200},
            )
            moved = float(np.abs(found.x - theta[which]).max())
            theta[which] = found.x
            if moved < 1e-5:
                break
        else:
            raise NotConverged(f"the hierarchical cure model moved by {moved:.2g} in its last round of {MOST_ROUNDS}")
        nodes = self.nodes(theta)
        height, slope, _ = self.look(theta, nodes)
        curve = np.zeros((theta.size, theta.size))
        for j in which:
            ahead, behind = theta.copy(), theta.copy()
            ahead[j] += 1e-3
            behind[j] -= 1e-3
            gap = self.look(ahead, nodes)[1] - self.look(behind, nodes)[1]
            curve[j] = gap / 2e-3
        held = (theta <= 0.0) & (np.arange(theta.size) > 2)
        loose = free & ~held
        worst = float(np.abs(slope[loose]).max())
        if not worst < 1e-2:
            raise NotConverged(f"the hierarchical cure model still has a slope of {worst:.2g}")
        return theta, height - self.events * math.log(self.unit), 0.5 * (curve + curve.T), worst


def checked(studies: Sequence[People]) -> None:
    """InputError where no study has an event, or an event has time 0."""
    if not any(who.event.any() for who in studies):
        raise InputError("no events in any study; any cured fraction up to 1 fits")
    for i, who in enumerate(studies):
        if (who.event & (who.time <= 0.0)).any():
            raise InputError(f"study {i} has an event at time 0; give it the small positive time it stands for")
