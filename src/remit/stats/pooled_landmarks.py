"""Survival at several landmark times, pooled together with the correlation that one study's landmarks have.

Within a study log S(s) and log S(t) share what happened up to the earlier time, so their covariance is the variance of
log S there (Greenwood); on the scale pooled it is divided by the two slopes. Where only percentages with intervals are
printed the same identity serves, with the variance the earlier interval implies. Studies may lack landmarks.

An interval between landmarks without an event counts half an event in variances, since no event is not certainty; a
study without any event before its first landmark counts half an event in its estimate too.

Sources: Greenwood (1926); Dear (1994), Biometrics 50:989-1002, and Arends, Hunink and Stijnen (2008), Stat Med
27:4381-4396 (survival proportions of one study as a multivariate outcome); Jackson, Riley and White (2011), Stat Med
30:2481-2498.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from remit.errors import InputError
from remit.stats import _at_risk, _check, _correlated
from remit.stats._check import FloatArray
from remit.stats._correlated import Ends, Method, Outcomes, Structure
from remit.stats.result import Result
from remit.stats.survival import IntervalScale, cloglog_survival_from_interval, interval_scale

LandmarkScale = Literal["cloglog", "logit"]
HALF = 0.5


@dataclass(frozen=True, slots=True)
class StudyLandmarks(Result):
    """One study's survival at landmark times with the variance of log S, which never falls over time.

    `note` says what was done to make it so, and which landmarks were left out; empty where nothing was.
    """

    time: tuple[float, ...]
    survival: tuple[float, ...]
    log_variance: tuple[float, ...]
    note: str


@dataclass(frozen=True, slots=True)
class PooledLandmarks(Result):
    """Pooled survival at each landmark, with intervals of the mean and of a new study (NaN below three studies).

    `tau` and `correlation` are of true values between studies on `scale`; `structure` is what was fitted and `reason`
    why. `left_out` are landmarks that only one study gives. `rises` where the pooled values rise with time, which no
    survival can: studies that lack later landmarks differ from those that have them.
    """

    time: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    prediction_lower: tuple[float, ...]
    prediction_upper: tuple[float, ...]
    k: tuple[int, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    tau: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    structure: str
    reason: str
    q: float
    q_df: int
    q_p: float
    i2: float
    log_likelihood: float
    scale: str
    level: float
    left_out: tuple[float, ...]
    rises: bool


def landmarks_from_people(time: npt.ArrayLike, event: npt.ArrayLike, landmarks: npt.ArrayLike) -> StudyLandmarks:
    """Return a study's landmarks from times and events; those past its follow-up, or at survival 0, are left out.

    InputError when none is within follow-up.
    """
    who, at = _at_risk.people(time, event), _landmarks(landmarks)
    table = _at_risk.steps(who)
    within = at <= who.time.max()
    s, _ = _at_risk.at_times(table, at)
    kept = at[within & (s > 0.0)]
    if kept.size == 0:
        raise InputError(f"no landmark up to {at[-1]:g} lies within follow-up, to {who.time.max():g}, above survival 0")
    s, v = _at_risk.at_times(table, kept)
    left = np.maximum(np.array([float((who.time >= t).sum()) for t in kept]), 1.0)
    steps = np.diff(np.append(0.0, v))
    steps = np.where(steps > 0.0, steps, HALF / (left * np.maximum(left - HALF, HALF)))
    quiet = s >= 1.0
    if quiet.any():
        s = np.minimum.accumulate(np.where(quiet, np.exp(-HALF / left[quiet][-1]), s))
    note = "" if kept.size == at.size else f"{at.size - kept.size} landmarks past follow-up or at survival 0"
    return StudyLandmarks(_tuple(kept), _tuple(s), _tuple(np.cumsum(steps)), note)


def landmarks_from_intervals(
    time: npt.ArrayLike,
    survival: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    level: float = 0.95,
    scale: IntervalScale | None = None,
) -> StudyLandmarks:
    """Return a study's landmarks from printed survival, as fractions, with intervals.

    `scale` is the one the intervals were made on, None for the one each lies most evenly on. Rounded intervals can
    imply a variance of log S that falls over time; it is then held at its earlier height and `note` says so.
    InputError as `cloglog_survival_from_interval`; also survival that rises.
    """
    at, s = _landmarks(time), _check.column(survival, "survival")
    low, high = _check.column(lower, "lower"), _check.column(upper, "upper")
    _check.same_length(1, time=at, survival=s, lower=low, upper=high)
    _falling(s)
    v = np.empty(at.size)
    for j in range(at.size):
        a, b, c = float(s[j]), float(low[j]), float(high[j])
        made = interval_scale(a, b, c) if scale is None else scale
        v[j] = cloglog_survival_from_interval(a, b, c, level, made).variance * math.log(a) ** 2
    raised = np.array(growing(s.tolist(), v.tolist()))
    note = "" if (raised <= v * 1.02).all() else "the variance of log S was raised where rounded intervals made it fall"
    return StudyLandmarks(_tuple(at), _tuple(s), _tuple(raised), note)


def growing(survival: Sequence[float], log_variance: Sequence[float]) -> tuple[float, ...]:
    """Return variances of log S that never fall over time: each at least the one before and half an event more.

    `survival` lies strictly between 0 and 1, in order of time, beside `log_variance`.
    """
    raised = list(log_variance[:1])
    for s, v in zip(survival, log_variance[1:], strict=False):
        people = (1.0 - s) / (s * raised[-1])
        raised.append(max(v, raised[-1] + HALF / (people * people)))
    return tuple(raised)


def pool_landmarks(
    studies: Sequence[StudyLandmarks],
    scale: LandmarkScale = "cloglog",
    structure: Structure = "auto",
    method: Method = "reml",
    interval: Ends = "t",
    level: float = 0.95,
) -> PooledLandmarks:
    """Return survival at each landmark of several studies, pooled as one multivariate outcome.

    Parameters
    ----------
    scale : "cloglog" or "logit"
    structure : covariance of true values between studies
        "auto", "unstructured", "autoregressive" (correlation falling with distance), "heterogeneous",
        "compound-symmetric", "diagonal" or "common" (no variation between studies).
    interval : "t" on one fewer than a landmark's studies, or "normal"

    Raises
    ------
    InputError
        Fewer than two studies, no shared landmark, survival not strictly between 0 and 1, variances that fall, or a
        structure that these studies cannot tell.
    NotConverged
        The structure asked for has no top of the likelihood.
    """
    if scale not in ("cloglog", "logit"):
        raise InputError(f"scale {scale!r}; expected cloglog or logit")
    joint = _correlated.pool([landmark_outcomes(s, scale) for s in studies], structure, method, interval, level)

    def back(values: FloatArray) -> tuple[float, ...]:
        return _tuple(np.exp(-np.exp(values)) if scale == "cloglog" else np.asarray(expit(values)))

    low, high = (joint.upper, joint.lower) if scale == "cloglog" else (joint.lower, joint.upper)
    new = (joint.prediction_lower, joint.prediction_upper)
    survival = back(joint.estimate)
    return PooledLandmarks(
        time=_tuple(joint.at),
        survival=survival,
        lower=back(low),
        upper=back(high),
        prediction_lower=back(new[1] if scale == "cloglog" else new[0]),
        prediction_upper=back(new[0] if scale == "cloglog" else new[1]),
        k=joint.k,
        estimate=_tuple(joint.estimate),
        se=_tuple(joint.se),
        covariance=tuple(_tuple(row) for row in joint.covariance),
        tau=_tuple(joint.tau),
        correlation=tuple(_tuple(row) for row in joint.correlation),
        structure=joint.structure,
        reason=joint.reason,
        q=joint.q,
        q_df=joint.q_df,
        q_p=joint.q_p,
        i2=joint.i2,
        log_likelihood=joint.log_likelihood,
        scale=scale,
        level=level,
        left_out=joint.left_out,
        rises=bool((np.diff(survival) > 1e-9).any()),
    )


def landmark_outcomes(study: StudyLandmarks, scale: LandmarkScale) -> Outcomes:
    """Return a study's landmarks on the pooling scale with the covariance of their sampling errors.

    Cov(log S(s), log S(t)) = Var(log S(min(s, t))), divided by the slopes of log S on the scale.
    """
    s, v = _check.column(study.survival, "survival"), _check.column(study.log_variance, "log_variance")
    at = _landmarks(study.time)
    _check.same_length(1, time=at, survival=s, log_variance=v)
    if s.min() <= 0.0 or s.max() >= 1.0:
        raise InputError("survival of 0 or 1 at a landmark; make the landmarks from people, or leave that one out")
    _falling(s)
    if v.min() <= 0.0 or (np.diff(v) <= 0.0).any():
        raise InputError("the variance of log S must rise from landmark to landmark; see landmarks_from_intervals")
    shared = v[np.minimum.outer(np.arange(v.size), np.arange(v.size))]
    if scale == "cloglog":
        y, slope = np.log(-np.log(s)), 1.0 / np.log(s)
    else:
        y, slope = np.log(s / (1.0 - s)), 1.0 / (1.0 - s)
    return Outcomes(at, y, shared * slope[:, None] * slope)


def _landmarks(time: npt.ArrayLike) -> FloatArray:
    at = _check.column(time, "landmarks")
    if at.size == 0 or at[0] <= 0.0 or (np.diff(at) <= 0.0).any():
        raise InputError("landmarks do not rise from above 0; expected times in order")
    return at


def _falling(s: FloatArray) -> None:
    if s.min() < 0.0 or s.max() > 1.0:
        raise InputError("survival leaves 0 to 1; is it in percent?")
    if (np.diff(s) > 0.0).any():
        raise InputError("survival rises from one landmark to the next; compare with the report")


def _tuple(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
