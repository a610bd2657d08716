"""Selection models: a slow second way, what they meet without selection, laws, and what they refuse.

The twenty results are invented: true effects spread around 0.2, results with one-sided p above 0.025 less often kept.
"""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import norm

from remit.errors import InputError, NotConverged
from remit.stats import tau2
from remit.stats._ascent import Look, climb
from remit.stats._selection import Likelihood, smooth_cells, step_cells
from remit.stats.selection import SMOOTH, smooth_selection, step_selection

Y = np.array(
    [
        0.42,
        0.55,
        0.10,
        0.73,
        0.31,
        0.62,
        0.05,
        0.48,
        0.90,
        0.27,
        0.66,
        -0.08,
        0.39,
        0.81,
        0.21,
        0.57,
        0.35,
        1.02,
        0.44,
        0.16,
    ]
)
V = np.array(
    [
        0.010,
        0.060,
        0.020,
        0.110,
        0.008,
        0.090,
        0.015,
        0.050,
        0.160,
        0.012,
        0.080,
        0.070,
        0.030,
        0.140,
        0.009,
        0.100,
        0.025,
        0.180,
        0.040,
        0.013,
    ]
)
K = Y.size


def clipped(p):
    return min(max(p, 1e-5), 1.0 - 1e-5)


WEIGHTS = {
    "step": lambda p, d: 1.0 if p <= 0.025 else d[0],
    "beta": lambda p, d: clipped(p) ** (d[0] - 1.0) * (1.0 - clipped(p)) ** (d[1] - 1.0),
    "half-normal": lambda p, d: math.exp(-d[0] * p * p),
    "negative-exponential": lambda p, d: math.exp(-d[0] * p),
    "logistic": lambda p, d: 2.0 / (1.0 + math.exp(d[0] * p)),
    "power": lambda p, d: (1.0 - p) ** d[0],
}


def slow_height(y, v, mu, t, delta, shape):
    """The log-likelihood straight from its definition, the integral over effects by adaptive quadrature."""
    height = 0.0
    kinks = sorted((-float(norm.ppf(0.025)), *(float(norm.ppf(p)) for p in (1e-5, 1.0 - 1e-5))))
    for effect, s in zip(y, np.sqrt(v), strict=True):
        wide = math.sqrt(s * s + t)

        def integrand(z, s=s, wide=wide):
            return WEIGHTS[shape](norm.sf(z), delta) * norm.pdf(z * s, mu, wide) * s

        low, high = min(-9.0, (mu - 9.0 * wide) / s), max(9.0, (mu + 9.0 * wide) / s)
        cuts = [low, -2.0, *kinks, 0.0, 1.0, 3.0, high]
        cuts = sorted({min(max(c, low), high) for c in cuts})
        seen = sum(quad(integrand, a, b, epsabs=1e-11, epsrel=1e-10)[0] for a, b in itertools.pairwise(cuts))
        height += norm.logpdf(effect, mu, wide) + math.log(WEIGHTS[shape](norm.sf(effect / s), delta)) - math.log(seen)
    return height


def fit(shape, y=Y, v=V, **words):
    return step_selection(y, v, **words) if shape == "step" else smooth_selection(y, v, shape, **words)


@pytest.mark.parametrize("shape", sorted(WEIGHTS))
def test_the_height_is_that_of_the_definition(shape):
    got = fit(shape)
    delta = got.delta[1:] if shape == "step" else got.delta
    assert got.log_likelihood == pytest.approx(slow_height(Y, V, got.estimate, got.tau2, delta, shape), abs=2e-8)


