"""Coordinates somebody clicked: CSV in its usual shapes, and WebPlotDigitizer's JSON or project file (.tar).

CSV: two columns, time and survival, with or without a header; a third that names the curve; one time column and a
column for each curve; or WebPlotDigitizer's pairs of columns with the curves' names in the first row. Commas,
semicolons or tabs; decimal commas where the separator allows them.

WebPlotDigitizer: `axesColl` and `datasetColl` of versions 4 and 5, `dataSeries` of version 3. Values are taken from the
file, or worked out from its calibration where it holds places alone.
"""

import csv
import io
import json
import math
import tarfile
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from remit.errors import InputError
from remit.extract.tracing import calibrate
from remit.extract.tracing.calibrate import Axes
from remit.model.curve import CurvePoints
from remit.model.trace import Known

Json: TypeAlias = str | float | int | bool | list["Json"] | dict[str, "Json"] | None
Pairs: TypeAlias = list[tuple[float, float]]
MOST_BYTES = 20_000_000
MOST_ROWS = 200_000
TIME_WORDS = ("time", "t", "x", "months", "years", "days", "weeks", "month", "year")
SURVIVAL_WORDS = ("survival", "surv", "s", "y", "probability", "percent", "value")
CURVE_WORDS = ("curve", "arm", "group", "name", "series", "dataset")


def read(data: bytes, name: str) -> dict[str, CurvePoints]:
    """Return the points of each curve by name, in the file's order.

    Raises
    ------
    InputError
        The file is too large, is no table of numbers, or is no WebPlotDigitizer file.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"{name}: {len(data):,} bytes; expected at most {MOST_BYTES:,} for coordinates")
    if name.lower().endswith(".tar"):
        return _project(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8 text; save the coordinates as UTF-8 CSV") from None
    if name.lower().endswith(".json"):
        return _wpd(text, name)
    return _csv(text, name)


def _csv(text: str, name: str) -> dict[str, CurvePoints]:
    rows = _rows(text, name)
    head = [c.strip().lower() for c in rows[0]]
    if _number(head[0]) is not None:
        return _wide([["time", *(f"curve {i}" for i in range(1, len(head)))], *rows], name)
    if len(rows) > 1 and len(head) >= 2 and [c.strip().lower() for c in rows[1][:2]] == ["x", "y"]:
        return _pairs(rows, name)
    if any(c in CURVE_WORDS for c in head) and len(head) >= 3:
        return _long(rows, head, name)
    return _wide(rows, name)


def _rows(text: str, name: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = "\t" if "\t" in first else (";" if ";" in first else ",")
    if mark == "," and "," not in first and " " in first.strip():
        mark = " "
    try:
        rows = [[c.strip() for c in r] for r in csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True)]
    except csv.Error as error:
        raise InputError(f"{name}: not a CSV table ({error}); expected columns of time and survival") from None
    rows = [r for r in rows if any(r)]
    if not rows or len(rows[0]) < 2 or len(rows) > MOST_ROWS:
        raise InputError(f"{name}: {len(rows)} rows of {len(rows[0]) if rows else 0} columns; expected time,survival")
    return rows


def _number(text: str) -> float | None:
    word = text.strip().rstrip("%").strip()
    if word.count(",") == 1 and "." not in word:
        word = word.replace(",", ".")
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _wide(rows: list[list[str]], name: str) -> dict[str, CurvePoints]:
    head = [c.strip() for c in rows[0]]
    lower = [c.lower() for c in head]
    at = next((i for i, c in enumerate(lower) if c in TIME_WORDS), 0)
    found: dict[str, CurvePoints] = {}
    for i, title in enumerate(head):
        if i == at:
            continue
        pairs = _values(rows[1:], at, i)
        if len(pairs) > 1:
            single = len(head) == 2 or lower[i] in SURVIVAL_WORDS
            found["curve" if single and not found else title or f"curve {i}"] = _made(pairs)
    return _some(found, name)


def _pairs(rows: list[list[str]], name: str) -> dict[str, CurvePoints]:
    found: dict[str, CurvePoints] = {}
    for i in range(0, len(rows[1]) - 1, 2):
        title = rows[0][i].strip() if i < len(rows[0]) else ""
        pairs = _values(rows[2:], i, i + 1)
        if len(pairs) > 1:
            found[title or f"curve {i // 2 + 1}"] = _made(pairs)
    return _some(found, name)


def _long(rows: list[list[str]], head: list[str], name: str) -> dict[str, CurvePoints]:
    which = next(i for i, c in enumerate(head) if c in CURVE_WORDS)
    rest = [i for i in range(len(head)) if i != which]
    at = next((i for i in rest if head[i] in TIME_WORDS), rest[0])
    value = next((i for i in rest if i != at and head[i] in SURVIVAL_WORDS), next(i for i in rest if i != at))
    groups: dict[str, list[list[str]]] = {}
    for row in rows[1:]:
        if len(row) > which:
            groups.setdefault(row[which], []).append(row)
    return _some({g or "curve": _made(_values(held, at, value)) for g, held in groups.items()}, name)


def _values(rows: Sequence[Sequence[str]], at: int, value: int) -> Pairs:
    out: Pairs = []
    for row in rows:
        if max(at, value) < len(row):
            t, s = _number(row[at]), _number(row[value])
            if t is not None and s is not None:
                out.append((t, s))
    return out


def _made(pairs: Pairs) -> CurvePoints:
    return CurvePoints(time=tuple(t for t, _ in pairs), survival=tuple(s for _, s in pairs))


def _some(found: dict[str, CurvePoints], name: str) -> dict[str, CurvePoints]:
    found = {k: v for k, v in found.items() if len(v.time) > 1}
    if not found:
        raise InputError(f"{name}: no two columns of numbers; expected time and survival, one point a line")
    return found


def _project(data: bytes, name: str) -> dict[str, CurvePoints]:
    """A project file: an archive whose wpd.json is read in place, nothing unpacked."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for i, member in enumerate(archive):
                if i > 200:
                    break
                if member.isfile() and member.name.rpartition("/")[2] == "wpd.json" and member.size <= MOST_BYTES:
                    held = archive.extractfile(member)
                    if held is not None:
                        return _wpd(held.read(MOST_BYTES).decode("utf-8"), name)
    except (tarfile.TarError, UnicodeDecodeError, OSError, EOFError) as error:
        raise InputError(f"{name}: not a readable project file ({error}); save the project again") from None
    raise InputError(f"{name}: holds no wpd.json; expected a WebPlotDigitizer project")


