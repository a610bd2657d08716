"""A set of records held as a table elsewhere: the few things asked of it, whatever keeps it.

The shapes are those of Ibis (a table expression, its columns, what it gives as Arrow), written down here so that verbs
need neither that package nor the engine behind it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Cell = str | int | float | bool | None | list[str]
PAGE = 20_000


class Cells(Protocol):
    """One column of a page in memory."""

    def to_numpy(self) -> Ids:
        """Return whole numbers as an array."""

    def to_pylist(self) -> list[Cell]:
        """Return the cells as Python values."""


class Batch(Protocol):
    """A page in memory."""

    def column(self, i: str) -> Cells:
        """Return a column by name."""


class Scalar(Protocol):
    """One value in memory."""

    def as_py(self) -> Cell:
        """Return it as a Python value."""


class Single(Protocol):
    """One value, not yet computed."""

    def to_pyarrow(self) -> Scalar:
        """Compute it."""


class Column(Protocol):
    """A column, or a condition on columns, not yet computed."""

    def __ge__(self, other: int) -> "Column": ...

    def __gt__(self, other: int) -> "Column": ...

    def __le__(self, other: int) -> "Column": ...

    def __lt__(self, other: "int | Column") -> "Column": ...

    def __and__(self, other: "Column") -> "Column": ...

    def notnull(self) -> "Column":
        """Whether there is a value."""

    def count(self) -> "Column":
        """How many values there are."""

    def min(self) -> Single:
        """The smallest."""

    def max(self) -> Single:
        """The largest."""


class Grouped(Protocol):
    """A table by the values of a column."""

    def aggregate(self, **columns: Column) -> "Table":
        """One row a value."""


class Table(Protocol):
    """A table, not yet computed."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    def __getitem__(self, name: str) -> Column: ...

    def select(self, *names: str, **columns: Column) -> "Table":
        """Some columns, renamed where named."""

    def filter(self, condition: Column) -> "Table":
        """Rows that meet a condition."""

    def group_by(self, name: str) -> Grouped:
        """Rows by the values of a column."""

    def join(self, other: "Table", on: str) -> "Table":
        """Rows of both that have the same value there."""

    def order_by(self, by: list[str]) -> "Table":
        """Rows in order."""

    def limit(self, n: int) -> "Table":
        """The first rows."""

    def to_pyarrow(self) -> Batch:
        """Compute it and bring it into memory."""


@dataclass(frozen=True, slots=True)
class RecordTable:
    """Records as rows of `table`, each with a whole number of its own as `id`; `listed` makes a table of one column
    `id` of some numbers, to join with."""

    table: Table
    listed: Callable[[Ids], Table]

    def span(self) -> tuple[int, int]:
        """Return the smallest id and one above the largest; (0, 0) of an empty table."""
        low, high = (value.to_pyarrow().as_py() for value in (self.table["id"].min(), self.table["id"].max()))
        return (low, high + 1) if isinstance(low, int) and isinstance(high, int) else (0, 0)

    def of(self, ids: Ids, *names: str) -> Batch:
        """Return some columns of some records, ordered by id."""
        rows = self.table.select("id", *names).join(self.listed(ids), "id")
        return rows.select("id", *names).order_by(["id"]).to_pyarrow()

    def pages(self, *names: str, size: int = PAGE) -> Iterator[Batch]:
        """Give some columns of every record, `size` ids at a time, ordered by id."""
        begin, end = self.span()
        rows = self.table.select("id", *names)
        for start in range(begin, end, size):
            part = rows.filter((rows["id"] >= start) & (rows["id"] < min(start + size, end)))
            yield part.order_by(["id"]).to_pyarrow()
