"""remit screen DIR."""

import argparse
import sys
from typing import TYPE_CHECKING

from remit.cli import words
from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.stats.interval import Interval


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "screen",
        help="open the pages to screen records on",
        description="Serve the screening pages of a review: each person opens their own link and decides unseen by the "
        "others. Every decision is on the disk, in screening/STAGE/PERSON.csv, before the next record shows.",
    )
    words.directory(command)
    command.add_argument("--stage", choices=("title-abstract", "full-text"), default="title-abstract")
    command.add_argument("--port", type=int, default=8765)
    command.add_argument(
        "--lan", action="store_true", help="answer other machines of the network too, not this one alone"
    )
    command.add_argument(
        "--status", action="store_true", help="say how far each person is, how they agree and who may stop; no pages"
    )
    command.add_argument(
        "--prisma", metavar="FOLDER", help="write PRISMA_flow.csv, PRISMA_notes.txt and PRISMA_S.csv there; no pages"
    )
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted, or print the status."""
    if args.json and not args.status:
        raise UsageError("--json goes with --status; add it, or leave --json out")
    words.folder(args.dir)
    if args.prisma:
        from remit.tasks.screening_status import prisma

        paths, notes = prisma(args.dir, args.prisma)
        for path in paths:
            print(path)
        for note in notes:
            print(note, file=sys.stderr)
        return 0
    return _status(args) if args.status else _serve(args)


def _status(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from remit.tasks import screening
    from remit.tasks.screening_status import status

    found = status(screening.desk(args.dir, args.stage, empty=True))
    if args.json:
        said = asdict(found)
        for person, held in zip(said["people"], found.people, strict=True):
            person["verdict"]["sentence"] = held.verdict.sentence
        words.dump(said)
        return 0
    print(f"{found.records} records at {found.stage}, {found.readers} to read each")
    for p in found.people:
        v = p.verdict
        print(f"{p.name}: {p.decided} decided, {p.include} in, {p.exclude} out, {p.unsure} unsure")
        if v.found and v.remaining:
            print(f"  about {v.left} more to find among {v.remaining} left, {v.left_upper} at most")
        print(f"  {v.sentence}")
    for a in found.agreement:
        kappa = "no value" if a.kappa is None else f"{a.kappa:.2f}{_span(a.kappa_interval)}"
        print(f"{a.first} and {a.second}: {a.n} records both decided, {a.agreed:.1%} alike{_span(a.agreed_interval)}")
        print(f"  kappa {kappa}, PABAK {a.pabak:.2f}{_span(a.pabak_interval)}, AC1 {a.ac1:.2f}{_span(a.ac1_interval)}")
    print(f"Agreed: {found.include} in, {found.exclude} out, {found.unsure} unsure")
    print(f"{found.conflicts} conflict(s) to settle, {found.settled} settled")
    for record in found.open_conflicts:
        print(f"  {record}")
    left = f", {found.left} left by the rule" if found.left else ""
    print(f"{found.waiting} read by too few, {found.unread} not read{left}")
    print("Screening may stop." if found.stopped else "Screening goes on.")
    if found.stopped and not found.final:
        print("It is not finished: what is open above is undecided, and the flow says so.")
    return 0


def _span(interval: "Interval | None") -> str:
    return "" if interval is None else f" [{interval.lower:.2f}, {interval.upper:.2f}]"


def _serve(args: argparse.Namespace) -> int:
    try:
        import uvicorn  # noqa: F401  # asked for here so that its absence is told before anything else

        from remit.app import keys
        from remit.app.desk import Board
        from remit.app.screening import application
    except ImportError as missing:
        raise UsageError(f"the screening pages need {missing.name}; install remit with its extra: screen") from None
    import os
    from datetime import date

    from remit.cli import serving
    from remit.tasks import screening

    desk = screening.desk(args.dir, args.stage)
    at = serving.listening("0.0.0.0" if args.lan else "127.0.0.1", args.port)
    key = keys.secret(desk.root, os.urandom)
    board = Board(desk, screening.order(desk), screening.left(desk))
    host = _own_address() if args.lan else "127.0.0.1"
    print(f"{len(desk.records)} records at {args.stage}. Each person opens their own link, and keeps it to themselves:")
    for person in desk.review.about.people:
        print(f"  {person.name}: http://{host}:{args.port}/enter/{keys.link(key, person.id)}")
    print("Stop with Ctrl-C; nothing is lost by stopping.", flush=True)
    try:
        serving.serve(application(board, key, date.today), at)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 0


def _own_address() -> str:
    """This machine's address on its network, as far as it knows; no packet is sent."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