def _wpd(text: str, name: str) -> dict[str, CurvePoints]:
    try:
        whole: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not JSON ({str(error)[:100]}); save the project again") from None
    top = _map(whole)
    old = _map(top.get("wpd"))
    sets = _list(top.get("datasetColl")) or _list(old.get("dataSeries"))
    if not sets:
        raise InputError(f"{name}: no datasetColl; expected a WebPlotDigitizer project or a CSV of points")
    axes = {str(_map(a).get("name", "")): _map(a) for a in _list(top.get("axesColl"))}
    found: dict[str, CurvePoints] = {}
    for i, held in enumerate(sets, 1):
        one = _map(held)
        pairs = _dataset(_list(one.get("data")), axes.get(str(one.get("axesName", ""))), name)
        if pairs:
            title = str(one.get("name") or f"curve {i}")[:80]
            found[title if title not in found else f"{title} {i}"] = _made(pairs)
    return _some(found, name)


def _dataset(data: Sequence[Json], axis: Mapping[str, Json] | None, name: str) -> Pairs:
    values = [_list(_map(p).get("value")) for p in data]
    numbers = [tuple(float(v) for v in pair[:2] if isinstance(v, int | float)) for pair in values]
    if all(len(n) == 2 for n in numbers):
        return [(n[0], n[1]) for n in numbers]
    if axis is None:
        raise InputError(f"{name}: points without values and without axes; calibrate the axes and save again")
    frame = _calibrated(axis, name)
    out: Pairs = []
    for p in data:
        x, y = _map(p).get("x"), _map(p).get("y")
        if isinstance(x, int | float) and isinstance(y, int | float):
            out.append((float(frame.time(float(x))), float(frame.survival(float(y)))))
    return out


def _calibrated(axis: Mapping[str, Json], name: str) -> Axes:
    if axis.get("type", "XYAxes") != "XYAxes" or axis.get("isLogX") or axis.get("isLogY"):
        raise InputError(f"{name}: axes that are not plain and linear; expected XY axes without logarithms")
    points = [_map(p) for p in _list(axis.get("calibrationPoints"))]
    if len(points) < 4:
        raise InputError(f"{name}: {len(points)} calibration points; expected two for each axis")
    held = [(_float(p, "px"), _float(p, "py"), _float(p, "dx"), _float(p, "dy")) for p in points[:4]]
    return calibrate.axes(
        [Known((px,), dx) for px, _, dx, _ in held[:2]], [Known((py,), dy) for _, py, _, dy in held[2:]]
    )


def _float(held: Mapping[str, Json], key: str) -> float:
    value = held.get(key)
    number = _number(str(value)) if isinstance(value, int | float | str) else None
    return math.nan if number is None else number


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else []
