"""Invented reviews for tests: every study, report and number here is made up.

Short makers with sensible defaults; a test states only what it is about.
"""

from collections.abc import Sequence

from remit.model.appraisal import Appraisal
from remit.model.decision import Decision, Person
from remit.model.observation import Contrast, Count, Median, Source, Survival
from remit.model.place import Place
from remit.model.printed_curve import PrintedCurve
from remit.model.protocol import Analysis, Claim, Outcome, Protocol, Question, Term, Test
from remit.model.review import About, Living, Review, StudyData
from remit.model.study import Arm, Report, Study
from remit.stats.kaplan_meier import kaplan_meier

PREFER = ("basis", "current", "source", "largest", "latest", "counts", "unflagged")


def place(file: str = "protocol.yaml", line: int = 1) -> Place:
    return Place(file, line)


def an_arm(id="a", **kw):
    defaults = {
        "label": id,
        "role": "experimental",
        "agents": ("agent-x",),
        "drug_class": "car-t",
        "targets": ("CD19",),
        "n": 50,
        "place": place(),
    }
    return Arm(id=id, **{**defaults, **kw})


def a_report(id="r", **kw):
    return Report(id=id, **{"kind": "article", "year": 2020, "place": place(), **kw})


def a_study(id="s", *, arms: Sequence[Arm] | None = None, reports: Sequence[Report] | None = None, rows=(), **kw):
    """Return a study with its rows; the rows' places become this study's files."""
    appraisals = kw.pop("appraisals", ())
    here = f"studies/{id}/study.yaml"
    defaults = {
        "name": id.upper(),
        "family": id,
        "family_reason": "",
        "design": "single-arm",
        "populations": ("relapsed-refractory",),
        "age_group": "children-and-young-adults",
        "lineage": "b-all",
        "place": Place(here, 1),
    }
    study = Study(
        id=id,
        arms=tuple(arms if arms is not None else (an_arm(),)),
        reports=tuple(reports if reports is not None else (a_report(f"{id}-r"),)),
        **{**defaults, **kw},
    )
    tables = {Count: "counts", Survival: "survival", Median: "medians", Contrast: "contrasts"}
    made = {name: [] for name in tables.values()}
    for row in rows:
        name = tables[type(row)]
        made[name].append(_placed(row, study, name, len(made[name]) + 2))
    return StudyData(study=study, **{k: tuple(v) for k, v in made.items()}, appraisals=tuple(appraisals))


def _placed(row, study, table, line):
    from dataclasses import replace

    source = row.source if row.source.report else replace(row.source, report=study.reports[0].id)
    return replace(row, place=Place(f"studies/{study.id}/{table}.csv", line), source=source)


def _row(key, arm, outcome, kw):
    printed = {k: str(v) for k, v in kw.items() if isinstance(v, int | float)}
    source = Source(
        report=kw.pop("report", ""),
        locator="Table 2",
        kind=kw.pop("source", "primary"),
        url="https://example.org",
        extracted_by="r1",
        checked_by=kw.pop("checked_by", "r2"),
    )
    defaults = {
        "months": None,
        "basis": "infused",
        "population": "",
        "flags": (),
        "note": "",
        "printed": printed,
        "place": place(),
    }
    return {"key": key, "arm": arm, "outcome": outcome, "source": source, **defaults, **kw}


def a_count(key="c1", events=None, total=None, *, arm="a", outcome="cr-cri", **kw):
    row = _row(key, arm, outcome, {"events": events, "total": total, "proportion": None, **kw})
    return Count(**row)


def a_survival(key="s1", probability=0.5, *, arm="a", outcome="efs", **kw):
    return Survival(
        **_row(
            key,
            arm,
            outcome,
            {"months": 12.0, "measure": "survival", "probability": probability, "transplant": "not-censored", **kw},
        )
    )


def a_median(key="m1", median=None, *, arm="a", outcome="efs", **kw):
    values = {"transplant": "not-censored", "reached": median is not None, "median": median, **kw}
    return Median(**_row(key, arm, outcome, values))


def a_contrast(key="k1", estimate=None, lower=None, upper=None, *, arm="a", comparator="b", outcome="efs", **kw):
    values = {
        "measure": "HR",
        "basis": "randomised",
        "transplant": "not-censored",
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        **kw,
    }
    return Contrast(comparator=comparator, **_row(key, arm, outcome, values))


def a_printed_curve(times: Sequence[float], events: Sequence[int], *, at_risk: Sequence[float] = (), **kw):
    """The curve of these people as a report would draw it, in months, with numbers at risk at the times given."""
    made = kaplan_meier(times, events)
    end = float(max(times))
    values = {
        "id": "efs", "arm": "a", "outcome": "efs", "basis": "infused", "population": "",
        "transplant": "not-censored", "competing": "event", "unit": "months", "n": len(times), "events": sum(events),
        "source": Source(report="a-r", locator="Figure 1", kind="primary", extracted_by="r1"),
        "time": (0.0, *map(float, made.time), end),
        "survival": (1.0, *map(float, made.survival), float(made.survival[-1])),
        "risk": tuple((float(t), sum(x >= t for x in times)) for t in at_risk),
        "place": Place("studies/a/curves/efs.yaml", 1),
    }  # fmt: skip
    return PrintedCurve(**{**values, **kw})


