"""How firm each pooled finding of an opened review is, and what that makes of the claims."""

from collections.abc import Sequence
from dataclasses import replace

from remit import synthesise
from remit.grade.robustness import asked, robustness
from remit.model.finding import Finding
from remit.model.firmness import Firmness
from remit.model.review import Review


def firmness(review: Review, findings: Sequence[Finding]) -> tuple[Firmness, ...]:
    """Return each pooled finding looked at hard, with the claims that rest on it, in the order of the findings."""
    pooled = [f for f in findings if f.pooled is not None]
    claims = {c.id: (c, asked(c.test)) for c in review.protocol.claims}
    plans = {f.id: f.analysis for f in findings}
    needed = dict.fromkeys([f.id for f in pooled] + [n for _, names in claims.values() for n in names if n in plans])
    worlds = {m.id: m for m in synthesise.multiverses(review, [plans[n] for n in needed])}
    held = {c: robustness(claim, worlds) for c, (claim, names) in claims.items() if any(n in worlds for n in names)}
    return tuple(
        replace(
            synthesise.firmness(f, worlds[f.id]),
            claims=tuple(held[c] for c, (_, names) in claims.items() if f.id in names and c in held),
        )
        for f in pooled
    )
