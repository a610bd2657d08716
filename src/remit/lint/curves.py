"""Whether a printed curve can be of its arm and outcome."""

from collections.abc import Iterator, Sequence

from remit.model.finding import Finding
from remit.model.place import Problem
from remit.model.review import Review


def outcome(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """curve-outcome: a curve over time of an outcome that is a proportion."""
    proportions = {o.id for o in review.protocol.outcomes if o.kind != "time-to-event"}
    for data in review.studies:
        for c in data.curves:
            if c.outcome in proportions:
                seen = f"curve {c.id} of {data.study.id} is of {c.outcome}, which is a proportion"
                advice = "name the outcome the figure shows, or correct the outcome's kind in protocol.yaml"
                yield Problem(c.place, "curve-outcome", seen, "an outcome of kind time-to-event", advice)


def people(review: Review, _: Sequence[Finding]) -> Iterator[Problem]:
    """curve-people: more people than the study enrolled (an error), or than the arm is said to have (a warning).

    An arm may have fewer people than its curve where the curve counts people enrolled and the arm those treated.
    """
    for data in review.studies:
        for c in data.curves:
            arm = data.study.arm(c.arm)
            seen = f"curve {c.id} of {data.study.id} has {c.n} people"
            if data.study.enrolled is not None and c.n > data.study.enrolled:
                advice = "compare n with the figure and its risk table, and enrolled with the report"
                enrolled = f"{seen}, the study enrolled {data.study.enrolled}"
                yield Problem(c.place, "curve-people", enrolled, "no more than were enrolled", advice)
            elif arm is not None and arm.n is not None and c.n > arm.n:
                advice = "compare both with the report: is it the curve of another arm, of all arms, or of more people?"
                yield Problem(
                    c.place,
                    "curve-people",
                    f"{seen}, arm {arm.id} has {arm.n}",
                    "no more than its arm",
                    advice,
                    "warning",
                )
