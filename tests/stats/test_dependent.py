"""Multilevel and multivariate models: closed cases, separate fits, laws, and metafor."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from remit.errors import InputError
from remit.stats._structures import EqualAutoregressive
from remit.stats.dependent import block_covariance, multilevel, multivariate, variance_interval
from remit.stats.heterogeneity import profile_likelihood
from remit.stats.pool import random_effects
from remit.stats.tau2 import maximum_likelihood, reml

# Periodontal trials: improvement in probing depth (PD) and attachment level (AL), with each trial's covariance.
# Berkey et al. (1998), Stat Med 17:2537-2550, table I.
TRIALS = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
OUTCOMES = ["PD", "AL"] * 5
EFFECT = np.array([0.47, -0.32, 0.20, -0.60, 0.40, -0.12, 0.26, -0.31, 0.56, -0.39])
BLOCKS = [
    [[0.0075, 0.0030], [0.0030, 0.0077]],
    [[0.0057, 0.0009], [0.0009, 0.0008]],
    [[0.0021, 0.0007], [0.0007, 0.0014]],
    [[0.0029, 0.0009], [0.0009, 0.0015]],
    [[0.0148, 0.0072], [0.0072, 0.0304]],
]
KINDS = {
    "UN": "unstructured",
    "CS": "compound-symmetric",
    "HCS": "heterogeneous",
    "DIAG": "diagonal",
    "AR": "autoregressive-equal",
    "HAR": "autoregressive",
}

# Nine effects of four studies, made up.
Y = np.array([0.20, 0.35, 0.90, 0.75, 1.10, -0.20, 0.05, 0.45, 0.60])
V = np.array([0.04, 0.05, 0.03, 0.06, 0.05, 0.02, 0.04, 0.03, 0.05])
STUDY = ["a", "a", "b", "b", "b", "c", "c", "d", "d"]
EACH = [1, 2, 1, 2, 3, 1, 2, 1, 2]


def blocks(parts):
    n = sum(len(part) for part in parts)
    out, at = np.zeros((n, n)), 0
    for part in parts:
        out[at : at + len(part), at : at + len(part)] = part
        at += len(part)
    return out


def test_berkey_unstructured():
    """metafor 3.8-1, rma.mv with struct UN, REML: coefficients to 1e-6, variances to the digits of its optimiser."""
    fit = multivariate(EFFECT, blocks(BLOCKS), TRIALS, OUTCOMES)
    assert fit.outcomes == ("AL", "PD")
    assert fit.coefficients.estimate == pytest.approx((-0.339215, 0.353428), abs=1e-6)
    assert fit.coefficients.se == pytest.approx((0.087905, 0.058849), abs=1e-6)
    assert fit.tau2 == pytest.approx((0.032651, 0.011733), abs=1e-6)
    assert fit.correlation[0][1] == pytest.approx(0.608796, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(3.6917677, abs=1e-7)
    assert fit.convergence.slope < 1e-6


def test_two_outcomes_one_correlation_is_unstructured():
    free = multivariate(EFFECT, blocks(BLOCKS), TRIALS, OUTCOMES)
    same = multivariate(EFFECT, blocks(BLOCKS), TRIALS, OUTCOMES, "heterogeneous")
    assert same.tau2 == pytest.approx(free.tau2, rel=1e-7)
    assert same.log_likelihood == pytest.approx(free.log_likelihood, abs=1e-10)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_independent_outcomes_are_separate_fits(method):
    fit = multivariate(EFFECT, np.diag(blocks(BLOCKS)), TRIALS, OUTCOMES, "diagonal", method=method)
    for i, rows in enumerate((slice(1, None, 2), slice(0, None, 2))):
        y, v = EFFECT[rows], np.diag(blocks(BLOCKS))[rows]
        tau2 = (reml if method == "reml" else maximum_likelihood)(y, v)
        alone = random_effects(y, v, tau2=tau2, interval="normal")
        assert fit.tau2[i] == pytest.approx(tau2, rel=1e-7, abs=1e-12)
        assert fit.coefficients.estimate[i] == pytest.approx(alone.estimate, rel=1e-8)
        assert fit.coefficients.lower[i] == pytest.approx(alone.lower, rel=1e-7)


def test_one_effect_per_group_is_the_random_effects_model():
    fit = multilevel(Y, V, [list(range(9))], test="t")
    alone = random_effects(Y, V, interval="t")
    assert fit.variances[0] == pytest.approx(alone.tau2, rel=1e-8)
    assert fit.coefficients.estimate[0] == pytest.approx(alone.estimate, rel=1e-9)
    assert fit.coefficients.lower[0] == pytest.approx(alone.lower, rel=1e-8)
    assert fit.i2[0] == pytest.approx(alone.i2, rel=1e-7)
    assert fit.q == pytest.approx(alone.q, rel=1e-10)


def slow_three_levels(y, v, study, restricted=True):
    """The likelihood as the papers print it, on full matrices, climbed without slopes."""
    same = (np.array(study)[:, None] == np.array(study)).astype(float)
    x = np.ones((y.size, 1))

    def minus(theta):
        m = np.diag(v) + theta[0] ** 2 * same + theta[1] ** 2 * np.eye(y.size)
        w = np.linalg.inv(m)
        c = x.T @ w @ x
        b = np.linalg.solve(c, x.T @ w @ y)
        r = y - x @ b
        extra = np.linalg.slogdet(c)[1] - np.linalg.slogdet(x.T @ x)[1] if restricted else 0.0
        k = y.size - restricted
        return 0.5 * (k * math.log(2.0 * math.pi) + np.linalg.slogdet(m)[1] + extra + r @ w @ r)

    found = minimize(minus, [0.3, 0.2], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000})
    return found.x**2, -found.fun


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_three_levels_against_a_slow_climb(method):
    fit = multilevel(Y, V, [STUDY, EACH], method=method)
    variances, height = slow_three_levels(Y, V, STUDY, method == "reml")
    assert fit.variances == pytest.approx(variances, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(height, abs=1e-9)
    assert fit.groups == ("a", "b", "c", "d")


def test_variance_interval_with_one_level_is_the_profile():
    got = variance_interval(Y, V, [list(range(9))], 0)
    alone = profile_likelihood(Y, V)
    assert got.lower == pytest.approx(alone.lower, rel=1e-5, abs=1e-9)
    assert got.upper == pytest.approx(alone.upper, rel=1e-6)


def test_identical_variance_only_at_one_level_is_exactly_zero():
    """Two equal effects in each study: nothing is left for the inner level."""
    y = np.array([0.1, 0.1, 0.9, 0.9, 0.5, 0.5])
    fit = multilevel(y, np.full(6, 0.05), [["a", "a", "b", "b", "c", "c"], [1, 2, 1, 2, 1, 2]])
    assert fit.variances[1] == 0.0
    assert fit.variances[0] > 0.0


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(-2, 2), min_size=9, max_size=9), st.floats(0.1, 8), st.floats(-4, 4), st.permutations(range(9))
)
def test_fit_follows_shift_scale_and_order(effect, scale, shift, order):
    y = np.array(effect)
    plain = multilevel(y, V, [STUDY, EACH])
    moved = multilevel(
        (scale * y + shift)[order], scale**2 * V[order], [[STUDY[i] for i in order], [EACH[i] for i in order]]
    )
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood - 8.0 * math.log(scale), abs=1e-6)
    assert moved.coefficients.estimate[0] == pytest.approx(
        scale * plain.coefficients.estimate[0] + shift, abs=1e-4 * max(scale, 1.0)
    )
    assert sum(moved.variances) == pytest.approx(scale**2 * sum(plain.variances), abs=1e-4 * scale**2)


def test_contained_degrees_of_freedom():
    between = np.array([1.0, 1, 0, 0, 0, 1, 1, 0, 0])
    within = np.array([0.0, 1, 0, 1, 2, 0, 1, 0, 1])
    fit = multilevel(Y, V, [STUDY, EACH], np.column_stack((np.ones(9), between, within)), test="contain")
    assert fit.coefficients.df == (1.0, 1.0, 6.0)


def test_group_effects_sum_to_nothing():
    fit = multilevel(Y, V, [STUDY, EACH])
    assert sum(fit.group_effects) == pytest.approx(0.0, abs=1e-10)
    assert fit.prediction_lower < fit.coefficients.lower[0]


def test_block_covariance():
    got = block_covariance([0.04, 0.09, 0.01], ["a", "a", "b"], 0.5)
    assert got == pytest.approx(np.array([[0.04, 0.03, 0.0], [0.03, 0.09, 0.0], [0.0, 0.0, 0.01]]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: multilevel(Y, V[:-1], [STUDY]), "unequal lengths"),
        (lambda: multilevel(Y, -V, [STUDY]), "above 0"),
        (lambda: multilevel(Y, V, []), "no levels"),
        (lambda: multilevel(Y, V, [STUDY, STUDY]), "same groups"),
        (lambda: multilevel(Y, V, [STUDY[:-1]]), "labels"),
        (lambda: multilevel(Y, V, [STUDY], method="x"), "reml or ml"),
        (lambda: multilevel(Y, V, [STUDY], test="x"), "normal, t or contain"),
        (lambda: multilevel(Y, np.ones((9, 9)), [STUDY]), "positive definite"),
        (lambda: block_covariance(V, STUDY, 1.0), "between -1 and 1"),
        (lambda: multivariate(EFFECT, blocks(BLOCKS), TRIALS, ["PD"] * 10), "same outcome twice"),
        (lambda: multivariate(EFFECT, blocks(BLOCKS), TRIALS, OUTCOMES, "x"), "structure"),
        (lambda: variance_interval(Y, V, [STUDY], 1), "level 1 of 1"),
    ],
)
def test_what_cannot_be_is_refused(call, said):
    with pytest.raises(InputError, match=said):
        call()


def numbers(fit):
    c = fit.coefficients
    return {
        "b": c.estimate,
        "se": c.se,
        "zval": c.statistic,
        "pval": c.p,
        "ci_lb": c.lower,
        "ci_ub": c.upper,
        "vb": c.covariance,
        "QE": fit.q,
        "QE_p": fit.q_p,
        "k": fit.k,
    }


def test_metafor_multilevel(reference):
    """The compound-symmetric fits are three-level models in other words: tau2 their sum, rho the outer share."""
    for case in reference.cases("multilevel"):
        y, v, cluster = case.column("yi"), case.column("vi"), case.columns["cluster"]
        levels = [case.columns["study"]] if case.id.startswith("two") else [cluster, case.columns["es"]]
        if case.id == "profile_ci_sigma2":
            got = {}
            for j in (0, 1):
                end = variance_interval(y, v, levels, j)
                best = multilevel(y, v, levels).variances[j]
                got[f"sigma2_{j + 1}"] = {"estimate": best, "ci_lb": end.lower, "ci_ub": end.upper}
            reference.agree(
                flattened(case, got),
                {
                    f"{name}_{field}": (value, math.sqrt(value))
                    for name, part in got.items()
                    for field, value in part.items()
                },
            )
            continue
        design = np.column_stack((np.ones(y.size), case.column("x"))) if "mod" in case.id else None
        if case.id.startswith("che"):
            v = block_covariance(v, cluster, 0.6)
        fit = multilevel(
            y,
            v,
            levels,
            design,
            case.args.get("method", "reml").lower(),
            "contain" if case.id.startswith("t_test") else "normal",
        )
        if case.id == "metagen_threelevel":
            reference.agree(
                case,
                {
                    "TE_random": fit.coefficients.estimate,
                    "seTE_random": fit.coefficients.se,
                    "tau2": fit.variances,
                    "Q": fit.q,
                    "lower_random": fit.coefficients.lower,
                    "upper_random": fit.coefficients.upper,
                },
            )
            continue
        got = numbers(fit) | {"QM": fit.moderators, "QM_p": fit.moderators_p}
        if "struct" in case.args:
            got |= {"tau2": sum(fit.variances), "rho": fit.variances[0] / sum(fit.variances)}
        else:
            got["sigma2"] = fit.variances
        if case.id.startswith("t_test"):
            labels = case.output["ranef_cluster_labels"]
            effects = dict(zip(fit.groups, fit.group_effects, strict=True))
            got |= {
                "pi_lb": fit.prediction_lower,
                "pi_ub": fit.prediction_upper,
                "ddf": fit.coefficients.df,
                "ranef_cluster": [effects[label] for label in labels],
            }
        reference.agree(case, got)
        height = case.output["fit_stats"][fit.method.upper()]["ll"]
        assert fit.log_likelihood >= height - 1e-9


def flattened(case, got):
    """The case with nested interval tables as fields of their own."""
    output = {f"{name}_{field}": case.output[name][field] for name in got for field in ("estimate", "ci_lb", "ci_ub")}
    return replace(case, output=output)


def test_metafor_multivariate(reference):
    """metafor's omnibus statistic of UN depends on variances its optimiser left 1e-5 away; ours has the higher top."""
    for case in reference.cases("multivariate"):
        named = sorted(name for name in case.columns if name[0] == "v" and name[1:].isdigit())
        rows, m = np.column_stack([case.column(name) for name in named]), len(named)
        v = blocks([rows[i : i + m] for i in range(0, len(rows), m)])
        fit = multivariate(
            case.column("yi"),
            v,
            case.columns["trial"],
            case.columns["outcome"],
            KINDS[case.args["struct"]],
            method=case.args["method"].lower(),
        )
        tau2 = fit.tau2[:1] if case.args["struct"] in ("CS", "AR") else fit.tau2
        rho = [fit.correlation[i][j] for i in range(m) for j in range(i + 1, m)]
        if case.args["struct"] != "UN":
            rho = rho[0]
        reference.agree(
            case,
            numbers(fit) | {"tau2": tau2, "rho": rho, "QM": fit.moderators, "QM_p": fit.moderators_p},
        )
        assert fit.log_likelihood >= case.output["fit_stats"][case.args["method"]]["ll"] - 1e-10


