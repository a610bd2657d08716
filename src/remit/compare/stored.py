"""The numbers of a finding that two versions are compared by, read from its stored form or from the finding itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from remit.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Estimate and interval on the natural scale, number and names of what entered, level of certainty."""

    estimate: float | None
    lower: float | None
    upper: float | None
    k: int
    studies: tuple[str, ...]
    level: str


def numbers(f: Finding) -> Stored:
    """Return the comparable numbers of a computed finding."""
    return Stored(
        estimate=f.estimate,
        lower=f.lower,
        upper=f.upper,
        k=f.k,
        studies=tuple(_name(u.study, u.arm) for u in f.used),
        level=f.certainty.level if f.certainty is not None else "",
    )


def stored(value: Mapping[str, object]) -> Stored:
    """Return the comparable numbers of a stored finding; what is missing or of another form counts as absent."""
    used = value.get("used")
    rows = [u for u in used if isinstance(u, Mapping)] if isinstance(used, list | tuple) else []
    pooled, certainty = value.get("pooled"), value.get("certainty")
    source: Mapping[object, object] = {}
    if isinstance(pooled, Mapping):
        source = pooled
    elif len(rows) == 1:
        source = rows[0]
    level = certainty.get("level") if isinstance(certainty, Mapping) else ""
    return Stored(
        estimate=_number(source.get("estimate")),
        lower=_number(source.get("lower")),
        upper=_number(source.get("upper")),
        k=len(rows),
        studies=tuple(_name(str(u.get("study", "")), str(u.get("arm", ""))) for u in rows),
        level=level if isinstance(level, str) else "",
    )


def _name(study: str, arm: str) -> str:
    return f"{study}/{arm}"


def _number(value: object) -> float | None:
    """Return a stored number; infinities are stored as the words inf and -inf."""
    if isinstance(value, str) and value in ("inf", "-inf"):
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
