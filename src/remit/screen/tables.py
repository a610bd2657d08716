"""In which order to read records held as a table: two passes over their texts, with only whole numbers in memory.

The machine, its terms and its examples are those of `order.Ranking` for very many records (terms hashed by hash). The
first pass counts how many records have each term; the second scores a page of records after another with one weight a
term, which the machine learned from the examples alone.
"""

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import islice

import numpy as np

from remit.errors import InputError
from remit.model.record_table import Batch, Ids, RecordTable
from remit.screen.features import Rows, Whole, hashed, weigh
from remit.screen.machine import Singles, weights
from remit.screen.order import BUCKETS, PAIRS_UP_TO, SEED, Settings, Text, presumed, strengths

FIELDS = ("title", "abstract", "keywords")


@dataclass(frozen=True, slots=True)
class Scores:
    """A score for each record by id, in the order of ids: the higher, the sooner to be read."""

    ids: Ids
    values: Singles

    def order(self, without: Ids | None = None) -> tuple[Ids, Singles]:
        """Return ids and scores best first, ties in the order of ids, without some ids."""
        best = np.argsort(-self.values, kind="stable")
        ids, values = self.ids[best], self.values[best]
        if without is None:
            return ids, values
        left = np.isin(ids, without, invert=True)
        return ids[left], values[left]


def scores(
    records: RecordTable,
    examples: Sequence[tuple[Text, bool]],
    protocol_words: str = "",
    settings: Settings | None = None,
    *,
    decided: Container[int] = (),
) -> Scores:
    """Return a score for every record of a table.

    Parameters
    ----------
    records
        Rows with `id` and the columns of `FIELDS`.
    examples
        What was decided: each record's text with whether it went on. The records need not be in the table.
    protocol_words
        What the review looks for, in its own words (see `order.words`).
    decided
        Ids of examples that are in the table: they are not drawn to stand in for records that did not go on.

    Raises
    ------
    InputError
        There are no words, and no example that went on.
    """
    settings = settings or Settings()
    on = np.array([x for _, x in examples], bool)
    if not protocol_words.strip() and not on.any():
        raise InputError("nothing to learn an order from: give the protocol's words, or a decision that includes")
    pairs = _size(records) <= PAIRS_UP_TO
    held, total, n, drawn = _first_pass(records, pairs, presumed(settings, _size(records)), decided)
    words = [protocol_words] if protocol_words.strip() else []
    asked = hashed([protocol_words], pairs, BUCKETS)
    held += np.bincount(asked.indices, minlength=BUCKETS)
    told = hashed([f"{t.title} {t.rest}" for t, _ in examples], pairs, BUCKETS)
    held = np.maximum(held, np.bincount(told.indices, minlength=BUCKETS))  # examples need not be in the table
    known = _Known(held, max(n, len(examples)) + 1, (total + float(asked.data.sum())) / (n + 1))
    unread = _said(records.of(drawn, *FIELDS))
    back = np.argsort(np.argsort(drawn)).tolist()
    texts = [*(f"{t.title} {t.rest}" for t, _ in examples), *(unread[i] for i in back), *words]
    goes_on = np.concatenate([on, np.zeros(drawn.size, bool), np.ones(len(words), bool)])
    rows = _weighed(texts, pairs, known)
    term, bias = weights(rows, goes_on, strengths(settings, goes_on, len(words)))
    return _second_pass(records, pairs, known, term, bias)


@dataclass(frozen=True, slots=True)
class _Known:
    """How many of `n` records have each term, and how many terms they have on average."""

    held: Whole
    n: int
    mean: float


def _size(records: RecordTable) -> int:
    begin, end = records.span()
    return end - begin


def _first_pass(records: RecordTable, pairs: bool, draw: int, decided: Container[int]) -> tuple[Whole, float, int, Ids]:
    """How many records have each term, how many terms they have in all, how many records there are, and the first ids
    of an order that knows nothing of them.
    """
    held, total, n = np.zeros(BUCKETS, np.int64), 0.0, 0
    first: list[tuple[bytes, int]] = []
    for page in records.pages(*FIELDS):
        ids = page.column("id").to_numpy().tolist()
        rows = hashed(_said(page), pairs, BUCKETS)
        held += np.bincount(rows.indices, minlength=BUCKETS)
        total += float(rows.data.sum(dtype=np.float64))
        n += len(ids)
        here = nsmallest(draw, ((_blind(i), i) for i in ids if i not in decided))
        first = list(islice(merge(first, here), draw))
    return held, total, n, np.array([i for _, i in first], np.int64)


def _blind(i: int) -> bytes:
    return hashlib.sha256(f"{SEED}\0{i}".encode()).digest()


def _second_pass(records: RecordTable, pairs: bool, known: _Known, term: Singles, bias: np.float32) -> Scores:
    ids, values = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for page in records.pages(*FIELDS):
        ids.append(page.column("id").to_numpy())
        values.append(np.asarray(_weighed(_said(page), pairs, known) @ term + bias, np.float32))
    return Scores(np.concatenate(ids), np.concatenate(values))


def _weighed(texts: Iterable[str], pairs: bool, known: _Known) -> Rows:
    rows = hashed(list(texts), pairs, BUCKETS)
    weigh(rows, known.held, known.n, known.mean)
    return rows


def _said(page: Batch) -> list[str]:
    """What of each record is learned from, as `order.text` puts it together."""
    columns = (page.column(name).to_pylist() for name in FIELDS)
    return [
        " ".join((str(title), str(abstract), *(keywords if isinstance(keywords, list) else ())))
        for title, abstract, keywords in zip(*columns, strict=True)
    ]
