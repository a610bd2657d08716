"""New rows for the tables of records: files are written whole beside the old ones and put in their places together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from remit.model.decision import Alike, Record, Repeat, Search
from remit.store import staging
from remit.store.csv_text import natural
from remit.store.records import ALIKE, RECORDS, REPEATS
from remit.store.text import one_line, printable
from remit.store.write import csv_text, quoted

Row = Mapping[str, str]


def records(
    root: str | Path,
    held: Sequence[Record],
    repeats: Sequence[Repeat],
    alike: Sequence[Alike],
    *,
    fewer: bool = False,
) -> None:
    """Write records.csv, duplicates.csv and pairs.csv with all rows given, sorted by key; `fewer`: a record is gone."""
    tables = _tables(root, held, repeats, alike)
    staging.commit(root, tables[::-1] if fewer else tables)


def search(root: str | Path, found: Search) -> None:
    """Write the file of a search."""
    staging.commit(root, [_search(found)])


def together(
    root: str | Path,
    found: Search,
    held: Sequence[Record],
    repeats: Sequence[Repeat],
    alike: Sequence[Alike],
    *,
    fewer: bool = False,
) -> None:
    """Write the file of a search and the tables of records, all of them or none; `fewer`: records are gone."""
    tables = _tables(root, held, repeats, alike)
    staging.commit(root, [_search(found), *(tables[::-1] if fewer else tables)])


def _tables(
    root: str | Path, held: Sequence[Record], repeats: Sequence[Repeat], alike: Sequence[Alike]
) -> list[tuple[str, str]]:
    """Texts, the records before the rows that name them, so that every step leaves a review that can be read."""
    rows = (
        ("records/duplicates.csv", csv_text(REPEATS, [_repeat(r) for r in _keyed(repeats)])),
        ("records/pairs.csv", csv_text(ALIKE, [_alike(f"p{i}", a) for i, a in enumerate(alike, 1)])),
    )
    there = [(place, text) for place, text in rows if text.count("\n") > 1 or (Path(root) / place).exists()]
    return [("records/records.csv", csv_text(RECORDS, _sorted(_record(r) for r in held))), *there]


def _search(found: Search) -> tuple[str, str]:
    keys = {"search": found.id, "source": found.source, "route": found.route, "query": found.query, "date": found.date}
    more = {"hits": "" if found.hits is None else str(found.hits), "sha256": found.sha256, "note": found.note}
    if found.claimed is not None:
        more["claimed"] = str(found.claimed)
    more["of"] = found.of
    said = {k: printable(v) for k, v in {**keys, **more}.items()}
    text = "".join(f"{k}: {quoted(v)}\n" for k, v in {**said, "source": said["source"] or found.id}.items() if v)
    return f"searches/{found.id}.yaml", text


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: natural(row["key"]))


def _record(r: Record) -> Row:
    cells = {"key": r.id, "search": r.search, "title": r.title, "first_author": r.first_author, "journal": r.journal}
    more = {"doi": r.doi, "pmid": r.pmid, "registry": r.registry, "url": r.url}
    year = "" if r.year is None else str(r.year)
    return {**{k: one_line(v) for k, v in {**cells, **more}.items()}, "year": year}


def _keyed(repeats: Sequence[Repeat]) -> list[Repeat]:
    """Repeats with the keys they have, new ones numbered after the greatest."""
    numbers = [int(r.key[1:]) for r in repeats if r.key[:1] == "x" and r.key[1:].isdecimal()]
    after = count(max(numbers, default=0) + 1)
    return [r if r.key else replace(r, key=f"x{next(after)}") for r in repeats]


def _repeat(r: Repeat) -> Row:
    cells = {"record": r.record, "search": r.search, "source_key": r.source_key, "title": r.title, "agreed": r.agreed}
    return {"key": r.key, **{k: one_line(v) for k, v in cells.items()}}


def _alike(key: str, a: Alike) -> Row:
    cells = {"record": a.record, "other": a.other, "why": a.why, "verdict": a.verdict, "by": a.by, "date": a.date}
    return {"key": key, **{k: one_line(v) for k, v in cells.items()}}
