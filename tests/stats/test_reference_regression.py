"""Meta-regression against metafor."""

from remit.stats.regression import meta_regression

ESTIMATORS = {
    "EE": "none",
    "DL": "dersimonian-laird",
    "HE": "hedges",
    "PM": "paule-mandel",
    "ML": "maximum-likelihood",
    "REML": "reml",
}
TESTS = {"z": "normal", "t": "t", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc"}


def test_meta_regression(reference):
    for case in reference.cases("meta_regression"):
        if case.args.get("method") not in ESTIMATORS or "X" not in case.output or "b" not in case.output:
            continue
        y, v = case.studies()
        fit = meta_regression(y, v, case.output["X"], ESTIMATORS[case.args["method"]], TESTS[case.args["test"]])
        got = {
            "b": fit.estimate,
            "se": fit.se,
            "ci_lb": fit.lower,
            "ci_ub": fit.upper,
            "stat": fit.statistic,
            "pval": fit.p,
            "tau2": fit.tau2,
            "QE": fit.q,
            "QE_p": fit.q_p,
            "QM": fit.moderators,
            "QM_p": fit.moderators_p,
            "vb": fit.covariance,
        }
        if case.args["method"] != "EE":
            got["I2"] = fit.i2
            got["R2"] = 0.0 if fit.r2 is None else fit.r2
        reference.agree(case, got)
