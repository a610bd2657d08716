"""lifelines' fits of the arms that bench/pooled_survival.py writes: pooled_survival_peer.py ARMS.csv VALUES.csv."""

import csv
import sys
import time
import warnings
from pathlib import Path

import lifelines
import numpy as np
from lifelines import GeneralizedGammaFitter, MixtureCureFitter, SplineFitter, WeibullFitter

warnings.simplefilter("ignore")


def fitted(name: str, times: np.ndarray, events: np.ndarray) -> tuple[float, float]:
    """Return log-likelihood and, for a cure model, the cured fraction."""
    if name == "generalised-gamma":
        return GeneralizedGammaFitter().fit(times, events).log_likelihood_, float("nan")
    if name == "spline":
        knots = np.exp(np.quantile(np.log(times[events == 1]), [0.0, 0.5, 1.0]))
        return SplineFitter(list(knots)).fit(times, events).log_likelihood_, float("nan")
    found = MixtureCureFitter(base_fitter=WeibullFitter()).fit(times, events)
    return found.log_likelihood_, float(found.cured_fraction_)


def main() -> None:
    arms: dict[str, list[tuple[float, float]]] = {}
    with Path(sys.argv[1]).open(newline="") as file:
        for row in csv.DictReader(file):
            arms.setdefault(row["set"], []).append((float(row["time"]), float(row["event"])))
    spent: dict[str, float] = {}
    with Path(sys.argv[2]).open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["set", "model", "log_likelihood", "cured"])
        for name, people in arms.items():
            times, events = np.array(people).T
            for model in ("generalised-gamma", "spline", "cure"):
                began = time.process_time()
                try:
                    height, cured = fitted(model, times, events)
                except Exception:  # whatever it raises, it did not fit
                    height, cured = float("nan"), float("nan")
                spent[model] = spent.get(model, 0.0) + time.process_time() - began
                out.writerow([name, model, repr(float(height)), repr(float(cured))])
    print("lifelines", lifelines.__version__, *(f"{name} {seconds:.3f}" for name, seconds in spent.items()))


main()
