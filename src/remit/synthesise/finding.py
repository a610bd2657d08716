"""Findings: every analysis of the protocol, carried out."""

from collections.abc import Sequence
from dataclasses import replace

from remit.errors import NotConverged
from remit.model.finding import Finding, LeftOut
from remit.model.protocol import Analysis
from remit.model.review import Review
from remit.synthesise import index as indexed
from remit.synthesise.combine import combine
from remit.synthesise.estimate import estimates
from remit.synthesise.families import choose
from remit.synthesise.index import Index
from remit.synthesise.made import Estimate
from remit.synthesise.reasons import incidence
from remit.synthesise.select import select
from remit.synthesise.subgroups import subgroups


def findings(review: Review, analyses: Sequence[Analysis] | None = None) -> tuple[Finding, ...]:
    """Return the finding of every analysis (of the protocol, in its order), without certainty and sentence."""
    index = indexed.build(review)
    return tuple(finding(index, analysis) for analysis in (review.protocol.analyses if analyses is None else analyses))


def finding(index: Index, analysis: Analysis) -> Finding:
    """Return one analysis's finding: what entered, what was left out and why, and the pooled estimate from k = 2.

    Raises NotConverged, naming the analysis, where a fit does not reach its tolerance.
    """
    made, refused = estimates(index, analysis, select(index, analysis))
    chosen, beaten = choose(made, analysis, index.prefer)
    entered = _told_apart(chosen)
    turned = analysis.kind == "survival" and incidence(index, analysis)
    try:
        found = combine([e.used for e in entered], analysis, turned)
        split = subgroups(index, analysis, entered, turned)
    except NotConverged as e:
        raise NotConverged(f"analysis {analysis.id}: {e}") from e
    return Finding(
        analysis=analysis,
        used=found.used,
        left_out=_ordered((*refused, *beaten), {(u.study, u.place.file, u.key) for u in found.used}),
        pooled=found.pooled,
        subgroups=split,
    )


def _told_apart(chosen: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the estimates; where a study brings several arms, their labels join its name."""
    per_study: dict[str, int] = {}
    for e in chosen:
        per_study[e.used.study] = per_study.get(e.used.study, 0) + 1
    out = []
    for e in chosen:
        if per_study[e.used.study] > 1:
            arm = e.candidate.sighting.study.arm(e.used.arm)
            name = arm.label or arm.id if arm is not None else e.used.arm
            e = replace(e, used=replace(e.used, label=f"{e.used.label}: {name}"))
        out.append(e)
    return tuple(out)


def _ordered(left_out: tuple[LeftOut, ...], entered: set[tuple[str, str, str]]) -> tuple[LeftOut, ...]:
    """Return the rows left out by study, table and key, each once, none that entered.

    A row that was tried in several ways (with several partners) keeps the reason of the one that came farthest.
    """
    once = {(r.study, r.place.file, r.key): r for r in left_out}
    return tuple(r for key, r in sorted(once.items(), key=lambda item: item[0]) if key not in entered)
