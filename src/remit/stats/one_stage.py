"""A treatment's hazard ratio from the people of several studies, and whether one hazard ratio tells the story.

Each study has its own baseline hazard. `stratified` assumes one effect, `two_stage` and `frailty.random_treatment` let
it vary. `hazard_summary` examines proportional hazards, in all studies together and in each, and says which summary the
data support: a hazard ratio, or a difference of restricted means with a hazard ratio that changes over time.

Sources: Tierney et al. (2015), PLoS Med 12:e1001855, and Bowden, Tierney, Simmonds et al. (2011), Res Synth Methods
2:150-162 (one and two stages agree); Grambsch and Therneau (1994), Biometrika 81:515-526; Royston and Parmar (2011),
Stat Med 30:2409-2421 (restricted means where hazards are not proportional).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.cox import Cox, cox
from remit.stats.cox_checks import proportional_hazards
from remit.stats.frailty import Data, checked
from remit.stats.interval import chi2_p
from remit.stats.pool import CommonEffect, IntervalKind, RandomEffects, common_effect, random_effects
from remit.stats.pooled_rmst import PooledRmst, StudyRmst, pool_rmst, rmst_difference, rmst_from_people
from remit.stats.result import Result
from remit.stats.time_varying import LogTime, Piecewise, log_time, piecewise, told

Supported = Literal["hazard ratio", "restricted means and a hazard ratio that changes"]
ALPHA = 0.05
ENOUGH = 30  # events below which a test of proportional hazards finds next to nothing


@dataclass(frozen=True, slots=True)
class OneStage(Result):
    """One log hazard ratio with each study's own baseline hazard."""

    k: int
    n: int
    events: int
    estimate: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    log_likelihood: float
    level: float


