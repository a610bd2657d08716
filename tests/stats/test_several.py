"""Several ways at once give what one way at a time gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats import tau2
from remit.stats.pool import random_effects
from remit.stats.several import means

NAMES = {"REML": tau2.reml, "PM": tau2.paule_mandel, "DL": tau2.dersimonian_laird}
STUDY = st.tuples(st.floats(-3, 3), st.floats(0.01, 2))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(STUDY, min_size=2, max_size=12))
def test_every_mean_is_the_one_random_effects_gives(studies):
    y, v = [s[0] for s in studies], [s[1] for s in studies]
    found = means(y, v)
    assert len({(m.estimator, m.interval) for m in found}) == 9
    for m in found:
        one = random_effects(y, v, tau2=NAMES[m.estimator](y, v), interval=m.interval)
        assert (m.estimate, m.se, m.lower, m.upper, m.tau2) == pytest.approx(
            (one.estimate, one.se, one.lower, one.upper, one.tau2), rel=1e-12, abs=1e-12
        )


def test_one_study_is_refused():
    with pytest.raises(InputError, match="k = 1"):
        means([0.1], [0.2])
