"""An invented review, rich enough to fill every kind of page: three classes, twelve studies, findings of every size."""

import math

import pytest

from remit.model.appraisal import Answer, Appraisal
from remit.model.certainty import Certainty, Step
from remit.model.decision import Decision, Person, Record, Search
from remit.model.finding import ClaimResult, Finding, LeftOut, Pooled, Subgroup, SubgroupLevel, Used
from remit.model.mechanism import (
    Acting,
    Agent,
    Bond,
    ClassMap,
    Edge,
    Entity,
    Link,
    MechanismMap,
    Ongoing,
    Resistance,
    Thing,
)
from remit.model.observation import Contrast, Correction, Count, Median, Source, Survival
from remit.model.place import Place, Problem
from remit.model.protocol import Amendment, Analysis, Claim, Criterion, Outcome, Protocol, Question, Term, Test
from remit.model.review import About, Living, Review, StudyData
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


def used(data, key, estimate, lower, upper, weight, events=None, total=None, table="counts", **more):
    return Used(
        study=data.study.id,
        family=data.study.family,
        arm="main",
        report=data.study.reports[0].id,
        key=key,
        place=at(f"studies/{data.study.id}/{table}.csv", 2),
        label=data.study.name,
        year=data.study.year,
        basis="infused",
        scale="",
        months=None,
        events=events,
        total=total,
        estimate=estimate,
        lower=lower,
        upper=upper,
        effect=0.1234,
        variance=0.0456,
        weight=weight,
        route="counts",
        **more,
    )


def pooled(items, estimate, is_ratio=False):
    step = 0.8 if is_ratio else 0.9
    return Pooled(
        k=len(items),
        n=sum(u.total or 0 for u in items),
        events=sum(u.events or 0 for u in items),
        estimate=estimate,
        lower=estimate * step,
        upper=min(estimate / step, 0.999) if not is_ratio else estimate / step,
        prediction_lower=estimate * 0.5 if len(items) > 2 else None,
        prediction_upper=(0.99 if not is_ratio else estimate * 2) if len(items) > 2 else None,
        tau2=0.42,
        tau2_lower=0.1,
        tau2_upper=1.9,
        i2=61.3,
        q=18.1,
        q_df=len(items) - 1,
        q_p=0.012,
        common_estimate=estimate,
        common_lower=estimate * 0.95,
        common_upper=min(estimate * 1.05, 0.999) if not is_ratio else estimate * 1.05,
        effect=0.5,
        se=0.1,
        p=0.0001,
        method="binomial-normal model on the logit",
        interval="profile likelihood",
    )


def proportion_used(data):
    events, total = data.counts[0].events, data.counts[0].total
    p = events / total
    half = 1.96 * math.sqrt(max(p * (1 - p), 0.02) / total)
    return used(data, "c1", p, max(0.0, p - half), min(1.0, p + half), float(total), events, total)


def findings_of(studies):
    certainty = Certainty(
        level="low",
        route="rate",
        start="high",
        steps=(
            Step(domain="risk-of-bias", change=-1, reason="uncontrolled"),
            Step(domain="inconsistency", change=-1, reason=HOSTILE),
        ),
    )
    eight = [proportion_used(d) for d in studies[:8]]
    split = Subgroup(
        by="costimulation",
        levels=tuple(
            SubgroupLevel(
                level=name,
                k=4,
                n=120,
                estimate=e,
                lower=e - 0.1,
                upper=e + 0.1,
                effect=0.1,
                se=0.1,
                studies=tuple(d.study.id for i, d in enumerate(studies[:8]) if i % 2 == odd),
            )
            for name, odd, e in (("CD28", 0, 0.7), ("4-1BB", 1, 0.8))
        ),
        q=2.3,
        df=1,
        p=0.13,
    )
    left = tuple(
        LeftOut(
            study=d.study.id,
            arm="main",
            report=d.study.reports[0].id,
            key="c2",
            place=at(f"studies/{d.study.id}/counts.csv", 3),
            reason="family",
            detail="another data cut was preferred",
        )
        for d in studies[:3]
    )
    hr = [used(d, "h1", 0.33 + i / 10, 0.18, 0.9, 1.0, table="contrasts") for i, d in enumerate(studies[9:11])]
    landmark = [used(studies[0], "s1", 0.5, 0.35, 0.64, 1.0, total=79, table="survival")]
    two = [proportion_used(d) for d in studies[8:10]]
    return (
        Finding(
            analysis=analysis("car-t-cr", "car-t", "cr", subgroups=("costimulation",)),
            used=tuple(eight),
            left_out=left,
            pooled=pooled(eight, 0.78),
            subgroups=(split,),
            certainty=certainty,
            sentence="About 8 of 10 may reach remission.",
        ),
        Finding(
            analysis=analysis("car-t-efs-12", "car-t", "efs", "survival", measure="cloglog", months=12.0, window=1.0),
            used=tuple(landmark),
            left_out=(),
            pooled=None,
            certainty=certainty,
            sentence="One study: half.",
        ),
        Finding(
            analysis=analysis("car-t-crs", "car-t", "crs-grade3plus", scale="penn"), used=(), left_out=left, pooled=None
        ),
        Finding(
            analysis=analysis("bispecific-cr", "bispecific", "cr"),
            used=tuple(two),
            left_out=(),
            pooled=pooled(two, 0.45),
            certainty=certainty,
            sentence="The evidence is very uncertain.",
        ),
        Finding(
            analysis=analysis("bispecific-efs-12", "bispecific", "efs", "survival", months=12.0),
            used=(),
            left_out=(),
            pooled=None,
        ),
        Finding(
            analysis=analysis(
                "first-relapse-efs",
                "",
                "efs",
                "contrast",
                measure="HR",
                question="first-relapse",
                versus={"class": ("chemotherapy",)},
                where={"class": ("bispecific",), "population": ("first-relapse",)},
            ),
            used=tuple(hr),
            left_out=(),
            pooled=pooled(hr, 0.41, True),
            sentence="Blinatumomab probably prolongs survival.",
        ),
    )


