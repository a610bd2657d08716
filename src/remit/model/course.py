"""Survival over time of one treatment: landmarks or whole curves of several studies, pooled together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from remit.model.finding import LeftOut
from remit.model.observation import Basis, TransplantRule
from remit.model.printed_curve import PrintedCurve

CourseKind = Literal["curve", "landmarks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One rebuilt person of a curve: months followed, and whether the event came."""

    months: float
    event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableCurve:
    """People rebuilt from a printed curve that passed its quality control or was accepted by name."""

    study: str
    printed: PrintedCurve
    people: Sequence[Person]
    accepted: str = ""

    @property
    def curve(self) -> str:
        """The curve's id in its study."""
        return self.printed.id

    @property
    def arm(self) -> str:
        """The arm whose people these are."""
        return self.printed.arm

    @property
    def outcome(self) -> str:
        """The outcome the curve shows."""
        return self.printed.outcome

    @property
    def basis(self) -> Basis:
        """The denominator."""
        return self.printed.basis

    @property
    def transplant(self) -> TransplantRule:
        """What the curve did with transplantation in remission."""
        return self.printed.transplant


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePoint:
    """Pooled survival at `months` with the interval of the average and of a new study (None below three studies)."""

    months: float
    estimate: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    k: int
    n: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseStudy:
    """One study's survival as it entered: (months, survival), in order; `note` says what was changed or left out."""

    study: str
    arm: str
    label: str
    points: tuple[tuple[float, float], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanTime:
    """Pooled mean time without the event up to `horizon` months (restricted mean), with its 95 % interval.

    `without` names studies whose follow-up ends before the horizon.
    """

    horizon: float
    estimate: float
    lower: float
    upper: float
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CuredFraction:
    """The pooled fraction that never has the event, of a typical study and of a new one, by a mixture model.

    `others` are fractions under other latencies, which fit worse; `own` is what studies say one by one, pooled
    (estimate, lower, upper) over the `own_k` that can tell; `too_short` are followed too briefly to show a plateau.
    """

    estimate: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    latency: str
    others: tuple[tuple[str, float], ...]
    own: tuple[float, float, float] | None
    own_k: int
    too_short: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Pooled survival over time.

    `kind` says whether whole curves were pooled, or only survival at the landmarks that reports print. `findings` are
    the single-landmark findings it stands beside. `beside_curve`: landmarks of all studies, where some have curves that
    make a course of their own. `left_out` are curves that did not enter, with the reason.
    """

    id: str
    title: str
    question: str
    drug_class: str
    outcomes: tuple[str, ...]
    kind: CourseKind
    findings: tuple[str, ...]
    points: tuple[CoursePoint, ...]
    studies: tuple[CourseStudy, ...]
    median: tuple[float | None, float | None, float | None] = (None, None, None)
    method: str = ""
    i2: float | None = None
    note: str = ""
    mean: MeanTime | None = None
    cured: CuredFraction | None = None
    beside_curve: bool = False
    left_out: tuple[LeftOut, ...] = ()
