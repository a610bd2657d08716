"""Quadratic forms against chi-square and Imhof's integral; generalised-Q estimates and intervals; refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi2

from remit.errors import InputError
from remit.stats import generalised_q, quadratic_form, tau2

Y = np.array([0.1, 0.9, -0.4, 0.5, 1.2, 0.3])
V = np.array([0.05, 0.1, 0.04, 0.2, 0.07, 0.12])


@pytest.mark.parametrize("k", [1, 2, 5, 60, 500])
def test_equal_weights_give_chi_square(k):
    for p in (1e-6, 0.025, 0.5, 0.975, 0.9999):
        q = chi2.ppf(p, k)
        assert quadratic_form.cdf(3.0 * q, np.full(k, 3.0)) == pytest.approx(p, rel=1e-9, abs=2e-12)


def imhof(q, w):
    """Imhof (1961), Biometrika 48:419-426, eq. 3.2, by adaptive quadrature."""

    def inner(u):
        root = np.prod((1.0 + (w * u) ** 2) ** 0.25)
        return math.sin(0.5 * np.arctan(w * u).sum() - 0.5 * q * u) / (u * root)

    return 0.5 - quad(inner, 0.0, np.inf, limit=4000)[0] / math.pi


@pytest.mark.parametrize("q", [0.5, 3.0, 9.0])
def test_unequal_weights_agree_with_imhof(q):
    w = np.array([2.0, 1.0, 0.5, 0.3, 0.01, 1e-6])
    assert quadratic_form.cdf(q, w) == pytest.approx(imhof(q, w), abs=1e-6)


def test_interval_puts_q_at_its_quantiles_by_simulation():
    """At the upper end a smaller Q has probability 2.5 %, counted over normal draws."""
    got = generalised_q.generalised(Y, V, "se")
    a = 1.0 / np.sqrt(V)
    draws = np.random.default_rng(3).normal(0.0, np.sqrt(V + got.upper), (400_000, Y.size))
    off = draws - (draws @ a / a.sum())[:, None]
    q = off**2 @ (a / a.sum())
    assert np.mean(q <= got.q) == pytest.approx(0.025, abs=0.001)


def test_weights_of_dersimonian_and_laird():
    got = generalised_q.generalised(Y, V, "variance")
    assert got.tau2 == pytest.approx(tau2.dersimonian_laird(Y, V), rel=1e-12)
    assert generalised_q.generalised(Y, V, 7.0 / V).upper == pytest.approx(got.upper, rel=1e-9)
    assert generalised_q.interval(Y, V, "variance").upper == got.upper


def test_equal_variances_give_the_q_profile_interval():
    """With equal variances every weighting is the same, and Q / (v + tau2) is chi-square."""
    v = np.full(6, 0.1)
    got = generalised_q.interval(Y, v)
    s = float(((Y - Y.mean()) ** 2).sum())
    assert got.upper == pytest.approx(s / chi2.ppf(0.025, 5) - 0.1, rel=1e-9)
    assert got.lower == pytest.approx(max(0.0, s / chi2.ppf(0.975, 5) - 0.1), rel=1e-9)


@given(st.floats(-5.0, 5.0), st.floats(0.01, 100.0))
def test_shift_and_scale(shift, scale):
    one = generalised_q.generalised(Y, V)
    other = generalised_q.generalised(scale * Y + shift, scale**2 * V)
    assert other.upper == pytest.approx(scale**2 * one.upper, rel=1e-6)
    assert other.median == pytest.approx(scale**2 * one.median, rel=1e-6, abs=1e-9 * scale**2)


def test_corners():
    assert generalised_q.generalised([0.3, 0.3], [0.1, 0.2]).lower == 0.0
    alike = generalised_q.generalised(np.zeros(5), V[:5])
    assert (alike.tau2, alike.lower, alike.upper, alike.p) == (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: generalised_q.generalised([0.1], [0.1]),
        lambda: generalised_q.generalised(Y, V, "size"),
        lambda: generalised_q.generalised(Y, V, [1.0] * 5 + [0.0]),
        lambda: generalised_q.generalised(Y, V, [1.0]),
        lambda: quadratic_form.cdf(1.0, []),
        lambda: quadratic_form.cdf(1.0, [-1.0, 2.0]),
        lambda: quadratic_form.cdf(math.nan, [1.0]),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError, match="expected"):
        call()
