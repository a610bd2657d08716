"""A survival curve that a report prints: coordinates read off its figure, and what the report says beside it."""

from dataclasses import dataclass
from typing import Literal

from remit.model.curve import Ticks
from remit.model.observation import Basis, Source, TransplantRule
from remit.model.place import Place
from remit.model.rebuilt import QualityReport, RebuiltArm

CompetingRule = Literal["event", "censored", "competing", "not-applicable", "not-stated"]
"""What a curve did with the other way to fail (death without relapse in a curve of relapse): it counted as a failure
(`event`, as in event-free survival), follow-up ended there (`censored`), or it competed (`competing`: the curve is one
minus a cumulative incidence)."""
Unit = Literal["days", "weeks", "months", "years"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A named person's reason to use a curve that fails its quality control."""

    by: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCurve:
    """One curve of one arm. Times are in `unit` as on the figure; survival is between 0 and 1.

    `risk` holds the numbers printed under the figure (time, number at risk), `censored` the times of censoring ticks,
    `landmarks` survival printed in the text (time, survival), `median` the printed median. A blank was not seen.
    `ticks` says how the ticks were read, `warnings` what tracing warned of.
    """

    id: str
    arm: str
    outcome: str
    basis: Basis
    population: str
    transplant: TransplantRule
    competing: CompetingRule
    source: Source
    unit: Unit
    n: int
    events: int | None = None
    time: tuple[float, ...]
    survival: tuple[float, ...]
    risk: tuple[tuple[float, int], ...] = ()
    censored: tuple[float, ...] = ()
    ticks: Ticks = "picture"
    landmarks: tuple[tuple[float, float], ...] = ()
    median: float | None = None
    flags: tuple[str, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()
    accepted: Acceptance | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltCurve:
    """A curve with the people rebuilt from it and the checks, or the reason why nobody could be."""

    study: str
    curve: PrintedCurve
    arm: RebuiltArm | None
    report: QualityReport | None
    refused: str = ""

    @property
    def may_enter(self) -> bool:
        """Whether its people may enter: it passes, warns, or a person has signed a reason."""
        return self.report is not None and (self.report.verdict != "fail" or self.curve.accepted is not None)
