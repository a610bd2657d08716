"""What was settled beforehand: questions, criteria, outcomes, analyses, claims and dated amendments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from remit.model.place import Place

OutcomeKind = Literal["proportion", "time-to-event"]
AnalysisKind = Literal["proportion", "survival", "contrast"]
Direction = Literal["higher-is-better", "lower-is-better", "neither"]
VerdictWord = Literal["supported", "not supported", "uncertain", "contradicted"]
ReadingOrder = Literal["learned", "stored"]
StopRule = Literal["sampled", "ranked", "none"]
TestKind = Literal["threshold", "difference", "subgroup", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A code the review uses (a class, a population, an agent, a scale), its name, and words about it."""

    id: str
    name: str
    plural: str = ""
    short: str = ""
    note: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in PICO form."""

    id: str
    title: str
    population: str
    intervention: str
    comparator: str
    outcomes: str
    populations: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A reason to include or exclude, with a permanent id."""

    id: str
    effect: Literal["include", "exclude"]
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An outcome with its definition; graded ones need a toxicity scale on every row."""

    id: str
    name: str
    short: str
    kind: OutcomeKind
    direction: Direction
    definition: str
    graded: bool
    group: Literal["efficacy", "harm", "course"]
    importance: int
    trivial: float | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One planned synthesis.

    `where` filters arms and studies: keys class, agent, target, costimulation, population, line, design, age-group,
    lineage, role, study, arm; values are accepted codes, a leading `!` rejects. `versus` filters the comparator of a
    contrast in the same way. `basis` lists accepted denominators in order of preference. `allow` names a mixture the
    analysis accepts (`mixed-denominators`, `mixed-scales`, `mixed-transplant`, `mixed-competing`, `nested-arms`,
    `mixed-ages`, `mixed-lineage`), and why.
    """

    id: str
    title: str
    question: str
    kind: AnalysisKind
    outcomes: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    versus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    basis: tuple[str, ...] = ()
    measure: str = ""
    months: float | None = None
    window: float = 0.0
    scale: str = ""
    subgroups: tuple[str, ...] = ()
    allow: Mapping[str, str] = field(default_factory=dict)
    indirectness: str = ""
    drug_class: str = ""
    important: tuple[float, ...] = ()
    note: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """The operational test of a claim.

    threshold: the estimate of `finding` (natural scale) `op` `threshold`. difference: `finding` minus `versus`
    on the natural scale, `op` `threshold`. subgroup: levels `level` and `versus_level` of `by` in `finding`
    differ in the direction `op`. all: every one of `tests` holds.
    """

    kind: TestKind
    finding: str = ""
    versus: str = ""
    op: Literal[">", "<", ""] = ""
    threshold: float = 0.0
    by: str = ""
    level: str = ""
    versus_level: str = ""
    tests: tuple["Test", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence the review tests, with the verdict recorded when it was last looked at."""

    id: str
    statement: str
    kind: Literal["rate", "comparative"]
    test: Test
    recorded: VerdictWord
    recorded_on: str
    why: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A dated change of the protocol and its reason."""

    date: str
    what: str
    why: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """How records are screened, set beforehand: readers each needs, the recall to reach and with what confidence.

    `stop` names the rule a reader may stop by; `none` is to read every record. `order` is learned from the reader's own
    decisions, or that of the records as stored.
    """

    readers: int = 1
    recall: float = 0.95
    confidence: float = 0.95
    stop: StopRule = "none"
    order: ReadingOrder = "learned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """All that was settled beforehand. `prefer` is the ordered rule that picks one estimate per family."""

    questions: tuple[Question, ...]
    criteria: tuple[Criterion, ...]
    populations: tuple[Term, ...]
    classes: tuple[Term, ...]
    agents: tuple[Term, ...]
    scales: tuple[Term, ...]
    outcomes: tuple[Outcome, ...]
    prefer: tuple[str, ...]
    analyses: tuple[Analysis, ...]
    claims: tuple[Claim, ...]
    amendments: tuple[Amendment, ...]
    methods: Mapping[str, str]
    matrix: tuple[tuple[str, str], ...] = ()
    highlights: tuple[str, ...] = ()
    screening: Screening = Screening()
    place: Place

    def outcome(self, outcome_id: str) -> Outcome | None:
        """Return the outcome of that id, or None."""
        return next((o for o in self.outcomes if o.id == outcome_id), None)
