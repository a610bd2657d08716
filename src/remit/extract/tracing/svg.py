"""SVG figures: lines, polylines, paths and rectangles with their transforms, styles, groups and `use`.

The file is read as hostile: entities are refused, nothing outside the file is fetched, scripts are not run, and the
number of elements and the depth of `use` are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from remit.errors import InputError
from remit.extract.tracing import svg_path
from remit.extract.tracing.colours import parsed
from remit.extract.tracing.named_colours import NAMED
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

MOST_BYTES = 30_000_000
MOST_ELEMENTS = 400_000
DEEPEST = 60
DEEPEST_USE = 6
HIDDEN = frozenset({"defs", "clipPath", "mask", "symbol", "marker", "pattern", "script", "style", "metadata", "title"})
SELECTOR = re.compile(r"\s*[.#]?[\w-]+(\s+[.#]?[\w-]+)*\s*")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
RGB = re.compile(r"rgba?\(\s*([\d.]+%?)\s*,\s*([\d.]+%?)\s*,\s*([\d.]+%?)")
CLIP = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)")
INHERITED = ("stroke", "stroke-width", "stroke-opacity", "opacity", "display", "visibility", "text-anchor", "fill")


@dataclass(slots=True)
class Element:
    """One element of the file."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""


def read(data: bytes, name: str) -> Drawing:
    """Return the drawing in an SVG file.

    Raises
    ------
    InputError
        Not XML, no SVG, too large, entities, or nesting without end.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"{name}: {len(data):,} bytes; expected at most {MOST_BYTES:,}")
    root = _tree(data, name)
    if root.name != "svg":
        raise InputError(f"{name}: the outermost element is <{root.name}>; expected <svg>")
    reader = _Reader(root, name)
    box = svg_path.numbers(root.attributes.get("viewBox", ""))
    size = [svg_path.numbers(root.attributes.get(k, "")) for k in ("width", "height")]
    width = box[2] if len(box) == 4 else (size[0][0] if size[0] else 0.0)
    height = box[3] if len(box) == 4 else (size[1][0] if size[1] else 0.0)
    start: Matrix = (1.0, 0.0, 0.0, 1.0, -box[0], -box[1]) if len(box) == 4 else SAME
    reader.walk(root, start, {}, 0, 0)
    return Drawing(width, height, tuple(reader.strokes), tuple(reader.words), tuple(reader.notes()))


def _tree(data: bytes, name: str) -> Element:
    """The elements of the file, read by a parser that refuses entities and counts."""
    parser = expat.ParserCreate()
    top = Element("", {})
    stack, count = [top], 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(stack) > DEEPEST:
            raise InputError(
                f"{name}: more than {MOST_ELEMENTS:,} elements or {DEEPEST} levels; export the panel alone"
            )
        element = Element(tag.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in attributes.items()})
        stack[-1].children.append(element)
        stack.append(element)

    def closed(tag: str) -> None:
        stack.pop()

    def said(text: str) -> None:
        if stack[-1].name in ("text", "tspan", "style"):
            stack[-1].text += text

    def entity(*told: object) -> None:
        raise InputError(f"{name}: declares XML entities; expected none; save the figure as plain SVG")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = said
    parser.EntityDeclHandler = entity
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name}: not well-formed SVG ({error}); export the figure again") from None
    if not top.children:
        raise InputError(f"{name}: empty; expected an SVG figure")
    return top.children[0]


class _Reader:
    """Walks the elements with their matrix and style."""

    def __init__(self, root: Element, name: str) -> None:
        self.name = name
        self.strokes: list[Stroke] = []
        self.words: list[Word] = []
        self.rules: list[tuple[list[str], dict[str, str]]] = []
        self.known: dict[str, Element] = {}
        self.visited = 0
        self.scripts = self.outside = 0
        self.clip: Box | None = None
        self.above: tuple[str, ...] = ()
        for element in _all(root):
            if "id" in element.attributes:
                self.known.setdefault(element.attributes["id"], element)
            if element.name == "style":
                self.rules += _rules(element.text)
            self.scripts += element.name == "script"
            self.outside += _leads_out(element)

    def notes(self) -> Iterator[str]:
        """What was passed over."""
        if self.scripts:
            yield f"{self.scripts} script(s) in the figure were not run"
        if self.outside:
            yield f"{self.outside} reference(s) out of the figure were not followed"

    def walk(self, element: Element, matrix: Matrix, style: dict[str, str], depth: int, used: int) -> None:
        """Add what an element and its children draw."""
        self.visited += 1
        if self.visited > MOST_ELEMENTS or depth > DEEPEST + DEEPEST_USE * 4:
            raise InputError(f"{self.name}: more than {MOST_ELEMENTS:,} elements are drawn; export the panel alone")
        style = self._style(element, style)
        if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
            return
        matrix = times(matrix, svg_path.matrix_of(element.attributes.get("transform", "")))
        before, self.clip = self.clip, self._cut(element, matrix)
        outer, self.above = self.above, (*self.above, *_selected_by(element))
        if element.name == "use":
            self._use(element, matrix, style, depth, used)
        elif element.name == "text":
            self._say(element, matrix, style)
        else:
            self._draw(element, matrix, style)
            for child in element.children:
                if child.name not in HIDDEN:
                    self.walk(child, matrix, style, depth + 1, used)
        self.clip, self.above = before, outer

    def _cut(self, element: Element, matrix: Matrix) -> Box | None:
        """The clip path, as the box around it: exact for a rectangle, and nothing visible is lost of any other."""
        own = element.attributes
        link = CLIP.search(own.get("clip-path", "") or own.get("style", "").partition("clip-path")[2])
        path = self.known.get(link[1]) if link else None
        if path is None or path.attributes.get("clipPathUnits") == "objectBoundingBox":
            return self.clip
        corners = []
        for child in path.children:
            pen = _pen(child)
            if pen is None or "transform" in child.attributes or not any(pen.parts):
                return self.clip
            corners += [p for part in pen.parts for p in part]
        return boxed(moved(matrix, corners), self.clip) if corners else self.clip

    def _use(self, element: Element, matrix: Matrix, style: dict[str, str], depth: int, used: int) -> None:
        target = self.known.get(element.attributes.get("href", "").removeprefix("#"))
        if target is None:
            return
        if used >= DEEPEST_USE:
            raise InputError(f"{self.name}: <use> inside <use> more than {DEEPEST_USE} deep; save it as plain SVG")
        x, y = (_first(element.attributes.get(k, "")) for k in ("x", "y"))
        inner = times(matrix, (1.0, 0.0, 0.0, 1.0, x, y))
        if target.name == "symbol":
            for child in target.children:
                self.walk(child, inner, style, depth + 1, used + 1)
        else:
            self.walk(target, inner, style, depth + 1, used + 1)

    def _style(self, element: Element, above: dict[str, str]) -> dict[str, str]:
        out = {k: v for k, v in above.items() if k != "opacity"}
        own = element.attributes
        out.update({k: own[k] for k in INHERITED if k in own})
        mine = _selected_by(element)
        for (*outer, last), held in self.rules:
            if last in mine and all(word in self.above for word in outer):
                out.update(held)
        out.update(_declared(own.get("style", "")))
        return out

    def _draw(self, element: Element, matrix: Matrix, style: dict[str, str]) -> None:
        colour = _colour(style.get("stroke", "none"))
        if colour is None or style.get("stroke-opacity") == "0" or style.get("opacity") == "0":
            return
        pen = _pen(element)
        if pen is not None:
            for stroke in pen.strokes(matrix, colour, _first(style.get("stroke-width", "1")) or 1.0):
                self.strokes += clipped(stroke, self.clip)

    def _say(self, element: Element, matrix: Matrix, style: dict[str, str]) -> None:
        text = "".join(e.text for e in _all(element)).strip()
        held = next((e for e in _all(element) if "x" in e.attributes), element)
        x, y = (_first(held.attributes.get(k, "")) for k in ("x", "y"))
        if text and len(text) < 200:
            at = moved(matrix, [(x, y)])[0]
            self.words.append(Word(text, float(at[0]), float(at[1])))


def _pen(element: Element) -> Pen | None:
    a = element.attributes
    if element.name == "path":
        return svg_path.drawn(a.get("d", ""))
    pen = Pen()
    if element.name in ("polyline", "polygon"):
        n = svg_path.numbers(a.get("points", ""))
        for i in range(0, len(n) - 1, 2):
            (pen.line if i else pen.move)(n[i], n[i + 1])
    elif element.name == "line":
        pen.move(_first(a.get("x1", "")), _first(a.get("y1", "")))
        pen.line(_first(a.get("x2", "")), _first(a.get("y2", "")))
    elif element.name == "rect":
        x, y, w, h = (_first(a.get(k, "")) for k in ("x", "y", "width", "height"))
        pen.move(x, y)
        for px, py in ((x + w, y), (x + w, y + h), (x, y + h), (x, y)):
            pen.line(px, py)
    else:
        return None
    return pen


def _all(root: Element) -> Iterator[Element]:
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(reversed(element.children))


def _leads_out(element: Element) -> bool:
    link = element.attributes.get("href", "")
    return element.name in ("image", "use", "script", "link") and bool(link) and not link.startswith(("#", "data:"))


def _selected_by(element: Element) -> tuple[str, ...]:
    """The simple selectors that an element answers to: its name, its classes and its id."""
    own = element.attributes
    return element.name, *(f".{c}" for c in own.get("class", "").split()), f"#{own.get('id', '')}"


def _rules(text: str) -> list[tuple[list[str], dict[str, str]]]:
    """Rules of a style sheet: each selector as simple ones, outermost first, and what it declares."""
    out = []
    for selectors, body in RULE.findall(text[:200_000]):
        held = _declared(body)
        out += [(s.split(), held) for s in selectors.split(",") if SELECTOR.fullmatch(s)]
    return out[:2_000]


def _declared(text: str) -> dict[str, str]:
    pairs = (p.partition(":") for p in text.split(";") if ":" in p)
    return {k.strip(): v.replace("!important", "").strip() for k, _, v in pairs if k.strip() in INHERITED}


def _first(text: str) -> float:
    found = svg_path.numbers(text)
    return found[0] if found else 0.0


def _colour(text: str) -> Colour | None:
    text = text.strip()
    found = RGB.match(text)
    if found:
        r, g, b = (round(min(255.0, float(v.rstrip("%")) * (2.55 if v.endswith("%") else 1.0))) for v in found.groups())
        return r, g, b
    if text.startswith("#") or text.lower() in NAMED:
        try:
            return parsed(text[:7])
        except InputError:
            return None
    return None if text in ("none", "transparent", "") else (0, 0, 0)
