"""remit status DIR."""

import argparse
from dataclasses import asdict

from remit.cli import words


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "status",
        help="say where a review stands",
        description="Size, verdicts, problems, and whether the stored findings are current; all read from the files.",
    )
    words.directory(command)
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the state; 1 if the review has errors or its findings are stale."""
    from remit.tasks.status import status

    s = status(words.folder(args.dir), say=words.progress())
    if args.json:
        words.dump(asdict(s))
    else:
        verdicts = ", ".join(f"{n} {word}" for word, n in s.verdicts.items()) or "none"
        print(f"{s.title}\nversion {s.version} of {s.date}; {s.living}, schedule: {s.schedule}")
        print(f"{s.studies} studies, {s.reports} reports ({s.reports_included} included), {s.rows} values")
        print(f"{s.findings} findings: {s.findings_pooled} pooled, {s.findings_empty} without a study")
        print(f"claims: {verdicts}; {s.verdicts_changed} differ from the record")
        print(f"{s.errors} error(s), {s.warnings} warning(s); {s.stale} stored finding(s) to rebuild")
    return 1 if s.errors or s.stale else 0
