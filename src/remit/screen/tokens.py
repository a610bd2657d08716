"""Texts as codes of words, whole arrays of letters at a time.

Words: a *word* is a run of two letters or digits or more, lower case and without a plural s; its *code* is 64 bits of
a polynomial over its letters, so that two different words have the same code about once in 10^19 pairs. Characters
beyond Unicode's first plane part words.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
LETTERS_AT_ONCE = 1 << 17
_BASE = 0x9E3779B97F4A7C15 | 1
_MIX = np.uint64(0xD6E8FEB86659FD93)
_S, _U, _I, _E, _Y = (ord(c) for c in "suiey")


@lru_cache(maxsize=1)
def _letters() -> npt.NDArray[np.bool_]:
    """For each character of the first plane, whether it is part of a word."""
    table = np.zeros(1 << 16, bool)
    for run in re.finditer(r"[^\W_]+", "".join(map(chr, range(1 << 16)))):
        table[run.start() : run.end()] = True
    return table


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[Codes, Codes]:
    """The powers of the base modulo 2^64, and of its inverse."""
    inverse = pow(_BASE, -1, 1 << 64)
    up, down = np.full(size, _BASE, np.uint64), np.full(size, inverse, np.uint64)
    up[0] = down[0] = 1
    return np.cumprod(up), np.cumprod(down)


def words(texts: Sequence[str]) -> tuple[Codes, Whole]:
    """Return the code of every word of the texts, in order, and how many words each text has."""
    codes, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for portion in _portions(texts):
        found, times = _coded(portion)
        codes.append(found)
        counts.append(times)
    return np.concatenate(codes), np.concatenate(counts)


def _portions(texts: Sequence[str]) -> Iterator[list[str]]:
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text.lower())
        size += len(text)
        if size > LETTERS_AT_ONCE:
            yield held
            held, size = [], 0
    if held:
        yield held


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _coded(texts: Sequence[str]) -> tuple[Codes, Whole]:
    joined = "\n".join(["", *texts, ""])
    units = np.frombuffer(_units(joined), np.uint16)
    plain = units.size == len(joined)
    lengths = [len(t) + 1 for t in texts] if plain else [len(_units(t)) // 2 + 1 for t in texts]
    limits = np.cumsum([1, *lengths])
    inside = _letters()[units]
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    keep = ends - starts > 1
    starts, ends = starts[keep], ends[keep]
    counts = np.diff(np.searchsorted(starts, limits))
    up, down = _powers(1 << max(18, int(units.size).bit_length()))
    sums = np.zeros(units.size + 1, np.uint64)
    np.cumsum(units * up[: units.size], out=sums[1:])
    plural, ies = _endings(units, starts, ends)
    last = ends - plural - 2 * ies
    codes = (sums[last] - sums[starts]) * down[starts]
    codes[ies] += np.uint64(_Y) * up[(last - starts)[ies]]
    return mixed(codes), counts


def _endings(
    units: npt.NDArray[np.uint16], starts: Whole, ends: Whole
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which words end in a plural s, and which of them in ies."""
    length, before = ends - starts, units[ends - 2]
    plural = (units[ends - 1] == _S) & (length > 3) & (before != _S) & (before != _U) & (before != _I)
    return plural, plural & (length > 4) & (before == _E) & (units[ends - 3] == _I)


def mixed(codes: Codes) -> Codes:
    """Return codes whose every bit depends on every bit of those given, and which are as many."""
    turned = (codes ^ (codes >> np.uint64(32))) * _MIX
    return np.asarray((turned ^ (turned >> np.uint64(32))) * _MIX, dtype=np.uint64)


def numbered(codes: Codes) -> tuple[Whole, int]:
    """Return a number for each code, the same for the same, and an upper bound of the numbers (not all are used).

    Each round gives a table's places to the codes that reach them last; those that found theirs taken go on to the
    next table.
    """
    number = np.empty(codes.size, np.int64)
    waiting, bound = np.arange(codes.size), 0
    while waiting.size:
        bits = max(int(waiting.size).bit_length(), 4)
        place = (codes >> np.uint64(64 - bits)).astype(np.int64)
        table = np.zeros(1 << bits, np.uint64)
        table[place] = codes
        lost = table[place] != codes
        number[waiting] = place + bound
        bound += 1 << bits
        waiting, codes = waiting[lost], mixed(codes[lost])
    return number, bound
