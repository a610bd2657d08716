"""Sets of records too many for a review folder: brought in, told apart, put in order; each step a Parquet file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt

from remit import ingest, screen, store
from remit.dedupe import tables as duplicates
from remit.errors import UsageError
from remit.model.decision import Stage
from remit.model.record_table import Ids
from remit.model.source_record import SourceRecord, Unread
from remit.screen import tables as orders
from remit.store import judged as judged_pairs
from remit.store import record_sets, texts

FOUND: Mapping[str, record_sets.Kind] = {"record": "whole", "other": "whole", "what": "text", "why": "text"}
SHOWN, PART = 20, 100_000
ORDER: Mapping[str, record_sets.Kind] = {"place": "whole", "id": "whole", "score": "real"}


@dataclass(slots=True)
class Imported:
    """What became of files: records written, and what could not be read (all counted, the first `SHOWN` kept)."""

    records: int = 0
    unread: int = 0
    first_unread: tuple[Unread, ...] = ()


def import_set(out: str | Path, files: Sequence[str], first: int = 0) -> Imported:
    """Read files as they come into a set of records at `out`, with ids from `first`.

    Raises
    ------
    UsageError
        A file is not there, something is at `out` already, or the extras `scale` and `records` are not installed.
    """
    done = Imported()
    done.records = record_sets.write(out, _records(files, done), duplicates.COLUMNS, duplicates.marks, first)
    return done


def _records(files: Sequence[str], done: Imported) -> Iterator[SourceRecord]:
    for readable in [ingest.read(file) for file in files]:
        for record in readable:
            if isinstance(record, SourceRecord):
                yield record
                continue
            done.unread += 1
            if done.unread <= SHOWN:
                done.first_unread = (*done.first_unread, record)


def dedupe_set(name: str, out: str | Path, connect: str = "", judged: str = "") -> Mapping[str, int]:
    """Write the repeats and the pairs left to a person of a set; return how many of each.

    `judged` names a table of people's verdicts on pairs of the set, which are honoured (see `store.judged`).

    Raises
    ------
    UsageError
        `name` is no set of records, or something is at `out` already.
    ReviewError
        The table of verdicts cannot be read.
    """
    settled = judged_pairs.verdicts(judged) if judged else {}
    records = record_sets.opened(name, connect)
    counts = {"repeat": 0, "alike": 0}

    def rows() -> Iterator[tuple[int, int, str, str]]:
        for match in duplicates.duplicates(records, settled=settled):
            counts[match.what] += 1
            yield match.record, match.other, match.what, match.why

    record_sets.write_rows(out, FOUND, rows())
    return counts


def rank_set(
    name: str,
    review: str | Path,
    out: str | Path,
    *,
    found: str = "",
    connect: str = "",
    stage: Stage = "title-abstract",
) -> list[str]:
    """Write the order to read a set in, learned from all that was decided in a review; return the first titles.

    What `found` (written by `dedupe_set`) calls a repeat is left out.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        `name` is no set of records, `found` no such file, or something is at `out` already.
    InputError
        The review has neither words of its protocol nor decisions to learn from.
    """
    records = record_sets.opened(name, connect)
    repeats = _repeats(found, connect)
    words, examples = _lesson(review, stage)
    scores = orders.scores(records, examples, words)
    order, values = scores.order(repeats)
    record_sets.write_rows(out, ORDER, places(order, values))
    head = records.of(order[:SHOWN], "title")
    titles = dict(zip(head.column("id").to_numpy().tolist(), head.column("title").to_pylist(), strict=True))
    return [str(titles[i]) for i in order[:SHOWN].tolist()]


def places(ids: Ids, scores: npt.NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """Give the rows of an order: place from 1, id, score."""
    for start in range(0, ids.size, PART):
        part = slice(start, start + PART)
        yield from zip(count(start + 1), ids[part].tolist(), scores[part].tolist(), strict=False)


def _repeats(found: str, connect: str) -> Ids | None:
    if not found:
        return None
    table = record_sets.opened(found, connect, made=False).table
    if not set(FOUND) <= set(table.columns):
        raise UsageError(f"{found} is not what remit scale dedupe writes; name its --out file")
    rows = table.select("record", "what").to_pyarrow()
    repeat = np.array([w == "repeat" for w in rows.column("what").to_pylist()], bool)
    return np.asarray(rows.column("record").to_numpy()[repeat], np.int64)


def _lesson(review: str | Path, stage: Stage) -> tuple[str, list[tuple[screen.Text, bool]]]:
    """The protocol's words, and the text of each record decided with whether anybody would have it go on."""
    held = store.read(review)
    said: dict[str, dict[str, bool]] = {}
    for d in held.decisions:
        if d.stage == stage:
            said.setdefault(d.record, {})["" if d.settles else d.by] = d.verdict != "exclude"
    on = {record: votes[""] if "" in votes else any(votes.values()) for record, votes in said.items()}
    cached = {i: screen.text(record) for i, record in texts.read(review) if i in on}
    examples = [(cached.get(r.id) or screen.Text(r.title), on[r.id]) for r in held.records if r.id in on]
    return screen.words(held.protocol), examples
