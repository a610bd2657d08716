"""A finding without each of its studies in turn, and what that says of them."""

import math

from remit.model.finding import Finding, Pooled, Used
from remit.model.multiverse import Influence, WithoutOne
from remit.synthesise.combine import combine
from remit.synthesise.scale import cloglog_inverse


def leave_one_out(finding: Finding) -> tuple[WithoutOne, ...]:
    """Return the finding without its first study, without its second, and so on, pooled as the finding is.

    From two studies the one that remains gives its own interval; fewer than two give nothing.
    """
    if finding.pooled is None:
        return ()
    turned = finding.analysis.kind == "survival" and incidence(finding)
    return tuple(_without(finding, finding.pooled, at, turned) for at in range(finding.k))


def influence(finding: Finding) -> Influence | None:
    """Return what leaving one study out can do; None for fewer than two studies."""
    without = leave_one_out(finding)
    if not without or finding.pooled is None:
        return None
    low, high = min(without, key=lambda w: w.estimate), max(without, key=lambda w: w.estimate)
    most = max(without, key=lambda w: abs(w.shift) if w.shift is not None else -1.0)
    ratio = finding.analysis.kind == "contrast"
    held = finding.pooled.lower <= 1.0 <= finding.pooled.upper
    return Influence(
        k=finding.k,
        lowest=low.estimate,
        highest=high.estimate,
        lowest_without=low.label,
        highest_without=high.label,
        most=most.label,
        most_shift=most.shift,
        decisive=tuple(w.label for w in without if ratio and (w.lower <= 1.0 <= w.upper) != held),
    )


def _without(finding: Finding, whole: Pooled, at: int, turned: bool) -> WithoutOne:
    gone, rest = finding.used[at], finding.used[:at] + finding.used[at + 1 :]
    found = combine(rest, finding.analysis, turned, brief=True)
    now: Pooled | Used = found.pooled or found.used[0]
    se = now.se if isinstance(now, Pooled) else math.sqrt(now.variance)
    finite = math.isfinite(whole.effect) and math.isfinite(now.effect) and math.isfinite(se) and se > 0.0
    return WithoutOne(
        study=gone.study,
        arm=gone.arm,
        comparator=gone.comparator,
        label=gone.label,
        weight=gone.weight,
        k=len(rest),
        estimate=now.estimate,
        lower=now.lower,
        upper=now.upper,
        tau2=now.tau2 if isinstance(now, Pooled) else None,
        i2=now.i2 if isinstance(now, Pooled) else None,
        shift=(whole.effect - now.effect) / se if finite else None,
    )


def incidence(finding: Finding) -> bool:
    """Return whether the estimates are incidences: which back-transform of their effects gives them."""

    def miss(turned: bool) -> float:
        return sum(abs(cloglog_inverse(u.effect, turned) - u.estimate) for u in finding.used)

    return miss(True) < miss(False)
