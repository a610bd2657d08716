"""Time and memory of importing, deduplicating and ranking large sets on one machine.

    python bench/scale.py [--in FOLDER] [--workers 2] [N ...]

Invented records (see duplicates_made.py) are written as RIS, 100,000 a file and each of another seed. Each step
runs in processes of its own on what the step before wrote, as `remit scale` does: a set a file, `--workers` files at a
time, then duplicates of all sets together, then their order, learned from 1,000 records decided. CPU seconds are of all
threads and processes, memory is the peak of the largest process. CONNECT in the environment names another connection.
"""

import argparse
import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from duplicates_made import made

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "2"}
BASE = 100_000


def write(folder, turn):
    """A hundred thousand records, or what is left of all, as RIS; each turn has words and people of its own."""
    n = min(int((folder / "records").read_text()) - turn * BASE, BASE)
    with gzip.open(folder / f"{turn}.ris.gz", "wt", encoding="utf-8", compresslevel=1) as out:
        for r, _ in made(n, seed=turn + 1):
            first, _, last = r.pages.partition("-")
            pairs = [("TI", r.title), *(("AU", a) for a in r.authors), ("DO", r.doi and f"{r.doi}.{turn}")]
            pairs += [("PY", r.year), ("JO", r.journal), ("VL", r.volume), ("IS", r.issue), ("SP", first), ("EP", last)]
            lines = "".join(f"{tag}  - {said}\n" for tag, said in (*pairs, ("AB", r.abstract)) if said)
            out.write(f"TY  - JOUR\n{lines}ER  - \n\n")
    return n


def bring(folder, turn):
    from remit.tasks import scale

    return scale.import_set(folder / f"{turn}.parquet", [str(folder / f"{turn}.ris.gz")], turn * BASE).records


def dedupe(folder, _):
    from remit.tasks import scale

    found = folder / "found"
    return sum(scale.dedupe_set(f"{folder}/*.parquet", found, os.environ.get("CONNECT", "")).values())


def rank(folder, _):
    from remit.screen import Text, tables
    from remit.store import record_sets
    from remit.tasks import scale

    records = record_sets.opened(f"{folder}/*.parquet", os.environ.get("CONNECT", ""))
    page = next(records.pages("title", "abstract", size=1_000))
    texts = zip(page.column("title").to_pylist(), page.column("abstract").to_pylist(), strict=True)
    examples = [(Text(t, a), i % 50 == 0) for i, (t, a) in enumerate(texts)]
    scores = tables.scores(records, examples, "randomised trial", decided=range(1_000))
    return record_sets.write_rows(folder / "order", scale.ORDER, scale.places(*scores.order()))


STEPS = {"write": write, "import": bring, "dedupe": dedupe, "rank": rank}


def child(step, folder, turn):
    """Run a step and print rows, CPU seconds and peak memory."""
    count = STEPS[step](Path(folder), int(turn))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(count, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ask(step, folder, turn):
    command = [sys.executable, __file__, "--child", step, folder, str(turn)]
    ended = subprocess.run(command, env={**os.environ, **ONE}, check=True, stdout=subprocess.PIPE, text=True)
    return [float(word) for word in ended.stdout.splitlines()[-1].split()]


def measure(n, folder, workers):
    (Path(folder) / "records").write_text(str(n))
    turns = range(-(-n // BASE))
    for step, parts in (("write", turns), ("import", turns), ("dedupe", (0,)), ("rank", (0,))):
        started = time.monotonic()
        with ThreadPoolExecutor(workers) as pool:
            counts, seconds, peaks = zip(*pool.map(lambda turn, step=step: ask(step, folder, turn), parts), strict=True)
        wall, used = time.monotonic() - started, sum(seconds)
        if step != "write":
            cells = f"{used:.1f} | {wall:.1f} | {n / used:,.0f} | {max(peaks):,.0f} | {sum(counts):,.0f}"
            print(f"| {n:,} | {step} | {cells} |", flush=True)


def main():
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
        return
    words = argparse.ArgumentParser()
    words.add_argument("sizes", metavar="N", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    words.add_argument("--in", dest="place")
    words.add_argument("--workers", type=int, default=2)
    args = words.parse_args()
    print(
        "| records | step | CPU s | wall s | records a CPU s | peak MB | rows |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    for n in args.sizes:
        with tempfile.TemporaryDirectory(dir=args.place) as folder:
            measure(n, folder, args.workers)


if __name__ == "__main__":
    main()
