"""All rules, run over one review and its findings."""

from collections.abc import Callable, Iterator, Sequence

from remit.lint import curves, fit, mixtures, overlap, plan, soft
from remit.model.finding import Finding
from remit.model.place import Problem
from remit.model.review import Review

Rule = Callable[[Review, Sequence[Finding]], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    plan.outcome_kind,
    plan.measure,
    plan.no_comparator,
    plan.missing_analysis,
    plan.missing_subgroup,
    overlap.shared_registry,
    overlap.shared_document,
    overlap.family_twice,
    overlap.trial_twice,
    overlap.people_twice,
    mixtures.mixed_scales,
    mixtures.mixed_denominators,
    mixtures.mixed_transplant,
    mixtures.mixed_curves,
    curves.outcome,
    curves.people,
    fit.ages_and_lineage,
    fit.population,
    fit.randomised_words,
    fit.historical_control,
    soft.secondary_only,
    soft.single_reader,
    soft.interval_level,
    soft.suspect,
    soft.no_denominator,
    soft.undecided,
    soft.transplant_unknown,
    soft.unreasoned_family,
    soft.one_armed,
    soft.unsigned,
)


def problems(review: Review, findings: Sequence[Finding]) -> tuple[Problem, ...]:
    """Return every error and warning about meaning, sorted by place and rule, each once."""
    found = {p for rule in RULES for p in rule(review, findings)}
    return tuple(sorted(found))
