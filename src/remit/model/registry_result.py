"""What a trial registry posted as results. Every number is the text it printed; `locator` says where each one stands.

A blank is what the registry left out. "NA" stays NA, with the comment that says why. An adverse event that is not
listed is unknown: tables leave out what is rarer than their threshold, and that is never zero.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People counted together. Ids are of one module only: OG000 of one outcome is not OG000 of another, nor EG000."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denominator:
    """How many people, or other units, of a group were counted."""

    group: str
    units: str
    value: str
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value of one group, with its class and category titles (time points stand in either)."""

    group: str
    class_title: str
    category_title: str
    value: str
    spread: str = ""
    lower: str = ""
    upper: str = ""
    comment: str = ""
    denominator: str = ""
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A posted analysis. `parameter` is its words verbatim: a log-rank statistic is no hazard ratio."""

    groups: tuple[str, ...]
    description: str
    method: str
    parameter: str
    value: str
    level: str = ""
    sides: str = ""
    lower: str = ""
    upper: str = ""
    p: str = ""
    hypothesis: str = ""
    comment: str = ""
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedOutcome:
    """An outcome measure: what was measured, when, in whom, and what came of it (nothing yet: no measurements)."""

    type: str
    title: str
    description: str
    population: str
    time_frame: str
    parameter: str
    dispersion: str
    unit: str
    status: str
    groups: tuple[Group, ...]
    denominators: tuple[Denominator, ...]
    measurements: tuple[Measurement, ...]
    comparisons: tuple[Comparison, ...]
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rung of the participant flow, or a reason to leave it: how many people of a group."""

    period: str
    kind: str
    title: str
    group: str
    people: str
    comment: str = ""
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """People of a group with an adverse event, and how often it happened."""

    group: str
    affected: str
    at_risk: str
    events: str = ""
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent:
    """A listed adverse event. Registries print no grades: serious is not severe."""

    term: str
    system: str
    serious: bool
    vocabulary: str
    assessment: str
    notes: str
    counts: tuple[EventCount, ...]
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryResult:
    """The posted results of one trial. `numbers` are its registry numbers, its own first."""

    numbers: tuple[str, ...]
    title: str
    posted: str
    flow_groups: tuple[Group, ...]
    flow: tuple[Step, ...]
    outcomes: tuple[PostedOutcome, ...]
    event_groups: tuple[Group, ...]
    totals: tuple[tuple[str, EventCount], ...]
    events: tuple[AdverseEvent, ...]
    threshold: str
    event_time_frame: str
    event_description: str

    def affected(self, term: str, group: str, serious: bool) -> EventCount | None:
        """Return the count of an event as listed, or None: unknown. An unlisted event is never zero."""
        for event in self.events:
            if event.serious == serious and event.term.lower() == term.lower():
                return next((c for c in event.counts if c.group == group and c.affected), None)
        return None
