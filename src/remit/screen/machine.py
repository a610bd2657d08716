"""A linear machine for few, unequal examples: it is told which records went on and which did not, and scores all.

Least squared hinge with a ridge, solved in the examples (its dual) by Newton steps with conjugate gradients.
Each example has its own strength. Sources: Keerthi and DeCoste (2005), J Mach Learn Res
6:341-361 (the Newton method and its finite end); Chapelle (2007), Neural Comput 19:1155-1178 (the same in the dual).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from remit.screen.features import Columns, Features, Rows, Whole

Singles = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Scores = Callable[[Whole, Flags, Singles], Singles]
Product = Callable[[Singles], Singles]
GRAM_UP_TO, OFTEN, AHEAD = 4_000, 12, 256
AT_ONCE_UP_TO, OFTEN_AT_ONCE = 2_100, 24
ROUNDS, STEPS, CLOSE, BLOCK = 8, 60, 2e-3, 64
BIAS = np.float32(1.0)


class Machine:
    """The machine over the rows of `features`. Every fit begins anew, so that it depends on its examples alone."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._gram = Likeness(features.by_term) if features.size <= GRAM_UP_TO else None

    def scores(self, examples: Whole, goes_on: Flags, strength: Singles) -> Singles:
        """Return a score for every row: the higher, the more it is like the examples that went on.

        Parameters
        ----------
        examples : shape (m,)
            Numbers of the rows that are examples, each once.
        goes_on, strength : shape (m,)
            Whether each went on, and what a mistake on it costs (above 0).
        """
        return self.course()(examples, goes_on, strength)

    def course(self) -> Scores:
        """Return scores for fits that follow one another, each told the examples of the last and more.

        Each begins where the last ended and copies only what is new, so that it takes a fraction of the time; within
        the tolerance of the fit the scores are those of `scores`.
        """
        return self._scores if self._gram is None else _Course(self._gram)

    def _scores(self, examples: Whole, goes_on: Flags, strength: Singles) -> Singles:
        term, bias = weights(self.features.rows(examples), goes_on, strength)
        return np.asarray(self.features.times(term) + bias, dtype=np.float32)


class _Course:
    """Fits that follow one another over inner products worked out before."""

    def __init__(self, gram: "Likeness") -> None:
        self._gram = gram
        self._last = np.zeros(gram.size, np.float32)
        self._begin()

    def _begin(self) -> None:
        n = self._gram.size
        self._held = np.zeros(0, np.int64)
        self._place = np.full(n, -1)
        self._weight = np.zeros(n, np.float32)
        self._beside = np.empty((0, n), np.float32)
        self._among = np.empty((0, 0), np.float32)

    def __call__(self, examples: Whole, goes_on: Flags, strength: Singles) -> Singles:
        self._tell(examples[self._place[examples] < 0])
        if self._held.size > examples.size:
            self._begin()
            self._tell(examples)
        m, place = examples.size, self._place[examples]
        y, cost = np.empty(m, np.float32), np.empty(m, np.float32)
        y[place] = goes_on
        y += y - 1
        cost[place] = strength
        among, weight = self._among[:m, :m], self._weight[:m]
        start = np.where(weight * y > 0, weight, y * cost)
        weight[:] = fitted(lambda v: among @ v, among.diagonal(), y, cost, start)
        self._last = np.asarray(weight @ self._beside[:m], dtype=np.float32)
        return self._last.copy()

    def _tell(self, new: Whole) -> None:
        """Take up examples not held yet."""
        m, whole = self._held.size, self._held.size + new.size
        if whole > self._beside.shape[0]:
            self._grow(min(max(2 * m, whole + AHEAD), self._gram.size))
        self._held = np.concatenate([self._held, new])
        self._place[new] = np.arange(m, whole)
        rows = self._gram.rows(new, self._last)
        self._beside[m:whole] = rows
        self._among[m:whole, :whole] = rows.take(self._held, axis=1)
        self._among[:m, m:whole] = self._among[m:whole, :m].T

    def _grow(self, room: int) -> None:
        m = self._held.size
        beside, among = np.empty((room, self._gram.size), np.float32), np.empty((room, room), np.float32)
        beside[:m], among[:m, :m] = self._beside[:m], self._among[:m, :m]
        self._beside, self._among = beside, among


