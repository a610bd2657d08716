"""Coordinates as a table: its columns told apart by name, its numbers read by one notation, rows not read said.

Two columns, time and survival, with or without a header; a third that names the curve; one time column and a column for
each curve; a table of a survival program (time, surv, n.risk, …); or WebPlotDigitizer's pairs of columns with the
curves' names in the first row. Commas, semicolons or tabs; decimal commas where that is the only way to read them.
"""

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from remit.errors import InputError
from remit.model.curve import CurvePoints

MOST_ROWS = 200_000
TIME_WORDS = frozenset(
    {"time", "t", "x", "months", "years", "days", "weeks", "month", "year", "week", "day", "timeline", "follow.up"}
)
SURVIVAL_WORDS = frozenset(
    {"survival", "surv", "s", "y", "s.t", "probability", "percent", "value", "estimate", "km.estimate", "sdf"}
)
CURVE_WORDS = frozenset({"curve", "arm", "group", "name", "series", "dataset", "strata", "stratum"})
STATISTICS = (
    frozenset({"n", "n.risk", "n.event", "n.censor", "at.risk", "number.at.risk", "events", "event", "censored"})
    | frozenset({"removed", "observed", "entrance", "std.err", "std.error", "se", "cumhaz", "std.chaz"})
    | frozenset({"lower", "upper", "lower.ci", "upper.ci", "lower.95.ci", "upper.95.ci", "conf.low", "conf.high"})
    | frozenset({"lcl", "ucl", "sdf.lcl", "sdf.ucl", "km.estimate.lower.0.95", "km.estimate.upper.0.95"})
)
ABSENT = frozenset({"", "na", "nan", "n/a", "null", "none", "-", ".", "–", "inf", "-inf", "+inf"})
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([,.])[0-9]{3}")
SPACED = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f'\u2019][0-9]{3})+(?:[.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Notation:
    """What stands for a comma before three digits in the numbers of one table: a decimal point, or nothing."""

    comma: str = "."

    def number(self, text: str) -> float | None:
        """Return the finite number that `text` is, or None."""
        word = text.strip().rstrip("%").strip().replace("\u2212", "-")
        if SPACED.fullmatch(word):
            word = re.sub(r"[ \u00a0\u2009\u202f'\u2019]", "", word)
        if "," in word and "." in word:
            last = "," if word.rfind(",") > word.rfind(".") else "."
            word = word.replace("." if last == "," else ",", "").replace(last, ".")
        elif word.count(",") > 1 or word.count(".") > 1:
            word = re.sub(r"(?<=[0-9])[,.](?=[0-9]{3}(?![0-9]))", "", word)
        elif GROUPED.fullmatch(word):
            word = word.replace(",", self.comma)
        else:
            word = word.replace(",", ".")
        if not word.isascii() or "_" in word:
            return None
        try:
            value = float(word)
        except ValueError:
            return None
        return value if math.isfinite(value) else None


PLAIN = Notation()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table and the line of the file it ends on."""

    line: int
    cells: tuple[str, ...]

    def cell(self, at: int) -> str:
        """Return one cell, "" beyond the row's end."""
        return self.cells[at] if at < len(self.cells) else ""


