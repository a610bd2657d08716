"""From a curve as read off a figure to the people behind it, with all that the report prints about the arm."""

from typing import Final

from remit.errors import InputError
from remit.model.curve import TracedCurve
from remit.model.rebuilt import PublishedCurve, RebuiltArm
from remit.stats.rebuild import Method, Printed, rebuild

SOURCES: Final[dict[Method, str]] = {
    "intervals": "docs/explanation/reconstruction.md; heights: Liu, Rich and Hanley (2014), Syst Rev 3:151",
    "guyot": "Guyot, Ades, Ouwens and Welton (2012), BMC Med Res Methodol 12:9",
}


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
    return PublishedCurve(
        arm=traced.curve,
        n=people,
        times=(*traced.time, traced.end) if more else traced.time,
        survival=(*traced.survival, traced.survival[-1]) if more else traced.survival,
        risk_times=() if risk is None else risk.times,
        at_risk=() if risk is None else tuple(float(c) for c in risk.counts),
        events=traced.events,
        censor_times=usable_ticks(traced, people)[0],
    )


def usable_ticks(traced: TracedCurve, people: int) -> tuple[tuple[float, ...], str]:
    """Return the censoring ticks that can be taken as data, and why others are not: all of a vector figure."""
    if traced.exact:
        return traced.censored, ""
    late = traced.risk.counts[-1] if traced.risk is not None else 0
    return ticks_of_picture(traced.censored, people, traced.events, late)


def ticks_of_picture(
    ticks: tuple[float, ...], people: int, events: int | None, late: int
) -> tuple[tuple[float, ...], str]:
    """Return the ticks that can be taken as data where some may have merged, and why they cannot.

    In a picture ticks merge, so they count only where their number is that of the people censored: `people` less
    `events`, of whom the `late` at risk when the table ends may stand without a tick of their own.
    """
    if not ticks:
        return (), ""
    found = len(ticks)
    if events is None:
        return (
            (),
            f"{found} censoring ticks of a picture were not used: give the events, to tell if some merged",
        )
    censored = people - events
    late = min(censored, late)
    if 0.95 * (censored - late) <= found <= censored:
        return ticks, ""
    return (), (
        f"{found} censoring ticks of a picture were not used: {censored} people are censored ({late} of them perhaps "
        "at the end), so ticks merged or something else was taken for one"
    )


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
        notes=made.notes,
    )
