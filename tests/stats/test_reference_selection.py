"""Selection models against metafor.

A fit passes when its log-likelihood is not lower than the listed one by more than 1e-4. Where the listed one is itself
an integral gone astray, the definition is integrated at the listed parameters, and remit must be at least as high.
"""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from remit.stats.selection import smooth_selection, step_selection

SHAPES = {
    "beta": "beta",
    "halfnorm": "half-normal",
    "negexp": "negative-exponential",
    "logistic": "logistic",
    "power": "power",
}
SAME = 1e-7  # log-likelihoods this close belong to one top, so the rest must agree too


def fitted(case):
    y, v = case.studies()
    args = case.args
    if args["type"] != "stepfun":
        return smooth_selection(y, v, SHAPES[args["type"]], args["alternative"], minimum=5)
    steps = np.atleast_1d(args["steps"]).tolist()
    return step_selection(y, v, steps, args["alternative"], args.get("delta"), minimum=5)


def beta_height(case):
    """The beta model's log-likelihood at the listed parameters, from its definition."""
    y, v = case.studies()
    sign = -1.0 if case.args["alternative"] == "less" else 1.0
    mu, t, (a, b) = sign * case.output["b"][0], case.output["tau2"], case.output["delta"]
    end = -float(norm.ppf(1e-5))

    def weight(z):
        p = np.clip(norm.sf(z), 1e-5, 1.0 - 1e-5)
        return p ** (a - 1.0) * (1.0 - p) ** (b - 1.0)

    height = 0.0
    for effect, s in zip(sign * y, np.sqrt(v), strict=True):
        wide = np.sqrt(s * s + t)
        cuts = np.linspace(-end, end, 9)
        inside = sum(
            quad(lambda z, s=s, wide=wide: weight(z) * norm.pdf(z * s, mu, wide) * s, *ends, epsabs=1e-12)[0]
            for ends in itertools.pairwise(cuts)
        )
        seen = inside + weight(end) * norm.sf(end * s, mu, wide) + weight(-end) * norm.cdf(-end * s, mu, wide)
        height += norm.logpdf(effect, mu, wide) + np.log(weight(effect / s)) - np.log(seen)
    return float(height)


def test_selection_models(reference):
    for case in reference.cases("selection_models"):
        got, listed = fitted(case), case.output["logLik_ML"]
        if got.log_likelihood < listed - 1e-4:
            assert case.args["type"] == "beta"
            case.output["logLik_ML"] = listed = beta_height(case)
        reference.agree(case, {"logLik_ML": min(got.log_likelihood, listed)}, rel=0.0, abs=1e-4)
        if abs(got.log_likelihood - listed) < SAME:
            reference.agree(
                case,
                {
                    "b": got.estimate,
                    "tau2": got.tau2,
                    "delta": list(got.delta),
                    "LRT": got.ratio,
                    "LRT_tau2": got.homogeneity,
                    "pval": got.p,
                    "LRT_df": got.ratio_df,
                    "LRT_tau2_p": got.homogeneity_p,
                    "LRT_p": got.ratio_p,
                },
            )
            reference.agree(case, {"se": got.se, "ci_lb": got.lower, "ci_ub": got.upper}, rel=0.06, abs=1e-3)


def test_a_listed_beta_fit_is_not_higher(reference):
    """On trials of overall survival metafor's integral is 8e-4 too high; by the definition remit is higher."""
    case = next(c for c in reference.cases("selection_models") if (c.data, c.id) == ("hr_os_k25", "beta"))
    assert fitted(case).log_likelihood > beta_height(case) + 1e-4
    assert case.output["logLik_ML"] == pytest.approx(beta_height(case), abs=1e-3)
    reference.compared += 1
