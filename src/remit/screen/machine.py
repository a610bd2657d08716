"""A linear machine for few, unequal examples: it is told which records went on and which did not, and scores all.

Least squared hinge with a ridge, solved in the examples (its dual) by Newton steps with conjugate gradients.
Each example has its own strength. Sources: Keerthi and DeCoste (2005), J Mach Learn Res
6:341-361 (the Newton method and its finite end); Chapelle (2007), Neural Comput 19:1155-1178 (the same in the dual).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from remit.screen.features import Features, Rows, Whole

Singles = npt.NDArray[np.float32]
Product = Callable[[Singles], Singles]
GRAM_UP_TO, OFTEN = 4_000, 40
ROUNDS, STEPS, CLOSE = 8, 60, 2e-3
BIAS = np.float32(1.0)


class Machine:
    """The machine over the rows of `features`. Every fit begins anew, so that it depends on its examples alone."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._gram: Singles | None = None
        if features.size <= GRAM_UP_TO:
            rows = features.rows(np.arange(features.size))
            self._gram = likeness(rows) + BIAS

    def scores(self, examples: Whole, goes_on: npt.NDArray[np.bool_], strength: Singles) -> Singles:
        """Return a score for every row: the higher, the more it is like the examples that went on.

        Parameters
        ----------
        examples : shape (m,)
            Numbers of the rows that are examples, each once.
        goes_on, strength : shape (m,)
            Whether each went on, and what a mistake on it costs (above 0).
        """
        y = np.where(goes_on, np.float32(1), np.float32(-1))
        start = y * strength
        if self._gram is not None:
            beside = self._gram.take(examples, axis=0)
            among = beside.take(examples, axis=1)
            a = fitted(lambda v: among @ v, among.diagonal(), y, strength, start)
            found = a @ beside
        else:
            rows = self.features.rows(examples)
            turned = rows.T.tocsr()
            diagonal = np.asarray(rows.multiply(rows).sum(axis=1)).ravel() + BIAS
            a = fitted(lambda v: rows @ (turned @ v) + BIAS * v.sum(), diagonal, y, strength, start)
            found = self.features.times(turned @ a) + BIAS * a.sum()
        return np.asarray(found, dtype=np.float32)


def likeness(rows: Rows) -> Singles:
    """Return the inner product of every two rows: terms of many rows as full arrays, the rest as sparse."""
    n, columns = rows.shape
    held = np.bincount(rows.indices, minlength=columns)
    many, few = held > n / OFTEN, (held > 1) & (held <= n / OFTEN)
    full = rows[:, np.flatnonzero(many)].toarray()
    rest = rows[:, np.flatnonzero(few)]
    found: Singles = np.asarray((rest @ rest.T).toarray(), dtype=np.float32) + full @ full.T
    np.fill_diagonal(found, np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return found


def fitted(product: Product, diagonal: Singles, y: Singles, strength: Singles, start: Singles) -> Singles:
    """Return the weight of each example at the least of 1/2 |w|^2 + sum of strength * max(0, 1 - y f)^2.

    `product` multiplies by the matrix of inner products of the examples, `diagonal` is its diagonal, f that matrix
    times the weights. At the least, weight = 2 strength (y - f) where y f < 1 and 0 elsewhere.
    """
    ridge = (1 / (2 * strength)).astype(np.float32)
    a, f = start, product(start)
    for _ in range(ROUNDS):
        inside = y * f < 1
        a = _solved(product, diagonal, ridge, inside, y, a * inside.astype(np.float32))
        f = product(a)
        if np.array_equal(y * f < 1, inside):
            break
    return a


def _solved(
    product: Product, diagonal: Singles, ridge: Singles, inside: npt.NDArray[np.bool_], y: Singles, start: Singles
) -> Singles:
    """Solve (K + ridge) a = y on the examples `inside`, the others held at 0, by preconditioned conjugate gradients."""
    on = inside.astype(np.float32)
    scale = on / (diagonal + ridge)
    a = start
    rest = on * (y - product(a) - ridge * a)
    along = scale * rest
    step, size = along.copy(), float(rest @ along)
    aim = CLOSE**2 * max(float(on.sum()), 1.0)
    for _ in range(STEPS):
        if float(rest @ rest) <= aim or size <= 0:
            break
        moved = on * (product(step) + ridge * step)
        length = np.float32(size / float(step @ moved))
        a = a + length * step
        rest = rest - length * moved
        along = scale * rest
        again = float(rest @ along)
        step, size = along + np.float32(again / size) * step, again
    return a