def protocol():
    place = at("protocol.yaml")
    outcome = {"definition": "as the report defines it", "place": place, "importance": 8}
    return Protocol(
        questions=tuple(
            Question(
                id=q,
                title=t,
                population="children",
                intervention="targeted",
                comparator="",
                outcomes="remission",
                populations=("relapsed-refractory",),
                place=place,
            )
            for q, t in (("rr", "Relapsed or refractory disease"), ("first-relapse", "First relapse"))
        ),
        criteria=(
            Criterion(id="inc-targeted", effect="include", text="a targeted therapy", place=place),
            Criterion(id="exc-adults", effect="exclude", text="adults only, or no separable children", place=place),
        ),
        populations=(term("relapsed-refractory", "Relapsed or refractory"), term("first-relapse", "First relapse")),
        classes=(*(term(c, n, plural=n) for c, n in CLASSES), term("chemotherapy", "Chemotherapy")),
        agents=(term("agent-a", "Agent A"), term("chemotherapy", "Chemotherapy")),
        scales=(term("penn", "Penn"),),
        outcomes=(
            Outcome(
                id="cr",
                name="remission",
                short="CR",
                kind="proportion",
                direction="higher-is-better",
                graded=False,
                group="efficacy",
                **outcome,
            ),
            Outcome(
                id="efs",
                name="event-free survival",
                short="EFS",
                kind="time-to-event",
                direction="higher-is-better",
                graded=False,
                group="efficacy",
                **outcome,
            ),
            Outcome(
                id="crs-grade3plus",
                name="severe CRS",
                short="CRS 3+",
                kind="proportion",
                direction="lower-is-better",
                graded=True,
                group="harm",
                **outcome,
            ),
        ),
        prefer=("basis", "source", "latest"),
        analyses=(),
        claims=(
            Claim(
                id="c-remission",
                statement="More than half reach remission.",
                kind="rate",
                test=Test(kind="threshold", finding="car-t-cr", op=">", threshold=0.5),
                recorded="uncertain",
                recorded_on="2026-11-01",
                why=HOSTILE,
                place=place,
            ),
        ),
        amendments=(Amendment(date="2026-11-20", what="Added a landmark.", why="reports print it", place=place),),
        methods={"synthesis": "Random effects."},
        matrix=(("Remission", "{class}-cr"), ("EFS, 1 year", "{class}-efs-12"), ("Severe CRS", "{class}-crs")),
        place=place,
    )


