"""Flexible curves: the three named laws without knots, lifelines' numbers with one, slopes, laws, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError, NotConverged
from remit.stats.parametric import fit_distribution
from remit.stats.spline import Spline, best_spline, fit_spline

# Edmonson's ovarian cancer trial, 26 women, as R's survival ships it: days and deaths.
DAYS = [59, 115, 156, 268, 329, 353, 365, 377, 421, 431, 448, 464, 475]
DAYS += [477, 563, 638, 744, 769, 770, 803, 855, 1040, 1106, 1129, 1206, 1227]
DEATHS = [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1] + [0] * 10


@pytest.mark.parametrize(("scale", "name"), [("hazard", "weibull"), ("odds", "log-logistic"), ("normal", "log-normal")])
def test_without_inner_knots_it_is_a_named_law(scale, name):
    got, named = fit_spline(DAYS, DEATHS, 0, scale), fit_distribution(DAYS, DEATHS, name)
    assert got.log_likelihood == pytest.approx(named.log_likelihood, abs=1e-9)
    assert got.survival([300.0, 900.0]).lower == pytest.approx(named.survival([300.0, 900.0]).lower, rel=1e-5)
    assert got.rmst(1000.0).se == pytest.approx(named.rmst(1000.0).se, rel=1e-5)


@given(seed=st.integers(0, 1000), scale=st.sampled_from(["hazard", "odds", "normal"]))
@settings(max_examples=15, deadline=None)
def test_slopes_are_exact_and_the_curve_is_straight_beyond_the_outer_knots(seed, scale):
    rng = np.random.default_rng(seed)
    law = Spline(np.array([-2.0, -0.5, 0.4, 1.0]), scale)
    theta, t = np.array([0.1, 1.2, *rng.uniform(-0.02, 0.02, 2)]), np.array([0.2, 0.9, 2.0])
    got = law.at(theta, t)
    for j in range(4):
        h = np.zeros(4)
        h[j] = 1e-5
        ahead, behind = law.at(theta + h, t), law.at(theta - h, t)
        assert got.survival_slope[:, j] == pytest.approx((ahead.log_survival - behind.log_survival) / 2e-5, abs=1e-6)
        assert got.hazard_slope[:, j] == pytest.approx((ahead.log_hazard - behind.log_hazard) / 2e-5, abs=1e-6)
    dt = 1e-5 * t
    fall = (law.at(theta, t - dt).log_survival - law.at(theta, t + dt).log_survival) / (2.0 * dt)
    assert np.exp(got.log_hazard) == pytest.approx(fall, rel=1e-5)
    outside = law.basis(np.array([1.5, 2.5, 3.5]))[0]
    assert outside[2] - outside[1] == pytest.approx(outside[1] - outside[0])


# lifelines 0.30.3, SplineFitter(knots at the same quantiles of log event times).fit(DAYS, DEATHS): log_likelihood_, and
# predict([300, 900]); for one inner knot the third standard error of summary
LIFELINES = {
    1: (-97.43944549172596, (0.7878634887457088, 0.5043295860027928)),
    2: (-96.42381441762592, (0.8171998178405497, 0.5121805079259956)),
}


@pytest.mark.parametrize("knots", LIFELINES)
def test_knots_agree_with_lifelines(knots):
    height, survival = LIFELINES[knots]
    got = fit_spline(DAYS, DEATHS, knots)
    assert got.log_likelihood == pytest.approx(height, abs=1e-8)
    assert got.survival([300.0, 900.0]).estimate == pytest.approx(survival, abs=1e-6)
    if knots == 1:
        reach = np.log(638.0 / 59.0)  # lifelines' basis is in log time, not scaled to the outer knots
        assert got.se[2] == pytest.approx(0.38175758198712423 * reach**3 / 20.0, rel=1e-4)


def test_more_knots_never_fit_worse_where_they_nest_and_the_best_has_the_smallest_aic():
    fits = [fit_spline(DAYS, DEATHS, k) for k in (0, 1)]
    assert fits[1].log_likelihood >= fits[0].log_likelihood - 1e-9
    assert best_spline(DAYS, DEATHS, 1).aic == min(f.aic for f in fits)


def test_the_unit_of_time_does_not_matter():
    base, moved = fit_spline(DAYS, DEATHS, 1), fit_spline(np.array(DAYS) / 30.4375, DEATHS, 1)
    assert moved.survival(700.0 / 30.4375).upper == pytest.approx(base.survival(700.0).upper, rel=1e-6)
    assert moved.quantile(0.3).estimate[0] * 30.4375 == pytest.approx(base.quantile(0.3).estimate[0], rel=1e-6)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: fit_spline(DAYS, DEATHS, 1, "log"), "hazard, odds or normal"),
        (lambda: fit_spline(DAYS, DEATHS, 9), "at most 5"),
        (lambda: fit_spline([1.0, 2.0, 3.0], [1, 1, 0], 1), "distinct event times"),
        (lambda: fit_spline([1.0] * 20 + [2.0, 3.0, 4.0, 5.0], [1] * 24, 3), "coincide"),
        (lambda: fit_spline([1.0, 2.0], [0, 0]), "no events"),
        (lambda: best_spline([1.0, 2.0], [0, 0]), "no events"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_a_curve_that_would_rise_is_refused():
    early = [1.0 + 0.01 * i for i in range(30)]
    late = [50.0 + 0.01 * i for i in range(30)]
    try:
        got = fit_spline(early + late, [1] * 60, 4)
    except NotConverged as error:
        assert "rises" in str(error) or "top" in str(error)
    else:
        assert (np.diff(got.survival(np.linspace(0.5, 50.0, 300)).estimate) <= 1e-12).all()
