"""The cured fraction over studies: random effects on its logit and on the time scale of those not cured.

One stage: every study's times enter one marginal likelihood, so studies without a plateau, or without events, say what
they can. Two stages: each study's own logit cured fraction and variance, pooled by REML with Hartung and Knapp's
interval; studies that cannot tell their own fraction have to be left out, which tends to raise the pooled one. Both
are given; where they differ much, the one-stage estimate uses more of the data and the reason is in `excluded`.

Sources: Lambert, Thompson, Weston and Dickman (2007), Biostatistics 8:576-594, and Yu and Peng (2008), Comput Stat Data
Anal 52:1524-1532 (random effects in cure models); Hartung and Knapp (2001), Stat Med 20:3875-3889.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from remit.errors import InputError, NotConverged
from remit.stats._ascent import covariance
from remit.stats._at_risk import People
from remit.stats._check import FloatArray
from remit.stats._distributions import LocationScale
from remit.stats._hierarchy import Hierarchy, Top, ready, together
from remit.stats._parametric_curve import Curve, OfCurve
from remit.stats.cure import CureFit, CureKind, cure_law, fit_cure
from remit.stats.interval import t_quantile
from remit.stats.pool import RandomEffects, random_effects
from remit.stats.result import Result

POINTS = 7
WIDEST = 2.5  # standard error of a logit above which a study alone cannot tell its cured fraction


@dataclass(frozen=True, slots=True)
class TwoStageCure(Result):
    """Cured fractions of single studies pooled on the logit scale; `logit` holds the pooled result there."""

    k: int
    cured: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    logit: RandomEffects


@dataclass(frozen=True, slots=True)
class PooledCure(OfCurve):
    """The cured fraction of a typical study, from all studies at once, and of a new one.

    `lower` and `upper` are of the typical study, with t on k - 1 degrees of freedom; the prediction interval, on k - 2,
    is of a new study's true cured fraction (None for fewer than three studies). `tau_logit` and `tau_time` are standard
    deviations between studies of the logit cured fraction and of the latency's log time. `studies` are each study's
    fraction, drawn toward the mean by how little it can tell. `excluded` says which studies two stages left out and
    why; `too_short` which have insufficient follow-up of their own. `bic` counts people.
    """

    kind: str
    latency: str
    k: int
    n: int
    events: int
    cured: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    level: float
    logit: float
    se: float
    tau_logit: float
    tau_time: float
    log_likelihood: float
    aic: float
    bic: float
    slope: float
    names: tuple[str, ...]
    studies: tuple[float, ...]
    two_stage: TwoStageCure | None
    excluded: tuple[str, ...]
    too_short: tuple[str, ...]
    observed_to: float
    curve: Curve


def pool_cure(
    times: Sequence[npt.ArrayLike],
    events: Sequence[npt.ArrayLike],
    names: Sequence[str] | None = None,
    latency: str = "weibull",
    kind: CureKind = "mixture",
    level: float = 0.95,
    points: int = POINTS,
) -> PooledCure:
    """Return the pooled cured fraction of k studies from times and events of their people.

    Parameters
    ----------
    times, events : one pair of arrays per study
    latency : "exponential", "weibull", "log-normal" or "log-logistic"
    points : of the quadrature in each of the two directions

    Raises
    ------
    InputError
        Fewer than two studies, no events in any, an unknown latency or kind, or what `fit_cure` refuses of times.
    NotConverged
        The likelihood has no top within reach: the data cannot tell cured from late events.
    """
    law = cure_law(latency, kind)
    if not isinstance(law.latency, LocationScale):
        raise InputError(f"latency {latency!r}; expected exponential, weibull, log-normal or log-logistic")
    everyone, called = ready(times, events, names)
    single, excluded = _each(everyone, called, latency, kind, level)
    data = Hierarchy(everyone, law, (0, 1), points)
    theta, height, curve, slope = _best(data, everyone, single, latency, kind)
    wide = covariance(curve, _free(data, theta))
    k = len(everyone)
    se = math.sqrt(float(wide[0, 0]))
    if not math.isfinite(se):
        raise NotConverged("the likelihood is flat in the cured fraction; these studies cannot tell it")
    half = t_quantile(level, k - 1.0) * se
    reach = t_quantile(level, k - 2.0) * math.hypot(se, float(theta[-2])) if k > 2 else None
    b = float(theta[0])
    _, _, own = data.look(theta, data.nodes(theta))
    longest = max(float(who.time.max()) for who in everyone)
    kept = len(law.names)
    return PooledCure(
        kind=kind,
        latency=latency,
        k=k,
        n=data.n,
        events=data.events,
        cured=float(expit(b)),
        lower=float(expit(b - half)),
        upper=float(expit(b + half)),
        prediction_lower=None if reach is None else float(expit(b - reach)),
        prediction_upper=None if reach is None else float(expit(b + reach)),
        level=level,
        logit=b,
        se=se,
        tau_logit=float(theta[-2]),
        tau_time=float(theta[-1]),
        log_likelihood=height,
        aic=2.0 * (theta.size - height),
        bic=theta.size * math.log(data.n) - 2.0 * height,
        slope=slope,
        names=called,
        studies=tuple(expit(own[0]).tolist()),
        two_stage=_two_stage(single, level),
        excluded=excluded,
        too_short=tuple(n for n, f in single if not f.follow_up.sufficient),
        observed_to=longest,
        curve=Curve(law, theta[:kept], np.nan_to_num(wide[:kept, :kept]), data.unit, longest),
    )


def _each(
    everyone: list[People], names: tuple[str, ...], latency: str, kind: CureKind, level: float
) -> tuple[list[tuple[str, CureFit]], tuple[str, ...]]:
    """Return each study's own fit, and why some have none that a second stage could use."""
    found: list[tuple[str, CureFit]] = []
    excluded: list[str] = []
    for name, who in zip(names, everyone, strict=True):
        try:
            fit = fit_cure(who.time, who.event, latency, kind, level)
        except (InputError, NotConverged) as error:
            excluded.append(f"{name}: {error}")
            continue
        found.append((name, fit))
        if not _tells(fit):
            excluded.append(f"{name}: {fit.warning or 'its cured fraction has no finite standard error'}")
    return found, tuple(excluded)


