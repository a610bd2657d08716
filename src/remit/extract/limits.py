"""The limits of quality control: distances beyond which a check of rebuilt people warns and fails, each with why."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from remit.model.rebuilt import Check, Verdict

CheckName = Literal[
    "curve rmse",
    "curve maximum",
    "number at risk",
    "events",
    "median",
    "landmark",
    "hazard ratio",
    "log-rank z",
    "tracing",
    "ticks",
    "unseen",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """Distances beyond which a check warns and fails, in `unit`, and why there."""

    warn: float
    fail: float
    unit: str
    reason: str


MEASURED = "docs/explanation/reconstruction.md, measured errors"
RULES: Final[dict[CheckName, Rule]] = {
    "curve rmse": Rule(0.01, 0.03, "survival", f"ten times the median error of a clean scan; {MEASURED}"),
    "curve maximum": Rule(0.02, 0.05, "survival", f"above the largest error of a clean scan; {MEASURED}"),
    "number at risk": Rule(0.0, 0.02, "share of the arm", "met exactly unless curve and table contradict one another"),
    "events": Rule(0.0, 0.05, "share of the events", "met unless curve, table and total contradict one another"),
    "median": Rule(0.02, 0.10, "share of the printed median", f"beyond the rounding of print; {MEASURED}"),
    "landmark": Rule(0.01, 0.03, "survival", f"beyond the rounding of print; {MEASURED}"),
    "hazard ratio": Rule(0.05, 0.15, "log hazard ratio", "printed ratios may be stratified or adjusted; " + MEASURED),
    "log-rank z": Rule(0.5, 1.0, "standard normal", "printed tests may be stratified; half and one standard error"),
    "tracing": Rule(
        0.0, 1.0, "doubts", "1 for a warning, 2 where a stretch was not seen: a person must say why it may be used"
    ),
    "ticks": Rule(
        0.15,
        0.5,
        "share of the larger",
        "ticks may tie or hide; where half of the people have none, n is wrong or times are rounded",
    ),
    "unseen": Rule(
        0.25, 1.0, "survival", "so much falls in one step that the people left explain only if all others went unseen"
    ),
}
"""The written rule. Beyond `warn` a check warns, beyond `fail` it fails."""


def check(
    name: CheckName, where: str, expected: float, found: float, distance: float, slack: tuple[float, float] = (0.0, 0.0)
) -> Check:
    """Return how far `found` lies from `expected`, with its verdict; `slack` is added to both limits."""
    rule = RULES[name]
    warn, fail = rule.warn + slack[0], rule.fail + slack[1]
    verdict: Verdict = "fail" if distance > fail else "warn" if distance > warn else "pass"
    if math.isnan(distance):
        verdict = "fail"
    said = f"{name} ({where}): expected {expected:.4g}, found {found:.4g}; {distance:.3g} apart in {rule.unit}"
    return Check(
        name=name,
        where=where,
        expected=expected,
        found=found,
        distance=distance,
        warn=warn,
        fail=fail,
        verdict=verdict,
        reason=f"{said}, limits {warn:.3g} and {fail:.3g}: {rule.reason}",
    )
