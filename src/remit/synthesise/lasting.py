"""How long it lasts: the mean time without the event up to a horizon, and the fraction that never has it.

Both are made of the people behind the curves of one course, and only where there are two studies or more.
"""

from collections.abc import Sequence

from remit.errors import InputError, NotConverged
from remit.model.course import CuredFraction, MeanTime
from remit.stats.pooled_cure import PooledCure, pool_cure
from remit.stats.pooled_rmst import pool_rmst, rmst_from_people

LATENCIES = ("weibull", "log-normal")
Times = Sequence[Sequence[float]]
Events = Sequence[Sequence[bool]]


def mean_time(times: Times, events: Events, planned: Sequence[float]) -> MeanTime | None:
    """Return the pooled restricted mean up to the latest planned month that every study's follow-up reaches.

    None where no planned month is reached by all, or a study has no event before it (its mean has no variance).
    """
    reached = min(max(t) for t in times)
    horizon = max((m for m in planned if m <= reached), default=None)
    if horizon is None:
        return None
    try:
        pooled = pool_rmst([rmst_from_people(t, d, [horizon]) for t, d in zip(times, events, strict=True)])
    except (InputError, NotConverged):
        return None
    if pooled.horizon != (horizon,):
        return None
    return MeanTime(horizon=horizon, estimate=pooled.estimate[0], lower=pooled.lower[0], upper=pooled.upper[0])


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
