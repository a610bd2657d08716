"""remit trace FIGURE."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from remit.cli import words
from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.model.curve import TracedCurve
    from remit.model.trace import TraceRecord, WantedCurve
    from remit.tasks.trace import Trace

EPILOG = """FIGURE is a PNG, JPEG, SVG or PDF page, coordinates (CSV, WebPlotDigitizer .json or .tar), or a trace.yaml
written before. Places are in the figure's own units from its top left corner: pixels, SVG units or PDF points.

  remit trace fig.png --axis-x 120:0 720:60 --axis-y 400:0 60:1 --curve blina=#c00000 --curve chemo=300,210 --out traced
  remit trace points.csv --unit years --to months --risk "0:54 1:40 2:31" --events 18 --out traced"""


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "trace",
        help="read survival curves off a figure",
        description="Read Kaplan–Meier curves off a figure: steps, censoring ticks, and an overlay.",
    )
    command.epilog, command.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    command.add_argument("figure", metavar="FIGURE", help="a figure, coordinates, or trace.yaml")
    command.add_argument("--axis-x", nargs="+", default=[], metavar="PLACE:TIME", help="two points of the time axis")
    command.add_argument("--axis-y", nargs="+", default=[], metavar="PLACE:S", help="two points of the survival axis")
    command.add_argument(
        "--curve", action="append", default=[], metavar="NAME=COLOUR|X,Y", help="a curve, by colour or places on it"
    )
    command.add_argument("--colour", default="", metavar="#RRGGBB", help="the colour of the one curve")
    command.add_argument("--seed", default="", metavar="X,Y", help="a place on the one curve, or several")
    command.add_argument("--page", type=int, default=1, metavar="N", help="of a PDF (default: 1)")
    command.add_argument("--unit", default="months", metavar="U", help="of the time axis: days weeks months years")
    command.add_argument("--to", default="", metavar="U", help="unit of the result (default: that of the axis)")
    command.add_argument("--percent", action="store_true", default=None, help="the survival axis is in percent")
    command.add_argument("--risk", action="append", default=[], metavar="[NAME=]T:N T:N", help="numbers at risk")
    command.add_argument("--total", action="append", default=[], metavar="[NAME=]N", help="patients")
    command.add_argument("--events", action="append", default=[], metavar="[NAME=]N", help="events in all")
    command.add_argument(
        "--correct", action="append", default=[], metavar="[NAME=]T:S", help="a step put in or moved; T:- takes one out"
    )
    command.add_argument("--out", metavar="DIR", help="write trace.yaml, steps, ticks and overlay.svg there")
    command.add_argument("--serve", action="store_true", help="open a page to do it by mouse and keyboard")
    command.add_argument("--port", type=int, default=8766, help="of that page (default: 8766)")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Trace and print."""
    from remit.tasks import trace as task

    if "\0" in args.figure or (args.out and "\0" in args.out):
        raise UsageError("a file name cannot hold a null character")
    if args.figure.lower().endswith((".yaml", ".yml")):
        asked, base = stored(args.figure)
        asked = replace(asked, curves=corrected(asked.curves, by_hand(args)))
    else:
        asked, base = record(args), Path()
    if args.serve:
        return serve(asked, base, args)
    held = task.trace(asked, base)
    if args.json:
        from remit.model.plain import plain

        words.dump({"notes": list(held.notes), "curves": [plain(c) for c in held.curves]})
    else:
        print_trace(held)
    if args.out:
        made, said = task.rebuilt(held)
        files = task.write(held, args.out, made)
        if not args.json:
            print("\n".join(["", *said]))
        if not args.json:
            print(f"written to {args.out}: {', '.join(f.name for f in files)}")
    return 0


def stored(name: str) -> "tuple[TraceRecord, Path]":
    """Return a record written before, and the folder its figure is looked for from."""
    from remit.store import trace_file

    at = Path(name)
    if not at.is_file():
        raise UsageError(f"{name} is not a file; name a figure or a trace.yaml")
    return trace_file.read(at), at.parent


def serve(asked: "TraceRecord", base: Path, args: argparse.Namespace) -> int:
    """Serve the page to trace on until interrupted."""
    try:
        import uvicorn  # noqa: F401  # asked for here so that its absence is told before anything else

        from remit.app import keys, tracing
    except ImportError as missing:
        raise UsageError(f"the tracing page needs {missing.name}; install remit with its extra: screen") from None
    import os

    from remit.cli import serving

    at = serving.listening("127.0.0.1", args.port)
    out = Path(args.out) if args.out else Path(args.figure).with_suffix("")
    sheet = tracing.sheet(replace(asked, figure=str(base / asked.figure)), out)
    key = os.urandom(32)
    print(f"Trace on http://127.0.0.1:{args.port}/enter/{keys.link(key, tracing.PERSON)}")
    print(f"Save writes to {out}. Stop with Ctrl-C.", flush=True)
    application = tracing.application(sheet, key)
    try:
        serving.serve(application, at)
    except KeyboardInterrupt:
        print("stopped")
    return 0


