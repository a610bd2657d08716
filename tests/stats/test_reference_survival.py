"""Survival curves, log-rank and Cox against R's survival."""

import numpy as np

from remit.stats.cox import cox
from remit.stats.cox_checks import concordance, proportional_hazards
from remit.stats.cox_exact import cox_exact
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.logrank import logrank
from remit.stats.rmst import restricted_mean

BANDS = {"log": "log", "log-log": "log-log", "plain": "plain", "logit": "logit", "arcsin": "arcsine"}
FINE = {"rel": 1e-8, "abs": 1e-10}
LOOSE = {"rel": 2e-8, "abs": 2e-9}  # the reference was fitted at its package's default stopping rule


def people(case, arm=None):
    time, event, arms = (case.column(name) for name in ("time", "status", "arm"))
    chosen = np.full(time.size, True) if arm is None else arms == arm
    return time[chosen], event[chosen]


def known(wanted, got):
    """Where the reference has no number there is nothing to compare."""
    return [w if isinstance(w, str) else g for w, g in zip(wanted, got, strict=True)]


def curve_fields(wanted, curves):
    joined = {
        name: np.concatenate([getattr(c, mine) for c in curves]).tolist()
        for name, mine in [
            ("time", "time"),
            ("n_risk", "n_risk"),
            ("n_event", "n_event"),
            ("n_censor", "n_censor"),
            ("surv", "survival"),
            ("lower", "lower"),
            ("upper", "upper"),
        ]
        if name in wanted
    }
    return {name: known(wanted[name], values) for name, values in joined.items()}


def test_kaplan_meier(reference):
    for case in reference.cases("kaplan_meier"):
        arms = sorted(set(case.column("arm")))
        if case.id.startswith("km_by_arm"):
            curves = [kaplan_meier(*people(case, arm), band="log-log") for arm in arms]
            reference.agree(case, curve_fields(case.output, curves), **FINE)
        elif case.id.startswith("km_"):
            curve = kaplan_meier(*people(case), band=BANDS[case.args["conf.type"]])
            reference.agree(case, curve_fields(case.output, [curve]), **FINE)
        elif case.id == "rmst":
            means = [restricted_mean(*people(case, arm), case.output["tau"]) for arm in arms]
            got = {"rmst": [m.estimate for m in means], "se": [m.se for m in means]}
            reference.agree(case, got, **FINE)
        else:
            curves = [kaplan_meier(*people(case, arm), band="log-log") for arm in arms]
            marks = [c.landmark(t) for c in curves for t in case.output["times"]]
            named = {"surv": "survival", "se": "se", "lower": "lower", "upper": "upper", "n_risk": "n_risk"}
            got = {name: known(case.output[name], [getattr(m, mine) for m in marks]) for name, mine in named.items()}
            quantiles = [[c.quantile(p) for p in case.output["quantile_probs"]] for c in curves]
            for name, mine in [("quantiles", "time"), ("q_lower", "lower"), ("q_upper", "upper")]:
                rows = zip(case.output[name], quantiles, strict=True)
                got[name] = [known(wanted, [getattr(q, mine) for q in row]) for wanted, row in rows]
            reference.agree(case, got, **FINE)


def test_cox_and_logrank(reference):
    for case in reference.cases("cox_logrank"):
        time, event = people(case)
        arm = case.column("arm")
        if case.id in ("cox_efron", "cox_breslow"):
            fit = cox(time, event, arm, ties=case.args["ties"])
            got = {
                "coef": fit.estimate,
                "se": fit.se,
                "hr_ci": [np.exp(fit.lower[0]), np.exp(fit.upper[0])],
                "loglik": [fit.null_log_likelihood, fit.log_likelihood],
                "score": fit.score,
                "wald": fit.wald,
            }
            reference.agree(case, got, **LOOSE)
            order = concordance(fit)
            reference.agree(case, {"concordance": [order.estimate, order.se]}, **FINE)
        elif case.id == "cox_exact":
            fit = cox_exact(time, event, arm)
            got = {
                "coef": fit.estimate,
                "se": fit.se,
                "hr_ci": [np.exp(fit.lower[0]), np.exp(fit.upper[0])],
                "loglik": [fit.null_log_likelihood, fit.log_likelihood],
                "score": fit.score,
                "wald": fit.wald,
            }
            reference.agree(case, got, **LOOSE)
        elif case.id == "logrank":
            test = logrank(time, event, arm)
            got = {
                "obs": test.observed,
                "exp": test.expected,
                "var": test.covariance,
                "chisq": test.statistic,
                "O_minus_E_arm2": test.o_minus_e,
                "V": test.v,
                "peto_loghr": test.hazard_ratio().estimate,
            }
            reference.agree(case, got, **FINE)
        elif case.id == "peto_peto":
            reference.agree(case, {"chisq": logrank(time, event, arm, rho=1.0).statistic}, **FINE)
        elif case.id == "cox_efron_adj_zph":
            fit = cox(time, event, np.column_stack([arm, case.column("age"), case.column("x2")]))
            test = proportional_hazards(fit)
            got = {
                "coef": fit.estimate,
                "vcov": fit.covariance,
                "zph_chisq": [*test.statistic, test.overall],
                "zph_p": [*test.p, test.overall_p],
            }
            reference.agree(case, got, **LOOSE)
