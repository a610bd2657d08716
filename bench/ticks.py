"""Censoring ticks of a vector figure as data: what they are worth where people who leave at one time share a tick.

    python bench/ticks.py [--trials 40]

People are simulated (exponential times, leaving evenly between 12 and 48 months, times rounded), drawn without error,
and rebuilt with the ticks that show (one for each time at which nobody dies), without, and as the package decides. The
figures stand in docs/explanation/reconstruction.md.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from remit.extract.rebuild import rebuild_arm, with_ticks
from remit.model.rebuilt import PublishedCurve, RebuiltArm
from remit.stats.kaplan_meier import kaplan_meier

ROUNDED = (0.02, 0.05, 0.1, 0.5, 1.0)
PEOPLE = (80, 400)
KNOWN = ("n", "n and events", "n and table", "all")
FloatArray = npt.NDArray[np.float64]


def drawn(seed: int, n: int, rounded: float) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Times of `n` people, rounded, and whether each ended in the event."""
    rng = np.random.default_rng(seed)
    dies, leaves = rng.exponential(40.0, n), rng.uniform(12.0, 48.0, n)
    time = np.round(np.minimum(dies, leaves) / rounded) * rounded
    return np.maximum(time, rounded), dies <= leaves


def figure(time: FloatArray, event: npt.NDArray[np.bool_], known: str) -> PublishedCurve:
    """The figure of these people, with what is known beside it and the ticks that show."""
    made = kaplan_meier(time, event)
    fell = set(made.time[made.n_event > 0].tolist())
    at = np.arange(0.0, time.max(), 12.0) if known in ("n and table", "all") else np.zeros(0)
    curve = PublishedCurve(
        arm="a",
        n=time.size,
        times=(0.0, *made.time.tolist()),
        survival=(1.0, *made.survival.tolist()),
        events=int(event.sum()) if known in ("n and events", "all") else None,
        risk_times=tuple(at.tolist()),
        at_risk=tuple(float((time >= t).sum()) for t in at),
    )
    return with_ticks(curve, tuple(t for t in sorted(set(time[~event].tolist())) if t not in fell), "vector")


def errors(arm: RebuiltArm, time: FloatArray, event: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Error of the events as a share of them, and mean error of the number at risk as a share of the arm."""
    grid = np.linspace(0.0, float(time.max()) * 0.98, 100)
    gone, true = (np.searchsorted(np.sort(t), grid) for t in (np.array(arm.time), time))
    return abs(arm.events - int(event.sum())) / int(event.sum()), float(np.abs(gone - true).mean()) / time.size


def rows(trials: int) -> Iterator[str]:
    """A line for each size, rounding and state of knowledge."""
    for n in PEOPLE:
        for rounded in ROUNDED:
            for known in KNOWN:
                found = []
                for seed in range(trials):
                    time, event = drawn(seed, n, rounded)
                    curve = figure(time, event, known)
                    ways = [replace(curve, censor_times=t) for t in (curve.ticks, (), curve.censor_times)]
                    each = [v for way in ways for v in errors(rebuild_arm(way), time, event)]
                    found.append([*each, len(curve.ticks) / int((~event).sum()), bool(curve.censor_times)])
                said = [f"{100.0 * v:.2f}" for v in np.mean(np.array(found, dtype=np.float64), axis=0)]
                yield f"| {n} | {rounded:g} | {said[6]} | {known} | " + " | ".join([*said[:6], said[7]]) + " |"


def main() -> None:
    """Print the table; all errors in percent."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--trials", type=int, default=40)
    print("| n | rounded to | ticks | known | with: events | at risk | without: events | at risk |", end="")
    print(" decided: events | at risk | used |")
    for row in rows(asked.parse_args().trials):
        print(row)


if __name__ == "__main__":
    main()