def record(args: argparse.Namespace) -> "TraceRecord":
    """Return the record that the words of a command make."""
    from remit.model.trace import TraceRecord, known

    return TraceRecord(
        figure=args.figure,
        page=args.page,
        axis_x=tuple(known(t) for t in args.axis_x),
        axis_y=tuple(known(t) for t in args.axis_y),
        unit=args.unit,
        to=args.to,
        percent=args.percent,
        curves=curves(args),
    )


def curves(args: argparse.Namespace) -> "tuple[WantedCurve, ...]":
    """Return the curves that are asked for, each with what the report prints of it."""
    from remit.model.trace import WantedCurve, places, risk_table

    told = [word.partition("=")[::2] for word in args.curve]
    if args.colour or args.seed:
        if len(told) > 1 or (told and told[0][1]):
            raise UsageError("--colour and --seed belong to one curve; write --curve NAME=COLOUR for several")
        told = [(told[0][0] if told else "curve", args.colour)]
    printed = {name: named(getattr(args, name)) for name in ("risk", "total", "events")}
    hand = by_hand(args)
    if not told and (hand or any(printed.values())):
        told = [("curve", "")]
    out = []
    for name, how in told:
        by_place = "," in how
        given = {key: held.get(name, held.get("", "") if len(told) == 1 else "") for key, held in printed.items()}
        out.append(
            WantedCurve(
                curve=name,
                colour="" if by_place else how,
                through=places(args.seed or (how if by_place else "")),
                risk=risk_table(given["risk"]) if given["risk"] else None,
                total=whole(given["total"], "--total"),
                events=whole(given["events"], "--events"),
            )
        )
    unknown = {n for held in (*printed.values(), hand) for n in held} - {c.curve for c in out} - {""}
    if unknown:
        raise UsageError(f"no curve {', '.join(sorted(unknown))}; curves: {', '.join(c.curve for c in out)}")
    return corrected(tuple(out), hand)


def by_hand(args: argparse.Namespace) -> dict[str, str]:
    """Return the corrections of each curve, those without a name under ""."""
    out: dict[str, str] = {}
    for word in args.correct:
        for name, said in named([word]).items():
            out[name] = f"{out.get(name, '')} {said}".strip()
    return out


def corrected(curves: "tuple[WantedCurve, ...]", hand: dict[str, str]) -> "tuple[WantedCurve, ...]":
    """Return the curves with corrections by hand added. UsageError where it is not said of which of several."""
    from remit.model.trace import corrections

    unknown = set(hand) - {c.curve for c in curves} - ({""} if len(curves) == 1 else set())
    if unknown:
        names = ", ".join(c.curve for c in curves)
        raise UsageError(
            f"--correct {' '.join(hand[n] for n in unknown)}: which curve? write NAME=T:S; curves: {names}"
        )
    more = {c.curve: corrections(f"{hand.get(c.curve, '')} {hand.get('', '')}") for c in curves}
    return tuple(replace(c, corrections=(*c.corrections, *more[c.curve])) for c in curves)


def named(values: list[str]) -> dict[str, str]:
    """Return NAME=VALUE words by name, bare values under ""."""
    return {name if mark else "": value if mark else name for name, mark, value in (v.partition("=") for v in values)}


def whole(text: str, option: str) -> int | None:
    """Return a count, or None where none is given."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise UsageError(f"{option} {text!r}; expected a whole number")
    return int(text)


def print_trace(held: "Trace") -> None:
    """Print each curve: its size, survival at five times, what was changed, and warnings."""
    for note in held.notes:
        print(f"note: {note}")
    for c in held.curves:
        print_curve(c)


def print_curve(c: "TracedCurve") -> None:
    """Print one curve."""
    drawn = "" if c.overlap is None else f", {c.overlap:.1%} of it lies on the drawn curve"
    print(f"\n{c.curve}: {len(c.time) - 1} steps to {c.end:.4g} {c.unit}, {len(c.censored)} censoring ticks{drawn}")
    times = [c.end * i / 5 for i in range(1, 6)]
    print("  " + "  ".join(f"S({t:.3g}) {c.at(t):.3f}" for t in times))
    for change in c.changes:
        print(f"  changed: {change}")
    for warning in c.warnings:
        print(f"  warning: {warning}")
