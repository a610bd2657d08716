"""The same people counted twice: within a study, within a family, or in two studies nobody has linked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from remit.model.finding import Finding, Used
from remit.model.place import Problem
from remit.model.review import Review
from remit.model.study import Study

LINK = "give both studies one family with the reason, or disjoint_from with the reason if their people are others"


def shared_registry(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """shared-registry: two families with one registry number, and no word that their people are others."""
    by_number: defaultdict[str, list[Study]] = defaultdict(list)
    for data in review.studies:
        for number in data.study.registry:
            by_number[number.upper()].append(data.study)
    for number, studies in sorted(by_number.items()):
        for first, second in _strangers(studies):
            yield Problem(
                second.at("family"),
                "shared-registry",
                f"studies {first.id} and {second.id} share {number} and belong to different families",
                "one family, or disjoint_from",
                LINK,
            )


def shared_document(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """shared-document: one DOI or PMID among the reports of two families."""
    by_document: defaultdict[str, list[Study]] = defaultdict(list)
    for data in review.studies:
        for report in data.study.reports:
            for number in (
                f"doi:{report.doi.lower()}" if report.doi else "",
                f"pmid:{report.pmid}" if report.pmid else "",
            ):
                if number and data.study not in by_document[number]:
                    by_document[number].append(data.study)
    for number, studies in sorted(by_document.items()):
        for first, second in _strangers(studies):
            yield Problem(
                second.at("family"),
                "shared-document",
                f"studies {first.id} and {second.id} both report {number} and belong to different families",
                "one family, or disjoint_from",
                LINK,
            )


def _strangers(studies: Sequence[Study]) -> Iterator[tuple[Study, Study]]:
    """Yield pairs of studies of different families that do not declare their people disjoint, in order of id."""
    ordered = sorted(studies, key=lambda s: s.id)
    for i, first in enumerate(ordered):
        for second in ordered[i + 1 :]:
            if not _apart(first, second):
                yield first, second


def _apart(first: Study, second: Study) -> bool:
    """Whether two studies are linked (one family: the engine chooses between them) or declared disjoint."""
    if first.family == second.family:
        return True
    return second.id in first.disjoint_from or first.id in second.disjoint_from


def family_twice(_: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """family-twice: an analysis that pools two studies of one family."""
    for f in findings:
        members: defaultdict[str, set[str]] = defaultdict(set)
        for u in f.used:
            members[u.family].add(u.study)
        for family, studies in sorted(members.items()):
            if len(studies) > 1:
                yield Problem(
                    f.analysis.place,
                    "family-twice",
                    f"analysis {f.id} pools {' and '.join(sorted(studies))}, both of family {family}",
                    "one study of a family",
                    "keep the studies of a family out of each other's way: they share people",
                )


def trial_twice(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """trial-twice: an analysis that pools two reports of one trial, filed as studies of different families."""
    studies = {d.study.id: d.study for d in review.studies}
    for f in findings:
        entered = sorted({u.study for u in f.used} & studies.keys())
        for i, a in enumerate(entered):
            for b in entered[i + 1 :]:
                shared = {r.upper() for r in studies[a].registry} & {r.upper() for r in studies[b].registry}
                if shared and not _apart(studies[a], studies[b]):
                    yield Problem(
                        f.analysis.place,
                        "trial-twice",
                        f"analysis {f.id} pools {a} and {b}, two reports of one trial ({', '.join(sorted(shared))})",
                        "one estimate per trial",
                        LINK,
                    )


def people_twice(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """people-twice: rows of one study that enter together and cannot all be different people."""
    studies = {d.study.id: d.study for d in review.studies}
    for f in findings:
        per_study: defaultdict[str, list[Used]] = defaultdict(list)
        for u in f.used:
            per_study[u.study].append(u)
        for study_id, rows in sorted(per_study.items()):
            study = studies.get(study_id)
            if study is None or len(rows) < 2:
                continue
            most = _most(study)
            people = sum((u.total or 0) + (u.comparator_total or 0) for u in rows)
            arms = [a for u in rows for a in (u.arm, u.comparator) if a]
            if len(set(arms)) < len(arms) or (most is not None and people > most):
                yield Problem(
                    study.place,
                    "people-twice",
                    f"analysis {f.id} takes {len(rows)} rows of {study_id} with {people} people of {most or 'some'}",
                    "rows of different people",
                    "name the arm that holds the others' people with part_of",
                )


def _most(study: Study) -> int | None:
    """The largest number of people the study says it had, at any stage but screening."""
    stages = [s.n for s in study.ledger if s.stage != "screened"]
    return max([n for n in (study.enrolled, study.treated) if n is not None] + stages, default=None)
