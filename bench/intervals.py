"""Coverage and width of every interval, by simulation: the tables of docs/explanation/coverage.md.

Usage: python bench/intervals.py [--table NAME]... [--share 1]

Every row draws from a generator seeded by its own settings, so that the same numbers come out whatever else is run.
Compiled functions are used where numba is installed. All tables at share 1: about twenty minutes on one core.
"""

import argparse
import itertools
import math
import os
import statistics

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.special import expit, logit

from remit.errors import RemitError
from remit.stats import compiled, generalised_q, heterogeneity, measures, pool, stratified
from remit.stats.exact_ratio import odds_ratio
from remit.stats.glmm import pool_proportions

SIZES = (2, 3, 5, 10, 20, 40)


class Row:
    """Hits and widths of the methods of one row."""

    def __init__(self):
        self.hits, self.widths, self.failed = {}, {}, {}

    def add(self, method, low, high, true):
        self.hits[method] = self.hits.get(method, 0) + (low <= true <= high)
        self.widths.setdefault(method, []).append(high - low)

    def fail(self, method):
        """Count a data set that the method refuses."""
        self.failed[method] = self.failed.get(method, 0) + 1
        self.widths.setdefault(method, [])

    def cells(self, scale, digits):
        """Per cent of data sets whose interval holds the truth, and its median width."""
        out = []
        for method, widths in self.widths.items():
            share = 100.0 * self.hits.get(method, 0) / max(len(widths), 1)
            width = scale * statistics.median(widths) if widths else math.nan
            told = f"{width:.{digits}f}" if width < 1000.0 else "> 1,000"
            text = f"{share:.1f} ({told})" if widths else "–"
            failed = self.failed.get(method, 0)
            out.append(text + (f", of {len(widths)}" if widths and failed else ""))
        return out


def draws(*settings):
    """The generator of one row."""
    return np.random.default_rng([20, *(round(1000 * value) for value in settings)])


def proportions(share):
    """A pooled proportion, studies of 10 to 70 people with normal logits around the rate."""
    kinds = ("profile", "wald", "t")
    yield ("rate", "tau", "k", "profile", "wald", "t, k − 1", "half event, Hartung–Knapp")
    for rate, tau, k in itertools.product((0.8, 0.05), (0.0, 0.3, 0.6, 1.0), SIZES):
        random, row = draws(rate, tau, k), Row()
        for _ in range(round(2000 * share)):
            n = random.integers(10, 71, k)
            x = random.binomial(n, expit(logit(rate) + tau * random.standard_normal(k)))
            for kind in kinds:
                fit = pool_proportions(x, n, kind, tau2_interval=False)
                row.add(kind, fit.lower, fit.upper, rate)
            each = measures.proportions(x, n, "logit")
            fit = pool.random_effects(each.estimate, each.variance)
            row.add("half event", float(expit(fit.lower)), float(expit(fit.upper)), rate)
        yield (f"{100 * rate:.0f} %", f"{tau:g}", str(k), *row.cells(100.0, 0))


def log_hazard_ratios(random, tau, k):
    """Estimates and variances of trials with 10 to 120 events, around a hazard ratio of 1 (any other is a shift)."""
    v = 4.0 / random.integers(10, 121, k)
    return random.normal(0.0, np.sqrt(v + tau * tau)), v


def effects(share):
    """A pooled log hazard ratio of 0, trials of 10 to 120 events."""
    yield ("tau", "k", *pool.INTERVALS)
    for tau, k in itertools.product((0.0, 0.1, 0.3, 0.6), SIZES):
        random, row = draws(tau, k), Row()
        for _ in range(round(5000 * share)):
            y, v = log_hazard_ratios(random, tau, k)
            tau2 = None
            for kind in pool.INTERVALS:
                fit = pool.random_effects(y, v, tau2, kind)
                tau2 = fit.tau2
                row.add(kind, fit.lower, fit.upper, 0.0)
        yield (f"{tau:g}", str(k), *row.cells(1.0, 2))


