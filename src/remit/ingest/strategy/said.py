"""What a translation does not say the same, in words, and what that does to the records found.

Within NOT everything is turned round: what finds more there takes more away, and records are missed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from remit.ingest.strategy.spell import Effect

_SUFFIX: dict[tuple[Effect, int], str] = {
    ("more", 1): "; finds more",
    ("fewer", 1): "; finds fewer: records can be missed",
    ("either", 1): "; finds others: records can be missed",
    ("more", -1): "; within NOT, so more is excluded: records can be missed",
    ("fewer", -1): "; within NOT, so less is excluded: finds more",
    ("either", -1): "; within NOT, so others are excluded: records can be missed",
    ("more", 0): "; used within NOT and beside it: records can be missed",
    ("fewer", 0): "; used within NOT and beside it: records can be missed",
    ("either", 0): "; used within NOT and beside it: records can be missed",
}


class Said:
    """Gathers what was lost. `sign` is 1 where more found is more in the end, -1 within NOT, 0 where both hold."""

    def __init__(self) -> None:
        self.lost: dict[str, None] = {}
        self.sign = 1

    @property
    def strict(self) -> bool:
        """Whether finding more would miss records in the end."""
        return self.sign < 0

    def lose(self, words: str, effect: Effect = "") -> None:
        """Remember something that is not the same, and what it does here."""
        self.lost[words + _SUFFIX.get((effect, self.sign), "")] = None

    @contextmanager
    def turned(self) -> Iterator[None]:
        """Within NOT."""
        self.sign = -self.sign
        try:
            yield
        finally:
            self.sign = -self.sign
