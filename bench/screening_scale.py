"""Time and memory of the learned order at 10,000, 100,000 and 1,000,000 records made up here.

    python bench/screening_scale.py [N ...]

Each size runs in a process of its own, one thread: CPU seconds to read texts held in memory into rows (counted by hash
above 50,000 records) and to learn an order after 1,000 decisions; resident memory before and at its peak, texts in it.
"""

import os
import resource
import subprocess
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from remit.screen import Ranking, Text

WORDS, LENGTH = 60_000, 180


def made(n):
    """Texts of 180 words, drawn as often as words of a language are; one in fifty speaks of the topic."""
    rng = np.random.default_rng(1)
    share = 1 / (np.arange(WORDS) + 10)
    words = np.array([f"w{i:x}q" for i in range(WORDS)])
    for start in range(0, n, 5_000):
        drawn = rng.choice(WORDS, size=(min(5_000, n - start), LENGTH), p=share / share.sum())
        for i, row in enumerate(words[drawn]):
            yield " ".join(row) + (" blinatumomab leukemia children remission" if (start + i) % 50 == 0 else "")


def one(n):
    texts = {str(i): Text(rest=t) for i, t in enumerate(made(n))}
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    started = time.process_time()
    ranking = Ranking(texts, "blinatumomab in children with leukemia")
    read = time.process_time() - started
    decided = [(str(i), i % 50 == 0) for i in range(1_000)]
    started = time.process_time()
    order = ranking.order(decided)
    learned = time.process_time() - started
    hits = sum(int(r) % 50 == 0 for r in order[: n // 50 - 20]) / (n // 50 - 20)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"| {n:,} | {read:.1f} | {learned:.2f} | {held:.2f} | {peak:.2f} | {hits:.3f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        print("| records | CPU s to read | CPU s to learn and order | GB of texts | peak GB | topic on top |")
        print("|---|---|---|---|---|---|", flush=True)
        for n in sys.argv[1:] or ["10000", "100000", "1000000"]:
            subprocess.run([sys.executable, __file__, "--one", n], check=True)
