"""Keep traced curves in a study: written as the folder wants them, rebuilt, and held against what is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from remit import lint, store
from remit.errors import ReviewError, UsageError
from remit.extract.rebuild import published
from remit.model.curve import TracedCurve
from remit.model.observation import Contrast, Survival
from remit.model.place import Problem
from remit.model.printed_curve import RebuiltCurve
from remit.model.review import Review, StudyData
from remit.store import curve_text
from remit.store.curve_text import Draft
from remit.tasks import curves as curved
from remit.tasks.naming import among
from remit.tasks.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What curves of one figure share, in the words of the folder (docs/reference/review-folder.md, curves)."""

    outcome: str
    basis: str
    population: str = ""
    transplant: str
    competing: str
    report: str
    locator: str
    url: str = ""
    source: str = "primary"
    extracted_by: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A curve as the folder now holds it, what quality control and checks say, and the values made of it."""

    file: Path
    rebuilt: RebuiltCurve
    values: tuple[Survival | Contrast, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def good(self) -> bool:
        """Whether its people may enter and no check refuses the curve."""
        return self.rebuilt.may_enter and all(p.severity != "error" for p in self.problems)


def keep(
    root: str | Path,
    study: str,
    traced: Sequence[TracedCurve],
    arms: Mapping[str, str],
    shared: Shared,
    again: bool = False,
) -> tuple[Kept, ...]:
    """Write each traced curve that `arms` names (traced name to arm) into studies/<study>/curves, and check it.

    A curve that fails quality control is kept too: `remit check` refuses it until it is traced again or signed for.

    Raises
    ------
    UsageError
        No such study, arm, outcome or traced curve, an outcome that is no time to an event, two curves for one arm, or
        there is a curve of that name and `again` is not set.
    InputError
        Nobody says how many people a curve has.
    ReviewError
        The folder cannot be read, or a word is none it knows: every file is left as it was.
    """
    review = store.read(root)
    data = _study(review, study)
    _timed(review, shared.outcome)
    _each_once(arms)
    held = {c.curve: c for c in traced}
    drafts = []
    for name, arm in arms.items():
        among(name, held, "traced curve")
        among(arm, [a.id for a in data.study.arms], f"arm of {study}")
        drafts.append(_draft(held[name], arm, shared))
    paths = [p for d in drafts for p in curve_text.files(root, study, d.words["curve"])]
    before = {p: p.read_bytes() for p in paths if p.exists()}
    if before and not again:
        raise UsageError(f"{next(iter(before))} is there already; replace it with --again")
    try:
        for draft in drafts:
            curve_text.write(root, study, draft)
        review = store.read(root)
    except (ReviewError, UsageError):
        for path in paths:
            path.write_bytes(before[path]) if path in before else path.unlink(missing_ok=True)
        raise
    return _checked(root, review, study, [d.words["curve"] for d in drafts])


def doubted(figure: Trace) -> tuple[TracedCurve, ...]:
    """Return the curves of a figure, each warning also of what is doubtful in the figure: another than was traced."""
    return tuple(replace(c, warnings=(*c.warnings, *figure.doubts)) for c in figure.curves)


def _timed(review: Review, outcome: str) -> None:
    among(outcome, [o.id for o in review.protocol.outcomes], "outcome")
    if any(o.id == outcome and o.kind != "time-to-event" for o in review.protocol.outcomes):
        timed = ", ".join(o.id for o in review.protocol.outcomes if o.kind == "time-to-event")
        raise UsageError(f"{outcome} is a proportion; a curve needs a time to an event, such as {timed or 'none here'}")


def _each_once(arms: Mapping[str, str]) -> None:
    for arm in dict.fromkeys(arms.values()):
        names = [name for name, whose in arms.items() if whose == arm]
        if len(names) > 1:
            raise UsageError(
                f"curves {' and '.join(names)} are both of arm {arm}; an arm has one curve of an outcome: "
                "name another arm, or keep one of them"
            )


def _study(review: Review, study: str) -> StudyData:
    among(study, [d.study.id for d in review.studies], "study")
    data = review.study(study)
    assert data is not None
    return data


def _draft(traced: TracedCurve, arm: str, shared: Shared) -> Draft:
    found = published(traced)
    numbers = {"unit": traced.unit, "n": str(found.n), "events": "" if found.events is None else str(found.events)}
    said = {f.name: str(getattr(shared, f.name)) for f in fields(shared)}
    return Draft(
        words={"curve": f"{shared.outcome}-{arm}", "arm": arm, **said, **numbers},
        time=found.times,
        survival=found.survival,
        risk=traced.risk.pairs if traced.risk is not None else (),
        censored=found.ticks,
        ticks="vector" if traced.exact else "picture",
        warnings=traced.warnings,
    )


def _checked(root: str | Path, review: Review, study: str, names: Sequence[str]) -> tuple[Kept, ...]:
    rebuilt = curved.rebuildings(review, only=study)
    told = lint.problems(review, ())
    read = _study(curved.with_values(review, curved.usable(rebuilt)), study).read_off
    return tuple(
        Kept(
            curve_text.files(root, study, name)[0],
            rebuilt[study, name],
            tuple(v for v in read if name in (v.curve, *v.key.split("-v-"))),
            tuple(p for p in told if p.place.file == rebuilt[study, name].curve.place.file),
        )
        for name in names
    )
