"""A study: what it is, everything it printed with its source, its risk of bias, family, ledger and corrections."""

from dataclasses import dataclass

from remit.model.appraisal import Appraisal
from remit.model.observation import Correction
from remit.model.review import StudyData
from remit.model.study import Report
from remit.report import links, numbers, words
from remit.report.book import Book
from remit.report.pages.lists import StudyLine, study_line
from remit.report.pages.values import Origin, Value, value

TABLES = (
    ("counts", "Counts"),
    ("survival", "Survival at a time"),
    ("medians", "Median times"),
    ("contrasts", "Comparisons"),
    ("read-off", "Read off its curves"),
)
TOOLS = {"rob2": "RoB 2", "jbi-case-series": "JBI case series"}
DOMAINS = {
    "rob2": {
        "d1": "Randomisation",
        "d2": "Deviations from the intended treatment",
        "d3": "Missing outcome data",
        "d4": "Measurement of the outcome",
        "d5": "Selection of the reported result",
    },
    "jbi-case-series": {
        "q1": "Clear inclusion criteria",
        "q2": "Condition measured in a standard way",
        "q3": "Valid identification of the condition",
        "q4": "Consecutive inclusion",
        "q5": "Complete inclusion",
        "q6": "Demographics reported",
        "q7": "Clinical information reported",
        "q8": "Outcomes or follow-up reported",
        "q9": "Site demographics reported",
        "q10": "Suitable statistics",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One rung of the denominator ledger; `share` is percent of the largest rung."""

    stage: str
    n: str
    share: str
    arm: str
    report: str
    locator: str
    url: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """One domain's judgement with its glyph and support."""

    domain: str
    judgement: str
    glyph: str
    support: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """One appraisal as a row of lights; `others` counts unanswered questions that stand on the methods page."""

    appraisal: Appraisal
    name: str
    lights: tuple[Light, ...]
    silent: str
    others: int
    overall: Light


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A report with its links and whether it is included."""

    report: Report
    anchor: str
    links: tuple[tuple[str, str], ...]
    verdict: str
    criterion: str
    reason: str
    follow_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPage:
    """What a study page shows."""

    data: StudyData
    sentence: str
    facts: tuple[tuple[str, str], ...]
    registry: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, str, tuple[tuple[Origin, tuple[Value, ...]], ...]], ...]
    reports: tuple[ReportLine, ...]
    ledger: tuple[Rung, ...]
    bias: tuple[Bias, ...]
    family: tuple[StudyLine, ...]
    corrections: tuple[Correction, ...]


def page(book: Book, data: StudyData) -> StudyPage:
    """Return the page of a study."""
    s = data.study
    by_table: dict[str, list[Value]] = {}
    for row in data.rows:
        by_table.setdefault(links.table(row.place), []).append(value(book, data, row))
    kin = [d for d in book.review.studies if d.study.family == s.family and d.study.id != s.id]
    return StudyPage(
        data=data,
        sentence=_sentence(book, data),
        facts=_facts(book, data),
        registry=tuple((r, links.registry(r)) for r in s.registry),
        tables=tuple((t, title, _by_origin(by_table[t])) for t, title in TABLES if t in by_table),
        reports=tuple(_report(book, r) for r in s.reports),
        ledger=_ledger(data),
        bias=tuple(_bias(a) for a in data.appraisals),
        family=tuple(study_line(book, d) for d in kin),
        corrections=data.corrections,
    )


def _by_origin(values: list[Value]) -> tuple[tuple[Origin, tuple[Value, ...]], ...]:
    """Values under the place they were read at, in the order first met."""
    groups: dict[Origin, list[Value]] = {}
    for v in values:
        groups.setdefault(v.origin, []).append(v)
    return tuple((origin, tuple(held)) for origin, held in groups.items())


def _sentence(book: Book, data: StudyData) -> str:
    line = study_line(book, data)
    who = words.AGES[data.study.age_group]
    people = f"{line.people} {who}" if line.people != numbers.DASH else who
    drug = f" of {line.classes}" if line.classes else ""
    populations = f"; {line.population_names.lower()}" if line.population_names else ""
    entered = len({f for t in data.rows for f in book.uses.get((data.study.id, links.table(t.place), t.key), ())})
    use = (
        f"Its values enter {numbers.count_of(entered, 'finding')}."
        if entered
        else "None of its values enters a finding."
    )
    return f"{line.design}{drug}: {people}{populations}. {use}"


def _facts(book: Book, data: StudyData) -> tuple[tuple[str, str], ...]:
    s = data.study
    ages = [numbers.tidy(v) for v in (s.age_min, s.age_max)]
    span = f"{ages[0] or '?'} to {ages[1] or '?'} years" if any(ages) else ""
    middle = f"median {s.age_median:g}" if s.age_median is not None else ""
    found = (
        ("Population", ", ".join(book.name(p) for p in s.populations)),
        ("Ages", ", ".join(p for p in (words.AGES[s.age_group], span, middle) if p)),
        ("Disease", words.LINEAGES[s.lineage]),
        ("Enrolled", numbers.people(s.enrolled) if s.enrolled is not None else ""),
        ("Treated", numbers.people(s.treated) if s.treated is not None else ""),
        ("Transplant in survival", s.transplant_rule),
        ("Sponsor", s.sponsor),
        ("Countries", ", ".join(s.countries)),
        ("Fits the question only in part", s.indirectness),
        ("Note", s.note),
    )
    return tuple((k, v) for k, v in found if v)


def _report(book: Book, r: Report) -> ReportLine:
    decision = book.settled.get(r.id)
    addresses = [("DOI " + r.doi, links.doi(r.doi))] if r.doi else []
    addresses += [("PMID " + r.pmid, links.pubmed(r.pmid))] if r.pmid else []
    if r.url and links.http(r.url) not in [a for _, a in addresses]:
        addresses.append((links.host(r.url) if links.http(r.url) else r.url, links.http(r.url)))
    return ReportLine(
        report=r,
        anchor=f"r-{links.slug(r.id)}",
        links=tuple(addresses),
        verdict={"include": "included", "exclude": "excluded", "unsure": "undecided"}[decision.verdict]
        if decision
        else ("undecided" if r.id in book.unsettled else "no decision"),
        criterion=decision.criterion if decision else "",
        reason=decision.reason if decision else "",
        follow_up=f"follow-up {r.follow_up_months:g} months" if r.follow_up_months is not None else "",
    )


def _ledger(data: StudyData) -> tuple[Rung, ...]:
    most = max((step.n for step in data.study.ledger), default=1) or 1
    return tuple(
        Rung(
            stage=words.capital(step.stage),
            n=numbers.people(step.n),
            share=f"{100 * step.n / most:.1f}",
            arm=arm.label if (arm := data.study.arm(step.arm)) else step.arm,
            report=step.report,
            locator=step.locator,
            url=links.http(step.url),
            note=step.note,
        )
        for step in data.study.ledger
    )


def _bias(a: Appraisal) -> Bias:
    names = DOMAINS.get(a.tool, {})
    support = {x.question: x.support for x in a.answers}
    lights = tuple(
        Light(
            domain=names.get(d, d.upper()),
            judgement=j,
            glyph=words.JUDGEMENTS[j][0],
            support=support.get(d, ""),
        )
        for d, j in a.judgements.items()
    )
    silent = [x for x in lights if x.judgement == "unclear" and not x.support]
    overall = Light(domain="Overall", judgement=a.overall, glyph=words.JUDGEMENTS[a.overall][0], support=a.note)
    return Bias(
        appraisal=a,
        name=TOOLS.get(a.tool, a.tool),
        lights=tuple(x for x in lights if x not in silent),
        silent="" if len(silent) > 2 else "; ".join(x.domain.lower() for x in silent),
        others=len(silent) if len(silent) > 2 else 0,
        overall=overall,
    )
