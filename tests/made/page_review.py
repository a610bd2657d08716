"""An invented review, rich enough to fill every kind of page."""

from page_studies import CLASSES, HOSTILE, at, study, term

from remit.model.decision import Decision, Person, Record, Search
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
from remit.model.protocol import Amendment, Claim, Criterion, Outcome, Protocol, Question, Test
from remit.model.review import About, Living, Review


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
