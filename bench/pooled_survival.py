"""Hold parametric, cure, spline and one-stage survival fits against R's survival, lifelines and known truth.

`.venv/bin/python bench/pooled_survival.py [--km DIR] [--arms N] [--simulate N]`. R with its package survival has to be
installed (apt-get install --no-install-recommends r-base-core r-cran-survival); lifelines is installed into a folder of
its own. `--km` names a folder with kmdata_ipd.csv.gz, people rebuilt from published figures; without it arms and trials
are simulated. `--simulate` also repeats N simulated reviews and prints bias and coverage. Times are CPU seconds.
"""

import argparse
import csv
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from remit.errors import RemitError
from remit.stats.cure import fit_cure
from remit.stats.frailty import shared_frailty
from remit.stats.one_stage import proportionality, stratified
from remit.stats.parametric import fit_distribution
from remit.stats.pooled_cure import pool_cure
from remit.stats.pooled_landmarks import landmarks_from_people, pool_landmarks
from remit.stats.pooled_survival import curve_from_people, pool_curves
from remit.stats.spline import fit_spline

HERE = Path(__file__).resolve().parent
LAWS = {"exponential": "exponential", "weibull": "weibull", "loglogistic": "log-logistic", "lognormal": "log-normal"}
Arms = dict[str, tuple[np.ndarray, np.ndarray]]
Trials = dict[str, tuple[np.ndarray, ...]]


