"""Judgements of bias: a tool as data, and one study's (or one result's) answers to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from remit.model.place import Place

Judgement = Literal["low", "some concerns", "high", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolQuestion:
    """One item of a tool; `domain` groups signalling questions (RoB 2) or repeats the id (JBI)."""

    id: str
    domain: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A bias tool: its id, version, source, domains in order (id to name) and questions."""

    id: str
    name: str
    version: str
    source: str
    domains: Mapping[str, str]
    questions: tuple[ToolQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to one question with the words that support it."""

    question: str
    answer: str
    support: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """One assessment. `judgements` maps domain to judgement; `overall` follows the tool's rule.

    `provisional` is True until two people have assessed from the full text.
    """

    study: str
    tool: str
    version: str
    result: str
    answers: tuple[Answer, ...]
    judgements: Mapping[str, Judgement]
    overall: Judgement
    provisional: bool
    by: str
    date: str
    note: str = ""
    place: Place
