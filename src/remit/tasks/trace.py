"""Trace the curves of a figure: read it, follow each curve, clean it, and write steps, overlay and the record."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from remit.errors import InputError, UsageError
from remit.extract.quality import quality
from remit.extract.rebuild import published, rebuild_arm
from remit.extract.tracing import (
    calibrate,
    clean,
    colours,
    correct,
    labels,
    overlay,
    pdf,
    pixels,
    points,
    raster,
    suggest,
    svg,
    track,
    vector,
)
from remit.extract.tracing.calibrate import Axes
from remit.extract.tracing.clean import Printed
from remit.extract.tracing.overlay import Ground, Rebuilt
from remit.extract.tracing.pixels import Picture
from remit.extract.tracing.shapes import Drawing
from remit.model.curve import CurvePoints, TracedCurve
from remit.model.trace import TraceRecord, WantedCurve
from remit.stats.kaplan_meier import kaplan_meier
from remit.store import trace_file

MOST_BYTES = 200_000_000
OTHER_FIGURE = "the figure is not the one the record was made with (its SHA-256 differs)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as read: a picture, a drawing, or curves of coordinates."""

    path: Path
    data: bytes
    picture: Picture | None = None
    drawing: Drawing | None = None
    points: dict[str, CurvePoints] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The curves of one figure, how they were traced, and what was said on the way."""

    record: TraceRecord
    figure: Figure
    axes: Axes | None
    curves: tuple[TracedCurve, ...]
    notes: tuple[str, ...]

    @property
    def doubts(self) -> tuple[str, ...]:
        """Notes that cast doubt on every curve of the figure."""
        return tuple(n for n in self.notes if n == OTHER_FIGURE)


def figure(path: str | Path, page: int = 1) -> Figure:
    """Read a figure: PNG, JPEG, SVG, PDF, or coordinates as CSV, JSON or .tar.

    Raises
    ------
    UsageError
        There is no such file, or it is of another kind.
    InputError
        It cannot be read as it stands.
    """
    at = Path(path)
    try:
        if not at.is_file():
            raise UsageError(
                f"{path} is not a file; name a figure (PNG, JPEG, SVG, PDF) or coordinates (CSV, JSON, tar)"
            )
        if at.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: {at.stat().st_size:,} bytes; expected at most {MOST_BYTES:,}")
        data = at.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    name = at.name
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return Figure(path=at, data=data, picture=pixels.opened(data, name))
    if data[:1024].lstrip().startswith(b"%PDF") or name.lower().endswith(".pdf"):
        return Figure(path=at, data=data, drawing=pdf.read(data, name, page))
    if name.lower().endswith(".svg") or b"<svg" in data[:4096]:
        return Figure(path=at, data=data, drawing=svg.read(data, name))
    if name.lower().endswith((".csv", ".tsv", ".txt", ".json", ".tar")):
        return Figure(path=at, data=data, points=points.read(data, name))
    raise UsageError(f"{path} is no PNG, JPEG, SVG or PDF, nor coordinates as .csv, .json or .tar; export it as PNG")


def trace(record: TraceRecord, base: Path = Path()) -> Trace:
    """Trace what `record` asks for; its figure is looked for from `base`.

    Raises
    ------
    InputError
        A curve cannot be traced; the message names it. Nothing is written.
    UsageError
        Axes or curves are not given and cannot be told from the figure, or the figure cannot be read.
    """
    found = figure(base / record.figure, record.page)
    digest = hashlib.sha256(found.data).hexdigest()
    notes: list[str] = []
    if record.sha256 and record.sha256 != digest:
        notes.append(OTHER_FIGURE)
    record = replace(record, sha256=digest)
    if found.points is not None:
        curves = _clicked(found.points, record)
        return Trace(record=record, figure=found, axes=None, curves=curves, notes=tuple(notes))
    record, axes = _axes(found, record, notes)
    if not record.curves:
        raise UsageError(f"which curve? Say --curve NAME=COLOUR or NAME=X,Y (a place on it); {seen(found)}")
    curves = tuple(_one(found, axes, record, c) for c in record.curves)
    return Trace(record=record, figure=found, axes=axes, curves=curves, notes=tuple(notes))


def _axes(found: Figure, record: TraceRecord, notes: list[str]) -> tuple[TraceRecord, Axes]:
    if found.drawing is not None and not (record.axis_x and record.axis_y):
        read = suggest.axes(found.drawing)
        if read is not None:
            record = replace(record, axis_x=record.axis_x or read[0], axis_y=record.axis_y or read[1])
            said = " ".join(str(k) for k in record.axis_x), " ".join(str(k) for k in record.axis_y)
            notes.append(f"axes read off the tick labels: x {said[0]}; y {said[1]}; look at the overlay")
    if not (record.axis_x and record.axis_y):
        outlines = found.drawing is not None and suggest.outlined(found.drawing)
        why = (
            ", since the labels are drawn as outlines of letters, not as text (export the figure with text, in "
            "matplotlib svg.fonttype: none, or as PDF"
        )
        raise UsageError(
            f"the axes are not known{why + '), or' if outlines else ';'} say --axis-x PLACE:TIME PLACE:TIME "
            "--axis-y PLACE:SURVIVAL PLACE:SURVIVAL"
        )
    percent = record.percent
    if percent is None and max(k.value for k in record.axis_y) > 1.5:
        notes.append("the survival axis is in percent, since a value above 1.5 stands on it")
        record = replace(record, percent=True)
    share = tuple(replace(k, value=k.value / 100.0) for k in record.axis_y) if record.percent else record.axis_y
    axes = calibrate.axes(record.axis_x, share)
    if found.drawing is not None:
        notes += labels.checked(found.drawing, axes)
    return record, axes


def _one(found: Figure, axes: Axes, record: TraceRecord, wanted: WantedCurve) -> TracedCurve:
    try:
        colour = colours.parsed(wanted.colour) if wanted.colour else None
        if found.picture is not None:
            read = raster.traced(found.picture, axes, colour, wanted.through)
        elif found.drawing is not None:
            read = vector.traced(found.drawing, axes, colour, wanted.through)
        else:
            raise UsageError("no figure to trace on")
        cleaned = clean.curve(read, _printed(wanted, record, percent=False))
        return correct.corrected(cleaned, wanted.corrections)
    except InputError as error:
        raise _of(wanted.curve, _with_colours(error, found) if wanted.colour else error) from None


def _with_colours(error: InputError, found: Figure) -> InputError:
    """Return the error, and with it the colours drawn where the one asked for may be none of them."""
    said = str(error)
    return InputError(f"{said}; {seen(found)}") if said.startswith(track.NOTHING) and found.picture else error


def _of(curve: str, error: InputError) -> InputError:
    """Return the error with its curve named, once."""
    said = str(error)
    return InputError(said if said.startswith(f"curve {curve}: ") else f"curve {curve}: {said}")


def _clicked(held: dict[str, CurvePoints], record: TraceRecord) -> tuple[TracedCurve, ...]:
    wanted = record.curves or tuple(WantedCurve(curve=_named(n)) for n in held)
    out = []
    for c in wanted:
        read = next((p for n, p in held.items() if _named(n) == c.curve), None)
        if read is None and len(held) == 1 and len(wanted) == 1:
            read = next(iter(held.values()))
        if read is None:
            raise UsageError(
                f"no curve {c.curve} among the coordinates; expected one of {', '.join(map(_named, held))}"
            )
        try:
            cleaned = clean.curve(read, _printed(c, record, record.percent))
            out.append(correct.corrected(cleaned, c.corrections))
        except InputError as error:
            raise _of(c.curve, error) from None
    return tuple(out)


def _named(name: str) -> str:
    held = "".join(c if c.isascii() and (c.isalnum() or c in " ._+()-") else "-" for c in name).strip(" .-")[:60]
    return held or "curve"


def _printed(c: WantedCurve, record: TraceRecord, percent: bool | None) -> Printed:
    return Printed(
        curve=c.curve,
        unit=record.unit,
        to=record.to,
        percent=percent,
        risk=c.risk,
        total=c.total,
        events=c.events,
    )


def seen(found: Figure) -> str:
    """Return the colours a figure is drawn with, in words."""
    if found.picture is not None:
        held = [colours.written(c) for c, _ in colours.inks(found.picture.rgb)]
    else:
        held = sorted({colours.written(s.colour) for s in (found.drawing.strokes if found.drawing else ())})[:12]
    return f"colours drawn: {', '.join(held) or 'none'}"


def ground(found: Figure) -> Ground:
    """Return what the overlay is drawn on."""
    if found.picture is not None:
        height, width = found.picture.rgb.shape[:2]
        kind = "image/png" if found.data.startswith(b"\x89PNG") else "image/jpeg"
        return Ground(width * found.picture.scale, height * found.picture.scale, image=found.data, kind=kind)
    d = found.drawing
    return Ground(d.width, d.height, drawing=d) if d is not None else Ground(0.0, 0.0)


def rebuilt(held: Trace) -> tuple[tuple[Rebuilt, ...], tuple[str, ...]]:
    """Return the curve of the people rebuilt from each traced curve whose number is known, and words on it."""
    made: list[Rebuilt] = []
    said: list[str] = []
    for c in held.curves:
        if c.total is None and (c.risk is None or c.risk.times[0] != 0.0):
            continue
        try:
            curve = published(c)
            arm = rebuild_arm(curve)
        except InputError as error:
            said.append(f"{c.curve}: cannot be rebuilt: {error}")
            continue
        said += [f"{c.curve}: {note}" for note in arm.notes]
        km = kaplan_meier(arm.time, arm.event)
        apart = max(abs(c.at(float(t)) - float(s)) for t, s in zip(km.time, km.survival, strict=True))
        report = quality([curve], [arm])
        said.append(f"{c.curve}: rebuilt as {km.n} people with {km.events} events, within {apart:.3f} of the curve")
        said.append(f"{c.curve}: quality {report.verdict}" + "".join(f"; {r}" for r in report.reasons))
        steps = (0.0, *(float(t) for t in km.time)), (1.0, *(float(s) for s in km.survival))
        made.append(Rebuilt(c.curve, *steps))
    return tuple(made), tuple(said)


def overlaid(held: Trace, rebuilt: tuple[Rebuilt, ...] = ()) -> str | None:
    """Return the overlay as SVG, or None where coordinates were read."""
    if held.axes is None:
        return None
    return overlay.drawn(ground(held.figure), held.axes, held.record.unit, held.curves, rebuilt)


def write(held: Trace, out: str | Path, rebuilt: tuple[Rebuilt, ...] = ()) -> tuple[Path, ...]:
    """Write trace.yaml, each curve's steps and ticks, and the overlay into the folder `out`; return the files.

    Raises
    ------
    UsageError
        The folder cannot be written.
    """
    folder = Path(out)
    where = os.path.relpath(held.figure.path.resolve(), folder.resolve()).replace(os.sep, "/")
    texts = {"trace.yaml": trace_file.text(replace(held.record, figure=where))}
    for c, stem in zip(held.curves, trace_file.stems([c.curve for c in held.curves]), strict=True):
        texts[f"{stem}.csv"] = trace_file.steps(c)
        if c.censored:
            texts[f"{stem}.ticks.csv"] = trace_file.ticks(c)
    drawn = overlaid(held, rebuilt)
    if drawn is not None:
        texts["overlay.svg"] = drawn
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode())
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {str(error.strerror).lower()}; name another folder") from None
    return tuple(folder / name for name in texts)
