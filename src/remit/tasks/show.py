"""Show one finding: what went in, what was left out, and what moved since it was last built."""

from dataclasses import dataclass
from pathlib import Path

from remit import compare, store
from remit.compare import Move
from remit.model.finding import Finding
from remit.tasks.naming import LIST_FINDINGS, among
from remit.tasks.results import Results, Say, open_review, quiet


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding beside its move since the stored version (None: it did not move)."""

    finding: Finding
    move: Move | None


def moves(path: Path, opened: Results) -> tuple[Move, ...]:
    """Return what moved between the stored findings of the folder and those just computed."""
    return compare.moved(store.findings.read(path), tuple(opened.findings.values()), opened.claims)


def show(path: str | Path, finding: str, say: Say = quiet) -> Shown:
    """Return the finding of that id with its move. Raises UsageError, naming close ids, when there is none."""
    opened = open_review(path, say)
    among(finding, opened.findings, "finding", LIST_FINDINGS)
    move = next((m for m in moves(Path(path), opened) if m.finding == finding), None)
    return Shown(opened.findings[finding], move)


def listed(path: str | Path, say: Say = quiet) -> tuple[Shown, ...]:
    """Return every finding with its move, in the protocol's order."""
    opened = open_review(path, say)
    by_id = {m.finding: m for m in moves(Path(path), opened)}
    return tuple(Shown(f, by_id.get(f.id)) for f in opened.findings.values())
