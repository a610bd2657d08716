"""remit build DIR [--out SITE]."""

import argparse

from remit.cli import words


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "build",
        help="compute the findings and write the site",
        description="Compute every finding, say what moved since the last build, and write the static site.",
    )
    words.directory(command)
    command.add_argument("--out", metavar="SITE", help="folder for the site (default: DIR/site)")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Build and print where the site is."""
    from remit.tasks.build import build

    built = build(words.folder(args.dir), args.out, say=words.progress())
    home = (built.site / "index.html").resolve()
    if args.json:
        words.dump(
            {
                "site": str(built.site),
                "changed": built.changed,
                "files": built.files,
                "bytes": built.bytes,
                "findings": built.findings,
                "warnings": built.warnings,
                "moves": [m.sentence for m in built.moves],
            }
        )
        return 0
    for move in built.moves:
        print(move.sentence)
    done = "built" if built.changed else "unchanged since the last build"
    print(f"{done}: {built.findings} findings, {built.files} files, {built.bytes / 1e6:.2f} MB")
    print(f"open {home.as_uri()}")
    return 0
