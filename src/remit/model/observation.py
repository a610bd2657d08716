"""What a report prints: counts, survival at a time, medians and contrasts, each with its source.

Numbers are kept as printed (as text in `printed`) beside the value read from them. Survival and proportions
are between 0 and 1; times are months; a blank was not seen and is never zero.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from remit.model.place import Place

SourceKind = Literal["primary", "registry", "label", "secondary"]
Basis = Literal[
    "enrolled",
    "randomised",
    "infused",
    "treated",
    "evaluable",
    "responders",
    "relapses",
    "transplanted",
    "subgroup",
    "unknown",
]
ContrastMeasure = Literal["HR", "OR", "RR", "RD", "RMST-difference"]
Favours = Literal["arm", "comparator"]
SurvivalMeasure = Literal["survival", "cumulative-incidence"]
TransplantRule = Literal["censored", "not-censored", "event", "state", "not-applicable", "not-stated"]
"""What a time-to-event value did with transplantation in remission: follow-up ended there (`censored`), went on
(`not-censored`), it counted as a failure (`event`), or it was a state of its own in a multi-state or competing-risks
analysis (`state`)."""


_P = re.compile(r"^\s*(?:p\s*)?(?P<sign>[<=≤]?)\s*(?P<value>0?\.\d+(?:e-?\d+)?|\d(?:\.\d+)?e-\d+)", re.IGNORECASE)
_ONE_SIDED = re.compile(r"(?:one|1)[\s-]*(?:sided|tailed)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value was read, who read it and who checked it (blank: nobody yet)."""

    report: str
    locator: str
    kind: SourceKind
    url: str = ""
    extracted_by: str
    checked_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every value row has. `key` is unique in its file and permanent, so corrections can name it.

    `curve` names the printed curve a value was read off; it is empty for what a report prints as a number.
    """

    key: str
    arm: str
    outcome: str
    months: float | None
    basis: Basis
    population: str
    source: Source
    flags: tuple[str, ...]
    note: str
    printed: Mapping[str, str]
    corrected: tuple[str, ...] = ()
    curve: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Row):
    """Events of a total. Where only a percentage is printed, `events` is None and `proportion` holds it."""

    events: int | None
    total: int | None
    proportion: float | None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    scale: str = ""
    threshold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival(Row):
    """A Kaplan-Meier probability (or a cumulative incidence) at `months`, with interval or standard error."""

    measure: SurvivalMeasure
    probability: float
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    se: float | None = None
    total: int | None = None
    transplant: TransplantRule = "not-stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Median(Row):
    """A median time to an event in months; `reached` is False where the report says it was not."""

    median: float | None
    reached: bool
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    total: int | None = None
    transplant: TransplantRule = "not-stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast(Row):
    """A comparison of `arm` with `comparator` as printed: a ratio below 1 means fewer events in `arm`.

    Log-rank numbers (`o_minus_e`, its variance `v`, expected events) are of `arm` first; `events` are of both arms
    together; `favours` says which side does better where no ratio is printed.
    """

    comparator: str
    measure: ContrastMeasure
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    p: str = ""
    events_arm: int | None = None
    events_comparator: int | None = None
    total_arm: int | None = None
    total_comparator: int | None = None
    transplant: TransplantRule = "not-stated"
    favours: Favours | None = None
    events: int | None = None
    o_minus_e: float | None = None
    v: float | None = None
    expected_arm: float | None = None
    expected_comparator: float | None = None

    @property
    def p_value(self) -> tuple[float, int, bool] | None:
        """(p, sides, whether only a bound is printed); None where no p below 1 can be read.

        A bound such as `<.001` stands for its own value, which gives too large a variance, never too small a one.
        """
        found = _P.match(self.p)
        if found is None:
            return None
        value = float(found["value"])
        if not 0.0 < value < 1.0:
            return None
        return value, 1 if _ONE_SIDED.search(self.p) else 2, found["sign"] in ("<", "≤")


Observation: TypeAlias = Count | Survival | Median | Contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A value used in place of a printed one; `expect` is the printed value and fails loudly once it changes."""

    table: str
    key: str
    column: str
    expect: str
    use: str
    reason: str
    by: str
    date: str
    place: Place
