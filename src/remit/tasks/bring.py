"""Bring records into a review: read once, told from those held and from each other, written together or not at all."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from remit import store
from remit.dedupe import find, unite
from remit.dedupe.normalise import Key, key
from remit.model.decision import Alike, Record, Repeat, Search
from remit.model.place import Place
from remit.model.review import Review
from remit.model.source_record import SourceRecord, Unread
from remit.store import additions, staging, texts

SPOOL = "incoming.jsonl"
_URL = re.compile(r"https?://[^\s\"'<>\\]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of bringing records: `read` lines, of which `again` were held from the same search before.

    `new` are the ids of records now held; `repeats` those found to be a record held (a line each, with what agreed);
    `alike` the pairs a person has to decide; `unread` what could not be read. `already` names the search that brought
    the very same files before: then nothing was done. `files` are those it came from, where it came from files.
    """

    search: str
    files: tuple[str, ...] = ()
    read: int = 0
    again: int = 0
    new: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    alike: tuple[Alike, ...] = ()
    unread: tuple[Unread, ...] = ()
    already: str = ""
    titles: Mapping[str, str]


@dataclass(slots=True)
class _Coming:
    """What is known of incoming records while they are read."""

    keys: list[Key]
    stems: list[str]
    unread: list[Unread]
    read: int = 0
    again: int = 0


def bring(
    root: str | Path,
    search: Search,
    records: Iterable[SourceRecord | Unread],
    *,
    dry_run: bool = False,
    allow_none: bool = True,
) -> Brought:
    """Add the records of one search to the review at `root`, and return what came of it.

    New records get lasting ids; a record held already is noted beside it with what agreed (duplicates.csv); unsure
    pairs are put on the list for a person (pairs.csv). Texts go to the local cache. The search's file is written as
    `search` says, with `hits` never below what it brought. The same line of the same search brought again (a page
    fetched twice, a search run again) adds nothing. `records` is read once and may be a generator; a crash leaves the
    review as it was, or wholly as it is after. Without `allow_none`, a search that brings no record leaves no trace.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        Another command is writing its records now, or rapidfuzz (extra `records`) is not installed.
    """
    with nullcontext() if dry_run else staging.alone(root), TemporaryDirectory() as spool:
        review = store.read(root)
        ids = [r.id for r in review.records]
        held = _held(root, review)
        coming = _Coming([], [], [])
        texts.write(spool, _taken_in(records, coming, _lines(review, search.id, held)), SPOOL)
        if not (coming.read or allow_none):
            return Brought(search=search.id, unread=tuple(coming.unread), titles={})
        known = [k for k, _ in held]
        at = {record: place for place, record in enumerate(ids)}
        settled = {
            (min(at[a.record], at[a.other]), max(at[a.record], at[a.other])): a.verdict == "same"
            for a in review.alike
            if a.verdict
        }
        keys = [*known, *coming.keys]
        found = find.among(keys, len(known), settled)
        stems = {i: coming.stems[i - len(known)] for i in range(len(known), len(keys)) if found.kept[i] == i}
        names = {**dict(enumerate(ids)), **unite.ids(stems, keys, at)}
        sorting = _Sorting(review, search, found, names, len(known), str(root), spool)
        if dry_run:
            for _ in sorting.texts():
                pass
        else:
            texts.write(root, sorting.texts())
            texts.write(root, sorting.lines, texts.LINES)
        alike = sorting.alike(review.alike)
        brought = Brought(
            search=search.id,
            read=coming.read,
            again=coming.again + sorting.again,
            new=tuple(r.id for r in sorting.records),
            repeats=tuple(sorting.repeats),
            alike=alike,
            unread=tuple(coming.unread),
            titles=sorting.titles,
        )
        if not dry_run:
            rows = (*review.records, *sorting.records), (*review.repeats, *sorting.repeats), (*review.alike, *alike)
            additions.together(root, _covering(search, rows[0], rows[1]), *rows)
        return brought


def _held(root: str | Path, review: Review) -> list[tuple[Key, str]]:
    """The key of each record held, from the cache where it is there, and its source's own id."""
    at = {r.id: i for i, r in enumerate(review.records)}
    out = [(key(as_source(r)), "") for r in review.records]
    for record, said in texts.read(root):
        if record in at:
            out[at[record]] = (key(said), said.key)
    return out


def as_source(record: Record) -> SourceRecord:
    """Return what a row of records.csv says, as a source's record."""
    return SourceRecord(
        title=record.title,
        authors=(record.first_author,) if record.first_author else (),
        year=record.year,
        journal=record.journal,
        doi=record.doi,
        pmid=record.pmid,
        registry=tuple(record.registry.replace(";", " ").split()),
        url=record.url,
    )


