"""Every row of a review with its study, arm and report, ready to be asked for by outcome.

Made once for all analyses, so that two hundred of them read the rows once. Words: a *sighting* is a row with the
study, arm and report it stands in; *codes* are the words `where` and `versus` can ask an arm for.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from remit.model.observation import Contrast, Count, Observation, Survival
from remit.model.protocol import Outcome
from remit.model.review import Review, StudyData
from remit.model.study import Arm, Report, Study

Codes = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One row with its study, its arm (and comparator, for contrasts) and its report."""

    study: Study
    arm: Arm
    comparator: Arm | None
    report: Report | None
    row: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Rows by table and outcome, arms' codes, outcomes by id and the reports that may enter (None: all)."""

    counts: Mapping[str, tuple[Sighting, ...]]
    survival: Mapping[str, tuple[Sighting, ...]]
    contrasts: Mapping[str, tuple[Sighting, ...]]
    codes: Mapping[tuple[str, str], Codes]
    studies: Mapping[str, Study]
    outcomes: Mapping[str, Outcome]
    included: frozenset[str] | None
    prefer: tuple[str, ...]


def codes(study: Study, arm: Arm) -> Codes:
    """Return what each key of a filter reads for this arm; an arm's own populations stand for its study's."""
    one = {
        "class": arm.drug_class,
        "costimulation": arm.costimulation,
        "line": arm.line,
        "design": study.design,
        "age-group": study.age_group,
        "lineage": study.lineage,
        "role": arm.role,
        "study": study.id,
        "arm": arm.id,
    }
    many = {"agent": arm.agents, "target": arm.targets, "population": arm.populations or study.populations}
    out = {k: frozenset((v,)) for k, v in one.items()}
    out.update({k: frozenset(v) for k, v in many.items()})
    return out


def build(review: Review) -> Index:
    """Return the index of `review`. A review without any decision counts every report."""
    tables: tuple[defaultdict[str, list[Sighting]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    kinds = (Count, Survival, Contrast)
    all_codes: dict[tuple[str, str], Codes] = {}
    for data in sorted(review.studies, key=lambda d: d.study.id):
        study = data.study
        all_codes.update({(study.id, a.id): codes(study, a) for a in study.arms})
        for sighting in _sightings(data):
            for table, kind in zip(tables, kinds, strict=True):
                if isinstance(sighting.row, kind):
                    table[sighting.row.outcome].append(sighting)
    counts, survival, contrasts = ({k: tuple(v) for k, v in t.items()} for t in tables)
    return Index(
        counts=counts,
        survival=survival,
        contrasts=contrasts,
        codes=all_codes,
        studies={d.study.id: d.study for d in review.studies},
        outcomes={o.id: o for o in review.protocol.outcomes},
        included=review.included_reports() if review.decisions else None,
        prefer=review.protocol.prefer,
    )


def _sightings(data: StudyData) -> list[Sighting]:
    """Return the rows whose arm (and comparator) the study declares; others are refused by the store."""
    study, out = data.study, []
    arms = {a.id: a for a in study.arms}
    reports = {r.id: r for r in study.reports}
    for row in data.rows:
        arm = arms.get(row.arm)
        comparator = arms.get(row.comparator) if isinstance(row, Contrast) else None
        if arm is None or (isinstance(row, Contrast) and comparator is None):
            continue
        report = reports.get(row.source.report)
        out.append(Sighting(study=study, arm=arm, comparator=comparator, report=report, row=row))
    return out
