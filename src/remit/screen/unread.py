"""Records nobody read because the stopping rule set beforehand let the readers stop."""

from remit.model.review import Review
from remit.screen.stopping import stop


def unread(review: Review) -> frozenset[str]:
    """Return the records left unread after a lawful stop at title and abstract; empty while screening must go on.

    A stop is lawful when the protocol names a rule and, for as many people as it asks for, that rule is met by their
    own log. A record anybody decided on, at either stage, is not unread.
    """
    plan = review.protocol.screening
    if plan.stop == "none":
        return frozenset()
    ids = tuple(r.id for r in review.records)
    known = frozenset(ids)
    logs: dict[str, dict[str, bool]] = {}
    for d in review.decisions:
        if d.stage == "title-abstract" and not d.settles and d.record in known:
            logs.setdefault(d.by, {})[d.record] = d.verdict != "exclude"
    met = (stop(tuple(log.items()), ids, plan.stop, plan.recall, plan.confidence).met for log in logs.values())
    if len(logs) < plan.readers or sum(met) < plan.readers:
        return frozenset()
    return known - {d.record for d in review.decisions}


def rule(review: Review) -> str:
    """Return the stopping rule in words for the flow."""
    plan = review.protocol.screening
    return f"stopping rule {plan.stop}, recall {plan.recall:.0%} at {plan.confidence:.0%} confidence"
