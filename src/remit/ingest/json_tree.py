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
    """A place inside one record. Whatever is missing or of another type reads as blank."""

    __slots__ = ("_taken", "path", "value")

    def __init__(self, value: Json, path: Path = (), taken: set[Path] | None = None) -> None:
        self.value, self.path = value, path
        self._taken: set[Path] = set() if taken is None else taken

    def at(self, *steps: str) -> "Node":
        """The place under these keys."""
        held, path = self.value, self.path
        for step in steps:
            held = held.get(step) if isinstance(held, dict) else None
            path = (*path, step)
        return Node(held, path, self._taken)

    def text(self, *steps: str) -> str:
        """The leaf under these keys as text, and taken; of a list the first leaf."""
        node = self.at(*steps)
        if isinstance(node.value, list):
            first = next(iter(node.each()), None)
            return first.text() if first is not None else ""
        self._taken.add(node.path)
        return said(node.value)

    def each(self, *steps: str) -> "list[Node]":
        """The members of a list; a lone value counts as a list of one, nothing as an empty one."""
        node = self.at(*steps)
        if isinstance(node.value, list):
            return [Node(v, (*node.path, i), self._taken) for i, v in enumerate(node.value)]
        return [] if node.value is None or node.value in ("", {}) else [node]

    def texts(self, *steps: str) -> tuple[str, ...]:
        """Every leaf of a list of words, blanks left out, and taken."""
        return tuple(t for t in (n.text() for n in self.each(*steps)) if t)

    def drop(self, *steps: str) -> None:
        """Count everything under these keys as taken."""
        self._taken.add(self.at(*steps).path)

    def has(self, *steps: str) -> bool:
        """Whether anything stands there."""
        return self.at(*steps).value not in (None, "", [], {})

    def rest(self) -> tuple[tuple[str, str], ...]:
        """Every leaf nobody took, with its path as text."""
        return tuple((named(p), t) for p, t in leaves(self.value, self.path) if not self._covered(p))

    def _covered(self, path: Path) -> bool:
        return any(path[:i] in self._taken for i in range(len(path) + 1))
