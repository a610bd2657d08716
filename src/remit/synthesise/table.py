"""A bare table of studies, pooled: what `remit pool` computes.

Proportions are pooled by their exact likelihood (model GLMM) unless an estimator of tau2 is asked for, which pools
logits with half an event added to 0 % and 100 % cells. Everything else is pooled by inverse variance on its analysis
scale.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast, get_args

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, RemitError, ReviewError, UsageError
from remit.model.finding import Pooled
from remit.model.place import Place, Problem
from remit.model.table import PooledTable, StudyTable, TableLevel, TableStudy, TableWithout
from remit.stats import tau2
from remit.stats.effects import logit_proportion
from remit.stats.glmm import ProportionFit, ProportionInterval, pool_proportions
from remit.stats.interval import tail
from remit.stats.pool import IntervalKind, PredictionKind, RandomEffects, common_effect, random_effects
from remit.stats.subgroups import between
from remit.synthesise.combine import interval_for
from remit.synthesise.scale import logit_inverse
from remit.synthesise.table_rows import NoInformation, back, study_of
from remit.synthesise.table_words import in_r, method_words, warnings_of

Tau2 = Callable[[npt.ArrayLike, npt.ArrayLike], float]
GLMM = "GLMM"
ESTIMATORS: dict[str, Tau2] = {
    "REML": tau2.reml,
    "DL": tau2.dersimonian_laird,
    "PM": tau2.paule_mandel,
    "ML": tau2.maximum_likelihood,
    "EB": tau2.empirical_bayes,
    "HE": tau2.hedges,
    "HS": tau2.hunter_schmidt,
    "SJ": tau2.sidik_jonkman,
    "CE": lambda effect, variance: 0.0,
}
"""Models by metafor's words; CE is the common-effect model."""
MODELS = (GLMM, *ESTIMATORS)
EXACT_INTERVALS: tuple[ProportionInterval, ...] = get_args(ProportionInterval)
INTERVALS: tuple[IntervalKind, ...] = ("hartung-knapp-adhoc", "hartung-knapp", "normal", "t")
MOST_LEFT_OUT = 500
REACH = (1e-12, 1e9)
"""Least variance, and largest variance and effect, on the analysis scale."""
PREDICTIONS: tuple[PredictionKind, ...] = ("k-2", "k-1", "hartung-knapp")


