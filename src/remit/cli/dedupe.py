"""remit dedupe DIR."""

import argparse
from typing import TYPE_CHECKING

from remit.cli import words

if TYPE_CHECKING:
    from pathlib import Path

    from remit.model.source_record import SourceRecord


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "dedupe",
        help="pairs of records for a person to judge, and families of reports",
        description="List pairs of records that may be one document, with what agrees and what differs; --same or "
        "--different takes a person's verdict, which later imports honour. --merged lists what was brought into "
        "records, and --split takes one line of it out again. --families lists records that may report "
        "one study, with reasons: suggestions, nothing is merged.",
    )
    words.directory(command)
    what = command.add_mutually_exclusive_group()
    what.add_argument("--same", nargs=2, metavar=("A", "B"), help="two records are one document")
    what.add_argument("--different", nargs=2, metavar=("A", "B"), help="two records are two documents")
    what.add_argument("--merged", nargs="?", const="", metavar="RECORD", help="list lines brought into records, or one")
    what.add_argument("--split", metavar="KEY", help="a line of --merged is a record of its own: undo the merge")
    what.add_argument("--families", action="store_true", help="list records that may report one study")
    command.add_argument("--by", default="", metavar="PERSON", help="whose verdict it is")
    command.add_argument("--reason", default="", metavar="TEXT", help="why; needed by --split")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List, or take one verdict."""
    from remit.tasks import duplicates

    root = words.folder(args.dir)
    if args.same or args.different or args.split is not None:
        done = _verdict(root, args)
        words.dump({"done": done}) if args.json else print(done)
        return 0
    if args.merged is not None:
        return _merged(root, args)
    if args.families:
        return _families(args)
    pairs = duplicates.open_pairs(root)
    if args.json:
        words.dump([{"record": p.pair.record, "other": p.pair.other, "why": p.pair.why} for p in pairs])
        return 0
    for p in pairs:
        print(f"{p.pair.record} and {p.pair.other}: {p.pair.why}")
        print(f"  {_line(p.one)}")
        print(f"  {_line(p.other)}")
    print(f"{len(pairs)} pairs to judge" + (f": remit dedupe {args.dir} --same A B --by PERSON" if pairs else ""))
    return 0


def _verdict(root: "Path", args: argparse.Namespace) -> str:
    from datetime import date

    from remit.tasks import duplicates, split

    today = date.today().isoformat()
    if args.split is not None:
        return split.split(root, args.split, args.by, args.reason, today)
    one, other = args.same or args.different
    return duplicates.settle(root, one, other, "same" if args.same else "different", args.by, today, args.reason)


def _merged(root: "Path", args: argparse.Namespace) -> int:
    from remit.tasks import split

    found = split.merged(root, args.merged)
    if args.json:
        words.dump([{"key": r.key, "record": r.record, "search": r.search, "agreed": r.agreed} for r in found])
        return 0
    for r in found:
        print(f"{r.key} in {r.record}, from {r.search}: {r.title}")
        print(f"  agreed: {r.agreed}")
    if found:
        print(f"to undo one: remit dedupe {args.dir} --split KEY --by PERSON --reason TEXT")
    print(f"{len(found)} lines brought into records")
    return 0


def _families(args: argparse.Namespace) -> int:
    from remit.tasks import duplicates

    found, records = duplicates.offered_families(args.dir)
    if args.json:
        words.dump([{"records": list(f.records), "why": [list(w) for w in f.why]} for f in found])
        return 0
    for family in found:
        print(f"{len(family.records)} records that may report one study:")
        for record in family.records:
            held = records[record]
            print(f"  {record}: {held.title} ({held.journal or 'no journal'}, {held.year or 'no year'})")
        for one, other, reason in family.why:
            print(f"    {one} – {other}: {reason}")
    print(f"{len(found)} families offered; a person says which records report one study")
    return 0


def _line(said: "SourceRecord") -> str:
    people = said.authors[0] + (" and others" if len(said.authors) > 1 else "") if said.authors else "no author"
    place = " ".join(t for t in (said.journal, said.volume, said.pages) if t)
    ids = " ".join(t for t in (said.doi, said.pmid and f"PMID {said.pmid}") if t)
    return " · ".join(t for t in (said.title, people, str(said.year or ""), place, ids) if t)
