"""Findings in one plain sentence: size band and certainty, never a recommendation.

Verbs by certainty follow GRADE guidelines 26 (doi 10.1016/j.jclinepi.2019.10.014): high states, moderate says probably,
low says may, very low says that the evidence is very uncertain.
"""

import math

from remit.grade.body import body
from remit.grade.names import condition, lowered, outcome, treatment
from remit.grade.rules import MOST
from remit.grade.say import interval, studies, value
from remit.model.certainty import Level
from remit.model.finding import Finding
from remit.model.review import Review

HAVE: dict[Level, str] = {"high": "have", "moderate": "probably have", "low": "may have", "very low": "have"}
BE: dict[Level, str] = {"high": "are", "moderate": "are probably", "low": "may be", "very low": "are"}
MAKE: dict[Level, str] = {
    "high": "makes up",
    "moderate": "probably makes up",
    "low": "may make up",
    "very low": "makes up",
}
RESULT: dict[Level, str] = {
    "high": "results in",
    "moderate": "probably results in",
    "low": "may result in",
    "very low": "may result in",
}
ALIVE = {
    "os": "alive",
    "efs": "alive without an event",
    "dfs": "alive without disease",
    "rfs": "alive without relapse",
    "lfs": "alive without leukemia",
}
"""Survival outcomes as what people are; other outcomes are what people have."""
GIVEN = {
    "infused": "infused with",
    "enrolled": "enrolled for",
    "randomised": "randomised to",
    "responders": "responding to",
}
LITTLE = math.log(1.05)
"""Ratios nearer to 1 than 1.05 are little to no difference."""
UNSURE = "the evidence is very uncertain"
RATIO = {"HR": "hazard ratio", "RR": "risk ratio", "OR": "odds ratio"}


def sentence(finding: Finding, review: Review) -> str:
    """Return the finding as one sentence that says no more than the finding."""
    if finding.estimate is None or finding.lower is None or finding.upper is None:
        return f"No trial found: {lowered(finding.analysis.title)}."
    level: Level = finding.certainty.level if finding.certainty is not None else "very low"
    said = _contrast(finding, review, level) if finding.analysis.kind == "contrast" else _rate(finding, review, level)
    return f"{said[:1].upper()}{said[1:]}."


def about(share: float) -> str:
    """Return a proportion as a band people can picture: `about 8 of 10`, `about 3 of 100`, `nearly all`."""
    if share in (0.0, 1.0):
        return "none" if share == 0.0 else "all"
    if share < 0.005:
        return "fewer than 1 of 100"
    if share >= 0.995:
        return "nearly all"
    if share < 0.075 or share >= 0.95:
        return f"about {round(100 * share)} of 100"
    return f"about {round(10 * share)} of 10"


def _rate(f: Finding, review: Review, level: Level) -> str:
    a = f.analysis
    assert f.estimate is not None
    bases = {u.basis for u in f.used}
    basis = bases.pop() if len(bases) == 1 else ""
    given = treatment(a.where, a.drug_class, review)
    size = about(f.estimate)
    when = f" at {a.months:g} months" if a.months is not None and a.kind == "survival" else ""
    code = a.outcomes[0] if a.outcomes else ""
    if basis == "relapses":
        core = f"{lowered(outcome(a, review))} {MAKE[level]} {size} relapses after {given}"
    else:
        who = f"{_of(size)} {people(f, review)} {GIVEN.get(basis, 'given')} {given}"
        what = f"{BE[level]} {ALIVE[code]}" if code in ALIVE else f"{HAVE[level]} {lowered(outcome(a, review))}"
        core = f"{who} {what}{when}"
    return _framed(f, review, core, level)


def _of(size: str) -> str:
    """Return the band so that a noun can follow: `none of the`, `nearly all`."""
    return {"none": "none of the", "all": "all"}.get(size, size)


def _contrast(f: Finding, review: Review, level: Level) -> str:
    a = f.analysis
    assert f.estimate is not None
    mine, theirs = treatment(a.where, a.drug_class, review), treatment(a.versus, "", review)
    what = lowered(outcome(a, review))
    if level == "very low":
        core = f"{UNSURE} about the effect of {mine} compared with {theirs} on {what}"
        return _framed(f, review, core, "high")
    known = review.protocol.outcome(a.outcomes[0]) if a.outcomes else None
    timed = known is not None and known.kind == "time-to-event" and known.direction == "higher-is-better"
    if abs(math.log(f.estimate)) < LITTLE:
        effect = f"little to no difference in {what} compared with"
    elif timed:
        effect = f"{'longer' if f.estimate < 1 else 'shorter'} {what} than"
    else:
        effect = f"{'less' if f.estimate < 1 else 'more'} frequent {what} than"
    verb = RESULT[level].replace("results", "result") if mine.endswith("s") else RESULT[level]
    return _framed(f, review, f"{mine} {verb} {effect} {theirs}", level)


def _framed(f: Finding, review: Review, core: str, level: Level) -> str:
    """Return the core with its population, numbers, source and certainty around it."""
    a = f.analysis
    assert f.estimate is not None and f.lower is not None and f.upper is not None
    lead = condition(a, review)
    measure = f"{RATIO.get(a.measure, a.measure)} " if a.kind == "contrast" else ""
    numbers = f"{measure}{value(f.estimate, a.kind)}, 95 % CI {interval(f.lower, f.upper, a.kind)}"
    n = f", {f.n:,} people" if f.n is not None else ""
    source = f"one study, {f.used[0].label}{n}" if f.k == 1 else f"{_several(f)}{n}"
    doubt = f"; {UNSURE}" if level == "very low" else ""
    crosses = "; the interval includes no difference" if a.kind == "contrast" and f.lower < 1.0 < f.upper else ""
    return f"{lead}{core} ({numbers}; {source}){crosses}{doubt}"


def _several(f: Finding) -> str:
    """Return `12 studies`, or `4 studies, 5 groups` where a study brings several groups of people."""
    distinct = len({u.study for u in f.used})
    return studies(distinct) if distinct == f.k else f"{studies(distinct)}, {f.k} groups"


def people(f: Finding, review: Review) -> str:
    """Return "children", or "people" where most of them come from studies that also took adults."""
    evidence = body(f, review)
    adults = evidence.share(lambda m: m.data.study.age_group in ("mixed-with-adults", "adults"))
    return "people" if adults > MOST else "children"