@dataclass(frozen=True, slots=True)
class Choices:
    """How to pool; an empty word is the default for the table."""

    model: str = ""
    interval: str = ""
    prediction: str = ""
    level: float = 0.95
    leave_one_out: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """The choices with nothing left open; `by_size` says that the number of studies settles a proportion's interval."""

    model: str
    interval: str
    prediction: PredictionKind
    level: float
    by_size: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A pooled estimate with the weights of its studies in percent."""

    pooled: Pooled
    weights: tuple[float, ...]


def pooled_table(table: StudyTable, choices: Choices | None = None) -> PooledTable:
    """Return what the table gives; one study keeps its own estimate.

    Raises
    ------
    UsageError
        A choice is unknown, or does not go with the table.
    ReviewError
        A row's numbers cannot be, or no study has information; `.problems` names the lines.
    """
    asked = choices or Choices()
    settled = settle(table, asked)
    if asked.leave_one_out and len(table.rows) > MOST_LEFT_OUT:
        raise UsageError(f"{len(table.rows)} studies to leave out one by one; expected at most {MOST_LEFT_OUT}")
    studies, empty = _studies(table, settled.level)
    pooled, moved = None, False
    if len(studies) > 1:
        fit = fitted(table, studies, settled)
        pooled, moved = never_inside(fit.pooled)
        entered = tuple(replace(s, weight=w) for s, w in zip(studies, fit.weights, strict=True))
    else:
        entered = (replace(studies[0], weight=100.0),)
    levels = _levels(table, entered, settled)
    test = between([v.effect for v in levels], [v.se for v in levels]) if len(levels) > 1 else None
    return PooledTable(
        table=table,
        level=settled.level,
        studies=entered,
        pooled=pooled,
        levels=levels,
        difference_q=test.q if test else None,
        difference_df=test.df if test else None,
        difference_p=test.p if test else None,
        without=_without(table, entered, settled) if asked.leave_one_out else (),
        method=method_words(table, settled.model, settled.interval, settled.prediction, settled.level, len(entered)),
        in_r=in_r(table, settled.model, settled.interval, settled.level),
        warnings=warnings_of(table, entered, empty, pooled, moved),
    )


def never_inside(p: Pooled) -> tuple[Pooled, bool]:
    """Return the estimate with no end of its prediction interval inside the interval of the average, and if one was."""
    if p.prediction_lower is None or p.prediction_upper is None:
        return p, False
    low, high = min(p.prediction_lower, p.lower), max(p.prediction_upper, p.upper)
    moved = (low, high) != (p.prediction_lower, p.prediction_upper)
    return replace(p, prediction_lower=low, prediction_upper=high), moved


def settle(table: StudyTable, asked: Choices) -> Settled:
    """Return the choices with defaults filled in. Raises UsageError for words that do not fit the table."""
    try:
        tail(asked.level)
    except InputError as error:
        raise UsageError(str(error)) from None
    exact = table.form == "proportion"
    model = asked.model.upper() or (GLMM if exact else "REML")
    models = MODELS if exact else tuple(ESTIMATORS)
    if model not in models:
        raise UsageError(f"model {asked.model!r} does not go with {table.form} columns; use {', '.join(models)}")
    intervals: tuple[str, ...] = EXACT_INTERVALS if model == GLMM else INTERVALS
    usual = {"CE": "normal", GLMM: interval_for(len(table.rows))}.get(model, intervals[0])
    interval = asked.interval or usual
    if interval not in intervals:
        raise UsageError(f"interval {interval!r} does not go with model {model}; use {', '.join(intervals)}")
    prediction = asked.prediction or PREDICTIONS[0]
    possible = PREDICTIONS[:1] if model == GLMM else PREDICTIONS
    if prediction not in possible:
        raise UsageError(f"prediction {prediction!r} does not go with model {model}; use {', '.join(possible)}")
    return Settled(model, interval, prediction, asked.level, not asked.interval)


def _studies(table: StudyTable, level: float) -> tuple[list[TableStudy], tuple[str, ...]]:
    """Return the studies that enter, and why others say nothing. Raises ReviewError with every bad line."""
    good: list[TableStudy] = []
    empty: list[str] = []
    problems: list[Problem] = []
    for row in table.rows:
        try:
            made = within_reach(study_of(table, row, level))
        except (InputError, OverflowError, ZeroDivisionError) as error:
            problems.append(_problem(row.place, str(error)))
            continue
        if isinstance(made, NoInformation):
            empty.append(f"{row.place}: {row.study} says nothing about the {table.measure} and is left out: {made.why}")
        else:
            good.append(made)
    if not good and not problems:
        seen, expected = "no study with information", "at least one"
        problems.append(Problem(Place(table.file), "no-information", seen, expected, "use RD, or add studies"))
    if problems:
        raise ReviewError(tuple(problems))
    return good, tuple(empty)


def within_reach(made: TableStudy | NoInformation) -> TableStudy | NoInformation:
    """Refuse an effect or a variance on the analysis scale that no study can have and no sum can hold."""
    if isinstance(made, TableStudy):
        small, large = REACH
        if abs(made.effect) > large or not small <= made.variance <= large:
            said = f"effect {made.effect:.3g} with variance {made.variance:.3g} on the analysis scale"
            raise InputError(f"{said}; expected an effect up to {large:g} and a variance from {small:g} to {large:g}")
    return made


def _problem(place: Place, message: str) -> Problem:
    """Return the refusal of a line from a method's own words: seen; expected; advice."""
    seen, _, rest = message.partition("; expected ")
    expected, _, advice = rest.partition("; ")
    if not expected:
        expected = "numbers that a study can give"
    return Problem(place, "study", seen, expected, advice or "compare the line with its report")


def fitted(table: StudyTable, studies: Sequence[TableStudy], how: Settled) -> Fit:
    """Return two or more studies pooled as settled."""
    if how.model == GLMM:
        interval = interval_for(len(studies)) if how.by_size else cast(ProportionInterval, how.interval)
        cells = [s.events or 0 for s in studies], [s.total or 0 for s in studies]
        fit = pool_proportions(*cells, interval=interval, level=how.level)
        return Fit(_exact(fit), fit.weights)
    effect, variance = [s.effect for s in studies], [s.variance for s in studies]
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            found = random_effects(
                effect,
                variance,
                tau2=ESTIMATORS[how.model](effect, variance),
                interval=cast(IntervalKind, how.interval),
                prediction=how.prediction,
                level=how.level,
            )
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, RemitError):
            raise
        seen = "effects or variances too far apart to be pooled"
        raise InputError(f"{seen} ({error}); expected comparable studies; check their units") from None
    return Fit(_random(table, studies, found, how), found.weights)


