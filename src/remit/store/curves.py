"""studies/<study>/curves/<curve>.yaml with <curve>.csv: a printed survival curve and its coordinates.

The table has two columns, `time` (or `time_months` and so on, as `remit trace` writes it) and `survival`, one point a
line.
"""

import csv
import re
from typing import get_args

from remit.model.curve import Ticks
from remit.model.observation import Source
from remit.model.place import Place
from remit.model.printed_curve import Acceptance, CompetingRule, PrintedCurve, Unit
from remit.model.study import Study
from remit.store.fields import Fields
from remit.store.known import Known
from remit.store.refusals import Refusals
from remit.store.values import BASES, SOURCES, TRANSPLANT

MOST_POINTS = 20_000
COMPETING: tuple[CompetingRule, ...] = get_args(CompetingRule)
TICKS: tuple[Ticks, ...] = get_args(Ticks)
UNITS: tuple[Unit, ...] = get_args(Unit)
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,17})?(e-[0-9]{1,2})?\Z")
Point = tuple[float, float]


def curve(f: Fields, name: str, points: tuple[Point, ...], study: Study, known: Known) -> PrintedCurve:
    """Return the curve that `f` describes, with its coordinates."""
    found = PrintedCurve(
        id=f.id("curve"),
        arm=f.ref("arm", [a.id for a in study.arms], "arm", needed=True),
        outcome=f.ref("outcome", known.outcomes, "outcome", needed=True),
        basis=f.choice("basis", BASES),
        population=f.text("population"),
        transplant=f.choice("transplant", TRANSPLANT),
        competing=f.choice("competing", COMPETING),
        source=_source(f, study, known),
        unit=f.choice("unit", UNITS),
        n=f.whole("n", needed=True) or 0,
        events=f.whole("events"),
        time=tuple(t for t, _ in points),
        survival=tuple(s for _, s in points),
        risk=tuple((_time(r), r.whole("n", needed=True) or 0) for r in _closed(f, "risk", ("time", "n"))),
        censored=f.numbers("censored", repeated=True),
        ticks=f.choice("ticks", TICKS, "picture"),
        landmarks=tuple((_time(r), _share(r)) for r in _closed(f, "landmarks", ("time", "survival"))),
        median=f.positive("median"),
        flags=f.words("flags"),
        note=f.text("note"),
        warnings=f.words("warnings"),
        accepted=_accepted(f, known),
        place=f.place,
    )
    f.close()
    if found.id and found.id != name:
        f.refuse("curve", "folder-name", f"curve {found.id!r} in {name}.yaml", "the same name", "rename one")
    _whole(found, f)
    return found


def _whole(found: PrintedCurve, f: Fields) -> None:
    if found.events is not None and found.events > found.n:
        seen = f"{found.events} events in {found.n} people"
        f.refuse("events", "events-exceed-total", seen, "events ≤ n", "compare with the figure and its risk table")
    for (t0, n0), (t1, n1) in zip(found.risk, found.risk[1:], strict=False):
        if t1 <= t0 or n1 > n0:
            seen = f"{n0} at risk at {t0:g}, then {n1} at {t1:g}"
            f.refuse("risk", "risk-table", seen, "growing times, falling numbers", "rows of two arms may be swapped")
            return
    if found.risk and found.risk[0][1] > found.n:
        seen = f"{found.risk[0][1]} at risk at the start of {found.n} people"
        f.refuse("risk", "risk-table", seen, "no more at risk than people", "compare with the report")


def _closed(f: Fields, key: str, keys: tuple[str, ...]) -> list[Fields]:
    held = list(f.each(key))
    for inner in held:
        for k in keys:
            inner.has(k)
        inner.close()
    return held


def _time(f: Fields) -> float:
    if not f.has("time"):
        f.refuse("time", "missing", "no time", "a time in the figure's unit", "write time")
    return f.positive("time") or 0.0


def _share(f: Fields) -> float:
    value = f.number("survival", needed=True)
    if value is not None and not 0.0 <= value <= 1.0:
        advice = "if it is a percentage, divide it by 100"
        f.refuse("survival", "outside-0-1", f"survival {value:g}", "a number between 0 and 1", advice)
    return 0.0 if value is None else value


def _source(f: Fields, study: Study, known: Known) -> Source:
    for key in ("report", "locator"):
        if not f.text(key):
            f.refuse(key, "no-source", f"a curve without a {key}", f"a {key}", "say which figure it was read from")
    return Source(
        report=f.ref("report", [r.id for r in study.reports], "report"),
        locator=f.text("locator"),
        kind=f.choice("source", SOURCES),
        url=f.url("url"),
        extracted_by=f.ref("extracted_by", known.people, "person", needed=True),
        checked_by=f.ref("checked_by", known.people, "person"),
    )


def _accepted(f: Fields, known: Known) -> Acceptance | None:
    signed = f.inner("accepted")
    if signed is None:
        return None
    found = Acceptance(
        by=signed.ref("by", known.people, "person", needed=True),
        date=signed.date("date", needed=True),
        reason=signed.needed("reason"),
    )
    signed.close()
    return found


def points(text: str, file: str, unit: str, refusals: Refusals) -> tuple[Point, ...]:
    """Return the coordinates of a curve's table, whose times are in `unit`; what is no point is refused by its line."""
    rows = list(csv.reader(text.splitlines()))
    if not rows or rows[0] not in (["time", "survival"], [f"time_{unit}", "survival"]):
        advice = f"write the header time_{unit},survival and one point a line, times in the unit of the YAML file"
        refusals.add(
            Place(file, 1),
            "csv-header",
            ",".join(rows[0]) if rows else "an empty file",
            f"time_{unit},survival",
            advice,
        )
        return ()
    if len(rows) > MOST_POINTS:
        seen = f"{len(rows) - 1} points"
        refusals.add(Place(file), "too-long", seen, f"at most {MOST_POINTS}", "keep one point for each step")
        return ()
    out: list[Point] = []
    for line, cells in enumerate(rows[1:], start=2):
        if len(cells) == 2 and all(_NUMBER.match(c) for c in cells) and 0.0 <= float(cells[1]) <= 1.0:
            out.append((float(cells[0]), float(cells[1])))
        else:
            expected = "a time and a survival between 0 and 1, in plain decimals"
            refusals.add(Place(file, line), "curve-point", ",".join(cells), expected, "trace the figure again")
    if len(out) < 2:
        refusals.add(Place(file), "curve-point", f"{len(out)} points", "two or more", "trace the figure again")
    return tuple(out)
