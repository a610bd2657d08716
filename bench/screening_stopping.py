"""Rules to stop by, on finished reviews: what recall they promised, and how often they kept it.

    python bench/screening_stopping.py SETS_FOLDER

Each set is read in ten orders (as stored, begun from the title of the review; nine times shuffled, begun from nothing),
each made once; then every rule is applied to the log. The sampled rule is given 200 random samples per order. *kept* is
the share of runs that reached the recall, then the mean and the least reached, *read* the mean share of records read.
"""

import os
import sys
from math import ceil
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from scipy.special import gammaln
from screening import TITLES, read, replayed

from remit.screen import stopping

PROMISES = ((0.95, 0.95), (0.9, 0.9), (0.8, 0.95))
ORDERS, DRAWS = 10, 200


def orders(texts, truth, words):
    """Whole reading orders of one set: as stored with words, and shuffled without."""
    for turn in range(ORDERS):
        mixed = np.arange(len(texts)) if turn == 0 else np.random.default_rng(turn).permutation(len(texts))
        seen, _, ranking = replayed([texts[i] for i in mixed], truth[mixed], words if turn == 0 else "")
        rest = [(r, False) for r in ranking.order(seen)]
        yield np.array([on for _, on in [*seen, *rest]], bool)


def ranked_rule(found, recall, confidence, lf):
    """Where the ranked rule stops, tested after every tenth decision; `lf` are logarithms of factorials."""
    total = len(found)
    places = np.flatnonzero(found)
    for n in range(10, total, 10):
        hits = int(np.searchsorted(places, n))
        missed = stopping.missed_bound(hits, recall)
        if not hits or missed > total - n:
            continue
        since = np.arange(hits, -1, -1)[:, None]  # found since each start
        size = total - np.concatenate([[0], places[:hits] + 1])[:, None]
        drawn, good, k = n - (total - size), since + missed, np.arange(hits + 1)[None, :]
        bad = size - good
        can = (k <= since) & (drawn - k >= 0) & (drawn - k <= bad)
        j, rest = np.where(can, k, 0), np.where(can, drawn - k, 0)
        ways = lf[good] - lf[j] - lf[good - j] + lf[bad] - lf[rest] - lf[bad - rest]
        risk = np.where(can, np.exp(ways - (lf[size] - lf[drawn] - lf[size - drawn])), 0.0).sum(axis=1)
        if risk.min() < 1 - confidence:
            exact = stopping._least_risk(found[:n], total, missed)
            assert abs(exact - risk.min()) < 1e-6, (exact, risk.min())
            return n, hits
    return total, int(found.sum())


def sampled_rule(found, recall, confidence, rng):
    """Where the sampled rule stops, for many random orders: records read and records found."""
    begun = stopping.sample_begins(list(found), len(found))
    if begun is None:
        return [(len(found), int(found.sum()))]
    before, size, missed = int(found[:begun].sum()), len(found) - begun, int(found[begun:].sum())
    looks = stopping.plan(before, size, recall, 1 - confidence)
    ends = []
    for _ in range(DRAWS):
        places = np.sort(rng.choice(size, missed, replace=False))
        for j, n in enumerate(looks.draws):
            if (now := int(np.searchsorted(places, n))) <= j:
                ends.append((begun + n, before + now))
                break
        else:
            ends.append((len(found), before + missed))
    return ends


def main() -> None:
    print("| set | promise | " + " | ".join(f"{r} {w}" for r in ("ranked", "sampled") for w in WORDS) + " |")
    print("|---" * (2 + 2 * len(WORDS)) + "|")
    for path in sorted(Path(sys.argv[1]).glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        texts, truth = read(path)
        rng = np.random.default_rng(7)
        held = list(orders(texts, truth, TITLES.get(name, "")))
        total, relevant = len(truth), int(truth.sum())
        lf = gammaln(np.arange(total + 2) + 1.0)
        for recall, confidence in PROMISES:
            need, cells = ceil(round(recall * relevant, 9)), []
            for ends in (
                [ranked_rule(f, recall, confidence, lf) for f in held],
                [e for f in held for e in sampled_rule(f, recall, confidence, rng)],
            ):
                found, done = np.array([k for _, k in ends]), np.array([n for n, _ in ends])
                reached = found / relevant
                cells += [f"{np.mean(found >= need):.3f}", f"{reached.mean():.3f}", f"{reached.min():.3f}"]
                cells.append(f"{done.mean() / total:.2f}")
            print(f"| {name} | {recall:.0%} at {confidence:.0%} | " + " | ".join(cells) + " |", flush=True)


WORDS = ("kept", "recall", "least", "read")

if __name__ == "__main__":
    main()
