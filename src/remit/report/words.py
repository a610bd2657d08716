"""Codes in plain words, for readers who have never seen the format."""

import re
from collections.abc import Mapping
from typing import Final

FLAGS: Final[Mapping[str, str]] = {
    "secondary": "not read in the study's own report",
    "suspect": "possible misprint: never pooled unless corrected",
    "derived": "worked out from printed values",
    "disagrees": "another source prints otherwise",
    "confirms": "second sighting of a value already here: never pooled",
    "superseded": "an earlier look at the same people",
    "interim": "interim look",
    "denominator-inferred": "the denominator is inferred, not printed",
    "definition-differs": "the outcome is defined otherwise than in the protocol",
    "mixed-disease": "includes other diseases",
    "mixed-ages": "includes adults",
    "no-timepoint": "no time point is given",
    "no-address": "no web address is known for the source",
    "not-poolable": "not poolable; the note says why",
    "reread": "the first extraction was corrected on second reading",
    "digitised": "read off a figure",
    "not-proportional": "hazards are not proportional: an average over follow-up",
}
SHORT_FLAGS: Final[Mapping[str, str]] = {
    "secondary": "secondary source",
    "suspect": "possible misprint",
    "derived": "derived",
    "disagrees": "sources disagree",
    "confirms": "second sighting",
    "superseded": "earlier look",
    "interim": "interim",
    "denominator-inferred": "denominator inferred",
    "definition-differs": "other definition",
    "mixed-disease": "mixed disease",
    "mixed-ages": "includes adults",
    "no-timepoint": "no time point",
    "no-address": "no address",
    "not-poolable": "not poolable",
    "reread": "corrected on rereading",
    "digitised": "read off a figure",
    "not-proportional": "hazards not proportional",
}
DESIGNS: Final[Mapping[str, str]] = {
    "randomised": "Randomised trial",
    "nonrandomised-comparative": "Comparison without randomisation",
    "single-arm": "Single-arm trial",
    "dose-escalation": "Dose-finding trial",
    "registry": "Registry",
    "retrospective-cohort": "Retrospective cohort",
    "pooled-analysis": "Pooled analysis of studies",
}
AGES: Final[Mapping[str, str]] = {
    "infants": "infants",
    "children": "children",
    "children-and-young-adults": "children and young adults",
    "mixed-with-adults": "children and adults together",
    "adults": "adults",
    "unknown": "age range not seen",
}
LINEAGES: Final[Mapping[str, str]] = {
    "b-all": "B-ALL only",
    "mixed": "mixed with other leukemias",
    "unknown": "not seen",
}
BASES: Final[Mapping[str, str]] = {
    "enrolled": "of all enrolled",
    "randomised": "of all randomised",
    "infused": "of those infused",
    "treated": "of those treated",
    "evaluable": "of those evaluable",
    "responders": "of responders",
    "relapses": "of relapses",
    "transplanted": "of those transplanted",
    "subgroup": "of a subgroup",
    "unknown": "denominator not stated",
}
SOURCES: Final[Mapping[str, str]] = {
    "primary": "the study's own report",
    "registry": "a trial register",
    "label": "a drug label",
    "secondary": "a secondary source",
}
TRANSPLANT: Final[Mapping[str, str]] = {
    "censored": "follow-up ends at transplantation",
    "not-censored": "follow-up goes on after transplantation",
    "event": "transplantation counts as an event",
    "state": "transplantation is a state of its own",
}
LEFT_OUT: Final[Mapping[str, str]] = {
    "report-excluded": "the report is not included",
    "design": "another study design",
    "ages": "other ages",
    "lineage": "other leukemias",
    "not-randomised": "not randomised",
    "nested-arm": "its people are part of another group",
    "confirms": "repeats a value already here",
    "flagged": "possible misprint, or marked not poolable",
    "other-basis": "another denominator",
    "other-scale": "another or unknown toxicity scale",
    "other-time": "another time",
    "no-timepoint": "no time is printed",
    "other-measure": "another measure",
    "other-comparator": "another comparator",
    "no-total": "no total is printed",
    "no-count": "no count can be made of it",
    "no-variance": "no precision can be worked out",
    "no-events": "no events in either group",
    "at-boundary": "0% or 100%: no precision on this scale",
    "superseded": "a later look is used",
    "not-preferred": "another value is preferred",
    "family": "another study of the same patients is preferred",
}
RELATIONS: Final[Mapping[str, str]] = {
    "binds": "binds",
    "inhibits": "inhibits",
    "delivers": "delivers",
    "recruits": "recruits",
    "activates": "activates",
    "leads_to": "leads to",
    "confers_resistance_to": "makes leukemia resist",
    "biomarker_of": "marks",
    "overcomes": "overcomes",
}
GROUPS: Final[Mapping[str, str]] = {
    "efficacy": "Does it work?",
    "course": "What comes after?",
    "harm": "What does it cost?",
}
GLYPHS: Final = "●■▲◆▼★⬟⬢✚◐◧◭"
JUDGEMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "low": ("+", "low"),
    "some concerns": ("−", "some"),
    "high": ("×", "high"),
    "unclear": ("?", "unclear"),
}
VERDICTS: Final[Mapping[str, str]] = {
    "supported": "✓",
    "not supported": "○",
    "uncertain": "?",
    "contradicted": "×",
}


def readable(code: str) -> str:
    """Return a code as words: `relapsed-refractory` gives `relapsed refractory`."""
    return code.removeprefix("other:").replace("_", " ").replace("-", " ").strip()


def flag(code: str) -> str:
    """Return a flag in plain words."""
    return FLAGS.get(code, readable(code))


def short_flag(code: str) -> str:
    """Return a flag in two or three words."""
    return SHORT_FLAGS.get(code, readable(code))


def listed(items: list[str]) -> str:
    """Return items as an English list: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def capital(text: str) -> str:
    """Return the text with its first letter large."""
    return text[:1].upper() + text[1:]


def tight(text: str) -> str:
    """Return the text with percent signs close to their numbers, as everywhere on these pages."""
    return re.sub(r"(?<=\d) %", "%", text)


def stop(text: str) -> str:
    """Return the text with a full stop at its end, unless it ends a sentence already or is empty."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def small(text: str) -> str:
    """Return the text with its first letter small, unless the first word is an acronym (CAR T cells)."""
    return text if text[1:2].isupper() or text[1:2] in (" ", "-") else text[:1].lower() + text[1:]
