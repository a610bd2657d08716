"""The thresholds of the certainty rules, as data, each with where it comes from.

GRADE rates a body of evidence; these rules only suggest, and every step prints its numbers.
"""

from typing import Final

from remit.model.certainty import Level
from remit.model.study import Design

PROSPECTIVE: Final[frozenset[Design]] = frozenset(
    {"randomised", "nonrandomised-comparative", "single-arm", "dose-escalation"}
)
"""Designs that followed people forward under a protocol; pooled analyses, registries and cohorts look back."""

RATE_START: Final[Level] = "high"
"""Rates start high as incidence and prognosis evidence does (Iorio and others 2015, BMJ 350:h870). There is no agreed
GRADE paper for single-arm treatment studies, so the route is printed beside every level."""

RATE_START_OTHER: Final[Level] = "low"
"""Rates of which less than half the weight was followed prospectively start as other observational evidence does."""

RANDOMISED_START: Final[Level] = "high"
NONRANDOMISED_START: Final[Level] = "low"
"""Handbook ch. 14: randomised high, non-randomised low."""

UNCONTROLLED: Final[Level] = "very low"
"""A comparison without a concurrent control is never above this."""

MOST: Final = 0.5
"""A trait counts when more than this share of the weight (or of the people) has it."""

I2_SERIOUS: Final = 50.0
I2_VERY_SERIOUS: Final = 75.0
"""Percent. Handbook ch. 10: 50-90 % may be substantial, 75-100 % considerable heterogeneity."""

WIDE_PREDICTION: Final = 0.30
VERY_WIDE_PREDICTION: Final = 0.60
"""Widths of a prediction interval of a proportion, used only where an analysis declares no thresholds."""

WIDE_INTERVAL: Final = 0.20
VERY_WIDE_INTERVAL: Final = 0.40
"""Widths of a 95 % interval of a proportion, used only where an analysis declares no thresholds."""

SMALL_BODY: Final = 400
"""People; fewer is a concern (ebm.bmj.com/content/22/3/85)."""

APPRECIABLE: Final = (0.75, 1.25)
"""Appreciable benefit and harm as ratios, used where an analysis declares no thresholds (GRADE 6, 2011)."""

OIS_RISK_REDUCTION: Final = 0.25
OIS_ALPHA: Final = 0.05
OIS_POWER: Final = 0.80
OIS_FAR_BELOW: Final = 0.20
"""Optimal information size for a relative risk reduction of 25 % (GRADE 34, 2022); below a fifth of it is far below."""

FEW_STUDIES: Final = 10
"""Below this a test for small-study effects says nothing (Handbook ch. 13)."""
