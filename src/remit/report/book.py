"""A review with its findings, indexed the way pages look things up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from remit.model.decision import Decision, Record
from remit.model.finding import ClaimResult, Finding, LeftOut, Used
from remit.model.mechanism import MechanismMap
from remit.model.observation import Observation
from remit.model.place import Problem
from remit.model.protocol import Outcome
from remit.model.review import Review, StudyData
from remit.model.study import Arm
from remit.report import links, words

RowId = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Book:
    """Everything the pages print. `flow` holds PRISMA 2020 counts by the names of its data file."""

    review: Review
    findings: tuple[Finding, ...]
    claims: tuple[ClaimResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    mechanism: MechanismMap
    flow: Mapping[str, int] = field(default_factory=dict)
    changes: Sequence[str] = ()

    @cached_property
    def by_id(self) -> dict[str, Finding]:
        """Findings by id."""
        return {f.id: f for f in self.findings}

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of classes, populations, agents and scales by code."""
        p = self.review.protocol
        return {t.id: t.name for t in (*p.agents, *p.scales, *p.populations, *p.classes)}

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Outcomes by code."""
        return {o.id: o for o in self.review.protocol.outcomes}

    @cached_property
    def studies(self) -> dict[str, StudyData]:
        """Studies by id."""
        return {d.study.id: d for d in self.review.studies}

    @cached_property
    def rows(self) -> dict[RowId, Observation]:
        """Every observation by study, table and key."""
        return {(d.study.id, links.table(r.place), r.key): r for d in self.review.studies for r in d.rows}

    @cached_property
    def uses(self) -> dict[RowId, list[str]]:
        """Ids of the findings each row entered."""
        out: dict[RowId, list[str]] = {}
        for f in self.findings:
            for u in f.used:
                out.setdefault((u.study, links.table(u.place), u.key), []).append(f.id)
        return out

    @cached_property
    def omissions(self) -> dict[RowId, list[tuple[str, str]]]:
        """Findings each row was left out of, with the reason."""
        out: dict[RowId, list[tuple[str, str]]] = {}
        for f in self.findings:
            for o in f.left_out:
                out.setdefault((o.study, links.table(o.place), o.key), []).append((f.id, o.reason))
        return out

    @cached_property
    def included(self) -> frozenset[str]:
        """Reports that a full-text decision includes."""
        return self.review.included_reports()

    @cached_property
    def records(self) -> dict[str, Record]:
        """Records by id."""
        return {r.id: r for r in self.review.records}

    @cached_property
    def settled(self) -> dict[str, Decision]:
        """The full-text decision that holds, by record; none where people have not agreed yet."""
        return self.review.settled_reports()

    @cached_property
    def unsettled(self) -> frozenset[str]:
        """Records that people have read at full text and not agreed on."""
        return frozenset(self.review.standings("full-text")) - self.settled.keys()

    @cached_property
    def people(self) -> dict[str, str]:
        """People's names by id."""
        return {p.id: p.name for p in self.review.about.people}

    @property
    def short_title(self) -> str:
        """The short title, or the title up to its first colon: for running heads."""
        return self.review.about.short or self.review.about.title.split(":")[0]

    def name(self, code: str) -> str:
        """Return the name of a class, population, agent, scale or outcome; an unknown code is made readable."""
        if code in self.names:
            return self.names[code]
        outcome = self.outcomes.get(code)
        return outcome.name if outcome else words.readable(code)

    def study_name(self, study: str) -> str:
        """Return a study's name, or its id."""
        data = self.studies.get(study)
        return data.study.name if data else study

    def page(self, finding: Finding) -> str:
        """Return the page where a finding is drawn in full: its class's, else its question's."""
        if any(c.id == finding.analysis.drug_class for c in self.review.protocol.classes):
            return links.class_page(finding.analysis.drug_class)
        if any(q.id == finding.analysis.question for q in self.review.protocol.questions):
            return links.question_page(finding.analysis.question)
        return "findings.html"

    def href(self, finding: Finding) -> str:
        """Return the address of a finding's figure."""
        return f"{self.page(finding)}#{links.finding_anchor(finding.id)}"

    def row(self, item: Used | LeftOut) -> Observation | None:
        """Return the row an entry was read from, where the review has it."""
        return self.rows.get((item.study, links.table(item.place), item.key))

    def row_href(self, item: Used | LeftOut) -> str:
        """Return the address of a row on its study's page (the page alone where the row is unknown)."""
        if item.study not in self.studies:
            return "studies.html"
        page = links.study_page(item.study)
        return f"{page}#{links.row_anchor(item.place, item.key)}" if self.row(item) else page

    def arm(self, study: str, arm: str) -> Arm | None:
        """Return an arm, or None."""
        data = self.studies.get(study)
        return data.study.arm(arm) if data else None

    def populations_of(self, study: str, arm: str) -> tuple[str, ...]:
        """Return an arm's population codes: its own, else its study's."""
        data, found = self.studies.get(study), self.arm(study, arm)
        if found is not None and found.populations:
            return found.populations
        return data.study.populations if data else ()

    def filter_populations(self, finding: Finding) -> tuple[str, ...]:
        """Return the populations a finding answers for: those its analysis asks for, else those that entered."""
        asked = tuple(c for c in finding.analysis.where.get("population", ()) if not c.startswith("!"))
        return asked or tuple(sorted({p for u in finding.used for p in self.populations_of(u.study, u.arm)}))

    def filter_targets(self, finding: Finding) -> tuple[str, ...]:
        """Return the targets of the arms that entered a finding (or that its analysis asks for)."""
        asked = {c for c in finding.analysis.where.get("target", ()) if not c.startswith("!")}
        for u in finding.used:
            found = self.arm(u.study, u.arm)
            asked.update(found.targets if found else ())
        return tuple(sorted(asked))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Every target of an arm, sorted."""
        return tuple(sorted({t for d in self.review.studies for a in d.study.arms for t in a.targets}))
