"""Survival as printed in the text beside a figure, and the curve pulled to it within the rounding of print."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remit.errors import InputError
from remit.stats import _check
from remit.stats._check import FloatArray
from remit.stats._steps import Steps

FAR = 0.03
"""Largest correction that is made; a curve further away from a printed value is not the curve of that value."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The curve passes the box of `time` ± `time_half` and `survival` ± `survival_half`: halves of the last digit.

    Survival at a landmark printed as 62% is Printed(24.0, 0.62, survival_half=0.005); a median printed as 7.4 months
    is Printed(7.4, 0.5, time_half=0.05, survival_half=0.0).
    """

    time: float
    survival: float
    time_half: float = 0.0
    survival_half: float = 0.005


def pull(steps: Steps, landmarks: Sequence[Printed]) -> Steps:
    """Return the curve moved up or down so that it passes every box, the correction going linearly between them.

    A box that the curve already passes moves nothing. A correction of more than 0.03 is not made but noted.
    InputError for a box with values out of range or a time beyond the curve.
    """
    if not landmarks or steps.time.size == 0:
        return steps
    notes = list(steps.notes)
    anchors, moves = [0.0], [0.0]
    for box in sorted(landmarks, key=lambda b: b.time):
        at, move = _needed(steps, box)
        if abs(move) > FAR:
            notes.append(
                f"printed survival {box.survival:g} at {box.time:g} lies {abs(move):.3f} off the curve; not used"
            )
            continue
        if move:
            notes.append(f"curve moved by {move:+.4f} at {box.time:g} to meet the printed {box.survival:g}")
        anchors.append(at)
        moves.append(move)
    if not any(moves):
        return Steps(steps.time, steps.before, steps.level, steps.end, tuple(notes))
    level = steps.level + np.interp(steps.time, anchors, moves)
    level = np.minimum.accumulate(np.clip(level, 0.0, 1.0))
    before = np.concatenate(([1.0], level[:-1]))
    drop = before > level
    return Steps(steps.time[drop], before[drop], level[drop], steps.end, tuple(notes))


def _needed(steps: Steps, box: Printed) -> tuple[float, float]:
    """The drop whose level must move, and by how much."""
    time, half = _check.above(box.time, "landmark time"), _check.finite(box.time_half, "time_half")
    survival, within = (
        _check.finite(box.survival, "landmark survival"),
        _check.finite(box.survival_half, "survival_half"),
    )
    if not (0.0 <= survival <= 1.0 and half >= 0.0 and within >= 0.0):
        raise InputError(f"landmark survival {survival:g} at {time:g}; expected 0 to 1, and halves of 0 or more")
    if time - half > steps.end:
        raise InputError(f"landmark at {time:g}; the curve ends at {steps.end:g}; expected a time on the curve")
    after_at, after = _level(steps, time + half, "right")
    before_at, before = _level(steps, time - half, "left" if half else "right")
    if after > survival + within:
        return after_at, survival + within - after
    if before < survival - within:
        return before_at, survival - within - before
    return after_at, 0.0


def _level(steps: Steps, time: float, side: str) -> tuple[float, float]:
    levels: FloatArray = np.concatenate(([1.0], steps.level))
    times: FloatArray = np.concatenate(([0.0], steps.time))
    at = int(np.searchsorted(steps.time, time, side="left" if side == "left" else "right"))
    return float(times[at]), float(levels[at])
