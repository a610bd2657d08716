"""How true effects vary together: the random parts that `_mixed` climbs over, with exact derivatives."""

import numpy as np
import numpy.typing as npt

from remit.stats._check import FloatArray

IntArray = npt.NDArray[np.intp]
FREE = (-np.inf, np.inf)
POSITIVE = (0.0, np.inf)


class Groups:
    """One variance per level; effects of the same group at that level share a deviation. theta: the variances."""

    def __init__(self, keys: list[IntArray]) -> None:
        self._same = [(key[:, None] == key).astype(np.float64) for key in keys]
        self.bounds = (POSITIVE,) * len(keys)

    def build(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the sum of each variance times its groups, and the groups."""
        total = np.zeros_like(self._same[0])
        for value, same in zip(theta, self._same, strict=True):
            total += value * same
        return total, self._same

    def starts(self, between: float) -> list[FloatArray]:
        """Return all variance shared alike, much of it at each level in turn, and nearly none."""
        j = len(self._same)
        alike = np.full(j, between / j)
        one = [np.where(np.arange(j) == i, 0.9 * between, 0.1 * between / j) for i in range(j)] if j > 1 else []
        return [alike, *one, np.full(j, 0.01 * between), np.full(j, 3.0 * between)]


class Outcomes:
    """A covariance of m outcomes, the same in every study. Subclasses say what theta is."""

    bounds: tuple[tuple[float, float], ...]

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        self._same = (study[:, None] == study).astype(np.float64)
        self._at = np.ix_(outcome, outcome)
        self.m = m

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the (m, m) covariance and its derivatives."""
        raise NotImplementedError

    def build(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the covariance of all effects and its derivatives."""
        g, derivatives = self.small(theta)
        return g[self._at] * self._same, [d[self._at] * self._same for d in derivatives]

    def starts(self, between: float) -> list[FloatArray]:
        """Return points from which to climb."""
        raise NotImplementedError


class Unstructured(Outcomes):
    """theta: the lower triangle, row by row, of a Cholesky factor, so that the covariance is never negative."""

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        super().__init__(study, outcome, m)
        self._rows, self._columns = np.tril_indices(m)
        self.bounds = tuple(POSITIVE if a == b else FREE for a, b in zip(self._rows, self._columns, strict=True))

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return L L' and its derivatives."""
        factor = np.zeros((self.m, self.m))
        factor[self._rows, self._columns] = theta
        derivatives: list[FloatArray] = []
        for a, b in zip(self._rows, self._columns, strict=True):
            d = np.zeros((self.m, self.m))
            d[a] = factor[:, b]
            derivatives.append(d + d.T)
        return factor @ factor.T, derivatives

    def starts(self, between: float) -> list[FloatArray]:
        """Return independent outcomes, positively and negatively correlated ones, and little or much variance."""
        out: list[FloatArray] = []
        lowest = -0.9 / max(self.m - 1, 1)
        for size, rho in ((1.0, 0.0), (0.5, 0.6), (0.5, 0.5 * lowest), (0.05, 0.0), (3.0, 0.6)):
            g = size * between * (np.full((self.m, self.m), rho) + (1.0 - rho) * np.eye(self.m))
            out.append(np.asarray(np.linalg.cholesky(g)[self._rows, self._columns], dtype=np.float64))
        return out


class CompoundSymmetric(Outcomes):
    """One variance and correlation. theta: the eigenvalues of the covariance, both at least 0."""

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        super().__init__(study, outcome, m)
        mean: FloatArray = np.full((m, m), 1.0 / m)
        self._parts: list[FloatArray] = [mean, np.eye(m) - mean] if m > 1 else [mean]
        self.bounds = (POSITIVE,) * len(self._parts)

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the covariance and its derivatives."""
        return np.tensordot(theta, np.stack(self._parts), axes=1), self._parts

    def starts(self, between: float) -> list[FloatArray]:
        """Return several ratios of the eigenvalues."""
        ratios = ((1.0, 1.0), (2.0, 0.3), (0.3, 1.0), (0.05, 0.05))
        return [between * np.array(r[: len(self._parts)]) for r in ratios]


class Heterogeneous(Outcomes):
    """Own standard deviations and one correlation. theta: the standard deviations, then the correlation."""

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        super().__init__(study, outcome, m)
        self._lowest = -1.0 / max(m - 1, 1)
        self.bounds = ((POSITIVE,) * m) + ((self._lowest, 1.0),)

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the covariance and its derivatives."""
        tau, rho = theta[:-1], float(theta[-1])
        shape = np.full((self.m, self.m), rho)
        np.fill_diagonal(shape, 1.0)
        derivatives: list[FloatArray] = []
        for i in range(self.m):
            d = np.zeros((self.m, self.m))
            d[i] = shape[i] * tau
            derivatives.append(d + d.T)
        return shape * tau[:, None] * tau, [*derivatives, (1.0 - np.eye(self.m)) * tau[:, None] * tau]

    def starts(self, between: float) -> list[FloatArray]:
        """Return independent, positively and negatively correlated outcomes, and little variance."""
        tau = np.full(self.m, np.sqrt(between))
        return [
            np.append(size * tau, rho) for size, rho in ((1.0, 0.0), (0.7, 0.6), (0.7, 0.5 * self._lowest), (0.2, 0.0))
        ]


class Diagonal(Outcomes):
    """Own variances, no correlation. theta: the variances."""

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        super().__init__(study, outcome, m)
        self.bounds = (POSITIVE,) * m
        self._parts: list[FloatArray] = [np.diag(row) for row in np.eye(m, dtype=np.float64)]

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the covariance and its derivatives."""
        return np.diag(theta), self._parts

    def starts(self, between: float) -> list[FloatArray]:
        """Return much and little variance."""
        return [np.full(self.m, share * between) for share in (1.0, 0.05, 3.0)]


class Autoregressive(Outcomes):
    """Own standard deviations; correlation rho between neighbours, rho^d between outcomes d places apart in order.

    theta: the standard deviations, then rho.
    """

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        super().__init__(study, outcome, m)
        self._apart = np.abs(np.subtract.outer(np.arange(m), np.arange(m))).astype(np.float64)
        self.bounds = ((POSITIVE,) * m) + ((-1.0, 1.0),)

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the covariance and its derivatives."""
        tau, rho = theta[:-1], float(theta[-1])
        shape: FloatArray = np.power(rho, self._apart)
        derivatives: list[FloatArray] = []
        for i in range(self.m):
            d = np.zeros((self.m, self.m))
            d[i] = shape[i] * tau
            derivatives.append(d + d.T)
        bend = self._apart * np.power(rho, np.maximum(self._apart - 1.0, 0.0))
        return shape * tau[:, None] * tau, [*derivatives, bend * tau[:, None] * tau]

    def starts(self, between: float) -> list[FloatArray]:
        """Return independent and positively correlated outcomes, and little variance."""
        tau = np.full(self.m, np.sqrt(between))
        return [np.append(size * tau, rho) for size, rho in ((1.0, 0.0), (0.7, 0.6), (0.7, 0.9), (0.2, 0.3))]


class EqualAutoregressive(Outcomes):
    """One variance; correlation rho between neighbours, rho^d between outcomes d places apart. theta: variance, rho."""

    def __init__(self, study: IntArray, outcome: IntArray, m: int) -> None:
        super().__init__(study, outcome, m)
        self._apart = np.abs(np.subtract.outer(np.arange(m), np.arange(m))).astype(np.float64)
        self.bounds = (POSITIVE, (-1.0, 1.0))

    def small(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the covariance and its derivatives."""
        tau2, rho = float(theta[0]), float(theta[1])
        shape: FloatArray = np.power(rho, self._apart)
        bend: FloatArray = tau2 * self._apart * np.power(rho, np.maximum(self._apart - 1.0, 0.0))
        return tau2 * shape, [shape, bend]

    def starts(self, between: float) -> list[FloatArray]:
        """Return independent, negatively and positively correlated outcomes, and little variance."""
        pairs = ((1.0, 0.0), (0.5, 0.6), (0.5, 0.9), (0.5, -0.5), (0.05, 0.3))
        return [np.array([size * between, rho]) for size, rho in pairs]


STRUCTURES: dict[str, type[Outcomes]] = {
    "unstructured": Unstructured,
    "compound-symmetric": CompoundSymmetric,
    "heterogeneous": Heterogeneous,
    "autoregressive": Autoregressive,
    "autoregressive-equal": EqualAutoregressive,
    "diagonal": Diagonal,
}
