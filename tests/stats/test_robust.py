"""Cluster-robust variance: a second implementation straight from the paper, laws, and other programs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag

from remit.errors import InputError
from remit.stats.dependent import block_covariance, multilevel
from remit.stats.robust import cluster_robust, robust_regression, robust_weights
from remit.stats.tau2 import dersimonian_laird

# Twelve effects of six studies, made up.
Y = np.array([0.20, 0.35, 0.90, 0.75, 1.10, -0.20, 0.05, 0.45, 0.60, 0.10, 0.30, 0.55])
V = np.array([0.04, 0.05, 0.03, 0.06, 0.05, 0.02, 0.04, 0.03, 0.05, 0.06, 0.03, 0.04])
STUDY = ["a", "a", "b", "b", "b", "c", "c", "d", "d", "e", "f", "f"]
X = np.column_stack((np.ones(12), [0.0, 1, 0, 1, 2, 0, 1, 0, 1, 0, 1, 2]))


def power(matrix, exponent):
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    good = values > 1e-10 * values.max()
    return (vectors[:, good] * values[good] ** exponent) @ vectors[:, good].T


def from_the_paper(y, m, x, cluster):
    """Pustejovsky and Tipton (2018), sections 2 and 3, on full matrices.

    A_i = D_i' [D_i (I - H)_i M (I - H)_i' D_i']^(+1/2) D_i with D_i the upper Cholesky factor of M_i; degrees of
    freedom from p_i = (I - H)_i' A_i W_i X_i B c and the sums of squares of p_i' M p_j.
    """
    w = np.linalg.inv(m)
    b = np.linalg.inv(x.T @ w @ x)
    left = np.eye(y.size) - x @ b @ x.T @ w
    r = left @ y
    labels = sorted(set(cluster))
    rows = [np.array([i for i, c in enumerate(cluster) if c == label]) for label in labels]
    vr, ps = np.zeros_like(b), []
    for i in rows:
        d = np.linalg.cholesky(m[np.ix_(i, i)]).T
        a = d.T @ power(d @ (left[i] @ m @ left[i].T) @ d.T, -0.5) @ d
        side = x[i].T @ np.linalg.inv(m[np.ix_(i, i)]) @ a
        score = side @ r[i]
        vr += b @ np.outer(score, score) @ b
        ps.append(left[i].T @ a.T @ np.linalg.inv(m[np.ix_(i, i)]) @ x[i] @ b)
    df = []
    for c in range(x.shape[1]):
        p = np.column_stack([part[:, c] for part in ps])
        q = p.T @ m @ p
        df.append(np.trace(q) ** 2 / (q**2).sum())
    return b @ x.T @ w @ y, vr, df


def working(rho):
    return block_covariance(V, STUDY, rho) + 0.1 * (np.array(STUDY)[:, None] == np.array(STUDY)) + 0.02 * np.eye(12)


@pytest.mark.parametrize("rho", [0.0, 0.6])
@pytest.mark.parametrize("x", [np.ones((12, 1)), X])
def test_cr2_against_the_paper(rho, x):
    m = working(rho)
    fit = cluster_robust(Y, m, STUDY, x)
    beta, vr, df = from_the_paper(Y, m, x, STUDY)
    assert fit.estimate == pytest.approx(beta, rel=1e-11)
    assert np.array(fit.covariance) == pytest.approx(vr, rel=1e-9, abs=1e-14)
    assert fit.df == pytest.approx(df, rel=1e-9)


@pytest.mark.parametrize("x", [np.ones((12, 1)), X])
def test_cr2_is_unbiased_under_its_working_covariance(x):
    """E[e_i e_i'] = (I - H)_i M (I - H)_i'; put in its place, the sandwich must return the model's own covariance."""
    m = working(0.6)
    w = np.linalg.inv(m)
    b = np.linalg.inv(x.T @ w @ x)
    root = np.linalg.cholesky(m)
    total = np.zeros_like(b)
    for column in root.T:
        fit = cluster_robust(column, m, STUDY, x)
        total += np.array(fit.covariance)
    assert total == pytest.approx(b, rel=1e-9)


def test_one_effect_per_cluster_is_the_familiar_sandwich():
    x = np.ones((6, 1))
    y, v = Y[:6], V[:6] + 0.1
    fit = cluster_robust(y, v, list(range(6)), x, "CR0")
    w = 1.0 / v
    mean = w @ y / w.sum()
    assert fit.estimate[0] == pytest.approx(mean, rel=1e-12)
    assert fit.covariance[0][0] == pytest.approx(((w * (y - mean)) ** 2).sum() / w.sum() ** 2, rel=1e-12)
    assert cluster_robust(y, v, list(range(6)), x, "CR1").se[0] == pytest.approx(fit.se[0] * (6 / 5) ** 0.5, rel=1e-12)


def test_equal_weights_give_students_t():
    """One effect per cluster, equal variances: CR2 is the sample variance over n, on n - 1 degrees of freedom."""
    y = Y[:7]
    fit = cluster_robust(y, np.full(7, 0.3), list(range(7)))
    assert fit.df[0] == pytest.approx(6.0, rel=1e-10)
    assert fit.se[0] == pytest.approx(y.std(ddof=1) / 7**0.5, rel=1e-11)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.floats(0.1, 9), st.floats(-3, 3), st.permutations(range(12)), st.sampled_from(["CR0", "CR1", "CR2"]))
