"""Reference numbers from other software, and a tally of how many agree, by topic.

The folder with reference files is named by REMIT_REFERENCE, or found beside the repository. Without it these tests
are skipped; every other test stands alone.
"""

import json
import math
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from remit.stats import compiled, measures, measures_rates

if os.environ.get("REMIT_COMPILED"):  # test_compiled.py runs some of these files again so
    compiled.load()

TALLY: dict[str, dict[tuple[str, str], bool]] = defaultdict(dict)
NUMBERS: dict[str, int] = defaultdict(int)
NOT_NUMBERS = {"NA", "NaN", None, True, False}
PROPORTIONS = {"PR": "raw", "PLN": "log", "PLO": "logit", "PAS": "arcsine", "PFT": "double-arcsine"}
TABLES = {"OR": "odds-ratio", "RR": "risk-ratio", "RD": "risk-difference", "AS": "arcsine-difference", "PETO": "peto"}
RATES = {
    "IR": "raw",
    "IRLN": "log",
    "IRS": "square-root",
    "IRFT": "freeman-tukey",
    "IRR": "rate-ratio",
    "IRD": "rate-difference",
    "IRSD": "square-root-difference",
}
OPEN = {"Inf": math.inf, "-Inf": -math.inf}


def folder() -> Path | None:
    named = os.environ.get("REMIT_REFERENCE")
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "stats"
    place = Path(named) if named else beside
    return place if place.is_dir() else None


@dataclass(frozen=True)
class Case:
    """One analysis of one data set, with the numbers another program gave."""

    topic: str
    data: str
    id: str
    args: dict
    columns: dict
    output: dict
    rel: float
    abs: float

    def column(self, name: str) -> np.ndarray:
        return np.array([math.nan if v in ("NA", None) else v for v in self.columns[name]], dtype=float)

    def arms(self) -> list[np.ndarray]:
        return [self.column(name) for name in ("ai", "n1i", "ci", "n2i")]

    def criteria(self, got) -> dict[str, float]:
        """Make fields of the listed likelihoods and information criteria, and return what remit gives for them."""
        found = {}
        for kind, mine in (("ML", got.plain), ("REML", got.restricted)):
            named = {"ll": mine.log_likelihood, "dev": mine.deviance, "AIC": mine.aic, "BIC": mine.bic}
            for name, value in (named | {"AICc": mine.aicc}).items():
                self.output[f"{kind}_{name}"] = self.output["fit_stats"][kind][name]
                found[f"{kind}_{name}"] = value
        return found

    def studies(self, measure: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Effects and variances as the reference took them: given, or of counts with 0.5 in empty cells."""
        if "yi" in self.columns:
            return self.column("yi"), self.column("vi")
        if "ai" in self.columns:
            got = measures.tables(*self.arms(), TABLES[measure or "OR"])
        elif "xi" in self.columns and "ni" in self.columns:
            got = measures.proportions(self.column("xi"), self.column("ni"), PROPORTIONS[measure or "PLO"])
        elif "xi" in self.columns:
            got = measures_rates.rates(self.column("xi"), self.column("ti"), RATES[measure or "IRLN"])
        else:
            columns = [self.column(name) for name in ("x1i", "t1i", "x2i", "t2i")]
            got = measures_rates.two_rates(*columns, RATES[measure or "IRR"])
        return got.estimate, got.variance


class Reference:
    """Cases of a topic, and the comparison of what remit gives with what they list."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.failures: list[str] = []
        self.compared = 0

    def cases(self, topic: str) -> list[Case]:
        found = []
        for path in sorted(self.place.glob(f"{topic}__*.json")):
            file = json.loads(path.read_text(encoding="utf-8"))
            tolerance, data = file["tolerance"], file["dataset"]
            found += [
                Case(
                    topic,
                    data["name"],
                    a["id"],
                    a.get("args") or {},
                    data["columns"],
                    a["output"],
                    tolerance["rel"],
                    tolerance.get("abs") or 0.0,
                )
                for a in file["analyses"]
            ]
        return found

    def agree(self, case: Case, got: dict, rel: float | None = None, abs: float | None = None) -> None:
        """Compare each named number with the case's output; `got` maps the reference's field to remit's value."""
        before, compared = len(self.failures), self.compared
        for field, value in got.items():
            wanted = flat(case.output[field])
            mine = flat(value)
            if len(wanted) != len(mine):
                self.failures.append(f"{case.topic}/{case.data}/{case.id} {field}: {len(mine)} for {len(wanted)}")
                continue
            for at, (a, b) in enumerate(zip(wanted, mine, strict=True)):
                self._one(
                    case, f"{field}[{at}]", a, b, case.rel if rel is None else rel, case.abs if abs is None else abs
                )
        key = case.data, case.id
        TALLY[case.topic][key] = TALLY[case.topic].get(key, True) and len(self.failures) == before
        NUMBERS[case.topic] += self.compared - compared

    def _one(self, case: Case, field: str, wanted, mine, rel: float, abs: float) -> None:
        if isinstance(wanted, str) and wanted in OPEN:
            wanted = OPEN[wanted]
        if wanted is None or isinstance(wanted, (str, bool)):
            return
        self.compared += 1
        if wanted == mine:
            return
        if mine is None or not math.fabs(mine - wanted) <= max(abs, rel * math.fabs(wanted)):
            self.failures.append(f"{case.topic}/{case.data}/{case.id} {field}: {mine!r}, reference {wanted!r}")


def flat(value) -> list:
    if isinstance(value, (list, tuple, np.ndarray)):
        return [leaf for item in value for leaf in flat(item)]
    return [value]


@pytest.fixture
def reference():
    place = folder()
    if place is None:
        pytest.skip("reference numbers are not here; name their folder in REMIT_REFERENCE")
    checker = Reference(place)
    yield checker
    assert not checker.failures, f"{len(checker.failures)} of {checker.compared}:\n" + "\n".join(checker.failures[:40])
    assert checker.compared > 0, "nothing was compared"


def pytest_terminal_summary(terminalreporter):
    """Say how many analyses agree, of those compared and of those listed."""
    place = folder()
    if not TALLY or place is None:
        return
    terminalreporter.write_sep("-", "agreement with reference numbers")
    listed = defaultdict(int)
    for path in place.glob("*__*.json"):
        listed[path.name.split("__")[0]] += json.loads(path.read_text(encoding="utf-8"))["n_analyses"]
    rows = [(t, sum(got.values()), len(got), listed[t], NUMBERS[t]) for t, got in sorted(TALLY.items())]
    rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, 5))))
    for topic, passed, compared, total, numbers in rows:
        said = f"{topic:30} {passed:4} agree of {compared:4} compared and {total:4} listed; {numbers:6} numbers"
        terminalreporter.write_line(said)
