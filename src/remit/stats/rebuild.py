"""From a published survival curve to the people behind it: pseudo-individual times and events.

Words: the curve is what was read off a figure; the risk table gives numbers at risk at some times; marks are the ticks
of censored people. What comes back has exactly n people, the printed numbers at risk, the printed number of events
where curve and table allow it, and events only where the curve drops.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._descent import Descent
from remit.stats._fineness import Fineness, reading_error
from remit.stats._follow import FINE, Walk, Walked
from remit.stats._guyot import guyot
from remit.stats._people import BoolArray, IntArray
from remit.stats._printed import Printed as Printed
from remit.stats._printed import pull
from remit.stats._risk_table import risk_table
from remit.stats._spread import Spread
from remit.stats._steps import Steps, steps_of
from remit.stats.result import Result

Method = Literal["intervals", "guyot"]
Information: TypeAlias = Literal["risk table and events", "risk table", "events", "number of people"]
METHODS: Final[tuple[Method, ...]] = ("intervals", "guyot")
TILT: Final = 3.0
"""How far the spread of censoring may tilt to meet a printed number of events: u^(1/8), early, to u^8, late."""


@dataclass(frozen=True, slots=True)
class Rebuilt(Result):
    """One row per person: time of follow-up, and whether it ended in the event.

    `information` says which printed numbers were used, `marks` how many marks of censored people, `notes` all that was
    changed in the curve or could not be met, in words. `asked_events` is the printed number of events, `events` what
    the rows hold.
    """

    time: FloatArray
    event: BoolArray
    method: Method
    information: Information
    n: int
    events: int
    asked_events: int | None
    marks: int
    notes: tuple[str, ...]


def rebuild(
    times: npt.ArrayLike,
    survival: npt.ArrayLike,
    *,
    n: int,
    risk_times: npt.ArrayLike | None = None,
    at_risk: npt.ArrayLike | None = None,
    events: int | None = None,
    censor_times: npt.ArrayLike | None = None,
    landmarks: Sequence[Printed] = (),
    precision: float | None = None,
    method: Method = "intervals",
) -> Rebuilt:
    """Return people whose Kaplan-Meier curve is the one read, as nearly as whole people allow.

    Parameters
    ----------
    times, survival : shape (points,)
        The curve: survival (0 to 1) from each time to the next. Where it starts at other than (0, 1), that is added.
    n
        People at time 0.
    risk_times, at_risk : shape (m,)
        The risk table; nan where a number is not printed.
    events
        Total number of events, if printed.
    censor_times
        Times of the marks of censored people, if the figure shows them; two people may share one.
    landmarks
        Survival or median as printed in the text; the curve is pulled to them within their rounding.
    precision
        Standard error of reading survival off the figure, such as 0.0005; None finds out from the curve whether it was
        read exactly, as from a vector figure.
    method
        "intervals" (the default), or "guyot" for the algorithm of Guyot et al., which takes no marks.

    Raises
    ------
    InputError
        What cannot be a survival curve, a risk table that grows or begins with another number than n, fewer people
        than events, marks beyond the curve, an unknown method.

    Notes
    -----
    "intervals": numbers at risk between printed ones follow in closed form from the curve and the spread of censoring
    (`_spread`), without any from the heights of the drops (`_fineness`), and of several ways down the one nearest to
    the curve is kept (`_descent`); deaths are the nearest whole numbers, carried forward so that errors never add up;
    a printed number of events moves first what is least known (censoring after the last printed number), then the
    spread; no death is put where the curve does not drop; somebody is at risk as far as the curve is drawn. Reasons
    and measured errors: docs/explanation/reconstruction.md.
    "guyot": Guyot, Ades, Ouwens and Welton (2012), BMC Med Res Methodol 12:9. Both end after a bounded number of steps.
    """
    if method not in METHODS:
        raise InputError(f"method {method!r}; expected one of {', '.join(METHODS)}")
    people = _check.whole(n, "n", minimum=1)
    steps = pull(steps_of(times, survival), landmarks)
    table, more = risk_table(people, risk_times, at_risk, steps)
    asked = None if events is None else _check.whole(events, "events")
    if asked is not None and asked > people:
        raise InputError(f"events {asked} exceed n {people}; expected at most {people}; compare with the report")
    marks = _marks(censor_times, float(table.edges[-1]))
    information: Information = "risk table" if table.last > 0 else "number of people"
    if asked is not None:
        information = "risk table and events" if table.last > 0 else "events"
    notes = [*steps.notes, *more]
    spread = Spread(steps, table, marks)
    time, event = guyot(spread, asked, notes) if method == "guyot" else _intervals(spread, asked, precision)
    order = np.argsort(time, kind="stable")
    time, event = time[order], event[order]
    held = int(event.sum())
    if asked is not None and held != asked:
        notes.append(f"the report counts {asked} events; curve and risk table hold {held}")
    used = 0 if marks is None else marks.size
    return Rebuilt(time, event, method, information, people, held, asked, used, tuple(notes))


def read_steps(times: npt.ArrayLike, survival: npt.ArrayLike) -> Steps:
    """Return the drops of a curve as read, cleaned as `rebuild` cleans it; InputError for what is no survival curve."""
    return steps_of(times, survival)


def _marks(censor_times: npt.ArrayLike | None, end: float) -> FloatArray | None:
    if censor_times is None:
        return None
    marks = _check.column(censor_times, "censor_times")
    if marks.size and (marks.min() < 0.0 or marks.max() > end * (1.0 + 1e-9)):
        raise InputError(f"a censored person is marked outside 0 to {end:g}; expected marks on the curve")
    return np.minimum(marks, end) if marks.size else None


def _intervals(spread: Spread, asked: int | None, precision: float | None) -> tuple[FloatArray, BoolArray]:
    whole, _ = spread.areas(1.0)
    alone = spread.table.last == 0 and spread.marks is None
    if not alone:
        spread.expected = _at_rate(spread, spread.closed(whole), whole)
    walked, walk = (_by_drops if alone else _by_table)(spread, asked, precision)
    time = np.concatenate((np.repeat(spread.steps.time, walked.deaths), _places(spread, walked, walk.open_censored)))
    return time, np.arange(time.size) < int(walked.deaths.sum())


def _by_table(spread: Spread, asked: int | None, precision: float | None) -> tuple[Walked, Walk]:
    """Walk between printed numbers at risk, or along marks of censored people."""
    inside, total = _planned(spread, asked, 1.0)
    walk = Walk(spread, 1.0, inside, asked, spread.marks is None)
    walked = walk.at_once(_expected(spread, inside)) or walk.finely(precision)
    if walked is not None:
        return walked, walk
    walk.blank = False
    if asked is not None and abs(total - asked) >= 0.5 and spread.marks is None:
        theta = _tilt(spread, asked, total > asked)
        walk = Walk(spread, theta, _planned(spread, asked, theta)[0], asked, False)
    walked = walk.coarsely(precision)
    return (walked, walk) if asked is None else _meet(spread, walk, walked, asked)


def _expected(spread: Spread, inside: float) -> FloatArray:
    """People expected to be at risk before each drop, with `inside` censored in the last interval."""
    whole, area = spread.areas(1.0)
    return spread.at_risk(np.append(spread.closed(whole), inside), area)


def _by_drops(spread: Spread, asked: int | None, precision: float | None) -> tuple[Walked, Walk]:
    """Walk where nothing but the curve tells how people left: by a law, then by what the fineness of drops says."""
    theta = 1.0 if asked is None else spread.theta_for(asked)
    whole, area = spread.areas(theta)
    inside, n = spread.most_censored(whole), int(spread.table.at_risk[0])
    walk = Walk(spread, theta, inside, asked, True)
    if not spread.steps.time.size:
        return walk.coarsely(precision), walk
    reading = reading_error(spread.steps, n) if precision is None else ((1.41 * precision,), 0.0)
    supposed = 1.0 - inside * area / n
    first = walk.at_once(n * spread.steps.before * supposed) or walk.finely(precision, reading[1])
    if first is not None and (asked is None or asked == int(first.deaths.sum())):
        return first, walk
    exact = first is not None and walk.believed <= FINE[0]
    drops = Fineness(spread.steps, n, supposed, reading, asked)
    walk.led(*drops.shares(asked))
    walked = None if reading[1] else walk.finely(precision)
    if walked is not None and (asked is None or asked == int(walked.deaths.sum())):
        return walked, walk
    if first is not None and exact:
        return first, walk
    descent = Descent(walk, drops.error, asked)
    walked = descent.nearest()
    return (walked, walk) if asked is None else (_draw_near(drops, descent, walked, asked), walk)


def _draw_near(drops: Fineness, descent: Descent, walked: Walked, asked: int) -> Walked:
    """Go down again towards the printed number of events, at most five times: first by other numbers, then a lean."""
    walk, gap, aim, best = descent.walk, asked - int(walked.deaths.sum()), float(asked), float(asked)
    for _ in range(3):
        if not gap:
            return walked
        aim += gap
        walk.led(*drops.shares(aim))
        found = descent.again(aim - asked, 0.0)
        if abs(asked - int(found.deaths.sum())) < abs(gap):
            walked, gap, best = found, asked - int(found.deaths.sum()), aim
    if gap:
        walk.led(*drops.shares(best))
    for size in (0.1, 0.2):
        if gap:
            found = descent.again(best - asked, size if gap > 0 else -size)
            if abs(asked - int(found.deaths.sum())) < abs(gap):
                walked, gap = found, asked - int(found.deaths.sum())
    return walked


def _meet(spread: Spread, walk: Walk, walked: Walked, asked: int) -> tuple[Walked, Walk]:
    """Walk again towards the printed number of events, at most twelve times.

    First other deaths in the last interval are aimed at, then the spread of censoring is tilted, at last the rounding
    of deaths leans by at most a fifth of a person: what changes the curve least comes first.
    """
    best, gap, extra = (walked, walk), asked - int(walked.deaths.sum()), 0.0

    def tried(other: Walk, lean: float, more: float) -> int:
        nonlocal best, gap
        found = other.go(walk.believed, lean, more)
        here = gap if found is None else asked - int(found.deaths.sum())
        if found is not None and abs(here) < abs(gap):
            best, gap = (found, other), here
        return here

    for _ in range(2):
        if gap:
            extra += gap
            tried(walk, 0.0, extra)
    low, high = -TILT, TILT
    for _ in range(5 if spread.marks is None else 0):
        if gap:
            middle = 0.5 * (low + high)
            inside, _ = _planned(spread, asked, 2.0**middle)
            late = tried(Walk(spread, 2.0**middle, inside, asked, False), 0.0, 0.0) > 0
            low, high = (middle, high) if late else (low, middle)
    for size in (0.05, 0.1, 0.15, 0.2):
        if gap:
            tried(best[1], size if gap > 0 else -size, 0.0)
    return best


def _planned(spread: Spread, asked: int | None, theta: float) -> tuple[float, float]:
    """People censored before the end in the last interval, and deaths in all, both as real numbers."""
    whole, _ = spread.areas(theta)
    censored = spread.closed(whole)
    closed = float(spread.table.lost[:-1].sum() - censored.sum())
    n, level, area = float(spread.table.at_risk[-1]), float(spread.at_edge[-1]), float(whole[-1])
    inside = spread.expected or 0.0
    if asked is not None:
        inside = spread.censored_for(asked - closed, area, level)
    share = 1.0 - spread.end / level if level > 0.0 else 0.0
    return inside, closed + n * share - inside * (1.0 - spread.end * area)


def _at_rate(spread: Spread, censored: FloatArray, whole: FloatArray) -> float:
    """People expected to be censored before the end in the last interval.

    Halfway between the rate of the two intervals before going on and everybody leaving evenly by the end: censoring
    speeds up towards the end of a trial, and neither alone did as well on known people.
    """
    table = spread.table
    if spread.marks is not None:
        return min(float(spread.marked[-1]), spread.most_censored(whole))
    first = max(table.last - 2, 0)
    at_risk, width = table.at_risk[first:].tolist(), spread.width[first:].tolist()
    exposure = sum(0.5 * (a + b) * w for (a, b), w in zip(pairwise(at_risk), width[:-1], strict=True))
    rate = sum(censored[first:].tolist()) / exposure
    expected = float(at_risk[-1] * -math.expm1(-rate * width[-1]))
    most = spread.most_censored(whole)
    return 0.5 * (min(expected, most) + most)


def _tilt(spread: Spread, asked: int, early: bool) -> float:
    """The spread nearest to an even one with which deaths come to the printed number, else the most tilted one."""
    even, tilted = 0.0, -TILT if early else TILT
    if (_planned(spread, asked, 2.0**tilted)[1] > asked) == early:
        return float(2.0**tilted)
    for _ in range(6):
        middle = 0.5 * (even + tilted)
        even, tilted = (
            (middle, tilted) if (_planned(spread, asked, 2.0**middle)[1] > asked) == early else (even, middle)
        )
    return float(2.0**tilted)


def _places(spread: Spread, walked: Walked, inside: float) -> FloatArray:
    """Times of censored people: between drops evenly, or on marks; in the last interval those who stay at its end.

    A curve is drawn as far as somebody is at risk: where anybody is censored after its last drop, one is at its end.
    """
    last, after = spread.table.last, walked.after.copy()
    gone = int(walked.before[spread.bounds[last] :].sum())
    after[last] = min(max(int(np.rint(inside)) - gone, 0), max(int(after[last]) - 1, 0))
    number = np.empty(spread.edge.size + spread.drop.size, dtype=np.intp)
    number[spread.drop - 1], number[np.append(spread.edge[1:], number.size) - 1] = walked.before, after
    knots = spread.joined(spread.table.edges, spread.steps.time, spread.table.edges[-1])
    stay = np.full(int(walked.after[last] - after[last]), knots[-1])
    if spread.marks is not None:
        return np.concatenate((_on_marks(spread.marks, knots[:-1], knots[1:], number), stay))
    apart = (knots[1:] - knots[:-1]) / np.maximum(number, 1)
    start = knots[:-1] + apart * (0.5 + number - np.cumsum(number))
    count = np.arange(int(number.sum()))
    return np.concatenate((np.repeat(start, number) + np.repeat(apart, number) * count, stay))


def _on_marks(marks: FloatArray, low: FloatArray, high: FloatArray, number: IntArray) -> FloatArray:
    """Times on the marks of each gap, evenly; where it has none, evenly in time."""
    first = np.searchsorted(marks, low, side="left")
    stop = np.searchsorted(marks, high, side="left")
    found = [np.zeros(0)]
    for g in np.flatnonzero(number).tolist():
        count, own = int(number[g]), marks[first[g] : stop[g]]
        share = (np.arange(count) + 0.5) / count
        if own.size:
            found.append(own[np.floor(share * own.size).astype(np.intp)])
        else:
            found.append(low[g] + share * (high[g] - low[g]))
    return np.concatenate(found)
