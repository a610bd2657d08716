"""Retractions and corrections that a source told of, of reports the review uses.

What sources said is in the local cache of records, which is not part of a review: so these warnings come from
`remit check` where the searches were run, and no built page depends on them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from remit.model.place import Problem
from remit.model.review import Review
from remit.model.source_record import Related, Relation, SourceRecord
from remit.model.study import Report

PASSIVE: Mapping[Relation, str] = {"retracted-by": "retracted", "corrected-by": "corrected"}
ACTIVE: Mapping[Relation, str] = {"retracts": "retracted", "corrects": "corrected"}
_PMID = re.compile(r"\bPMID:? ?(\d{1,8})\b", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{1,9}/[^\s\"<>;,)]+")
_REFERENCE = re.compile(r"\APMID (\d{1,8}) retracted by (.*)")
_CONCERN = re.compile(r"expression ?of ?concern", re.IGNORECASE)


def notices(review: Review, records: Iterable[tuple[str, SourceRecord]]) -> tuple[Problem, ...]:
    """Return a warning for each report in use that a source says was retracted or corrected, each notice once.

    A record is of a report by the report's id, or by its DOI or PubMed id; a notice names what it retracts or corrects
    by those.
    """
    reports = tuple(_used(review))
    by_id = {r.id: r for r in reports}
    numbers = {f"doi {r.doi.lower()}": r for r in reports if r.doi} | {f"pmid {r.pmid}": r for r in reports if r.pmid}
    found: dict[tuple[str, str, str], Problem] = {}
    for key, record in records:
        own = by_id.get(key) or numbers.get(f"doi {record.doi}") or numbers.get(f"pmid {record.pmid}")
        told = [*_of_itself(record, own), *_of_others(record, numbers)]
        for report, rule, ref in told:
            found.setdefault((report.id, rule, ref), _warning(report, rule, ref, record.source))
    return tuple(sorted(set(found.values())))


def _used(review: Review) -> Iterator[Report]:
    """Reports that are included, or all of them while nothing was decided."""
    included = review.included_reports()
    for data in review.studies:
        for report in data.study.reports:
            if report.id in included or not review.decisions:
                yield report


def _of_itself(record: SourceRecord, own: Report | None) -> Iterator[tuple[Report, str, str]]:
    if own is None:
        return
    ties = [t for t in record.related if t.relation in PASSIVE or _CONCERN.search(t.ref)]
    for tie in ties:
        yield own, PASSIVE.get(tie.relation, "corrected"), tie.ref
    if record.retracted and not any(t.relation == "retracted-by" for t in ties):
        yield own, "retracted", "a notice the source does not name"


def _of_others(record: SourceRecord, numbers: Mapping[str, Report]) -> Iterator[tuple[Report, str, str]]:
    for tie in record.related:
        cited = _REFERENCE.match(tie.ref) if tie.relation == "other" else None
        if cited is not None and f"pmid {cited[1]}" in numbers:
            yield numbers[f"pmid {cited[1]}"], "retracted", cited[2]
        elif tie.relation in ACTIVE:
            for report in _named(tie, numbers):
                yield report, ACTIVE[tie.relation], f"{record.title} {_address(record)}".strip()


def _named(tie: Related, numbers: Mapping[str, Report]) -> Iterator[Report]:
    keys = [f"pmid {n}" for n in _PMID.findall(tie.ref)] + [
        f"doi {d.lower().rstrip('.')}" for d in _DOI.findall(tie.ref)
    ]
    yield from {numbers[k].id: numbers[k] for k in keys if k in numbers}.values()


def _address(record: SourceRecord) -> str:
    return f"(doi {record.doi})" if record.doi else f"(PMID {record.pmid})" if record.pmid else ""


def _warning(report: Report, rule: str, ref: str, source: str) -> Problem:
    seen = f"report {report.id} was {rule}, says {source or 'a source'}: {ref}"
    if rule == "retracted":
        expected = "reports that stand"
        advice = "read the notice; exclude the report with its reason, or say in the study's note why it stays"
    else:
        expected = "values of the corrected report"
        advice = "read the correction; where it moves a value, record that in corrections.yaml"
    return Problem(report.place, rule, seen, expected, advice, "warning")