@pytest.mark.parametrize("steps", [(0.025,), (0.025, 0.3)])
def test_a_step_fit_is_the_top_that_a_plain_search_finds(steps):
    """Nelder-Mead on the definition with closed-form chances, from another start."""
    got = step_selection(Y, V, steps)
    s, cuts = np.sqrt(V), norm.isf(np.array(steps))
    own = np.searchsorted(steps, norm.sf(Y / s))

    def below(x):
        mu, t, delta = x[0], math.exp(x[1]), np.concatenate(([1.0], np.exp(x[2:])))
        wide = np.sqrt(V + t)
        over = norm.sf((np.outer(cuts, s) - mu) / wide)
        chances = np.diff(np.concatenate((np.zeros((1, K)), over, np.ones((1, K)))), axis=0)
        return -float((norm.logpdf(Y, mu, wide) + np.log(delta[own]) - np.log(delta @ chances)).sum())

    best = minimize(
        below,
        [0.1, -3.0, *(-1.0 for _ in steps)],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000},
    )
    assert got.log_likelihood >= -best.fun - 1e-9
    assert got.estimate == pytest.approx(best.x[0], abs=1e-4)
    assert got.delta[1:] == pytest.approx(np.exp(best.x[2:]), rel=1e-3)
    assert sum(got.counts) == K


@pytest.mark.parametrize("shape", sorted(WEIGHTS))
def test_slopes_and_curvatures_are_those_of_the_height(shape):
    cells = step_cells(Y / np.sqrt(V), (0.025,), False) if shape == "step" else smooth_cells(Y / np.sqrt(V), shape)
    likelihood = Likelihood(Y, V, cells)
    at = np.array([0.2, 0.05, *((0.7, 2.5) if shape == "beta" else (1.3,))])
    here, step = likelihood.at(at), 1e-5
    for i, along in enumerate(np.eye(at.size) * step):
        more, less = likelihood.at(at + along), likelihood.at(at - along)
        assert (more.height - less.height) / (2 * step) == pytest.approx(here.slope[i], rel=1e-6, abs=1e-6)
        assert (more.slope - less.slope) / (2 * step) == pytest.approx(here.curve[i], rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("steps", [(0.05,), (0.1, 0.4)])
def test_two_sided_steps_have_the_chances_of_both_tails(steps):
    likelihood = Likelihood(Y, V, step_cells(Y / np.sqrt(V), steps, True))
    delta = (1.0, *(0.5 / (i + 1) for i in range(len(steps))))
    mu, t = 0.15, 0.04
    wide, s = np.sqrt(V + t), np.sqrt(V)
    cuts = norm.isf(np.array(steps) / 2.0)
    over = [norm.sf((c * s - mu) / wide) + norm.cdf((-c * s - mu) / wide) for c in cuts]
    chances = np.diff(np.array([np.zeros(K), *over, np.ones(K)]), axis=0)
    own = np.searchsorted(steps, 2.0 * norm.sf(np.abs(Y) / s))
    wanted = (norm.logpdf(Y, mu, wide) + np.log(np.array(delta)[own]) - np.log(np.array(delta) @ chances)).sum()
    assert likelihood.at(np.array([mu, t, *np.log(delta[1:])])).height == pytest.approx(wanted, rel=1e-12)


def test_without_selection_it_is_maximum_likelihood():
    t = tau2.maximum_likelihood(Y, V)
    mean = float((Y / (V + t)).sum() / (1.0 / (V + t)).sum())
    even = step_selection(Y, V, (0.025, 0.5), delta=(1.0, 1.0, 1.0))
    assert (even.estimate, even.tau2) == pytest.approx((mean, t), rel=1e-7)
    assert even.log_likelihood == pytest.approx(even.unselected_log_likelihood, rel=1e-12)
    w, r = 1.0 / (V + t), Y - mean
    information = np.array([[w.sum(), r @ w**2], [r @ w**2, r**2 @ w**3 - 0.5 * (w @ w)]])
    assert (even.se, even.tau2_se) == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information))), rel=1e-6)
    assert (even.ratio_df, even.ratio_p, even.delta_se) == (0, None, (None, None, None))
    for shape in SMOOTH:
        got = fit(shape)
        assert got.unselected_estimate == pytest.approx(mean, rel=1e-9)
        assert got.log_likelihood >= got.unselected_log_likelihood - 1e-9


def test_an_effect_of_large_p_only_leaves_the_weight_at_its_bound():
    """Small studies far below large ones: selection against large p can only make that less likely."""
    v = np.array([0.01] * 6 + [0.2] * 6)
    y = np.array([0.5, 0.6, 0.45, 0.55, 0.5, 0.52, -0.2, 0.1, -0.4, 0.0, -0.3, 0.2])
    for shape in ("half-normal", "negative-exponential", "logistic", "power"):
        got = smooth_selection(y, v, shape)
        assert got.delta == (0.0,)
        assert got.ratio == pytest.approx(0.0, abs=1e-9)
        assert got.estimate == pytest.approx(got.unselected_estimate, rel=1e-4)


