"""studies/<study>/study.yaml as a Study: its arms, reports and ledger, with what they name checked."""

from typing import get_args

from remit.model.study import STAGES, AgeGroup, Arm, ArmRole, Design, Lineage, Report, ReportKind, Step, Study
from remit.store.fields import Fields
from remit.store.known import Known

DESIGNS: tuple[Design, ...] = get_args(Design)
AGE_GROUPS: tuple[AgeGroup, ...] = get_args(AgeGroup)
LINEAGES: tuple[Lineage, ...] = get_args(Lineage)
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
ROLES: tuple[ArmRole, ...] = get_args(ArmRole)


def study(f: Fields, folder: str, known: Known) -> Study:
    """Return the study that `f` holds; `folder` is the name it must have."""
    reports = tuple(_report(r) for r in f.each("reports"))
    arms = tuple(_arm(a, known) for a in f.each("arms"))
    _unique("arm", arms, f)
    _unique("report", reports, f)
    _parts(arms, f)
    report_ids, arm_ids = {r.id for r in reports}, {a.id for a in arms}
    found = Study(
        id=f.id("study"),
        name=f.needed("name"),
        family=f.id("family"),
        family_reason=f.text("family_reason"),
        disjoint_from=f.words("disjoint_from"),
        design=f.choice("design", DESIGNS),
        phase=f.text("phase"),
        registry=f.words("registry"),
        sponsor=f.text("sponsor"),
        countries=f.words("countries"),
        populations=f.refs("populations", known.populations, "population"),
        age_group=f.choice("age_group", AGE_GROUPS),
        age_min=f.positive("age_min"),
        age_max=f.positive("age_max"),
        age_median=f.positive("age_median"),
        lineage=f.choice("lineage", LINEAGES),
        enrolled=f.whole("enrolled"),
        treated=f.whole("treated"),
        transplant_rule=f.text("transplant_rule"),
        indirectness=f.text("indirectness"),
        note=f.text("note"),
        reports=reports,
        arms=arms,
        ledger=tuple(_step(s, arm_ids, report_ids) for s in f.each("ledger")),
        place=f.place,
        places={
            key: f.where(key) for key in ("family", "disjoint_from", "registry", "age_group", "lineage", "populations")
        },
    )
    f.close()
    _whole(found, folder, f)
    return found


def _whole(found: Study, folder: str, f: Fields) -> None:
    """Refuse a study that lacks what every study has, or contradicts itself."""
    if found.id and found.id != folder:
        f.refuse("study", "folder-name", f"study {found.id!r} in folder {folder!r}", "the same name", "rename one")
    if not f.has("populations"):
        f.refuse("populations", "missing", "no populations", "at least one population code", "say whom it studied")
    if not found.arms:
        f.refuse("arms", "missing", "no arms", "at least one arm", "write the groups of people studied")
    if not found.reports:
        f.refuse("reports", "missing", "no reports", "at least one report", "write the documents read")
    ages = (found.age_min, found.age_median, found.age_max)
    given = [a for a in ages if a is not None]
    if given != sorted(given):
        seen = f"age_min {found.age_min}, age_median {found.age_median}, age_max {found.age_max}"
        f.refuse("age_min", "ages", seen, "min ≤ median ≤ max", "compare with the report")


def _unique(what: str, found: tuple[Arm, ...] | tuple[Report, ...], f: Fields) -> None:
    seen: set[str] = set()
    for noun in found:
        if noun.id in seen:
            f.refusals.add(noun.place, "duplicate-id", f"{what} {noun.id!r} again", "each id once", "rename one")
        seen.add(noun.id)


def _report(f: Fields) -> Report:
    found = Report(
        id=f.id("id"),
        kind=f.choice("kind", REPORT_KINDS),
        title=f.text("title"),
        first_author=f.text("first_author"),
        journal=f.text("journal"),
        year=f.whole("year"),
        doi=f.text("doi"),
        pmid=f.text("pmid"),
        url=f.url("url"),
        data_cut=f.text("data_cut"),
        follow_up_months=f.positive("follow_up_months"),
        superseded_by=f.text("superseded_by"),
        note=f.text("note"),
        place=f.place,
    )
    if found.superseded_by and found.superseded_by == found.id:
        f.refuse("superseded_by", "dangling-report", "a report superseded by itself", "a later report", "name it")
    f.close()
    return found


def _arm(f: Fields, known: Known) -> Arm:
    found = Arm(
        id=f.id("id"),
        label=f.needed("label"),
        role=f.choice("role", ROLES),
        agents=f.refs("agents", known.agents, "agent"),
        drug_class=f.ref("class", known.classes, "class", needed=True),
        targets=f.words("targets"),
        costimulation=f.text("costimulation"),
        n=f.whole("n"),
        part_of=f.text("part_of"),
        populations=f.refs("populations", known.populations, "population"),
        line=f.text("line"),
        regimen=f.text("regimen"),
        place=f.place,
    )
    f.close()
    return found


def _parts(arms: tuple[Arm, ...], f: Fields) -> None:
    """Refuse `part_of` that names no other arm, or goes round in a circle."""
    whole = {a.id: a.part_of for a in arms}
    for arm in arms:
        above, steps = arm.part_of, 0
        while above and steps <= len(arms):
            if above not in whole:
                seen = f"arm {arm.id!r} is part_of {above!r}"
                known = ", ".join(sorted(whole)) or "none"
                f.refusals.add(arm.place, "dangling-arm", seen, "an arm of this study", f"its arms are: {known}")
                break
            above, steps = whole[above], steps + 1
        if steps > len(arms):
            seen = f"arm {arm.id!r} is part of itself"
            f.refusals.add(arm.place, "dangling-arm", seen, "part_of without a circle", "name the larger arm")


def _step(f: Fields, arms: set[str], reports: set[str]) -> Step:
    found = Step(
        stage=f.choice("stage", STAGES),
        n=f.whole("n", needed=True) or 0,
        arm=f.ref("arm", arms, "arm"),
        report=f.ref("report", reports, "report", needed=True),
        locator=f.needed("locator"),
        url=f.url("url"),
        note=f.text("note"),
        place=f.place,
    )
    f.close()
    return found
