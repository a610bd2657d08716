"""The five domains that lower certainty: each gives one step with its numbers in words."""

from remit.grade.body import Body, Member
from remit.grade.precision import imprecision
from remit.grade.rules import (
    FEW_STUDIES,
    I2_SERIOUS,
    I2_VERY_SERIOUS,
    MOST,
    VERY_WIDE_PREDICTION,
    WIDE_PREDICTION,
)
from remit.grade.say import interval, percent, studies, thresholds
from remit.model.certainty import Route, Step

__all__ = ["imprecision", "inconsistency", "indirectness", "publication_bias", "risk_of_bias"]


NOTES = 2
"""Notes of up to this many studies are quoted; more are counted only."""


def risk_of_bias(body: Body) -> Step:
    """Return -2 where most weight is judged high, -1 where most weight is not judged low by a finished appraisal."""
    high = body.weight(lambda m: _judged(m) == "high")
    sure = body.weight(lambda m: _judged(m) == "low")
    words: dict[str, int] = {}
    for m in body.members:
        words[_judged(m)] = words.get(_judged(m), 0) + 1
    said = ", ".join(f"{n} {w}" for w, n in sorted(words.items()))
    if high > MOST:
        return Step(
            domain="risk of bias", change=-2, reason=f"{percent(high)} of the weight is at high risk of bias ({said})"
        )
    if 1.0 - sure > MOST:
        reason = f"{percent(1.0 - sure)} of the weight is not judged at low risk by a finished appraisal ({said})"
        return Step(domain="risk of bias", change=-1, reason=reason)
    return Step(
        domain="risk of bias", change=0, reason=f"{percent(sure)} of the weight is at low risk of bias ({said})"
    )


def _judged(m: Member) -> str:
    """Return the judgement in words; a provisional "low" is not yet a low."""
    if m.appraisal is None:
        return "not appraised"
    if m.appraisal.provisional and m.appraisal.overall == "low":
        return "provisionally low"
    return m.appraisal.overall


def inconsistency(body: Body) -> Step:
    """Return a step from I2 and from what the prediction interval crosses that the confidence interval does not."""
    f = body.finding
    p = f.pooled
    if p is None:
        return Step(domain="inconsistency", change=0, reason="one study: consistency cannot be judged")
    i2 = f"I² is {p.i2:.0f} %"
    if p.prediction_lower is None or p.prediction_upper is None:
        change = -1 if p.i2 >= I2_VERY_SERIOUS else 0
        return Step(domain="inconsistency", change=change, reason=f"two studies, no prediction interval; {i2}")
    ahead = interval(p.prediction_lower, p.prediction_upper, f.analysis.kind)
    limits = thresholds(f.analysis)
    if limits:
        beyond = [t for t in limits if p.prediction_lower < t < p.prediction_upper and not p.lower < t < p.upper]
        crossed = len(beyond)
        crosses = f"crosses {crossed} of {len(limits)} thresholds that the confidence interval does not"
    else:
        width = p.prediction_upper - p.prediction_lower
        crossed = 2 if width > VERY_WIDE_PREDICTION else 1 if width > WIDE_PREDICTION else 0
        crosses = f"is {100 * width:.0f} points wide"
    change = 0
    if crossed and p.i2 >= I2_SERIOUS:
        change = -2 if crossed > 1 and p.i2 >= I2_VERY_SERIOUS else -1
    return Step(domain="inconsistency", change=change, reason=f"{i2}; the prediction interval {ahead} {crosses}")


def indirectness(body: Body) -> Step:
    """Return -1 where most people fit the question only in part, where scales mix, or where the analysis says so."""
    reasons = []
    part = body.share(_partly)
    if part > MOST:
        n = body.count(_partly)
        reasons.append(
            f"{percent(part)} of the people ({n} of {len(body.members)} studies) fit only in part: {_traits(body)}"
        )
    if body.finding.analysis.indirectness:
        reasons.append(f"the analysis says: {body.finding.analysis.indirectness}")
    scales = {m.used.scale for m in body.members if m.used.scale}
    if len(scales) > 1 or (scales == {"unknown"} and len(body.members) > 1):
        reasons.append(f"grades come from {' and '.join(sorted(scales))} scales")
    if reasons:
        return Step(domain="indirectness", change=-1, reason="; ".join(reasons))
    return Step(domain="indirectness", change=0, reason=f"{percent(part)} of the people fit the question only in part")


def _partly(m: Member) -> bool:
    return bool(_why_partly(m))


def _why_partly(m: Member) -> list[str]:
    s = m.data.study
    why = []
    if s.age_group in ("mixed-with-adults", "adults", "unknown") or "mixed-ages" in m.used.marks:
        why.append("ages")
    if s.lineage != "b-all" or "mixed-disease" in m.used.marks:
        why.append("disease")
    if s.indirectness:
        why.append("as noted")
    return why


def _traits(body: Body) -> str:
    counts: dict[str, int] = {}
    for m in body.members:
        for w in _why_partly(m):
            counts[w] = counts.get(w, 0) + 1
    said = ", ".join(f"{w} ({n})" for w, n in sorted(counts.items()))
    notes = [f"{m.used.label}: {m.data.study.indirectness}" for m in body.members if m.data.study.indirectness]
    return f"{said}; {' '.join(notes)}" if 0 < len(notes) <= NOTES else said


def publication_bias(body: Body) -> Step:
    """Return -1 where most weight is known only from abstracts or news, which miss what was never printed in full.

    Where a published report was read at second hand the value is marked, and nothing is taken off here.
    """
    thin = body.weight(_thin)
    k = body.finding.k
    test = "too few for a test" if k < FEW_STUDIES else "no test of small-study effects is run"
    said = f"{percent(thin)} of the weight is known only from abstracts or news"
    return Step(domain="publication bias", change=-1 if thin > MOST else 0, reason=f"{said}; {studies(k)}: {test}")


def _thin(m: Member) -> bool:
    """Whether a study is known from abstracts or news alone: no report of it was printed in full."""
    return all(r.kind in ("abstract", "news", "other") for r in m.data.study.reports)


def steps(body: Body, route: Route) -> tuple[Step, ...]:
    """Return all five domains in GRADE's order."""
    return (
        risk_of_bias(body),
        inconsistency(body),
        indirectness(body),
        imprecision(body, route),
        publication_bias(body),
    )