def _exact(fit: ProportionFit) -> Pooled:
    return Pooled(
        k=fit.k,
        n=fit.n,
        events=fit.events,
        estimate=fit.estimate,
        lower=fit.lower,
        upper=fit.upper,
        prediction_lower=fit.prediction_lower,
        prediction_upper=fit.prediction_upper,
        tau2=fit.tau2,
        tau2_lower=fit.tau2_lower,
        tau2_upper=fit.tau2_upper,
        i2=fit.i2,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        common_estimate=fit.common_estimate,
        common_lower=fit.common_lower,
        common_upper=fit.common_upper,
        effect=fit.logit,
        se=fit.se,
        p=None,
        method=f"{fit.method}; {fit.note}" if fit.note else fit.method,
        interval=fit.method if fit.note else "",
    )


def _random(table: StudyTable, studies: Sequence[TableStudy], fit: RandomEffects, how: Settled) -> Pooled:
    """Return the fit on the natural scale; the common effect is its plain normal interval."""
    common = common_effect([s.effect for s in studies], [s.variance for s in studies], how.level)
    natural = natural_scale(table)
    lower, upper = sorted((natural(fit.lower), natural(fit.upper)))
    common_lower, common_upper = sorted((natural(common.lower), natural(common.upper)))
    ahead = (None, None)
    if fit.prediction_lower is not None and fit.prediction_upper is not None and how.model != "CE":
        ends = sorted((natural(fit.prediction_lower), natural(fit.prediction_upper)))
        ahead = ends[0], ends[1]  # type: ignore[assignment]
    people = [s.total + (s.total2 or 0) for s in studies if s.total is not None]
    events = [s.events + (s.events2 or 0) for s in studies if s.events is not None]
    return Pooled(
        k=fit.k,
        n=sum(people) if len(people) == len(studies) else None,
        events=sum(events) if len(events) == len(studies) else None,
        estimate=natural(fit.estimate),
        lower=lower,
        upper=upper,
        prediction_lower=ahead[0],
        prediction_upper=ahead[1],
        tau2=fit.tau2,
        tau2_lower=fit.tau2_lower,
        tau2_upper=fit.tau2_upper,
        i2=fit.i2,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        common_estimate=natural(common.estimate),
        common_lower=common_lower,
        common_upper=common_upper,
        effect=fit.estimate,
        se=fit.se,
        p=fit.p if table.measure not in ("PLO", "survival") else None,
        method=how.model,
        interval=how.interval,
    )


def natural_scale(table: StudyTable) -> Callable[[float], float]:
    """Return the back-transform of the table's measure."""
    return logit_inverse if table.measure == "PLO" else lambda value: back(table.measure, value)


def _levels(table: StudyTable, studies: Sequence[TableStudy], how: Settled) -> tuple[TableLevel, ...]:
    """Return each level of the subgroup column, in order of appearance."""
    names = Counter(s.level for s in studies) if table.subgroup else {}
    return tuple(_level(table, name, [s for s in studies if s.level == name], how) for name in names)


def _level(table: StudyTable, name: str, studies: Sequence[TableStudy], how: Settled) -> TableLevel:
    first = studies[0]
    if len(studies) == 1:
        own = (first.estimate, first.lower, first.upper)
        return TableLevel(
            level=name, k=1, estimate=own[0], lower=own[1], upper=own[2], effect=first.effect, se=first.variance**0.5
        )
    p = fitted(table, studies, how).pooled
    effect, se = p.effect, p.se
    if not 0.0 < se < float("inf"):
        if table.form == "proportion":
            added = logit_proportion(p.events or 0, p.n or 1, add=0.5)
            effect, se = added.estimate, added.se
        else:
            se = (1.0 / sum(1.0 / s.variance for s in studies)) ** 0.5
    return TableLevel(level=name, k=p.k, estimate=p.estimate, lower=p.lower, upper=p.upper, effect=effect, se=se)


def _without(table: StudyTable, studies: Sequence[TableStudy], how: Settled) -> tuple[TableWithout, ...]:
    out = []
    for at, gone in enumerate(studies):
        rest = [*studies[:at], *studies[at + 1 :]]
        if len(rest) > 1:
            p = fitted(table, rest, how).pooled
            found = TableWithout(
                study=gone.study, k=p.k, estimate=p.estimate, lower=p.lower, upper=p.upper, tau2=p.tau2
            )
            out.append(found)
        elif rest:
            r = rest[0]
            found = TableWithout(study=gone.study, k=1, estimate=r.estimate, lower=r.lower, upper=r.upper, tau2=None)
            out.append(found)
    return tuple(out)
