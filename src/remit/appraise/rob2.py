"""The RoB 2 algorithms: signalling answers to a judgement for each domain (effect of assignment to intervention).

Source: RoB 2 guidance of 22 August 2019, algorithms of domains 1 to 5 (doi:10.1136/bmj.l4898, riskofbias.info).
"No information" (ni) is an answer: a reader looked and the report does not say. A question nobody answered, or answered
na, is not; it is tried with every answer, and where the judgement would depend on it the domain is unclear.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Literal

from remit.model.appraisal import Judgement

Word = Literal["yes", "no", "ni"]
WORDS: Mapping[str, Word] = {"y": "yes", "py": "yes", "pn": "no", "n": "no", "ni": "ni"}
TRIED: tuple[Word, ...] = ("yes", "no", "ni")
Get = Callable[[str], Word]


def _d1(a: Get) -> Judgement:
    if a("1.2") == "no":
        return "high"
    if a("1.2") == "ni":
        return "high" if a("1.3") == "yes" else "some concerns"
    if a("1.1") == "no" or a("1.3") == "yes":
        return "some concerns"
    return "low"


def _d2(a: Get) -> Judgement:
    parts = (_deviations(a), _analysis(a))
    if "high" in parts:
        return "high"
    return "low" if parts == ("low", "low") else "some concerns"


def _deviations(a: Get) -> Judgement:
    if a("2.1") == a("2.2") == "no" or a("2.3") == "no":
        return "low"
    if a("2.3") == "ni" or a("2.4") == "no":
        return "some concerns"
    return "some concerns" if a("2.5") == "yes" else "high"


def _analysis(a: Get) -> Judgement:
    if a("2.6") == "yes":
        return "low"
    return "some concerns" if a("2.7") == "no" else "high"


def _d3(a: Get) -> Judgement:
    if a("3.1") == "yes" or a("3.2") == "yes" or a("3.3") == "no":
        return "low"
    return "some concerns" if a("3.4") == "no" else "high"


def _d4(a: Get) -> Judgement:
    if a("4.1") == "yes" or a("4.2") == "yes":
        return "high"
    blind = a("4.3") == "no" or a("4.4") == "no"
    if blind:
        return "low" if a("4.2") == "no" else "some concerns"
    return "some concerns" if a("4.5") == "no" else "high"


def _d5(a: Get) -> Judgement:
    if a("5.2") == "yes" or a("5.3") == "yes":
        return "high"
    return "low" if a("5.1") == "yes" and a("5.2") == a("5.3") == "no" else "some concerns"


DOMAINS: Mapping[str, tuple[Callable[[Get], Judgement], tuple[str, ...]]] = {
    "d1": (_d1, ("1.1", "1.2", "1.3")),
    "d2": (_d2, ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7")),
    "d3": (_d3, ("3.1", "3.2", "3.3", "3.4")),
    "d4": (_d4, ("4.1", "4.2", "4.3", "4.4", "4.5")),
    "d5": (_d5, ("5.1", "5.2", "5.3")),
}


def domain(domain_id: str, answers: Mapping[str, str]) -> Judgement:
    """Return the judgement of one domain from answers by question; unclear where an unanswered question decides."""
    rule, questions = DOMAINS[domain_id]
    known = {q: WORDS[answers[q]] for q in questions if answers.get(q) in WORDS}
    if not known:
        return "unclear"
    open_questions = [q for q in questions if q not in known]
    reached: set[Judgement] = set()
    for words in itertools.product(TRIED, repeat=len(open_questions)):
        trial = {**known, **dict(zip(open_questions, words, strict=True))}
        reached.add(rule(trial.__getitem__))
    return reached.pop() if len(reached) == 1 else "unclear"


def overall(judgements: Mapping[str, Judgement]) -> Judgement:
    """Return the worst judgement. Any high is high; otherwise a domain that is unclear leaves the whole unclear.

    That several domains with some concerns may together be high is a reader's judgement, stated in bias.yaml.
    """
    found = [judgements.get(d, "unclear") for d in DOMAINS]
    worst: tuple[Judgement, ...] = ("high", "unclear", "some concerns")
    for word in worst:
        if word in found:
            return word
    return "low"
