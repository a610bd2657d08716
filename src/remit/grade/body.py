"""A finding with the studies behind it: the shares of weight and people that have some trait."""

from collections.abc import Callable
from dataclasses import dataclass

from remit.model.appraisal import Appraisal
from remit.model.finding import Finding, Used
from remit.model.review import Review, StudyData


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One estimate that entered, with its study and its appraisal (None where nobody has appraised it)."""

    used: Used
    data: StudyData
    appraisal: Appraisal | None

    @property
    def people(self) -> int:
        """People in both arms, 0 where no total is known."""
        return (self.used.total or 0) + (self.used.comparator_total or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A finding and its members, in the finding's order."""

    finding: Finding
    members: tuple[Member, ...]

    def weight(self, trait: Callable[[Member], bool]) -> float:
        """Return the share of the weight, between 0 and 1, of the members that have `trait`."""
        total = sum(m.used.weight for m in self.members)
        return sum(m.used.weight for m in self.members if trait(m)) / total if total else 0.0

    def share(self, trait: Callable[[Member], bool]) -> float:
        """Return the share of the people, between 0 and 1, of members with `trait`; of the weight if none counted."""
        total = sum(m.people for m in self.members)
        return sum(m.people for m in self.members if trait(m)) / total if total else self.weight(trait)

    def count(self, trait: Callable[[Member], bool]) -> int:
        """Return how many members have `trait`."""
        return sum(1 for m in self.members if trait(m))


def body(finding: Finding, review: Review) -> Body:
    """Return the finding with the study of each estimate; estimates of unknown studies are passed over."""
    by_id = {d.study.id: d for d in review.studies}
    members = tuple(
        Member(used=u, data=by_id[u.study], appraisal=_appraisal(by_id[u.study], finding))
        for u in finding.used
        if u.study in by_id
    )
    return Body(finding=finding, members=members)


def _appraisal(data: StudyData, finding: Finding) -> Appraisal | None:
    """Return the appraisal that speaks for this result: of the result itself, else of the study.

    A comparison of a randomised study asks RoB 2 first; a rate asks the case-series checklist first.
    """
    outcomes = set(finding.analysis.outcomes)
    first = "rob2" if finding.analysis.kind == "contrast" else "jbi"
    ordered = sorted(
        data.appraisals,
        key=lambda a: (
            a.result not in outcomes,
            bool(a.result) and a.result not in outcomes,
            not a.tool.startswith(first),
        ),
    )
    return ordered[0] if ordered else None
