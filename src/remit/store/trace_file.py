"""trace.yaml, the record of how a figure was traced, and the CSV files of its curves.

figure: figure-2.png
page: 1                       # of a PDF
axis-x: [120:0, 720:60]       # PLACE:VALUE, or X,Y:VALUE
axis-y: [400:0, 60:1]
unit: months                  # of the time axis
curves:
  - {curve: blinatumomab, colour: "#c00000", risk: "0:54 6:40 12:31", total: 54, events: 18}
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from remit.errors import InputError, ReviewError
from remit.model import trace
from remit.model.curve import TracedCurve
from remit.model.place import Place
from remit.model.trace import Known, TraceRecord, WantedCurve
from remit.store.refusals import Refusals
from remit.store.text import read_text
from remit.store.yaml_text import Items, Map, Node, Scalar, read_yaml

TOP = ("figure", "page", "axis-x", "axis-y", "unit", "to", "percent", "curves", "sha256")
CURVE = ("curve", "colour", "through", "risk", "total", "events", "corrections")
T = TypeVar("T")


def read(path: Path) -> TraceRecord:
    """Return the record at `path`. Raises ReviewError naming every line that cannot be read."""
    refusals = Refusals()
    text = read_text(path.parent, path.name, refusals)
    top = None if text is None else read_yaml(text, path.name, refusals)
    record = None if top is None else _record(top, path.name, refusals)
    if record is None or refusals.has_errors:
        raise ReviewError(refusals.problems)
    return record


def _record(top: Map, file: str, refusals: Refusals) -> TraceRecord | None:
    _known_keys(top, TOP, file, refusals)
    word = {k: v.text for k, v in top.entries.items() if isinstance(v, Scalar)}
    curves = top.entries.get("curves")
    held = curves.items if isinstance(curves, Items) else []
    wanted = [_curve(c, file, refusals) for c in held]
    percent = {"yes": True, "true": True, "no": False, "false": False}.get(word.get("percent", "").lower())
    made = _tried(
        top.line,
        file,
        refusals,
        lambda: TraceRecord(
            figure=word.get("figure", ""),
            page=_whole(word.get("page", "1"), "page") or 1,
            axis_x=_points(top.entries.get("axis-x")),
            axis_y=_points(top.entries.get("axis-y")),
            unit=word.get("unit", "months"),
            to=word.get("to", ""),
            percent=percent,
            curves=tuple(c for c in wanted if c is not None),
            sha256=word.get("sha256", ""),
        ),
    )
    if made is not None and not made.figure:
        refusals.add(Place(file, top.line), "missing", "no figure", "figure: FILE", "name the figure's file")
    return made


def _curve(node: Node, file: str, refusals: Refusals) -> WantedCurve | None:
    if not isinstance(node, Map):
        refusals.add(Place(file, node.line), "curve", "a bare word", "curve: NAME and its colour or seed", "write {…}")
        return None
    _known_keys(node, CURVE, file, refusals)
    word = {k: v.text for k, v in node.entries.items() if isinstance(v, Scalar)}
    return _tried(
        node.line,
        file,
        refusals,
        lambda: WantedCurve(
            curve=word.get("curve", ""),
            colour=word.get("colour", ""),
            through=trace.places(word.get("through", "")),
            risk=trace.risk_table(word["risk"]) if word.get("risk") else None,
            total=_whole(word.get("total", ""), "total"),
            events=_whole(word.get("events", ""), "events"),
            corrections=trace.corrections(word.get("corrections", "")),
        ),
    )


def _tried(line: int, file: str, refusals: Refusals, make: Callable[[], T]) -> T | None:
    try:
        return make()
    except InputError as error:
        seen, _, advice = str(error).partition("; expected ")
        refusals.add(Place(file, line), "trace", seen, advice or "a value that can be", "compare with the figure")
        return None


def _points(node: Node | None) -> tuple[Known, ...]:
    if isinstance(node, Items):
        return tuple(trace.known(i.text) for i in node.items if isinstance(i, Scalar))
    return tuple(trace.known(w) for w in node.text.split()) if isinstance(node, Scalar) else ()


def _whole(text: str, name: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InputError(f"{name} {text!r}; expected a whole number")
    return int(text)


def _known_keys(node: Map, keys: Iterable[str], file: str, refusals: Refusals) -> None:
    for key in node.entries:
        if key not in keys:
            place = Place(file, node.lines[key])
            refusals.add(place, "unknown-key", key, f"one of {', '.join(keys)}", "correct or remove it")


def text(record: TraceRecord) -> str:
    """Return a record as trace.yaml holds it."""
    rows = [f"figure: {_quoted(record.figure)}"]
    rows += [f"sha256: {record.sha256}"] if record.sha256 else []
    rows += [f"page: {record.page}"] if record.page != 1 else []
    for key, points in (("axis-x", record.axis_x), ("axis-y", record.axis_y)):
        rows += [f"{key}: [{', '.join(_quoted(str(p)) for p in points)}]"] if points else []
    rows.append(f"unit: {record.unit}")
    rows += [f"to: {record.to}"] if record.to else []
    rows += [f"percent: {'yes' if record.percent else 'no'}"] if record.percent is not None else []
    rows.append("curves:" if record.curves else "curves: []")
    for c in record.curves:
        rows.append(f"  - curve: {_quoted(c.curve)}")
        rows += [f"    colour: {_quoted(c.colour)}"] if c.colour else []
        rows += [f'    through: "{" ".join(f"{x:.10g},{y:.10g}" for x, y in c.through)}"'] if c.through else []
        rows += [f'    risk: "{" ".join(f"{t:.10g}:{n}" for t, n in c.risk.pairs)}"'] if c.risk else []
        rows += [f"    total: {c.total}"] if c.total is not None else []
        rows += [f"    events: {c.events}"] if c.events is not None else []
        rows += [f'    corrections: "{" ".join(str(k) for k in c.corrections)}"'] if c.corrections else []
    return "\n".join(rows) + "\n"


def _quoted(word: str) -> str:
    held = "".join(c for c in word if c.isprintable())
    return '"' + held.replace("\\", "\\\\").replace('"', '\\"') + '"'


def stems(curves: Sequence[str]) -> list[str]:
    """Return a file name without its ending for each curve, no two the same, in capitals or not."""
    out: list[str] = []
    taken: set[str] = set()
    for curve in curves:
        stem = base = curve.replace(" ", "-")
        number = 1
        while {stem.lower(), f"{stem}.ticks".lower()} & taken:
            number += 1
            stem = f"{base}-{number}"
        taken |= {stem.lower(), f"{stem}.ticks".lower()}
        out.append(stem)
    return out


def steps(curve: TracedCurve) -> str:
    """Return a curve's steps as CSV: time, survival from that time on."""
    rows = [f"{t:.8g},{s:.8g}" for t, s in zip(curve.time, curve.survival, strict=True)]
    if curve.end > curve.time[-1]:
        rows.append(f"{curve.end:.8g},{curve.survival[-1]:.8g}")
    return "\n".join([f"time_{curve.unit},survival", *rows]) + "\n"


def ticks(curve: TracedCurve) -> str:
    """Return a curve's censoring ticks as CSV."""
    return "\n".join([f"time_{curve.unit}", *(f"{t:.8g}" for t in curve.censored)]) + "\n"
