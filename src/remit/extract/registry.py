"""Registry results beside a review's values: rows to add, and values that disagree. Nothing is decided here.

A trial is known by its registry number alone. An outcome is matched only where its words leave no doubt; a parameter
that is no ratio by name (such as a log-rank statistic) is never taken for one; an adverse event that is not listed is
unknown, and serious is not a grade.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from remit.extract import agreement, outcome_words
from remit.model.observation import Observation
from remit.model.protocol import Outcome
from remit.model.registry_result import AdverseEvent, Comparison, Group, Measurement, PostedOutcome, RegistryResult
from remit.model.review import Review, StudyData
from remit.model.suggestion import Disagreement, Left, Proposal, Suggestion

RATIOS = (
    (re.compile(r"(?:cox )?(?:proportional )?hazard(?:s)? ratio(?: \(?,? ?log\)?)?(?: \(hr\))?", re.IGNORECASE), "HR"),
    (re.compile(r"odds ratio(?: \(or\))?", re.IGNORECASE), "OR"),
    (re.compile(r"risk ratio(?: \(rr\))?", re.IGNORECASE), "RR"),
    (re.compile(r"risk difference(?: \(rd\))?", re.IGNORECASE), "RD"),
)
_PERCENT = re.compile(r"percent|%|per cent", re.IGNORECASE)
_SHARE = re.compile(r"proportion|probab|fraction|rate\b", re.IGNORECASE)
_PEOPLE = re.compile(
    r"\A(?:number of )?(?:participants|patients|subjects|people|children|deaths|events)\Z", re.IGNORECASE
)
_PART = re.compile(r"\b(?:in|among|for|of) (?:[a-z]+ )?(?:patients|pts|participants|subjects|children)\b|\bpts\b")
_LEVEL = re.compile(r"(\d{2}(?:\.\d+)?)\s*%")
_NOT_REACHED = re.compile(
    r"not (?:yet )?(?:been )?(?:reached|estimable|evaluable)|could not be estimated", re.IGNORECASE
)


@dataclass(slots=True)
class _Gathering:
    """What one trial proposes for one study."""

    data: StudyData
    result: RegistryResult
    outcomes: Sequence[Outcome]
    suggestions: list[Suggestion] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the results are shown."""
        return f"https://clinicaltrials.gov/study/{self.result.numbers[0]}?tab=results"

    def leave(self, locator: str, title: str, why: str) -> None:
        """Say that something is not proposed."""
        self.left.append(Left(locator=locator, title=title, why=why))

    def beside(self, outcome: str, table: str, arm: str) -> tuple[Observation, ...]:
        """Rows of the study that answer the same outcome, of that arm where it is known."""
        rows = [r for r in self.data.rows if r.outcome == outcome and (not arm or r.arm == arm)]
        return tuple(r for r in rows if r.place.file.endswith(f"/{table}.csv"))

    def add(
        self, table: str, outcome: str, group: Group, groups: int, cells: Mapping[str, str], locator: str, why: str,
        unsure: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Propose a row."""
        arm = outcome_words.arm(group.title, self.data.study, groups)
        doubts = [*unsure] + ([] if arm else [f"which arm the group {group.title!r} is"])
        rows = self.beside(outcome, table, arm.id if arm else "")
        kept = {k: v for k, v in cells.items() if v}
        self.suggestions.append(
            Suggestion(
                study=self.data.study.id,
                table=table,
                outcome=outcome,
                arm=arm.id if arm else "",
                group=group.title,
                cells={"arm": arm.id if arm else "", "outcome": outcome, **kept, "source": "registry"},
                source=self.result.numbers[0],
                locator=locator,
                url=self.url,
                why=why,
                beside=tuple(f"{r.place.file}#{r.key}" for r in rows),
                unsure=tuple(doubts),
            )
        )


def proposals(review: Review, results: Sequence[RegistryResult]) -> tuple[Proposal, ...]:
    """Return what each trial's results propose, in the order given; a trial of no study proposes nothing."""
    out: list[Proposal] = []
    for result in results:
        own = frozenset(result.numbers)
        found = [d for d in review.studies if own & frozenset(d.study.registry)]
        if not found:
            out.append(Proposal(numbers=result.numbers, study=""))
        out += [_proposal(data, result, review.protocol.outcomes) for data in found]
    return tuple(out)


def _proposal(data: StudyData, result: RegistryResult, outcomes: Sequence[Outcome]) -> Proposal:
    g = _Gathering(data, result, outcomes)
    for posted in result.outcomes:
        _outcome(g, posted)
    _flow(g)
    _deaths(g)
    for event in result.events:
        _event(g, event)
    differ = tuple(d for s in g.suggestions for d in _differences(g, s))
    return Proposal(
        numbers=result.numbers,
        study=data.study.id,
        suggestions=tuple(g.suggestions),
        disagreements=differ,
        left=tuple(g.left),
    )


def _outcome(g: _Gathering, posted: PostedOutcome) -> None:
    if not posted.measurements:
        g.leave(posted.locator, posted.title, f"no values ({posted.status.lower() or 'nothing'} so far)")
        return
    outcome = outcome_words.outcome(posted.title, g.outcomes)
    if outcome is None:
        g.leave(posted.locator, posted.title, "its title names no outcome of the protocol beyond doubt")
        return
    groups = {x.id: x for x in posted.groups}
    part = _PART.search(outcome_words.plain(posted.title))
    several = len({(m.class_title, m.category_title) for m in posted.measurements}) > 1
    for m in posted.measurements:
        group = groups.get(m.group, Group(id=m.group, title=m.group))
        doubts = [f"one of several: {m.class_title or m.category_title!r}"] if several else []
        if part:
            doubts.append(f"in whom: {posted.title!r} may be a part of the study")
        made = _row(outcome, posted, m)
        if made is None:
            shown = f"{m.value} {posted.unit}".strip() + (f" ({m.comment})" if m.comment else "")
            g.leave(m.locator, posted.title, f"{shown}: no value a table of the review holds")
            continue
        table, cells = made
        if table == "survival" and "months" not in cells:
            doubts.append(f"at what time ({posted.time_frame})")
        why = f"{posted.title}: {m.value} {posted.unit}".strip()
        g.add(table, outcome.id, group, len(posted.groups), cells, m.locator, why, doubts)
    for comparison in posted.comparisons:
        _comparison(g, posted, outcome, comparison)


def _row(outcome: Outcome, posted: PostedOutcome, m: Measurement) -> tuple[str, Mapping[str, str]] | None:
    """The table and cells of a value, or None where no table holds it."""
    unit, note = posted.unit.strip(), f"printed {m.value} {posted.unit}".strip()
    percent, share = _PERCENT.search(unit) is not None, _SHARE.search(unit) is not None
    parts = {"lower": m.lower, "upper": m.upper}
    parameter = posted.parameter.upper().replace(" ", "_")
    level = _LEVEL.search(posted.dispersion) if "confidence" in posted.dispersion.lower() else None
    limits = {k: _scaled(v, percent) or "" for k, v in parts.items()} if level else {}
    limits |= {"level": str(Decimal(level[1]) / 100)} if level else {}
    if outcome.kind == "time-to-event":
        if parameter == "MEDIAN":
            return _median(m, unit, note)
        value = _scaled(m.value, percent) if percent or share else None
        if value is None:
            return None
        at = outcome_words.months((m.class_title, m.category_title, unit), (posted.title, posted.time_frame))
        named = {"months": f"{at:g}"} if at is not None else {}
        measure = "cumulative-incidence" if re.search(r"incidence", f"{unit} {posted.title}", re.I) else "survival"
        cells = {**named, "measure": measure, "probability": value, **limits, "total": m.denominator, "note": note}
        return "survival", cells
    if parameter == "COUNT_OF_PARTICIPANTS" or _PEOPLE.match(unit):
        return ("counts", {"events": m.value, "total": m.denominator, "note": note}) if m.value.isdigit() else None
    value = _scaled(m.value, percent) if percent or share else None
    return ("counts", {"proportion": value, **limits, "total": m.denominator, "note": note}) if value else None


def _median(m: Measurement, unit: str, note: str) -> tuple[str, Mapping[str, str]] | None:
    """A median in months; NA is "not reached" only where the comment says so."""
    factor = {"months": 1, "month": 1, "years": 12, "year": 12}.get(unit.lower())
    if factor is None:
        return None
    value = _times(m.value, factor)
    if value is None and m.value.upper() == "NA" and _NOT_REACHED.search(m.comment):
        value = "NR"
    if value is None:
        return None
    more = {"lower": _times(m.lower, factor) or "", "upper": _times(m.upper, factor) or ""}
    said = f"{note} ({m.comment})" if m.comment else note
    return "medians", {"median": value, **more, "total": m.denominator, "note": said}


def _times(text: str, factor: int) -> str | None:
    try:
        return format(Decimal(text) * factor, "f")
    except InvalidOperation:
        return None


def _scaled(text: str, percent: bool) -> str | None:
    """A share between 0 and 1 as text, every printed digit kept; None for what is none (NA, <1, above 100 %)."""
    try:
        value = Decimal(text) / (100 if percent else 1)
    except InvalidOperation:
        return None
    return format(value, "f") if 0 <= value <= 1 else None


def _comparison(g: _Gathering, posted: PostedOutcome, outcome: Outcome, c: Comparison) -> None:
    measure = next((m for pattern, m in RATIOS if pattern.fullmatch(c.parameter.strip())), None)
    if measure is None or "log" in c.parameter.lower():
        g.leave(
            c.locator,
            posted.title,
            f"{c.parameter or c.method} {c.value}: not a ratio by its name, so not taken for one",
        )
        return
    if len(c.groups) != 2:
        g.leave(c.locator, posted.title, f"{c.parameter} of {len(c.groups)} groups: a contrast has two")
        return
    groups = {x.id: x for x in posted.groups}
    first, second = (groups.get(i, Group(id=i, title=i)) for i in c.groups)
    other = outcome_words.arm(second.title, g.data.study, len(posted.groups))
    level = {"level": str(Decimal(c.level) / 100)} if c.level.replace(".", "", 1).isdigit() and c.lower else {}
    cells = {
        "comparator": other.id if other else "",
        "measure": measure,
        "estimate": c.value,
        "lower": c.lower,
        "upper": c.upper,
        **level,
        "p": c.p,
        "note": f"{c.method}. {c.description}".strip(". "),
    }
    doubts = [f"which way round it is: {first.title!r} against {second.title!r}, or the reverse"]
    if other is None:
        doubts.append(f"which arm the group {second.title!r} is")
    why = f"{posted.title}: {c.parameter} {c.value}"
    g.add("contrasts", outcome.id, first, len(posted.groups), cells, c.locator, why, doubts)


def _flow(g: _Gathering) -> None:
    """People who started, as rungs of the denominator ledger."""
    groups = {x.id: x for x in g.result.flow_groups}
    period = g.result.flow[0].period if g.result.flow else ""
    for step in g.result.flow:
        if (
            step.period != period
            or step.kind != "milestone"
            or step.title.upper() != "STARTED"
            or not step.people.isdigit()
        ):
            continue
        group = groups.get(step.group, Group(id=step.group, title=step.group))
        stage = "randomised" if g.data.study.design == "randomised" else "enrolled"
        doubts = [f"whether {step.title.lower()} means {stage}"]
        cells = {"stage": stage, "n": step.people}
        why = f"participant flow, {step.period}: {step.title} {step.people}"
        g.add("ledger", "", group, len(groups), cells, step.locator, why, doubts)


def _deaths(g: _Gathering) -> None:
    outcome = outcome_words.outcome("deaths", g.outcomes)
    groups = {x.id: x for x in g.result.event_groups}
    for kind, count in g.result.totals:
        if kind != "deaths" or outcome is None or not count.affected:
            continue
        group = groups.get(count.group, Group(id=count.group, title=count.group))
        doubts = [f"deaths of the adverse-event period ({g.result.event_time_frame or 'no time given'})"]
        cells = {"events": count.affected, "total": count.at_risk}
        g.add("counts", outcome.id, group, len(groups), cells, count.locator, "deaths, all causes", doubts)


def _event(g: _Gathering, event: AdverseEvent) -> None:
    """A listed adverse event that is one of the review's harms by name: under a name of its own, never as a grade."""
    term = outcome_words.plain(re.sub(r"\A\d+-", "", event.term))
    related = [o for o in g.outcomes if o.group == "harm" and _harm(o.name) == term]
    if not related:
        return
    word = "serious" if event.serious else "other"
    groups = {x.id: x for x in g.result.event_groups}
    for count in event.counts:
        if not count.affected:
            g.leave(count.locator, event.term, "no number of people: unknown, not zero")
            continue
        group = groups.get(count.group, Group(id=count.group, title=count.group))
        cells = {"events": count.affected, "total": count.at_risk}
        limit = "" if event.serious else f"; listed above {g.result.threshold or '?'} % only"
        doubts = [f"{word} is not a grade: a registry prints none{limit}"]
        name = f"other:{word}-{term.replace(' ', '-')}"
        g.add("counts", name, group, len(groups), cells, count.locator, f"{word} adverse event {event.term}", doubts)


def _harm(name: str) -> str:
    return re.sub(r"\A(?:severe )|(?: any grade)\Z", "", outcome_words.plain(name)).strip()


def _differences(g: _Gathering, s: Suggestion) -> Iterator[Disagreement]:
    if not s.arm:
        return
    for row in g.beside(s.outcome, s.table, s.arm):
        if f"{row.place.file}#{row.key}" in s.beside:
            yield from agreement.differences(row, s)
