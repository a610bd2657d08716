"""Names the mechanism tables use, looked up among the entities and the agents.

Tables call things by name: a gene by its symbol, an agent by its name or its code. A name met nowhere is kept as the
source's own words.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from remit.model.mechanism import Agent, Entity, Link, Thing
from remit.model.review import Review
from remit.relate.links import link


@dataclass(frozen=True, slots=True)
class Names:
    """Things by every name they go by, lower case, and codes of agents by their names."""

    things: dict[str, Thing]
    agents: dict[str, str]

    def thing(self, name: str) -> Thing:
        """Return the thing of that name; a thing without identifiers where nobody knows it."""
        key = _key(name)
        found = self.things.get(key)
        code = self.agents.get(key, "")
        if found is None:
            return Thing(name=name, agent=code)
        return found

    def code(self, name: str) -> str:
        """Return the code of the agent of that name or code, or ""."""
        return self.agents.get(_key(name), "")


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def names(review: Review) -> Names:
    """Return every name of the review's mechanism tables. A name proper wins over another thing's synonym."""
    agents = _agents(review)
    grouped: defaultdict[str, list[Entity]] = defaultdict(list)
    for entity in review.entities:
        grouped[_key(entity.name)].append(entity)
    things = {key: _thing(found, agents.get(key, "")) for key, found in grouped.items()}
    for thing in list(things.values()):
        for other in thing.synonyms:
            things.setdefault(_key(other), thing)
    for agent in review.agents:
        made = _with_agent(things.get(_key(agent.name)), agent)
        for name in (agent.name, agent.id):
            things[_key(name)] = made
    return Names(things, agents)


def _agents(review: Review) -> dict[str, str]:
    out: dict[str, str] = {}
    for term in review.protocol.agents:
        out[_key(term.id)] = term.id
        out.setdefault(_key(term.name), term.id)
    for agent in review.agents:
        out[_key(agent.id)] = agent.id
        out[_key(agent.name)] = agent.id
    return out


def _thing(entities: list[Entity], code: str) -> Thing:
    first = entities[0]
    return Thing(
        name=first.name,
        kind=first.kind,
        links=_links(e.curie for e in entities),
        synonyms=tuple(dict.fromkeys(s for e in entities for s in e.synonyms)),
        agent=code,
    )


def _with_agent(known: Thing | None, agent: Agent) -> Thing:
    """Return the thing an agent is, with the identifiers of both tables."""
    curies = [one.curie for one in known.links] if known is not None else []
    return Thing(
        name=agent.name,
        kind=known.kind if known is not None else "agent",
        links=_links([*curies, *agent.identifiers]),
        synonyms=known.synonyms if known is not None else (),
        agent=agent.id,
    )


def _links(curies: Iterable[str]) -> tuple[Link, ...]:
    return tuple(Link(curie=c, url=link(c)) for c in dict.fromkeys(curies) if c)
