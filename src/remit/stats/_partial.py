"""Cox's partial likelihood with tied deaths, all strata at once, by cumulative sums over people sorted by time.

Rows are deaths: with Efron's correction the l-th of d deaths at one time (l = 0 .. d-1) sees the sum over people at
risk less l/d of the sum over those who die then; with Breslow's it sees the whole sum.
Sources: Cox (1972), J R Stat Soc B 34:187-220; Efron (1977), J Am Stat Assoc 72:557-565; Breslow (1974), Biometrics
30:89-99.
"""

from dataclasses import dataclass

import numpy as np

from remit.stats._check import FloatArray
from remit.stats._people import BoolArray, IntArray

MOST = 600.0
"""Largest log of a person's risk that is carried as it is; only a likelihood without a maximum goes beyond."""


@dataclass(frozen=True, slots=True)
class Moments:
    """At one coefficient vector: the log-likelihood, its slope (p,) and curvature (p, p).

    Per death the sum of the risks it sees and their weighted mean of x; per person exp(x beta).
    """

    log_likelihood: float
    score: FloatArray
    information: FloatArray
    total: FloatArray
    mean: FloatArray
    risk: FloatArray


class Partial:
    """People sorted by stratum, then by time from last to first, with the places of deaths known beforehand."""

    def __init__(self, time: FloatArray, event: BoolArray, x: FloatArray, layer: IntArray, efron: bool) -> None:
        order = np.lexsort((-time, layer))
        self.order = order
        self.time: FloatArray = time[order]
        self.event: BoolArray = event[order]
        self.layer: IntArray = layer[order]
        self.x: FloatArray = x[order]
        n = time.size
        fresh = np.concatenate(([True], (self.time[1:] != self.time[:-1]) | (self.layer[1:] != self.layer[:-1])))
        block = np.cumsum(fresh) - 1
        ends = np.concatenate((np.flatnonzero(fresh)[1:], [n]))
        first_of_layer = np.searchsorted(self.layer, self.layer[ends - 1], side="left")
        deaths = np.bincount(block, weights=self.event, minlength=ends.size).astype(np.intp)
        used = np.flatnonzero(deaths)
        self.block_time: FloatArray = self.time[ends[used] - 1]
        self.block_layer: IntArray = self.layer[ends[used] - 1]
        self.deaths: IntArray = deaths[used]
        self.block_end: IntArray = ends[used]
        self.block_layer_start: IntArray = first_of_layer[used]
        self.dead: IntArray = np.flatnonzero(self.event)
        self.row_block: IntArray = np.repeat(np.arange(used.size), self.deaths)
        begin = np.concatenate(([0], np.cumsum(self.deaths)[:-1]))
        within = np.arange(self.dead.size) - np.repeat(begin, self.deaths)
        self.begin: IntArray = begin.astype(np.intp)
        self.share: FloatArray = within / self.deaths[self.row_block] if efron else np.zeros(self.dead.size)
        self.tied = bool(efron and np.any(self.deaths > 1))
        p = x.shape[1]
        upper = np.triu_indices(p)
        self.pairs = upper
        self.columns: FloatArray = np.column_stack((np.ones(n), self.x, self.x[:, upper[0]] * self.x[:, upper[1]]))
        fresh_layer = np.concatenate(([True], self.layer[1:] != self.layer[:-1]))
        self.layers: IntArray = np.flatnonzero(fresh_layer)
        """Where each stratum begins; people see only their own, so sums never run over from one to the next."""
        self.layer_of: IntArray = np.cumsum(fresh_layer) - 1
        self.efron = efron

    def without(self, column: int) -> "Partial":
        """Return the same people, in the same order, with one covariate left out."""
        kept = np.delete(self.x, column, axis=1)
        return Partial(self.time, self.event, kept, self.layer, self.efron)

    def at(self, beta: FloatArray, offset: FloatArray | None = None) -> Moments:
        """Return the log partial likelihood and what its derivatives are made of, at `beta`.

        Where risks lie so far apart that a death sees a sum of 0, the log-likelihood is -inf and the rest unusable.
        """
        p = beta.size
        eta = self.x @ beta if offset is None else self.x @ beta + offset
        top = np.maximum.reduceat(eta, self.layers)[self.layer_of]
        risk = np.exp(eta - top)
        rows = self._rows(risk)
        total = rows[:, 0]
        if not (np.isfinite(top).all() and total.min() > 1e-290):
            none = np.zeros(p)
            return Moments(-np.inf, none, np.zeros((p, p)), total, rows[:, 1 : p + 1], risk)
        mean = rows[:, 1 : p + 1] / total[:, None]
        second = rows[:, p + 1 :].T @ (1.0 / total)
        information = np.zeros((p, p))
        information[self.pairs] = second
        information = information + np.triu(information, 1).T - mean.T @ mean
        score = self.x[self.dead].sum(axis=0) - mean.sum(axis=0)
        level = float((eta - top)[self.dead].sum() - np.log(total).sum())
        scale = np.exp(np.minimum(top, MOST))
        return Moments(level, score, information, total * scale[self.dead], mean, risk * scale)

    def row_information(self, beta: FloatArray) -> FloatArray:
        """Return the variance of x over those each death sees, shape (deaths, p, p)."""
        p = beta.size
        eta = self.x @ beta
        rows = self._rows(np.exp(eta - np.maximum.reduceat(eta, self.layers)[self.layer_of]))
        rows = rows / rows[:, :1]
        each = np.zeros((rows.shape[0], p, p))
        each[:, self.pairs[0], self.pairs[1]] = rows[:, p + 1 :]
        each[:, self.pairs[1], self.pairs[0]] = rows[:, p + 1 :]
        mean = rows[:, 1 : p + 1]
        variance: FloatArray = each - mean[:, :, None] * mean[:, None, :]
        return variance

    def _rows(self, risk: FloatArray) -> FloatArray:
        """Per death, the sums over those it sees of risk times 1, each covariate and each product of two."""
        weighted = self.columns * risk[:, None]
        running = np.empty_like(weighted)
        for first, last in zip(self.layers, [*self.layers[1:], weighted.shape[0]], strict=True):
            np.cumsum(weighted[first:last], axis=0, out=running[first:last])
        seen = running[self.block_end - 1]
        rows = seen[self.row_block]
        if self.tied:
            gone = np.add.reduceat(weighted[self.dead], self.begin, axis=0)
            rows = rows - self.share[:, None] * gone[self.row_block]
        return rows
