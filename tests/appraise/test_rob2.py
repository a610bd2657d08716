"""RoB 2's algorithms, row by row of the published guidance (22 August 2019), and what unanswered questions do."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.appraise import rob2

Y, N, NI = "Y", "N", "NI"

TABLE = [
    ("d1", "Y Y N", "low"),
    ("d1", "NI PY PN", "low"),
    ("d1", "NI Y NI", "low"),
    ("d1", "Y Y Y", "some concerns"),
    ("d1", "N Y N", "some concerns"),
    ("d1", "N Y Y", "some concerns"),
    ("d1", "Y NI N", "some concerns"),
    ("d1", "Y NI Y", "high"),
    ("d1", "Y N N", "high"),
    ("d2", "N N NA NA NA Y NA", "low"),
    ("d2", "Y Y N NA NA Y NA", "low"),
    ("d2", "Y Y NI NA NA Y NA", "some concerns"),
    ("d2", "Y Y Y N NA Y NA", "some concerns"),
    ("d2", "Y Y Y Y Y Y NA", "some concerns"),
    ("d2", "Y Y Y Y N Y NA", "high"),
    ("d2", "Y Y Y NI NI Y NA", "high"),
    ("d2", "N N NA NA NA N N", "some concerns"),
    ("d2", "N N NA NA NA N PY", "high"),
    ("d2", "N N NA NA NA NI NI", "high"),
    ("d3", "Y NA NA NA", "low"),
    ("d3", "N Y NA NA", "low"),
    ("d3", "N N N NA", "low"),
    ("d3", "N N Y N", "some concerns"),
    ("d3", "NI N Y NI", "high"),
    ("d3", "N N NI Y", "high"),
    ("d4", "Y NA NA NA NA", "high"),
    ("d4", "N Y NA NA NA", "high"),
    ("d4", "N N N NA NA", "low"),
    ("d4", "N N Y N NA", "low"),
    ("d4", "N N Y Y N", "some concerns"),
    ("d4", "N N NI NI Y", "high"),
    ("d4", "N NI N NA NA", "some concerns"),
    ("d4", "N NI Y N NA", "some concerns"),
    ("d4", "N NI Y Y N", "some concerns"),
    ("d4", "N NI Y Y NI", "high"),
    ("d5", "Y N N", "low"),
    ("d5", "NI N N", "some concerns"),
    ("d5", "N N N", "some concerns"),
    ("d5", "Y NI N", "some concerns"),
    ("d5", "Y N Y", "high"),
    ("d5", "Y Y NI", "high"),
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
        st.dictionaries(st.sampled_from(questions), st.sampled_from([Y, "PY", "PN", N, NI]), min_size=1)
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
