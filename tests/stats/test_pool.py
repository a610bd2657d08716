"""Pooling: numbers that can be checked by hand or in print, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import batch, effects, gosh, heterogeneity, pool, subgroups, tau2

# BCG trials, Colditz et al. (1994), JAMA 271:698-702, Table 1: vaccinated with and without tuberculosis, then controls.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]
ESTIMATORS = [
    tau2.reml,
    tau2.dersimonian_laird,
    tau2.paule_mandel,
    tau2.hedges,
    tau2.hunter_schmidt,
    tau2.sidik_jonkman,
    tau2.maximum_likelihood,
    tau2.empirical_bayes,
    tau2.median_unbiased,
]


def bcg() -> tuple[np.ndarray, np.ndarray]:
    got = [effects.log_risk_ratio(a, a + b, c, c + d) for a, b, c, d in BCG]
    return np.array([e.estimate for e in got]), np.array([e.variance for e in got])


def test_bcg_trials_agree_with_print():
    """Viechtbauer (2010), J Stat Softw 36(3), sections 3.2 and 3.4: REML fit and Q-profile interval."""
    fit = pool.random_effects(*bcg(), interval="normal")
    assert fit.tau2 == pytest.approx(0.3132, abs=0.5e-4)
    assert (fit.estimate, fit.se) == pytest.approx((-0.7145, 0.1798), abs=0.5e-4)
    assert (fit.lower, fit.upper) == pytest.approx((-1.0669, -0.3622), abs=0.5e-4)
    assert (fit.q, fit.i2) == pytest.approx((152.2330, 92.22), abs=0.5e-2)
    assert (fit.tau2_lower, fit.tau2_upper) == pytest.approx((0.1197, 1.1115), abs=0.5e-4)
    assert tau2.paule_mandel(*bcg()) == pytest.approx(0.3181, abs=0.5e-4)
    assert tau2.dersimonian_laird(*bcg()) == pytest.approx(0.3088, abs=0.5e-4)


def test_two_studies_by_hand():
    """Effects 0 and 2 with variance 1: mean 1, Q 2, sample variance 2, so tau2 2 - 1; ML divides by k: 1 - 1 = 0."""
    y, v = [0.0, 2.0], [1.0, 1.0]
    for estimator in (tau2.reml, tau2.dersimonian_laird, tau2.paule_mandel, tau2.hedges):
        assert estimator(y, v) == pytest.approx(1.0, rel=1e-12)
    assert tau2.maximum_likelihood(y, v) == 0.0
    assert heterogeneity.cochran_q(y, v).q == pytest.approx(2.0)
    common = pool.common_effect(y, v)
    assert (common.estimate, common.se) == pytest.approx((1.0, math.sqrt(0.5)))
    fit = pool.random_effects(y, v, interval="hartung-knapp")
    assert (fit.se, fit.df, fit.prediction_lower) == (pytest.approx(1.0), 1.0, None)
    assert fit.upper - fit.estimate == pytest.approx(math.tan(math.pi * 0.475))  # t with 1 df is Cauchy


def test_hartung_knapp_is_never_narrower_when_truncated():
    y, v = [0.10, 0.11, 0.12, 0.13], [0.2, 0.3, 0.2, 0.3]
    plain = pool.random_effects(y, v, interval="hartung-knapp")
    held = pool.random_effects(y, v, interval="hartung-knapp-adhoc")
    assert plain.se < held.se == pool.random_effects(y, v, interval="normal").se


def test_the_lesser_of_two_likelihood_maxima_is_not_returned():
    y, v = np.array([0.0, 0.0, 0.0, 3.0]), np.array([0.001, 0.001, 0.001, 4.0])
    grid = np.concatenate(([0.0], np.geomspace(1e-8, 20.0, 4000)))
    for restricted in (True, False):
        best = tau2.likeliest(y, v, restricted)
        heights = [tau2.log_likelihood(y, v, float(t), restricted) for t in grid]
        assert tau2.log_likelihood(y, v, best, restricted) >= max(heights) - 1e-12


def test_identical_effects_have_no_heterogeneity():
    fit = pool.random_effects([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], interval="hartung-knapp")
    assert (fit.tau2, fit.q, fit.q_p) == (0.0, 0.0, 1.0)
    assert fit.se == 0.0
    assert math.isinf(fit.statistic)
    assert [estimator([0.3] * 3, [0.1] * 3) for estimator in ESTIMATORS] == [0.0] * len(ESTIMATORS)


def test_subgroups_by_hand():
    """Two subgroups: Q is the squared z of their difference."""
    got = subgroups.between([0.0, 1.0], [0.3, 0.4])
    assert (got.q, got.df, got.p) == (pytest.approx(4.0), 1, pytest.approx(0.04550026389635842))


@pytest.mark.parametrize(
    "effect, variance, word",
    [
        ([], [], "k = 0"),
        ([1.0], [1.0], "k = 1"),
        ([1.0, 2.0], [1.0], "unequal"),
        ([1.0, math.nan], [1.0, 1.0], r"effect\[1\]"),
        ([1.0, 2.0], [1.0, 0.0], r"variance\[1\]"),
        ([1.0, 2.0], [1.0, -1.0], "above 0"),
        (["x", 2.0], [1.0, 1.0], "expected numbers"),
        ([[1.0]], [1.0], "flat"),
    ],
)
def test_refusals_name_the_value(effect, variance, word):
    with pytest.raises(InputError, match=word):
        pool.random_effects(effect, variance)


@pytest.mark.parametrize(
    "word",
    [
        {"interval": "wald"},
        {"prediction": "k"},
        {"tau2": -0.1},
        {"level": 95.0},
        {"tau2": math.nan},
    ],
)
def test_unknown_words_are_refused(word):
    with pytest.raises(InputError):
        pool.random_effects([0.0, 1.0, 2.0], [1.0, 1.0, 1.0], **word)


STUDIES = st.lists(st.tuples(st.floats(-3.0, 3.0), st.floats(0.01, 2.0)), min_size=3, max_size=12).map(
    lambda rows: (np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))
)
law = settings(max_examples=60, derandomize=True, deadline=None)


@law
@given(STUDIES, st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_shift_scale_and_sign(data, scale, shift):
    y, v = data
    one, other = pool.random_effects(y, v), pool.random_effects(-scale * y + shift, scale**2 * v)
    assert other.tau2 == pytest.approx(scale**2 * one.tau2, rel=1e-6, abs=1e-8 * scale**2)
    assert other.estimate == pytest.approx(shift - scale * one.estimate, rel=1e-6, abs=1e-6 * scale)
    assert other.upper == pytest.approx(shift - scale * one.lower, rel=1e-6, abs=1e-6 * scale)
    assert other.prediction_lower == pytest.approx(shift - scale * one.prediction_upper, rel=1e-6, abs=1e-6 * scale)


@law
@given(STUDIES, st.randoms(use_true_random=False))
def test_order_does_not_matter(data, random):
    y, v = data
    order = list(range(y.size))
    random.shuffle(order)
    for estimator in ESTIMATORS:
        assert estimator(y[order], v[order]) == pytest.approx(estimator(y, v), rel=1e-9, abs=1e-12)


@law
@given(STUDIES)
def test_a_study_without_information_changes_nothing(data):
    """Only fits whose likelihood has one maximum can be compared so closely; the estimate is compared always."""
    y, v = data
    for estimator in (tau2.reml, tau2.maximum_likelihood):
        alone = estimator(y, v)
        joined = estimator(np.append(y, 0.5), np.append(v, 1e14))
        assert joined == pytest.approx(alone, rel=1e-6, abs=1e-9)


@law
@given(STUDIES)
def test_tau2_of_zero_gives_the_common_effect(data):
    y, v = data
    none, common = pool.random_effects(y, v, tau2=0.0, interval="normal"), pool.common_effect(y, v)
    assert (none.estimate, none.se, none.lower, none.p) == pytest.approx(
        (common.estimate, common.se, common.lower, common.p), rel=1e-12
    )


@law
@given(STUDIES, st.integers(2, 4))
def test_copies_of_every_study(data, copies):
    """The common effect keeps its estimate and its variance is divided by the number of copies."""
    y, v = data
    one, many = pool.common_effect(y, v), pool.common_effect(np.tile(y, copies), np.tile(v, copies))
    assert (many.estimate, many.se**2) == pytest.approx((one.estimate, one.se**2 / copies), rel=1e-9, abs=1e-12)
    assert tau2.maximum_likelihood(np.tile(y, copies), np.tile(v, copies)) == pytest.approx(
        tau2.maximum_likelihood(y, v), rel=1e-8, abs=1e-10
    )


@law
@given(STUDIES)
def test_estimates_solve_their_equations(data):
    y, v = data
    k = y.size
    assert tau2.q_at(y, v, tau2.paule_mandel(y, v)) <= (k - 1) * (1 + 1e-9) or tau2.paule_mandel(y, v) > 0.0
    for restricted in (True, False):
        best = tau2.likeliest(y, v, restricted)
        if best > 0.0:
            around = abs(tau2.slope(y, v, 0.99 * best, restricted)) + abs(tau2.slope(y, v, 1.01 * best, restricted))
            assert abs(tau2.slope(y, v, best, restricted)) <= 1e-6 * max(around, 1e-6)
        else:
            assert tau2.slope(y, v, 0.0, restricted) <= 0.0
    ends = heterogeneity.q_profile(y, v)
    if ends.lower > 0.0:
        assert tau2.q_at(y, v, ends.lower) == pytest.approx(pool.chi2_quantile(0.025, k - 1), rel=1e-9)
    if ends.upper > 0.0:
        assert tau2.q_at(y, v, ends.upper) == pytest.approx(pool.chi2_quantile(0.975, k - 1), rel=1e-9)


@law
@given(STUDIES)
def test_weights_are_percent_and_intervals_hold_their_estimate(data):
    fit = pool.random_effects(*data)
    assert sum(fit.weights) == pytest.approx(100.0)
    assert fit.prediction_lower <= fit.estimate <= fit.prediction_upper
    assert fit.lower <= fit.estimate <= fit.upper
    assert 0.0 <= fit.tau2_lower <= fit.tau2_upper
    assert 0.0 <= fit.i2 < 100.0


def test_one_study_that_outweighs_the_rest_beyond_all_digits():
    y, v = [0.1, 0.9, -0.4], [1e-20, 1.0, 1.0]
    assert pool.random_effects(y, v, 0.0).i2 == 0.0
    assert heterogeneity.i2(0.1, v) == 0.0
    assert batch.random_effects([y], [v], tau2=0.0).i2[0] == 0.0
    assert np.isfinite(gosh.gosh(y, v, "dersimonian-laird").i2).all()


@pytest.mark.parametrize("interval", ["hartung-knapp-hybrid", "hartung-knapp-iqwig"])
def test_chosen_intervals_are_one_of_their_two(interval):
    for y in ([0.1, 0.12, 0.11, 0.1], [0.1, 0.9, -0.4, 1.2]):
        v = [0.05, 0.1, 0.04, 0.2]
        other = "normal" if interval.endswith("hybrid") else "hartung-knapp-adhoc"
        got = pool.random_effects(y, v, interval=interval)
        ends = [(f.lower, f.upper) for f in (pool.random_effects(y, v, interval=i) for i in ("hartung-knapp", other))]
        assert (got.lower, got.upper) in ends
    assert got.upper - got.lower >= pool.random_effects(y, v, interval="normal").upper - got.estimate


def test_prediction_intervals_on_one_degree_of_freedom_fewer_are_wider():
    y, v = [0.1, 0.9, -0.4, 1.2], [0.05, 0.1, 0.04, 0.2]
    for wide, narrow in (
        ("hartung-knapp-k-2", "hartung-knapp"),
        ("kenward-roger-less-1", "kenward-roger"),
        ("k-1", "normal"),
    ):
        one, other = (pool.random_effects(y, v, prediction=p) for p in (wide, narrow))
        assert one.prediction_upper > other.prediction_upper
    assert pool.random_effects(y[:2], v[:2], prediction="k-1").prediction_upper is not None
    assert pool.random_effects(y[:2], v[:2], prediction="hartung-knapp-k-2").prediction_upper is None


@pytest.mark.parametrize(
    "effect, variance, said",
    [([1e300, 0.2], [0.1, 0.2], "larger unit"), ([0.1, 0.2], [1e-300, 0.2], "at least 1e-100")],
)
def test_numbers_whose_squares_leave_floating_point_are_refused(effect, variance, said):
    """They overflowed, or divided by zero, somewhere inside."""
    with pytest.raises(InputError, match=said):
        pool.random_effects(effect, variance)


def test_two_steps_from_a_start_of_ones_own():
    """rma(y, v, method = "SJ", control = list(tau2.init = 0.05)) of metafor 3.8."""
    y, v = [0.1, 0.5, -0.3, 0.9, 0.4, 0.2], [0.02, 0.05, 0.03, 0.08, 0.01, 0.04]
    assert tau2.sidik_jonkman(y, v, start=0.05) == pytest.approx(0.0837793784, rel=1e-8)
    with pytest.raises(InputError, match="start"):
        tau2.sidik_jonkman(y, v, start=0.0)
