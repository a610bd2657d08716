"""People's verdicts on pairs of a set of records, kept in a table beside it: the set itself is never changed."""

from collections.abc import Mapping
from pathlib import Path

from remit.errors import ReviewError
from remit.model.place import Place
from remit.store.csv_text import TableRow, read_table
from remit.store.refusals import Refusals
from remit.store.text import read_text

COLUMNS = ("key", "record", "other", "verdict", "by", "date")


def verdicts(path: str | Path) -> Mapping[tuple[int, int], bool]:
    """Return whether two records, by id and the smaller first, are one document; the last row of a pair holds.

    Raises
    ------
    ReviewError
        The table cannot be read, or a row names no two records, no verdict, no person or no day.
    """
    file, refusals = Path(path), Refusals()
    text = read_text(file.parent, file.name, refusals)
    rows = read_table(text, file.name, COLUMNS, refusals) if text is not None else []
    out: dict[tuple[int, int], bool] = {}
    for row in rows:
        pair = _pair(row, file.name, refusals)
        if pair is not None:
            out[pair] = row.cells["verdict"] == "same"
    if refusals.has_errors:
        raise ReviewError(refusals.problems)
    return out


def _pair(row: TableRow, file: str, refusals: Refusals) -> tuple[int, int] | None:
    place, cells = Place(file, row.line), row.cells
    if cells["verdict"] not in ("same", "different"):
        advice = "write same (one document) or different (two)"
        refusals.add(place, "verdict", f"verdict {cells['verdict']!r}", "same or different", advice)
    for name in ("by", "date"):
        if not cells[name].strip():
            refusals.add(place, "missing", f"no {name}", "a person and a day", "say who judged the pair, and when")
    ids = [int(t) for t in (cells["record"], cells["other"]) if t.isascii() and t.isdecimal() and len(t) < 19]
    if len(ids) == 2 and ids[0] != ids[1]:
        return min(ids), max(ids)
    seen = f"{cells['record']!r} and {cells['other']!r}"
    refusals.add(place, "pair", seen, "the ids of two records of the set", "copy them from what dedupe found")
    return None
