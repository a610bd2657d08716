"""remit screen DIR."""

import argparse
import sys

from remit.cli import words
from remit.errors import UsageError


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
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    try:
        import uvicorn

        from remit.app import keys
        from remit.app.desk import Board
        from remit.app.screening import application
    except ImportError as missing:
        raise UsageError(f"the screening pages need {missing.name}; install remit with its extra: screen") from None
    import os
    from datetime import date

    from remit.tasks import screening

    if not 0 < args.port < 65536:
        raise UsageError(f"--port {args.port} is no port; choose one from 1 to 65535")
    desk = screening.desk(args.dir, args.stage)
    key = keys.secret(desk.root, os.urandom)
    board = Board(desk, screening.order(desk), screening.left(desk))
    host = _own_address() if args.lan else "127.0.0.1"
    print(f"{len(desk.records)} records at {args.stage}. Each person opens their own link, and keeps it to themselves:")
    for person in desk.review.about.people:
        print(f"  {person.name}: http://{host}:{args.port}/enter/{keys.link(key, person.id)}")
    print("Stop with Ctrl-C; nothing is lost by stopping.", flush=True)
    bind = "0.0.0.0" if args.lan else "127.0.0.1"
    server = uvicorn.Server(
        uvicorn.Config(application(board, key, date.today), host=bind, port=args.port, log_level="warning")
    )
    try:
        server.run()
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
