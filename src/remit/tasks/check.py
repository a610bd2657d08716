"""Check a review: text, references, meaning, and whether its stored findings are what recomputing gives."""

from pathlib import Path

from remit import lint, store
from remit.errors import ReviewError
from remit.model.place import Place, Problem
from remit.store import texts
from remit.tasks.results import Results, Say, open_review, quiet


def check(path: str | Path, claims: bool = False, say: Say = quiet) -> tuple[Problem, ...]:
    """Return every problem and warning of the review at `path`, sorted by place.

    With `claims`, a verdict that differs from the one the protocol records is an error too.
    """
    try:
        opened = open_review(path, say)
    except ReviewError as error:
        return tuple(sorted(p for p in error.problems if isinstance(p, Problem)))
    say("comparing stored findings")
    told = lint.notices(opened.review, texts.read(path))
    problems = [
        *opened.problems,
        *told,
        *store.findings.stale(Path(path), tuple(opened.findings.values()), opened.claims),
    ]
    if claims:
        problems.extend(_verdicts(opened))
    return tuple(sorted(problems))


def _verdicts(opened: Results) -> list[Problem]:
    places = {c.id: c.place for c in opened.review.protocol.claims}
    return [
        Problem(
            place=places.get(c.claim, Place("protocol.yaml")),
            rule="claim-verdict",
            seen=f"claim {c.claim} is now {c.verdict} ({c.reason})",
            expected=f"the recorded verdict, {c.recorded}",
            advice="read the finding; if the evidence moved the verdict, record it with its date and an amendment",
        )
        for c in opened.claims
        if c.changed
    ]
