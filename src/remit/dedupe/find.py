"""Duplicates among records, all at once or new ones against those already held.

Words: records are given in order and named by their place (0, 1, …). A *repeat* is a record that is surely a document
already there: the one kept is named, with what agreed. *Alike* are two records that may be one document: a person
decides.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from remit.dedupe import block, cluster
from remit.dedupe.compare import LONG, OPENING, decide, excludes, say
from remit.dedupe.evidence import evidence, hopeless
from remit.dedupe.normalise import Key, fullness, key
from remit.dedupe.pages import number
from remit.model.source_record import SourceRecord

Pair = tuple[int, int]
PERSON = 9


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. `kept` gives the record each record is kept as (itself where it is new); `why` the words for each
    repeat; `alike` the pairs left to a person, with words, both kept records and the smaller place first."""

    kept: tuple[int, ...]
    why: Mapping[int, str]
    alike: Mapping[Pair, str]


def duplicates(records: Iterable[SourceRecord]) -> Found:
    """Return the duplicates among records. Memory grows with their keys, not with their abstracts.

    Raises
    ------
    UsageError
        rapidfuzz, of the extra `records`, is not installed.
    """
    return among([key(r) for r in records])


def against(known: Sequence[Key], new: Iterable[SourceRecord], settled: Mapping[Pair, bool] | None = None) -> Found:
    """Return which new records (numbered after the known ones) repeat a known one or each other.

    Known records stay as they are: they are compared with new ones only. `settled` has pairs that a person judged:
    True for one document, False for two.
    """
    return among([*known, *(key(r) for r in new)], len(known), settled)


def among(keys: Sequence[Key], known: int = 0, settled: Mapping[Pair, bool] | None = None) -> Found:
    """Return the duplicates among keys; the first `known` are held already and distinct."""
    settled = settled or {}
    groups = cluster.Groups(len(keys))
    unlike = _identical(keys, known, groups, {i for pair, one in settled.items() if not one for i in pair})
    sure: dict[int, list[Pair]] = {}
    unsure: dict[Pair, str] = {}
    for i, j in settled:
        if settled[i, j] and max(i, j) >= known:
            sure.setdefault(PERSON, []).append((min(i, j), max(i, j)))
    for one, other in block.pairs([keys[i] for i in unlike], known):
        i, j = unlike[one], unlike[other]
        if hopeless(keys[i], keys[j]):
            continue
        answer, strength = decide(evidence(keys[i], keys[j]), keys[i], keys[j])
        if answer == "same":
            sure.setdefault(strength, []).append((i, j))
        elif answer == "unsure":
            unsure[i, j] = ""
    members = {root: held for root, held in groups.together(range(len(keys))).items() if len(held) > 1}

    def apart(i: int, j: int) -> bool:
        if i < known and j < known:
            return True
        verdict = settled.get((min(i, j), max(i, j)))
        return not verdict if verdict is not None else excludes(evidence(keys[i], keys[j]), keys[i], keys[j])

    for pair in cluster.join(groups, sure, members, apart):
        unsure[pair] = "; joining them would join records that contradict each other"
    return _found(keys, known, groups, unsure, settled)


def _identical(keys: Sequence[Key], known: int, groups: cluster.Groups, judged: Container[int]) -> list[int]:
    """Join records alike in everything compared that say enough to be told from others; return one of each kind, and
    those that a person told from another.
    """
    first: dict[Key, int] = {}
    unlike: list[int] = []
    for i, k in enumerate(keys):
        at = first.setdefault(k, i)
        if at == i or i < known or i in judged or not telling(k):
            unlike.append(i)
        else:
            groups.join(at, i)
    return unlike


def telling(k: Key) -> bool:
    """Whether a record says enough for another one that says the same to be the same document.

    A title that is printed again and again needs its place, and its issue where that begins at page 1.
    """
    if k.series and not (k.doi or k.pmid or k.pmcid):
        return bool(k.volume and k.first and (k.issue or number(k.first) >= OPENING))
    return bool(k.title and (k.doi or k.pmid or k.authors or k.first or len(k.title) >= LONG))


def _found(
    keys: Sequence[Key], known: int, groups: cluster.Groups, unsure: Mapping[Pair, str], settled: Mapping[Pair, bool]
) -> Found:
    kept = list(range(len(keys)))
    why: dict[int, str] = {}
    for members in groups.together(range(len(keys))).values():
        if len(members) < 2:
            continue
        best = members[0] if members[0] < known else max(members, key=lambda i: (fullness(keys[i]), -i))
        for i in members:
            kept[i] = best
            if i != best:
                why[i] = "every field" if keys[i] == keys[best] else say(evidence(keys[i], keys[best]))
    alike: dict[Pair, str] = {}
    for (i, j), more in sorted(unsure.items()):
        pair = (min(kept[i], kept[j]), max(kept[i], kept[j]))
        if pair[0] != pair[1] and pair not in settled and pair not in alike:
            alike[pair] = say(evidence(keys[i], keys[j])) + more
    return Found(tuple(kept), why, alike)
