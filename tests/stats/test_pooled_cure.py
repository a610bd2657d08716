"""The pooled cured fraction: the marginal likelihood against nested quadrature, laws, both stages, refusals."""

import math

import numpy as np
import pytest
from scipy.special import expit

from remit.errors import InputError
from remit.stats._at_risk import people
from remit.stats._distributions import DISTRIBUTIONS, WEIBULL, MixtureCure, NonMixtureCure
from remit.stats._hierarchy import Hierarchy
from remit.stats.cure import fit_cure
from remit.stats.pooled_cure import pool_cure


def made(k: int, tau: float = 0.5, seed: int = 5, n: int = 60) -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    times, events = [], []
    for _ in range(k):
        cured = expit(-0.4 + tau * rng.standard_normal())
        x = np.where(rng.random(n) < cured, np.inf, 10.0 * math.exp(0.2 * rng.standard_normal()) * rng.weibull(1.2, n))
        c = rng.uniform(20.0, 60.0, n)
        times.append(np.minimum(x, c))
        events.append((x <= c).astype(int))
    return times, events


@pytest.mark.parametrize("mixture", [True, False])
def test_the_marginal_likelihood_is_the_double_integral(mixture):
    who = people([1.0, 3.0, 8.0, 9.0, 20.0, 25.0], [1, 1, 1, 0, 0, 0])
    law = (MixtureCure if mixture else NonMixtureCure)(WEIBULL)
    data = Hierarchy([who], law, (0, 1), 15)
    theta = np.array([-0.3, 0.2, -0.1, 0.8, 0.4])
    height, _, _ = data.look(theta, data.nodes(theta))
    t = who.time / data.unit

    x, w = np.polynomial.legendre.leggauss(60)
    total = 0.0
    for u, wu in zip(7.0 * x, 7.0 * w, strict=True):
        for v, wv in zip(7.0 * x, 7.0 * w, strict=True):
            shape = law.at(np.array([theta[0] + 0.8 * u, theta[1] + 0.4 * v, theta[2]]), t)
            own = shape.log_hazard[who.event].sum() + shape.log_survival.sum()
            total += wu * wv * math.exp(own - 0.5 * (u * u + v * v)) / (2.0 * math.pi)
    assert height == pytest.approx(math.log(total), abs=1e-4)


@pytest.mark.parametrize("latency", ["exponential", "weibull", "log-normal", "log-logistic"])
@pytest.mark.parametrize("mixture", [True, False])
def test_slopes_at_fixed_nodes_are_exact(latency, mixture):
    times, events = made(3, n=20)
    law = (MixtureCure if mixture else NonMixtureCure)(DISTRIBUTIONS[latency])
    data = Hierarchy([people(t, d) for t, d in zip(times, events, strict=True)], law, (0, 1), 5)
    theta = np.array([-0.3, 0.2, -0.1, 0.5, 0.3] if data.p == 3 else [-0.3, 0.2, 0.5, 0.3])
    nodes = data.nodes(theta)
    _, slope, _ = data.look(theta, nodes)
    for j in range(theta.size):
        h = np.zeros(theta.size)
        h[j] = 1e-5
        numeric = (data.look(theta + h, nodes)[0] - data.look(theta - h, nodes)[0]) / 2e-5
        assert slope[j] == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def test_both_stages_agree_where_every_study_has_a_plateau():
    times, events = made(5)
    got = pool_cure(times, events, names=[f"s{i}" for i in range(5)])
    assert got.two_stage.k == 5
    assert got.logit == pytest.approx(got.two_stage.logit.estimate, abs=0.15)
    assert got.prediction_lower <= got.lower < got.cured < got.upper <= got.prediction_upper
    assert min(got.studies) < got.cured < max(got.studies)
    assert got.survival(60.0).estimate[0] == pytest.approx(got.cured, abs=0.02)
    assert got.to_dict()["two_stage"]["logit"]["k"] == 5
    assert "Omitted" not in got.summary()


def test_identical_studies_give_that_study_s_fraction_and_no_spread():
    times, events = made(1)
    one = fit_cure(times[0], events[0])
    got = pool_cure(times * 4, events * 4)
    assert got.cured == pytest.approx(one.cured, abs=1e-4)
    assert got.tau_logit == pytest.approx(0.0, abs=1e-3)
    assert got.tau_time == pytest.approx(0.0, abs=1e-3)


def test_neither_the_unit_of_time_nor_the_order_of_studies_matters():
    times, events = made(4, n=30)
    base = pool_cure(times, events, points=5)
    moved = pool_cure([30.4 * t for t in times[::-1]], events[::-1], points=5)
    assert moved.cured == pytest.approx(base.cured, rel=1e-4)
    assert moved.upper == pytest.approx(base.upper, rel=1e-4)
    assert moved.tau_logit == pytest.approx(base.tau_logit, abs=1e-3)


def test_a_study_without_events_pulls_up_and_two_stages_cannot_use_it():
    times, events = made(4, n=30)
    base = pool_cure(times, events, points=5)
    got = pool_cure([*times, np.full(40, 50.0)], [*events, np.zeros(40)], names=["a", "b", "c", "d", "quiet"], points=5)
    assert got.cured > base.cured
    assert got.two_stage.k == 4
    assert "quiet: no events" in got.excluded[0]
    assert got.studies[4] == max(got.studies)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pool_cure([[1.0, 2.0]], [[1, 0]]), "at least two"),
        (lambda: pool_cure([[1.0, 2.0]] * 2, [[0, 0]] * 2), "no events in any"),
        (lambda: pool_cure([[0.0, 2.0]] * 2, [[1, 0]] * 2), "event at time 0"),
        (lambda: pool_cure(*made(2), latency="generalised-gamma"), "exponential, weibull"),
        (lambda: pool_cure(*made(2), kind="both"), "mixture or non-mixture"),
        (lambda: pool_cure(*made(2), names=["a"]), "1 names of 2"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
