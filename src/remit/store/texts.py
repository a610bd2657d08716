"""Titles, abstracts and keywords of records, in a local cache: others' copyright keeps them out of the review.

`.remit/records.jsonl` has one record a line, by id; a later line of the same id stands in place of an earlier one.
`.remit/lines.jsonl` has what each line said of its own that was brought into a record with others: first the record's
own, by its id, then those that repeat it, by the id and the search (see `repeated`). Neither is rewritten, but for the
lines of an import that is taken back (`restate`).
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from itertools import chain
from pathlib import Path

from remit.model.source_record import Related, SourceRecord

FILE, LINES = ".remit/records.jsonl", ".remit/lines.jsonl"
_NAMES = tuple(f.name for f in fields(SourceRecord))


def write(
    root: str | Path, texts: Mapping[str, SourceRecord] | Iterable[tuple[str, SourceRecord]], file: str = FILE
) -> None:
    """Add records to the cache, or to another `file` like it; all of them are on the disk when this returns."""
    path = Path(root) / file
    path.parent.mkdir(exist_ok=True)
    pairs = texts.items() if isinstance(texts, Mapping) else texts
    with path.open("a+b") as out:
        out.seek(0, os.SEEK_END)
        if out.tell():
            out.seek(-1, os.SEEK_END)
            if out.read(1) != b"\n":
                out.write(b"\n")
        for key, record in pairs:
            held = ((name, getattr(record, name)) for name in _NAMES)
            said = {k: v for k, v in held if v not in ("", (), None, False, 0)}
            if "related" in said:
                said["related"] = [asdict(r) for r in record.related]
            line = json.dumps({"id": key, **said}, ensure_ascii=False) + "\n"
            out.write(line.encode("utf-8", "replace"))
        out.flush()
        os.fsync(out.fileno())


def read(root: str | Path, file: str = FILE) -> Iterator[tuple[str, SourceRecord]]:
    """Give every record of the cache with its id, in the order of the file; a torn or foreign line is passed over."""
    path = Path(root) / file
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            try:
                held = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(held, dict) and isinstance(held.get("id"), str):
                yield held["id"], _record(held)


def restate(
    root: str | Path, kept: Callable[[str, SourceRecord], bool], more: Iterable[tuple[str, SourceRecord]]
) -> None:
    """Write `LINES` anew: those that `kept` (told the id and what it says) keeps, then `more`."""
    path = Path(root) / LINES
    if not path.is_file():
        return
    beside = path.with_name("lines.new")
    beside.unlink(missing_ok=True)
    lines = (line for line in read(root, LINES) if kept(*line))
    write(root, chain(lines, more), ".remit/lines.new")
    beside.replace(path)


def repeated(record: str, search: str) -> str:
    """Return under which id a line that repeats `record` is kept in `LINES`."""
    return f"{record} {search}"


def _record(held: Mapping[str, object]) -> SourceRecord:
    def text(name: str) -> str:
        value = held.get(name)
        return value if isinstance(value, str) else ""

    def several(name: str) -> tuple[str, ...]:
        value = held.get(name)
        return tuple(str(v) for v in value) if isinstance(value, list) else ()

    def whole(name: str) -> int | None:
        value = held.get(name)
        return value if isinstance(value, int) else None

    return SourceRecord(
        source=text("source"),
        format=text("format"),
        file=text("file"),
        key=text("key"),
        kind=text("kind"),
        title=text("title"),
        abstract=text("abstract"),
        journal=text("journal"),
        volume=text("volume"),
        issue=text("issue"),
        pages=text("pages"),
        doi=text("doi"),
        pmid=text("pmid"),
        pmcid=text("pmcid"),
        language=text("language"),
        url=text("url"),
        authors=several("authors"),
        registry=several("registry"),
        issn=several("issn"),
        keywords=several("keywords"),
        year=whole("year"),
        number=whole("number") or 0,
        retracted=held.get("retracted") is True,
        related=_related(held.get("related")),
        other=_pairs(held.get("other")),
    )


def _related(held: object) -> tuple[Related, ...]:
    entries = held if isinstance(held, list) else []
    return tuple(
        Related(e["relation"], str(e.get("ref", ""))) for e in entries if isinstance(e, dict) and "relation" in e
    )


def _pairs(held: object) -> tuple[tuple[str, str], ...]:
    entries = held if isinstance(held, list) else []
    return tuple((str(e[0]), str(e[1])) for e in entries if isinstance(e, list) and len(e) == 2)
