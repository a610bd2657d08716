"""Duplicates among records held as a table: the same answer as on one machine, with only whole numbers in memory.

`marks` gives each record the columns that are looked at here: what `compare` compares, as text; a number for each key
of `block.KEYS`; two to split large blocks by, and a text to walk them by. The engine that holds the table pairs records
of equal numbers; the pairs are compared a page at a time; records that are one document, or may be, lie in one
component of those pairs, and whole components go through `find.among`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from itertools import starmap
from operator import attrgetter
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from remit.dedupe.block import CAP, KEYS
from remit.dedupe.block import SPLITS as SPLITTERS
from remit.dedupe.compare import decide
from remit.dedupe.evidence import evidence, hopeless
from remit.dedupe.find import among, telling
from remit.dedupe.normalise import Key, key
from remit.model.record_table import Cell, Ids, RecordTable
from remit.model.source_record import SourceRecord

BLOCKS = (*(f"block_{n}" for n in range(1, len(KEYS) + 1)), "block_all")
SPLITS = ("split_author", "split_place")
COLUMNS: Mapping[str, Literal["whole", "text"]] = {
    "compared": "text",
    "walk": "text",
    **dict.fromkeys((*SPLITS, *BLOCKS), "whole"),
}
PAGE, SCANS = 100_000, 300
_parts = attrgetter(*(f.name for f in fields(Key)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two records by id: `record` is a repeat of the kept one, `other`, or both are kept and a person decides."""

    record: int
    other: int
    what: Literal["repeat", "alike"]
    why: str


def marks(record: SourceRecord) -> Sequence[Cell]:
    """Return the cells of `COLUMNS` for a record."""
    k = key(record)
    compared = json.dumps(_parts(k), ensure_ascii=False, separators=(",", ":"))
    blocks = [None if (value := of(k)) is None else _number(repr(value)) for of in KEYS]
    return (
        compared,
        f"{k.title}\x1f{k.first}",
        *(_number(repr(split(k))) for split in SPLITTERS),
        *blocks,
        _number(compared) if telling(k) else None,
    )


def _number(text: str) -> int:
    """A whole number of 8 bytes that the same text always has."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def duplicates(
    records: RecordTable, page: int = PAGE, settled: Mapping[tuple[int, int], bool] | None = None
) -> Iterator[Match]:
    """Give every repeat and every pair left to a person, component after component.

    Memory: whole numbers for pairs of records to compare, and what is compared of the records of `page` pairs, or of
    the largest component. Where a block is over `block.CAP` and is walked, a component's own blocks are smaller than
    the whole set's, so that pairs may be left to a person that one machine never compared.

    Parameters
    ----------
    records
        Rows with `id` and the columns of `COLUMNS`.
    page
        How many pairs, and how many records of components, are in memory at once; more where there are so many pairs
        that the table would be read over `SCANS` times.
    settled
        Pairs of ids, the smaller first, that a person judged: True for one document, False for two.
    """
    settled = settled or {}
    begin, after = records.span()
    same = [pair for pair, one in settled.items() if one and begin <= pair[0] and pair[1] < after]
    judged = np.array(same, np.int64).reshape(-1, 2)
    members, component = _components(np.concatenate([_linked(records, page), judged]))
    ends = np.append(np.flatnonzero(np.diff(component)) + 1, members.size).tolist()
    begin = 0
    for end, next_end in zip(ends, [*ends[1:], None], strict=True):
        if end > begin and (next_end is None or next_end - begin > page):
            yield from _within(records, np.sort(members[begin:end]), settled)
            begin = end


def _within(records: RecordTable, ids: Ids, settled: Mapping[tuple[int, int], bool]) -> Iterator[Match]:
    """What `find.among` says of whole components."""
    held = sorted(_keys(records, ids).items())
    at = [i for i, _ in held]
    place_of = {i: place for place, i in enumerate(at)} if settled else {}
    judged = {(place_of[i], place_of[j]): v for (i, j), v in settled.items() if i in place_of and j in place_of}
    found = among([keys for _, keys in held], 0, judged)
    for place, kept in enumerate(found.kept):
        if place != kept:
            yield Match(record=at[place], other=at[kept], what="repeat", why=found.why[place])
    for (one, other), why in found.alike.items():
        yield Match(record=at[one], other=at[other], what="alike", why=why)


def _keys(records: RecordTable, ids: Ids) -> dict[int, Key]:
    rows = records.of(ids, "compared")
    keys = starmap(Key, map(_fields, rows.column("compared").to_pylist()))
    return dict(zip(rows.column("id").to_numpy().tolist(), keys, strict=True))


def _fields(compared: Cell) -> list[object]:
    return [tuple(part) if isinstance(part, list) else part for part in json.loads(str(compared))]


def _linked(records: RecordTable, page: int) -> Ids:
    """Pairs that are one document or may be, by comparing every pair that shares a block; shape (m, 2)."""
    to_compare = _pairs(records)
    page = max(page, len(to_compare) // SCANS)
    out = [np.empty((0, 2), np.int64)]
    for start in range(0, len(to_compare), page):
        part = to_compare[start : start + page]
        keys = _keys(records, np.unique(part))
        out.append(part[[_may_be_one(keys[i], keys[j]) for i, j in part.tolist()]])
    return np.concatenate(out)


def _may_be_one(a: Key, b: Key) -> bool:
    if a == b and telling(a):
        return True
    return not hopeless(a, b) and decide(evidence(a, b), a, b)[0] != "different"


def _components(pairs: Ids) -> tuple[Ids, Ids]:
    """Records of the pairs and the component of each, ordered by the component's smallest record, then record."""
    ids, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(-1, 2)
    edges = sparse.coo_array((np.ones(len(places), bool), (places[:, 0], places[:, 1])), shape=(ids.size, ids.size))
    _, label = csgraph.connected_components(edges, directed=False)
    _, first = np.unique(label, return_index=True)
    order = np.lexsort((ids, first[label]))
    return ids[order], np.asarray(first[label][order], np.int64)


