"""Pooling, heterogeneity and intervals against metafor."""

from dataclasses import replace

import numpy as np
import pytest

from remit.stats import generalised_q, heterogeneity, pool, tau2
from remit.stats.fit_statistics import fit_statistics, tau2_se

ESTIMATORS = {
    "EE": lambda y, v: 0.0,
    "DL": tau2.dersimonian_laird,
    "HE": tau2.hedges,
    "HS": tau2.hunter_schmidt,
    "HSk": lambda y, v: tau2.hunter_schmidt(y, v, small_sample=True),
    "SJ": tau2.sidik_jonkman,
    "PM": tau2.paule_mandel,
    "PMM": tau2.median_unbiased,
    "ML": tau2.maximum_likelihood,
    "REML": tau2.reml,
    "EB": tau2.empirical_bayes,
}
NAMES = {
    "DL": "dersimonian-laird",
    "HE": "hedges",
    "HS": "hunter-schmidt",
    "HSk": "hunter-schmidt-small-sample",
    "SJ": "sidik-jonkman",
    "PM": "paule-mandel",
    "PMM": "median-unbiased",
    "ML": "maximum-likelihood",
    "REML": "reml",
    "EB": "empirical-bayes",
}
INTERVALS = {"z": "normal", "t": "t", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc"}
CLOSED = {"EE", "DL", "HE", "HS", "HSk", "SJ"}


def check_pool(reference, case, y, v):
    method = case.args["method"]
    between = ESTIMATORS[method](y, v)
    fit = pool.random_effects(y, v, between, interval=INTERVALS[case.args["test"]])
    got = {
        "b": fit.estimate,
        "se": fit.se,
        "stat": fit.statistic,
        "pval": fit.p,
        "ci_lb": fit.lower,
        "ci_ub": fit.upper,
        "QE": fit.q,
        "QE_p": fit.q_p,
        "weights_pct": fit.weights,
        "k": fit.k,
        "tau2": fit.tau2,
    }
    if method != "EE":
        got["I2"] = fit.i2
        got["H2"] = 1.0 / (1.0 - fit.i2 / 100.0)
        got["se_tau2"] = tau2_se(y, v, between, NAMES[method])
        forms = {"z": "normal", "t": "k-1", "knha": "hartung-knapp", "adhoc": "hartung-knapp"}
        ahead = pool.random_effects(y, v, between, INTERVALS[case.args["test"]], forms[case.args["test"]])
        got |= {"pred": fit.estimate, "pi_lb": ahead.prediction_lower, "pi_ub": ahead.prediction_upper}
    got |= {"vb": fit.se**2, "vt": heterogeneity.typical_variance(v), "QM": fit.statistic**2, "QM_p": fit.p}
    got |= case.criteria(fit_statistics(y, v, between, estimated=method != "EE"))
    tight = (1e-6, 1e-9) if method in CLOSED else (case.rel, case.abs)
    reference.agree(case, {name: value for name, value in got.items() if name in case.output}, *tight)


def test_generic_pooling(reference):
    for case in reference.cases("pool_generic"):
        check_pool(reference, case, case.column("yi"), case.column("vi"))


@pytest.mark.parametrize("topic", ["pool_2x2", "pool_proportion", "pool_rates"])
def test_pooling_of_counts(reference, topic):
    """The reference drops rows in which both arms have no event from Peto's measure."""
    for case in reference.cases(topic):
        check_pool(reference, case, *case.studies(case.args["measure"]))


def test_tau2_intervals(reference):
    """Point estimates are compared in pool_generic: here the listed REML stopped early."""
    for case in reference.cases("tau2_confint"):
        y, v = case.column("yi"), case.column("vi")
        kind = case.args.get("type", "")
        if kind == "Q-profile":
            ends = heterogeneity.q_profile(y, v)
        elif kind == "profile-likelihood":
            ends = heterogeneity.profile_likelihood(y, v, restricted=case.args["method"] == "REML")
        elif case.args["method"] == "GENQ":
            ends = generalised_q.interval(y, v, {"1/vi": "variance"}[case.args["weights"]])
        else:
            check_predictions(reference, case, y, v)
            continue
        first = replace(case, output={side: case.output[side][:2] for side in ("ci_lb", "ci_ub")})
        reference.agree(
            first, {"ci_lb": [ends.lower, ends.lower**0.5], "ci_ub": [ends.upper, ends.upper**0.5]}, abs=3e-4
        )


def check_predictions(reference, case, y, v):
    fits = [pool.random_effects(y, v, interval="normal", prediction=p) for p in ("normal", "k-2")]
    tenth = pool.random_effects(y, v, interval="normal", prediction="normal", level=0.9)
    reference.agree(
        case,
        {
            "default_pi": [fits[0].prediction_lower, fits[0].prediction_upper],
            "riley_pi": [fits[1].prediction_lower, fits[1].prediction_upper],
            "level90_ci": [tenth.lower, tenth.upper],
            "level90_pi": [tenth.prediction_lower, tenth.prediction_upper],
        },
        rel=1e-3,
        abs=1e-4,
    )


def test_survival_at_a_time(reference):
    for case in reference.cases("survival_at_time_pool"):
        y, v = np.array(case.output["yi"]), np.array(case.output["vi"])
        fit = pool.random_effects(y, v, interval=INTERVALS[case.args["test"]])
        reference.agree(
            case,
            {
                "b": fit.estimate,
                "se": fit.se,
                "tau2": fit.tau2,
                "ci_lb": fit.lower,
                "ci_ub": fit.upper,
                "I2": fit.i2,
                "QE": fit.q,
                "weights_pct": fit.weights,
            },
        )
