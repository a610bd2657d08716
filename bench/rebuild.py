"""Known people, their drawn curves, people rebuilt: how far landmarks, medians, means and hazard ratios move.

    python bench/rebuild.py [--figures FOLDER] [--share 0.25] [--seed 1] [--read exact 1/1000]
                            [--peer FOLDER | --no-peer] [--compiled]

FOLDER of `--figures` holds kmdata_ipd.csv.gz (figure, arm, time, event) and kmdata_key.csv (name, HazardRatio); without
it only simulated trials are drawn (20 to 1,000 people, 5 to 90 % censored, with and without a plateau). Each is read
exactly, and on a grid of 2,000, 1,000 and 500 points per axis, one for all arms of a figure; and rebuilt with risk
table and events, risk table only, events only, number only. `--peer` names a folder with the R package IPDfromKM
unpacked (its R/ files are sourced; R needs dplyr and survival); without it an installed IPDfromKM is used; `--no-peer`
leaves it out. The package gets the same coordinates twice: as they are, and with both ends of every vertical line, as
a person clicks them. Methods take turns on every curve; `--compiled` lets numba compile what it can. Errors are
absolute; a mean is in shares of its horizon, a median in shares of the longest follow-up, a hazard ratio as
|difference of logarithms|.
"""

import argparse
import csv
import gzip
import math
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remit.errors import InputError
from remit.stats import compiled
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
            death = np.where(u < plateau, np.inf, scale * (-np.log(inside) / hazard) ** (1 / shape))
            latest = 1.5 * death[np.isfinite(death)].max(initial=1.0)
            until = min(np.quantile(death, np.clip(1 - share, 0.05, 0.95), method="lower"), latest)
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
            difference = abs(log_hr(trial.arms) - log_hr(rebuilt))
        except InputError:
            difference = math.inf
        found["log hr"].append(math.inf if math.isnan(difference) else difference)
    return found


def log_hr(arms):
    time_, event = (np.concatenate([a[i] for a in arms]) for i in (0, 1))
    return cox(time_, event, np.repeat([0.0, 1.0], [arms[0][0].size, arms[1][0].size])).estimate[0]


def ours(method):
    """(time, event), CPU seconds; or why not."""

    def work(words):
        start = time.process_time()
        try:
            found = rebuild(**words, method=method)
        except InputError as error:
            return str(error), time.process_time() - start
        return (found.time, found.event), time.process_time() - start

    return work


def corners(words):
    """Both ends of every vertical line, as clicked on a figure, for `words` with the lower ends only."""
    times, survival = words["times"], words["survival"]
    upper = np.concatenate(([survival[0]], survival[:-1]))
    return words | {"times": np.repeat(times, 2), "survival": np.stack((upper, survival), axis=1).ravel()}


def peer(folder):
    """IPDfromKM in one R process that answers line by line; None where R or the package is not there."""
    if shutil.which("Rscript") is None:
        return None
    command = ["Rscript", str(Path(__file__).with_suffix(".R")), *([str(folder)] if folder else [])]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def work(words):
        values = (words.get(name, ()) for name in ("n", "events", "risk_times", "at_risk", "survival", "times"))
        line = ";".join(",".join(float(v).hex() for v in np.atleast_1d(value)) for value in values)
        try:
            print(line, file=process.stdin, flush=True)
        except BrokenPipeError:
            sys.exit("R has ended; is IPDfromKM (or, with --peer, dplyr and survival) installed?")
        seconds, *answer = process.stdout.readline().strip().split(";")
        if len(answer) != 2:
            return "; ".join(answer), math.nan
        time_, event = (np.array([float.fromhex(v) for v in part.split(",") if v]) for part in answer)
        return (time_, event == 1.0) if time_.size else "nobody came back", float(seconds)

    return work


def summary(values):
    return f"{np.median(values):9.5f} {np.quantile(values, 0.95):8.4f}" if values else f"{'-':>9} {'-':>8}"


def run(methods, jobs):
    """Every method on every curve in turn: people by method, and why some were not rebuilt."""
    results, refused = {name: {} for name in methods}, {name: Counter() for name in methods}
    for key, words in jobs:
        for name, work in methods.items():
            made, _ = work(words)
            if isinstance(made, str):
                refused[name][made] += 1
            else:
                results[name][key] = made
    return results, refused


def kept(words, people):
    """Whether everybody came back, the risk table is met, the events are met."""
    at_risk = (people[0] >= np.atleast_1d(words.get("risk_times", 0.0))[:, None]).sum(axis=1)
    events = int(people[1].sum())
    table = np.array_equal(at_risk, words.get("at_risk", at_risk))
    return people[0].size == words["n"], table, events == words.get("events", events)


def counts(jobs, results, refused):
    """What came back: curves, whole people, risk tables and totals met; and why the rest did not."""
    for name, made in results.items():
        held = np.mean([kept(words, made[key]) for key, words in jobs if key in made], axis=0)
        print(f"{name:18} rebuilt {len(made)} of {len(jobs)}; n kept in {held[0]:.3f}, table {held[1]:.3f}, "
              f"events {held[2]:.3f}")  # fmt: skip
        for why, many in refused[name].most_common(8):
            print(f"    {many} not rebuilt: {why}")


