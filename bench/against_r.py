"""Hold the statistics against R on other data sets, by topic: `.venv/bin/python bench/against_r.py`.

R (metafor, lme4, VGAM, clubSandwich, robumeta, survival) analyses teaching examples of metadat and made data that sit
in the corners: one to sixty studies, nobody or everybody with the event, empty arms, arms of one person, equal, tiny
and huge variances, identical effects. How each number is to be had, and with what tolerance it must agree, is said by
the comparisons in tests/stats; here they are asked of every such analysis. Prints what differs, what only one side
gives, and a table by topic. against_r/explained.csv lists differences whose cause was found to lie with R.

Options: `--write` puts the table into docs/explanation/validation.md, `--only TOPIC ...` takes some topics,
`--keep FOLDER` keeps what R wrote and takes it again. Exit 0: all agree; 1: some differ; 2: R or a package is missing.
"""

import argparse
import collections
import csv
import fnmatch
import importlib.util
import inspect
import json
import math
import shutil
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "stats"
SCRIPT = ROOT / "bench" / "against_r" / "run.R"
EXPLAINED = SCRIPT.with_name("explained.csv")
PAGE = ROOT / "docs" / "explanation" / "validation.md"
BEGIN, END = "<!-- begin: bench/against_r.py --write -->", "<!-- end of bench/against_r.py -->"
PACKAGES = "metafor lme4 VGAM clubSandwich robumeta survival metadat BiasedUrn"


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    found = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = found
    spec.loader.exec_module(found)
    return found


def comparisons(conftest):
    """Return (name, function) for each test that takes reference cases, with its other arguments filled in."""
    found = []
    for path in sorted(TESTS.glob("test_*.py")):
        if "(reference" not in path.read_text(encoding="utf-8"):
            continue
        for name, test in inspect.getmembers(module(path), inspect.isfunction):
            takes = list(inspect.signature(test).parameters)
            if not name.startswith("test_") or takes[:1] != ["reference"]:
                continue
            if len(takes) == 1:
                found.append((f"{path.stem}.{name}", test))
                continue
            (mark,) = [m for m in test.pytestmark if m.name == "parametrize"]
            found += [(f"{path.stem}.{name}", filled(test, value)) for value in mark.args[1]]
    return found


def filled(test, value):
    return lambda reference: test(reference, value)


def one_at_a_time(conftest, folder):
    """Return the class of references that hands out the cases of one analysis and keeps the differences."""

    class One(conftest.Reference):
        def __init__(self, topic, chosen):
            super().__init__(folder)
            self.topic, self.chosen, self.largest = topic, chosen, 0.0

        def cases(self, topic):
            return list(self.chosen) if topic == self.topic else []

        def _one(self, case, field, wanted, mine, rel, abs):
            super()._one(case, field, wanted, mine, rel, abs)
            if isinstance(wanted, (int, float)) and isinstance(mine, (int, float)) and wanted != mine:
                gap = math.fabs(mine - wanted) / max(1.0, math.fabs(wanted))
                self.largest = max(self.largest, gap if math.isfinite(gap) else 0.0)

    return One


def copies(everything, case):
    """Return the case afresh, for tests change what they read; with the design of its data set where it has none."""
    needed = [case]
    if case.topic == "meta_regression" and "pred" in case.output:
        alike = [c for c in everything if (c.data, c.args["mods"]) == (case.data, case.args["mods"])]
        needed = [alike[0], case]
    return [type(c)(*(json.loads(json.dumps(getattr(c, f))) for f in c.__dataclass_fields__)) for c in needed]


def explained():
    """Return (topic, data set, analysis) patterns of differences whose cause lies with R, each with the cause."""
    with EXPLAINED.open(encoding="utf-8", newline="") as f:
        return [tuple(row) for row in list(csv.reader(f))[1:]]


def cause(case, causes):
    at = (case.topic, case.data, case.id)
    return next((c[3] for c in causes if all(fnmatch.fnmatch(a, b) for a, b in zip(at, c, strict=False))), None)


