"""Nouns as plain values for JSON: stable order, no places' line numbers, floats to eight significant digits."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias

from remit.model.place import Place

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None


def rounded(value: float) -> float:
    """Return `value` to eight significant digits, the precision findings are stored with."""
    return float(f"{value:.8g}") if math.isfinite(value) else value


def plain(value: object, number: Callable[[float], float] = rounded) -> Plain:
    """Return `value` as JSON values; a `place` beside a `key` becomes `row`, as in studies/x/counts.csv#c1.

    `number` is applied to every float: rounding to eight digits, unless the unrounded values are wanted.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Place):
        return value.file
    if isinstance(value, Mapping):
        return {str(k): plain(v, number) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(v, number) for v in items]
    if is_dataclass(value) and not isinstance(value, type):
        out: dict[str, Plain] = {}
        for f in fields(value):
            if f.name != "place":
                out[f.name] = plain(getattr(value, f.name), number)
        place, key = getattr(value, "place", None), getattr(value, "key", None)
        if isinstance(place, Place) and key is not None:
            out["row"] = f"{place.file}#{key}"
        return out
    raise TypeError(f"no plain form for {type(value).__name__}")


def finite(value: Plain) -> Plain:
    """Return `value` with null where a float is not finite, which JSON cannot hold."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [finite(v) for v in value]
    return {k: finite(v) for k, v in value.items()} if isinstance(value, dict) else value