def speed(methods, jobs, turns=3):
    """CPU seconds a curve, and as multiples of `intervals`.

    First methods take turns to run through all curves, best of each; then they alternate after every curve.
    """
    states = [key[1:3] for key, _ in jobs]
    best = {name: np.full(len(jobs), math.inf) for name in methods}
    for _ in range(turns):
        for name, work in methods.items():
            for k, (_, words) in enumerate(jobs):
                best[name][k] = np.fmin(best[name][k], work(words)[1])
    faster("by turns", best, states)
    for _ in range(turns):
        once = {name: np.full(len(jobs), math.inf) for name in methods}
        for k, (_, words) in enumerate(jobs):
            for name, work in methods.items():
                once[name][k] = work(words)[1]
        faster("alternating", once, states)


def faster(how, seconds, states):
    for name, took in seconds.items():
        ran = np.isfinite(took)
        ratio = took[ran] / seconds["intervals"][ran]
        print(f"{how:12} {name:18} {1000 * np.median(took[ran]):9.2f} ms CPU a curve ({ran.sum()} curves), "
              f"{np.median(ratio):.1f} times intervals (5 % {np.quantile(ratio, 0.05):.1f}, "
              f"95 % {np.quantile(ratio, 0.95):.1f})")  # fmt: skip
        if name.startswith("IPDfromKM"):
            for state in sorted(set(states)):
                here = np.array([other == state for other in states])[ran]
                print(f"{'':31} {' '.join(state):24} {np.median(ratio[here]):7.1f} times in {here.sum()} curves, "
                      f"{1000 * np.median(seconds['intervals'][ran][here]):.2f} ms by intervals")  # fmt: skip


def measured(trials, results):
    """Errors by (reading, known, method), group and measure, of trials that every method rebuilt."""
    cells = defaultdict(lambda: defaultdict(list))
    for trial in trials:
        for reading in READINGS:
            for known in KNOWN:
                keys = [(trial.name, reading, known, k) for k in range(len(trial.arms))]
                if not all(key in made for made in results.values() for key in keys):
                    continue
                for name, made in results.items():
                    for measure, values in errors(trial, [made[key] for key in keys]).items():
                        for group in ("all", *trial.groups):
                            cells[reading, known, name][group, measure].extend(values)
    return cells


def report(trials, methods, jobs):
    results, refused = run(methods, jobs)
    counts(jobs, results, refused)
    cells = measured(trials, results)
    for group in ("all", *sorted({group for trial in trials for group in trial.groups})):
        print(f"\n{group:42}" + "".join(f"{m + ': median':>13}{'95 %':>6}" for m in MEASURES))
        for (reading, known, name), found in cells.items():
            if (group, "landmark") in found:
                print(f"{reading:8} {known:15} {name:18}" + " ".join(summary(found[group, m]) for m in MEASURES))
    worse(cells)
    return results


def worse(cells):
    """Where a peer's error is smaller than that of `intervals`, by more than 1e-9."""
    print("\nworse than a peer")
    for (reading, known, name), found in cells.items():
        for group, measure in [where for where, values in found.items() if values]:
            pair = cells[reading, known, "intervals"][group, measure], found[group, measure]
            for word, q in (("median", 0.5), ("95 %", 0.95)):
                mine, other = (np.quantile(values, q) for values in pair)
                if name.startswith("IPDfromKM") and mine > other + 1e-9:
                    same = len(pair[0]) == len(pair[1])
                    better = np.mean(np.array(pair[0]) <= np.array(pair[1]) + 1e-12) if same else math.nan
                    print(f"{reading:8} {known:15} {name:18} {group:26} {measure:9} {word:6} {mine:.5f} > {other:.5f}; "
                          f"no worse in {better:.2f} of {len(pair[0])}")  # fmt: skip


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
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--no-peer", action="store_true")
    words.add_argument("--compiled", action="store_true")
    words.add_argument("--read", nargs="+", choices=READINGS, default=list(READINGS))
    asked = words.parse_args()
    if asked.compiled:
        compiled.load()
    trials = list(simulated(max(10, round(150 * asked.share)), asked.seed))
    if asked.figures:
        trials += list(figures(asked.figures))[:: max(1, round(1 / asked.share))]
    jobs = [job for job in tasks(trials) if job[0][1] in asked.read]
    methods = {"intervals": ours("intervals"), "guyot": ours("guyot")}
    other = None if asked.no_peer else peer(asked.peer)
    if other is not None:
        methods |= {"IPDfromKM": other, "IPDfromKM, corners": lambda words: other(corners(words))}
    print(f"{len(trials)} trials, {len(jobs)} curves")
    results = report(trials, methods, jobs)
    print("\nspeed")
    speed(methods, [jobs[k] for k in np.random.default_rng(1).permutation(len(jobs))[:60]])
    print()
    against_print(trials, results)


if __name__ == "__main__":
    main()