@pytest.mark.parametrize("shape", sorted(WEIGHTS))
def test_sign_scale_and_order(shape):
    got, mirrored, larger, turned = (
        fit(shape),
        fit(shape, -Y, V, favoured="less"),
        fit(shape, 3.0 * Y, 9.0 * V),
        fit(shape, Y[::-1], V[::-1]),
    )
    assert (mirrored.estimate, mirrored.lower) == pytest.approx((-got.estimate, -got.upper), rel=1e-9)
    assert (larger.estimate, larger.se, larger.tau2) == pytest.approx(
        (3.0 * got.estimate, 3.0 * got.se, 9.0 * got.tau2), rel=1e-5
    )
    assert larger.delta == pytest.approx(got.delta, rel=1e-5, abs=1e-9)
    assert larger.log_likelihood == pytest.approx(got.log_likelihood - K * math.log(3.0), rel=1e-9)
    assert (turned.estimate, turned.log_likelihood) == pytest.approx((got.estimate, got.log_likelihood), rel=1e-5)


def test_given_weights_count_by_their_ratios():
    one, double = (step_selection(Y, V, (0.05, 0.5), delta=d) for d in ((1.0, 0.6, 0.2), (2.0, 1.2, 0.4)))
    assert one.estimate == pytest.approx(double.estimate, rel=1e-7)
    assert one.estimate < one.unselected_estimate
    assert step_selection(Y, V, (0.05, 0.5, 1.0), delta=(1.0, 0.6, 0.2)) == one


def test_selection_pulls_the_estimate_towards_zero_and_says_how_sure_it_is():
    got = step_selection(Y, V)
    assert got.delta[0] == 1.0
    assert got.delta[1] < 1.0
    assert got.estimate < got.unselected_estimate
    assert got.lower < got.estimate < got.upper
    assert got.ratio == pytest.approx(2.0 * (got.log_likelihood - got.unselected_log_likelihood))
    assert 0.0 < got.ratio_p < 1.0
    assert got.homogeneity >= 0.0
    wider = step_selection(Y, V, level=0.99)
    assert wider.lower < got.lower


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"steps": (0.5, 0.025)}, "rising p values"),
        ({"steps": ()}, "rising p values"),
        ({"steps": (0.0, 0.5)}, "rising p values"),
        ({"steps": (0.025, 0.99999)}, "no study has p between 0.99999 and 1"),
        ({"delta": (1.0,)}, "expected 2 weights"),
        ({"delta": (1.0, 0.0)}, "weights above 0"),
        ({"favoured": "up"}, "expected greater, less or two-sided"),
    ],
)
def test_steps_that_cannot_be_fitted_are_refused(words, said):
    with pytest.raises(InputError, match=said):
        step_selection(Y, V, **words)


def test_few_studies_and_unknown_shapes_are_refused():
    with pytest.raises(InputError, match="at least 10"):
        step_selection(Y[:9], V[:9])
    with pytest.raises(InputError, match="at least 10"):
        smooth_selection(Y[:9], V[:9])
    with pytest.raises(InputError, match="at least 5"):
        smooth_selection(Y[:4], V[:4], minimum=1)
    with pytest.raises(InputError, match="half-normal"):
        smooth_selection(Y, V, "flat")
    with pytest.raises(InputError, match="use steps"):
        smooth_selection(Y, V, "beta", "two-sided")
    with pytest.raises(InputError, match="above 0"):
        step_selection(Y, np.zeros(K))


def test_a_climb_that_cannot_end_says_so():
    def slope_for_ever(point):
        return Look(float(point[0]), np.ones(1), np.zeros((1, 1)))

    with pytest.raises(NotConverged):
        climb(slope_for_ever, np.zeros(1), np.array([-np.inf]))

    def nowhere(point):
        return Look(-math.inf, np.ones(1), np.zeros((1, 1)))

    with pytest.raises(NotConverged, match="no climb starts"):
        climb(nowhere, np.zeros(1), np.array([-np.inf]))
