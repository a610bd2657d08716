"""From a review's printed curves to people who may enter, and what quality control says of the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from remit.errors import InputError
from remit.extract import printed_beside
from remit.extract.curve_values import comparisons, landmarks
from remit.extract.quality import contrast_checks, quality
from remit.extract.rebuild import rebuild_arm, with_ticks
from remit.model.course import Person, UsableCurve
from remit.model.curve import DAYS
from remit.model.place import Problem, Severity
from remit.model.printed_curve import PrintedCurve, RebuiltCurve
from remit.model.rebuilt import Check, PublishedCurve
from remit.model.review import Review, StudyData

Key = tuple[str, str]


def rebuildings(review: Review, only: str = "") -> Mapping[Key, RebuiltCurve]:
    """Return every curve of the review (of one study) rebuilt, by study and curve.

    Each is held against what its study's tables print of the same people.

    Ticks count only where their number is that of the people censored (`extract.rebuild.with_ticks`, as `remit trace`
    has it); a note of the rebuilt arm says why others do not.
    """
    made: dict[Key, RebuiltCurve] = {}
    for data in (d for d in review.studies if only in ("", d.study.id)):
        made.update(_with_contrasts(data, {c.id: _rebuilding(data, c) for c in data.curves}))
    return made


def _with_contrasts(data: StudyData, found: Mapping[str, RebuiltCurve]) -> Iterator[tuple[Key, RebuiltCurve]]:
    """Return the curves of a study; where two have a printed ratio, both carry how far their people are from it."""
    more: dict[str, list[Check]] = {}
    for one, other in combinations(found.values(), 2):
        printed = printed_beside.contrast(data, one.curve, other.curve)
        if printed is not None and one.arm is not None and other.arm is not None:
            checks = contrast_checks([one.arm, other.arm], printed)
            for name in (one.curve.id, other.curve.id):
                more.setdefault(name, []).extend(checks)
    for name, made in found.items():
        report = made.report
        if report is not None and name in more:
            made = replace(made, report=replace(report, checks=(*report.checks, *more[name])))
        yield (data.study.id, name), made


def _rebuilding(data: StudyData, curve: PrintedCurve) -> RebuiltCurve:
    middle = printed_beside.median(data, curve)
    published = PublishedCurve(
        arm=curve.arm,
        n=curve.n,
        times=curve.time,
        survival=curve.survival,
        risk_times=tuple(t for t, _ in curve.risk),
        at_risk=tuple(float(n) for _, n in curve.risk),
        events=curve.events,
        warnings=curve.warnings,
        landmarks=printed_beside.landmarks(data, curve),
        median=middle[0] if middle is not None else None,
        median_half_unit=middle[1] if middle is not None else printed_beside.OWN_MEDIAN,
    )
    try:
        published = with_ticks(published, curve.censored, curve.ticks)
        arm = rebuild_arm(published)
        return RebuiltCurve(study=data.study.id, curve=curve, arm=arm, report=quality([published], [arm]))
    except InputError as error:
        return RebuiltCurve(study=data.study.id, curve=curve, arm=None, report=None, refused=str(error))


def usable(made: Mapping[Key, RebuiltCurve]) -> tuple[UsableCurve, ...]:
    """Return the people that may enter, in months."""
    out = []
    for (study, _), found in made.items():
        if found.may_enter and found.arm is not None:
            month = DAYS[found.curve.unit] / DAYS["months"]
            people = [Person(months=t * month, event=e) for t, e in zip(found.arm.time, found.arm.event, strict=True)]
            signed = found.curve.accepted
            fails = found.report is not None and found.report.verdict == "fail"
            out.append(
                UsableCurve(
                    study=study,
                    printed=found.curve,
                    people=people,
                    accepted=f"{signed.reason} ({signed.by}, {signed.date})" if signed and fails else "",
                )
            )
    return tuple(out)


def with_values(review: Review, entering: Sequence[UsableCurve]) -> Review:
    """Return the review with what its curves say at the planned times, and of the arms compared (`read_off`)."""
    held: dict[str, list[UsableCurve]] = {}
    for curve in entering:
        held.setdefault(curve.study, []).append(curve)
    times = [(a.outcomes, a.months) for a in review.protocol.analyses if a.kind == "survival" and a.months is not None]
    out = []
    for data in review.studies:
        own = held.get(data.study.id, [])
        read = [r for c in own for r in landmarks(c, [m for outcomes, m in times if c.outcome in outcomes])]
        out.append(replace(data, read_off=(*read, *comparisons(data.study, own))) if own else data)
    return replace(review, studies=tuple(out)) if held else review


def problems(made: Mapping[Key, RebuiltCurve]) -> tuple[Problem, ...]:
    """curve-impossible, curve-fails (errors unless signed) and curve-warns: what quality control says of each curve."""
    out = []
    for (study, name), found in made.items():
        where = found.curve.place
        if found.report is None:
            advice = "compare the curve, its risk table and totals with the figure"
            out.append(
                Problem(
                    where, "curve-impossible", f"curve {name} of {study}: {found.refused}", "people behind it", advice
                )
            )
            continue
        said = "; ".join(found.report.reasons)
        if found.report.verdict == "fail":
            advice = "trace the figure again, or sign under accepted: by, date and reason"
            severity: Severity = "warning" if found.curve.accepted else "error"
            out.append(
                Problem(
                    where,
                    "curve-fails",
                    f"curve {name} of {study}: {said}",
                    "a curve that its people give back",
                    advice,
                    severity,
                )
            )
        elif found.report.verdict == "warn":
            advice = "look at the overlay"
            out.append(Problem(where, "curve-warns", f"curve {name} of {study}: {said}", "no doubt", advice, "warning"))
    return tuple(out)
