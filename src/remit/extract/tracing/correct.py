"""Steps of a traced curve put right by a person: a fall added, moved or taken out, each said among the changes."""

from dataclasses import replace
from itertools import pairwise

from remit.errors import InputError
from remit.model.curve import TracedCurve
from remit.model.trace import Correction

SAME = 0.005
EXACT = 1e-7


def corrected(curve: TracedCurve, corrections: tuple[Correction, ...]) -> TracedCurve:
    """Return the curve with each correction made, times in the result's unit.

    The step at the time of a correction is replaced by it; where none is, those within 0.5 % of the curve's length,
    unless the correction before took a step out: then this one is where it was moved to.

    Raises
    ------
    InputError
        A correction lies beyond the curve, names no step to take out, or makes the curve rise.
    """
    steps, said = list(zip(curve.time, curve.survival, strict=True)), list(curve.changes)
    moved = False
    for c in corrections:
        if not 0.0 < c.time <= curve.end:
            raise InputError(f"correction {c}: expected a time after 0 and up to the curve's end, {curve.end:.4g}")
        near = [s for s in steps[1:] if abs(s[0] - c.time) <= EXACT * curve.end]
        near = near if near or moved else [s for s in steps[1:] if abs(s[0] - c.time) <= SAME * curve.end]
        if c.survival is None and not near:
            raise InputError(f"correction {c}: no step near this time; expected one to take out")
        moved = c.survival is None
        steps = [s for s in steps if s not in near]
        if c.survival is not None:
            steps = sorted([*steps, (c.time, c.survival)])
        said.append(f"by hand, {c}: {len(near)} step(s) taken out, {int(c.survival is not None)} put in")
    for (_, before), (when, after) in pairwise(steps):
        if after > before:
            raise InputError(f"corrections make the curve rise at {when:.4g}, from {before:.4g} to {after:.4g}")
    return replace(curve, time=tuple(t for t, _ in steps), survival=tuple(s for _, s in steps), changes=tuple(said))
