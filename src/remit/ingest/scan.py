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
    return _cleaned(raw, seen, _count(seen == FEED), _count(seen == RETURN) if b"\r" in raw else 0)


def normal(raw: bytes) -> tuple[bytes, int]:
    """Return text without control characters whose lines end in line feeds, and how many of these there are."""
    seen = _seen(raw)
    feed = seen == FEED
    feeds = _count(feed)
    if b"\r" not in raw:
        return _cleaned(raw, seen, feeds, 0), feeds
    back = seen == RETURN
    returns = _count(back)
    clean = _cleaned(raw, seen, feeds, returns)
    if clean is raw and returns == _count(back[:-1] & feed[1:]):
        return clean.replace(b"\r", b""), feeds
    plain = _RETURNS.sub(b"\n", clean)
    return plain, lines(plain)


def _seen(raw: bytes) -> Bytes:
    return np.frombuffer(raw, np.uint8)


def _count(found: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(found))


def _cleaned(raw: bytes, seen: Bytes, feeds: int, returns: int) -> bytes:
    """Return text without control characters; blanks that are below the space in the table of characters stay."""
    others = _count(seen < SPACE) - feeds - returns
    if others:
        others -= _count(seen == TAB)
    return raw.translate(_BREAKS, _CONTROLS) if others or b"\x7f" in raw else raw
