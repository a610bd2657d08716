"""Texts as rows of numbers: words and pairs of neighbouring words, weighted by how few records have them.

Words: a *term* is a word of two letters or more, lower case and without a plural s, or two neighbouring ones; a row is
a record, as a vector of length 1. Weight of a term: (1 + log of how often the record has it) times its inverse
document frequency, log((1 + n) / (1 + n with it)) + 1. Source of the weights: Salton and Buckley (1988), Inf Process
Manag 24:513-523.

Up to `EXACT` records every term has a column of its own. Beyond, terms are counted by their hash in a fixed number of
columns, so that memory is set by the records and not by their vocabulary.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse

Rows: TypeAlias = "sparse.csr_array[np.float32, tuple[int, int]]"
Whole = npt.NDArray[np.int64]
_WORD = re.compile(r"[^\W_]{2,}")
COMMON_SHARE = 0.95
CHUNK = 20_000


def stem(word: str) -> str:
    """Return a word without its plural ending.

    >>> [stem(w) for w in ("studies", "cells", "analysis", "virus", "dose")]
    ['study', 'cell', 'analysis', 'virus', 'dose']
    """
    if len(word) < 4 or word[-1] != "s" or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


class Features:
    """Texts of records as sparse rows of unit length, in blocks of `CHUNK` rows; built once, then only read.

    `columns` is how many terms there are room for. A record without a word is a row of zeros.
    """

    def __init__(self, blocks: list[Rows], columns: int) -> None:
        self.blocks, self.columns = blocks, columns
        self.size = sum(b.shape[0] for b in blocks)

    def rows(self, which: Whole) -> Rows:
        """Return the rows of those numbers, in that order."""
        if len(self.blocks) == 1:
            return self.blocks[0][which]
        order = np.argsort(which, kind="stable")
        ordered = which[order]
        cuts = np.searchsorted(ordered, np.arange(len(self.blocks) + 1) * CHUNK)
        parts = [
            b[ordered[i:j] - k * CHUNK] for k, (b, i, j) in enumerate(zip(self.blocks, cuts, cuts[1:], strict=False))
        ]
        back = np.empty(order.size, np.int64)
        back[order] = np.arange(order.size)
        return sparse.csr_array(sparse.vstack(parts, format="csr"))[back]

    def times(self, weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the product of every row with one weight per term."""
        return np.concatenate([b @ weights for b in self.blocks])


def features(fields: Sequence[tuple[float, Sequence[str]]]) -> Features:
    """Return the rows of records told field by field: each field's weight with its text of every record, in order.

    A row is its fields side by side, each of length 1 (0 where it has no word) times the root of its weight, so that
    the likeness of two records is the weighted sum of the likenesses of their fields.
    """
    parts = [_weighed(_exact(texts, pairs=True), weight) for weight, texts in fields]
    whole: Rows = sparse.csr_array(sparse.hstack(parts, format="csr"))
    size, columns = whole.shape
    return Features([whole[i : i + CHUNK] for i in range(0, size, CHUNK)], columns)


def streamed(texts: Iterable[str], *, pairs: bool, buckets: int) -> Features:
    """Return the rows of texts read once, terms counted by hash in `buckets` (a power of two) columns."""
    blocks = [_hashed(chunk, pairs, buckets) for chunk in _chunks(texts)]
    held, n = _holders(blocks, buckets), sum(b.shape[0] for b in blocks)
    for block in blocks:
        _weigh(block, held, n, 1.0)
    return Features(blocks, buckets)


def _weighed(counts: Rows, weight: float) -> Rows:
    _weigh(counts, _holders([counts], counts.shape[1]), counts.shape[0], weight)
    return counts


def _holders(blocks: list[Rows], columns: int) -> Whole:
    """How many records have each term."""
    held = np.zeros(columns, np.int64)
    for block in blocks:
        held += np.bincount(block.indices, minlength=columns)
    return held


def _weigh(block: Rows, held: Whole, n: int, weight: float) -> None:
    """Turn counts into weights, in place."""
    idf = (np.log((1 + n) / (1 + held)) + 1).astype(np.float32)
    if n > 1:
        idf[held > COMMON_SHARE * n] = 0.0
    block.data = (1 + np.log(block.data)) * idf[block.indices]
    filled = np.diff(block.indptr)
    sums = np.add.reduceat(np.append(block.data**2, np.float32(0)), block.indptr[:-1])
    lengths = np.where((filled == 0) | (sums == 0), 1.0, np.sqrt(sums / weight))
    block.data = (block.data / np.repeat(lengths, filled)).astype(np.float32)


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _words(texts: Iterable[str], vocabulary: defaultdict[str, int]) -> tuple[Whole, Whole]:
    """Every word of the texts as a number of the vocabulary, and how many words each text has."""
    flat: list[int] = []
    counts = []
    number = vocabulary.__getitem__
    for text in texts:
        before = len(flat)
        flat.extend(map(number, _WORD.findall(text.lower())))
        counts.append(len(flat) - before)
    return np.array(flat, np.int64), np.array(counts, np.int64)


def _empty() -> defaultdict[str, int]:
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    return vocabulary


def _exact(texts: Sequence[str], pairs: bool) -> Rows:
    raw = _empty()
    flat, counts = _words(texts, raw)
    stems = _empty()
    flat = np.array([stems[stem(w)] for w in raw], np.int64)[flat] if flat.size else flat
    record = np.repeat(np.arange(counts.size), counts)
    parts = [(record, flat)]
    columns = len(stems)
    if pairs and flat.size > 1:
        beside = record[1:] == record[:-1]
        distinct, number = np.unique((flat[:-1] * columns + flat[1:])[beside], return_inverse=True)
        parts.append((record[1:][beside], number + columns))
        columns += distinct.size
    return _counted(parts, counts.size, max(columns, 1))


def _hashed(texts: list[str], pairs: bool, buckets: int) -> Rows:
    raw = _empty()
    flat, counts = _words(texts, raw)
    table = np.array([crc32(stem(w).encode()) for w in raw], np.int64)
    code = table[flat] if flat.size else flat
    record = np.repeat(np.arange(counts.size), counts)
    parts = [(record, code & (buckets - 1))]
    if pairs and flat.size > 1:
        beside = record[1:] == record[:-1]
        parts.append((record[1:][beside], ((code[:-1] * 0x9E3779B1 + code[1:]) >> 7 & (buckets - 1))[beside]))
    return _counted(parts, counts.size, buckets)


def _counted(parts: list[tuple[Whole, Whole]], rows: int, columns: int) -> Rows:
    """How often each record has each term."""
    keys = np.concatenate([record * columns + term for record, term in parts])
    distinct, times = np.unique(keys, return_counts=True)
    starts = np.searchsorted(distinct, np.arange(rows + 1) * columns)
    terms = (distinct % columns).astype(np.int32)
    return sparse.csr_array((times.astype(np.float32), terms, starts.astype(np.int32)), shape=(rows, columns))
