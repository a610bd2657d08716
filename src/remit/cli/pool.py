"""remit pool FILE.csv."""

import argparse
from typing import TYPE_CHECKING

from remit.cli import words
from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.model.finding import Pooled
    from remit.model.table import PooledTable, TableStudy

TABLES = """columns                                          pooled as
  study,events,total                             proportions, exact likelihood (GLMM)
  study,events,total,events2,total2              --measure OR, RR or RD
  study,estimate,lower,upper[,level]             --measure HR, OR, RR or MD
  study,effect,variance (or se)                  effects as given, or --measure HR, OR, RR, MD
  study,survival, and lower,upper or se or n     survival at one time, between 0 and 1
names of other programs are understood: xi,ni  ai,n1i,ci,n2i  yi,vi  yi,sei  hr,ci.lb,ci.ub

A review informs; it does not recommend a treatment for a patient."""


def add(sub: words.Subparsers) -> None:
    """Add the command."""
    command = sub.add_parser(
        "pool",
        help="pool the studies of one CSV table: no review folder needed",
        description="Pool the studies of one CSV table; what its columns hold is recognised by its header.",
    )
    command.epilog, command.formatter_class = TABLES, argparse.RawDescriptionHelpFormatter
    command.add_argument("file", metavar="FILE.csv", help="a table, one study a line, with a header")
    command.add_argument("--measure", default="", metavar="M", help="OR RR RD HR MD survival PLO effect")
    command.add_argument("--model", default="", metavar="T", help="GLMM (proportions) REML DL PM ML EB HE HS SJ CE")
    command.add_argument(
        "--interval", default="", metavar="I", help="profile wald t (GLMM); hartung-knapp-adhoc hartung-knapp normal t"
    )
    command.add_argument("--prediction", default="", metavar="P", help="k-2 (default), k-1 or hartung-knapp")
    command.add_argument("--level", type=level, default=0.95, metavar="L", help="of every interval (default: 0.95)")
    command.add_argument("--subgroup", default="", metavar="COLUMN", help="also pool each level of this column")
    command.add_argument("--leave-one-out", action="store_true", help="also pool without each study in turn")
    command.add_argument("--plot", metavar="FOREST.svg", help="write a forest plot")
    words.as_json(command)
    command.set_defaults(run=run)


def level(text: str) -> float:
    """Return a level, given as a fraction or in percent."""
    value = float(text)
    return value / 100.0 if 1.0 < value < 100.0 else value


def run(args: argparse.Namespace) -> int:
    """Pool and print."""
    from remit.synthesise import Choices
    from remit.tasks.pool import pool

    if "\0" in args.file or (args.plot and "\0" in args.plot):
        raise UsageError("a file name cannot hold a null character")
    choices = Choices(args.model, args.interval, args.prediction, args.level, args.leave_one_out)
    found = pool(args.file, args.measure, args.subgroup, choices, args.plot)
    if args.json:
        words.dump(found.to_dict())
        return 0
    print_table(found)
    if args.plot:
        print(f"forest plot: {args.plot}")
    return 0


def print_table(found: "PooledTable") -> None:
    """Print studies, pooled estimate, heterogeneity, method and warnings."""
    t = found.table
    written = {field: name for name, field in t.read_as}
    columns = (f"{written[c]} (read as {c})" if c in written else c for c in t.columns)
    print(f"{t.file}: columns {', '.join(columns)}, pooled as {t.measure}")
    wide = min(
        40, max(8, *(len(s.study) for s in found.studies), *(len(f"{t.subgroup}: {v.level}") for v in found.levels))
    )
    heads = f"{100 * found.level:g} % interval"
    print(f"\n{'study':{wide}s} {'data':>17s}  {'estimate':>9s}  {heads:22s} weight")
    for s in found.studies:
        marks = f"  ({'; '.join(s.marks)})" if s.marks else ""
        line = f"{s.study:{wide}.{wide}s} {data(s):>17s}  {cells(found, s.estimate, s.lower, s.upper)}"
        print(f"{line} {s.weight:5.1f} %{marks}")
    for v in found.levels:
        name = f"{t.subgroup}: {v.level}"
        print(f"{name:{wide}.{wide}s} {f'k = {v.k}':>17s}  {cells(found, v.estimate, v.lower, v.upper)}")
    if found.difference_q is not None:
        print(f"levels differ: Q {found.difference_q:.2f} (df {found.difference_df}, p {found.difference_p:.3g})")
    if found.pooled is not None:
        print_pooled(found, found.pooled, wide)
    if found.without:
        print("\nwithout")
        for w in found.without:
            print(f"{w.study:{wide}.{wide}s} {f'k = {w.k}':>17s}  {cells(found, w.estimate, w.lower, w.upper)}")
    print(f"\n{found.method}")
    if found.pooled is not None:
        print(f"in R (metafor): {found.in_r}")
    for line in found.warnings:
        print(f"warning: {line}")


def print_pooled(found: "PooledTable", p: "Pooled", wide: int) -> None:
    """Print the pooled lines."""
    people = f"n = {p.n}" if p.n is not None else f"k = {p.k}"
    print(f"{'pooled':{wide}s} {people:>17s}  {cells(found, p.estimate, p.lower, p.upper)} 100.0 %")
    print(f"{'common effect':{wide}s} {'':17s}  {cells(found, p.common_estimate, p.common_lower, p.common_upper)}")
    if p.prediction_lower is not None and p.prediction_upper is not None:
        ends = f"[{number(found, p.prediction_lower)}, {number(found, p.prediction_upper)}]"
        print(f"{'prediction':{wide}s} {'a new study':>17s}  {'':9s}  {ends}")
    low = "" if p.tau2_lower is None else f"{p.tau2_lower:.4g}"
    high = "no bound" if p.tau2_upper is None else f"{p.tau2_upper:.4g}"
    events = f", {p.events} events" if p.events is not None else ""
    print(f"\nk = {p.k}, n = {p.n if p.n is not None else 'not known'}{events}")
    print(
        f"tau2 {p.tau2:.4g} [{low}, {high}], I2 {p.i2:.1f} %, Q {p.q:.2f} (df {p.q_df}, p {p.q_p:.3g})"
        + (f"; pooled against no effect: p {p.p:.3g}" if p.p is not None else "")
    )


def data(s: "TableStudy") -> str:
    """Return a study's counts or people."""
    if s.events is None:
        return f"n {s.total}" if s.total is not None else ""
    return f"{s.events}/{s.total}" + (f" v {s.events2}/{s.total2}" if s.events2 is not None else "")


def number(found: "PooledTable", value: float) -> str:
    """Return a value as the table's measure is read."""
    if found.is_share:
        return f"{value:.1%}"
    return f"{value:.2f}" if found.is_ratio and 0.0095 <= value < 1000 else f"{value:.3g}"


def cells(found: "PooledTable", estimate: float, lower: float, upper: float) -> str:
    """Return an estimate with its interval in columns."""
    return f"{number(found, estimate):>9s}  {f'[{number(found, lower)}, {number(found, upper)}]':22s}"