def _pairs(records: RecordTable) -> Ids:
    """Pairs of ids that share a block, each once, the smaller first, in order; shape (m, 2)."""
    begin, end = records.span()
    n = max(end - begin, 1)
    codes = np.empty(0, np.int64)
    for name in BLOCKS:
        new = [*_small(records, name), *_large(records, name)]
        codes = np.unique(np.concatenate([codes, *((np.min(p, 0) - begin) * n + np.max(p, 0) - begin for p in new)]))
    return np.column_stack((codes // n + begin, codes % n + begin))


def _small(records: RecordTable, name: str) -> Iterator[Ids]:
    """Every pair of the blocks that are not too large: joined where the table is."""
    rows = records.table.select("id", block=records.table[name])
    rows = rows.filter(rows["block"].notnull())
    sizes = rows.group_by("block").aggregate(size=rows["id"].count())
    fit = rows.join(sizes.filter((sizes["size"] > 1) & (sizes["size"] <= CAP)), "block").select("id", "block")
    both = fit.join(fit.select("block", other=fit["id"]), "block")
    pairs = both.filter(both["id"] < both["other"]).select("id", "other").to_pyarrow()
    yield np.stack((pairs.column("id").to_numpy(), pairs.column("other").to_numpy()))


def _large(records: RecordTable, name: str) -> Iterator[Ids]:
    """Pairs of the blocks that are too large: split, and walked in the order of titles."""
    t = records.table
    rows = t.select("id", "walk", *SPLITS, block=t[name])
    rows = rows.filter(rows["block"].notnull())
    sizes = rows.group_by("block").aggregate(size=rows["id"].count())
    over = rows.join(sizes.filter(sizes["size"] > CAP), "block").select("id", "walk", "block", *SPLITS)
    held = over.order_by(["block", "walk", "id"]).select("id", "block", *SPLITS).to_pyarrow()
    for split in SPLITS:
        ids, block, part = (held.column(c).to_numpy() for c in ("id", "block", split))
        order = np.lexsort((part, block))
        ids, block, part = ids[order], block[order], part[order]
        for step in range(1, min(CAP, ids.size)):
            together = (block[step:] == block[:-step]) & (part[step:] == part[:-step])
            yield np.stack((ids[:-step][together], ids[step:][together]))
