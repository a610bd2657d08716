"""Whole columns of effect measures and stratified pooling: by hand and by law."""

import math

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats import effects, exact, measures, measures_means, measures_rates, stratified

A, N1, C, N2 = [10, 3, 0], [20, 30, 15], [5, 6, 2], [20, 29, 16]


def test_columns_equal_single_studies():
    pairs = {
        "odds-ratio": effects.log_odds_ratio,
        "risk-ratio": effects.log_risk_ratio,
        "risk-difference": effects.risk_difference,
    }
    for measure, single in pairs.items():
        got = measures.tables(A, N1, C, N2, measure)
        wanted = [single(*row) for row in zip(A, N1, C, N2, strict=True)]
        assert got.estimate == pytest.approx([e.estimate for e in wanted])
        assert got.variance == pytest.approx([e.variance for e in wanted])
    peto = measures.tables(A, N1, C, N2, "peto", to="none")
    first = effects.log_hr_from_events(10, 20, 5, 20)
    assert (peto.estimate[0], peto.variance[0]) == pytest.approx((first.estimate, first.variance))


def test_proportions_by_hand():
    got = measures.proportions([5, 0], [10, 10], "logit")
    assert got.estimate == pytest.approx([0.0, math.log(0.5 / 10.5)])
    assert measures.proportions([5], [10], "arcsine").estimate == pytest.approx([math.pi / 4])
    assert measures.proportions([5], [10], "raw").variance == pytest.approx([0.025])


def test_double_arcsine_comes_back():
    x, n = np.arange(0, 13), 12
    there = measures.proportions(x, np.full(13, n), "double-arcsine").estimate
    assert measures.double_arcsine_back(there, n) == pytest.approx(x / n, abs=1e-12)


def test_rates_and_means_by_hand():
    assert measures_rates.rates([4], [2.0], "log").estimate == pytest.approx([math.log(2.0)])
    ratio = measures_rates.two_rates([4], [2.0], [3], [3.0], "rate-ratio")
    assert (ratio.estimate[0], ratio.variance[0]) == pytest.approx((math.log(2.0), 1 / 4 + 1 / 3))
    mean = measures_means.means([10], [5.0], [2.0], [10], [3.0], [2.0], "mean-difference")
    assert (mean.estimate[0], mean.variance[0]) == pytest.approx((2.0, 0.8))
    g = measures_means.means([10], [5.0], [2.0], [10], [3.0], [2.0], "standardised")
    assert g.estimate[0] == pytest.approx(1.0 - 3.0 / (4 * 18 - 1), abs=1e-3)  # the usual approximation of the factor
    assert measures_means.fisher_z([0.5], [28]).estimate == pytest.approx([math.atanh(0.5)])


