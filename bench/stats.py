"""Time the statistics beside metafor and the Python peers: `.venv/bin/python bench/stats.py`.

Prints, for each row of work, CPU seconds on one core of remit, metafor (R), pimeta and PyMARE, all in one run on the
same data, with ratios and targets; then how cost grows with data sets (B) and studies (K), and the peak memory of a
million fits. Peers that are not here are left out of the table.

--install-peers   install R with metafor (apt-get) and a throw-away environment with pimeta, PyMARE and numba
--peers DIR       where that environment is, or goes (default: peers in the system's temporary folder)
--share F         metafor and pimeta do this share of the work that takes them minutes, and the rest is multiplied
                  (default 0.05; 1 for all of it). Rows that were multiplied are marked *.
--rounds N        remit and metafor take turns N times on the rows that take seconds, medians are shown (default 3)
--engine E        numpy or compiled (numba); default: compiled where numba is installed, else numpy
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [p for p in sys.path if Path(p).resolve() != HERE]  # numba looks for a module named like a file here
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np  # noqa: E402

from remit.stats import batch, compiled, glmm, heterogeneity, permutation, pool  # noqa: E402
from remit.stats.exact_ratio import odds_ratio  # noqa: E402
from remit.stats.gosh import gosh  # noqa: E402
from remit.stats.selection import step_selection  # noqa: E402

APT = [
    "apt-get",
    "install",
    "--yes",
    "--no-install-recommends",
    "r-base-core",
    "r-cran-metafor",
    "r-cran-lme4",
    "r-cran-numderiv",
    "r-cran-biasedurn",
]
PIP = ["pimeta", "PyMARE", "pandas", "matplotlib", "scipy", "numba", "numpy>=2"]
ROWS = (  # name, words, times metafor, times which peer
    ("one", "one REML fit, k = 20, whole call", 50, ("pimeta", 7)),
    ("batch", "10,000 REML + Hartung-Knapp fits, k = 10", 2000, ("PyMARE", 5)),
    ("leave-one-out", "leave one out, k = 20", 1000, None),
    ("profile", "profile-likelihood interval of tau2, k = 20", 100, None),
    ("gosh-reml", "every subset of 15 (32,767), REML", 1000, None),
    ("gosh-dl", "every subset of 15 (32,767), DL", 1000, None),
    ("gosh-20", "every subset of 20 (1,048,575), DL", None, None),
    ("permutation", "exact permutation test, 4,096, REML", 500, None),
    ("glmm", "GLMM, 30 proportions, Wald and profile of tau2", 50, None),
    ("exact", "exact conditional odds ratio, 13 trials", 1000, None),
    ("selection", "selection model, one step, k = 40", 20, None),
)


def make(folder):
    random = np.random.default_rng(20)

    def effects(*shape):
        v = random.uniform(0.02, 0.2, shape)
        return random.normal(0.2, np.sqrt(v + 0.05)), v

    def write(name, head, *columns):
        np.savetxt(folder / name, np.column_stack([c.ravel() for c in columns]), "%.17g", ",", header=head, comments="")

    data = {"one": effects(20), "rows": effects(10_000, 10)}
    v = random.uniform(0.01, 0.3, 40)
    y = random.normal(0.25, np.sqrt(v + 0.03))
    data["chosen"] = y, v
    n = random.integers(10, 80, 30)
    x = random.binomial(n, 1.0 / (1.0 + np.exp(-random.normal(1.2, 0.6, 30))))
    x[:2], x[2] = n[:2], 0
    data["cells"] = x, n
    for name in ("one", "rows", "chosen"):
        write(f"{name}.csv", "y,v", *data[name])
    write("cells.csv", "x,n", x, n)
    return data


def cpu(work, least=0.3, runs=5):
    """Median CPU seconds of one call, each run long enough to be read off the clock."""
    work()
    start = time.process_time()
    work()
    once = max(time.process_time() - start, 1e-6)
    calls = max(1, round(least / runs / once))
    took = []
    for _ in range(runs):
        start = time.process_time()
        for _ in range(calls):
            work()
        took.append((time.process_time() - start) / calls)
    return statistics.median(took)


def ours(data, folder, engine):
    (y, v), (by, bv), (cy, cv), (x, n) = (data[name] for name in ("one", "rows", "chosen", "cells"))
    trials = folder / "trials.csv"
    work = {
        "one": lambda: pool.random_effects(y, v),
        "batch": lambda: batch.random_effects(by, bv, interval="hartung-knapp", engine=engine),
        "leave-one-out": lambda: batch.leave_one_out(y, v, engine=engine),
        "profile": lambda: heterogeneity.profile_likelihood(y, v),
        "gosh-reml": lambda: gosh(y[:15], v[:15], "reml", engine=engine),
        "gosh-dl": lambda: gosh(y[:15], v[:15]),
        "gosh-20": lambda: gosh(y, v),
        "permutation": lambda: permutation.sign_flips(y[:12], v[:12], engine=engine),
        "glmm": lambda: glmm.pool_proportions(x, n, "wald"),
        "selection": lambda: step_selection(cy, cv),
    }
    if trials.exists():
        a, b, c, d = np.loadtxt(trials, delimiter=",", skiprows=1, unpack=True)
        work["exact"] = lambda: odds_ratio(a, a + b, c, c + d, "wald")
    return {name: cpu(one) for name, one in work.items()}


def peers(command, versions):
    """Return seconds by (row, peer) that another program prints, one JSON line each."""
    found = {}
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        said = json.loads(line)
        if "versions" in said:
            versions.append(said["versions"])
        else:
            found[said["row"], said.get("peer", "metafor")] = said
    if done.returncode:
        print(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}", file=sys.stderr)
    return found


def collect(rounds, said):
    rounds.append(said)
    return {key: dict(value) for key, value in said.items()}


def middle(rounds, key):
    """The median over rounds of one row of one program, which take turns as other work comes and goes."""
    return statistics.median(r[key]["seconds"] for r in rounds if key in r)


def install(place):
    subprocess.run([*([] if os.geteuid() == 0 else ["sudo"]), *APT], check=True)
    if not place.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    subprocess.run([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *PIP], check=True)


def seconds(value):
    return f"{value:.3g} s" if value >= 1.0 else f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.0f} µs"


def cell(said):
    if said is None:
        return "–"
    if "failed" in said:
        return "fails"
    return seconds(said["seconds"]) + ("*" if said["scaled"] != 1 else "")


def print_table(mine, found):
    print("| work | remit | metafor | pimeta | PyMARE | times metafor | target | times peer | target | met |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, words, target, peer in ROWS:
        if name not in mine:
            continue
        said = {p: found.get((name, p)) for p in ("metafor", "pimeta", "PyMARE")}
        ratios = {p: s["seconds"] / mine[name] for p, s in said.items() if s and "seconds" in s}
        aims = [("metafor", target)] if target else []
        aims += [peer] if peer else []
        known = [ratios[p] >= aim for p, aim in aims if p in ratios]
        met = "yes" if known and all(known) else "no" if known else "–"
        over = ratios.get("metafor")
        best = max(
            ((ratios.get(p), p) for p in ("pimeta", "PyMARE") if p in ratios), default=None, key=lambda pair: -pair[0]
        )
        columns = [
            words,
            seconds(mine[name]),
            *(cell(said[p]) for p in ("metafor", "pimeta", "PyMARE")),
            f"{over:,.0f}" if over else "–",
            f"{target:,}" if target else "–",
            f"{best[0]:,.1f} ({best[1]})" if best else "–",
            str(peer[1]) if peer else "–",
            met,
        ]
        print("| " + " | ".join(columns) + " |", flush=True)


def print_growth(engine):
    random = np.random.default_rng(1)
    print("\n| B | K | CPU time | per fit |\n|---|---|---|---|")
    for rows, k in (
        (100, 10),
        (1_000, 10),
        (10_000, 10),
        (100_000, 10),
        (10_000, 5),
        (10_000, 20),
        (10_000, 40),
        (10_000, 80),
    ):
        v = random.uniform(0.02, 0.2, (rows, k))
        y = random.normal(0.0, np.sqrt(v + 0.05))
        took = cpu(lambda y=y, v=v: batch.random_effects(y, v, engine=engine), runs=3)
        print(f"| {rows:,} | {k} | {seconds(took)} | {took / rows * 1e6:.2f} µs |", flush=True)


def million(engine):
    import resource

    random = np.random.default_rng(1)
    v = random.uniform(0.02, 0.2, (10**6, 10))
    y = random.standard_normal((10**6, 10))
    y *= 0.4
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    batch.random_effects(y, v, engine=engine)
    took = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"\n1,000,000 fits of k = 10 in {seconds(took)}: peak memory {after / 1024:,.0f} MB, of which "
        f"{before / 1024:,.0f} MB were there before the call (Python, libraries and 160 MB of data)"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install-peers", action="store_true")
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "peers")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3, help="remit and metafor take turns, rows of seconds each time")
    parser.add_argument("--engine", choices=("numpy", "compiled"))
    parser.add_argument("--million", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    engine = given.engine or ("compiled" if compiled.installed() else "numpy")
    if engine == "compiled":
        compiled.load()
    if given.million:
        million(engine)
        return
    if given.install_peers:
        install(given.peers)
    found = {}
    versions = [f"Python {platform.python_version()}", f"numpy {np.__version__}", f"scipy {version('scipy')}"]
    if engine == "compiled":
        versions.append(f"numba {version('numba')}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = make(folder)
        rounds = []
        for number in range(given.rounds):
            if shutil.which("Rscript"):
                quick = ["quick"] if number else []
                said = [] if number else versions
                found |= collect(
                    rounds, peers(["Rscript", str(HERE / "stats_peers.R"), scratch, str(given.share), *quick], said)
                )
            rounds.append({(name, "remit"): {"seconds": took} for name, took in ours(data, folder, engine).items()})
        python = given.peers / "bin" / "python"
        if python.exists():
            found |= peers([str(python), str(HERE / "stats_peers.py"), scratch, str(given.share)], versions)
        rounds.append({(name, "remit"): {"seconds": took} for name, took in ours(data, folder, engine).items()})
    mine = {name: middle(rounds, (name, "remit")) for name, *_ in ROWS if any((name, "remit") in r for r in rounds)}
    for key, said in found.items():
        if any(key in r for r in rounds):
            said["seconds"] = middle(rounds, key)
    print(f"remit with {engine}; {', '.join(versions)}; {platform.machine()}, one core, CPU time, medians\n")
    print_table(mine, found)
    print_growth(engine)
    subprocess.run([sys.executable, str(Path(__file__)), "--million", "--engine", engine], check=True)


if __name__ == "__main__":
    main()
