"""References that cross files: reports, records, families and studies named elsewhere."""

from remit.model.place import Place
from remit.model.review import Review
from remit.store.analyses import named
from remit.store.refusals import Refusals, nearest


def check(review: Review, complete: bool, refusals: Refusals) -> None:
    """Note what dangles between files. With `complete` False some study could not be read: its names are unknown."""
    _ids(review, refusals)
    _studies(review, complete, refusals)
    _records(review, complete, refusals)
    if complete:
        _filters(review, refusals)


def _ids(review: Review, refusals: Refusals) -> None:
    """Refuse a report or search id used twice in the review."""
    first: dict[str, Place] = {}
    for data in review.studies:
        for report in data.study.reports:
            if report.id in first and first[report.id].file != report.place.file:
                seen = f"report {report.id!r} again (first at {first[report.id]})"
                refusals.add(report.place, "duplicate-id", seen, "an id unique in the review", "rename one")
            first.setdefault(report.id, report.place)


def _studies(review: Review, complete: bool, refusals: Refusals) -> None:
    studies = {d.study.id for d in review.studies}
    reports = {r.id for d in review.studies for r in d.study.reports}
    for data in review.studies:
        study = data.study
        for other in study.disjoint_from:
            if complete and (other not in studies or other == study.id):
                seen = f"disjoint_from names {other!r}"
                place, advice = study.at("disjoint_from"), nearest(other, studies)
                refusals.add(place, "dangling-study", seen, "another study", advice)
        if study.disjoint_from and not study.family_reason:
            seen = "disjoint_from without a family_reason"
            refusals.add(study.at("disjoint_from"), "missing", seen, "why the people are others", "write family_reason")
        for report in study.reports:
            if complete and report.superseded_by and report.superseded_by not in reports:
                seen = f"superseded_by names {report.superseded_by!r}"
                advice = nearest(report.superseded_by, reports)
                refusals.add(report.place, "dangling-report", seen, "a report of the review", advice)


def _records(review: Review, complete: bool, refusals: Refusals) -> None:
    """Every report is a record, and every included record is a report."""
    records = {r.id for r in review.records}
    if not records and review.studies:
        seen, expected = "no records", "a record for every report"
        refusals.add(Place("records/records.csv"), "dangling-record", seen, expected, "write records/records.csv")
        return
    reports = set()
    for data in review.studies:
        for report in data.study.reports:
            reports.add(report.id)
            if report.id not in records:
                seen = f"report {report.id!r} has no record"
                advice = "add it to records/records.csv, and its decisions to the screening log"
                refusals.add(report.place, "dangling-record", seen, "a record with its id", advice)
    if not complete:
        return
    for record, decision in review.settled_reports().items():
        if decision.verdict == "include" and record in records and record not in reports:
            seen = f"record {record!r} is included, but no study has that report"
            advice = "add the report to its study, or record another decision"
            refusals.add(decision.place, "dangling-report", seen, "a report of a study", advice)


def _filters(review: Review, refusals: Refusals) -> None:
    """Studies and arms that analyses name."""
    studies = {d.study.id for d in review.studies}
    arms = {a.id for d in review.studies for a in d.study.arms}
    for key, known in (("study", studies), ("arm", arms)):
        for word, place in named(review.protocol.analyses, key).items():
            if word not in known:
                expected = f"one that the review has ({key})"
                refusals.add(place, f"dangling-{key}", f"a filter names {word!r}", expected, nearest(word, known))
