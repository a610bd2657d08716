"""YAML as strings only, with the line of everything.

The events of the parser are built into a small tree here, without recursion, so that depth, anchors, aliases,
merge keys, tags and duplicate keys are refused before anything grows. `NO` stays NO and 2023 stays text.
"""

from dataclasses import dataclass
from typing import TypeAlias

import yaml

from remit.model.place import Place
from remit.store.refusals import Refusals
from remit.store.text import CONTROL

MAX_DEPTH = 12
_NULLS = frozenset({"~", "null", "Null", "NULL"})
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text and its line."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list and the line it starts on."""

    items: list["Node"]
    line: int


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping of text to nodes; `lines` holds the line of each key."""

    entries: dict[str, "Node"]
    lines: dict[str, int]
    line: int


Node: TypeAlias = Scalar | Items | Map


def read_yaml(text: str, file: str, refusals: Refusals) -> Map | None:
    """Return the mapping that `text` holds, or None with the reason noted in `refusals`."""
    builder = _Builder(file, refusals)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
            if builder.stopped:
                return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.refuse(mark.line + 1 if mark else 0, "yaml", str(error.problem or error.context), "YAML", "mend it")
        return None
    except (yaml.YAMLError, ValueError) as error:
        builder.refuse(0, "yaml", str(error).splitlines()[0] if str(error) else "not YAML", "YAML", "mend it")
        return None
    if not isinstance(builder.root, Map):
        seen = "an empty file" if builder.root is None else "a list or a bare word"
        builder.refuse(1, "yaml", seen, "a mapping of keys to values", "write 'key: value' lines")
        return None
    return builder.root


class _Builder:
    """Turns parser events into a tree with an explicit stack."""

    def __init__(self, file: str, refusals: Refusals) -> None:
        self.file, self.refusals = file, refusals
        self.root: Node | None = None
        self.stopped = False
        self._stack: list[Items | Map] = []
        self._keys: list[tuple[str, int] | None] = []
        self._documents = 0

    def refuse(self, line: int, rule: str, seen: str, expected: str, advice: str) -> None:
        self.refusals.add(Place(self.file, line), rule, seen, expected, advice)

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.ScalarEvent):
            self._plain_node(event, line)
            self._scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._plain_node(event, line)
            self._open(Map({}, {}, line) if isinstance(event, yaml.MappingStartEvent) else Items([], line))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
            self._keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            self.refuse(line, "yaml-alias", f"the alias *{event.anchor}", "plain text", "write the value out")
            self._place(Scalar("", line))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.refuse(line, "yaml", "a second document", "one document", "remove the '---' line")
                self.stopped = True

    def _plain_node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.anchor is not None:
            self.refuse(line, "yaml-anchor", f"the anchor &{event.anchor}", "plain text", "remove it")
        if event.tag is not None:
            self.refuse(line, "yaml-tag", f"the tag {event.tag}", "plain text", "remove it: every value is text here")

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        text, plain = str(event.value), bool(event.implicit[0])
        if plain and text in _NULLS:
            self.refuse(line, "yaml-null", f"{text}", "a blank or a value", "leave the value blank, or quote the word")
            text = ""
        if "\r" in text or CONTROL.search(text):
            self.refuse(line, "control-character", f"{text!r}", "printable text", "remove the character")
            text = ""
        top = self._stack[-1] if self._stack else None
        if isinstance(top, Map) and self._keys[-1] is None:
            if plain and text == "<<":
                self.refuse(line, "yaml-merge", "the merge key <<", "plain keys", "write the entries out")
            elif text in top.entries:
                first = top.lines[text]
                self.refuse(line, "duplicate-key", f"{text} again (first on line {first})", "each key once", "keep one")
            self._keys[-1] = (text, line)
            return
        self._place(Scalar(text, line))

    def _open(self, node: Items | Map) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self.refuse(node.line, "too-deep", "more nesting", f"at most {MAX_DEPTH} levels", "flatten the file")
            self.stopped = True
            return
        self._place(node)
        self._stack.append(node)
        self._keys.append(None)

    def _place(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if isinstance(top, Items):
            top.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self.refuse(node.line, "yaml", "a list, mapping or alias as a key", "a word as a key", "write a plain key")
            key = ("", node.line)
            if isinstance(node, Items | Map):
                self.stopped = True
                return
        name, line = key
        if name not in top.entries:
            top.entries[name] = node
            top.lines[name] = line
        self._keys[-1] = None