def as_row(record: str, search: str, said: SourceRecord) -> Record:
    """Return the row of records.csv for what a source says."""
    return Record(
        id=record,
        search=search,
        title=said.title.strip() or "(no title given)",
        first_author=said.authors[0] if said.authors else "",
        year=said.year,
        journal=said.journal,
        doi=said.doi,
        pmid=said.pmid,
        registry="; ".join(said.registry),
        url=said.url if _URL.fullmatch(said.url) else "",
        place=Place("records/records.csv"),
    )


def _lines(review: Review, search: str, held: Sequence[tuple[Key, str]]) -> set[tuple[str, str]]:
    """The lines a search brought before: its source's own ids, with titles."""
    own = {(said, k.title) for r, (k, said) in zip(review.records, held, strict=True) if r.search == search and said}
    more = {(r.source_key, key(SourceRecord(title=r.title)).title) for r in review.repeats if r.search == search}
    return own | {line for line in more if line[0]}


def _taken_in(
    records: Iterable[SourceRecord | Unread], coming: _Coming, lines: set[tuple[str, str]]
) -> Iterator[tuple[str, SourceRecord]]:
    for record in records:
        if isinstance(record, Unread):
            coming.unread.append(record)
            continue
        coming.read += 1
        k = key(record)
        line = (record.key, k.title)
        if record.key and line in lines:
            coming.again += 1
            continue
        lines.add(line)
        coming.keys.append(k)
        coming.stems.append(unite.stem(record))
        yield str(len(coming.keys) - 1), record


class _Sorting:
    """The second reading: each record is new, a repeat, or the same line again."""

    def __init__(
        self,
        review: Review,
        search: Search,
        found: find.Found,
        names: Mapping[int, str],
        known: int,
        root: str,
        spool: str,
    ) -> None:
        self.review, self.search, self.found, self.names, self.known = review, search, found, names, known
        self.root, self.spool = root, spool
        self.records: list[Record] = []
        self.repeats: list[Repeat] = []
        self.titles: dict[str, str] = {r.id: r.title for r in review.records}
        self.again = 0
        self.lines: list[tuple[str, SourceRecord]] = []

    def texts(self) -> Iterator[tuple[str, SourceRecord]]:
        """Give what the cache is to hold: new records, and held ones that now say more."""
        kept, known = self.found.kept, self.known
        several = {kept[i] for i in range(known, len(kept)) if kept[i] != i}
        groups: dict[int, list[SourceRecord]] = {}
        for number, record in texts.read(self.spool, SPOOL):
            i = known + int(number)
            if kept[i] == i and i not in several:
                self._add(i, record)
                yield self.names[i], record
            elif kept[i] == i:
                groups.setdefault(i, []).insert(0, record)
            elif self._repeat(i, record):
                groups.setdefault(kept[i], []).append(record)
        before = {self.names[i]: i for i in groups if i < known}
        cached = {before[r]: said for r, said in texts.read(self.root) if r in before}
        several_before = {r for r, _ in texts.read(self.root, texts.LINES) if r in before} if before else frozenset()
        for i, members in groups.items():
            name = self.names[i]
            own = (cached.get(i) or as_source(self.review.records[i])) if i < known else members[0]
            others = members if i < known else members[1:]
            said = unite.united(own, others)
            if name not in several_before:
                self.lines.append((name, own))
            self.lines += [(texts.repeated(name, self.search.id), other) for other in others]
            if i >= known:
                self._add(i, said)
            yield name, said

    def _add(self, i: int, said: SourceRecord) -> None:
        record = as_row(self.names[i], self.search.id, said)
        self.titles[record.id] = record.title
        self.records.append(record)

    def _repeat(self, i: int, said: SourceRecord) -> bool:
        """Note a repeat; False for the same line of the same search, held before."""
        kept = self.found.kept[i]
        if kept < self.known:
            held = self.review.records[kept]
            by_id = (said.pmid and said.pmid == held.pmid) or (said.doi and said.doi == held.doi)
            if held.search == self.search.id and by_id:
                self.again += 1
                return False
        repeat = Repeat(
            record=self.names[kept],
            search=self.search.id,
            source_key=said.key,
            title=said.title,
            agreed=self.found.why[i],
            place=Place("records/duplicates.csv"),
        )
        self.repeats.append(repeat)
        return True

    def alike(self, before: Sequence[Alike]) -> tuple[Alike, ...]:
        """Return the pairs for a person that are not on the list yet."""
        listed = {frozenset((a.record, a.other)) for a in before}
        pairs = ((self.names[i], self.names[j], why) for (i, j), why in self.found.alike.items())
        fresh = [p for p in pairs if frozenset(p[:2]) not in listed]
        place = Place("records/pairs.csv")
        return tuple(Alike(record=one, other=other, why=why, place=place) for one, other, why in sorted(fresh))


def _covering(search: Search, held: Sequence[Record], repeats: Sequence[Repeat]) -> Search:
    """The search with hits that cover what it brought."""
    brought = sum(r.search == search.id for r in held) + sum(r.search == search.id for r in repeats)
    return replace(search, hits=max(search.hits or 0, brought))
