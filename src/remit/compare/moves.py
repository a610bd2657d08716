"""What moved between the findings stored by an earlier build and those computed now.

A conclusion changed when a finding appeared or vanished with studies in it, went to or from none, one or several
studies, lies on another side of a threshold of its analysis (the null, for ratios), or holds another level of
certainty; or when a claim's verdict is another.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from remit.compare.stored import Stored, numbers, stored
from remit.model.finding import ClaimResult, Finding

Kind = Literal["appeared", "vanished", "moved", "verdict"]
SAME = 1e-7
"""Relative difference below which a stored number (eight significant digits) and a computed one are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change: of a finding, or of a claim (then `finding` is empty and `claim` names it).

    `entered` and `left` name studies with their arms. `changed` says whether a conclusion changed, `why` in what.
    """

    finding: str
    claim: str = ""
    kind: Kind
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    changed: bool
    why: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def moved(
    before: Mapping[str, Mapping[str, object]], after: Sequence[Finding], claims: Sequence[ClaimResult]
) -> tuple[Move, ...]:
    """Return every move from `before` (stored findings by id, verdicts under "claims") to `after`.

    Findings come in their order, then those that vanished, then claims. An empty `before` is no version: no moves.
    """
    if not before:
        return ()
    found: list[Move] = []
    for f in after:
        old = before.get(f.id)
        move = _appeared(f) if old is None else _moved(stored(old), f)
        if move is not None:
            found.append(move)
    now = {f.id for f in after}
    found.extend(_vanished(name, stored(old)) for name, old in sorted(before.items()) if name not in now | {"claims"})
    found.extend(_verdicts(before.get("claims", {}), claims))
    return tuple(found)


def _appeared(f: Finding) -> Move:
    text = f"{f.id} is new: {_shown(numbers(f))}."
    why = "a finding with studies appeared" if f.k else "no study entered it"
    return Move(finding=f.id, kind="appeared", entered=numbers(f).studies, changed=f.k > 0, why=why, sentence=text)


def _vanished(name: str, old: Stored) -> Move:
    text = f"{name} is no longer planned; it was {_shown(old)}."
    why = "a finding with studies vanished" if old.k else "no study had entered it"
    return Move(finding=name, kind="vanished", left=old.studies, changed=old.k > 0, why=why, sentence=text)


def _moved(old: Stored, f: Finding) -> Move | None:
    new = numbers(f)
    entered = tuple(s for s in new.studies if s not in old.studies)
    left = tuple(s for s in old.studies if s not in new.studies)
    same = all(map(_same, (old.estimate, old.lower, old.upper), (new.estimate, new.lower, new.upper)))
    if same and old.k == new.k and old.level == new.level and not entered and not left:
        return None
    reasons = list(_conclusions(old, new, f))
    why = "; ".join(reasons) if reasons else "the same side of every threshold, the same certainty"
    parts = [f"{f.id} moved from {_shown(old)} to {_shown(new)}"]
    if entered:
        parts.append(f"entered: {', '.join(entered)}")
    if left:
        parts.append(f"left: {', '.join(left)}")
    parts.append(f"conclusion changed: {why}" if reasons else "conclusion unchanged")
    return Move(
        finding=f.id,
        kind="moved",
        entered=entered,
        left=left,
        changed=bool(reasons),
        why=why,
        sentence="; ".join(parts) + ".",
    )


def _conclusions(old: Stored, new: Stored, f: Finding) -> Iterator[str]:
    """Yield what changed in the conclusion."""
    if min(old.k, 2) != min(new.k, 2):
        yield f"{_count(old.k)} before, {_count(new.k)} now"
    if old.level != new.level:
        yield f"certainty {old.level or 'none'} before, {new.level or 'none'} now"
    limits = {*f.analysis.important, *((1.0,) if f.analysis.kind == "contrast" else ())}
    for limit in sorted(limits):
        sides = [_side(v, limit) for v in (old, new)]
        if "" not in sides and sides[0] != sides[1]:
            yield f"the interval lay {sides[0]} {limit:g} and lies {sides[1]} it"


def _side(v: Stored, limit: float) -> str:
    if v.lower is None or v.upper is None:
        return ""
    return "above" if v.lower > limit else "below" if v.upper < limit else "across"


def _verdicts(before: Mapping[str, object], claims: Sequence[ClaimResult]) -> Iterator[Move]:
    """Yield the claims whose verdict is another than the stored one; new claims are no change."""
    for c in claims:
        old = before.get(c.claim)
        was = old.get("verdict") if isinstance(old, Mapping) else None
        if isinstance(was, str) and was != c.verdict:
            why = f"{was} before, {c.verdict} now"
            text = f"claim {c.claim}: {why} ({c.reason})."
            yield Move(finding="", claim=c.claim, kind="verdict", changed=True, why=why, sentence=text)


def _same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return a == b or math.isclose(a, b, rel_tol=SAME, abs_tol=1e-12)


def _shown(v: Stored) -> str:
    if v.estimate is None or v.lower is None or v.upper is None:
        return "no study"
    return f"{v.estimate:.3g} [{v.lower:.3g}, {v.upper:.3g}] ({_count(v.k)}, certainty {v.level or 'not graded'})"


def _count(k: int) -> str:
    return "no study" if k == 0 else f"{k} stud{'y' if k == 1 else 'ies'}"
