"""Keep traced curves in a study: written as the folder wants them, rebuilt, and held against what is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from remit import store
from remit.errors import ReviewError, UsageError
from remit.extract.rebuild import published
from remit.model.curve import TracedCurve
from remit.model.observation import Contrast, Survival
from remit.model.printed_curve import RebuiltCurve
from remit.model.review import Review, StudyData
from remit.store import curve_text
from remit.store.curve_text import Draft
from remit.tasks import curves as curved
from remit.tasks.naming import among


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What curves of one figure share, in the words of the folder (docs/reference/review-folder.md, curves)."""

    outcome: str
    basis: str
    population: str = ""
    transplant: str = "not-stated"
    competing: str = "not-stated"
    report: str
    locator: str
    url: str = ""
    source: str = "primary"
    extracted_by: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A curve as the folder now holds it, what quality control says, and the values made of it."""

    file: Path
    rebuilt: RebuiltCurve
    values: tuple[Survival | Contrast, ...]


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
        No such study, arm, outcome or traced curve, or there is a curve of that name and `again` is not set.
    InputError
        Nobody says how many people a curve has.
    ReviewError
        The folder cannot be read, or a word is none it knows: every file is left as it was.
    """
    review = store.read(root)
    data = _study(review, study)
    among(shared.outcome, [o.id for o in review.protocol.outcomes], "outcome")
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
        censored=found.censor_times,
    )


def _checked(root: str | Path, review: Review, study: str, names: Sequence[str]) -> tuple[Kept, ...]:
    rebuilt = curved.rebuildings(review, only=study)
    read = _study(curved.with_values(review, curved.usable(rebuilt)), study).read_off
    return tuple(
        Kept(
            curve_text.files(root, study, name)[0],
            rebuilt[study, name],
            tuple(v for v in read if name in (v.curve, *v.key.split("-v-"))),
        )
        for name in names
    )
