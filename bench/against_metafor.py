"""Hold every pooled number of the shipped review against R: `.venv/bin/python bench/against_metafor.py`.

Prints finding, quantity, remit's number, R's, their difference and whether they agree, then the largest difference of
each quantity. Exit 0: all agree; 1: some differ beyond tolerance; 2: R or a package is missing (it says how to get it).
Five to ten minutes on one core. `--summary` prints no finding that agrees; `--write` puts the summary into the page on
validation; `--review DIR` takes another review. See docs/how-to/check-against-metafor.md.

Survival and ratios: metafor's rma (REML, test = "adhoc") at a tight stopping rule. Proportions: metafor's rma.glmm,
which fits with lme4, and the same likelihood integrated and profiled in R on its own, for two reasons. lme4 stops
early, so its optimum is held against the likelihood too: ours must be at least as high. And rma.glmm gives a Wald
interval, where remit gives a profile likelihood interval, which R then has to trace itself.
"""

import argparse
import csv
import math
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import remit
from remit.stats.glmm import pool_proportions

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_suffix(".R")
PAGE = ROOT / "docs" / "explanation" / "validation.md"
BEGIN, END = "<!-- begin: bench/against_metafor.py --write -->", "<!-- end -->"
PACKAGES = "apt-get install --no-install-recommends r-base-core r-cran-metafor r-cran-lme4"

# Largest difference that agrees, in units of max(1, |R's number|). The source is what the number is held against.
CLOSED = 1e-9
TOLERANCE = {
    ("metafor", "normal"): 1e-8,
    ("metafor", "levels"): CLOSED,
    ("binom.test", "proportion"): CLOSED,
    ("quadrature", "proportion"): 2e-6,  # R's standard error comes from finite differences
    ("metafor", "proportion"): 1e-4,  # and lme4's optimiser stops early besides
    ("metafor-default", "normal"): math.inf,  # for information: what metafor gives without a tight stopping rule
    ("metafor-default", "proportion"): math.inf,
}
OWN = {
    ("metafor", "proportion", "q"): 1e-8,
    ("metafor", "proportion", "q_p"): 1e-8,
    ("metafor", "proportion", "se"): 1e-3,  # finite differences again, of a flat likelihood
}
SATURATED = 6.6  # exp(-exp(6.62)) is below the least positive float
HIGHER = 1e-8  # how far below another optimum, in log-likelihood, ours may lie


@dataclass(frozen=True)
class Set:
    """One pool: R's kind, the rows it reads, remit's numbers by quantity."""

    name: str
    kind: str
    rows: tuple
    ours: dict


@dataclass(frozen=True)
class Line:
    """One number beside R's."""

    finding: str
    source: str
    kind: str
    quantity: str
    ours: float
    theirs: float
    difference: float
    tolerance: float

    @property
    def agrees(self):
        return self.difference <= self.tolerance


def logit(p):
    return math.log(p / (1.0 - p))


def forward(finding, incidence):
    """Return the transform from the natural scale to the analysis scale, infinite where it has no value."""
    if finding.analysis.kind == "contrast":
        return lambda v: math.log(v) if v > 0.0 else -math.inf

    def cloglog(v):
        s = 1.0 - v if incidence else v
        if s <= 0.0:
            return math.inf
        return math.log(-math.log(s)) if s < 1.0 else -math.inf

    return cloglog


def sets_of(finding, incidence):
    """Return a finding's own pool, its subgroup levels and the tests between levels."""
    kind = "proportion" if finding.analysis.kind == "proportion" else "normal"
    found = []
    if finding.k > 1 or (finding.k == 1 and kind == "proportion"):
        ours = proportion(finding) if kind == "proportion" else normal(finding, incidence)
        found.append(Set(finding.id, kind, rows(finding.used, kind), ours))
    by_study = {}
    for u in finding.used:
        by_study.setdefault(u.study, []).append(u)
    for split in finding.subgroups:
        tested = [v for v in split.levels if v.level != "not stated" and v.se > 0.0 and math.isfinite(v.effect)]
        if split.q is not None:
            cells = tuple(("", "", v.effect, v.se**2) for v in tested)
            found.append(Set(f"{finding.id} by {split.by}", "levels", cells, {"q": split.q, "q_p": split.p}))
        for v in split.levels:
            used = [u for s in v.studies for u in by_study[s]]
            if v.k < 2 or len(used) != v.k:
                continue
            own = {"effect": v.effect, "se": v.se, "lower": v.lower, "upper": v.upper}
            if kind == "normal":
                turn = forward(finding, incidence)
                own["lower"], own["upper"] = sorted((turn(v.lower), turn(v.upper)))
            else:
                own.update(profile(used))
            found.append(Set(f"{finding.id} {split.by}={v.level}", kind, rows(used, kind), own))
    return found


