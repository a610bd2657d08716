"""Weights of one's own choice, and corrections of sparse tables: against metafor, by hand, and refused."""

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import measures, pool, stratified, tau2
from remit.stats.weighted_mean import effective_sizes, weighted_mean

Y = np.array([0.1, 0.5, -0.3, 0.9, 0.4, 0.2])
V = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.04])


def test_stated_weights_agree_with_metafor():
    """rma(y, v, weights = ..., method = "REML") of metafor 3.8."""
    got = weighted_mean(Y, V, [3, 1, 2, 1, 4, 2], tau2.reml(Y, V))
    assert (got.estimate, got.se) == (pytest.approx(0.238461538462, rel=1e-8), pytest.approx(0.160105880463, rel=1e-8))
    assert sum(got.weights) == pytest.approx(100.0)


def test_inverse_variance_weights_give_the_common_effect():
    got, known = weighted_mean(Y, V, 5.0 / V), pool.common_effect(Y, V)
    assert (got.estimate, got.se, got.p) == pytest.approx((known.estimate, known.se, known.p))


@pytest.mark.parametrize(
    "weights, between, said",
    [([1, 1, 0, 1, 1, 1], 0.0, "weights\\[2\\]"), ([1, 1], 0.0, "length|weights"), ([1] * 6, -0.1, "tau2")],
)
def test_nonsense_is_refused(weights, between, said):
    with pytest.raises(InputError, match=said):
        weighted_mean(Y, V, weights, between)


def test_sizes_of_two_arms():
    assert effective_sizes([10, 30], [10, 10]).tolist() == [5.0, 7.5]
    with pytest.raises(InputError, match="nobody"):
        effective_sizes([10, 0], [10, 10])


def test_a_correction_by_size_adds_one_event_a_study():
    """Of 47 and 41 people the first arm gets 47/88 of an event: Sweeting's treatment-arm correction."""
    got = measures.tables([0], [47], [2], [41], "odds-ratio", shares="by-size")
    one, two = 47 / 88, 41 / 88
    assert got.estimate[0] == pytest.approx(np.log(one / (47 + one) / ((2 + two) / (39 + two))))
    with pytest.raises(InputError, match="by-size"):
        measures.tables([0], [47], [2], [41], "odds-ratio", shares="half")


def test_people_may_grow_once_with_the_events_of_a_risk_ratio():
    got = measures.tables([0], [47], [2], [41], "risk-ratio", people_once=True)
    assert got.estimate[0] == pytest.approx(np.log(0.5 / 47.5) - np.log(2.5 / 41.5))
    assert got.variance[0] == pytest.approx(1 / 0.5 - 1 / 47.5 + 1 / 2.5 - 1 / 41.5)


def test_two_variances_of_a_risk_difference_agree_in_large_studies():
    arms = [200, 180], [2000, 1900], [150, 170], [2100, 1800]
    sato = stratified.mantel_haenszel(*arms, "risk-difference")
    other = stratified.mantel_haenszel(*arms, "risk-difference", difference_variance="greenland-robins")
    assert other.estimate == sato.estimate
    assert other.se == pytest.approx(sato.se, rel=1e-2)
    with pytest.raises(InputError, match="sato"):
        stratified.mantel_haenszel(*arms, "risk-difference", difference_variance="klingenberg")
