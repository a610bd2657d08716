"""Imprecision: the interval against the thresholds that matter, the optimal information size, and single studies."""

import math

from remit.grade.body import Body
from remit.grade.rules import (
    APPRECIABLE,
    OIS_ALPHA,
    OIS_FAR_BELOW,
    OIS_POWER,
    OIS_RISK_REDUCTION,
    SMALL_BODY,
    VERY_WIDE_INTERVAL,
    WIDE_INTERVAL,
)
from remit.grade.say import interval, thresholds
from remit.model.certainty import Route, Step
from remit.model.finding import Finding
from remit.stats.interval import normal_quantile

Z = normal_quantile(1.0 - OIS_ALPHA) + normal_quantile(2.0 * OIS_POWER - 1.0)
"""Sum of the two normal quantiles of the sample-size formula: two-sided alpha and power."""


def imprecision(body: Body, route: Route) -> Step:
    """Return the larger of what the interval crosses and what the size of the body says (at most -2)."""
    f = body.finding
    if f.lower is None or f.upper is None:
        return Step(domain="imprecision", change=0, reason="no estimate")
    crossed, said = _crossing(f, f.lower, f.upper)
    size, why = _size(f, route)
    change = -min(2, max(crossed, size))
    return Step(domain="imprecision", change=change, reason="; ".join([said, *why]))


def _crossing(f: Finding, lower: float, upper: float) -> tuple[int, str]:
    """Return how many thresholds the 95 % interval holds, and the sentence that says so.

    A contrast without declared thresholds: 1 for the null, 2 when appreciable benefit and harm lie inside as well.
    """
    shown = f"the 95 % interval {interval(lower, upper, f.analysis.kind)}"
    limits = thresholds(f.analysis)
    if limits:
        inside = [t for t in limits if lower < t < upper]
        both = f.analysis.kind == "contrast" and lower < APPRECIABLE[0] and APPRECIABLE[1] < upper
        if both and not f.analysis.important:
            return 2, f"{shown} holds 1, appreciable benefit ({APPRECIABLE[0]:g}) and harm ({APPRECIABLE[1]:g})"
        named = " and ".join(f"{t:g}" for t in inside)
        words = f"holds the threshold{'s' if len(inside) > 1 else ''} {named}" if inside else "holds no threshold"
        return len(inside), f"{shown} {words}"
    width = upper - lower
    crossed = 2 if width > VERY_WIDE_INTERVAL else 1 if width > WIDE_INTERVAL else 0
    return crossed, f"{shown} is {100 * width:.0f} points wide and no threshold is declared"


def _size(f: Finding, route: Route) -> tuple[int, list[str]]:
    """Return the steps that the size of the body asks for, with reasons."""
    steps, why = 0, []
    if f.k == 1:
        steps = 1
        why.append("a single study")
    if route == "comparative":
        needed, have, unit = _ois(f)
        if have is not None and have < needed:
            far = have < OIS_FAR_BELOW * needed
            steps = max(steps, 2 if far else 1)
            why.append(f"{have} {unit}, {'far ' if far else ''}below the optimal information size of {needed:.0f}")
            return steps, why
        if have is not None:
            why.append(f"{have} {unit}, above the optimal information size of {needed:.0f}")
            return steps, why
    if f.n is None:
        why.append("the number of people is not known")
        return max(steps, 1), why
    if f.n < SMALL_BODY:
        steps = max(steps, 1)
        why.append(f"{f.n} people, fewer than {SMALL_BODY}")
    return steps, why


def _ois(f: Finding) -> tuple[float, int | None, str]:
    """Return the optimal information size, what there is (None: not known) and its unit.

    Hazard ratios: events, 4 z^2 / log(1 - RRR)^2 (Schoenfeld 1981, equal allocation). Risk and odds ratios: people,
    from the comparators' pooled risk.
    """
    events = [
        u.events + u.comparator_events for u in f.used if u.events is not None and u.comparator_events is not None
    ]
    if f.analysis.measure == "HR":
        needed = 4.0 * Z**2 / math.log(1.0 - OIS_RISK_REDUCTION) ** 2
        return needed, sum(events) if len(events) == f.k and events else None, "events"
    control = sum(u.comparator_events or 0 for u in f.used)
    total = sum(u.comparator_total or 0 for u in f.used)
    if len(events) < f.k or not control or control >= total:
        return math.inf, None, "people"
    p0 = control / total
    p1 = p0 * (1.0 - OIS_RISK_REDUCTION)
    needed = 2.0 * Z**2 * (p0 * (1.0 - p0) + p1 * (1.0 - p1)) / (p0 - p1) ** 2
    return needed, f.n, "people"