def profile(used):
    """Return the profile likelihood interval, which a finding of three or more studies does not show."""
    fit = pool_proportions([u.events for u in used], [u.total for u in used], interval="profile")
    return {"profile_lower": fit.lower, "profile_upper": fit.upper}


def rows(used, kind):
    if kind == "proportion":
        return tuple((u.events, u.total, "", "") for u in used)
    return tuple(("", "", u.effect, u.variance) for u in used)


def normal(finding, incidence):
    """Return the numbers of a survival or ratio pool, ends on the analysis scale."""
    p, turn = finding.pooled, forward(finding, incidence)
    ours = {"effect": p.effect, "se": p.se, "tau2": p.tau2, "i2": p.i2, "q": p.q, "q_p": p.q_p}
    ours["natural"] = turn(p.estimate)
    ours["common_effect"] = turn(p.common_estimate)
    ours["common_lower"], ours["common_upper"] = sorted((turn(p.common_lower), turn(p.common_upper)))
    ours["lower"], ours["upper"] = sorted((turn(p.lower), turn(p.upper)))
    if p.prediction_lower is not None:
        ends = sorted((turn(p.prediction_lower), turn(p.prediction_upper)))
        ours["prediction_lower"], ours["prediction_upper"] = ends
    ours["tau2_lower"], ours["tau2_upper"] = p.tau2_lower, p.tau2_upper
    if p.p is not None:
        ours["p"] = p.p
    ours.update({f"weight_{i}": u.weight for i, u in enumerate(finding.used, 1)})
    return ours


def proportion(finding):
    """Return the numbers of a pool of proportions, ends as proportions; of one study, its exact interval."""
    p = finding.pooled
    if p is None:
        return {"common_estimate": finding.estimate, "common_lower": finding.lower, "common_upper": finding.upper}
    ours = {"common_estimate": p.common_estimate, "common_lower": p.common_lower, "common_upper": p.common_upper}
    if not math.isfinite(p.effect):  # nobody or everybody: the pool is the sums themselves
        same = (p.common_estimate, p.common_lower, p.common_upper) == (p.estimate, p.lower, p.upper)
        return ours if same else {**ours, "common_estimate": math.nan}
    ours.update(effect=p.effect, se=p.se, tau2=p.tau2, i2=p.i2, q=p.q, q_p=p.q_p, lower=p.lower, upper=p.upper)
    ours.update(profile(finding.used))
    ours["natural"] = logit(p.estimate)
    ours["tau2_lower"], ours["tau2_upper"] = p.tau2_lower, math.nan if p.tau2_upper is None else p.tau2_upper
    if p.prediction_lower is not None:
        ours["prediction_lower"], ours["prediction_upper"] = p.prediction_lower, p.prediction_upper
    return ours


def collect(results):
    """Return every pool of the review, and how many distinct ones R has to fit."""
    lower_is_better = {o.id for o in results.review.protocol.outcomes if o.direction == "lower-is-better"}
    out = []
    for finding in results.findings.values():
        outcomes = finding.analysis.outcomes
        out += sets_of(finding, bool(outcomes) and outcomes[0] in lower_is_better)
    return out


