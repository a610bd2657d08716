"""Leave one out, cumulative and influence against metafor."""

import numpy as np

from remit.stats import pool, tau2
from remit.stats.influence import cumulative, influence, leave_one_out
from remit.stats.influence_rules import own_effects, standing_out

INTERVALS = {"z": "normal", "knha": "hartung-knapp"}


def fits_of(case, rows):
    """One fit for each set of rows, by the case's estimator."""
    y, v = case.studies()
    estimator = {"DL": tau2.dersimonian_laird, "REML": tau2.reml}[case.args["method"]]
    kind = INTERVALS[case.args["test"]]
    return tuple(pool.random_effects(y[r], v[r], estimator(y[r], v[r]), interval=kind) for r in rows)


def one_less(k):
    return [np.arange(k) != i for i in range(k)]


def table(fits, output):
    names = {
        "estimate": "estimate",
        "se": "se",
        "zval": "statistic",
        "pval": "p",
        "ci_lb": "lower",
        "ci_ub": "upper",
        "Q": "q",
        "Qp": "q_p",
        "tau2": "tau2",
        "I2": "i2",
    }
    return {name: [getattr(f, field) for f in fits] for name, field in names.items() if name in output}


def test_leave_one_out_and_cumulative(reference):
    for case in reference.cases("sensitivity_leave1out_cumul"):
        y, v = case.studies()
        left, kind = case.id.startswith("leave1out"), INTERVALS[case.args["test"]]
        if left:
            fits = fits_of(case, one_less(y.size))
            reference.agree(case, table(fits, case.output))
            if case.args["method"] == "REML":
                assert leave_one_out(y, v, kind) == fits
        else:
            fits = fits_of(case, [np.arange(y.size) <= i for i in range(1, y.size)])
            got = table(fits, case.output)
            for name in got:
                case.output[name] = case.output[name][1:]
            reference.agree(case, got)
            if case.args["method"] == "REML":
                assert cumulative(y, v, kind) == fits


def test_influence(reference):
    for case in reference.cases("influence_diagnostics"):
        if case.args.get("method") not in ("DL", "REML") or case.args.get("test") not in INTERVALS:
            continue
        y, v = case.studies()
        (whole,) = fits_of(case, [np.arange(y.size) >= 0])
        got = influence(y, v, whole, fits_of(case, one_less(y.size)))
        names = {
            "rstudent": "rstudent",
            "dffits": "dffits",
            "cook_d": "cook",
            "cov_r": "cov_ratio",
            "tau2_del": "tau2_without",
            "QE_del": "q_without",
            "hat": "hat",
            "baujat_x": "baujat_heterogeneity",
            "baujat_y": "baujat_influence",
            "blup": "shrunken",
            "blup_se": "shrunken_se",
            "rstandard_z": "rstandard",
        }
        more = standing_out(y, v, whole, fits_of(case, one_less(y.size)))
        own = own_effects(y, v, whole)
        found = {n: getattr(got, f) for n, f in names.items()} | {
            "weight": whole.weights,
            "dfbs": more.dfbetas,
            "is_infl": more.stands_out,
            "blup_pi_lb": own.lower,
            "blup_pi_ub": own.upper,
            "ranef": own.deviation,
            "ranef_se": own.deviation_se,
            "rstandard_resid": own.residual,
            "rstandard_se": own.residual_se,
        }
        reference.agree(case, {n: value for n, value in found.items() if n in case.output})
        if "is_infl" in case.output:
            assert more.stands_out == tuple(case.output["is_infl"]), case
