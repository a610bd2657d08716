"""Exact likelihoods against metafor's rma.glmm (lme4, 7 quadrature points)."""

import math
from functools import partial

import numpy as np

from remit.stats import exact_ratio, glmm_tables, heterogeneity, measures, subgroups
from remit.stats.beta_binomial import pool_beta_binomial
from remit.stats.exact import agresti_coull, clopper_pearson, logit_normal, simple, wilson
from remit.stats.glmm import pool_proportions
from remit.stats.glmm_regression import regress_proportions


def logit(p: float) -> float:
    if p in (0.0, 1.0):
        return math.inf if p else -math.inf
    return math.log(p / (1.0 - p))


def test_proportions(reference):
    """Log-likelihoods are not compared: with 7 points and tau2 > 0 the listed ones are conditional deviances."""
    for case in reference.cases("glmm_proportion"):
        if case.args["method"] != "ML" or "mods" in case.id:
            continue
        if case.args.get("nAGQ") == 1:
            rough = glmm_tables.proportions(case.columns["xi"], case.columns["ni"], order=1)
            reference.agree(case, {"b": rough.logit, "k": rough.k})
            reference.agree(case, {"tau2": rough.tau2}, **LOOSE)
            reference.agree(case, {"se": rough.se, "ci_lb": rough.lower, "ci_ub": rough.upper}, **LOOSE)
            continue
        fit = pool_proportions(case.columns["xi"], case.columns["ni"], "t" if case.id.endswith("_t") else "wald")
        reference.agree(
            case,
            {
                "b": fit.logit,
                "se": fit.se,
                "tau2": fit.tau2,
                "I2": fit.i2,
                "QE_LRT": fit.q,
                "QEp_LRT": fit.q_p,
                "ci_lb": logit(fit.lower),
                "ci_ub": logit(fit.upper),
                "k": fit.k,
                "H2": 1.0 / (1.0 - fit.i2 / 100.0),
                "QM": (fit.logit / fit.se) ** 2,
                "zval": fit.logit / fit.se,
                "QE_Wld": wald(case),
            },
        )


def wald(case):
    """Cochran's Q of the studies that are neither 0 % nor 100 %: in the saturated model the others weigh nothing."""
    x, n = case.column("xi"), case.column("ni")
    told = (x > 0) & (x < n)
    if told.sum() < 2:
        return 0.0
    each = measures.proportions(x[told], n[told], "logit", to="none")
    return heterogeneity.cochran_q(each.estimate, each.variance).q


def test_proportions_of_package_meta(reference):
    for case in reference.cases("metaprop"):
        if not case.id.startswith("GLMM"):
            continue
        fit = pool_proportions(case.columns["xi"], case.columns["ni"], "t" if case.id == "GLMM_HK" else "wald")
        reference.agree(
            case,
            {
                "TE_random": fit.logit,
                "seTE_random": fit.se,
                "lower_random": logit(fit.lower),
                "upper_random": logit(fit.upper),
                "tau2": fit.tau2,
                "TE_common": logit(fit.common_estimate),
            },
            rel=2e-3,
            abs=2e-4,
        )


def test_subgroups_of_proportions(reference):
    """One exact fit for each level, and the test that their means are alike."""
    for case in reference.cases("subgroup"):
        if case.args.get("method") != "GLMM":
            continue
        named = np.array(case.columns[case.args["subgroup"]])
        x, n = case.column("xi"), case.column("ni")
        fits = [
            pool_proportions(x[named == level], n[named == level], "wald") for level in case.output["subgroup_levels"]
        ]
        test = subgroups.between([f.logit for f in fits], [f.se for f in fits])
        reference.agree(
            case,
            {
                "TE_random_w": [f.logit for f in fits],
                "seTE_random_w": [f.se for f in fits],
                "lower_random_w": [logit(f.lower) for f in fits],
                "tau2_w": [f.tau2 for f in fits],
                "Q_b_random": test.q,
                "pval_Q_b_random": test.p,
            },
            rel=2e-3,
            abs=1e-3,
        )


def test_common_proportion(reference):
    for case in reference.cases("glmm_proportion"):
        if case.args["method"] != "EE":
            continue
        fit = pool_proportions(case.columns["xi"], case.columns["ni"])
        reference.agree(case, {"b": logit(fit.common_estimate), "QE_LRT": fit.q}, rel=1e-8)


def test_intervals_of_one_proportion(reference):
    """The reference gives the ends on the logit scale."""
    forms = {
        "CP": clopper_pearson,
        "WS": wilson,
        "WSCC": partial(wilson, continuity=True, bounded=False),
        "AC": agresti_coull,
        "SA": simple,
        "SACC": partial(simple, continuity=True),
        "NAsm": logit_normal,
    }
    for case in reference.cases("proportion_study_ci"):
        got = [forms[case.id](int(x), int(n)) for x, n in zip(case.columns["xi"], case.columns["ni"], strict=True)]
        lower, upper = [logit(i.lower) for i in got], [logit(i.upper) for i in got]
        wanted = case.output["upper"]  # Wilson's end at 100 % is 1, listed as the logit of 1 less a rounding error
        case.output["upper"] = ["Inf" if isinstance(u, float) and u > 36.0 else u for u in wanted]
        reference.agree(case, {"lower": lower, "upper": upper})


