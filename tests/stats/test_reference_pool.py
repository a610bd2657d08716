"""Pooling, heterogeneity and intervals against metafor and meta."""

from dataclasses import replace

import numpy as np
import pytest

from remit.stats import generalised_q, heterogeneity, measures, pool, subgroups, tau2
from remit.stats.fit_statistics import fit_statistics, tau2_se
from remit.stats.regression import meta_regression

PROPORTIONS = {"PR": "raw", "PLN": "log", "PLO": "logit", "PAS": "arcsine", "PFT": "double-arcsine"}
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


def test_subgroups(reference):
    for case in reference.cases("subgroup"):
        if case.args.get("tau.common") != "FALSE":
            continue
        y, v = case.studies({"PLOGIT": "PLO", "PFT": "PFT"}.get(case.args.get("sm")))
        named = np.array(case.columns[case.args["subgroup"]])
        estimator = ESTIMATORS[case.args["method.tau"]]
        fits = []
        for level in case.output["subgroup_levels"]:
            at = named == level
            fits.append(pool.random_effects(y[at], v[at], estimator(y[at], v[at]), interval="normal"))
        test = subgroups.between([f.estimate for f in fits], [f.se for f in fits])
        reference.agree(
            case,
            {
                "TE_random_w": [f.estimate for f in fits],
                "seTE_random_w": [f.se for f in fits],
                "Q_w": [f.q for f in fits],
                "Q_b_random": test.q,
                "pval_Q_b_random": test.p,
            },
            rel=2e-3,
            abs=2e-4,
        )


def test_subgroups_that_share_one_tau2(reference):
    """One indicator column per subgroup and no column of ones: each coefficient is a subgroup's pooled effect."""
    estimators = {"REML": "reml", "DL": "dersimonian-laird"}
    for case in reference.cases("subgroup"):
        if case.args.get("tau.common") != "TRUE":
            continue
        y, v = case.studies({"PLOGIT": "PLO", "PFT": "PFT"}.get(case.args.get("sm")))
        named = np.array(case.columns[case.args["subgroup"]])
        design = np.stack([(named == level).astype(float) for level in case.output["subgroup_levels"]], axis=1)
        fit = meta_regression(y, v, design, estimators[case.args["method.tau"]], "normal")
        test = subgroups.between(fit.estimate, fit.se)
        reference.agree(
            case,
            {
                "TE_random_w": fit.estimate,
                "seTE_random_w": fit.se,
                "Q_b_random": test.q,
                "pval_Q_b_random": test.p,
            },
            rel=2e-3,
            abs=2e-4,
        )


def test_intervals_of_package_meta_for_proportions(reference):
    """Of raw and log proportions meta corrects the variance alone, metafor the estimate as well."""
    for case in reference.cases("metaprop"):
        if not case.id.startswith("inverse"):
            continue
        measure = PROPORTIONS[{"PLOGIT": "PLO", "PRAW": "PR"}.get(case.args["sm"], case.args["sm"])]
        each = measures.proportions(case.column("xi"), case.column("ni"), measure, corrected="variance")
        y, v = each.estimate, each.variance
        reference.agree(case, {"TE": y, "seTE": np.sqrt(v)}, rel=1e-9)
        if case.output["tau2_upper"] == [100]:  # where the other program stops looking
            case.output["tau2_upper"] = ["NA"]
        fit, common = pool.random_effects(y, v, interval="normal", prediction="k-1"), pool.common_effect(y, v)
        reference.agree(
            case,
            {
                "TE_common": common.estimate,
                "seTE_common": common.se,
                "TE_random": fit.estimate,
                "seTE_random": fit.se,
                "lower_random": fit.lower,
                "upper_random": fit.upper,
                "Q": fit.q,
                "pval_Q": fit.q_p,
                "tau2": fit.tau2,
                "tau2_lower": fit.tau2_lower,
                "tau2_upper": fit.tau2_upper,
                "lower_predict": fit.prediction_lower,
                "upper_predict": fit.prediction_upper,
            },
            rel=2e-3,
            abs=2e-4,
        )


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


def test_tau2_intervals_of_package_meta(reference):
    """What is listed as "PL" is the Q-profile interval to every digit, though another was asked for."""
    for case in reference.cases("random_effects_ci_variants"):
        if not case.id.startswith("tau2ci"):
            continue
        y, v = case.column("yi"), case.column("vi")
        kind = case.args["method.tau.ci"]
        if kind in ("J", "BJ"):
            got = generalised_q.generalised(y, v, "se" if kind == "J" else "variance")
            reference.agree(case, {"tau2": tau2.dersimonian_laird(y, v)})
        else:
            got = heterogeneity.q_profile(y, v)
        reference.agree(case, {"lower": got.lower, "upper": got.upper}, rel=2e-3, abs=2e-4)


def test_intervals_of_package_meta(reference):
    forms = {
        "REML_classic": "normal",
        "REML_HK": "hartung-knapp",
        "HK_adhoc_se": "hartung-knapp-adhoc",
        "REML_KR": "kenward-roger",
        "HK_adhoc_ci": "hartung-knapp-hybrid",
        "HK_adhoc_IQWiG6": "hartung-knapp-iqwig",
    }
    for case in reference.cases("random_effects_ci_variants"):
        if case.id not in forms:
            continue
        y, v = case.column("yi"), case.column("vi")
        fit = pool.random_effects(y, v, interval=forms[case.id])
        common = pool.common_effect(y, v)
        reference.agree(
            case,
            {
                "TE_common": common.estimate,
                "seTE_common": common.se,
                "lower_common": common.lower,
                "upper_common": common.upper,
                "TE_random": fit.estimate,
                "lower_random": fit.lower,
                "upper_random": fit.upper,
                "Q": fit.q,
                "pval_Q": fit.q_p,
            },
            rel=2e-4,
            abs=1e-5,
        )


def test_prediction_intervals(reference):
    forms = {
        "HTS": ("normal", "k-2"),
        "V": ("normal", "k-1"),
        "HK": ("hartung-knapp", "hartung-knapp"),
        "KR": ("kenward-roger", "kenward-roger"),
        "HK-PR": ("hartung-knapp", "hartung-knapp-k-2"),
        "KR-PR": ("kenward-roger", "kenward-roger-less-1"),
        "S": ("normal", "normal"),
    }
    for case in reference.cases("prediction_interval_variants"):
        interval, prediction = forms[case.id]
        fit = pool.random_effects(case.column("yi"), case.column("vi"), interval=interval, prediction=prediction)
        reference.agree(
            case, {"lower_predict": fit.prediction_lower, "upper_predict": fit.prediction_upper}, rel=2e-3, abs=2e-4
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
