"""Coordinates somebody clicked: CSV in its usual shapes, and WebPlotDigitizer's JSON or project file (.tar).

CSV is read as a table of times and survival.

WebPlotDigitizer: `axesColl` and `datasetColl` of versions 4 and 5, `dataSeries` of version 3. Values are taken from the
file, or worked out from its calibration where it holds places alone.
"""

import io
import json
import math
import tarfile
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from remit.errors import InputError
from remit.extract.tracing import calibrate, table
from remit.extract.tracing.calibrate import Axes
from remit.model.curve import CurvePoints
from remit.model.trace import Known

Json: TypeAlias = str | float | int | bool | list["Json"] | dict[str, "Json"] | None
Pairs: TypeAlias = list[tuple[float, float]]
MOST_BYTES = 20_000_000


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
    return table.read(text, name)


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
    number = table.PLAIN.number(str(value)) if isinstance(value, int | float | str) else None
    return math.nan if number is None else number


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else []
