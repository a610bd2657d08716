"""Likelihood of a weight-function model: normal random effects seen through a filter on their p values.

The chance A of a study to be seen is a sum over cells of p: the chance that its p falls there times the cell's weight.
For step functions the cells are the steps and the sum is exact; for smooth weights they are Gauss-Legendre nodes
along z with both tails in closed form. Derivatives of Q follow from the heat equation of the normal distribution:
d/dtau2 = 1/2 d2/dmu2.

Words: z is effect / standard error, turned so that large z means small p; t is tau2; delta are the filter's parameters.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from remit.stats import compiled, likelihood_kernels
from remit.stats._ascent import Look
from remit.stats._check import FloatArray
from remit.stats.likelihood_kernels import LOG_ROOT, UNSEEN
from remit.stats.result import Result

NODES = 100
Shape = Literal["step", "beta", "half-normal", "negative-exponential", "logistic", "power"]
FLOOR = {"beta": 1e-5}  # p is kept this far from 0 and 1, where the beta weight has no bound
ENDS = 1e-13


@dataclass(frozen=True, slots=True)
class Cells(Result):
    """Cells of p along z, and where each study's own p lies.

    `edges`: z between cells, rising; `nodes` and `spans`: the quadrature between the outer edges, empty for steps.
    `share` takes the cells' weights to the constant and the factors of edges and nodes: A = c0 + [P(z > edges), density
    at nodes] @ c. `statistics` and `own`: what delta multiplies in the log weight, at cells and at studies; for steps
    `own` holds the interval of each study.
    """

    edges: FloatArray
    nodes: FloatArray
    spans: FloatArray
    share: FloatArray
    statistics: FloatArray
    own: FloatArray
    shape: Shape


def step_cells(z: FloatArray, steps: tuple[float, ...], two_sided: bool) -> Cells:
    """Return cells for steps at rising p below 1; with `two_sided` p is two-sided."""
    none = np.empty(0)
    cuts = -ndtri(np.array(steps) / (2.0 if two_sided else 1.0))  # falling
    p = 2.0 * ndtr(-np.abs(z)) if two_sided else ndtr(-z)
    own = np.searchsorted(np.array(steps), p, side="left").astype(np.float64)
    m = len(steps)
    belongs = (*range(m + 1), *range(m - 1, -1, -1)) if two_sided else tuple(range(m, -1, -1))
    edges = np.concatenate((-cuts, cuts[::-1])) if two_sided else cuts[::-1].copy()
    pick = np.eye(m + 1)[:, list(belongs)]
    share = np.ascontiguousarray(np.concatenate((pick[:, :1], np.diff(pick, axis=1)), axis=1))
    return Cells(edges, none, none, share, none, own, "step")


def smooth_cells(z: FloatArray, shape: Shape) -> Cells:
    """Return quadrature cells, both tails first, for a smooth weight of the one-sided p."""
    low = FLOOR.get(shape, 0.0)
    end, nodes, spans = _rule(max(low, ENDS))
    p, q = ndtr(-nodes), ndtr(nodes)
    cell_p = np.concatenate(([1.0 - low, low], p))
    cell_q = np.concatenate(([low, 1.0 - low], q))
    own_p, own_q = np.clip(ndtr(-z), low, 1.0 - low), np.clip(ndtr(z), low, 1.0 - low)
    share = np.zeros((nodes.size + 2, nodes.size + 3))
    share[0, 0], share[0, 1], share[1, 2] = 1.0, -1.0, 1.0
    share[2:, 3:] = np.eye(nodes.size)
    at_cells, at_studies = _statistics(shape, cell_p, cell_q), _statistics(shape, own_p, own_q)
    return Cells(np.array([-end, end]), nodes, spans, share, at_cells, at_studies, shape)


@lru_cache(maxsize=4)
def _rule(tail: float) -> tuple[float, FloatArray, FloatArray]:
    end = -float(ndtri(tail))
    x, w = np.polynomial.legendre.leggauss(NODES)
    return end, end * x, end * w


def _statistics(shape: Shape, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return what delta multiplies in the log weight, shape (parameters, n); the logistic weight is finished later."""
    if shape == "half-normal":
        return -(p * p)[None, :]
    if shape == "power":
        with np.errstate(divide="ignore"):
            return np.maximum(np.log(q), -1e4)[None, :]
    if shape == "beta":
        return np.stack((np.log(p), np.log(q)))
    return -p[None, :]


