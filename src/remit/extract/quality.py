"""How well rebuilt people tell what the report tells: the checks, their limits, and pass, warn or fail.

A figure's verdict is that of its worst check. Limits are data (`extract.limits`), each with its reason; what a limit
adds for small arms is half a person's step, since whole people cannot come nearer.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from remit.errors import InputError, RemitError
from remit.extract.doubts import doubts
from remit.extract.limits import RULES as RULES
from remit.extract.limits import check
from remit.model.rebuilt import Check, PublishedContrast, PublishedCurve, QualityReport, RebuiltArm
from remit.stats.cox import cox
from remit.stats.kaplan_meier import KaplanMeier, kaplan_meier
from remit.stats.logrank import logrank
from remit.stats.rebuild import read_steps

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


def quality(
    curves: Sequence[PublishedCurve], arms: Sequence[RebuiltArm], contrast: PublishedContrast | None = None
) -> QualityReport:
    """Return the checks of one figure: every arm against its curve and print, and two arms against their contrast.

    `arms` are in the order of `curves`; for the contrast the first is the arm, the second the comparator.
    InputError when they do not match, or a contrast is given for other than two arms.
    """
    if [c.arm for c in curves] != [a.arm for a in arms]:
        raise InputError(f"curves of {[c.arm for c in curves]}, people of {[a.arm for a in arms]}; expected the same")
    checks = [check for curve, arm in zip(curves, arms, strict=True) for check in _arm_checks(curve, arm)]
    if contrast is not None:
        if len(arms) != 2:
            raise InputError(f"a contrast of {len(arms)} arms; expected two, the arm and its comparator")
        checks += contrast_checks(arms, contrast)
    return QualityReport(checks=tuple(checks))


def _arm_checks(curve: PublishedCurve, arm: RebuiltArm) -> list[Check]:
    made = kaplan_meier(arm.time, arm.event)
    step = 0.5 / curve.n
    rmse, largest, at = _distance(curve, made)
    checks = [
        check("curve rmse", arm.arm, 0.0, rmse, rmse, (step, step)),
        check("curve maximum", f"{arm.arm}, {at:g}", 0.0, largest, largest, (step, 2.0 * step)),
    ]
    times = np.array(arm.time)
    for when, printed in zip(curve.risk_times, curve.at_risk, strict=True):
        if printed is not None and math.isfinite(printed):
            found = float((times >= when).sum())
            gap = abs(found - printed) / curve.n
            checks.append(check("number at risk", f"{arm.arm}, {when:g}", printed, found, gap, (0.0, 2.0 / curve.n)))
    if curve.events is not None:
        whole = max(curve.events, 1)
        gap = abs(arm.events - curve.events) / whole
        checks.append(check("events", arm.arm, curve.events, arm.events, gap, (0.0, 2.0 / whole)))
    return [*checks, *_printed_checks(curve, made, arm.arm), *doubts(curve, arm, made)]


def _printed_checks(curve: PublishedCurve, made: KaplanMeier, name: str) -> list[Check]:
    checks = []
    if curve.median is not None:
        found = made.median.time
        gap = abs(found - curve.median) / curve.median if math.isfinite(found) else math.nan
        half = curve.median_half_unit / curve.median
        checks.append(check("median", name, curve.median, found, gap, (half, half)))
    for mark in curve.landmarks:
        when = min(mark.time, float(made.time[-1]))
        found = float(made.survival_at([when])[0])
        gap, half = abs(found - mark.survival), mark.half_unit
        checks.append(check("landmark", f"{name}, {mark.time:g}", mark.survival, found, gap, (half, half)))
    return checks


def _distance(curve: PublishedCurve, made: KaplanMeier) -> tuple[float, float, float]:
    """Root mean square over time and largest difference between the curve read and the one rebuilt, and where."""
    read = read_steps(curve.times, curve.survival)
    end = min(read.end, float(made.time[-1]))
    knots = np.unique(np.concatenate(([0.0], read.time[read.time <= end], made.time[made.time <= end])))
    levels = np.concatenate(([1.0], read.level))
    wanted = levels[np.searchsorted(read.time, knots, side="right")]
    gaps = made.survival_at(knots) - wanted
    spans = np.diff(np.append(knots, end))
    total = float(spans.sum())
    at = int(np.argmax(np.abs(gaps)))
    rmse = math.sqrt(float(spans @ (gaps * gaps)) / total) if total > 0.0 else 0.0
    return rmse, float(abs(gaps[at])), float(knots[at])


def contrast_checks(arms: Sequence[RebuiltArm], contrast: PublishedContrast) -> list[Check]:
    """Return the checks of two arms, the first against the second, by the printed ratio and log-rank p."""
    first, second = arms
    time, event = np.array(first.time + second.time), np.array(first.event + second.event)
    inside = np.arange(time.size) < first.n
    where = f"{first.arm} against {second.arm}"
    checks = []
    if contrast.hr is not None:
        found = _log_hr(time, event, inside)
        printed = math.log(contrast.hr)
        rounding = 0.005 / contrast.hr
        gap = abs(found - printed)
        checks.append(check("hazard ratio", where, contrast.hr, math.exp(found), gap, (rounding, rounding)))
    if contrast.p is not None:
        z = abs(float(ndtri(contrast.p / 2.0)))
        found_z = _z(time, event, inside)
        gap = abs(z - found_z)
        if contrast.p_bound and found_z >= z:
            gap = 0.0
        checks.append(check("log-rank z", where, z, found_z, gap))
    return checks


def _log_hr(time: FloatArray, event: BoolArray, inside: BoolArray) -> float:
    """Log hazard ratio of the rebuilt people; nan, which fails, where they give none."""
    try:
        return cox(time, event, inside).estimate[0]
    except RemitError:
        return math.nan


def _z(time: FloatArray, event: BoolArray, inside: BoolArray) -> float:
    try:
        return math.sqrt(logrank(time, event, inside).statistic)
    except RemitError:
        return math.nan
