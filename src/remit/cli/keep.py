"""remit keep DIR STUDY TRACE."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from remit.cli import words
from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.model.observation import Contrast, Survival
    from remit.tasks.keep import Kept

EPILOG = """TRACE is the trace.yaml that `remit trace --out` wrote. A curve becomes curves/OUTCOME-ARM.yaml and .csv.

  remit keep reviews/my-question example-2020 traced/trace.yaml --arm blinatumomab=blina --arm chemotherapy=chemo \\
    --outcome efs --basis randomised --report example-2020 --locator "Figure 2" --by r1 \\
    --transplant not-censored --competing event"""

TRANSPLANT = "censored not-censored event state not-applicable; not-stated where the report does not say"
COMPETING = "event censored competing not-applicable; not-stated where the report does not say"


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "keep",
        help="keep traced curves in a study, and say what they hold",
        description="Write traced curves into a study's folder and hold their people against what is printed.",
    )
    command.epilog, command.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    words.directory(command)
    command.add_argument("study", metavar="STUDY", help="id of the study")
    command.add_argument("trace", metavar="TRACE", help="a trace.yaml")
    command.add_argument("--arm", action="append", default=[], metavar="[NAME=]ARM", help="whose curve it is")
    command.add_argument("--outcome", required=True, metavar="O", help="an outcome of the protocol, such as efs")
    command.add_argument("--basis", required=True, metavar="B", help="the denominator: randomised infused treated …")
    command.add_argument("--report", required=True, metavar="R", help="id of the report")
    command.add_argument("--locator", required=True, metavar="TEXT", help="which figure of it")
    command.add_argument("--by", required=True, metavar="PERSON", help="who read it")
    command.add_argument("--url", default="", metavar="URL", help="where the figure stands")
    command.add_argument("--source", default="primary", metavar="S", help="primary registry label secondary")
    command.add_argument("--population", default="", metavar="TEXT", help="the report's own words")
    command.add_argument("--transplant", required=True, metavar="RULE", help=f"of transplantation: {TRANSPLANT}")
    command.add_argument("--competing", required=True, metavar="RULE", help=f"of another way to fail: {COMPETING}")
    command.add_argument("--again", action="store_true", help="replace curves of the same name")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Keep the curves; 1 where one fails quality control or a check."""
    from remit.cli.trace import stored
    from remit.tasks import keep as task
    from remit.tasks.trace import trace

    root = words.folder(args.dir)
    record, base = stored(args.trace)
    traced = trace(record, base)
    shared = task.Shared(
        outcome=args.outcome,
        basis=args.basis,
        population=args.population,
        transplant=args.transplant,
        competing=args.competing,
        report=args.report,
        locator=args.locator,
        url=args.url,
        source=args.source,
        extracted_by=args.by,
    )
    curves = task.doubted(traced)
    found = task.keep(root, args.study, curves, arms(args.arm, [c.curve for c in curves]), shared, args.again)
    for kept in found:
        print_kept(kept, root)
    print(f"look at the overlay beside {args.trace}; then: remit build {args.dir}")
    return 0 if all(k.good for k in found) else 1


def arms(said: list[str], curves: list[str]) -> dict[str, str]:
    """Return the arm of each curve: NAME=ARM, or ARM alone where there is one curve."""
    out: dict[str, str] = {}
    for text in said:
        name, equals, arm = text.rpartition("=")
        if not equals and len(curves) > 1:
            raise UsageError(f"--arm {text} of which curve? say NAME={text}; the curves are {', '.join(curves)}")
        key = name if equals else curves[0]
        if key in out:
            raise UsageError(f"--arm {text}: curve {key} was given to {out[key]} already; a curve is of one arm")
        out[key] = arm
    if not out:
        raise UsageError(f"whose curves are they? say --arm NAME=ARM; the curves are {', '.join(curves)}")
    return out


def print_kept(kept: "Kept", root: Path) -> None:
    """Print where a curve stands now, what quality control says, and the values made of it."""
    report, arm = kept.rebuilt.report, kept.rebuilt.arm
    verdict = {"pass": "passes", "warn": "passes with doubts", "fail": "FAILS"}[report.verdict if report else "fail"]
    people = f"{arm.n} people, {arm.events} events; " if arm is not None else ""
    print(f"{kept.file.relative_to(root)}: {people}{verdict}")
    for reason in report.reasons if report is not None else (kept.rebuilt.refused,):
        print(f"  {reason}")
    for problem in kept.problems:
        print(f"  {problem}")
    for note in arm.notes if arm is not None else ():
        print(f"  note: {note}")
    for value in kept.values:
        print(f"  {said(value)}")


def said(value: "Survival | Contrast") -> str:
    """Return a value read off a curve in words."""
    from remit.model.observation import Survival

    ends = "" if value.lower is None or value.upper is None else f" [{value.lower:.3f}, {value.upper:.3f}]"
    if isinstance(value, Survival):
        word = value.measure.replace("-", " ")
        return f"{word} at {value.months:g} months: {value.probability:.3f}{ends}"
    ratio = "no ratio" if value.estimate is None else f"{value.estimate:.3f}{ends}"
    note = f"; {value.note}" if value.note else ""
    return f"hazard ratio, {value.arm} against {value.comparator}: {ratio}{note}"
