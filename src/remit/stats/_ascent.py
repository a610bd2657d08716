"""The highest point of a function of a few numbers, some of them not below 0, by Newton steps that only climb."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from remit.errors import NotConverged
from remit.stats._check import FloatArray

BoolArray = npt.NDArray[np.bool_]

MOST_STEPS = 200
CLOSE = 1e-10  # of what a full Newton step would still gain
FLAT = 1e-12


class Look(NamedTuple):
    """Height at a point with slopes, shape (p,), and curvatures, shape (p, p)."""

    height: float
    slope: FloatArray
    curve: FloatArray


def climb(look: Callable[[FloatArray], Look], start: FloatArray, least: FloatArray) -> tuple[FloatArray, Look]:
    """Return the top that a climb from `start` reaches, every coordinate kept at or above `least` (-inf for free).

    Where the function is not concave the curvatures' signs are turned, so each step climbs; a coordinate at its bound
    with a slope pointing out stays there. Raises NotConverged when no top is reached in MOST_STEPS steps.
    """
    point = np.maximum(start, least)
    here = look(point)
    if not math.isfinite(here.height):
        raise NotConverged(f"the likelihood is nil at {_said(point)}, so no climb starts there")
    radius = math.inf
    for _ in range(MOST_STEPS):
        free = (point > least) | (here.slope > 0.0)
        step, gain = _newton(here, free)
        if gain <= CLOSE:
            return point, here
        length = float(np.abs(step).max())
        share = min(1.0, radius / length)
        there = here
        while share * gain > FLAT:
            tried = np.maximum(point + share * step, least)
            there = look(tried)
            if math.isfinite(there.height) and there.height > here.height + 1e-4 * share * gain:
                radius = max(2.0 * share * length, 1e-3)
                point = tried
                break
            share *= 0.5 if math.isfinite(there.height) else 0.25
        else:
            if gain <= 1e-6:  # no rise left that this arithmetic can see
                return point, here
            raise NotConverged(f"the likelihood does not rise from {_said(point)}; these data do not fit the model")
        here = there
    raise NotConverged(f"no top in {MOST_STEPS} steps, last at {_said(point)}; these data do not settle the model")


def highest(
    look: Callable[[FloatArray], Look], starts: Sequence[FloatArray], least: FloatArray
) -> tuple[FloatArray, Look]:
    """Return the highest top that climbs from these starts reach; NotConverged where none arrives."""
    tops = []
    failed: NotConverged | None = None
    for start in starts:
        try:
            tops.append(climb(look, start, least))
        except NotConverged as problem:
            failed = problem
    if not tops:
        assert failed is not None
        raise failed
    return max(tops, key=lambda top: top[1].height)


def covariance(curve: FloatArray, free: BoolArray) -> FloatArray:
    """Return the inverse information of the `free` coordinates, NaN for the others and where there is no information.

    `free` is boolean, shape (p,).
    """
    kept = np.flatnonzero(free)
    wide = np.full(curve.shape, np.nan)
    information = -curve[np.ix_(kept, kept)]
    scale = np.sqrt(np.abs(np.diag(information)))
    if kept.size == 0 or scale.min() == 0.0:
        return wide
    unit = information / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(unit)
    if values[0] <= 1e-10:
        return wide
    wide[np.ix_(kept, kept)] = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return wide


def _newton(here: Look, free: BoolArray) -> tuple[FloatArray, float]:
    """Return the climbing step and the rise it promises, twice the quadratic model's."""
    slope, curve = here.slope, here.curve
    whole = bool(free.all())
    if not whole:
        kept = np.flatnonzero(free)
        if kept.size == 0:
            return np.zeros(slope.size), 0.0
        slope, curve = slope[kept], curve[kept[:, None], kept]
    values, vectors = np.linalg.eigh(curve)
    size = np.abs(values)
    size = np.maximum(size, 1e-8 * max(float(size.max()), 1e-8))
    move = vectors @ ((vectors.T @ slope) / size)
    gain = float(slope @ move)
    if whole:
        return move, gain
    step = np.zeros(here.slope.size)
    step[kept] = move
    return step, gain


def _said(point: FloatArray) -> str:
    return "(" + ", ".join(f"{x:.3g}" for x in point) + ")"
