"""CSV tables, strictly: the exact header, one row a line, every row with every cell, keys unique and in order."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from remit.model.place import Place
from remit.store.refusals import Refusals, nearest

_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells by column, as text, and its line."""

    cells: dict[str, str]
    line: int


def natural(key: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts c2 before c10."""
    parts = (p for p in _PARTS.split(key) if p)
    return tuple((0, int(p[:18]), p) if p.isascii() and p.isdigit() else (1, 0, p) for p in parts)


def read_table(
    text: str, file: str, columns: Sequence[str], refusals: Refusals, optional: Sequence[str] = ()
) -> list[TableRow]:
    """Return the rows of `text`; what is not a proper row is noted in `refusals` and left out.

    Columns of `optional` may stand anywhere in the header or not be there; a row's cell is then blank.
    """
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    rows: list[TableRow] = []
    reader = csv.reader(lines, strict=True)
    before = 0
    header: Sequence[str] = columns
    absent: dict[str, str] = {}
    try:
        for cells in reader:
            line, last = before + 1, reader.line_num
            before = last
            if last > line:
                advice = "write the cell on one line, and close its quotes"
                refusals.add(Place(file, line), "csv", "a line break inside a cell", "one row a line", advice)
            elif line == 1:
                if not _header(cells, file, columns, refusals, optional):
                    return []
                header, absent = cells, {c: "" for c in optional if c not in cells}
            elif len(cells) != len(header):
                seen, expected = f"{len(cells)} cells", f"{len(header)} cells, as the header has"
                advice = "give every column a cell, blank where not seen; quote cells that hold commas"
                refusals.add(Place(file, line), "csv-cells", seen, expected, advice)
            else:
                rows.append(TableRow({**dict(zip(header, cells, strict=True)), **absent}, line))
    except csv.Error as error:
        advice = "close or double the quotes of the cell"
        refusals.add(Place(file, before + 1), "csv", str(error), "comma-separated cells", advice)
    if not lines:
        advice = f"write the header line: {','.join(columns)}"
        refusals.add(Place(file, 1), "csv-header", "an empty file", "a header", advice)
    _keys(rows, file, refusals)
    return rows


def _header(
    cells: Sequence[str], file: str, columns: Sequence[str], refusals: Refusals, optional: Sequence[str]
) -> bool:
    extra = [c for c in cells if c in optional]
    if [c for c in cells if c not in optional] == list(columns) and len(extra) == len(set(extra)):
        return True
    place, expected = Place(file, 1), ",".join(columns)
    missing = [c for c in columns if c not in cells]
    unknown = [c for c in cells if c not in columns and c not in optional]
    for name in unknown:
        advice = nearest(name, missing or (*columns, *optional))
        refusals.add(place, "unknown-column", f"the column {name!r}", "only the columns of format 2", advice)
    for name in missing:
        advice = f"the header is: {expected}"
        refusals.add(place, "missing-column", f"no column {name}", "every column of format 2", advice)
    if not missing and not unknown:
        refusals.add(place, "csv-header", "columns repeated or in another order", expected, "reorder the columns")
    return False


def _keys(rows: Sequence[TableRow], file: str, refusals: Refusals) -> None:
    """Refuse repeated keys, and the first row out of order (plain order and natural order are both order)."""
    seen: dict[str, int] = {}
    for row in rows:
        key = row.cells["key"]
        if key in seen:
            what = f"the key {key!r} again (first on line {seen[key]})"
            refusals.add(Place(file, row.line), "duplicate-key", what, "each key once", "give the row a key of its own")
        seen.setdefault(key, row.line)
    keys = [row.cells["key"] for row in rows]
    if keys == sorted(keys) or keys == sorted(keys, key=natural):
        return
    for row, after in pairwise(rows):
        if natural(after.cells["key"]) < natural(row.cells["key"]):
            seen_key = f"the key {after.cells['key']!r} after {row.cells['key']!r}"
            refusals.add(Place(file, after.line), "unsorted", seen_key, "rows sorted by key", "move the row")
            return
