"""Texts as rows of numbers: words and pairs of neighbouring words, weighted by how few records have them.

Words: a *term* is a word of two letters or more, lower case and without a plural s, or two neighbouring ones; a row is
a record, as a vector of length 1. Weight of a term a record has t times: t (K + 1) / (t + K (1 - B + B l)), with l the
record's number of terms over the mean, times its rarity: log((1 + n) / (1 + n with it)) + 1, to a power. Terms that one
record alone has make no two alike and are left out, and where there are more than `SMALL` records those that two have.
Source of the weights: Robertson and Zaragoza (2009), Found Trends Inf Retr 3:333-389 (BM25).

Up to `EXACT` records every term has a column of its own. Beyond, terms are counted by their hash in a fixed number of
columns, so that memory is set by the records and not by their vocabulary.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from remit.screen import tokens

Rows: TypeAlias = "sparse.csr_array[np.float32, tuple[int, int]]"
Columns: TypeAlias = "sparse.csc_array[np.float32]"
Held: TypeAlias = "list[Rows] | Columns"
Whole = npt.NDArray[np.int64]
Halves = npt.NDArray[np.int32]
Singles = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Keys: TypeAlias = Whole | Halves
COMMON_SHARE, SMALL, POWER = 0.95, 200, 1.4
K, B = np.float32(1.2), np.float32(0.75)
CHUNK = 20_000


class Features:
    """Texts of records as sparse rows of unit length, in blocks of `CHUNK` rows; built once, then only read.

    A record without a word is a row of zeros.
    """

    def __init__(self, held: Held) -> None:
        self._held = held
        self.size = sum(b.shape[0] for b in held) if isinstance(held, list) else int(held.shape[0])

    @property
    def blocks(self) -> list[Rows]:
        """All rows, in order."""
        if not isinstance(self._held, list):
            rows: Rows = sparse.csr_array(self._held.tocsr())
            size = self.size
            self._held = [rows[i : i + CHUNK] for i in range(0, size, CHUNK)] if size > CHUNK else [rows]
        return self._held

    @property
    def by_term(self) -> Columns:
        """All rows as columns by term; of few records only, those held that way from the start."""
        return self._held if not isinstance(self._held, list) else sparse.vstack(self._held, format="csc")

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

    def central(self) -> npt.NDArray[np.float32]:
        """Return how like all rows together each row is."""
        if not isinstance(self._held, list):
            return np.asarray(self._held @ self._held.sum(axis=0), dtype=np.float32)
        return self.times(np.sum([np.asarray(b.sum(axis=0)).ravel() for b in self.blocks], axis=0, dtype=np.float32))

    def times(self, weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the product of every row with one weight per term."""
        return np.concatenate([b @ weights for b in self.blocks])


@dataclass(frozen=True, slots=True)
class Counted:
    """Who has terms and how often, term by term: the records, how often each has the term, and how many have each."""

    record: Halves
    times: Singles
    held: Whole


@dataclass(frozen=True, slots=True)
class Told:
    """The words of records told part by part: for each part the number of every word, record by record, and how many
    words each record has; numbers are below `bound`. What was counted of a part alone is kept.
    """

    parts: tuple[tuple[Whole, Whole], ...]
    bound: int
    _kept: dict[tuple[int, int], Counted] = field(default_factory=dict, repr=False, compare=False)

    def but_last(self) -> "Told":
        """Return the same without the last record, which has no word."""
        return Told(tuple((number, counts[:-1]) for number, counts in self.parts), self.bound, self._kept)

    def rows(self, fields: Sequence[tuple[float, Sequence[int]]]) -> Features:
        """Return the rows of the records.

        Parameters
        ----------
        fields
            Each field's weight with the numbers of the parts it is made of. A row is its fields side by side, each of
            length 1 (0 where it has no word) times the root of its weight, so that the likeness of two records is the
            weighted sum of the likenesses of their fields.
        """
        found = [self._field(weight, which) for weight, which in fields]
        data, record, held = (np.concatenate(x) for x in zip(*found, strict=True))
        starts = np.concatenate([[0], np.cumsum(held)])
        return Features(sparse.csc_array((data, record, starts), shape=(self.parts[0][1].size, held.size)))

    def _field(self, weight: float, which: Sequence[int]) -> tuple[Singles, Halves, Whole]:
        """One field's weights, term by term, the records they are of and how many records have each term."""
        counts = np.sum([self.parts[i][1] for i in which], axis=0)
        least = _least(counts.size)
        kept = self._kept.get((which[0], least)) if len(which) == 1 else None
        found = kept or _counted(_beside([self.parts[i] for i in which]), counts, self.bound, least)
        if len(which) == 1:
            self._kept[which[0], least] = found
        return _weighed(found, counts, weight), found.record, found.held