def an_outcome(id, kind="proportion", **kw):
    defaults = {
        "name": id.upper(),
        "short": id,
        "direction": "higher-is-better",
        "definition": "",
        "graded": False,
        "group": "efficacy",
        "importance": 7,
        "place": place(),
    }
    return Outcome(id=id, kind=kind, **{**defaults, **kw})


OUTCOMES = (
    an_outcome("cr-cri", name="Complete remission"),
    an_outcome("cr", name="Complete remission with full counts"),
    an_outcome("efs", "time-to-event", name="Event-free survival"),
    an_outcome("os", "time-to-event", name="Overall survival"),
    an_outcome("relapse", "time-to-event", name="Relapse", direction="lower-is-better", group="course"),
    an_outcome("efs-events", name="EFS events", direction="lower-is-better"),
    an_outcome("os-events", name="Deaths", direction="lower-is-better"),
    an_outcome("crs-grade3plus", name="Severe CRS", direction="lower-is-better", graded=True, group="harm"),
    an_outcome("infection-grade3plus", name="Severe infection", direction="lower-is-better", graded=True, group="harm"),
)


def an_analysis(id="x-remission", kind="proportion", outcomes=("cr-cri",), **kw):
    where = kw.pop("where", {"class": ("car-t",)})
    measure = {"proportion": "PLO", "survival": "cloglog", "contrast": "HR"}[kind]
    defaults = {"title": id, "question": "q", "measure": measure, "place": Place("protocol.yaml", 40)}
    if kind == "survival":
        defaults["months"] = 12.0
    if kind == "contrast":
        defaults["versus"] = {"class": ("chemotherapy",)}
    return Analysis(id=id, kind=kind, outcomes=tuple(outcomes), where=where, **{**defaults, **kw})


def a_claim(id="claim", **kw):
    test = kw.pop("test", Test(kind="threshold", finding="x-remission", op=">", threshold=0.5))
    defaults = {
        "statement": "It is so.",
        "kind": "rate",
        "recorded": "uncertain",
        "recorded_on": "2026-01-01",
        "why": "",
        "place": Place("protocol.yaml", 90),
    }
    return Claim(id=id, test=test, **{**defaults, **kw})


def a_term(id, name="", **kw):
    return Term(id=id, name=name or id, place=place(), **kw)


def a_decision(record, verdict="include", **kw):
    defaults = {"stage": "full-text", "criterion": "inc", "reason": "", "by": "r1", "date": "2026-01-01"}
    return Decision(record=record, verdict=verdict, **{**defaults, **kw}, place=place())


def a_review(studies=(), analyses=(), claims=(), *, prefer=PREFER, decisions=(), signatures=(), matrix=(), **kw):
    question = Question(
        id="q",
        title="Question",
        population="",
        intervention="",
        comparator="",
        outcomes="",
        populations=("relapsed-refractory",),
        place=place(),
    )
    protocol = Protocol(
        questions=(question,),
        criteria=(),
        populations=(
            a_term("relapsed-refractory", "Relapsed or refractory", plural="relapsed or refractory disease"),
            a_term("first-relapse", "First relapse"),
        ),
        classes=(
            a_term("car-t", "CAR T cells", plural="CAR T cells"),
            a_term("bispecific", "Bispecific T-cell engager", plural="Bispecific T-cell engagers"),
            a_term("chemotherapy", "Chemotherapy"),
        ),
        agents=(a_term("agent-x", "Agent X"),),
        scales=(a_term("astct-2019"), a_term("penn"), a_term("unknown")),
        outcomes=kw.pop("outcomes", OUTCOMES),
        prefer=prefer,
        analyses=tuple(analyses),
        claims=tuple(claims),
        amendments=(),
        methods={},
        matrix=tuple(matrix),
        place=place(),
    )
    about = About(
        id="invented",
        title="Invented",
        version="1",
        date="2026-01-01",
        licence="CC-BY-4.0",
        cite="",
        notice="",
        living=Living(status="", schedule="", retirement=""),
        people=(Person(id="r1", name="R1", role="", place=place()),),
        place=Place("review.yaml", 1),
    )
    return Review(
        about=about,
        protocol=protocol,
        studies=tuple(studies),
        decisions=tuple(decisions),
        signatures=tuple(signatures),
        **kw,
    )


def a_test(kind="threshold", **kw):
    return Test(kind=kind, **kw)


def an_appraisal(study="s", **kw):
    defaults = {
        "tool": "jbi-case-series",
        "version": "2020",
        "result": "",
        "answers": (),
        "judgements": {},
        "overall": "unclear",
        "provisional": True,
        "by": "r1",
        "date": "2026-01-01",
        "place": Place(f"studies/{study}/bias.yaml", 2),
    }
    return Appraisal(study=study, **{**defaults, **kw})