def predictions(share):
    """The log hazard ratio in a new study, from the same trials."""
    yield ("tau", "k", *pool.PREDICTIONS)
    for tau, k in itertools.product((0.0, 0.1, 0.3, 0.6), SIZES):
        random, row = draws(tau, k, 3), Row()
        for _ in range(round(5000 * share)):
            y, v = log_hazard_ratios(random, tau, k)
            new, tau2 = tau * random.standard_normal(), None
            for kind in pool.PREDICTIONS:
                fit = pool.random_effects(y, v, tau2, "hartung-knapp", kind)
                tau2 = fit.tau2
                if fit.prediction_lower is None:
                    row.fail(kind)
                else:
                    row.add(kind, fit.prediction_lower, fit.prediction_upper, new)
        yield (f"{tau:g}", str(k), *row.cells(1.0, 2))


def between(share):
    """Heterogeneity: tau2 of log hazard ratios."""
    yield ("tau", "k", "Q-profile", "profile likelihood (REML)", "generalised Q, weights 1 / se")
    for tau, k in itertools.product((0.0, 0.1, 0.3, 0.6), SIZES):
        random, row = draws(tau, k, 7), Row()
        for number in range(round(2000 * share)):
            y, v = log_hazard_ratios(random, tau, k)
            for name, interval in (
                ("q-profile", heterogeneity.q_profile),
                ("likelihood", heterogeneity.profile_likelihood),
                ("generalised", generalised_q.interval),
            ):
                if name == "generalised" and number % 10:
                    continue  # slow: every tenth data set
                found = interval(y, v)
                row.add(name, found.lower, found.upper, tau * tau)
        yield (f"{tau:g}", str(k), *row.cells(1.0, 3))


def odds_ratios(share):
    """A pooled odds ratio of 0.6 from 2x2 tables, 20 to 150 people an arm."""
    yield ("base risk", "tau", "k", "half event, Hartung–Knapp", "Mantel–Haenszel", "exact, profile", "exact, t")
    true = math.log(0.6)
    for risk, tau, k in itertools.product((0.03, 0.2), (0.0, 0.3, 0.6), SIZES):
        random, row = draws(risk, tau, k), Row()
        for _ in range(round(500 * share)):
            n1, n2 = random.integers(20, 151, (2, k))
            base = logit(risk) + 0.5 * random.standard_normal(k)
            a = random.binomial(n1, expit(base + true + tau * random.standard_normal(k)))
            c = random.binomial(n2, expit(base))
            each = measures.tables(a, n1, c, n2, "odds-ratio")
            fit = pool.random_effects(each.estimate, each.variance)
            row.add("half event", fit.lower, fit.upper, true)
            for name, method in (
                ("mantel-haenszel", stratified.mantel_haenszel),
                ("profile", lambda *cells: odds_ratio(*cells, "profile")),
                ("t", lambda *cells: odds_ratio(*cells, "t")),
            ):
                try:
                    fit = method(a, n1, c, n2)
                except RemitError:
                    row.fail(name)
                else:
                    row.add(name, fit.lower, fit.upper, true)
        yield (f"{100 * risk:.0f} %", f"{tau:g}", str(k), *row.cells(1.0, 2))


TABLES = {
    "proportions": proportions,
    "effects": effects,
    "predictions": predictions,
    "heterogeneity": between,
    "odds-ratios": odds_ratios,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="append", choices=tuple(TABLES))
    parser.add_argument("--share", type=float, default=1.0, help="of the data sets of each row")
    given = parser.parse_args()
    if compiled.installed():
        compiled.load()
    for name in given.table or TABLES:
        print(f"\n{name}: {TABLES[name].__doc__}\n")
        for number, cells in enumerate(TABLES[name](given.share)):
            print("| " + " | ".join(cells) + " |", flush=True)
            if not number:
                print("|" + "---|" * len(cells))


if __name__ == "__main__":
    main()