@dataclass(frozen=True, slots=True)
class TwoStage(Result):
    """Each study's log hazard ratio by Cox regression, and their pools; `left_out` names studies without one."""

    names: tuple[str, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    common: CommonEffect
    random: RandomEffects
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proportionality(Result):
    """Tests of proportional hazards: of one departure shared by all studies, of each study, and of any in any.

    `within` are p values of studies (NaN where a study has too few events); `any` adds their chi-squares.
    """

    shared_statistic: float
    shared_p: float
    names: tuple[str, ...]
    within: tuple[float, ...]
    any_statistic: float
    any_df: int
    any_p: float


@dataclass(frozen=True, slots=True)
class HazardSummary(Result):
    """Which summary of two arms the data support, why, and both kinds of numbers.

    `rmst` is the pooled difference of restricted means up to `horizon`, in the unit of time; None, with the reason in
    `rmst_reason`, where studies have none.
    """

    supported: Supported
    reason: str
    hazard_ratio: OneStage
    two_stage: TwoStage | None
    proportionality: Proportionality
    pieces: Piecewise | None
    log_time: LogTime | None
    horizon: float
    rmst: PooledRmst | None
    rmst_reason: str


def stratified(
    time: npt.ArrayLike, event: npt.ArrayLike, arm: npt.ArrayLike, study: npt.ArrayLike, level: float = 0.95
) -> OneStage:
    """Return the common log hazard ratio of arm 1 against 0, stratified by study (Efron's ties).

    InputError as `shared_frailty`.
    """
    return _one_stage(_stratified(checked(time, event, arm, study), level), level)


def two_stage(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    arm: npt.ArrayLike,
    study: npt.ArrayLike,
    interval: IntervalKind = "hartung-knapp-adhoc",
    level: float = 0.95,
) -> TwoStage:
    """Return each study's log hazard ratio and their common-effect and random-effects pools.

    A study whose ratio is infinite (an arm without events) is left out and named; one stage uses it.
    InputError as `shared_frailty`; also fewer than two studies with a ratio.
    """
    return _two_stage(checked(time, event, arm, study), interval, level)


def _two_stage(data: Data, interval: IntervalKind, level: float) -> TwoStage:
    names: list[str] = []
    effects: list[tuple[float, float]] = []
    left_out: list[str] = []
    for name, fit in _each(data, level):
        if isinstance(fit, str):
            left_out.append(f"{name}: {fit}")
        else:
            names.append(name)
            effects.append((fit.estimate[0], fit.se[0]))
    if len(effects) < 2:
        raise InputError(f"{len(effects)} studies with a finite hazard ratio; expected at least two; use one stage")
    b, se = (np.array(column) for column in zip(*effects, strict=True))
    return TwoStage(
        names=tuple(names),
        estimate=tuple(b.tolist()),
        se=tuple(se.tolist()),
        common=common_effect(b, se**2, level),
        random=random_effects(b, se**2, interval=interval, level=level),
        left_out=tuple(left_out),
    )


def proportionality(
    time: npt.ArrayLike, event: npt.ArrayLike, arm: npt.ArrayLike, study: npt.ArrayLike
) -> Proportionality:
    """Return Grambsch and Therneau's tests in all studies together and in each, time as 1 - Kaplan-Meier.

    InputError as `shared_frailty`.
    """
    return _proportionality(checked(time, event, arm, study))


def _proportionality(data: Data) -> Proportionality:
    shared = proportional_hazards(_stratified(data, 0.95))
    statistic, p = [], []
    for _, fit in _each(data, 0.95):
        try:
            found = None if isinstance(fit, str) else proportional_hazards(fit)
        except InputError:
            found = None
        statistic.append(math.nan if found is None else found.statistic[0])
        p.append(math.nan if found is None else found.p[0])
    total, df = float(np.nansum(statistic)), int(np.isfinite(statistic).sum())
    return Proportionality(shared.statistic[0], shared.p[0], data.names, tuple(p), total, df, chi2_p(total, float(df)))


def hazard_summary(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    arm: npt.ArrayLike,
    study: npt.ArrayLike,
    horizon: float | None = None,
    cuts: Sequence[float] | None = None,
    alpha: float = ALPHA,
    level: float = 0.95,
) -> HazardSummary:
    """Return which summary is supported, and why, with both kinds of numbers.

    Parameters
    ----------
    horizon : of restricted means; None for the longest that every arm of every study was followed to
    cuts : of the hazard ratio's pieces; None for thirds of the event times, or halves where an arm would be empty
    alpha : a test of proportional hazards below it rules one hazard ratio out

    Raises
    ------
    InputError
        As `shared_frailty`; also an alpha outside (0, 1), or a horizon past the follow-up of every study but one.
    """
    _check.between(alpha, "alpha")
    data = checked(time, event, arm, study)
    tests = _proportionality(data)
    end = _shared_follow_up(data) if horizon is None else _check.above(horizon, "horizon")
    rmst, rmst_reason = _rmst(data, end, level)
    proportional = tests.shared_p >= alpha and not tests.any_p < alpha
    fit = _one_stage(_stratified(data, level), level)
    try:
        both = _two_stage(data, "hartung-knapp-adhoc", level)
    except InputError:
        both = None
    return HazardSummary(
        supported="hazard ratio" if proportional else "restricted means and a hazard ratio that changes",
        reason=_reason(tests, alpha, fit.events),
        hazard_ratio=fit,
        two_stage=both,
        proportionality=tests,
        pieces=_pieces(data, cuts, level),
        log_time=_along(data, level),
        horizon=end,
        rmst=rmst,
        rmst_reason=rmst_reason,
    )


def _stratified(data: Data, level: float) -> Cox:
    if not told(data):
        raise InputError("the stratified hazard ratio is infinite: where both arms are at risk, only one has events")
    return cox(data.time, data.event, data.arm, strata=data.study, level=level)


def _one_stage(fit: Cox, level: float) -> OneStage:
    return OneStage(
        k=fit.strata,
        n=fit.n,
        events=fit.events,
        estimate=fit.estimate[0],
        se=fit.se[0],
        lower=fit.lower[0],
        upper=fit.upper[0],
        statistic=fit.statistic[0],
        p=fit.p[0],
        log_likelihood=fit.log_likelihood,
        level=level,
    )


def _each(data: Data, level: float) -> list[tuple[str, Cox | str]]:
    found: list[tuple[str, Cox | str]] = []
    for j, name in enumerate(data.names):
        own = data.study == j
        if not told(Data(data.time[own], data.event[own], data.arm[own], np.zeros(int(own.sum()), np.intp), (name,))):
            found.append((name, "an arm without events makes its hazard ratio infinite"))
            continue
        try:
            found.append((name, cox(data.time[own], data.event[own], data.arm[own], level=level)))
        except (InputError, NotConverged) as error:
            found.append((name, str(error)))
    return found


def _shared_follow_up(data: Data) -> float:
    ends = [
        float(data.time[(data.study == j) & (data.arm == side)].max(initial=0.0))
        for j in range(len(data.names))
        for side in (0.0, 1.0)
    ]
    return min(e for e in ends if e > 0.0)


def _rmst(data: Data, horizon: float, level: float) -> tuple[PooledRmst | None, str]:
    found: list[StudyRmst] = []
    missing: list[str] = []
    for j, name in enumerate(data.names):
        try:
            sides = [_side(data, j, side, horizon) for side in (1.0, 0.0)]
            found.append(rmst_difference(sides[0], sides[1]))
        except InputError as error:
            missing.append(f"{name}: {error}")
    reason = "; ".join(missing)
    if len(found) < 2:
        return None, reason or "fewer than two studies"
    try:
        return pool_rmst(found, level=level), reason
    except NotConverged as error:
        return None, str(error)


def _side(data: Data, study: int, side: float, horizon: float) -> StudyRmst:
    own = (data.study == study) & (data.arm == side)
    if not own.any():
        raise InputError(f"nobody with arm = {side:g}")
    return rmst_from_people(data.time[own], data.event[own], [horizon])


def _pieces(data: Data, cuts: Sequence[float] | None, level: float) -> Piecewise | None:
    def made(at: FloatArray) -> Piecewise:
        return piecewise(data.time, data.event, data.arm, data.study, at, level)

    if cuts is not None:
        return made(np.asarray(cuts, dtype=np.float64))
    dead = np.sort(data.time[data.event])
    for parts in (3, 2):
        at = np.unique(dead[[dead.size * i // parts - 1 for i in range(1, parts)]])
        try:
            return made(at)
        except (InputError, NotConverged):
            continue
    return None


def _along(data: Data, level: float) -> LogTime | None:
    try:
        return log_time(data.time, data.event, data.arm, data.study, level)
    except (InputError, NotConverged):
        return None


def _reason(tests: Proportionality, alpha: float, events: int) -> str:
    said = f"proportional hazards: shared departure {_p(tests.shared_p)}, any in any study {_p(tests.any_p)}"
    if tests.shared_p < alpha:
        return f"{said}; the hazard ratio changes over time in the same way in the studies"
    if tests.any_p < alpha:
        return f"{said}; the hazard ratio changes over time in some studies"
    weak = "; with so few events such a change would hardly show" if events < ENOUGH else ""
    return f"{said}; no change of the hazard ratio over time is seen{weak}"


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"
