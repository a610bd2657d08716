"""Each route by hand, the order they are tried in, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import survival
from remit.stats.cox import cox
from remit.stats.hr_routes import ROUTES, Curves, PrintedComparison, by, recover
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.logrank import logrank


def test_a_printed_interval_comes_first_and_the_rest_beside_it():
    printed = PrintedComparison(hr=0.75, lower=0.6, upper=0.94, p=0.0122, events=320)
    found = recover(printed)
    wanted = survival.log_hr_from_interval(0.75, 0.6, 0.94)
    assert (found.log_hr, found.variance) == (wanted.estimate, wanted.variance)
    assert found.route == "hr and interval" and found.inputs_used == ("hr", "lower", "upper")
    assert [o.route for o in found.also] == ["hr and p", "hr and total events"]
    assert found.also[0].variance == pytest.approx(found.variance, rel=0.05)
    assert found.also[1].variance == 4.0 / 320
    assert found.effect.se == math.sqrt(found.variance)


def test_the_bladder_trial_of_tierney_2007():
    """Trials 8:16: a two-sided p of 0.075 is z = 1.78; the curves of the trial give a ratio of 0.88, V = 128.81."""
    found = recover(PrintedComparison(p=0.075, favours="arm", events=100))
    assert found.log_hr / math.sqrt(found.variance) == pytest.approx(-1.78, abs=0.005)
    pooled = recover(PrintedComparison(hr=0.88, v=128.81)).effect
    ends = [math.exp(pooled.estimate + z * pooled.se) for z in (-1.959964, 1.959964)]
    assert ends == pytest.approx([0.74, 1.05], abs=0.005)


def test_log_rank_numbers():
    found = recover(PrintedComparison(o_minus_e=-12.4, v=40.0))
    assert (found.log_hr, found.variance) == (-0.31, 0.025)
    ratio = recover(PrintedComparison(hr=0.8, v=40.0))
    assert (ratio.log_hr, ratio.variance) == (math.log(0.8), 0.025)
    sums = recover(
        PrintedComparison(observed_arm=60, observed_comparator=80, expected_arm=70.0, expected_comparator=70.0)
    )
    assert sums.log_hr == pytest.approx(math.log(60 / 80))
    assert sums.variance == pytest.approx(2 / 70)


def test_ratio_or_p_with_events():
    arms = recover(PrintedComparison(hr=0.5, observed_arm=30, observed_comparator=60))
    assert arms.variance == pytest.approx(1 / 30 + 1 / 60)
    total = recover(PrintedComparison(hr=0.5, events=90, n_arm=100, n_comparator=50))
    assert total.variance == pytest.approx(150**2 / (90 * 100 * 50))
    assert total.inputs_used[-2:] == ("n_arm", "n_comparator")
    by_p = recover(PrintedComparison(p=0.05, favours="arm", observed_arm=30, observed_comparator=60))
    assert by_p.log_hr == pytest.approx(-1.959963984540054 * math.sqrt(1 / 30 + 1 / 60))
    both = recover(PrintedComparison(p=0.05, favours="comparator", events=100))
    assert both.log_hr == pytest.approx(1.959963984540054 * 0.2)


def test_a_ratio_of_one_takes_its_variance_from_the_events():
    found = recover(PrintedComparison(hr=1.0, p=1.0, events=100))
    assert (found.log_hr, found.variance, found.route) == (0.0, 0.04, "hr and total events")


def test_follow_up_is_used_where_no_number_at_risk_is_printed():
    curves = Curves((0.0, 6.0, 12.0), (1.0, 0.8, 0.7), (1.0, 0.7, 0.5), follow_up=(6.0, 24.0))
    found = recover(PrintedComparison(curves=curves, n_arm=50, n_comparator=60))
    assert found.route == "curves and follow-up" and found.log_hr < 0.0


def trial(seed=3, n=400, ratio=0.6):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) < n // 2
    death = rng.exponential(20.0, n) / np.where(arm, ratio, 1.0)
    leave = rng.uniform(12.0, 48.0, n)
    return np.minimum(death, leave), death <= leave, arm


def curves_of(time, event, arm, times, **words):
    first, second = (kaplan_meier(time[g], event[g]) for g in (arm, ~arm))
    return Curves(tuple(times), tuple(first.survival_at(times)), tuple(second.survival_at(times)), **words)


def test_curves_come_near_the_individual_data():
    time, event, arm = trial()
    times = np.arange(0.0, 45.0, 4.0)
    numbers = [tuple(float((time[g] >= t).sum()) for t in times) for g in (arm, ~arm)]
    truth = cox(time, event, arm)
    at_risk = curves_of(time, event, arm, times, at_risk_arm=numbers[0], at_risk_comparator=numbers[1])
    found = recover(PrintedComparison(curves=at_risk))
    assert found.log_hr == pytest.approx(truth.estimate[0], abs=0.05)
    assert found.variance == pytest.approx(truth.se[0] ** 2, rel=0.15)
    follow_up = curves_of(time, event, arm, times, follow_up=(12.0, 48.0))
    other = by("curves and follow-up", PrintedComparison(curves=follow_up, n_arm=200, n_comparator=200))
    assert other.log_hr == pytest.approx(truth.estimate[0], abs=0.08)
    assert other.variance == pytest.approx(truth.se[0] ** 2, rel=0.15)


def test_all_eleven_routes_of_one_trial_agree():
    time, event, arm = trial(ratio=0.8)
    fit, test = cox(time, event, arm), logrank(time, event, arm)
    times = np.arange(0.0, 45.0, 4.0)
    numbers = [tuple(float((time[g] >= t).sum()) for t in times) for g in (arm, ~arm)]
    curves = curves_of(
        time, event, arm, times, at_risk_arm=numbers[0], at_risk_comparator=numbers[1], follow_up=(12.0, 48.0)
    )
    ends = np.exp([fit.lower[0], fit.upper[0]])
    printed = PrintedComparison(
        hr=fit.hazard_ratio[0],
        lower=float(ends[0]),
        upper=float(ends[1]),
        p=test.p,
        favours="arm" if fit.estimate[0] < 0 else "comparator",
        o_minus_e=test.o_minus_e,
        v=test.v,
        observed_arm=int(test.observed[1]),
        observed_comparator=int(test.observed[0]),
        expected_arm=test.expected[1],
        expected_comparator=test.expected[0],
        events=int(event.sum()),
        n_arm=200,
        n_comparator=200,
        curves=curves,
    )
    found = recover(printed)
    assert len(found.also) == 10 == len(ROUTES) - 1
    for other in found.also:
        assert other.log_hr == pytest.approx(found.log_hr, abs=0.05), other.route
        assert other.variance == pytest.approx(found.variance, rel=0.15), other.route


@given(st.floats(0.3, 3.0), st.floats(0.001, 0.9), st.integers(5, 300), st.integers(5, 300))
@settings(max_examples=40, deadline=None)
def test_the_order_of_arms_flips_the_sign(hr, p, first, second):
    for one, other in [
        (PrintedComparison(hr=hr, observed_arm=first, observed_comparator=second),
         PrintedComparison(hr=1 / hr, observed_arm=second, observed_comparator=first)),
        (PrintedComparison(p=p, favours="arm", observed_arm=first, observed_comparator=second),
         PrintedComparison(p=p, favours="comparator", observed_arm=second, observed_comparator=first)),
    ]:  # fmt: skip
        a, b = recover(one), recover(other)
        assert a.log_hr == pytest.approx(-b.log_hr, abs=1e-12)
        assert a.variance == pytest.approx(b.variance)


CURVES = Curves((0.0, 6.0), (1.0, 0.5), (1.0, 0.4))


@pytest.mark.parametrize(
    "words, said",
    [
        ({}, "no route from nothing"),
        ({"hr": 0.5}, "no route from hr"),
        ({"p": 0.05, "events": 10}, "no route from p, events"),
        ({"hr": 0.5, "lower": 0.6, "upper": 0.9}, "expected lower <= hr <= upper"),
        ({"o_minus_e": 1.0, "v": 0.0}, "v 0.0"),
        ({"hr": -1.0, "v": 3.0}, "hr -1.0"),
        ({"hr": 1.0, "p": 0.9}, "gives no variance"),
        ({"p": 0.0, "favours": "arm", "events": 10}, "expected p above 0"),
        ({"hr": 0.5, "events": 90, "n_arm": 10, "n_comparator": 10}, "events 90 exceed 20"),
        (
            {"observed_arm": 10, "observed_comparator": 10, "expected_arm": 10.0, "expected_comparator": 20.0},
            "the same sum",
        ),
        ({"curves": CURVES}, "no route from curves"),
        ({"curves": Curves((0.0, 6.0), (1.0, 0.5), (1.0, 0.4), (10, 12), (10, 5))}, "never growing"),
        ({"curves": Curves((0.0, 6.0), (0.9, 0.5), (1.0, 0.4), (10, 5), (10, 5))}, "begin at 1"),
        ({"curves": Curves((0.0, 6.0), (1.0, 1.0), (1.0, 0.4), (10, 5), (10, 5))}, "no interval has events"),
        ({"curves": Curves((1.0, 6.0), (1.0, 1.0), (1.0, 0.4), (10, 5), (10, 5))}, "from time 0"),
    ],
)
def test_refusals_say_what_to_do(words, said):
    with pytest.raises(InputError, match=said):
        recover(PrintedComparison(**words))


def test_a_route_by_name_says_what_it_lacks():
    with pytest.raises(InputError, match="needs hr, v"):
        by("hr and v", PrintedComparison())
    with pytest.raises(InputError, match="expected one of hr and interval"):
        by("guess", PrintedComparison())
    with pytest.raises(InputError, match="shortest below longest"):
        follow = Curves((0.0, 6.0), (1.0, 0.5), (1.0, 0.4), follow_up=(9.0, 3.0))
        by("curves and follow-up", PrintedComparison(curves=follow, n_arm=10, n_comparator=10))
