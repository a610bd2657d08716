"""Pooled medians: variance from intervals, laws, and medians that were not reached."""

import math

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.pool import random_effects
from remit.stats.pooled_medians import StudyMedian, log_median, pool_medians

STUDIES = [StudyMedian("a", 12.0, 9.0, 16.0), StudyMedian("b", 15.0, 10.0, 21.0), StudyMedian("c", 9.0, 7.0, 12.5)]
OPEN = StudyMedian("d", 30.0, 20.0, math.inf)
NEVER = StudyMedian("e", math.inf, 25.0, math.inf)


def test_log_scale_by_hand():
    got = log_median(STUDIES[0])
    assert got.estimate == pytest.approx(math.log(12.0))
    assert got.variance == pytest.approx((math.log(16.0 / 9.0) / (2.0 * 1.959963984540054)) ** 2)
    assert log_median(OPEN).variance == pytest.approx((math.log(30.0 / 20.0) / 1.959963984540054) ** 2)


def test_the_implied_variance_is_what_repeated_studies_show_or_somewhat_more():
    rng, medians, implied = np.random.default_rng(2), [], []
    for _ in range(300):
        t, c = rng.exponential(20.0, 80), rng.uniform(30.0, 60.0, 80)
        q = kaplan_meier(np.minimum(t, c), t <= c).median
        medians.append(math.log(q.time))
        implied.append(log_median(StudyMedian("s", q.time, q.lower, q.upper)).variance)
    assert 1.0 < np.mean(implied) / np.var(medians) < 1.6  # Brookmeyer and Crowley's interval is wide


def test_pools_as_random_effects_do():
    found = [log_median(s) for s in STUDIES]
    single = random_effects([f.estimate for f in found], [f.variance for f in found])
    got = pool_medians(STUDIES)
    assert got.median == pytest.approx(math.exp(single.estimate))
    assert got.warning == ""


def test_unit_of_time_and_order_do_not_matter():
    moved = [StudyMedian(s.name, s.median * 30.4, s.lower * 30.4, s.upper * 30.4) for s in STUDIES[::-1]]
    assert pool_medians(moved).upper == pytest.approx(30.4 * pool_medians(STUDIES).upper, rel=1e-9)


def test_a_median_not_reached_is_refused_or_left_out_with_a_warning():
    with pytest.raises(InputError, match="not reached in e"):
        pool_medians([*STUDIES, NEVER])
    got = pool_medians([*STUDIES, NEVER], leave_out_not_reached=True)
    assert got.not_reached == ("e",)
    assert "too short" in got.warning


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: log_median(NEVER), "not reached"),
        (lambda: log_median(StudyMedian("x", 5.0, 6.0, 9.0)), "out of order"),
        (lambda: log_median(StudyMedian("x", 5.0, 5.0, math.inf)), "unknown"),
        (lambda: log_median(StudyMedian("x", -5.0, 1.0, 9.0)), "above 0"),
        (lambda: pool_medians([STUDIES[0]]), "at least two"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
