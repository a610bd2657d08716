"""Meta-regression against metafor."""

import math

from remit.stats import regression_fitted
from remit.stats.fit_statistics import fit_statistics, tau2_se
from remit.stats.regression import meta_regression

ESTIMATORS = {
    "EE": "none",
    "DL": "dersimonian-laird",
    "HE": "hedges",
    "HS": "hunter-schmidt",
    "HSk": "hunter-schmidt-small-sample",
    "SJ": "sidik-jonkman",
    "PMM": "median-unbiased",
    "EB": "empirical-bayes",
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
            got["H2"] = 1.0 / (1.0 - fit.i2 / 100.0)
            got["R2"] = 0.0 if fit.r2 is None else fit.r2
            got["se_tau2"] = tau2_se(y, v, fit.tau2, ESTIMATORS[case.args["method"]], case.output["X"])
        got |= {"vt": regression_fitted.typical_variance(v, case.output["X"]), "m": fit.moderators_df}
        got |= case.criteria(fit_statistics(y, v, fit.tau2, case.output["X"], case.args["method"] != "EE"))
        reference.agree(case, got)


def test_what_a_regression_says_of_each_study(reference):
    """The design is listed with another fit of the same moderators; the residual I2 and H2 follow from tau2."""
    cases = reference.cases("meta_regression")
    designs = {(c.data, c.args["mods"]): c.output["X"] for c in cases if "X" in c.output}
    for case in cases:
        if "pred" not in case.output:
            continue
        y, v = case.studies()
        x = designs[case.data, case.args["mods"]]
        got = regression_fitted.fitted(y, v, x, ESTIMATORS[case.args["method"]], TESTS[case.args["test"]])
        fit = meta_regression(y, v, x, ESTIMATORS[case.args["method"]], TESTS[case.args["test"]])
        typical = regression_fitted.typical_variance(v, x)
        ends = regression_fitted.tau2_interval(y, v, x)
        listed = case.output["tau2_confint"]
        if listed["estimate"][0] < 1e-9:  # listed where the search for 0 stopped
            listed["estimate"] = [0, 0, 0, 1]
        case.output["limits"] = case.output["ci_lb"]
        case.output.update({name: listed[name] for name in ("estimate", "ci_lb", "ci_ub")})
        reference.agree(
            case,
            {
                "pred": got.fitted,
                "pred_se": got.se,
                "pi_lb": got.prediction_lower,
                "pi_ub": got.prediction_upper,
                "limits": got.lower,
                "estimate": forms(fit.tau2, typical),
                "ci_lb": forms(ends.lower, typical),
                "ci_ub": forms(ends.upper, typical),
                "blup": got.shrunken,
                "blup_se": got.shrunken_se,
                "rstudent": [math.nan if r is None else r for r in got.rstudent],
                "hat": got.hat,
            },
        )


def forms(between, typical):
    """tau2, tau, I2 and H2."""
    return [between, math.sqrt(between), 100.0 * between / (between + typical), 1.0 + between / typical]