def published(folder: Path) -> tuple[Arms, Trials]:
    """Return every arm of the published figures, and figures of one cancer and outcome as the studies of a review."""
    people: dict[str, dict[str, list[tuple[float, float]]]] = {}
    with gzip.open(folder / "kmdata_ipd.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            sides = people.setdefault(row["figure"], {})
            sides.setdefault(row["arm"], []).append((max(float(row["time"]), 1e-3), float(row["event"])))
    arms: Arms = {}
    for figure, sides in people.items():
        for side, rows in sides.items():
            table = np.array(rows)
            if table[:, 1].sum() > 4:
                arms[f"{figure}|{side}".replace(",", ";")] = (table[:, 0], table[:, 1])
    groups: dict[str, list[str]] = {}
    with (folder / "kmdata_key.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if len(people.get(row["name"], {})) == 2:
                groups.setdefault(f"{row['Cancer']} {row['Outcome']}".replace(",", ";"), []).append(row["name"])
    trials: Trials = {}
    for group, figures in groups.items():
        if len(figures) > 2:
            rows = [
                (t, d, a, s)
                for s, figure in enumerate(figures[:10])
                for a, side in enumerate(people[figure].values())
                for t, d in side[::3]
            ]
            trials[group] = tuple(np.array(rows).T)
    return arms, trials


def simulated() -> tuple[Arms, Trials]:
    """Return arms of several laws, cured fractions and lengths of follow-up, and three reviews of trials."""
    rng = np.random.default_rng(20)
    arms: Arms = {}
    for i in range(60):
        n, cured = int(rng.integers(30, 300)), float(rng.choice([0.0, 0.2, 0.5]))
        t = np.where(rng.random(n) < cured, np.inf, 12.0 * rng.weibull(rng.uniform(0.7, 1.8), n))
        c = rng.uniform(5.0, 60.0, n)
        arms[f"arm{i}"] = (np.round(np.minimum(t, c), 2) + 0.01, (t <= c).astype(float))
    trials: Trials = {}
    for g in range(3):
        k, n = 8, 90
        study, arm = np.repeat(np.arange(k), n), np.tile(np.arange(n) % 2, k)
        rate = np.repeat(np.exp(0.4 * rng.standard_normal(k)), n) * np.exp(-0.4 * arm)
        t, c = 12.0 * rng.weibull(1.2, n * k) / rate, rng.uniform(5.0, 40.0, n * k)
        trials[f"review{g}"] = (np.round(np.minimum(t, c), 1) + 0.1, (t <= c).astype(float), arm.astype(float), study)
    return arms, trials


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--km", type=Path)
    parser.add_argument("--arms", type=int, default=60, help="how many arms lifelines fits, which takes it long")
    parser.add_argument("--simulate", type=int, default=0)
    asked = parser.parse_args()
    if shutil.which("Rscript") is None:
        print("R is missing: apt-get install --no-install-recommends r-base-core r-cran-survival", file=sys.stderr)
        return 2
    arms, trials = published(asked.km) if asked.km else simulated()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        against_r(arms, trials, folder)
        against_lifelines(dict(list(arms.items())[:: max(1, len(arms) // asked.arms)]), folder)
    if asked.simulate:
        curves(asked.simulate)
        landmarks(asked.simulate)
        single_cure(asked.simulate)
        many_cure(max(2, asked.simulate // 10))
    return 0


def write(path: Path, head: list[str], sets: dict[str, tuple[np.ndarray, ...]]) -> None:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["set", *head])
        for name, columns in sets.items():
            out.writerows([name, *(repr(float(v)) for v in row)] for row in zip(*columns, strict=True))


def against_r(arms: Arms, trials: Trials, folder: Path) -> None:
    write(folder / "arms.csv", ["time", "event"], arms)
    write(folder / "trials.csv", ["time", "event", "arm", "study"], trials)
    files = [str(folder / name) for name in ("arms.csv", "trials.csv", "values.csv")]
    said = subprocess.run(
        ["Rscript", str(HERE / "pooled_survival.R"), *files], check=True, capture_output=True, text=True
    ).stdout.split("\n")
    r_survreg, r_coxph = (float(x) for x in said[1].split()[1:])
    theirs: dict[tuple[str, str], dict[str, float]] = {}
    with Path(files[2]).open(newline="") as file:
        for row in csv.DictReader(file):
            theirs.setdefault((row["set"], row["model"]), {})[row["quantity"]] = float(row["value"])
    print(f"{said[0]}\n{len(arms)} arms, {len(trials)} reviews of two-arm trials; largest differences")
    began, gaps = time.process_time(), Gaps()
    for name, (t, d) in arms.items():
        for law, ours in LAWS.items():
            try:
                fit = fit_distribution(t, d, ours)
            except RemitError as error:
                gaps.failed(ours, f"{name}: {error}")
                continue
            wanted = theirs.get((name, law))
            if wanted is None:
                gaps.missing(ours)
                continue
            gaps.see(ours, "log-likelihood", abs(fit.log_likelihood - wanted["log_likelihood"]))
            gaps.see(ours, "mu, in its se", abs(fit.parameters[0] - wanted["mu"]) / fit.se[0])
            gaps.see(ours, "se, relative", abs(fit.se[0] / wanted["se"] - 1.0))
            gaps.higher(ours, fit.log_likelihood - wanted["log_likelihood"])
    gaps.show(time.process_time() - began, r_survreg, "survreg")
    began, gaps = time.process_time(), Gaps()
    for name, columns in trials.items():
        one, test = stratified(*columns), proportionality(*columns)
        found = {"stratified": {"estimate": one.estimate, "se": one.se, "zph": test.shared_statistic}}
        for kind in ("gamma", "log-normal"):
            fit = shared_frailty(*columns, kind=kind)
            found[kind] = {name: getattr(fit, name) for name in ("estimate", "se", "variance", "log_likelihood")}
        for model, values in found.items():
            wanted = theirs.get((name, model), {})
            for quantity, value in wanted.items():
                gaps.see(model, quantity, abs(values[quantity] - value))
            if "log_likelihood" in wanted:
                gaps.higher(model, values["log_likelihood"] - wanted["log_likelihood"])
    gaps.show(time.process_time() - began, r_coxph, "coxph")


class Gaps:
    """The largest difference of each quantity of each model, and who found the higher likelihood."""

    def __init__(self) -> None:
        self.most: dict[tuple[str, str], list[float]] = {}
        self.gain: dict[str, list[float]] = {}
        self.notes: list[str] = []
        self.absent: dict[str, int] = {}

    def see(self, model: str, quantity: str, gap: float) -> None:
        self.most.setdefault((model, quantity), []).append(gap)

    def higher(self, model: str, gain: float) -> None:
        self.gain.setdefault(model, []).append(gain)

    def failed(self, model: str, said: str) -> None:
        self.notes.append(f"  not fitted by remit: {model}, {said}")

    def missing(self, model: str) -> None:
        self.absent[model] = self.absent.get(model, 0) + 1

    def show(self, ours: float, theirs: float, peer: str) -> None:
        for (model, quantity), gaps in self.most.items():
            print(f"  {model:18} {quantity:16} median {np.median(gaps):.1e}  largest {max(gaps):.1e}  of {len(gaps)}")
        for model, gains in self.gain.items():
            up, down = sum(g > 1e-6 for g in gains), sum(g < -1e-6 for g in gains)
            print(f"  {model:18} likelihood higher than {peer} in {up}, lower in {down}, of {len(gains)}")
        for model, count in self.absent.items():
            print(f"  {model:18} {peer} fails on {count} that remit fits")
        print("\n".join([*self.notes, f"  CPU seconds: remit {ours:.2f}, {peer} {theirs:.2f}"]))


def against_lifelines(arms: Arms, folder: Path) -> None:
    python = folder / "peer" / "bin" / "python"
    venv.create(folder / "peer", with_pip=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", "lifelines"], check=True, stderr=subprocess.DEVNULL)
    write(folder / "few.csv", ["time", "event"], arms)
    out = str(folder / "peer.csv")
    script = str(HERE / "pooled_survival_peer.py")
    said = subprocess.run(
        [str(python), script, str(folder / "few.csv"), out], check=True, capture_output=True, text=True
    )
    theirs: dict[tuple[str, str], tuple[float, float]] = {}
    with Path(out).open(newline="") as file:
        for row in csv.DictReader(file):
            theirs[row["set"], row["model"]] = float(row["log_likelihood"]), float(row["cured"])
    print(f"{said.stdout.strip()}\n{len(arms)} arms")
    for model in ("generalised-gamma", "spline", "cure"):
        began, gains, cured, failed, theirs_failed = time.process_time(), [], [], 0, 0
        for name, (t, d) in arms.items():
            height, share = theirs[name, model]
            try:
                if model == "cure":
                    found = fit_cure(t, d)
                    own = found.fit.log_likelihood
                    if abs(own - height) < 1e-3:
                        cured.append(abs(found.cured - share))
                elif model == "spline":
                    own = fit_spline(t, d, 1).log_likelihood
                else:
                    own = fit_distribution(t, d, model).log_likelihood
            except RemitError as error:
                failed += 1
                print(f"  not fitted by remit: {model}, {name}: {error}")
                continue
            if np.isfinite(height):
                gains.append(own - height)
            else:
                theirs_failed += 1
        spent, g = time.process_time() - began, np.array(gains)
        said_cured = f", cured fraction differs by at most {max(cured):.1e} where they do" if cured else ""
        print(f"  {model:18} same likelihood within 1e-3: {(abs(g) < 1e-3).sum()}{said_cured};")
        print(
            f"    higher {(g > 1e-3).sum()}, "
            f"lower {(g < -1e-3).sum()}; not fitted: remit {failed}, lifelines {theirs_failed}; remit {spent:.2f} CPU s"
        )


def study(rng: np.random.Generator, n: int, cured: float, scale: float, ends: tuple[float, float]) -> tuple:
    t = np.where(rng.random(n) < cured, np.inf, scale * rng.weibull(1.2, n))
    c = rng.uniform(*ends, n)
    return np.minimum(t, c), t <= c


def curves(repeats: int) -> None:
    print("pooled curve at 20 (8 studies, tau of log scale 0.2): intervals, n, events each, bias, coverage of 95 %")
    for n in (30, 100):
        for intervals in (4, 10, 20):
            rng, bias, hits, each = np.random.default_rng(1), [], 0, []
            grid = np.linspace(20.0 / intervals, 20.0, intervals)
            truth = 0.3 + 0.7 * np.mean(np.exp(-((20.0 / (16.0 * np.exp(0.2 * rng.standard_normal(20000)))) ** 1.2)))
            for _ in range(repeats):
                scales = 16.0 * np.exp(0.2 * rng.standard_normal(8))
                made = [curve_from_people(*study(rng, n, 0.3, s, (10.0, 35.0)), grid) for s in scales]
                got = pool_curves(made)
                if got.time[-1] == grid[-1]:
                    bias.append(got.survival[-1] - truth)
                    hits += got.lower[-1] <= truth <= got.upper[-1]
                    each.append(got.events_each)
            print(f"  {intervals:3} {n:4} {np.mean(each):6.1f} {np.mean(bias):+.4f} {hits / len(bias):.3f}")


def landmarks(repeats: int) -> None:
    print("pooled landmark at 12 of 6, 12, 24 (tau of log scale 0.2): studies, structure, bias of cloglog, coverage")
    for k in (5, 10):
        rng, bias, hits, used = np.random.default_rng(2), [], 0, []
        z = rng.standard_normal(20000)
        truth = float(np.mean(np.log((12.0 / (16.0 * np.exp(0.2 * z))) ** 1.2)))
        for _ in range(repeats):
            made = [
                landmarks_from_people(*study(rng, 80, 0.0, s, (10.0, 40.0)), [6.0, 12.0, 24.0])
                for s in 16.0 * np.exp(0.2 * rng.standard_normal(k))
            ]
            got = pool_landmarks(made)
            bias.append(got.estimate[1] - truth)
            hits += got.lower[1] <= np.exp(-np.exp(truth)) <= got.upper[1]
            used.append(got.structure)
        common = max(set(used), key=used.count)
        print(f"  {k:3} {common:20} {np.mean(bias):+.4f} {hits / repeats:.3f}")


def single_cure(repeats: int) -> None:
    print("cured fraction of one study (Weibull mixture): n, truth, follow-up, bias, coverage of 95 %, warned")
    for n, truth, ends in ((60, 0.4, (24, 60)), (200, 0.4, (24, 60)), (200, 0.1, (24, 60)), (200, 0.4, (6, 20))):
        rng, bias, hits, warned = np.random.default_rng(3), [], 0, 0
        for _ in range(repeats):
            got = fit_cure(*study(rng, n, truth, 10.0, ends))
            bias.append(got.cured - truth)
            hits += got.lower <= truth <= got.upper
            warned += got.warning != ""
        print(f"  {n:4} {truth} {ends!s:9} {np.mean(bias):+.4f} {hits / repeats:.3f} {warned / repeats:.2f}")


def many_cure(repeats: int) -> None:
    print(
        "pooled cured fraction, truth logit -0.4, half the studies of other follow-up: k, follow-up, then for one and"
    )
    print("two stages: bias of the logit, coverage of 95 %; studies that two stages leave out")
    for k, ends, tau in ((6, (20, 60), 0.5), (6, (4, 16), 0.5), (12, (4, 16), 0.5)):
        rng, out, left = np.random.default_rng(4), {"one": [], "two": []}, []
        for _ in range(repeats):
            shares = 1.0 / (1.0 + np.exp(0.4 - tau * rng.standard_normal(k)))
            scales = 10.0 * np.exp(0.2 * rng.standard_normal(k))
            both = [
                study(rng, int(rng.integers(30, 120)), p, s, ends if i % 2 else (20, 60))
                for i, (p, s) in enumerate(zip(shares, scales, strict=True))
            ]
            try:
                got = pool_cure([t for t, _ in both], [d for _, d in both])
            except RemitError as error:
                print(f"  not fitted: {error}")
                continue
            centre = 1.0 / (1.0 + np.exp(0.4))
            out["one"].append((got.logit + 0.4, got.lower <= centre <= got.upper))
            left.append(len(got.excluded))
            if got.two_stage:
                two = got.two_stage
                out["two"].append((two.logit.estimate + 0.4, two.lower <= centre <= two.upper))
        said = "   ".join(f"{np.mean([b for b, _ in v]):+.3f} {np.mean([h for _, h in v]):.2f}" for v in out.values())
        print(f"  {k:3} {ends!s:9} {said}   {np.mean(left):.1f}")


if __name__ == "__main__":
    raise SystemExit(main())
