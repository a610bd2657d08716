"""The overlay for the eye: the figure, the traced curve on it, ticks found, and the curve rebuilt from the data.

The figure is drawn pale, so that what differs from it stands out. A picture goes in as data; a vector figure is drawn
again from the lines that were read, never embedded, so nothing of the file's own can run.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from remit.extract.tracing.calibrate import Axes
from remit.extract.tracing.colours import written
from remit.extract.tracing.shapes import Drawing
from remit.model.curve import DAYS, TracedCurve

COLOURS = ("#d40078", "#008f7a", "#e07000", "#5a3fd0", "#7a7a00", "#0080d0")
STEPS = "fill:none;stroke-linejoin:miter"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A curve rebuilt from pseudo-individual data, to lay over the traced one."""

    curve: str
    time: tuple[float, ...]
    survival: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the overlay is drawn on: a picture's bytes with its size, or a drawing."""

    width: float
    height: float
    image: bytes = b""
    kind: str = ""
    drawing: Drawing | None = None


def drawn(ground: Ground, axes: Axes, unit: str, curves: Sequence[TracedCurve], rebuilt: Sequence[Rebuilt] = ()) -> str:
    """Return the overlay as SVG; `unit` is the unit of the figure's time axis."""
    size = max(ground.width, ground.height)
    line = max(size / 700.0, 0.8)
    body = [*_ground(ground)]
    for i, c in enumerate(curves):
        body += _one(c, axes, DAYS[c.unit] / DAYS[unit], COLOURS[i % len(COLOURS)], line)
    for r in rebuilt:
        held = next((c for c in curves if c.curve == r.curve), None)
        factor = DAYS[held.unit] / DAYS[unit] if held else 1.0
        d = _steps(axes, [t * factor for t in r.time], r.survival, None)
        style = f"{STEPS};stroke:#000;stroke-width:{_f(line)};stroke-dasharray:{_f(4 * line)} {_f(3 * line)}"
        body.append(f'<path d="{d}" style="{style}"><title>{_safe(r.curve)}, rebuilt</title></path>')
    title = "Figure with " + ", ".join(_safe(c.curve) for c in curves) + " as traced"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_f(ground.width)} {_f(ground.height)}" '
        f'width="{_f(ground.width)}" height="{_f(ground.height)}" role="img">\n<title>{title}</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _ground(ground: Ground) -> Iterator[str]:
    if ground.image:
        held = base64.b64encode(ground.image).decode("ascii")
        yield (
            f'<image href="data:{ground.kind};base64,{held}" width="{_f(ground.width)}" height="{_f(ground.height)}" '
            'opacity="0.55"/>'
        )
    if ground.drawing is not None:
        for s in ground.drawing.strokes:
            d = "M" + "L".join(f"{_f(x)} {_f(y)}" for x, y in s.points)
            yield f'<path d="{d}" style="fill:none;stroke:{written(s.colour)};stroke-width:{_f(s.width)};opacity:.45"/>'
        for w in ground.drawing.words:
            yield f'<text x="{_f(w.x)}" y="{_f(w.y)}" font-size="9" fill="#777">{_safe(w.text)}</text>'


def _one(c: TracedCurve, axes: Axes, factor: float, colour: str, line: float) -> Iterator[str]:
    d = _steps(axes, [t * factor for t in c.time], c.survival, c.end * factor)
    yield (
        f'<path d="{d}" style="{STEPS};stroke:{colour};stroke-width:{_f(line)}"><title>{_safe(c.curve)}, traced</title>'
        "</path>"
    )
    if c.censored:
        long = 5.0 * line
        places = axes.back(np.array([[axes.x(t * factor), axes.y(c.at(t))] for t in c.censored]))
        d = "".join(f"M{_f(x)} {_f(y - long)}V{_f(y + long)}" for x, y in places)
        yield f'<path d="{d}" style="fill:none;stroke:{colour};stroke-width:{_f(line)}"/>'


def _steps(axes: Axes, time: Sequence[float], survival: Sequence[float], end: float | None) -> str:
    corners: list[tuple[float, float]] = []
    for t, s in zip(time, survival, strict=True):
        if corners:
            corners.append((axes.x(t), corners[-1][1]))
        corners.append((axes.x(t), axes.y(s)))
    if end is not None and corners:
        corners.append((axes.x(end), corners[-1][1]))
    placed = axes.back(np.array(corners))
    return "M" + "L".join(f"{_f(x)} {_f(y)}" for x, y in placed)


def _safe(words: str) -> str:
    return escape("".join(c for c in words if c.isprintable()))


def _f(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