TWO_TOPS = (
    [0.5026, 0.1351, 0.4331, -0.2668, 0.2433, 0.0789, 0.4306, 0.2198, 0.7261],
    [0.1978, 0.027, 0.0129, 0.1293, 0.0479, 0.1982, 0.0354, 0.0198, 0.0136],
    [1, 1, 1, 2, 3, 3, 3, 4, 5],
)


def test_the_higher_of_two_tops_is_kept():
    """Nine made estimates in five clusters; rma.mv of metafor 3.8 stays at (0.0235, 0.0173), a restricted likelihood of
    -1.36937, where the one without variance between clusters is -1.35973."""
    y, v, cluster = TWO_TOPS
    fit = multilevel(y, v, [cluster, list(range(9))])
    assert fit.log_likelihood == pytest.approx(-1.3597254, abs=1e-6)
    assert fit.variances == pytest.approx((0.0, 0.0348406), abs=1e-6)


def test_two_outcomes_with_one_variance_are_compound_symmetric():
    """With two outcomes there is one distance, so both structures are the same model where rho is not at its bound."""
    y = [0.5, -0.2, 0.1, -0.6, 0.9, 0.1, 0.3, -0.5, 0.7, 0.0]
    v = [0.02, 0.03, 0.04, 0.02, 0.05, 0.03, 0.02, 0.04, 0.03, 0.02]
    study, outcome = [i // 2 for i in range(10)], ["a", "b"] * 5
    one = multivariate(y, v, study, outcome, "autoregressive-equal")
    other = multivariate(y, v, study, outcome, "compound-symmetric")
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
    assert one.coefficients.estimate == pytest.approx(other.coefficients.estimate, abs=1e-6)


def test_slopes_of_one_autoregressive_variance_are_exact():
    index = np.arange(4)
    between = EqualAutoregressive(np.zeros(4, dtype=np.intp), index, 4)
    at = np.array([0.3, 0.4])
    for i, step in enumerate(np.eye(2) * 1e-6):
        rise = (between.small(at + step)[0] - between.small(at - step)[0]) / 2e-6
        assert between.small(at)[1][i] == pytest.approx(rise, abs=1e-8)


def test_time_points_given_as_numbers_are_in_their_order():
    """As text, 12 months came before 6, and a correlation that falls with distance was laid over the wrong pairs."""
    rng = np.random.default_rng(3)
    months = [6, 12, 24] * 8
    study = [i // 3 for i in range(24)]
    y, v = rng.normal(0.0, 0.4, 24), np.full(24, 0.03)
    numbers = multivariate(y, v, study, months, "autoregressive-equal")
    letters = multivariate(y, v, study, ["a", "b", "c"] * 8, "autoregressive-equal")
    assert numbers.outcomes == ("6", "12", "24")
    assert numbers.log_likelihood == pytest.approx(letters.log_likelihood, abs=1e-10)


def test_text_where_numbers_belong_is_refused():
    with pytest.raises(InputError, match="not a number"):
        multivariate([0.1, 0.2], "ab", [1, 2], ["a", "a"])
    with pytest.raises(InputError, match="not a number"):
        multilevel([0.1, 0.2, 0.4], [0.1, 0.2, 0.1], [[1, 2, 3]], [[1, "x"], [1, 2], [1, 3]])