class Likelihood:
    """Log-likelihood of (mu, t, delta...) for effects y with variances v and cells of p.

    delta enters as given for smooth weights and as log delta of every step but the first for steps; with `fixed`, the
    weights of all steps, there is none.
    """

    def __init__(self, y: FloatArray, v: FloatArray, cells: Cells, fixed: FloatArray | None = None) -> None:
        self.y, self.v, self.s, self.cells, self.fixed = y, v, np.sqrt(v), cells, fixed
        self.edges = np.multiply.outer(self.s, cells.edges)
        self.nodes = np.multiply.outer(self.s, cells.nodes)
        if cells.shape == "step":
            self.own = cells.own.astype(np.intp)
            self.tally = np.bincount(self.own, minlength=cells.share.shape[0]).astype(np.float64)

    def at(self, point: FloatArray) -> Look:
        """Return height, slopes and curvatures at (mu, t, delta...)."""
        if self.cells.shape == "step" and compiled.loaded():
            return self._compiled(point)
        mu, v, n = float(point[0]), self.v + point[1], point.size
        parts = np.empty((2, v.size))
        w = np.divide(1.0, v, out=parts[0])
        rw = np.multiply(self.y - mu, w, out=parts[1])
        (total, pull), ((ww, rww), (_, square)) = parts.sum(axis=1).tolist(), (parts @ parts.T).tolist()
        slope, curve = np.empty(n), np.zeros((n, n))
        own, slope[2:], curve[2:, 2:], weight, first, second = self._weights(point[2:])
        slope[0], slope[1] = pull, 0.5 * (square - total)
        rrw = rw * rw
        curve[0, 0], curve[0, 1], curve[1, 1] = -total, -rww, 0.5 * ww - float(rrw @ w)
        a = self._subtract_seen(mu, w, weight, first, second, slope, curve)
        curve[1, 0] = curve[0, 1]
        curve[2:, :2] = curve[:2, 2:].T
        if not a.min() > UNSEEN:
            return Look(-np.inf, slope, curve)
        height = own - 0.5 * float(rrw @ v) + float(np.log(np.sqrt(w) / a).sum())
        return Look(height - self.y.size * LOG_ROOT, slope, curve)

    def _compiled(self, point: FloatArray) -> Look:
        """Return the look at steps by compiled functions; last digits may differ."""
        slope, curve, delta = np.zeros(point.size), np.zeros((point.size, point.size)), point[2:]
        if self.fixed is None:
            weight = np.exp(np.minimum(np.concatenate((np.zeros(1), delta)), 700.0))
            slope[2:] = self.tally[1:]
            own = float(self.tally[1:] @ delta)
        else:
            weight, own = self.fixed, float(np.log(self.fixed[self.own]).sum())
        height = likelihood_kernels.step_look(
            self.y, self.v, self.edges, weight, self.cells.share, point[0], point[1], slope, curve
        )
        return Look(own + height, slope, curve)

    def _subtract_seen(
        self,
        mu: float,
        w: FloatArray,
        weight: FloatArray,
        first: FloatArray,
        second: FloatArray,
        slope: FloatArray,
        curve: FloatArray,
    ) -> FloatArray:
        """Take sum log A off slopes and the upper half of curvatures; return A, shape (k,)."""
        share = self.cells.share
        c = weight @ share
        chances = self._chances(mu, w)
        seen = chances @ c[1:]
        a: FloatArray = c[0] + seen[0]
        if not a.min() > UNSEEN:
            return a
        inverse = 1.0 / a
        g = np.empty((slope.size, a.size))
        np.multiply(seen[1:3], inverse, out=g[:2])
        by_t, by_mt, by_tt = (seen[2:] @ inverse).tolist()
        if first.shape[0]:
            c1, summed = first @ share, inverse @ chances[:3]
            g[2:] = (c1[:, :1] + c1[:, 1:] @ chances[0].T) * inverse
            curve[:2, 2:] -= summed[1:] @ c1[:, 1:].T
            c2 = second @ share
            curve[2:, 2:] -= c2[..., 0] * inverse.sum() + c2[..., 1:] @ summed[0]
        curve[0, 0] -= 2.0 * by_t
        curve[0, 1] -= by_mt
        curve[1, 1] -= by_tt
        slope -= g.sum(axis=1)
        curve += g @ g.T
        return a

    def _chances(self, mu: float, w: FloatArray) -> FloatArray:
        """Return P(z > edge) and densities at nodes with derivatives mu, t, mu t, t t; shape (5, k, edges + nodes)."""
        scale = np.sqrt(w)[:, None]
        u = (self.edges - mu) * scale
        edges = u.shape[1]
        out = np.empty((5, w.size, edges + self.nodes.shape[1]))
        u2 = u * u
        out[0, :, :edges] = ndtr(-u)
        f = np.multiply(np.exp(-0.5 * u2 - LOG_ROOT), scale, out=out[1, :, :edges])
        g = (0.5 * scale) * f
        out[2, :, :edges] = g * u
        g *= scale
        out[3, :, :edges] = g * (u2 - 1.0)
        g *= 0.5 * scale
        out[4, :, :edges] = g * u * (u2 - 3.0)
        if not self.nodes.size:
            return out
        u = (self.nodes - mu) * scale
        u2 = u * u
        f = np.exp(-0.5 * u2 - LOG_ROOT) * (self.s[:, None] * scale * self.cells.spans)
        g = f * (scale * scale)
        out[0, :, edges:] = f
        out[1, :, edges:] = f * u * scale
        out[2, :, edges:] = 0.5 * g * (u2 - 1.0)
        out[3, :, edges:] = 0.5 * g * scale * u * (u2 - 3.0)
        out[4, :, edges:] = 0.25 * g * (scale * scale) * ((u2 - 6.0) * u2 + 3.0)
        return out

    def _weights(self, delta: FloatArray) -> tuple[float, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the studies' own log weights with derivatives, and each cell's weight with first and second ones."""
        if self.cells.shape == "step":
            return self._step_weights(delta)
        if self.cells.shape == "logistic":
            return self._logistic_weights(delta)
        beta = self.cells.shape == "beta"
        power = delta - 1.0 if beta else delta
        own = self.cells.own.sum(axis=1)
        t = self.cells.statistics
        weight = np.exp(np.minimum(power @ t, 700.0))
        first = t * weight
        second = first[None, :, :] * t[:, None, :]
        n = power.size
        return float(power @ own), own, np.zeros((n, n)), weight, first, second

    def _logistic_weights(
        self, delta: FloatArray
    ) -> tuple[float, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Weight 2 / (1 + exp(delta p))."""

        def parts(p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
            x = delta[0] * p
            down = 1.0 / (1.0 + np.exp(np.minimum(x, 700.0)))
            return np.log(2.0) - np.logaddexp(0.0, x), -p * (1.0 - down), -p * p * down * (1.0 - down)

        log_own, own1, own2 = parts(-self.cells.own[0])
        log_w, w1, w2 = parts(-self.cells.statistics[0])
        weight = np.exp(log_w)
        return (
            float(log_own.sum()),
            np.array([own1.sum()]),
            np.array([[own2.sum()]]),
            weight,
            (w1 * weight)[None, :],
            ((w2 + w1 * w1) * weight)[None, None, :],
        )

    def _step_weights(
        self, log_delta: FloatArray
    ) -> tuple[float, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        if self.fixed is not None:
            none = np.empty(0)
            own = float(np.log(self.fixed[self.own]).sum())
            cells = self.fixed.size
            return own, none, np.empty((0, 0)), self.fixed, np.empty((0, cells)), np.empty((0, 0, cells))
        weight = np.exp(np.minimum(np.concatenate((np.zeros(1), log_delta)), 700.0))
        first = np.diag(weight)[1:]
        second = np.zeros((log_delta.size, log_delta.size, weight.size))
        at = np.arange(log_delta.size)
        second[at, at, at + 1] = weight[1:]
        tally = self.tally[1:]
        return float(tally @ log_delta), tally, np.zeros((at.size, at.size)), weight, first, second
