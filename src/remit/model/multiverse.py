"""The same question answered in every defensible way: specifications, one study left out at a time, robustness.

A *specification* is one choice of denominator, inclusion rule, transformation, estimator and interval. The *planned*
one is the protocol's, and its numbers are the finding's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from remit.model.plain import Plain, finite, plain
from remit.model.protocol import Analysis, VerdictWord

PLANNED = "as planned"
DIMENSIONS = ("denominator", "inclusion", "transformation", "estimator", "interval")
Choices = tuple[str, str, str, str, str]
"""Words for the five dimensions, in the order of `DIMENSIONS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One way to answer: its five choices and what they gave, on the natural scale.

    `studies` are the ids that entered (an id twice: two arms); tau2, on the scale of its transformation, is None for a
    single study.
    """

    denominator: str
    inclusion: str
    transformation: str
    estimator: str
    interval: str
    planned: bool
    k: int
    n: int | None
    estimate: float
    lower: float
    upper: float
    tau2: float | None
    studies: tuple[str, ...]

    @property
    def choices(self) -> Choices:
        """The five words that name this specification."""
        return (self.denominator, self.inclusion, self.transformation, self.estimator, self.interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiverse:
    """Every specification of one analysis, the planned one first, then by departures from it; `failed` says which fits
    gave no number and why.

    Choices that lead to the same studies stand once, under the words that depart least from the plan.
    """

    analysis: Analysis
    specifications: tuple[Specification, ...]
    failed: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The analysis id names its multiverse."""
        return self.analysis.id

    @property
    def planned(self) -> Specification | None:
        """The protocol's own specification; None where no study entered."""
        return next((s for s in self.specifications if s.planned), None)

    @property
    def curve(self) -> tuple[Specification, ...]:
        """The specifications by estimate, as a specification curve draws them."""
        return tuple(sorted(self.specifications, key=lambda s: s.estimate))

    @property
    def middle(self) -> float | None:
        """The median estimate over all specifications."""
        return median(s.estimate for s in self.specifications) if self.specifications else None

    def words(self, dimension: str) -> tuple[str, ...]:
        """Return the choices made in one dimension, in the order they were first made."""
        return tuple(dict.fromkeys(getattr(s, dimension) for s in self.specifications))

    def where(self, dimension: str, word: str) -> tuple[Specification, ...]:
        """Return the specifications that made this choice."""
        return tuple(s for s in self.specifications if getattr(s, dimension) == word)

    def to_dict(self) -> dict[str, Plain]:
        """Return JSON values: id, planned choices, choices by dimension, specifications."""
        return {
            "id": self.id,
            "count": len(self.specifications),
            "middle": finite(plain(self.middle)),
            "choices": {d: list(self.words(d)) for d in DIMENSIONS},
            "specifications": [finite(plain(s)) for s in self.specifications],
            "failed": list(self.failed),
        }

    def __repr__(self) -> str:
        if not self.specifications:
            return f"<Multiverse {self.id}: no study>"
        first, last = self.curve[0], self.curve[-1]
        return f"<Multiverse {self.id}: {len(self.specifications)} from {first.estimate:.3g} to {last.estimate:.3g}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutOne:
    """The finding without one of its studies; `shift` is how far the study pulls the estimate.

    shift: the finding's effect less this one, on the analysis scale, in standard errors of this one; None where either
    is not finite.
    """

    study: str
    arm: str
    comparator: str
    label: str
    weight: float
    k: int
    estimate: float
    lower: float
    upper: float
    tau2: float | None
    i2: float | None
    shift: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What leaving one study out can do: the lowest and highest estimate, and the study that moves it most.

    `decisive` names studies without which a contrast's interval changes sides of 1 (holds it, or no longer does).
    """

    k: int
    lowest: float
    highest: float
    lowest_without: str
    highest_without: str
    most: str
    most_shift: float | None
    decisive: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """How many specifications give a claim the verdict that the planned ones give; `verdicts` counts each verdict.

    `note` says why nothing could be varied, where nothing could; `verdict` is None then.
    """

    claim: str
    verdict: VerdictWord | None
    total: int
    held: int
    verdicts: Mapping[VerdictWord, int]
    note: str = ""

    @property
    def share(self) -> float | None:
        """Share of specifications under which the planned verdict holds; None where nothing was varied."""
        return self.held / self.total if self.total else None

    def to_dict(self) -> dict[str, Plain]:
        """Return JSON values with the share."""
        out = plain(self)
        assert isinstance(out, dict)
        return {**out, "share": self.share}