def build_review():
    place = at("review.yaml")
    studies = tuple(
        study(i, "car-t" if i < 8 else "bispecific" if i < 11 else "kinase-inhibitor", "CD19" if i < 10 else "CD22")
        for i in range(12)
    )
    reports = [d.study.reports[0].id for d in studies]
    urls = ("https://example.org/edge", "javascript:alert(3)")
    return Review(
        about=About(
            id="invented",
            title="An invented review",
            version="1.0",
            date="2026-11-22",
            licence="CC-BY-4.0",
            cite="Nobody 2026",
            notice="This review informs; it does not recommend a treatment for a patient.",
            living=Living(status="active", schedule="monthly", retirement="when settled"),
            people=tuple(
                Person(id=i, name=n, role="extraction", place=place)
                for i, n in (("r1", "First reading"), ("a1", "Audit"))
            ),
            place=place,
        ),
        protocol=protocol(),
        studies=studies,
        searches=(
            Search(
                id="s1", source="Citations", route="citation", query="by hand", date="2026-11-01", hits=13, place=place
            ),
        ),
        records=(
            *(Record(id=r, search="s1", title="A trial", first_author="Doe", year=2020, place=place) for r in reports),
            Record(
                id="left",
                search="s1",
                title=HOSTILE,
                first_author="Roe",
                year=2011,
                url="https://example.org/left",
                place=place,
            ),
        ),
        decisions=(
            *(
                Decision(
                    record=r,
                    stage="full-text",
                    verdict="include",
                    criterion="inc-targeted",
                    reason="",
                    by="r1",
                    date="2026-11-02",
                    place=place,
                )
                for r in reports
            ),
            Decision(
                record="left",
                stage="full-text",
                verdict="exclude",
                criterion="exc-adults",
                reason="median age 44",
                by="r1",
                date="2026-11-02",
                place=place,
            ),
        ),
        agents=(
            Agent(
                id="agent-a",
                name="Agent A",
                drug_class="car-t",
                modality="CD19 CAR T cells",
                targets=("CD19",),
                identifiers=(),
                urls=urls,
                place=place,
            ),
        ),
        edges=tuple(
            Edge(subject=s, relation=r, object=o, drug_class="car-t", note="read", urls=urls, place=place)
            for s, r, o in (
                ("agent-a", "binds", "CD19"),
                ("agent-a", "leads_to", "cytokine release syndrome"),
                ("CD19 loss", "confers_resistance_to", "agent-a"),
            )
        ),
        resistance=(
            Resistance(
                drug_class="car-t",
                agent="agent-a",
                mechanism="CD19 loss",
                frequency="28 of 67 recurrences",
                urls=urls,
                place=place,
            ),
        ),
        entities=(
            Entity(
                name="CD19", kind="gene", curie="NCBIGene:930", synonyms=(), url="https://example.org/e", place=place
            ),
            Entity(name="CD19", kind="gene", curie="ODD:1", synonyms=(), url="javascript:alert(4)", place=place),
        ),
        ongoing=(
            Ongoing(
                registry="NCT00000002",
                name="COMING",
                agents=("agent-a",),
                classes=("car-t",),
                population="newly_diagnosed",
                phase="2",
                design="single-arm",
                planned="100",
                status="recruiting",
                completion="2028",
                primary_outcome="EFS",
                url="https://example.org/o",
                seen_on="2026-11-01",
                place=place,
            ),
        ),
    )


def mechanism_of(review):
    cd19 = Thing(
        name="CD19", kind="gene", links=(Link(curie="NCBIGene:930", url="https://www.ncbi.nlm.nih.gov/gene/930"),)
    )
    agent = Thing(name="Agent A", agent="agent-a")
    known = {"CD19": cd19, "agent-a": agent}
    bonds = tuple(
        Bond(
            edge=e,
            subject=known.get(e.subject, Thing(name=e.subject)),
            object=known.get(e.object, Thing(name=e.object)),
        )
        for e in review.edges
    )
    acting = Acting(
        id="agent-a",
        name="Agent A",
        agent=review.agents[0],
        links=(),
        targets=(cd19,),
        bonds=bonds,
        resistance=review.resistance,
        studies=("trial-00",),
        findings=("car-t-cr",),
    )
    classes = tuple(
        ClassMap(
            drug_class=t.id,
            name=t.name,
            agents=(acting,) if t.id == "car-t" else (),
            targets=(cd19,) if t.id == "car-t" else (),
            bonds=bonds if t.id == "car-t" else (),
            resistance=review.resistance if t.id == "car-t" else (),
            studies=(),
            findings=(),
        )
        for t in review.protocol.classes
    )
    odd = Thing(
        name="Odd", kind="gene", links=(Link(curie="ODD:1", url=""), Link(curie="BAD:1", url="javascript:alert(5)"))
    )
    return MechanismMap(classes=classes, unclassed=(), things=(cd19, odd))


@pytest.fixture(scope="session")
def mechanism(review):
    return mechanism_of(review)


@pytest.fixture(scope="session")
def review():
    return build_review()


@pytest.fixture(scope="session")
def findings(review):
    return findings_of(review.studies)


@pytest.fixture(scope="session")
def claims():
    return (
        ClaimResult(
            claim="c-remission",
            verdict="supported",
            findings=("car-t-cr",),
            estimate=0.78,
            lower=0.702,
            upper=0.867,
            certainty="low",
            reason="the interval lies above 50%",
            recorded="uncertain",
        ),
    )


@pytest.fixture(scope="session")
def problems():
    return (
        Problem(
            at("studies/trial-03/counts.csv", 3),
            "secondary-only",
            "a <b>secondary</b> source",
            "a primary one",
            "look it up",
            "warning",
        ),
    )


FLOW = {
    "citations_results": 13,
    "other_sought_reports": 13,
    "other_assessed": 13,
    "other_excluded": 1,
    "new_studies": 12,
    "new_reports": 12,
}


@pytest.fixture(scope="session")
def pages(review, findings, claims, problems, mechanism):
    from remit import report

    return report.site(review, findings, claims, problems, mechanism, FLOW, ("car-t-cr moved from 0.75 to 0.78",))
