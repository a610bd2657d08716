"""Every defensible answer to one analysis: which studies enter (denominator × inclusion rule) × how they are pooled.

Denominators, where the analysis accepts several: `X first` (people counted as X stand before the planned ones, where a
study prints both) and `only X`. Enrolled and randomised people may come first only where the analysis accepts mixed
denominators.

Inclusion rules, each alone and then all "without" together:

without secondary sources        values read at second hand stay out
without mixed ages               studies and rows that hold adults stay out
without counts from percentages  counts worked out from a printed percentage stay out
without values read off figures  what curves say, where nothing is printed, stays out
without approximate variances    variances not from an interval, a standard error or counts stay out
without real-world cohorts       registries and retrospective cohorts stay out
with mixed ages / with real-world cohorts   where the plan rejects them

A rule that changes nothing is not a specification, nor is one that leaves fewer than two studies of a finding that
pools several. Another row of a study or family may step in for one that stays out, by the protocol's own order of
preference.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from remit.errors import NotConverged
from remit.model.finding import Finding, Used
from remit.model.multiverse import PLANNED, Multiverse, Specification
from remit.model.protocol import Analysis
from remit.model.review import Review
from remit.synthesise import index as indexed
from remit.synthesise.estimate import estimates
from remit.synthesise.families import choose
from remit.synthesise.finding import finding
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate
from remit.synthesise.reasons import incidence
from remit.synthesise.select import parsed, rejecting, select
from remit.synthesise.ways import planned_words, ways

PEOPLE = ("enrolled", "randomised", "infused", "treated", "evaluable")
"""Denominators that count the people given a treatment; the others ask another question."""
WIDER = frozenset({"enrolled", "randomised"})
REAL_WORLD = frozenset({"registry", "retrospective-cohort"})
ADULTS = frozenset({"mixed-with-adults", "adults"})
ALL_WITHOUT = "without any of these"
ALONE = "single study"
AS_PRINTED = "its own"
Key = tuple[tuple[str, str, str, str, str, str], ...]
Rule = Callable[[Estimate], bool]


@dataclass(frozen=True, slots=True)
class Group:
    """Studies that enter together, and the words for how they were chosen."""

    denominator: str
    inclusion: str
    used: tuple[Used, ...]

    @property
    def departures(self) -> int:
        """How many of the two words differ from the plan."""
        return (self.denominator != PLANNED) + (self.inclusion != PLANNED)


def multiverse(review: Review, analysis: Analysis) -> Multiverse:
    """Return every specification of `analysis`; the planned one is the finding to the last digit."""
    return multiverses(review, (analysis,))[0]


def multiverses(review: Review, analyses: Sequence[Analysis]) -> tuple[Multiverse, ...]:
    """Return the multiverse of each analysis, reading the review's rows once."""
    index = indexed.build(review)
    return tuple(_multiverse(index, analysis) for analysis in analyses)


def _multiverse(index: Index, analysis: Analysis) -> Multiverse:
    plan = finding(index, analysis)
    turned = analysis.kind == "survival" and incidence(index, analysis)
    out = [_planned(plan)] if plan.used else []
    failed: list[str] = []
    for group in groups(index, plan):
        try:
            out.extend(s for s in _answers(group, analysis, turned) if not s.planned)
        except NotConverged as e:
            failed.append(f"{group.denominator}, {group.inclusion}: {e}")
    return Multiverse(analysis=analysis, specifications=tuple(out), failed=tuple(failed))


def groups(index: Index, plan: Finding) -> tuple[Group, ...]:
    """Return every different group of studies, the planned one first, then by departures from it."""
    analysis = plan.analysis
    wide = widened(index, analysis)
    made, _ = estimates(index, wide, select(index, wide))
    rules = inclusion_rules(index, analysis, made)
    found = [
        Group(denominator, word, tuple(e.used for e in _entered(index, varied, made, rule)))
        for denominator, varied in denominators(analysis, made).items()
        for word, rule in rules.items()
    ]
    kept: dict[Key, Group] = {_key(plan.used): Group(PLANNED, PLANNED, plan.used)} if plan.used else {}
    least = min(2, max(1, plan.k))
    for group in sorted(found, key=lambda g: g.departures):
        if len(group.used) >= least:
            kept.setdefault(_key(group.used), group)
    return tuple(kept.values())


def widened(index: Index, analysis: Analysis) -> Analysis:
    """Return the analysis that every variation is a part of: all denominators it may use, no soft filter to relax."""
    basis = analysis.basis
    if basis and "mixed-denominators" in analysis.allow:
        basis = (*basis, *(b for b in PEOPLE if b not in basis))
    return replace(analysis, basis=basis, where=relaxed(relaxed(analysis.where, "age-group"), "design"))


def relaxed(where: Mapping[str, tuple[str, ...]], key: str) -> dict[str, tuple[str, ...]]:
    """Return a filter without the rejections of mixed ages, or of real-world cohorts."""
    gone = {f"!{v}" for v in (ADULTS if key == "age-group" else REAL_WORLD)}
    out = {k: tuple(v for v in values if k != key or v not in gone) for k, values in where.items()}
    return {k: values for k, values in out.items() if values}


