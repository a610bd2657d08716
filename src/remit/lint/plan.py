"""The protocol against itself: measures that do not fit outcomes, and names that lead nowhere."""

from collections.abc import Iterator, Sequence

from remit.model.finding import Finding
from remit.model.place import Place, Problem
from remit.model.protocol import Analysis, Protocol, Test
from remit.model.review import Review

MEASURES = {"proportion": ("PLO",), "survival": ("cloglog",), "contrast": ("HR", "RR", "OR")}


def outcome_kind(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """time-to-event-ratio, outcome-kind: an outcome analysed as what it is not."""
    for a in review.protocol.analyses:
        for code in a.outcomes:
            known = review.protocol.outcome(code)
            if known is None:
                continue
            timed = known.kind == "time-to-event"
            if a.kind == "contrast" and a.measure in ("RR", "OR") and (timed or _events_of_time(review.protocol, code)):
                yield Problem(
                    a.place,
                    "time-to-event-ratio",
                    f"analysis {a.id} pools the time-to-event outcome {code} as {a.measure}",
                    "HR: follow-up differs between people, so a ratio of risks is not defined",
                    "use measure: HR, or an outcome that is a proportion",
                )
            elif timed != (a.kind == "survival") and a.kind != "contrast":
                what = "a time-to-event outcome" if timed else "a proportion"
                yield Problem(
                    a.place,
                    "outcome-kind",
                    f"analysis {a.id} of kind {a.kind} takes {code}, {what}",
                    "survival for time-to-event outcomes, proportion for proportions",
                    "change the analysis's kind, or the outcome's kind if it is wrong",
                )


def _events_of_time(protocol: Protocol, code: str) -> bool:
    """Whether a code such as `efs-events` counts the events of a time-to-event outcome."""
    parent = protocol.outcome(code.removesuffix("-events")) if code.endswith("-events") else None
    return parent is not None and parent.kind == "time-to-event"


def measure(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """measure: a measure that the kind of analysis does not have; survival without its time."""
    for a in review.protocol.analyses:
        known = MEASURES[a.kind]
        if a.measure not in known:
            seen = f"analysis {a.id} of kind {a.kind} with measure {a.measure or 'not stated'}"
            yield Problem(a.place, "measure", seen, " or ".join(known), f"write measure: {known[0]}")
        if a.kind == "survival" and a.months is None:
            seen = f"survival analysis {a.id} without a time"
            yield Problem(a.place, "measure", seen, "the landmark in months", "write months: 24, for example")


def no_comparator(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """no-comparator: a contrast that does not say with what."""
    for a in review.protocol.analyses:
        if a.kind == "contrast" and not a.versus:
            advice = "write versus, such as {class: [chemotherapy]}"
            yield Problem(
                a.place, "no-comparator", f"contrast {a.id} has no versus", "a filter of the comparator", advice
            )


def missing_analysis(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """analysis-missing: a finding, signature, claim or matrix column that names an analysis the protocol lacks."""
    protocol = review.protocol
    known = {a.id for a in protocol.analyses}
    for f in findings:
        if f.id not in known:
            yield _missing(f.analysis.place, f"finding {f.id}")
    for s in review.signatures:
        if s.analysis not in known:
            yield _missing(s.place, f"a signature for {s.analysis}")
    for claim in protocol.claims:
        for name in dict.fromkeys(_named(claim.test)):
            if name not in known:
                yield _missing(claim.place, f"claim {claim.id} tests finding {name}")
    for column, pattern in protocol.matrix:
        ids = {pattern.replace("{class}", c.id) for c in protocol.classes} | {pattern}
        if not ids & known:
            yield _missing(protocol.place, f"matrix column {column!r} shows {pattern}")


def _missing(place: Place, seen: str) -> Problem:
    advice = "add the analysis, with a dated amendment, or take the reference away"
    return Problem(place, "analysis-missing", seen, "an analysis of protocol.yaml", advice)


def _named(test: Test) -> Iterator[str]:
    if test.finding:
        yield test.finding
    if test.versus:
        yield test.versus
    for t in test.tests:
        yield from _named(t)


def missing_subgroup(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """subgroup-missing: a claim about a split that the analysis does not plan."""
    analyses: dict[str, Analysis] = {a.id: a for a in review.protocol.analyses}
    for claim in review.protocol.claims:
        for test in _flat(claim.test):
            analysis = analyses.get(test.finding)
            if test.kind == "subgroup" and analysis is not None and test.by not in analysis.subgroups:
                yield Problem(
                    claim.place,
                    "subgroup-missing",
                    f"claim {claim.id} compares levels of {test.by} in {analysis.id}",
                    f"{test.by} among its subgroups",
                    "add it to the analysis's subgroups",
                )


def _flat(test: Test) -> Iterator[Test]:
    yield test
    for t in test.tests:
        yield from _flat(t)
