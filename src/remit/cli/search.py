"""remit search DIR [SEARCH …]."""

import argparse
import sys
from typing import TYPE_CHECKING

from remit.cli import words
from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.tasks.search import Ran


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "search",
        help="run the searches a review defines, check them, or translate one",
        description="Ask PubMed, Europe PMC, ClinicalTrials.gov, OpenAlex or Crossref what searches/*.yaml defines, "
        "and bring what is new into the review. Stopped anywhere, the same command goes on where it was. Keys come "
        "from the environment: NCBI_API_KEY, OPENALEX_API_KEY, REMIT_EMAIL.",
    )
    words.directory(command)
    command.add_argument("searches", metavar="SEARCH", nargs="*", help="definitions to run (default: all that can be)")
    command.add_argument("--check", action="store_true", help="say what is wrong with the strategies, ask nothing")
    command.add_argument("--translate", default="", metavar="SEARCH", help="translate a definition, ask nothing")
    command.add_argument("--to", default="", metavar="LANGUAGE", help="the language to translate into")
    command.add_argument("--fresh", action="store_true", help="forget the pages of a run that was stopped")
    command.add_argument("--anyway", action="store_true", help="run a strategy in spite of its errors")
    command.add_argument("--most", type=int, default=100_000, metavar="N", help="refuse more records than this")
    command.add_argument("--dry-run", action="store_true", help="ask, show what would be added, write no record")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check, translate or run."""
    root = words.folder(args.dir)
    if args.translate or args.to:
        return _translate(str(root), args.translate, args.to, args.json)
    if args.check:
        return _check(str(root), args.searches, args.json)
    if args.most < 1:
        raise UsageError(f"--most {args.most}: allow at least one record")
    return _run(args)


def _check(root: str, names: list[str], as_json: bool) -> int:
    from remit.tasks import search

    found = [(d, search.remarks(d)) for d in search.definitions(root, names)]
    errors = sum(r.severity == "error" for _, remarks in found for r in remarks)
    if as_json:
        words.dump(
            [
                {
                    "search": d.id,
                    "dialect": d.dialect,
                    "remarks": [
                        {
                            "line": r.line,
                            "column": r.column,
                            "severity": r.severity,
                            "rule": r.rule,
                            "seen": r.seen,
                            "advice": r.advice,
                        }
                        for r in remarks
                    ],
                }
                for d, remarks in found
            ]
        )
        return 1 if errors else 0
    for definition, remarks in found:
        for remark in remarks:
            print(f"{definition.place.file}: {remark}")
        if definition.dialect in ("ctgov", "openalex", "crossref", "other"):
            print(f"{definition.place.file}: its language ({definition.dialect}) cannot be checked")
    print(f"{len(found)} strategies, {errors} error(s), {sum(len(r) for _, r in found) - errors} warning(s)")
    return 1 if errors else 0


def _translate(root: str, name: str, aim: str, as_json: bool) -> int:
    from remit.tasks import search

    if not name or not aim:
        raise UsageError("--translate SEARCH and --to LANGUAGE go together; languages are in docs/reference/search.md")
    (definition,) = search.definitions(root, [name])
    got = search.translated(definition, aim)
    if as_json:
        words.dump({"search": name, "from": definition.dialect, "to": aim, "query": got.text, "lost": list(got.lost)})
        return 0
    print(got.text)
    for lost in got.lost:
        print(f"not the same: {lost}", file=sys.stderr)
    return 0


def _run(args: argparse.Namespace) -> int:
    import os
    import random
    import time
    from datetime import date

    from remit.ingest.live.asks import Service
    from remit.ingest.live.polite import Polite, connection
    from remit.tasks import search

    generator = random.Random()
    with connection() as http:

        def connect(service: Service) -> Polite:
            limit = service.per_second(os.environ)
            return Polite(http, clock=time.monotonic, sleep=time.sleep, generator=generator, per_second=limit)

        wish = search.Wish(
            today=date.today().isoformat(),
            most=args.most,
            fresh=args.fresh,
            anyway=args.anyway,
            dry_run=args.dry_run,
        )
        ran = []
        for one in search.run(args.dir, args.searches, connect, os.environ, wish, words.progress()):
            ran.append(_plain(one))
            if not args.json:
                _say(one, args.dry_run)
    if args.json:
        words.dump(ran)
    return 0


def _say(one: "Ran", dry_run: bool) -> None:
    for warning in one.gathered.warnings:
        print(f"warning: {one.definition.id}: {warning}", file=sys.stderr)
    for bad in one.brought.unread[:20]:
        print(f"not read: {bad.file}, record {bad.number}: {bad.seen}; {bad.advice}", file=sys.stderr)
    claimed = "an unknown number of" if one.gathered.claimed is None else one.gathered.claimed
    print(
        f"{one.definition.id}: {claimed} hits claimed, {one.gathered.got} records got in {len(one.gathered.sheets)} "
        f"answers ({one.gathered.asked} asked now); {len(one.brought.new)} new, {len(one.brought.repeats)} repeats, "
        f"{len(one.brought.alike)} pairs for a person"
        + ("; nothing was written: a dry run" if dry_run else f"; run kept as {one.brought.search}")
    )


def _plain(one: "Ran") -> dict[str, object]:
    return {
        "definition": one.definition.id,
        "run": one.brought.search,
        "query": one.gathered.query,
        "date": one.gathered.date,
        "claimed": one.gathered.claimed,
        "got": one.gathered.got,
        "answers": len(one.gathered.sheets),
        "asked": one.gathered.asked,
        "sha256": one.gathered.sha256,
        "warnings": list(one.gathered.warnings),
        "new": list(one.brought.new),
        "repeats": len(one.brought.repeats),
        "alike": len(one.brought.alike),
        "unread": len(one.brought.unread),
    }
