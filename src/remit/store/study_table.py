"""One CSV file of studies, for people who have no review folder: its form is recognised by its header.

study, events, total                            proportions
study, events, total, events2, total2           two arms
study, estimate, lower, upper[, level]          ratios or differences with their interval
study, effect, variance (or se)                 estimates on the analysis scale
study, survival, and lower, upper or se or n    survival at one time, between 0 and 1

Columns may have the names that other programs give them (`column_names`). Separated by commas, semicolons or tabs;
UTF-8, with or without a byte order mark; blank lines are passed over.
"""

import csv
import math
import re
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from remit.errors import ReviewError, UsageError
from remit.model.place import Place
from remit.model.table import FORM_MEASURES, GUESSED, Form, StudyTable, TableMeasure, TableRow
from remit.store.column_names import RATIOS, read_as
from remit.store.refusals import Refusals, nearest

MAX_BYTES = 2_000_000
MAX_ROWS = 2_000
MAX_PEOPLE = 10_000_000
FORMS: tuple[tuple[Form, frozenset[str], frozenset[str]], ...] = (
    ("two-arm", frozenset({"events", "total", "events2", "total2"}), frozenset()),
    ("proportion", frozenset({"events", "total"}), frozenset()),
    ("survival", frozenset({"survival"}), frozenset({"lower", "upper", "se", "n", "level"})),
    ("interval", frozenset({"estimate", "lower", "upper"}), frozenset({"level"})),
    ("effect", frozenset({"effect"}), frozenset({"variance", "se"})),
)
KNOWN = sorted({"study", *(c for _, needs, may in FORMS for c in needs | may)})
COUNTS = frozenset({"events", "total", "events2", "total2", "n"})
WHOLE = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


def read(path: str | Path, measure: str = "", subgroup: str = "") -> StudyTable:
    """Return the table at `path`.

    Raises
    ------
    UsageError
        There is no such file, or the measure or the subgroup column does not go with its columns.
    ReviewError
        The file cannot be read as it stands; `.problems` names every line.
    """
    file, refusals = str(path), Refusals()
    lines = _lines(Path(path), file, refusals)
    cells = _cells(lines, file, refusals)
    if refusals.has_errors or not cells:
        raise ReviewError(refusals.problems)
    line, head = cells[0]
    written = [c.strip().lower() for c in head]
    renamed = read_as(written)
    header = [renamed.get(c, c) for c in written]
    form = _form(header, Place(file, line), refusals)
    if form is None:
        raise ReviewError(refusals.problems)
    said = next((RATIOS[c] for c in renamed if c in RATIOS), "")
    chosen = _measure(form, measure or said, file)
    by = subgroup.strip().lower()
    by = renamed.get(by, by)
    if by and by not in header:
        raise UsageError(f"{file} has no column {subgroup!r}; it has {', '.join(written)}")
    used = _used(form, header)
    rows = [r for line, row in cells[1:] if (r := _row(row, header, used, by, Place(file, line), refusals)) is not None]
    if len(cells) == 1:
        refusals.add(Place(file), "no-rows", "a header and no study", "one study a line", "add the studies")
    _chosen_fits(form, rows, refusals)
    if refusals.has_errors:
        raise ReviewError(refusals.problems)
    unused = tuple(c for c in header if c not in used and c not in ("study", by))
    return StudyTable(
        file=file,
        form=form,
        measure=chosen,
        columns=tuple(c for c in header if c in used),
        subgroup=by,
        rows=tuple(rows),
        unused=unused,
        read_as=tuple((c.strip(), renamed[low]) for c, low in zip(head, written, strict=True) if low in renamed),
    )


def _lines(path: Path, file: str, refusals: Refusals) -> list[str]:
    """Return the lines of a plain file of bounded size; directories, pipes and devices are never opened."""
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise UsageError(f"{file} is a folder; name one CSV file")
        if not stat.S_ISREG(kind.st_mode):
            raise UsageError(f"{file} is not a plain file; name one CSV file")
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"there is no file {file}; name one CSV file") from None
    except (OSError, ValueError) as error:
        seen = str(getattr(error, "strerror", None) or error).lower()
        refusals.add(Place(file), "unreadable", seen, "a readable CSV file", "check its name and its permissions")
        return []
    if len(raw) > MAX_BYTES:
        advice = "name a table of studies, one study a line"
        refusals.add(Place(file), "too-large", "a larger file", f"at most {MAX_BYTES} bytes", advice)
        return []
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        seen = f"byte 0x{raw[error.start]:02x}" if error.start < len(raw) else "a byte"
        refusals.add(Place(file, line), "encoding", seen, "UTF-8", "save the table as CSV, UTF-8")
        return []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        seen = f"control character U+{ord(found.group()):04X}"
        refusals.add(Place(file, line), "control-character", seen, "printable text", "save the table as CSV, UTF-8")
        return []
    return text.split("\n")


