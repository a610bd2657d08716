"""Judgements from answers: each tool's rule, with a reader's own stated judgements in the rule's place."""

from collections.abc import Mapping
from dataclasses import replace

from remit.appraise import rob2
from remit.appraise.tools import critical, tool
from remit.model.appraisal import Appraisal, Judgement
from remit.model.place import Problem
from remit.model.review import Review

_ITEM: Mapping[str, Judgement] = {"yes": "low", "no": "high"}


def judge(appraisal: Appraisal) -> Appraisal:
    """Return the appraisal with every domain judged and the overall judgement.

    A judgement the reader stated stands. An overall other than unclear that the reader stated stands too. JBI case
    series: an item answered yes is low, no is high, anything else unclear; overall low when all critical items are
    low, high when any is high, else unclear, and never a score. RoB 2: see `rob2`.

    Raises
    ------
    InputError
        The tool is not known.
    """
    used = tool(appraisal.tool)
    answers = {a.question: a.answer for a in appraisal.answers}
    judgements: dict[str, Judgement] = {}
    for domain in used.domains:
        stated = appraisal.judgements.get(domain)
        ruled = rob2.domain(domain, answers) if used.id == "rob2" else _ITEM.get(answers.get(domain, ""), "unclear")
        judgements[domain] = stated or ruled
    overall = appraisal.overall
    if overall == "unclear":
        overall = rob2.overall(judgements) if used.id == "rob2" else _decided(judgements, critical(used.id))
    return replace(appraisal, judgements=judgements, overall=overall)


def _decided(judgements: Mapping[str, Judgement], domains: tuple[str, ...]) -> Judgement:
    found = {judgements[d] for d in domains}
    if "high" in found:
        return "high"
    return "low" if found == {"low"} else "unclear"


def appraised(review: Review) -> Review:
    """Return the review with every appraisal judged."""
    studies = tuple(
        replace(data, appraisals=tuple(judge(a) for a in data.appraisals)) if data.appraisals else data
        for data in review.studies
    )
    return replace(review, studies=studies)


def problems(review: Review) -> tuple[Problem, ...]:
    """Return what is wrong with the answers: unknown questions, domains or words, and answers without support."""
    return tuple(p for data in review.studies for a in data.appraisals for p in _problems(a))


def _problems(appraisal: Appraisal) -> list[Problem]:
    used, out = tool(appraisal.tool), []
    questions = {q.id: q for q in used.questions}
    for answer in appraisal.answers:
        question = questions.get(answer.question)
        if question is None:
            expected = "one of " + ", ".join(questions)
            out.append(_problem(appraisal, "dangling-question", f"question {answer.question!r}", expected))
            continue
        if answer.answer not in question.answers:
            seen, expected = f"{answer.question} answered {answer.answer!r}", "one of " + ", ".join(question.answers)
            out.append(_problem(appraisal, "bad-answer", seen, expected))
        elif answer.answer not in ("unclear", "ni", "na", "not applicable") and not answer.support:
            seen = f"{answer.question} answered {answer.answer} without support"
            out.append(_problem(appraisal, "no-support", seen, "the words of the report that support it"))
    for domain in appraisal.judgements:
        if domain not in used.domains:
            expected = "one of " + ", ".join(used.domains)
            out.append(_problem(appraisal, "dangling-domain", f"a judgement of {domain!r}", expected))
    if appraisal.version != used.version:
        expected = f"version {used.version}"
        out.append(_problem(appraisal, "tool-version", f"{used.id} version {appraisal.version}", expected))
    return out


def _problem(appraisal: Appraisal, rule: str, seen: str, expected: str) -> Problem:
    return Problem(appraisal.place, rule, seen, expected, "mend the assessment in bias.yaml")
