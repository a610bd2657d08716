"""What the package proposes and a person decides: values to add, and values that do not agree with their report."""

from collections.abc import Mapping
from dataclasses import dataclass

from remit.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A row that could be added to a study's table. Nothing is written before a person does.

    `cells` holds the columns of the table as they would be written, values as the source prints them; `arm` is blank
    where no arm of the study is surely the source's group. `beside` names the rows of the review that answer the
    same question, as file and key; `unsure` what a person has to look at before the row may be added.
    """

    study: str
    table: str
    outcome: str
    arm: str
    group: str
    cells: Mapping[str, str]
    source: str
    locator: str
    url: str
    why: str
    beside: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A value of the review and the source's value of the same thing, which differ. Either may be right."""

    study: str
    row: str
    column: str
    printed: str
    posted: str
    locator: str
    url: str
    note: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something a source holds and the package does not propose, and why not."""

    locator: str
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """All that one source's results propose for one study; `study` is blank where the review has none of that trial."""

    numbers: tuple[str, ...]
    study: str
    suggestions: tuple[Suggestion, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNext:
    """A record a model would have read next: its place in the queue from 1, its score, and the model's name."""

    record: str
    place: int
    score: float
    by: str
