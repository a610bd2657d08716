"""How long it lasts: the mean time without the event up to a horizon, and the fraction that never has it.

Both are made of the people behind the curves of one course, and only where there are two studies or more.
"""

import math
from collections.abc import Sequence

from remit.errors import InputError, NotConverged
from remit.model.course import CuredFraction, MeanTime
from remit.stats.pool import random_effects
from remit.stats.pooled_cure import PooledCure, pool_cure
from remit.stats.rmst import restricted_mean

LATENCIES = ("weibull", "log-normal")
Times = Sequence[Sequence[float]]
Events = Sequence[Sequence[bool]]


def mean_time(
    times: Times, events: Events, planned: Sequence[float], names: Sequence[str] | None = None
) -> MeanTime | None:
    """Return the pooled restricted mean up to the latest planned month that every study's follow-up reaches.

    Where no planned month is reached by all it is the first one, of the studies that reach it; `without` names the
    others. Shares of the horizon are pooled on the logit scale (random effects, as findings are), so that the interval
    lies between 0 and the horizon. None where fewer than two studies reach it.
    """
    reached = min(max(t) for t in times)
    horizon = max((m for m in planned if m <= reached), default=min(planned, default=None))
    if horizon is None:
        return None
    labels = names if names is not None else [""] * len(times)
    inside = [max(t) >= horizon for t in times]
    logits = [_logit_share(t, d, horizon) for t, d, whole in zip(times, events, inside, strict=True) if whole]
    if len(logits) < 2:
        return None
    y, v = zip(*logits, strict=True)
    pooled = random_effects(y, v)
    ends = (pooled.estimate, pooled.lower, pooled.upper)
    middle, low, high = (horizon / (1.0 + math.exp(-x)) for x in ends)
    without = tuple(n for n, whole in zip(labels, inside, strict=True) if not whole)
    return MeanTime(horizon=horizon, estimate=middle, lower=low, upper=high, without=without)


def _logit_share(time: Sequence[float], event: Sequence[bool], horizon: float) -> tuple[float, float]:
    """Return the logit of the share of the horizon spent without the event, and its variance.

    Where the data know no variance, as without an event before the horizon, half an event at half of it is added.
    """
    mean = restricted_mean(time, event, horizon)
    if 0.0 < mean.estimate < horizon and mean.se > 0.0:
        share, se = mean.estimate / horizon, mean.se / horizon
    else:
        n = sum(t >= horizon / 2.0 for t in time)
        share = min(max(mean.estimate / horizon, 0.25 / n), 1.0 - 0.25 / n)
        se = 0.5 * math.sqrt(0.5 / (n * (n - 0.5)))
    return math.log(share / (1.0 - share)), (se / (share * (1.0 - share))) ** 2


def cured_fraction(times: Times, events: Events, names: Sequence[str]) -> CuredFraction | None:
    """Return the pooled cured fraction under the latency that fits better, and what the other one says.

    None where the data tell no fraction under either: then no number is better than one that a model invents.
    """
    made = [fit for latency in LATENCIES if (fit := _fit(times, events, names, latency)) is not None]
    if not made:
        return None
    made.sort(key=lambda fit: fit.aic)
    best = made[0]
    return CuredFraction(
        estimate=best.cured,
        lower=best.lower,
        upper=best.upper,
        prediction_lower=best.prediction_lower,
        prediction_upper=best.prediction_upper,
        latency=best.latency,
        others=tuple((fit.latency, fit.cured) for fit in made[1:]),
        own=None if best.two_stage is None else (best.two_stage.cured, best.two_stage.lower, best.two_stage.upper),
        own_k=0 if best.two_stage is None else best.two_stage.k,
        too_short=best.too_short,
    )


def _fit(times: Times, events: Events, names: Sequence[str], latency: str) -> PooledCure | None:
    try:
        return pool_cure(times, events, names, latency)
    except (InputError, NotConverged):
        return None
