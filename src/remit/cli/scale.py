"""remit scale import, dedupe and rank: sets of records too many for a review folder."""

import argparse

from remit.cli import words

SET = "a Parquet file made by remit scale import, a pattern of several, or a table's name with --connect"


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "scale",
        help="import, deduplicate and rank millions of records as Parquet",
        description="The same operations on sets too large for a review folder: each step reads and writes Parquet, "
        "through DuckDB in this process or any other connection of Ibis. Needs the extra scale.",
    )
    steps = command.add_subparsers(title="steps", metavar="STEP", required=True)
    step = steps.add_parser("import", help="files into a set", description="Read exports into a set, as they come.")
    step.add_argument("out", metavar="OUT.parquet", help="the set to write")
    step.add_argument("files", metavar="FILE", nargs="+", help="an export; plain, gzip or zip")
    step.add_argument("--first", type=int, default=0, metavar="N", help="the first record's number, for sets in parts")
    step.set_defaults(run=_import)
    step = steps.add_parser("dedupe", help="duplicates in a set", description="Find repeats and pairs for a person.")
    step.add_argument("set", metavar="SET", help=SET)
    step.add_argument("--out", required=True, metavar="FOUND.parquet", help="where to write what was found")
    step.add_argument(
        "--judged",
        default="",
        metavar="VERDICTS.csv",
        help="people's verdicts on pairs (key,record,other,verdict,by,date), which are honoured",
    )
    _connect(step)
    step.set_defaults(run=_dedupe)
    step = steps.add_parser(
        "rank", help="the order to read a set in", description="Order a set by what was decided in a review."
    )
    step.add_argument("set", metavar="SET", help=SET)
    step.add_argument("--review", required=True, metavar="DIR", help="the review whose protocol and decisions count")
    step.add_argument("--out", required=True, metavar="ORDER.parquet", help="where to write the order")
    step.add_argument("--found", default="", metavar="FOUND.parquet", help="leave out the repeats found before")
    step.add_argument("--stage", choices=("title-abstract", "full-text"), default="title-abstract")
    _connect(step)
    step.set_defaults(run=_rank)


def _connect(step: argparse.ArgumentParser) -> None:
    step.add_argument(
        "--connect", default="", metavar="URL", help="a connection of Ibis, such as polars:// (default: DuckDB)"
    )


def _import(args: argparse.Namespace) -> int:
    from remit.tasks import scale

    done = scale.import_set(args.out, args.files, args.first)
    for bad in done.first_unread:
        place = f"{bad.file}, record {bad.number}" + (f", line {bad.line}" if bad.line else "")
        print(f"not read: {place}: {bad.seen}; {bad.advice}")
    if done.unread > len(done.first_unread):
        print(f"… and {done.unread - len(done.first_unread)} more not read")
    print(f"{args.out}: {done.records} records, {done.unread} not read")
    return 0


def _dedupe(args: argparse.Namespace) -> int:
    from remit.tasks import scale

    count = scale.dedupe_set(args.set, args.out, args.connect, args.judged)
    print(f"{args.out}: {count['repeat']} repeats, {count['alike']} pairs for a person")
    if not args.judged:
        print("no verdicts of people were read: those of a review stay there; give those on this set with --judged")
    return 0


def _rank(args: argparse.Namespace) -> int:
    from remit.tasks import scale

    root = words.folder(args.review)
    titles = scale.rank_set(args.set, root, args.out, found=args.found, connect=args.connect, stage=args.stage)
    for place, title in enumerate(titles, 1):
        print(f"{place:3d}  {title[:110]}")
    print(f"{args.out}: the order to read {args.set} in")
    return 0
