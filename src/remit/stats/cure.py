"""The fraction of people who will never have the event, from one study's times: mixture and non-mixture cure models.

A cured fraction is told from a plateau: people followed long after the last event. Where follow-up is too short the
likelihood cannot tell few cured from late events; the interval is then wide, or open to 0, and `warning` says why.

Sources: Boag (1949), J R Stat Soc B 11:15-53; Farewell (1982), Biometrics 38:1041-1046; Tsodikov, Ibrahim and Yakovlev
(2003), J Am Stat Assoc 98:1063-1078; Maller and Zhou (1992), Biometrika 79:731-739, and (1996), Survival Analysis with
Long-Term Survivors (sufficient follow-up; the test of any cured at the boundary); Lambert (2007), Stata J 7:351-375.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from remit.errors import InputError, NotConverged
from remit.stats import _at_risk
from remit.stats._at_risk import People
from remit.stats._check import FloatArray
from remit.stats._distributions import DISTRIBUTIONS, Distribution, MixtureCure, NonMixtureCure
from remit.stats._parametric_fit import Likelihood, spread
from remit.stats.interval import chi2_p, chi2_quantile, tail
from remit.stats.parametric import ParametricFit, enough, fitted, starts
from remit.stats.result import Result
from remit.stats.roots import bracketed, widen

CureKind = Literal["mixture", "non-mixture"]
KINDS: Final = {"mixture": MixtureCure, "non-mixture": NonMixtureCure}
LATENCIES = ("exponential", "weibull", "log-normal", "log-logistic", "generalised-gamma")
NOBODY = -9.0  # logit cured fraction below which nobody counts as cured
EDGE = 30.0  # logit at which profiles stop
SUFFICIENT = 0.05


@dataclass(frozen=True, slots=True)
class FollowUp(Result):
    """Whether follow-up is long enough to speak of cure.

    `last_event` and `last_time` bound the plateau, on which `on_plateau` people were censored at height `height` of the
    product-limit curve. `near_end` events fall within a plateau's length before the last one: with n people
    p = (1 - near_end / n)^n is Maller and Zhou's chance of that under too short a follow-up; `sufficient` where it is
    below 0.05.
    """

    last_event: float
    last_time: float
    on_plateau: int
    height: float
    near_end: int
    p: float
    sufficient: bool


@dataclass(frozen=True, slots=True)
class CureFit(Result):
    """A cure model: the cured fraction with its profile-likelihood interval, and the whole fitted curve in `fit`.

    `likelihood_ratio` tests that nobody is cured (p from half a chi-square with 1 df, half a point at 0, as it lies at
    the boundary). `warning` is empty where the data can tell a cured fraction.
    """

    kind: str
    latency: str
    cured: float
    lower: float
    upper: float
    level: float
    likelihood_ratio: float
    p: float
    follow_up: FollowUp
    warning: str
    fit: ParametricFit


def follow_up(time: npt.ArrayLike, event: npt.ArrayLike) -> FollowUp:
    """Return Maller and Zhou's measure of whether follow-up is sufficient; InputError for no events."""
    return _follow_up(_at_risk.people(time, event))


def fit_cure(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    latency: str = "weibull",
    kind: CureKind = "mixture",
    level: float = 0.95,
) -> CureFit:
    """Return a cure model fitted by maximum likelihood to times and events of n people.

    Parameters
    ----------
    latency : law of the time to event of those not cured
        "exponential", "weibull", "log-normal", "log-logistic" or "generalised-gamma".
    kind : "mixture" or "non-mixture"

    Raises
    ------
    InputError
        An unknown latency or kind, no events (every cured fraction up to 1 fits), or too few distinct event times.
    NotConverged
        No start reaches a top of the likelihood.
    """
    law = cure_law(latency, kind)
    who = _at_risk.people(time, event)
    data = Likelihood(who)
    enough(data, law, spare=1)
    seen = _follow_up(who)
    base = law.latency
    near = starts(data, base)
    plain_theta, plain_look, _ = data.top(base, near)
    begin = cure_starts(near, plain_theta, seen.height)
    theta, look, convergence = data.top(law, begin)
    if look.height < plain_look.height:
        theta = np.append(-EDGE, plain_theta)
        look = data.look(law, theta)
    nobody = bool(theta[0] < NOBODY)
    free = np.ones(theta.size)
    free[0] = 0.0 if nobody else 1.0
    ratio = max(0.0, 2.0 * (look.height - plain_look.height))
    low, high = _profile(data, law, theta, look.height, level)
    fit = fitted(data, law, theta, (look.height, spread(look, free)), convergence, float(who.time.max()))
    return CureFit(
        kind=kind,
        latency=latency,
        cured=0.0 if nobody else float(expit(theta[0])),
        lower=low,
        upper=high,
        level=level,
        likelihood_ratio=ratio,
        p=0.5 * chi2_p(ratio, 1.0) if ratio > 0.0 else 1.0,
        follow_up=seen,
        warning=_warning(seen, nobody, low, high),
        fit=fit,
    )


