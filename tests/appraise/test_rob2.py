"""RoB 2's algorithms, row by row of the published guidance (22 August 2019), and what unanswered questions do."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.appraise import rob2

Y, N, NI = "y", "n", "ni"

TABLE = [
    ("d1", "y y n", "low"),
    ("d1", "ni py pn", "low"),
    ("d1", "ni y ni", "low"),
    ("d1", "y y y", "some concerns"),
    ("d1", "n y n", "some concerns"),
    ("d1", "n y y", "some concerns"),
    ("d1", "y ni n", "some concerns"),
    ("d1", "y ni y", "high"),
    ("d1", "y n n", "high"),
    ("d2", "n n na na na y na", "low"),
    ("d2", "y y n na na y na", "low"),
    ("d2", "y y ni na na y na", "some concerns"),
    ("d2", "y y y n na y na", "some concerns"),
    ("d2", "y y y y y y na", "some concerns"),
    ("d2", "y y y y n y na", "high"),
    ("d2", "y y y ni ni y na", "high"),
    ("d2", "n n na na na n n", "some concerns"),
    ("d2", "n n na na na n py", "high"),
    ("d2", "n n na na na ni ni", "high"),
    ("d3", "y na na na", "low"),
    ("d3", "n y na na", "low"),
    ("d3", "n n n na", "low"),
    ("d3", "n n y n", "some concerns"),
    ("d3", "ni n y ni", "high"),
    ("d3", "n n ni y", "high"),
    ("d4", "y na na na na", "high"),
    ("d4", "n y na na na", "high"),
    ("d4", "n n n na na", "low"),
    ("d4", "n n y n na", "low"),
    ("d4", "n n y y n", "some concerns"),
    ("d4", "n n ni ni y", "high"),
    ("d4", "n ni n na na", "some concerns"),
    ("d4", "n ni y n na", "some concerns"),
    ("d4", "n ni y y n", "some concerns"),
    ("d4", "n ni y y ni", "high"),
    ("d5", "y n n", "low"),
    ("d5", "ni n n", "some concerns"),
    ("d5", "n n n", "some concerns"),
    ("d5", "y ni n", "some concerns"),
    ("d5", "y n y", "high"),
    ("d5", "y y ni", "high"),
]


@pytest.mark.parametrize(("domain", "words", "judgement"), TABLE)
def test_the_algorithm_gives_the_published_judgement(domain, words, judgement):
    _, questions = rob2.DOMAINS[domain]
    assert rob2.domain(domain, dict(zip(questions, words.split(), strict=True))) == judgement


def test_unanswered_questions_leave_a_domain_unclear_unless_they_cannot_matter():
    assert rob2.domain("d1", {}) == "unclear"
    assert rob2.domain("d1", {"1.1": Y}) == "unclear"
    assert rob2.domain("d1", {"1.2": N}) == "high"
    assert rob2.domain("d5", {"5.2": Y}) == "high"
    assert rob2.domain("d3", {"3.1": Y}) == "low"
    assert rob2.domain("d3", {"3.1": "unclear"}) == "unclear"


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from(sorted(rob2.DOMAINS)), st.data())
def test_answering_one_more_question_never_turns_one_judgement_into_another(domain, data):
    _, questions = rob2.DOMAINS[domain]
    answers = data.draw(
        st.dictionaries(st.sampled_from(questions), st.sampled_from([Y, "py", "pn", N, NI]), min_size=1)
    )
    before = rob2.domain(domain, answers)
    rest = [q for q in questions if q not in answers]
    for question, word in itertools.product(rest, (Y, N, NI)):
        after = rob2.domain(domain, {**answers, question: word})
        assert before in ("unclear", after)


def test_overall_is_the_worst_domain():
    low = dict.fromkeys(rob2.DOMAINS, "low")
    assert rob2.overall(low) == "low"
    assert rob2.overall({**low, "d2": "some concerns"}) == "some concerns"
    assert rob2.overall({**low, "d2": "some concerns", "d3": "unclear"}) == "unclear"
    assert rob2.overall({**low, "d3": "unclear", "d4": "high"}) == "high"
    assert rob2.overall({}) == "unclear"
