"""What the review declares, for the checks that nothing dangles. None stands for what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass

from remit.model.protocol import Protocol
from remit.model.review import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Codes and ids by what they name; `outcomes` and `criteria` say whether graded, and to what effect."""

    people: frozenset[str] | None = None
    populations: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    scales: frozenset[str] | None = None
    outcomes: Mapping[str, bool] | None = None
    criteria: Mapping[str, str] | None = None
    analyses: frozenset[str] | None = None


def known(about: About | None, protocol: Protocol | None) -> Known:
    """Return what review.yaml and protocol.yaml declare."""
    people = frozenset(p.id for p in about.people) if about else None
    if protocol is None:
        return Known(people=people)
    return Known(
        people=people,
        populations=frozenset(t.id for t in protocol.populations),
        classes=frozenset(t.id for t in protocol.classes),
        agents=frozenset(t.id for t in protocol.agents),
        scales=frozenset(t.id for t in protocol.scales),
        outcomes={o.id: o.graded for o in protocol.outcomes},
        criteria={c.id: c.effect for c in protocol.criteria},
        analyses=frozenset(a.id for a in protocol.analyses),
    )
