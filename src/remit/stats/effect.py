"""One study's estimate on the analysis scale."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate and its sampling variance, both on the analysis scale (logit, log or log-log)."""

    estimate: float
    variance: float

    @property
    def se(self) -> float:
        """Standard error: the square root of the sampling variance."""
        return math.sqrt(self.variance)
