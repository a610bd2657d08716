"""How firm a finding is: without one study, over all sets of its studies, and in every defensible way."""

from dataclasses import dataclass

from remit.model.multiverse import Multiverse, Robustness, WithoutOne


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyInfluence:
    """What one study does to the normal-normal fit on the analysis scale; `marked` where a measure passes its cut-off.

    Cut-offs, with p = 1 coefficient: |DFFITS| above 3 sqrt(p / (k - p)), Cook's distance above the median of chi-square
    with p degrees of freedom, weight above 3 p / k. Source: Viechtbauer and Cheung (2010), Res Synth Methods 1:112-125.
    """

    label: str
    rstudent: float
    dffits: float
    cook: float
    weight: float
    cov_ratio: float
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsets:
    """Pooled estimates of all sets of two or more studies (GOSH), on the natural scale.

    `counts` are sets by equal steps between `low` and `high`; `quarters` the first and third quartile. Pooled by
    DerSimonian-Laird on the analysis scale. Source: Olkin, Dahabreh and Trikalinos (2012), Res Synth Methods 3:214-223.
    """

    sets: int
    low: float
    high: float
    quarters: tuple[float, float]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmness:
    """One pooled finding looked at hard; `without`, `influence` and `subsets` need three studies."""

    finding: str
    multiverse: Multiverse
    without: tuple[WithoutOne, ...] = ()
    influence: tuple[StudyInfluence, ...] = ()
    subsets: Subsets | None = None
    claims: tuple[Robustness, ...] = ()