def denominators(analysis: Analysis, made: Sequence[Estimate]) -> dict[str, Analysis]:
    """Return the analysis as planned and with every other choice of denominator that some study prints."""
    out = {PLANNED: analysis}
    printed = {e.used.basis for e in made}
    accepted = analysis.basis or tuple(b for b in PEOPLE if b in printed)
    mixed = "mixed-denominators" in analysis.allow
    for basis in PEOPLE:
        if basis in printed and (basis in accepted or (mixed and basis in WIDER)) and len(printed) > 1:
            others = tuple(b for b in (analysis.basis or sorted(printed)) if b != basis)
            out[f"{basis} first"] = replace(analysis, basis=(basis, *others))
    for basis in PEOPLE:
        if basis in printed and basis in accepted and len(printed) > 1:
            out[f"only {basis}"] = replace(analysis, basis=(basis,))
    return out


def inclusion_rules(index: Index, analysis: Analysis, made: Sequence[Estimate]) -> dict[str, Rule]:
    """Return the rules by their words; those that no estimate answers to are left away."""

    def matches(where: Mapping[str, tuple[str, ...]]) -> Rule:
        asked = parsed(where)
        return lambda e: not rejecting(asked, index.codes[e.used.study, e.used.arm])

    planned = matches(analysis.where)
    kept = [e for e in made if planned(e)]
    without = {word: rule for word, rule in WITHOUT.items() if any(rule(e) for e in kept)}
    rules: dict[str, Rule] = {PLANNED: planned}
    for word, rule in without.items():
        rules[word] = lambda e, rule=rule: planned(e) and not rule(e)  # type: ignore[misc]
    if len(without) > 1:
        rules[ALL_WITHOUT] = lambda e: planned(e) and not any(rule(e) for rule in without.values())
    for word, key in (("with mixed ages", "age-group"), ("with real-world cohorts", "design")):
        where = relaxed(analysis.where, key)
        if where != dict(analysis.where):
            rules[word] = matches(where)
    return rules


def _secondary(e: Estimate) -> bool:
    return e.candidate.sighting.row.source.kind == "secondary"


def _adults(e: Estimate) -> bool:
    return e.candidate.sighting.study.age_group in ADULTS or "mixed-ages" in e.used.marks


def _from_percentage(e: Estimate) -> bool:
    return "count-from-percentage" in e.used.marks


def _approximate(e: Estimate) -> bool:
    return "approximate" in e.used.marks


def _read_off(e: Estimate) -> bool:
    return "digitised" in e.used.marks


def _real_world(e: Estimate) -> bool:
    return e.candidate.sighting.study.design in REAL_WORLD


WITHOUT: dict[str, Rule] = {
    "without secondary sources": _secondary,
    "without mixed ages": _adults,
    "without counts from percentages": _from_percentage,
    "without values read off figures": _read_off,
    "without approximate variances": _approximate,
    "without real-world cohorts": _real_world,
}


def _entered(index: Index, analysis: Analysis, made: Sequence[Estimate], rule: Rule) -> tuple[Estimate, ...]:
    basis = analysis.basis
    asked = [e for e in made if (not basis or e.used.basis in basis) and rule(e)]
    return choose(asked, analysis, index.prefer)[0]


def _key(used: Sequence[Used]) -> Key:
    return tuple(sorted((u.study, u.place.file, u.key, u.arm, u.comparator, u.route) for u in used))


def _answers(group: Group, analysis: Analysis, turned: bool) -> Iterator[Specification]:
    """Yield the specifications of one group; a single study answers for itself, once."""
    used = group.used
    totals = [u.total + (u.comparator_total or 0) for u in used if u.total is not None]
    plan = planned_words(analysis, len(used))
    if len(used) == 1:
        u = used[0]
        yield Specification(
            denominator=group.denominator,
            inclusion=group.inclusion,
            transformation=plan[0],
            estimator=ALONE,
            interval=AS_PRINTED,
            planned=group.departures == 0,
            k=1,
            n=totals[0] if totals else None,
            estimate=u.estimate,
            lower=u.lower,
            upper=u.upper,
            tau2=None,
            studies=(u.study,),
        )
        return
    for answer in ways(used, analysis, turned):
        words = (answer.transformation, answer.estimator, answer.interval)
        yield Specification(
            denominator=group.denominator,
            inclusion=group.inclusion,
            transformation=answer.transformation,
            estimator=answer.estimator,
            interval=answer.interval,
            planned=group.departures == 0 and words == plan,
            k=len(used),
            n=sum(totals) if totals else None,
            estimate=answer.estimate,
            lower=answer.lower,
            upper=answer.upper,
            tau2=answer.tau2,
            studies=tuple(u.study for u in used),
        )


def _planned(plan: Finding) -> Specification:
    """Return the protocol's own specification with the finding's own numbers."""
    assert plan.estimate is not None and plan.lower is not None and plan.upper is not None
    words = planned_words(plan.analysis, plan.k)
    alone = plan.pooled is None
    return Specification(
        denominator=PLANNED,
        inclusion=PLANNED,
        transformation=words[0],
        estimator=ALONE if alone else words[1],
        interval=AS_PRINTED if alone else words[2],
        planned=True,
        k=plan.k,
        n=plan.n,
        estimate=plan.estimate,
        lower=plan.lower,
        upper=plan.upper,
        tau2=plan.pooled.tau2 if plan.pooled is not None else None,
        studies=tuple(u.study for u in plan.used),
    )
