"""Effect measures against metafor and base R."""

import math

import numpy as np

from remit.stats import effects, measures, measures_means, measures_rates, pool, stratified
from remit.stats.interval import normal_quantile

TO = {"only0": "only-zero", "if0all": "if-any-zero", "all": "all", "none": "none"}
TABLES = {"OR": "odds-ratio", "RR": "risk-ratio", "RD": "risk-difference", "AS": "arcsine-difference", "PETO": "peto"}
PROPORTIONS = {"PR": "raw", "PLN": "log", "PLO": "logit", "PAS": "arcsine", "PFT": "double-arcsine"}


def test_two_by_two_tables(reference):
    measures = {"OR": effects.log_odds_ratio, "RR": effects.log_risk_ratio, "RD": effects.risk_difference}
    for case in reference.cases("effect_sizes_2x2"):
        measure, to = case.args.get("measure"), case.args.get("to")
        if case.args.get("drop00") is not False or to not in ("only0", "all") or measure not in measures:
            continue
        tables = zip(*(case.column(c).astype(int) for c in ("ai", "n1i", "ci", "n2i")), strict=True)
        got = [measures[measure](*map(int, t), only_zero=to == "only0") for t in tables]
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})


def test_logit_of_a_proportion(reference):
    for case in reference.cases("effect_sizes_proportion"):
        if case.args.get("measure") != "PLO" or case.args.get("to") not in ("only0", "all"):
            continue
        got = []
        for x, n in zip(case.column("xi"), case.column("ni"), strict=True):
            add = 0.5 if case.args["to"] == "all" or x in (0, n) else 0.0
            got.append(effects.logit_proportion(int(x), int(n), add))
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})


def test_hazard_ratio_from_its_interval(reference):
    for case in reference.cases("effect_sizes_hr_from_ci"):
        rows = zip(case.column("hr"), case.column("hr_lb"), case.column("hr_ub"), strict=True)
        got = [effects.log_hr_from_interval(*row) for row in rows]
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})


def test_survival_from_its_standard_error(reference):
    for case in reference.cases("survival_at_time_pool"):
        if case.args["transform"] != "cloglog":
            continue
        rows = zip(case.column("surv"), case.column("se_greenwood"), strict=True)
        got = [effects.cloglog_survival_from_se(*row) for row in rows]
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})
        assert math.isfinite(got[0].se)


def test_columns_of_tables(reference):
    for case in reference.cases("effect_sizes_2x2"):
        measure = TABLES.get(case.args.get("measure"))
        if measure is None:
            continue
        dropped = bool(case.args.get("drop00"))
        got = measures.tables(*case.arms(), measure, case.args["add"], TO[case.args["to"]], dropped)
        reference.agree(case, {"yi": got.estimate, "vi": got.variance})


def test_associations_of_two_by_two_tables(reference):
    for case in reference.cases("effect_sizes_2x2"):
        if case.id != "escalc_D2ORL_PHI":
            continue
        for name, measure in (("PBIT", "probit-difference"), ("PHI", "phi")):
            got = measures.tables(*case.arms(), measure)
            listed = case.output[name]
            case.output.update({f"{name}_yi": listed["yi"], f"{name}_vi": listed["vi"]})
            reference.agree(case, {f"{name}_yi": got.estimate, f"{name}_vi": got.variance})


def test_double_arcsines_brought_back_study_by_study(reference):
    for case in reference.cases("effect_sizes_proportion"):
        if case.id != "backtransf_PFT_study":
            continue
        n = case.column("ni")
        each = measures.proportions(case.column("xi"), n, "double-arcsine")
        half = normal_quantile(0.95) * np.sqrt(each.variance)
        ends = {"est": each.estimate, "ci_lb": each.estimate - half, "ci_ub": each.estimate + half}
        got = {
            k: [float(measures.double_arcsine_back(t, m)) for t, m in zip(v, n, strict=True)] for k, v in ends.items()
        }
        reference.agree(case, got)


def test_columns_of_proportions(reference):
    for case in reference.cases("effect_sizes_proportion"):
        if "yi" not in case.output:
            continue
        got = measures.proportions(
            case.column("xi"),
            case.column("ni"),
            PROPORTIONS[case.args["measure"]],
            case.args["add"],
            TO[case.args["to"]],
        )
        reference.agree(case, {"yi": got.estimate, "vi": got.variance})


