"""What each search found and what became of it: records held, duplicates, and what is not there.

A duplicate is a line of duplicates.csv, or a record that a person judged to be another. What a search says it found
and of which there is neither a record nor a duplicate was not brought, or could not be read: it is no duplicate.
"""

from collections import Counter
from dataclasses import dataclass

from remit.model.decision import Search, latest
from remit.model.place import Problem
from remit.model.review import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One search: how many it `found`, and of them `kept` as records, `duplicates`, and `absent`."""

    search: Search
    found: int
    kept: int
    duplicates: int

    @property
    def absent(self) -> int:
        """Lines the search says it found of which there is no record and no duplicate."""
        return self.found - self.kept - self.duplicates


def judged_repeats(review: Review) -> frozenset[str]:
    """Return the records that count as another, because a person judged both to be one document.

    Of records joined by such verdicts one stays: the first that no verdict names as the repeat, or the first of all.
    """
    same = [a for a in latest(review.alike) if a.verdict == "same"]
    root: dict[str, str] = {}

    def top(record: str) -> str:
        while (above := root.setdefault(record, record)) != record:
            record = above
        return record

    for a in same:
        root[top(a.other)] = top(a.record)
    groups: dict[str, list[str]] = {}
    for record in root:
        groups.setdefault(top(record), []).append(record)
    named = {a.other for a in same}
    kept = {next((r for r in group if r not in named), group[0]) for group in groups.values()}
    return frozenset(root.keys() - kept)


def identified(review: Review) -> tuple[Found, ...]:
    """Return what became of what each search found, in the order of the searches.

    A search that does not state its hits found what is held of it.
    """
    again = judged_repeats(review)
    kept = Counter(r.search for r in review.records if r.id not in again)
    held = Counter(r.search for r in review.records) + Counter(r.search for r in review.repeats)
    return tuple(
        Found(
            search=s,
            found=held[s.id] if s.hits is None else s.hits,
            kept=kept[s.id],
            duplicates=held[s.id] - kept[s.id],
        )
        for s in review.searches
    )


def remarks(review: Review) -> tuple[Problem, ...]:
    """Return a warning for each search that found, or is said by its source to have found, more than is there."""
    out = []
    for f in identified(review):
        s = f.search
        if f.absent > 0:
            seen = f"{f.found} hits, of which {f.absent} are neither a record nor a duplicate"
            advice = "bring them in, or mend hits; the flow counts them as removed for other reasons"
            out.append(Problem(s.place, "not-brought", seen, "a record or a duplicate for each", advice, "warning"))
        if s.claimed is not None and s.claimed > f.found:
            seen = f"the source claimed {s.claimed} hits and gave {f.found}"
            advice = "run the search again; the flow counts what came"
            out.append(Problem(s.place, "not-delivered", seen, "every hit delivered", advice, "warning"))
    return tuple(out)
