"""remit new DIR."""

import argparse
import re
from pathlib import Path

from remit.cli import words


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "new",
        help="start an empty review that checks and builds",
        description="Write an empty review folder with one question, a few outcomes and one planned analysis.",
    )
    command.add_argument("dir", metavar="DIR", help="a folder that does not exist yet, or is empty")
    command.add_argument("--title", help="the review's title (default: made from the folder's name)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the folder and say what to do next."""
    from remit.tasks.new import new

    name = Path(args.dir).resolve().name
    review_id = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "review"
    folder = new(args.dir, review_id, args.title or review_id.replace("-", " ").capitalize())
    print(
        f"started {folder}: edit protocol.yaml, add studies/<study>/, then: remit check {folder}; remit build {folder}"
    )
    return 0
