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
            if not rule.startswith("not-") or rule == "not-censored":
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
