"""Linear models with a known sampling covariance V and a random part that depends on a few parameters.

y ~ Normal(X beta, V + G(theta)). The restricted or plain likelihood is climbed with exact slopes from several starts
inside bounds, then finished by Newton's steps; a fit whose slope does not vanish raises NotConverged.

Sources: Harville (1977), J Am Stat Assoc 72:320-338; Jennrich and Schluchter (1986), Biometrics 42:805-820 (slopes).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.regression import design_matrix
from remit.stats.result import Result

FLATTEST = 1e-6  # largest slope, in log-likelihood per scaled unit, of a fit that counts as converged
SAME = 1e-6  # difference of log-likelihood below which two starts arrived at the same fit


class Structure(Protocol):
    """The random part: G and its derivatives, shapes (n, n), with bounds and starts for its parameters."""

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]: ...
    def build(self, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]: ...
    def starts(self, between: float) -> list[FloatArray]: ...


@dataclass(frozen=True, slots=True)
class Convergence(Result):
    """How a fit ended: its largest slope, the number of starts, and how many arrived at the same likelihood."""

    slope: float
    starts: int
    agreeing: int


class Data:
    """Effects, design and known covariance, in units where effects are of order 1."""

    def __init__(self, y: FloatArray, x: FloatArray, v: FloatArray) -> None:
        residual = y - x @ np.linalg.lstsq(x, y)[0]
        self.between = float(residual @ residual) / max(y.size - x.shape[1], 1)
        self.unit = math.sqrt(self.between + float(np.diag(v).mean()))
        self.y, self.x, self.v = y / self.unit, x, v / self.unit**2
        self.between /= self.unit**2
        self.log_xx = float(np.linalg.slogdet(x.T @ x)[1])

    def at(self, g: FloatArray) -> "Fit":
        """Return the generalised least squares fit at one random covariance, in the scaled units."""
        return Fit(self, g)


class Fit:
    """Generalised least squares at one marginal covariance: coefficients, likelihoods and what slopes need."""

    def __init__(self, data: Data, g: FloatArray) -> None:
        n, p = data.x.shape
        factor = cho_factor(data.v + g, lower=True)
        self.inverse: FloatArray = cho_solve(factor, np.eye(n))
        wx = self.inverse @ data.x
        information = data.x.T @ wx
        self.covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        self.beta: FloatArray = self.covariance @ (wx.T @ data.y)
        self.p_matrix: FloatArray = self.inverse - wx @ self.covariance @ wx.T
        self.py: FloatArray = self.inverse @ (data.y - data.x @ self.beta)
        self.q = float((data.y - data.x @ self.beta) @ self.py)
        log_det = 2.0 * float(np.log(np.diag(factor[0])).sum())
        self.ml = -0.5 * (n * math.log(2.0 * math.pi) + log_det + self.q)
        extra = float(np.linalg.slogdet(information)[1]) - data.log_xx
        self.reml = -0.5 * ((n - p) * math.log(2.0 * math.pi) + log_det + extra + self.q)

    def slopes(self, derivatives: list[FloatArray], restricted: bool) -> FloatArray:
        """Return derivatives of the log-likelihood with respect to the structure's parameters."""
        trace = self.p_matrix if restricted else self.inverse
        return np.array([0.5 * (float(self.py @ d @ self.py) - float(np.sum(trace * d))) for d in derivatives])


