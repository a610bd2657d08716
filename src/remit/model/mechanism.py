"""How agents work and how leukemia escapes: agents, edges, resistance and the entities they name."""

from dataclasses import dataclass

from remit.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A therapy with its targets and identifiers; `id` is the code arms use."""

    id: str
    name: str
    drug_class: str
    modality: str
    targets: tuple[str, ...]
    identifiers: tuple[str, ...]
    first_approval: str = ""
    pediatric_approval: str = ""
    urls: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Subject, relation, object, with the note and address it was read at."""

    subject: str
    relation: str
    object: str
    drug_class: str
    note: str
    urls: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Resistance:
    """A way of escape and how often it was seen, in the source's words."""

    drug_class: str
    agent: str
    mechanism: str
    frequency: str
    urls: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A named thing with an identifier as a CURIE, such as NCBIGene:930."""

    name: str
    kind: str
    curie: str
    synonyms: tuple[str, ...]
    url: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """A trial without results here: what is coming."""

    registry: str
    name: str
    agents: tuple[str, ...]
    classes: tuple[str, ...]
    population: str
    phase: str
    design: str
    planned: str
    status: str
    completion: str
    primary_outcome: str
    url: str
    seen_on: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An identifier as a CURIE and the page it resolves to; `url` is empty where no pattern is known."""

    curie: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A name the map uses with every identifier known for it; `kind` and `links` are empty for a source's own words.

    `agent` is the code of the agent it names, where it names one.
    """

    name: str
    kind: str = ""
    links: tuple[Link, ...] = ()
    synonyms: tuple[str, ...] = ()
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """An edge with both of its ends looked up."""

    edge: Edge
    subject: Thing
    object: Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """One agent of a class: what it is, what it binds, what is known of it, who was given it and what that gave.

    `agent` is None for a code that arms use and agents.csv does not describe. `studies` and `findings` are ids.
    """

    id: str
    name: str
    agent: Agent | None
    links: tuple[Link, ...]
    targets: tuple[Thing, ...]
    bonds: tuple[Bond, ...]
    resistance: tuple[Resistance, ...]
    studies: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMap:
    """A class from agent to target to mechanism to resistance to trials (`studies`) to effect (`findings`)."""

    drug_class: str
    name: str
    agents: tuple[Acting, ...]
    targets: tuple[Thing, ...]
    bonds: tuple[Bond, ...]
    resistance: tuple[Resistance, ...]
    studies: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismMap:
    """Every class in the protocol's order, the edges of no declared class, and every thing by name."""

    classes: tuple[ClassMap, ...]
    unclassed: tuple[Bond, ...]
    things: tuple[Thing, ...]

    def of(self, drug_class: str) -> ClassMap | None:
        """Return the map of one class, or None."""
        return next((c for c in self.classes if c.drug_class == drug_class), None)
