"""Why a row does not enter: one code and one plain sentence each.

report-excluded   its report was not included at full text
design ages lineage not-randomised   only the study's design, ages or lineage keep it out
nested-arm        its people are part of another arm
confirms flagged  a second sighting; a suspected misprint or a row marked not poolable
other-basis other-scale other-time no-timepoint other-measure other-comparator   it answers something else
no-total no-count no-variance no-events at-boundary   no estimate with a variance can be made of it (`estimate.py`)
superseded not-preferred family   another row, or another study of the family, was preferred (`families.py`)
"""

from dataclasses import dataclass

from remit.model.finding import LeftOut
from remit.model.observation import Contrast, Count, Survival
from remit.model.protocol import Analysis
from remit.synthesise.index import Index, Sighting


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason code with the sentence that explains it."""

    reason: str
    detail: str


def left_out(sighting: Sighting, why: Refusal) -> LeftOut:
    """Return the record of a row that does not enter."""
    row = sighting.row
    return LeftOut(
        study=sighting.study.id,
        arm=row.arm,
        report=row.source.report,
        key=row.key,
        place=row.place,
        reason=why.reason,
        detail=why.detail,
    )


def refusal(index: Index, analysis: Analysis, s: Sighting, failing: frozenset[str]) -> Refusal | None:
    """Return why `s` cannot be a candidate for `analysis`, None when it can.

    `failing` holds the study-level filters (design, age-group, lineage) that rejected it.
    """
    row = s.row
    if index.included is not None and row.source.report not in index.included:
        return Refusal("report-excluded", f"report {row.source.report} is not among the included reports")
    return _study(analysis, s, failing) or _flags(s) or _answers(analysis, s) or _moment(index, analysis, s)


def _study(analysis: Analysis, s: Sighting, failing: frozenset[str]) -> Refusal | None:
    if "design" in failing:
        accepted = [v for v in analysis.where["design"] if v[:1] != "!"]
        code = "not-randomised" if accepted == ["randomised"] else "design"
        return Refusal(code, f"the study's design is {s.study.design}")
    if "age-group" in failing:
        return Refusal("ages", f"the study's ages are {s.study.age_group}")
    if "lineage" in failing:
        return Refusal("lineage", f"the study's lineage is {s.study.lineage}")
    if "nested-arms" not in analysis.allow:
        for arm in (s.arm, s.comparator):
            if arm is not None and arm.part_of:
                return Refusal("nested-arm", f"the people of arm {arm.id} are part of arm {arm.part_of}")
    return None


def _flags(s: Sighting) -> Refusal | None:
    flags = s.row.flags
    note = f": {s.row.note}" if s.row.note else ""
    if "confirms" in flags:
        return Refusal("confirms", f"it repeats a value that another row holds{note}")
    if "suspect" in flags and not s.row.corrected:
        return Refusal("flagged", f"a misprint is suspected and not corrected{note}")
    if "not-poolable" in flags:
        return Refusal("flagged", f"it is marked as not poolable{note}")
    return None


def _answers(analysis: Analysis, s: Sighting) -> Refusal | None:
    row = s.row
    if analysis.basis and row.basis not in analysis.basis:
        return Refusal("other-basis", f"its denominator is {row.basis}, not {' or '.join(analysis.basis)}")
    if analysis.scale and isinstance(row, Count) and row.scale != analysis.scale:
        return Refusal("other-scale", f"it is graded by {row.scale or 'a scale not seen'}, not {analysis.scale}")
    if isinstance(row, Contrast) and row.measure != analysis.measure:
        return Refusal("other-measure", f"it prints {row.measure}, not {analysis.measure}")
    return None


def incidence(index: Index, analysis: Analysis) -> bool:
    """Whether a survival analysis pools cumulative incidences: its first outcome is better when lower."""
    first = index.outcomes.get(analysis.outcomes[0]) if analysis.outcomes else None
    return first is not None and first.direction == "lower-is-better"


def _moment(index: Index, analysis: Analysis, s: Sighting) -> Refusal | None:
    row = s.row
    if isinstance(row, Survival):
        wanted = "cumulative-incidence" if incidence(index, analysis) and analysis.kind == "survival" else "survival"
        if row.measure != wanted:
            return Refusal("other-measure", f"it prints a {row.measure}, not a {wanted}")
        if row.months is None or "no-timepoint" in row.flags:
            return Refusal("no-timepoint", "no time is printed with it")
    if analysis.months is None or isinstance(row, Contrast):
        return None
    if isinstance(row, Count) and analysis.kind == "contrast" and (row.months is None or analysis.measure == "HR"):
        return None
    if row.months is None:
        return Refusal("no-timepoint", "no time is printed with it")
    if abs(row.months - analysis.months) > analysis.window + 1e-9:
        return Refusal("other-time", f"it is at {row.months:g} months, not {analysis.months:g}")
    return None
