"""What every result can do: say itself in words, become plain values, and give its interval as an object."""

from dataclasses import fields, is_dataclass
from typing import ClassVar, TypeAlias

import numpy as np

from remit.errors import InputError
from remit.stats.interval import Interval

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
SHOWN = 8


class Result:
    """Base of frozen results; the fields are the dataclass's own."""

    __slots__: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Plain]:
        """Return every field by name as plain values: lists for arrays, mappings for results inside, unrounded.

        What has no plain form (a function kept for later evaluation) is left out. Infinite ends stay floats.
        """
        found = ((name, plain(held)) for name, held in _held(self))
        return {name: value for name, value in found if not isinstance(value, _Omitted)}

    def summary(self) -> str:
        """Return the result as text, a field a line, six significant digits, long tuples cut and counted."""
        rows = [(name, _said(value)) for name, value in _held(self) if plain(value) is not OMITTED]
        width = max((len(name) for name, _ in rows), default=0)
        return "\n".join([_title(self), *(f"  {name:<{width}}  {said}".rstrip() for name, said in rows)])

    def confidence_interval(self, position: int | None = None) -> Interval:
        """Return `lower` and `upper` as an interval of the level they were made for.

        Where the result has several coefficients, `position` (from 0) chooses one.

        Raises
        ------
        InputError
            The result has no interval, or `position` is needed and not given, or out of range.
        """
        lower, upper = getattr(self, "lower", None), getattr(self, "upper", None)
        level = getattr(self, "level", None)
        if lower is None or upper is None or not isinstance(level, float):
            raise InputError(f"{type(self).__name__} has no interval of its own; read its fields")
        if isinstance(lower, tuple | np.ndarray):
            if position is None or not 0 <= position < len(lower):
                raise InputError(f"position {position!r}; expected 0 to {len(lower) - 1}, one for each coefficient")
            lower, upper = lower[position], upper[position]
        return Interval(float(lower), float(upper), level)


class _Omitted:
    """Stands for a value without a plain form."""


OMITTED = _Omitted()


def plain(value: object) -> "Plain | _Omitted":
    """Return `value` as plain values, or OMITTED."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        items = [plain(v) for v in value]
        return [v for v in items if not isinstance(v, _Omitted)]
    if isinstance(value, dict):
        return {str(k): v for k, held in value.items() if not isinstance(v := plain(held), _Omitted)}
    if is_dataclass(value) and not isinstance(value, type):
        found = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        kept = {k: v for k, v in found.items() if not isinstance(v, _Omitted)}
        return kept if kept or not found else OMITTED
    return OMITTED


def _held(result: object) -> list[tuple[str, object]]:
    named = fields(result) if is_dataclass(result) else ()
    return [(f.name, getattr(result, f.name)) for f in named]


def _title(result: object) -> str:
    doc = (type(result).__doc__ or "").strip().splitlines()
    said = doc[0].rstrip(".") if doc else ""
    name = type(result).__name__
    return name if not said or said.startswith(f"{name}(") else f"{name}: {said}"


def _said(value: object) -> str:
    """One value in words, on one line."""
    held = plain(value)
    if isinstance(held, float):
        return f"{held:.6g}"
    if isinstance(held, list):
        parts = [_said(v) for v in held[:SHOWN]]
        rest = len(held) - SHOWN
        return "(" + ", ".join(parts) + (f", … {rest} more)" if rest > 0 else ")")
    if isinstance(held, dict):
        return ", ".join(f"{k} {_said(v)}" for k, v in held.items())
    return "none" if held is None else str(held)
