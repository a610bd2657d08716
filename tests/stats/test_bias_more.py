"""Limit meta-analysis, PET-PEESE, excess significance, fixed-weight intervals, radial plots and tests on counts.

The twelve results are invented: the smaller a study, the larger its effect.
"""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom, gamma, nchypergeom_fisher, norm

from remit.errors import InputError
from remit.stats import small_study
from remit.stats.asymmetry_counts import _moments, macaskill, schwarzer
from remit.stats.excess import excess_significance
from remit.stats.failsafe import failsafe, orwin
from remit.stats.henmi_copas import henmi_copas
from remit.stats.heterogeneity import cochran_q
from remit.stats.limit import limit_meta
from remit.stats.petpeese import pet_peese
from remit.stats.pool import common_effect
from remit.stats.radial import arc, radial

Y = np.array([0.12, 0.20, 0.05, 0.33, 0.41, 0.28, 0.62, 0.45, 0.90, 0.70, 1.10, 0.15])
V = np.array([0.005, 0.008, 0.012, 0.020, 0.031, 0.044, 0.060, 0.075, 0.110, 0.150, 0.210, 0.090])
TABLE = ([4, 9, 1, 12, 7, 0], [20, 40, 12, 55, 30, 9], [6, 8, 3, 20, 4, 2], [21, 38, 14, 60, 29, 10])


def test_limit_without_heterogeneity_is_eggers_intercept():
    got, line = limit_meta(Y, V, tau2=0.0), small_study.egger(Y, V)
    assert (got.estimate, got.bias) == pytest.approx((line.intercept, line.slope), rel=1e-9)
    assert got.effects == pytest.approx([line.intercept] * 12, rel=1e-9)
    assert got.g2 == 0.0


def test_limit_splits_q_and_shifts_turns_and_scales():
    got = limit_meta(Y, V, tau2=0.02)
    assert got.q == pytest.approx(cochran_q(Y, V).q, rel=1e-12)
    assert got.q_small + got.q_residual == pytest.approx(got.q, rel=1e-12)
    assert 0.0 < got.g2 < 1.0
    assert got.q_small_p < 0.05 < got.q_residual_p
    moved = limit_meta(Y + 2.0, V, tau2=0.02)
    assert (moved.estimate, moved.se, moved.q_residual) == pytest.approx((got.estimate + 2.0, got.se, got.q_residual))
    scaled = limit_meta(-2.0 * Y, 4.0 * V, tau2=0.08)
    assert (scaled.estimate, scaled.se, scaled.g2) == pytest.approx((-2.0 * got.estimate, 2.0 * got.se, got.g2))
    own = limit_meta(Y, V)
    assert limit_meta(2.0 * Y, 4.0 * V).estimate == pytest.approx(2.0 * own.estimate, rel=1e-9)


def test_pet_or_peese_by_the_test():
    got = pet_peese(Y, V)
    line = small_study.egger(Y, V)
    one_sided = small_study.t_p(line.intercept / line.intercept_se, 10.0) / 2.0
    assert got.choice_p == pytest.approx(one_sided if line.intercept > 0.0 else 1.0 - one_sided)
    assert got.chosen == "PET"
    assert (got.estimate, got.se) == (line.intercept, line.intercept_se)
    strong = pet_peese(Y + 1.0, V)
    assert strong.chosen == "PEESE"
    assert strong.estimate == small_study.peese(Y + 1.0, V).intercept
    mirrored = pet_peese(-Y - 1.0, V, favoured="less")
    assert (mirrored.chosen, mirrored.estimate) == ("PEESE", pytest.approx(-strong.estimate))
    assert mirrored.lower == pytest.approx(-strong.upper)
    assert pet_peese(Y + 1.0, V, favoured="less").chosen == "PET"


