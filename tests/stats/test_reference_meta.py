"""Pools of tables and rates against package meta: Mantel-Haenszel, Peto, inverse variance, sample-size weights."""

from dataclasses import replace

import numpy as np

from remit.stats import exact_ratio, heterogeneity, measures, measures_rates, pool, stratified, weighted_mean
from remit.stats.interval import normal_p

MEASURES = {"OR": "odds-ratio", "RR": "risk-ratio", "RD": "risk-difference", "Peto": "peto"}
# meta stops REML early, so tau2 and what follows from it have its loose tolerance
LOOSE = {"rel": 2e-3, "abs": 2e-4}


def told(case):
    """Studies with events in somebody but not in everybody; the others say nothing of a ratio."""
    a, n1, c, n2 = case.arms()
    return (a + c > 0) & (a + c < n1 + n2)


def studies(case, name, shares="alike", to="only-zero"):
    """Estimates as meta makes them: a risk ratio's people grow by half an event once, a difference's variance alone."""
    measure = MEASURES.get(name, "risk-ratio" if name == "Inverse" else "odds-ratio")
    each = measures.tables(*case.arms(), measure, 0.5, to, shares=shares, people_once=True)
    if name == "Peto":
        each = measures.tables(*case.arms(), "peto", to="none")
    if name == "RD":
        plain = measures.tables(*case.arms(), "risk-difference", to="none")
        each = measures.Effects(plain.estimate, each.variance)
    keep = np.ones(each.estimate.size, dtype=bool) if name == "RD" else told(case)
    return each.estimate, each.variance, keep


def random_part(y, v):
    """What meta says of random effects; its prediction interval is t with k - 1 degrees of freedom."""
    fit = pool.random_effects(y, v, interval="normal", prediction="k-1")
    said = heterogeneity.consistency(fit.q, fit.k)
    return {
        "k": fit.k,
        "TE_random": fit.estimate,
        "seTE_random": fit.se,
        "lower_random": fit.lower,
        "upper_random": fit.upper,
        "statistic_random": fit.statistic,
        "pval_random": fit.p,
        "tau2": fit.tau2,
        "tau2_lower": fit.tau2_lower,
        "tau2_upper": fit.tau2_upper,
        "lower_predict": fit.prediction_lower,
        "upper_predict": fit.prediction_upper,
        "Q": fit.q,
        "pval_Q": fit.q_p,
        "H": said.h,
        "I2": said.i2 / 100.0,
        "I2_lower": said.lower / 100.0,
        "I2_upper": said.upper / 100.0,
    }


def common_part(fit):
    return {
        "TE_common": fit.estimate,
        "seTE_common": fit.se,
        "lower_common": fit.lower,
        "upper_common": fit.upper,
        "pval_common": fit.p,
    }


def agree(reference, case, output, y, v, keep, common):
    listed = replace(case, output={n: x for n, x in output.items() if n != "tau2_upper" or x != [100]})
    each = {"TE": y, "seTE": np.sqrt(v)}
    for name, values in each.items():
        values[~keep] = np.nan
        listed.output[name] = ["NA" if not k else x for k, x in zip(keep, output[name], strict=True)]
    reference.agree(listed, each, rel=1e-9)
    if common is not None:
        reference.agree(listed, common_part(common), rel=1e-6)
    got = random_part(y[keep], v[keep])
    reference.agree(listed, {n: x for n, x in got.items() if n in listed.output and x is not None}, **LOOSE)


def test_rates(reference):
    for case in reference.cases("metarate_metainc"):
        if "xi" in case.columns:
            each = measures_rates.rates(case.column("xi"), case.column("ti"), "log")
        else:
            columns = [case.column(name) for name in ("x1i", "t1i", "x2i", "t2i")]
            each = measures_rates.two_rates(*columns, "rate-ratio")
        y, v = each.estimate, each.variance
        keep = np.isfinite(y)
        if case.args["method"] == "GLMM":
            exactly(reference, case)
            continue
        common = pool.common_effect(y[keep], v[keep])
        if case.args["method"] == "MH":
            common = stratified.mantel_haenszel_rates(*columns, "rate-ratio")
        if case.args["method"] == "Cochran":
            common = stratified.cochran_rates(*columns)
        agree(reference, case, case.output, y, v, keep, common)


def exactly(reference, case):
    fit = exact_ratio.rate(case.columns["xi"], case.columns["ti"], interval="wald")
    common = exact_ratio.rate(case.columns["xi"], case.columns["ti"], interval="wald", common=True)
    got = {"TE_random": fit.estimate, "seTE_random": fit.se, "lower_random": fit.lower, "upper_random": fit.upper}
    got |= {"TE_common": common.estimate, "seTE_common": common.se, "tau2": fit.tau2}
    reference.agree(case, got, rel=1e-3, abs=1e-4)


def test_tables(reference):
    for case in reference.cases("pool_2x2_meta"):
        parts = {"tacc": case.output} if case.id == "tacc" else case.output
        for name, output in parts.items():
            shares = ("by-size", "all") if name == "tacc" else ("alike", "only-zero")
            y, v, keep = studies(case, name, *shares)
            arms = [column[keep] for column in case.arms()]
            if name == "Peto":
                common = stratified.peto(*arms)
            elif name == "RD":
                common = difference(arms)
            elif name in ("OR", "RR"):
                common = stratified.mantel_haenszel(*arms, MEASURES[name], add=0.5, to="only-zero")
            elif name == "SSW":
                sizes(reference, case, output, y[keep], v[keep], weighted_mean.effective_sizes(arms[1], arms[3]))
                continue
            else:
                common = pool.common_effect(y[keep], v[keep])
            agree(reference, case, output, y, v, keep, common)


def difference(arms):
    """Of a risk difference meta corrects the weights and the variance (Greenland and Robins's), not what was seen."""
    a, n1, c, n2 = arms
    plus = measures.correction(np.stack((a, n1 - a, c, n2 - c)), 0.5, "only-zero")
    weights = weighted_mean.effective_sizes(n1 + 2.0 * plus, n2 + 2.0 * plus)
    estimate = float(weights @ (a / n1 - c / n2)) / float(weights.sum())
    wide = stratified.mantel_haenszel(
        *arms, "risk-difference", add=0.5, to="only-zero", difference_variance="greenland-robins"
    )
    half = wide.upper - wide.estimate
    p = normal_p(estimate / wide.se)
    return replace(wide, estimate=estimate, lower=estimate - half, upper=estimate + half, p=p)


def sizes(reference, case, output, y, v, weights):
    """Weights from sample sizes; where a study is left out, meta's standard error is infinite: compare estimates."""
    between = pool.random_effects(y, v).tau2
    common = weighted_mean.weighted_mean(y, v, weights)
    random = weighted_mean.weighted_mean(y, v, weights, between)
    got = common_part(common) | {"TE_random": random.estimate, "tau2": between}
    if output["seTE_common"] != "Inf":
        got |= {"seTE_random": random.se, "lower_random": random.lower, "upper_random": random.upper}
        got |= {"statistic_random": random.statistic, "pval_random": random.p}
    else:
        got = {name: value for name, value in got.items() if name in ("TE_common", "TE_random", "tau2")}
    reference.agree(replace(case, output=output), got, **LOOSE)
