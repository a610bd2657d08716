"""Excel workbooks: the first sheet, read as any other table."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from remit.errors import UsageError
from remit.ingest.source import BLOCK, SEEN, Source
from remit.ingest.table import Layout
from remit.model.source_record import SourceRecord, Unread

UNPACKED_LIMIT = 2 << 30
RATIO = 500
PACKED_LIMIT = 512 << 20
SPOOLED = 8 << 20


def read(source: Source) -> Iterator[SourceRecord | Unread]:
    """Give each row of the first sheet as a record.

    Raises
    ------
    UsageError
        The spreadsheet library is not installed.
    """
    try:
        import openpyxl
    except ImportError as missing:
        raise UsageError(f"reading a workbook needs {missing.name}; install remit with its extra: records") from None
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as spool:
        if fault := _spooled(source, spool):
            yield _unread(source, fault, "Save the sheet as CSV and read that.")
            return
        try:
            book = openpyxl.load_workbook(spool, read_only=True, data_only=True)
            for sheet in book.worksheets[:1]:
                rows = sheet.iter_rows(values_only=True)
                yield from _rows(source, (["" if value is None else _cell(value) for value in row] for row in rows))
        except UsageError:
            raise
        except Exception as why:  # the library raises whatever a damaged workbook makes it raise
            yield _unread(source, f"the workbook cannot be read on: {why!r}", "Save the sheet as CSV and read that.")


def _rows(source: Source, rows: Iterator[list[str]]) -> Iterator[SourceRecord | Unread]:
    headings = next((row for row in rows if sum(map(bool, row)) > 1), None)
    if headings is None:
        return
    while headings and not headings[-1]:
        headings.pop()
    layout = Layout(source, [heading.strip() for heading in headings])
    number = 0
    for row in rows:
        if any(map(str.strip, row)):
            number += 1
            yield layout.record(row, number)


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