def test_excess_of_studies_without_power_is_binomial():
    """At no effect every study is significant with chance 0.05."""
    got = excess_significance(Y, V, true_effect=0.0)
    significant = int((np.abs(Y / np.sqrt(V)) >= norm.isf(0.025)).sum())
    assert got.observed == significant > 0
    assert got.power == pytest.approx([0.05] * 12)
    assert got.p == pytest.approx(binom.sf(significant - 1, 12, 0.05))
    assert got.expected == pytest.approx(0.6)
    one = excess_significance(Y, V, true_effect=0.0, favoured="greater")
    assert one.power == pytest.approx([0.05] * 12)
    assert excess_significance(-Y, V, true_effect=0.0, favoured="less") == one


def test_excess_uses_the_common_effect_and_spreads_it():
    got = excess_significance(Y, V)
    assert got.effect == common_effect(Y, V).estimate
    cut, z = norm.isf(0.025), got.effect / math.sqrt(0.005)
    assert got.power[0] == pytest.approx(norm.sf(cut - z) + norm.cdf(-cut - z))
    wide = excess_significance(Y, V, tau2=0.05)
    averaged = quad(
        lambda m: (
            norm.pdf(m, got.effect, math.sqrt(0.05))
            * (norm.sf(norm.isf(0.025) - m / math.sqrt(0.21)) + norm.cdf(-norm.isf(0.025) - m / math.sqrt(0.21)))
        ),
        -3.0,
        3.0,
    )[0]
    assert wide.power[10] == pytest.approx(averaged, rel=1e-7)


def test_orwin_by_hand():
    """Five studies of mean 0.6: to 0.2 it takes ten of 0, and six and two thirds of -0.1."""
    y = [0.4, 0.5, 0.6, 0.7, 0.8]
    assert orwin(y, 0.2) == 10
    assert orwin(y, 0.2, -0.1) == 7
    assert orwin(y, 0.7) == 0
    assert orwin([-x for x in y], -0.2) == 10
    with pytest.raises(InputError, match="between them"):
        orwin(y, -0.2)
    assert (failsafe(y, [0.1] * 5).orwin, failsafe(y, [0.1] * 5).target) == (5, pytest.approx(0.3))


def slow_henmi_copas(y, v, level):
    """Their equations one by one, the integral by adaptive quadrature and the root by halving."""
    w = 1.0 / v
    w1, w2, w3, w4 = w.sum(), *((w**p).sum() / w.sum() for p in (2, 3, 4))
    k, mean = y.size, (w @ y) / w.sum()
    q = w @ (y - mean) ** 2
    t = max(0.0, (q - (k - 1)) / (w1 - w2))
    vr = 1.0 + t * w2

    def parts(r):
        e = r * r / vr**2 - 1.0 / vr
        ev = (k - 1) + t * (w1 - w2) + t**2 * e * (w3 - w2**2)
        va = (
            2 * (k - 1)
            + 4 * t * (w1 - w2)
            + 2 * t**2 * (w1 * w2 - 2 * w3 + w2**2)
            + 4 * t**2 * e * (w3 - w2**2)
            + 4 * t**3 * e * (w4 - 2 * w2 * w3 + w2**3)
            + 2 * t**4 * (1 / vr**2 - 2 * r * r / vr**3) * (w3 - w2**2) ** 2
        )
        return ev, va

    def over(u):
        def f(r):
            ev, va = parts(r)
            edge = (w1 / w2 - 1.0) * ((r / u) ** 2 - 1.0) + (k - 1)
            return gamma.cdf(edge, ev * ev / va, scale=va / ev) * norm.pdf(r, 0.0, math.sqrt(vr))

        return quad(f, u, 12.0 * math.sqrt(vr), epsabs=1e-12, limit=400)[0]

    low, high = 1e-3, 6.0 * math.sqrt(vr)
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if over(middle) > (1.0 - level) / 2.0 else (low, middle)
    return low * math.sqrt((t * w2 + 1.0) / w1)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_henmi_copas_the_slow_way(level):
    got = henmi_copas(Y, V, level)
    assert got.tau2 > 0.0
    assert got.upper - got.estimate == pytest.approx(slow_henmi_copas(Y, V, level), rel=1e-7)


