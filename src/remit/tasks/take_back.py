"""An import taken back, so that its files can be brought in again otherwise: nothing that people decided is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from remit import store
from remit.dedupe import unite
from remit.errors import UsageError
from remit.model.decision import Record, Repeat, Search
from remit.model.review import Review
from remit.model.source_record import SourceRecord
from remit.store import additions, staging, texts
from remit.tasks.bring import as_row
from remit.tasks.duplicates import named
from remit.tasks.split import line_at, plain

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What went with an import: `records` no longer held, `repeats` lines, `pairs` nobody had judged.

    `passed` are records that another search had found too: each is now held as a record of that search (record to
    search).
    """

    search: str
    records: tuple[str, ...] = ()
    repeats: int = 0
    pairs: int = 0
    passed: Mapping[str, str]


def take_back(root: str | Path, search: str) -> TakenBack:
    """Take all records and lines of an imported search out of the review; its file stays, without hits and digests.

    A record that another search found too becomes that search's, with what its line said. What records of other
    searches said only because of this one is taken out of their texts.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        A decision, a study or a person's verdict names one of its records, or what another search said of one was not
        kept here; nothing is changed then.
    """
    with staging.alone(root):
        review = store.read(root)
        own = {r.id for r in review.records if r.search == search}
        _refuse_named(review, search, own)
        rest = [r for r in review.repeats if r.search != search]
        heirs: dict[str, Repeat] = {}
        for repeat in rest:
            if repeat.record in own:
                heirs.setdefault(repeat.record, repeat)
        touched = {r.record for r in review.repeats if r.search == search} - own
        kept = _Lines(root, own | touched, rest)
        rows, said, lines = _passed_on(heirs, kept)
        said.update({r: unite.united(kept.own[r], kept.others(r)) for r in sorted(touched) if r in kept.own})
        gone = own - heirs.keys()
        taken = {id(r): (r.record, *line_at(r)) for r in heirs.values()}
        pairs = [a for a in review.alike if a.record not in gone and a.other not in gone]
        held = [rows.get(r.id, r) for r in review.records if r.id not in gone]
        if said:
            texts.write(root, said)
        repeats = [r for r in rest if id(r) not in taken]
        additions.together(root, _bare(review, search), held, repeats, pairs, fewer=True)
        at = set(taken.values())
        texts.restate(root, lambda name, line: _kept(name, line, search, own, at), lines)
        return TakenBack(
            search=search,
            records=tuple(sorted(gone)),
            repeats=len(review.repeats) - len(rest),
            pairs=len(review.alike) - len(pairs),
            passed={record: heir.search for record, heir in sorted(heirs.items())},
        )


def _refuse_named(review: Review, search: str, own: set[str]) -> None:
    """Refuse where people have decided on any of the records or lines."""
    judged = {r for a in review.alike if a.verdict for r in (a.record, a.other)}
    judged |= {r.record for r in review.repeats if r.search == search and r.agreed.startswith("judged")}
    judged |= {r.record for r in review.repeats if r.record in own and r.agreed.startswith("judged")}
    touched = own | {r.record for r in review.repeats if r.search == search and r.agreed.startswith("judged")}
    if kept := sorted(own & named(review) | judged & touched):
        shown = ", ".join(kept[:SHOWN]) + (f" and {len(kept) - SHOWN} more" if len(kept) > SHOWN else "")
        raise UsageError(
            f"search {search} cannot be replaced: decisions, verdicts on pairs or studies name {shown}. Mend the cells "
            "of records/records.csv by hand, or bring the file in under another --search"
        )


class _Lines:
    """What records, and the lines that repeat them, said of their own, where that was kept."""

    def __init__(self, root: str | Path, wanted: set[str], rest: list[Repeat]) -> None:
        self.own: dict[str, SourceRecord] = {}
        self.lines: dict[tuple[str, str, str, str], SourceRecord] = {}
        self.rest: dict[str, list[Repeat]] = {}
        for repeat in rest:
            self.rest.setdefault(repeat.record, []).append(repeat)
        for name, said in texts.read(root, texts.LINES):
            record, _, search = name.partition(" ")
            if record in wanted and search:
                self.lines[record, search, said.key, plain(said.title)] = said
            elif record in wanted:
                self.own.setdefault(record, said)

    def line(self, repeat: Repeat) -> SourceRecord | None:
        """Return what a line said."""
        return self.lines.get((repeat.record, *line_at(repeat)))

    def others(self, record: str, but: Repeat | None = None) -> list[SourceRecord]:
        """Return what the lines of a record said that stay, without one of them."""
        found = [self.line(r) for r in self.rest.get(record, ()) if r is not but]
        return [line for line in found if line is not None]


def _passed_on(
    heirs: Mapping[str, Repeat], lines: _Lines
) -> tuple[dict[str, Record], dict[str, SourceRecord], list[tuple[str, SourceRecord]]]:
    """Rows, texts and own lines of records that another search found too, as that search's."""
    rows: dict[str, Record] = {}
    said: dict[str, SourceRecord] = {}
    own: list[tuple[str, SourceRecord]] = []
    for record, heir in sorted(heirs.items()):
        line = lines.line(heir)
        if line is None:
            raise UsageError(
                f"search {heir.search} found {record} too, and what it said of it was not kept here; part the two "
                f"first: remit dedupe DIR --split {heir.key}"
            )
        said[record] = unite.united(line, lines.others(record, heir))
        rows[record] = as_row(record, heir.search, said[record])
        own.append((record, line))
    return rows, said, own


def _kept(name: str, line: SourceRecord, search: str, own: set[str], at: set[tuple[str, str, str, str]]) -> bool:
    """Tell whether a kept line still counts."""
    record, _, of = name.partition(" ")
    if not of:
        return record not in own
    return of != search and (record, of, line.key, plain(line.title)) not in at


def _bare(review: Review, search: str) -> Search:
    """The search without what it brought: hits a person wrote above that number stay."""
    found = next(s for s in review.searches if s.id == search)
    brought = sum(r.search == search for r in review.records) + sum(r.search == search for r in review.repeats)
    return replace(found, hits=found.hits if (found.hits or 0) > brought else None, sha256="")
