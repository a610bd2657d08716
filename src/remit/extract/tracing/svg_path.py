"""The path language of SVG (SVG 2, section 9.3) and its transforms (CSS Transforms 1, section 13)."""

import math
import re

from remit.errors import InputError
from remit.extract.tracing.shapes import SAME, Matrix, Pen, Point, times

TOKEN = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
NEEDS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
LONGEST = 20_000_000


def numbers(text: str) -> list[float]:
    """Return the numbers in a text."""
    return [float(n) for n in NUMBER.findall(text)]


def drawn(d: str) -> Pen:
    """Return what a path's `d` draws; reading stops where it goes wrong, as the standard says."""
    if len(d) > LONGEST:
        raise InputError(
            f"a path of {len(d):,} characters; expected at most {LONGEST:,}; export the curve's panel alone"
        )
    walk = _Walk()
    command = ""
    held: list[float] = []
    for letter, number in TOKEN.findall(d):
        if letter:
            command, held = letter, []
            if letter in "Zz":
                walk.step("Z", False, [])
            continue
        if not command or command in "Zz":
            break
        held.append(float(number))
        if len(held) == NEEDS[command.upper()]:
            walk.step(command.upper(), command.islower(), held)
            held = []
            command = {"M": "L", "m": "l"}.get(command, command)
    return walk.pen


class _Walk:
    """The pen with what smooth curves remember."""

    def __init__(self) -> None:
        self.pen = Pen()
        self.control: Point | None = None
        self.kind = ""

    def step(self, command: str, relative: bool, n: list[float]) -> None:
        x0, y0 = self.pen.here
        ox, oy = (x0, y0) if relative else (0.0, 0.0)
        points = [(n[i] + ox, n[i + 1] + oy) for i in range(0, len(n) - 1, 2)] if command not in "HVA" else []
        control: Point | None = None
        match command:
            case "M":
                self.pen.move(*points[0])
            case "L":
                self.pen.line(*points[0])
            case "H":
                self.pen.line(n[0] + ox, y0)
            case "V":
                self.pen.line(x0, n[0] + oy)
            case "Z":
                self._close()
            case "A":
                self._arc(n, (n[5] + ox, n[6] + oy))
            case "C" | "S":
                first = points[0] if command == "C" else self._mirrored("CS")
                control, end = points[-2], points[-1]
                self.pen.cubic(first, control, end)
            case _:
                control = points[0] if command == "Q" else self._mirrored("QT")
                self._quadratic(control, points[-1])
        self.control, self.kind = control, command

    def _close(self) -> None:
        self.pen.close()
        if self.pen.parts and self.pen.parts[-1]:
            self.pen.move(*self.pen.parts[-1][0])

    def _mirrored(self, kinds: str) -> Point:
        x, y = self.pen.here
        if self.control is None or self.kind not in kinds:
            return x, y
        return 2 * x - self.control[0], 2 * y - self.control[1]

    def _quadratic(self, q: Point, end: Point) -> None:
        x, y = self.pen.here
        b = (x + 2 / 3 * (q[0] - x), y + 2 / 3 * (q[1] - y))
        c = (end[0] + 2 / 3 * (q[0] - end[0]), end[1] + 2 / 3 * (q[1] - end[1]))
        self.pen.cubic(b, c, end)

    def _arc(self, n: list[float], end: Point) -> None:
        """Circles and ellipses are markers, never curves: their chord is enough."""
        self.pen.line(*end)


def matrix_of(text: str) -> Matrix:
    """Return the matrix of a `transform`."""
    out = SAME
    for name, inner in TRANSFORM.findall(text):
        n = numbers(inner)
        if not n:
            continue
        out = times(out, _one(name, n))
    return out


def _one(name: str, n: list[float]) -> Matrix:
    match name:
        case "matrix":
            return (n[0], n[1], n[2], n[3], n[4], n[5]) if len(n) == 6 else SAME
        case "translate":
            return 1.0, 0.0, 0.0, 1.0, n[0], n[1] if len(n) > 1 else 0.0
        case "scale":
            return n[0], 0.0, 0.0, n[1] if len(n) > 1 else n[0], 0.0, 0.0
        case "rotate":
            a = math.radians(n[0])
            turn: Matrix = (math.cos(a), math.sin(a), -math.sin(a), math.cos(a), 0.0, 0.0)
            if len(n) < 3:
                return turn
            return times(times((1.0, 0.0, 0.0, 1.0, n[1], n[2]), turn), (1.0, 0.0, 0.0, 1.0, -n[1], -n[2]))
        case "skewX":
            return 1.0, 0.0, math.tan(math.radians(n[0])), 1.0, 0.0, 0.0
        case _:
            return 1.0, math.tan(math.radians(n[0])), 0.0, 1.0, 0.0, 0.0
