"""Cure models: lifelines' numbers, boundary cases, laws, recovery of a known cured fraction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats.cure import KINDS, LATENCIES, fit_cure, follow_up


def plateau() -> tuple[np.ndarray, np.ndarray]:
    """Sixty people, 24 of them cured, the others at Weibull quantiles; censored from time 20 on."""
    i, j = np.arange(1, 37), np.arange(24)
    x = np.round(12.0 * (-np.log(1.0 - (i - 0.5) / 36.0)) ** (1.0 / 1.3), 2)
    c = 20.0 + (i * 37) % 40
    time = np.concatenate([np.minimum(x, c), 24.0 + (j * 29) % 48])
    return time, np.concatenate([x <= c, np.zeros(24, bool)]).astype(int)


# lifelines 0.30.3, MixtureCureFitter(base_fitter=...).fit(*plateau()): cured_fraction_, its se, log_likelihood_
LIFELINES = {
    "weibull": (0.40959332721683595, 0.0646171988624415, -154.2300845599224),
    "log-normal": (0.37375691129774885, 0.074604067865128, -156.17346114771297),
    "log-logistic": (0.3712225960507775, 0.07322383566446704, -155.52382869753447),
}


@pytest.mark.parametrize("latency", LIFELINES)
def test_agrees_with_lifelines(latency):
    cured, se, height = LIFELINES[latency]
    got = fit_cure(*plateau(), latency)
    assert got.cured == pytest.approx(cured, abs=1e-6)
    assert got.fit.se[0] * cured * (1.0 - cured) == pytest.approx(se, rel=1e-4)
    assert got.fit.log_likelihood == pytest.approx(height, abs=1e-8)
    assert got.lower < cured < got.upper
    assert got.warning == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("latency", LATENCIES)
def test_the_plateau_is_the_cured_fraction_and_the_ends_lie_as_deep_as_the_level_says(latency, kind):
    time, event = plateau()
    got = fit_cure(time, event, latency, kind)
    assert got.fit.survival(134.0).estimate[0] == pytest.approx(got.cured, abs=0.035)
    assert got.likelihood_ratio > 3.84
    assert got.p < 0.05
    wider = fit_cure(time, event, latency, kind, level=0.99)
    assert wider.lower < got.lower
    assert wider.upper > got.upper


@given(unit=st.floats(0.02, 400.0), kind=st.sampled_from(sorted(KINDS)), seed=st.integers(0, 99))
@settings(max_examples=4, deadline=None)
def test_neither_the_unit_of_time_nor_the_order_of_people_matters(unit, kind, seed):
    time, event = plateau()
    base, order = fit_cure(time, event, kind=kind), np.random.default_rng(seed).permutation(time.size)
    moved = fit_cure(unit * time[order], event[order], kind=kind)
    assert moved.cured == pytest.approx(base.cured, rel=1e-6)
    assert (moved.lower, moved.upper) == pytest.approx((base.lower, base.upper), rel=1e-5)
    assert moved.follow_up.p == pytest.approx(base.follow_up.p)


def test_without_a_plateau_nobody_is_cured_and_the_warning_says_so():
    u = (np.arange(60) + 0.5) / 60.0
    got = fit_cure(-10.0 * np.log(1.0 - u), np.ones(60))
    assert got.cured == got.lower == 0.0
    assert got.upper < 0.1
    assert got.p == 1.0
    assert "no plateau" in got.warning
    assert "nobody cured" in got.warning
    assert np.isfinite(got.fit.survival(5.0).lower[0])


def test_short_follow_up_is_called_too_short():
    u = (np.arange(80) + 0.5) / 80.0
    x = -10.0 * np.log(1.0 - u)
    c = 2.0 + np.arange(80) % 7
    got = fit_cure(np.minimum(x, c), x <= c)
    assert not got.follow_up.sufficient
    assert "too short" in got.warning
    assert got.lower == 0.0


def test_nearly_everybody_cured():
    got = fit_cure([1.0, 2.0, 3.0] + [30.0 + i for i in range(40)], [1] * 3 + [0] * 40)
    assert got.cured == pytest.approx(40 / 43, abs=1e-4)
    assert got.upper < 1.0


def test_maller_and_zhou_by_hand():
    # last event at 4, last time 6: events after 2 x 4 - 6 = 2 are those at 3 and 4; p = (1 - 2/6)^6
    got = follow_up([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1, 1, 1, 1, 0, 0])
    assert (got.near_end, got.on_plateau) == (2, 2)
    assert got.p == pytest.approx((4 / 6) ** 6)
    assert got.height == pytest.approx(2 / 6)


def test_a_known_cured_fraction_is_recovered_and_covered():
    rng, hits, found = np.random.default_rng(11), 0, []
    for _ in range(16):
        x = np.where(rng.random(120) < 0.35, np.inf, 10.0 * rng.weibull(1.2, 120))
        c = rng.uniform(24.0, 60.0, 120)
        got = fit_cure(np.minimum(x, c), x <= c)
        found.append(got.cured)
        hits += got.lower <= 0.35 <= got.upper
    assert np.mean(found) == pytest.approx(0.35, abs=0.035)
    assert hits >= 13


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: fit_cure(*plateau(), "gompertz"), "expected one of exponential"),
        (lambda: fit_cure(*plateau(), kind="mixed"), "mixture or non-mixture"),
        (lambda: fit_cure([1.0, 2.0], [0, 0]), "no events"),
        (lambda: follow_up([1.0, 2.0], [0, 0]), "any cured fraction"),
        (lambda: fit_cure([1.0, 2.0, 9.0], [1, 0, 0]), "distinct event times"),
        (lambda: fit_cure(*plateau(), level=1.5), "between 0 and 1"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
