"""Which curves enter a course: the rules that choose rows, asked of whole curves.

A curve stands as one row at the planned time: what its report, study, denominator, flags and measure are decide whether
it may enter, and one curve speaks for the people of an arm, one study for its family (`select`, `families`).
"""

from collections.abc import Iterator, Sequence

from remit.model.course import UsableCurve
from remit.model.finding import LeftOut
from remit.model.observation import Survival
from remit.model.protocol import Analysis
from remit.stats.effect import Effect
from remit.synthesise.families import choose
from remit.synthesise.index import Index, Sighting
from remit.synthesise.made import Estimate, Natural, estimate
from remit.synthesise.reasons import Refusal, left_out, refusal
from remit.synthesise.select import SOFT, Candidate, parsed, rejecting

Held = tuple[UsableCurve, Sighting, Refusal | None]


def enter(
    index: Index, analysis: Analysis, curves: Sequence[UsableCurve]
) -> tuple[tuple[UsableCurve, ...], tuple[LeftOut, ...]]:
    """Return the curves that enter, on disjoint people and one study a family, and the others with reasons."""
    held = list(_sightings(index, analysis, curves))
    made = {
        (s.study.id, s.row.key): (c, _estimate(Candidate(sighting=s, outcome=c.outcome), c))
        for c, s, why in held
        if why is None
    }
    kept, lost = choose([e for _, e in made.values()], analysis, index.prefer)
    refused = [left_out(s, why) for _, s, why in held if why is not None]
    return tuple(made[e.used.study, e.used.key][0] for e in kept), (*refused, *lost)


def _sightings(index: Index, analysis: Analysis, curves: Sequence[UsableCurve]) -> Iterator[Held]:
    where = parsed(analysis.where)
    for outcome in analysis.outcomes:
        for c in sorted((c for c in curves if c.outcome == outcome), key=lambda c: (c.study, c.curve)):
            study = index.studies.get(c.study)
            arm = study.arm(c.arm) if study is not None else None
            if study is None or arm is None:
                continue
            failing = rejecting(where, index.codes[study.id, arm.id])
            if not failing - SOFT:
                report = study.report(c.printed.source.report)
                s = Sighting(study=study, arm=arm, comparator=None, report=report, row=_row(c, analysis))
                yield c, s, refusal(index, analysis, s, failing)


def _row(c: UsableCurve, analysis: Analysis) -> Survival:
    """The curve as a row at the planned time."""
    p = c.printed
    return Survival(
        key=p.id,
        arm=p.arm,
        outcome=p.outcome,
        months=analysis.months or 0.0,
        basis=p.basis,
        population=p.population,
        source=p.source,
        flags=p.flags,
        note=p.note,
        printed={},
        curve=p.id,
        place=p.place,
        measure="cumulative-incidence" if p.competing == "competing" else "survival",
        probability=float("nan"),
        total=p.n,
        transplant=p.transplant,
    )


def _estimate(candidate: Candidate, c: UsableCurve) -> Estimate:
    """An estimate that stands for a whole curve when one is chosen: its numbers are not used."""
    nothing = float("nan")
    natural = Natural(estimate=nothing, lower=nothing, upper=nothing, total=len(c.people))
    return estimate(candidate, natural, Effect(nothing, nothing), 0, "curve", ())
