"""What bytes of text hold, seen by numpy, a tenth of the time it takes to look for each byte by itself."""

import re

import numpy as np
import numpy.typing as npt

FEED, RETURN, TAB, SPACE = b"\n\r\t "

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r")) + b"\x7f"
_BREAKS = bytes.maketrans(b"\v\f", b"  ")
_RETURNS = re.compile(rb"\r\n?")

Bytes = npt.NDArray[np.uint8]


def lines(raw: bytes) -> int:
    """Return how many line feeds there are."""
    return _count(_seen(raw) == FEED)


def cleaned(raw: bytes) -> bytes:
    """Return text without control characters; those that break a page or column become blanks."""
    seen = _seen(raw)
    return _cleaned(raw, seen, _count(seen == FEED))


def normal(raw: bytes) -> tuple[bytes, int]:
    """Return text without control characters whose lines end in line feeds, and how many of these there are."""
    seen = _seen(raw)
    feeds = _count(seen == FEED)
    clean = _cleaned(raw, seen, feeds)
    if b"\r" not in clean:
        return clean, feeds
    if clean is raw and _count(seen == RETURN) == _ends_in_two(seen):
        return clean.replace(b"\r", b""), feeds
    plain = _RETURNS.sub(b"\n", clean)
    return plain, lines(plain)


def _seen(raw: bytes) -> Bytes:
    return np.frombuffer(raw, np.uint8)


def _count(found: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(found))


def _cleaned(raw: bytes, seen: Bytes, feeds: int) -> bytes:
    """Return text without control characters; blanks that are below the space in the table of characters stay."""
    others = _count(seen < SPACE) - feeds
    if others:
        others -= _count(seen == RETURN)
    if others:
        others -= _count(seen == TAB)
    return raw.translate(_BREAKS, _CONTROLS) if others or b"\x7f" in raw else raw


def _ends_in_two(seen: Bytes) -> int:
    """Return how many lines end in a return and a line feed."""
    return _count((seen[:-1] == RETURN) & (seen[1:] == FEED))
