"""remit check DIR."""

import argparse
import sys

from remit.cli import words


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "check",
        help="check a review: text, references, meaning, and the digits in findings/",
        description="Check a review like a compiler: every refusal as FILE:LINE: seen; expected; what to do.",
    )
    words.directory(command)
    command.add_argument("--claims", action="store_true", help="fail when a verdict differs from the one recorded")
    command.add_argument("--quiet", action="store_true", help="print errors only, no warnings")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every problem; 1 if any is an error."""
    from remit.tasks.check import check

    problems = check(words.folder(args.dir), claims=args.claims, say=words.progress())
    errors = [p for p in problems if p.severity == "error"]
    shown = errors if args.quiet else problems
    if args.json:
        words.dump([p.to_dict() for p in shown])
    else:
        for problem in shown:
            print(problem, file=sys.stderr if problem.severity == "error" else sys.stdout)
        print(f"{args.dir}: {len(errors)} error(s), {len(problems) - len(errors)} warning(s)")
    return 1 if errors else 0