# lme4 stops its inner steps at 1e-7: the listed Laplace fits lie below their own top by up to 4e-4 in log-likelihood
# and have standard errors up to 1.1 % off; with tolPwrss = 1e-8 lme4 gives what is given here, to six digits.
LOOSE = {"rel": 1.5e-2, "abs": 1e-3}


def test_unconditional_odds_ratios_and_rates(reference):
    for topic in ("glmm_odds_ratio", "glmm_rates"):
        for case in reference.cases(topic):
            model = case.args.get("model", "")
            if not model.startswith("UM"):
                continue
            common = case.args["method"] == "EE"
            laplace = model == "UM.RS" and not common
            words = {"studies": "fixed" if model == "UM.FS" else "random", "common": common}
            words |= {"order": 1 if laplace else 11}
            if topic == "glmm_rates":
                fit = glmm_tables.rate_ratio(*(case.columns[n] for n in ("x1i", "t1i", "x2i", "t2i")), **words)
            else:
                fit = glmm_tables.odds_ratio(*(case.columns[n] for n in ("ai", "n1i", "ci", "n2i")), **words)
            got = {"b": fit.estimate, "k": fit.k}
            if model == "UM.FS":
                got |= {"QE_LRT": fit.q, "QEp_LRT": fit.q_p}
            else:
                got["sigma2"] = fit.base_variance
            if laplace or (fit.tau2 == 0.0 and model == "UM.FS"):
                got["logLik_ML"] = fit.log_likelihood
            reference.agree(case, got)
            reference.agree(case, {"tau2": fit.tau2}, **(LOOSE if laplace else {}))
            ends = {"se": fit.se, "ci_lb": fit.lower, "ci_ub": fit.upper, "pval": fit.p}
            reference.agree(case, ends, **(LOOSE if laplace else {}))


def test_common_odds_ratios(reference):
    """One ratio for all studies, conditional: the exact fit held at tau = 0."""
    for case in reference.cases("glmm_odds_ratio"):
        if case.args["method"] != "EE" or not case.args["model"].startswith("CM"):
            continue
        exact = case.args["model"] == "CM.EL"
        arms = [case.columns[name] for name in ("ai", "n1i", "ci", "n2i")]
        fit = (exact_ratio.odds_ratio if exact else exact_ratio.odds_ratio_approximate)(
            *arms, interval="wald", common=True
        )
        got = {"b": fit.estimate, "se": fit.se, "ci_lb": fit.lower, "ci_ub": fit.upper, "pval": fit.p, "k": fit.k}
        # the listed standard error of the exact one is numerical: 0.4 % below 1 / sqrt(information) in integers
        loose = {"rel": 5e-3} if exact else {}
        reference.agree(case, got, **loose)
        reference.agree(case, {"QE_LRT": fit.q, "QEp_LRT": fit.q_p, "logLik_ML": fit.log_likelihood})


def test_odds_ratios(reference):
    """Conditional exact and approximate models; the listed standard errors of the exact one are numerical."""
    for case in reference.cases("glmm_odds_ratio"):
        arms = [case.columns[name] for name in ("ai", "n1i", "ci", "n2i")]
        if case.args["method"] != "ML" or case.args["model"] not in ("CM.EL", "CM.AL"):
            continue
        fit = {"CM.EL": exact_ratio.odds_ratio, "CM.AL": exact_ratio.odds_ratio_approximate}[case.args["model"]](
            *arms, interval="wald"
        )
        reference.agree(
            case,
            {
                "b": fit.estimate,
                "se": fit.se,
                "tau2": fit.tau2,
                "ci_lb": fit.lower,
                "ci_ub": fit.upper,
                "k": fit.k,
                "pval": fit.p,
            },
        )


def test_rates(reference):
    for case in reference.cases("glmm_rates"):
        if case.args["measure"] == "IRLN":
            fit = exact_ratio.rate(case.columns["xi"], case.columns["ti"], interval="wald")
        elif case.args["model"] == "CM.EL":
            fit = exact_ratio.rate_ratio(
                *(case.columns[name] for name in ("x1i", "t1i", "x2i", "t2i")), interval="wald"
            )
        else:
            continue
        reference.agree(case, {"b": fit.estimate, "se": fit.se, "tau2": fit.tau2, "ci_lb": fit.lower})


def test_beta_binomial(reference):
    for case in reference.cases("beta_binomial"):
        fit = pool_beta_binomial(case.columns["xi"], case.columns["ni"])
        got = {"mu": fit.estimate, "logLik": fit.log_likelihood, "logit_mu": fit.logit, "rho": fit.rho}
        if fit.rho > 0.0:
            got |= {"se_logit_mu": fit.se, "se_logit_rho": fit.logit_rho_se, "mu_ci": [fit.lower, fit.upper]}
        reference.agree(case, got)


def test_proportions_with_a_moderator(reference):
    """Levels of a category in alphabetical order, the first as the base."""
    for case in reference.cases("glmm_proportion"):
        if "mods" not in case.id:
            continue
        levels = sorted(set(case.columns["line"]))
        design = [[1.0] + [float(value == level) for level in levels[1:]] for value in case.columns["line"]]
        fit = regress_proportions(case.columns["xi"], case.columns["ni"], design)
        reference.agree(
            case,
            {
                "b": fit.estimate,
                "se": fit.se,
                "tau2": fit.tau2,
                "ci_lb": fit.lower,
                "ci_ub": fit.upper,
                "pval": fit.p,
                "QM": fit.moderators_wald,
            },
        )
