"""From printed numbers to estimates: by hand, back and forth, and refused."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import effects
from remit.stats.exact import agresti_coull, clopper_pearson, wilson
from remit.stats.interval import Interval, chi2_p, normal_quantile, t_quantile

Z = 1.959963984540054


def test_quantiles_are_the_printed_ones():
    assert normal_quantile(0.95) == pytest.approx(Z, rel=1e-14)
    assert t_quantile(0.95, 1) == pytest.approx(12.706204736432095, rel=1e-10)  # tan(0.475 pi)
    assert chi2_p(3.841458820694124, 1) == pytest.approx(0.05, rel=1e-12)
    assert 0.5 in Interval(0.2, 0.6)
    assert Interval(0.2, 0.6).width == pytest.approx(0.4)


def test_clopper_pearson_by_hand():
    """With no event the upper end solves (1 - p)^n = 0.025; 5 of 10 is symmetric."""
    none = clopper_pearson(0, 12)
    assert (none.lower, none.upper) == (0.0, pytest.approx(1.0 - 0.025 ** (1 / 12), rel=1e-12))
    every = clopper_pearson(30, 30)
    assert (every.lower, every.upper) == (pytest.approx(0.025 ** (1 / 30), rel=1e-12), 1.0)
    half = clopper_pearson(5, 10)
    assert half.lower == pytest.approx(1.0 - half.upper, rel=1e-12) == pytest.approx(0.18708602844739855)


def test_shorter_intervals_by_hand():
    """Wilson's ends solve (p - 1/2)^2 = z^2 p (1 - p) / n for 5 of 10; at 0 events the lower end is exactly 0."""
    got = wilson(5, 10)
    for end in (got.lower, got.upper):
        assert (end - 0.5) ** 2 == pytest.approx(Z**2 * end * (1 - end) / 10)
    assert wilson(0, 12).lower == 0.0
    assert wilson(12, 12).upper == 1.0
    assert agresti_coull(5, 10).upper == pytest.approx(0.5 + Z * math.sqrt(0.25 / (10 + Z**2)))
    assert agresti_coull(0, 12).lower == 0.0


@pytest.mark.parametrize("events, total", [(5, 4), (-1, 4), (1, 0), (1.5, 3), (math.nan, 3)])
def test_impossible_counts_are_refused(events, total):
    with pytest.raises(InputError, match="expected"):
        clopper_pearson(events, total)


def test_a_two_by_two_table_by_hand():
    """10 of 20 against 5 of 20: odds 1 and 1/3, risks 1/2 and 1/4."""
    odds = effects.log_odds_ratio(10, 20, 5, 20)
    assert (odds.estimate, odds.variance) == pytest.approx((math.log(3.0), 0.1 + 0.1 + 0.2 + 1 / 15))
    risk = effects.log_risk_ratio(10, 20, 5, 20)
    assert (risk.estimate, risk.variance) == pytest.approx((math.log(2.0), 0.1 - 0.05 + 0.2 - 0.05))
    difference = effects.risk_difference(10, 20, 5, 20)
    assert (difference.estimate, difference.variance) == pytest.approx((0.25, 0.5 * 0.5 / 20 + 0.25 * 0.75 / 20))


def test_corrections_are_stated_not_hidden():
    assert effects.log_odds_ratio(0, 10, 2, 10).estimate == pytest.approx(math.log(0.5 * 8.5 / (10.5 * 2.5)))
    everywhere = effects.log_odds_ratio(10, 20, 5, 20, only_zero=False)
    assert everywhere.estimate == pytest.approx(math.log(10.5 * 15.5 / (10.5 * 5.5)))
    assert effects.logit_proportion(0, 12, add=0.5).estimate == pytest.approx(math.log(0.5 / 12.5))
    for refused in (
        lambda: effects.logit_proportion(0, 12),
        lambda: effects.log_odds_ratio(0, 10, 2, 10, add=0.0),
        lambda: effects.log_risk_ratio(0, 10, 2, 10, add=0.0),
        lambda: effects.log_risk_ratio(10, 10, 10, 10, add=0.0),
        lambda: effects.risk_difference(0, 10, 0, 10, add=0.0),
        lambda: effects.logit_proportion(1, 12, add=-0.5),
    ):
        with pytest.raises(InputError):
            refused()


def test_hazard_ratio_routes_by_hand():
    exact = effects.log_hr_from_interval(0.5, 0.5 / math.exp(Z * 0.2), 0.5 * math.exp(Z * 0.2))
    assert (exact.estimate, exact.se) == pytest.approx((math.log(0.5), 0.2))
    p = effects.log_hr_from_p(math.exp(-Z * 0.2), 0.05)
    assert p.se == pytest.approx(0.2)
    assert effects.log_hr_from_p(math.exp(-1.6448536269514722 * 0.2), 0.05, sided=1).se == pytest.approx(0.2)
    assert effects.log_hr_from_p(1.0, 1.0, events=40).variance == pytest.approx(0.1)
    with pytest.raises(InputError, match="events or an interval"):
        effects.log_hr_from_p(1.0, 1.0)
    peto = effects.log_hr_from_events(2, 10, 6, 10)
    variance = 10 * 10 * 8 * 12 / (20**2 * 19)
    assert (peto.estimate, peto.variance) == pytest.approx(((2 - 4) / variance, 1 / variance))


