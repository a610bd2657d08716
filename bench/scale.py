"""Time and memory of importing, deduplicating and ranking large sets on one machine.

    python bench/scale.py [FOLDER] [N ...]

Invented records (see duplicates_made.py) are written as RIS and compressed; each step then runs in a process of its own
on what the step before it wrote, as `remit scale` does. CPU seconds are of all threads of the process, memory its peak.
Ranking learns from 1,000 records decided. `CONNECT` in the environment names another connection of Ibis.
"""

import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "2"}
STEPS = ("import", "dedupe", "rank")


def files(folder, n):
    return [folder / f"{n}{end}" for end in (".ris.gz", ".parquet", ".found.parquet", ".order.parquet")]


def write(folder, n):
    """The records as a file of RIS."""
    from duplicates_made import made

    with gzip.open(files(folder, n)[0], "wt", encoding="utf-8", compresslevel=1) as out:
        for r, _ in made(n):
            first, _, last = r.pages.partition("-")
            pairs = [
                ("TY", "JOUR"),
                ("TI", r.title),
                *(("AU", a) for a in r.authors),
                ("PY", r.year),
                ("JO", r.journal),
            ]
            pairs += [("VL", r.volume), ("IS", r.issue), ("SP", first), ("EP", last), ("DO", r.doi), ("AB", r.abstract)]
            out.write("".join(f"{tag}  - {said}\n" for tag, said in pairs if said) + "ER  - \n\n")


def run(step, folder, n):
    from remit.screen import Text, tables
    from remit.store import record_sets
    from remit.tasks import scale

    ris, held, found, order = map(str, files(folder, n))
    connect = os.environ.get("CONNECT", "")
    if step == "import":
        return scale.import_set(held, [ris]).records
    if step == "dedupe":
        return sum(scale.dedupe_set(held, found, connect).values())
    records = record_sets.opened(held, connect)
    begin, _ = records.span()
    page = next(records.pages("title", "abstract", size=1_000))
    texts = zip(page.column("title").to_pylist(), page.column("abstract").to_pylist(), strict=True)
    examples = [(Text(t, a), i % 50 == 0) for i, (t, a) in enumerate(texts)]
    scores = tables.scores(records, examples, "randomised trial", decided=range(begin, begin + 1_000))
    rows = ((place, i, 0.0) for place, i in enumerate(scores.order().tolist(), 1))
    return record_sets.write_rows(order, scale.ORDER, rows)


def one(step, folder, n):
    started = time.monotonic()
    count = run(step, folder, n)
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, wall = used.ru_utime + used.ru_stime, time.monotonic() - started
    peak = used.ru_maxrss / 1024
    print(f"| {n:,} | {step} | {seconds:.1f} | {wall:.1f} | {n / seconds:,.0f} | {peak:,.0f} | {count:,} |", flush=True)


def main():
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
        return
    sizes = [int(a) for a in sys.argv[1:] if a.isdigit()] or [10_000, 100_000, 1_000_000]
    named = [a for a in sys.argv[1:] if not a.isdigit()]
    print(
        "| records | step | CPU s | wall s | records a CPU s | peak MB | rows |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory(dir=named[0] if named else None) as scratch:
        for n in sizes:
            write(Path(scratch), n)
            for step in STEPS:
                command = [sys.executable, __file__, "--one", step, scratch, str(n)]
                subprocess.run(command, env={**os.environ, **ONE}, check=True)


if __name__ == "__main__":
    main()
