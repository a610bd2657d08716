"""Batches against metafor: leave one out and cumulative, every subset, exact permutations."""

import numpy as np

from remit.stats import batch, permutation
from remit.stats.gosh import gosh

ESTIMATORS = {"EE": "none", "DL": "dersimonian-laird", "REML": "reml"}
INTERVALS = {"z": "normal", "knha": "hartung-knapp"}
NAMES = {"estimate": "estimate", "se": "se", "zval": "statistic", "pval": "p", "ci_lb": "lower", "ci_ub": "upper",
         "Q": "q", "Qp": "q_p", "tau2": "tau2", "I2": "i2"}  # fmt: skip
QUANTILES = "quantiles_0_2.5_25_50_75_97.5_100"
SHARES = (0.0, 0.025, 0.25, 0.5, 0.75, 0.975, 1.0)


def test_leave_one_out_and_cumulative(reference):
    for case in reference.cases("sensitivity_leave1out_cumul"):
        y, v = case.studies()
        estimator, interval = ESTIMATORS[case.args["method"]], INTERVALS[case.args["test"]]
        left = case.id.startswith("leave1out")
        fits = (batch.leave_one_out if left else batch.cumulative)(y, v, estimator, interval)
        skip = 0 if left else 1
        got = {name: getattr(fits, field)[skip:] for name, field in NAMES.items() if name in case.output}
        for name in got:
            case.output[name] = case.output[name][skip:]
        reference.agree(case, got)


def test_every_subset(reference):
    for case in reference.cases("gosh"):
        y, v = case.studies()
        got = gosh(y, v, ESTIMATORS[case.args["method"]])
        found = {"k": got.k, "QE": got.q, "I2": got.i2, "H2": got.h2, "tau2": got.tau2, "estimate": got.estimate}
        for name, values in found.items():
            if name in case.output:
                listed = case.output[name]
                summary = [len(values), np.mean(values), np.std(values, ddof=1), np.quantile(values, SHARES)]
                case.output[name] = [*(listed[n] for n in ("n", "mean", "sd")), listed[QUANTILES]]
                reference.agree(case, {name: summary})


def test_exact_permutations(reference):
    for case in reference.cases("permutation"):
        y, v = case.studies()
        estimator, mods = ESTIMATORS[case.args["method"]], case.args.get("mods", "")
        if mods:
            got = permutation.moderator(y, v, case.column(mods.removeprefix(",mods=~")), estimator)
        else:
            got = permutation.sign_flips(y, v, estimator)
        wanted = {"pval": list(got.p), "zval": list(got.statistic)}
        reference.agree(case, {name: values for name, values in wanted.items() if name in case.output})
