"""Rules of thumb and own effects: one study apart is named, and predictions lie between estimate and mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import pool
from remit.stats.influence_rules import own_effects, standing_out

V = np.array([0.04, 0.05, 0.03, 0.06, 0.05, 0.04, 0.05, 0.03])


def test_the_one_study_far_off_stands_out():
    got = standing_out([0.1, 0.12, 0.08, 0.1, 0.11, 0.09, 0.1, 3.0], V)
    assert got.stands_out == (False,) * 7 + (True,)
    assert got.dfbetas[7] > 1.0


def test_studies_all_alike_do_not():
    assert not any(standing_out([0.1, 0.12, 0.08, 0.1, 0.11, 0.09, 0.1, 0.13], V).stands_out)


@given(st.lists(st.floats(-3, 3), min_size=8, max_size=8))
def test_a_predicted_effect_lies_between_its_estimate_and_the_mean(effects):
    fit = pool.random_effects(effects, V)
    got = own_effects(effects, V, fit)
    for estimate, own, apart in zip(effects, got.shrunken, got.deviation, strict=True):
        assert min(estimate, fit.estimate) - 1e-9 <= own <= max(estimate, fit.estimate) + 1e-9
        assert own - fit.estimate == pytest.approx(apart, abs=1e-9)


def test_errors_of_deviations_follow_the_error_of_the_mean():
    """ranef(rma(y, v, test = "knha")) of metafor 3.8 at a tight stopping rule."""
    y, v = [0.1, 0.5, -0.3, 0.9, 0.4, 0.2], [0.02, 0.05, 0.03, 0.08, 0.01, 0.04]
    got = own_effects(y, v, pool.random_effects(y, v, interval="hartung-knapp"))
    assert got.deviation_se[:2] == pytest.approx((0.1844525191, 0.2115239950), rel=1e-6)


def test_without_heterogeneity_everyone_has_the_mean():
    got = own_effects([0.2] * 8, V)
    assert got.shrunken == pytest.approx([0.2] * 8)
    assert got.deviation_se == (0.0,) * 8


def test_two_studies_are_too_few():
    with pytest.raises(InputError, match="3"):
        standing_out([0.1, 0.2], [0.1, 0.1])
