"""A published survival curve, the people rebuilt from it, and how good the rebuilding is."""

from dataclasses import dataclass
from typing import Literal

from remit.errors import InputError
from remit.model.decision import Person

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLandmark:
    """Survival (0 to 1) at a time as the text prints it; `half_unit` is half of the last printed digit."""

    time: float
    survival: float
    half_unit: float = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCurve:
    """One arm's curve as read off a figure, with what the report prints about it. Times in the figure's unit.

    `times` and `survival` (0 to 1) are the points, survival from each time to the next. `at_risk` may hold None where
    no number is printed. `median` is None where none is printed; `median_half_unit` is half of its last digit.
    `ticks` are the censoring ticks as read, off a vector figure where `vector` is set; `censor_times` those taken as
    data, `on_ticks` why others are not (`extract.rebuild.with_ticks` decides). `warnings` is what tracing warned of.
    """

    arm: str
    n: int
    times: tuple[float, ...]
    survival: tuple[float, ...]
    risk_times: tuple[float, ...] = ()
    at_risk: tuple[float | None, ...] = ()
    events: int | None = None
    censor_times: tuple[float, ...] = ()
    landmarks: tuple[PrintedLandmark, ...] = ()
    median: float | None = None
    median_half_unit: float = 0.05
    precision: float | None = None
    ticks: tuple[float, ...] = ()
    vector: bool = False
    on_ticks: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedContrast:
    """What the report prints about two arms: the hazard ratio (arm against comparator) and the log-rank p.

    `p_bound` says that p is a bound ("<0.001"), not a value.
    """

    hr: float | None = None
    hr_lower: float | None = None
    hr_upper: float | None = None
    p: float | None = None
    p_bound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltArm:
    """Pseudo-individual data of one arm: a time and an event per person, how they were made, and what was changed."""

    arm: str
    time: tuple[float, ...]
    event: tuple[bool, ...]
    method: str
    information: str
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.time) != len(self.event):
            raise InputError(f"arm {self.arm}: {len(self.time)} times and {len(self.event)} events; expected as many")

    @property
    def n(self) -> int:
        """People in the arm."""
        return len(self.time)

    @property
    def events(self) -> int:
        """People whose follow-up ended in the event."""
        return sum(self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One comparison of rebuilt with read or printed: both values, their distance, the limits, and what follows.

    `where` tells arm and place ("blinatumomab, 24"). `warn` and `fail` are the distances beyond which the verdict is
    that; `reason` says it in words.
    """

    name: str
    where: str
    expected: float
    found: float
    distance: float
    warn: float
    fail: float
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """All checks of a rebuilt figure. The verdict is the worst of them; `overruled` is a person's signed reason.

    A figure that fails may enter an analysis only through `allow`, which keeps who said so and why.
    """

    checks: tuple[Check, ...]
    overruled: "Overruled | None" = None

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all checks."""
        found = {c.verdict for c in self.checks}
        return "fail" if "fail" in found else "warn" if "warn" in found else "pass"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the verdict is not "pass": one sentence for each check that warned or failed, failures first."""
        order: tuple[Verdict, ...] = ("fail", "warn")
        return tuple(c.reason for verdict in order for c in self.checks if c.verdict == verdict)

    @property
    def may_enter(self) -> bool:
        """Whether the rebuilt people may enter an analysis."""
        return self.verdict != "fail" or self.overruled is not None

    def allow(self, by: Person, reason: str, date: str) -> "QualityReport":
        """Return the report with a person's signed reason to use the figure all the same.

        InputError when the report does not fail (there is nothing to overrule) or the reason is blank.
        """
        if self.verdict != "fail":
            raise InputError(f"the verdict is {self.verdict}; only a failing figure needs a signed reason")
        return QualityReport(checks=self.checks, overruled=Overruled(by=by, reason=reason, date=date))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """Who lets a failing figure in, why, and when (an ISO date)."""

    by: Person
    reason: str
    date: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InputError("a failing figure needs a reason in words; expected why it may be used all the same")
