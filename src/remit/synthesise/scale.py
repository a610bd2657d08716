"""Between the analysis scale and the natural one, and the 95 % interval of one study's effect."""

import math

from remit.stats.effect import Effect
from remit.stats.interval import normal_quantile

Z = normal_quantile(0.95)


def usual(level: float | None) -> bool:
    """Whether a printed interval is at 95 % (or does not say)."""
    return level is None or abs(level - 0.95) < 1e-9


def ends(effect: Effect) -> tuple[float, float]:
    """Return the ends of the normal 95 % interval on the analysis scale."""
    half = Z * effect.se
    return effect.estimate - half, effect.estimate + half


def cloglog_inverse(value: float, incidence: bool = False) -> float:
    """Return survival exp(-exp(value)), or the incidence 1 minus it; never overflows."""
    hazard = math.exp(min(value, 700.0))
    return -math.expm1(-hazard) if incidence else math.exp(-hazard)


def logit_inverse(value: float) -> float:
    """Return 1 / (1 + exp(-value)) without overflow."""
    return 1.0 / (1.0 + math.exp(-value)) if value >= 0.0 else math.exp(value) / (1.0 + math.exp(value))


def exp(value: float) -> float:
    """Return e to the power of `value`, infinite beyond the range of floats."""
    return math.exp(value) if value < 709.0 else math.inf
