"""Known people, their drawn curves, people rebuilt: how far landmarks, medians, means and hazard ratios move.

    python bench/rebuild.py [--figures FOLDER] [--share 0.25] [--peer FOLDER]

FOLDER of `--figures` holds kmdata_ipd.csv.gz (figure, arm, time, event) and kmdata_key.csv (name, HazardRatio); without
it only simulated trials are drawn (20 to 1,000 people, 5 to 90 % censored, with and without a plateau). Each is read
exactly, and on a grid of 2,000, 1,000 and 500 points per axis, one for all arms of a figure; and rebuilt with risk
table and events, risk table only, events only, number only. `--peer` names a folder with the R package IPDfromKM
unpacked (its R/ files are sourced, not read otherwise); without it an installed IPDfromKM is used; `--no-peer` leaves
it out. Errors are absolute; a mean is in shares of its horizon, a median in shares of the longest follow-up, a hazard
ratio as |difference of logarithms|.
"""

import argparse
import csv
import gzip
import json
import math
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remit.errors import InputError
from remit.stats.cox import cox
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.rebuild import rebuild
from remit.stats.rmst import restricted_mean

READINGS = {"exact": 0, "1/2000": 2000, "1/1000": 1000, "1/500": 500}
KNOWN = {"table + events": (True, True), "table": (True, False), "events": (False, True), "number": (False, False)}
INTERVALS = np.array([1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 24, 30, 36, 48, 60, 100, 150, 200, 300])
MEASURES = ("landmark", "median", "mean", "log hr")


@dataclass(frozen=True)
class Trial:
    """One figure: arms in order, and the groups it counts in."""

    name: str
    arms: tuple[tuple[np.ndarray, np.ndarray], ...]
    printed: float | None
    groups: tuple[str, ...]


def groups(arms, source):
    people = sum(t.size for t, _ in arms)
    censored = 1.0 - sum(d.sum() for _, d in arms) / people
    size = "under 100" if people < 200 else "100 to 400" if people < 800 else "over 400"
    return (source, f"{size} people an arm", "over 60 % censored" if censored > 0.6 else "up to 60 % censored")


def figures(folder):
    found = defaultdict(lambda: defaultdict(list))
    with gzip.open(folder / "kmdata_ipd.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found[row["figure"]][row["arm"]].append((float(row["time"]), row["event"] == "1"))
    with (folder / "kmdata_key.csv").open(encoding="utf-8") as lines:
        printed = {row["name"]: row["HazardRatio"] for row in csv.DictReader(lines)}
    for name, arms in found.items():
        columns = tuple(tuple(np.array(v) for v in zip(*rows, strict=True)) for rows in arms.values())
        try:
            hr = float(printed[name])
        except (KeyError, ValueError):
            hr = None
        yield Trial(name, columns, hr, groups(columns, "published"))


def simulated(count, seed=1):
    rng = np.random.default_rng(seed)
    while count:
        n = int(np.exp(rng.uniform(math.log(20), math.log(1000))))
        plateau, shape = rng.choice([0, 0, 0.2, 0.4, 0.6]), rng.choice([0.7, 1.0, 1.4])
        share, scale, ratio = rng.uniform(0.05, 0.9), rng.uniform(8, 30), np.exp(rng.normal(0, 0.4))
        arms = []
        for hazard in (1.0, ratio):
            u = rng.uniform(size=n)
            inside = np.maximum((u - plateau) / (1 - plateau), 1e-12)
            death = np.where(u < plateau, 1e3, scale * (-np.log(inside) / hazard) ** (1 / shape))
            until = np.quantile(death, np.clip(1 - share, 0.05, 0.95))
            leave = np.minimum(rng.uniform(0.5 * until, 1.6 * until, n), rng.exponential(8 * until, n))
            arms.append((np.maximum(np.round(np.minimum(death, leave), 2), 0.01), death <= leave))
        if min(d.sum() for _, d in arms) >= 3:
            count -= 1
            kind = "simulated, plateau" if plateau else "simulated, no plateau"
            yield Trial(f"simulated {count}", tuple(arms), None, groups(arms, kind))


def drawn(t, d, points, axis):
    curve = kaplan_meier(t, d)
    last = float(curve.time[-1])
    if not points:
        at = curve.n_event > 0
        times = np.concatenate(([0.0], curve.time[at], [last]))
        return times, np.concatenate(([1.0], curve.survival[at], curve.survival[-1:]))
    times = np.arange(int(last / axis * points) + 1) / points * axis
    levels = np.concatenate(([1.0], curve.survival))[np.searchsorted(curve.time, times, side="right")]
    levels = np.round(levels * points) / points
    kept = np.concatenate(([True], np.diff(levels) != 0.0))
    kept[-1] = True
    return times[kept], levels[kept]


def risk_table(t):
    last = t.max()
    step = INTERVALS[np.argmin(np.abs(last / INTERVALS - 8))] if last > 3 else last / 8
    times = np.arange(0.0, last, step)
    return times, np.array([(t >= at).sum() for at in times])


def tasks(trials):
    """Every arm of every trial under every reading and knowledge: (key, words for rebuild)."""
    for trial in trials:
        for reading, points in READINGS.items():
            axis = 1.05 * max(float(t.max()) for t, _ in trial.arms)
            for known, (table, events) in KNOWN.items():
                for k, (t, d) in enumerate(trial.arms):
                    times, survival = drawn(t, d, points, axis)
                    words = {"times": times, "survival": survival, "n": t.size}
                    if table:
                        words["risk_times"], words["at_risk"] = risk_table(t)
                    if events:
                        words["events"] = int(d.sum())
                    yield (trial.name, reading, known, k), words


def errors(trial, rebuilt):
    """Absolute errors by measure, for all arms of a trial."""
    found = defaultdict(list)
    for (t, d), people in zip(trial.arms, rebuilt, strict=True):
        truth, made = kaplan_meier(t, d), kaplan_meier(*people)
        end = min(truth.time[-1], made.time[-1])
        at = np.array([0.2, 0.4, 0.6, 0.8]) * end
        found["landmark"] += np.abs(truth.survival_at(at) - made.survival_at(at)).tolist()
        medians = truth.median.time, made.median.time
        if all(map(math.isfinite, medians)):
            found["median"].append(abs(medians[0] - medians[1]) / truth.time[-1])
        means = (restricted_mean(*x, 0.99 * end).estimate for x in ((t, d), people))
        found["mean"].append(abs(next(means) - next(means)) / end)
    if len(trial.arms) == 2:
        try:
            found["log hr"].append(abs(log_hr(trial.arms) - log_hr(rebuilt)))
        except InputError:
            found["log hr"].append(math.inf)
    return found


def log_hr(arms):
    time_, event = (np.concatenate([a[i] for a in arms]) for i in (0, 1))
    return cox(time_, event, np.repeat([0.0, 1.0], [arms[0][0].size, arms[1][0].size])).estimate[0]


def ours(method):
    def work(jobs):
        made, took = {}, 0.0
        for key, words in jobs:
            start = time.process_time()
            found = rebuild(**words, method=method)
            took += time.process_time() - start
            made[key] = found.time, found.event
        return made, took / len(jobs)

    return work


def peer(folder):
    """IPDfromKM in R on the same coordinates, all jobs in one process; None where R or the package is not there."""
    script = Path(__file__).with_suffix(".R")
    if shutil.which("Rscript") is None:
        return None

    def work(jobs):
        with tempfile.TemporaryDirectory() as place:
            lines = Path(place, "jobs.jsonl")
            with lines.open("w", encoding="utf-8") as out:
                for _, words in jobs:
                    plain = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in words.items()}
                    out.write(json.dumps(plain) + "\n")
            subprocess.run(["Rscript", str(script), place, str(folder or "")], check=True)
            made, took, many = {}, 0.0, 0
            for (key, _), line in zip(jobs, Path(place, "made.jsonl").read_text().splitlines(), strict=True):
                row = json.loads(line)
                if "time" in row:
                    made[key] = np.array(row["time"], float), np.array(row["event"], float) == 1.0
                    took, many = took + row["seconds"], many + 1
            return made, took / max(many, 1)

    return work


