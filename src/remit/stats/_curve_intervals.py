"""A log hazard ratio from two survival curves cut into intervals, without individual data.

Per interval the events of an arm come from the fall of its curve and the number at risk, less half of those censored;
the intervals' log hazard ratios are pooled by inverse variance. Intervals should hold at most a fifth of the events.
"""

import math
from dataclasses import dataclass

import numpy as np

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats.effect import Effect
from remit.stats.result import Result


@dataclass(frozen=True, slots=True)
class Curves(Result):
    """Survival of arm and comparator at common `times` from 0, ascending, with numbers at risk there where printed.

    `follow_up` is the shortest and longest follow-up (minimum and maximum) where the report gives it.
    """

    times: tuple[float, ...]
    arm: tuple[float, ...]
    comparator: tuple[float, ...]
    at_risk_arm: tuple[float, ...] | None = None
    at_risk_comparator: tuple[float, ...] | None = None
    follow_up: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Arm:
    """Per interval: events and the number they happened among."""

    events: FloatArray
    exposed: FloatArray


Pair = tuple[_Arm, _Arm]


def with_numbers_at_risk(curves: Curves) -> Pair:
    """Events d = (n0 + n1) (S0 - S1) / (S0 + S1) per interval, censoring spread evenly in it.

    Source: Williamson et al. (2002), Stat Med 21:3337-3351, section 2.2. InputError without numbers at risk.
    """
    if curves.at_risk_arm is None or curves.at_risk_comparator is None:
        raise InputError("curves without numbers at risk; expected them for both arms at the curves' times")
    arms = ((curves.arm, curves.at_risk_arm), (curves.comparator, curves.at_risk_comparator))
    first, second = (_by_numbers(_levels(curves.times, s), _numbers(curves.times, n)) for s, n in arms)
    return first, second


def with_follow_up(curves: Curves, n_arm: int | None, n_comparator: int | None) -> Pair:
    """Numbers at risk from n at time 0 and censoring even between shortest and longest follow-up.

    Source: Parmar et al. (1998), Stat Med 17:2815-2834, section 4.2. InputError without follow-up or numbers.
    """
    if curves.follow_up is None:
        raise InputError("curves without follow-up; expected the shortest and longest follow-up")
    shortest, longest = curves.follow_up
    if not 0.0 <= shortest < longest or longest < curves.times[-1]:
        raise InputError(f"follow-up {shortest:g} to {longest:g}; expected shortest below longest, and no curve beyond")
    arms = ((curves.arm, n_arm, "n_arm"), (curves.comparator, n_comparator, "n_comparator"))
    first, second = (
        _by_follow_up(np.array(curves.times), _levels(curves.times, s), _check.whole(n or 0, name, 1), curves.follow_up)
        for s, n, name in arms
    )
    return first, second


def pooled(pair: Pair) -> Effect:
    """Return the inverse-variance pool of log hazard ratios over intervals with events in both arms.

    The variance 1/d1 - 1/r1 + 1/d0 - 1/r0 is that of a log risk ratio; where much happens in an interval it lies
    about a tenth below that of a hazard ratio. Source: Parmar et al. (1998), eq. 12.
    InputError when there is none.
    """
    arm, other = pair
    usable = (arm.events > 0.0) & (other.events > 0.0)
    if not usable.any():
        raise InputError("no interval has events in both arms; take longer intervals")
    d1, r1, d0, r0 = (v[usable] for v in (arm.events, arm.exposed, other.events, other.exposed))
    effect = np.log(d1 / r1) - np.log(d0 / r0)
    weight = 1.0 / np.maximum(1.0 / d1 - 1.0 / r1 + 1.0 / d0 - 1.0 / r0, 1e-12)
    return Effect(float(weight @ effect / weight.sum()), 1.0 / float(weight.sum()))


def _levels(times: tuple[float, ...], values: tuple[float, ...]) -> FloatArray:
    t, s = _check.column(times, "times"), _check.column(values, "survival")
    if t.size != s.size or t.size < 2 or t[0] != 0.0 or (np.diff(t) <= 0.0).any():
        raise InputError(f"{t.size} times and {s.size} survivals; expected as many, from time 0, ascending")
    if s[0] != 1.0 or s.min() < 0.0 or (np.diff(s) > 0.0).any():
        raise InputError("survival must begin at 1 and never rise; clean the curve first")
    return s


def _numbers(times: tuple[float, ...], values: tuple[float, ...]) -> FloatArray:
    n = _check.column(values, "at_risk")
    if n.size != len(times) or n.min() < 0.0 or (np.diff(n) > 0.0).any():
        raise InputError(f"{n.size} numbers at risk for {len(times)} times; expected as many, never growing")
    return n


def _by_numbers(s: FloatArray, n: FloatArray) -> _Arm:
    total = s[:-1] + s[1:]
    events = np.divide((n[:-1] + n[1:]) * (s[:-1] - s[1:]), total, out=np.zeros_like(total), where=total > 0.0)
    events = np.minimum(events, n[:-1] - n[1:])
    censored = np.maximum(n[:-1] - n[1:] - events, 0.0)
    return _Arm(events, n[:-1] - 0.5 * censored)


def _by_follow_up(t: FloatArray, s: FloatArray, n: int, follow_up: tuple[float, float]) -> _Arm:
    shortest, longest = follow_up
    at_risk, events, exposed = float(n), [], []
    for begin, end, fall in zip(t[:-1], t[1:], 1.0 - s[1:] / np.where(s[:-1] > 0.0, s[:-1], math.inf), strict=True):
        span = longest - max(begin, shortest)
        share = max(end - max(begin, shortest), 0.0) / span if span > 0.0 else 0.0
        censored = at_risk * min(share, 1.0)
        seen = at_risk - 0.5 * censored
        died = seen * float(fall)
        events.append(died)
        exposed.append(seen)
        at_risk = max(at_risk - died - censored, 0.0)
    return _Arm(np.array(events), np.array(exposed))