def _tells(fit: CureFit) -> bool:
    se = fit.fit.se[0]
    return 0.0 < se < WIDEST and 0.0 < fit.cured < 1.0


def _two_stage(single: list[tuple[str, CureFit]], level: float) -> TwoStageCure | None:
    usable = [fit for _, fit in single if _tells(fit)]
    if len(usable) < 2:
        return None
    pooled = random_effects(
        [fit.fit.parameters[0] for fit in usable], [fit.fit.se[0] ** 2 for fit in usable], level=level
    )
    low, high = pooled.prediction_lower, pooled.prediction_upper
    return TwoStageCure(
        k=len(usable),
        cured=float(expit(pooled.estimate)),
        lower=float(expit(pooled.lower)),
        upper=float(expit(pooled.upper)),
        prediction_lower=None if low is None else float(expit(low)),
        prediction_upper=None if high is None else float(expit(high)),
        logit=pooled,
    )


def _best(
    data: Hierarchy, everyone: list[People], single: list[tuple[str, CureFit]], latency: str, kind: CureKind
) -> Top:
    """Return the highest of climbs from the pooled fit and from the mean of single fits."""
    every = fit_cure(*together(everyone), latency, kind)
    middle = np.array(every.fit.parameters)
    starts = [np.concatenate([_within(data, middle), [0.3, 0.2]])]
    usable = [fit.fit.parameters for _, fit in single if _tells(fit)]
    if len(usable) > 1:
        own = np.array(usable)
        spread = own.std(axis=0, ddof=1)
        between = [min(float(spread[0]), 1.5), min(float(spread[1]), 1.0)]
        starts.append(np.concatenate([_within(data, own.mean(axis=0)), between]))
    ends = []
    failure: NotConverged | None = None
    for start in starts:
        try:
            ends.append(data.top(start))
        except NotConverged as error:
            failure = error
    if not ends:
        raise failure or NotConverged("no start of the hierarchical cure model reached a top")
    return max(ends, key=lambda end: end.height)


def _within(data: Hierarchy, parameters: FloatArray) -> FloatArray:
    """Return parameters in the unit of `data`, with a cured fraction away from 0 and 1."""
    moved = data.law.rescaled(parameters, 1.0 / data.unit)[0]
    moved[0] = min(max(moved[0], -4.0), 4.0)
    return moved


def _free(data: Hierarchy, theta: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which parameters may move: all but a standard deviation at 0 at the end."""
    free = np.ones(theta.size, dtype=np.bool_)
    free[data.p :] = theta[data.p :] > 0.0
    return free
