"""Time the commands of the shipped review: `.venv/bin/python bench/commands.py [RUNS]`.

Prints the median and range of wall seconds over RUNS runs (default 5) after one warm-up: `remit --help`, a first
build into an empty folder, and a rebuild with nothing changed. Aims: 0.3 s, 5 s and 1 s on two cores.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REMIT = [sys.executable, "-m", "remit"]


def wall(command, runs, before=lambda: None):
    seconds = []
    for run in range(runs + 1):
        before()
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        if run:
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), min(seconds), max(seconds)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as scratch:
        review = Path(scratch) / "review"
        site = Path(scratch) / "site"
        shutil.copytree(ROOT / "reviews" / "pediatric-b-all", review, ignore=shutil.ignore_patterns("site"))
        build = [*REMIT, "build", str(review), "--out", str(site)]
        rows = [
            ("remit --help", 0.3, wall([*REMIT, "--help"], runs)),
            ("remit check", None, wall([*REMIT, "check", "--quiet", str(review)], runs)),
            ("remit build, first", 5.0, wall(build, runs, lambda: shutil.rmtree(site, ignore_errors=True))),
            ("remit build, unchanged", 1.0, wall(build, runs)),
        ]
    print(f"{'command':24s} {'median s':>9s} {'min':>7s} {'max':>7s} {'aim':>6s}")
    for name, aim, (median, low, high) in rows:
        print(f"{name:24s} {median:9.3f} {low:7.3f} {high:7.3f} {aim if aim else '-':>6}")


if __name__ == "__main__":
    main()
