"""What a planned analysis gave: what went in, what was left out and why, the pooled estimate, certainty and words.

Natural scale: a proportion or survival between 0 and 1, or a ratio. Analysis scale: logit, cloglog or log.
"""

from dataclasses import dataclass

from remit.model.certainty import Certainty
from remit.model.place import Place
from remit.model.plain import Plain, plain
from remit.model.protocol import Analysis, VerdictWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One study's estimate as it entered. `route` says how effect and variance were obtained; `marks` are flags."""

    study: str
    family: str
    arm: str
    comparator: str = ""
    report: str
    key: str
    place: Place
    label: str
    year: int | None
    basis: str
    scale: str
    months: float | None
    events: int | None
    total: int | None
    comparator_events: int | None = None
    comparator_total: int | None = None
    estimate: float
    lower: float
    upper: float
    effect: float
    variance: float
    weight: float
    route: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row that answered the analysis's outcome but did not enter, and why."""

    study: str
    arm: str
    report: str
    key: str
    place: Place
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A pooled estimate of k studies on the natural scale; never made for k = 1."""

    k: int
    n: int | None
    events: int | None
    estimate: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    tau2: float
    tau2_lower: float | None
    tau2_upper: float | None
    i2: float
    q: float
    q_df: int
    q_p: float
    common_estimate: float
    common_lower: float
    common_upper: float
    effect: float
    se: float
    p: float | None
    method: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupLevel:
    """One level of a subgroup: its own pooled estimate, or its single study's."""

    level: str
    k: int
    n: int | None
    estimate: float
    lower: float
    upper: float
    effect: float
    se: float
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """A split of the analysis with the test that its levels differ (None where fewer than two levels)."""

    by: str
    levels: tuple[SubgroupLevel, ...]
    q: float | None
    df: int | None
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one analysis. `pooled` is None when fewer than two studies entered."""

    analysis: Analysis
    used: tuple[Used, ...]
    left_out: tuple[LeftOut, ...]
    pooled: Pooled | None
    subgroups: tuple[Subgroup, ...] = ()
    certainty: Certainty | None = None
    sentence: str = ""

    @property
    def id(self) -> str:
        """The analysis id names the finding."""
        return self.analysis.id

    @property
    def k(self) -> int:
        """Number of studies (estimates from separate groups of people) that entered."""
        return len(self.used)

    @property
    def n(self) -> int | None:
        """People in the studies that entered, None when no total is known."""
        totals = [u.total + (u.comparator_total or 0) for u in self.used if u.total is not None]
        return sum(totals) if totals else None

    @property
    def estimate(self) -> float | None:
        """The pooled estimate, or the single study's, on the natural scale."""
        if self.pooled is not None:
            return self.pooled.estimate
        return self.used[0].estimate if len(self.used) == 1 else None

    @property
    def lower(self) -> float | None:
        """Lower end of the 95 % interval of `estimate`."""
        if self.pooled is not None:
            return self.pooled.lower
        return self.used[0].lower if len(self.used) == 1 else None

    @property
    def upper(self) -> float | None:
        """Upper end of the 95 % interval of `estimate`."""
        if self.pooled is not None:
            return self.pooled.upper
        return self.used[0].upper if len(self.used) == 1 else None

    def to_dict(self) -> dict[str, Plain]:
        """Return the finding as JSON values, floats to eight significant digits."""
        whole = plain(self)
        assert isinstance(whole, dict)
        return {"id": self.id, **whole}

    def __repr__(self) -> str:
        if self.estimate is None:
            return f"<Finding {self.id}: no study>"
        return f"<Finding {self.id}: {self.estimate:.3g} [{self.lower:.3g}, {self.upper:.3g}], k={self.k}, n={self.n}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimResult:
    """A claim's verdict with the numbers that gave it."""

    claim: str
    verdict: VerdictWord
    findings: tuple[str, ...]
    estimate: float | None
    lower: float | None
    upper: float | None
    certainty: str
    reason: str
    recorded: VerdictWord

    @property
    def changed(self) -> bool:
        """Whether the verdict differs from the one recorded in the protocol."""
        return self.verdict != self.recorded
