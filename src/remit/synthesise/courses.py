"""Survival over time: planned landmarks of one outcome and one treatment, pooled together.

Survival analyses that differ in their months alone belong to one course. Where two or more of its studies have a curve
that can be used, their curves are pooled without a distribution (Combescure, Foucher and Jackson 2014); else the
landmarks that reports print are pooled as one multivariate outcome, with the correlation that one study's landmarks
have (`stats.pooled_landmarks`). Which of the two is said. Where studies without a curve have landmarks, both are made.
Nothing here changes a finding of a single landmark.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from remit.errors import InputError, NotConverged
from remit.model.course import Course, CoursePoint, CourseStudy, UsableCurve
from remit.model.finding import Finding, LeftOut, Used
from remit.model.protocol import Analysis
from remit.model.review import Review
from remit.model.study import Study
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.pooled_landmarks import PooledLandmarks, StudyLandmarks, growing, pool_landmarks
from remit.stats.pooled_survival import PooledCurve, common_grid, curve_from_people, pool_curves
from remit.synthesise import index as indexed
from remit.synthesise.curve_choice import enter
from remit.synthesise.lasting import cured_fraction, mean_time
from remit.synthesise.left import incidence

LANDMARKS = "landmarks pooled together: complementary log-log, REML; interval: t, k − 1"
CURVES = "curves pooled without a distribution: arc-sine, random effects by moments"
BETWEEN = {
    "unstructured": "true values vary freely between studies, with a correlation for each two times",
    "autoregressive": "true values of one study are correlated, less at a distance",
    "compound-symmetric": "true values of one study are equally correlated at all times",
    "diagonal": "true values at different times are taken as unrelated: too few studies print several",
    "common": "no variation between studies",
}
_MONTHS = re.compile(r"(^|-)\d+m(?=-|$)")
_AT = re.compile(r",? at \d+ (months|years)")
Key = tuple[object, ...]


def courses(review: Review, findings: Sequence[Finding], curves: Sequence[UsableCurve] = ()) -> tuple[Course, ...]:
    """Return every course that two or more studies share at two or more times, in the order of the protocol."""
    index = indexed.build(review)
    found = []
    for group in _groups(findings):
        usable, lost = enter(index, group[0].analysis, curves)
        drawn = {c.study for c in usable}
        whole = _from_curves(group, usable, lost, index.studies) if len(drawn) > 1 else None
        marks = _from_landmarks(group)
        if whole is not None:
            found.append(whole)
        if marks is not None and whole is None:
            found.append(marks)
        elif marks is not None and {s.study for s in marks.studies} - drawn:
            id, title = f"{marks.id}-landmarks", f"{marks.title}: all studies"
            found.append(replace(marks, id=id, title=title, beside_curve=True))
    return tuple(found)


def _groups(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    held: dict[Key, list[Finding]] = {}
    for f in findings:
        if f.analysis.kind == "survival" and f.analysis.months is not None and not (f.used and incidence(f)):
            held.setdefault(_key(f.analysis), []).append(f)
    for group in held.values():
        yield sorted(group, key=lambda f: f.analysis.months or 0.0)


def _key(a: Analysis) -> Key:
    where = tuple(sorted((k, tuple(v)) for k, v in a.where.items()))
    return a.question, a.drug_class, a.outcomes, where, a.basis, a.scale, _MONTHS.sub("", a.id)


def _named(group: Sequence[Finding]) -> tuple[str, str]:
    first = group[0].analysis
    return _MONTHS.sub("", first.id) + "-course", _AT.sub("", first.title)


def _from_landmarks(group: Sequence[Finding]) -> Course | None:
    studies = list(_studies(group))
    shared = {t for t in _times(group) if sum(t in s.time for s, _ in studies) > 1}
    if len(studies) < 2 or len(shared) < 2:
        return None
    try:
        pooled = pool_landmarks([s for s, _ in studies])
    except (InputError, NotConverged):
        return None
    months = {f.analysis.months: f for f in group}
    id, title = _named(group)
    first = group[0].analysis
    return Course(
        id=id,
        title=title,
        question=first.question,
        drug_class=first.drug_class,
        outcomes=first.outcomes,
        kind="landmarks",
        findings=tuple(f.id for f in group if f.used),
        points=tuple(_points(pooled, {t: months[t].n for t in pooled.time})),
        studies=tuple(described for _, described in studies),
        method=LANDMARKS,
        i2=pooled.i2,
        note=_said(pooled),
    )


def _said(pooled: PooledLandmarks) -> str:
    parts = [BETWEEN.get(pooled.structure, pooled.structure)]
    if pooled.rises:
        parts.append("the pooled values rise with time: studies with later landmarks differ from those without")
    if pooled.left_out:
        parts.append("one study alone at " + ", ".join(f"{t:g}" for t in pooled.left_out) + " months")
    return "; ".join(parts)


def _times(group: Sequence[Finding]) -> list[float]:
    return [f.analysis.months for f in group if f.analysis.months is not None]


def _studies(group: Sequence[Finding]) -> Iterator[tuple[StudyLandmarks, CourseStudy]]:
    """Each study's landmarks in order of time; one that rises above an earlier one is left out, and said."""
    held: dict[tuple[str, str], dict[float, Used]] = {}
    for f in group:
        for u in f.used:
            if f.analysis.months is not None:
                held.setdefault(_people(u, held, f.analysis.months), {})[f.analysis.months] = u
    for (study, arm), by_month in held.items():
        kept: list[tuple[float, float, float]] = []
        rising = []
        for months, used in sorted(by_month.items()):
            s = math.exp(-math.exp(used.effect))
            v = used.variance * math.log(s) ** 2
            if kept and s > kept[-1][1]:
                rising.append(f"{months:g}")
                continue
            kept.append((months, s, v))
        note = f"left out where it rises: {', '.join(rising)} months" if rising else ""
        times, survival, variances = zip(*kept, strict=True)
        shown = tuple((t, by_month[t].estimate) for t in times)
        label = next(iter(by_month.values())).label
        described = CourseStudy(study=study, arm=arm, label=label, points=shown, note=note)
        yield StudyLandmarks(times, survival, growing(survival, variances), note), described


