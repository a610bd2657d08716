"""From answers to judgements, and what is refused among the answers."""

from dataclasses import replace

import pytest

from remit import appraise, store
from remit.model.appraisal import Answer, Appraisal
from remit.model.place import Place


def series(**answers: str) -> Appraisal:
    return Appraisal(
        study="alpha",
        tool="jbi-case-series",
        version="2020",
        result="",
        answers=tuple(Answer(question=q, answer=a, support="as printed") for q, a in answers.items()),
        judgements={},
        overall="unclear",
        provisional=True,
        by="ab",
        date="2020-01-02",
        place=Place("studies/alpha/bias.yaml", 2),
    )


@pytest.mark.parametrize(
    ("answers", "overall"),
    [
        ({}, "unclear"),
        ({"q1": "yes", "q4": "yes", "q5": "yes", "q8": "yes"}, "low"),
        ({"q1": "yes", "q4": "yes", "q5": "yes", "q8": "yes", "q9": "no"}, "low"),
        ({"q1": "yes", "q4": "unclear", "q5": "yes", "q8": "yes"}, "unclear"),
        ({"q1": "yes", "q4": "not applicable", "q5": "yes", "q8": "yes"}, "unclear"),
        ({"q5": "no"}, "high"),
        ({f"q{i}": "yes" for i in (2, 3, 6, 7, 9, 10)}, "unclear"),
    ],
)
def test_a_case_series_is_judged_by_its_critical_items(answers, overall):
    assert appraise.judge(series(**answers)).overall == overall


def test_every_domain_is_judged():
    judged = appraise.judge(series(q1="yes", q2="no"))
    assert list(judged.judgements.values()) == ["low", "high", *["unclear"] * 8]


def test_what_a_reader_stated_stands():
    stated = replace(series(q1="yes"), judgements={"q1": "high"})
    judged = appraise.judge(stated)
    assert (judged.judgements["q1"], judged.overall) == ("high", "high")
    assert appraise.judge(replace(stated, overall="low")).overall == "low"
    trial = replace(series(), tool="rob2", judgements={"d1": "some concerns"}, answers=())
    assert appraise.judge(trial).judgements["d1"] == "some concerns"
    assert appraise.judge(trial).overall == "unclear"


def test_a_review_is_appraised_study_by_study_and_twice_is_once(tmp_path):
    store.new(tmp_path / "r", "r", "R")
    review = store.read(tmp_path / "r")
    assert appraise.appraised(review) == review
    judged = appraise.judge(series(q5="no"))
    assert appraise.judge(judged) == judged


@pytest.mark.parametrize(
    ("appraisal", "rule"),
    [
        (series(q11="yes"), "dangling-question"),
        (series(q1="Y"), "bad-answer"),
        (replace(series(), answers=(Answer(question="q1", answer="yes"),)), "no-support"),
        (replace(series(), judgements={"d1": "low"}), "dangling-domain"),
        (replace(series(), version="2016"), "tool-version"),
    ],
)
def test_answers_that_the_tool_does_not_know_are_problems(appraisal, rule):
    from remit.appraise.judging import _problems

    (problem,) = _problems(appraisal)
    assert (problem.rule, problem.place) == (rule, Place("studies/alpha/bias.yaml", 2))


def test_an_honest_unclear_needs_no_support():
    from remit.appraise.judging import _problems

    assert _problems(replace(series(), answers=(Answer(question="q1", answer="unclear"),))) == []
