"""The marginal likelihood of a survival distribution one or two of whose parameters vary from study to study.

Study i has parameters theta, of which the varying ones are theta_j + tau_j z_j with z independent standard normal. Each
study's integral over z is a Gauss-Hermite rule centred and stretched to its own integrand (Liu and Pierce 1994,
Biometrika 81:624-629; Pinheiro and Bates 1995, J Comput Graph Stat 4:12-35). Slopes are exact for fixed nodes; nodes
are then moved and the climb repeated until nothing changes.
"""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from remit.errors import InputError, NotConverged
from remit.stats import _at_risk
from remit.stats._at_risk import People
from remit.stats._check import FloatArray
from remit.stats._distributions import Distribution
from remit.stats._people import BoolArray, IntArray

HALF = 1e-4  # step of differences of exact slopes
MOST_ROUNDS = 12
FARTHEST, MOST_SPREAD = 30.0, 5.0
Slopes: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


class Nodes(NamedTuple):
    """Where z is looked at, shape (r, k, q), and the logarithm of each node's weight times the prior, shape (k, q)."""

    z: FloatArray
    log_weight: FloatArray


class Top(NamedTuple):
    """The highest point reached: theta and tau, height, curvatures and the largest slope left."""

    theta: FloatArray
    height: float
    curve: FloatArray
    slope: float


class Hierarchy:
    """All people of k studies and the law of their times; `effects` are the places of the parameters that vary.

    Points are vectors of the law's p parameters followed by r standard deviations. Times are in a unit where the event
    rate is 1; heights of `top` are of the times as given.
    """

    def __init__(self, studies: Sequence[People], law: Distribution, effects: Sequence[int], points: int) -> None:
        self.k, self.p, self.r, self.law = len(studies), len(law.names), len(effects), law
        self.effects = np.array(effects, dtype=np.intp)
        self.events = sum(int(who.event.sum()) for who in studies)
        self.unit = unit_of(studies)
        self.n = sum(who.time.size for who in studies)
        own = [who.time > 0.0 for who in studies]
        self._t = np.concatenate([who.time[kept] for who, kept in zip(studies, own, strict=True)]) / self.unit
        self._event = np.concatenate([who.event[kept] for who, kept in zip(studies, own, strict=True)])
        self._study = np.repeat(np.arange(self.k), [int(kept.sum()) for kept in own])
        self._member = (np.arange(self.k)[:, None] == self._study).astype(np.float64)
        x, w = np.polynomial.hermite_e.hermegauss(points)
        self._x = np.array(list(product(x, repeat=self.r))).T
        self._rule = np.log(np.array(list(product(w, repeat=self.r)))).sum(axis=1) + 0.5 * (self._x**2).sum(axis=0)

    def studies(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return each study's log-likelihood, shape (k, q), and slopes, (p, k, q), at parameters of shape (p, k, q)."""
        q, n = theta.shape[2], self._t.size
        failed = np.repeat(self._event, q)
        with np.errstate(all="ignore"):
            shape = self.law.at(theta[:, self._study, :].reshape(self.p, n * q), np.repeat(self._t, q))
            height = np.where(failed, shape.log_hazard, 0.0) + shape.log_survival
            by = np.where(failed[:, None], shape.hazard_slope, 0.0) + shape.survival_slope
            slope = (self._member @ by.reshape(n, q * self.p)).reshape(self.k, q, self.p)
            return self._member @ height.reshape(n, q), slope.transpose(2, 0, 1)

    def _at(self, point: FloatArray, z: FloatArray) -> FloatArray:
        """Return the parameters of every study at nodes z of shape (r, k, q)."""
        theta = np.repeat(point[: self.p], z.shape[1] * z.shape[2]).reshape(self.p, *z.shape[1:])
        theta[self.effects] += point[self.p :, None, None] * z
        return theta

    def nodes(self, point: FloatArray) -> Nodes:
        """Return nodes about each study's most likely z, stretched by the curvature there."""
        tau = point[self.p :]
        at = np.zeros((self.k, self.r))

        def slopes(z: FloatArray) -> tuple[FloatArray, FloatArray]:
            height, slope = self.studies(self._at(point, z.T[:, :, None]))
            own = tau[:, None] * slope[self.effects, :, 0]
            lost = ~np.isfinite(height[:, 0])
            own[:, lost] = 0.0
            return np.where(lost, -np.inf, height[:, 0]) - 0.5 * (z**2).sum(axis=1), own.T - z

        for _ in range(60):
            height, slope = slopes(at)
            values, vectors = np.linalg.eigh(self._bend(slopes, at))
            size = np.maximum(np.abs(values), 0.2)
            step = np.einsum("kij,kj->ki", vectors, np.einsum("kji,kj->ki", vectors, slope) / size)
            step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
            for _ in range(12):
                worse = ~(slopes(at + step)[0] >= height - 1e-12)
                if not worse.any():
                    break
                step[worse] *= 0.5
            at = at + step
            if np.abs(step).max() < 1e-7:
                break
        values, vectors = np.linalg.eigh(self._bend(slopes, at))
        root = np.clip(1.0 / np.sqrt(np.maximum(values, 0.2)), 0.0, 1.5)
        moved = at[:, :, None] + (vectors * root[:, None, :]) @ self._x
        prior = -0.5 * (moved**2).sum(axis=1) - 0.5 * self.r * math.log(2.0 * math.pi)
        weight = self._rule + np.log(root).sum(axis=1)[:, None]
        return Nodes(moved.transpose(1, 0, 2), weight + prior)

    def _bend(self, slopes: Slopes, at: FloatArray) -> FloatArray:
        """Return minus the curvatures, shape (k, r, r)."""
        columns = []
        for j in range(self.r):
            ahead, behind = at.copy(), at.copy()
            ahead[:, j] += HALF
            behind[:, j] -= HALF
            columns.append(-(slopes(ahead)[1] - slopes(behind)[1]) / (2.0 * HALF))
        bend = np.nan_to_num(np.stack(columns, axis=2))
        return np.asarray(0.5 * (bend + bend.transpose(0, 2, 1)), dtype=np.float64)

    def look(self, point: FloatArray, nodes: Nodes) -> tuple[float, FloatArray, FloatArray]:
        """Return the log-likelihood at fixed nodes, its slopes, and each study's mean varying parameters, (r, k)."""
        theta = self._at(point, nodes.z)
        height, slope = self.studies(theta)
        lost = ~np.isfinite(height) | ~np.isfinite(slope).all(axis=0)
        joint = np.where(lost, -np.inf, height + nodes.log_weight)
        peak = joint.max(axis=1, keepdims=True)
        if not np.isfinite(peak).all():
            return -math.inf, np.zeros(self.p + self.r), np.zeros((self.r, self.k))
        share = np.exp(joint - peak)
        mass = share.sum(axis=1, keepdims=True)
        share /= mass
        slope = np.where(lost, 0.0, slope)
        by_tau = nodes.z * slope[self.effects]
        total = np.concatenate([(share * slope).sum(axis=(1, 2)), (share * by_tau).sum(axis=(1, 2))])
        return float((peak + np.log(mass)).sum()), total, (share * theta[self.effects]).sum(axis=2)

    def _fall(self, part: FloatArray, point: FloatArray, which: IntArray, nodes: Nodes) -> tuple[float, FloatArray]:
        moved = point.copy()
        moved[which] = part
        height, slope, _ = self.look(moved, nodes)
        return (-height, -slope[which]) if math.isfinite(height) else (1e12, np.zeros(which.size))

    def top(self, start: FloatArray) -> Top:
        """Return the highest point reached from `start`; a standard deviation that starts at 0 stays there.

        Raises NotConverged where nodes do not settle or a slope is left.
        """
        point = start.copy()
        spread = np.arange(point.size) >= self.p
        free = ~spread | (point > 0.0)
        which = np.flatnonzero(free)
        bounds = [(0.0, MOST_SPREAD) if spread[j] else (-FARTHEST, FARTHEST) for j in which]
        for _ in range(MOST_ROUNDS):
            found = minimize(
                self._fall,
                point[which],
                args=(point.copy(), which, self.nodes(point)),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 200},
            )
            moved = float(np.abs(found.x - point[which]).max())
            point[which] = found.x
            if moved < 1e-5:
                break
        else:
            raise NotConverged(f"the hierarchical model moved by {moved:.2g} in its last round of {MOST_ROUNDS}")
        return self._settled(point, free & ~(spread & (point <= 0.0)), which)

    def _settled(self, point: FloatArray, loose: BoolArray, which: IntArray) -> Top:
        nodes = self.nodes(point)
        height, slope, _ = self.look(point, nodes)
        curve = np.zeros((point.size, point.size))
        for j in which:
            ahead, behind = point.copy(), point.copy()
            ahead[j] += 1e-3
            behind[j] -= 1e-3
            curve[j] = (self.look(ahead, nodes)[1] - self.look(behind, nodes)[1]) / 2e-3
        worst = float(np.abs(slope[loose]).max())
        if not worst < 1e-2:
            raise NotConverged(f"the hierarchical model still has a slope of {worst:.2g}")
        return Top(point, height - self.events * math.log(self.unit), 0.5 * (curve + curve.T), worst)