def summary(values):
    return f"{np.median(values):9.5f} {np.quantile(values, 0.95):8.4f}" if values else f"{'-':>9} {'-':>8}"


def report(trials, methods, jobs):
    results = {}
    for name, work in methods.items():
        results[name], seconds = work(jobs)
        print(f"{name:10} {1000 * seconds:9.3f} ms a curve, CPU; {len(results[name])} of {len(jobs)} curves rebuilt")
    by_name = {trial.name: trial for trial in trials}
    cells = defaultdict(lambda: defaultdict(list))
    for reading in READINGS:
        for known in KNOWN:
            for trial in by_name.values():
                keys = [(trial.name, reading, known, k) for k in range(len(trial.arms))]
                if not all(key in made for made in results.values() for key in keys):
                    continue
                for name, made in results.items():
                    for measure, values in errors(trial, [made[key] for key in keys]).items():
                        cells[reading, known, name]["all", measure].extend(values)
                        for group in trial.groups:
                            cells[reading, known, name][group, measure].extend(values)
    print(f"\n{'':42}" + "".join(f"{m + ': median':>13}{'95 %':>6}" for m in MEASURES))
    for (reading, known, name), found in cells.items():
        print(f"{reading:8} {known:15} {name:16}" + " ".join(summary(found["all", m]) for m in MEASURES))
    print("\nby group, risk table and events, 1/1000")
    every = sorted({group for trial in trials for group in trial.groups})
    for group in every:
        for name in methods:
            found = cells["1/1000", "table + events", name]
            print(f"{group:26} {name:14} " + " ".join(summary(found[group, m]) for m in MEASURES))
    return results


def against_print(trials, results):
    """How much rebuilding adds to the distance between hazard ratios of the people and those printed."""
    for name, made in results.items():
        true, rebuilt = [], []
        for trial in trials:
            keys = [(trial.name, "1/1000", "table + events", k) for k in range(len(trial.arms))]
            if trial.printed and len(trial.arms) == 2 and all(key in made for key in keys):
                printed = math.log(trial.printed)
                values = log_hr(trial.arms), log_hr([made[key] for key in keys])
                sign = min((1, -1), key=lambda s: abs(s * values[0] - printed))
                true.append(abs(sign * values[0] - printed))
                rebuilt.append(abs(sign * values[1] - printed))
        if true:
            print(f"{name:10} median |log HR - printed|: people {np.median(true):.4f}, rebuilt {np.median(rebuilt):.4f}"
                  f" ({len(true)} figures)")  # fmt: skip


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--figures", type=Path)
    words.add_argument("--peer", type=Path)
    words.add_argument("--share", type=float, default=1.0)
    words.add_argument("--no-peer", action="store_true")
    asked = words.parse_args()
    trials = list(simulated(max(10, round(150 * asked.share))))
    if asked.figures:
        trials += list(figures(asked.figures))[:: max(1, round(1 / asked.share))]
    jobs = list(tasks(trials))
    methods = {"intervals": ours("intervals"), "guyot": ours("guyot")}
    other = None if asked.no_peer else peer(asked.peer)
    if other is not None:
        methods["IPDfromKM"] = other
    print(f"{len(trials)} trials, {len(jobs)} curves")
    results = report(trials, methods, jobs)
    print()
    against_print(trials, results)


if __name__ == "__main__":
    main()
