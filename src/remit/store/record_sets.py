"""Sets of records too many for a review folder: a Parquet file, written as they come and read through Ibis.

A set has one row a record: `id` (a whole number, running), what the source said, and columns that verbs asked for.
It is written once, beside its place and then moved there, so that half a set is never taken for one. `made_by` says
which version of the columns it has. Needs the extra `scale`.
"""

import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Literal, Protocol

from remit.errors import UsageError
from remit.model.record_table import Cell, Ids, RecordTable, Table
from remit.model.source_record import SourceRecord

Kind = Literal["whole", "real", "text", "texts", "flag"]
FORMAT = "remit set 2"
BATCH = 10_000
DUCKDB = "duckdb://?memory_limit=1500MB"
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("number", "year"), "whole"),
    **dict.fromkeys(("authors", "registry", "issn", "keywords"), "texts"),
    "retracted": "flag",
}
FIELDS: Mapping[str, Kind] = {f.name: _KINDS.get(f.name, "text") for f in fields(SourceRecord)}


class _Connection(Protocol):
    def read_parquet(self, path: str, /) -> Table: ...

    def table(self, name: str, /) -> Table: ...


def write(
    path: str | Path,
    records: Iterable[SourceRecord],
    columns: Mapping[str, Kind],
    more: Callable[[SourceRecord], Sequence[Cell]],
    first: int = 0,
) -> int:
    """Write records as a set and return how many they were. Memory does not grow with them.

    `more` gives the cells of `columns` for a record; ids run from `first`.

    Raises
    ------
    UsageError
        There is something at `path`, its folder does not exist, or the extra `scale` is not installed.
    """
    whole: dict[str, Kind] = {"id": "whole", "made_by": "text", **FIELDS, **columns}
    rows = ((i, FORMAT, *_said(r), *more(r)) for i, r in enumerate(records, first))
    return write_rows(path, whole, rows)


def _said(record: SourceRecord) -> list[Cell]:
    cells: list[Cell] = []
    for name, kind in FIELDS.items():
        value = getattr(record, name)
        if name == "related":
            value = json.dumps([[r.relation, r.ref] for r in value]) if value else ""
        elif name == "other":
            value = json.dumps(value, ensure_ascii=False) if value else ""
        cells.append(list(value) if kind == "texts" else value)
    return cells


def write_rows(path: str | Path, columns: Mapping[str, Kind], rows: Iterable[Sequence[Cell]]) -> int:
    """Write rows as a Parquet file, batch after batch, and return how many they were; it raises what `write` does."""
    arrow, parquet = _module("pyarrow"), _module("pyarrow.parquet")
    place = Path(path)
    if place.exists():
        raise UsageError(f"{path} is there already; name another file, or remove it first")
    if not place.parent.is_dir():
        raise UsageError(f"{place.parent} is no folder; make it first")
    text = arrow.string()
    types = {
        "whole": arrow.int64(),
        "real": arrow.float64(),
        "text": text,
        "texts": arrow.list_(text),
        "flag": arrow.bool_(),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    part = place.with_name(place.name + ".part")
    count = 0
    try:
        with parquet.ParquetWriter(str(part), schema, compression="zstd") as out:
            for batch in _batches(rows):
                out.write_table(_table(arrow, schema, batch))
                count += len(batch)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return count


def _batches(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _table(arrow: ModuleType, schema: Iterable[object], batch: list[Sequence[Cell]]) -> object:
    columns = [list(column) for column in zip(*batch, strict=True)]
    try:
        return arrow.table(columns, schema=schema)
    except UnicodeEncodeError:
        return arrow.table([[_sound(cell) for cell in column] for column in columns], schema=schema)


def _sound(cell: Cell) -> Cell:
    """Text without the halves of characters that no encoding has."""
    if isinstance(cell, list):
        return [c.encode("utf-8", "replace").decode() for c in cell]
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


def opened(name: str, connect: str = "", *, made: bool = True) -> RecordTable:
    """Return a set through a connection of Ibis (DuckDB in this process unless one is named).

    Parameters
    ----------
    name
        A Parquet file, a folder or pattern of them as the connection reads it, or the name of a table it holds.
    connect
        A connection of Ibis such as `duckdb://large.ddb`, `polars://`, `pyspark://` or `bigquery://project/dataset`.
    made
        Whether it has to be a set made by `write`; otherwise any table with a column `id` will do.

    Raises
    ------
    UsageError
        No such file or table, not a set of this version, no such connection, or the extra `scale` is not installed.
    """
    ibis, arrow = _module("ibis"), _module("pyarrow")
    try:
        connection: _Connection = ibis.connect(connect or DUCKDB)
    except Exception as wrong:
        raise UsageError(
            f"{connect} cannot be connected to ({wrong}); name one Ibis knows, such as duckdb:// or polars://"
        ) from None
    try:
        file = name.endswith(".parquet") or "/" in name or Path(name).exists()
        table = connection.read_parquet(name) if file else connection.table(name)
        by = table.select("made_by").limit(1).to_pyarrow().column("made_by").to_pylist() if made else [FORMAT]
    except Exception as wrong:
        raise UsageError(
            f"{name} cannot be read as a set of records ({_first_line(wrong)}); make one with: remit scale import"
        ) from None
    if by not in ([], [FORMAT]):
        raise UsageError(f"{name} was made as {by[0]!r}, and {FORMAT!r} is wanted; make it again: remit scale import")

    def listed(ids: Ids) -> Table:
        held: Table = ibis.memtable(arrow.table({"id": ids}))
        return held

    return RecordTable(table, listed)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise UsageError(f"large sets need {package}; install remit with its extra: scale") from None