def asked_of(case, cases, tests, Reference):
    """Return (numbers compared, what differs, what was refused, largest difference) of one analysis."""
    numbers, differ, refused, largest = 0, [], [], 0.0
    for name, test in tests:
        reference = Reference(case.topic, copies(cases, case))
        try:
            test(reference)
        except (AssertionError, StopIteration) as problem:
            if reference.compared and not isinstance(problem, StopIteration):  # else a test of other topics
                differ.append(f"{name}: {str(problem) or traceback.format_exc(limit=-1)}".splitlines()[0])
        except Exception as problem:
            refused.append(f"{name}: {type(problem).__name__}: {problem}")
        numbers += reference.compared
        differ += reference.failures
        largest = max(largest, reference.largest)
    return numbers, differ, refused, largest


def compare(folder, topics):
    """Return the tally by topic, and what differs and what is refused as (topic, data set, analysis, words)."""
    conftest = module(TESTS / "conftest.py")
    everything = conftest.Reference(folder)
    Reference, tests = one_at_a_time(conftest, folder), comparisons(conftest)
    tally, differ, refused, causes = {}, [], [], explained()
    for topic in topics:
        cases, row = everything.cases(topic), collections.Counter(largest=0.0)
        for case in cases:
            numbers, failures, problems, most = asked_of(case, cases, tests, Reference)
            row += collections.Counter(analyses=1, numbers=numbers, compared=bool(numbers))
            row["agree"] += bool(numbers) and not failures
            if not failures:
                row["largest"] = max(row["largest"], most)
            elif why := cause(case, causes):
                row["explained"] += 1
                failures = []
                print(f"explained: {topic} / {case.data} / {case.id}: {why}")
            differ += [(topic, case.data, case.id, f) for f in failures]
            refused += [(topic, case.data, case.id, p) for p in problems]
        tally[topic] = row
    return tally, differ, refused


def table(tally, versions):
    lines = [
        f"R {', '.join(versions)}.",
        "",
        "| topic | analyses by R | compared | agree | R's cause | numbers | largest difference |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for topic, row in [*tally.items(), ("all", sum(tally.values(), collections.Counter()))]:
        most = "" if topic == "all" else f"{row['largest']:.1e}"
        counts = " | ".join(str(row[name]) for name in ("analyses", "compared", "agree", "explained", "numbers"))
        lines.append(f"| {topic.replace('_', ' ')} | {counts} | {most} |")
    return "\n".join(lines)


def missing():
    """Return what is not installed and how to get it, None when all is there."""
    if shutil.which("Rscript") is None:
        gone = "Rscript was not found"
    else:
        test = f'for (p in strsplit("{PACKAGES}", " ")[[1]]) if (!requireNamespace(p, quietly = TRUE)) cat(p, "")'
        seen = subprocess.run(["Rscript", "-e", test], capture_output=True, text=True, check=True).stdout.strip()
        if not seen:
            return None
        gone = f"R has no package {seen}"
    debian = " ".join(f"r-cran-{p.lower()}" for p in PACKAGES.split())
    return f"{gone}; on Debian, as root: apt-get install --no-install-recommends r-base-core {debian}"


def lines_of(path):
    return [x for x in path.read_text(encoding="utf-8").splitlines() if x] if path.exists() else []


def report(folder, only, write):
    """Print what differs and the table, put the table into the page if asked, and return the exit code."""
    topics = sorted({p.name.split("__")[0] for p in folder.glob("*__*.json")})
    tally, differ, refused = compare(folder, [t for t in topics if not only or t in only])
    unfitted = [x.split("\t") for x in lines_of(folder / "refused.txt")]
    for name, found in (("differs", differ), ("refused by remit", refused), ("no fit in R", unfitted)):
        for words in found:
            print(f"{name}: {' / '.join(words)}")
    made = table(tally, lines_of(folder / "versions.txt"))
    print(made)
    if write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(f"{page.split(BEGIN)[0]}{BEGIN}\n{made}\n{END}{page.split(END)[1]}", encoding="utf-8")
    return 1 if differ else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--only", nargs="*", default=[], help="topics to take")
    parser.add_argument("--keep", type=Path, help="where R's numbers are kept, or have been kept before")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        if not any(folder.glob("*.json")):
            gone = missing()
            if gone:
                print(gone, file=sys.stderr)
                return 2
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["Rscript", str(SCRIPT), str(folder), *asked.only], check=True)
        return report(folder, asked.only, asked.write)


if __name__ == "__main__":
    sys.exit(main())
