"""How a figure was traced: the reproducible record, from known points of the axes to what the report prints."""

import re
from dataclasses import dataclass

from remit.errors import InputError
from remit.model.curve import UNITS, RiskTable

NUMBER = r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})"
POINT = re.compile(rf"({NUMBER})(?:,({NUMBER}))?:({NUMBER})%?")
PLACE = re.compile(rf"({NUMBER}),({NUMBER})")
RISK = re.compile(rf"({NUMBER}):([0-9]{{1,7}})")
CORRECTION = re.compile(rf"({NUMBER}):({NUMBER}|-)")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,59}")


@dataclass(frozen=True, slots=True)
class Known:
    """A known point of an axis: its place, one or both coordinates, and the value printed there."""

    place: tuple[float, ...]
    value: float

    def __str__(self) -> str:
        return ",".join(f"{p:.10g}" for p in self.place) + f":{self.value:.10g}"


@dataclass(frozen=True, slots=True)
class Correction:
    """A step put right by a person: survival from `time` on, or None where a step is taken out."""

    time: float
    survival: float | None

    def __str__(self) -> str:
        return f"{self.time:.10g}:" + ("-" if self.survival is None else f"{self.survival:.10g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCurve:
    """One curve of a figure: how it is told from others, and what the report prints of it."""

    curve: str
    colour: str = ""
    through: tuple[tuple[float, float], ...] = ()
    risk: RiskTable | None = None
    total: int | None = None
    events: int | None = None
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.curve):
            raise InputError(
                f"curve name {self.curve!r}; expected up to 60 letters, digits, blanks and . _ + ( ) - for a file name"
            )
        if self.total is not None and self.total < 1:
            raise InputError(f"curve {self.curve}: {self.total} patients; expected 1 or more")
        if self.events is not None and self.events < 0:
            raise InputError(f"curve {self.curve}: {self.events} events; expected 0 or more")
        if self.total is not None and self.events is not None and self.events > self.total:
            raise InputError(
                f"curve {self.curve}: {self.events} events in {self.total} patients; "
                "expected no more events than patients; compare with the report"
            )
        started = self.risk.counts[0] if self.risk is not None and self.risk.times[0] == 0.0 else self.total
        if self.total is not None and started != self.total:
            raise InputError(
                f"curve {self.curve}: {started} at risk at time 0 but {self.total} patients; "
                "expected the same number; compare the risk table with the report"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRecord:
    """Everything needed to trace a figure again. `unit` is that of the time axis, `to` that of the result ("" same)."""

    figure: str
    page: int = 1
    axis_x: tuple[Known, ...] = ()
    axis_y: tuple[Known, ...] = ()
    unit: str = "months"
    to: str = ""
    percent: bool | None = None
    curves: tuple[WantedCurve, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        for word in (self.unit, self.to or self.unit):
            if word not in UNITS:
                raise InputError(f"unit {word!r}; expected one of {', '.join(UNITS)}")
        names = [c.curve for c in self.curves]
        if len({n.lower() for n in names}) < len(names):
            raise InputError(f"two curves of one name among {', '.join(names)}; expected each name once")


def known(text: str) -> Known:
    """Return a known point written PLACE:VALUE or X,Y:VALUE. Raises InputError otherwise."""
    found = POINT.fullmatch(text.strip())
    if found is None:
        raise InputError(f"axis point {text!r}; expected PLACE:VALUE such as 120:0, or X,Y:VALUE such as 120,410:0")
    place = (float(found[1]),) if found[2] is None else (float(found[1]), float(found[2]))
    return Known(place, float(found[3]))


def places(text: str) -> tuple[tuple[float, float], ...]:
    """Return places written X,Y or X,Y X,Y. Raises InputError otherwise."""
    return tuple(place(word) for word in text.replace(";", " ").split())


def place(text: str) -> tuple[float, float]:
    """Return a place written X,Y. Raises InputError otherwise."""
    found = PLACE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"place {text!r}; expected X,Y such as 240,95, from the figure's top left corner")
    return float(found[1]), float(found[2])


def corrections(text: str) -> tuple[Correction, ...]:
    """Return corrections written TIME:SURVIVAL, or TIME:- for a step taken out. Raises InputError otherwise."""
    out = []
    for word in text.replace(";", " ").split():
        found = CORRECTION.fullmatch(word)
        survival = None if found is None or found[2] == "-" else float(found[2])
        if found is None or (survival is not None and not 0.0 <= survival <= 1.0):
            raise InputError(f"correction {word!r}; expected TIME:SURVIVAL from 0 to 1, or TIME:- to take a step out")
        out.append(Correction(float(found[1]), survival))
    return tuple(out)


def risk_table(text: str) -> RiskTable:
    """Return a risk table written TIME:COUNT TIME:COUNT. Raises InputError otherwise, or where it cannot be."""
    pairs = [RISK.fullmatch(word) for word in text.replace(";", " ").split()]
    if not pairs or any(p is None for p in pairs):
        raise InputError(f"risk table {text!r}; expected TIME:COUNT pairs such as 0:206 3:183 6:149")
    found = [p for p in pairs if p is not None]
    return RiskTable(tuple(float(p[1]) for p in found), tuple(int(p[2]) for p in found))
