"""Tick labels held against the axes that were given: a logarithmic scale is refused, other contradictions are said."""

from collections.abc import Callable, Sequence

import numpy as np

from remit.errors import InputError
from remit.extract.tracing import suggest
from remit.extract.tracing.calibrate import Axes
from remit.extract.tracing.pixels import Array
from remit.extract.tracing.shapes import Drawing, Word

NEAR = 0.03
OFF = 0.01
CURVED = 0.03


def checked(drawing: Drawing, axes: Axes) -> list[str]:
    """Return what the tick labels beside the axes say against these axes, whose survival is a share.

    Raises
    ------
    InputError
        Labels are powers of ten, or stand at unequal distances for equal differences: a logarithmic axis.
    """
    size = max(drawing.width, drawing.height)
    _no_powers(drawing.words, axes, size)
    upright, level = suggest.marks(drawing)
    numbers = [(w, v) for w in drawing.words if (v := suggest.value(w.text)) is not None]
    x = suggest.labelled([(w.y, w.x, v) for w, v in numbers], _beside(upright, axes.y(0.0), size), size, growing=True)
    level = level[:, ::-1]
    y = suggest.labelled([(w.x, w.y, v) for w, v in numbers], _beside(level, axes.x0, size), size, growing=False)
    said = [] if x is None else _against("time", *x, axes.time)
    if y is not None:
        whole = 100.0 if y[1].max() > 1.5 else 1.0
        said += _against("survival", y[0], y[1] / whole, axes.survival)
    return said


def _beside(marks: Array, across: float, size: float) -> Array:
    """The marks that stand on an axis."""
    return marks[np.abs(marks[:, 1] - across) < NEAR * size]


def _against(name: str, places: Array, values: Array, scale: Callable[[Array], Array]) -> list[str]:
    """What labels of known place say against a scale."""
    span = float(np.ptp(values))
    per, start = np.polyfit(places, values, 1)
    if float(np.max(np.abs(start + per * places - values))) > CURVED * span:
        told = ", ".join(f"{v:g}" for v in values[:5])
        raise InputError(
            f"the tick labels of the {name} axis ({told}) stand at unequal distances for equal differences: a "
            "logarithmic or broken axis is not read; trace a figure with a plain one"
        )
    given = scale(places)
    worst = int(np.argmax(np.abs(given - values)))
    if abs(float(given[worst] - values[worst])) <= OFF * span:
        return []
    return [
        f"the tick labels contradict the given {name} axis: what is labelled {values[worst]:g} lies at "
        f"{float(given[worst]):.4g} by the known points; check them, or leave the axes out and let the labels be read"
    ]


def _no_powers(words: Sequence[Word], axes: Axes, size: float) -> None:
    """Refuse an axis with two or more labels that are 10 with a raised exponent."""
    powers = [w for w in words if w.text.strip().endswith("10") and any(_raised(o, w, size) for o in words)]
    below = [w for w in powers if w.y > axes.y(0.0)]
    left = [w for w in powers if w.x < axes.x0 and w.y <= axes.y(0.0) + NEAR * size]
    for name, held in (("time", below), ("survival", left)):
        if len(held) > 1:
            raise InputError(
                f"the tick labels of the {name} axis are powers of ten: a logarithmic axis is not read; trace a figure "
                "with a plain one"
            )


def _raised(other: Word, word: Word, size: float) -> bool:
    text = other.text.strip().lstrip("−-")
    right, up = other.x - word.x, word.y - other.y
    return (text.isdigit() or not text) and 0.0 < right < 0.1 * size and 0.004 * size < up < 0.03 * size
