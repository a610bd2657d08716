"""The mechanism map: for each class its agents, targets, mechanism, ways of escape, trials and findings."""

from collections.abc import Iterable, Sequence

from remit.model.finding import Finding
from remit.model.mechanism import Acting, Bond, ClassMap, MechanismMap, Resistance, Thing
from remit.model.protocol import Term
from remit.model.review import Review
from remit.model.study import Arm
from remit.relate.names import Names, names

_BINDING = frozenset(("binds", "inhibits"))
"""Relations whose object is a target of their subject."""


def mechanism_map(review: Review, findings: Sequence[Finding]) -> MechanismMap:
    """Return the map of `review`. Every edge and every way of escape stands in it, whether or not its names are known.

    `findings` are the review's, in order; those with no study are not linked, since they show no effect.
    """
    known = names(review)
    bonds = tuple(Bond(edge=e, subject=known.thing(e.subject), object=known.thing(e.object)) for e in review.edges)
    classes = tuple(_class(review, term, bonds, known, findings) for term in review.protocol.classes)
    declared = {term.id for term in review.protocol.classes}
    things: dict[str, Thing] = {}
    for thing in known.things.values():
        things.setdefault(thing.name, thing)
    return MechanismMap(
        classes=classes,
        unclassed=tuple(b for b in bonds if not declared & set(_codes(b.edge.drug_class))),
        things=tuple(things[name] for name in sorted(things)),
    )


def _class(review: Review, term: Term, bonds: Sequence[Bond], known: Names, findings: Sequence[Finding]) -> ClassMap:
    mine = tuple(b for b in bonds if term.id in _codes(b.edge.drug_class))
    escapes = tuple(r for r in review.resistance if term.id in _codes(r.drug_class))
    effects = tuple(f for f in findings if f.used)
    agents = tuple(_agent(review, code, mine, escapes, known, effects) for code in _agent_codes(review, term.id))
    targets = _unique(t for a in agents for t in a.targets)
    bound = _unique(b.object for b in mine if b.edge.relation in _BINDING)
    return ClassMap(
        drug_class=term.id,
        name=term.name,
        agents=agents,
        targets=_unique((*targets, *bound)),
        bonds=mine,
        resistance=escapes,
        studies=_studies(review, drug_class=term.id),
        findings=tuple(f.id for f in effects if f.analysis.drug_class == term.id),
    )


def _agent_codes(review: Review, drug_class: str) -> tuple[str, ...]:
    """Codes of the class: those agents.csv describes first, then those its arms use, each in the protocol's order."""
    described = {a.id for a in review.agents if drug_class in _codes(a.drug_class)}
    elsewhere = {a.id for a in review.agents} - described
    given = {code for arm in _arms(review) if arm.drug_class == drug_class for code in arm.agents} - elsewhere
    order = {term.id: i for i, term in enumerate(review.protocol.agents)}

    def place(code: str) -> tuple[int, str]:
        return order.get(code, len(order)), code

    theirs = {code for code in given - described if drug_class in _homes(review, code)}
    return (*sorted(described, key=place), *sorted(theirs, key=place))


def _homes(review: Review, code: str) -> frozenset[str]:
    """Classes an undescribed agent belongs to: where it stands alone in an arm, else where no described agent leads.

    Chemotherapy given beside a kinase inhibitor is no kinase inhibitor.
    """
    arms = [arm for arm in _arms(review) if code in arm.agents]
    leading = {(a.id, c) for a in review.agents for c in _codes(a.drug_class)}
    alone = frozenset(arm.drug_class for arm in arms if len(arm.agents) == 1)
    return alone or frozenset(
        arm.drug_class for arm in arms if not any((other, arm.drug_class) in leading for other in arm.agents)
    )


def _arms(review: Review) -> tuple[Arm, ...]:
    return tuple(arm for data in review.studies for arm in data.study.arms)


def _agent(
    review: Review,
    code: str,
    bonds: Sequence[Bond],
    escapes: Sequence[Resistance],
    known: Names,
    effects: Sequence[Finding],
) -> Acting:
    agent = next((a for a in review.agents if a.id == code), None)
    term = next((t for t in review.protocol.agents if t.id == code), None)
    name = agent.name if agent is not None else term.name if term is not None else code
    mine = tuple(b for b in bonds if code in (b.subject.agent, b.object.agent))
    bound = (b.object for b in mine if b.subject.agent == code and b.edge.relation in _BINDING)
    named = (known.thing(t) for t in (agent.targets if agent is not None else ()))
    given = (known.thing(t) for t in _given(review, code, agent is not None))
    return Acting(
        id=code,
        name=name,
        agent=agent,
        links=known.thing(code).links if known.code(code) else (),
        targets=_unique((*named, *bound)) or _unique(given),
        bonds=mine,
        resistance=tuple(r for r in escapes if code in _named(r.agent, known)),
        studies=_studies(review, agent=code),
        findings=tuple(f.id for f in effects if code in f.analysis.where.get("agent", ())),
    )


def _given(review: Review, code: str, described: bool) -> tuple[str, ...]:
    """Targets of the arms where the agent stands alone, else, for one that nobody describes, of all its arms."""
    arms = [arm for arm in _arms(review) if code in arm.agents]
    alone = [arm for arm in arms if len(arm.agents) == 1]
    return tuple(t for arm in (alone if alone or described else arms) for t in arm.targets)


def _studies(review: Review, drug_class: str = "", agent: str = "") -> tuple[str, ...]:
    """Ids of studies with an arm of the class, or of the agent, in the review's order."""
    return tuple(
        data.study.id
        for data in review.studies
        if any(
            (drug_class and arm.drug_class == drug_class) or (agent and agent in arm.agents) for arm in data.study.arms
        )
    )


def _named(words: str, known: Names) -> frozenset[str]:
    """Codes of the agents that a source's words list, such as "imatinib, dasatinib, nilotinib"."""
    parts = words.replace(";", ",").replace(" or ", ",").replace(" and ", ",").split(",")
    return frozenset(code for part in parts if (code := known.code(part)))


def _codes(field: str) -> tuple[str, ...]:
    """Class codes of a column that holds one, or several separated by `;` or `|`."""
    return tuple(part.strip() for part in field.replace("|", ";").split(";") if part.strip())


def _unique(things: Iterable[Thing]) -> tuple[Thing, ...]:
    return tuple({thing.name: thing for thing in things}.values())
