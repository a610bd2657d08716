"""PET-PEESE: the effect of a study without error, by one of two lines chosen by a test."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats.interval import t_p, t_quantile
from remit.stats.result import Result
from remit.stats.small_study import MINIMUM, Asymmetry, egger, peese


@dataclass(frozen=True, slots=True)
class PetPeese(Result):
    """Both lines, which one is believed, and its intercept with a t interval on k - 2 degrees of freedom.

    choice_p: one-sided p of PET's intercept in the direction of `favoured`.
    """

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    df: float
    chosen: Literal["PET", "PEESE"]
    choice_p: float
    pet: Asymmetry
    peese: Asymmetry
    level: float = 0.95


def pet_peese(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    favoured: Literal["greater", "less"] = "greater",
    choose_at: float = 0.05,
    minimum: int = MINIMUM,
    level: float = 0.95,
) -> PetPeese:
    """Return PEESE's intercept where PET's differs from 0 in the favoured direction (one-sided p < `choose_at`), else
    PET's.

    PET: effects on standard errors; PEESE: on variances; weights 1 / variance, residual variance estimated. Where
    effects vary much between studies its intervals are too short and its choice unreliable (Stanley 2017, Soc Psychol
    Personal Sci 8:581-591). InputError for k below `minimum` and where every study has the same size.
    Source: Stanley and Doucouliagos (2014), Res Synth Methods 5:60-78.
    """
    if favoured not in ("greater", "less"):
        raise InputError(f"favoured {favoured!r}; expected greater or less")
    _check.between(choose_at, "choose_at")
    with np.errstate(divide="ignore", invalid="ignore"):  # no scatter at all is refused below
        pet, other = egger(effect, variance, minimum), peese(effect, variance, minimum)
    at, error = _intercept(pet)
    two_sided = t_p(at / error, pet.df)
    along = at > 0.0 if favoured == "greater" else at < 0.0
    choice_p = two_sided / 2.0 if along else 1.0 - two_sided / 2.0
    chosen: Literal["PET", "PEESE"] = "PEESE" if choice_p < choose_at else "PET"
    estimate, se = (at, error) if chosen == "PET" else _intercept(other)
    half = t_quantile(level, pet.df) * se
    return PetPeese(
        pet.k,
        estimate,
        se,
        estimate - half,
        estimate + half,
        t_p(estimate / se, pet.df),
        pet.df,
        chosen,
        choice_p,
        pet,
        other,
        level=level,
    )


def _intercept(line: Asymmetry) -> tuple[float, float]:
    assert line.intercept is not None
    assert line.intercept_se is not None
    if line.intercept_se == 0.0:
        raise InputError("every study lies on one line, so nothing says how sure its end is; expected some scatter")
    return line.intercept, line.intercept_se
