"""The command line: parse, call one task, print. Exit codes: 0 fine, 1 the review has problems, 2 wrong usage."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from remit import __version__
from remit.cli import (
    build,
    check,
    dedupe,
    import_,
    keep,
    multiverse,
    new,
    pool,
    registry,
    scale,
    screen,
    search,
    show,
    status,
    trace,
)
from remit.errors import RemitError, ReviewError

COMMANDS = (
    check,
    build,
    status,
    show,
    multiverse,
    pool,
    new,
    import_,
    dedupe,
    search,
    registry,
    screen,
    trace,
    keep,
    scale,
)

EPILOG = """exit codes: 0 fine, 1 the review has problems, 2 wrong usage.
A review informs; it does not recommend a treatment for a patient."""


ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    top = argparse.ArgumentParser(
        prog="remit",
        description="A compiler for evidence: a review folder in; checked, reproducible evidence out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"remit {__version__}")
    sub = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Matrix libraries that are not loaded yet get one thread, unless the environment says otherwise: matrices here are
    small, and the last digits of a sum must not depend on how many cores a machine has.
    """
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    args = parser().parse_args(argv)
    try:
        code: int = args.run(args)
    except ReviewError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"{len(error.problems)} problem(s): nothing was written", file=sys.stderr)
        return error.exit_code
    except RemitError as error:
        print(f"remit: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return code
