"""Agreement against numbers of other software, and what must hold of any table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit import screen
from remit.errors import InputError


def _two(a, b, c, d):
    pairs = [(True, True)] * a + [(True, False)] * b + [(False, True)] * c + [(False, False)] * d
    return {f"r{i}": x for i, (x, _) in enumerate(pairs)}, {f"r{i}": y for i, (_, y) in enumerate(pairs)}


def test_counts_and_conflicts():
    one, other = _two(1, 2, 1, 3)
    found = screen.agreement("ada", "ben", one, {**other, "more": True})
    assert (found.n, found.both, found.first_only, found.second_only, found.neither) == (7, 1, 2, 1, 3)
    assert found.conflicts == ("r1", "r2", "r3")


@pytest.mark.parametrize(
    ("cells", "kappa", "low", "high", "ac1", "ac1_se"),
    [  # statsmodels 0.14 cohens_kappa; irrCAC 0.4 gwet
        ((40, 9, 6, 145), 0.792989235, 0.692940186, 0.893038285, 0.882411, 0.030783),
        ((118, 5, 2, 0), -0.023391813, -0.047473413, 0.000689788, 0.940776, 0.023057),
        ((20, 5, 10, 15), 0.4, 0.151092290, 0.648907710, 0.405941, 0.131473),
    ],
)
def test_kappa_and_ac1_agree_with_other_software(cells, kappa, low, high, ac1, ac1_se):
    found = screen.agreement("a", "b", *_two(*cells))
    assert found.kappa == pytest.approx(kappa, abs=1e-8)
    assert found.kappa_interval.lower == pytest.approx(low, abs=1e-8)
    assert found.kappa_interval.upper == pytest.approx(high, abs=1e-8)
    assert found.ac1 == pytest.approx(ac1, abs=1e-6)
    assert (found.ac1_interval.upper - found.ac1) / 1.959964 == pytest.approx(ac1_se, abs=1e-6)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_order_of_people_and_of_words_does_not_matter(pairs):
    one, other = {str(i): a for i, (a, _) in enumerate(pairs)}, {str(i): b for i, (_, b) in enumerate(pairs)}
    there, back = screen.agreement("a", "b", one, other), screen.agreement("b", "a", other, one)
    turned = screen.agreement("a", "b", {r: not v for r, v in one.items()}, {r: not v for r, v in other.items()})
    for other_way in (back, turned):
        assert other_way.ac1 == pytest.approx(there.ac1)
        assert other_way.pabak == pytest.approx(there.pabak)
        if there.kappa is None:
            assert other_way.kappa is None
        else:
            assert other_way.kappa == pytest.approx(there.kappa)
    assert there.ac1_interval.lower <= there.ac1 <= there.ac1_interval.upper
    assert (there.agreed == 1) == (there.conflicts == ())


def test_one_answer_throughout_leaves_kappa_without_a_value():
    found = screen.agreement("a", "b", *_two(0, 0, 0, 9))
    assert (found.kappa, found.kappa_interval, found.ac1, found.pabak) == (None, None, 1.0, 1.0)


def test_nothing_in_common_is_refused():
    with pytest.raises(InputError, match="no record in common"):
        screen.agreement("a", "b", {"x": True}, {"y": True})
