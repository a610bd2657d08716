"""A line brought wrongly into a record is taken out of it again, because a person says so."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from remit import store
from remit.dedupe import unite
from remit.dedupe.normalise import key
from remit.errors import UsageError
from remit.model.decision import Alike, Record, Repeat
from remit.model.place import Place
from remit.model.source_record import SourceRecord
from remit.store import additions, staging, texts
from remit.tasks.bring import as_row, as_source
from remit.tasks.duplicates import person


def merged(root: str | Path, record: str = "") -> tuple[Repeat, ...]:
    """Return the lines that were brought into records, or into one.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        There is no such record.
    """
    review = store.read(root)
    if record and record not in {r.id for r in review.records}:
        raise UsageError(f"{record!r} is no record of this review; remit dedupe DIR --merged lists what was merged")
    return tuple(r for r in review.repeats if record in ("", r.record))


def split(root: str | Path, line: str, by: str, reason: str, today: str) -> str:
    """Make a line of duplicates.csv a record of its own again; return in words what was done.

    The verdict stands in pairs.csv with person, day, reason and what had agreed, so that later imports keep the two
    apart. What the record said only because of the line is taken out of it, where the text of each was kept.

    Raises
    ------
    ReviewError
        The review cannot be read as it stands.
    UsageError
        There is no such line, not a person of the review, or no reason.
    """
    with staging.alone(root):
        review = store.read(root)
        person(review, by)
        if not reason.strip():
            raise UsageError("a merge is undone for a reason; say it in words: --reason TEXT")
        found = _line(review.repeats, line)
        others = [r for r in review.repeats if r is not found]
        held = next(r for r in review.records if r.id == found.record)
        own, said, rest = _said(root, found, others)
        new = said or SourceRecord(key=found.source_key, title=found.title)
        ids = frozenset(r.id for r in review.records)
        name = unite.ids({0: unite.stem(new)}, [key(new)], ids)[0]
        cached = {r: text for r, text in texts.read(root) if r == held.id}
        now = unite.united(own, rest) if own is not None and said is not None else None
        texts.write(root, {name: new} if now is None else {name: new, held.id: now})
        if now is not None:
            held = _without(held, cached.get(held.id) or as_source(held), now)
        records = [held if r.id == held.id else r for r in review.records]
        why = f"taken apart: {reason.strip()}; had agreed: {found.agreed}"
        pair = Alike(
            record=held.id,
            other=name,
            why=why,
            verdict="different",
            by=by,
            date=today,
            place=Place("records/pairs.csv"),
        )
        rows = [*records, as_row(name, found.search, new)]
        additions.records(root, rows, others, [*review.alike, pair])
        done = f"{found.key} is now a record of its own, {name}; {held.id} and {name} stay two records"
        if now is None:
            done += (
                f". What it said beside its title was not kept, and {held.id} may still say some of it: look at both"
            )
        return done


def _line(repeats: Sequence[Repeat], line: str) -> Repeat:
    found = [r for r in repeats if r.key == line]
    if len(found) != 1:
        seen = "no line" if not found else f"the key of {len(found)} lines"
        raise UsageError(
            f"{line!r} is {seen} of records/duplicates.csv; remit dedupe DIR --merged lists them with keys"
        )
    return found[0]


def _said(
    root: str | Path, found: Repeat, others: Sequence[Repeat]
) -> tuple[SourceRecord | None, SourceRecord | None, list[SourceRecord]]:
    """What a record said of its own, what the line said, and what the other lines of the record said."""
    own: SourceRecord | None = None
    lines: dict[tuple[str, str, str], SourceRecord] = {}
    for name, said in texts.read(root, texts.LINES):
        record, _, search = name.partition(" ")
        if record == found.record and not search:
            own = own or said
        elif record == found.record:
            lines[search, said.key, plain(said.title)] = said
    rest = [lines[at] for r in others if r.record == found.record and (at := line_at(r)) in lines]
    return own, lines.get(line_at(found)), rest


def line_at(repeat: Repeat) -> tuple[str, str, str]:
    """Return by what the kept line of a repeat is found: its search, its source's own id, its title as `plain`."""
    return repeat.search, repeat.source_key, plain(repeat.title)


def plain(title: str) -> str:
    """Return the letters and digits of a title."""
    return "".join(c for c in title if c.isalnum())


def _without(held: Record, before: SourceRecord, now: SourceRecord) -> Record:
    """The row of a record whose text was `before` and is `now`: cells that said the former say the latter."""
    old, new = as_row(held.id, held.search, before), as_row(held.id, held.search, now)
    return replace(
        held,
        first_author=new.first_author if held.first_author == old.first_author else held.first_author,
        year=new.year if held.year == old.year else held.year,
        journal=new.journal if held.journal == old.journal else held.journal,
        doi=new.doi if held.doi == old.doi else held.doi,
        pmid=new.pmid if held.pmid == old.pmid else held.pmid,
        registry=new.registry if held.registry == old.registry else held.registry,
        url=new.url if held.url == old.url else held.url,
    )