@dataclass(slots=True)
class Column:
    """The points of one curve, and what was said in reading them."""

    pairs: list[tuple[float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def made(self, notes: Sequence[str] = ()) -> CurvePoints:
        """Return the points. InputError where a number could not be read: a curve with gaps unsaid is a wrong curve."""
        if self.unread:
            more = f" and {len(self.unread) - 3} more" if len(self.unread) > 3 else ""
            raise InputError(
                f"{'; '.join(self.unread[:3])}{more}: no plain number; write the number alone, or take the line out"
            )
        return CurvePoints(
            time=tuple(t for t, _ in self.pairs),
            survival=tuple(s for _, s in self.pairs),
            notes=(*notes, *self.notes),
            warnings=tuple(self.warnings),
        )


def read(text: str, name: str) -> dict[str, CurvePoints]:
    """Return the points of each curve by name, in the table's order.

    Raises
    ------
    InputError
        The text is no table of numbers, a number in it can be read in two ways, or one cannot be read.
    """
    rows = _rows(text, name)
    try:
        notation, notes = _notation(rows)
        return _curves(rows, notation, notes)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _rows(text: str, name: str) -> list[Row]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = "\t" if "\t" in first else (";" if ";" in first else ",")
    if mark == "," and "," not in first and " " in first.strip():
        mark = " "
    reader = csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True)
    try:
        rows = [Row(reader.line_num, tuple(c.strip() for c in r)) for r in reader]
    except csv.Error as error:
        raise InputError(f"{name}: not a CSV table ({error}); expected columns of time and survival") from None
    rows = [r for r in rows if any(r.cells)]
    wide = len(rows[0].cells) if rows else 0
    if not rows or wide < 2 or len(rows) > MOST_ROWS:
        raise InputError(f"{name}: {len(rows)} rows of {wide} columns; expected time,survival")
    return rows


def _notation(rows: Sequence[Row]) -> tuple[Notation, list[str]]:
    """What commas and points mean in the whole table. InputError where both meanings are possible."""
    commas, points = {c for r in rows for c in r.cells if "," in c}, {c for r in rows for c in r.cells if "." in c}
    plain = {c for c in commas | points if PLAIN.number(c) is not None}
    either = sorted(c for c in plain if GROUPED.fullmatch(c.rstrip("% ")))
    decimal = {mark: any(_decimal(c, mark) for c in plain) for mark in ",."}
    doubt = next((c for c in either if "," in c), None)
    if doubt is not None and not decimal[","]:
        if not decimal["."] and not any("." in c for c in either):
            whole, part = doubt.replace(",", ""), doubt.replace(",", ".")
            raise InputError(f"{doubt} may be {whole} or {part}; write one of these for each such number")
        if any("." in c for c in either) and not decimal["."]:
            raise InputError(f"{doubt}: commas and points both stand before three digits; write decimal points only")
        return Notation(comma=""), [f"a comma before three digits read as one between thousands, as in {doubt}"]
    if doubt is not None and decimal["."]:
        raise InputError(f"{doubt} may have a decimal comma or one between thousands: the table has numbers of both")
    dotted = next((c for c in either if "." in c), None)
    if dotted is not None and decimal[","] and not decimal["."]:
        whole = dotted.replace(".", "")
        raise InputError(
            f"{dotted} may be {whole}, since other numbers have decimal commas; write {whole} or with them"
        )
    return PLAIN, []


def _decimal(cell: str, mark: str) -> bool:
    """Whether `mark` can only be the decimal mark of a number."""
    word = cell.rstrip("% ")
    other = "." if mark == "," else ","
    if other in word:
        return word.rfind(mark) > word.rfind(other)
    return word.count(mark) == 1 and not GROUPED.fullmatch(word)


def _curves(rows: Sequence[Row], notation: Notation, notes: Sequence[str]) -> dict[str, CurvePoints]:
    head = rows[0].cells
    words = [_word(c) for c in head]
    if notation.number(head[0]) is not None:
        named = Row(0, ("time", *(f"curve {i}" for i in range(1, len(head)))))
        return _wide([named, *rows], notation, notes)
    if len(rows) > 1 and [c.lower() for c in rows[1].cells[:2]] == ["x", "y"]:
        return _pairs(rows, notation, notes)
    if any(w in CURVE_WORDS for w in words) and len(head) >= 3:
        return _long(rows, words, notation, notes)
    return _wide(rows, notation, notes)


def _word(title: str) -> str:
    """A column's name without its unit in brackets, in lower case, its parts joined by points."""
    bare = re.sub(r"[(\[](?!t[)\])])[^)\]]*[)\]]", "", title.lower())
    return re.sub(r"[^a-z0-9]+", ".", bare).strip(".")


def _wide(rows: Sequence[Row], notation: Notation, notes: Sequence[str]) -> dict[str, CurvePoints]:
    head = rows[0].cells
    words = [_word(c) for c in head]
    at = next((i for i, w in enumerate(words) if w in TIME_WORDS), 0)
    rest = [i for i in range(len(head)) if i != at]
    kept = rest if len(rest) == 1 else [i for i in rest if words[i] not in STATISTICS]
    if len(kept) < len(rest) and any(words[i] in SURVIVAL_WORDS for i in kept):
        kept = [i for i in kept if words[i] in SURVIVAL_WORDS]
    columns = {i: _values(rows[1:], at, i, notation, len(kept) > 1) for i in kept}
    columns = {i: c for i, c in columns.items() if len(c.pairs) > 1}
    left = [head[i] or f"column {i + 1}" for i in rest if i not in columns]
    notes = [*notes, f"columns left out: {', '.join(left)}"] if left else notes
    found: dict[str, CurvePoints] = {}
    for i, column in columns.items():
        single = len(head) == 2 or words[i] in SURVIVAL_WORDS
        title = "curve" if single and not found else head[i] or f"curve {i}"
        found[title if title not in found else f"{title} {i}"] = column.made(notes)
    return _some(found)


def _pairs(rows: Sequence[Row], notation: Notation, notes: Sequence[str]) -> dict[str, CurvePoints]:
    found: dict[str, CurvePoints] = {}
    for i in range(0, len(rows[1].cells) - 1, 2):
        column = _values(rows[2:], i, i + 1, notation, True)
        if len(column.pairs) > 1:
            title = rows[0].cell(i) or f"curve {i // 2 + 1}"
            found[title if title not in found else f"{title} {i // 2 + 1}"] = column.made(notes)
    return _some(found)


def _long(
    rows: Sequence[Row], words: Sequence[str], notation: Notation, notes: Sequence[str]
) -> dict[str, CurvePoints]:
    which = next(i for i, w in enumerate(words) if w in CURVE_WORDS)
    rest = [i for i in range(len(words)) if i != which]
    at = next((i for i in rest if words[i] in TIME_WORDS), rest[0])
    rest = [i for i in rest if i != at]
    likely = [i for i in rest if words[i] not in STATISTICS] or rest
    value = next((i for i in likely if words[i] in SURVIVAL_WORDS), likely[0])
    left = [rows[0].cell(i) or f"column {i + 1}" for i in rest if i != value]
    notes = [*notes, f"columns left out: {', '.join(left)}"] if left else notes
    groups: dict[str, list[Row]] = {}
    for row in rows[1:]:
        groups.setdefault(row.cell(which), []).append(row)
    return _some({g or "curve": _values(r, at, value, notation, False).made(notes) for g, r in groups.items()})


def _values(rows: Sequence[Row], at: int, value: int, notation: Notation, several: bool) -> Column:
    """The points of two columns. A time without a value is said unless the table has `several` curves."""
    out, absent = Column(), []
    for row in rows:
        time, survival = row.cell(at), row.cell(value)
        t, s = notation.number(time), notation.number(survival)
        if t is not None and s is not None:
            out.pairs.append((t, s))
        elif any(n is None and any(c.isdigit() for c in cell) for n, cell in ((t, time), (s, survival))):
            out.unread.append(f"line {row.line}: {time[:20]},{survival[:20]}")
        elif t is None and s is None:
            if not several:
                out.notes.append(f"line {row.line} ({time[:20]},{survival[:20]}) holds no numbers: not read")
        elif not several or (survival if s is None else time).lower() not in ABSENT:
            absent.append((row.line, t))
    _absent(out, absent)
    return out


def _absent(out: Column, absent: Sequence[tuple[int, float | None]]) -> None:
    """Say which times have no survival, and whether the curve may be cut short by that."""
    if not absent:
        return
    said = ", ".join(f"line {line}" + ("" if t is None else f" (time {t:g})") for line, t in absent[:6])
    more = f" and {len(absent) - 6} more" if len(absent) > 6 else ""
    last, beyond = max((t for t, _ in out.pairs), default=0.0), [t for _, t in absent if t is not None]
    short = f"; the curve may be cut short at {last:g}" if beyond and max(beyond) > last else ""
    out.warnings.append(f"half a point, not read, on {said}{more}{short}")


def _some(found: dict[str, CurvePoints]) -> dict[str, CurvePoints]:
    found = {k: v for k, v in found.items() if len(v.time) > 1}
    if not found:
        raise InputError("no two columns of numbers; expected time and survival, one point a line")
    return found
