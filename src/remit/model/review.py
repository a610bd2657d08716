"""A whole review as read from its folder."""

from collections.abc import Iterator
from dataclasses import dataclass

from remit.model.appraisal import Appraisal
from remit.model.certainty import Signature
from remit.model.decision import Alike, Decision, Person, Record, Repeat, Search, Stage
from remit.model.mechanism import Agent, Edge, Entity, Ongoing, Resistance
from remit.model.observation import Contrast, Correction, Count, Median, Observation, Survival
from remit.model.place import Place
from remit.model.printed_curve import PrintedCurve
from remit.model.protocol import Protocol
from remit.model.search import Definition
from remit.model.standing import Standing, let_through, standings
from remit.model.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """PRISMA-LSR living mode: schedule, status and retirement rule."""

    status: str
    schedule: str
    retirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What review.yaml says."""

    id: str
    title: str
    version: str
    date: str
    licence: str
    cite: str
    notice: str
    living: Living
    people: tuple[Person, ...]
    summary: str = ""
    short: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyData:
    """A study with every row its folder holds; `read_off` are values made from its curves, never written."""

    study: Study
    counts: tuple[Count, ...] = ()
    survival: tuple[Survival, ...] = ()
    medians: tuple[Median, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    curves: tuple[PrintedCurve, ...] = ()
    read_off: tuple[Survival | Contrast, ...] = ()
    corrections: tuple[Correction, ...] = ()
    appraisals: tuple[Appraisal, ...] = ()

    @property
    def rows(self) -> tuple[Observation, ...]:
        """Every observation, table after table, then those read off curves."""
        return (*self.counts, *self.survival, *self.medians, *self.contrasts, *self.read_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything people wrote in one review folder. `searches` were run; `definitions` say how to run them again."""

    about: About
    protocol: Protocol
    studies: tuple[StudyData, ...]
    searches: tuple[Search, ...] = ()
    definitions: tuple[Definition, ...] = ()
    records: tuple[Record, ...] = ()
    decisions: tuple[Decision, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    alike: tuple[Alike, ...] = ()
    agents: tuple[Agent, ...] = ()
    edges: tuple[Edge, ...] = ()
    resistance: tuple[Resistance, ...] = ()
    entities: tuple[Entity, ...] = ()
    ongoing: tuple[Ongoing, ...] = ()
    signatures: tuple[Signature, ...] = ()

    def study(self, study_id: str) -> StudyData | None:
        """Return the study of that id, or None."""
        return next((s for s in self.studies if s.study.id == study_id), None)

    def standings(self, stage: Stage) -> dict[str, Standing]:
        """Where each record stands that has a line at `stage`, under the protocol's number of readers."""
        return standings(self.decisions, stage, self.protocol.screening.readers)

    def settled_reports(self) -> dict[str, Decision]:
        """The full-text decision that holds, by record; none of a record that title and abstract has not let through.

        Open conflicts and records read by too few have none.
        """
        last = self.standings("full-text")
        through = let_through(self.standings("title-abstract"), last)
        return {r: s.holds for r, s in last.items() if s.holds is not None and r in through}

    def included_reports(self) -> frozenset[str]:
        """Ids of reports that people agreed at full text to include (a record's id is its report's id)."""
        return frozenset(r for r, d in self.settled_reports().items() if d.verdict == "include")

    def rows(self) -> Iterator[tuple[StudyData, Observation]]:
        """Every observation with its study."""
        for data in self.studies:
            for row in data.rows:
                yield data, row
