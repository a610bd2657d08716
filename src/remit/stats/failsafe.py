"""Fail-safe numbers: how many unseen studies would undo a result. Historical; no modern guideline rests on them."""

import math
from dataclasses import dataclass

import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats.result import Result
from remit.stats.trim_fill import failsafe_rosenberg, failsafe_rosenthal


@dataclass(frozen=True, slots=True)
class FailSafe(Result):
    """Studies needed by Rosenthal (sum of z no more significant), Rosenberg (common effect no more significant) and
    Orwin (mean effect down to `target`)."""

    rosenthal: int
    rosenberg: int
    orwin: int
    target: float


def failsafe(effect: npt.ArrayLike, variance: npt.ArrayLike, target: float | None = None) -> FailSafe:
    """Return all three numbers; `target` is Orwin's, half the mean unless given."""
    y, _ = _check.studies(effect, variance)
    aim = float(y.mean()) / 2.0 if target is None else _check.finite(target, "target")
    return FailSafe(failsafe_rosenthal(effect, variance), failsafe_rosenberg(effect, variance), orwin(effect, aim), aim)


def orwin(effect: npt.ArrayLike, target: float, missing: float = 0.0) -> int:
    """Return how many studies of mean effect `missing` bring the unweighted mean to `target`; 0 if it is there.

    InputError for k = 0, and where no number does, as the target does not lie between `missing` and the mean.
    Source: Orwin (1983), J Educ Stat 8:157-159.
    """
    y = _check.column(effect, "effect")
    _check.same_length(1, effect=y)
    aim, null = _check.finite(target, "target"), _check.finite(missing, "missing")
    mean = float(y.mean())
    if (mean - null) * (mean - aim) <= 0.0:
        return 0
    if (aim - null) * (mean - null) <= 0.0:
        raise InputError(
            f"target {aim:g} cannot be reached from {mean:g} by studies of {null:g}; expected a target between them"
        )
    needed = y.size * (mean - aim) / (aim - null)
    return math.ceil(needed - 1e-9 * max(needed, 1.0))