class Likeness:
    """The inner product of every row with every other, plus the bias: of few rows all worked out at once, of many when
    asked for and kept.

    Terms of many rows are multiplied as full arrays, the rest as sparse ones.
    """

    def __init__(self, turned: Columns) -> None:
        self.size = n = int(turned.shape[0])
        at_once = n <= AT_ONCE_UP_TO
        held = np.diff(turned.indptr).astype(np.int64)
        often = n / (OFTEN_AT_ONCE if at_once else OFTEN)
        many, few = held > often, (held > 1) & (held <= often)
        self._full: Singles = turned[:, np.flatnonzero(many)].tocsr().toarray()
        self._lengths = np.bincount(turned.indices, turned.data**2, n).astype(np.float32)
        self._known = np.full(n, at_once)
        if at_once:
            self._held = self._whole(turned, np.where(few, held, 0))
            return
        self._held = np.empty((n, n), np.float32)
        here = np.repeat(few, held)
        starts = np.concatenate([[0], np.cumsum(held[few])])
        part = sparse.csc_array((turned.data[here], turned.indices[here], starts), shape=(n, starts.size - 1))
        self._part, self._turned = part.tocsr(), part.T

    def _whole(self, turned: Columns, held: Whole) -> Singles:
        """Every row; `held` says how many rows have each term, 0 for the terms that are in full arrays."""
        found: Singles = self._full @ self._full.T
        half = _half(turned, held)
        found += half
        for i in range(0, self.size, BLOCK):
            found[i : i + BLOCK, : i + BLOCK] += half[: i + BLOCK, i : i + BLOCK].T
        np.fill_diagonal(found, self._lengths)
        found += BIAS
        return found

    def rows(self, which: Whole, likely: Singles) -> Singles:
        """Return the rows of those numbers; where one is new, those `likely` to be asked for next are done with it."""
        new = which[~self._known[which]]
        if new.size:
            waiting = np.flatnonzero(~self._known)
            ahead = min(max(AHEAD, new.size // 4), waiting.size)
            best = waiting[np.argpartition(-likely[waiting], ahead - 1)[:ahead]]
            self._work_out(np.union1d(new, best))
        return self._held.take(which, axis=0)

    def _work_out(self, which: Whole) -> None:
        found = (self._part[which] @ self._turned).toarray()
        found += self._full[which] @ self._full.T
        found[np.arange(which.size), which] = self._lengths[which]
        self._held[which] = found + BIAS
        self._known[which] = True


def _half(turned: Columns, held: Whole) -> Singles:
    """What each two rows share over the terms that `held` says so many rows have (0: left out), at one of the two's two
    places only. Terms of as many rows are worked out together.
    """
    n, order = int(turned.shape[0]), np.argsort(held.astype(np.uint16), kind="stable")
    order = order[np.searchsorted(held[order], 2) :]
    sizes, groups = held[order], np.bincount(held)[2:].tolist()
    at = np.arange(sizes.sum()) + np.repeat(turned.indptr[order] - (np.cumsum(sizes) - sizes), sizes)
    row, weight = turned.indices.take(at).astype(np.int64), turned.data.take(at)
    line, found, end = row * n, np.zeros(n * n, np.float32), 0
    other, one = np.tril_indices(len(groups) + 1, -1)
    for size, many in enumerate(groups, 2):
        begin, end, pairs = end, end + many * size, size * (size - 1) // 2
        lines, rows, weights = (x[begin:end].reshape(many, size) for x in (line, row, weight))
        place, value = lines.take(one[:pairs], 1), weights.take(one[:pairs], 1)
        place += rows.take(other[:pairs], 1)
        value *= weights.take(other[:pairs], 1)
        np.add.at(found, place.ravel(), value.ravel())
    return found.reshape(n, n)


def fitted(product: Product, diagonal: Singles, y: Singles, strength: Singles, start: Singles) -> Singles:
    """Return the weight of each example at the least of 1/2 |w|^2 + sum of strength * max(0, 1 - y f)^2.

    `product` multiplies by the matrix of inner products of the examples, `diagonal` is its diagonal, f that matrix
    times the weights. At the least, weight = 2 strength (y - f) where y f < 1 and 0 elsewhere.
    """
    ridge = np.float32(0.5) / strength
    a, f = start, product(start)
    inside = y * f < 1
    for _ in range(ROUNDS):
        if np.count_nonzero(a[~inside]):
            a = a * inside
            f = product(a)
        a, f = _solved(product, diagonal, ridge, inside, y, a, f)
        before, inside = inside, y * f < 1
        if not np.count_nonzero(before ^ inside):
            break
    return a


def _solved(
    product: Product, diagonal: Singles, ridge: Singles, inside: Flags, y: Singles, a: Singles, f: Singles
) -> tuple[Singles, Singles]:
    """Solve (K + ridge) a = y on the examples `inside`, the others held at 0, by preconditioned conjugate gradients
    from `a`, of which K makes `f`; return both anew.
    """
    on = inside.astype(np.float32)
    scale = on / (diagonal + ridge)
    at, by = np.array([a, f, on * (f - y + ridge * a)]), np.zeros((3, y.size), np.float32)
    over, (step, made, moved) = at[2], by
    size, aim = np.inf, CLOSE**2 * max(float(np.count_nonzero(inside)), 1.0)
    for _ in range(STEPS):
        if float(over @ over) <= aim:
            break
        along = scale * over
        before, size = size, float(over @ along)
        if size <= 0:
            break
        step *= np.float32(size / before)
        step -= along
        made[:] = product(step)
        np.multiply(ridge, step, out=moved)
        moved += made
        moved *= on
        at += np.float32(size / float(step @ moved)) * by
    return at[0], at[1]


def weights(rows: Rows, goes_on: Flags, strength: Singles) -> tuple[Singles, np.float32]:
    """Return what the machine learns from examples alone: a weight per term, and what is added to every score.

    `rows`, `goes_on` and `strength` are the examples', as in `Machine.scores`.
    """
    y = np.where(goes_on, np.float32(1), np.float32(-1))
    turned = rows.T.tocsr()
    diagonal = np.asarray(rows.multiply(rows).sum(axis=1)).ravel() + BIAS
    a = fitted(lambda v: rows @ (turned @ v) + BIAS * v.sum(), diagonal, y, strength, y * strength)
    return np.asarray(turned @ a, dtype=np.float32), np.float32(BIAS * a.sum())