def test_survival_routes_agree_where_they_should():
    s, se = 0.7, 0.05
    one = effects.cloglog_survival_from_se(s, se)
    ends = [math.exp(-math.exp(one.estimate + sign * Z * one.se)) for sign in (1, -1)]
    back = effects.cloglog_survival_from_interval(s, *ends)
    assert (back.estimate, back.variance) == pytest.approx((one.estimate, one.variance))
    binomial = effects.cloglog_survival_from_n(s, 84)  # S (1 - S) / n = 0.05^2
    assert binomial.variance == pytest.approx(one.variance)
    pair = effects.log_hr_from_survival(s, se, 0.5, 0.06)
    other = effects.cloglog_survival_from_se(0.5, 0.06)
    assert pair.estimate == pytest.approx(math.log(math.log(0.7) / math.log(0.5)))
    assert pair.variance == pytest.approx(one.variance + other.variance)


@pytest.mark.parametrize(
    ("scale", "there", "back"),
    [
        ("cloglog", lambda s: -math.log(-math.log(s)), lambda v: math.exp(-math.exp(-v))),
        ("log", math.log, math.exp),
        ("plain", lambda s: s, lambda v: v),
    ],
)
@pytest.mark.parametrize("s", [0.35, 0.6, 0.84])
def test_an_interval_gives_the_same_variance_on_whichever_scale_it_was_made(scale, there, back, s):
    se = 0.05
    own = se * {"cloglog": -1 / (s * math.log(s)), "log": 1 / s, "plain": 1.0}[scale]
    ends = [round(back(there(s) + sign * Z * own), 3) for sign in (-1, 1)]  # as printed, in tenths of a percent
    assert effects.interval_scale(s, *ends) == scale
    got = effects.cloglog_survival_from_interval(s, *ends, scale=scale)
    assert got.variance == pytest.approx(effects.cloglog_survival_from_se(s, se).variance, rel=0.02)


def test_another_scale_than_the_intervals_own_misstates_the_variance():
    # exp(log(0.84) -+ z 0.05 / 0.84): a log-scale interval, as R's survfit makes it by default
    ends = [0.84 * math.exp(sign * Z * 0.05 / 0.84) for sign in (-1, 1)]
    true = effects.cloglog_survival_from_se(0.84, 0.05).variance
    assert effects.cloglog_survival_from_interval(0.84, *ends, scale="log").variance == pytest.approx(true)
    assert effects.cloglog_survival_from_interval(0.84, *ends, scale="cloglog").variance > 1.3 * true


def test_halves_that_cannot_be_compared_are_read_on_the_pooling_scale():
    assert effects.interval_scale(0.95, 0.83, 1.0) == "cloglog"
    assert effects.interval_scale(0.95, 0.95, 0.99) == "cloglog"
    with pytest.raises(InputError, match="scale 'logit'"):
        effects.cloglog_survival_from_interval(0.5, 0.4, 0.6, scale="logit")


def test_an_end_at_one_leaves_the_other_half():
    got = effects.cloglog_survival_from_interval(0.95, 0.83, 1.0)
    assert got.se == pytest.approx((math.log(-math.log(0.83)) - math.log(-math.log(0.95))) / Z)
    with pytest.raises(InputError, match="at least one end"):
        effects.cloglog_survival_from_interval(0.95, 0.0, 1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: effects.cloglog_survival_from_se(1.0, 0.1),
        lambda: effects.cloglog_survival_from_se(0.5, 0.0),
        lambda: effects.cloglog_survival_from_interval(0.5, 0.6, 0.7),
        lambda: effects.cloglog_survival_from_n(0.0, 10),
        lambda: effects.log_hr_from_interval(0.5, 0.6, 0.9),
        lambda: effects.log_hr_from_interval(-0.5, 0.1, 0.9),
        lambda: effects.log_hr_from_p(0.5, 0.0),
        lambda: effects.log_hr_from_p(0.5, 0.05, sided=3),
        lambda: effects.log_hr_from_events(0, 10, 0, 10),
    ],
)
def test_impossible_survival_is_refused(call):
    with pytest.raises(InputError, match="expected"):
        call()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_exchanging_the_arms_changes_the_sign(a, b, c, d):
    for measure in (effects.log_odds_ratio, effects.log_risk_ratio, effects.risk_difference):
        one, other = measure(a, a + b, c, c + d), measure(c, c + d, a, a + b)
        assert (one.estimate, one.variance) == pytest.approx((-other.estimate, other.variance), abs=1e-12)
