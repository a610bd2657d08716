"""review.yaml and certainty.yaml: what the review is, who works on it, and what they signed."""

from typing import get_args

from remit.model.certainty import Level, Signature
from remit.model.decision import Person
from remit.model.review import About, Living
from remit.store.fields import Fields
from remit.store.known import Known

FORMAT = "2"
_OLDER = (
    "add the column transplant to survival.csv, medians.csv and contrasts.csv, then write 2 "
    "(docs/reference/review-folder.md, From format 1)"
)
LEVELS: tuple[Level, ...] = get_args(Level)


def about(f: Fields) -> About:
    """Return what review.yaml says."""
    form = f.needed("format")
    if form and form != FORMAT:
        f.refuse(
            "format",
            "format",
            f"format {form}",
            f"format {FORMAT}",
            _OLDER if form == "1" else "use the version of remit that wrote it",
        )
    living = f.inner("living")
    people = tuple(_person(p) for p in f.each("people"))
    seen: set[str] = set()
    for person in people:
        if person.id in seen:
            f.refusals.add(person.place, "duplicate-id", f"person {person.id!r} again", "each id once", "rename one")
        seen.add(person.id)
    found = About(
        id=f.id("review"),
        title=f.needed("title"),
        version=f.needed("version"),
        date=f.date("date"),
        licence=f.text("licence"),
        cite=f.text("cite"),
        notice=f.text("notice"),
        living=_living(living) if living else Living(status="", schedule="", retirement=""),
        people=people,
        summary=f.text("summary"),
        short=f.text("short"),
        place=f.place,
    )
    f.close()
    return found


def _living(f: Fields) -> Living:
    found = Living(status=f.text("status"), schedule=f.text("schedule"), retirement=f.text("retirement"))
    f.close()
    return found


def _person(f: Fields) -> Person:
    found = Person(id=f.id("id"), name=f.needed("name"), role=f.text("role"), place=f.place)
    f.close()
    return found


def signatures(f: Fields, known: Known) -> tuple[Signature, ...]:
    """Return what certainty.yaml signs."""
    found = tuple(_signature(s, known) for s in f.each("signatures"))
    f.close()
    seen: set[str] = set()
    for s in found:
        if s.analysis in seen:
            what = f"{s.analysis!r} signed again"
            f.refusals.add(s.place, "duplicate-id", what, "one signature for each analysis", "keep the one that holds")
        seen.add(s.analysis)
    return found


def _signature(f: Fields, known: Known) -> Signature:
    found = Signature(
        analysis=f.ref("analysis", known.analyses, "finding", needed=True),
        level=f.choice("level", LEVELS),
        reason=f.needed("reason"),
        by=f.ref("by", known.people, "person", needed=True),
        date=f.date("date", needed=True),
        place=f.place,
    )
    f.close()
    return found
