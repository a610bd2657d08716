"""Whether the people and designs that enter fit the question asked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from remit.model.finding import Finding
from remit.model.place import Problem
from remit.model.protocol import Analysis
from remit.model.review import Review
from remit.model.study import Study

DOUBTFUL_AGES = ("mixed-with-adults", "adults", "unknown")


def ages_and_lineage(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """mixed-ages, mixed-lineage: a study with adults, unknown ages or other leukemias enters without a note."""
    lacking: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    studies = {d.study.id: d.study for d in review.studies}
    for f in findings:
        for study_id in dict.fromkeys(u.study for u in f.used):
            for rule in _unsaid(studies.get(study_id), f.analysis):
                lacking[study_id, rule].append(f.id)
    for (study_id, rule), ids in sorted(lacking.items()):
        study = studies[study_id]
        what = f"ages {study.age_group}" if rule == "mixed-ages" else f"lineage {study.lineage}"
        yield Problem(
            study.at("age_group" if rule == "mixed-ages" else "lineage"),
            rule,
            f"study {study_id} ({what}) enters {_some(ids)} and nothing says that it fits only in part",
            "a note of indirectness",
            f"write indirectness in study.yaml or in the analysis, or allow {rule} there with the reason",
        )


def _unsaid(study: Study | None, analysis: Analysis) -> Iterator[str]:
    if study is None or study.indirectness or analysis.indirectness:
        return
    if study.age_group in DOUBTFUL_AGES and "mixed-ages" not in analysis.allow:
        yield "mixed-ages"
    if study.lineage != "b-all" and "mixed-lineage" not in analysis.allow:
        yield "mixed-lineage"


def population(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """population-outside-question: an arm of none of the question's populations enters without a note."""
    questions = {q.id: frozenset(q.populations) for q in review.protocol.questions}
    studies = {d.study.id: d.study for d in review.studies}
    for f in findings:
        asked = questions.get(f.analysis.question, frozenset())
        if not asked or f.analysis.indirectness:
            continue
        for u in f.used:
            study = studies.get(u.study)
            arm = study.arm(u.arm) if study is not None else None
            if study is None or arm is None or study.indirectness:
                continue
            codes = arm.populations or study.populations
            if not asked & frozenset(codes):
                yield Problem(
                    study.at("populations"),
                    "population-outside-question",
                    f"arm {arm.id} of {study.id} ({', '.join(codes) or 'no population'}) enters {f.id}",
                    f"one of the populations of question {f.analysis.question}: {', '.join(sorted(asked))}",
                    "narrow the analysis's where, or write indirectness in study.yaml or in the analysis",
                )


def randomised_words(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """randomised-basis: a denominator of randomised people in a study that did not randomise."""
    for data in review.studies:
        if data.study.design == "randomised":
            continue
        for row in data.rows:
            if row.basis == "randomised":
                yield Problem(
                    row.place,
                    "randomised-basis",
                    f"row {row.key} counts people randomised; study {data.study.id} is {data.study.design}",
                    "another basis, or a randomised study",
                    "correct the row's basis or the study's design",
                )


def historical_control(review: Review, findings: Sequence[Finding]) -> Iterator[Problem]:
    """historical-control: an analysis of randomised studies that compares with an earlier group."""
    studies = {d.study.id: d.study for d in review.studies}
    for f in findings:
        if f.analysis.where.get("design") != ("randomised",):
            continue
        for u in f.used:
            study = studies.get(u.study)
            arm = study.arm(u.comparator) if study is not None and u.comparator else None
            if arm is not None and arm.role == "historical-control":
                yield Problem(
                    u.place,
                    "historical-control",
                    f"analysis {f.id} of randomised studies compares {u.arm} with {arm.id}, a historical control",
                    "the arm randomised beside it",
                    "file the historical comparison as a study of its own with another design",
                )


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
