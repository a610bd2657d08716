"""remit multiverse DIR FINDING."""

import argparse
from statistics import median
from typing import TYPE_CHECKING

from remit.cli import words

if TYPE_CHECKING:
    from remit.model.finding import Finding
    from remit.model.multiverse import Multiverse, Robustness, Specification
    from remit.tasks.multiverse import Varied


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "multiverse",
        help="answer one analysis in every defensible way, and leave out one study at a time",
        description=(
            "Pool one analysis under every defensible choice of denominator, inclusion rule, transformation, estimator "
            "and interval; say how far the answer moves, whether claims keep their verdict, and what each study does."
        ),
    )
    words.directory(command)
    command.add_argument("finding", metavar="FINDING", help="id of a finding; list them with: remit show DIR")
    command.add_argument("--all", action="store_true", help="print every specification, from the lowest estimate up")
    words.as_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the curve's summary, or JSON."""
    from remit.tasks.multiverse import multiverse

    varied = multiverse(words.folder(args.dir), args.finding, say=words.progress())
    if args.json:
        words.dump(varied.to_dict())
        return 0
    print(f"{varied.multiverse.id}: {varied.multiverse.analysis.title}")
    planned = varied.multiverse.planned
    if planned is None:
        print("no study entered: there is nothing to vary")
        return 0
    print(f"as planned: {words.estimate(varied.finding)}, k = {planned.k}")
    print_curve(varied.multiverse, varied.finding, args.all)
    print_claims(varied.claims)
    print_without(varied)
    return 0


def print_curve(m: "Multiverse", f: "Finding", every: bool) -> None:
    """Print how far the estimate moves, over all and by choice."""
    from remit.model.multiverse import DIMENSIONS

    curve, ratio = m.curve, f.analysis.kind == "contrast"
    middle = median(s.estimate for s in curve)
    low, high = words.number(curve[0].estimate, ratio), words.number(curve[-1].estimate, ratio)
    print(f"{len(curve)} specifications: estimates {low} to {high}, median {words.number(middle, ratio)}")
    for dimension in DIMENSIONS:
        print(f"\n{dimension:33s} count        k   estimate: lowest  median highest")
        for word in m.words(dimension):
            own = [s.estimate for s in m.where(dimension, word)]
            ks = sorted({s.k for s in m.where(dimension, word)})
            span = f"{ks[0]}-{ks[-1]}" if len(ks) > 1 else str(ks[0])
            cells = (words.number(v, ratio) for v in (min(own), median(own), max(own)))
            print(f"  {word:31s} {len(own):5d} {span:>8s}   {'':8s} " + " ".join(f"{c:>7s}" for c in cells))
    for line in m.failed:
        print(f"no number: {line}")
    if every:
        print("\nevery specification, from the lowest estimate up")
        for s in curve:
            print(specification(s, ratio))


def specification(s: "Specification", ratio: bool) -> str:
    """Return one specification on one line; a star marks the planned one."""
    numbers = " ".join(f"{words.number(v, ratio):>6s}" for v in (s.estimate, s.lower, s.upper))
    return f"{'*' if s.planned else ' '} {numbers}  k={s.k:<3d} {'; '.join(s.choices)}"


def print_claims(claims: "tuple[Robustness, ...]") -> None:
    """Print under how many specifications each claim keeps its verdict."""
    for r in claims:
        if r.share is None:
            print(f"\nclaim {r.claim}: not varied: {r.note}")
            continue
        print(f"\nclaim {r.claim}: {r.verdict} as planned, and under {r.held} of {r.total} ({r.share:.0%})")
        print("  " + ", ".join(f"{count} {word}" for word, count in r.verdicts.items()))


def print_without(varied: "Varied") -> None:
    """Print the estimate without each study, and what that says."""
    if varied.influence is None:
        print("\nleave one out: fewer than two studies")
        return
    ratio = varied.finding.analysis.kind == "contrast"
    print("\nleft out                                 weight   estimate [95 % CI]         shift in standard errors")
    for w in varied.without:
        numbers = words.span(w.estimate, w.lower, w.upper, ratio)
        shift = "" if w.shift is None else f"{w.shift:+.2f}"
        print(f"  {w.label:38.38s} {w.weight:5.1f} %   {numbers:26s} {shift}")
    i = varied.influence
    print(
        f"most influence: {i.most}; without one study the estimate is {words.number(i.lowest, ratio)} "
        f"(without {i.lowest_without}) to {words.number(i.highest, ratio)} (without {i.highest_without})"
    )
    if i.decisive:
        print(f"the interval changes sides of 1 without {', '.join(i.decisive)}")
