"""Which rows answer an analysis, and why the others do not.

A row is silent when its arm is none the analysis asks for. Otherwise it is a candidate or is left out with a reason
(`reasons.py`). For contrasts the candidates are printed comparisons and pairs of rows of the two arms: same study, same
report, same outcome, same time, same denominator, same scale.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remit.model.finding import LeftOut
from remit.model.observation import Contrast, Count, Survival
from remit.model.protocol import Analysis
from remit.synthesise.index import Codes, Index, Sighting
from remit.synthesise.reasons import Refusal, left_out, refusal

SOFT = frozenset({"design", "age-group", "lineage"})
"""Filters that describe the study, not the treatment: a row they alone reject is listed as left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that may enter. `partner` is the comparator's row when the contrast is made from two rows.

    `arm` and `comparator` are ids in the analysis's direction; `inverted` says that the row prints the other one.
    """

    sighting: Sighting
    partner: Sighting | None = None
    inverted: bool = False
    outcome: str

    @property
    def arm(self) -> str:
        """The arm in the analysis's direction."""
        s = self.sighting
        return s.comparator.id if self.inverted and s.comparator is not None else s.arm.id

    @property
    def comparator(self) -> str:
        """The comparator in the analysis's direction, empty for single arms."""
        s = self.sighting
        if self.partner is not None:
            return self.partner.arm.id
        if s.comparator is None:
            return ""
        return s.arm.id if self.inverted else s.comparator.id

    @property
    def roots(self) -> frozenset[str]:
        """Top-level arms whose people stand in this estimate."""
        study = self.sighting.study
        arms = (study.arm(a) for a in (self.arm, self.comparator) if a)
        return frozenset(study.whole(a) for a in arms if a is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Candidates for one analysis, and the rows left out already."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


Filter = tuple[tuple[str, frozenset[str], frozenset[str]], ...]


def parsed(where: Mapping[str, tuple[str, ...]]) -> Filter:
    """Return (key, accepted, rejected) of each line of a filter."""
    return tuple(
        (key, frozenset(v for v in values if v[:1] != "!"), frozenset(v[1:] for v in values if v[:1] == "!"))
        for key, values in where.items()
    )


def rejecting(wanted: Filter, codes: Codes) -> frozenset[str]:
    """Return the keys of `wanted` that reject an arm of these codes; empty when it matches."""
    return frozenset(
        key
        for key, accepted, rejected in wanted
        if codes.get(key, frozenset()) & rejected or (accepted and not codes.get(key, frozenset()) & accepted)
    )


def select(index: Index, analysis: Analysis) -> Selection:
    """Return the candidates for `analysis` and the rows left out before any estimate is made."""
    found = {"proportion": _single, "survival": _single, "contrast": _contrasts}[analysis.kind](index, analysis)
    good: list[Candidate] = []
    bad: list[LeftOut] = []
    for candidate, why in found:
        if why is None:
            good.append(candidate)
        else:
            bad.append(left_out(candidate.sighting, why))
    return Selection(candidates=tuple(good), left_out=tuple(bad))


def _single(index: Index, analysis: Analysis) -> Iterator[tuple[Candidate, Refusal | None]]:
    table = index.counts if analysis.kind == "proportion" else index.survival
    where = parsed(analysis.where)
    for outcome in analysis.outcomes:
        for sighting in table.get(outcome, ()):
            failing = rejecting(where, index.codes[sighting.study.id, sighting.arm.id])
            if failing - SOFT:
                continue
            yield Candidate(sighting=sighting, outcome=outcome), refusal(index, analysis, sighting, failing)


def _contrasts(index: Index, analysis: Analysis) -> Iterator[tuple[Candidate, Refusal | None]]:
    where, versus = parsed(analysis.where), parsed(analysis.versus)
    for outcome in analysis.outcomes:
        for sighting in index.contrasts.get(outcome, ()):
            yield from _printed(index, analysis, where, versus, sighting, outcome)
        yield from _pairs(index, analysis, where, versus, outcome)


def _printed(
    index: Index, analysis: Analysis, where: Filter, versus: Filter, sighting: Sighting, outcome: str
) -> Iterator[tuple[Candidate, Refusal | None]]:
    assert sighting.comparator is not None
    mine = index.codes[sighting.study.id, sighting.arm.id]
    theirs = index.codes[sighting.study.id, sighting.comparator.id]
    asked, other = rejecting(where, mine), rejecting(versus, theirs)
    back, back_other = rejecting(where, theirs), rejecting(versus, mine)
    if not (asked - SOFT) and not other:
        yield Candidate(sighting=sighting, outcome=outcome), refusal(index, analysis, sighting, asked)
    elif not (back - SOFT) and not back_other and analysis.versus:
        turned = Candidate(sighting=sighting, inverted=True, outcome=outcome)
        yield turned, refusal(index, analysis, sighting, back)
    elif not asked or not back:
        why = Refusal("other-comparator", f"it compares with {sighting.comparator.label or sighting.comparator.id}")
        yield Candidate(sighting=sighting, outcome=outcome), why


def _pairs(
    index: Index, analysis: Analysis, where: Filter, versus: Filter, outcome: str
) -> Iterator[tuple[Candidate, Refusal | None]]:
    rows = _rows_for_pairs(index, analysis, outcome)
    theirs: dict[tuple[object, ...], list[Sighting]] = {}
    for s in rows:
        control = bool(analysis.versus) or s.arm.role != "experimental"
        if control and not rejecting(versus, index.codes[s.study.id, s.arm.id]):
            theirs.setdefault(_same(s), []).append(s)
    for s in rows:
        partners = theirs.get(_same(s), ())
        failing = rejecting(where, index.codes[s.study.id, s.arm.id]) if partners else frozenset()
        if failing - SOFT:
            continue
        for p in partners:
            if s.study.whole(s.arm) == p.study.whole(p.arm):
                continue
            pair = Candidate(sighting=s, partner=p, outcome=outcome)
            yield pair, refusal(index, analysis, s, failing) or refusal(index, analysis, p, frozenset())


def _rows_for_pairs(index: Index, analysis: Analysis, outcome: str) -> tuple[Sighting, ...]:
    """Rows of which two may make a ratio.

    Counts of the outcome; for a time-to-event outcome, with hazard ratios only, counts of `<outcome>-events` (and of
    the outcome itself where it names the bad event, such as relapse) and survival printed at a time.
    """
    counts = index.counts.get(outcome, ())
    known = index.outcomes.get(outcome)
    if known is None or known.kind != "time-to-event":
        return counts
    if analysis.measure != "HR":
        return ()
    named = counts if known.direction == "lower-is-better" else ()
    printed = index.survival.get(outcome, ())
    at_times = (s for s in printed if isinstance(s.row, Survival) and s.row.measure == "survival" and not s.row.curve)
    return (*index.counts.get(f"{outcome}-events", ()), *named, *at_times)


def _same(s: Sighting) -> tuple[object, ...]:
    """What two rows must share to be the two sides of one comparison."""
    row = s.row
    kind = type(row).__name__
    scale = (row.scale, row.threshold) if isinstance(row, Count) else ()
    assert not isinstance(row, Contrast)
    return (s.study.id, kind, row.outcome, row.source.report, row.months, row.basis, *scale)
