"""Laws with parameters that vary between studies: against R's Poisson GLMM, plain integrals, laws, refusals."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from remit.errors import InputError
from remit.stats._at_risk import people
from remit.stats._distributions import DISTRIBUTIONS
from remit.stats._hierarchy import Hierarchy
from remit.stats.parametric import fit_distribution
from remit.stats.pooled_parametric import compare_pooled, pool_distribution, pool_spline

TIMES = [
    [2, 5, 7, 9, 14, 20, 20, 3],
    [1, 1.5, 2, 4, 6, 8, 15, 9],
    [6, 11, 13, 18, 25, 30, 30, 30],
]
EVENTS = [[1, 1, 1, 0, 1, 0, 0, 1], [1, 1, 1, 1, 0, 1, 1, 0], [1, 0, 1, 1, 0, 0, 0, 0]]
LAWS = ["exponential", "weibull", "gompertz", "log-logistic", "log-normal", "generalised-gamma"]


def made(k: int, tau: float = 0.4, seed: int = 2, n: int = 60) -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    times, events = [], []
    for _ in range(k):
        x = 10.0 * math.exp(tau * rng.standard_normal()) * rng.weibull(1.3, n)
        c = rng.uniform(5.0, 30.0, n)
        times.append(np.minimum(x, c))
        events.append((x <= c).astype(int))
    return times, events


def test_the_exponential_is_the_poisson_model_with_time_as_offset():
    got = pool_distribution(TIMES, EVENTS, "exponential", names=["a", "b", "c"])
    # R 4.2.2, lme4 1.1-31: glmer(e ~ 1 + offset(log(t)) + (1 | s), family = poisson, nAGQ = 25)
    assert got.parameters == pytest.approx((2.96804278,), rel=2e-5)
    assert got.tau == pytest.approx((0.634677716,), rel=2e-4)
    assert got.se == pytest.approx((0.458136062,), rel=2e-3)
    modes = [2.96804 - b for b in (0.12917, 0.62252, -0.61545)]
    assert got.studies[0] == pytest.approx(modes, abs=0.1), "means here, modes there"
    assert (got.varying, got.k, got.n, got.events) == (("mu",), 3, 24, 14)


@pytest.mark.parametrize("law", LAWS)
def test_the_marginal_likelihood_is_the_integral(law):
    who = people(TIMES[0], EVENTS[0])
    data = Hierarchy([who], DISTRIBUTIONS[law], (0,), 25)
    theta = np.array([0.2, -0.1, 0.6])[: data.p]
    point = np.append(theta, 0.7)
    height, _, _ = data.look(point, data.nodes(point))

    def joint(z: float) -> float:
        moved = theta.copy()
        moved[0] += 0.7 * z
        shape = data.law.at(moved, who.time / data.unit)
        own = shape.log_hazard[who.event].sum() + shape.log_survival.sum()
        return math.exp(own - 0.5 * z * z) / math.sqrt(2.0 * math.pi)

    assert height == pytest.approx(math.log(quad(joint, -8.0, 8.0, epsabs=0.0, epsrel=1e-10)[0]), abs=1e-6)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("effects", [(0,), (0, 1)])
def test_slopes_at_fixed_nodes_are_exact(law, effects):
    if law == "exponential" and len(effects) > 1:
        return
    data = Hierarchy([people(t, d) for t, d in zip(TIMES, EVENTS, strict=True)], DISTRIBUTIONS[law], effects, 5)
    point = np.concatenate([np.array([0.2, -0.1, 0.6])[: data.p], [0.5, 0.3][: len(effects)]])
    nodes = data.nodes(point)
    _, slope, _ = data.look(point, nodes)
    for j in range(point.size):
        h = np.zeros(point.size)
        h[j] = 1e-5
        numeric = (data.look(point + h, nodes)[0] - data.look(point - h, nodes)[0]) / 2e-5
        assert slope[j] == pytest.approx(numeric, rel=2e-5, abs=2e-6)


@pytest.mark.parametrize("law", LAWS)
def test_identical_studies_are_that_study_without_spread(law):
    times, events = made(1)
    one = fit_distribution(times[0], events[0], law)
    got = pool_distribution(times * 3, events * 3, law)
    assert got.parameters == pytest.approx(one.parameters, abs=2e-3)
    assert got.tau == pytest.approx((0.0,), abs=1e-3)
    assert got.log_likelihood == pytest.approx(3.0 * one.log_likelihood, abs=1e-4)
    parameters = len(got.parameters) + 1
    assert got.aic == pytest.approx(2 * parameters - 2 * got.log_likelihood)
    assert got.bic == pytest.approx(parameters * math.log(180) - 2 * got.log_likelihood)


@pytest.mark.parametrize("law", LAWS[:5])
def test_neither_the_unit_of_time_nor_the_order_of_studies_matters(law):
    times, events = made(4)
    base = pool_distribution(times, events, law)
    moved = pool_distribution([30.0 * t for t in times[::-1]], events[::-1], law)
    assert moved.survival(360.0).estimate == pytest.approx(base.survival(12.0).estimate, abs=1e-5)
    assert moved.new_study(360.0).lower == pytest.approx(base.new_study(12.0).lower, abs=1e-4)
    assert moved.log_likelihood == pytest.approx(base.log_likelihood - base.events * math.log(30.0), abs=1e-5)


def test_a_spline_without_inner_knots_is_the_weibull():
    times, events = made(4)
    weibull, spline = pool_distribution(times, events), pool_spline(times, events, 0)
    assert spline.log_likelihood == pytest.approx(weibull.log_likelihood, abs=1e-6)
    assert spline.survival([6.0, 24.0]).estimate == pytest.approx(weibull.survival([6.0, 24.0]).estimate, abs=1e-5)
    assert pool_spline(times, events, 2).log_likelihood > spline.log_likelihood


def test_the_truth_of_a_simulation_lies_in_the_interval():
    got = pool_distribution(*made(12, seed=4))
    assert got.lower[0] < math.log(10.0) < got.upper[0]
    assert got.tau[0] == pytest.approx(0.4, abs=0.2)
    assert math.exp(-got.parameters[1]) == pytest.approx(1.3, abs=0.1)
    wide, narrow = got.new_study(12.0), got.survival(12.0)
    assert wide.lower[0] < narrow.lower[0] < narrow.estimate[0] < narrow.upper[0] < wide.upper[0]
    assert got.survival(50.0).beyond == (True,)


def test_a_study_without_events_pulls_as_it_should():
    times, events = made(4)
    base = pool_distribution(times, events)
    got = pool_distribution([*times, np.full(30, 25.0)], [*events, np.zeros(30)], names=["a", "b", "c", "d", "quiet"])
    assert got.survival(12.0).estimate[0] > base.survival(12.0).estimate[0]
    assert got.studies[0][4] == max(got.studies[0])
    assert got.study_names[4] == "quiet"


def test_laws_are_compared_by_aic_and_failures_are_named():
    found = compare_pooled(*made(5), varying="first-two")
    assert list(found.aic) == sorted(found.aic) and set(found.distributions) == set(LAWS)
    one_time = [[5.0, 5.0, 9.0]] * 2, [[1, 1, 0]] * 2
    few = compare_pooled(*one_time)
    assert few.distributions[0] == "exponential" and any("weibull" in f for f in few.failed)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pool_distribution([[1.0]], [[1]]), "at least two"),
        (lambda: pool_distribution(TIMES, [[0] * 8] * 3), "no events in any"),
        (lambda: pool_distribution([[0.0, 2.0]] * 2, [[1, 0]] * 2), "event at time 0"),
        (lambda: pool_distribution(TIMES, EVENTS, "cauchy"), "exponential, weibull"),
        (lambda: pool_distribution(TIMES, EVENTS, names=["a"]), "1 names of 3"),
        (lambda: pool_distribution(TIMES, EVENTS, varying="all"), "first or first-two"),
        (lambda: pool_distribution(TIMES, EVENTS, "exponential", varying="first-two"), "one parameter"),
        (lambda: pool_spline(TIMES, EVENTS, 9), "at most 5"),
        (lambda: pool_distribution(TIMES, EVENTS).survival(500.0), "no data speak of it"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
