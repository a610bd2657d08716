"""A study (one investigation), its arms, its reports and its denominator ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from remit.model.place import Place

Design = Literal[
    "randomised",
    "nonrandomised-comparative",
    "single-arm",
    "dose-escalation",
    "registry",
    "retrospective-cohort",
    "pooled-analysis",
]
AgeGroup = Literal["infants", "children", "children-and-young-adults", "mixed-with-adults", "adults", "unknown"]
Lineage = Literal["b-all", "mixed", "unknown"]
ReportKind = Literal["article", "abstract", "label", "registry", "preprint", "news", "other"]
ArmRole = Literal["experimental", "control", "historical-control"]

STAGES = (
    "screened",
    "enrolled",
    "randomised",
    "apheresed",
    "manufactured",
    "infused",
    "treated",
    "evaluable",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One document about a study. `id` is unique in the review and permanent."""

    id: str
    kind: ReportKind
    title: str = ""
    first_author: str = ""
    journal: str = ""
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    url: str = ""
    data_cut: str = ""
    follow_up_months: float | None = None
    superseded_by: str = ""
    note: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A group of people in a study. `part_of` names the arm whose people these already are."""

    id: str
    label: str
    role: ArmRole
    agents: tuple[str, ...]
    drug_class: str
    targets: tuple[str, ...] = ()
    costimulation: str = ""
    n: int | None = None
    part_of: str = ""
    populations: tuple[str, ...] = ()
    line: str = ""
    regimen: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of the denominator ledger: how many people reached `stage`."""

    stage: str
    n: int
    arm: str
    report: str
    locator: str
    url: str = ""
    note: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One investigation, which may have many reports; studies of one family share patients."""

    id: str
    name: str
    family: str
    family_reason: str
    disjoint_from: tuple[str, ...] = ()
    design: Design
    phase: str = ""
    registry: tuple[str, ...] = ()
    sponsor: str = ""
    countries: tuple[str, ...] = ()
    populations: tuple[str, ...]
    age_group: AgeGroup
    age_min: float | None = None
    age_max: float | None = None
    age_median: float | None = None
    lineage: Lineage
    enrolled: int | None = None
    treated: int | None = None
    transplant_rule: str = ""
    indirectness: str = ""
    note: str = ""
    reports: tuple[Report, ...]
    arms: tuple[Arm, ...]
    ledger: tuple[Step, ...] = ()
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def at(self, key: str) -> Place:
        """Return where `key` of study.yaml stands, or where the study starts."""
        return self.places.get(key, self.place)

    def arm(self, arm_id: str) -> Arm | None:
        """Return the arm of that id, or None."""
        return next((a for a in self.arms if a.id == arm_id), None)

    def whole(self, arm: Arm) -> str:
        """Return the id of the arm whose people `arm` is, following `part_of` (a circle ends where it closes)."""
        seen: set[str] = set()
        while arm.part_of and arm.id not in seen:
            seen.add(arm.id)
            parent = self.arm(arm.part_of)
            if parent is None:
                return arm.part_of
            arm = parent
        return arm.id

    def report(self, report_id: str) -> Report | None:
        """Return the report of that id, or None."""
        return next((r for r in self.reports if r.id == report_id), None)

    @property
    def year(self) -> int | None:
        """The year of the latest report that has one."""
        return max((r.year for r in self.reports if r.year is not None), default=None)