def cure_law(latency: str, kind: str) -> MixtureCure:
    """Return the distribution of a cure model by its names."""
    if latency not in LATENCIES:
        raise InputError(f"latency {latency!r}; expected one of {', '.join(LATENCIES)}")
    if kind not in KINDS:
        raise InputError(f"kind {kind!r}; expected mixture or non-mixture")
    return KINDS[kind](DISTRIBUTIONS[latency])


def cure_starts(near: list[FloatArray], plain: FloatArray, height: float) -> list[FloatArray]:
    """Return starts at several cured fractions up to the plateau, with faster latencies for more cured."""
    out = [np.append(-3.0, plain)]
    for share in (0.95, 0.5):
        cured = min(max(share * height, 0.02), 0.98)
        for start in near[:2]:
            faster = start.copy()
            faster[0] += math.log1p(-cured)
            out.append(np.append(math.log(cured / (1.0 - cured)), faster))
    return out


def _follow_up(who: People) -> FollowUp:
    if not who.event.any():
        raise InputError("no events; any cured fraction up to 1 fits; pool this study with others that have some")
    last_event, last_time = float(who.time[who.event].max()), float(who.time.max())
    early = 2.0 * last_event - last_time
    near = int((who.event & (who.time > early)).sum()) if last_time > last_event else 0
    n = who.time.size
    p = (1.0 - near / n) ** n
    return FollowUp(
        last_event=last_event,
        last_time=last_time,
        on_plateau=int((who.time > last_event).sum()),
        height=float(_at_risk.steps(who).survival[-1]),
        near_end=near,
        p=p,
        sufficient=p < SUFFICIENT,
    )


def _profile(data: Likelihood, law: Distribution, theta: FloatArray, top: float, level: float) -> tuple[float, float]:
    """Return the profile-likelihood ends of the cured fraction; 0 or 1 where the profile never falls far enough."""
    floor = top - 0.5 * chi2_quantile(2.0 * tail(level), 1.0)
    known: dict[float, FloatArray] = {float(theta[0]): theta}

    def above(logit: float) -> float:
        nearest = known[min(known, key=lambda at: abs(at - logit))]
        begin = np.append(logit, nearest[1:])
        try:
            point, look, _ = data.top(law, [begin], held=0)
        except NotConverged:
            return -1e6
        known[logit] = point
        return look.height - floor

    middle = min(max(float(theta[0]), NOBODY - 1.0), EDGE)
    ends = []
    for edge in (-EDGE, EDGE):
        a, b = widen(above, middle, math.copysign(0.5, edge), edge)
        ends.append(float(expit(bracketed(above, a, b, 1e-8))) if a != b else (0.0 if edge < 0.0 else 1.0))
    return ends[0], ends[1]


def _warning(seen: FollowUp, nobody: bool, low: float, high: float) -> str:
    said = []
    if seen.on_plateau == 0:
        said.append("the longest follow-up ends in an event, so there is no plateau")
    elif not seen.sufficient:
        said.append(f"follow-up may be too short to tell cured from late events (Maller-Zhou p {seen.p:.2g})")
    if nobody:
        said.append("the likelihood is highest with nobody cured")
    elif low == 0.0:
        said.append("a model with nobody cured fits about as well")
    if high == 1.0:
        said.append("no upper end of the cured fraction can be told")
    return "; ".join(said)
