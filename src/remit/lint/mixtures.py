"""What one analysis mixes without saying so: toxicity scales, denominators and rules for transplantation."""

from collections.abc import Iterator, Sequence

from remit.model.finding import Finding
from remit.model.observation import Contrast, Median, Survival
from remit.model.place import Problem
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


def mixed_curves(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """mixed-transplant of curves: those one course would pool, one ending follow-up at transplantation, one not."""
    told: set[tuple[str, str]] = set()
    for a in (f.analysis for f in findings if f.analysis.kind == "survival"):
        seen: dict[str, str] = {}
        wanted = {a.drug_class} if a.drug_class else {v for v in a.where.get("class", ()) if not v.startswith("!")}
        for data in review.studies:
            classes = {arm.id: arm.drug_class for arm in data.study.arms}
            for c in data.curves:
                fits = c.outcome in a.outcomes and (not a.basis or c.basis in a.basis)
                here = not wanted or classes.get(c.arm) in wanted
                if fits and here and c.transplant in KNOWN:
                    seen.setdefault(c.transplant, data.study.id)
        named = " and ".join(f"{rule} ({study})" for rule, study in sorted(seen.items()))
        if len(seen) > 1 and "mixed-transplant" not in a.allow and (a.drug_class, named) not in told:
            told.add((a.drug_class, named))
            yield Problem(
                a.place,
                "mixed-transplant",
                f"curves for analysis {a.id} with transplantation {named}",
                "one rule for transplantation",
                "leave out the curves of one rule, or allow mixed-transplant with the reason",
            )


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
