"""Landmarks of one study pooled together: Greenwood, agreement with one-landmark pooling, laws, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import _structures
from remit.stats.kaplan_meier import kaplan_meier
from remit.stats.pool import random_effects
from remit.stats.pooled_landmarks import (
    StudyLandmarks,
    landmark_outcomes,
    landmarks_from_intervals,
    landmarks_from_people,
    pool_landmarks,
)

AT = [6.0, 12.0, 24.0]


def people(seed: int, n: int = 60, mean: float = 25.0, to: float = 45.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    t, c = rng.exponential(mean * math.exp(0.25 * rng.standard_normal()), n), rng.uniform(10.0, to, n)
    return np.minimum(t, c), (t <= c).astype(int)


def several(k: int = 8, unit: float = 1.0) -> list[StudyLandmarks]:
    return [landmarks_from_people(people(j)[0] * unit, people(j)[1], np.array(AT) * unit) for j in range(k)]


def test_covariance_is_greenwood_s_at_the_earlier_time():
    time, event = people(1)
    study = landmarks_from_people(time, event, AT)
    curve = kaplan_meier(time, event)
    s = [curve.landmark(t).survival for t in AT]
    var = [(curve.landmark(t).se / curve.landmark(t).survival) ** 2 for t in AT]
    got = landmark_outcomes(study, "cloglog")
    assert got.covariance[0, 2] == pytest.approx(var[0] / (math.log(s[0]) * math.log(s[2])))
    assert got.covariance[1, 1] == pytest.approx(var[1] / math.log(s[1]) ** 2)
    logit = landmark_outcomes(study, "logit")
    assert logit.covariance[1, 2] == pytest.approx(var[1] / ((1.0 - s[1]) * (1.0 - s[2])))


def test_that_covariance_is_what_repeated_studies_show():
    rng, made = np.random.default_rng(4), []
    for _ in range(1500):
        t, c = rng.exponential(20.0, 80), rng.uniform(5.0, 60.0, 80)
        curve = kaplan_meier(np.minimum(t, c), t <= c)
        made.append(np.log(curve.survival_at([6.0, 12.0])))
    seen = np.cov(np.array(made).T)
    assert seen[0, 1] == pytest.approx(seen[0, 0], rel=0.12)


def test_one_landmark_is_the_univariate_random_effects_pool():
    studies = [landmarks_from_people(*people(j), [12.0]) for j in range(9)]
    rows = [landmark_outcomes(s, "cloglog") for s in studies]
    single = random_effects([r.estimate[0] for r in rows], [r.covariance[0, 0] for r in rows], interval="t")
    got = pool_landmarks(studies)
    assert got.estimate[0] == pytest.approx(single.estimate, abs=1e-7)
    assert got.tau[0] ** 2 == pytest.approx(single.tau2, abs=1e-6)
    assert got.se[0] == pytest.approx(single.se, abs=1e-6)
    assert (got.lower[0], got.upper[0]) == pytest.approx(
        (math.exp(-math.exp(single.upper)), math.exp(-math.exp(single.lower))), abs=1e-6
    )


def test_reference_pools_of_survival_at_one_time(reference):
    for case in reference.cases("survival_at_time_pool"):
        scale = case.args["transform"]
        if scale == "log" or case.args["test"] != "z":
            continue
        s, se = case.column("surv"), case.column("se_greenwood")
        studies = [
            StudyLandmarks((24.0,), (a,), ((b / a) ** 2,), "") for a, b in zip(s.tolist(), se.tolist(), strict=True)
        ]
        got = pool_landmarks(studies, scale=scale, interval="normal")
        tau2, low, high = got.tau[0] ** 2, got.lower[0], got.upper[0]
        if scale == "cloglog":
            ends = {"ci_lb": [math.log(-math.log(high))], "ci_ub": [math.log(-math.log(low))]}
        else:
            ends = {"ci_lb": [math.log(low / (1.0 - low))], "ci_ub": [math.log(high / (1.0 - high))]}
        reference.agree(case, {"b": got.estimate, "se": got.se, "tau2": tau2, "QE": got.q, "QE_p": got.q_p, **ends})


def test_printed_intervals_give_what_the_data_give():
    time, event = people(2, n=150)
    curve = kaplan_meier(time, event)
    marks = [curve.landmark(t) for t in AT]
    printed = landmarks_from_intervals(
        AT, [m.survival for m in marks], [m.lower for m in marks], [m.upper for m in marks], scale="cloglog"
    )
    own = landmarks_from_people(time, event, AT)
    assert printed.log_variance == pytest.approx(own.log_variance, rel=1e-9)
    assert printed.note == ""


def test_rounded_intervals_whose_variance_falls_are_held_and_told():
    got = landmarks_from_intervals([12.0, 24.0], [0.80, 0.79], [0.70, 0.71], [0.88, 0.86])
    assert got.log_variance[1] > got.log_variance[0]
    assert "raised" in got.note


def test_identical_studies_pool_to_their_own_landmarks():
    one = several(1)[0]
    got = pool_landmarks([one] * 5)
    assert got.survival == pytest.approx(one.survival, abs=1e-9)
    assert max(got.tau) == pytest.approx(0.0, abs=1e-4)
    assert got.i2 == 0.0


@given(unit=st.floats(0.01, 400.0), order=st.permutations(range(8)))
@settings(max_examples=6, deadline=None)
def test_neither_the_unit_of_time_nor_the_order_of_studies_matters(unit, order):
    base, moved = pool_landmarks(several()), several(unit=unit)
    got = pool_landmarks([moved[i] for i in order])
    assert got.survival == pytest.approx(base.survival, rel=1e-5)
    assert got.upper == pytest.approx(base.upper, rel=1e-5)


def test_a_study_that_lacks_later_landmarks_still_moves_them_by_its_correlation():
    long = several(8)
    short = landmarks_from_intervals([6.0], [0.97], [0.94], [0.985])
    base, got = (pool_landmarks(s, structure="compound-symmetric") for s in (long, [*long, short]))
    assert got.survival[0] > base.survival[0]
    assert got.survival[2] > base.survival[2]
    assert got.k == (9, 8, 8)


def test_a_study_without_events_pulls_up_a_little():
    quiet = landmarks_from_people(np.full(20, 30.0), np.zeros(20), AT)
    assert quiet.survival[0] == pytest.approx(math.exp(-0.5 / 20.0))
    assert landmark_outcomes(quiet, "cloglog").covariance[0, 0] == pytest.approx(2.0, rel=0.1)
    base = pool_landmarks(several(), structure="common")
    got = pool_landmarks([*several(), quiet], structure="common")
    assert base.survival[2] < got.survival[2] < base.survival[2] + 0.05


def test_auto_takes_what_the_studies_can_tell_and_says_why():
    assert pool_landmarks(several(10)).structure == "unstructured"
    few = pool_landmarks(several(3))
    assert few.structure in ("autoregressive", "compound-symmetric", "diagonal")
    assert "unstructured" in few.reason
    apart = [landmarks_from_people(*people(j), [6.0] if j % 2 else [24.0]) for j in range(6)]
    assert pool_landmarks(apart).structure == "diagonal"


def test_landmarks_of_one_study_are_left_out_by_name():
    got = pool_landmarks([*several(4), landmarks_from_people(*people(3), [6.0, 18.0])])
    assert got.left_out == (18.0,)
    assert got.time == (6.0, 12.0, 24.0)


def test_autoregressive_slopes_are_exact():
    study, outcome = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)
    structure = _structures.Autoregressive(study, outcome, 3)
    theta = np.array([0.5, 0.7, 0.3, 0.4])
    _, slopes = structure.small(theta)
    for j in range(4):
        h = np.zeros(4)
        h[j] = 1e-6
        numeric = (structure.small(theta + h)[0] - structure.small(theta - h)[0]) / 2e-6
        assert slopes[j] == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pool_landmarks(several(1)), "at least two"),
        (lambda: pool_landmarks(several(3), scale="probit"), "cloglog or logit"),
        (lambda: pool_landmarks(several(3), structure="ar2"), "expected auto"),
        (lambda: pool_landmarks(several(3), structure="unstructured"), "simpler structure"),
        (lambda: pool_landmarks(several(3), interval="z"), "t or normal"),
        (lambda: landmarks_from_people([1.0, 2.0], [1, 0], AT), "within follow-up"),
        (lambda: landmarks_from_people([1.0, 2.0], [1, 0], [3.0, 2.0]), "in order"),
        (lambda: landmarks_from_intervals([1.0], [80.0], [70.0], [90.0]), "in percent"),
        (lambda: landmarks_from_intervals([1.0, 2.0], [0.6, 0.7], [0.5, 0.6], [0.7, 0.8]), "rises"),
        (lambda: landmark_outcomes(StudyLandmarks((1.0,), (1.0,), (0.1,), ""), "logit"), "0 or 1"),
        (lambda: landmark_outcomes(StudyLandmarks((1.0, 2.0), (0.8, 0.7), (0.2, 0.1), ""), "logit"), "must rise"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
