"""From a review's printed curves to people who may enter, and what quality control says of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from remit.errors import InputError
from remit.extract.curve_values import comparisons, landmarks
from remit.extract.quality import quality
from remit.extract.rebuild import rebuild_arm, ticks_of_picture
from remit.model.course import Person, UsableCurve
from remit.model.curve import DAYS
from remit.model.place import Problem, Severity
from remit.model.printed_curve import PrintedCurve, RebuiltCurve
from remit.model.rebuilt import PrintedLandmark, PublishedCurve
from remit.model.review import Review, StudyData

Key = tuple[str, str]


def rebuildings(review: Review) -> Mapping[Key, RebuiltCurve]:
    """Return every curve of the review rebuilt, by study and curve.

    A folder does not say whether ticks came off a picture, where they merge, so they count only where their number
    is that of the people censored; a note of the rebuilt arm says why others do not.
    """
    return {(data.study.id, curve.id): _rebuilding(data, curve) for data in review.studies for curve in data.curves}


def _rebuilding(data: StudyData, curve: PrintedCurve) -> RebuiltCurve:
    late = curve.risk[-1][1] if curve.risk else 0
    ticks, unused = ticks_of_picture(curve.censored, curve.n, curve.events, late)
    published = PublishedCurve(
        arm=curve.arm,
        n=curve.n,
        times=curve.time,
        survival=curve.survival,
        risk_times=tuple(t for t, _ in curve.risk),
        at_risk=tuple(float(n) for _, n in curve.risk),
        events=curve.events,
        censor_times=ticks,
        landmarks=tuple(PrintedLandmark(time=t, survival=s) for t, s in curve.landmarks),
        median=curve.median,
    )
    try:
        arm = rebuild_arm(published)
        arm = replace(arm, notes=(*arm.notes, unused)) if unused else arm
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
