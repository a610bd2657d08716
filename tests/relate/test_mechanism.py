"""The mechanism map joins agents, targets, edges, resistance, studies and findings by name and code."""

import os
from pathlib import Path

import pytest

from remit.model.finding import Finding, Used
from remit.model.mechanism import Agent, Edge, Entity, Resistance
from remit.model.place import Place
from remit.model.protocol import Analysis, Protocol, Term
from remit.model.review import About, Living, Review, StudyData
from remit.model.study import Arm, Study
from remit.relate import mechanism_map

HERE = Place("x.csv", 2)


def term(code, name):
    return Term(id=code, name=name, place=HERE)


def agent(code, name, drug_class, targets=(), identifiers=()):
    return Agent(
        id=code,
        name=name,
        drug_class=drug_class,
        modality="",
        targets=targets,
        identifiers=identifiers,
        urls=("https://example.org/a",),
        place=HERE,
    )


def edge(subject, relation, obj, drug_class):
    urls = (f"https://example.org/{subject.replace(' ', '-')}",)
    return Edge(subject=subject, relation=relation, object=obj, drug_class=drug_class, note="", urls=urls, place=HERE)


def entity(name, curie, synonyms=(), kind="gene"):
    return Entity(name=name, kind=kind, curie=curie, synonyms=synonyms, url="", place=HERE)


def escape(drug_class, words, mechanism):
    urls = ("https://example.org/r",)
    return Resistance(drug_class=drug_class, agent=words, mechanism=mechanism, frequency="", urls=urls, place=HERE)


def study(name, *arms):
    return StudyData(
        study=Study(
            id=name,
            name=name,
            family=name,
            family_reason="",
            design="single-arm",
            populations=("relapsed-refractory",),
            age_group="children",
            lineage="b-all",
            reports=(),
            arms=arms,
            place=HERE,
        )
    )


def arm(drug_class, *agents, targets=()):
    return Arm(
        id="a",
        label="",
        role="experimental",
        agents=agents,
        drug_class=drug_class,
        targets=targets,
        place=HERE,
    )


def finding(name, drug_class, agents=(), k=1):
    where = {"agent": agents} if agents else {"class": (drug_class,)}
    analysis = Analysis(
        id=name,
        title=name,
        question="rr",
        kind="proportion",
        outcomes=("cr",),
        where=where,
        drug_class=drug_class,
        place=HERE,
    )
    used = Used(
        study="s1",
        family="s1",
        arm="a",
        report="r",
        key="c1",
        place=HERE,
        label="",
        year=None,
        basis="treated",
        scale="",
        months=None,
        events=1,
        total=2,
        estimate=0.5,
        lower=0.0,
        upper=1.0,
        effect=0.0,
        variance=1.0,
        weight=100.0,
        route="counts",
    )
    return Finding(analysis=analysis, used=(used,) * k, left_out=(), pooled=None)


@pytest.fixture
def review():
    protocol = Protocol(
        questions=(),
        criteria=(),
        populations=(),
        classes=tuple(term(code, code.capitalize()) for code in ("bispecific", "kinase-inhibitor", "chemotherapy")),
        agents=(
            term("imatinib", "Imatinib"),
            term("dasatinib", "Dasatinib"),
            term("blinatumomab", "Blinatumomab"),
            term("nilotinib", "Nilotinib"),
            term("chemotherapy", "Chemotherapy"),
        ),
        scales=(),
        outcomes=(),
        prefer=(),
        analyses=(),
        claims=(),
        amendments=(),
        methods={},
        place=HERE,
    )
    about = About(
        id="t",
        title="T",
        version="1",
        date="2026",
        licence="",
        cite="",
        notice="",
        living=Living(status="", schedule="", retirement=""),
        people=(),
        place=HERE,
    )
    return Review(
        about=about,
        protocol=protocol,
        studies=(
            study("s1", arm("bispecific", "blinatumomab", targets=("CD19",))),
            study("s2", arm("kinase-inhibitor", "nilotinib", targets=("BCR-ABL1",))),
            study("s3", arm("chemotherapy", "imatinib")),
            study("s4", arm("kinase-inhibitor", "imatinib", "chemotherapy", targets=("BCR-ABL1",))),
            study("s5", arm("chemotherapy", "chemotherapy", targets=("CD19",))),
        ),
        agents=(
            agent("dasatinib", "Dasatinib", "kinase-inhibitor", ("ABL1",), ("MESH:D000069439",)),
            agent("imatinib", "Imatinib", "kinase-inhibitor", ("ABL1",)),
            agent("blinatumomab", "Blinatumomab", "bispecific", ("CD19", "CD3E"), ("NCIT:C62528",)),
        ),
        edges=(
            edge("blinatumomab", "binds", "CD19", "bispecific"),
            edge("blinatumomab", "leads_to", "killing nobody has named", "bispecific"),
            edge("CD19 loss", "confers_resistance_to", "Blinatumomab", "bispecific"),
            edge("imatinib", "inhibits", "kit ligand receptor", "kinase-inhibitor"),
            edge("JAK2", "activates", "STAT5", ""),
        ),
        resistance=(
            escape("kinase-inhibitor", "imatinib, dasatinib or nilotinib", "T315I"),
            escape("bispecific", "any CD19 therapy", "loss of CD19"),
        ),
        entities=(
            entity("CD19", "NCBIGene:930"),
            entity("CD19", "UNIPROT:P15391"),
            entity("KIT", "NCBIGene:3815", synonyms=("kit ligand receptor",)),
            entity("blinatumomab", "CHEMBL:CHEMBL1742992", kind="chemical"),
        ),
    )


