"""remit registry DIR FILE…."""

import argparse
from typing import TYPE_CHECKING

from remit.cli import words

if TYPE_CHECKING:
    from remit.model.suggestion import Proposal, Suggestion


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "registry",
        help="hold posted trial results against a review's values",
        description="Read results as ClinicalTrials.gov posts them (JSON or XML) and print rows to add to the study "
        "of the same registry number, and values that disagree with those the review holds. Nothing is written.",
    )
    words.directory(command)
    command.add_argument("files", metavar="FILE", nargs="+", help="JSON (version 2) or the older XML, plain or gzip")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print suggestions, disagreements and what was left."""
    from remit.model.plain import plain
    from remit.tasks import registry

    proposals, unread = registry.against(words.folder(args.dir), args.files)
    if args.json:
        words.dump({"proposals": plain(proposals), "unread": plain(unread)})
        return 0
    for proposal in proposals:
        _say(proposal)
    for bad in unread:
        print(f"not read: {bad.file}, study {bad.number}: {bad.seen}; {bad.advice}")
    return 0


def _say(proposal: "Proposal") -> None:
    name = proposal.numbers[0] if proposal.numbers else "a trial without number"
    if not proposal.study:
        print(f"{name}: no study of this review has the number {', '.join(proposal.numbers)}")
        return
    print(f"{name}, study {proposal.study}: {len(proposal.suggestions)} suggestions")
    for suggestion in proposal.suggestions:
        _row(suggestion)
    if proposal.disagreements:
        print(f"  {len(proposal.disagreements)} values disagree with the review's; either may be right:")
    for d in proposal.disagreements:
        print(f"    {d.row} {d.column}: the review has {d.printed}, {name} has {d.posted} ({d.locator})")
        print(f"      {d.note}")
    if proposal.left:
        print(f"  {len(proposal.left)} not proposed:")
    for left in proposal.left:
        print(f"    {left.locator} {left.title[:80]}: {left.why}")


def _row(s: "Suggestion") -> None:
    shown = ", ".join(f"{k}={v}" for k, v in s.cells.items() if v and k not in ("source", "note"))
    print(f"  {s.table}: {shown} ({s.locator})")
    print(f"    group {s.group!r}; {s.why}")
    for doubt in s.unsure:
        print(f"    unsure: {doubt}")
    if s.beside:
        print(f"    beside: {', '.join(s.beside)}")