def reference(pools):
    """Return R's values by (set number, source, quantity), the number of each pool, and R's versions."""
    distinct = {}
    for pool in sorted(pools, key=lambda p: "tau2" not in p.ours):  # a whole finding, which knows tau2, before a level
        distinct.setdefault((pool.kind, pool.rows), pool)
    numbers = {key: number for number, key in enumerate(distinct)}
    with tempfile.TemporaryDirectory() as scratch:
        given, made = Path(scratch) / "estimates.csv", Path(scratch) / "values.csv"
        with given.open("w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(("set", "kind", "events", "total", "yi", "vi", "mu", "tau"))
            for number, pool in enumerate(distinct.values()):
                mu, tau = pool.ours.get("effect", ""), math.sqrt(pool.ours.get("tau2", 0.0))
                for row in pool.rows:
                    writer.writerow((number, pool.kind, *(repr(v) if v != "" else "" for v in row), mu, tau))
        print(f"{len(pools)} pools, {len(distinct)} distinct, go to R", file=sys.stderr)
        subprocess.run(["Rscript", str(SCRIPT), str(given), str(made)], check=True)
        with made.open(newline="") as f:
            table = list(csv.DictReader(f))
    versions = {r["source"]: r["value"] for r in table if r["set"] == "versions"}
    values = {(int(r["set"]), r["source"], r["quantity"]): r["value"] for r in table if r["set"] != "versions"}
    return values, numbers, versions


def compare(pools, values, numbers):
    """Return a line for every number that both sides give, and the pools that R could not fit."""
    by_set = {}
    for (number, source, quantity), value in values.items():
        by_set.setdefault(number, []).append((source, quantity, value))
    lines, failed = [], []
    for pool in pools:
        for source, quantity, theirs in by_set.get(numbers[pool.kind, pool.rows], ()):
            if quantity == "failed":
                failed.append((pool.name, source, theirs))
            elif quantity in pool.ours:
                lines.append(line(pool, source, quantity, number_of(theirs)))
                if quantity == "effect" and "natural" in pool.ours:
                    lines.append(line(pool, source, "natural", number_of(theirs)))
    return lines, failed


def number_of(text):
    return math.nan if text in ("NA", "NaN") else float(text)


def line(pool, source, quantity, theirs):
    ours = pool.ours[quantity]
    tolerance = OWN.get((source, pool.kind, quantity), TOLERANCE[source, pool.kind])
    if (math.isnan(ours) and math.isnan(theirs)) or ours == theirs:
        difference = 0.0
    elif math.isinf(ours) and abs(theirs) > SATURATED and ours * theirs > 0.0:
        difference = 0.0  # a survival of exactly 0 on both sides: below the least float
    elif not (math.isfinite(ours) and math.isfinite(theirs)):
        difference = math.inf
    else:
        difference = abs(ours - theirs) / max(1.0, abs(theirs))
    return Line(pool.name, source, pool.kind, quantity, ours, theirs, difference, tolerance)


def heights(pools, values, numbers):
    """Return (finding, how far our log-likelihood lies above lme4's, at default settings, and above R's own optimum).

    Both optima are judged by one likelihood, computed in R.
    """
    out = []
    for pool in pools:
        number = numbers[pool.kind, pool.rows]
        ours = values.get((number, "quadrature", "height_ours"))
        if ours is None or "tau2" not in pool.ours:
            continue
        others = [
            values.get((number, source, name))
            for source, name in (
                ("metafor", "height_here"),
                ("metafor-default", "height_here"),
                ("quadrature", "log_likelihood"),
            )
        ]
        out.append((pool.name, *(None if v is None else float(ours) - float(v) for v in others)))
    return out


def summary(lines):
    """Return (kind, source, quantity, numbers compared, largest difference, tolerance, how many differ), sorted."""
    groups = {}
    for x in lines:
        quantity = "weight" if x.quantity.startswith("weight_") else x.quantity
        groups.setdefault((x.kind, x.source, quantity), []).append(x)
    return [
        (*key, len(g), max(x.difference for x in g), g[0].tolerance, sum(not x.agrees for x in g))
        for key, g in sorted(groups.items())
    ]


def print_lines(lines):
    print(f"{'finding':58s} {'quantity':17s} {'against':15s} {'remit':>16s} {'R':>16s} {'difference':>10s} (tolerance)")
    for x in lines:
        told = "agree" if x.agrees else "DIFFER"
        verdict = f"{told} ({stated(x.tolerance)})" if math.isfinite(x.tolerance) else "for information"
        print(
            f"{x.finding:58s} {x.quantity:17s} {x.source:15s} {x.ours:16.9g} {x.theirs:16.9g} "
            f"{x.difference:10.1e} {verdict}"
        )


KINDS = {
    "normal": "survival and ratios",
    "proportion": "proportions",
    "levels": "tests between subgroups",
}
AGAINST = {
    "metafor": "metafor",
    "metafor-default": "metafor as called by default",
    "binom.test": "binom.test",
    "quadrature": "likelihood in R",
}


def markdown(rows, levels, versions, counts):
    """Return the summary as the page prints it."""
    r = versions
    text = [
        f"R {r['R']}, metafor {r['metafor']}, lme4 {r['lme4']}; remit {remit.__version__}. "
        f"{counts[0]} pools ({counts[1]} distinct); {sum(x[3] for x in rows if math.isfinite(x[5]))} numbers held to a "
        f"tolerance, {sum(x[6] for x in rows)} beyond it.",
        "",
        "| pools | held against | quantity | numbers | largest difference | tolerance | differ |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for kind, source, quantity, n, most, tolerance, differ in rows:
        text.append(
            f"| {KINDS[kind]} | {AGAINST[source]} | `{quantity}` | {n} | {most:.1e} | {stated(tolerance)} | {differ} |"
        )
    return "\n".join([*text, "", *levels])


def stated(tolerance):
    return f"{tolerance:.0e}" if math.isfinite(tolerance) else "none"


def height_sentences(found):
    """Return what the log-likelihoods say, in three sentences."""
    names = ("lme4, 25 nodes, tight stopping rule", "lme4 as metafor calls it by default", "R's own optimum")
    out = []
    for i, name in enumerate(names, 1):
        gaps = [x[i] for x in found if x[i] is not None]
        if gaps:
            out.append(
                f"- Log-likelihood at remit's optimum less that of {name}: from {min(gaps):.1e} to {max(gaps):.1e} "
                f"over {len(gaps)} pools, both by the likelihood in R."
            )
    return out


def missing():
    """Return what is not installed, None when all is there."""
    if shutil.which("Rscript") is None:
        return "Rscript was not found"
    test = 'for (p in c("metafor", "lme4")) if (!requireNamespace(p, quietly = TRUE)) cat(p, "")'
    seen = subprocess.run(["Rscript", "-e", test], capture_output=True, text=True, check=True).stdout.strip()
    return f"R has no package {seen}" if seen else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--review", type=Path, default=ROOT / "reviews" / "pediatric-b-all")
    parser.add_argument("--summary", action="store_true", help="print only what differs, and the summary")
    parser.add_argument("--write", action="store_true", help=f"put the summary into {PAGE.relative_to(ROOT)}")
    asked = parser.parse_args()
    gone = missing()
    if gone:
        print(f"{gone}; on Debian, as root: {PACKAGES}", file=sys.stderr)
        return 2
    pools = collect(remit.open_review(asked.review))
    values, numbers, versions = reference(pools)
    lines, failed = compare(pools, values, numbers)
    found = heights(pools, values, numbers)
    print_lines([x for x in lines if not (asked.summary and x.agrees)])
    for name, source, said in failed:
        print(f"{name}: {AGAINST[source]} gave no fit: {said}")
    below = [x for x in found if any(v is not None and v < -HIGHER for v in x[1:])]
    for x in below:
        print(f"{x[0]}: our log-likelihood lies below another optimum: {x[1:]}")
    report = markdown(summary(lines), height_sentences(found), versions, (len(pools), len(numbers)))
    print(report)
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{report}\n{END}{after}", encoding="utf-8")
    differ = sum(not x.agrees for x in lines)
    held = sum(math.isfinite(x.tolerance) for x in lines)
    print(f"{held} numbers held to a tolerance: {held - differ} agree, {differ} differ; {len(failed)} fits failed in R")
    return 1 if differ or below else 0


if __name__ == "__main__":
    sys.exit(main())
