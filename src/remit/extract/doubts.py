"""What leaves a reading in doubt though its people give the curve back: warnings, ticks without people, deep falls."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from remit.extract.limits import check
from remit.extract.rebuild import late_people
from remit.model.curve import GUESS
from remit.model.rebuilt import Check, PublishedCurve, RebuiltArm
from remit.stats.kaplan_meier import KaplanMeier

FEW = 2.0
"""People by which ticks and people censored may differ whatever the size of the arm."""


def doubts(curve: PublishedCurve, arm: RebuiltArm, made: KaplanMeier) -> Iterator[Check]:
    """Return a check for each warning of tracing, for exact ticks and the deepest fall; `made` is of the people."""
    for warning in curve.warnings:
        found = 2.0 if GUESS in warning else 1.0
        yield replace(check("tracing", arm.arm, 0.0, found, found), reason=f"tracing ({arm.arm}): {warning}")
    if curve.vector and curve.ticks:
        yield _ticks(curve, arm)
    if arm.information == "number of people" and not curve.censor_times:
        yield from _unseen(curve, arm, made)


def _ticks(curve: PublishedCurve, arm: RebuiltArm) -> Check:
    """Ticks of a vector figure against the people rebuilt as censored, of whom the late ones may have none.

    Far fewer ticks than people are possible only where times are rounded, so that many share one: then ticks are never
    close to one another, and the check warns at most.
    """
    ticks, censored = len(curve.ticks), arm.n - arm.events
    lacking = max(ticks - censored, censored - late_people(curve) - ticks, 0.0)
    most = max(ticks, censored, 1)
    found = check("ticks", arm.arm, ticks, censored, lacking / most, (FEW / most, FEW / most))
    if found.verdict == "fail" and ticks < censored and _rounded(curve.ticks):
        return replace(found, verdict="warn", reason=f"{found.reason}; the times of these ticks are rounded")
    return found


def _rounded(ticks: tuple[float, ...]) -> bool:
    """Whether ticks lie on a grid so coarse that it is nearly filled: none is close to the next, save at one time."""
    at = np.unique(np.array(ticks))
    if at.size < 2:
        return True
    gaps = np.diff(at)
    apart = gaps[gaps > 1e-3 * float(np.ptp(at))]
    return bool(apart.size) and float(apart.min()) >= 0.3 * float(np.ptp(at)) / at.size


def _unseen(curve: PublishedCurve, arm: RebuiltArm, made: KaplanMeier) -> Iterator[Check]:
    """The fall whose deaths explain least of it: where only n is known, the rest are people supposed gone unseen."""
    before = np.concatenate(([1.0], made.survival[:-1]))
    gaps = (before - made.survival) - made.n_event / curve.n
    if not gaps.size:
        return
    at = int(np.argmax(gaps))
    when, deaths, left = float(made.time[at]), int(made.n_event[at]), int(made.n_risk[at])
    fall, gap = float(before[at] - made.survival[at]), float(gaps[at])
    found = check("unseen", f"{arm.arm}, {when:g}", curve.n * fall, deaths, gap)
    said = (
        f"the fall of {fall:.3g} at {when:g} is {deaths} death{'' if deaths == 1 else 's'} of {left} left, as if "
        f"{curve.n - _events_before(arm, when) - left} of {curve.n} people had left unseen before"
    )
    yield replace(found, reason=f"unseen ({arm.arm}): {said}; give the risk table or the events")


def _events_before(arm: RebuiltArm, when: float) -> int:
    """Return the events of an arm before a time."""
    return sum(e and t < when for t, e in zip(arm.time, arm.event, strict=True))
