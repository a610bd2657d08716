"""Settings of the learned order chosen with one set left out: for each set, those best on the mean of all others.

    python bench/screening_settings.py SETS_FOLDER

Each set is read from the title of the review as words, and without words in three orders, each with its own draw of
records presumed not to go on. One set of 20 relevant records is a matter of luck at one recall: settings are chosen by
the mean of the work saved at 80, 90, 95 and 100 %. Printed: WSS@95 of each set with the settings chosen on the others,
beside the default and the best and worst of hindsight, with words and without.
"""

import os
import sys
from itertools import product
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from screening import TITLES, read

from remit import screen
from remit.screen import features

STRENGTHS, RATIOS, TITLE, POWERS = (0.1, 0.2, 0.4), (5.0, 10.0), (0.12, 0.2), (1.0, 1.4)
DEFAULT, RECALLS, ORDERS = (0.12, 1.4, 0.2, 5.0), (0.95, 0.8, 0.9, 1.0), 3


def each(texts, truth, words):
    """Work saved by the settings in turn; shape (settings, recalls)."""
    held, said = {str(i): t for i, t in enumerate(texts)}, {str(i): bool(on) for i, on in enumerate(truth)}
    out = []
    for title, power in product(TITLE, POWERS):
        features.POWER = power
        ranking = screen.Ranking(held, words, screen.Settings(title=title))
        for strength, ratio in product(STRENGTHS, RATIOS):
            ranking.settings = screen.Settings(title=title, strength=strength, ratio=ratio)
            seen = screen.replay(ranking, said)
            out.append([screen.work_saved(seen, len(truth), int(truth.sum()), r) for r in RECALLS])
    return np.array(out)


def main() -> None:
    grid = list(product(TITLE, POWERS, STRENGTHS, RATIOS))
    names, rows = [], []
    for path in sorted(Path(sys.argv[1]).glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        texts, truth = read(path)
        turns = [np.arange(len(truth)), *(np.random.default_rng(s).permutation(len(truth)) for s in range(1, ORDERS))]
        plain = [each([texts[i] for i in turn], truth[turn], "") for turn in turns]
        names.append(name)
        rows.append((each(texts, truth, TITLES[name]), np.mean(plain, axis=0)))
        print(f"{name} done", file=sys.stderr, flush=True)
    found = np.array(rows)  # sets, with words or without, settings, recalls
    aim, saved, default = found.mean(axis=(1, 3)), found[..., 0], grid.index(DEFAULT)
    print(
        "| set | title, power, strength, ratio chosen on the others | words: with them | default | best | worst ",
        end="",
    )
    print("| no words: with them | default | best | worst |\n|---" + "|---" * 9 + "|")
    kept = []
    for i, name in enumerate(names):
        best = int(np.delete(aim, i, axis=0).mean(axis=0).argmax())
        kept.append([(s[best], s[default], s.max(), s.min()) for s in saved[i]])
        cells = " | ".join(f"{v:.3f}" for side in kept[-1] for v in side)
        print(f"| {name} | {', '.join(map(str, grid[best]))} | {cells} |")
    print("| mean | | " + " | ".join(f"{v:.3f}" for v in np.mean(kept, axis=0).ravel()) + " |")
    for place in np.argsort(-aim.mean(axis=0))[:6]:
        print(f"{aim[:, place].mean():.4f} {saved[:, :, place].mean(axis=0)} {grid[place]}", file=sys.stderr)


if __name__ == "__main__":
    main()
