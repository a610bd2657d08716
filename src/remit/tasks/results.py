"""Open a review and carry it through every verb up to its findings and verdicts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from remit import appraise, grade, lint, screen, store, synthesise
from remit.errors import ReviewError
from remit.model.finding import ClaimResult, Finding
from remit.model.place import Problem
from remit.model.printed_curve import RebuiltCurve
from remit.model.review import Review
from remit.tasks import curves as curved

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing: the progress of a task nobody watches."""


@dataclass(frozen=True, slots=True)
class Results:
    """A review with its findings by id, its claims' verdicts and every problem and warning."""

    review: Review
    findings: Mapping[str, Finding]
    claims: tuple[ClaimResult, ...]
    problems: tuple[Problem, ...]
    curves: Mapping[curved.Key, RebuiltCurve] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<Results {self.review.about.id} {self.review.about.version}: {len(self.review.studies)} studies, "
            f"{len(self.findings)} findings, {len(self.claims)} claims>"
        )

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop a build."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that are shown and do not stop a build."""
        return tuple(p for p in self.problems if p.severity == "warning")


def results(review: Review, found: tuple[Problem, ...] = (), say: Say = quiet) -> Results:
    """Return the findings, verdicts and problems of a review that was read with the warnings `found`."""
    say(f"appraising {len(review.studies)} studies")
    review = appraise.appraised(review)
    curves = curved.rebuildings(review)
    review = curved.with_values(review, curved.usable(curves))
    say(f"synthesising {len(review.protocol.analyses)} analyses")
    findings = grade.graded(synthesise.findings(review), review)
    say("checking meaning")
    problems = (
        *found,
        *curved.problems(curves),
        *appraise.problems(review),
        *lint.problems(review, findings),
        *_flow(review),
    )
    claims = grade.claims(findings, review)
    by_id = MappingProxyType({f.id: f for f in findings})
    return Results(review, by_id, claims, tuple(sorted(problems)), curves)


def _flow(review: Review) -> tuple[Problem, ...]:
    """Return what is wrong with the numbers of the PRISMA flow, and what searches found that is not there."""
    try:
        screen.flow(review)
    except ReviewError as error:
        return tuple(p for p in error.problems if isinstance(p, Problem))
    return screen.remarks(review)


def open_review(path: str | Path, say: Say = quiet) -> Results:
    """Read the review folder at `path` and compute everything it says.

    Raises
    ------
    ReviewError
        The folder cannot be read as it stands; `.problems` names every place.
    """
    folder = Path(path)
    say("reading the review")
    review, problems = store.load(folder)
    errors = tuple(p for p in problems if p.severity == "error")
    if review is None or errors:
        raise ReviewError(errors or problems)
    return results(review, problems, say)
