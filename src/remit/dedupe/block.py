"""Which pairs are worth comparing: records that share one of several cheap keys.

A block of more than `CAP` records (a meeting's title, a supplement's one DOI) is split by first author and year, and by
volume, first page and the journal's initial; what is still over is walked in the order of its titles, each record
against the next `CAP`.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from remit.dedupe.normalise import REGISTRATION, Key

CAP = 24
Ints = npt.NDArray[np.int64]


def _of_doi(k: Key) -> object:
    return k.doi or (k.registry if k.kind == REGISTRATION else ()) or None


def _of_title(k: Key) -> object:
    return k.title if len(k.title) > 7 else None


def _of_start(k: Key) -> object:
    return k.title[:20] if len(k.title) > 23 else None


def _of_middle(k: Key) -> object:
    return k.title[16:40] if len(k.title) > 39 else None


def _of_page(k: Key) -> object:
    return (k.volume, k.first, k.year, k.journal[:1]) if k.first and k.volume and k.first != "1" else None


def _of_author(k: Key) -> object:
    return (k.authors[0], k.first, k.year) if k.authors and k.first else None


def _of_team(k: Key) -> object:
    return (k.authors[0], k.authors[-1], len(k.authors), k.year) if len(k.authors) > 2 else None


KEYS: tuple[Callable[[Key], object], ...] = (
    _of_doi,
    lambda k: k.pmid or None,
    lambda k: k.pmcid or None,
    _of_title,
    _of_start,
    _of_middle,
    lambda k: k.words or None,
    _of_page,
    _of_author,
    _of_team,
)

SPLITS: tuple[Callable[[Key], object], ...] = (
    lambda k: (k.authors[:1], k.year),
    lambda k: (k.volume, k.first, k.journal[:1]),
)


def pairs(keys: Sequence[Key], known: int = 0) -> Iterator[tuple[int, int]]:
    """Give every pair (i < j) to compare once, in order; a pair both of whose records are below `known` is left out."""
    n = len(keys)
    codes = [_pairs(keys, of, known) for of in KEYS]
    together = np.unique(np.concatenate(codes)) if codes else np.empty(0, np.int64)
    for start in range(0, together.size, 65536):
        part = together[start : start + 65536]
        yield from zip((part // n).tolist(), (part % n).tolist(), strict=True)


def _pairs(keys: Sequence[Key], of: Callable[[Key], object], known: int) -> Ints:
    """Pairs that share one key, each as i * n + j."""
    n = len(keys)
    held = [(hash(value), i) for i, value in enumerate(map(of, keys)) if value is not None]
    if len(held) < 2:
        return np.empty(0, np.int64)
    hashes = np.fromiter((h for h, _ in held), np.int64, len(held))
    places = np.fromiter((i for _, i in held), np.int64, len(held))
    del held
    order = np.argsort(hashes, kind="stable")
    hashes, places = hashes[order], places[order]
    cuts = np.flatnonzero(np.diff(hashes)) + 1
    starts = np.concatenate(([0], cuts))
    sizes = np.diff(np.concatenate((starts, [places.size])))
    out = [_apart(places, starts, sizes, step) for step in range(1, CAP)]
    for start, size in zip(starts[sizes > CAP].tolist(), sizes[sizes > CAP].tolist(), strict=True):
        out.append(_large(keys, places[start : start + size]))
    found = np.concatenate(out)
    found = found[found[:, 1] >= known]
    return np.asarray(found[:, 0] * n + found[:, 1], dtype=np.int64)


def _apart(places: Ints, starts: Ints, sizes: Ints, step: int) -> Ints:
    """Pairs `step` places apart in the blocks that are not too large."""
    fit = (sizes > step) & (sizes <= CAP)
    counts = sizes[fit] - step
    if not counts.size:
        return np.empty((0, 2), np.int64)
    offset = np.repeat(np.cumsum(counts) - counts, counts)
    first = np.repeat(starts[fit], counts) + np.arange(counts.sum()) - offset
    return np.column_stack((places[first], places[first + step]))


def _large(keys: Sequence[Key], block: Ints) -> Ints:
    """Pairs of a block that is too large."""
    parts: dict[object, list[int]] = {}
    for i in block.tolist():
        k = keys[i]
        for split in SPLITS:
            parts.setdefault(split(k), []).append(i)
    out: list[tuple[int, int]] = []
    for part in parts.values():
        part.sort(key=lambda i: (keys[i].title, keys[i].first, i))
        out.extend((min(i, j), max(i, j)) for at, i in enumerate(part) for j in part[at + 1 : at + CAP])
    return np.array(sorted(set(out)), np.int64).reshape(-1, 2)