def test_columns_of_rates(reference):
    one = {"IR": "raw", "IRLN": "log", "IRS": "square-root", "IRFT": "freeman-tukey"}
    two = {"IRR": "rate-ratio", "IRD": "rate-difference", "IRSD": "square-root-difference"}
    for case in reference.cases("effect_sizes_rates"):
        measure = case.args["measure"]
        if measure in one:
            got = measures_rates.rates(case.column("xi"), case.column("ti"), one[measure])
        else:
            columns = [case.column(c) for c in ("x1i", "t1i", "x2i", "t2i")]
            got = measures_rates.two_rates(*columns, two[measure])
        reference.agree(case, {"yi": got.estimate, "vi": got.variance})


def test_columns_of_means_and_correlations(reference):
    names = {
        "MD": "mean-difference",
        "SMD": "standardised",
        "SMDH": "standardised-separate",
        "ROM": "ratio-of-means",
        "VR": "variability-ratio",
        "CVR": "variation-ratio",
    }
    correlations = {"ZCOR": "fisher-z", "COR": "raw", "UCOR": "unbiased"}
    for case in reference.cases("effect_sizes_continuous"):
        measure = case.args["measure"]
        if measure in correlations:
            got = measures_means.correlations(case.column("ri"), case.column("ni"), correlations[measure])
        else:
            columns = [case.column(c) for c in ("n1i", "m1i", "sd1i", "n2i", "m2i", "sd2i")]
            got = measures_means.means(*columns, names[measure], case.args.get("vtype") == "UB")
        reference.agree(case, {"yi": got.estimate, "vi": got.variance})


def test_back_transformed_double_arcsine(reference):
    """The pooled double arcsine at the harmonic mean of the sizes."""
    for case in reference.cases("backtransform_proportion"):
        x, n = case.column("xi"), case.column("ni")
        each = measures.proportions(x, n, PROPORTIONS[case.args["measure"]])
        kind = "hartung-knapp" if case.args.get("test") == "knha" else "normal"
        ahead = "hartung-knapp" if case.args.get("test") == "knha" else "normal"
        fit = pool.random_effects(each.estimate, each.variance, interval=kind, prediction=ahead)
        ends = np.array([fit.estimate, fit.lower, fit.upper, fit.prediction_lower, fit.prediction_upper])
        if case.id == "PLO_back":
            back = 1.0 / (1.0 + np.exp(-ends))
        elif case.id == "PAS_back":
            back = np.sin(np.clip(ends, 0.0, math.pi / 2.0)) ** 2
        else:
            back = measures.double_arcsine_back(ends, n.size / float((1.0 / n).sum()))
        names = ("pred", "ci_lb", "ci_ub", "pi_lb", "pi_ub")
        reference.agree(case, dict(zip(names, back.tolist(), strict=True)))


def corrected(case):
    """The correction in the pooled value: the second of each pair."""
    add, to = case.args.get("add"), case.args.get("to")
    return (add[1], TO[to[1]]) if isinstance(add, list) else (0.0, "none")


def test_mantel_haenszel_and_peto(reference):
    for case in reference.cases("mantel_haenszel_peto"):
        if "ai" not in case.columns:
            columns = [case.column(c) for c in ("x1i", "t1i", "x2i", "t2i")]
            measure = {"IRR": "rate-ratio", "IRD": "rate-difference"}[case.args["measure"]]
            got = stratified.mantel_haenszel_rates(*columns, measure)
        elif case.id == "PETO":
            got = stratified.peto(*case.arms())
        else:
            measure = TABLES[case.args["measure"]]
            got = stratified.mantel_haenszel(*case.arms(), measure, add=corrected(case)[0], to=corrected(case)[1])
        fields = {
            "b": got.estimate,
            "se": got.se,
            "zval": got.statistic,
            "pval": got.p,
            "ci_lb": got.lower,
            "ci_ub": got.upper,
            "QE": got.heterogeneity.q,
            "QE_p": got.heterogeneity.p,
        }
        if case.output.get("MH") is not None and case.args["measure"] == "OR":
            add, to = corrected(case)
            test = stratified.cochran_mantel_haenszel(*case.arms(), case.args.get("correct", True), add, to)
            if case.output["k"] > 1:
                alike = stratified.homogeneity(*case.arms(), add, to)
                fields |= {"BD": alike.breslow_day, "BD_p": alike.breslow_day_p}
                fields |= {"TA": alike.tarone, "TA_p": alike.tarone_p}
            if test.q > 0.0:  # the reference squares a correction that is larger than what it corrects
                fields |= {"MH": test.q, "MH_p": test.p}
        reference.agree(case, fields)
