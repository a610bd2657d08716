"""Certainty of every finding, suggested by rules and replaced by a signature where there is one."""

from collections.abc import Sequence
from dataclasses import replace

from remit.grade.body import Body, Member, body
from remit.grade.domains import steps
from remit.grade.rules import (
    MOST,
    NONRANDOMISED_START,
    PROSPECTIVE,
    RANDOMISED_START,
    RATE_START,
    RATE_START_OTHER,
    UNCONTROLLED,
)
from remit.grade.say import percent
from remit.grade.wording import sentence
from remit.model.certainty import LEVELS, Certainty, Level, Route, Signature, Step
from remit.model.finding import Finding
from remit.model.review import Review


def graded(findings: Sequence[Finding], review: Review) -> tuple[Finding, ...]:
    """Return the findings with certainty (None where no study entered) and sentence, in the same order."""
    signatures = {s.analysis: s for s in review.signatures}
    out = []
    for f in findings:
        sure = replace(f, certainty=certainty(f, review, signatures.get(f.id)))
        out.append(replace(sure, sentence=sentence(sure, review)))
    return tuple(out)


def certainty(finding: Finding, review: Review, signature: Signature | None = None) -> Certainty | None:
    """Return the certainty of one finding, None where no study entered.

    Rates: as incidence and prognosis evidence. Comparisons: high when randomised, low when not, and very low whatever
    else holds where any of the weight has no concurrent control.
    """
    evidence = body(finding, review)
    if not evidence.members:
        return None
    route: Route = "comparative" if finding.analysis.kind == "contrast" else "rate"
    start, why = _start(evidence, route)
    taken = (why, *steps(evidence, route))
    at = LEVELS.index(start) + sum(s.change for s in taken)
    level = LEVELS[max(0, min(at, len(LEVELS) - 1))]
    suggested = Certainty(level=level, route=route, start=start, steps=taken)
    if signature is None:
        return suggested
    said = Step(domain="signed judgement", change=0, reason=f"suggested {level}; {signature.by}: {signature.reason}")
    return replace(
        suggested,
        level=signature.level,
        steps=(*taken, said),
        signed_by=signature.by,
        signed_on=signature.date,
    )


def _start(evidence: Body, route: Route) -> tuple[Level, Step]:
    """Return where the body starts, with the step that says why."""
    if route == "rate":
        ahead = evidence.weight(lambda m: m.data.study.design in PROSPECTIVE)
        start = RATE_START if ahead >= MOST else RATE_START_OTHER
        reason = (
            f"a rate, taken as incidence or prognosis evidence: starts {start}, as {percent(ahead)} of the weight was "
            "followed prospectively"
        )
        return start, Step(domain="start", change=0, reason=reason)
    alone = evidence.weight(_uncontrolled)
    if alone > 0.0:
        said = f"a comparison of which {percent(alone)} of the weight has no concurrent control"
        reason = f"{said}: never above {UNCONTROLLED}"
        return UNCONTROLLED, Step(domain="start", change=0, reason=reason)
    drawn = evidence.weight(lambda m: m.data.study.design == "randomised")
    start = RANDOMISED_START if drawn > 1.0 - 1e-9 else NONRANDOMISED_START
    reason = f"a comparison, {percent(drawn)} of the weight randomised: starts {start}"
    return start, Step(domain="start", change=0, reason=reason)


def _uncontrolled(m: Member) -> bool:
    """Whether the two arms were not treated beside one another under one design."""
    arm = m.data.study.arm(m.used.comparator)
    if arm is not None and arm.role == "historical-control":
        return True
    return m.data.study.design not in ("randomised", "nonrandomised-comparative")
