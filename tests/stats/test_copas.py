"""Copas's selection model: what its density must be, laws, and what it refuses.

The twelve results are invented: the smaller a study, the larger its effect.
"""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from remit.errors import InputError
from remit.stats import tau2
from remit.stats.copas import RHO_MOST, _Likelihood, copas, copas_path, least_selection
from remit.stats.copas_summary import copas_summary

Y = np.array([0.12, 0.20, 0.05, 0.33, 0.41, 0.28, 0.62, 0.45, 0.90, 0.70, 1.10, 0.15])
V = np.array([0.005, 0.008, 0.012, 0.020, 0.031, 0.044, 0.060, 0.075, 0.110, 0.150, 0.210, 0.090])
ONE = np.ones((1, 1))


@pytest.mark.parametrize(("u", "rho", "t"), [(0.3, 0.6, 0.04), (-0.5, -0.8, 0.0), (1.5, 0.95, 0.2)])
def test_the_density_of_a_published_study(u, rho, t):
    """It integrates to 1, and its variance is tau2 + s^2: the observed error is that of published studies."""
    s, mu = 0.4, 0.25
    x = math.asin(rho / RHO_MOST)

    def density(y):
        return math.exp(_Likelihood(np.array([y]), np.array([s]), np.array([u]), ONE)._rise(np.array([mu, x, t]))[0])

    moments = [quad(lambda y, n=n: y**n * density(y), -8.0, 8.0, epsabs=1e-11, limit=300)[0] for n in range(3)]
    assert moments[0] == pytest.approx(1.0, abs=1e-8)
    assert moments[2] - moments[1] ** 2 == pytest.approx(t + s * s, rel=1e-7)
    assert (moments[1] > mu) == (rho > 0.0)


def test_slopes_are_those_of_the_height():
    s = np.sqrt(V)
    likelihood = _Likelihood(Y, s, 0.2 + 0.1 / s, np.stack((np.ones(12), s), axis=1))
    at = np.array([0.2, 0.3, 0.5, 0.03])
    slope = likelihood.at(at).slope
    for i, along in enumerate(np.eye(4) * 1e-6):
        rise = (likelihood.at(at + along).height - likelihood.at(at - along).height) / 2e-6
        assert rise == pytest.approx(slope[i], rel=1e-5, abs=1e-5)


def test_small_studies_are_discounted_more_the_stronger_the_selection():
    path = copas_path(Y, V, (0.9, 0.6, 0.3, 0.1))
    assert [fit.chance_least for fit in path] == [0.9, 0.6, 0.3, 0.1]
    assert [fit.unpublished for fit in path] == sorted(fit.unpublished for fit in path)
    t = tau2.maximum_likelihood(Y, V)
    w = 1.0 / (V + t)
    assert path[-1].estimate < path[0].estimate < float(w @ Y / w.sum())
    assert all(fit.rho > 0.0 for fit in path)
    assert all(fit.log_likelihood >= tau2.log_likelihood(Y, V, t, restricted=False) - 1e-9 for fit in path)
    assert all(fit.residual >= 0.0 and 0.0 <= fit.residual_p <= 1.0 for fit in path)
    kept = least_selection(path, 0.1)
    assert kept is not None
    assert kept == next(fit for fit in path if fit.residual_p >= 0.1)
    assert least_selection(path, 1.1) is None


def test_the_chances_are_those_assumed():
    got = copas(Y, V, 0.4, 0.95)
    u = got.gamma0 + got.gamma1 / np.sqrt(V)
    chance = 0.5 * np.array([math.erfc(-x / math.sqrt(2.0)) for x in u])
    assert (chance.min(), chance.max()) == pytest.approx((0.4, 0.95))
    assert got.unpublished == pytest.approx(float((1.0 / chance - 1.0).sum()))


def test_sign_scale_and_order():
    got = copas(Y, V, 0.3)
    turned = ((copas(-Y, V, 0.3), -1.0), (copas(2.0 * Y, 4.0 * V, 0.3), 2.0), (copas(Y[::-1], V[::-1], 0.3), 1.0))
    for other, factor in turned:
        assert other.estimate == pytest.approx(factor * got.estimate, rel=1e-5)
        assert other.tau2 == pytest.approx(factor**2 * got.tau2, rel=1e-4, abs=1e-8)
        assert abs(other.rho) == pytest.approx(abs(got.rho), rel=1e-5)
        assert other.residual == pytest.approx(got.residual, abs=1e-6)


def test_no_error_is_given_where_the_filter_is_a_sharp_edge():
    path = copas_path(Y, V, (0.95, 0.1))
    for fit in path:
        assert (fit.se is None) == (fit.lower is None) == (fit.p is None)
        assert fit.se is None or abs(fit.rho) < 0.9995
    assert any(fit.se is None for fit in path)
    assert any(fit.se is not None for fit in path)


def test_refusals():
    with pytest.raises(InputError, match="at least 10"):
        copas(Y[:9], V[:9], 0.5)
    with pytest.raises(InputError, match="same size"):
        copas(Y, np.ones(12), 0.5)
    with pytest.raises(InputError, match="at or below"):
        copas(Y, V, 0.9, 0.5)
    for chance in (0.0, 1.0, -0.1):
        with pytest.raises(InputError, match="chance_least"):
            copas(Y, V, chance)


def test_the_summary_takes_the_least_selection_that_explains_the_funnel():
    got = copas_summary(Y, V, (0.9, 0.6, 0.3))
    assert [row.chance_least for row in got.rows] == [1.0, 0.9, 0.6, 0.3]
    first = got.rows[0]
    t = tau2.maximum_likelihood(Y, V)
    w = 1.0 / (V + t)
    assert (first.estimate, first.se) == pytest.approx((float(w @ Y / w.sum()), float(w.sum()) ** -0.5))
    assert first.unpublished == 0.0
    assert got.chosen == next((row for row in got.rows if row.residual_p >= 0.1), None)
    assert got.rows[2].estimate == copas(Y, V, 0.6).estimate


def test_a_symmetric_funnel_needs_no_selection():
    y = np.array([0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.05, -0.05, 0.15, -0.15])
    v = np.repeat([0.02, 0.05, 0.1, 0.01, 0.03], 2)
    got = copas_summary(y, v, (0.9, 0.5))
    assert got.chosen == got.rows[0]
    assert got.to_dict()["chosen"]["chance_least"] == 1.0


@pytest.mark.parametrize("chances, alpha", [((0.5, 0.9), 0.1), ((), 0.1), ((0.9, 0.5), 1.5)])
def test_a_summary_of_nonsense_is_refused(chances, alpha):
    with pytest.raises(InputError):
        copas_summary(Y, V, chances, alpha=alpha)
