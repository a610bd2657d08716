"""How a class works and how leukemia escapes: ways of escape, agents, then what agents bind and what that leads to.

Targets and effects share a column, targets above, so that no line passes behind a box it does not belong to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.model.mechanism import Bond
from remit.report.figures import text

_TARGET = ("binds", "inhibits", "recruits")
_EFFECT = ("leads_to", "delivers")
_ESCAPE = "confers_resistance_to"
_HEADS = {"escape": "Way of escape", "agent": "Agent", "target": "Target", "effect": "Effect"}


@dataclass(frozen=True, slots=True)
class _Node:
    label: list[str]
    kind: str
    x: float
    y: float
    w: float
    h: float


def draw(bonds: Sequence[Bond], title: str, narrow: bool) -> Markup | None:
    """Return the drawing of one class's bonds, or None where none can be drawn; `narrow` fits a phone.

    Only what agents bind, inhibit or lead to and what makes leukemia resist is drawn; the table beside it holds all.
    """
    kept = [b for b in bonds if b.edge.relation in (*_TARGET, *_EFFECT, _ESCAPE)]
    if not kept:
        return None
    kinds = _kinds(kept)
    wide, size = (340.0, 11.5) if narrow else (900.0, 13.0)
    shown = [k for k in ("escape", "agent", "right") if k != "escape" or not narrow]
    columns = [("target", "effect") if k == "right" else (k,) for k in shown]
    columns = [c for c in columns if any(kinds.get(k) for k in c)]
    body, nodes, high = _place(kinds, columns, wide, size)
    lines = "".join(_edge(nodes, b) for b in kept)
    if narrow:
        below, high = _escapes([b for b in kept if b.edge.relation == _ESCAPE], wide, high, size)
        body += below
    said = f"{len(kept)} links between agents, targets, effects and ways of escape; the page lists each."
    css = "mech narrow" if narrow else "mech wide"
    return Markup(text.figure(css, wide, high + 4, size, title, said, lines + body))


def _kinds(bonds: Sequence[Bond]) -> dict[str, list[str]]:
    """Names under escape, agent, target and effect; a name stands once, where it was first met."""
    out: dict[str, list[str]] = {k: [] for k in _HEADS}

    def put(kind: str, name: str) -> None:
        if all(name not in names for names in out.values()):
            out[kind].append(name)

    for b in bonds:
        put("agent", b.object.name if b.edge.relation == _ESCAPE else b.subject.name)
    for b in bonds:
        if b.edge.relation == _ESCAPE:
            put("escape", b.subject.name)
        else:
            put("target" if b.edge.relation in _TARGET else "effect", b.object.name)
    return out


def _place(
    kinds: Mapping[str, list[str]], columns: Sequence[tuple[str, ...]], wide: float, size: float
) -> tuple[str, dict[str, _Node], float]:
    gap = wide / max(len(columns), 2)
    box = gap * 0.74
    made: list[tuple[float, list[tuple[str, list[str], str, float]]]] = []
    for column in columns:
        y, items = size * 0.2, []
        for kind in column:
            if not kinds.get(kind):
                continue
            items.append((kind, [_HEADS[kind]], "head", y))
            y += size * 1.7
            for name in kinds[kind]:
                label = text.lines(name, box - 14, size, 5)
                items.append((name, label, kind, y))
                y += len(label) * size * 1.3 + 18
            y += 6
        made.append((y, items))
    tallest = max(y for y, _ in made)
    body, nodes = "", {}
    for i, (high, items) in enumerate(made):
        x, down = i * gap + 2, (tallest - high) / 2
        for name, label, kind, y in items:
            if kind == "head":
                body += text.block(label, x + 2, y + down + size, css="hd", leading=size * 1.3)
                continue
            node = _Node(label, kind, x, y + down, box, len(label) * size * 1.3 + 10)
            nodes[name] = node
            body += _box(node, size)
    return body, nodes, tallest


def _box(n: _Node, size: float) -> str:
    return (
        f'<rect class="m-{n.kind}" x="{n.x:.4g}" y="{n.y:.4g}" width="{n.w:.4g}" height="{n.h:.4g}"/>'
        f"{text.block(n.label, n.x + 7, n.y + 5 + size, leading=size * 1.3)}"
    )


def _edge(nodes: Mapping[str, _Node], b: Bond) -> str:
    a, z = nodes.get(b.subject.name), nodes.get(b.object.name)
    if a is None or z is None or a.x >= z.x:
        return ""
    x1, x2, y1, y2 = a.x + a.w, z.x - 1, a.y + a.h / 2, z.y + z.h / 2
    bend = (x1 + x2) / 2
    css = "k" if b.edge.relation == _ESCAPE else "g"
    line = f"M{x1:.4g} {y1:.4g}C{bend:.4g} {y1:.4g} {bend:.4g} {y2:.4g} {x2:.4g} {y2:.4g}"
    tip = "m0-6v12" if b.edge.relation in (_ESCAPE, "inhibits") else "m-6-4l6 4l-6 4"
    return f'<path class="{css}" d="{line}{tip}"/>'


def _escapes(bonds: Sequence[Bond], wide: float, top: float, size: float) -> tuple[str, float]:
    """Ways of escape as boxes beneath the drawing, each naming the agent it defeats."""
    body, y = "", top
    if bonds:
        body, y = text.block([_HEADS["escape"]], 4, y + size, css="hd", leading=size * 1.3), y + size * 1.7
    for b in bonds:
        label = text.lines(f"{b.subject.name} ⊣ {b.object.name}", wide - 22, size)
        high = len(label) * size * 1.3 + 10
        body += _box(_Node(label, "escape", 2, y, wide - 4, high), size)
        y += high + 8
    return body, y
