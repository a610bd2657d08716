"""Time pimeta and PyMARE for bench/stats.py, in an environment of their own: stats_peers.py DATA-FOLDER SHARE."""

import json
import statistics
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")


def read(folder, name):
    return np.loadtxt(folder / name, delimiter=",", skiprows=1, unpack=True)


def say(row, peer, work, calls=1, runs=3, scaled=1.0):
    try:
        if calls * runs > 1:
            work()
        took = []
        for _ in range(runs):
            start = time.process_time()
            for _ in range(calls):
                work()
            took.append((time.process_time() - start) / calls * scaled)
        print(json.dumps({"row": row, "peer": peer, "seconds": statistics.median(took), "scaled": scaled}), flush=True)
    except Exception as error:  # what a peer raises is its own affair; the table says that it did
        print(json.dumps({"row": row, "peer": peer, "failed": f"{type(error).__name__}: {error}"[:80]}), flush=True)


def pimeta_rows(folder, share):
    import pimeta

    (y, v), (x, n), (cy, cv) = (read(folder, f) for f in ("one.csv", "cells.csv", "chosen.csv"))
    fit, subset = pimeta.rma(y, v), max(200, round(share * 32767))
    say("one", "pimeta", lambda: pimeta.rma(y, v), 50)
    say("leave-one-out", "pimeta", lambda: pimeta.leave1out(y, v), 3)
    say("profile", "pimeta", lambda: pimeta.confint(fit, type="PL"), 20)
    by, bv = (a.reshape(-1, 10)[: max(50, round(share * 10000))] for a in read(folder, "rows.csv"))
    say(
        "batch",
        "pimeta",
        lambda: [pimeta.rma(a, b, test="knha") for a, b in zip(by, bv, strict=True)],
        runs=1,
        scaled=10000 / len(by),
    )
    say(
        "gosh-reml",
        "pimeta",
        lambda: pimeta.gosh(y[:15], v[:15], subsets=subset, seed=1),
        runs=1,
        scaled=32767 / subset,
    )
    say("gosh-dl", "pimeta", lambda: pimeta.gosh(y[:15], v[:15], method="DL"), runs=1)
    twelve, count = pimeta.rma(y[:12], v[:12]), max(100, round(share * 4096))
    say("permutation", "pimeta", lambda: pimeta.permutest(twelve, iter=count, seed=1), runs=1, scaled=4096 / count)
    say("glmm", "pimeta", lambda: pimeta.rma_glmm("PLO", xi=x, ni=n), runs=1)
    chosen = pimeta.rma(cy, cv, method="ML")
    say("selection", "pimeta", lambda: pimeta.selmodel(chosen, "stepfun", steps=[0.025]), runs=1)


def pymare_rows(folder):
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    y, v = (np.ascontiguousarray(a.reshape(-1, 10).T) for a in read(folder, "rows.csv"))

    def fit():
        estimator = VarianceBasedLikelihoodEstimator(method="REML")
        estimator.fit(y, v, np.ones((10, 1)))
        return estimator.summary().get_fe_stats()

    say("batch", "PyMARE", fit)


def main():
    folder, share = Path(sys.argv[1]), float(sys.argv[2])
    print(json.dumps({"versions": ", ".join(f"{p} {version(p)}" for p in ("pimeta", "PyMARE", "numpy"))}))
    pimeta_rows(folder, share)
    pymare_rows(folder)


if __name__ == "__main__":
    main()