@pytest.fixture
def made(review):
    findings = (
        finding("b-remission", "bispecific"),
        finding("blinatumomab-remission", "bispecific", ("blinatumomab",)),
        finding("b-empty", "bispecific", k=0),
        finding("k-efs", "kinase-inhibitor"),
    )
    return mechanism_map(review, findings)


def test_classes_stand_in_the_protocol_order(made):
    assert [c.drug_class for c in made.classes] == ["bispecific", "kinase-inhibitor", "chemotherapy"]
    assert made.of("car-t") is None


def test_every_edge_is_kept_once_even_without_an_entity(review, made):
    kept = [b.edge for c in made.classes for b in c.bonds] + [b.edge for b in made.unclassed]
    assert sorted(e.subject for e in kept) == sorted(e.subject for e in review.edges)
    unknown = made.of("bispecific").bonds[1].object
    assert (unknown.name, unknown.links, unknown.agent) == ("killing nobody has named", (), "")
    assert [b.edge.subject for b in made.unclassed] == ["JAK2"]


def test_every_edge_and_escape_keeps_its_source(made):
    for c in made.classes:
        assert all(b.edge.urls for b in c.bonds)
        assert all(r.urls for r in c.resistance)


def test_one_name_gathers_all_its_identifiers(made):
    cd19 = made.of("bispecific").targets[0]
    assert cd19.name == "CD19"
    assert [one.curie for one in cd19.links] == ["NCBIGene:930", "UNIPROT:P15391"]
    assert all(one.url.startswith("https://") for one in cd19.links)


def test_an_agent_joins_both_tables_whatever_the_case(made):
    (one,) = made.of("bispecific").agents
    assert [link.curie for link in one.links] == ["CHEMBL:CHEMBL1742992", "NCIT:C62528"]
    assert len(one.bonds) == 3
    assert [t.name for t in one.targets] == ["CD19", "CD3E"]
    assert one.studies == ("s1",)
    assert one.findings == ("blinatumomab-remission",)


def test_a_synonym_leads_to_the_name(made):
    imatinib = made.of("kinase-inhibitor").agents[0]
    assert imatinib.id == "imatinib"
    assert [t.name for t in imatinib.targets] == ["ABL1", "KIT"]


def test_agents_in_arms_but_not_described_follow_in_the_protocol_order(made):
    agents = made.of("kinase-inhibitor").agents
    assert [a.id for a in agents] == ["imatinib", "dasatinib", "nilotinib"]
    last = agents[-1]
    assert last.agent is None
    assert [t.name for t in last.targets] == ["BCR-ABL1"]
    assert last.studies == ("s2",)


def test_what_is_given_beside_a_class_does_not_join_it(made):
    assert [a.id for a in made.of("chemotherapy").agents] == ["chemotherapy"]
    assert made.of("kinase-inhibitor").studies == ("s2", "s4")
    imatinib = made.of("kinase-inhibitor").agents[0]
    assert imatinib.studies == ("s3", "s4")


def test_words_that_list_agents_reach_each_of_them(made):
    for a in made.of("kinase-inhibitor").agents:
        assert [r.mechanism for r in a.resistance] == ["T315I"]
    assert made.of("bispecific").agents[0].resistance == ()
    assert [r.mechanism for r in made.of("bispecific").resistance] == ["loss of CD19"]


def test_findings_without_a_study_show_no_effect(made):
    assert made.of("bispecific").findings == ("b-remission", "blinatumomab-remission")
    assert made.of("kinase-inhibitor").findings == ("k-efs",)


def test_the_map_is_the_same_each_time(review, made):
    assert mechanism_map(review, ()).things == made.things
    assert [t.name for t in made.things] == sorted({t.name for t in made.things})


@pytest.mark.flagship
def test_every_identifier_of_the_shipped_review_leads_somewhere():
    folder = Path(os.environ.get("REMIT_FLAGSHIP", Path(__file__).parents[2] / "reviews" / "pediatric-b-all"))
    from remit import store

    review = store.read(folder)
    found = mechanism_map(review, ())
    edges = [b.edge for c in found.classes for b in c.bonds]
    assert len(edges) == len(review.edges)
    dead = sorted({one.curie for t in found.things for one in t.links if not one.url})
    assert dead == ["MEDDRA:10082305"]
    for c in found.classes:
        if c.drug_class != "chemotherapy":
            assert c.agents, c.drug_class
