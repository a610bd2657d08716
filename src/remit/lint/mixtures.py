"""What one analysis mixes without saying so: toxicity scales, denominators and rules for transplantation."""

from collections.abc import Iterator, Sequence

from remit.model.finding import Finding
from remit.model.observation import Contrast, Median, Survival
from remit.model.place import Problem, Severity
from remit.model.printed_curve import PrintedCurve
from remit.model.protocol import Analysis
from remit.model.review import Review

MEANING = {
    "enrolled": "everyone meant to be treated",
    "randomised": "everyone meant to be treated",
    "infused": "those treated",
    "treated": "those treated",
    "responders": "responders",
    "relapses": "relapses",
    "transplanted": "those transplanted",
}
"""What a denominator counts; evaluable, subgroup and unknown lie too near the others to be told apart."""


def mixed_scales(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """mixed-scales: grades from different or unknown scales pooled without saying so (`scale: unknown` says so)."""
    graded = {o.id for o in review.protocol.outcomes if o.graded}
    for f in findings:
        if f.k < 2 or "mixed-scales" in f.analysis.allow or not graded & set(f.analysis.outcomes):
            continue
        scales = sorted({u.scale or "unknown" for u in f.used})
        if len(scales) > 1 or (scales == ["unknown"] and f.analysis.scale != "unknown"):
            yield Problem(
                f.analysis.place,
                "mixed-scales",
                f"analysis {f.id} pools grades of {' and '.join(scales)}",
                "one known scale",
                "name the scale of the analysis, or allow mixed-scales with the reason",
            )


def mixed_denominators(_: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """mixed-denominators: people meant to be treated beside people treated (or responders), without saying so."""
    for f in findings:
        if f.k < 2 or "mixed-denominators" in f.analysis.allow:
            continue
        meanings = {MEANING[u.basis] for u in f.used if u.basis in MEANING}
        if len(meanings) > 1:
            bases = sorted({u.basis for u in f.used})
            yield Problem(
                f.analysis.place,
                "mixed-denominators",
                f"analysis {f.id} pools rates of {', '.join(bases)}",
                "one kind of denominator",
                "narrow the analysis's basis, or allow mixed-denominators with the reason",
            )


KNOWN = ("censored", "not-censored", "event", "state")
UNSAID = "not-stated"


def mixed_curves(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """mixed-transplant, mixed-competing: curves pooled that treat transplantation, or a rival event, otherwise.

    One course, or one ratio of both arms over time (its transplantation: `mixed_transplant`), pools them: follow-up
    ending at transplantation beside follow-up going on; death before relapse counted as the event beside death that
    ends follow-up; one minus a cumulative incidence beside anything else. A report that does not say what it did,
    beside one that says, is warned of.
    """
    told: set[tuple[str, str]] = set()
    for f in findings:
        a, curves = (
            f.analysis,
            list(_of_analysis(review, f.analysis) if f.analysis.kind == "survival" else _of_arms(review, f)),
        )
        if len({study for study, _ in curves}) < 2:
            continue
        ended = [(c.transplant, s) for s, c in curves] if a.kind == "survival" else []
        for rule, about, severity, seen in (
            ("mixed-transplant", "transplantation", _transplant, ended),
            ("mixed-competing", "the rival event", _rival, [(c.competing, s) for s, c in curves]),
        ):
            studies: dict[str, dict[str, None]] = {}
            for word, study in seen:
                studies.setdefault(word, {})[study] = None
            weight = severity(frozenset(studies))
            named = " and ".join(f"{word} ({', '.join(held)})" for word, held in sorted(studies.items()))
            if weight is not None and rule not in a.allow and (a.drug_class, named) not in told:
                told.add((a.drug_class, named))
                yield Problem(
                    a.place,
                    rule,
                    f"curves for analysis {a.id} with {about} {named}",
                    f"one rule for {about}",
                    f"leave out the curves of one rule, or allow {rule} with the reason"
                    if weight == "error"
                    else f"look in the reports what they did, or allow {rule} with the reason",
                    weight,
                )


def _transplant(rules: frozenset[str]) -> Severity | None:
    known = rules.intersection(KNOWN)
    return "error" if len(known) > 1 else "warning" if known and UNSAID in rules else None


def _rival(rules: frozenset[str]) -> Severity | None:
    """How bad it is to pool these rules: a cumulative incidence goes with nothing else, an event not with its end.

    `not-applicable` (there is no rival event) goes with `event`, for nothing else happened; not with `censored`.
    """
    if len(rules) > 1 and ("competing" in rules or rules >= {"event", "censored"}):
        return "error"
    silent = UNSAID in rules and len(rules) > 1
    return "warning" if silent or rules >= {"not-applicable", "censored"} else None


def _of_analysis(review: Review, a: Analysis) -> Iterator[tuple[str, PrintedCurve]]:
    """The curves that a survival analysis's course would pool, each with its study."""
    wanted = {a.drug_class} if a.drug_class else {v for v in a.where.get("class", ()) if not v.startswith("!")}
    for data in review.studies:
        classes = {arm.id: arm.drug_class for arm in data.study.arms}
        for c in data.curves:
            fits = c.outcome in a.outcomes and (not a.basis or c.basis in a.basis)
            if fits and (not wanted or classes.get(c.arm) in wanted):
                yield data.study.id, c


def _of_arms(review: Review, f: Finding) -> Iterator[tuple[str, PrintedCurve]]:
    """The curves of the arms that a contrast compares, each with its study."""
    if f.analysis.kind != "contrast":
        return
    studies = {d.study.id: d for d in review.studies}
    for u in f.used:
        for c in studies[u.study].curves if u.study in studies else ():
            if c.arm in (u.arm, u.comparator) and c.outcome in f.analysis.outcomes and c.basis == u.basis:
                yield u.study, c


def mixed_transplant(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """mixed-transplant: follow-up ended at transplantation in one study and not in another, without saying so."""
    rules = {
        (row.place.file, row.key): row.transplant
        for data in review.studies
        for row in data.rows
        if isinstance(row, Survival | Median | Contrast)
    }
    for f in findings:
        if f.k < 2 or f.analysis.kind == "proportion" or "mixed-transplant" in f.analysis.allow:
            continue
        seen: dict[str, str] = {}
        for u in f.used:
            rule = rules.get((u.place.file, u.key), "not-stated")
            if rule in KNOWN:
                seen.setdefault(rule, u.study)
        if len(seen) > 1:
            named = " and ".join(f"{rule} ({study})" for rule, study in sorted(seen.items()))
            yield Problem(
                f.analysis.place,
                "mixed-transplant",
                f"analysis {f.id} pools survival with transplantation {named}",
                "one rule for transplantation",
                "choose rows of one rule, or allow mixed-transplant with the reason",
            )
