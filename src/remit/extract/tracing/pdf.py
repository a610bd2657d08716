"""PDF pages: the stroked lines of one page's content, with colours, widths, transforms and forms within forms.

Operators after ISO 32000-1, section 8 (graphics); text places come from the reader of pypdf.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING

from remit.errors import InputError, UsageError
from remit.extract.tracing.shapes import (
    SAME,
    Box,
    Colour,
    Drawing,
    Matrix,
    Pen,
    Stroke,
    Word,
    boxed,
    clipped,
    moved,
    times,
)

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_BYTES = 100_000_000
MOST_OPERATIONS = 1_500_000
MOST_CONTENT = 60_000_000
DEEPEST = 8
PAINTS = frozenset({"S", "s", "B", "B*", "b", "b*"})
ENDS = PAINTS | {"f", "F", "f*", "n"}


@dataclass(frozen=True, slots=True)
class _State:
    matrix: Matrix = SAME
    colour: Colour = (0, 0, 0)
    width: float = 1.0
    clip: Box | None = None


@dataclass(slots=True)
class _Sheet:
    strokes: list[Stroke] = field(default_factory=list)
    spent: int = 0


def read(data: bytes, name: str, page: int) -> Drawing:
    """Return the drawing of page `page` (from 1).

    Raises
    ------
    InputError
        Not a readable PDF, locked by a password, no such page, forms nested without end, or no lines on the page.
    UsageError
        The extra for figures is not installed.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise UsageError("reading PDF needs pypdf; install remit with its extra: figures") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"{name}: {len(data):,} bytes; expected at most {MOST_BYTES:,}; save the page alone")
    try:
        with _silent():
            reader = PdfReader(BytesIO(data))
            return _drawing(_page(reader, name, page), reader, name, page)
    except InputError:
        raise
    except (
        PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
        AssertionError, NotImplementedError, OverflowError, MemoryError, EOFError,
    ) as error:  # fmt: skip
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise InputError(
            f"{name}: page {page} cannot be read ({said}); export the page as PNG and trace that"
        ) from None


@contextmanager
def _silent() -> Iterator[None]:
    """The reader's log is not shown: what matters in it is raised."""
    log = logging.getLogger("pypdf")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _page(reader: "PdfReader", name: str, page: int) -> "PageObject":
    if reader.is_encrypted:
        raise InputError(f"{name}: locked by a password; save it without one, or export the page as PNG")
    count = len(reader.pages)
    if not 1 <= page <= count:
        raise InputError(f"{name}: no page {page}; expected 1 to {count}; say --page N")
    return reader.pages[page - 1]


def _drawing(page: "PageObject", reader: "PdfReader", name: str, number: int) -> Drawing:
    box = page.mediabox
    left, bottom, width, height = float(box.left), float(box.bottom), float(box.width), float(box.height)
    base: Matrix = (1.0, 0.0, 0.0, -1.0, -left, bottom + height)
    sheet = _Sheet()
    contents = page.get_contents()
    if contents is not None:
        if len(contents.get_data()) > MOST_CONTENT:
            raise InputError(f"{name}: page {number} is too large to read; export the panel as PNG")
        _run(contents, page.get("/Resources"), _State(matrix=base), sheet, reader, 0, name)
    if not any(len(s.points) > 1 for s in sheet.strokes):
        pages = len(reader.pages)
        other = f"it may be on another of the {pages} pages: say --page N; else " if pages > 1 else ""
        raise InputError(
            f"{name}: page {number} has no drawn lines: its figure is a picture, or it is empty; {other}export the "
            "page as PNG (300 dots per inch) and trace that"
        )
    return Drawing(width, height, tuple(sheet.strokes), tuple(_words(page, base)))


def _words(page: "PageObject", base: Matrix) -> list[Word]:
    out: list[Word] = []

    def seen(text: str, cm: Sequence[float], tm: Sequence[float], font: object, size: float) -> None:
        words = text.strip()
        if words and len(words) < 200 and len(out) < 20_000:
            place = times(base, times(_six(cm), _six(tm)))
            at = moved(place, [(0.0, 0.0)])[0]
            out.append(Word(words, float(at[0]), float(at[1])))

    page.extract_text(visitor_text=seen)
    return out


def _six(values: Sequence[float]) -> Matrix:
    a, b, c, d, e, f = (float(v) for v in values)
    return a, b, c, d, e, f


