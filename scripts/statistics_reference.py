"""Write docs/reference/statistics.md: statistics by name, each with the call it answers to in R.

Usage: python scripts/statistics_reference.py [--check]
"""

import importlib
import inspect
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "statistics.md"
HEAD = """# Statistics by name

The functions of `remit.stats` that people call by name: arrays in; out comes a frozen result with `summary()` and `to_dict()`, or a number, an array or a
tuple of results where the row says so. The second column is the call of R that answers to it (package metafor where none is named); [statistics](../explanation/statistics.md) says where the
two part, [validation](../explanation/validation.md) by how much they agree. `help(function)` gives shapes, units, errors and sources. Written by
`scripts/statistics_reference.py` from the functions themselves.
"""
TOPICS = (
    (
        "From counts and print to estimates",
        (
            ("measures.proportions", 'escalc(measure = "PR", "PLN", "PLO", "PAS", "PFT")'),
            ("measures.double_arcsine_back", "transf.ipft, transf.ipft.hm"),
            ("measures.tables", 'escalc(measure = "OR", "RR", "RD", "AS", "PETO", "PBIT", "PHI", …)'),
            ("measures_rates.rates", 'escalc(measure = "IR", "IRLN", "IRS", "IRFT")'),
            ("measures_rates.two_rates", 'escalc(measure = "IRR", "IRD", "IRSD")'),
            ("measures_means.means", 'escalc(measure = "MD", "SMD", "SMDH", "ROM", "CVR", "VR", …)'),
            ("measures_means.correlations", 'escalc(measure = "COR", "UCOR", "ZCOR", …)'),
            ("measures_survival.survivals", "log(-log(S)), log(S), qlogis(S) and their delta-method variances"),
            ("hr_routes.recover", "–"),
            ("survival.cloglog_survival_from_interval", "–"),
            ("exact.clopper_pearson", "binom.test; meta::metaprop(method.ci)"),
            ("exact.wilson", "prop.test"),
            ("exact.agresti_coull", "meta::metaprop(method.ci)"),
        ),
    ),
    (
        "Pooling",
        (
            ("pool.common_effect", 'rma(method = "EE")'),
            ("pool.random_effects", 'rma(yi, vi, test = "adhoc"), confint, predict'),
            ("weighted_mean.weighted_mean", "rma(weights = …)"),
            ("tau2.reml", 'rma(method = "REML")$tau2; likewise ML, DL, HE, HS, SJ, PM, EB'),
            ("tau2.generalised_q", 'rma(method = "GENQ")$tau2'),
            ("heterogeneity.q_profile", "confint(rma(…))"),
            ("heterogeneity.profile_likelihood", 'confint(rma(…), type = "PL")'),
            ("generalised_q.generalised", 'confint(rma(method = "GENQ"))'),
            ("heterogeneity.consistency", "meta::metagen: H and I2"),
            ("henmi_copas.henmi_copas", "hc(rma(…))"),
            ("stratified.mantel_haenszel", "rma.mh"),
            ("stratified.mantel_haenszel_rates", 'rma.mh(measure = "IRR", "IRD")'),
            ("stratified.cochran_rates", 'meta::metainc(method = "Cochran")'),
            ("stratified.peto", "rma.peto"),
            ("stratified.cochran_mantel_haenszel", "mantelhaen.test"),
            ("stratified.homogeneity", "rma.mh: Breslow-Day, Tarone"),
            ("batch.random_effects", "rma, once for each data set"),
            ("tau2.median_unbiased", 'rma(method = "PMM")$tau2'),
        ),
    ),
    (
        "Exact likelihoods",
        (
            ("glmm.pool_proportions", 'rma.glmm(measure = "PLO")'),
            ("beta_binomial.pool_beta_binomial", "VGAM::vglm(betabinomial)"),
            ("exact_ratio.odds_ratio", 'rma.glmm(measure = "OR", model = "CM.EL")'),
            ("exact_ratio.odds_ratio_approximate", 'rma.glmm(measure = "OR", model = "CM.AL")'),
            ("exact_ratio.rate", 'rma.glmm(measure = "IRLN")'),
            ("exact_ratio.rate_ratio", 'rma.glmm(measure = "IRR", model = "CM.EL")'),
            ("glmm_tables.odds_ratio", 'rma.glmm(measure = "OR", model = "UM.FS", "UM.RS")'),
            ("glmm_tables.rate_ratio", 'rma.glmm(measure = "IRR", model = "UM.FS", "UM.RS")'),
            ("glmm_regression.regress_proportions", 'rma.glmm(measure = "PLO", mods = …)'),
        ),
    ),
    (
        "Regression and dependent estimates",
        (
            ("regression.meta_regression", "rma(yi, vi, mods = …)"),
            ("regression_fitted.predict", "predict(rma(…))"),
            ("permutation.sign_flips", "permutest(rma(yi, vi))"),
            ("permutation.moderator", "permutest(rma(yi, vi, mods = ~ x)), many orders at once"),
            ("permutation.coefficients", "permutest(rma(yi, vi, mods = …))"),
            ("fit_statistics.fit_statistics", "fitstats, logLik, AIC, BIC"),
            ("fit_statistics.tau2_se", "rma(…)$se.tau2"),
            ("subgroups.pool_subgroups", "meta::metagen(subgroup = …, tau.common = …)"),
            ("subgroups.between", "rma(yi, sei, mods = …) of pooled estimates"),
            ("location_scale.location_scale", "rma(yi, vi, scale = …)"),
            ("dependent.multilevel", "rma.mv(yi, V, random = ~ 1 | study/estimate)"),
            ("dependent.multivariate", 'rma.mv(yi, V, random = ~ outcome | study, struct = "CS", "UN", …)'),
            ("robust.cluster_robust", 'robust(rma(…)); clubSandwich::vcovCR("CR0", "CR1", "CR2")'),
            ("robust.robust_weights", "robumeta::robu"),
        ),
    ),
    (
        "Looking hard",
        (
            ("influence.leave_one_out", "leave1out"),
            ("batch.leave_one_out", "leave1out, faster"),
            ("influence.cumulative", "cumul"),
            ("influence.influence", "influence, rstudent, hatvalues, baujat"),
            ("influence_rules.standing_out", "influence(…)$is.infl, dfbetas"),
            ("influence_rules.own_effects", "blup, ranef, rstandard"),
            ("gosh.gosh", "gosh"),
            ("radial.radial", "radial"),
            ("small_study.egger", "regtest"),
            ("small_study.begg", "ranktest"),
            ("small_study.thompson_sharp", 'regtest(model = "rma"); meta::metabias'),
            ("small_study.harbord", 'meta::metabias(method.bias = "Harbord")'),
            ("small_study.peters", 'meta::metabias(method.bias = "Peters")'),
            ("small_study.deeks", 'meta::metabias(method.bias = "Deeks")'),
            ("asymmetry_counts.macaskill", 'meta::metabias(method.bias = "Macaskill")'),
            ("asymmetry_counts.schwarzer", 'meta::metabias(method.bias = "Schwarzer")'),
            ("trim_fill.trim_fill", "trimfill"),
            ("petpeese.pet_peese", "lm, weighted"),
            ("selection.step_selection", 'selmodel(type = "stepfun")'),
            ("selection.smooth_selection", 'selmodel(type = "beta", "halfnorm", "negexp", "logistic", "power")'),
            ("copas.copas_path", "metasens::copas"),
            ("copas_summary.copas_summary", "summary(metasens::copas(…))"),
            ("limit.limit_meta", "metasens::limitmeta"),
            ("excess.excess_significance", "tes"),
            ("failsafe.failsafe", "fsn"),
            ("resample.parametric_bootstrap", "boot"),
        ),
    ),
    (
        "Bayesian and sequential",
        (
            ("bayes.normal_normal", "bayesmeta::bayesmeta"),
            ("bayes_binomial.binomial_normal", "–"),
            ("priors.log_normal_tau2", "bayesmeta::TurnerEtAlPrior"),
            ("sequential.boundaries", "gsDesign, RTSA"),
            ("sequential.trial_sequential", "RTSA"),
            ("sequential.required_information", "RTSA"),
        ),
    ),
    (
        "Time to event",
        (
            ("rebuild.rebuild", "IPDfromKM::getIPD"),
            ("kaplan_meier.kaplan_meier", "survival::survfit"),
            ("cumulative_hazard.nelson_aalen", "survival::survfit(ctype = 1)"),
            ("logrank.logrank", "survival::survdiff"),
            ("cox.cox", "survival::coxph"),
            ("cox_exact.cox_exact", 'survival::coxph(ties = "exact")'),
            ("cox_checks.proportional_hazards", "survival::cox.zph"),
            ("competing.cumulative_incidence", "survival::survfit, several states"),
            ("gray.gray", "cmprsk::cuminc(…)$Tests"),
            ("rmst.restricted_mean", "survRM2::rmst2"),
            ("parametric.fit_distribution", "flexsurv::flexsurvreg"),
            ("spline.fit_spline", "flexsurv::flexsurvspline"),
            ("cure.fit_cure", "flexsurvcure::flexsurvcure"),
            ("pooled_survival.pool_curves", "MetaSurv::msurv"),
            ("pooled_landmarks.pool_landmarks", "rma.mv"),
            ("pooled_rmst.pool_rmst", "metaRMST"),
            ("pooled_medians.pool_medians", "metamedian"),
            ("pooled_parametric.pool_distribution", "exponential: lme4::glmer(family = poisson)"),
            ("pooled_parametric.pool_spline", "–"),
            ("pooled_cure.pool_cure", "–"),
            ("frailty.shared_frailty", "coxme::coxme; survival::coxph(frailty())"),
            ("one_stage.stratified", "survival::coxph(strata())"),
        ),
    ),
)


def summary(name):
    """The first sentence of a function's docstring."""
    module, function = name.split(".")
    text = inspect.getdoc(getattr(importlib.import_module(f"remit.stats.{module}"), function)) or ""
    first = " ".join(text.split("\n\n")[0].split())
    first = re.split(r"(?<!al)\. (?=[A-Z`])", first)[0]
    return first.replace("|", "\\|").removeprefix("Return ").rstrip(".;")


def page():
    """The whole page."""
    out = [HEAD]
    for topic, rows in TOPICS:
        out.append(f"\n## {topic}\n\n| `remit.stats.` | in R | returns |\n|---|---|---|\n")
        for name, call in rows:
            code = call if call == "–" else "`" + call.replace("|", "\\|") + "`"
            out.append(f"| `{name}` | {code} | {summary(name)} |\n")
    return "".join(out)


def main():
    text = page()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text(encoding="utf-8") != text:
            sys.exit(f"{PAGE.name} is not what the functions say: run python scripts/statistics_reference.py")
        return
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
