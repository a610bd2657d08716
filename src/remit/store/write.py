"""Nouns back to text: the tables of a study as printed, and study.yaml, byte for byte the same for the same nouns."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from remit.model.observation import Observation
from remit.model.review import StudyData
from remit.model.study import Arm, Report, Step, Study
from remit.store.csv_text import natural
from remit.store.values import COLUMNS, OPTIONAL, TAIL

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./()%+_–≥≤<>=&;-]*\Z")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "~"})
_KEYS = {"drug_class": "class"}


def table(rows: Sequence[Observation], kind: str) -> str:
    """Return the text of one value table: cells as printed, rows by key, quotes only where needed."""
    keys = [r.key for r in rows]
    ordered = keys == sorted(keys) or keys == sorted(keys, key=natural)
    held = rows if ordered else sorted(rows, key=lambda r: natural(r.key))
    used = [c for c in OPTIONAL.get(kind, ()) if any(r.printed.get(c) for r in held)]
    head = COLUMNS[kind][: -len(TAIL)]
    return csv_text((*head, *used, *TAIL), [r.printed for r in held])


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Return a table as CSV text with LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(c, "") for c in columns] for row in rows)
    return out.getvalue()


def study_yaml(study: Study) -> str:
    """Return study.yaml; blank keys are left out, and reading the text gives the same study."""
    lines = [f"study: {quoted(study.id)}"]
    for f in fields(study):
        if f.name in ("id", "place", "places", "reports", "arms", "ledger"):
            continue
        text = _value(getattr(study, f.name))
        if text:
            lines.append(f"{f.name}: {text}")
    for name, entries in (("reports", study.reports), ("arms", study.arms), ("ledger", study.ledger)):
        if entries:
            lines.append(f"{name}:")
            lines.extend(_entry(e) for e in entries)
    return "\n".join(lines) + "\n"


def _entry(noun: Report | Arm | Step) -> str:
    pairs = []
    for f in fields(noun):
        text = "" if f.name == "place" else _value(getattr(noun, f.name))
        if text:
            pairs.append(f"{_KEYS.get(f.name, f.name)}: {text}")
    return "  - " + "\n    ".join(pairs)


def _value(value: object) -> str:
    if value is None or value == "" or value == ():
        return ""
    if isinstance(value, tuple):
        return "[" + ", ".join(quoted(str(v)) for v in value) + "]"
    if isinstance(value, float):
        return number(value)
    return quoted(str(value))


def number(value: float) -> str:
    """Return a float in plain decimal notation, without a needless point.

    >>> number(24.0), number(38.8)
    ('24', '38.8')
    """
    text = f"{value:.12f}".rstrip("0")
    return text.removesuffix(".")


def quoted(text: str) -> str:
    """Return `text` as a YAML scalar: bare where that is safe everywhere, else in double quotes."""
    if _PLAIN.match(text) and not text.endswith(" ") and text.lower() not in _WORDS:
        return text
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(escapes.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'


def study(root: str | Path, data: StudyData) -> None:
    """Write study.yaml and the value tables of one study below `root`; a table without rows is not written."""
    folder = Path(root) / "studies" / data.study.id
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Sequence[Observation]] = {
        "counts": data.counts,
        "survival": data.survival,
        "medians": data.medians,
        "contrasts": data.contrasts,
    }
    texts = {f"{kind}.csv": table(rows, kind) for kind, rows in tables.items() if rows}
    for name, text in {"study.yaml": study_yaml(data.study), **texts}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
