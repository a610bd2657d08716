"""Typed readers over the keys of a mapping or the cells of a row.

Every reader notes what it refuses and returns a stand-in, so that reading goes on and all problems are told at once;
a review that met an error is never handed out. `close` refuses keys that nobody asked for.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from remit.model.place import Place, Severity
from remit.store.csv_text import TableRow
from remit.store.refusals import Refusals, nearest
from remit.store.yaml_text import Items, Map, Node, Scalar

Code = TypeVar("Code", bound=str)
ID = re.compile(r"[a-z0-9][a-z0-9.\-]*\Z")
_WHOLE = re.compile(r"-?[0-9]{1,9}\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?\Z")
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?\Z")
_URL = re.compile(r"https?://[^\s\"'<>\\]+\Z")


class Fields:
    """One mapping of YAML, or one row of a table, with its file and line."""

    def __init__(self, nodes: Mapping[str, Node], lines: Mapping[str, int], place: Place, refusals: Refusals) -> None:
        self._nodes, self._lines = nodes, lines
        self.place, self.refusals = place, refusals
        self._asked: set[str] = set()

    @classmethod
    def of_map(cls, node: Map, file: str, refusals: Refusals) -> "Fields":
        """Fields of a YAML mapping."""
        return cls(node.entries, node.lines, Place(file, node.line), refusals)

    @classmethod
    def of_row(cls, row: TableRow, file: str, refusals: Refusals) -> "Fields":
        """Fields of a table's row."""
        nodes: dict[str, Node] = {k: Scalar(v, row.line) for k, v in row.cells.items()}
        return cls(nodes, {}, Place(file, row.line), refusals)

    def where(self, key: str) -> Place:
        """The place of one key: its own line in YAML, the row's line in a table."""
        return Place(self.place.file, self._lines.get(key, self.place.line))

    def refuse(self, key: str, rule: str, seen: str, expected: str, advice: str, severity: Severity = "error") -> None:
        """Note a problem at `key`."""
        self.refusals.add(self.where(key), rule, seen, expected, advice, severity)

    def close(self) -> None:
        """Refuse every key that no reader asked for."""
        for key in self._nodes:
            if key not in self._asked:
                advice = nearest(key, self._asked - set(self._nodes) or self._asked)
                self.refuse(key, "unknown-key", f"the key {key!r}", "only the keys of format 2", advice)

    def has(self, key: str) -> bool:
        """Whether the key is there and not blank."""
        self._asked.add(key)
        node = self._nodes.get(key)
        return node is not None and not (isinstance(node, Scalar) and not node.text.strip())

    def text(self, key: str) -> str:
        """Text, or "" where the key is absent or blank."""
        self._asked.add(key)
        node = self._nodes.get(key)
        if node is None:
            return ""
        if isinstance(node, Scalar):
            return node.text.strip()
        self.refuse(key, "not-text", f"{key} holds a list or mapping", "text", "write one piece of text")
        return ""

    def needed(self, key: str) -> str:
        """Text that must be there."""
        text = self.text(key)
        if not text and not isinstance(self._nodes.get(key), Items | Map):
            self.refuse(key, "missing", f"no {key}", f"a value for {key}", f"write {key}")
        return text

    def id(self, key: str) -> str:
        """A permanent id that must be there."""
        return self._id(key, self.needed(key))

    def _id(self, key: str, text: str) -> str:
        if text and not ID.match(text):
            expected = "lower-case letters, digits, hyphens and dots, starting with a letter or digit"
            self.refuse(key, "bad-id", f"{key} {text!r}", expected, "rewrite it")
        return text

    def words(self, key: str) -> tuple[str, ...]:
        """A list of text, each once: a YAML list, or a cell with parts separated by semicolons."""
        parts = self._parts(key)
        for part in parts:
            if part and parts.count(part) > 1:
                self.refuse(key, "bad-list", f"{key} holds {part!r} twice", "each word once", "remove it")
                break
        return tuple(dict.fromkeys(parts))

    def _parts(self, key: str) -> list[str]:
        self._asked.add(key)
        node = self._nodes.get(key)
        if node is None or (isinstance(node, Scalar) and not node.text.strip()):
            return []
        if isinstance(node, Scalar):
            if self._lines:
                self.refuse(key, "not-a-list", f"{key} is {node.text!r}", "a list", f"write {key}: [{node.text}]")
            parts = [p.strip() for p in node.text.split(";")]
        elif isinstance(node, Items):
            parts = [n.text.strip() for n in node.items if isinstance(n, Scalar)]
            if len(parts) != len(node.items):
                self.refuse(key, "not-a-list", f"{key} holds lists or mappings", "a list of words", "flatten it")
        else:
            self.refuse(key, "not-a-list", f"{key} is a mapping", "a list of words", "write [one, two]")
            return []
        if "" in parts:
            self.refuse(key, "bad-list", f"{key} holds an empty part", "each word once", "remove it")
        return [p for p in parts if p]

    def choice(self, key: str, options: tuple[Code, ...], default: Code | None = None) -> Code:
        """One of `options`; blank gives `default`, and is refused where there is none."""
        text = self.text(key) if default is not None else self.needed(key)
        for option in options:
            if option == text:
                return option
        if text:
            expected = "one of " + ", ".join(options)
            self.refuse(key, "bad-code", f"{key} {text!r}", expected, nearest(text, options))
        return options[0] if default is None else default

    def choices(self, key: str, options: Collection[str]) -> tuple[str, ...]:
        """A list of words that are all among `options`."""
        words = self.words(key)
        for word in words:
            if word not in options:
                self.refuse(key, "bad-code", f"{key} {word!r}", "known words", nearest(word, options))
        return words

    def ref(self, key: str, known: Collection[str] | None, what: str, needed: bool = False) -> str:
        """An id that must be among `known` (None: unknown yet, so not checked)."""
        text = self.needed(key) if needed else self.text(key)
        if text:
            self.dangling(key, text, known, what)
        return text

    def refs(self, key: str, known: Collection[str] | None, what: str) -> tuple[str, ...]:
        """A list of ids that must all be among `known`."""
        words = self.words(key)
        for word in words:
            self.dangling(key, word, known, what)
        return words

    def dangling(self, key: str, word: str, known: Collection[str] | None, what: str) -> None:
        """Refuse `word` where it is not among `known`."""
        if known is not None and word not in known:
            expected = f"one that is declared ({what})"
            self.refuse(key, f"dangling-{what}", f"{key} names {word!r}", expected, nearest(word, known))

    def whole(self, key: str, needed: bool = False) -> int | None:
        """A whole number, not negative; blank is None."""
        text = self.needed(key) if needed else self.text(key)
        if not text:
            return None
        if not _WHOLE.match(text):
            self.refuse(key, "not-a-number", f"{key} {text!r}", "a whole number such as 42", "write digits only")
            return None
        if int(text) < 0:
            self.refuse(key, "negative", f"{key} {text}", "0 or more", "a count cannot be negative: see the report")
            return None
        return int(text)

    def number(self, key: str, needed: bool = False) -> float | None:
        """A number in plain decimal notation; blank is None."""
        text = self.needed(key) if needed else self.text(key)
        if not text:
            return None
        if not _DECIMAL.match(text):
            expected = "a number in plain decimal notation, such as 0.65"
            self.refuse(key, "not-a-number", f"{key} {text!r}", expected, "write digits and a point")
            return None
        return float(text)

    def numbers(self, key: str, repeated: bool = False) -> tuple[float, ...]:
        """A list of numbers in plain decimal notation, one of them twice only where `repeated` allows it."""
        words = self._parts(key) if repeated else self.words(key)
        for word in words:
            if not _DECIMAL.match(word):
                self.refuse(key, "not-a-number", f"{key} {word!r}", "numbers such as 0.5", "write [0.5, 0.7]")
        return tuple(float(word) for word in words if _DECIMAL.match(word))

    def positive(self, key: str) -> float | None:
        """A number of months or years, not negative; blank is None."""
        value = self.number(key)
        if value is not None and value < 0:
            self.refuse(key, "negative", f"{key} {self.text(key)}", "0 or more", "see the report")
            return None
        return value

    def date(self, key: str, needed: bool = False) -> str:
        """A date as 2026-11-22 (or 2026-11, or 2026), as text."""
        text = self.needed(key) if needed else self.text(key)
        if text and not _DATE.match(text):
            self.refuse(key, "bad-date", f"{key} {text!r}", "a date such as 2026-11-22", "write year-month-day")
        return text

    def url(self, key: str) -> str:
        """A web address, or ""."""
        text = self.text(key)
        self._url(key, text)
        return text

    def urls(self, key: str) -> tuple[str, ...]:
        """A list of web addresses."""
        words = self.words(key)
        for word in words:
            self._url(key, word)
        return words

    def _url(self, key: str, text: str) -> None:
        if text and not _URL.match(text):
            expected = "an address that starts with http:// or https:// and holds no space or quote"
            self.refuse(key, "bad-url", f"{key} {text!r}", expected, "write the whole address, or leave it blank")

    def yes(self, key: str, default: bool) -> bool:
        """`yes` or `no`."""
        text = self.text(key)
        if text not in ("", "yes", "no"):
            self.refuse(key, "bad-code", f"{key} {text!r}", "yes or no", "write yes or no")
        return default if not text else text == "yes"

    def each(self, key: str) -> Iterator["Fields"]:
        """The mappings of a YAML list."""
        self._asked.add(key)
        node = self._nodes.get(key)
        if node is None or (isinstance(node, Scalar) and not node.text.strip()):
            return
        if not isinstance(node, Items):
            self.refuse(key, "not-a-list", f"{key} is not a list", "a list of mappings", "start each entry with '- '")
            return
        for item in node.items:
            if isinstance(item, Map):
                yield Fields.of_map(item, self.place.file, self.refusals)
            else:
                place = Place(self.place.file, item.line)
                self.refusals.add(place, "not-a-mapping", f"an entry of {key}", "keys and values", "write {id: …}")

    def inner(self, key: str) -> "Fields | None":
        """The mapping under `key`, or None where there is none."""
        self._asked.add(key)
        node = self._nodes.get(key)
        if node is None or (isinstance(node, Scalar) and not node.text.strip()):
            return None
        if not isinstance(node, Map):
            self.refuse(key, "not-a-mapping", f"{key} is not a mapping", "keys and values", f"write {key}: {{…}}")
            return None
        return Fields.of_map(node, self.place.file, self.refusals)

    def filled(self, values: Mapping[str, str], without: str) -> "Fields":
        """The same mapping with {key} replaced by its value in every text, and without one of its keys."""
        nodes = {k: filled(n, values) for k, n in self._nodes.items() if k != without}
        return Fields(nodes, self._lines, self.place, self.refusals)

    def names(self) -> tuple[str, ...]:
        """Every key there is, for mappings whose keys are the reviewers' own."""
        return tuple(self._nodes)


_BRACED = re.compile(r"\{([a-z-]+)\}")


def filled(node: Node, values: Mapping[str, str]) -> Node:
    """Return `node` with {key} replaced by its value in every text; braces around other words stay."""
    if isinstance(node, Scalar):
        text = _BRACED.sub(lambda m: values.get(m[1], m[0]), node.text) if "{" in node.text else node.text
        return Scalar(text, node.line)
    if isinstance(node, Items):
        return Items([filled(n, values) for n in node.items], node.line)
    return Map({k: filled(n, values) for k, n in node.entries.items()}, node.lines, node.line)
