"""Curves, tests and Cox fits of random people against R's survival: python bench/survival.py [--sets 12]

Needs R with survival (Debian: r-base-core, r-cran-survival). Sets have 20 to 400 people, ties, censoring, two kinds of
event, three sites and eight centres. Prints the largest difference of each quantity, relative above 1; exit 1 if one
lies beyond 1e-8.
"""

import argparse
import csv
import math
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from remit.stats.competing import cumulative_incidence
from remit.stats.cox import cox, score_residuals
from remit.stats.cox_checks import baseline_hazard, proportional_hazards
from remit.stats.cumulative_hazard import nelson_aalen
from remit.stats.kaplan_meier import BANDS, kaplan_meier
from remit.stats.logrank import logrank
from remit.stats.rmst import restricted_mean

LIMIT = 1e-8


def people(rng):
    n = int(rng.integers(20, 400))
    arm, site = rng.integers(0, 2, n), rng.integers(1, 4, n)
    death = rng.exponential(12.0, n) * np.exp(-0.4 * arm)
    leave = rng.uniform(2.0, 30.0, n)
    digits = int(rng.integers(0, 3))
    time = np.round(np.minimum(death, leave), digits) + 1.0
    kind = np.where(death <= leave, rng.integers(1, 3, n), 0)
    return {
        "t": time,
        "d": kind,
        "arm": arm,
        "site": site,
        "x": rng.normal(size=n).round(3),
        "centre": rng.integers(0, 8, n),
    }


def ours(p):
    t, d, arm = p["t"], p["d"] > 0, p["arm"]
    made = {}
    for band in BANDS:
        curve = kaplan_meier(t, d, band=band)
        made[f"lower {band}"], made[f"upper {band}"] = curve.lower, curve.upper
    curve = kaplan_meier(t, d)
    made |= {"survival": curve.survival, "n_risk": curve.n_risk, "se": curve.se}
    quantiles = [curve.quantile(q) for q in (0.25, 0.5, 0.75)]
    made["quantile"] = [q.time for q in quantiles]
    made["quantile lower"], made["quantile upper"] = [q.lower for q in quantiles], [q.upper for q in quantiles]
    hazard = nelson_aalen(t, d)
    made |= {"hazard": hazard.hazard, "hazard se": hazard.se}
    made["hazard one-by-one"] = nelson_aalen(t, d, ties="one-by-one").hazard
    mean = restricted_mean(t, d, float(math.floor(t.max() * 0.7)))
    made["mean"] = [mean.estimate, mean.se]
    first = cumulative_incidence(t, p["d"])[0]
    made |= {"incidence": first.incidence, "incidence se": first.se}
    test = logrank(t, d, arm)
    made |= {"log-rank": [test.statistic], "observed": test.observed, "expected": test.expected}
    made["log-rank strata"] = [logrank(t, d, arm, strata=p["site"]).statistic]
    made["log-rank rho"] = [logrank(t, d, arm, rho=0.7).statistic]
    made["log-rank groups"] = [logrank(t, d, p["site"]).statistic]
    both = np.column_stack((arm, p["x"]))
    fits = {
        "efron": cox(t, d, both),
        "breslow": cox(t, d, both, ties="breslow"),
        "strata": cox(t, d, both, strata=p["site"]),
        "cluster": cox(t, d, both, cluster=p["centre"]),
    }
    for name, fit in fits.items():
        made[f"cox {name}"] = fit.estimate
        made[f"cox covariance {name}"] = np.ravel(fit.covariance)
        made[f"cox likelihood {name}"] = [fit.null_log_likelihood, fit.log_likelihood]
    for theirs, mine in (("km", "kaplan-meier"), ("rank", "rank"), ("identity", "identity")):
        changed = proportional_hazards(fits["efron"], transform=mine)
        made[f"proportional {theirs}"] = [*changed.statistic, changed.overall]
    changed = proportional_hazards(fits["strata"])
    made["proportional strata"] = [*changed.statistic, changed.overall]
    base = baseline_hazard(fits["efron"])[0]
    steps = np.concatenate(([0.0], base.hazard))
    made["baseline"] = steps[np.searchsorted(base.time, curve.time, side="right")]
    made["score residual size"] = (score_residuals(fits["efron"].fit) ** 2).sum(axis=0)
    return made


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sets", type=int, default=12)
    asked = words.parse_args()
    if shutil.which("Rscript") is None:
        sys.exit("R is not here; install r-base-core and r-cran-survival")
    rng, worst, many = np.random.default_rng(7), defaultdict(float), defaultdict(int)
    with tempfile.TemporaryDirectory() as place:
        for _ in range(asked.sets):
            p = people(rng)
            table, answer = Path(place, "people.csv"), Path(place, "out.csv")
            with table.open("w", newline="", encoding="utf-8") as out:
                lines = csv.writer(out)
                lines.writerow(p)
                lines.writerows(zip(*(v.tolist() for v in p.values()), strict=True))
            subprocess.run(["Rscript", str(Path(__file__).with_suffix(".R")), table, answer], check=True)
            made = ours(p)
            with answer.open(encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    value = row["value"].strip()
                    if value in ("NA", "NaN", "Inf"):
                        continue
                    wanted, found = float(value), float(made[row["name"]][int(row["position"])])
                    gap = abs(wanted - found) / max(1.0, abs(wanted))
                    worst[row["name"]] = max(worst[row["name"]], math.inf if math.isnan(gap) else gap)
                    many[row["name"]] += 1
    for name, gap in worst.items():
        print(f"{name:28} {many[name]:6} numbers, largest difference {gap:.1e}{'' if gap <= LIMIT else '  BEYOND'}")
    print(f"{sum(many.values())} numbers, {sum(g > LIMIT for g in worst.values())} quantities beyond {LIMIT:g}")
    sys.exit(any(gap > LIMIT for gap in worst.values()))


if __name__ == "__main__":
    main()
