"""Exact-likelihood pooling of odds ratios and rates: counts within studies, normal log effects between them.

Empty cells enter as they are. Studies that say nothing about the ratio (events in nobody or in everybody of both arms)
are left out by the likelihood itself.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._compiled_surfaces import Tables, two_by_two
from remit.stats._mixture import BinomialOffset, Mixture, PoissonTime
from remit.stats._surface import MU_MOST, TAU_MOST, Point, climb_mu, mu_end, standard_error, summit, tau_ends
from remit.stats.interval import chi2_p, chi2_quantile, normal_p, normal_quantile, t_p, t_quantile, tail
from remit.stats.result import Result
from remit.stats.roots import bracketed, widen

IntervalKind = Literal["profile", "wald", "t"]


@dataclass(frozen=True, slots=True)
class ExactFit(Result):
    """A pooled log odds ratio, log rate or log rate ratio; k counts the studies that inform it.

    Ends by profile likelihood, or estimate +- quantile x se; ends of tau2 by profile likelihood, the upper None where
    the likelihood does not fall far enough. p tests the estimate against 0 (of little use for a log rate). q is the
    likelihood-ratio statistic of one effect for all studies. Asked for one common effect, tau2 and its ends are 0.
    """

    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    tau2: float
    tau2_lower: float
    tau2_upper: float | None
    q: float
    q_df: int
    q_p: float
    log_likelihood: float
    method: str
    note: str
    level: float = 0.95


def odds_ratio(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    interval: IntervalKind = "profile",
    level: float = 0.95,
    common: bool = False,
) -> ExactFit:
    """Return the conditional exact fit: a given its table's margins is noncentral hypergeometric.

    Nuisance risks of each study drop out by conditioning, so sparse tables bias nothing. Source: van Houwelingen,
    Zwinderman and Stijnen (1993), Stat Med 12:2273-2284; Stijnen, Hamza and Ozdemir (2010), Stat Med 29:3046-3067.
    Raises InputError when every informative study is at the same end of its support: the estimate is then infinite.
    """
    yes1, all1, yes2, all2 = _informative(a, n1, c, n2)
    events = yes1 + yes2
    at_low = (yes1 == np.maximum(0.0, events - all2)).all()
    at_high = (yes1 == np.minimum(all1, events)).all()
    _finite(bool(at_low or at_high), "odds ratio")
    start = math.log((float(yes1.sum()) + 0.5) / (float((all1 - yes1).sum()) + 0.5)) - math.log(
        (float(yes2.sum()) + 0.5) / (float((all2 - yes2).sum()) + 0.5)
    )
    return _fit(
        two_by_two(yes1, all1, events, all2), start, interval, level, "conditional exact (hypergeometric)", common
    )


def odds_ratio_approximate(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    interval: IntervalKind = "profile",
    level: float = 0.95,
    common: bool = False,
) -> ExactFit:
    """Return the conditional fit with the hypergeometric approximated by a binomial: good for rare events.

    Source: Stijnen, Hamza and Ozdemir (2010), Stat Med 29:3046-3067.
    """
    yes1, all1, yes2, all2 = _informative(a, n1, c, n2)
    events = yes1 + yes2
    _finite(bool((yes1 == 0.0).all() or (yes2 == 0.0).all()), "odds ratio")
    within = BinomialOffset(yes1, events, np.log(all1 / all2))
    return _fit(Mixture(within), 0.0, interval, level, "conditional approximate (binomial)", common)


def rate(
    events: npt.ArrayLike,
    time: npt.ArrayLike,
    interval: IntervalKind = "profile",
    level: float = 0.95,
    common: bool = False,
) -> ExactFit:
    """Return the Poisson-normal fit of the log incidence rate: events over person-time."""
    x, t = _check.column(events, "events"), _check.column(time, "time")
    _check.same_length(2, events=x, time=t)
    if (x < 0.0).any() or (t <= 0.0).any():
        raise InputError("events below 0 or person-time not above 0; check the table")
    _finite(x.sum() == 0.0, "log rate")
    return _fit(
        Mixture(PoissonTime(x, t)), math.log(float(x.sum() / t.sum())), interval, level, "Poisson-normal", common
    )


def rate_ratio(
    events1: npt.ArrayLike,
    time1: npt.ArrayLike,
    events2: npt.ArrayLike,
    time2: npt.ArrayLike,
    interval: IntervalKind = "profile",
    level: float = 0.95,
    common: bool = False,
) -> ExactFit:
    """Return the conditional exact fit of the log rate ratio: events of arm 1 given both arms' events are binomial."""
    names = ("events1", "time1", "events2", "time2")
    x1, t1, x2, t2 = (_check.column(v, name) for v, name in zip((events1, time1, events2, time2), names, strict=True))
    _check.same_length(1, events1=x1, time1=t1, events2=x2, time2=t2)
    if min(x1.min(), x2.min()) < 0.0 or min(t1.min(), t2.min()) <= 0.0:
        raise InputError("events below 0 or person-time not above 0; check the table")
    told = x1 + x2 > 0.0
    _check.same_length(2, events1=x1[told])
    _finite(bool((x1 == 0.0).all() or (x2 == 0.0).all()), "rate ratio")
    within = BinomialOffset(x1[told], (x1 + x2)[told], np.log(t1 / t2)[told])
    return _fit(Mixture(within), 0.0, interval, level, "conditional exact (binomial)", common)


