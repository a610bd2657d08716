"""New rows for the tables of records: each file is written whole beside the old one and put in its place at once."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from remit.model.decision import Alike, Record, Repeat, Search
from remit.store.csv_text import natural
from remit.store.records import ALIKE, RECORDS, REPEATS
from remit.store.write import csv_text, quoted

Row = Mapping[str, str]


def records(root: str | Path, held: Sequence[Record], repeats: Sequence[Repeat], alike: Sequence[Alike]) -> None:
    """Write records.csv, duplicates.csv and pairs.csv with all rows given, sorted by key."""
    folder = Path(root) / "records"
    folder.mkdir(exist_ok=True)
    _replace(folder / "records.csv", csv_text(RECORDS, _sorted(_record(r) for r in held)))
    if repeats:
        rows = [_repeat(f"x{i}", r) for i, r in enumerate(repeats, 1)]
        _replace(folder / "duplicates.csv", csv_text(REPEATS, rows))
    if alike:
        rows = [_alike(f"p{i}", a) for i, a in enumerate(alike, 1)]
        _replace(folder / "pairs.csv", csv_text(ALIKE, rows))


def search(root: str | Path, found: Search) -> None:
    """Write the file of a search that is not there yet."""
    folder = Path(root) / "searches"
    folder.mkdir(exist_ok=True)
    keys = {"search": found.id, "source": found.source, "route": found.route, "query": found.query, "date": found.date}
    more = {"hits": "" if found.hits is None else str(found.hits), "sha256": found.sha256, "note": found.note}
    text = "".join(f"{k}: {quoted(v)}\n" for k, v in {**keys, **more}.items() if v)
    _replace(folder / f"{found.id}.yaml", text)


def _replace(path: Path, text: str) -> None:
    """Write a file so that a crash leaves either the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="\n") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: natural(row["key"]))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _record(r: Record) -> Row:
    cells = {"key": r.id, "search": r.search, "title": r.title, "first_author": r.first_author, "journal": r.journal}
    more = {"doi": r.doi, "pmid": r.pmid, "registry": r.registry, "url": r.url}
    year = "" if r.year is None else str(r.year)
    return {**{k: _one_line(v) for k, v in {**cells, **more}.items()}, "year": year}


def _repeat(key: str, r: Repeat) -> Row:
    cells = {"record": r.record, "search": r.search, "source_key": r.source_key, "title": r.title, "agreed": r.agreed}
    return {"key": key, **{k: _one_line(v) for k, v in cells.items()}}


def _alike(key: str, a: Alike) -> Row:
    cells = {"record": a.record, "other": a.other, "why": a.why, "verdict": a.verdict, "by": a.by, "date": a.date}
    return {"key": key, **{k: _one_line(v) for k, v in cells.items()}}
