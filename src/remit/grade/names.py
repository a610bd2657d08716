"""Codes of an analysis as words for a sentence: population, treatment and outcome."""

from collections.abc import Mapping, Sequence

from remit.model.protocol import Analysis, Term
from remit.model.review import Review

MOST_NAMES = 2
"""A list of more agents than this is named by its class."""


def lowered(text: str) -> str:
    """Return the text with a small first letter, unless it starts with an abbreviation such as MRD or CD19."""
    return text if len(text) > 1 and (text[1].isupper() or text[1].isdigit()) else text[:1].lower() + text[1:]


def condition(analysis: Analysis, review: Review) -> str:
    """Return `in relapsed or refractory disease, `, or nothing where the analysis takes many populations.

    A population's `plural` is the phrase that follows "in"; where one has none, the names stand before a colon.
    """
    codes = _accepted(analysis.where, "population")
    if not codes:
        question = next((q for q in review.protocol.questions if q.id == analysis.question), None)
        codes = question.populations if question is not None else ()
    if not 1 <= len(codes) <= MOST_NAMES:
        return ""
    terms = [next((t for t in review.protocol.populations if t.id == c), None) for c in codes]
    phrases = [t.plural for t in terms if t is not None and t.plural]
    if len(phrases) == len(codes):
        return f"in {' or '.join(phrases)}, "
    return f"{', '.join(_phrase(review.protocol.populations, c) for c in codes)}: "


def treatment(where: Mapping[str, tuple[str, ...]], drug_class: str, review: Review) -> str:
    """Return the treatment a filter asks for: its agents when few, else its class with the target asked for."""
    agents = _accepted(where, "agent")
    if 1 <= len(agents) <= MOST_NAMES:
        return " or ".join(_phrase(review.protocol.agents, a) for a in agents)
    classes = _accepted(where, "class") or ((drug_class,) if drug_class else ())
    if not 1 <= len(classes) <= MOST_NAMES:
        return "the treatment studied"
    targets = "/".join(_accepted(where, "target"))
    named = " or ".join(_phrase(review.protocol.classes, c) for c in classes)
    if len(agents) > MOST_NAMES:
        return f"{named} of {len(agents)} kinds"
    return f"{targets} {named}" if targets else named


def outcome(analysis: Analysis, review: Review) -> str:
    """Return the name of the analysis's first outcome."""
    code = analysis.outcomes[0] if analysis.outcomes else ""
    known = review.protocol.outcome(code)
    return known.name if known is not None else code.replace("-", " ")


def _accepted(where: Mapping[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
    return tuple(v for v in where.get(key, ()) if v[:1] != "!")


def _phrase(terms: Sequence[Term], code: str) -> str:
    term = next((t for t in terms if t.id == code), None)
    return lowered(term.plural or term.name) if term is not None else code.replace("-", " ")
