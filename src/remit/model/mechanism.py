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