def test_robust_follows_shift_scale_and_order(scale, shift, order, kind):
    plain = cluster_robust(Y, working(0.4), STUDY, X, kind)
    m = scale**2 * working(0.4)[np.ix_(order, order)]
    moved = cluster_robust((scale * Y + shift)[order], m, [STUDY[i] for i in order], X[order], kind)
    assert moved.se == pytest.approx([scale * s for s in plain.se], rel=1e-7)
    assert moved.df == pytest.approx(plain.df, rel=1e-7)
    assert moved.estimate[1] == pytest.approx(scale * plain.estimate[1], rel=1e-7)


def test_few_clusters_are_said():
    fit = cluster_robust(Y[:5], V[:5], STUDY[:5])
    assert fit.df[0] < 4.0
    assert "too few clusters" in fit.note
    assert cluster_robust(Y, V, list(range(12))).note == ""


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cluster_robust(Y[:2], V[:2], ["a", "a"]), "1 clusters for 1"),
        (lambda: cluster_robust(Y, working(0.2), list(range(12))), "links clusters"),
        (lambda: cluster_robust(Y, V, STUDY, kind="CR3"), "CR0, CR1 or CR2"),
        (lambda: cluster_robust(Y, V, STUDY[:-1]), "labels"),
        (lambda: robust_weights(Y, V, STUDY, correlation=1.2), "from 0 to 1"),
        (lambda: robust_weights(Y, V, STUDY, working="x"), "correlated or hierarchical"),
    ],
)
def test_what_cannot_be_is_refused(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_hedges_tipton_johnson_with_one_effect_each_is_dersimonian_laird():
    """With one effect per cluster the moment equation loses its correlation and is DerSimonian and Laird's."""
    got = robust_weights(Y, V, list(range(12)))
    assert got.tau2 == pytest.approx(dersimonian_laird(Y, V), rel=1e-10)


def test_block_diagonal_in_any_order_of_rows():
    order = [0, 5, 2, 1, 6, 3, 7, 4, 8, 9, 10, 11]
    m = working(0.3)
    parts = ([0, 1], [2, 3, 4], [5, 6], [7, 8], [9], [10, 11])
    assert block_diag(*[m[np.ix_(i, i)] for i in parts]) == pytest.approx(m)
    mixed = cluster_robust(Y[order], m[np.ix_(order, order)], [STUDY[i] for i in order])
    assert mixed.se == pytest.approx(cluster_robust(Y, m, STUDY).se, rel=1e-10)


def test_metafor_and_robumeta(reference):
    for case in reference.cases("robust_variance"):
        y, v, cluster = case.column("yi"), case.column("vi"), case.columns["cluster"]
        design = np.column_stack((np.ones(y.size), case.column("x"))) if "~x" in case.args.get("mods", "") else None
        kind = next((k for k in ("CR0", "CR1", "CR2") if k in case.id), "CR2")
        if "modelweights" in case.args:
            model = "correlated" if case.args["modelweights"] == "CORR" else "hierarchical"
            fit = robust_weights(y, v, cluster, design, model, case.args["rho"])
            got = {"df": fit.df, "tau2": fit.tau2}
            if fit.omega2 is not None:
                got["omega2"] = fit.omega2
        else:
            if "_uni_" in case.id:
                fit = robust_regression(y, v, cluster, design, kind=kind)
            else:
                known = block_covariance(v, cluster, 0.6) if case.id.startswith("che") else v
                marginal = multilevel(y, known, [cluster, case.columns["es"]], design).marginal_covariance
                fit = cluster_robust(y, marginal, cluster, design, kind)
            ddf = fit.df if np.size(case.output["ddf"]) == len(fit.df) else fit.df[0]
            got = {
                "ddf": ddf,
                "vb": fit.covariance,
                "stat" if "stat" in case.output else "zval": fit.statistic,
                "QM": fit.statistic[-1] ** 2,
                "QM_p": fit.p[-1],
            }
        reference.agree(
            case, got | {"b": fit.estimate, "se": fit.se, "pval": fit.p, "ci_lb": fit.lower, "ci_ub": fit.upper}
        )


def test_effects_without_any_spread_leave_no_doubt_and_no_warning():
    alike = robust_regression(np.full(6, 0.5), np.full(6, 0.1), [0, 0, 1, 1, 2, 2])
    assert (alike.estimate[0], alike.p[0]) == (pytest.approx(0.5), pytest.approx(0.0, abs=1e-12))
    nothing = robust_regression(np.zeros(6), np.full(6, 0.1), [0, 0, 1, 1, 2, 2])
    assert (nothing.statistic[0], nothing.p[0]) == (0.0, 1.0)


def test_one_cluster_is_refused_before_anything_is_divided_by_it():
    with pytest.raises(InputError, match="1 clusters for 1 coefficients"):
        robust_weights([0.1, 0.2, 0.4], [0.1, 0.2, 0.1], [0, 0, 0])
