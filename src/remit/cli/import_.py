"""remit import DIR FILE…."""

import argparse
from typing import TYPE_CHECKING

from remit.cli import words
from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.tasks.bring import Brought
    from remit.tasks.import_ import Imported
    from remit.tasks.take_back import TakenBack

SHOWN = 20


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "import",
        help="bring exported records into a review",
        description="Read exports of databases, registers and reference managers, tell new records from those held, "
        "and add them: one search for each file, or one for all with --search. What a file was taken for is shown "
        "first; --dry-run shows all and writes nothing. The same file again adds nothing, unless --again says that "
        "what it brought is to be replaced. A file without a record leaves nothing, and the exit code is 1.",
    )
    words.directory(command)
    command.add_argument("files", metavar="FILE", nargs="+", help="an export; plain, gzip or zip")
    command.add_argument(
        "--search", default="", metavar="ID", help="the one search they are of (default: one for each, its name)"
    )
    command.add_argument("--source", default="", metavar="NAME", help="the source searched, such as Embase (Ovid)")
    command.add_argument("--route", default="", help="database, register, website, organisation or citation")
    command.add_argument("--query", default="", help="the search as it was run")
    command.add_argument("--format", default="", help="the files' format, where the guess is wrong")
    command.add_argument(
        "--column", action="append", default=[], metavar="FIELD=COLUMN", help="a table's column, such as title=Titel"
    )
    command.add_argument(
        "--again", action="store_true", help="replace what an import of the same files brought, if nobody decided on it"
    )
    command.add_argument("--dry-run", action="store_true", help="show what would be done")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import, and say what came of it."""
    from datetime import date

    from remit.tasks.import_ import Wish, import_files

    root = words.folder(args.dir)
    wish = Wish(
        search=args.search,
        source=args.source,
        route=args.route,
        query=args.query,
        format=args.format,
        columns=_columns(args.column),
        again=args.again,
    )
    done = import_files(root, args.files, wish, date.today().isoformat(), dry_run=args.dry_run)
    failed = any(not (one.already or one.read) for one in done.searches)
    if args.json:
        words.dump(_plain(done, args.dry_run))
        return int(failed)
    for file, guess in done.guesses.items():
        print(f"{file}: {guess.format or 'unknown format'} ({guess.why})")
        for column, field in guess.columns.items():
            print(f"  {column} → {field}")
    for back in done.replaced:
        _say_replaced(back)
    for brought in done.searches:
        _say(brought, args.dir)
    if args.dry_run:
        print("Nothing was written: this was a dry run.")
    elif any(one.alike for one in done.searches):
        print(f"Look at the pairs: remit dedupe {args.dir}")
    return int(failed)


def _columns(given: list[str]) -> dict[str, str] | None:
    """Column to field, from FIELD=COLUMN."""
    columns = {}
    for text in given:
        field, equals, column = text.partition("=")
        if not equals or not field or not column:
            raise UsageError(f"--column {text}: write FIELD=COLUMN, such as --column title=Titel")
        columns[column] = field
    return columns or None


def _say_replaced(back: "TakenBack") -> None:
    print(
        f"replaced: search {back.search} lost {len(back.records)} records, {back.repeats} repeats and {back.pairs} "
        "pairs nobody had judged"
    )
    for record, search in list(back.passed.items())[:SHOWN]:
        print(f"  {record} was found by search {search} too, and is now a record of that")
    if len(back.passed) > SHOWN:
        print(f"  … and {len(back.passed) - SHOWN} more; --json lists them all")


def _say(brought: "Brought", folder: str) -> None:
    if brought.already:
        print(
            f"Nothing to add: {', '.join(brought.files)} was imported before, as search {brought.already}; to read it "
            "otherwise and replace what it brought, add --again"
        )
        return
    for bad in brought.unread[:SHOWN]:
        place = f"{bad.file}, record {bad.number}" + (f", line {bad.line}" if bad.line else "")
        print(f"not read: {place}: {bad.seen}; {bad.advice}")
    if len(brought.unread) > SHOWN:
        print(f"… and {len(brought.unread) - SHOWN} more not read; --json lists them all")
    if not brought.read:
        print(f"Nothing came of {', '.join(brought.files)}: no record was read, and no search was made of it.")
        return
    for repeat in brought.repeats[:SHOWN]:
        print(f"repeat of {repeat.record}: {repeat.title[:90]} [{repeat.agreed}]")
    if len(brought.repeats) > SHOWN:
        print(f"… and {len(brought.repeats) - SHOWN} more repeats; --json lists them all")
    for pair in brought.alike[:SHOWN]:
        print(f"for a person: {pair.record} and {pair.other} [{pair.why}]")
    if len(brought.alike) > SHOWN:
        print(f"… and {len(brought.alike) - SHOWN} more pairs; remit dedupe {folder} lists them all")
    again = f", {brought.again} held from this search already" if brought.again else ""
    print(
        f"search {brought.search}: {brought.read} records read, {len(brought.unread)} not read, "
        f"{len(brought.new)} new, {len(brought.repeats)} repeats{again}, {len(brought.alike)} pairs for a person"
    )


def _plain(done: "Imported", dry_run: bool) -> dict[str, object]:
    """Totals of the command, and what came of each search."""
    each = [_counted(brought, dry_run) for brought in done.searches]
    return {
        "files": {
            file: {"format": g.format, "encoding": g.encoding, "why": g.why, "columns": dict(g.columns)}
            for file, g in done.guesses.items()
        },
        "written": any(one["written"] for one in each),
        "read": sum(brought.read for brought in done.searches),
        "new": [record for brought in done.searches for record in brought.new],
        "replaced": [
            {
                "search": back.search,
                "records": list(back.records),
                "repeats": back.repeats,
                "pairs": back.pairs,
                "passed": dict(back.passed),
            }
            for back in done.replaced
        ],
        "searches": each,
    }


def _counted(brought: "Brought", dry_run: bool) -> dict[str, object]:
    return {
        "search": brought.search,
        "files": list(brought.files),
        "already": brought.already,
        "written": bool(not dry_run and not brought.already and brought.read),
        "read": brought.read,
        "again": brought.again,
        "unread": [
            {"file": u.file, "number": u.number, "line": u.line, "seen": u.seen, "advice": u.advice}
            for u in brought.unread
        ],
        "new": list(brought.new),
        "repeats": [
            {"record": r.record, "source_key": r.source_key, "title": r.title, "agreed": r.agreed}
            for r in brought.repeats
        ],
        "alike": [{"record": a.record, "other": a.other, "why": a.why} for a in brought.alike],
    }
