"""Location-scale model: metafor's numbers, the model with one tau2, a slow climb, laws."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from remit.errors import InputError, NotConverged
from remit.stats.location_scale import location_scale
from remit.stats.regression import meta_regression

# 24 effects made for this test; spread grows with X. The numbers below: metafor 3.8-1, rma(Y, V, mods = ~ X,
# scale = ~ X), optim's BFGS with reltol 1e-14, R 4.2.
Y = np.array(
    [
        -0.061,
        0.195,
        0.562,
        -0.209,
        0.141,
        0.446,
        -0.433,
        0.046,
        0.396,
        0.857,
        -0.085,
        0.302,
        0.749,
        -0.404,
        0.183,
        0.624,
        1.454,
        -0.028,
        0.5,
        1.12,
        -0.363,
        0.317,
        0.957,
        -1.341,
    ]
)
V = np.array([0.032, 0.044, 0.056, 0.068, 0.02] * 4 + [0.032, 0.044, 0.056, 0.068])
X = np.array(
    [
        -1,
        -0.913,
        -0.826,
        -0.739,
        -0.652,
        -0.565,
        -0.478,
        -0.391,
        -0.304,
        -0.217,
        -0.13,
        -0.043,
        0.043,
        0.13,
        0.217,
        0.304,
        0.391,
        0.478,
        0.565,
        0.652,
        0.739,
        0.826,
        0.913,
        1,
    ]
)
ONES = np.ones((24, 1))
BOTH = np.column_stack((np.ones(24), X))

METAFOR = [
    (
        "reml",
        BOTH,
        (0.287858745589, 0.193854491873),
        (0.113621699651, 0.175188651178),
        (-1.71246684217, 1.79467064542),
        (0.420744065868, 0.693675472789),
        6.6935550722391,
        -15.9456029594105,
    ),
    (
        "reml",
        ONES,
        (0.208559162018,),
        (0.0883029123279,),
        (-1.67027114063, 1.65139944635),
        (0.397395849095, 0.679699508884),
        5.9029670234684,
        -16.7938589168059,
    ),
    (
        "ml",
        BOTH,
        (0.290598937904, 0.198092704765),
        (0.109177984075, 0.168679975033),
        (-1.83465269506, 1.88498079319),
        (0.416845016622, 0.697197098780),
        7.3097532370745,
        -16.2125917185397,
    ),
    (
        "ml",
        ONES,
        (0.207542685717,),
        (0.0857861232385,),
        (-1.73265128905, 1.73124855360),
        (0.395763607767, 0.688364474332),
        6.3253119604924,
        -16.8602198689340,
    ),
]


@pytest.mark.parametrize(("method", "design", "estimate", "se", "scale", "scale_se", "qs", "height"), METAFOR)
def test_metafor(method, design, estimate, se, scale, scale_se, qs, height):
    fit = location_scale(Y, V, design, BOTH, method)
    assert fit.estimate == pytest.approx(estimate, abs=2e-8)
    assert fit.se == pytest.approx(se, abs=1e-8)
    assert fit.scale == pytest.approx(scale, abs=5e-7)
    assert fit.scale_se == pytest.approx(scale_se, abs=5e-7)
    assert fit.scale_moderators == pytest.approx(qs, rel=1e-6)
    assert fit.log_likelihood == pytest.approx(height, abs=1e-9)
    assert fit.convergence.agreeing == fit.convergence.starts


@pytest.mark.parametrize(("method", "name"), [("reml", "reml"), ("ml", "maximum-likelihood")])
def test_one_scale_column_is_meta_regression(method, name):
    fit = location_scale(Y, V, BOTH, ONES, method)
    alone = meta_regression(Y, V, BOTH, name, "normal")
    assert fit.tau2 == pytest.approx([alone.tau2] * 24, rel=1e-8)
    assert fit.estimate == pytest.approx(alone.estimate, rel=1e-8)
    assert fit.lower == pytest.approx(alone.lower, rel=1e-7)
    assert fit.moderators == pytest.approx(alone.moderators, rel=1e-7)


def test_two_groups_with_own_design_are_two_fits():
    group = (X > 0).astype(float)
    both = np.column_stack((1.0 - group, group))
    fit = location_scale(Y, V, both, both)
    for i, rows in enumerate((group == 0, group == 1)):
        alone = meta_regression(Y[rows], V[rows], np.ones((rows.sum(), 1)), "reml", "normal")
        assert math.exp(fit.scale[i]) == pytest.approx(alone.tau2, rel=1e-6)
        assert fit.estimate[i] == pytest.approx(alone.estimate[0], rel=1e-7)


def test_a_scale_design_without_constant_against_a_slow_climb():
    z = np.column_stack((X, X**2))

    def minus(alpha):
        s = V + np.exp(z @ alpha)
        w = 1.0 / s
        r = Y - w @ Y / w.sum()
        return 0.5 * (23 * math.log(2 * math.pi) + np.log(s).sum() + math.log(w.sum() / 24) + w @ (r * r))

    slow = minimize(minus, [1.0, -3.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000})
    fit = location_scale(Y, V, ONES, z)
    assert fit.log_likelihood == pytest.approx(-slow.fun, abs=1e-8)
    assert fit.scale == pytest.approx(slow.x, abs=1e-4)


@pytest.mark.parametrize("scale", [0.05, 1.0, 30.0])
def test_fit_follows_shift_scale_and_order(scale):
    plain = location_scale(Y, V, BOTH, BOTH)
    order = np.argsort(Y)
    moved = location_scale((scale * Y + 2.0)[order], scale**2 * V[order], BOTH[order], BOTH[order])
    assert moved.estimate[1] == pytest.approx(scale * plain.estimate[1], rel=1e-6)
    assert moved.scale[0] == pytest.approx(plain.scale[0] + 2.0 * math.log(scale), abs=1e-6)
    assert moved.scale[1] == pytest.approx(plain.scale[1], abs=1e-6)
    assert moved.scale_se == pytest.approx(plain.scale_se, rel=1e-5)


def test_studies_no_more_unlike_than_chance_have_no_log_tau2():
    y = 0.3 + 0.01 * np.cos(np.arange(12.0))
    with pytest.raises(NotConverged, match="tau2 goes to 0"):
        location_scale(y, np.full(12, 0.1), np.ones((12, 1)), np.ones((12, 1)))


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="repeat one another"):
        location_scale(Y, V, ONES, np.ones((24, 2)))
    with pytest.raises(InputError, match="reml or ml"):
        location_scale(Y, V, ONES, ONES, "x")