def _cells(lines: Sequence[str], file: str, refusals: Refusals) -> list[tuple[int, list[str]]]:
    """Return the cells of every line that is not blank, with its number."""
    first = next((line for line in lines if line.strip()), "")
    separator = next((s for s in (",", ";", "\t") if s in first), ",")
    out: list[tuple[int, list[str]]] = []
    reader = csv.reader(lines, delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if before > line:
                advice = "write the cell on one line, and close its quotes"
                refusals.add(Place(file, line), "csv", "a line break inside a cell", "one study a line", advice)
            elif any(c.strip() for c in cells):
                out.append((line, cells))
            if len(out) > MAX_ROWS + 1:
                advice = "split the table"
                refusals.add(Place(file, line), "too-long", "more rows", f"at most {MAX_ROWS} studies", advice)
                return out
    except csv.Error as error:
        advice = "close or double the quotes of the cell"
        refusals.add(Place(file, before + 1), "csv", str(error), "cells separated by commas", advice)
    if not out and not refusals.has_errors:
        advice = "write a header, such as: study,events,total"
        refusals.add(Place(file, 1), "csv-header", "an empty file", "a header", advice)
    return out


def _form(header: Sequence[str], place: Place, refusals: Refusals) -> Form | None:
    """Return the form the header's columns make, noting why there is none."""
    twice = sorted({c for c in header if c and header.count(c) > 1})
    if twice:
        refusals.add(place, "csv-header", f"column {twice[0]!r} twice", "each column once", "rename one of them")
        return None
    columns = set(header)
    for form, needs, may in FORMS:
        ready = needs <= columns and (form != "effect" or columns & may)
        if ready and (form != "survival" or columns & {"se", "n"} or {"lower", "upper"} <= columns):
            if "study" in columns:
                return form
            advice = nearest_column("study", header) or "name the studies in a column: study"
            refusals.add(place, "missing-column", "no column study", "a name for every study", advice)
            return None
    expected = "events,total or events,total,events2,total2 or estimate,lower,upper or effect,variance or survival,se"
    strange = next((c for c in header if c not in KNOWN), "")
    advice = f"{strange!r}: {nearest(strange, KNOWN)}" if strange else "add the missing columns"
    refusals.add(place, "csv-header", f"the columns {','.join(header)}", f"study with {expected}", advice)
    return None


def nearest_column(wanted: str, header: Sequence[str]) -> str:
    """Return advice to rename a column that is nearly called `wanted`, or nothing."""
    close = nearest(wanted, [c for c in header if c])
    return f"rename a column: {close}" if close.startswith("did you mean") else ""


def _measure(form: Form, asked: str, file: str) -> TableMeasure:
    """Return the measure asked for, or the only one the form allows. Raises UsageError where it must be said."""
    known = FORM_MEASURES[form]
    if not asked:
        if form in GUESSED:
            return GUESSED[form]
        raise UsageError(
            f"{file} holds {form} columns, which do not say their measure; add --measure {'|'.join(known)}"
        )
    found = next((m for m in known if m.lower() == asked.lower()), None)
    if found is None:
        raise UsageError(f"{file} holds {form} columns, which cannot be pooled as {asked}; use {', '.join(known)}")
    return found


def _used(form: Form, header: Sequence[str]) -> frozenset[str]:
    needs, may = next((needs, may) for name, needs, may in FORMS if name == form)
    return frozenset(c for c in header if c in needs | may)


def _row(
    cells: Sequence[str], header: Sequence[str], used: frozenset[str], by: str, place: Place, refusals: Refusals
) -> TableRow | None:
    """Return one study, or None with every problem of its line noted."""
    if len(cells) != len(header):
        advice = "give every column a cell; quote cells that hold the separator"
        refusals.add(place, "csv-cells", f"{len(cells)} cells", f"{len(header)} cells, as the header has", advice)
        return None
    text = {c: v.strip() for c, v in zip(header, cells, strict=True)}
    if not text["study"]:
        refusals.add(place, "no-study", "no study name", "a name", "name the study, such as: Smith 2020")
    values: dict[str, float] = {}
    for column in sorted(used):
        if text[column]:
            value = _number(text[column], column, place, refusals)
            if value is not None:
                values[column] = value
    if by and not text[by]:
        refusals.add(place, "no-level", f"no {by}", "a level for every study", f"fill the column {by}")
    return TableRow(study=text["study"], level=text[by] if by else "", values=values, place=place)


def _number(text: str, column: str, place: Place, refusals: Refusals) -> float | None:
    """Return a cell as a number: a whole one for counts, a level given in percent as a fraction."""
    if column in COUNTS:
        if WHOLE.fullmatch(text) and int(text) <= MAX_PEOPLE:
            return float(text)
        refusals.add(
            place, "count", f"{column} {text!r}", f"a whole number up to {MAX_PEOPLE}", "digits only, such as 12"
        )
        return None
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if math.isfinite(value):
        return value / 100.0 if column == "level" and 1.0 < value < 100.0 else value
    advice = "write it with a decimal point and without signs, such as 0.85"
    refusals.add(place, "number", f"{column} {text!r}", "a number", advice)
    return None


REQUIRED: dict[Form, Callable[[frozenset[str]], str]] = {
    "proportion": lambda v: _missing(v, "events", "total"),
    "two-arm": lambda v: _missing(v, "events", "total", "events2", "total2"),
    "interval": lambda v: _missing(v, "estimate", "lower", "upper"),
    "effect": lambda v: _missing(v, "effect") or ("" if v & {"variance", "se"} else "variance or se"),
    "survival": lambda v: (
        _missing(v, "survival") or ("" if {"lower", "upper"} <= v or v & {"se", "n"} else "lower and upper, se or n")
    ),
}


def _missing(have: frozenset[str], *needs: str) -> str:
    return ", ".join(n for n in needs if n not in have)


def _chosen_fits(form: Form, rows: Sequence[TableRow], refusals: Refusals) -> None:
    """Note every row that lacks a cell its form needs (a cell that was refused already is not told twice)."""
    told = {p.place for p in refusals.problems}
    for row in rows:
        missing = REQUIRED[form](frozenset(row.values))
        if missing and row.place not in told:
            advice = "fill it, or leave the study out and say why"
            refusals.add(row.place, "blank", f"no {missing} of {row.study}", "a value", advice)
