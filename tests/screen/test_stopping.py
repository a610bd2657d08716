"""Rules to stop by: exact probabilities against brute force, and the promise kept by a rule over invented urns."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import InputError
from remit.screen import stopping as rules
from remit.screen import urn


def test_the_law_of_the_urn_against_counting_every_draw():
    total, relevant, drawn = 9, 4, 5
    draws = list(itertools.combinations(range(total), drawn))
    for found in range(relevant + 1):
        share = sum(sum(x < relevant for x in d) <= found for d in draws) / len(draws)
        assert urn.at_most(found, total, relevant, drawn) == pytest.approx(share, abs=1e-12)


def test_a_published_example_of_the_hypergeometric_law():
    # 5 white of 10 drawn from an urn of 50 with 5 white: 252 / 2,118,760, as textbooks work it out by hand
    assert float(urn.chance(5, 50, 5, 10)) == pytest.approx(math.comb(10, 5) / math.comb(50, 5), rel=1e-10)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 5), st.floats(0.001, 0.5))
def test_draws_to_doubt_is_the_first_such_draw(total, relevant, found, risk):
    relevant = min(relevant, total)
    n = urn.draws_to_doubt(found, total, relevant, risk)
    assert n == 0 or urn.at_most(found, total, relevant, n - 1) > risk
    assert relevant <= found or urn.at_most(found, total, relevant, n) <= risk


@given(st.integers(0, 400), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_missed_bound_is_the_first_number_below_the_target(found, recall):
    missed = rules.missed_bound(found, recall)
    target = Fraction(str(recall))
    assert Fraction(found, found + missed) < target if found + missed else True
    assert missed <= 1 or Fraction(found, found + missed - 1) >= target


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=25), st.integers(0, 30), st.integers(1, 6))
def test_only_starts_after_an_inclusion_need_be_tried(found, more, missed):
    total, hits = len(found) + more, np.cumsum([0, *found])
    every = [
        urn.at_most(int(hits[-1] - hits[i]), total - i, int(hits[-1] - hits[i]) + missed, len(found) - i)
        for i in range(len(found) + 1)
    ]
    assert rules._least_risk(found, total, missed) == pytest.approx(min(every), abs=1e-9)


@pytest.mark.parametrize(("found", "size", "recall"), [(40, 1500, 0.95), (10, 200, 0.9), (100, 1000, 0.95)])
def test_the_sample_keeps_its_promise_whatever_was_missed(found, size, recall):
    looks = rules.plan(found, size, recall, 0.05)
    assert looks.worst <= 0.05
    rng = np.random.default_rng(1)
    first = rules.missed_bound(found, recall)
    for missed in (first, first + 2, first + 6):
        wrong = 0
        for _ in range(1500):
            places = np.sort(rng.choice(size, missed, replace=False))
            for j, n in enumerate(looks.draws):
                if (seen := int(np.searchsorted(places, n))) <= j:
                    wrong += Fraction(found + seen, found + missed) < Fraction(str(recall))
                    break
        assert wrong / 1500 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1500)


def test_looking_again_costs_something():
    looks = rules.plan(100, 1000, 0.95, 0.05)
    assert looks.nominal < 0.05
    assert looks.worst > 0.04


def _log(*verdicts):
    return [(f"r{i}", on) for i, on in enumerate(verdicts)]


def test_the_random_order_begins_after_a_run_without_inclusion_and_ends_when_enough_were_seen():
    records = [f"r{i}" for i in range(400)]
    log = _log(*[True] * 20, *[False] * 49)
    before = rules.stop(log, records, "sampled", 0.9, 0.9)
    assert before.sample is None and not before.met and "begins once" in before.sentence
    log.append(("r69", False))
    assert rules.sample_begins([on for _, on in log], 400) == 70
    while not (verdict := rules.stop(log, records, "sampled", 0.9, 0.9)).met:
        log.append((rules.sample_order(log, records)[0], False))
    assert verdict.screened < 400
    assert verdict.risk <= verdict.allowed < 0.1 + 1e-9
    assert verdict.left_upper <= 2
    assert "may stop with a recall of 90%" in verdict.sentence


def test_records_that_come_later_reopen_the_sample():
    records = [f"r{i}" for i in range(200)]
    log = _log(*[True] * 20, *[False] * 60)
    while not rules.stop(log, records, "sampled", 0.9, 0.9).met:
        log.append((rules.sample_order(log, records)[0], False))
    more = [*records, *(f"new{i}" for i in range(200))]
    assert not rules.stop(log, more, "sampled", 0.9, 0.9).met


def test_ranked_rule_and_no_rule():
    records = [f"r{i}" for i in range(300)]
    log = _log(*[True] * 20, *[False] * 230)
    assert rules.stop(log, records, "ranked", 0.9, 0.95).met
    assert not rules.stop(log, records, "ranked", 0.99, 0.99).met
    none = rules.stop(log, records, "none", 0.9, 0.95)
    assert not none.met and none.risk is None and "no rule" in none.sentence
    assert rules.stop(_log(*[False] * 300), records, "none", 0.9, 0.95).met


@pytest.mark.parametrize(
    ("log", "recall", "said"),
    [([("a", True)], 1.0, "recall 1"), ([("a", True), ("a", True)], 0.9, "twice"), ([("x", True)], 0.9, "not among")],
)
def test_what_cannot_be_is_refused(log, recall, said):
    with pytest.raises(InputError, match=said):
        rules.stop(log, ["a", "b"], "ranked", recall, 0.95)
