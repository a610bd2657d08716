"""Curves of one group: by hand, from R, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats.competing import cumulative_incidence
from remit.stats.cox import cox
from remit.stats.cumulative_hazard import nelson_aalen
from remit.stats.kaplan_meier import BANDS, kaplan_meier
from remit.stats.logrank import logrank
from remit.stats.rmst import restricted_mean, rmst_difference

PEOPLE = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40)


def test_by_hand():
    curve = kaplan_meier([3, 1, 2, 2, 5], [1, 1, 0, 1, 0])
    assert curve.time.tolist() == [1, 2, 3, 5]
    assert curve.n_risk.tolist() == [5, 4, 2, 1]
    assert curve.survival.tolist() == pytest.approx([0.8, 0.6, 0.3, 0.3])
    assert curve.landmark(2).n_risk == 4
    assert curve.landmark(2.5).n_risk == 2
    assert curve.landmark(0.5).survival == 1.0
    assert (curve.n, curve.events) == (5, 3)


def test_bands_agree_with_r():
    # survfit(Surv(c(1,2,3,4), c(0,1,1,1)) ~ 1, conf.type = ...), survival 3.5-3
    wanted = {
        "log": (0.299507130359022, 1.0, 0.0672783908519223, 1.0),
        "log-log": (0.0540734267865168, 0.945206387272047, 0.00896162833097908, 0.774148650360833),
        "plain": (0.133232035960521, 1.0, 0.0, 0.866767964039479),
        "logit": (0.153513121173935, 0.956628103278842, 0.0433718967211576, 0.846486878826065),
        "arcsine": (0.144208456229611, 0.99753324872854, 0.00246675127145995, 0.855791543770389),
    }
    for band in BANDS:
        curve = kaplan_meier([1, 2, 3, 4], [0, 1, 1, 1], band=band)
        got = curve.lower[1], curve.upper[1], curve.lower[2], curve.upper[2]
        assert got == pytest.approx(wanted[band], rel=1e-12, abs=1e-15)
        assert curve.confidence_interval(1).lower == curve.lower[1]
        assert (curve.lower[0], curve.upper[0]) == (1.0, 1.0)
        assert math.isnan(curve.lower[3])


def test_a_quantile_on_a_flat_span_is_its_middle():
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0]).median.time == 3.0
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 0, 1]).median.time == 3.0
    assert kaplan_meier([1, 2, 3], [1, 0, 0]).median.time == math.inf
    assert kaplan_meier([1, 2, 3], [1, 1, 1]).median.time == 2.0


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_without_censoring_it_is_the_share_still_there(times):
    curve = kaplan_meier(times, np.ones(len(times)))
    for time, survival in zip(curve.time, curve.survival, strict=True):
        assert survival == pytest.approx(np.mean(np.array(times) > time), abs=1e-12)


@given(PEOPLE, st.sampled_from([12.0, 1 / 12, 30.4375, 365.25]))
@settings(max_examples=40, deadline=None)
def test_the_unit_of_time_does_not_matter(people, unit):
    time, event = (np.array(v, dtype=float) for v in zip(*people, strict=True))
    one, other = kaplan_meier(time, event), kaplan_meier(time * unit, event)
    np.testing.assert_array_equal(one.survival, other.survival)
    np.testing.assert_array_equal(one.lower, other.lower)
    assert one.median.time * unit == pytest.approx(other.median.time)
    if event.any():
        assert nelson_aalen(time, event).hazard[-1] == nelson_aalen(time * unit, event).hazard[-1]


@given(PEOPLE)
@settings(max_examples=40, deadline=None)
def test_people_censored_at_the_end_raise_the_curve_and_move_no_step(people):
    time, event = (np.array(v, dtype=float) for v in zip(*people, strict=True))
    more = kaplan_meier(np.append(time, 50.0), np.append(event, 0.0))
    plain = kaplan_meier(time, event)
    assert (more.survival[:-1] >= plain.survival - 1e-15).all()
    assert set(more.time[more.n_event > 0]) == set(plain.time[plain.n_event > 0])


@given(PEOPLE)
@settings(max_examples=40, deadline=None)
def test_one_kind_of_event_is_one_minus_kaplan_meier_with_greenwood(people):
    time, event = (np.array(v, dtype=float) for v in zip(*people, strict=True))
    if not event.any():
        return
    (curve,) = cumulative_incidence(time, event)
    plain = kaplan_meier(time, event)
    np.testing.assert_allclose(curve.incidence, 1.0 - plain.survival, atol=1e-12)
    seen = plain.survival > 0.0
    np.testing.assert_allclose(curve.se[seen], plain.se[seen], atol=1e-7)


def test_kinds_of_event_and_survival_add_to_one():
    rng = np.random.default_rng(4)
    time, cause = rng.exponential(5.0, 80).round(1), rng.integers(0, 3, 80)
    first, second = cumulative_incidence(time, cause)
    whole = kaplan_meier(time, cause > 0)
    np.testing.assert_allclose(first.incidence + second.incidence + whole.survival, 1.0, atol=1e-12)
    assert first.at(0.0) <= first.at(5.0)
    assert (first.lower <= first.incidence).all() and (first.incidence <= first.upper).all()


def test_hazard_by_hand():
    tied = nelson_aalen([1, 1, 2], [1, 1, 1])
    assert tied.hazard.tolist() == pytest.approx([2 / 3, 5 / 3])
    single = nelson_aalen([1, 1, 2], [1, 1, 1], ties="one-by-one")
    assert single.hazard.tolist() == pytest.approx([1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])
    assert single.survival[0] == pytest.approx(math.exp(-5 / 6))


def test_restricted_mean_is_the_area():
    mean = restricted_mean([1, 2, 3, 4], [1, 1, 1, 1], 4.0)
    assert mean.estimate == pytest.approx(2.5)
    assert mean.se == pytest.approx(np.std([1, 2, 3, 4]) / 2.0)
    gap = rmst_difference([1, 2, 3, 4, 2, 3, 5, 6], np.ones(8), [0, 0, 0, 0, 1, 1, 1, 1], horizon=4.0)
    assert gap.estimate == pytest.approx(3.25 - 2.5)
    assert gap.confidence_interval().lower < gap.estimate
    swapped = rmst_difference([1, 2, 3, 4, 2, 3, 5, 6], np.ones(8), [1, 1, 1, 1, 0, 0, 0, 0], horizon=4.0)
    assert swapped.estimate == pytest.approx(-gap.estimate)


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: kaplan_meier([], []), "at least one person"),
        (lambda: kaplan_meier([1, -2], [1, 0]), r"time\[1\] is -2"),
        (lambda: kaplan_meier([1, 2], [1, 2]), r"event\[1\] is 2; expected 1 for the event"),
        (lambda: kaplan_meier([1, 2], [1]), "one of each per person"),
        (lambda: kaplan_meier([1, math.nan], [1, 0]), r"time\[1\] is nan"),
        (lambda: kaplan_meier([1, 2], [1, 0], band="cloglog"), "expected one of log-log"),
        (lambda: kaplan_meier([1, 2], [1, 0]).survival_at([3]), "beyond the last follow-up"),
        (lambda: kaplan_meier([1, 2], [1, 0]).landmark(-1), "expected 0 or more"),
        (lambda: kaplan_meier([1, 2], [1, 0]).quantile(1.0), "strictly between"),
        (lambda: nelson_aalen([1], [1], ties="efron"), "one-by-one"),
        (lambda: restricted_mean([1, 2], [1, 0], 3), "beyond the last follow-up"),
        (lambda: rmst_difference([1, 2], [1, 0], [1, 1]), "everybody is in one group"),
        (lambda: rmst_difference([1, 2], [1, 0], [1, 2]), r"arm\[1\] is 2"),
        (lambda: cumulative_incidence([1, 2], [0, 0]), "nobody had an event"),
        (lambda: cumulative_incidence([1, 2], [0.5, 1]), r"cause\[0\] is 0.5"),
        (lambda: cumulative_incidence([1, 2], [1, 1])[0].at(3), "last follow-up"),
    ],
)
def test_refusals_say_what_to_do(call, said):
    with pytest.raises(InputError, match=said):
        call()


TENTHS = (
    2,
    11,
    15,
    11,
    9,
    7,
    19,
    3,
    6,
    15,
    12,
    16,
    5,
    9,
    10,
    19,
    17,
    13,
    15,
    11,
    14,
    18,
    16,
    10,
    10,
    20,
    8,
    20,
    20,
    13,
    11,
    8,
    12,
    15,
    6,
    3,
    8,
    19,
    18,
    16,
    4,
    8,
    1,
    18,
    12,
    1,
    15,
    4,
    17,
    20,
    18,
    11,
    9,
    4,
    3,
    3,
    4,
    16,
    9,
    6,
)
DIED = (
    1,
    1,
    0,
    0,
    1,
    1,
    1,
    0,
    0,
    1,
    0,
    0,
    1,
    1,
    0,
    1,
    0,
    1,
    1,
    0,
    0,
    1,
    1,
    0,
    1,
    0,
    1,
    0,
    1,
    1,
    0,
    1,
    0,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    0,
    0,
    0,
    1,
    1,
    1,
    1,
    1,
    0,
    0,
    1,
    1,
    1,
    1,
    1,
    1,
    0,
    1,
    1,
)
ROUNDED = (6, 10, 20, 32, 44, 48, 54, 55, 59)
"""People whose time is 0.1 * k, not k / 10: another number, though the same time."""


def test_times_that_differ_by_rounding_alone_are_one_as_in_r():
    # survfit, survdiff and coxph of survival 3.5-3, whose timefix is on
    time = np.array(TENTHS) / 10
    time[list(ROUNDED)] = np.array(TENTHS)[list(ROUNDED)] * 0.1
    assert np.unique(time).size == 24
    curve = kaplan_meier(time, DIED)
    assert curve.time.size == 20
    assert curve.survival[[4, 9, 14]] == pytest.approx(
        [0.8291476903057904, 0.6334726740403382, 0.4319356238943525], rel=1e-13
    )
    group = np.arange(60) % 2
    assert logrank(time, DIED, group).statistic == pytest.approx(0.595570485446653, rel=1e-12)
    assert cox(time, DIED, group).estimate == pytest.approx((-0.2480490277518383,), rel=1e-9)
    assert restricted_mean(time, DIED, 1.5).estimate == pytest.approx(1.13461050250389373, rel=1e-12)


def test_times_farther_apart_than_rounding_stay_two():
    assert kaplan_meier([1.0, 1.0 + 1e-6, 2.0], [1, 1, 1]).time.size == 3
    assert kaplan_meier([1.0, 1.0 + 1e-8, 2.0], [1, 1, 1]).time.tolist() == [1.0, 2.0]


def test_a_level_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="level 'x'"):
        kaplan_meier([1, 2], [1, 0], level="x")
