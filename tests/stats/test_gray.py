"""Gray's test: numbers of R's cmprsk, laws, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.stats.gray import gray

TIME = [
    20, 1, 12, 25, 2, 11, 2, 14, 18, 8, 11, 13, 9, 20, 4, 17, 63, 3, 20, 6, 6, 3, 44, 2, 17, 7, 28, 13, 35, 3,
    3, 26, 7, 22, 9, 7, 38, 2, 16, 7, 2, 2, 2, 5, 5, 3, 5, 2, 20, 15, 19, 23, 1, 11, 8, 1, 37, 2, 8, 44,
]  # fmt: skip
CAUSE = [int(c) for c in "111010112101021121111012122222201101111011200111102000101201"]
GROUP = list("200002210001110022001121111102222001122020022000021101021002")
SITE = list("110111001101001100111101000000111001100011101001000101100001")
"""Sixty people with ties. Expected numbers: R 4.2.2, cmprsk 2.2-11, cuminc(time, cause, group, strata, rho)."""


@pytest.mark.parametrize(
    ("rho", "strata", "first", "second"),
    [
        (0.0, None, 4.518253618172209, 2.423493268211011),
        (1.0, None, 4.560572696454472, 2.143355329781798),
        (-0.5, None, 4.551923323072466, 2.550056413627062),
        (0.0, SITE, 4.429702602334593, 2.278406191253127),
    ],
)
def test_it_agrees_with_cmprsk(rho, strata, first, second):
    found = gray(TIME, CAUSE, GROUP, rho=rho, strata=strata)
    assert found.statistic == pytest.approx(first, rel=1e-12)
    assert gray(TIME, CAUSE, GROUP, kind=2, rho=rho, strata=strata).statistic == pytest.approx(second, rel=1e-12)
    assert found.df == 2 and found.groups == ("0", "1", "2")
    if (rho, strata) == (0.0, None):
        assert found.p == pytest.approx(0.104441642443154, rel=1e-12)


PEOPLE = st.lists(st.tuples(st.integers(1, 15), st.integers(0, 2), st.booleans()), min_size=8, max_size=40)


@given(PEOPLE, st.floats(0.1, 10.0))
@settings(max_examples=60, deadline=None)
def test_unit_of_time_and_names_of_groups_do_not_matter_and_scores_add_to_nothing(rows, unit):
    time, cause, arm = (np.array(v, dtype=float) for v in zip(*rows, strict=True))
    try:
        one, other = gray(time, cause, arm), gray(time * unit, cause, 1.0 - arm)
    except InputError:
        return
    assert one.statistic == pytest.approx(other.statistic, rel=1e-8, abs=1e-12)
    assert one.score[0] == pytest.approx(-one.score[1], abs=1e-9) and one.score[0] == pytest.approx(other.score[1])


def test_refusals():
    with pytest.raises(InputError, match="kind 3"):
        gray(TIME, CAUSE, GROUP, kind=3)
    with pytest.raises(InputError, match="two groups"):
        gray(TIME, CAUSE, ["a"] * 60)
    with pytest.raises(InputError, match=r"cause\[0\]"):
        gray(TIME, [0.5, *CAUSE[1:]], GROUP)
    with pytest.raises(InputError, match="never followed together"):
        gray([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], ["a", "a", "b", "b"])