def _people(u: Used, held: Mapping[tuple[str, str], Mapping[float, Used]], months: float) -> tuple[str, str]:
    """The group of people an estimate belongs to: its family's at another time, where that has none at this one."""
    for key, by_month in held.items():
        if months not in by_month and any(o.family == u.family and o.family for o in by_month.values()):
            return key
    return u.study, u.arm


def _points(pooled: PooledLandmarks, people: Mapping[float, int | None]) -> Iterator[CoursePoint]:
    for j, t in enumerate(pooled.time):
        ahead = pooled.prediction_lower[j], pooled.prediction_upper[j]
        yield CoursePoint(
            months=t,
            estimate=pooled.survival[j],
            lower=pooled.lower[j],
            upper=pooled.upper[j],
            prediction_lower=ahead[0] if math.isfinite(ahead[0]) else None,
            prediction_upper=ahead[1] if math.isfinite(ahead[1]) else None,
            k=pooled.k[j],
            n=people.get(t),
        )


def _from_curves(
    group: Sequence[Finding], usable: Sequence[UsableCurve], lost: Sequence[LeftOut], studies: Mapping[str, Study]
) -> Course | None:
    times, events = followed(usable)
    try:
        pooled = pool_followed(times, events, _times(group))
    except InputError:
        return None
    names = {id: s.name for id, s in studies.items()}
    labels = [names[c.study] for c in usable]
    inside = {c.study for c in usable}
    without = sorted({u.label for f in group for u in f.used if u.study not in inside})
    id, title = _named(group)
    first = group[0].analysis
    return Course(
        id=id,
        title=title,
        question=first.question,
        drug_class=first.drug_class,
        outcomes=first.outcomes,
        kind="curve",
        findings=tuple(f.id for f in group if f.used),
        points=tuple(_steps(pooled)),
        studies=tuple(_drawn(c, names) for c in usable),
        median=(pooled.median, pooled.median_lower, pooled.median_upper),
        method=CURVES,
        i2=pooled.i2,
        mean=mean_time(times, events, _times(group), labels),
        cured=cured_fraction(times, events, labels),
        left_out=tuple(lost),
        note="; ".join(p for p in (pooled.ended, f"no curve: {', '.join(without)}" if without else "") if p),
    )


def followed(curves: Sequence[UsableCurve]) -> tuple[list[list[float]], list[list[bool]]]:
    """Return the months and the events of each curve's people."""
    return [[p.months for p in c.people] for c in curves], [[p.event for p in c.people] for c in curves]


def pool_followed(
    times: Sequence[Sequence[float]], events: Sequence[Sequence[bool]], planned: Sequence[float] = ()
) -> PooledCurve:
    """Return the pooled curve, estimated at planned months among others. InputError as `pool_curves`."""
    grid = _from_the_shortest(_with_planned(common_grid(times, events), planned), times)
    return pool_curves([curve_from_people(t, d, grid) for t, d in zip(times, events, strict=True)])


def _with_planned(grid: Sequence[float], planned: Sequence[float]) -> tuple[float, ...]:
    """Return the grid with each planned month within it in place of its nearest time, so that they are estimated."""
    kept = list(grid)
    for month in (m for m in planned if m <= grid[-1]):
        free = [t for t in kept if t not in planned]
        if month not in kept and free:
            kept.remove(min(free, key=lambda t: abs(t - month)))
        kept.append(month)
    return tuple(sorted({*kept, grid[-1]}))


def _from_the_shortest(grid: tuple[float, ...], times: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return the grid, begun at the end of the shortest follow-up where that is before it: so that study counts too."""
    short = min(max(t) for t in times)
    return grid if short >= grid[0] else (short, *grid)


def _drawn(c: UsableCurve, names: Mapping[str, str]) -> CourseStudy:
    made = kaplan_meier([p.months for p in c.people], [p.event for p in c.people])
    falls = [(t, s) for t, s, d in zip(made.time, made.survival, made.n_event, strict=True) if d]
    points = [(float(t), float(s)) for t, s in falls]
    end = float(made.time[-1])
    if not points or points[-1][0] < end:
        points.append((end, float(made.survival[-1])))
    note = f"accepted: {c.accepted}" if c.accepted else ""
    return CourseStudy(study=c.study, arm=c.arm, label=names.get(c.study, c.study), points=tuple(points), note=note)


def _steps(pooled: PooledCurve) -> Iterator[CoursePoint]:
    for j, t in enumerate(pooled.time):
        several = pooled.k[j] > 2
        yield CoursePoint(
            months=t,
            estimate=pooled.survival[j],
            lower=pooled.lower[j],
            upper=pooled.upper[j],
            prediction_lower=pooled.prediction_lower[j] if several else None,
            prediction_upper=pooled.prediction_upper[j] if several else None,
            k=pooled.k[j],
            n=round(pooled.exposed[j]),
        )
