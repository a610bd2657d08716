"""Whether a claim's verdict depends on how the numbers were made.

The planned verdict is the one under every planned specification. A test of one finding is tried under each of its
specifications; where a test compares findings, or a claim has several tests, specifications with the same five choices
stand together, and a finding that lacks a choice keeps its planned one.
"""

from collections import Counter
from collections.abc import Mapping

from remit.errors import InputError
from remit.grade.claims import WEAKEST_FIRST, verdict
from remit.grade.mover import difference
from remit.model.multiverse import Choices, Multiverse, Robustness, Specification
from remit.model.protocol import Claim, Test, VerdictWord

NO_SUBGROUPS = "levels of a subgroup are not varied"


def asked(test: Test) -> tuple[str, ...]:
    """Return the ids of every finding a test looks at."""
    names = [n for n in (test.finding, test.versus) if n]
    return tuple(dict.fromkeys([*names, *(n for t in test.tests for n in asked(t))]))


def robustness(claim: Claim, multiverses: Mapping[str, Multiverse]) -> Robustness:
    """Return how often the claim's planned verdict holds; `multiverses` by finding id, one for each it looks at."""
    names = asked(claim.test)
    note = _note(claim.test, names, multiverses)
    if note:
        return Robustness(claim=claim.id, verdict=None, total=0, held=0, verdicts={}, note=note)
    by_choice = {n: {s.choices: s for s in multiverses[n].specifications} for n in names}
    plan = {n: p for n in names if (p := multiverses[n].planned) is not None}
    planned = _verdict(claim.test, plan)
    choices: dict[Choices, None] = dict.fromkeys(c for n in names for c in by_choice[n])
    seen: dict[tuple[Specification, ...], None] = {}
    for choice in choices:
        seen[tuple(by_choice[n].get(choice, plan[n]) for n in names)] = None
    counts = Counter(_verdict(claim.test, dict(zip(names, world, strict=True))) for world in seen)
    return Robustness(
        claim=claim.id,
        verdict=planned,
        total=len(seen),
        held=counts[planned],
        verdicts={w: counts[w] for w in reversed(WEAKEST_FIRST) if counts[w]},
    )


def _note(test: Test, names: tuple[str, ...], multiverses: Mapping[str, Multiverse]) -> str:
    if _has_subgroup(test):
        return NO_SUBGROUPS
    if not names:
        return "the claim has no test"
    empty = [n for n in names if n not in multiverses or multiverses[n].planned is None]
    return f"no study entered {', '.join(empty)}" if empty else ""


def _has_subgroup(test: Test) -> bool:
    return test.kind == "subgroup" or any(_has_subgroup(t) for t in test.tests)


def _verdict(test: Test, world: Mapping[str, Specification]) -> VerdictWord:
    if test.kind == "all":
        return min((_verdict(t, world) for t in test.tests), key=WEAKEST_FIRST.index)
    first = _numbers(world[test.finding])
    if test.kind == "threshold":
        return verdict(*first, test.op, test.threshold)
    try:
        gap = difference(first, _numbers(world[test.versus]))
    except InputError:
        return "uncertain"
    return verdict(gap.estimate, gap.lower, gap.upper, test.op, test.threshold)


def _numbers(s: Specification) -> tuple[float, float, float]:
    return s.estimate, s.lower, s.upper