def test_henmi_copas_shifts_scales_and_keeps_fixed_weights():
    got, moved = henmi_copas(Y, V), henmi_copas(3.0 * Y - 1.0, 9.0 * V)
    assert got.estimate == common_effect(Y, V).estimate
    assert (moved.lower, moved.upper) == pytest.approx((3.0 * got.lower - 1.0, 3.0 * got.upper - 1.0), rel=1e-9)
    with pytest.raises(InputError, match="unlike variance"):
        henmi_copas([0.1, 0.2], [1.0, 1.0])


def test_radial_points_lie_on_lines_of_their_effects():
    got = radial(Y, V)
    assert np.array(got.standardised) / np.array(got.precision) == pytest.approx(Y)
    assert sum(r * r for r in got.residual) == pytest.approx(cochran_q(Y, V).q)
    assert got.slope == pytest.approx(common_effect(Y, V).estimate)
    assert got.outside == tuple(i for i, r in enumerate(got.residual) if abs(r) > 1.959963984540054)
    ends = arc(got, [0.0, 0.5])
    assert [z / x for x, z in ends] == pytest.approx([0.0, 0.5])
    assert ends[0][0] > max(got.precision)
    assert len(radial(Y, V, tau2=1.0).outside) == 0


@pytest.mark.parametrize("look", [macaskill, schwarzer])
def test_tests_on_counts_mirror(look):
    a, n1, c, n2 = TABLE
    one, other = look(a, n1, c, n2, minimum=5), look(c, n2, a, n1, minimum=5)
    assert (one.slope, one.p) == pytest.approx((-other.slope, other.p), rel=1e-9)
    with pytest.raises(InputError, match="at least 10"):
        look(a, n1, c, n2)


def test_macaskill_by_numpy():
    a, n1, c, n2 = (np.array(x, dtype=float) for x in TABLE)
    more = np.where((a == 0) | (c == 0), 0.5, 0.0)
    cells = a + more, n1 - a + more, c + more, n2 - c + more
    y, w = np.log(cells[0] * cells[3] / cells[1] / cells[2]), 1.0 / sum(1.0 / x for x in cells)
    slope, _ = np.polyfit(n1 + n2, y, 1, w=np.sqrt(w))
    assert macaskill(*TABLE, minimum=5).slope == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize(
    ("people1", "events", "people2", "ratio"), [(20, 7, 25, 1.0), (300, 40, 310, 0.2), (5, 6, 4, 9.0)]
)
def test_moments_of_the_noncentral_hypergeometric(people1, events, people2, ratio):
    law = nchypergeom_fisher(people1 + people2, events, people1, ratio)
    assert _moments(math.log(ratio), people1, events, people2) == pytest.approx((law.mean(), law.var()), rel=1e-7)


@pytest.mark.parametrize("look", [limit_meta, pet_peese, excess_significance])
def test_few_studies_are_refused(look):
    with pytest.raises(InputError, match="at least 10"):
        look(Y[:9], V[:9])
    with pytest.raises(InputError, match="above 0"):
        look(Y, np.zeros(12))


def test_what_has_no_meaning_is_refused():
    for look in (limit_meta, pet_peese):
        with pytest.raises(InputError, match="same size"):
            look(Y, np.ones(12))
    for words in ({"tau2": -1.0}, {"favoured": "up"}, {"alpha": 1.0}):
        with pytest.raises(InputError):
            excess_significance(Y, V, **words)
    for call in (
        lambda: limit_meta(Y, V, tau2=-1.0),
        lambda: radial(Y, V, tau2=-1.0),
        lambda: pet_peese(Y, V, favoured="both"),
        lambda: pet_peese(np.zeros(12), V),
        lambda: macaskill([1] * 5, [9] * 5, [2] * 5, [9] * 5, minimum=5),
        lambda: schwarzer(*TABLE, add=-1.0, minimum=5),
    ):
        with pytest.raises(InputError):
            call()
