"""Two arms over time: where studies of one hazard-ratio analysis have curves of both arms, their people in one model.

The hazard ratio is stratified by study; beside it stand a shared frailty of the baseline, an effect that varies between
studies, and two stages. Proportional hazards are tested in all studies together and in each; where they fail, the
difference of mean times and a ratio that changes over time are the summary (`stats.one_stage`). No finding changes.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy.typing as npt

from remit.errors import InputError, NotConverged
from remit.model.course import MeanTime, UsableCurve
from remit.model.finding import Finding, Used
from remit.model.review import Review
from remit.model.study import Study
from remit.model.two_arms import ArmsOfStudy, PooledLine, Ratio, Stretch, TwoArms
from remit.stats.frailty import Frailty, random_treatment, shared_frailty
from remit.stats.one_stage import HazardSummary, hazard_summary
from remit.synthesise.courses import followed, pool_followed
from remit.synthesise.families import outdated
from remit.synthesise.scale import exp

ARM, COMPARATOR = 1.0, 0.0
_Of = tuple[str, str, str, str]  # study, arm, outcome, basis
Model = Callable[[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike, npt.ArrayLike], Frailty]


class _Pair(NamedTuple):
    """A study's estimate and the curves of its two arms."""

    used: Used
    arm: UsableCurve
    comparator: UsableCurve


class _People(NamedTuple):
    """One row a person: months, event, arm (1, comparator 0) and study."""

    months: tuple[float, ...]
    event: tuple[bool, ...]
    arm: tuple[float, ...]
    study: tuple[str, ...]


def two_arms(review: Review, findings: Sequence[Finding], curves: Sequence[UsableCurve]) -> tuple[TwoArms, ...]:
    """Return the comparison of every hazard-ratio finding for which two or more studies have curves of both arms."""
    held: dict[_Of, UsableCurve] = {}
    studies = {d.study.id: d.study for d in review.studies}
    for c in sorted(curves, key=lambda c: _later(c, studies[c.study])):
        if c.printed.competing != "competing":
            held.setdefault((c.study, c.arm, c.outcome, c.basis), c)
    found = []
    for f in findings:
        if f.analysis.kind == "contrast" and f.analysis.measure == "HR":
            pairs = list(_pairs(f, held))
            made = _compared(review, f, pairs) if len(pairs) > 1 else None
            if made is not None:
                found.append(made)
    return tuple(found)


def _later(c: UsableCurve, study: Study) -> tuple[bool, int, int, str]:
    """Sorts the curves of one arm: the current look first, then most people, the latest report, the id."""
    report = study.report(c.printed.source.report)
    old = outdated(c.printed.flags, report)
    year = report.year if report is not None and report.year is not None else 0
    return old, -len(c.people), -year, c.curve


def _pairs(finding: Finding, held: Mapping[_Of, UsableCurve]) -> Iterator[_Pair]:
    """The studies whose two arms have a curve of one planned outcome and denominator, followed by one rule."""
    for used in finding.used:
        for outcome in finding.analysis.outcomes:
            sides = [held.get((used.study, arm, outcome, used.basis)) for arm in (used.arm, used.comparator)]
            if sides[0] is None or sides[1] is None:
                continue
            if sides[0].transplant == sides[1].transplant and sides[0].printed.competing == sides[1].printed.competing:
                yield _Pair(used, sides[0], sides[1])
                break


def _compared(review: Review, finding: Finding, pairs: Sequence[_Pair]) -> TwoArms | None:
    names = _names(pairs)
    people = _people(pairs, names)
    try:
        summary = hazard_summary(*people)
    except (InputError, NotConverged):
        return None
    p_of = dict(zip(summary.proportionality.names, summary.proportionality.within, strict=True))
    arms = {(d.study.id, a.id): a.label for d in review.studies for a in d.study.arms}
    drawn = {p.used.study for p in pairs}
    return TwoArms(
        id=f"{finding.id}-arms",
        title=finding.analysis.title,
        finding=finding.id,
        drug_class=finding.analysis.drug_class,
        proportional=summary.supported == "hazard ratio",
        reason=summary.reason,
        ratios=tuple(_ratios(summary, people)),
        stretches=tuple(_stretches(summary)),
        difference=_difference(summary),
        difference_reason=summary.rmst_reason,
        studies=tuple(_study(p, arms, p_of[name]) for p, name in zip(pairs, names, strict=True)),
        lines=tuple(_lines(pairs)),
        without=tuple(u.label for u in finding.used if u.study not in drawn),
    )


