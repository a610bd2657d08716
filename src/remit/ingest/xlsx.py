"""Excel workbooks: the first sheet that holds a table, and others with the same headings, read as any other table.

What a workbook says of how large its sheets are is not believed: programs that write as they go say `A1` for all. A
cell whose formula was never worked out has no value to read, and is told.
"""

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Protocol, cast

from remit.errors import UsageError
from remit.ingest.rows import LOOKED, Heading, heading_of
from remit.ingest.source import BLOCK, SEEN, Source
from remit.ingest.table import Layout
from remit.model.source_record import SourceRecord, Unread

if TYPE_CHECKING:
    from openpyxl import Workbook

UNPACKED_LIMIT = 2 << 30
RATIO = 500
PACKED_LIMIT = 512 << 20
SPOOLED = 8 << 20

Cells = list[str]
Row = tuple[Cells, dict[int, str]]


class Sheet(Protocol):
    """A sheet as it is read row by row."""

    title: str

    def reset_dimensions(self) -> None:
        """Forget how large the sheet is said to be."""

    def iter_rows(self, *, values_only: bool) -> Iterator[Sequence[object]]:
        """Give the cells of each row."""
        ...


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each row of the sheets as a record; what is not read of the workbook is told.

    Raises
    ------
    UsageError
        The spreadsheet library is not installed.
    """
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as spool:
        if fault := _spooled(source, spool):
            yield _unread(source, fault, "Save the sheet as CSV and read that.")
            return
        try:
            with _opened(spool) as (book, formulas):
                yield from _sheets(source, book, formulas)
        except UsageError:
            raise
        except Exception as why:  # the library raises whatever a damaged workbook makes it raise
            yield _unread(source, f"the workbook cannot be read on: {why!r}", "Save the sheet as CSV and read that.")


def columns(source: Source) -> tuple[str, dict[str, str]]:
    """Return which sheet and row the headings are in, in words, and what each column is taken for.

    Raises
    ------
    UsageError
        The spreadsheet library is not installed, or a column named by a person is not there.
    """
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as spool:
        if _spooled(source, spool):
            return "", {}
        try:
            with _opened(spool) as (book, _):
                for sheet in _each(book):
                    head = heading_of([cells for cells, _ in islice(_rows(sheet, None), LOOKED)])
                    if head is not None:
                        where = f"sheet {sheet.title!r}, headings in row {head.at + 1}"
                        return where, Layout(source, _trimmed(head)).chosen
        except UsageError:
            raise
        except Exception:  # told by `read`
            return "", {}
    return "", {}


@contextmanager
def _opened(spool: IO[bytes]) -> Iterator[tuple["Workbook", "Workbook | None"]]:
    """Open a workbook for its values, and once more for its formulas where it has any."""
    try:
        import openpyxl
    except ImportError as missing:
        raise UsageError(f"reading a workbook needs {missing.name}; install remit with its extra: records") from None
    spool.seek(0)
    formulas = _has_formulas(spool)
    spool.seek(0)
    book = openpyxl.load_workbook(spool, read_only=True, data_only=True)
    yield book, openpyxl.load_workbook(spool, read_only=True) if formulas else None


def _each(book: "Workbook") -> list[Sheet]:
    return [cast("Sheet", sheet) for sheet in book.worksheets]


def _has_formulas(spool: IO[bytes]) -> bool:
    with zipfile.ZipFile(spool) as archive:
        for member in archive.infolist():
            if not member.filename.startswith("xl/worksheets/"):
                continue
            with archive.open(member) as sheet:
                held = b""
                while block := sheet.read(BLOCK):
                    if b"<f>" in held + block or b"<f " in held + block:
                        return True
                    held = block[-2:]
    return False


def _sheets(source: Source, book: "Workbook", formulas: "Workbook | None") -> Iterator[SourceRecord | Unread]:
    """Give the rows of each sheet whose headings are those of the first, and tell of the others."""
    layout: Layout | None = None
    headings: list[str] = []
    read, others, number = "", [], 0
    written = _each(formulas) if formulas is not None else []
    for at, sheet in enumerate(_each(book)):
        rows = _rows(sheet, written[at] if written else None)
        begun = list(islice(rows, LOOKED))
        head = heading_of([cells for cells, _ in begun])
        if head is None:
            if any(any(cells) for cells, _ in begun):
                others.append(sheet.title)
            continue
        if layout is None:
            headings, read = _trimmed(head), sheet.title
            layout = Layout(source, headings)
            yield from layout.notes(head, head.at + 1)
            if head.missing and not source.columns:
                return
        elif _trimmed(head) != headings:
            others.append(sheet.title)
            continue
        after = head.at + (not head.missing)
        for row, (cells, empty) in enumerate(chain(begun[after:], rows), after + 1):
            if any(map(str.strip, cells)) or empty:
                number += 1
                yield layout.record(cells, number)
                yield from _uncalculated(layout, number, row, empty)
    if others:
        seen = f"sheet {read!r} was read, and not: " + ", ".join(map(repr, others))
        advice = "Where they hold records, save each as a file of its own, or give all sheets the same headings."
        yield layout.unread(max(number, 1), None, seen, advice) if layout is not None else _unread(source, seen, advice)


def _uncalculated(layout: Layout, number: int, row: int, empty: dict[int, str]) -> Iterator[Unread]:
    """Tell of the formulas in a row that have no value."""
    if empty:
        names = [layout.headings[i] if i < layout.width else f"column {i + 1}" for i in empty]
        seen = f"a formula without a value in {', '.join(names)}: {next(iter(empty.values()))}"
        advice = "Open the workbook in a spreadsheet program, let it calculate, save it, and read it again."
        yield layout.unread(number, row, seen, advice)


def _trimmed(head: Heading) -> list[str]:
    headings = list(head.cells)
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _rows(sheet: Sheet, formulas: Sheet | None) -> Iterator[Row]:
    """Give the cells of each row as text, and by place the formulas that have no value."""
    sheet.reset_dimensions()
    values = sheet.iter_rows(values_only=True)
    if formulas is None:
        for row in values:
            yield ["" if value is None else _cell(value) for value in row], {}
        return
    formulas.reset_dimensions()
    for row, written in zip(values, formulas.iter_rows(values_only=True), strict=False):
        cells = ["" if value is None else _cell(value) for value in row]
        yield cells, _missing(row, written)


def _missing(row: Sequence[object], written: Sequence[object]) -> dict[int, str]:
    return {
        i: str(formula)
        for i, formula in enumerate(written)
        if isinstance(formula, str) and formula.startswith("=") and (i >= len(row) or row[i] is None)
    }


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _spooled(source: Source, spool: IO[bytes]) -> str:
    """Copy the workbook where it can be searched; say why not when it is no workbook or a bomb."""
    size = 0
    while chunk := source.read(BLOCK):
        size += len(chunk)
        if size > PACKED_LIMIT:
            return f"a workbook of more than {PACKED_LIMIT:,} bytes"
        spool.write(chunk)
    try:
        with zipfile.ZipFile(spool) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as why:
        return f"no workbook: {why}"
    unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED_LIMIT or unpacked > max(RATIO * size, SPOOLED):
        return f"a workbook that unpacks to {unpacked:,} bytes: a bomb"
    return ""


def _unread(source: Source, seen: str, advice: str) -> Unread:
    return Unread(file=source.file, number=1, line=None, seen=seen[:SEEN], advice=advice)