def told(parts: Sequence[Sequence[str]]) -> Told:
    """Return the words of records, given the texts of every record, in order, one sequence per part."""
    _keep_memory()
    codes, counts = tokens.words([text for texts in parts for text in texts])
    number, bound = tokens.numbered(codes)
    ends = np.cumsum([len(texts) for texts in parts])[:-1]
    each = np.split(counts, ends)
    words = np.cumsum([c.sum() for c in each])[:-1]
    return Told(tuple(zip(np.split(number, words), each, strict=True)), bound)


def _keep_memory() -> None:
    """Let this process keep the memory of arrays it is done with for those that follow.

    The C library of Linux hands blocks above a limit back to the system and asks for them anew each time, which took a
    quarter of the time of a replay; it raises the limit to the size of the largest block handed back so far, 32 MB at
    most. Elsewhere this does nothing.
    """
    np.empty((1 << 25) - (1 << 16), np.uint8)


def _beside(parts: Sequence[tuple[Whole, Whole]]) -> Whole:
    """The words of parts as of one text: record by record, part after part."""
    if len(parts) == 1:
        return parts[0][0]
    counts = np.stack([c for _, c in parts], axis=1)
    part = np.repeat(np.tile(np.arange(len(parts), dtype=np.uint8), len(counts)), counts.ravel())
    found = np.empty(part.size, np.int64)
    for i, (number, _) in enumerate(parts):
        found[part == i] = number
    return found


def _counted(number: Whole, counts: Whole, bound: int, least: int) -> Counted:
    """Words and pairs of neighbouring words that so many records have at least, given the words' numbers and how many
    words each record has.
    """
    n, row = counts.size, np.repeat(np.arange(counts.size, dtype=np.int32), counts)
    often = _often(number, bound, least)
    begins, pair, more = _pairs(number, np.flatnonzero(often[:-1] & often[1:] & (row[:-1] == row[1:])), bound, least)
    words, pairs = _by_term(number, row, bound, n, least), _by_term(pair, row[begins], more, n, least)
    return Counted(
        np.concatenate([words.record, pairs.record]),
        np.concatenate([words.times, pairs.times]),
        np.concatenate([words.held, pairs.held]),
    )


def _often(number: Whole, bound: int, least: int) -> Flags:
    """Which of these, all below `bound`, are there so often at least."""
    return np.asarray((np.bincount(number, minlength=bound) >= least).take(number), dtype=np.bool_)


def _pairs(number: Whole, begins: Whole, bound: int, least: int) -> tuple[Whole, Whole, int]:
    """Pairs of neighbouring words that begin at these places: where those begin that may be there so often at least,
    the number of each, and a bound of the numbers.

    A pair is there no oftener than the place its code falls on: most that are too few are left out unnumbered.
    """
    code = number.view(np.uint64)
    codes = (code[:-1] * np.uint64(bound) + code[1:])[begins]
    bits = max(int(codes.size).bit_length(), 4)
    kept = np.flatnonzero(_often(tokens.places(codes, bits), 1 << bits, least))
    pair, more = tokens.numbered(codes[kept])
    return begins[kept], pair, more


def _by_term(term: Whole, record: Halves, bound: int, n: int, least: int) -> Counted:
    """Terms below `bound`, in their order, that so many of n records have at least, given which records have which.

    Each term of a record is one number, the record in its last bits; 32 bits sort in half the time of 64.
    """
    bits = n.bit_length()
    short = bound << bits <= 1 << 31
    key: Keys = (term.astype(np.int32) if short else term) << bits | record
    key.sort()
    runs = _runs(key)
    times, key = np.diff(runs), key[runs[:-1]]
    held = np.diff(_runs(key >> bits))
    at = np.flatnonzero(np.repeat(held >= least, held))
    found = (key[at] & ((1 << bits) - 1)).astype(np.int32)
    return Counted(found, times[at].astype(np.float32), held[held >= least])


