"""One estimate per family: which study of a family speaks for it, and which row for each of its arms.

Within a study, rows not flagged mixed-disease or mixed-ages come first, and a whole arm comes before its parts. Then
the protocol's ordered words `prefer` decide; outcome order (and, for contrasts, the documented order of routes) stands
right after the denominator, and rows nearer the planned time right after that. Where a study has a curve, what it
prints with an interval, a standard error or a p-value goes before what is read off the curve, and that before
approximations; this stands right after outcome order. Words:

basis      order of the analysis's `basis`
current    neither flagged superseded or interim, nor in a report that a later one supersedes
source     primary, then label, registry, secondary
largest    most people
latest     latest report, then longest follow-up
counts     counts printed over counts from percentages; intervals and errors over approximations
unflagged  fewest flags

Ties end at the ids of study, report and row, so that the same review always gives the same choice.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from remit.model.finding import LeftOut
from remit.model.protocol import Analysis
from remit.model.study import Report
from remit.synthesise.made import Estimate
from remit.synthesise.reasons import Refusal, left_out

SOURCE = {"primary": 0, "label": 1, "registry": 2, "secondary": 3}
MIXED, WHOLE, READ = "mixed", "whole", "read"
"""Asked within one study only. Before all words: the B-ALL part before a mixed whole; else a part of an arm stands for
it only where the whole prints no usable value. `read` is asked of studies with a curve."""
NAMES = {
    MIXED: "holding one disease and age range",
    WHOLE: "standing for more of the people",
    "basis": "denominator",
    "outcome": "order of outcomes",
    READ: "print before a drawing, a drawing before an approximation",
    "route": "order of routes",
    "largest": "number of people",
    "latest": "date",
    "counts": "kind of value",
    "unflagged": "number of flags",
}
"""Words of the rule as sentences say them; the others stand as they are."""
Key = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An estimate with its values for every word of the rule, lower preferred, and its ids."""

    key: Key
    ids: tuple[str, str, str, str]
    estimate: Estimate

    @property
    def order(self) -> tuple[tuple[float, ...], tuple[str, str, str, str]]:
        """What estimates are sorted by."""
        return tuple(v for _, v in self.key), self.ids


@dataclass(frozen=True, slots=True)
class Speaker:
    """What one study would bring: its rows for disjoint arms, best first, and its rank among its family."""

    rows: tuple[Ranked, ...]
    key: Key

    @property
    def order(self) -> tuple[tuple[float, ...], tuple[str, str, str, str]]:
        """What studies of a family are sorted by."""
        return tuple(v for _, v in self.key), self.rows[0].ids


def choose(
    estimates: Sequence[Estimate], analysis: Analysis, prefer: Sequence[str]
) -> tuple[tuple[Estimate, ...], tuple[LeftOut, ...]]:
    """Return the estimates that enter, one per top-level arm of one study per family, and the others with reasons."""
    families: defaultdict[str, defaultdict[str, list[Ranked]]] = defaultdict(lambda: defaultdict(list))
    drawn = {e.used.study for e in estimates if e.candidate.sighting.row.curve}
    for e in estimates:
        families[e.used.family or e.used.study][e.used.study].append(
            _ranked(e, analysis, prefer, e.used.study in drawn)
        )
    chosen: list[Estimate] = []
    lost: list[LeftOut] = []
    for studies in families.values():
        speakers = []
        for rows in studies.values():
            speaker, beaten = _one_per_arm(rows)
            speakers.append(speaker)
            lost.extend(beaten)
        speakers.sort(key=lambda s: s.order)
        best = speakers[0]
        chosen.extend(r.estimate for r in best.rows)
        for other in speakers[1:]:
            lost.extend(_family(r, other, best) for r in other.rows)
    return tuple(chosen), tuple(lost)


def _one_per_arm(rows: list[Ranked]) -> tuple[Speaker, list[LeftOut]]:
    """Return a study's best rows on disjoint people, and the rows they were preferred to."""
    taken: list[Ranked] = []
    lost: list[LeftOut] = []
    for r in sorted(rows, key=lambda r: r.order):
        winner = next((t for t in taken if t.estimate.candidate.roots & r.estimate.candidate.roots), None)
        if winner is None:
            taken.append(r)
        else:
            lost.append(left_out(r.estimate.candidate.sighting, _beaten(r, winner)))
    people = sum(_people(t.estimate) for t in taken)
    key = tuple((w, -float(people) if w == "largest" else v) for w, v in taken[0].key if w not in (MIXED, WHOLE, READ))
    return Speaker(tuple(taken), key), lost


