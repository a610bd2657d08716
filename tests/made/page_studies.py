"""Invented studies for pages: three classes, twelve studies, every kind of row."""

from remit.model.appraisal import Answer, Appraisal
from remit.model.observation import Contrast, Correction, Count, Median, Source, Survival
from remit.model.place import Place
from remit.model.protocol import Analysis, Term
from remit.model.review import StudyData
from remit.model.study import Arm, Report, Study
from remit.model.study import Step as Rung

HOSTILE = '<script>alert("x")</script> & "quotes" \'single\' </title>'
CLASSES = (("car-t", "CAR T cells"), ("bispecific", "Bispecific antibodies"), ("kinase-inhibitor", "Kinase inhibitors"))
COUNTS = (
    (65, 79),
    (12, 14),
    (28, 41),
    (39, 43),
    (20, 21),
    (15, 15),
    (0, 9),
    (49, 75),
    (27, 70),
    (60, 98),
    (32, 36),
    (76, 92),
)


def at(file, line=1):
    return Place(file, line)


def term(code, name, **more):
    return Term(id=code, name=name, place=at("protocol.yaml"), **more)


def source(report, **more):
    kept = {
        "locator": "abstract",
        "kind": "primary",
        "url": "https://example.org/a?b=1&c=2",
        "extracted_by": "r1",
    } | more
    return Source(report=report, **kept)


def study(i, drug_class, target):
    sid = f"trial-{i:02d}"
    name = HOSTILE if i == 3 else f"TRIAL-{i:02d}"
    events, total = COUNTS[i]
    arm = Arm(
        id="main",
        label="Infused",
        role="experimental",
        agents=("agent-a",),
        drug_class=drug_class,
        targets=(target,),
        costimulation="4-1BB" if i % 2 else "CD28",
        n=total,
        regimen="one infusion",
        place=at(f"studies/{sid}/study.yaml"),
    )
    control = Arm(
        id="control",
        label="Chemotherapy",
        role="control",
        agents=("chemotherapy",),
        drug_class="chemotherapy",
        n=total,
        place=at(f"studies/{sid}/study.yaml"),
    )
    report = Report(
        id=f"{sid}-report",
        kind="article",
        title=HOSTILE if i == 3 else "A trial of something",
        first_author="Doe",
        journal="J Invented Results",
        year=2010 + i,
        doi="10.1000/abc",
        pmid="123456",
        url="javascript:alert(1)" if i == 3 else "https://example.org/report",
        follow_up_months=24.0,
        place=at(f"studies/{sid}/study.yaml"),
    )
    tail = {"basis": "infused", "population": "infused patients", "note": "", "flags": ()}
    counts = (
        Count(
            key="c1",
            arm="main",
            outcome="cr",
            months=None,
            events=events,
            total=total,
            proportion=None,
            source=source(report.id, url="javascript:alert(2)" if i == 3 else "https://example.org/x"),
            printed={"events": str(events), "total": str(total)},
            place=at(f"studies/{sid}/counts.csv", 2),
            **tail,
        ),
        Count(
            key="c2",
            arm="main",
            outcome="crs-grade3plus",
            months=None,
            events=None,
            total=total,
            proportion=0.461,
            scale="penn",
            source=source(report.id, kind="secondary", checked_by="a1"),
            printed={"proportion": "0.461"},
            place=at(f"studies/{sid}/counts.csv", 3),
            **(tail | {"flags": ("suspect", "derived"), "note": HOSTILE}),
        ),
    )
    survival = (
        Survival(
            key="s1",
            arm="main",
            outcome="efs",
            months=12.0,
            measure="survival",
            probability=0.5,
            lower=0.35,
            upper=0.64,
            level=0.95,
            source=source(report.id),
            printed={"probability": "0.50", "lower": "0.35", "upper": "0.93"},
            corrected=("upper",),
            place=at(f"studies/{sid}/survival.csv", 2),
            **tail,
        ),
    )
    medians = (
        Median(
            key="m1",
            arm="main",
            outcome="os",
            months=None,
            median=None,
            reached=False,
            lower=10.1,
            source=source(report.id),
            printed={"median": "NR"},
            place=at(f"studies/{sid}/medians.csv", 2),
            **tail,
        ),
    )
    contrasts = (
        Contrast(
            key="h1",
            arm="main",
            comparator="control",
            outcome="efs",
            months=None,
            measure="HR",
            estimate=0.33,
            lower=0.18,
            upper=0.61,
            level=0.95,
            p="<.001",
            source=source(report.id),
            printed={"estimate": "0.33"},
            place=at(f"studies/{sid}/contrasts.csv", 2),
            **tail,
        ),
    )
    return StudyData(
        study=Study(
            id=sid,
            name=name,
            family="shared" if i in (0, 1) else sid,
            family_reason="one trial, two cuts" if i < 2 else "",
            design="randomised" if i > 8 else "single-arm",
            phase="2",
            registry=("NCT00000001",),
            sponsor="Nobody",
            populations=("relapsed-refractory",) if i % 3 else ("first-relapse",),
            age_group="children-and-young-adults",
            age_min=1.0,
            age_max=21.0,
            age_median=9.5,
            lineage="b-all",
            enrolled=total + 18,
            treated=total,
            reports=(report,),
            arms=(arm, control) if i > 8 else (arm,),
            place=at(f"studies/{sid}/study.yaml"),
            ledger=tuple(
                Rung(
                    stage=s,
                    n=n,
                    arm="main",
                    report=report.id,
                    locator="abstract",
                    place=at(f"studies/{sid}/study.yaml"),
                )
                for s, n in (("enrolled", total + 18), ("infused", total))
            ),
        ),
        counts=counts,
        survival=survival,
        medians=medians,
        contrasts=contrasts if i > 8 else (),
        corrections=(
            Correction(
                table="survival",
                key="s1",
                column="upper",
                expect="0.93",
                use="0.64",
                reason="above the estimate",
                by="a1",
                date="2026-11-22",
                place=at(f"studies/{sid}/corrections.yaml"),
            ),
        ),
        appraisals=(
            Appraisal(
                study=sid,
                tool="rob2" if i > 8 else "jbi-case-series",
                version="2020",
                result="",
                answers=(Answer(question="q4", answer="unclear", support="not stated"),),
                judgements={"d1": "low", "d2": "some concerns", "d3": "high"}
                if i > 8
                else {"q1": "low", "q4": "unclear", "q5": "unclear"},
                overall="high" if i > 8 else "unclear",
                provisional=True,
                by="r1",
                date="2026-11-22",
                place=at("bias.yaml"),
            ),
        ),
    )


def analysis(code, drug_class, outcome, kind="proportion", **more):
    base = {
        "title": f"{outcome} in relapsed or refractory disease",
        "question": "rr",
        "outcomes": (outcome,),
        "basis": ("infused",),
        "where": {"class": (drug_class,), "population": ("relapsed-refractory",)},
        "measure": "PLO",
        "drug_class": drug_class,
    }
    return Analysis(id=code, kind=kind, place=at("protocol.yaml"), **(base | more))