def _run(
    stream: object, resources: object, state: _State, sheet: _Sheet, reader: "PdfReader", depth: int, name: str
) -> None:
    """Follow the operators of one content stream."""
    from pypdf.generic import ContentStream

    if depth > DEEPEST:
        raise InputError(f"{name}: forms inside forms more than {DEEPEST} deep; export the page as PNG")
    operations = ContentStream(stream, reader).operations
    sheet.spent += len(operations)
    if sheet.spent > MOST_OPERATIONS:
        raise InputError(f"{name}: more than {MOST_OPERATIONS:,} drawing operations; export the panel alone, as PNG")
    stack: list[_State] = []
    pen, cuts = Pen(), False
    for operands, raw in operations:
        operator = raw.decode("latin-1")
        if operator == "q":
            stack.append(state)
        elif operator == "Q":
            state = stack.pop() if stack else state
        elif operator in ENDS:
            if operator in ("s", "b", "b*"):
                pen.close()
            if operator in PAINTS:
                sheet.strokes += _shown(pen, state)
            state = _cut(state, pen) if cuts else state
            pen, cuts = Pen(), False
        elif operator in ("W", "W*"):
            cuts = True
        elif operator == "Do":
            _form(operands, resources, state, sheet, reader, depth, name)
        else:
            n = _floats(operands)
            if not _path(pen, operator, n):
                state = _stated(state, operator, n)


def _shown(pen: Pen, state: _State) -> list[Stroke]:
    strokes = pen.strokes(state.matrix, state.colour, state.width)
    return [part for s in strokes for part in clipped(s, state.clip)]


def _cut(state: _State, pen: Pen) -> _State:
    """The clip path, as the box around it: exact for a rectangle, and nothing visible is lost of any other."""
    corners = [p for part in pen.parts for p in part]
    return replace(state, clip=boxed(moved(state.matrix, corners), state.clip)) if corners else state


def _floats(operands: object) -> list[float]:
    held = operands if isinstance(operands, list) else []
    return [float(v) for v in held if isinstance(v, int | float)]


def _path(pen: Pen, operator: str, n: list[float]) -> bool:
    """Path operators; True where it was one."""
    match operator, len(n):
        case "m", 2:
            pen.move(n[0], n[1])
        case "l", 2:
            pen.line(n[0], n[1])
        case "c", 6:
            pen.cubic((n[0], n[1]), (n[2], n[3]), (n[4], n[5]))
        case "v", 4:
            pen.cubic(pen.here, (n[0], n[1]), (n[2], n[3]))
        case "y", 4:
            pen.cubic((n[0], n[1]), (n[2], n[3]), (n[2], n[3]))
        case "h", 0:
            pen.close()
        case "re", 4:
            x, y, w, h = n
            pen.move(x, y)
            for px, py in ((x + w, y), (x + w, y + h), (x, y + h), (x, y)):
                pen.line(px, py)
        case _:
            return False
    return True


def _stated(state: _State, operator: str, n: list[float]) -> _State:
    match operator, len(n):
        case "cm", 6:
            return replace(state, matrix=times(state.matrix, _six(n)))
        case "w", 1:
            return replace(state, width=n[0])
        case (("G" | "SC" | "SCN"), 1):
            return replace(state, colour=_rgb((n[0], n[0], n[0])))
        case (("RG" | "SC" | "SCN"), 3):
            return replace(state, colour=_rgb((n[0], n[1], n[2])))
        case (("K" | "SC" | "SCN"), 4):
            c, m, y, k = n
            return replace(state, colour=_rgb(((1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k))))
        case _:
            return state


def _rgb(parts: tuple[float, float, float]) -> Colour:
    r, g, b = (round(255 * min(1.0, max(0.0, p))) for p in parts)
    return r, g, b


def _form(
    operands: object, resources: object, state: _State, sheet: _Sheet, reader: "PdfReader", depth: int, name: str
) -> None:
    """A form XObject: drawn with its own matrix and resources."""
    from pypdf.generic import DictionaryObject, StreamObject

    held = _entry(resources, "/XObject")
    form = _entry(held, str(operands[0])) if isinstance(operands, list) and operands else None
    if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
        return
    if len(form.get_data()) > MOST_CONTENT:
        raise InputError(f"{name}: a form on the page is too large to read; export the panel as PNG")
    own = form.get("/Matrix")
    inner = (
        times(state.matrix, _six([float(v) for v in own])) if isinstance(own, list) and len(own) == 6 else state.matrix
    )
    mine = _entry(form, "/Resources")
    _run(
        form,
        mine if isinstance(mine, DictionaryObject) else resources,
        replace(state, matrix=inner),
        sheet,
        reader,
        depth + 1,
        name,
    )


def _entry(held: object, key: str) -> object:
    from pypdf.generic import DictionaryObject, IndirectObject

    if isinstance(held, IndirectObject):
        held = held.get_object()
    found = held.get(key) if isinstance(held, DictionaryObject) else None
    return found.get_object() if isinstance(found, IndirectObject) else found
