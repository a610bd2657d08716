"""Say where a review stands: its size, its verdicts, its problems, and whether its findings are current."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from remit import store
from remit.tasks.results import Say, open_review, quiet


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a review, all derived from its files."""

    review: str
    title: str
    version: str
    date: str
    living: str
    schedule: str
    studies: int
    reports: int
    reports_included: int
    rows: int
    findings: int
    findings_pooled: int
    findings_empty: int
    stale: int
    verdicts: dict[str, int]
    verdicts_changed: int
    errors: int
    warnings: int


def status(path: str | Path, say: Say = quiet) -> Status:
    """Return the state of the review at `path`. Raises ReviewError when it cannot be read."""
    opened = open_review(path, say)
    review, findings = opened.review, tuple(opened.findings.values())
    return Status(
        review=review.about.id,
        title=review.about.title,
        version=review.about.version,
        date=review.about.date,
        living=review.about.living.status,
        schedule=review.about.living.schedule,
        studies=len(review.studies),
        reports=sum(len(s.study.reports) for s in review.studies),
        reports_included=len(review.included_reports()),
        rows=sum(len(s.rows) for s in review.studies),
        findings=len(findings),
        findings_pooled=sum(f.pooled is not None for f in findings),
        findings_empty=sum(f.k == 0 for f in findings),
        stale=len({p.place.file for p in store.findings.stale(Path(path), findings, opened.claims)}),
        verdicts=dict(sorted(Counter(c.verdict for c in opened.claims).items())),
        verdicts_changed=sum(c.changed for c in opened.claims),
        errors=len(opened.errors),
        warnings=len(opened.warnings),
    )
