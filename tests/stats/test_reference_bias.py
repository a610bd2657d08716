"""Asymmetry, trim and fill and fail-safe numbers against metafor and meta."""

import numpy as np

from remit.stats import small_study, trim_fill
from remit.stats.interval import t_p, t_quantile
from remit.stats.regression import meta_regression

TAU2 = {"REML": "reml", "DL": "dersimonian-laird"}


def regression_test(case, y, v):
    x = np.sqrt(v) if case.args["predictor"] == "sei" else v
    if case.args["model"] == "lm":
        fit = (small_study.egger if case.args["predictor"] == "sei" else small_study.peese)(y, v, minimum=3)
        half = t_quantile(0.95, fit.df) * fit.intercept_se
        ends = {"ci_lb": fit.intercept - half, "ci_ub": fit.intercept + half}
        return {"stat": fit.statistic, "pval": fit.p, "df": fit.df, "b": fit.intercept, "slope": fit.slope} | ends
    fit = meta_regression(y, v, np.stack((np.ones_like(v), x), axis=1), TAU2[case.args["method"]], "normal")
    return {
        "stat": fit.statistic[1],
        "pval": fit.p[1],
        "b": fit.estimate[0],
        "slope": fit.estimate[1],
        "ci_lb": fit.lower[0],
        "ci_ub": fit.upper[0],
        "tau2": fit.tau2,
    }


def test_small_studies_against_metafor(reference):
    for case in reference.cases("small_study_bias"):
        y, v = case.studies()
        if case.id.startswith("regtest") and case.args.get("predictor") in ("sei", "vi"):
            reference.agree(case, regression_test(case, y, v))
        elif case.id == "ranktest":
            reference.agree(case, {"pval": small_study.begg(y, v, minimum=3).p})
        elif case.id.startswith("trimfill"):
            got = trim_fill.trim_fill(y, v, case.args["estimator"], TAU2[case.args["method"]])
            names = ("b", "se", "tau2", "QE", "QE_p", "ci_lb", "ci_ub", "pval", "k")
            case.output.update({f"fit_{n}": case.output["fit"][n] for n in names})
            if "yi_filled" in case.output:
                listed = sorted(zip(case.output["yi_filled"], case.output["vi_filled"], strict=True))
                mine = sorted(zip([*y, *got.filled_effects], [*v, *got.filled_variances], strict=True))
                case.output["filled"] = [value for row in listed for value in row]
                reference.agree(case, {"filled": [value for row in mine for value in row]}, abs=1e-5)
            assert got.side == case.output["side"]
            reference.agree(
                case,
                {
                    "k0": got.missing,
                    "se_k0": got.missing_se,
                    "fit_b": got.fit.estimate,
                    "fit_se": got.fit.se,
                    "fit_tau2": got.fit.tau2,
                    "fit_QE": got.fit.q,
                    "fit_QE_p": got.fit.q_p,
                    "fit_ci_lb": got.fit.lower,
                    "fit_ci_ub": got.fit.upper,
                    "fit_pval": got.fit.p,
                    "fit_k": got.fit.k,
                },
                abs=1e-5,
            )  # a listed REML tau2 of 5e-6 stopped short of 0
        elif case.id == "fsn_Rosenthal":
            reference.agree(case, {"fsnum": trim_fill.failsafe_rosenthal(y, v)})
        elif case.id == "fsn_Rosenberg":
            reference.agree(case, {"fsnum": trim_fill.failsafe_rosenberg(y, v)})
        elif case.id in ("PET", "PEESE"):
            fit = {"PET": small_study.egger, "PEESE": small_study.peese}[case.id](y, v, minimum=3)
            both = [(fit.intercept, fit.intercept_se), (fit.slope, fit.slope_se)]
            half = t_quantile(0.95, fit.df)
            got = {
                "b": [b for b, _ in both],
                "se": [e for _, e in both],
                "t": [b / e for b, e in both],
                "pval": [t_p(b / e, fit.df) for b, e in both],
                "ci_lb": [b - half * e for b, e in both],
                "ci_ub": [b + half * e for b, e in both],
            }
            reference.agree(case, got)


def test_small_studies_against_meta(reference):
    for case in reference.cases("small_study_bias_meta"):
        method = case.args["method.bias"]
        if method in ("Begg", "Egger", "Thompson"):
            y, v = case.studies()
            fit = {"Begg": small_study.begg, "Egger": small_study.egger, "Thompson": small_study.thompson_sharp}[
                method
            ](y, v, minimum=3)
        elif method in ("Harbord", "Peters", "Deeks") and "ai" in case.columns:
            arms = case.arms()
            fit = {"Harbord": small_study.harbord, "Peters": small_study.peters, "Deeks": small_study.deeks}[method](
                *arms, minimum=3
            )
        else:
            continue
        got = {"statistic": fit.statistic, "estimate": [fit.slope, fit.slope_se]}
        if method != "Begg":
            got |= {"pval": fit.p, "df": fit.df}
        loose = (2e-3, 2e-4) if method == "Thompson" else (None, None)
        reference.agree(case, got, *loose)
