"""Certainty of a body of evidence, step by step, and whether anyone has signed it."""

from dataclasses import dataclass
from typing import Literal

from remit.model.place import Place

Level = Literal["high", "moderate", "low", "very low"]
Route = Literal["rate", "comparative"]
LEVELS: tuple[Level, ...] = ("very low", "low", "moderate", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One domain's effect on certainty: change in levels (negative is down) and the reason in words."""

    domain: str
    change: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """A level with the route and steps that led to it; `signed_by` is empty while it is only suggested."""

    level: Level
    route: Route
    start: Level
    steps: tuple[Step, ...]
    signed_by: str = ""
    signed_on: str = ""

    @property
    def marks(self) -> str:
        """The level as GRADE's four circles."""
        n = LEVELS.index(self.level) + 1
        return "⊕" * n + "○" * (4 - n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A person's judgement that stands in place of a suggestion (certainty.yaml)."""

    analysis: str
    level: Level
    reason: str
    by: str
    date: str
    place: Place