def _fit(surface: Tables, start: float, interval: str, level: float, method: str, common: bool) -> ExactFit:
    if interval not in ("profile", "wald", "t"):
        raise InputError(f"interval {interval!r}; expected profile, wald or t")
    alike = climb_mu(surface, 0.0, start)
    top = alike if common else summit(surface, alike.mu)
    se = math.sqrt(-1.0 / top.mu_curve) if common else standard_error(top)
    drop = 0.5 * chi2_quantile(2.0 * tail(level), 1.0)
    if interval == "profile":
        step = 1.2 * math.sqrt(2.0 * drop) * se
        low, high = (_end(surface, top, drop, way, common) for way in (-step, step))
    else:
        half = (normal_quantile(level) if interval == "wald" else t_quantile(level, surface.k - 1)) * se
        low, high = top.mu - half, top.mu + half
    tau_low, tau_high = (0.0, 0.0) if common else tau_ends(surface, top, drop)
    q = max(0.0, 2.0 * (surface.best() - alike.height))
    held = top.tau >= TAU_MOST
    return ExactFit(
        k=surface.k,
        estimate=top.mu,
        se=se,
        lower=low,
        upper=high,
        p=t_p(top.mu / se, surface.k - 1) if interval == "t" else normal_p(top.mu / se),
        tau2=top.tau**2,
        tau2_lower=tau_low**2,
        tau2_upper=None if tau_high is None else tau_high**2,
        q=q,
        q_df=surface.k - 1,
        q_p=chi2_p(q, surface.k - 1),
        log_likelihood=top.height,
        method=method + (", one common effect" if common else ""),
        note=f"The likelihood still rises at tau = {TAU_MOST:g}, where it is held." if held else "",
        level=level,
    )


def _end(surface: Tables, top: Point, drop: float, step: float, common: bool) -> float:
    """Return the end of the profile interval in the direction of `step`."""
    if not common:
        return mu_end(surface, top, drop, step)

    def height(mu: float) -> float:
        return surface.at(mu, 0.0).height - top.height + drop

    near, far = widen(height, top.mu, step, math.copysign(MU_MOST, step))
    return math.copysign(math.inf, step) if near == far else bracketed(height, near, far, 1e-10)


def _informative(
    a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], ...]:
    """Return the tables in which some people had the event and some had not; InputError for fewer than two."""
    yes1, all1 = _check.cells(a, n1, minimum=1)
    yes2, all2 = _check.cells(c, n2, minimum=1)
    _check.same_length(1, a=yes1, c=yes2)
    told = (yes1 + yes2 > 0.0) & (yes1 + yes2 < all1 + all2)
    _check.same_length(2, a=yes1[told])
    return yes1[told], all1[told], yes2[told], all2[told]


def _finite(infinite: bool, what: str) -> None:
    if infinite:
        raise InputError(f"one side has no events in any study, so the {what} is infinite; pool a difference instead")
