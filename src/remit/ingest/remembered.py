"""Answers kept for texts that come again and again: years, ISSN, names of databases.

A function of one text is worked out once for each short text. What is kept has a bound, whatever a file holds.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LONGEST, MOST = 64, 4096


def remembered(work: Callable[[str], T]) -> Callable[[str], T]:
    """Return the same function with a memory, for answers that nobody changes."""
    return _Answers(work).__getitem__


class _Answers(dict[str, T]):
    """The answers so far; all are forgotten when there are too many."""

    def __init__(self, work: Callable[[str], T]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, text: str) -> T:
        answer = self._work(text)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = answer
        return answer
