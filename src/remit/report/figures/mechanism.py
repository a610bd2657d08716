"""How a class works and how leukemia escapes: agents, targets and effects in columns, ways of escape beneath."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.mechanism import Edge
from remit.report import words
from remit.report.figures import text

_TO_TARGET = ("binds", "inhibits", "recruits", "activates")
_TO_EFFECT = ("leads_to", "delivers")
_ESCAPE = ("confers_resistance_to",)


@dataclass(slots=True)
class _Node:
    label: list[str]
    column: int
    x: float = 0.0
    y: float = 0.0
    w: float = 0.0
    h: float = 0.0


def draw(edges: Sequence[Edge], title: str, narrow: bool, names: Mapping[str, str]) -> Markup | None:
    """Return the drawing of one class's edges, or None where no edge can be drawn.

    Only edges between agents, targets, effects and ways of escape are drawn; the table beside it holds every edge.
    """
    kept = [e for e in edges if e.relation in (*_TO_TARGET, *_TO_EFFECT, *_ESCAPE)]
    columns: list[list[str]] = [[], [], [], []]

    def put(column: int, name: str) -> None:
        if all(name not in c for c in columns):
            columns[column].append(name)

    for e in kept:
        if e.relation in _TO_TARGET + _TO_EFFECT:
            put(0, e.subject)
    for e in kept:
        if e.relation in _TO_TARGET:
            put(1, e.object)
        elif e.relation in _TO_EFFECT:
            put(2, e.object)
        else:
            put(0, e.object)
            put(3, e.subject)
    if not kept:
        return None
    wide = 340.0 if narrow else 900.0
    size = 10.5 if narrow else 13.0
    used = [c for c in range(4) if columns[c]] if not narrow else [c for c in range(3) if columns[c]]
    nodes = _place(columns, used, wide, size, names)
    high = max((n.y + n.h for n in nodes.values()), default=20.0)
    body = "".join(_edge(nodes, e) for e in kept if e.subject in nodes and e.object in nodes)
    body += "".join(_draw(n, size) for n in nodes.values())
    heads = {0: "Agent", 1: "Target", 2: "Effect", 3: "Way of escape"}
    gap = wide / len(used) if used else wide
    for i, c in enumerate(used):
        body += text.block([heads[c]], i * gap + 4, size, size, css="hd")
    if narrow:
        for e in kept:
            if e.relation in _ESCAPE:
                lines = text.lines(f"⊣ {names.get(e.object, e.object)}: {e.subject}", wide - 20, size)
                body += f'<rect class="c3" x="2" y="{high + 8:g}" width="{wide - 4:g}" height="{len(lines) * size * 1.3 + 10:g}" rx="3"/>'
                body += text.block(lines, 10, high + 8 + 5 + size, size)
                high += len(lines) * size * 1.3 + 16
    said = "; ".join(f"{names.get(e.subject, e.subject)} {words.RELATIONS.get(e.relation, e.relation)} {e.object}" for e in kept)
    css = "mech narrow" if narrow else "mech wide"
    return Markup(text.figure(css, wide, high + 6, title, said, body))


def _place(
    columns: list[list[str]], used: list[int], wide: float, size: float, names: Mapping[str, str]
) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    gap = wide / len(used)
    box = gap * (0.86 if wide < 400 else 0.74)
    heights: dict[int, float] = {}
    for i, c in enumerate(used):
        y = size * 1.9
        for name in columns[c]:
            label = text.lines(names.get(name, name), box - 14, size, 5)
            h = len(label) * size * 1.3 + 10
            nodes[name] = _Node(label, c, i * gap + 2, y, box, h)
            y += h + 8
        heights[c] = y
    tallest = max(heights.values(), default=0.0)
    for n in nodes.values():
        n.y += (tallest - heights[n.column]) / 2
    return nodes


def _draw(n: _Node, size: float) -> str:
    return f'<rect class="c{n.column}" x="{n.x:g}" y="{n.y:.1f}" width="{n.w:g}" height="{n.h:.1f}" rx="3"/>' + text.block(
        n.label, n.x + 7, round(n.y + 5 + size, 1), size
    )


def _edge(nodes: Mapping[str, _Node], e: Edge) -> str:
    a, b = nodes[e.subject], nodes[e.object]
    if a.column == b.column:
        return ""
    y1, y2 = a.y + a.h / 2, b.y + b.h / 2
    forward = a.x < b.x
    x1, x2 = (a.x + a.w, b.x - 1) if forward else (a.x, b.x + b.w + 1)
    bend = (x1 + x2) / 2
    line = f'<path class="{"k" if e.relation in _ESCAPE else "g"}" d="M{x1:g} {y1:.1f}C{bend:g} {y1:.1f} {bend:g} {y2:.1f} {x2:g} {y2:.1f}"/>'
    if e.relation in (*_ESCAPE, "inhibits"):
        return line + f'<path class="{"k" if e.relation in _ESCAPE else "g"}" d="M{x2:g} {y2 - 6:.1f}v12"/>'
    tip = -6 if forward else 6
    return line + f'<path class="h" d="M{x2 + tip:g} {y2 - 4:.1f}L{x2:g} {y2:.1f}L{x2 + tip:g} {y2 + 4:.1f}z"/>'
