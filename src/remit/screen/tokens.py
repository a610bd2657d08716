"""Texts as codes of words, whole arrays of letters at a time.

Words: a *word* is a run of two letters or digits or more, lower case and without a plural s; its *code* is 64 bits made
of its letters in UTF-8, so that two different words have the same code about once in 10^19 pairs, and never where
both are of 8 bytes or less. Characters beyond Unicode's first plane part words.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
BYTES_AT_ONCE, LONGEST = 1 << 19, 64
_SPREAD, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_S, _U, _I, _E, _Y = (ord(c) for c in "suiey")
_PLAIN = bytes(ord(chr(b).lower()) if b < 128 and chr(b).isalnum() else b & 128 and b for b in range(256))
_NONE, _SMALL = np.empty(0, np.int64), np.full(1 << 16, -1)
_FIRST = np.array([(1 << 8 * k) - 1 for k in range(9)], "<u8")


def _small(points: Whole) -> Whole:
    """Characters in lower case, where that is one as long; 0 for what is no part of words."""
    small = _SMALL[points]
    new = np.unique(points[small < 0])
    if new.size:
        _SMALL[new] = [_lower(chr(p)) for p in new.tolist()]
        small = _SMALL[points]
    return small


def _lower(letter: str) -> int:
    small = letter.lower()
    if not letter.isalnum():
        return 0
    return ord(small if len(small) == 1 and len(small.encode()) == len(letter.encode()) else letter)


def words(texts: Sequence[str]) -> tuple[Codes, Whole]:
    """Return the code of every word of the texts, in order, and how many words each text has."""
    codes, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for portion in _portions(texts):
        found, times = _coded(portion)
        codes.append(found)
        counts.append(times)
    return np.concatenate(codes), np.concatenate(counts)


def _portions(texts: Sequence[str]) -> Iterator[list[bytes]]:
    held: list[bytes] = []
    size = 0
    for text in texts:
        told = text.encode("utf-8", "surrogatepass")
        held.append(told)
        size += len(told)
        if size > BYTES_AT_ONCE:
            yield held
            held, size = [], 0
    if held:
        yield held


def _coded(texts: list[bytes]) -> tuple[Codes, Whole]:
    joined = b"\n".join([b"", *texts, bytes(9)])
    letters = np.frombuffer(bytearray(joined.translate(_PLAIN)), np.uint8)
    wide = _NONE if joined.isascii() else np.flatnonzero(letters > 0x7F)
    _fold(letters, wide)
    inside = letters != 0
    inside[1:-1] &= inside[:-2] | inside[2:]
    edges = np.flatnonzero(inside[1:] ^ inside[:-1])
    starts, last = edges[::2] + 1, edges[1::2]
    sizes = last - edges[::2]
    counts = np.diff(np.searchsorted(starts, np.cumsum([1, *(len(t) + 1 for t in texts)])))
    _cut_plural(letters, last, sizes, wide.size > 0)
    return _codes(letters, starts, sizes), counts


def _fold(letters: Bytes, wide: Whole) -> None:
    """Put letters beyond ASCII, which are at `wide`, into lower case, and 0 for what is no letter and for letters that
    stand alone, all in place.
    """
    if not wide.size:
        return
    kind = letters[wide]
    letters[wide[kind >= 0xF0, None] + np.arange(4)] = 0
    leads = [(lead, wide[(kind >= lead) & (kind < end)]) for lead, end in ((0xC0, 0xE0), (0xE0, 0xF0))]
    for width, (lead, at) in enumerate(leads, 2):
        point = letters[at].astype(np.int64) & (0x1F if width == 2 else 0x0F)
        for k in range(1, width):
            point = point << 6 | letters[at + k] & 0x3F
        small = _small(point)
        for k in range(width):
            byte = small >> 6 * (width - 1 - k) & 0x3F | (0x80 if k else lead)
            letters[at + k] = np.where(small, byte, 0)
    for width, (_, at) in enumerate(leads, 2):
        alone = at[(letters[at - 1] == 0) & (letters[at + width] == 0)]
        letters[alone[:, None] + np.arange(width)] = 0


def _cut_plural(letters: Bytes, last: Whole, sizes: Whole, wide: bool) -> None:
    """Take a plural s off the words' sizes, and make ies y, both in place; told where words end and whether any letter
    is of more than one byte.
    """
    at = np.flatnonzero((letters.take(last) == _S) & (sizes > 3))
    before = letters[last[at] - 1]
    at = at[(before != _S) & (before != _U) & (before != _I)]
    long = sizes[at]
    if wide:
        near = np.flatnonzero((letters[last[at] - np.arange(1, 5)[:, None]] > 0x7F).any(axis=0))
        long[near] = _long(letters, last[at[near], None], long[near, None])
        at, long = at[long > 3], long[long > 3]
    ies = at[(long > 4) & (letters[last[at] - 1] == _E) & (letters[last[at] - 2] == _I)]
    letters[last[ies] - 2] = _Y
    sizes[at] -= 1
    sizes[ies] -= 1


def _long(letters: Bytes, last: Whole, sizes: Whole) -> Whole:
    """How many letters the first 13 bytes of words are, told where they end; `letters` has as many from each start."""
    step = np.arange(13)
    return np.asarray(
        (((letters[last + 1 - sizes + step] & 0xC0) != 0x80) & (step < sizes)).sum(axis=1), dtype=np.int64
    )


def _codes(letters: Bytes, starts: Whole, sizes: Whole) -> Codes:
    """A code for each word, eight bytes at a time; `letters` ends in eight bytes of no word."""
    eight = np.ndarray((letters.size - 7,), "<u8", letters.data, strides=(1,))
    code: Codes = eight[starts] & _FIRST.take(sizes, mode="clip")
    long = np.flatnonzero(sizes > 8)
    for done in range(8, LONGEST, 8):
        at, left = starts[long] + done, sizes[long] - done
        code[long] = code[long] * _SPREAD + (eight[at] & _FIRST.take(left, mode="clip"))
        long = long[left > 8]
        if not long.size:
            break
    for i in long:
        word = letters[starts[i] : starts[i] + sizes[i]].tobytes()
        code[i] = int.from_bytes(blake2b(word, digest_size=8).digest(), "little")
    return code


def mixed(codes: Codes) -> Codes:
    """Return codes whose every bit depends on every bit of those given, and which are as many."""
    turned = (codes ^ (codes >> np.uint64(32))) * _MIX
    return np.asarray((turned ^ (turned >> np.uint64(32))) * _MIX, dtype=np.uint64)


def places(codes: Codes, bits: int) -> Whole:
    """Return a place below 2^bits for each code, the same for the same."""
    return (codes * _SPREAD >> np.uint64(64 - bits)).view(np.int64)


def numbered(codes: Codes) -> tuple[Whole, int]:
    """Return a number for each code, the same for the same, and an upper bound of the numbers (not all are used).

    A table's places are given to the codes that reach them last; those that found theirs taken are numbered by the
    next table.
    """
    if not codes.size:
        return _NONE, 0
    bits = max(int(codes.size).bit_length() - 1, 4)
    number, bound = places(codes, bits), 1 << bits
    table = np.zeros(bound, np.uint64)
    table[number] = codes
    lost = np.flatnonzero(table.take(number) != codes)
    more, further = numbered(mixed(codes[lost]))
    number[lost] = more + bound
    return number, bound + further
