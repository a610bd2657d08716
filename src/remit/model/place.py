"""Where something stands in a review folder, and what is wrong there."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file, relative to the review folder with forward slashes, and a 1-based line (0: the whole file)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One refusal or warning: where, what was seen, what was expected, what to do."""

    place: Place
    rule: str
    seen: str
    expected: str
    advice: str
    severity: Severity = "error"

    def __str__(self) -> str:
        word = "" if self.severity == "error" else "warning: "
        return f"{self.place}: {word}{self.seen}; expected {self.expected}; {self.advice} [{self.rule}]"

    def to_dict(self) -> dict[str, str | int]:
        """Return plain values for JSON."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "severity": self.severity,
            "rule": self.rule,
            "seen": self.seen,
            "expected": self.expected,
            "advice": self.advice,
        }
