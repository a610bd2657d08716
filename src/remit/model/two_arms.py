"""Two arms over time: the people behind the curves of both arms of several studies, compared in one model."""

from dataclasses import dataclass

from remit.model.course import MeanTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A hazard ratio with its 95 % interval, by one model; `note` says what the model takes as given."""

    model: str
    estimate: float
    lower: float
    upper: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The hazard ratio from `begin` to `end` months (None: to the end of follow-up), with the events in it."""

    begin: float
    end: float | None
    events: int
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsOfStudy:
    """One study's two arms: people and events of both, and p of its test of proportional hazards (None: no test)."""

    study: str
    label: str
    arm: str
    comparator: str
    people: tuple[int, int]
    events: tuple[int, int]
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledLine:
    """The pooled curve of one side: months and survival, with its band."""

    label: str
    months: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoArms:
    """Two arms of several studies, person by person.

    `proportional` says which summary the data support: one hazard ratio (the first of `ratios`), or the `difference` of
    mean times without the event with a ratio that changes (`stretches`); `reason` gives the tests. `without` names
    studies that entered the finding and have no pair of curves.
    """

    id: str
    title: str
    finding: str
    drug_class: str
    proportional: bool
    reason: str
    ratios: tuple[Ratio, ...]
    stretches: tuple[Stretch, ...]
    difference: MeanTime | None
    difference_reason: str
    studies: tuple[ArmsOfStudy, ...]
    lines: tuple[PooledLine, ...]
    without: tuple[str, ...]
