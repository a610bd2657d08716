"""Values that a report does not print but its curves hold: survival at a time, and the hazard ratio of two arms.

They are estimates from people rebuilt from the drawn curve (`stats.rebuild`), with the place of the curve as their
source and the flag `digitised`; nothing is written into the review. What a report prints as a number goes before them.
"""

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress

from remit.errors import InputError, NotConverged
from remit.model.course import UsableCurve
from remit.model.observation import Contrast, Survival
from remit.model.study import Study
from remit.stats.cox import cox
from remit.stats.cox_checks import proportional_hazards
from remit.stats.kaplan_meier import kaplan_meier

READ, CHANGES = "digitised", "not-proportional"
DOUBTED = 0.05
"""A p-value of the test of proportional hazards below this is said beside the hazard ratio, and marks it."""


def landmarks(curve: UsableCurve, at: Iterable[float]) -> tuple[Survival, ...]:
    """Return survival at each time (months) up to the curve's end, with its 95 % interval; later times give nothing.

    The curve of an event that competes with others is one minus a cumulative incidence and comes back as that. The
    interval is Greenwood's on the scale log(-log S), and absent where survival is 0 or 1.
    """
    months, event = _followed([curve])
    km = kaplan_meier(months, event)
    printed, out = curve.printed, []
    turned = printed.competing == "competing"
    for when in sorted(set(at)):
        if when > max(months):
            continue
        found = km.landmark(when)
        inside = 0.0 < found.survival < 1.0
        low, high = (found.lower, found.upper) if inside else (None, None)
        if turned and low is not None and high is not None:
            low, high = 1.0 - high, 1.0 - low
        row = Survival(
            key=f"{printed.id}-{when:g}m",
            arm=printed.arm,
            outcome=printed.outcome,
            months=when,
            basis=printed.basis,
            population=printed.population,
            source=printed.source,
            flags=_flags(curve),
            note=curve.accepted,
            printed={},
            curve=printed.id,
            place=printed.place,
            measure="cumulative-incidence" if turned else "survival",
            probability=1.0 - found.survival if turned else found.survival,
            lower=low,
            upper=high,
            level=0.95 if inside else None,
            total=printed.n,
            transplant=printed.transplant,
        )
        out.append(row)
    return tuple(out)


def comparisons(study: Study, curves: Sequence[UsableCurve]) -> tuple[Contrast, ...]:
    """Return the hazard ratio of every two arms that one report draws for one outcome and denominator.

    Experimental arms stand before others, else arms as the study lists them. Cox's model with Efron's ties is fitted
    to the rebuilt people of both; where it has no maximum (an arm without events) the row holds both arms' events
    alone. Curves of competing events, and arms that share people, are not compared.
    """
    order = {a.id: (a.role != "experimental", i) for i, a in enumerate(study.arms)}
    ready = [c for c in curves if c.arm in order and c.printed.competing != "competing"]
    ready.sort(key=lambda c: (order[c.arm], c.curve))
    pairs = [(a, b) for i, a in enumerate(ready) for b in ready[i + 1 :] if _comparable(study, a, b)]
    return tuple(_comparison(a, b) for a, b in pairs)


def _comparable(study: Study, a: UsableCurve, b: UsableCurve) -> bool:
    one, other = study.arm(a.arm), study.arm(b.arm)
    apart = one is not None and other is not None and study.whole(one) != study.whole(other)
    return apart and _said(a) == _said(b)


def _said(c: UsableCurve) -> tuple[str, ...]:
    p = c.printed
    return p.source.report, p.outcome, p.basis, p.transplant, p.competing


def _comparison(arm: UsableCurve, comparator: UsableCurve) -> Contrast:
    months, event = _followed([arm, comparator])
    first = len(arm.people)
    ratio = lower = upper = None
    notes = [n for n in (arm.accepted, comparator.accepted) if n]
    flags = dict.fromkeys((*_flags(arm), *_flags(comparator)))
    with suppress(InputError, NotConverged):
        fit = cox(months, event, [1.0] * first + [0.0] * len(comparator.people))
        if not fit.monotone:
            ratio, lower, upper = (math.exp(v[0]) for v in (fit.estimate, fit.lower, fit.upper))
            p = proportional_hazards(fit).overall_p
            if p < DOUBTED:
                flags[CHANGES] = None
                notes.append(f"hazards are not proportional (p = {p:.2g}): the ratio is an average over follow-up")
    return Contrast(
        key=f"{arm.curve}-v-{comparator.curve}",
        arm=arm.arm,
        comparator=comparator.arm,
        outcome=arm.outcome,
        months=None,
        basis=arm.basis,
        population=arm.printed.population,
        source=arm.printed.source,
        flags=tuple(flags),
        note="; ".join(notes),
        printed={},
        curve=arm.curve,
        place=arm.printed.place,
        measure="HR",
        estimate=ratio,
        lower=lower,
        upper=upper,
        level=0.95 if ratio is not None else None,
        events_arm=sum(event[:first]),
        events_comparator=sum(event[first:]),
        total_arm=first,
        total_comparator=len(comparator.people),
        transplant=arm.transplant,
    )


def _followed(curves: Sequence[UsableCurve]) -> tuple[list[float], list[bool]]:
    people = [p for c in curves for p in c.people]
    return [p.months for p in people], [p.event for p in people]


def _flags(curve: UsableCurve) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*curve.printed.flags, READ)))