def _runs(ordered: Keys) -> Whole:
    """Where runs of equal ones begin, and the end."""
    new = np.ones(ordered.size + 1, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:-1])
    return np.flatnonzero(new)


def _weighed(found: Counted, counts: Whole, weight: float) -> Singles:
    """The weight of each term for each record of a field, where records have so many words."""
    n = counts.size
    terms = 2 * counts - (counts > 0)
    least, record = _damping(terms, float(terms.mean()) if n else 0.0), found.record.astype(np.int64)
    weights = found.times / (found.times + least.take(record))
    weights *= np.repeat(_rarity(np.arange(n + 1), n).take(found.held), found.held)
    sums = np.bincount(record, weights**2, n)
    weights *= np.sqrt(weight / np.where(sums == 0, 1.0, sums)).astype(np.float32).take(record)
    return weights


def _rarity(held: Whole, n: int) -> npt.NDArray[np.float32]:
    """The inverse document frequency of terms that so many of n records have."""
    idf = ((np.log((1 + n) / (1 + held)) + 1) ** POWER).astype(np.float32)
    if n > 1:
        idf[held > COMMON_SHARE * n] = 0.0
    idf[held < _least(n)] = 0.0
    return np.asarray(idf, dtype=np.float32)


def _least(n: int) -> int:
    """How many of n records must have a term for it to count."""
    return 3 if n > SMALL else 2


def _damping(counts: Whole, mean: float) -> npt.NDArray[np.float32]:
    """What a record of so many terms adds below the line of its terms' weights, where records have `mean` terms."""
    return np.asarray(K * (1 - B + B * (counts / max(mean, 1e-9)).astype(np.float32)), dtype=np.float32)


def streamed(texts: Iterable[str], *, pairs: bool, buckets: int) -> Features:
    """Return the rows of texts read once, terms counted by hash in `buckets` (a power of two) columns."""
    blocks = [hashed(chunk, pairs, buckets) for chunk in _chunks(texts)]
    held, n = _holders(blocks, buckets), sum(b.shape[0] for b in blocks)
    mean = sum(float(b.data.sum(dtype=np.float64)) for b in blocks) / max(n, 1)
    for block in blocks:
        weigh(block, held, n, mean)
    return Features(blocks)


def _holders(blocks: list[Rows], columns: int) -> Whole:
    """How many records have each term."""
    held = np.zeros(columns, np.int64)
    for block in blocks:
        held += np.bincount(block.indices, minlength=columns)
    return held


def weigh(block: Rows, held: Whole, n: int, mean: float) -> None:
    """Turn counts into weights, in place: `held` says how many of `n` records have each term, and a record has `mean`
    terms on average.
    """
    filled = np.diff(block.indptr)
    row = np.repeat(np.arange(filled.size), filled)
    counts = np.bincount(row, block.data, filled.size).astype(np.int64)
    often = block.data / (block.data + _damping(counts, mean)[row])
    block.data = often * _rarity(held, n)[block.indices]
    sums = np.bincount(row, block.data**2, filled.size)
    scale = (1 / np.sqrt(np.where(sums == 0, 1.0, sums))).astype(np.float32)
    block.data = block.data * np.repeat(scale, filled)


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def hashed(texts: list[str], pairs: bool, buckets: int) -> Rows:
    """Return how often each text has each term, terms told apart by the first bits of their codes alone."""
    codes, counts = tokens.words(texts)
    codes = tokens.mixed(codes)
    shift = np.uint64(65 - int(buckets).bit_length())
    parts = [(np.repeat(np.arange(counts.size, dtype=np.int32), counts), (codes >> shift).astype(np.int32))]
    if pairs and codes.size > 1:
        record = parts[0][0]
        beside = record[1:] == record[:-1]
        joined = tokens.mixed(codes[:-1][beside] * np.uint64(3) + codes[1:][beside])
        parts.append((record[1:][beside], (joined >> shift).astype(np.int32)))
    record, term = (np.concatenate(x) for x in zip(*parts, strict=True))
    found = sparse.coo_array((np.ones(term.size, np.float32), (record, term)), shape=(counts.size, buckets)).tocsr()
    return sparse.csr_array(found)
