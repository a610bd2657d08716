"""Meta-regression against metafor."""

import numpy as np

from remit.stats.regression import meta_regression

ESTIMATORS = {
    "EE": "none", "DL": "dersimonian-laird", "HE": "hedges", "PM": "paule-mandel", "ML": "maximum-likelihood",
    "REML": "reml",
}
TESTS = {"z": "normal", "t": "t", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc"}


def studies(case):
    """Effects and variances as the reference computed them: given, or odds ratios or logits with 0.5 in empty cells."""
    if "yi" in case.columns:
        return case.column("yi"), case.column("vi")
    if "ai" in case.columns:
        a, n1, c, n2 = (case.column(name) for name in ("ai", "n1i", "ci", "n2i"))
        cells = np.stack((a, n1 - a, c, n2 - c))
        cells = cells + np.where((cells == 0.0).any(axis=0), 0.5, 0.0)
        return np.log(cells[0] * cells[3] / (cells[1] * cells[2])), (1.0 / cells).sum(axis=0)
    x, n = case.column("xi"), case.column("ni")
    cells = np.stack((x, n - x))
    cells = cells + np.where((cells == 0.0).any(axis=0), 0.5, 0.0)
    return np.log(cells[0] / cells[1]), (1.0 / cells).sum(axis=0)


def test_meta_regression(reference):
    for case in reference.cases("meta_regression"):
        if case.args.get("method") not in ESTIMATORS or "X" not in case.output or "b" not in case.output:
            continue
        y, v = studies(case)
        fit = meta_regression(
            y, v, case.output["X"], ESTIMATORS[case.args["method"]], TESTS[case.args["test"]]
        )
        got = {
            "b": fit.estimate, "se": fit.se, "ci_lb": fit.lower, "ci_ub": fit.upper, "stat": fit.statistic,
            "pval": fit.p, "tau2": fit.tau2, "QE": fit.q, "QE_p": fit.q_p, "QM": fit.moderators,
            "QM_p": fit.moderators_p, "vb": fit.covariance,
        }
        if case.args["method"] != "EE":
            got["I2"] = fit.i2
            got["R2"] = 0.0 if fit.r2 is None else fit.r2
        reference.agree(case, got)
