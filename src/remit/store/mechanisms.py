"""mechanisms/: agents, edges, resistance and the entities they name."""

from remit.model.mechanism import Agent, Edge, Entity, Resistance
from remit.store.fields import Fields
from remit.store.known import Known

AGENTS = (
    *("key", "name", "class", "modality", "targets", "identifiers", "first_approval", "pediatric_approval", "urls"),
)
EDGES = ("key", "subject", "relation", "object", "class", "note", "urls")
RESISTANCE = ("key", "class", "agent", "mechanism", "frequency", "urls")
ENTITIES = ("key", "name", "kind", "curie", "synonyms", "url")


def agent(f: Fields, known: Known) -> Agent:
    """Return a row of agents.csv; its key is the code arms use."""
    found = Agent(
        id=f.id("key"),
        name=f.needed("name"),
        drug_class=f.ref("class", known.classes, "class", needed=True),
        modality=f.text("modality"),
        targets=f.words("targets"),
        identifiers=f.words("identifiers"),
        first_approval=f.text("first_approval"),
        pediatric_approval=f.text("pediatric_approval"),
        urls=f.urls("urls"),
        place=f.place,
    )
    f.dangling("key", found.id, known.agents, "agent")
    return found


def edge(f: Fields, known: Known) -> Edge:
    """Return a row of edges.csv. Subjects and objects are entities or the source's words."""
    f.id("key")
    found = Edge(
        subject=f.needed("subject"),
        relation=f.needed("relation"),
        object=f.needed("object"),
        drug_class=f.ref("class", known.classes, "class"),
        note=f.text("note"),
        urls=f.urls("urls"),
        place=f.place,
    )
    _sourced(f, found.urls)
    return found


def resistance(f: Fields, known: Known) -> Resistance:
    """Return a row of resistance.csv. `agent` may be the source's words for a group of agents."""
    f.id("key")
    found = Resistance(
        drug_class=f.ref("class", known.classes, "class"),
        agent=f.text("agent"),
        mechanism=f.needed("mechanism"),
        frequency=f.text("frequency"),
        urls=f.urls("urls"),
        place=f.place,
    )
    _sourced(f, found.urls)
    return found


def entity(f: Fields) -> Entity:
    """Return a row of entities.csv."""
    f.id("key")
    return Entity(
        name=f.needed("name"),
        kind=f.needed("kind"),
        curie=f.text("curie"),
        synonyms=f.words("synonyms"),
        url=f.url("url"),
        place=f.place,
    )


def _sourced(f: Fields, urls: tuple[str, ...]) -> None:
    if not urls:
        f.refuse("urls", "no-source", "no address", "at least one url", "write where it was read")
