"""The tables of one study: corrections applied to cells as printed, then rows read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from remit.model.observation import Correction
from remit.model.place import Place
from remit.store.csv_text import TableRow
from remit.store.fields import Fields
from remit.store.refusals import Refusals

Row = TypeVar("Row")
Read = Callable[[Fields, Mapping[str, str], tuple[str, ...]], Row]


@dataclass(frozen=True)
class Corrections:
    """The corrections of one study by table and key, remembering which found their row."""

    found: Sequence[Correction]
    refusals: Refusals
    met: set[tuple[str, str]] = field(default_factory=set)

    def of(self, table: str, key: str) -> list[Correction]:
        """Corrections of one row."""
        self.met.add((table, key))
        return [c for c in self.found if c.table == table and c.key == key]

    def close(self, unread: Sequence[str]) -> None:
        """Refuse corrections of rows that are not there (tables in `unread` could not be read)."""
        for c in self.found:
            if (c.table, c.key) not in self.met and c.table not in unread:
                seen, advice = f"{c.table} has no row {c.key!r}", "name a row, or remove the correction"
                self.refusals.add(c.place, "dangling-row", seen, "a row of that table", advice)


def rows(
    table: str, file: str, printed: Sequence[TableRow], read: Read[Row], corrections: Corrections
) -> tuple[Row, ...]:
    """Read every row of one table."""
    out = []
    for row in printed:
        cells, changed = dict(row.cells), []
        for c in corrections.of(table, row.cells["key"]):
            if c.column not in cells:
                continue
            if cells[c.column] != c.expect:
                _moved(c, Place(file, row.line), row.cells[c.column], corrections.refusals)
                continue
            cells[c.column] = c.use
            changed.append(c.column)
        fields = Fields.of_row(TableRow(cells, row.line), file, corrections.refusals)
        out.append(read(fields, row.cells, tuple(changed)))
    return tuple(out)


def _moved(c: Correction, row: Place, printed: str, refusals: Refusals) -> None:
    seen = f"{row} prints {c.column} {printed!r}"
    advice = "the source was changed: remove the correction, or renew it with the new printed value"
    refusals.add(c.place, "correction-expect", seen, f"{c.expect!r}, the value corrected", advice)