class Climb:
    """The (restricted) likelihood of a structure, some of whose parameters may be held."""

    def __init__(
        self, data: Data, structure: Structure, restricted: bool, held: dict[int, float] | None = None
    ) -> None:
        self.data, self.structure, self.restricted = data, structure, restricted
        self.held = held or {}
        self.free = [i for i in range(len(structure.bounds)) if i not in self.held]
        self.bounds = [structure.bounds[i] for i in self.free]

    def full(self, free: FloatArray) -> FloatArray:
        """Return all parameters."""
        theta = np.empty(len(self.structure.bounds))
        theta[self.free] = free
        for i, value in self.held.items():
            theta[i] = value
        return theta

    def look(self, free: FloatArray) -> tuple[float, FloatArray]:
        """Return minus the log-likelihood and minus its slopes."""
        g, derivatives = self.structure.build(self.full(free))
        fit = self.data.at(g)
        height = fit.reml if self.restricted else fit.ml
        return -height, -fit.slopes([derivatives[i] for i in self.free], self.restricted)

    def blocked(self, free: FloatArray, slope: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which parameters sit at a bound that the likelihood pushes against."""
        low, high = (np.array([b[i] for b in self.bounds]) for i in (0, 1))
        return np.asarray(((free <= low) & (slope >= 0.0)) | ((free >= high) & (slope <= 0.0)), dtype=np.bool_)

    def top(self, near: FloatArray | None = None) -> tuple[FloatArray, float, Convergence]:
        """Return the highest point found, its log-likelihood and how it was reached; NotConverged if it is no top.

        `near`, all parameters of a neighbouring fit, takes the place of the structure's own starts.
        """
        if not self.free:
            return self.full(np.empty(0)), -self.look(np.empty(0))[0], Convergence(0.0, 1, 1)
        low, high = (np.array([b[i] for b in self.bounds]) for i in (0, 1))
        ends = []
        for start in self.structure.starts(self.data.between) if near is None else [near]:
            found = minimize(
                self.look,
                np.clip(start[self.free], low, high),
                jac=True,
                method="L-BFGS-B",
                bounds=self.bounds,
                options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-9},
            )
            ends.append((float(found.fun), np.asarray(found.x, dtype=np.float64)))
        best = min(ends, key=lambda end: end[0])
        agreeing = sum(end[0] < best[0] + SAME for end in ends)
        theta, height, slope = self._finish(best[1])
        if not slope <= FLATTEST:
            raise NotConverged(
                f"the likelihood still has a slope of {slope:.2g} after {len(ends)} starts; "
                "the data may not tell these variance components apart; fit a simpler structure"
            )
        return self.full(theta), height, Convergence(slope, len(ends), agreeing)

    def _finish(self, theta: FloatArray) -> tuple[FloatArray, float, float]:
        """Return the point after Newton's steps on the parameters that are free to move, its height and slope."""
        low, high = (np.array([b[i] for b in self.bounds]) for i in (0, 1))
        theta = np.where(theta - low < 1e-9, low, theta)
        height, slope = self.look(theta)
        for _ in range(20):
            move = ~self.blocked(theta, slope)
            size = float(np.abs(slope[move]).max()) if move.any() else 0.0
            if size < 1e-10:
                break
            step = self._newton(theta, slope, move)
            ahead = np.clip(theta + step, low, high)
            height_there, slope_there = self.look(ahead)
            moved = ~self.blocked(ahead, slope_there)
            size_there = float(np.abs(slope_there[moved]).max()) if moved.any() else 0.0
            if height_there > height + 1e-9 or size_there >= size:
                break
            theta, height, slope = ahead, height_there, slope_there
        move = ~self.blocked(theta, slope)
        return theta, -height, float(np.abs(slope[move]).max()) if move.any() else 0.0

    def _newton(self, theta: FloatArray, slope: FloatArray, move: npt.NDArray[np.bool_]) -> FloatArray:
        which = np.flatnonzero(move)
        hessian = np.empty((which.size, which.size))
        for a, i in enumerate(which):
            h = 1e-5 * max(abs(float(theta[i])), 1e-2)
            ahead, behind = theta.copy(), theta.copy()
            ahead[i] += h
            behind[i] -= h
            if behind[i] < self.bounds[i][0]:
                behind[i] = theta[i]
            hessian[a] = (self.look(ahead)[1][which] - self.look(behind)[1][which]) / float(ahead[i] - behind[i])
        step = np.zeros_like(theta)
        solved = np.linalg.lstsq(0.5 * (hessian + hessian.T), slope[which], rcond=1e-12)[0]
        step[which] = -solved
        return step


def known_covariance(covariance: npt.ArrayLike, n: int) -> FloatArray:
    """Return sampling variances (n,) or a covariance matrix (n, n) as a matrix; InputError when it is not positive."""
    v = _check.floats(covariance, "covariance")
    if v.ndim == 1:
        values = _check.column(v, "variance")
        _check.same_length(1, effect=np.zeros(n), variance=values)
        if values.min() <= 0.0:
            at = int(np.flatnonzero(values <= 0.0)[0])
            raise InputError(f"variance[{at}] is {values[at]}; expected a number above 0; check its standard error")
        return np.diag(values)
    if v.shape != (n, n) or not np.isfinite(v).all():
        raise InputError(f"covariance has shape {v.shape}; expected ({n}, {n}) finite numbers, or {n} variances")
    if not np.allclose(v, v.T, rtol=1e-10, atol=0.0):
        raise InputError("covariance is not symmetric; expected the same value on both sides of the diagonal")
    try:
        np.linalg.cholesky(v)
    except np.linalg.LinAlgError:
        raise InputError("covariance is not positive definite; a correlation within a study is too strong") from None
    return 0.5 * (v + v.T)


def indices(labels: Sequence[str] | Sequence[int], n: int, name: str) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """Return each row's group number, in sorted order of the labels (numbers by size), and the labels."""
    if len(labels) != n:
        raise InputError(f"{name} has {len(labels)} labels; expected one for each of {n} effects")
    numbers = sorted({label for label in labels if isinstance(label, int | np.integer | float)})
    plain = sorted({str(label) for label in labels})
    known = tuple(str(label) for label in numbers) if len(numbers) == len(plain) else tuple(plain)
    place = {label: i for i, label in enumerate(known)}
    return np.array([place[str(label)] for label in labels], dtype=np.intp), known


def design_or_ones(design: npt.ArrayLike | None, n: int) -> FloatArray:
    """Return the design as a checked matrix; a column of ones where none is given."""
    return design_matrix(np.ones((n, 1)) if design is None else design, n)