def unit_of(studies: Sequence[People]) -> float:
    """Return the time in which one event is expected: all follow-up over all events."""
    return sum(float(who.time.sum()) for who in studies) / sum(int(who.event.sum()) for who in studies)


def ready(
    times: Sequence[npt.ArrayLike], events: Sequence[npt.ArrayLike], names: Sequence[str] | None
) -> tuple[list[People], tuple[str, ...]]:
    """Return each study's people and name (its number where none is given).

    InputError for fewer than two studies, other numbers of names, no event in any study, or an event at time 0.
    """
    if len(times) != len(events) or len(times) < 2:
        raise InputError(f"{len(times)} studies' times and {len(events)} of events; expected at least two of each")
    called = tuple(str(name) for name in (range(1, len(times) + 1) if names is None else names))
    if len(called) != len(times):
        raise InputError(f"{len(called)} names of {len(times)} studies; expected one each")
    studies = [_at_risk.people(t, d) for t, d in zip(times, events, strict=True)]
    if not any(who.event.any() for who in studies):
        raise InputError("no events in any study; nothing tells when, or whether, they would come")
    for name, who in zip(called, studies, strict=True):
        if (who.event & (who.time <= 0.0)).any():
            raise InputError(f"study {name} has an event at time 0; give it the small positive time it stands for")
    return studies, called


def together(studies: Sequence[People]) -> People:
    """Return everybody as one study."""
    return People(np.concatenate([w.time for w in studies]), np.concatenate([w.event for w in studies]))
