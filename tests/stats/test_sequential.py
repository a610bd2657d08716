"""Sequential boundaries: published tables, nested integrals, and probabilities that add up."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import ndtr

from remit.errors import InputError
from remit.stats import sequential
from remit.stats.pool import random_effects
from remit.stats.sequential import boundaries, crossing


def equal(looks):
    return [(i + 1) / looks for i in range(looks)]


def test_spending_boundaries_of_five_looks():
    """Two-sided 0.05: Reboussin et al. (2000), Control Clin Trials 21:190-207 (programme of Lan and DeMets).

    Its second value is printed 3.3569; the integral gives 3.35701.
    """
    fleming = boundaries(equal(5)).critical
    assert fleming == pytest.approx((4.8769, 3.3569, 2.6803, 2.2898, 2.0310), abs=1.5e-4)
    pocock = boundaries(equal(5), spending="pocock").critical
    assert pocock == pytest.approx((2.4380, 2.4268, 2.4101, 2.3966, 2.3859), abs=1.5e-4)


@pytest.mark.parametrize(
    ("looks", "pocock", "fleming"),
    [
        (2, 2.178, 1.977),
        (3, 2.289, 2.004),
        (4, 2.361, 2.024),
        (5, 2.413, 2.040),
        (10, 2.555, 2.087),
    ],
)
def test_classical_constants_spend_five_percent(looks, pocock, fleming):
    """Jennison and Turnbull (2000), Group Sequential Methods, tables 2.1 and 2.3: three decimals of each constant."""
    t = equal(looks)
    assert sum(crossing(t, [pocock] * looks)) == pytest.approx(0.05, abs=7e-5)
    assert sum(crossing(t, [fleming / math.sqrt(f) for f in t])) == pytest.approx(0.05, abs=7e-5)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0.02, 1.0), min_size=1, max_size=7, unique=True),
    st.sampled_from([0.01, 0.05, 0.1]),
    st.sampled_from([1, 2]),
    st.sampled_from(["obrien-fleming", "pocock"]),
)
def test_crossing_adds_up_to_what_was_spent(fractions, alpha, sided, spending):
    t = sorted(fractions)
    if any(b - a < 1e-3 for a, b in pairwise(t)):
        t = [0.25, 1.0]
    bound = boundaries(t, alpha, sided, spending)
    first = np.array(crossing(t, bound.critical, sided=sided))
    assert first.cumsum() == pytest.approx(bound.spent, rel=1e-9, abs=1e-13)
    assert bound.spent[-1] <= alpha * (1.0 + 1e-12)
    if t[-1] == 1.0:
        assert bound.spent[-1] == pytest.approx(alpha, rel=1e-12)


def test_two_looks_against_a_nested_integral():
    t, c = [0.4, 1.0], [2.3, 2.1]

    def stays(drift):
        def density(z):
            conditional_mean = math.sqrt(0.4) * z + 0.6 * drift
            root = math.sqrt(0.6)
            inside = ndtr((c[1] - conditional_mean) / root) - ndtr((-c[1] - conditional_mean) / root)
            return math.exp(-0.5 * (z - drift * math.sqrt(0.4)) ** 2) / math.sqrt(2.0 * math.pi) * inside

        return integrate.quad(density, -c[0], c[0], epsabs=1e-13)[0]

    for drift in (0.0, 2.8):
        assert sum(crossing(t, c, drift)) == pytest.approx(1.0 - stays(drift), abs=1e-11)


def test_one_look_is_the_ordinary_test():
    assert boundaries([1.0]).critical == pytest.approx((1.959963984540054,), abs=1e-12)
    assert boundaries([1.0], sided=1).critical == pytest.approx((1.6448536269514722,), abs=1e-12)
    assert sequential.spent(1.0, 0.05) == pytest.approx(0.05, rel=1e-12)


def test_a_look_that_can_hardly_spend_is_not_refused():
    bound = boundaries([0.0005, 0.001, 0.5, 1.0])
    assert bound.critical[0] > 60.0
    assert sum(crossing(bound.fractions, bound.critical)) == pytest.approx(0.05, abs=1e-12)


def test_power_at_the_design_drift():
    """A single look with information (z + z)^2 / delta^2 has the power asked for."""
    need = sequential.required_information(0.3, 0.05, 0.9)
    drift = 0.3 * math.sqrt(need)
    beyond = float(ndtr(-1.959963984540054 - drift))
    assert sum(crossing([1.0], [1.959963984540054], drift)) - beyond == pytest.approx(0.9, abs=1e-9)


def test_information_sizes_against_other_programs():
    """R 4.2 stats::power.prop.test (a root to about 1e-8): n per group; the textbook 385 for a half within 5 points."""
    assert sequential.two_proportions(0.5, 0.75, power=0.9) / 2.0 == pytest.approx(76.7069301141, rel=1e-7)
    assert sequential.two_proportions(0.3, 0.45) / 2.0 == pytest.approx(162.334383007, rel=1e-7)
    assert math.ceil(sequential.single_proportion(0.5, 0.05)) == 385


def test_schoenfeld_events():
    """(1.959964 + 0.841621)^2 / (0.25 log(1.5)^2), by hand."""
    assert sequential.hazard_ratio_events(1.5) == pytest.approx(
        (1.959963984540054 + 0.8416212335729143) ** 2 / (0.25 * math.log(1.5) ** 2), rel=1e-12
    )
    assert sequential.hazard_ratio_events(1.5) == pytest.approx(sequential.hazard_ratio_events(1.0 / 1.5), rel=1e-12)
    assert sequential.hazard_ratio_events(1.5, allocation=1 / 3) > sequential.hazard_ratio_events(1.5)


def test_diversity_is_one_less_the_ratio_of_variances():
    y, v = np.array([0.1, 0.9, -0.4, 0.5]), np.array([0.05, 0.08, 0.1, 0.04])
    fit = random_effects(y, v, interval="normal")
    assert sequential.diversity(y, v) == pytest.approx(1.0 - 1.0 / (1.0 / v).sum() / fit.se**2, rel=1e-10)
    assert sequential.diversity(y, v, tau2=0.0) == 0.0
    assert sequential.required_size(0.2, 0.15, d2=0.5) == pytest.approx(2.0 * sequential.required_size(0.2, 0.15))


def test_trial_sequential_looks():
    y, v = np.array([0.3, 0.1, 0.5, 0.2, 0.4]), np.array([0.04, 0.05, 0.02, 0.01, 0.02])
    tsa = sequential.trial_sequential(y, v, 0.25)
    last = random_effects(y, v, interval="normal")
    assert tsa.looks[-1].estimate == pytest.approx(last.estimate, rel=1e-10)
    assert tsa.looks[-1].se == pytest.approx(last.se, rel=1e-10)
    assert tsa.required == pytest.approx(sequential.required_information(0.25, d2=tsa.diversity))
    before = [look for look in tsa.looks if look.fraction < 1.0]
    bound = boundaries([*(look.fraction for look in before), 1.0]).critical
    assert tuple(look.critical for look in tsa.looks[: len(bound)]) == bound
    assert all(look.critical is None and not look.crossed for look in tsa.looks[len(bound) :])
    crossed = [look.studies for look in tsa.looks if look.crossed]
    assert tsa.first_crossing == (crossed[0] if crossed else None)


@pytest.mark.parametrize(
    "call",
    [
        lambda: boundaries([0.5, 0.4]),
        lambda: boundaries([0.0, 1.0]),
        lambda: boundaries([0.5, 1.2]),
        lambda: boundaries([]),
        lambda: boundaries([1.0], alpha=1.5),
        lambda: boundaries([1.0], sided=3),
        lambda: boundaries([1.0], spending="x"),
        lambda: crossing([0.5, 1.0], [2.0]),
        lambda: sequential.two_proportions(0.3, 0.3),
        lambda: sequential.hazard_ratio_events(1.0),
        lambda: sequential.required_information(0.0),
        lambda: sequential.required_size(0.2, 0.1, d2=1.0),
        lambda: sequential.single_proportion(1.0, 0.1),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(InputError):
        call()