def _ranked(e: Estimate, analysis: Analysis, prefer: Sequence[str], drawn: bool) -> Ranked:
    words = list(prefer) if "basis" in prefer else ["basis", *prefer]
    at = words.index("basis") + 1
    extra = ["outcome", READ, "route"] if analysis.kind == "contrast" else ["outcome", READ]
    words[at:at] = [*extra, "time"]
    values = {**_values(e, analysis), READ: (float(drawn and _read(e)),)}
    row = e.candidate.sighting.row
    depth = sum(_depth(e, a) for a in (e.used.arm, e.used.comparator) if a)
    mixed = {"mixed-disease", "mixed-ages"} & set(e.used.marks)
    key = ((MIXED, float(bool(mixed))), (WHOLE, float(depth)), *((w, v) for w in words for v in values.get(w, ())))
    return Ranked(key, (e.used.study, e.used.report, row.place.file, row.key), e)


def _read(e: Estimate) -> int:
    """Return 0 for what is printed with its error, 1 for what is read off a curve, 2 for an approximation."""
    if e.candidate.sighting.row.curve:
        return 1
    return 0 if e.rank <= 1 else 2


def _values(e: Estimate, analysis: Analysis) -> dict[str, tuple[float, ...]]:
    """Return each word's values for this estimate; lower is preferred."""
    s, u, row = e.candidate.sighting, e.used, e.candidate.sighting.row
    report = s.report
    old = outdated(row.flags, report)
    year = report.year if report is not None and report.year is not None else 0
    follow_up = report.follow_up_months if report is not None and report.follow_up_months is not None else 0.0
    if analysis.months is not None:
        time = abs((u.months if u.months is not None else analysis.months) - analysis.months)
    else:
        time = -(u.months or 0.0) if e.candidate.partner is not None else 0.0
    return {
        "basis": (float(analysis.basis.index(row.basis)) if row.basis in analysis.basis else 0.0,),
        "outcome": (float(analysis.outcomes.index(e.candidate.outcome)),),
        "route": (float(e.rank),),
        "time": (time,),
        "current": (float(old),),
        "source": (float(SOURCE[row.source.kind]),),
        "largest": (-float(_people(e)),),
        "latest": (-float(year), -float(follow_up)),
        "counts": (float(e.rank),),
        "unflagged": (float(len(row.flags)),),
    }


def outdated(flags: Collection[str], report: Report | None) -> bool:
    """Whether a later look exists: marked superseded or interim, or in a report that a later one supersedes."""
    return "superseded" in flags or "interim" in flags or (report is not None and bool(report.superseded_by))


def _depth(e: Estimate, arm_id: str) -> int:
    """Return how many arms stand above an arm: 0 for a top-level one."""
    study = e.candidate.sighting.study
    arm, above = study.arm(arm_id), 0
    while arm is not None and arm.part_of and above < len(study.arms):
        arm, above = study.arm(arm.part_of), above + 1
    return above


def _people(e: Estimate) -> int:
    return (e.used.total or 0) + (e.used.comparator_total or 0)


def _beaten(loser: Ranked, winner: Ranked) -> Refusal:
    """Return why another row of the same study and people was preferred."""
    row = winner.estimate.candidate.sighting.row
    word = _deciding(loser.key, winner.key)
    which = f"row {row.key} ({row.outcome}, report {row.source.report})"
    mine, theirs = loser.estimate, winner.estimate
    if mine.used.arm != theirs.used.arm:
        study = mine.candidate.sighting.study
        arms = [study.arm(e.used.arm) for e in (mine, theirs)]
        nested = len({study.whole(a) for a in arms if a is not None}) == 1
        shared = "which may hold the same people" if nested else "which shares its comparator"
        said = f"{which} of arm {theirs.used.arm}, {shared}, was preferred by {word}"
        return Refusal("nested-arm" if nested else "not-preferred", said)
    if word == "current":
        return Refusal("superseded", f"{which} is the later look at these people")
    return Refusal("not-preferred", f"{which} of the same people was preferred by {word}")


def _family(r: Ranked, other: Speaker, best: Speaker) -> LeftOut:
    winner = best.rows[0].estimate
    word = _deciding(other.key, best.key)
    said = (
        f"{winner.used.label} ({winner.used.study}) of the same family ({winner.used.family}) "
        f"was preferred by {word}; the two share people"
    )
    return left_out(r.estimate.candidate.sighting, Refusal("family", said))


def _deciding(loser: Key, winner: Key) -> str:
    """Return the first word on which the two differ, in words a reader knows."""
    word = next((a for (a, x), (_, y) in zip(loser, winner, strict=True) if x != y), "id")
    return NAMES.get(word, word)
