"""Intervals, predictions and subgroups against package meta."""

import math
from dataclasses import replace

import numpy as np

from remit.stats import generalised_q, heterogeneity, measures, pool, subgroups, tau2
from remit.stats.exact import clopper_pearson
from remit.stats.interval import normal_quantile

PROPORTIONS = {
    "PRAW": "raw",
    "PLN": "log",
    "PLOGIT": "logit",
    "PAS": "arcsine",
    "PFT": "double-arcsine",
}
ESTIMATORS = {"REML": tau2.reml, "DL": tau2.dersimonian_laird}
NAMES = {"REML": "reml", "DL": "dersimonian-laird"}
# meta stops REML early, so tau2 and what follows from it have its loose tolerance
LOOSE = {"rel": 2e-3, "abs": 2e-4}
FORMS = {
    "REML_classic": "normal",
    "REML_HK": "hartung-knapp",
    "HK_adhoc_se": "hartung-knapp-adhoc",
    "REML_KR": "kenward-roger",
    "HK_adhoc_ci": "hartung-knapp-hybrid",
    "HK_adhoc_IQWiG6": "hartung-knapp-iqwig",
}


def whole(y, v, between, interval="normal"):
    """What package meta lists of a whole set: both pools, heterogeneity by Q, t with k - 1 for a new study."""
    fit = pool.random_effects(y, v, between, interval=interval)
    ahead = pool.random_effects(y, v, between, interval="normal", prediction="k-1")
    common, said = pool.common_effect(y, v), heterogeneity.consistency(fit.q, fit.k)
    return {
        "k": fit.k,
        "TE": y,
        "seTE": np.sqrt(v),
        "TE_common": common.estimate,
        "seTE_common": common.se,
        "lower_common": common.lower,
        "upper_common": common.upper,
        "pval_common": common.p,
        "TE_random": fit.estimate,
        "seTE_random": fit.se,
        "lower_random": fit.lower,
        "upper_random": fit.upper,
        "statistic_random": fit.statistic,
        "pval_random": fit.p,
        "df_random": fit.df,
        "tau2": fit.tau2,
        "tau2_lower": fit.tau2_lower,
        "tau2_upper": fit.tau2_upper,
        "Q": fit.q,
        "pval_Q": fit.q_p,
        "H": said.h,
        "I2": said.i2 / 100.0,
        "I2_lower": said.lower / 100.0,
        "I2_upper": said.upper / 100.0,
        "lower_predict": ahead.prediction_lower,
        "upper_predict": ahead.prediction_upper,
        "df_predict": fit.k - 1,
    }


def compared(reference, case, got):
    """Compare what is listed; 100 is where the other program stops looking for an upper end of tau2."""
    listed = case.output if case.output.get("tau2_upper") != [100] else case.output | {"tau2_upper": ["NA"]}
    known = {n: value for n, value in got.items() if n in listed and value is not None}
    reference.agree(replace(case, output=listed), known, **LOOSE)


def of(case):
    """Estimates as meta makes them: of raw and log proportions it corrects the variance alone."""
    if "yi" in case.columns:
        return case.column("yi"), case.column("vi")
    measure = PROPORTIONS[case.args["sm"]]
    each = measures.proportions(case.column("xi"), case.column("ni"), measure, corrected="variance")
    return each.estimate, each.variance


def logit(p):
    return math.copysign(math.inf, p - 0.5) if p in (0.0, 1.0) else math.log(p / (1.0 - p))


def log(p):
    return math.log(p) if p > 0.0 else -math.inf


def arcsine(p):
    return math.asin(math.sqrt(p))


def test_intervals(reference):
    for case in reference.cases("random_effects_ci_variants"):
        if case.id in FORMS:
            y, v = of(case)
            half = normal_quantile(0.95) * np.sqrt(v)
            own = {"study_lower": y - half, "study_upper": y + half}
            compared(reference, case, whole(y, v, None, FORMS[case.id]) | own)


def test_proportions(reference):
    for case in reference.cases("metaprop"):
        if case.id.startswith("inverse"):
            rows = zip(case.columns["xi"], case.columns["ni"], strict=True)
            ends = [clopper_pearson(int(x), int(n)) for x, n in rows]
            onto = {"PLOGIT": logit, "PAS": arcsine, "PRAW": float, "PLN": log}.get(case.args["sm"])
            own = {} if onto is None else {
                "study_lower": [onto(e.lower) for e in ends], "study_upper": [onto(e.upper) for e in ends]}  # fmt: skip
            compared(reference, case, whole(*of(case), None) | own)


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
        got = {"lower_predict": fit.prediction_lower, "upper_predict": fit.prediction_upper}
        reference.agree(case, got | {"TE_random": fit.estimate}, **LOOSE)


def levels(case, y, v, fits):
    """What is listed by level, from one fit each."""
    named = np.array(case.columns[case.args["subgroup"]])
    pools = [pool.common_effect(y[named == level], v[named == level]) for level in case.output["subgroup_levels"]]
    within = [float(((y[named == x] - f.estimate) ** 2 / v[named == x]).sum())
              for x, f in zip(case.output["subgroup_levels"], pools, strict=True)]  # fmt: skip
    sizes = [int((named == level).sum()) for level in case.output["subgroup_levels"]]
    test = subgroups.between([f.estimate for f in pools], [f.se for f in pools])
    half = normal_quantile(0.95)
    said = [heterogeneity.consistency(q, k).i2 / 100.0 if k > 1 else None for q, k in zip(within, sizes, strict=True)]
    between = subgroups.between([m for m, _, _ in fits], [s for _, s, _ in fits])
    return {
        "k_w": sizes,
        "TE_random_w": [m for m, _, _ in fits],
        "seTE_random_w": [s for _, s, _ in fits],
        "lower_random_w": [m - half * s for m, s, _ in fits],
        "upper_random_w": [m + half * s for m, s, _ in fits],
        "tau2_w": [t for _, _, t in fits],
        "Q_w": within,
        "I2_w": said,
        "Q_b_random": between.q,
        "pval_Q_b_random": between.p,
        "Q_b_common": test.q,
        "pval_Q_b_common": test.p,
    }


def test_subgroups(reference):
    """With tau2 of their own, or one that all share: the residual one of a regression on indicators of the levels."""
    for case in reference.cases("subgroup"):
        if case.args.get("tau.common") not in ("TRUE", "FALSE"):
            continue
        y, v = of(case)
        estimator = ESTIMATORS[case.args["method.tau"]]
        got = whole(y, v, estimator(y, v))
        if case.args["method.tau"] == "DL":  # meta's interval of this one is Jackson's
            ends = generalised_q.generalised(y, v, "se")
            got |= {"tau2_lower": ends.lower, "tau2_upper": ends.upper}
        how = {"TRUE": "common", "FALSE": "separate"}[case.args["tau.common"]]
        group = case.columns[case.args["subgroup"]]
        found = subgroups.pool_subgroups(y, v, group, how, NAMES[case.args["method.tau"]])
        at = [found.levels.index(level) for level in case.output["subgroup_levels"]]
        own = [0.0 if fit is None else fit.tau2 for fit in found.fits]
        fits = [(found.estimate[i], found.se[i], own[i] if found.tau2 is None else found.tau2) for i in at]
        if found.tau2 is not None:
            got["tau2_resid"] = found.tau2
        compared(reference, case, got | levels(case, y, v, fits))