def _names(pairs: Sequence[_Pair]) -> list[str]:
    """A name for each study's pair; a name borne twice is told apart by its arm."""
    labels = [p.used.label for p in pairs]
    return [
        n if labels.count(n) == 1 else f"{n} ({p.used.study}, {p.used.arm})" for n, p in zip(labels, pairs, strict=True)
    ]


def _people(pairs: Sequence[_Pair], names: Sequence[str]) -> _People:
    rows = [
        (person.months, person.event, side, name)
        for pair, name in zip(pairs, names, strict=True)
        for side, curve in ((ARM, pair.arm), (COMPARATOR, pair.comparator))
        for person in curve.people
    ]
    months, event, arm, study = zip(*rows, strict=True)
    return _People(months, event, arm, study)


def _ratios(summary: HazardSummary, people: _People) -> Iterator[Ratio]:
    one = summary.hazard_ratio
    yield _ratio("stratified by study", one.estimate, one.lower, one.upper, "each study its own baseline, one effect")
    models: tuple[tuple[str, Model, str], ...] = (
        ("shared frailty", shared_frailty, "one baseline, times a gamma frailty of each study; one effect"),
        ("varying effect", random_treatment, "each study its own baseline; effects normal between studies"),
    )
    for name, fit, note in models:
        with suppress(InputError, NotConverged):
            f = fit(*people)
            yield _ratio(name, f.estimate, f.lower, f.upper, note)
    if summary.two_stage is not None:
        pooled, out = summary.two_stage.random, summary.two_stage.left_out
        note = "Cox in each study, pooled by REML" + (f"; without {'; '.join(out)}" if out else "")
        yield _ratio("two stages", pooled.estimate, pooled.lower, pooled.upper, note)


def _ratio(model: str, estimate: float, lower: float, upper: float, note: str) -> Ratio:
    return Ratio(model=model, estimate=exp(estimate), lower=exp(lower), upper=exp(upper), note=note)


def _stretches(summary: HazardSummary) -> Iterator[Stretch]:
    if summary.pieces is None:
        return
    x = summary.pieces
    for begin, end, events, b, low, high in zip(x.begin, x.end, x.events, x.estimate, x.lower, x.upper, strict=True):
        last = None if math.isinf(end) else end
        yield Stretch(begin=begin, end=last, events=events, estimate=exp(b), lower=exp(low), upper=exp(high))


def _difference(summary: HazardSummary) -> MeanTime | None:
    found = summary.rmst
    if found is None or found.horizon != (summary.horizon,):
        return None
    return MeanTime(horizon=summary.horizon, estimate=found.estimate[0], lower=found.lower[0], upper=found.upper[0])


def _study(pair: _Pair, arms: Mapping[tuple[str, str], str], p: float) -> ArmsOfStudy:
    used, sides = pair.used, (pair.arm.people, pair.comparator.people)
    return ArmsOfStudy(
        study=used.study,
        label=used.label,
        arm=arms.get((used.study, used.arm), used.arm),
        comparator=arms.get((used.study, used.comparator), used.comparator),
        people=(len(sides[0]), len(sides[1])),
        events=(sum(x.event for x in sides[0]), sum(x.event for x in sides[1])),
        p=p if math.isfinite(p) else None,
    )


def _lines(pairs: Sequence[_Pair]) -> Iterator[PooledLine]:
    """The pooled curve of each side, where one can be made."""
    for label, curves in (("arm", [p.arm for p in pairs]), ("comparator", [p.comparator for p in pairs])):
        with suppress(InputError):
            pooled = pool_followed(*followed(curves))
            yield PooledLine(
                label=label, months=pooled.time, survival=pooled.survival, lower=pooled.lower, upper=pooled.upper
            )
