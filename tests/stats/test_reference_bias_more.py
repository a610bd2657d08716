"""Limit meta-analysis, excess significance, Henmi-Copas, Orwin, tests on counts: against metafor, meta, metasens."""

from remit.stats.asymmetry_counts import macaskill, schwarzer
from remit.stats.copas_summary import copas_summary
from remit.stats.excess import excess_significance
from remit.stats.failsafe import failsafe
from remit.stats.henmi_copas import henmi_copas
from remit.stats.limit import limit_meta


def test_limit_meta_analysis(reference):
    """metasens takes meta's tau2, which stops at a loose tolerance; Cochran's Q and its parts are held tightly."""
    for case in reference.cases("limit_meta_copas"):
        if case.id != "limitmeta":
            continue
        got = limit_meta(*case.studies(), minimum=3)
        reference.agree(case, {"Q": got.q, "Q_small": got.q_small, "Q_resid": got.q_residual}, rel=1e-9)
        reference.agree(
            case,
            {
                "TE_adjust": got.estimate,
                "seTE_adjust": got.se,
                "lower": got.lower,
                "upper": got.upper,
                "G2": got.g2,
                "alpha_r": got.bias,
                "beta_r": got.slope,
                "TE_limit": got.effects,
            },
            rel=2e-3,
            abs=2e-4,
        )


def test_copas_without_selection(reference):
    """Where the funnel needs no selection metasens's answer is the first row here, to every digit.

    Elsewhere it reads the answer where an estimated line crosses contours of a grid of early-stopped climbs, so that it
    is no function of the likelihood: see docs/explanation/statistics.md.
    """
    for case in reference.cases("limit_meta_copas"):
        if case.id != "copas":
            continue
        found = copas_summary(*case.studies(), minimum=5)
        if found.chosen != found.rows[0]:
            continue
        got = found.chosen
        case.output["first"] = case.output["N_unpubl"][0]
        reference.agree(
            case,
            {
                "TE_adjust": got.estimate,
                "seTE_adjust": got.se,
                "lower": got.lower,
                "upper": got.upper,
                "p_adjust": got.p,
                "first": got.unpublished,
            },
        )


def test_excess_fixed_weights_and_orwin(reference):
    for case in reference.cases("small_study_bias"):
        y, v = case.studies()
        if case.id == "tes":
            got = excess_significance(y, v, minimum=3)
            reference.agree(
                case,
                {
                    "O": got.observed,
                    "E": got.expected,
                    "OE": got.ratio,
                    "theta": got.effect,
                    "power": got.power,
                    "pval": got.p if case.output["pval_test"] == "exact" else got.p_chi2,
                    "X2": got.chi2,
                },
                rel=1e-9,
            )
        elif case.id == "hc":
            got = henmi_copas(y, v)
            reference.agree(case, {"b": got.estimate, "se": got.se, "ci_lb": got.lower, "ci_ub": got.upper}, abs=1e-4)
        elif case.id == "fsn_Orwin":
            reference.agree(case, {"fsnum": failsafe(y, v).orwin})


def test_counts(reference):
    for case in reference.cases("small_study_bias_meta"):
        method = case.args["method.bias"]
        if method in ("Macaskill", "Schwarzer"):
            got = {"Macaskill": macaskill, "Schwarzer": schwarzer}[method](*case.arms(), minimum=3)
            reference.agree(
                case, {"statistic": got.statistic, "pval": got.p, "estimate": [got.slope, got.slope_se]}, rel=1e-9
            )
