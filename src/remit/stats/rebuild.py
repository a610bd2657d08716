"""From a published survival curve to the people behind it: pseudo-individual times and events.

Words: the curve is what was read off a figure; the risk table gives numbers at risk at some times; marks are the ticks
of censored people. What comes back has exactly n people, the printed numbers at risk, the printed number of events
where curve and table allow it, and events only where the curve drops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._guyot import guyot
from remit.stats._people import BoolArray, IntArray
from remit.stats._printed import Printed, pull
from remit.stats._risk_table import risk_table
from remit.stats._spread import Spread
from remit.stats._steps import steps_of
from remit.stats.result import Result

Method = Literal["intervals", "guyot"]
Information: TypeAlias = Literal["risk table and events", "risk table", "events", "number of people"]
METHODS: Final[tuple[Method, ...]] = ("intervals", "guyot")
THETAS: Final = np.exp2(np.linspace(-3.0, 3.0, 25))
"""Spreads tried when the printed number of events does not fit an even one: from an eighth of the way to late."""


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
    (`_spread`); deaths are the nearest whole numbers, carried forward so that errors never add up; a printed number
    of events moves first what is least known (censoring after the last printed number), then the spread; no death is
    put where the curve does not drop. Reasons and measured errors: docs/explanation/reconstruction.md.
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
    time, event = guyot(spread, asked, notes) if method == "guyot" else _intervals(spread, asked)
    order = np.lexsort((~event, time))
    time, event = time[order], event[order]
    held = int(event.sum())
    if asked is not None and held != asked:
        notes.append(f"the report counts {asked} events; curve and risk table hold {held}")
    used = 0 if marks is None else marks.size
    return Rebuilt(time, event, method, information, people, held, asked, used, tuple(notes))


def _marks(censor_times: npt.ArrayLike | None, end: float) -> FloatArray | None:
    if censor_times is None:
        return None
    marks = _check.column(censor_times, "censor_times")
    if marks.size and (marks.min() < 0.0 or marks.max() > end * (1.0 + 1e-9)):
        raise InputError(f"a censored person is marked outside 0 to {end:g}; expected marks on the curve")
    return np.minimum(marks, end) if marks.size else None


def _intervals(spread: Spread, asked: int | None) -> tuple[FloatArray, BoolArray]:
    censored, theta, real = _solve(spread, asked)
    deaths = _whole(spread, real, asked)
    table = spread.table
    lost = np.bincount(spread.interval, weights=deaths, minlength=table.last + 1)
    left = np.rint(table.lost - lost).astype(np.intp)
    inside = min(int(np.rint(censored[-1])), int(left[-1]))
    censor = _places(spread, left, inside, theta)
    time = np.concatenate((np.repeat(spread.steps.time, deaths), censor))
    return time, np.arange(time.size) < int(deaths.sum())


def _solve(spread: Spread, asked: int | None) -> tuple[FloatArray, float, FloatArray]:
    """Censored people per interval (real numbers), the spread, and deaths at each drop (real numbers)."""
    whole, at = spread.areas(1.0)
    censored = np.append(spread.closed(whole), 0.0)
    fall = 1.0 - spread.steps.level / spread.steps.before
    censored[-1] = _censored_at_rate(spread, censored, whole)
    real = spread.at_risk(censored, at) * fall
    if asked is None or real.size == 0:
        return censored, 1.0, real
    closed = float(spread.table.lost[:-1].sum() - censored[:-1].sum())
    censored[-1] = _censored_for(spread, asked - closed, whole)
    real = spread.at_risk(censored, at) * fall
    if abs(float(real.sum()) - asked) < 0.5 or spread.marks is not None:
        return censored, 1.0, real
    return _tilted(spread, asked, fall)


def _censored_at_rate(spread: Spread, censored: FloatArray, whole: FloatArray) -> float:
    """People censored before the end in the last interval, at the rate of the two intervals before it."""
    table = spread.table
    if spread.marks is not None:
        return min(float(spread.marked[-1]), spread.most_censored(whole))
    if table.last == 0:
        return 0.0
    seen = slice(max(table.last - 2, 0), table.last)
    after = slice(seen.start + 1, table.last + 1)
    exposure = float(0.5 * (table.at_risk[seen] + table.at_risk[after]) @ spread.width[seen])
    rate = float(censored[seen].sum()) / exposure
    expected = float(table.at_risk[-1]) * -float(np.expm1(-rate * spread.width[-1]))
    return min(expected, spread.most_censored(whole))


def _censored_for(spread: Spread, deaths: float, whole: FloatArray) -> float:
    """People censored before the end in the last interval if so many die in it, within what is possible."""
    n, s, end = float(spread.table.at_risk[-1]), float(spread.at_edge[-1]), spread.end
    per = 1.0 - end * float(whole[-1])
    if per <= 1e-12:
        return 0.0
    wanted = (n * (1.0 - end / s) - deaths) / per
    return float(np.clip(wanted, 0.0, spread.most_censored(whole)))


def _tilted(spread: Spread, asked: int, fall: FloatArray) -> tuple[FloatArray, float, FloatArray]:
    """The spread, early or late, whose deaths come nearest to the printed number."""
    best = (np.inf, 1.0)
    found: dict[float, tuple[FloatArray, FloatArray]] = {}
    for theta in THETAS.tolist():
        whole, at = spread.areas(theta)
        censored = np.append(spread.closed(whole), 0.0)
        closed = float(spread.table.lost[:-1].sum() - censored[:-1].sum())
        censored[-1] = _censored_for(spread, asked - closed, whole)
        real = spread.at_risk(censored, at) * fall
        found[theta] = censored, real
        gap = abs(float(real.sum()) - asked)
        best = min(best, (max(gap, 0.45), theta), key=lambda pair: (pair[0], abs(np.log(pair[1]))))
    censored, real = found[best[1]]
    return censored, best[1], real


def _whole(spread: Spread, real: FloatArray, asked: int | None) -> IntArray:
    """Whole deaths at each drop: the nearest to the running total, never more in an interval than leave it."""
    if real.size == 0:
        return np.zeros(0, dtype=np.intp)
    count = spread.table.last + 1
    total = np.bincount(spread.interval, weights=real, minlength=count)
    drops = np.bincount(spread.interval, minlength=count)
    most = np.rint(spread.table.lost)
    running = np.cumsum(total)
    if asked is not None and running[-1] > 0.0 and abs(running[-1] - asked) < 3.0 + 0.02 * asked:
        running = running * (asked / running[-1])
    done, ends = 0.0, np.zeros(count)
    for k in range(count):
        if drops[k]:
            done = min(max(np.floor(running[k] + 0.5), done), done + most[k])
        ends[k] = done
    if spread.end == 0.0 and ends[-1] == (ends[-2] if count > 1 else 0.0):
        ends[-1] += 1.0
    starts = np.concatenate(([0.0], ends[:-1]))
    before = np.concatenate(([0.0], np.cumsum(total)[:-1]))
    scale = np.divide(ends - starts, total, out=np.zeros(count), where=total > 0.0)
    k = spread.interval
    reached = starts[k] + np.floor((np.cumsum(real) - before[k]) * scale[k] + 0.5 + 1e-9)
    return np.diff(np.concatenate(([0.0], reached))).astype(np.intp)


def _places(spread: Spread, left: IntArray, inside: int, theta: float) -> FloatArray:
    """Times at which people are censored: in their interval as spread, those who stay to the end at the end."""
    table = spread.table
    number = left.copy()
    number[-1] = inside
    stay = np.full(int(left[-1]) - inside, table.edges[-1])
    if spread.marks is not None:
        return _on_marks(spread, spread.marks, left)
    cell = np.repeat(np.arange(number.size), number)
    rank = np.arange(cell.size) - np.repeat(np.cumsum(number) - number, number)
    share = (rank + 0.5) / number[cell]
    if theta != 1.0:
        share = share ** (1.0 / theta)
    return np.concatenate((table.edges[cell] + share * spread.width[cell], stay))


def _on_marks(spread: Spread, marks: FloatArray, left: IntArray) -> FloatArray:
    """Times of censored people on the marks of their interval, evenly; where there is no mark, evenly in time."""
    edges, found = spread.table.edges, []
    starts = np.concatenate(([0], np.cumsum(spread.marked)))
    counts: list[int] = left.tolist()
    for k, people in enumerate(counts):
        own, count = marks[starts[k] : starts[k + 1]], people
        extra = max(count - own.size, 0) if k == left.size - 1 else 0
        count -= extra
        share = (np.arange(count) + 0.5) / max(count, 1)
        if own.size:
            found.append(own[np.floor(share * own.size).astype(np.intp)])
        else:
            found.append(edges[k] + share * spread.width[k])
        found.append(np.full(extra, edges[-1]))
    return np.concatenate(found)
