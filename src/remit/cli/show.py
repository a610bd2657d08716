"""remit show DIR [FINDING]."""

import argparse
from typing import TYPE_CHECKING

from remit.cli import words

if TYPE_CHECKING:
    from remit.tasks.show import Shown


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "show",
        help="show a finding: what went in, what was left out and why, what moved",
        description="Show one finding, or list them all with what moved since the stored findings were built.",
    )
    words.directory(command)
    command.add_argument("finding", metavar="FINDING", nargs="?", help="id of a finding (default: list them)")
    command.add_argument("--moved", action="store_true", help="list only what moved since the last build")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one finding or the list."""
    from remit.tasks.show import listed, show

    folder, say = words.folder(args.dir), words.progress()
    if args.finding:
        shown = show(folder, args.finding, say)
        if args.json:
            words.dump({**shown.finding.to_dict(), "moved": shown.move.sentence if shown.move else None})
        else:
            print_finding(shown)
        return 0
    rows = [s for s in listed(folder, say) if s.move is not None or not args.moved]
    if args.json:
        words.dump([{"id": s.finding.id, "k": s.finding.k, "moved": s.move.sentence if s.move else None} for s in rows])
        return 0
    for s in rows:
        f = s.finding
        print(f"{f.id:45s} k={f.k:<3d} {words.estimate(f)}" + (f"   MOVED: {s.move.sentence}" if s.move else ""))
    return 0


def print_finding(shown: "Shown") -> None:
    """Print a finding the way a reader asks: answer, how sure, what went in, what was left out."""
    f = shown.finding
    print(f"{f.id}: {f.analysis.title}\n{f.sentence}\n")
    print(f"{words.estimate(f)}, k = {f.k}, n = {f.n if f.n is not None else 'not known'}")
    if f.pooled is not None:
        p = f.pooled
        print(f"{p.method}; {p.interval}; tau2 {p.tau2:.4g}, I2 {p.i2:.0f} %, Q {p.q:.2f} (df {p.q_df}, p {p.q_p:.3g})")
        if p.prediction_lower is not None and p.prediction_upper is not None:
            print(f"prediction interval [{p.prediction_lower:.3f}, {p.prediction_upper:.3f}]")
    if f.certainty is not None:
        signed = f"signed by {f.certainty.signed_by}" if f.certainty.signed_by else "suggested, not signed"
        print(f"certainty {f.certainty.marks} {f.certainty.level} ({signed})")
        for step in f.certainty.steps:
            print(f"  {step.change:+d} {step.domain}: {step.reason}")
    print("\nwent in")
    for u in f.used:
        amount = f"{u.events}/{u.total}" if u.events is not None else (f"n {u.total}" if u.total else "")
        print(
            f"  {u.label:40.40s} {amount:>9s} {u.estimate:.3f} [{u.lower:.3f}, {u.upper:.3f}] {u.weight:5.1f} %  "
            f"{u.place}  {u.route}" + (f"  ({', '.join(u.marks)})" if u.marks else "")
        )
    print("\nleft out" if f.left_out else "\nleft out: nothing")
    for row in f.left_out:
        print(f"  {row.study} {row.arm} {row.place}: {row.reason}: {row.detail}")
    if shown.move is not None:
        print(f"\nmoved since the last build: {shown.move.sentence}")
