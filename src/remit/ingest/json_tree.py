"""JSON as plain values, and a view of one record that remembers which of its parts were taken."""

from collections.abc import Iterator
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Path: TypeAlias = tuple[str | int, ...]


def said(value: Json) -> str:
    """Return a leaf as its text, trimmed: null is blank, true and false are words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def named(path: Path) -> str:
    """Return a path as text: authorList.author[0].fullName."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else (f".{step}" if out else step)
    return out


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Give every leaf that says something with its path, in order, without recursion."""
    waiting: list[tuple[Path, Json]] = [(path, value)]
    while waiting:
        at, held = waiting.pop()
        if isinstance(held, dict):
            waiting.extend(((*at, k), v) for k, v in reversed(held.items()))
        elif isinstance(held, list):
            waiting.extend(((*at, i), v) for i, v in reversed(list(enumerate(held))))
        elif said(held):
            yield at, said(held)


class Node:
    """A place inside one record. Whatever is missing or of another type reads as blank.

    What was taken is remembered by the list or mapping it stands in and its key there, so that `rest` need not build
    the path of every leaf.
    """

    __slots__ = ("_home", "_parent", "_step", "_taken", "value")

    def __init__(
        self,
        value: Json,
        parent: "Node | None" = None,
        step: str | int = "",
        taken: "set[tuple[int, str | int]] | None" = None,
    ) -> None:
        self.value = value
        self._parent, self._step = parent, step
        self._home = (id(parent.value) if parent is not None else 0, step)
        self._taken: set[tuple[int, str | int]] = set() if taken is None else taken

    @property
    def path(self) -> Path:
        """The keys and indices that lead here."""
        out: list[str | int] = []
        node: Node | None = self
        while node is not None and node._parent is not None:
            out.append(node._step)
            node = node._parent
        return tuple(reversed(out))

    def at(self, *steps: str) -> "Node":
        """The place under these keys."""
        node = self
        for step in steps:
            held = node.value.get(step) if isinstance(node.value, dict) else None
            node = Node(held, node, step, self._taken)
        return node

    def text(self, *steps: str) -> str:
        """The leaf under these keys as text, and taken; of a list the first leaf."""
        node = self.at(*steps)
        if isinstance(node.value, list):
            first = next(iter(node.each()), None)
            return first.text() if first is not None else ""
        if not isinstance(node.value, dict):
            self._taken.add(node._home)
        return said(node.value)

    def each(self, *steps: str) -> "list[Node]":
        """The members of a list; a lone value counts as a list of one, nothing as an empty one."""
        node = self.at(*steps)
        if isinstance(node.value, list):
            return [Node(v, node, i, self._taken) for i, v in enumerate(node.value)]
        return [] if node.value is None or node.value in ("", {}) else [node]

    def texts(self, *steps: str) -> tuple[str, ...]:
        """Every leaf of a list of words, blanks left out, and taken."""
        return tuple(t for t in (n.text() for n in self.each(*steps)) if t)

    def drop(self, *steps: str) -> None:
        """Count everything under these keys as taken."""
        self._taken.add(self.at(*steps)._home)

    def has(self, *steps: str) -> bool:
        """Whether anything stands there."""
        return self.at(*steps).value not in (None, "", [], {})

    def rest(self) -> tuple[tuple[str, str], ...]:
        """Every leaf nobody took, with its path as text."""
        out: list[tuple[str, str]] = []
        taken = self._taken
        waiting: list[tuple[str, Json]] = [(named(self.path), self.value)]
        while waiting:
            name, held = waiting.pop()
            if isinstance(held, dict):
                here, dot = id(held), f"{name}." if name else ""
                waiting.extend(
                    (dot + k, v) for k, v in reversed(held.items()) if v is not None and (here, k) not in taken
                )
            elif isinstance(held, list):
                here = id(held)
                members = [(f"{name}[{i}]", v) for i, v in enumerate(held) if v is not None and (here, i) not in taken]
                waiting.extend(reversed(members))
            else:
                text = held.strip() if isinstance(held, str) else said(held)
                if text:
                    out.append((name, text))
        return tuple(out)
