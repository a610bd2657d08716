"""From a curve as read off a figure to the people behind it, with all that the report prints about the arm."""

import math
from dataclasses import replace
from typing import Final

from remit.errors import InputError
from remit.model.curve import Ticks, TracedCurve
from remit.model.rebuilt import PublishedCurve, RebuiltArm
from remit.stats.rebuild import Method, Printed, rebuild

SOURCES: Final[dict[Method, str]] = {
    "intervals": "docs/explanation/reconstruction.md; heights: Liu, Rich and Hanley (2014), Syst Rev 3:151",
    "guyot": "Guyot, Ades, Ouwens and Welton (2012), BMC Med Res Methodol 12:9",
}

HAIR: Final = 0.005
"""How far past the curve's end a tick may stand, as a share of the curve, and be taken for one at its end."""

ALL: Final = 0.95
"""The share of the people censored from which on ticks are taken for all of them."""
PLACES: Final = 0.8
"""The same for ticks of a vector figure where a printed total or risk table says how many people leave: the ticks need
only say when. Measured: docs/explanation/reconstruction.md."""


def published(traced: TracedCurve, n: int | None = None) -> PublishedCurve:
    """Return a traced curve with its risk table, total and ticks, ready to be rebuilt.

    `n` is needed where neither a total nor a risk table from time 0 came with the figure; InputError without any.
    """
    risk = traced.risk
    people = n if n is not None else traced.total
    if people is None and risk is not None and risk.times[0] == 0.0:
        people = risk.counts[0]
    if people is None:
        raise InputError(f"curve {traced.curve}: nobody says how many people; give n, the people at time 0")
    more = traced.end > traced.time[-1]
    curve = PublishedCurve(
        arm=traced.curve,
        n=people,
        times=(*traced.time, traced.end) if more else traced.time,
        survival=(*traced.survival, traced.survival[-1]) if more else traced.survival,
        risk_times=() if risk is None else risk.times,
        at_risk=() if risk is None else tuple(float(c) for c in risk.counts),
        events=traced.events,
        warnings=traced.warnings,
    )
    return with_ticks(curve, traced.censored, "vector" if traced.exact else "picture")


def with_ticks(curve: PublishedCurve, ticks: tuple[float, ...], kind: Ticks) -> PublishedCurve:
    """Return `curve` with the censoring ticks read off its figure, and those of them that can be taken as data.

    Ticks of a picture merge where they touch, and those of a vector figure hide where two people leave at one time or
    where the curve falls. So they count only where their number is near that of the people censored: n less the
    events, printed, or for a vector figure told by the curve itself; of whom those at risk when the table ends may
    stand without a tick of their own. `on_ticks` says in words why they do not count. A tick a hair past the curve's
    end is moved to it. InputError as `rebuild_arm`.
    """
    if not ticks:
        return curve
    end = max(curve.times)
    inside = tuple(min(max(t, 0.0), end) for t in ticks if -HAIR * end <= t <= end * (1.0 + HAIR))
    curve = replace(curve, ticks=inside, vector=kind == "vector")
    events = curve.events
    if events is None and curve.vector:
        events = rebuild_arm(curve).events
    used, said = _judged(curve, events) if inside else (False, "")
    if len(inside) < len(ticks):
        said = "; ".join(
            w for w in (f"{len(ticks) - len(inside)} censoring ticks stand past the curve's end", said) if w
        )
    return replace(curve, censor_times=inside if used else (), on_ticks=said)


def _judged(curve: PublishedCurve, events: int | None) -> tuple[bool, str]:
    """Return whether ticks can be taken as data, and in words why not, or that they stand for more people."""
    found = len(curve.ticks)
    whose = f"{found} censoring ticks of a {'vector figure' if curve.vector else 'picture'}"
    if events is None:
        return False, f"{whose} were not used: give the events, to tell if some merged"
    told = curve.events is None
    censored = curve.n - events
    late = int(min(censored, late_people(curve)))
    own = censored - late
    known = curve.vector and (not told or late_people(curve) > 0.0)
    many = 1.05 * censored + 2.0 if told else float(censored)
    by = ", as the curve itself tells" if told else ""
    if (PLACES if known else ALL) * own <= found <= many:
        fewer = f"{whose} were used as the times at which {own} people leave{by}: some hide one another"
        return True, fewer if found < ALL * own else ""
    why = "some hide one another or a fall of the curve" if curve.vector else "ticks merged"
    return False, (
        f"{whose} were not used: {censored} people are censored{by} ({late} of them perhaps at the end), so {why} or "
        "something else was taken for one"
    )


def late_people(curve: PublishedCurve) -> float:
    """Return the people at risk when the table ends, who may be censored at the curve's end without a tick each."""
    known = [r for r in curve.at_risk if r is not None and math.isfinite(r)]
    return known[-1] if len(known) > 1 else 0.0


def rebuild_arm(curve: PublishedCurve, method: Method = "intervals") -> RebuiltArm:
    """Return pseudo-individual data of one arm.

    InputError names the arm and says what is impossible: a rising curve, a table that grows, fewer people than events
    (see `remit.stats.rebuild.rebuild`).
    """
    printed = [Printed(mark.time, mark.survival, 0.0, mark.half_unit) for mark in curve.landmarks]
    if curve.median is not None:
        printed.append(Printed(curve.median, 0.5, curve.median_half_unit, 0.0))
    made = rebuild(
        curve.times,
        curve.survival,
        n=curve.n,
        risk_times=curve.risk_times or None,
        at_risk=[float("nan") if v is None else v for v in curve.at_risk] if curve.at_risk else None,
        events=curve.events,
        censor_times=curve.censor_times or None,
        landmarks=printed,
        precision=curve.precision,
        method=method,
    )
    return RebuiltArm(
        arm=curve.arm,
        time=tuple(made.time.tolist()),
        event=tuple(made.event.tolist()),
        method=made.method,
        information=made.information,
        source=SOURCES[method],
        notes=(*made.notes, curve.on_ticks) if curve.on_ticks else made.notes,
    )
