"""Splits of an analysis by a property of arm, study or row, and the test that the levels differ.

Each level with two or more studies is pooled as the whole analysis is; a level with one study shows that study. Studies
whose level was not seen form the level "not stated", which is shown and kept out of the test.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from remit.model.finding import Pooled, Subgroup, SubgroupLevel, Used
from remit.model.protocol import Analysis
from remit.stats.effects import logit_proportion
from remit.stats.subgroups import between
from remit.synthesise.combine import combine
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate

NOT_STATED = "not stated"


def subgroups(
    index: Index, analysis: Analysis, entered: Sequence[Estimate], incidence: bool = False
) -> tuple[Subgroup, ...]:
    """Return every planned split of an analysis with two or more studies."""
    if len(entered) < 2:
        return ()
    return tuple(_split(index, analysis, entered, by, incidence) for by in analysis.subgroups)


def level_of(index: Index, e: Estimate, by: str) -> str:
    """Return the level of one estimate: a code, codes joined by `+` (in alphabetical order), or "not stated"."""
    study = e.candidate.sighting.study
    if by == "phase":
        found = [study.phase]
    elif by == "basis":
        found = [e.used.basis]
    elif by == "scale":
        found = [e.used.scale]
    elif by == "source":
        found = [e.candidate.sighting.row.source.kind]
    else:
        found = sorted(index.codes[study.id, e.used.arm].get(by, frozenset()))
    return "+".join(v for v in found if v and v != "unknown") or NOT_STATED


def _split(index: Index, analysis: Analysis, entered: Sequence[Estimate], by: str, incidence: bool) -> Subgroup:
    groups: defaultdict[str, list[Used]] = defaultdict(list)
    for e in entered:
        groups[level_of(index, e, by)].append(e.used)
    names = sorted(groups, key=lambda g: (g == NOT_STATED, g))
    levels = tuple(_level(name, groups[name], analysis, incidence) for name in names)
    tested = [v for v in levels if v.level != NOT_STATED and v.se > 0.0 and math.isfinite(v.effect)]
    if len(tested) < 2:
        return Subgroup(by=by, levels=levels, q=None, df=None, p=None)
    test = between([v.effect for v in tested], [v.se for v in tested])
    return Subgroup(by=by, levels=levels, q=test.q, df=int(test.df), p=test.p)


def _level(name: str, used: Sequence[Used], analysis: Analysis, incidence: bool) -> SubgroupLevel:
    found = combine(used, analysis, incidence)
    totals = [u.total + (u.comparator_total or 0) for u in used if u.total is not None]
    source = found.pooled or found.used[0]
    effect, se = _effect(used, source)
    return SubgroupLevel(
        level=name,
        k=len(used),
        n=sum(totals) if totals else None,
        estimate=source.estimate,
        lower=source.lower,
        upper=source.upper,
        effect=effect,
        se=se,
        studies=tuple(dict.fromkeys(u.study for u in found.used)),
    )


def _effect(used: Sequence[Used], source: Pooled | Used) -> tuple[float, float]:
    """Return effect and standard error for the test; 1/2 is added where every cell of a level is 0 % or 100 %."""
    if isinstance(source, Used):
        return source.effect, math.sqrt(source.variance)
    if math.isfinite(source.effect) and math.isfinite(source.se) and source.se > 0.0:
        return source.effect, source.se
    added = logit_proportion(sum(u.events or 0 for u in used), sum(u.total or 0 for u in used), add=0.5)
    return added.estimate, added.se