@pytest.mark.parametrize(
    "call",
    [
        lambda: measures.proportions([1], [2], "probit"),
        lambda: measures.tables(A, N1, C, N2, "hazard"),
        lambda: measures.tables(A, N1, C, N2, "odds-ratio", to="some"),
        lambda: measures_rates.rates([1], [0.0], "log"),
        lambda: measures_rates.rates([1], [1.0], "cube"),
        lambda: measures_rates.two_rates([1], [1.0], [1], [1.0], "cube"),
        lambda: measures_means.means([1], [5.0], [2.0], [10], [3.0], [2.0], "mean-difference"),
        lambda: measures_means.means([10], [-5.0], [2.0], [10], [3.0], [2.0], "ratio-of-means"),
        lambda: measures_means.fisher_z([1.0], [28]),
        lambda: stratified.mantel_haenszel(A, N1, C, N2, "hazard"),
        lambda: stratified.mantel_haenszel([0, 0], [5, 5], [1, 1], [5, 5]),
        lambda: stratified.peto([0, 0], [5, 5], [0, 0], [5, 5]),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_one_table_by_hand():
    """A single stratum gives its own measure."""
    odds = stratified.mantel_haenszel([10], [20], [5], [20])
    assert odds.estimate == pytest.approx(math.log(3.0))
    assert odds.se**2 == pytest.approx(0.1 + 0.1 + 0.2 + 1 / 15)
    risk = stratified.mantel_haenszel([10], [20], [5], [20], "risk-ratio")
    assert (risk.estimate, risk.se**2) == pytest.approx((math.log(2.0), 0.1 - 0.05 + 0.2 - 0.05))
    assert stratified.mantel_haenszel([10], [20], [5], [20], "risk-difference").estimate == pytest.approx(0.25)
    test = stratified.cochran_mantel_haenszel([10], [20], [5], [20], correct=False)
    assert test.q == pytest.approx(2.5**2 / (20 * 20 * 15 * 25 / (1600 * 39)))


def test_rates_of_one_stratum_by_hand():
    ratio = stratified.mantel_haenszel_rates([10], [100.0], [5], [100.0])
    assert (ratio.estimate, ratio.se**2) == pytest.approx((math.log(2.0), 0.1 + 0.2))
    difference = stratified.mantel_haenszel_rates([10], [100.0], [5], [100.0], "rate-difference")
    assert (difference.estimate, difference.se**2) == pytest.approx((0.05, 15 / 100.0**2))


def test_exchanging_arms_changes_the_sign():
    for measure in ("odds-ratio", "risk-ratio", "risk-difference"):
        one = stratified.mantel_haenszel(A, N1, C, N2, measure)
        other = stratified.mantel_haenszel(C, N2, A, N1, measure)
        assert (one.estimate, one.se) == pytest.approx((-other.estimate, other.se))
    assert stratified.peto(A, N1, C, N2).estimate == pytest.approx(-stratified.peto(C, N2, A, N1).estimate)


def test_tables_where_nobody_had_the_event_can_be_dropped():
    got = measures.tables([0, 1], [10, 10], [0, 2], [10, 10], "risk-ratio", drop_empty=True)
    assert math.isnan(got.estimate[0])
    assert got.variance[0] == math.inf
    assert got.estimate[1] == pytest.approx(math.log(0.5))


def test_phi_is_the_correlation_of_two_yes_or_no_variables():
    got = measures.tables([8], [20], [3], [10], "phi")
    arm = np.repeat([1.0, 1.0, 0.0, 0.0], [8, 12, 3, 7])
    event = np.repeat([1.0, 0.0, 1.0, 0.0], [8, 12, 3, 7])
    assert got.estimate[0] == pytest.approx(np.corrcoef(arm, event)[0, 1])


def test_simple_intervals_are_clipped_and_wilsons_corrected_one_is_wider():
    assert exact.simple(0, 10).width == 0.0
    assert exact.simple(0, 10, continuity=True).upper == pytest.approx(0.05)
    plain, corrected = exact.wilson(3, 10), exact.wilson(3, 10, continuity=True)
    assert corrected.lower < plain.lower < plain.upper < corrected.upper
    assert exact.wilson(10, 10, continuity=True).upper == 1.0
    assert exact.logit_normal(5, 10).upper == pytest.approx(1.0 - exact.logit_normal(5, 10).lower)


def test_homogeneity_of_equal_odds_ratios_is_none():
    got = stratified.homogeneity([10, 20], [30, 60], [5, 10], [25, 50])
    assert got.breslow_day == pytest.approx(0.0, abs=1e-12)
    assert got.df == 1
    with pytest.raises(InputError):
        stratified.homogeneity([10, 0], [30, 60], [5, 0], [25, 50])


def test_unbiased_correlation_lies_farther_from_zero():
    got = measures_means.correlations([0.5, -0.5, 0.0], [12, 12, 12], "unbiased")
    assert got.estimate[0] > 0.5
    assert got.estimate[1] == -got.estimate[0]
    assert got.estimate[2] == 0.0
    with pytest.raises(InputError, match="expected"):
        measures_means.correlations([0.5], [12], "rank")


def test_rates_weighted_by_expected_events_by_hand():
    """Expected in arm 1 at arm 2's rates: 5 x 100 / 100 and 8 x 50 / 200."""
    got = stratified.cochran_rates([10, 4], [100.0, 50.0], [5, 8], [100.0, 200.0])
    first, second = math.log(2.0), math.log((4 / 50) / (8 / 200))
    assert got.estimate == pytest.approx((5.0 * first + 2.0 * second) / 7.0, rel=1e-14)
    assert got.se**2 == pytest.approx(1 / 14 + 1 / 13, rel=1e-14)
    with pytest.raises(InputError, match="no event in any study"):
        stratified.cochran_rates([0, 0], [10.0, 10.0], [1, 2], [10.0, 10.0])
