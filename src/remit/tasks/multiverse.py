"""Answer one analysis in every defensible way, leave out one study at a time, and ask what claims make of it."""

from dataclasses import dataclass
from pathlib import Path

from remit import store, synthesise
from remit.errors import ReviewError
from remit.grade.robustness import asked, robustness
from remit.model.finding import Finding
from remit.model.multiverse import Influence, Multiverse, Robustness, WithoutOne
from remit.model.plain import Plain, finite, plain
from remit.model.review import Review
from remit.tasks.naming import LIST_FINDINGS, among
from remit.tasks.results import Say, quiet


@dataclass(frozen=True, slots=True)
class Varied:
    """One analysis in every way, and every claim that looks at it."""

    finding: Finding
    multiverse: Multiverse
    without: tuple[WithoutOne, ...]
    influence: Influence | None
    claims: tuple[Robustness, ...]

    def to_dict(self) -> dict[str, Plain]:
        """Return JSON values."""
        return {
            **self.multiverse.to_dict(),
            "leave_one_out": [finite(plain(w)) for w in self.without],
            "influence": finite(plain(self.influence)),
            "claims": [r.to_dict() for r in self.claims],
        }


def multiverse(path: str | Path, finding: str, say: Say = quiet) -> Varied:
    """Return the analysis of that id in every defensible way.

    Raises ReviewError when the folder cannot be read, UsageError, naming close ids, when no analysis has that id.
    """
    say("reading the review")
    review, problems = store.load(Path(path))
    errors = tuple(p for p in problems if p.severity == "error")
    if review is None or errors:
        raise ReviewError(errors or problems)
    return varied(review, finding, say)


def varied(review: Review, finding: str, say: Say = quiet) -> Varied:
    """Return one analysis of an opened review in every defensible way."""
    analyses = {a.id: a for a in review.protocol.analyses}
    among(finding, analyses, "finding", LIST_FINDINGS)
    claims = [c for c in review.protocol.claims if finding in asked(c.test)]
    names = dict.fromkeys([finding, *(n for c in claims for n in asked(c.test) if n in analyses)])
    say(f"varying {len(names)} analyses")
    worlds = {m.id: m for m in synthesise.multiverses(review, [analyses[n] for n in names])}
    plan = synthesise.findings(review, [analyses[finding]])[0]
    return Varied(
        finding=plan,
        multiverse=worlds[finding],
        without=synthesise.leave_one_out(plan),
        influence=synthesise.influence(plan),
        claims=tuple(robustness(c, worlds) for c in claims),
    )
