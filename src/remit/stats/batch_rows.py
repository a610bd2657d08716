"""What a batch reads: rows of studies, checked once, handed out as columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats._check import LARGEST, SMALLEST, FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Rows:
    """Effects, variances and studies of shape (B, K), possibly shared between rows without a copy."""

    effect: FloatArray
    variance: FloatArray
    studies: BoolArray | None

    @property
    def size(self) -> int:
        """Number of rows, B."""
        return int(self.effect.shape[0])

    @property
    def width(self) -> int:
        """Most studies a row can hold, K."""
        return int(self.effect.shape[1])

    def columns(self, start: int, stop: int) -> tuple[FloatArray, FloatArray, IntArray]:
        """Return effects and variances of rows `start` to `stop`, shape (K, b), and numbers of studies, shape (b,).

        A place without a study holds effect 0 and variance infinity.
        """
        y: FloatArray = np.ascontiguousarray(self.effect[start:stop].T)
        v: FloatArray = np.ascontiguousarray(self.variance[start:stop].T)
        if self.studies is None:
            return y, v, np.full(y.shape[1], self.width, dtype=np.intp)
        here = np.ascontiguousarray(self.studies[start:stop].T)
        return np.where(here, y, 0.0), np.where(here, v, np.inf), np.add.reduce(here, axis=0, dtype=np.intp)


def rows_of(effect: npt.ArrayLike, variance: npt.ArrayLike, studies: npt.ArrayLike | None) -> Rows:
    """Return checked rows; InputError names the first row and place at fault."""
    y, v = _numbers(effect, "effect"), _numbers(variance, "variance")
    here = None if studies is None else _truths(studies)
    shapes = [np.atleast_2d(a).shape for a in (y, v, here) if a is not None]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise InputError(f"shapes {', '.join(map(str, shapes))}; expected one (rows, studies) for all") from None
    if any(s[1] != shape[1] for s in shapes) or 0 in shape:
        raise InputError(f"shapes {', '.join(map(str, shapes))}; expected one (rows, studies), neither of them 0")
    y, v = np.atleast_2d(y), np.atleast_2d(v)
    if here is None:
        _check_values(y, v, None)
        return Rows(np.broadcast_to(y, shape), np.broadcast_to(v, shape), None)
    here = np.broadcast_to(np.atleast_2d(here), shape)
    empty = np.flatnonzero(~here.any(axis=1))
    if empty.size:
        raise InputError(f"row {empty[0]} has no study; expected at least one; leave that row out")
    _check_values(y, v, here)
    return Rows(np.broadcast_to(y, shape), np.broadcast_to(v, shape), here)


def stack(sets: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return effects, variances and studies, shape (B, K), of data sets (effects, variances) of unequal length."""
    if not sets:
        raise InputError("no data sets; expected at least one pair of effects and variances")
    pairs = [(np.asarray(y, dtype=np.float64), np.asarray(v, dtype=np.float64)) for y, v in sets]
    for i, (y, v) in enumerate(pairs):
        if y.ndim != 1 or y.shape != v.shape:
            raise InputError(f"set {i}: effects {y.shape}, variances {v.shape}; expected two flat, equal sequences")
    k = np.array([y.size for y, _ in pairs])
    studies = np.arange(max(int(k.max()), 1)) < k[:, None]
    effect, variance = np.zeros(studies.shape), np.ones(studies.shape)
    effect[studies] = np.concatenate([y for y, _ in pairs])
    variance[studies] = np.concatenate([v for _, v in pairs])
    return effect, variance, studies


def _check_values(y: FloatArray, v: FloatArray, here: BoolArray | None) -> None:
    if bool((np.abs(y) <= LARGEST).all() and (v >= SMALLEST).all() and (v <= LARGEST).all()):
        return
    for name, values, right, wanted in (
        ("effect", y, np.abs(y) <= LARGEST, f"a finite number, at most {LARGEST:g}"),
        ("variance", v, (v >= SMALLEST) & (v <= LARGEST), f"a number above 0, from {SMALLEST:g} to {LARGEST:g}"),
    ):
        wrong = ~right if here is None else ~right & here
        if wrong.any():
            row, at = (int(i) for i in np.argwhere(wrong)[0])
            seen = values[row if values.shape[0] > 1 else 0, at]
            raise InputError(f"row {row}: {name}[{at}] is {seen}; expected {wanted}; leave that study out and say why")


def _numbers(values: npt.ArrayLike, name: str) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}; expected numbers, one row of equal length per data set; see batch.stack") from None
    if array.ndim not in (1, 2):
        raise InputError(f"{name} has {array.ndim} dimensions; expected (rows, studies)")
    return array


def _truths(values: npt.ArrayLike) -> BoolArray:
    array = np.asarray(values)
    if array.dtype != np.bool_ or array.ndim not in (1, 2):
        said = f"studies holds {array.dtype} in {array.ndim} dimensions"
        raise InputError(f"{said}; expected True or False in the shape of the effects")
    return array
