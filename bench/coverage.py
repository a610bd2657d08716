"""Coverage and width of intervals for a pooled proportion, by simulation: the table of docs/explanation/statistics.md.

Usage: python bench/coverage.py [data sets per row, default 2000]

Each row draws studies of 10 to 70 people with logits normal around the rate, from a generator seeded by the row alone,
so that the same numbers come out every time. About five minutes on one core.
"""

import itertools
import math
import statistics
import sys

import numpy as np
from scipy.special import expit

from remit.stats import measures, pool
from remit.stats.glmm import pool_proportions

RATES, TAUS, SIZES = (0.8, 0.05), (0.3, 0.6, 1.0), (2, 3, 5, 10)
KINDS = ("profile", "wald", "t")


def ends(x, n):
    """Each method's two ends on the proportion scale."""
    got = {kind: pool_proportions(x, n, kind) for kind in KINDS}
    out = {kind: (fit.lower, fit.upper) for kind, fit in got.items()}
    each = measures.proportions(x, n, "logit")
    normal = pool.random_effects(each.estimate, each.variance)
    out["corrected"] = float(expit(normal.lower)), float(expit(normal.upper))
    return out


def row(number, rate, tau, k, draws):
    """Coverage in percent and median width in points, by method."""
    generator = np.random.default_rng([20, number])
    hits, widths = {}, {}
    for _ in range(draws):
        n = generator.integers(10, 71, k)
        logits = math.log(rate / (1.0 - rate)) + tau * generator.standard_normal(k)
        x = generator.binomial(n, expit(logits))
        for kind, (low, high) in ends(x, n).items():
            hits[kind] = hits.get(kind, 0) + (low <= rate <= high)
            widths.setdefault(kind, []).append(high - low)
    return {kind: (100.0 * hits[kind] / draws, 100.0 * statistics.median(widths[kind])) for kind in hits}


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("| rate | tau | k | profile | wald | t, k − 1 | half event, Hartung–Knapp |\n|---|---|---|---|---|---|---|")
    for number, (rate, tau, k) in enumerate(itertools.product(RATES, TAUS, SIZES)):
        cells = row(number, rate, tau, k, draws).values()
        said = " | ".join(f"{hit:.1f} ({width:.0f})" for hit, width in cells)
        print(f"| {100 * rate:.0f} % | {tau} | {k} | {said} |", flush=True)


if __name__ == "__main__":
    main()
